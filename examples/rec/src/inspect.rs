//! What a recording says, and whether it is whole.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use media_core::record::tlr::{self, Report, Signature};
use serde_json::json;

use crate::cli::{Key, Origin};
use crate::open::{Input, hex, input, make, reader, signer, to_hex, unlock};

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
        let (name, coding, rate) = (&channel.name, channel.coding, channel.rate);
        println!("channel {i} {name}: {coding:?}, {rate} Hz, {:.3} s", seconds(i));
    }
    for (key, value) in &head.meta {
        println!("{key}: {value}");
    }
    for (number, mark) in reader.marks().iter().enumerate() {
        let at = reader.micros_at(mark.channel, mark.position) as f64 / 1e6;
        let end = mark.position.saturating_add(mark.len);
        let len = reader.micros_at(mark.channel, end) as f64 / 1e6 - at;
        let (kind, channel, text) = (mark.kind, mark.channel, &mark.text);
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
    let report =
        tlr::verify(input(path)?).with_context(|| format!("cannot check {}", path.display()))?;
    let vouched = signer.is_none_or(|key| report.signature == Signature::Closed(key));
    let same = origin.file.as_ref().map(|file| same_as(path, file, origin)).transpose()?;
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

/// Whether a copy names this original and holds its sound, sample for sample, and its marks.
fn same_as(copy: &Path, original: &Path, origin: &Origin) -> anyhow::Result<bool> {
    let report = tlr::verify(input(original)?)?;
    let own = Key {
        passphrase_file: origin.origin_passphrase_file.clone(),
        secret_file: origin.origin_secret_file.clone(),
    };
    let other_key = own.passphrase_file.is_some() || own.secret_file.is_some();
    let mut theirs = reader(original, if other_key { &own } else { &origin.key })?;
    let mut ours = reader(copy, &origin.key)?;
    let says = |key: &str| {
        ours.head().meta.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    };
    let named = says("origin.id") == Some(&to_hex(&report.id))
        && says("origin.chain") == Some(&to_hex(&report.chain));
    let alike = ours.head().channels == theirs.head().channels
        && ours.head().started_ms == theirs.head().started_ms
        && ours.marks() == theirs.marks()
        && ours.clocks() == theirs.clocks();
    if !report.is_intact() || !named || !alike {
        return Ok(false);
    }
    for channel in 0..ours.head().channels.len() as u8 {
        let mut stretches = [Vec::new(), Vec::new()];
        for (reader, all) in [&mut ours, &mut theirs].into_iter().zip(&mut stretches) {
            let entries = reader.index().to_vec();
            for entry in entries.into_iter().filter(|entry| entry.channel == channel) {
                stored(reader, &entry, all)?;
            }
        }
        if stretches[0] != stretches[1] {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Appends a block's bytes to the stretches that have no gaps: however the sound is cut into
/// blocks, equal sound gives equal stretches.
fn stored(
    reader: &mut tlr::Reader<Input>,
    entry: &tlr::IndexEntry,
    all: &mut Vec<Stored>,
) -> anyhow::Result<()> {
    let bytes = match reader.sound(entry)? {
        tlr::Sound::G711(codes) => codes,
        tlr::Sound::Pcm16(samples) => samples.iter().flat_map(|x| x.to_le_bytes()).collect(),
        tlr::Sound::Packets(packets) => packets
            .iter()
            .flat_map(|(samples, packet)| {
                let front =
                    samples.to_le_bytes().into_iter().chain((packet.len() as u64).to_le_bytes());
                front.chain(packet.iter().copied())
            })
            .collect(),
        _ => anyhow::bail!("a kind of sound not known here"),
    };
    let end = entry.position + entry.len;
    match all.last_mut() {
        Some(last) if last.end == entry.position => {
            last.end = end;
            last.bytes.extend(bytes);
        }
        _ => all.push(Stored { start: entry.position, end, bytes }),
    }
    Ok(())
}

/// A stretch without gaps.
#[derive(PartialEq)]
struct Stored {
    start: u64,
    end: u64,
    bytes: Vec<u8>,
}

pub(crate) fn recover(
    path: &Path,
    to: &Path,
    sign: Option<&Path>,
    key: &Key,
    as_json: bool,
) -> anyhow::Result<()> {
    let (from, unlock, signer) = (input(path)?, unlock(key)?, signer(sign)?);
    make(to, |file| {
        let mut out = BufWriter::new(file);
        let report = tlr::recover(from, &mut out, &unlock, signer.as_ref())
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
