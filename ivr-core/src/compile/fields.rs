//! Reading mappings: every key asked for once, every other one reported.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::diagnostic::nearest;
use super::{Compiler, Fault};
use crate::document::{Content, Node, Span};

/// The entries of a mapping, each taken out when it is asked for.
pub(super) struct Fields<'d> {
    pub(super) span: Span,
    entries: Vec<(&'d str, &'d Node, &'d Node)>,
    asked: Vec<&'static str>,
    /// What the mapping is, for messages.
    what: String,
}

impl<'d> Fields<'d> {
    pub(super) fn new(c: &mut Compiler<'d>, node: &'d Node, what: &str) -> Result<Self, Fault> {
        let entries = c.entries(node, what)?;
        let span = entries.first().map_or(node.span, |(_, key, _)| key.span);
        Ok(Self { span, entries, asked: Vec::new(), what: what.into() })
    }

    pub(super) fn take(&mut self, name: &'static str) -> Option<&'d Node> {
        self.asked.push(name);
        let at = self.entries.iter().position(|(key, ..)| *key == name)?;
        Some(self.entries.remove(at).2)
    }

    pub(super) fn need(
        &mut self,
        c: &mut Compiler<'d>,
        name: &'static str,
    ) -> Result<&'d Node, Fault> {
        match self.take(name) {
            Some(node) => Ok(node),
            None => {
                let what = &self.what;
                Err(c.error("missing", self.span, format!("{what} has no `{name}`"), None))
            }
        }
    }

    /// Whether every field has been asked for.
    pub(super) fn is_spent(&self) -> bool {
        self.entries.is_empty()
    }

    /// Reports what nobody asked for.
    pub(super) fn finish(self, c: &mut Compiler<'d>) {
        for (name, key, _) in &self.entries {
            let help = nearest(name, self.asked.iter().copied())
                .map(|n| format!("did you mean `{n}`?"))
                .unwrap_or_else(|| format!("{} may have: {}", self.what, self.asked.join(", ")));
            let message = format!("{} has no field `{name}`", self.what);
            c.error("unknown-field", key.span, message, Some(help));
        }
    }
}

impl<'d> Compiler<'d> {
    /// A mapping's entries, keys as text, none twice.
    pub(super) fn entries(
        &mut self,
        node: &'d Node,
        what: &str,
    ) -> Result<Vec<(&'d str, &'d Node, &'d Node)>, Fault> {
        let Content::Mapping(entries) = &node.content else {
            let message = format!("{what} should be a mapping, this is {}", node.what());
            return Err(self.error("wrong-shape", node.span, message, None));
        };
        let mut found: Vec<(&str, &Node, &Node)> = Vec::with_capacity(entries.len());
        let mut seen = alloc::collections::BTreeSet::new();
        for (key, value) in entries {
            let Content::Scalar { text: name, .. } = &key.content else {
                self.error("wrong-shape", key.span, "a key should be a word".into(), None);
                continue;
            };
            if !seen.insert(name.as_str()) {
                let help = Some("rename it or take one of them out".into());
                self.error("duplicate", key.span, format!("`{name}` is here twice"), help);
                continue;
            }
            found.push((name, key, value));
        }
        Ok(found)
    }

    /// The values of a list; one value alone counts as a list of one.
    pub(super) fn items(&self, node: &'d Node) -> &'d [Node] {
        match &node.content {
            Content::Sequence(items) => items,
            _ if node.is_null() => &[],
            _ => core::slice::from_ref(node),
        }
    }

    pub(super) fn text(&mut self, node: &'d Node, what: &str) -> Result<&'d str, Fault> {
        match node.text() {
            Some(text) => Ok(text),
            None => {
                let message = format!("{what} should be text, this is {}", node.what());
                Err(self.error("wrong-shape", node.span, message, None))
            }
        }
    }

    pub(super) fn boolean(&mut self, node: &'d Node) -> Result<bool, Fault> {
        match node.text() {
            Some("true" | "yes") => Ok(true),
            Some("false" | "no") => Ok(false),
            _ => Err(self.error(
                "wrong-shape",
                node.span,
                "this should be true or false".into(),
                None,
            )),
        }
    }

    pub(super) fn number(&mut self, node: &'d Node, min: u32, max: u32) -> Result<u32, Fault> {
        match node.text().and_then(|text| text.parse().ok()) {
            Some(n) if (min..=max).contains(&n) => Ok(n),
            _ => {
                let message = format!("this should be a number from {min} to {max}");
                Err(self.error("wrong-number", node.span, message, None))
            }
        }
    }

    /// A duration in milliseconds: `500ms`, `5s`, `2m`, `1h`, or plain 0.
    pub(super) fn duration(&mut self, node: &'d Node) -> Result<u32, Fault> {
        let text = self.text(node, "a duration")?;
        let ms = milliseconds(text);
        ms.ok_or_else(|| {
            let help = match text.parse::<u32>() {
                Ok(n) => format!("write `{n}s` or `{n}ms`"),
                Err(_) => "write it like `500ms`, `5s`, `2m` or `1h`; a day is the most".into(),
            };
            let message = format!("`{text}` is no duration");
            self.error("duration", node.span, message, Some(help))
        })
    }

    /// A set of keys: `"#"`, `"*#"`, or a list of them.
    pub(super) fn keys(&mut self, node: &'d Node) -> Result<u32, Fault> {
        let mut keys = 0;
        for item in self.items(node) {
            for c in self.text(item, "keys")?.chars() {
                let symbol = u8::try_from(c).ok().and_then(crate::grammar::symbol);
                let Some(symbol) = symbol else {
                    let help = Some("keys are 0-9, *, #, A-D".into());
                    let message = format!("`{c}` is no key of a telephone");
                    return Err(self.error("no-key", item.span, message, help));
                };
                keys |= 1 << symbol;
            }
        }
        Ok(keys)
    }
}

/// A duration as documents write it: `500ms`, `5s`, `1.5s`, `2m`, `1h`, or plain `0`; a day is the
/// most.
#[must_use]
pub fn milliseconds(text: &str) -> Option<u32> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit: u64 = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "" if number == "0" => 1,
        _ => return None,
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let whole = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    let part = match part.len() {
        0 => 0,
        n @ 1..=3 => part.parse::<u64>().ok()? * unit / 10_u64.pow(n as u32),
        _ => return None,
    };
    u32::try_from(whole.checked_add(part)?).ok().filter(|ms| *ms <= 86_400_000)
}
