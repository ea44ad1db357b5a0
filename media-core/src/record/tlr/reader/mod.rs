//! Reading a recording: what it says, and any stretch of it.

mod load;
mod sound;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;
use std::io::{Read, Seek};

use self::load::Seen;
use self::sound::Cached;
pub use self::sound::Sound;
use super::content::{ClockPoint, Head, IndexEntry, Mark, Peaks};
use super::crypto::{DataKey, Limits, Unlock};
use super::error::TlrError;
use super::frame::FileHeader;
use super::scan::Scanner;

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

    /// Gives the input back.
    #[must_use]
    pub fn into_inner(self) -> R {
        self.scanner.into_inner()
    }
}
