//! What a caller hears: the items of one play operation, and everything a program may ever play.

use crate::expr::{Env, Scratch, eval};
use crate::program::Flow;
use crate::program::records::{Item, Variant};
use crate::program::words::{List, PromptId};
use crate::say::{Kind, Say};
use crate::value::Value;

/// One item of a prompt, to be played in its turn.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum PromptItem<'a> {
    /// A recorded file, by the name the document gives it.
    File(&'a str),
    /// Text for speech synthesis.
    Text(&'a str),
    /// A recorded file, and what it says in case it is missing.
    FileOrText {
        /// The file's name.
        file: &'a str,
        /// What it says.
        text: &'a str,
    },
    /// A value: play its pieces, or synthesise its text.
    Say(Say<'a>),
}

/// The items of one play operation. Iterate over it, as often as needed.
#[derive(Clone, Copy)]
pub struct Prompts<'a> {
    env: Env<'a>,
    items: List<Item>,
    at: u32,
    end: u32,
}

impl core::fmt::Debug for Prompts<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

impl<'a> Prompts<'a> {
    pub(crate) const fn new(env: Env<'a>, items: List<Item>, from: u32, to: u32) -> Self {
        Self { env, items, at: from, end: to }
    }
}

/// A prompt's items in a language.
pub(crate) fn items(flow: &Flow<'_>, PromptId(id): PromptId, language: u8) -> Option<List<Item>> {
    let prompt = flow.root.prompts.get(flow.words, id)?;
    let variant = prompt.variants.get(flow.words, u32::from(language))?;
    Some(variant.items)
}

/// Whether an item's condition holds; a condition that fails to compute does not.
pub(crate) fn applies(env: Env<'_>, item: Item) -> bool {
    item.when.0.is_none_or(|when| {
        let mut scratch = Scratch::new();
        let value = eval(env, when, &mut scratch);
        matches!(value.value(&scratch), Ok(Value::Bool(true)))
    })
}

impl<'a> Iterator for Prompts<'a> {
    type Item = PromptItem<'a>;

    fn next(&mut self) -> Option<PromptItem<'a>> {
        let flow = self.env.flow;
        while self.at < self.end {
            let item = self.items.get(flow.words, self.at)?;
            self.at += 1;
            if !applies(self.env, item) {
                continue;
            }
            let found = match (item.file.0, item.text.0, item.value.0) {
                (Some(file), Some(text), _) => {
                    PromptItem::FileOrText { file: flow.str(file), text: flow.str(text) }
                }
                (Some(file), None, _) => PromptItem::File(flow.str(file)),
                (None, Some(text), _) => PromptItem::Text(flow.str(text)),
                (None, None, Some(value)) => {
                    let mut scratch = Scratch::new();
                    let value = eval(self.env, value, &mut scratch);
                    let language = flow.language(self.env.state.language);
                    let say = Kind::from_code(item.say).zip(value.value(&scratch).ok());
                    match say.map(|(kind, value)| Say::new_in(flow, language, kind, value)) {
                        Some(Ok(say)) => PromptItem::Say(say),
                        // A value nobody can speak is left out, the rest is heard.
                        _ => continue,
                    }
                }
                (None, None, None) => continue,
            };
            return Some(found);
        }
        None
    }
}

/// A recorded file or a text that a program may play, in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromptText<'a> {
    /// The name of the prompt it belongs to; empty for one written inside a node.
    pub prompt: &'a str,
    /// Its language.
    pub language: &'a str,
    /// The recorded file, if the document names one.
    pub file: Option<&'a str>,
    /// The text, if the document gives one.
    pub text: Option<&'a str>,
}

/// Every file and text of a program; the same text may come more than once.
#[derive(Clone, Copy, Debug)]
pub struct PromptTexts<'a> {
    flow: Flow<'a>,
    prompt: u32,
    language: u32,
    item: u32,
}

impl<'a> PromptTexts<'a> {
    pub(crate) fn new(flow: Flow<'a>) -> Self {
        Self { flow, prompt: 0, language: 0, item: 0 }
    }
}

impl<'a> Iterator for PromptTexts<'a> {
    type Item = PromptText<'a>;

    fn next(&mut self) -> Option<PromptText<'a>> {
        let (flow, words) = (self.flow, self.flow.words);
        loop {
            let prompt = flow.root.prompts.get(words, self.prompt)?;
            let variant: Option<Variant> = prompt.variants.get(words, self.language);
            let Some(variant) = variant else {
                (self.prompt, self.language, self.item) = (self.prompt + 1, 0, 0);
                continue;
            };
            let Some(item) = variant.items.get(words, self.item) else {
                (self.language, self.item) = (self.language + 1, 0);
                continue;
            };
            self.item += 1;
            if item.file.0.is_some() || item.text.0.is_some() {
                return Some(PromptText {
                    prompt: prompt.name.0.map_or("", |name| flow.str(name)),
                    language: flow.language(self.language as u8),
                    file: item.file.0.map(|file| flow.str(file)),
                    text: item.text.0.map(|text| flow.str(text)),
                });
            }
        }
    }
}
