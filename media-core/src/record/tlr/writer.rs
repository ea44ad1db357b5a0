//! Writing a recording while the call lasts.

use alloc::string::String;
use alloc::vec::Vec;
use std::io::Write;

use super::content::{
    self, Channel, ClockPoint, Coding, Head, IndexBuilder, IndexEntry, Mark, MarkKind, PEAK_MS,
    Peaks,
};
use super::crypto::{DataKey, Seal, Signer, TAG};
use super::error::TlrError;
use super::frame::{self, Chain, Kind, MAX_BODY, RecordHead};
use super::statement::Statement;
use super::wire::put_number;
use crate::record::law::{ALAW, ULAW};
use crate::record::{Format, Level, MAX_SAMPLES, Samples, encode};

/// How a recording is written.
#[derive(Debug)]
pub struct Options {
    /// Names the file and keeps its encryption apart from every other's: 16 bytes of the operating
    /// system's randomness.
    pub id: [u8; 16],
    /// How hard to compress.
    pub level: Level,
    /// Milliseconds of sound in a block: what a crash may lose, and what a seek decodes.
    pub block_ms: u32,
    /// A checkpoint of the chain after this many records, signed if there is a signer; 0 for none.
    pub checkpoint_every: u32,
    /// Who vouches for the recording.
    pub signer: Option<Signer>,
    /// Who may read it; everybody if `None`.
    pub seal: Option<Seal>,
}

impl Options {
    /// Blocks of a second at [`Level::Live`], a checkpoint every 64 records, clear and unsigned.
    #[must_use]
    pub fn new(id: [u8; 16]) -> Self {
        Self {
            id,
            level: Level::Live,
            block_ms: 1000,
            checkpoint_every: 64,
            signer: None,
            seal: None,
        }
    }
}

/// The longest a peaks record reaches: 29 hours.
const MAX_PEAKS: usize = 1 << 20;

enum Pending {
    Bytes(Vec<u8>),
    Pcm(Vec<i16>),
    /// Packets as stored, their number, and the samples they cover.
    Packets(Vec<u8>, u64, u64),
}

struct Track {
    coding: Coding,
    rate: u32,
    block: usize,
    /// Where the pending block begins.
    start: u64,
    pending: Pending,
    peaks: Peaks,
    paused: Option<u64>,
}

impl Track {
    fn new(number: u8, channel: &Channel, block_ms: u32) -> Self {
        let samples = u64::from(channel.rate) * u64::from(block_ms) / 1000;
        let block = samples.clamp(1, MAX_SAMPLES as u64 / 4) as usize;
        let pending = match channel.coding {
            Coding::Lossless(Format::Pcm16) => Pending::Pcm(Vec::with_capacity(block)),
            Coding::Lossless(_) => Pending::Bytes(Vec::with_capacity(block)),
            Coding::Opus => Pending::Packets(Vec::new(), 0, 0),
        };
        Self {
            coding: channel.coding,
            rate: channel.rate,
            block,
            start: 0,
            pending,
            peaks: Peaks { channel: number, levels: Vec::new() },
            paused: None,
        }
    }

    fn pending_len(&self) -> u64 {
        match &self.pending {
            Pending::Bytes(b) => b.len() as u64,
            Pending::Pcm(s) => s.len() as u64,
            Pending::Packets(.., samples) => *samples,
        }
    }

    fn end(&self) -> u64 {
        self.start + self.pending_len()
    }

    fn samples(&self) -> Option<Samples<'_>> {
        match (&self.pending, self.coding) {
            (Pending::Bytes(b), Coding::Lossless(Format::Ulaw)) => Some(Samples::Ulaw(b)),
            (Pending::Bytes(b), _) => Some(Samples::Alaw(b)),
            (Pending::Pcm(s), _) => Some(Samples::Pcm16(s)),
            (Pending::Packets(..), _) => None,
        }
    }

    /// Adds the pending samples to the picture.
    fn draw(&mut self) {
        let step = u64::from(self.rate) * u64::from(PEAK_MS) / 1000;
        let (start, mut levels) = (self.start, core::mem::take(&mut self.peaks.levels));
        let mut add = |i: usize, value: i16| {
            let at = (start + i as u64) / step.max(1);
            if at < MAX_PEAKS as u64 {
                let at = at as usize;
                if levels.len() <= at {
                    levels.resize(at + 1, 0);
                }
                levels[at] = levels[at].max((value.unsigned_abs() >> 8).min(127) as u8);
            }
        };
        match self.samples() {
            Some(Samples::Ulaw(b)) => {
                b.iter().enumerate().for_each(|(i, c)| add(i, ULAW.value[ULAW.cell(*c)]));
            }
            Some(Samples::Alaw(b)) => {
                b.iter().enumerate().for_each(|(i, c)| add(i, ALAW.value[ALAW.cell(*c)]));
            }
            Some(Samples::Pcm16(s)) => s.iter().enumerate().for_each(|(i, x)| add(i, *x)),
            None => {}
        }
        self.peaks.levels = levels;
    }
}

