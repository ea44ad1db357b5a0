//! Nodes: every field that is not the usual one, and where each exit leads.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use super::{listed, mapped, quoted, word};
use crate::grammar::SYMBOLS;
use crate::machine::TransferKind;
use crate::program::Flow;
use crate::program::records::{self as r, Exit, FLUSH, Kind, REPROMPT, exit};
use crate::program::words::{List, VarId};

type Fields = Vec<(&'static str, String)>;

fn ms(n: u32) -> String {
    format!("{n}ms")
}

/// A set of keys.
fn keys(mask: u32) -> String {
    let keys = (0..).zip(SYMBOLS).filter(|(bit, _)| mask >> bit & 1 == 1);
    quoted(&keys.map(|(_, key)| char::from(key)).collect::<String>())
}

impl Flow<'_> {
    pub(super) fn node_text(&self, node: r::Node, indent: &str) -> String {
        let kind = Kind::from_code(node.kind).unwrap_or(Kind::Hangup);
        let mut exits: Vec<Exit> = self.list(node.exits).collect();
        let mut fields: Fields = alloc::vec![("type", kind.name().to_string())];
        fields.extend(self.fields(node, kind, &mut exits));
        let next = exits.iter().position(|e| e.code == exit::NEXT && self.str(e.name) == "next");
        if let Some(next) = next {
            fields.push(("next", self.to(exits.remove(next))));
        }
        if !exits.is_empty() {
            fields.push(("on", mapped(exits.into_iter().map(|exit| self.target(exit)))));
        }
        let mut out = format!("{indent}  {}:\n", word(self.str(node.name)));
        for (name, value) in fields {
            let _ = writeln!(out, "{indent}    {name}: {value}");
        }
        out
    }

    /// The fields of a kind; exits that are part of them are taken out.
    fn fields(&self, node: r::Node, kind: Kind, exits: &mut Vec<Exit>) -> Fields {
        match kind {
            Kind::Play => {
                alloc::vec![("prompt", self.prompt_text(self.body::<r::Play>(node).prompt))]
            }
            Kind::Menu | Kind::Collect => self.collect_fields(self.body(node), kind, exits),
            Kind::Record => self.record_fields(self.body(node)),
            Kind::Branch => self.branch_fields(self.body(node), exits),
            Kind::Schedule => {
                let id = self.body::<r::ScheduleBody>(node).schedule;
                let schedule = self.root.schedules.at(self.words, id.0);
                alloc::vec![("schedule", word(self.str(schedule.name)))]
            }
            Kind::Language => {
                let to = self.body::<r::Language>(node).to.0;
                alloc::vec![("to", to.map_or("next".into(), |l| word(self.language(l.0 as u8))))]
            }
            Kind::Set => alloc::vec![("values", self.assigns(self.body::<r::Set>(node).assigns))],
            Kind::Query => self.query_fields(self.body(node)),
            Kind::Transfer => {
                let body: r::Transfer = self.body(node);
                let how = TransferKind::ALL.get(body.how as usize);
                alloc::vec![
                    ("kind", how.map_or("", |how| how.name()).to_string()),
                    ("to", self.literal(body.target)),
                    ("timeout", ms(body.timeout)),
                    ("attach", self.args(body.attach)),
                ]
            }
            Kind::Queue => self.queue_fields(self.body(node), exits),
            Kind::Attach => alloc::vec![("values", self.args(self.body::<r::Attach>(node).args))],
            Kind::Split => {
                let weights = self.body::<r::Split>(node).weights;
                let rest = exits.split_off((weights.len(self.words) as usize).min(exits.len()));
                let shares = self.list(weights).zip(core::mem::replace(exits, rest));
                let share =
                    |(weight, exit)| format!("{{ weight: {weight}, to: {} }}", self.to(exit));
                alloc::vec![("shares", listed(shares.map(share)))]
            }
            Kind::Call => {
                let body: r::Call = self.body(node);
                let flow = self.root.flows.at(self.words, body.flow.0);
                alloc::vec![
                    ("flow", word(self.str(flow.name))),
                    ("args", self.assigns(body.args)),
                    ("results", self.assigns(body.results)),
                ]
            }
            Kind::Return => {
                let exit = self.body::<r::Return>(node).exit.checked_sub(1);
                let flow = self.root.flows.at(self.words, node.flow.0);
                let name = exit.and_then(|index| flow.returns.get(self.words, index));
                name.map(|name| ("exit", word(self.str(name)))).into_iter().collect()
            }
            Kind::Goto | Kind::Hangup => Vec::new(),
        }
    }

    fn name_of(&self, var: VarId) -> String {
        word(self.str(self.var(var).name))
    }

    /// Takes the numbered exits out: they come first.
    fn options(exits: &mut Vec<Exit>) -> Vec<Exit> {
        let end = exits.iter().take_while(|e| e.code >= exit::OPTION).count();
        let rest = exits.split_off(end);
        core::mem::replace(exits, rest)
    }

    fn collect_fields(&self, body: r::Collect, kind: Kind, exits: &mut Vec<Exit>) -> Fields {
        let mut fields: Fields = alloc::vec![("prompt", self.prompt_text(body.prompt))];
        let dfa = self.root.dfas.at(self.words, body.dfa.0);
        let source = self.str(dfa.source);
        let (how, written) = source.split_once(' ').unwrap_or((source, ""));
        if kind == Kind::Menu {
            let mut options = Self::options(exits);
            let into = body.into.0.filter(|_| how == "pattern");
            if let Some((into, to)) = into.and_then(|into| Some((into, options.pop()?))) {
                let extension = format!(
                    "{{ pattern: {}, into: {}, to: {} }}",
                    quoted(written),
                    self.name_of(into),
                    self.to(to)
                );
                fields.push(("extension", extension));
            }
            let options = options.into_iter().map(|exit| self.target(exit));
            fields.push(("options", mapped(options)));
        } else {
            fields.extend(body.into.0.map(|into| ("into", self.name_of(into))));
            match (how, written.split_once('-')) {
                ("digits", Some((min, max))) => {
                    fields.extend([("min", min.to_string()), ("max", max.to_string())]);
                }
                ("grammar", _) => fields.push(("grammar", quoted(written))),
                _ => fields.push(("pattern", quoted(written))),
            }
            fields.push(("terminators", keys(body.terminators)));
            match body.validate {
                1 => fields.push(("validate", "luhn".into())),
                2 => fields.push(("validate", "date".into())),
                _ => {}
            }
        }
        fields.extend([
            ("first_digit", ms(body.first)),
            ("inter_digit", ms(body.inter)),
            ("term", ms(body.term)),
            ("cancel", keys(body.cancel)),
            ("flush", (body.flags & FLUSH != 0).to_string()),
            ("reprompt", (body.flags & REPROMPT != 0).to_string()),
            ("max_noinput", body.max_noinput.to_string()),
            ("max_nomatch", body.max_nomatch.to_string()),
            ("noinput", self.prompt_texts(body.noinput)),
            ("nomatch", self.prompt_texts(body.nomatch)),
        ]);
        fields
    }

    fn record_fields(&self, body: r::RecordBody) -> Fields {
        let mut fields = alloc::vec![
            ("beep", (body.beep != 0).to_string()),
            ("max", ms(body.max)),
            ("min", ms(body.min)),
            ("silence", ms(body.silence)),
            ("terminators", keys(body.terminators)),
        ];
        fields.extend(body.into.0.map(|into| ("into", self.name_of(into))));
        fields
    }

    fn branch_fields(&self, body: r::Branch, exits: &mut Vec<Exit>) -> Fields {
        let cases = self.list(body.cases).zip(Self::options(exits)).map(|(case, exit)| {
            format!("{{ when: {}, to: {} }}", quoted(&self.expression(case)), self.to(exit))
        });
        let mut fields = alloc::vec![("cases", listed(cases))];
        if let Some(at) = exits.iter().position(|e| self.str(e.name) == "else") {
            fields.push(("else", self.to(exits.remove(at))));
        }
        fields
    }

    fn query_fields(&self, body: r::Query) -> Fields {
        let binds = self.list(body.results);
        let results: Vec<_> =
            binds.map(|bind| (word(self.str(bind.name)), self.name_of(bind.var))).collect();
        let results = if results.iter().all(|(name, var)| name == var) {
            listed(results.into_iter().map(|(name, _)| name))
        } else {
            mapped(results.into_iter().map(|(name, var)| format!("{name}: {var}")))
        };
        let mut fields = alloc::vec![
            ("query", quoted(self.str(body.name))),
            ("args", self.args(body.args)),
            ("results", results),
            ("timeout", ms(body.timeout)),
            ("filler_after", ms(body.filler_after)),
        ];
        fields.extend(body.filler.0.map(|filler| ("filler", self.prompt_text(filler))));
        fields
    }

    fn queue_fields(&self, body: r::Queue, exits: &mut Vec<Exit>) -> Fields {
        let mut fields = alloc::vec![
            ("queue", self.literal(body.queue)),
            ("priority", quoted(&self.expression(body.priority))),
            ("max_wait", ms(body.max_wait)),
            ("announce_after", ms(body.first)),
            ("announce_every", ms(body.interval)),
            ("keys", mapped(Self::options(exits).into_iter().map(|exit| self.target(exit)))),
            ("attach", self.args(body.attach)),
        ];
        fields.extend(body.announce.0.map(|prompt| ("announce", self.prompt_text(prompt))));
        fields
    }

    fn args(&self, args: List<r::Arg>) -> String {
        mapped(self.list(args).map(|arg| {
            format!("{}: {}", word(self.str(arg.name)), quoted(&self.expression(arg.value)))
        }))
    }

    fn assigns(&self, assigns: List<r::Assign>) -> String {
        mapped(self.list(assigns).map(|assign| {
            format!("{}: {}", self.name_of(assign.var), quoted(&self.expression(assign.value)))
        }))
    }
}
