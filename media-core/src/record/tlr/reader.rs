//! Reading a recording: what it says, and any stretch of it.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use std::io::{Read, Seek};

use super::content::{self, ClockPoint, Coding, Head, IndexEntry, Mark, Peaks};
use super::crypto::{DataKey, Limits, Unlock};
use super::error::TlrError;
use super::frame::{FILE_HEADER, FileHeader, Kind, RecordHead};
use super::opened::open_body;
use super::play::OPUS_STEP;
use super::scan::{Scanner, Step};
use crate::record::block::memory_for;
use crate::record::law::{ALAW, ULAW};
use crate::record::{Format, Samples, SamplesMut, block_info, decode_beside, decode_in};

/// The samples of one block, as they were given to the writer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sound {
    /// G.711 bytes of the channel's law.
    G711(Vec<u8>),
    /// 16-bit linear.
    Pcm16(Vec<i16>),
    /// Opus packets and the samples each covers.
    Packets(Vec<(u32, Vec<u8>)>),
}

/// Reads a recording, finished or not, whole or damaged.
///
/// [`open`](Self::open) uses the index of a finished file and scans any other; stretches that are
/// damaged or were never recorded read as silence, and [`damage`](Self::damage) tells which bytes
/// of the file were lost.
pub struct Reader<R> {
    scanner: Scanner<R>,
    header: FileHeader,
    /// Whether there is a keys record.
    locked: bool,
    key: Option<DataKey>,
    head: Head,
    marks: Vec<Mark>,
    clocks: Vec<ClockPoint>,
    /// By channel and first column.
    peaks: Vec<Peaks>,
    /// By channel and position.
    index: Vec<IndexEntry>,
    /// By channel, where the last of its blocks in the file ends.
    ends: BTreeMap<u8, u64>,
    damage: Vec<Range<u64>>,
    indexed: bool,
    cached: Option<Cached>,
    #[cfg(feature = "opus")]
    opus: super::opus::Decoding,
}

/// The block read last.
struct Cached {
    offset: u64,
    channel: u8,
    /// `None` if it is damaged.
    samples: Option<Vec<i16>>,
}

impl<R> core::fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Reader")
            .field("head", &self.head)
            .field("blocks", &self.index.len())
            .finish_non_exhaustive()
    }
}

impl<R: Read + Seek> Reader<R> {
    /// Opens a recording, within the default [`Limits`].
    ///
    /// # Errors
    /// [`TlrError::Locked`] or [`TlrError::WrongKey`] when it is encrypted, [`TlrError::TooCostly`]
    /// when to try the passphrase would take more than the limits allow, [`TlrError::NoHead`] when
    /// what says what the channels are is lost, a fault of the file's header, or [`TlrError::Io`].
    pub fn open(input: R, unlock: &Unlock) -> Result<Self, TlrError> {
        Self::open_within(input, unlock, &Limits::default())
    }

