//! What a recording says, and whether it is whole.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use media_core::record::tlr::{self, Report, Signature};
use serde_json::json;

use crate::cli::{Key, Origin};
use crate::open::{hex, limits, make, reader, shown, signer, to_hex, unlock, watched};
use crate::same::same_as;

pub(crate) fn info(path: &Path, as_json: bool, key: &Key) -> anyhow::Result<()> {
    let reader = reader(path, key)?;
    let (head, bytes) = (reader.head(), fs::metadata(path)?.len());
    let seconds = |channel: usize| {
        let channel = channel as u8;
        reader.micros_at(channel, reader.end(channel)) as f64 / 1e6
    };
    if as_json {
        let channels: Vec<_> = (head.channels.iter().enumerate())
            .map(|(i, channel)| {
                json!({
                    "name": channel.name, "coding": format!("{:?}", channel.coding),
                    "rate": channel.rate, "seconds": seconds(i),
                })
            })
            .collect();
        let marks: Vec<_> = reader
            .marks()
            .iter()
            .map(|mark| {
                json!({
                    "channel": mark.channel, "position": mark.position, "length": mark.len,
                    "seconds": reader.micros_at(mark.channel, mark.position) as f64 / 1e6,
                    "kind": format!("{:?}", mark.kind), "text": mark.text,
                })
            })
            .collect();
        let meta: serde_json::Map<_, _> =
            head.meta.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        println!(
            "{}",
            json!({
                "started_ms": head.started_ms, "bytes": bytes, "closed": reader.is_indexed(),
                "locked": reader.is_locked(), "channels": channels, "meta": meta, "marks": marks,
            })
        );
        return Ok(());
    }
    println!("began at {} ms, {bytes} bytes", head.started_ms);
    for (i, channel) in head.channels.iter().enumerate() {
        let (name, coding, rate) = (shown(&channel.name), channel.coding, channel.rate);
        println!("channel {i} {name}: {coding:?}, {rate} Hz, {:.3} s", seconds(i));
    }
    for (key, value) in &head.meta {
        println!("{}: {}", shown(key), shown(value));
    }
    for (number, mark) in reader.marks().iter().enumerate() {
        let at = reader.micros_at(mark.channel, mark.position) as f64 / 1e6;
        let end = mark.position.saturating_add(mark.len);
        let len = reader.micros_at(mark.channel, end) as f64 / 1e6 - at;
        let (kind, channel, text) = (mark.kind, mark.channel, shown(&mark.text));
        println!("mark {number}: {kind:?} on {channel} at {at:.3} s for {len:.3} s: {text}");
    }
    if reader.is_locked() {
        println!("encrypted: its sound and marks need the key");
    }
    if !reader.is_indexed() {
        println!("not closed: rec recover makes a whole file of it");
    }
    Ok(())
}

pub(crate) fn verify(
    path: &Path,
    signer: Option<&str>,
    origin: &Origin,
    as_json: bool,
) -> anyhow::Result<bool> {
    let signer = signer.map(hex).transpose()?;
    let report = tlr::verify(watched(path, "checking", as_json)?);
    let report = report.with_context(|| format!("cannot check {}", path.display()))?;
    let vouched = signer.is_none_or(|key| report.signature == Signature::Closed(key));
    let same = origin.file.as_ref().map(|file| same_as(path, file, origin, as_json)).transpose()?;
    let good = report.is_intact() && vouched && same != Some(false);
    if as_json {
        println!(
            "{}",
            json!({
                "good": good, "same_as_origin": same, "report": report_json(&report),
            })
        );
    } else {
        print_report(&report);
        if !vouched {
            println!("not signed by the key asked for");
        }
        match same {
            Some(true) => println!("every sample is the original's"),
            Some(false) => println!("NOT a copy of the original"),
            None => {}
        }
        println!("{}", if good { "good" } else { "NOT GOOD" });
    }
    Ok(good)
}

pub(crate) fn recover(
    path: &Path,
    to: &Path,
    sign: Option<&Path>,
    key: &Key,
    as_json: bool,
) -> anyhow::Result<()> {
    let from = watched(path, "recovering", as_json)?;
    let (unlock, signer) = (unlock(key)?, signer(sign)?);
    make(to, |file| {
        let mut out = BufWriter::new(file);
        let report = tlr::recover_within(from, &mut out, &unlock, &limits(key), signer.as_ref())
            .with_context(|| format!("cannot recover {}", path.display()))?;
        out.flush()?;
        out.get_ref().sync_all()?;
        if as_json {
            println!("{}", json!({ "file": to, "report": report_json(&report) }));
        } else {
            print_report(&report);
        }
        Ok(())
    })
}

fn report_json(report: &Report) -> serde_json::Value {
    json!({
        "closed": report.closed, "recovered": report.recovered, "records": report.records,
        "signature": signature(report), "id": to_hex(&report.id), "chain": to_hex(&report.chain),
        "damaged": report.damaged.iter().map(|r| [r.start, r.end]).collect::<Vec<_>>(),
        "missing": report.missing.iter().map(|r| [r.start, r.end]).collect::<Vec<_>>(),
        "broken": report.broken, "samples": report.samples,
    })
}

fn print_report(report: &Report) {
    let closed = if report.closed { "closed" } else { "not closed" };
    println!("{} whole records, {closed}, {}", report.records, signature(report));
    for range in &report.damaged {
        println!("bytes {} to {} are no whole record", range.start, range.end);
    }
    for range in &report.missing {
        println!("records {} to {} are missing", range.start, range.end - 1);
    }
    for offset in &report.broken {
        println!("the record at byte {offset} was changed, moved or put in");
    }
}

fn signature(report: &Report) -> String {
    match &report.signature {
        Signature::None => "unsigned".into(),
        Signature::Closed(key) => format!("signed by {}", to_hex(key)),
        Signature::UpTo(key, number) => format!("signed by {} up to record {number}", to_hex(key)),
        Signature::Wrong(offset) => format!("wrongly signed at byte {offset}"),
        _ => "signed in a way not known here".into(),
    }
}
