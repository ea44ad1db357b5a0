//! Menus and collections of digits.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::automaton::{self, Automaton, LONGEST, Pattern};
use super::fields::Fields;
use super::flows::DraftExit;
use super::{Compiler, Fault};
use crate::Type;
use crate::document::{Node, Span};
use crate::program::records::{self as r, EAGER, FLUSH, Kind, REPROMPT, exit};
use crate::program::words::{DfaId, List, Opt, PromptId, VarId};

/// What both kinds have.
struct Common {
    prompt: PromptId,
    first: u32,
    inter: u32,
    term: u32,
    cancel: u32,
    flags: u32,
    max_noinput: u32,
    max_nomatch: u32,
    noinput: List<PromptId>,
    nomatch: List<PromptId>,
}

const FIRST_MS: u32 = 5_000;
const INTER_MS: u32 = 3_000;
const TRIES: u32 = 3;

impl<'d> Compiler<'d> {
    fn common(&mut self, fields: &mut Fields<'d>, reprompt: bool) -> Result<Common, Fault> {
        let prompt = fields.need(self, "prompt")?;
        let prompt = self.prompt(prompt)?;
        let mut flags = 0;
        for (name, flag, default) in [("flush", FLUSH, false), ("reprompt", REPROMPT, reprompt)] {
            let set = fields.take(name).map_or(Ok(default), |node| self.boolean(node))?;
            flags |= if set { flag } else { 0 };
        }
        let first = self.timer(fields, "first_digit", FIRST_MS)?;
        let inter = self.timer(fields, "inter_digit", INTER_MS)?;
        let term = fields.take("term").map_or(Ok(0), |node| self.duration(node))?;
        let cancel = fields.take("cancel").map_or(Ok(0), |node| self.keys(node))?;
        let tries = fields.take("tries").map_or(Ok(TRIES), |node| self.number(node, 1, 99))?;
        let mut max =
            |c: &mut Self, name| fields.take(name).map_or(Ok(tries), |node| c.number(node, 1, 99));
        let (max_noinput, max_nomatch) = (max(self, "max_noinput")?, max(self, "max_nomatch")?);
        let (noinput, nomatch) = (fields.take("noinput"), fields.take("nomatch"));
        let mut tries =
            |node: Option<&'d Node>| node.map_or(Ok(List::EMPTY), |node| self.prompt_tries(node));
        Ok(Common {
            prompt,
            first,
            inter,
            term,
            cancel,
            flags,
            max_noinput,
            max_nomatch,
            noinput: tries(noinput)?,
            nomatch: tries(nomatch)?,
        })
    }

    fn timer(
        &mut self,
        fields: &mut Fields<'d>,
        name: &'static str,
        default: u32,
    ) -> Result<u32, Fault> {
        let Some(node) = fields.take(name) else {
            return Ok(default);
        };
        let ms = self.duration(node)?;
        if ms == 0 {
            let message = format!("`{name}` leaves the caller no time");
            let help = Some(format!("{}s is usual", default / 1000));
            self.warn("timeout-zero", node.span, message, help);
        }
        Ok(ms)
    }

    /// A menu's record, its options' exits and what else it needs.
    pub(super) fn menu(
        &mut self,
        fields: &mut Fields<'d>,
    ) -> Result<(u32, Vec<DraftExit<'d>>, Vec<u32>), Fault> {
        let common = self.common(fields, true)?;
        let options = fields.need(self, "options")?;
        let extension = fields.take("extension");
        let mut exits = Vec::new();
        let mut patterns = Vec::new();
        let mut names: Vec<(String, Span)> = Vec::new();
        for (keys, key, to) in self.entries(options, "options")? {
            let Some(pattern) = Pattern::literal(keys).filter(|_| !keys.is_empty()) else {
                let message = format!("`{keys}` is nothing a caller can press");
                let help = Some("an option is one or more of 0-9, *, #, A-D".into());
                return Err(self.error("no-key", key.span, message, help));
            };
            if keys.len() > LONGEST as usize {
                let message = "no option is longer than 32 keys".into();
                return Err(self.error("no-key", key.span, message, None));
            }
            let tag = exits.len() as u32;
            exits.push(self.exit(exit::OPTION + tag, keys, to)?);
            patterns.push((pattern, tag + 1));
            names.push((keys.to_string(), key.span));
        }
        if exits.is_empty() {
            let message = "a menu needs an option".into();
            return Err(self.error("missing", options.span, message, None));
        }
        let (mut into, mut source) = (None, "keys".to_string());
        if let Some(node) = extension {
            let mut fields = Fields::new(self, node, "an extension")?;
            let pattern = fields.need(self, "pattern")?;
            let (var, to) = (fields.need(self, "into")?, fields.need(self, "to")?);
            fields.finish(self);
            let parsed = self.pattern(pattern)?;
            source = format!("pattern {}", pattern.text().unwrap_or_default());
            let tag = exits.len() as u32;
            exits.push(self.exit(exit::OPTION + tag, "extension", to)?);
            patterns.push((parsed, tag + 1));
            into = Some(self.digits_variable(var, None)?);
        }
        let automaton = self.automaton(&patterns, options)?;
        self.shadowed(&names, &automaton, common.inter);
        let dfa = self.add_dfa(&automaton, &source);
        let body = self.collect_body(&common, EAGER, dfa, Opt(into), 0, 0);
        let mut required = alloc::vec![exit::NOINPUT, exit::NOMATCH];
        if common.cancel != 0 {
            required.push(exit::CANCEL);
        }
        Ok((body, exits, required))
    }

