//! Writing a recording while the call lasts.

use alloc::string::String;
use alloc::vec::Vec;
use std::io::Write;

use super::append::Appender;
use super::content::{self, ClockPoint, Coding, Head, Mark, MarkKind, Pair, Peaks};
use super::crypto::{Seal, Signer};
use super::error::TlrError;
use super::frame::Kind;
use super::pairing::Pairing;
use super::track::{Pending, Track};
use super::wire::put_number;
use crate::record::{BlockError, Level, MAX_SAMPLES, Samples, encode_in};

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
    /// Whether to look for the echo of one party's voice on the other's channel, and to code the
    /// one beside the other where that is smaller: between the first two channels of one rate. A
    /// block is written when both channels have filled it.
    pub echo: bool,
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
            echo: false,
            checkpoint_every: 64,
            signer: None,
            seal: None,
        }
    }
}

/// Whether a packet is one that a block holds together with all that may wait for it there.
pub(super) fn check_packet(samples: u32, packet: &[u8]) -> Result<(), TlrError> {
    if packet.len() > 0xffff {
        return Err(TlrError::TooLong(packet.len()));
    }
    let samples = samples as usize;
    if samples > MAX_SAMPLES / 4 {
        return Err(BlockError::TooLong(samples).into());
    }
    Ok(())
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
    file: Appender<W>,
    tracks: Vec<Track>,
    pairing: Option<Pairing>,
    memory: Vec<f64>,
    body: Vec<u8>,
}

impl<W> core::fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Writer").field("file", &self.file).finish_non_exhaustive()
    }
}

