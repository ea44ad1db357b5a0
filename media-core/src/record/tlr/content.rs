//! What the records say: channels, metadata, marks, the index and the close.

use alloc::string::String;
use alloc::vec::Vec;

use super::frame::Kind;
use super::wire::{Fields, put_number, put_text};
use crate::record::{Format, MAX_SAMPLES};

/// How a channel's sound is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Coding {
    /// Losslessly, from samples of this format.
    Lossless(Format),
    /// As the Opus packets (RFC 6716) came from the wire.
    Opus,
}

/// One party's channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// How it is stored.
    pub coding: Coding,
    /// Its clock: positions count samples at this rate, in hertz. 48,000 for Opus.
    pub rate: u32,
    /// Whose it is, for example `caller`.
    pub name: String,
}

impl Channel {
    /// A channel of telephone sound at 8 kHz.
    #[must_use]
    pub fn telephone(format: Format, name: &str) -> Self {
        Self { coding: Coding::Lossless(format), rate: 8000, name: name.into() }
    }
}

/// What a file says of its call before the first sample.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// When position 0 of every channel was: milliseconds since the Unix epoch, UTC.
    pub started_ms: i64,
    /// The channels, at most 255.
    pub channels: Vec<Channel>,
    /// Call id, numbers, direction, queue, agent: whatever the embedder knows.
    pub meta: Vec<(String, String)>,
}

/// What a [`Mark`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MarkKind {
    /// A remark.
    Note,
    /// A key was pressed; the text is the key, or `*` repeated when it is secret.
    Key,
    /// Packets of this stretch never came.
    Loss,
    /// The party was on hold.
    Hold,
    /// The sender was silent and sent nothing (discontinuous transmission).
    Silence,
    /// The stretch holds concealment, not what was said.
    Concealed,
    /// The party joined here.
    Joined,
    /// The party was transferred here.
    Transferred,
    /// Recording was paused for this stretch and its sound was never stored.
    Paused,
    /// The recorder was overloaded and this stretch is missing.
    Overload,
}

impl MarkKind {
    const ALL: [Self; 10] = [
        Self::Note,
        Self::Key,
        Self::Loss,
        Self::Hold,
        Self::Silence,
        Self::Concealed,
        Self::Joined,
        Self::Transferred,
        Self::Paused,
        Self::Overload,
    ];
}

/// Something that happened on a channel, or a stretch of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which channel.
    pub channel: u8,
    /// Where it begins, in the channel's samples.
    pub position: u64,
    /// How long it lasts; 0 for a moment.
    pub len: u64,
    /// What it is.
    pub kind: MarkKind,
    /// In words.
    pub text: String,
}

/// A channel's clock beside the wall's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockPoint {
    /// Which channel.
    pub channel: u8,
    /// A position on it, in samples.
    pub position: u64,
    /// When that sample was, in microseconds after [`Head::started_ms`].
    pub micros: u64,
}

/// Where an audio record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Which channel.
    pub channel: u8,
    /// Its first sample's position.
    pub position: u64,
    /// How many samples it holds.
    pub len: u64,
    /// Where in the file the record begins.
    pub offset: u64,
}

/// The loudest samples of a stretch of a channel by columns of [`PEAK_MS`], for a picture of the
/// call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peaks {
    /// Which channel.
    pub channel: u8,
    /// The number of the first column; that of position 0 is 0.
    pub first: u64,
    /// The greatest magnitude of each column in 128ths of 32,768, rounded down.
    pub levels: Vec<u8>,
}

/// Milliseconds one value of [`Peaks`] covers.
pub const PEAK_MS: u32 = 100;

pub(super) fn put_head(head: &Head) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(&head.started_ms.to_le_bytes());
    out.push(head.channels.len() as u8);
    for channel in &head.channels {
        out.push(match channel.coding {
            Coding::Lossless(format) => format.number(),
            Coding::Opus => 3,
        });
        put_number(&mut out, channel.rate.into());
        put_text(&mut out, &channel.name);
    }
    put_number(&mut out, head.meta.len() as u64);
    for (key, value) in &head.meta {
        put_text(&mut out, key);
        put_text(&mut out, value);
    }
    out
}