    /// An option that begins like a longer one is only taken after the time between digits.
    fn shadowed(&mut self, names: &[(String, Span)], automaton: &Automaton, inter: u32) {
        for (name, span) in names {
            let mut longer =
                names.iter().filter(|(n, _)| n.starts_with(name.as_str()) && n != name);
            let mut state = 0;
            for symbol in name.bytes().filter_map(crate::grammar::symbol) {
                state = automaton.states.get(usize::from(state)).map_or(0, |s| s.next(symbol));
            }
            let goes_on = automaton.states.get(usize::from(state)).is_some_and(r::State::goes_on);
            if !goes_on {
                continue;
            }
            let other = longer.next().map_or("an extension", |(n, _)| n.as_str()).to_string();
            let (level, message) = if inter == 0 {
                ("dead-option", format!("`{other}` can never be pressed: `{name}` comes first"))
            } else {
                let message =
                    format!("`{name}` waits {inter} ms, because `{other}` begins like it");
                ("prefix-option", message)
            };
            let help = Some("options that do not begin like each other answer at once".into());
            self.warn(level, *span, message, help);
        }
    }

    pub(super) fn collect(&mut self, fields: &mut Fields<'d>) -> Result<(u32, Vec<u32>), Fault> {
        let span = fields.span;
        let common = self.common(fields, true)?;
        let into = fields.need(self, "into")?;
        let (digits, pattern) = (fields.take("digits"), fields.take("pattern"));
        let (min, max) = (fields.take("min"), fields.take("max"));
        let grammar = fields.take("grammar");
        let terminators = fields.take("terminators");
        let validate = fields.take("validate");
        let written = |node: &Node| node.text().unwrap_or_default().to_string();
        let (parsed, source) = match (pattern, digits, min, max) {
            (None, None, None, None) if grammar.is_some() => {
                let source = grammar.map_or_else(String::new, written);
                (self.grammar(grammar)?, format!("grammar {source}"))
            }
            (Some(node), None, None, None) => {
                (self.pattern(node)?, format!("pattern {}", written(node)))
            }
            (None, Some(node), None, None) => {
                let n = self.number(node, 1, LONGEST)?;
                (Pattern::digits(n, n), format!("digits {n}-{n}"))
            }
            (None, None, min, Some(max)) => {
                let least = min.map_or(Ok(1), |node| self.number(node, 0, LONGEST))?;
                let most = self.number(max, least.max(1), LONGEST)?;
                (Pattern::digits(least, most), format!("digits {least}-{most}"))
            }
            _ => {
                let message =
                    "how many digits? give `digits`, `max` (and `min`), a `pattern` or a `grammar`";
                return Err(self.error("missing", span, message.into(), None));
            }
        };
        let automaton = self.automaton(&[(parsed, 0)], into)?;
        let fixed = automaton.longest == automaton.shortest;
        let terminators = match terminators {
            Some(node) => self.keys(node)?,
            // The usual key, also where it only hurries: nobody is punished for pressing it.
            None => 1 << 11,
        };
        let usable = automaton.states.iter().any(|s| {
            (0..16).any(|symbol| terminators >> symbol & 1 == 1 && s.next(symbol) != r::DEAD)
        });
        if usable {
            let message = "a key of the pattern ends the input before it can match".into();
            let help = Some("choose other `terminators`, or none: `terminators: \"\"`".into());
            self.warn("terminator", span, message, help);
        }
        if !fixed && terminators == 0 && common.inter > 10_000 {
            let message = "every caller waits for the time between digits here".into();
            self.warn("slow", span, message, None);
        }
        let validate = match validate {
            None => 0,
            Some(node) => match node.text() {
                Some("luhn") => 1,
                Some("date") => 2,
                _ => {
                    let message = "input is validated by `luhn` or `date`".into();
                    return Err(self.error("wrong-shape", node.span, message, None));
                }
            },
        };
        let var = self.digits_variable(into, Some(&automaton))?;
        let dfa = self.add_dfa(&automaton, &source);
        let body = self.collect_body(&common, 0, dfa, Opt(Some(var)), terminators, validate);
        let mut required = alloc::vec![exit::NEXT, exit::NOINPUT, exit::NOMATCH];
        if common.cancel != 0 {
            required.push(exit::CANCEL);
        }
        Ok((body, required))
    }