    /// As [`open`](Self::open), within limits of the caller's.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_within(input: R, unlock: &Unlock, limits: &Limits) -> Result<Self, TlrError> {
        let (scanner, header) = Scanner::open(input)?;
        let mut this = Self {
            scanner,
            header,
            locked: false,
            key: None,
            head: Head::default(),
            marks: Vec::new(),
            clocks: Vec::new(),
            peaks: Vec::new(),
            index: Vec::new(),
            ends: BTreeMap::new(),
            damage: Vec::new(),
            indexed: false,
            cached: None,
            #[cfg(feature = "opus")]
            opus: super::opus::Decoding::default(),
        };
        let mut seen = Seen { unlock, limits, head: false, meta: BTreeMap::new() };
        if !this.read_index(&mut seen)? {
            this.scan(&mut seen)?;
        }
        if !seen.head {
            return Err(match (this.locked, unlock) {
                (true, Unlock::Nothing) => TlrError::Locked,
                (true, _) => TlrError::WrongKey,
                (false, _) => TlrError::NoHead,
            });
        }
        this.sort();
        Ok(this)
    }

    /// What the recording says of its call, later metadata included.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The marks, in the order they were made.
    #[must_use]
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// How the channels' clocks ran against the wall's.
    #[must_use]
    pub fn clocks(&self) -> &[ClockPoint] {
        &self.clocks
    }

    /// Pictures of the channels, in parts by channel and first column: those of a finished file hold
    /// all of its sound.
    #[must_use]
    pub fn peaks(&self) -> &[Peaks] {
        &self.peaks
    }

    /// The blocks, by channel and position.
    #[must_use]
    pub fn index(&self) -> &[IndexEntry] {
        &self.index
    }

    /// Stretches of the file that held no whole record, if it was scanned.
    #[must_use]
    pub fn damage(&self) -> &[Range<u64>] {
        &self.damage
    }

    /// Whether the file's own index was used: it was finished.
    #[must_use]
    pub fn is_indexed(&self) -> bool {
        self.indexed
    }

    /// Whether the recording is encrypted and no key for it was given: its head is clear, its sound
    /// and marks are not.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.locked && self.key.is_none()
    }

    pub(super) fn header(&self) -> &FileHeader {
        &self.header
    }

    /// Where a channel ends: the position after its last sample; 0 for one that never spoke.
    #[must_use]
    pub fn end(&self, channel: u8) -> u64 {
        let after = self.index.partition_point(|entry| entry.channel <= channel);
        let last = after.checked_sub(1).map(|i| self.index[i]);
        last.filter(|entry| entry.channel == channel)
            .map_or(0, |entry| entry.position.saturating_add(entry.len))
    }

    /// The first position of a channel, from this one on, that a block holds.
    pub(super) fn recorded_from(&self, channel: u8, position: u64) -> Option<u64> {
        let next = self.index.get(self.first_beyond(channel, position))?;
        (next.channel == channel).then_some(next.position.max(position))
    }

    /// Which block of the index is the first to end after a position of a channel.
    fn first_beyond(&self, channel: u8, position: u64) -> usize {
        self.index.partition_point(|entry| {
            (entry.channel, entry.position.saturating_add(entry.len)) <= (channel, position)
        })
    }

    /// Reads on in a file that is still being written and returns how many new blocks there are.
    ///
    /// # Errors
    /// [`TlrError::Io`].
    pub fn follow(&mut self) -> Result<usize, TlrError> {
        let before = self.index.len();
        if !self.indexed {
            let meta = self.head.meta.iter().zip(0..).map(|((key, _), i)| (key.clone(), i));
            let meta = meta.collect();
            let (unlock, limits) = (&Unlock::Nothing, &Limits::default());
            let mut seen = Seen { unlock, limits, head: true, meta };
            self.damage.clear();
            self.scan(&mut seen)?;
            self.sort();
        }
        Ok(self.index.len() - before)
    }

    fn sort(&mut self) {
        self.index.sort_by_key(|entry| (entry.channel, entry.position));
        self.peaks.sort_by_key(|part| (part.channel, part.first));
    }

    /// Fills `out` with a channel's linear samples from `position` on; what was never recorded or
    /// is lost is silence. Returns how many samples of `out` were recorded.
    ///
    /// With the feature `opus`, an Opus channel is decoded to 8 kHz: every sixth position of its
    /// 48 kHz clock is a sample.
    ///
    /// # Errors
    /// [`TlrError::Channel`], [`TlrError::Format`] for an Opus channel without the feature,
    /// [`TlrError::Io`].
    pub fn read(&mut self, channel: u8, position: u64, out: &mut [i16]) -> Result<usize, TlrError> {
        let known =
            self.head.channels.get(usize::from(channel)).ok_or(TlrError::Channel(channel))?;
        let coding = known.coding;
        let step = match coding {
            Coding::Lossless(_) => 1,
            Coding::Opus if cfg!(feature = "opus") => OPUS_STEP,
            Coding::Opus => return Err(TlrError::Format(channel)),
        };
        out.fill(0);
        let from = self.first_beyond(channel, position);
        // From here on in samples heard.
        let position = position / step;
        let end = position.saturating_add(out.len() as u64);
        let mut recorded = 0;
        for i in from..self.index.len() {
            let entry = self.index[i];
            let at = entry.position / step;
            if entry.channel != channel || at >= end {
                break;
            }
            let Some(samples) = self.linear(i, coding)? else {
                continue;
            };
            let stop = at.saturating_add(samples.len() as u64);
            let (start, stop) = (at.max(position), end.min(stop));
            if start < stop {
                let to = &mut out[(start - position) as usize..(stop - position) as usize];
                let skip = (start - at) as usize;
                to.copy_from_slice(&samples[skip..skip + to.len()]);
                recorded += to.len();
            }
        }
        Ok(recorded)
    }

    /// One block's sound as it was written.
    ///
    /// # Errors
    /// [`TlrError::Damaged`] when it is not there whole, [`TlrError::Io`].
    pub fn sound(&mut self, entry: &IndexEntry) -> Result<Sound, TlrError> {
        let damaged = TlrError::Damaged(entry.offset);
        let (kind, body) = self.body(entry)?;
        if kind == Kind::Pair {
            let pair = content::parse_pair(&body).ok_or(damaged)?;
            let first = unpack(pair.blocks[0], None, pair.len).ok_or(damaged)?;
            if entry.channel == pair.channels[0] {
                return Ok(first);
            }
            let law = self.head.channels.get(usize::from(pair.channels[0])).map(|c| c.coding);
            let other = match &first {
                Sound::Pcm16(samples) => Samples::Pcm16(samples),
                Sound::G711(codes) if law == Some(Coding::Lossless(Format::Alaw)) => {
                    Samples::Alaw(codes)
                }
                Sound::G711(codes) => Samples::Ulaw(codes),
                Sound::Packets(_) => return Err(damaged),
            };
            return unpack(pair.blocks[1], Some(other), pair.len).ok_or(damaged);
        }
        let (.., len, block) = content::parse_place(&body).ok_or(damaged)?;
        if kind == Kind::Packets {
            let packets = content::parse_packets(block).ok_or(damaged)?;
            return Ok(Sound::Packets(packets.into_iter().map(|(n, p)| (n, p.into())).collect()));
        }
        unpack(block, None, len).ok_or(damaged)
    }

    /// The clear body of a block's record, which is the one the index means.
    pub(super) fn body(&mut self, entry: &IndexEntry) -> Result<(Kind, Vec<u8>), TlrError> {
        let damaged = TlrError::Damaged(entry.offset);
        let head = self.scanner.record_at(entry.offset)?.ok_or(damaged)?;
        let body = open_body(&head, self.scanner.record(), self.key.as_ref()).ok_or(damaged)?;
        let mut places = content::places(head.kind, &body).into_iter().flatten();
        let meant = (entry.channel, entry.position, entry.len);
        if places.any(|place| place == meant) {
            Ok((head.kind, body.into_owned()))
        } else {
            Err(damaged)
        }
    }

    /// The linear samples of a block of the index, kept until another is asked for; `None` if it is
    /// damaged.
    fn linear(&mut self, i: usize, coding: Coding) -> Result<Option<&[i16]>, TlrError> {
        let entry = self.index[i];
        let (offset, channel) = (entry.offset, entry.channel);
        if self.cached.as_ref().is_none_or(|c| (c.offset, c.channel) != (offset, channel)) {
            let samples = match self.sound(&entry) {
                Ok(Sound::G711(codes)) => {
                    let alaw = coding == Coding::Lossless(Format::Alaw);
                    let law = if alaw { &ALAW } else { &ULAW };
                    Some(codes.iter().map(|c| law.value[law.cell(*c)]).collect())
                }
                Ok(Sound::Pcm16(samples)) => Some(samples),
                #[cfg(feature = "opus")]
                Ok(Sound::Packets(packets)) => {
                    let before = i.checked_sub(1).map(|i| self.index[i]);
                    let before = before.filter(|b| {
                        b.channel == entry.channel
                            && b.position.saturating_add(b.len) == entry.position
                    });
                    if let (false, Some(before)) = (self.opus.is_at(&entry), before) {
                        // A decoder remembers: the block before brings it into step.
                        if let Ok(Sound::Packets(packets)) = self.sound(&before) {
                            self.opus.decode(&before, &packets);
                        }
                    }
                    Some(self.opus.decode(&entry, &packets))
                }
                #[cfg(not(feature = "opus"))]
                Ok(Sound::Packets(_)) => None,
                Err(TlrError::Damaged(_) | TlrError::Block(_)) => None,
                Err(error) => return Err(error),
            };
            self.cached = Some(Cached { offset, channel, samples });
        }
        Ok(self.cached.as_ref().and_then(|cached| cached.samples.as_deref()))
    }

    /// Reads what the index names; `false` when it cannot be relied on.
    fn read_index(&mut self, seen: &mut Seen<'_>) -> Result<bool, TlrError> {
        let Some(mut at) = self.scanner.trailer()?.filter(|at| *at >= FILE_HEADER as u64) else {
            return Ok(false);
        };
        let mut parts = Vec::new();
        let mut end = self.scanner.file_len()?;
        while at != 0 {
            let part = match self.scanner.record_at(at)? {
                // Parts lie behind one another: none is read twice.
                Some(RecordHead { kind: Kind::Index, .. })
                    if at + self.scanner.record().len() as u64 <= end =>
                {
                    content::parse_index(self.scanner.body(), self.header.parts)
                }
                _ => None,
            };
            let Some(part) = part else {
                return Ok(false);
            };
            (end, at) = (at, part.before);
            parts.push(part);
        }
        // In the order of the file: of metadata the last counts.
        let mut end = FILE_HEADER as u64;
        for offset in parts.iter().rev().flat_map(|part| &part.others) {
            // They lie behind one another, too.
            let head = if *offset < end { None } else { self.scanner.record_at(*offset)? };
            let Some(head) = head else {
                self.forget(seen);
                return Ok(false);
            };
            end = *offset + self.scanner.record().len() as u64;
            self.take(&head, *offset, seen)?;
        }
        parts.into_iter().rev().flat_map(|part| part.entries).for_each(|entry| self.list(entry));
        self.indexed = true;
        Ok(true)
    }

    fn forget(&mut self, seen: &mut Seen<'_>) {
        self.marks.clear();
        self.clocks.clear();
        self.peaks.clear();
        self.index.clear();
        self.ends.clear();
        self.head = Head::default();
        (self.locked, self.key) = (false, None);
        seen.meta.clear();
        seen.head = false;
    }

    fn scan(&mut self, seen: &mut Seen<'_>) -> Result<(), TlrError> {
        loop {
            let offset = self.scanner.at;
            match self.scanner.step()? {
                Step::Record(head) => self.take(&head, offset, seen)?,
                Step::Damage(range) => {
                    let end = range.end == self.scanner.file_len()?;
                    self.damage.push(range);
                    if end {
                        return Ok(());
                    }
                }
                Step::Torn(range) => {
                    if !range.is_empty() {
                        self.damage.push(range);
                    }
                    return Ok(());
                }
                Step::Trailer => return Ok(()),
            }
        }
    }

    /// Learns from the record the scanner just found.
    fn take(
        &mut self,
        head: &RecordHead,
        offset: u64,
        seen: &mut Seen<'_>,
    ) -> Result<(), TlrError> {
        if head.kind == Kind::Keys {
            // A file has one; whatever calls itself another is not worth a passphrase's time.
            if !self.locked {
                self.key = seen.unlock.open(self.scanner.body(), &self.header, seen.limits)?;
            }
            self.locked = true;
            return Ok(());
        }
        let Some(body) = open_body(head, self.scanner.record(), self.key.as_ref()) else {
            return Ok(());
        };
        match head.kind {
            Kind::Head => {
                if let Some(head) = content::parse_head(&body) {
                    let keys = head.meta.iter().zip(0..);
                    seen.meta = keys.map(|((key, _), i)| (key.clone(), i)).collect();
                    self.head = head;
                    seen.head = true;
                }
            }
            Kind::Meta => {
                if let Some((key, value)) = content::parse_meta(&body) {
                    seen.set(&mut self.head.meta, key, value);
                }
            }
            Kind::Mark => self.marks.extend(content::parse_mark(&body)),
            Kind::Clock => self.clocks.extend(content::parse_clock(&body)),
            Kind::Peaks => self.peaks.extend(content::parse_peaks(&body, self.header.parts)),
            kind @ (Kind::Audio | Kind::Packets | Kind::Pair) => {
                let places = content::places(kind, &body).into_iter().flatten();
                let entry =
                    |(channel, position, len)| IndexEntry { channel, position, len, offset };
                places.map(entry).for_each(|entry| self.list(entry));
            }
            Kind::Keys | Kind::Index | Kind::Checkpoint | Kind::Close => {}
        }
        Ok(())
    }

    /// Adds a block, unless it begins before one of its channel ends: positions rise, and where they
    /// do not, the same stretch could be decoded any number of times.
    fn list(&mut self, entry: IndexEntry) {
        let end = self.ends.entry(entry.channel).or_default();
        if entry.position >= *end {
            *end = entry.position.saturating_add(entry.len);
            self.index.push(entry);
        }
    }

    /// Gives the input back.
    #[must_use]
    pub fn into_inner(self) -> R {
        self.scanner.into_inner()
    }
}

