//! Prompt resources: for every language, what is heard.

use alloc::format;
use alloc::vec::Vec;

use super::diagnostic::nearest;
use super::fields::Fields;
use super::{Compiler, Fault};
use crate::Type;
use crate::document::{Content, Node, Span};
use crate::program::records::{Item, Prompt, Variant};
use crate::program::words::{List, Opt, PromptId, Str};
use crate::say;

/// A prompt, its items in every language.
pub(super) struct PromptDraft<'d> {
    pub(super) name: Option<&'d str>,
    pub(super) span: Span,
    pub(super) used: bool,
    pub(super) languages: Vec<Vec<Item>>,
}

/// Whether a scalar in a node can only be meant as the name of a resource.
fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

impl<'d> Compiler<'d> {
    pub(super) fn prompt_resources(&mut self, node: &'d Node) -> Result<(), Fault> {
        let entries = self.entries(node, "prompts")?;
        // Names first: prompts may include each other in any order.
        for (name, key, _) in &entries {
            self.identifier(name, key.span, "a prompt")?;
            self.prompt_ids.insert(name, self.prompts.len() as u32);
            self.prompts.push(PromptDraft {
                name: Some(name),
                span: key.span,
                used: false,
                languages: Vec::new(),
            });
        }
        let mut missing: Vec<_> = entries.iter().map(|(name, _, spec)| (*name, *spec)).collect();
        // Those that include others wait for them; what is left waits for itself.
        loop {
            let before = missing.len();
            let mut later = Vec::new();
            for (name, spec) in missing {
                if self.includes_open(spec, false) {
                    later.push((name, spec));
                } else {
                    let languages = self.prompt_languages(spec, false)?;
                    let id = self.prompt_ids[name] as usize;
                    self.prompts[id].languages = languages;
                }
            }
            missing = later;
            if missing.is_empty() {
                return Ok(());
            }
            if missing.len() == before {
                let (name, spec) = missing[0];
                let message = format!("prompt `{name}` includes itself");
                return Err(self.error("prompt-loop", spec.span, message, None));
            }
        }
    }

    /// Whether a prompt includes one that is not compiled yet.
    fn includes_open(&self, node: &Node, included: bool) -> bool {
        match &node.content {
            Content::Scalar { text, .. } => {
                let id = self.prompt_ids.get(text.as_str());
                included && id.is_some_and(|id| self.prompts[*id as usize].languages.is_empty())
            }
            Content::Sequence(items) => items.iter().any(|item| self.includes_open(item, false)),
            Content::Mapping(entries) => entries
                .iter()
                .any(|(key, value)| self.includes_open(value, key.text() == Some("prompt"))),
        }
    }

    /// The prompt of a node: a resource's name, a text, an item, a list, or one of these for every
    /// language.
    pub(super) fn prompt(&mut self, node: &'d Node) -> Result<PromptId, Fault> {
        if let Some(name) = node.text().filter(|text| is_name(text)) {
            return self.resource(node, name).map(PromptId);
        }
        let languages = self.prompt_languages(node, true)?;
        self.prompts.push(PromptDraft { name: None, span: node.span, used: true, languages });
        Ok(PromptId(self.prompts.len() as u32 - 1))
    }

    /// A list of prompts, one a try.
    pub(super) fn prompt_tries(&mut self, node: &'d Node) -> Result<List<PromptId>, Fault> {
        let mut tries = Vec::new();
        for item in self.items(node) {
            tries.push(self.prompt(item)?);
        }
        Ok(self.list(&tries))
    }