/// Writes one call's recording, record after record, into anything that takes bytes.
///
/// Sound is gathered into blocks, each written whole as soon as it is full; everything up to the
/// last whole record survives whatever happens to the process. Positions count samples of the
/// channel's own clock from [`Head::started_ms`]; a position beyond the end of the last samples is a
/// gap, which both reader and player keep.
///
/// ```
/// use media_core::record::tlr::{Channel, Head, Options, Reader, Unlock, Writer};
/// use media_core::record::{Format, Samples};
///
/// let head = Head {
///     started_ms: 1_760_000_000_000,
///     channels: vec![
///         Channel::telephone(Format::Ulaw, "caller"),
///         Channel::telephone(Format::Ulaw, "agent"),
///     ],
///     meta: vec![("queue".into(), "sales".into())],
/// };
/// let mut writer = Writer::create(Vec::new(), &head, Options::new([7; 16]))?;
/// for frame in 0..100 {
///     writer.write(0, frame * 160, Samples::Ulaw(&[0x9f; 160]))?;
///     writer.write(1, frame * 160, Samples::Ulaw(&[0xff; 160]))?;
/// }
/// let file = writer.finish()?;
///
/// let mut reader = Reader::open(std::io::Cursor::new(file), &Unlock::Nothing)?;
/// assert_eq!(reader.head().meta[0].1, "sales");
/// let mut sound = [0; 160];
/// reader.read(0, 15_840, &mut sound)?;
/// assert_eq!(sound[159], 8316);
/// # Ok::<(), media_core::record::tlr::TlrError>(())
/// ```
pub struct Writer<W> {
    out: W,
    options: Options,
    key: Option<DataKey>,
    chain: Chain,
    number: u32,
    offset: u64,
    tracks: Vec<Track>,
    index: IndexBuilder,
    since_checkpoint: u32,
    failed: Option<TlrError>,
    body: Vec<u8>,
    record: Vec<u8>,
}

impl<W> core::fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Writer")
            .field("offset", &self.offset)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

impl<W: Write> Writer<W> {
    /// Begins a recording: header, keys and head are written at once.
    ///
    /// # Errors
    /// [`TlrError::TooLong`] for more than 255 channels or recipients, [`TlrError::WrongKey`] for
    /// an unusable recipient, [`TlrError::Channel`] for one of rate 0, [`TlrError::Io`].
    pub fn create(mut out: W, head: &Head, options: Options) -> Result<Self, TlrError> {
        if head.channels.len() > 255 {
            return Err(TlrError::TooLong(head.channels.len()));
        }
        if let Some(n) = head.channels.iter().position(|c| c.rate == 0) {
            return Err(TlrError::Channel(n as u8));
        }
        let tracks = (0..).zip(&head.channels);
        let tracks = tracks.map(|(n, c)| Track::new(n, c, options.block_ms)).collect();
        let header = frame::file_header(&options.id);
        out.write_all(&header)?;
        let mut this = Self {
            out,
            key: None,
            chain: Chain::start(&header),
            number: 0,
            offset: header.len() as u64,
            tracks,
            index: IndexBuilder::default(),
            since_checkpoint: 0,
            failed: None,
            body: Vec::new(),
            record: Vec::new(),
            options,
        };
        if let Some(seal) = &this.options.seal {
            let (keys, key) = (seal.wrap(&this.options.id)?, seal.key(&this.options.id));
            this.put_other(Kind::Keys, keys)?;
            this.key = Some(key);
        }
        this.put_other(Kind::Head, content::put_head(head))?;
        Ok(this)
    }

