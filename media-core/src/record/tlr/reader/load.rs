//! Taking a file's records in: those that its index names, or all, one after another.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use std::io::{Read, Seek};

use super::Reader;
use crate::record::tlr::content::{self, Head, IndexEntry};
use crate::record::tlr::crypto::{Limits, Unlock};
use crate::record::tlr::error::TlrError;
use crate::record::tlr::frame::{FILE_HEADER, Kind, RecordHead};
use crate::record::tlr::opened::open_body;
use crate::record::tlr::scan::Step;

impl<R: Read + Seek> Reader<R> {
    /// Reads what the index names; `false` when it cannot be relied on.
    pub(super) fn read_index(&mut self, seen: &mut Seen<'_>) -> Result<bool, TlrError> {
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

    pub(super) fn scan(&mut self, seen: &mut Seen<'_>) -> Result<(), TlrError> {
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
}

/// What is known only while records are taken in.
pub(super) struct Seen<'a> {
    pub(super) unlock: &'a Unlock,
    pub(super) limits: &'a Limits,
    /// Whether a head was there.
    pub(super) head: bool,
    /// Where each key of the metadata is.
    pub(super) meta: BTreeMap<String, usize>,
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
