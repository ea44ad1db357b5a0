//! Records one after the other: numbered, sealed, chained, listed in the index and vouched for.

use alloc::vec::Vec;
use std::io::Write;

use super::content::{self, Head, IndexBuilder, IndexEntry, Peaks};
use super::crypto::{DataKey, TAG};
use super::error::TlrError;
use super::frame::{self, Chain, FileHeader, Kind, MAX_BODY, RecordHead};
use super::statement::Statement;
use super::writer::Options;
use crate::record::Level;

/// A file that grows by whole records.
pub(super) struct Appender<W> {
    out: W,
    pub(super) options: Options,
    key: Option<DataKey>,
    chain: Chain,
    number: u32,
    /// Where the next record begins.
    offset: u64,
    index: IndexBuilder,
    since_checkpoint: u32,
    /// Why nothing is written any more.
    failed: Option<TlrError>,
    record: Vec<u8>,
}

impl<W> core::fmt::Debug for Appender<W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Appender")
            .field("offset", &self.offset)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

impl<W: Write> Appender<W> {
    /// Writes header, keys and head.
    pub(super) fn create(mut out: W, head: &Head, options: Options) -> Result<Self, TlrError> {
        let cipher = options.seal.as_ref().map_or_else(Default::default, |seal| seal.cipher);
        let (id, pairs, deep) = (options.id, options.echo, options.level >= Level::High);
        let header =
            FileHeader { id, cipher, pairs, parts: true, quick: deep, tones: deep }.bytes();
        out.write_all(&header)?;
        let mut this = Self {
            out,
            key: None,
            chain: Chain::start(&header),
            number: 0,
            offset: header.len() as u64,
            index: IndexBuilder::default(),
            since_checkpoint: 0,
            failed: None,
            record: Vec::new(),
            options,
        };
        if let Some(seal) = &this.options.seal {
            let (keys, key) = (seal.wrap(&id)?, seal.key(&id));
            this.put_other(Kind::Keys, keys)?;
            this.key = Some(key);
        }
        this.put_other(Kind::Head, content::put_head(head))?;
        Ok(this)
    }

    /// Bytes written so far.
    pub(super) fn len(&self) -> u64 {
        self.offset
    }

    pub(super) fn get_ref(&self) -> &W {
        &self.out
    }

    /// The error that ended the writing, if one did.
    pub(super) fn check(&self) -> Result<(), TlrError> {
        self.failed.map_or(Ok(()), Err)
    }

    pub(super) fn flush(&mut self) -> Result<(), TlrError> {
        Ok(self.out.flush()?)
    }

    /// Writes the last of the index, close and trailer.
    pub(super) fn close(mut self) -> Result<W, TlrError> {
        let index_at = self.offset;
        self.put_index()?;
        let statement = self.statement(true);
        self.put(Kind::Close, statement)?;
        self.out.write_all(&frame::trailer(index_at))?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn statement(&self, closing: bool) -> Vec<u8> {
        let statement = Statement::new(&self.options.id, &self.chain, closing, false);
        statement.bytes(self.options.signer.as_ref())
    }

    /// Writes a sound record of these channels and lists what it holds; hands the body's memory
    /// back.
    pub(super) fn put_sound(
        &mut self,
        kind: Kind,
        channels: &[u8],
        position: u64,
        len: u64,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, TlrError> {
        for &channel in channels {
            self.index.push(&IndexEntry { channel, position, len, offset: self.offset });
        }
        let body = self.put(kind, body)?;
        self.put_full_index()?;
        Ok(body)
    }

    /// Writes a part of the picture of a channel.
    pub(super) fn put_peaks(&mut self, part: &Peaks) -> Result<(), TlrError> {
        self.put_other(Kind::Peaks, content::put_peaks(part))
    }

    /// Writes a record that holds no sound and that a reader wants.
    pub(super) fn put_other(&mut self, kind: Kind, body: Vec<u8>) -> Result<(), TlrError> {
        self.index.others.push(self.offset);
        self.put(kind, body)?;
        self.put_full_index()
    }

    /// Writes a part of the index when it is time, so that its memory stays bounded.
    fn put_full_index(&mut self) -> Result<(), TlrError> {
        if self.index.is_full() { self.put_index() } else { Ok(()) }
    }

    /// Writes what of the index no part holds yet.
    fn put_index(&mut self) -> Result<(), TlrError> {
        let (offset, body) = (self.offset, self.index.body(true));
        self.put(Kind::Index, body)?;
        self.index.next_part(offset);
        Ok(())
    }

    /// Writes one record, and a checkpoint when it is time; hands the body's memory back.
    fn put(&mut self, kind: Kind, body: Vec<u8>) -> Result<Vec<u8>, TlrError> {
        let body = self.put_one(kind, body)?;
        self.since_checkpoint += 1;
        let every = self.options.checkpoint_every;
        if every > 0 && self.since_checkpoint >= every && kind != Kind::Close {
            self.since_checkpoint = 0;
            let statement = self.statement(false);
            self.put_one(Kind::Checkpoint, statement)?;
        }
        Ok(body)
    }

    fn put_one(&mut self, kind: Kind, mut body: Vec<u8>) -> Result<Vec<u8>, TlrError> {
        self.check()?;
        if body.len() + TAG > MAX_BODY {
            return Err(TlrError::TooLong(body.len()));
        }
        let clear_head = self.options.seal.as_ref().is_some_and(|seal| seal.clear_head);
        let sealed = kind.is_private(clear_head) && self.key.is_some();
        if let Some(key) = self.key.as_ref().filter(|_| sealed) {
            let len = body.len() + TAG;
            let head = RecordHead { kind, sealed, len, number: self.number };
            key.seal(self.number, &head.bytes(), &mut body).ok_or(TlrError::TooLong(len))?;
        }
        self.record.clear();
        let next =
            frame::put_record(&mut self.record, &self.chain, kind, sealed, self.number, &body);
        if let Err(error) = self.out.write_all(&self.record) {
            let error = TlrError::from(error);
            self.failed = Some(error);
            return Err(error);
        }
        self.chain = next;
        // Numbers make the nonces: they never come round.
        match self.number.checked_add(1) {
            Some(number) => self.number = number,
            None => self.failed = Some(TlrError::TooLong(self.record.len())),
        }
        self.offset += self.record.len() as u64;
        Ok(body)
    }
}