    /// Takes samples of a channel whose first has this position.
    ///
    /// # Errors
    /// [`TlrError::Channel`], [`TlrError::Format`] or [`TlrError::Backwards`], with nothing taken;
    /// [`TlrError::Io`] when a full block could not be written, and from then on at every call.
    pub fn write(
        &mut self,
        channel: u8,
        position: u64,
        samples: Samples<'_>,
    ) -> Result<(), TlrError> {
        let track = self.track(channel, position, samples.len() as u64)?;
        if track.coding != Coding::Lossless(samples.format()) {
            return Err(TlrError::Format(channel));
        }
        if track.paused.is_some() {
            return Ok(());
        }
        if position != track.end() || track.pending_len() == 0 {
            self.flush_channel(channel)?;
            self.tracks[usize::from(channel)].start = position;
        }
        let mut at = 0;
        while at < samples.len() {
            let track = &mut self.tracks[usize::from(channel)];
            let room = track.block - track.pending_len() as usize;
            let to = samples.len().min(at + room);
            match (&mut track.pending, samples) {
                (Pending::Bytes(b), Samples::Ulaw(s) | Samples::Alaw(s)) => {
                    b.extend_from_slice(&s[at..to]);
                }
                (Pending::Pcm(p), Samples::Pcm16(s)) => p.extend_from_slice(&s[at..to]),
                _ => return Err(TlrError::Format(channel)),
            }
            at = to;
            if track.pending_len() as usize == track.block {
                self.flush_channel(channel)?;
            }
        }
        Ok(())
    }

    /// Takes an Opus packet that begins at this position and covers so many samples.
    ///
    /// # Errors
    /// As [`write`](Self::write), and [`TlrError::TooLong`] for a packet over 65,535 bytes.
    pub fn packet(
        &mut self,
        channel: u8,
        position: u64,
        samples: u32,
        packet: &[u8],
    ) -> Result<(), TlrError> {
        if packet.len() > 0xffff {
            return Err(TlrError::TooLong(packet.len()));
        }
        let track = self.track(channel, position, samples.into())?;
        if track.coding != Coding::Opus {
            return Err(TlrError::Format(channel));
        }
        if track.paused.is_some() {
            return Ok(());
        }
        if position != track.end() || track.pending_len() == 0 {
            self.flush_channel(channel)?;
            self.tracks[usize::from(channel)].start = position;
        }
        let track = &mut self.tracks[usize::from(channel)];
        let block = track.block as u64;
        if let Pending::Packets(bytes, count, covered) = &mut track.pending {
            put_number(bytes, samples.into());
            put_number(bytes, packet.len() as u64);
            bytes.extend_from_slice(packet);
            *count += 1;
            *covered += u64::from(samples);
            if *covered >= block || bytes.len() > 1 << 20 {
                self.flush_channel(channel)?;
            }
        }
        Ok(())
    }

    /// Adds a mark.
    ///
    /// # Errors
    /// [`TlrError::Channel`], [`TlrError::TooLong`] or [`TlrError::Io`].
    pub fn mark(&mut self, mark: &Mark) -> Result<(), TlrError> {
        if usize::from(mark.channel) >= self.tracks.len() {
            return Err(TlrError::Channel(mark.channel));
        }
        self.put_other(Kind::Mark, content::put_mark(mark))
    }

    /// Notes where a channel's clock stands beside the wall's.
    ///
    /// # Errors
    /// As [`mark`](Self::mark).
    pub fn clock(&mut self, point: &ClockPoint) -> Result<(), TlrError> {
        if usize::from(point.channel) >= self.tracks.len() {
            return Err(TlrError::Channel(point.channel));
        }
        self.put_other(Kind::Clock, content::put_clock(point))
    }

    /// Adds metadata that became known during the call; a later value of a key counts.
    ///
    /// # Errors
    /// [`TlrError::TooLong`] or [`TlrError::Io`].
    pub fn meta(&mut self, key: &str, value: &str) -> Result<(), TlrError> {
        self.put_other(Kind::Meta, content::put_meta(key, value))
    }

    /// Pauses a channel from this position on: until [`resume`](Self::resume) its sound is taken
    /// and forgotten, and never reaches a buffer or the disk.
    ///
    /// # Errors
    /// [`TlrError::Channel`], [`TlrError::Backwards`] or [`TlrError::Io`].
    pub fn pause(&mut self, channel: u8, position: u64) -> Result<(), TlrError> {
        self.track(channel, position, 0)?;
        self.flush_channel(channel)?;
        let track = &mut self.tracks[usize::from(channel)];
        track.start = position;
        track.paused.get_or_insert(position);
        Ok(())
    }

    /// Ends a pause at this position and marks the stretch.
    ///
    /// # Errors
    /// As [`pause`](Self::pause).
    pub fn resume(&mut self, channel: u8, position: u64) -> Result<(), TlrError> {
        let track = self.track(channel, position, 0)?;
        let Some(from) = track.paused.take() else {
            return Ok(());
        };
        track.start = position;
        self.mark(&Mark {
            channel,
            position: from,
            len: position - from,
            kind: MarkKind::Paused,
            text: String::new(),
        })
    }