/// The samples of a block that should hold so many; `None` if it does not.
fn unpack(block: &[u8], other: Option<Samples<'_>>, len: u64) -> Option<Sound> {
    let info = block_info(block).ok().filter(|info| info.samples as u64 == len)?;
    let mut memory = memory_for(block);
    let mut decode = |out: SamplesMut<'_>| match other {
        Some(other) => decode_beside(block, other, &mut memory, out),
        None => decode_in(block, &mut memory, out),
    };
    if info.format == Format::Pcm16 {
        let mut samples = alloc::vec![0; info.samples];
        decode(SamplesMut::Pcm16(&mut samples)).ok()?;
        Some(Sound::Pcm16(samples))
    } else {
        let mut codes = alloc::vec![0; info.samples];
        decode(SamplesMut::G711(&mut codes)).ok()?;
        Some(Sound::G711(codes))
    }
}

struct Seen<'a> {
    unlock: &'a Unlock,
    limits: &'a Limits,
    head: bool,
    /// Where each key of the metadata is.
    meta: BTreeMap<String, usize>,
}

impl Seen<'_> {
    fn set(&mut self, meta: &mut Vec<(String, String)>, key: String, value: String) {
        match self.meta.get(&key).and_then(|i| meta.get_mut(*i)) {
            Some((_, old)) => *old = value,
            None => {
                self.meta.insert(key.clone(), meta.len());
                meta.push((key, value));
            }
        }
    }
}
