//! Sound files to recordings.

use std::fs::File;
use std::io::BufWriter;

use anyhow::{Context, ensure};
use media_core::record::tlr::{Head, Mark, MarkKind, Options, Writer};
use serde_json::json;

use crate::cli::Import;
use crate::leg::{self, Leg};
use crate::open::{make, options, pair};
use crate::progress::bar;

/// A leg, and where it begins on its own clock.
struct Party {
    leg: Leg,
    start: u64,
}

pub(crate) fn import(import: &Import, as_json: bool) -> anyhow::Result<()> {
    let mut head = Head { started_ms: import.started_ms, ..Head::default() };
    head.meta = import.meta.iter().map(|text| pair(text)).collect::<anyhow::Result<_>>()?;
    let starts = &import.starts;
    ensure!(starts.is_empty() || starts.len() == import.legs.len(), "say --starts for each file");
    // A day: more is a slip of the keys.
    let possible = starts.iter().all(|start| (0.0..86_400.0).contains(start));
    ensure!(possible, "a file begins between 0 and 86400 seconds after the call");
    let mut parties = Vec::new();
    for (i, path) in import.legs.iter().enumerate() {
        let legs = leg::read(path, import.raw_channels);
        let legs = legs.with_context(|| format!("cannot import {}", path.display()))?;
        let name = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into());
        let alone = legs.len() == 1;
        for (n, leg) in (1..).zip(legs) {
            let own = if alone { name.clone() } else { format!("{name}-{n}") };
            head.channels.push(leg.channel(&own));
            let start = starts.get(i).copied().unwrap_or(0.0) * leg.rate() as f64;
            parties.push(Party { leg, start: start.round() as u64 });
        }
    }
    if !import.names.is_empty() {
        let (names, channels) = (import.names.len(), head.channels.len());
        ensure!(names == channels, "{names} names for {channels} channels");
        for (channel, name) in head.channels.iter_mut().zip(&import.names) {
            channel.name.clone_from(name);
        }
    }
    let options = options(import.level.into(), import.echo, &import.wrap)?;
    make(&import.file, |file| write(file, &head, options, &parties, as_json))?;
    if as_json {
        println!("{}", json!({ "file": import.file, "channels": parties.len() }));
    }
    Ok(())
}

fn write(
    file: File,
    head: &Head,
    options: Options,
    parties: &[Party],
    as_json: bool,
) -> anyhow::Result<()> {
    let mut writer = Writer::create(BufWriter::new(file), head, options)?;
    for (channel, party) in (0..).zip(parties).filter(|(_, party)| party.start > 0) {
        let (position, kind) = (party.start, MarkKind::Joined);
        writer.mark(&Mark { channel, position, len: 0, kind, text: String::new() })?;
    }
    // A second of each in turn, as a call would have come.
    let seconds =
        parties.iter().map(|Party { leg, .. }| leg.len().div_ceil(leg.rate())).max().unwrap_or(0);
    let bar = bar(seconds as u64, "importing", as_json);
    for second in 0..seconds {
        for (channel, Party { leg, start }) in (0..).zip(parties) {
            let samples = leg.second(second);
            if !samples.is_empty() {
                writer.write(channel, start + (second * leg.rate()) as u64, samples)?;
            }
        }
        bar.inc(1);
    }
    let file = writer.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    bar.finish_and_clear();
    Ok(file.sync_all()?)
}