    /// Writes what is pending as shorter blocks, for instance before a long hold.
    ///
    /// # Errors
    /// [`TlrError::Io`].
    pub fn flush(&mut self) -> Result<(), TlrError> {
        for channel in 0..self.tracks.len() {
            self.flush_channel(channel as u8)?;
        }
        Ok(self.out.flush()?)
    }

    /// Bytes written so far.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.offset
    }

    /// Never: a recording begins with its header.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// What is written into, for a caller that has the file synced.
    #[must_use]
    pub fn get_ref(&self) -> &W {
        &self.out
    }

    /// Ends the recording: what is pending, peaks, index, close with its signature, trailer.
    ///
    /// # Errors
    /// [`TlrError::Io`]; what was written before stays recoverable.
    pub fn finish(mut self) -> Result<W, TlrError> {
        self.flush()?;
        for i in 0..self.tracks.len() {
            let track = &mut self.tracks[i];
            if let Some(from) = track.paused.take() {
                let (channel, kind) = (i as u8, MarkKind::Paused);
                self.mark(&Mark { channel, position: from, len: 0, kind, text: String::new() })?;
            }
            let peaks = core::mem::take(&mut self.tracks[i].peaks);
            if !peaks.levels.is_empty() {
                self.put_other(Kind::Peaks, content::put_peaks(&peaks))?;
            }
        }
        let index_at = self.offset;
        let index = self.index.body();
        // An index too long for a record is left out: readers scan then.
        let whole = index.len() <= MAX_BODY;
        self.put(Kind::Index, if whole { index } else { IndexBuilder::default().body() })?;
        let statement = self.statement(true, false);
        self.put(Kind::Close, statement)?;
        self.out.write_all(&frame::trailer(if whole { index_at } else { 0 }))?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn statement(&self, closing: bool, recovered: bool) -> Vec<u8> {
        Statement::new(&self.options.id, &self.chain, closing, recovered)
            .bytes(self.options.signer.as_ref())
    }

    /// The track, if the stretch may be taken.
    fn track(&mut self, channel: u8, position: u64, len: u64) -> Result<&mut Track, TlrError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let track = self.tracks.get_mut(usize::from(channel)).ok_or(TlrError::Channel(channel))?;
        let expected = track.end();
        if position < expected || position.checked_add(len).is_none() {
            return Err(TlrError::Backwards { channel, expected });
        }
        Ok(track)
    }

    fn flush_channel(&mut self, channel: u8) -> Result<(), TlrError> {
        let track = &mut self.tracks[usize::from(channel)];
        let len = track.pending_len();
        if len == 0 {
            return Ok(());
        }
        track.draw();
        let position = track.start;
        let mut body = core::mem::take(&mut self.body);
        body.clear();
        content::put_place(&mut body, channel, position, len);
        let kind = if let Some(samples) = track.samples() {
            let front = body.len();
            body.resize(front + samples.max_block_len(), 0);
            let coded = encode(samples, self.options.level, &mut body[front..])?;
            body.truncate(front + coded);
            Kind::Audio
        } else {
            if let Pending::Packets(bytes, count, _) = &track.pending {
                content::put_packets(&mut body, *count, bytes);
            }
            Kind::Packets
        };
        match &mut track.pending {
            Pending::Bytes(b) => b.clear(),
            Pending::Pcm(s) => s.clear(),
            Pending::Packets(bytes, count, covered) => {
                bytes.clear();
                (*count, *covered) = (0, 0);
            }
        }
        track.start = position + len;
        self.index.push(&IndexEntry { channel, position, len, offset: self.offset });
        self.body = self.put(kind, body)?;
        Ok(())
    }

    fn put_other(&mut self, kind: Kind, body: Vec<u8>) -> Result<(), TlrError> {
        self.index.others.push(self.offset);
        self.put(kind, body).map(drop)
    }

    /// Writes one record, and a checkpoint when it is time; hands the body's memory back.
    fn put(&mut self, kind: Kind, body: Vec<u8>) -> Result<Vec<u8>, TlrError> {
        let body = self.put_one(kind, body)?;
        self.since_checkpoint += 1;
        let every = self.options.checkpoint_every;
        if every > 0 && self.since_checkpoint >= every && kind != Kind::Close {
            self.since_checkpoint = 0;
            let statement = self.statement(false, false);
            self.put_one(Kind::Checkpoint, statement)?;
        }
        Ok(body)
    }

    fn put_one(&mut self, kind: Kind, mut body: Vec<u8>) -> Result<Vec<u8>, TlrError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
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
