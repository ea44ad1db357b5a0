//! Is one recording the copy of another?

use std::path::Path;

use media_core::record::tlr::{self, IndexEntry, Reader, Sound};

use crate::cli::{Key, Origin};
use crate::open::{Input, input, reader, to_hex};
use crate::progress::bar;

/// Whether a copy names this original and holds its sound, sample for sample, and its marks.
pub(crate) fn same_as(
    copy: &Path,
    original: &Path,
    origin: &Origin,
    as_json: bool,
) -> anyhow::Result<bool> {
    let report = tlr::verify(input(original)?)?;
    let own = Key {
        passphrase_file: origin.origin_passphrase_file.clone(),
        secret_file: origin.origin_secret_file.clone(),
        passphrase_limit: origin.key.passphrase_limit,
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
    let bar = bar((ours.index().len() + theirs.index().len()) as u64, "comparing", as_json);
    for channel in 0..ours.head().channels.len() as u8 {
        let ours = stretches(&mut ours, channel, || bar.inc(1))?;
        if ours != stretches(&mut theirs, channel, || bar.inc(1))? {
            return Ok(false);
        }
    }
    bar.finish_and_clear();
    Ok(true)
}

/// A stretch without gaps and what it holds, by its digest: however the sound is cut into blocks,
/// equal sound gives equal stretches.
#[derive(PartialEq)]
struct Stretch {
    start: u64,
    end: u64,
    digest: blake3::Hash,
}

fn stretches(
    reader: &mut Reader<Input>,
    channel: u8,
    mut done: impl FnMut(),
) -> anyhow::Result<Vec<Stretch>> {
    let entries: Vec<IndexEntry> =
        reader.index().iter().filter(|entry| entry.channel == channel).copied().collect();
    let (mut all, mut hasher) = (Vec::<Stretch>::new(), blake3::Hasher::new());
    for entry in entries {
        let (start, end) = (entry.position, entry.position.saturating_add(entry.len));
        if all.last().is_none_or(|last| last.end != start) {
            hasher.reset();
            all.push(Stretch { start, end, digest: hasher.finalize() });
        }
        hash(&reader.sound(&entry)?, &mut hasher)?;
        if let Some(last) = all.last_mut() {
            (last.end, last.digest) = (end, hasher.finalize());
        }
        done();
    }
    Ok(all)
}

fn hash(sound: &Sound, hasher: &mut blake3::Hasher) -> anyhow::Result<()> {
    match sound {
        Sound::G711(codes) => {
            hasher.update(codes);
        }
        Sound::Pcm16(samples) => {
            let bytes: Vec<u8> = samples.iter().flat_map(|x| x.to_le_bytes()).collect();
            hasher.update(&bytes);
        }
        Sound::Packets(packets) => {
            for (samples, packet) in packets {
                hasher.update(&samples.to_le_bytes());
                hasher.update(&(packet.len() as u64).to_le_bytes());
                hasher.update(packet);
            }
        }
        _ => anyhow::bail!("a kind of sound not known here"),
    }
    Ok(())
}