pub(super) fn parse_head(body: &[u8]) -> Option<Head> {
    let mut fields = Fields(body);
    let started_ms = i64::from_le_bytes(fields.array()?);
    let mut channels = Vec::new();
    for _ in 0..fields.byte()? {
        let coding = match fields.byte()? {
            3 => Coding::Opus,
            number => Coding::Lossless(Format::from_number(number)?),
        };
        let rate = u32::try_from(fields.number()?).ok().filter(|rate| *rate > 0)?;
        channels.push(Channel { coding, rate, name: fields.text()? });
    }
    let mut meta = Vec::new();
    for _ in 0..fields.number()? {
        meta.push((fields.text()?, fields.text()?));
    }
    Some(Head { started_ms, channels, meta })
}

pub(super) fn put_mark(mark: &Mark) -> Vec<u8> {
    let mut out = Vec::new();
    out.push(mark.channel);
    out.push(mark.kind as u8);
    put_number(&mut out, mark.position);
    put_number(&mut out, mark.len);
    put_text(&mut out, &mark.text);
    out
}

pub(super) fn parse_mark(body: &[u8]) -> Option<Mark> {
    let mut fields = Fields(body);
    let channel = fields.byte()?;
    let kind = *MarkKind::ALL.get(usize::from(fields.byte()?))?;
    let (position, len) = (fields.number()?, fields.number()?);
    Some(Mark { channel, position, len, kind, text: fields.text()? })
}

pub(super) fn put_clock(point: &ClockPoint) -> Vec<u8> {
    let mut out = Vec::new();
    out.push(point.channel);
    put_number(&mut out, point.position);
    put_number(&mut out, point.micros);
    out
}

pub(super) fn parse_clock(body: &[u8]) -> Option<ClockPoint> {
    let mut fields = Fields(body);
    let (channel, position) = (fields.byte()?, fields.number()?);
    Some(ClockPoint { channel, position, micros: fields.number()? })
}

pub(super) fn put_meta(key: &str, value: &str) -> Vec<u8> {
    let mut out = Vec::new();
    put_text(&mut out, key);
    put_text(&mut out, value);
    out
}

pub(super) fn parse_meta(body: &[u8]) -> Option<(String, String)> {
    let mut fields = Fields(body);
    Some((fields.text()?, fields.text()?))
}

/// The front of an audio or packets record: channel, position, samples.
pub(super) fn put_place(out: &mut Vec<u8>, channel: u8, position: u64, len: u64) {
    out.push(channel);
    put_number(out, position);
    put_number(out, len);
}

pub(super) fn parse_place(body: &[u8]) -> Option<(u8, u64, u64, &[u8])> {
    let mut fields = Fields(body);
    let (channel, position) = (fields.byte()?, fields.number()?);
    let len = fields.number().filter(|len| *len <= MAX_SAMPLES as u64)?;
    position.checked_add(len)?;
    Some((channel, position, len, fields.0))
}

/// Two channels' sound over the same stretch, the second coded beside the first.
pub(super) struct Pair<'a> {
    pub(super) channels: [u8; 2],
    pub(super) position: u64,
    pub(super) len: u64,
    pub(super) blocks: [&'a [u8]; 2],
}

pub(super) fn put_pair(out: &mut Vec<u8>, pair: &Pair<'_>) {
    put_place(out, pair.channels[0], pair.position, pair.len);
    out.push(pair.channels[1]);
    put_number(out, pair.blocks[0].len() as u64);
    pair.blocks.iter().for_each(|block| out.extend_from_slice(block));
}

pub(super) fn parse_pair(body: &[u8]) -> Option<Pair<'_>> {
    let (first, position, len, rest) = parse_place(body)?;
    let mut fields = Fields(rest);
    let second = fields.byte()?;
    let block_len = usize::try_from(fields.number()?).ok()?;
    let block = fields.bytes(block_len)?;
    Some(Pair { channels: [first, second], position, len, blocks: [block, fields.0] })
}

/// Channel, position and length of each stretch a sound record holds: one, or two in a pair.
pub(super) fn places(kind: Kind, body: &[u8]) -> [Option<(u8, u64, u64)>; 2] {
    match kind {
        Kind::Pair => parse_pair(body).map_or([None, None], |pair| {
            pair.channels.map(|channel| Some((channel, pair.position, pair.len)))
        }),
        Kind::Audio | Kind::Packets => {
            [parse_place(body).map(|(channel, position, len, _)| (channel, position, len)), None]
        }
        _ => [None, None],
    }
}