impl<W: Write> Writer<W> {
    /// Begins a recording: header, keys and head are written at once.
    ///
    /// # Errors
    /// [`TlrError::TooLong`] for more than 255 channels or recipients, [`TlrError::WrongKey`] for
    /// an unusable recipient, [`TlrError::Channel`] for one of rate 0, [`TlrError::Io`].
    pub fn create(out: W, head: &Head, options: Options) -> Result<Self, TlrError> {
        if head.channels.len() > 255 {
            return Err(TlrError::TooLong(head.channels.len()));
        }
        if let Some(n) = head.channels.iter().position(|c| c.rate == 0) {
            return Err(TlrError::Channel(n as u8));
        }
        let tracks = (0..).zip(&head.channels);
        Ok(Self {
            tracks: tracks.map(|(n, c)| Track::new(n, c, &options)).collect(),
            pairing: if options.echo { Pairing::new(&head.channels) } else { None },
            memory: alloc::vec![0.0; options.level.memory()],
            body: Vec::new(),
            file: Appender::create(out, head, options)?,
        })
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
            let track = &self.tracks[usize::from(channel)];
            if track.pending_len() == track.capacity() {
                // It waited for the other channel, in vain.
                self.flush_channel(channel)?;
            }
            let track = &mut self.tracks[usize::from(channel)];
            let room = (track.capacity() - track.pending_len()) as usize;
            let to = samples.len().min(at + room);
            match (&mut track.pending, samples) {
                (Pending::Bytes(b), Samples::Ulaw(s) | Samples::Alaw(s)) => {
                    b.extend_from_slice(&s[at..to]);
                }
                (Pending::Pcm(p), Samples::Pcm16(s)) => p.extend_from_slice(&s[at..to]),
                _ => return Err(TlrError::Format(channel)),
            }
            at = to;
            if track.pending_len() == track.capacity() && !self.waits(channel) {
                self.flush_channel(channel)?;
            }
        }
        Ok(())
    }

    /// Takes an Opus packet that begins at this position and covers so many samples.
    ///
    /// # Errors
    /// As [`write`](Self::write), [`TlrError::TooLong`] for a packet over 65,535 bytes, and
    /// [`TlrError::Block`] for one over 2²² samples.
    pub fn packet(
        &mut self,
        channel: u8,
        position: u64,
        samples: u32,
        packet: &[u8],
    ) -> Result<(), TlrError> {
        check_packet(samples, packet)?;
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
        self.file.put_other(Kind::Mark, content::put_mark(mark))
    }

    /// Notes where a channel's clock stands beside the wall's.
    ///
    /// # Errors
    /// As [`mark`](Self::mark).
    pub fn clock(&mut self, point: &ClockPoint) -> Result<(), TlrError> {
        if usize::from(point.channel) >= self.tracks.len() {
            return Err(TlrError::Channel(point.channel));
        }
        self.file.put_other(Kind::Clock, content::put_clock(point))
    }

    /// Adds metadata that became known during the call; a later value of a key counts.
    ///
    /// # Errors
    /// [`TlrError::TooLong`] or [`TlrError::Io`].
    pub fn meta(&mut self, key: &str, value: &str) -> Result<(), TlrError> {
        self.file.put_other(Kind::Meta, content::put_meta(key, value))
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
        self.file.flush()
    }

    /// Bytes written so far.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.file.len()
    }

    /// Never: a recording begins with its header.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// What is written into, for a caller that has the file synced.
    #[must_use]
    pub fn get_ref(&self) -> &W {
        self.file.get_ref()
    }

    /// Ends the recording: what is pending, the last of peaks and index, close with its signature,
    /// trailer.
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
                self.put_peaks(&peaks)?;
            }
        }
        self.file.close()
    }

    /// The track, if the stretch may be taken.
    fn track(&mut self, channel: u8, position: u64, len: u64) -> Result<&mut Track, TlrError> {
        self.file.check()?;
        let track = self.tracks.get_mut(usize::from(channel)).ok_or(TlrError::Channel(channel))?;
        let expected = track.end();
        if position < expected || position.checked_add(len).is_none() {
            return Err(TlrError::Backwards { channel, expected });
        }
        Ok(track)
    }

    /// The channel that this one may be coded beside, or the other way round.
    fn partner(&self, channel: u8) -> Option<&Track> {
        let partner = self.pairing.as_ref()?.partner(channel)?;
        self.tracks.get(usize::from(partner))
    }

    /// Whether a full block of the channel waits for the other channel's of the same time.
    fn waits(&self, channel: u8) -> bool {
        let own = &self.tracks[usize::from(channel)];
        self.partner(channel).is_some_and(|other| {
            let begun = if other.pending_len() == 0 {
                other.end() <= own.start
            } else {
                other.start == own.start
            };
            begun && other.paused.is_none() && other.end() < own.end()
        })
    }

    fn flush_channel(&mut self, channel: u8) -> Result<(), TlrError> {
        let track = &self.tracks[usize::from(channel)];
        let (position, len) = (track.start, track.pending_len());
        if len == 0 {
            return Ok(());
        }
        if self.partner(channel).is_some_and(|p| (p.start, p.pending_len()) == (position, len)) {
            return self.flush_pair();
        }
        self.draw(channel)?;
        let track = &mut self.tracks[usize::from(channel)];
        let mut body = core::mem::take(&mut self.body);
        body.clear();
        content::put_place(&mut body, channel, position, len);
        let kind = if let Some(samples) = track.samples() {
            let front = body.len();
            body.resize(front + samples.max_block_len(), 0);
            let room = &mut body[front..];
            let coded = encode_in(samples, self.file.options.level, &mut self.memory, room)?;
            body.truncate(front + coded);
            Kind::Audio
        } else {
            if let Pending::Packets(bytes, count, _) = &track.pending {
                content::put_packets(&mut body, *count, bytes);
            }
            Kind::Packets
        };
        track.clear();
        self.body = self.file.put_sound(kind, &[channel], position, len, body)?;
        Ok(())
    }

    /// Writes the blocks of both channels of the pair, which hold the same stretch of time.
    fn flush_pair(&mut self) -> Result<(), TlrError> {
        let Some(channels) = self.pairing.as_ref().map(|pairing| pairing.channels) else {
            return Ok(());
        };
        channels.into_iter().try_for_each(|channel| self.draw(channel))?;
        let tracks = channels.map(usize::from);
        let (position, len) = (self.tracks[tracks[0]].start, self.tracks[tracks[0]].pending_len());
        let (Some(pairing), Some(a), Some(b)) = (
            self.pairing.as_mut(),
            self.tracks[tracks[0]].samples(),
            self.tracks[tracks[1]].samples(),
        ) else {
            return Ok(());
        };
        let coded = pairing.encode([a, b], self.file.options.level, &mut self.memory)?;
        tracks.iter().for_each(|i| self.tracks[*i].clear());
        let [first, second] = coded.channels;
        let mut body = core::mem::take(&mut self.body);
        body.clear();
        if coded.beside {
            let blocks = [&coded.blocks[0][..], &coded.blocks[1]];
            let pair = Pair { channels: coded.channels, position, len, blocks };
            content::put_pair(&mut body, &pair);
            self.body = self.file.put_sound(Kind::Pair, &[first, second], position, len, body)?;
            return Ok(());
        }
        for (channel, block) in coded.channels.into_iter().zip(&coded.blocks) {
            body.clear();
            content::put_place(&mut body, channel, position, len);
            body.extend_from_slice(block);
            body = self.file.put_sound(Kind::Audio, &[channel], position, len, body)?;
        }
        self.body = body;
        Ok(())
    }

    /// Adds a channel's pending block to its picture.
    fn draw(&mut self, channel: u8) -> Result<(), TlrError> {
        if let Some(part) = self.tracks[usize::from(channel)].picture_part() {
            self.put_peaks(&part)?;
        }
        self.tracks[usize::from(channel)].draw();
        Ok(())
    }

    /// Copies a sound record of another recording with the same channels, after all that is there.
    pub(super) fn copy_sound(&mut self, kind: Kind, body: Vec<u8>) -> Result<(), TlrError> {
        let places = content::places(kind, &body).into_iter().flatten();
        let (mut channels, mut position, mut len) = (Vec::new(), 0, 0);
        for place in places {
            channels.push(place.0);
            (position, len) = (place.1, place.2);
        }
        for channel in &channels {
            self.track(*channel, position, len)?.start = position + len;
        }
        self.file.put_sound(kind, &channels, position, len, body).map(drop)
    }

    /// Writes a part of the picture of a channel.
    pub(super) fn put_peaks(&mut self, part: &Peaks) -> Result<(), TlrError> {
        self.file.put_peaks(part)
    }
}
