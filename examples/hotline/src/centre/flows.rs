//! The flows that callers meet: compiled once at start, then read in place by every session.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ivr_core::{Flow, PromptItem, Service, ServiceKind, Session, SessionConfig};

use crate::config::{Callback, Config};
use crate::prompts::Wanted;

/// All flows of the configuration, and which line leads to which.
pub(crate) struct Flows {
    flows: Vec<Flow<'static>>,
    lines: HashMap<String, usize>,
    paths: HashMap<PathBuf, usize>,
}

impl Flows {
    /// Compiles the documents at `paths`.
    ///
    /// # Errors
    /// What the compiler says, with file, line and column.
    pub(crate) fn load(paths: &BTreeSet<PathBuf>, config: &Config) -> anyhow::Result<Flows> {
        let mut flows = Vec::new();
        let mut index = HashMap::new();
        for path in paths {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path).with_context(|| format!("flow {name}"))?;
            let program = ivr_core::compile(&text, &name)?;
            // Flows live as long as the program: calls that began with one end with it.
            let program = Box::leak(Box::new(program));
            let flow = Flow::load(program).with_context(|| format!("flow {name}"))?;
            // Whether its variables fit is known now, not when the first caller is there.
            Session::new(&flow, SessionConfig::default())
                .with_context(|| format!("flow {name}"))?;
            check_services(&flow, config).with_context(|| format!("flow {name}"))?;
            index.insert(path.clone(), flows.len());
            flows.push(flow);
        }
        let lines = config.lines.iter().filter_map(|line| {
            Some((line.number.get_ref().clone(), *index.get(line.flow.get_ref())?))
        });
        Ok(Flows { lines: lines.collect(), flows, paths: index })
    }

    /// How many documents there are.
    pub(crate) fn len(&self) -> usize {
        self.flows.len()
    }

    /// The flow of a number.
    pub(super) fn of_line(&self, number: &str) -> Option<usize> {
        self.lines.get(number).copied()
    }

    /// The flow of a document.
    pub(super) fn of_path(&self, path: &Path) -> Option<usize> {
        self.paths.get(path).copied()
    }

    /// A flow by its index.
    pub(super) fn get(&self, flow: usize) -> Flow<'static> {
        self.flows[flow]
    }

    /// Everything that any flow may ever play, in every language, and what agents hear of callbacks.
    pub(crate) fn prompts(&self, config: &Config) -> Vec<Wanted> {
        let of_callback = |callback: &Callback| Wanted {
            language: callback.language.clone(),
            name: text_name(&callback.prompt),
            text: callback.prompt.clone(),
        };
        let mut wanted: BTreeSet<Wanted> = config.callbacks.iter().map(of_callback).collect();
        for flow in &self.flows {
            for prompt in flow.prompts() {
                let text = prompt.text.unwrap_or_default();
                wanted.insert(Wanted {
                    language: prompt.language.into(),
                    name: prompt.file.map_or_else(|| text_name(text), file_name),
                    text: text.into(),
                });
            }
            for language in flow.languages() {
                for piece in ivr_core::say::pieces(language) {
                    wanted.insert(Wanted {
                        language: language.into(),
                        name: piece_name(piece.id),
                        text: piece.text.into(),
                    });
                }
            }
        }
        wanted.into_iter().collect()
    }
}

/// Every queue and query that a flow names must be there.
fn check_services(flow: &Flow<'_>, config: &Config) -> anyhow::Result<()> {
    for Service { node, kind, name } in flow.services() {
        let (known, table) = match kind {
            ServiceKind::Queue => (config.queues.iter().any(|q| q.name.get_ref() == name), "queue"),
            ServiceKind::Query => {
                let named = |of: &toml::Spanned<String>| of.get_ref() == name;
                let callback = config.callbacks.iter().any(|c| named(&c.name));
                (callback || config.queries.iter().any(|q| named(&q.name)), "query")
            }
            _ => continue,
        };
        anyhow::ensure!(
            known,
            "node `{node}` asks for the {table} `{name}`: there is no [[{table}]] of that name"
        );
    }
    Ok(())
}

/// The names of the clips a prompt item is made of.
pub(super) fn clip_names(item: &PromptItem<'_>) -> Vec<String> {
    match item {
        PromptItem::File(file) | PromptItem::FileOrText { file, .. } => vec![file_name(file)],
        PromptItem::Text(text) => vec![text_name(text)],
        PromptItem::Say(say) => say.pieces().map(|piece| piece_name(piece.id)).collect(),
        _ => Vec::new(),
    }
}

/// A recorded file's name without its ending.
fn file_name(file: &str) -> String {
    file.strip_suffix(".wav").unwrap_or(file).into()
}

fn piece_name(id: u16) -> String {
    format!("say-{id:03}")
}

/// A stable name for a text that has none: FNV-1a of its bytes.
pub(super) fn text_name(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("text-{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_stable_names() {
        assert_eq!(text_name(""), "text-cbf29ce484222325");
        assert_eq!(text_name("a"), "text-af63dc4c8601ec8c");
        assert_eq!(file_name("welcome.wav"), "welcome");
        assert_eq!(piece_name(7), "say-007");
    }
}
