//! The order of things in a program: the same flow always comes out as the same bytes, whatever the
//! order in which its document spoke of them. Words are laid down as one meets them from the root
//! on, strings and automata numbered likewise; nothing is shared but these.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::records::{self as r, Expr, Kind, Root};
use super::words::{DfaId, Field, List, Str, Words};
use crate::expr::Op;

/// A program being laid down.
pub(crate) struct Layout<'a> {
    /// The words of the compiler, in the order it wrote them.
    pub(super) from: Words<'a>,
    names: &'a [String],
    automata: &'a [r::Dfa],
    pub(crate) words: Vec<u32>,
    strings: Vec<u32>,
    string_ids: BTreeMap<u32, Str>,
    dfas: Vec<r::Dfa>,
    dfa_ids: BTreeMap<(Vec<u32>, u32), DfaId>,
    known_dfas: BTreeMap<u32, DfaId>,
}

impl<'a> Layout<'a> {
    pub(crate) fn new(from: Words<'a>, names: &'a [String], automata: &'a [r::Dfa]) -> Self {
        Self {
            from,
            names,
            automata,
            // Word 0 is the empty list; the root record follows.
            words: alloc::vec![0; 1 + Root::WORDS],
            strings: Vec::new(),
            string_ids: BTreeMap::new(),
            dfas: Vec::new(),
            dfa_ids: BTreeMap::new(),
            known_dfas: BTreeMap::new(),
        }
    }

    /// Lays everything down that can be reached.
    pub(crate) fn root(&mut self, root: Root) {
        let nodes: Vec<r::Node> = root.nodes.iter(self.from).collect();
        let mut laid = Root {
            name: root.name.lay(self),
            languages: root.languages.lay(self),
            vars: root.vars.lay(self),
            prompts: root.prompts.lay(self),
            schedules: root.schedules.lay(self),
            dfas: List::EMPTY,
            flows: root.flows.lay(self),
            nodes: List::EMPTY,
            events: root.events.lay(self),
            tongues: root.tongues.lay(self),
        };
        let nodes: Vec<r::Node> = nodes.into_iter().map(|node| self.node(node)).collect();
        laid.nodes = self.list(&nodes);
        let dfas = core::mem::take(&mut self.dfas);
        laid.dfas = self.list(&dfas);
        let mut head = Vec::with_capacity(Root::WORDS);
        laid.put(&mut head);
        self.words[1..=Root::WORDS].copy_from_slice(&head);
    }

    fn node(&mut self, node: r::Node) -> r::Node {
        let body = match Kind::from_code(node.kind) {
            Some(Kind::Play) => self.body::<r::Play>(node),
            Some(Kind::Menu | Kind::Collect) => self.body::<r::Collect>(node),
            Some(Kind::Record) => self.body::<r::RecordBody>(node),
            Some(Kind::Branch) => self.body::<r::Branch>(node),
            Some(Kind::Schedule) => self.body::<r::ScheduleBody>(node),
            Some(Kind::Language) => self.body::<r::Language>(node),
            Some(Kind::Set) => self.body::<r::Set>(node),
            Some(Kind::Query) => self.body::<r::Query>(node),
            Some(Kind::Transfer) => self.body::<r::Transfer>(node),
            Some(Kind::Queue) => self.body::<r::Queue>(node),
            Some(Kind::Attach) => self.body::<r::Attach>(node),
            Some(Kind::Split) => self.body::<r::Split>(node),
            Some(Kind::Call) => self.body::<r::Call>(node),
            Some(Kind::Return) => self.body::<r::Return>(node),
            Some(Kind::Goto | Kind::Hangup) | None => 0,
        };
        r::Node { body, ..node.lay(self) }
    }

    fn body<R: Field>(&mut self, node: r::Node) -> u32 {
        let record = R::get(self.from, node.body as usize).lay(self);
        let at = self.words.len() as u32;
        record.put(&mut self.words);
        at
    }

    pub(super) fn list<R: Field>(&mut self, records: &[R]) -> List<R> {
        List::write(&mut self.words, records)
    }

    pub(super) fn string(&mut self, Str(old): Str) -> Str {
        let next = Str(self.strings.len() as u32);
        let strings = &mut self.strings;
        *self.string_ids.entry(old).or_insert_with(|| {
            strings.push(old);
            next
        })
    }

    /// Automata written alike and of the same states are one.
    pub(super) fn dfa(&mut self, DfaId(old): DfaId) -> DfaId {
        if let Some(&id) = self.known_dfas.get(&old) {
            return id;
        }
        let dfa = self.automata[old as usize];
        let mut states = Vec::new();
        dfa.states.iter(self.from).for_each(|state| state.put(&mut states));
        let next = DfaId(self.dfas.len() as u32);
        let key = (states, dfa.source.0);
        let id = match self.dfa_ids.get(&key) {
            Some(&id) => id,
            None => {
                self.dfa_ids.insert(key, next);
                let laid = dfa.lay(self);
                self.dfas.push(laid);
                next
            }
        };
        self.known_dfas.insert(old, id);
        id
    }

    pub(super) fn code(&mut self, Expr(old): Expr) -> Expr {
        let count = self.from.get(old as usize);
        let mut code = alloc::vec![count];
        let (mut at, end) = (old as usize + 1, old as usize + 1 + count as usize);
        while at < end {
            let word = self.from.get(at);
            let Some((op, operand)) = Op::split(word) else { break };
            code.push(match op {
                Op::Str => op.word(self.string(Str(operand)).0),
                Op::Matches => op.word(self.dfa(DfaId(operand)).0),
                _ => word,
            });
            let constants = if op.has_constant() { 2 } else { 0 };
            code.extend((1..=constants).map(|i| self.from.get(at + i)));
            at += 1 + constants;
        }
        let at = self.words.len() as u32;
        self.words.extend(code);
        Expr(at)
    }

    /// The strings in their new order.
    pub(crate) fn texts(&self) -> Vec<&'a str> {
        self.strings.iter().map(|&old| self.names[old as usize].as_str()).collect()
    }
}
