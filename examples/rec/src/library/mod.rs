//! Folders full of recordings: found, kept and removed.

mod index;
mod prune;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;

pub(crate) use index::find;
pub(crate) use prune::{hold, prune};

/// The recordings in a folder and all below it, sorted.
fn recordings(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let (mut found, mut todo) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = todo.pop() {
        let entries = fs::read_dir(&folder);
        for entry in entries.with_context(|| format!("cannot list {}", folder.display()))? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() {
                todo.push(path);
            } else if kind.is_file() && path.extension().is_some_and(|e| e == "tlr") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Milliseconds since the Unix epoch of a time as people write it.
fn time(text: &str) -> anyhow::Result<i64> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(time.as_millisecond());
    }
    let time: jiff::civil::DateTime =
        text.parse().with_context(|| format!("{text} is no time, like 2026-11-22T14:00:00"))?;
    Ok(time.to_zoned(jiff::tz::TimeZone::system())?.timestamp().as_millisecond())
}

/// A time as people read it.
fn local(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    let time = time.to_zoned(jiff::tz::TimeZone::system());
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Says that a file could not be used, without stopping for it.
fn complain(path: &Path, error: &anyhow::Error, as_json: bool) {
    if as_json {
        eprintln!("{}", json!({ "file": path, "error": format!("{error:#}") }));
    } else {
        eprintln!("rec: {}: {error:#}", path.display());
    }
}
