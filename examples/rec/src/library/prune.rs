//! Recordings past their time, and those that must be kept.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use serde_json::json;

use super::{complain, local, recordings, time};
use crate::cli::{Key, Rules};
use crate::open::{output, pair, reader};
use crate::progress::bar;

const DAY_MS: i64 = 86_400_000;

/// The first rule that fits a recording says how long it is kept.
struct Retention {
    rules: Vec<((String, String), u32)>,
    otherwise: Option<u32>,
}

impl Retention {
    fn new(rules: &Rules) -> anyhow::Result<Self> {
        let rule = |text: &String| {
            let (what, days) = text.rsplit_once(':').context("a rule is KEY=VALUE:DAYS")?;
            let days = days.parse().with_context(|| format!("{days} is no number of days"))?;
            Ok((pair(what)?, days))
        };
        let list = rules.rules.iter().map(rule).collect::<anyhow::Result<Vec<_>>>()?;
        ensure!(rules.keep.is_some() || !list.is_empty(), "say how long: --keep or --rule");
        Ok(Self { rules: list, otherwise: rules.keep })
    }

    fn days(&self, meta: &[(String, String)]) -> Option<u32> {
        let first = self.rules.iter().find(|(pair, _)| meta.contains(pair));
        first.map(|(_, days)| *days).or(self.otherwise)
    }
}

fn hold_file(recording: &Path) -> PathBuf {
    let mut name = recording.as_os_str().to_owned();
    name.push(".hold");
    name.into()
}

/// Why a recording stays, or the days it was due to be kept.
enum Fate {
    Kept(&'static str),
    Past(u32),
}

fn fate(
    path: &Path,
    retention: &Retention,
    now: i64,
    key: &Key,
) -> anyhow::Result<(Fate, Option<i64>)> {
    // First, so that nothing about the file itself can stand in its way.
    if fs::symlink_metadata(hold_file(path)).is_ok() {
        return Ok((Fate::Kept("on hold"), None));
    }
    let Ok(reader) = reader(path, key) else {
        return Ok((Fate::Kept("cannot be opened"), None));
    };
    let started = Some(reader.head().started_ms);
    if !reader.is_indexed() {
        return Ok((Fate::Kept("never closed"), started));
    }
    let end = reader.head().started_ms.saturating_add((reader.duration() / 1000) as i64);
    let fate = match retention.days(&reader.head().meta) {
        None => Fate::Kept("no rule names it"),
        Some(days) if now.saturating_sub(end) < i64::from(days) * DAY_MS => Fate::Kept("not yet"),
        Some(days) => Fate::Past(days),
    };
    Ok((fate, started))
}

pub(crate) fn prune(
    folder: &Path,
    rules: &Rules,
    delete: bool,
    key: &Key,
    as_json: bool,
) -> anyhow::Result<()> {
    let retention = Retention::new(rules)?;
    let now = match &rules.now {
        Some(text) => time(text)?,
        None => jiff::Timestamp::now().as_millisecond(),
    };
    let (mut removed, mut kept, mut failed) = (0, 0, 0);
    let files = recordings(folder)?;
    let bar = bar(files.len() as u64, "pruning", as_json);
    for path in files {
        bar.inc(1);
        let (fate, started) = fate(&path, &retention, now, key)?;
        let (why, past) = match fate {
            Fate::Kept(why) => (why.to_owned(), false),
            Fate::Past(days) => (format!("kept for {days} days"), true),
        };
        if past && delete {
            if let Err(error) = fs::remove_file(&path) {
                complain(&path, &error.into(), as_json);
                failed += 1;
                continue;
            }
        }
        *(if past { &mut removed } else { &mut kept }) += 1;
        if as_json {
            let said = json!({
                "file": path, "past": past, "removed": past && delete, "why": why,
                "started_ms": started,
            });
            println!("{said}");
        } else if past {
            let done = if delete { "removed" } else { "past its time" };
            let (path, when) = (path.display(), started.map_or_else(String::new, local));
            bar.suspend(|| println!("{done}: {path} ({when}, {why})"));
        } else if why != "not yet" {
            bar.suspend(|| println!("kept: {} ({why})", path.display()));
        }
    }
    bar.finish_and_clear();
    if !as_json {
        let done = if delete { "removed" } else { "past their time; --delete removes them" };
        println!("{kept} kept, {removed} {done}");
    }
    if failed > 0 {
        bail!("{failed} recordings could not be removed");
    }
    Ok(())
}

pub(crate) fn hold(
    files: &[PathBuf],
    reason: Option<&str>,
    release: bool,
    as_json: bool,
) -> anyhow::Result<()> {
    for path in files {
        ensure!(path.is_file(), "there is no recording {}", path.display());
        let hold = hold_file(path);
        if release {
            fs::remove_file(&hold).with_context(|| format!("{} is not on hold", path.display()))?;
        } else {
            use std::io::Write;
            let mut file = output(&hold)?;
            writeln!(file, "{}", reason.unwrap_or("no reason given"))?;
            file.sync_all()?;
        }
        if as_json {
            println!("{}", json!({ "file": path, "on_hold": !release, "reason": reason }));
        }
    }
    Ok(())
}
