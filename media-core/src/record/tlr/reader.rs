//! Reading a recording: what it says, and any stretch of it.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use std::io::{Read, Seek};

use super::content::{self, ClockPoint, Coding, Head, IndexEntry, Mark, Peaks};
use super::crypto::{DataKey, Unlock};
use super::error::TlrError;
use super::frame::{FILE_HEADER, Kind, RecordHead};
use super::opened::open_body;
use super::scan::{Scanner, Step};
use crate::record::law::{ALAW, ULAW};
use crate::record::{Format, SamplesMut, block_info, decode};

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
    key: Option<DataKey>,
    head: Head,
    marks: Vec<Mark>,
    clocks: Vec<ClockPoint>,
    peaks: Vec<Peaks>,
    /// By channel and position.
    index: Vec<IndexEntry>,
    damage: Vec<Range<u64>>,
    indexed: bool,
    cached: Option<(u64, Vec<i16>)>,
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
    /// Opens a recording.
    ///
    /// # Errors
    /// [`TlrError::Locked`] or [`TlrError::WrongKey`] when it is encrypted,
    /// [`TlrError::NoHead`] when what says what the channels are is lost, a fault of the file's
    /// header, or [`TlrError::Io`].
    pub fn open(input: R, unlock: &Unlock) -> Result<Self, TlrError> {
        let (scanner, _, id) = Scanner::open(input)?;
        let mut this = Self {
            scanner,
            key: None,
            head: Head::default(),
            marks: Vec::new(),
            clocks: Vec::new(),
            peaks: Vec::new(),
            index: Vec::new(),
            damage: Vec::new(),
            indexed: false,
            cached: None,
        };
        let mut seen = Seen { id, unlock, head: false, locked: false };
        if !this.read_index(&mut seen)? {
            this.scan(&mut seen)?;
        }
        if !seen.head {
            return Err(match (seen.locked, unlock) {
                (true, Unlock::Nothing) => TlrError::Locked,
                (true, _) => TlrError::WrongKey,
                (false, _) => TlrError::NoHead,
            });
        }
        this.index.sort_by_key(|entry| (entry.channel, entry.position));
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

    /// Pictures of the channels, in a finished file.
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

    /// Where a channel ends: the position after its last sample; 0 for one that never spoke.
    #[must_use]
    pub fn end(&self, channel: u8) -> u64 {
        let after = self.index.partition_point(|entry| entry.channel <= channel);
        let last = after.checked_sub(1).map(|i| self.index[i]);
        last.filter(|entry| entry.channel == channel)
            .map_or(0, |entry| entry.position.saturating_add(entry.len))
    }

    /// Reads on in a file that is still being written and returns how many new blocks there are.
    ///
    /// # Errors
    /// [`TlrError::Io`].
    pub fn follow(&mut self) -> Result<usize, TlrError> {
        let before = self.index.len();
        if !self.indexed {
            let mut seen =
                Seen { id: [0; 16], unlock: &Unlock::Nothing, head: true, locked: false };
            self.damage.clear();
            self.scan(&mut seen)?;
            self.index.sort_by_key(|entry| (entry.channel, entry.position));
        }
        Ok(self.index.len() - before)
    }

    /// Fills `out` with a channel's linear samples from `position` on; what was never recorded or
    /// is lost is silence. Returns how many samples of `out` were recorded.
    ///
    /// # Errors
    /// [`TlrError::Channel`], [`TlrError::Format`] for an Opus channel, [`TlrError::Io`].
    pub fn read(&mut self, channel: u8, position: u64, out: &mut [i16]) -> Result<usize, TlrError> {
        let known =
            self.head.channels.get(usize::from(channel)).ok_or(TlrError::Channel(channel))?;
        let Coding::Lossless(format) = known.coding else {
            return Err(TlrError::Format(channel));
        };
        out.fill(0);
        let end = position.saturating_add(out.len() as u64);
        let from = self.index.partition_point(|entry| {
            (entry.channel, entry.position.saturating_add(entry.len)) <= (channel, position)
        });
        let mut recorded = 0;
        for i in from..self.index.len() {
            let entry = self.index[i];
            if entry.channel != channel || entry.position >= end {
                break;
            }
            let Some(samples) = self.linear(&entry, format)? else {
                continue;
            };
            let (start, stop) =
                (entry.position.max(position), end.min(entry.position + samples.len() as u64));
            if start < stop {
                let to = &mut out[(start - position) as usize..(stop - position) as usize];
                let skip = (start - entry.position) as usize;
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
        let head = self.scanner.record_at(entry.offset)?.ok_or(damaged)?;
        let body = open_body(&head, self.scanner.record(), self.key.as_ref()).ok_or(damaged)?;
        let (channel, position, len, block) = content::parse_place(&body).ok_or(damaged)?;
        if (channel, position, len) != (entry.channel, entry.position, entry.len) {
            return Err(damaged);
        }
        if head.kind == Kind::Packets {
            let packets = content::parse_packets(block).ok_or(damaged)?;
            return Ok(Sound::Packets(packets.into_iter().map(|(n, p)| (n, p.into())).collect()));
        }
        let info = block_info(block)?;
        if info.samples as u64 != len {
            return Err(damaged);
        }
        if info.format == Format::Pcm16 {
            let mut samples = alloc::vec![0; info.samples];
            decode(block, SamplesMut::Pcm16(&mut samples))?;
            Ok(Sound::Pcm16(samples))
        } else {
            let mut samples = alloc::vec![0; info.samples];
            decode(block, SamplesMut::G711(&mut samples))?;
            Ok(Sound::G711(samples))
        }
    }

    /// A block's linear samples, kept until another is asked for; `None` if it is damaged.
    fn linear(&mut self, entry: &IndexEntry, format: Format) -> Result<Option<&[i16]>, TlrError> {
        if self.cached.as_ref().is_none_or(|(offset, _)| *offset != entry.offset) {
            let law = if format == Format::Alaw { &ALAW } else { &ULAW };
            let samples = match self.sound(entry) {
                Ok(Sound::G711(codes)) => codes.iter().map(|c| law.value[law.cell(*c)]).collect(),
                Ok(Sound::Pcm16(samples)) => samples,
                Ok(Sound::Packets(_)) => return Ok(None),
                Err(TlrError::Damaged(_) | TlrError::Block(_)) => return Ok(None),
                Err(error) => return Err(error),
            };
            self.cached = Some((entry.offset, samples));
        }
        Ok(self.cached.as_ref().map(|(_, samples)| &samples[..]))
    }

    /// Reads what the index names; `false` when it cannot be relied on.
    fn read_index(&mut self, seen: &mut Seen<'_>) -> Result<bool, TlrError> {
        let Some(at) = self.scanner.trailer()?.filter(|at| *at >= FILE_HEADER as u64) else {
            return Ok(false);
        };
        let index = match self.scanner.record_at(at)? {
            Some(RecordHead { kind: Kind::Index, .. }) => content::parse_index(self.scanner.body()),
            _ => None,
        };
        let Some((entries, others)) = index else {
            return Ok(false);
        };
        for offset in others {
            match self.scanner.record_at(offset)? {
                Some(head) => self.take(&head, offset, seen),
                None => {
                    self.forget();
                    return Ok(false);
                }
            }
        }
        self.index = entries;
        self.indexed = true;
        Ok(true)
    }

    fn forget(&mut self) {
        self.marks.clear();
        self.clocks.clear();
        self.peaks.clear();
        self.head = Head::default();
    }

    fn scan(&mut self, seen: &mut Seen<'_>) -> Result<(), TlrError> {
        loop {
            let offset = self.scanner.at;
            match self.scanner.step()? {
                Step::Record(head) => self.take(&head, offset, seen),
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
    fn take(&mut self, head: &RecordHead, offset: u64, seen: &mut Seen<'_>) {
        if head.kind == Kind::Keys {
            seen.locked = true;
            self.key = seen.unlock.open(self.scanner.body(), &seen.id);
            return;
        }
        let Some(body) = open_body(head, self.scanner.record(), self.key.as_ref()) else {
            return;
        };
        match head.kind {
            Kind::Head => {
                if let Some(head) = content::parse_head(&body) {
                    self.head = head;
                    seen.head = true;
                }
            }
            Kind::Meta => {
                if let Some((key, value)) = content::parse_meta(&body) {
                    set(&mut self.head.meta, key, value);
                }
            }
            Kind::Mark => self.marks.extend(content::parse_mark(&body)),
            Kind::Clock => self.clocks.extend(content::parse_clock(&body)),
            Kind::Peaks => self.peaks.extend(content::parse_peaks(&body)),
            Kind::Audio | Kind::Packets => {
                if let Some((channel, position, len, _)) = content::parse_place(&body) {
                    self.index.push(IndexEntry { channel, position, len, offset });
                }
            }
            Kind::Keys | Kind::Index | Kind::Checkpoint | Kind::Close => {}
        }
    }

    /// Gives the input back.
    #[must_use]
    pub fn into_inner(self) -> R {
        self.scanner.into_inner()
    }
}

struct Seen<'a> {
    id: [u8; 16],
    unlock: &'a Unlock,
    head: bool,
    locked: bool,
}

fn set(meta: &mut Vec<(String, String)>, key: String, value: String) {
    match meta.iter_mut().find(|(known, _)| *known == key) {
        Some((_, old)) => *old = value,
        None => meta.push((key, value)),
    }
}
