//! A recording written anew: for other readers, or smaller.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use std::io::{Read, Seek, Write};

use super::content::{Coding, IndexEntry, PEAK_MS, Peaks};
use super::error::TlrError;
use super::reader::{Reader, Sound};
use super::writer::{Options, Writer};
use crate::record::{Format, Level, Samples};

/// Columns of a picture made anew: 29 hours.
const MOST_COLUMNS: usize = 1 << 20;

/// Copies a recording under another seal and signature: its blocks as they are, its marks, clocks
/// and metadata, and `meta` in addition. `progress` is told how many of how many samples are done.
///
/// A new data key and id seal the copy: whoever could read the original learns nothing of it.
///
/// # Errors
/// [`TlrError::Damaged`] for a block that is not there whole; what the writer meets.
pub fn reseal<R: Read + Seek, W: Write>(
    reader: &mut Reader<R>,
    out: W,
    mut options: Options,
    meta: &[(String, String)],
    mut progress: impl FnMut(u64, u64),
) -> Result<W, TlrError> {
    // Nothing is coded here: these say what the copied blocks may be.
    options.echo |= reader.header().pairs;
    options.level = if reader.header().quick { Level::High } else { Level::Live };
    let mut writer = begin(reader, out, options, meta)?;
    let entries = in_order(reader);
    let (mut done, total) = (0, samples(&entries));
    let mut last = None;
    for entry in entries {
        // Both channels of a pair are in one record.
        if last.replace(entry.offset) != Some(entry.offset) {
            let (kind, body) = reader.body(&entry)?;
            writer.copy_sound(kind, body)?;
        }
        done = entry.len.saturating_add(done);
        progress(done, total);
    }
    for channel in 0..reader.head().channels.len() as u8 {
        for part in picture(reader, channel)? {
            writer.put_peaks(&part)?;
        }
    }
    writer.finish()
}

/// Writes a recording's sound anew at the level, block length and echo search of `options`; all else
/// as [`reseal`] does. The sound is the same to the bit.
///
/// # Errors
/// As [`reseal`].
pub fn repack<R: Read + Seek, W: Write>(
    reader: &mut Reader<R>,
    out: W,
    options: Options,
    meta: &[(String, String)],
    mut progress: impl FnMut(u64, u64),
) -> Result<W, TlrError> {
    let mut writer = begin(reader, out, options, meta)?;
    let entries = in_order(reader);
    let (mut done, total) = (0, samples(&entries));
    for entry in entries {
        let (channel, position) = (entry.channel, entry.position);
        let coding = reader.head().channels.get(usize::from(channel)).map(|c| c.coding);
        match reader.sound(&entry)? {
            Sound::G711(codes) => {
                let alaw = coding == Some(Coding::Lossless(Format::Alaw));
                let samples = if alaw { Samples::Alaw(&codes) } else { Samples::Ulaw(&codes) };
                writer.write(channel, position, samples)?;
            }
            Sound::Pcm16(samples) => writer.write(channel, position, Samples::Pcm16(&samples))?,
            Sound::Packets(packets) => {
                let mut at = position;
                for (samples, packet) in packets {
                    writer.packet(channel, at, samples, &packet)?;
                    at = at.saturating_add(samples.into());
                }
            }
        }
        done = entry.len.saturating_add(done);
        progress(done, total);
    }
    writer.finish()
}

fn begin<R: Read + Seek, W: Write>(
    reader: &Reader<R>,
    out: W,
    options: Options,
    meta: &[(String, String)],
) -> Result<Writer<W>, TlrError> {
    let mut head = reader.head().clone();
    head.meta.retain(|(key, _)| meta.iter().all(|(new, _)| new != key));
    head.meta.extend_from_slice(meta);
    let mut writer = Writer::create(out, &head, options)?;
    reader.marks().iter().try_for_each(|mark| writer.mark(mark))?;
    reader.clocks().iter().try_for_each(|point| writer.clock(point))?;
    Ok(writer)
}

/// The blocks as they were recorded, so that the channels stay side by side.
fn in_order<R: Read + Seek>(reader: &Reader<R>) -> Vec<IndexEntry> {
    let mut entries = reader.index().to_vec();
    entries.sort_by_key(|entry| (entry.offset, entry.channel));
    entries
}

/// What is to be copied; a file may claim more than there are numbers.
fn samples(entries: &[IndexEntry]) -> u64 {
    entries.iter().fold(0, |sum, entry| sum.saturating_add(entry.len))
}

/// A channel's picture in parts, the recording's own or made from its sound; none for an Opus
/// channel.
fn picture<R: Read + Seek>(reader: &mut Reader<R>, channel: u8) -> Result<Vec<Peaks>, TlrError> {
    let known = reader.head().channels.get(usize::from(channel));
    let Some(rate) = known.filter(|c| c.coding != Coding::Opus).map(|c| c.rate) else {
        return Ok(Vec::new());
    };
    let step = (u64::from(rate) * u64::from(PEAK_MS) / 1000).max(1);
    let columns = reader.end(channel).div_ceil(step);
    let own = reader.peaks().iter().filter(|part| part.channel == channel);
    let own: Vec<Peaks> = own.cloned().collect();
    if own.last().is_some_and(|part| part.first + part.levels.len() as u64 >= columns) {
        return Ok(own);
    }
    let mut levels = vec![0; usize::try_from(columns).unwrap_or(0).min(MOST_COLUMNS)];
    reader.picture(channel, 0, levels.len() as u64 * step, &mut levels)?;
    Ok(vec![Peaks { channel, first: 0, levels }])
}