/// Bytes an index grows to before a part of it is written: some five minutes of two channels.
const INDEX_PART: usize = 4096;

/// An index as it grows, kept as it will be written: some seven bytes a block.
#[derive(Default)]
pub(super) struct IndexBuilder {
    /// Where the part before begins.
    before: u64,
    count: u64,
    bytes: Vec<u8>,
    last: u64,
    /// Where the records are that hold no sound and a reader wants.
    pub(super) others: Vec<u64>,
}

impl IndexBuilder {
    /// Adds a block; offsets rise, or are those of the block before in a pair.
    pub(super) fn push(&mut self, entry: &IndexEntry) {
        put_place(&mut self.bytes, entry.channel, entry.position, entry.len);
        put_number(&mut self.bytes, entry.offset - self.last);
        self.last = entry.offset;
        self.count += 1;
    }

    /// Whether it is time to write what there is.
    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() + 8 * self.others.len() >= INDEX_PART
    }

    /// Begins the part after one that is written at this offset.
    pub(super) fn next_part(&mut self, offset: u64) {
        (self.before, self.count, self.last) = (offset, 0, 0);
        self.bytes.clear();
        self.others.clear();
    }

    /// The index record's body, in a file whose index may come in `parts` or not.
    pub(super) fn body(&self, parts: bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes.len() + 4 * self.others.len() + 30);
        if parts {
            put_number(&mut out, self.before);
        }
        put_number(&mut out, self.count);
        out.extend_from_slice(&self.bytes);
        put_number(&mut out, self.others.len() as u64);
        let mut last = 0;
        for offset in &self.others {
            put_number(&mut out, offset - last);
            last = *offset;
        }
        out
    }
}

/// An index record's body: a part of the index, or all of it.
#[derive(Default)]
pub(super) struct IndexPart {
    /// Where the part before begins; 0 if there is none.
    pub(super) before: u64,
    pub(super) entries: Vec<IndexEntry>,
    pub(super) others: Vec<u64>,
}

pub(super) fn parse_index(body: &[u8], parts: bool) -> Option<IndexPart> {
    let mut fields = Fields(body);
    let before = if parts { fields.number()? } else { 0 };
    let mut offset = 0u64;
    let mut entries = Vec::new();
    for _ in 0..fields.number()? {
        let (channel, position, len, rest) = parse_place(fields.0)?;
        fields.0 = rest;
        offset = offset.checked_add(fields.number()?)?;
        entries.push(IndexEntry { channel, position, len, offset });
    }
    let mut others = Vec::new();
    offset = 0;
    for _ in 0..fields.number()? {
        offset = offset.checked_add(fields.number()?)?;
        others.push(offset);
    }
    Some(IndexPart { before, entries, others })
}

pub(super) fn put_peaks(peaks: &Peaks) -> Vec<u8> {
    let mut out = Vec::with_capacity(11 + peaks.levels.len());
    out.push(peaks.channel);
    put_number(&mut out, peaks.first);
    out.extend_from_slice(&peaks.levels);
    out
}

/// In a file whose peaks do not come in `parts`, they begin at the first column.
pub(super) fn parse_peaks(body: &[u8], parts: bool) -> Option<Peaks> {
    let mut fields = Fields(body);
    let channel = fields.byte()?;
    let first = if parts { fields.number()? } else { 0 };
    first.checked_add(fields.0.len() as u64)?;
    Some(Peaks { channel, first, levels: fields.0.into() })
}

pub(super) fn put_packets(out: &mut Vec<u8>, count: u64, packets: &[u8]) {
    put_number(out, count);
    out.extend_from_slice(packets);
}

/// The packets of a record: samples each covers, and its bytes.
pub(super) fn parse_packets(body: &[u8]) -> Option<Vec<(u32, &[u8])>> {
    let mut fields = Fields(body);
    let mut packets = Vec::new();
    for _ in 0..fields.number()? {
        let samples = u32::try_from(fields.number()?).ok()?;
        let len = usize::try_from(fields.number()?).ok()?;
        packets.push((samples, fields.bytes(len)?));
    }
    Some(packets)
}
