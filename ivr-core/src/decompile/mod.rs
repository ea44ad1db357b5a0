//! From a program back to a document.
//!
//! The document compiles to the same program, byte for byte. What a program does not hold is lost:
//! comments and the way things were set down, `description` and `vendor`; a compound node comes
//! back as the nodes it stands for, a prompt included in another as what it says.

mod expr;
mod nodes;
mod say;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use crate::Type;
use crate::program::Flow;
use crate::program::records::{self as r, Exit, Item, Kind};
use crate::program::words::{List, PromptId};
use crate::say::Kind as SayKind;
use crate::schedule::civil_from_days;

impl Flow<'_> {
    /// A document that compiles to this program, byte for byte.
    ///
    /// Lost are comments and formatting, `description` and `vendor`; compound nodes come back as
    /// the plain ones they stand for, included prompts as what they say.
    ///
    /// ```
    /// let source = "
    /// name: hello
    /// languages: [en]
    /// start: hello
    /// nodes:
    ///   hello: { type: play, prompt: Hello there., next: hangup } # a comment
    /// ";
    /// let program = ivr_core::compile(source, "hello.yaml").unwrap();
    /// let document = ivr_core::Flow::load(&program).unwrap().decompile();
    /// assert_eq!(*ivr_core::compile(&document, "hello.yaml").unwrap(), *program);
    /// ```
    #[must_use]
    pub fn decompile(&self) -> String {
        let mut out = format!("name: {}\nlanguages: ", quoted(self.name()));
        out += &listed(self.languages().map(word));
        out.push('\n');
        section(&mut out, "variables", self.list(self.root.vars).map(|var| self.variable(var)));
        section(&mut out, "schedules", self.list(self.root.schedules).map(|s| self.hours(s)));
        section(&mut out, "say", self.list(self.root.tongues).map(|tongue| self.tongue(tongue)));
        let prompts = (0..).zip(self.list(self.root.prompts)).filter_map(|(id, prompt)| {
            let name = self.str(prompt.name.0?);
            Some(format!("{}: {}", word(name), self.spoken(PromptId(id))))
        });
        section(&mut out, "prompts", prompts);
        let events = self.targets(self.root.events);
        if !events.is_empty() {
            let _ = writeln!(out, "on: {}", mapped(events));
        }
        let declared = self.declared();
        for (index, flow) in (0..).zip(self.list(self.root.flows)) {
            let indent = if index == 0 { "" } else { "    " };
            if index == 1 {
                out += "flows:\n";
            }
            if index > 0 {
                let _ = writeln!(out, "  {}:", word(self.str(flow.name)));
                let returns: Vec<_> =
                    self.list(flow.returns).map(|name| word(self.str(name))).collect();
                if !returns.is_empty() {
                    let _ = writeln!(out, "{indent}returns: {}", listed(returns.into_iter()));
                }
                let events = self.targets(flow.events);
                if !events.is_empty() {
                    let _ = writeln!(out, "{indent}on: {}", mapped(events));
                }
            }
            let start = word(self.str(self.node(flow.start).name));
            let nodes: Vec<_> = self
                .list(self.root.nodes)
                .take(declared)
                .filter(|node| node.flow.0 == index)
                .map(|node| self.node_text(node, indent))
                .collect();
            let nodes =
                if nodes.is_empty() { " {}\n".into() } else { format!("\n{}", nodes.concat()) };
            let _ = write!(out, "{indent}start: {start}\n{indent}nodes:{nodes}");
        }
        out
    }

    /// How many nodes a document has to declare: those at the end that are there by themselves,
    /// `hangup` and `return`, come by being named.
    fn declared(&self) -> usize {
        let nodes: Vec<r::Node> = self.list(self.root.nodes).collect();
        let by_itself = |node: &r::Node| {
            let plain = node.exits.len(self.words) == 0;
            match (self.str(node.name), Kind::from_code(node.kind)) {
                ("hangup", Some(Kind::Hangup)) => plain,
                ("return", Some(Kind::Return)) => plain && self.body::<r::Return>(*node).exit == 0,
                _ => false,
            }
        };
        nodes.len() - nodes.iter().rev().take_while(|node| by_itself(node)).count()
    }

    fn variable(&self, var: r::Var) -> String {
        let ty = Type::from_code(var.ty).map_or("", Type::name);
        let mut fields = alloc::vec![format!("type: {ty}")];
        if var.max > 0 {
            fields.push(format!("max: {}", var.max));
        }
        if var.secret != 0 {
            fields.push("secret: true".into());
        }
        if let Some(initial) = var.initial.0 {
            fields.push(format!("initial: {}", quoted(&self.expression(initial))));
        }
        format!("{}: {}", word(self.str(var.name)), mapped(fields))
    }

    fn hours(&self, schedule: r::Schedule) -> String {
        let open = self.list(schedule.periods).map(|period| {
            let days = mapped([
                format!("days: {}", days(period.days)),
                format!("hours: {}", clock(period)),
            ]);
            format!("\n      - {days}")
        });
        let open: String = open.collect();
        let open = if open.is_empty() { " []".to_string() } else { open };
        let mut out = format!(
            "{}:\n    zone: {}\n    open:{open}",
            word(self.str(schedule.name)),
            quoted(self.str(schedule.zone))
        );
        let special = |of: fn(u32) -> bool| -> String {
            let found = self.list(schedule.specials).filter(|s| of(s.like));
            found.map(|s| format!("\n      - {}", self.special(s))).collect()
        };
        for (name, days) in [
            ("holidays", special(|like| like == 0)),
            ("workdays", special(|like| (1..8).contains(&like))),
            ("special", special(|like| like == 8)),
        ] {
            if !days.is_empty() {
                let _ = write!(out, "\n    {name}:{days}");
            }
        }
        out
    }

    fn special(&self, special: r::Special) -> String {
        let (year, month, day) = civil_from_days(i64::from(special.day as i32));
        let mut fields = alloc::vec![format!("date: {year:04}-{month:02}-{day:02}")];
        if let Some(name) = special.name.0 {
            fields.push(format!("name: {}", quoted(self.str(name))));
        }
        match special.like {
            0 => {}
            like @ 1..=7 => fields.push(format!("as: {}", days(1 << (like - 1)))),
            _ if special.periods.len(self.words) > 0 => {
                fields.push(format!("hours: {}", listed(self.list(special.periods).map(clock))));
            }
            _ => {}
        }
        mapped(fields)
    }

    /// A prompt as a node names or holds it.
    fn prompt_text(&self, id: PromptId) -> String {
        let prompt = self.root.prompts.get(self.words, id.0);
        match prompt.and_then(|prompt| prompt.name.0) {
            Some(name) => word(self.str(name)),
            None => self.spoken(id),
        }
    }

    fn prompt_texts(&self, prompts: List<PromptId>) -> String {
        listed(self.list(prompts).map(|id| self.prompt_text(id)))
    }

    /// What a prompt says in every language.
    fn spoken(&self, PromptId(id): PromptId) -> String {
        let prompt = self.root.prompts.get(self.words, id);
        let variants = prompt.into_iter().flat_map(|prompt| self.list(prompt.variants));
        let each = self.languages().zip(variants).map(|(language, variant)| {
            let items = listed(self.list(variant.items).map(|item| self.item(item)));
            format!("{}: {items}", word(language))
        });
        mapped(each)
    }

    fn item(&self, item: Item) -> String {
        let mut fields = Vec::new();
        if let Some(file) = item.file.0 {
            fields.push(format!("file: {}", quoted(self.str(file))));
        }
        if let Some(text) = item.text.0 {
            fields.push(format!("text: {}", quoted(self.str(text))));
        }
        if let Some(value) = item.value.0 {
            let kind = SayKind::from_code(item.say).map_or("", SayKind::name);
            fields.push(format!("say: {}, as: {kind}", quoted(&self.expression(value))));
        }
        if let Some(when) = item.when.0 {
            fields.push(format!("when: {}", quoted(&self.expression(when))));
        }
        if item.bargein == 0 {
            fields.push("bargein: false".into());
        }
        mapped(fields)
    }

    /// Exits and where they lead.
    fn targets(&self, exits: List<Exit>) -> Vec<String> {
        self.list(exits).map(|exit| self.target(exit)).collect()
    }

    fn target(&self, exit: Exit) -> String {
        format!("{}: {}", word(self.str(exit.name)), self.to(exit))
    }

    fn to(&self, exit: Exit) -> String {
        word(self.str(self.node(exit.target).name))
    }
}

/// A part of the document that is left out when it is empty.
fn section(out: &mut String, name: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        let _ = writeln!(out, "{name}:\n  {}", lines.join("\n  "));
    }
}

fn listed(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn mapped(entries: impl IntoIterator<Item = String>) -> String {
    let entries: Vec<String> = entries.into_iter().collect();
    if entries.is_empty() { "{}".into() } else { format!("{{ {} }}", entries.join(", ")) }
}

/// A name without quotes where it needs none.
fn word(text: &str) -> String {
    let mut chars = text.chars();
    let plain = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if plain && text != "null" { text.to_string() } else { quoted(text) }
}

/// Any text, in double quotes.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out += "\\n",
            '\t' => out += "\\t",
            // What YAML takes for the end of a line, or not at all, is spelt out.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(out, "\\U{:08X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn days(mask: u32) -> String {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let days = (0..).zip(names).filter(|(bit, _)| mask >> bit & 1 == 1);
    listed(days.map(|(_, name)| name.to_string()))
}

fn clock(period: r::Period) -> String {
    let (from, to) = (period.from, period.to);
    format!("\"{:02}:{:02}-{:02}:{:02}\"", from / 60, from % 60, to / 60, to % 60)
}