    fn resource(&mut self, node: &Node, name: &str) -> Result<u32, Fault> {
        if let Some(&id) = self.prompt_ids.get(name) {
            self.prompts[id as usize].used = true;
            return Ok(id);
        }
        let near = nearest(name, self.prompt_ids.keys().copied());
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it under `prompts`, or write `{{ text: {name} }}` to say it"),
        };
        let message = format!("there is no prompt `{name}`");
        Err(self.error("unknown-prompt", node.span, message, Some(help)))
    }

    fn prompt_languages(&mut self, node: &'d Node, in_node: bool) -> Result<Vec<Vec<Item>>, Fault> {
        let languages = self.languages.clone();
        let by_language = match &node.content {
            Content::Mapping(entries) => {
                entries.iter().any(|(key, _)| key.text().is_some_and(|k| languages.contains(&k)))
            }
            _ => false,
        };
        if !by_language {
            // The same in every language: fine for recordings and values, not for words.
            let all = (0..languages.len()).map(|l| self.prompt_items(node, l, in_node));
            let all = all.collect::<Result<Vec<_>, _>>()?;
            if languages.len() > 1 && all[0].iter().any(|item| item.text.0.is_some()) {
                let included = |id: Str| {
                    let mut others = self.prompts.iter().flat_map(|p| p.languages.iter().flatten());
                    others.any(|item| item.text.0 == Some(id))
                };
                if !all[0].iter().filter_map(|item| item.text.0).all(included) {
                    let message = format!("this is spoken alike in {}", languages.join(" and "));
                    let help = format!("give a text for each: {{ {}: …, … }}", languages[0]);
                    self.warn("one-language", node.span, message, Some(help));
                }
            }
            return Ok(all);
        }
        let entries = self.entries(node, "a prompt")?;
        for (name, key, _) in &entries {
            if !languages.contains(name) {
                let help = format!("the languages are: {}", languages.join(", "));
                let message = format!("`{name}` is none of the languages");
                return Err(self.error("unknown-language", key.span, message, Some(help)));
            }
        }
        let mut all = Vec::new();
        for (index, language) in languages.iter().enumerate() {
            match entries.iter().find(|(name, ..)| name == language) {
                Some((_, _, spec)) => all.push(self.prompt_items(spec, index, false)?),
                None => {
                    let message = format!("this prompt is missing in `{language}`");
                    let help = format!("`{}` is heard instead", entries[0].0);
                    self.warn("missing-language", node.span, message, Some(help));
                    all.push(self.prompt_items(entries[0].2, index, false)?);
                }
            }
        }
        Ok(all)
    }

    fn prompt_items(
        &mut self,
        node: &'d Node,
        language: usize,
        in_node: bool,
    ) -> Result<Vec<Item>, Fault> {
        let mut found = Vec::new();
        for item in self.items(node) {
            match &item.content {
                Content::Scalar { text, .. } if in_node && is_name(text) => {
                    let id = self.resource(item, text)?;
                    self.include(id, language, &mut found);
                }
                Content::Scalar { text, .. } if !item.is_null() => {
                    let text = self.string(text);
                    found.push(Item { text: Opt(Some(text)), ..SILENCE });
                }
                Content::Mapping(_) => self.item(item, language, &mut found)?,
                _ => {
                    let message =
                        format!("an item of a prompt is text or a mapping, not {}", item.what());
                    return Err(self.error("wrong-shape", item.span, message, None));
                }
            }
        }
        Ok(found)
    }

    fn include(&self, id: u32, language: usize, found: &mut Vec<Item>) {
        let items = self.prompts[id as usize].languages.get(language);
        found.extend(items.into_iter().flatten().copied());
    }

    /// An item written as a mapping.
    fn item(
        &mut self,
        node: &'d Node,
        language: usize,
        found: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        let mut fields = Fields::new(self, node, "an item of a prompt")?;
        let (text, file) = (fields.take("text"), fields.take("file"));
        let (value, kind) = (fields.take("say"), fields.take("as"));
        let prompt = fields.take("prompt");
        let (when, bargein) = (fields.take("when"), fields.take("bargein"));
        fields.finish(self);
        let when = match when {
            Some(node) => {
                let compiled = self.expression_of(node, Type::Bool)?;
                Some(self.code(&compiled))
            }
            None => None,
        };
        let bargein = bargein.map_or(Ok(true), |node| self.boolean(node))?;
        let common = Item { when: Opt(when), bargein: u32::from(bargein), ..SILENCE };
        if let (Some(prompt), None, None, None) = (prompt, text, file, value) {
            let name = self.text(prompt, "a prompt's name")?;
            let id = self.resource(prompt, name)?;
            let start = found.len();
            self.include(id, language, found);
            for item in &mut found[start..] {
                item.bargein &= common.bargein;
                if common.when.0.is_some() {
                    item.when = common.when;
                }
            }
            return Ok(());
        }
        if prompt.is_some() || value.is_some() == (text.is_some() || file.is_some()) {
            let message = "an item has a `text`, a `file`, both of these, a `say` or a `prompt`";
            return Err(self.error("wrong-shape", node.span, message.into(), None));
        }
        let text = match text {
            Some(text) => Some(self.text(text, "a text")?),
            None => None,
        };
        let file = match file {
            Some(file) => Some(self.text(file, "a file's name")?),
            None => None,
        };
        let (value, say) = match value {
            Some(value) => self.spoken(value, kind, language)?,
            None => (None, 0),
        };
        found.push(Item {
            text: Opt(text.map(|t| self.string(t))),
            file: Opt(file.map(|f| self.string(f))),
            value: Opt(value),
            say,
            ..common
        });
        Ok(())
    }

    fn spoken(
        &mut self,
        value: &'d Node,
        kind: Option<&'d Node>,
        language: usize,
    ) -> Result<(Option<crate::program::records::Expr>, u32), Fault> {
        let compiled = self.expression(value)?;
        let names = say::Kind::ALL.map(say::Kind::name);
        let kind = match kind {
            Some(node) => {
                let name = self.text(node, "a way to say it")?;
                match say::Kind::from_name(name) {
                    Some(kind) => kind,
                    None => {
                        let help = nearest(name, names).map_or_else(
                            || format!("there are: {}", names.join(", ")),
                            |near| format!("did you mean `{near}`?"),
                        );
                        let message = format!("nothing is said as `{name}`");
                        return Err(self.error("unknown-say", node.span, message, Some(help)));
                    }
                }
            }
            None => match compiled.ty {
                Type::Text | Type::Digits => say::Kind::Digits,
                Type::Decimal => say::Kind::Decimal,
                Type::Time => say::Kind::Time,
                _ => say::Kind::Cardinal,
            },
        };
        use say::Kind as K;
        let fits = match kind {
            K::Cardinal | K::Count | K::Ordinal | K::Minutes => {
                matches!(compiled.ty, Type::Int | Type::Text | Type::Decimal)
            }
            K::Decimal | K::Money => matches!(compiled.ty, Type::Int | Type::Decimal),
            K::Digits | K::Phone => matches!(compiled.ty, Type::Int | Type::Text),
            K::Date | K::Time => compiled.ty == Type::Time,
            K::Duration => compiled.ty == Type::Int,
        };
        if !fits {
            let message = format!("{} cannot be said as {}", compiled.ty.name(), kind.name());
            return Err(self.error("type", value.span, message, None));
        }
        if compiled.secret && language == 0 {
            let message = "a secret value is spoken";
            let help = "whoever listens in hears it, and so does a recording";
            self.warn("secret", value.span, message.into(), Some(help.into()));
        }
        if !self.speaks(self.languages[language], kind) {
            let language = self.languages[language];
            let message = format!("values cannot be said as {} in `{language}`", kind.name());
            let all: Vec<_> = say::languages().collect();
            let help =
                format!("there are words for: {}; others are taught under `say`", all.join(", "));
            return Err(self.error("unknown-language", value.span, message, Some(help)));
        }
        Ok((Some(self.code(&compiled)), kind as u32))
    }

    pub(super) fn finish_prompts(&mut self) -> List<Prompt> {
        let drafts = core::mem::take(&mut self.prompts);
        let mut records = Vec::new();
        for draft in drafts {
            let variants: Vec<Variant> =
                draft.languages.iter().map(|items| Variant { items: self.list(items) }).collect();
            records.push(Prompt {
                name: Opt(draft.name.map(|name| self.string(name))),
                variants: self.list(&variants),
            });
        }
        self.list(&records)
    }
}

const SILENCE: Item = Item {
    text: Opt::NONE,
    file: Opt::NONE,
    say: 0,
    value: Opt::NONE,
    when: Opt::NONE,
    bargein: 1,
};
