//! What a recording says, and whether it is whole.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use media_core::record::tlr::{self, Report, Signature};
use serde_json::json;

use crate::Key;
use crate::open::{hex, input, output, reader, unlock};

pub(crate) fn info(path: &Path, as_json: bool, key: &Key) -> anyhow::Result<()> {
    let reader = reader(path, key)?;
    let (head, bytes) = (reader.head(), fs::metadata(path)?.len());
    let seconds =
        |channel: usize| reader.end(channel as u8) as f64 / f64::from(head.channels[channel].rate);
    if as_json {
        let channels: Vec<_> = (0..head.channels.len())
            .map(|i| {
                let channel = &head.channels[i];
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
                "channels": channels, "meta": meta, "marks": marks,
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
    for mark in reader.marks() {
        let rate = head.channels.get(usize::from(mark.channel)).map_or(8000, |c| c.rate);
        let (at, len) = (mark.position as f64, mark.len as f64);
        let (at, len) = (at / f64::from(rate), len / f64::from(rate));
        println!("{:?} on {} at {at:.3} s for {len:.3} s: {}", mark.kind, mark.channel, mark.text);
    }
    if !reader.is_indexed() {
        println!("not closed: rec recover makes a whole file of it");
    }
    Ok(())
}

pub(crate) fn verify(path: &Path, signer: Option<&str>, as_json: bool) -> anyhow::Result<bool> {
    let signer = signer.map(hex).transpose()?;
    let report =
        tlr::verify(input(path)?).with_context(|| format!("cannot check {}", path.display()))?;
    let vouched = signer.is_none_or(|key| report.signature == Signature::Closed(key));
    let good = report.is_intact() && vouched;
    if as_json {
        println!(
            "{}",
            json!({
                "good": good, "closed": report.closed, "recovered": report.recovered,
                "records": report.records, "signature": signature(&report),
                "damaged": report.damaged.iter().map(|r| [r.start, r.end]).collect::<Vec<_>>(),
                "missing": report.missing.iter().map(|r| [r.start, r.end]).collect::<Vec<_>>(),
                "broken": report.broken,
            })
        );
    } else {
        print_report(&report);
        if !vouched {
            println!("not signed by the key asked for");
        }
        println!("{}", if good { "good" } else { "NOT GOOD" });
    }
    Ok(good)
}

pub(crate) fn recover(path: &Path, to: &Path, key: &Key) -> anyhow::Result<()> {
    let (from, unlock) = (input(path)?, unlock(key)?);
    let mut out = BufWriter::new(output(to)?);
    let report = tlr::recover(from, &mut out, &unlock, None)
        .with_context(|| format!("cannot recover {}", path.display()))?;
    out.flush()?;
    out.get_ref().sync_all()?;
    print_report(&report);
    Ok(())
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
    let hex = |key: &[u8; 32]| key.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match &report.signature {
        Signature::None => "unsigned".into(),
        Signature::Closed(key) => format!("signed by {}", hex(key)),
        Signature::UpTo(key, number) => format!("signed by {} up to record {number}", hex(key)),
        Signature::Wrong(offset) => format!("wrongly signed at byte {offset}"),
        _ => "signed in a way not known here".into(),
    }
}
