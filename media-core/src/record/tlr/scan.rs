//! Walking a file record by record, over damage and up to a torn end.

use alloc::vec::Vec;
use core::ops::Range;
use std::io::{Read, Seek, SeekFrom};

use super::error::TlrError;
use super::frame::{
    self, FILE_HEADER, FileHeader, HEAD, HeaderFault, Kind, RecordHead, SYNC, TAIL, TRAILER,
};
use super::wire::crc32c;

/// Bytes of seeming records that searches after damage may check in vain, beside eight times what
/// was crossed of the file: files made to slow them down are given up on, not waited for.
const SEARCH: u64 = 1 << 28;
/// Bytes a search looks at first, and at once at most: mostly the next record is near.
const WINDOWS: [usize; 2] = [1 << 10, 1 << 16];

/// What stands at a place in the file.
pub(super) enum Step {
    /// A whole record, its bytes in [`Scanner::record`].
    Record(RecordHead),
    /// No record here, up to where one begins or the file ends.
    Damage(Range<u64>),
    /// The rest of the file is the beginning of a record, or nothing.
    Torn(Range<u64>),
    /// The trailer, after which a file ends.
    Trailer,
}

/// Reads records at and after a position.
pub(super) struct Scanner<R> {
    input: R,
    pub(super) at: u64,
    bytes: Vec<u8>,
    /// Bytes of what looked like records and was none.
    in_vain: u64,
}

