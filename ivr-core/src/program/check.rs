//! Validation: one walk over everything the machine can reach, so that it needs no second look.

use super::records::{self as r, DEAD, Kind};
use super::words::{Field, List, Words};
use super::{LoadError, Root};

/// What an automaton tells apart; no menu has so many options.
const MOST_TAGS: u32 = 1 << 16;

/// Walks a program, counting what is left of the work it may cost.
pub(crate) struct Checker<'a> {
    pub(crate) words: Words<'a>,
    pub(crate) strings: u32,
    pub(crate) nodes: u32,
    pub(crate) vars: u32,
    pub(crate) prompts: u32,
    pub(crate) flows: u32,
    pub(crate) schedules: u32,
    pub(crate) languages: u32,
    pub(crate) dfas: u32,
    /// Lists may overlap; without a bound, few words could ask for endless checking.
    budget: usize,
    at: u32,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(words: Words<'a>, strings: u32) -> Self {
        Self {
            words,
            strings,
            nodes: 0,
            vars: 0,
            prompts: 0,
            flows: 0,
            schedules: 0,
            languages: 0,
            dfas: 0,
            budget: words.len().saturating_mul(16).saturating_add(1024),
            at: 0,
        }
    }

    pub(crate) fn wrong(&self, what: &'static str) -> LoadError {
        LoadError::Wrong { what, at: self.at }
    }

    /// A counted run of records lies inside the program.
    pub(crate) fn span(&mut self, at: u32, count: u32, each: usize) -> Result<(), LoadError> {
        self.at = at;
        let size = (count as usize).checked_mul(each).and_then(|n| n.checked_add(1));
        let end = size.and_then(|n| n.checked_add(at as usize));
        match (size, end) {
            (Some(size), Some(end)) if end <= self.words.len() => {
                self.budget = self.budget.checked_sub(size).ok_or(LoadError::TooComplex)?;
                Ok(())
            }
            _ => Err(self.wrong("list")),
        }
    }

    fn count<R: Field>(&mut self, list: List<R>) -> Result<u32, LoadError> {
        let count = list.len(self.words);
        self.span(list.at, count, R::WORDS)?;
        Ok(count)
    }

    pub(crate) fn program(&mut self, root: Root) -> Result<(), LoadError> {
        self.languages = self.count(root.languages)?;
        self.vars = self.count(root.vars)?;
        self.prompts = self.count(root.prompts)?;
        self.schedules = self.count(root.schedules)?;
        self.dfas = self.count(root.dfas)?;
        self.flows = self.count(root.flows)?;
        self.nodes = self.count(root.nodes)?;
        if self.languages == 0 || self.languages > 255 {
            return Err(self.wrong("number of languages"));
        }
        if self.flows == 0 || self.nodes > u32::from(u16::MAX) {
            return Err(self.wrong("number of nodes"));
        }
        root.check(self)?;
        let words = self.words;
        for prompt in root.prompts.iter(words) {
            if prompt.variants.len(words) != self.languages {
                return Err(self.wrong("number of a prompt's languages"));
            }
        }
        for dfa in root.dfas.iter(words) {
            self.automaton(dfa)?;
        }
        for var in root.vars.iter(words) {
            self.variable(var)?;
        }
        for node in root.nodes.iter(words) {
            self.node(node)?;
        }
        Ok(())
    }

    fn automaton(&mut self, dfa: r::Dfa) -> Result<(), LoadError> {
        let count = dfa.states.len(self.words);
        self.at = dfa.states.at;
        if count == 0 || count >= u32::from(DEAD) {
            return Err(self.wrong("number of states"));
        }
        for state in dfa.states.iter(self.words) {
            if state.next.iter().any(|&next| next != DEAD && u32::from(next) >= count) {
                return Err(self.wrong("state"));
            }
            if state.accept > MOST_TAGS {
                return Err(self.wrong("tag"));
            }
        }
        Ok(())
    }

    fn variable(&mut self, var: r::Var) -> Result<(), LoadError> {
        let size = super::variable_size(var).ok_or_else(|| self.wrong("variable type"))?;
        match (var.at as usize).checked_add(size) {
            Some(end) if end <= usize::from(u16::MAX) => Ok(()),
            _ => Err(self.wrong("variable offset")),
        }
    }

    fn node(&mut self, node: r::Node) -> Result<(), LoadError> {
        let kind = Kind::from_code(node.kind).ok_or_else(|| self.wrong("node kind"))?;
        match kind {
            Kind::Play => self.body::<r::Play>(node),
            Kind::Menu | Kind::Collect => self.body::<r::Collect>(node),
            Kind::Record => self.body::<r::RecordBody>(node),
            Kind::Branch => self.body::<r::Branch>(node),
            Kind::Schedule => self.body::<r::ScheduleBody>(node),
            Kind::Language => self.body::<r::Language>(node),
            Kind::Set => self.body::<r::Set>(node),
            Kind::Query => self.body::<r::Query>(node),
            Kind::Transfer => self.body::<r::Transfer>(node),
            Kind::Queue => self.body::<r::Queue>(node),
            Kind::Attach => self.body::<r::Attach>(node),
            Kind::Split => self.body::<r::Split>(node),
            Kind::Call => self.body::<r::Call>(node),
            Kind::Return => self.body::<r::Return>(node),
            Kind::Goto | Kind::Hangup => self.body::<r::Nothing>(node),
        }
    }

    fn body<R: Field>(&mut self, node: r::Node) -> Result<(), LoadError> {
        self.at = node.body;
        let end = (node.body as usize).checked_add(R::WORDS);
        if end.is_none_or(|end| end > self.words.len()) {
            return Err(self.wrong("node"));
        }
        R::get(self.words, node.body as usize).check(self)
    }
}
