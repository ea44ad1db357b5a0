//! What the prompts sound like, for callers who wait for them.
//!
//! The flow says which text each prompt has; beside the sound of every text lies the text.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context as _;
use ivr_core::Value;
use ivr_core::say::{Kind, Say};

use super::script::Case;
use crate::media::sound::Clip;
use crate::prompts;

/// The prompts of a flow: texts and their sound.
#[derive(Debug)]
pub(super) struct Cues {
    /// By language and name; a prompt has as many texts as there are values between them, and one.
    texts: HashMap<(String, String), Vec<String>>,
    /// By language and text.
    clips: HashMap<(String, String), Clip>,
}

impl Cues {
    /// The prompts of a flow document whose sound is in `folder`, a folder in it for each language.
    pub(super) fn load(document: &str, folder: &Path) -> anyhow::Result<Cues> {
        let program = ivr_core::compile(document, "flow")?.into_bytes();
        let flow = ivr_core::Flow::load(&program)?;
        let mut texts: HashMap<_, Vec<String>> = HashMap::new();
        for prompt in flow.prompts() {
            let key = (prompt.language.to_owned(), prompt.prompt.to_owned());
            texts.entry(key).or_default().extend(prompt.text.map(str::to_owned));
        }
        let mut clips = HashMap::new();
        for language in flow.languages() {
            let folder = folder.join(language);
            for entry in folder.read_dir().with_context(|| folder.display().to_string())? {
                let path = entry?.path();
                if path.extension().is_some_and(|ending| ending == "txt") {
                    let text = std::fs::read_to_string(&path)?;
                    clips.insert(
                        (language.to_owned(), text),
                        prompts::read(&path.with_extension("wav"))?,
                    );
                }
            }
        }
        Ok(Cues { texts, clips })
    }

    /// The sound of a prompt's first text.
    pub(super) fn prompt(&self, language: &str, name: &str) -> Result<Clip, String> {
        self.clip(language, self.text(language, name, 0)?)
    }

    /// The sound of all that is said of a case.
    pub(super) fn case(&self, language: &str, case: Case) -> Result<Vec<i16>, String> {
        let prompt = if case.open { "case_open" } else { "case_closed" };
        let (number, days) = match language {
            "zh" => (Kind::Phone, Kind::Count),
            _ => (Kind::Digits, Kind::Cardinal),
        };
        let mut sound = Vec::new();
        let values = [(number, Value::Text(case.number)), (days, Value::Int(case.days.into()))];
        for (place, (kind, value)) in values.into_iter().enumerate() {
            sound.extend_from_slice(&self.clip(language, self.text(language, prompt, place)?)?);
            let say = Say::new(language, kind, value).map_err(|error| error.to_string())?;
            for piece in say.pieces() {
                sound.extend_from_slice(&self.clip(language, piece.text)?);
            }
        }
        sound.extend_from_slice(&self.clip(language, self.text(language, prompt, 2)?)?);
        Ok(sound)
    }

    fn text(&self, language: &str, name: &str, place: usize) -> Result<&str, String> {
        let texts = self.texts.get(&(language.to_owned(), name.to_owned()));
        let text = texts.and_then(|texts| texts.get(place)).map(String::as_str);
        text.ok_or_else(|| format!("the flow has no prompt {name} in {language}"))
    }

    fn clip(&self, language: &str, text: &str) -> Result<Clip, String> {
        let clip = self.clips.get(&(language.to_owned(), text.to_owned())).cloned();
        clip.ok_or_else(|| format!("there is no sound of `{text}` in {language}"))
    }
}