    fn collect_body(
        &mut self,
        common: &Common,
        flags: u32,
        dfa: DfaId,
        into: Opt<VarId>,
        terminators: u32,
        validate: u32,
    ) -> u32 {
        self.body(r::Collect {
            prompt: common.prompt,
            dfa,
            into,
            first: common.first,
            inter: common.inter,
            term: common.term,
            terminators,
            cancel: common.cancel,
            flags: common.flags | flags,
            validate,
            max_noinput: common.max_noinput,
            max_nomatch: common.max_nomatch,
            noinput: common.noinput,
            nomatch: common.nomatch,
        })
    }

    fn pattern(&mut self, node: &'d Node) -> Result<Pattern, Fault> {
        let text = self.text(node, "a pattern")?;
        Pattern::parse(text)
            .map_err(|(at, message)| self.error("pattern", node.inside(at, 1), message, None))
    }

    /// An SRGS grammar or a built-in type.
    fn grammar(&mut self, node: Option<&'d Node>) -> Result<Pattern, Fault> {
        let node = node.ok_or(Fault)?;
        let text = self.text(node, "a grammar")?;
        match super::srgs::read(text) {
            Ok(pattern) => Ok(pattern),
            Err(message) => Err(self.error("grammar", node.span, message, None)),
        }
    }

    fn automaton(&mut self, patterns: &[(Pattern, u32)], node: &Node) -> Result<Automaton, Fault> {
        let built = automaton::build(patterns);
        let built = built.map_err(|m| self.error("pattern", node.span, m.into(), None))?;
        if built.states.iter().all(|s| s.accept == 0) {
            let message = "nothing a caller can press matches".into();
            return Err(self.error("pattern", node.span, message, None));
        }
        Ok(built)
    }

    /// The variable that takes digits, with room for all of them.
    fn digits_variable(
        &mut self,
        node: &'d Node,
        automaton: Option<&Automaton>,
    ) -> Result<VarId, Fault> {
        let id = self.variable_of(node, &[Type::Digits, Type::Text])?;
        let max = self.vars[id.0 as usize].max;
        if let Some(a) = automaton.filter(|a| a.longest > max) {
            let longest = a.longest;
            let message = format!("up to {longest} digits do not fit into {max}");
            let help = Some(format!("declare the variable with `max: {longest}`"));
            return Err(self.error("type", node.span, message, help));
        }
        Ok(id)
    }

    /// A variable by its name, of one of some types.
    pub(super) fn variable_of(&mut self, node: &'d Node, types: &[Type]) -> Result<VarId, Fault> {
        let name = self.text(node, "a variable's name")?;
        let Some((id, var)) = self.variable(name) else {
            let names = self.variable_names();
            let near = super::diagnostic::nearest(name, names.iter().map(String::as_str));
            let help = near.map_or_else(
                || format!("declare it: `variables: {{ {name}: {} }}`", types[0].name()),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("there is no variable `{name}`");
            return Err(self.error("unknown-variable", node.span, message, Some(help)));
        };
        if types.iter().any(|t| t.code() == var.ty) {
            return Ok(id);
        }
        let wanted: Vec<_> = types.iter().map(|t| t.name()).collect();
        let is = Type::from_code(var.ty).map_or("", Type::name);
        let message = format!("`{name}` is {is}, here it should be {}", wanted.join(" or "));
        Err(self.error("type", node.span, message, None))
    }
}

/// Whether a kind listens to the caller.
pub(super) const fn listens(kind: Kind) -> bool {
    matches!(kind, Kind::Menu | Kind::Collect)
}
