//! Opus packets of a recording into an Ogg file, as they came from the wire (RFC 7845).

use std::fs::File;

use media_core::record::tlr::{Coding, IndexEntry, Reader, Sound, Stretch};
use ogg::PacketWriteEndInfo;

use crate::export::sync;
use crate::open::Input;
use crate::opus::{OggFile, SERIAL, ogg_file};
use crate::progress::bar;

/// Granules of a second, the unit of an Opus channel's positions too.
const SECOND: u64 = 48_000;
/// Granules a decoder needs to find its feet in the middle of a stream: 80 ms (RFC 7845, 4.6).
const RUN_UP: u64 = 3840;
/// The least a packet covers: 2.5 ms.
const LEAST: u64 = 120;
/// A stretch without packets is written as lost ones only up to here, that a wrong position does not
/// fill the disk: a day.
const LONGEST_GAP: u64 = 86_400 * SECOND;

/// The channel a stretch is of, if there is only one and it holds Opus packets.
pub(crate) fn only_opus(reader: &Reader<Input>, stretch: &Stretch) -> Option<u8> {
    let channels = &reader.head().channels;
    let channel = stretch.channel.or_else(|| (channels.len() == 1).then_some(0))?;
    let known = channels.get(usize::from(channel))?;
    (known.coding == Coding::Opus && u64::from(known.rate) == SECOND).then_some(channel)
}

/// Copies the packets of a stretch, and a run-up before it that players skip.
pub(crate) fn copy(
    reader: &mut Reader<Input>,
    channel: u8,
    stretch: &Stretch,
    file: File,
    as_json: bool,
) -> anyhow::Result<()> {
    let end = reader.end(channel);
    let from = reader.position_at(channel, stretch.from).min(end);
    let to = stretch.to.map_or(end, |to| reader.position_at(channel, to).min(end)).max(from);
    let entries = reader.index().to_vec().into_iter().filter(|entry| entry.channel == channel);
    let packets = collect(reader, entries, from.saturating_sub(RUN_UP), to)?;
    let bar = bar(packets.len() as u64, "exporting", as_json);
    // Ogg counts from the first packet on.
    let start = packets.first().map_or(from, |packet| packet.position.min(from));
    let stereo = packets.iter().any(|packet| is_stereo(packet.bytes[0]));
    let skip = (from - start) as u16;
    let out = ogg_file(file, if stereo { 2 } else { 1 }, skip, SECOND as u32)?;
    let mut copy = Copy { out, waiting: None, page: 0, at: 0 };
    let mut toc = packets.first().map_or(0, |packet| packet.bytes[0]);
    for packet in packets {
        let due = packet.position - start;
        copy.fill(due, toc)?;
        toc = packet.bytes[0];
        copy.put(packet.bytes, packet.covers)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    copy.fill(to - start, toc)?;
    copy.finish(to - start)
}

struct Packet {
    position: u64,
    covers: u64,
    bytes: Vec<u8>,
}

/// The packets that cover something of these positions; none that is no Opus.
fn collect(
    reader: &mut Reader<Input>,
    entries: impl Iterator<Item = IndexEntry>,
    from: u64,
    to: u64,
) -> anyhow::Result<Vec<Packet>> {
    let mut found = Vec::new();
    for entry in entries.filter(|e| e.position < to && e.position.saturating_add(e.len) > from) {
        let Sound::Packets(packets) = reader.sound(&entry)? else {
            continue;
        };
        let mut position = entry.position;
        for (samples, bytes) in packets {
            let covers = duration(&bytes).unwrap_or(0);
            if covers > 0 && position < to && position.saturating_add(covers) > from {
                found.push(Packet { position, covers, bytes });
            }
            position = position.saturating_add(samples.into());
        }
    }
    Ok(found)
}

/// Whether a packet with this first byte has two channels.
fn is_stereo(toc: u8) -> bool {
    toc & 4 != 0
}

/// Granules of one frame of a packet with this first byte (RFC 6716, table 2).
fn frame(toc: u8) -> u64 {
    match toc >> 3 {
        config @ 0..12 => [480, 960, 1920, 2880][usize::from(config & 3)],
        config @ 12..16 => [480, 960][usize::from(config & 1)],
        config => [120, 240, 480, 960][usize::from(config & 3)],
    }
}

/// Granules a packet covers; `None` if it is none.
fn duration(packet: &[u8]) -> Option<u64> {
    let toc = *packet.first()?;
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1)? & 63),
    };
    Some(frames * frame(toc)).filter(|covers| *covers > 0 && *covers <= 5760)
}

struct Copy {
    out: OggFile,
    /// The packet that waits to hear whether it is the last.
    waiting: Option<Vec<u8>>,
    /// Granules up to its end, and where the page in the making begins.
    at: u64,
    page: u64,
}

impl Copy {
    /// Writes lost packets up to here: first bytes without frames, for which a decoder conceals
    /// (RFC 7845, 4.1), in the last packet's mode as far as its frames go in.
    fn fill(&mut self, until: u64, toc: u8) -> anyhow::Result<()> {
        let until = until.min(self.at.saturating_add(LONGEST_GAP));
        // 2.5 ms frames of the same channels, as wide as they come.
        for toc in [toc & 0xfc, 0b1110_0000 | toc & 4] {
            while until.saturating_sub(self.at) >= frame(toc) {
                self.put(vec![toc], frame(toc))?;
            }
        }
        debug_assert!(until < self.at + LEAST);
        Ok(())
    }

    fn put(&mut self, packet: Vec<u8>, covers: u64) -> anyhow::Result<()> {
        if let Some(before) = self.waiting.replace(packet) {
            // A page a second.
            let full = self.at - self.page >= SECOND;
            let end =
                if full { PacketWriteEndInfo::EndPage } else { PacketWriteEndInfo::NormalPacket };
            self.out.write_packet(before, SERIAL, end, self.at)?;
            if full {
                self.page = self.at;
            }
        }
        self.at += covers;
        Ok(())
    }

    /// Ends the file; players cut off what is behind `end`.
    fn finish(mut self, end: u64) -> anyhow::Result<()> {
        let last = self.waiting.take().unwrap_or_else(|| vec![0b1110_0000]);
        self.out.write_packet(last, SERIAL, PacketWriteEndInfo::EndStream, end)?;
        sync(self.out.into_inner())
    }
}