impl<R: Read + Seek> Scanner<R> {
    /// Checks the file's header and stands on the first record.
    pub(super) fn open(mut input: R) -> Result<(Self, FileHeader), TlrError> {
        let mut header = [0; FILE_HEADER];
        input.seek(SeekFrom::Start(0))?;
        input.read_exact(&mut header).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => TlrError::NotTlr,
            _ => error.into(),
        })?;
        let header = FileHeader::parse(&header).map_err(|fault| match fault {
            HeaderFault::NotTlr => TlrError::NotTlr,
            HeaderFault::Damaged => TlrError::HeaderDamaged,
            HeaderFault::Version(version) => TlrError::Version(version),
        })?;
        let at = FILE_HEADER as u64;
        Ok((Self { input, at, bytes: Vec::new(), in_vain: 0 }, header))
    }

    pub(super) fn file_len(&mut self) -> Result<u64, TlrError> {
        Ok(self.input.seek(SeekFrom::End(0))?)
    }

    /// The bytes of the record found last: head, body, chain and check sum.
    pub(super) fn record(&self) -> &[u8] {
        &self.bytes
    }

    /// Head and body of the record found last.
    pub(super) fn head_and_body(&self) -> &[u8] {
        &self.bytes[..self.bytes.len() - TAIL]
    }

    /// Its body.
    pub(super) fn body(&self) -> &[u8] {
        &self.bytes[HEAD..self.bytes.len() - TAIL]
    }

    /// The chain it stores.
    pub(super) fn stored_chain(&self) -> &[u8] {
        &self.bytes[self.bytes.len() - TAIL..self.bytes.len() - 4]
    }

    fn load(&mut self, at: u64, len: usize) -> Result<(), TlrError> {
        self.bytes.resize(len, 0);
        self.input.seek(SeekFrom::Start(at))?;
        Ok(self.input.read_exact(&mut self.bytes)?)
    }

    /// What the trailer of a finished file says: where the index is, or 0.
    pub(super) fn trailer(&mut self) -> Result<Option<u64>, TlrError> {
        let len = self.file_len()?;
        if len < (FILE_HEADER + TRAILER) as u64 {
            return Ok(None);
        }
        self.load(len - TRAILER as u64, TRAILER)?;
        Ok(self.bytes[..].try_into().ok().and_then(frame::parse_trailer))
    }

    /// The whole record at `at`, if there is one.
    pub(super) fn record_at(&mut self, at: u64) -> Result<Option<RecordHead>, TlrError> {
        let len = self.file_len()?;
        match self.try_record(at, len)? {
            Found::Record(head) => Ok(Some(head)),
            _ => Ok(None),
        }
    }

    fn try_record(&mut self, at: u64, file_len: u64) -> Result<Found, TlrError> {
        let left = file_len.saturating_sub(at);
        if left < HEAD as u64 {
            self.load(at, left as usize)?;
            let sync = self.bytes.len().min(SYNC.len());
            let begun = self.bytes[..sync] == SYNC[..sync];
            return Ok(if begun { Found::Begun } else { Found::Nothing });
        }
        self.load(at, HEAD)?;
        let head = self.bytes[..].try_into().ok().and_then(RecordHead::parse);
        let Some(head) = head else {
            return Ok(Found::Nothing);
        };
        let len = HEAD + head.len + TAIL;
        if left < len as u64 {
            return Ok(Found::Begun);
        }
        self.load(at, len)?;
        let (front, crc) = self.bytes.split_at(len - 4);
        let good = crc32c(&[front]).to_le_bytes() == *crc;
        if !good {
            self.in_vain += len as u64;
        }
        Ok(if good { Found::Record(head) } else { Found::Nothing })
    }

    /// What stands at the present position; moves past it, except past a torn end, so that a file
    /// still being written can be followed.
    pub(super) fn step(&mut self) -> Result<Step, TlrError> {
        let (at, end) = (self.at, self.file_len()?);
        if at >= end {
            return Ok(Step::Torn(at..at));
        }
        match self.try_record(at, end)? {
            Found::Record(head) => {
                self.at = at + self.bytes.len() as u64;
                return Ok(Step::Record(head));
            }
            Found::Begun => {
                // A head whose length is damaged would have failed its own check: the end is torn,
                // unless a whole record follows after all.
                return Ok(match self.search(at + 1, end)? {
                    Some(next) => self.skip_to(next),
                    None => Step::Torn(at..end),
                });
            }
            Found::Nothing => {}
        }
        if end - at == TRAILER as u64 && self.trailer()?.is_some() {
            self.at = end;
            return Ok(Step::Trailer);
        }
        let next = self.search(at + 1, end)?;
        Ok(self.skip_to(next.unwrap_or(end)))
    }

    fn skip_to(&mut self, next: u64) -> Step {
        let damage = self.at..next;
        self.at = next;
        Step::Damage(damage)
    }

    /// Where the next whole record begins at or after `from`.
    fn search(&mut self, from: u64, end: u64) -> Result<Option<u64>, TlrError> {
        let mut window = Vec::new();
        let [mut size, largest] = WINDOWS;
        let mut at = from;
        while at + (HEAD + TAIL) as u64 <= end {
            let len = (end - at).min(size as u64) as usize;
            size = (size * 2).min(largest);
            window.resize(len, 0);
            self.input.seek(SeekFrom::Start(at))?;
            self.input.read_exact(&mut window)?;
            for (i, head) in window.windows(HEAD).enumerate() {
                let plausible =
                    head[..2] == SYNC && head.try_into().ok().and_then(RecordHead::parse).is_some();
                if !plausible {
                    continue;
                }
                let place = at + i as u64;
                if self.in_vain > SEARCH.saturating_add(place.saturating_mul(8)) {
                    return Ok(None);
                }
                if let Found::Record(_) = self.try_record(place, end)? {
                    return Ok(Some(place));
                }
            }
            at += (len - HEAD + 1) as u64;
        }
        Ok(None)
    }

    pub(super) fn into_inner(self) -> R {
        self.input
    }
}

enum Found {
    Record(RecordHead),
    /// The file ends inside it.
    Begun,
    Nothing,
}

impl Kind {
    /// Whether the record holds a stretch of a channel.
    pub(super) fn is_sound(self) -> bool {
        matches!(self, Self::Audio | Self::Packets | Self::Pair)
    }
}
