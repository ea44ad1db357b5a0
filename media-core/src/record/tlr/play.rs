//! A recording's sound by time, as players and pictures want it.

use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;
use std::io::{Read, Seek, Write};

use super::clock::{Clock, FRACTION};
use super::content::{Coding, PEAK_MS, Peaks};
use super::error::TlrError;
use super::reader::Reader;
#[cfg(feature = "resample")]
use crate::resample::Resampler;
use crate::wav;

/// Rate at which Opus is decoded.
pub(super) const OPUS_OUT: u32 = 8000;
/// Samples of an Opus channel's 48 kHz clock to one decoded.
pub(super) const OPUS_STEP: u64 = 6;

/// Samples of a channel read at once at most, whatever rate a file claims: a second at 48 kHz.
const PIECE: u32 = 48_000;

/// Which part of a recording to play, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// From here on: microseconds after [`Head::started_ms`](super::Head::started_ms).
    pub from: u64,
    /// Up to here; the end if `None`.
    pub to: Option<u64>,
    /// All channels added up into one, instead of side by side.
    pub mixed: bool,
    /// This channel alone; all if `None`.
    pub channel: Option<u8>,
}

/// The shape of what [`Reader::play`] hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Samples a second.
    pub rate: u32,
    /// Channels, interleaved.
    pub channels: u16,
    /// Samples of each.
    pub frames: u64,
}

impl<R: Read + Seek> Reader<R> {
    fn clock(&self, channel: u8) -> Clock {
        let rate = self.head().channels.get(usize::from(channel)).map_or(1, |c| c.rate);
        Clock::new(channel, rate, self.clocks())
    }

    /// The position of a channel's sample nearest to a time, in microseconds after the start, by
    /// the channel's clock points where there are any.
    #[must_use]
    pub fn position_at(&self, channel: u8, micros: u64) -> u64 {
        self.clock(channel).position(micros)
    }

    /// When a channel's sample was, in microseconds after the start.
    #[must_use]
    pub fn micros_at(&self, channel: u8, position: u64) -> u64 {
        self.clock(channel).micros(position)
    }

    /// When the last channel ends, in microseconds after the start.
    #[must_use]
    pub fn duration(&self) -> u64 {
        let channels = 0..self.head().channels.len() as u8;
        channels.map(|channel| self.micros_at(channel, self.end(channel))).max().unwrap_or(0)
    }

    /// Fills `out` with a channel's linear samples from a time on, in microseconds after the start:
    /// at the rate of the channel, but at the times of the wall's clock, so that channels read this
    /// way stay side by side however their own clocks ran. An Opus channel is heard at 8 kHz (with
    /// the feature `opus`). Returns how many samples of `out` were recorded.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_at(
        &mut self,
        channel: u8,
        micros: u64,
        out: &mut [i16],
    ) -> Result<usize, TlrError> {
        let rate = self.heard_rate(channel)?;
        let tick = (u128::from(micros) * u128::from(rate) / 1_000_000) as u64;
        self.read_ticks(channel, tick, out)
    }

    /// The rate a channel is heard at.
    fn heard_rate(&self, channel: u8) -> Result<u32, TlrError> {
        let known =
            self.head().channels.get(usize::from(channel)).ok_or(TlrError::Channel(channel))?;
        Ok(if known.coding == Coding::Opus { OPUS_OUT } else { known.rate })
    }

    /// As [`read_at`](Self::read_at), from a tick of the wall's clock at the channel's rate.
    fn read_ticks(&mut self, channel: u8, tick: u64, out: &mut [i16]) -> Result<usize, TlrError> {
        let rate = i128::from(self.heard_rate(channel)?);
        let (clock, opus) = (self.clock(channel), self.is_opus(channel));
        if clock.is_nominal() {
            return self.read(channel, tick.saturating_mul(if opus { OPUS_STEP } else { 1 }), out);
        }
        // In 65,536ths of the samples heard.
        let place = |i: usize| {
            let micros = (i128::from(tick) + i as i128) * 1_000_000;
            clock.fine_position(micros, rate) / if opus { i128::from(OPUS_STEP) } else { 1 }
        };
        let Some(last) = out.len().checked_sub(1) else {
            return Ok(0);
        };
        let first = (place(0) >> FRACTION).max(0);
        let count = ((place(last) >> FRACTION) + 2 - first).clamp(0, out.len() as i128 * 2 + 2);
        let mut heard = vec![0; count as usize];
        let from = u64::try_from(first).unwrap_or(u64::MAX);
        let step = if opus { OPUS_STEP } else { 1 };
        let recorded = self.read(channel, from.saturating_mul(step), &mut heard)?;
        for (i, to) in out.iter_mut().enumerate() {
            let away = place(i) - (first << FRACTION);
            let at = usize::try_from(away >> FRACTION).ok();
            let sample = |more| at.and_then(|at| heard.get(at + more)).map_or(0, |x| i64::from(*x));
            let (a, b) = (sample(0), sample(1));
            let part = (away & ((1 << FRACTION) - 1)) as i64;
            *to = (a + (((b - a) * part) >> FRACTION)) as i16;
        }
        Ok(recorded.min(out.len()))
    }

    fn is_opus(&self, channel: u8) -> bool {
        let known = self.head().channels.get(usize::from(channel));
        known.is_some_and(|c| c.coding == Coding::Opus)
    }

    /// The channels a stretch is of, whether they are there or not.
    fn played(&self, stretch: &Stretch) -> Range<u8> {
        let all = self.head().channels.len() as u8;
        stretch.channel.map_or(0..all, |channel| channel..channel.saturating_add(1))
    }

    /// What [`play`](Self::play) would hand out: at the rate of the quickest channel.
    ///
    /// # Errors
    /// [`TlrError::Channel`] for a channel that is not there, or a recording without any,
    /// [`TlrError::Format`] for an Opus
    /// channel without the feature `opus`, or one of another rate without `resample`.
    pub fn shape(&self, stretch: &Stretch) -> Result<Shape, TlrError> {
        let mut rate = 0;
        let played = self.played(stretch);
        for channel in played.clone() {
            rate = rate.max(self.heard_rate(channel)?);
        }
        for channel in played.clone() {
            let differs = self.heard_rate(channel)? != rate && !cfg!(feature = "resample");
            if differs || (self.is_opus(channel) && !cfg!(feature = "opus")) {
                return Err(TlrError::Format(channel));
            }
        }
        if played.is_empty() {
            return Err(TlrError::Channel(0));
        }
        let ticks = |micros: u64| (u128::from(micros) * u128::from(rate) / 1_000_000) as u64;
        let whole = (u128::from(self.duration()) * u128::from(rate)).div_ceil(1_000_000) as u64;
        let end = stretch.to.map_or(whole, |to| ticks(to).min(whole));
        let frames = end.saturating_sub(ticks(stretch.from));
        let channels = if stretch.mixed { 1 } else { played.len() as u16 };
        Ok(Shape { rate, channels, frames })
    }

    /// Hands a stretch's sound to `sink`, in order, at most a second at a time: interleaved linear
    /// samples, each channel at the times of the wall's clock, silence where nothing was recorded.
    ///
    /// # Errors
    /// As [`shape`](Self::shape) and [`read`](Self::read), or what `sink` returned.
    pub fn play(
        &mut self,
        stretch: &Stretch,
        mut sink: impl FnMut(&[i16]) -> Result<(), TlrError>,
    ) -> Result<Shape, TlrError> {
        let shape = self.shape(stretch)?;
        let mut voices = Vec::new();
        for channel in self.played(stretch) {
            voices.push(Voice::new(channel, self.heard_rate(channel)?, shape.rate, stretch.from)?);
        }
        let width = usize::from(shape.channels);
        let mut frames = Vec::new();
        let mut done = 0;
        while done < shape.frames {
            let len = (shape.frames - done).min(shape.rate.min(PIECE).into()) as usize;
            for voice in &mut voices {
                voice.next(self, len)?;
            }
            frames.clear();
            if stretch.mixed {
                frames.extend((0..len).map(|i| {
                    let sum: i32 = voices.iter().map(|voice| i32::from(voice.sound[i])).sum();
                    sum.clamp(i16::MIN.into(), i16::MAX.into()) as i16
                }));
            } else {
                frames.resize(len * width, 0);
                for (n, voice) in voices.iter().enumerate() {
                    let own = frames.iter_mut().skip(n).step_by(width);
                    own.zip(&voice.sound).for_each(|(to, x)| *to = *x);
                }
            }
            sink(&frames)?;
            done += len as u64;
        }
        Ok(shape)
    }

    /// Writes a stretch's sound as a WAV file of 16-bit PCM, whose header is complete at once: `out`
    /// may be a pipe.
    ///
    /// ```no_run
    /// use std::fs::File;
    /// use std::io::{BufReader, BufWriter};
    ///
    /// use media_core::record::tlr::{Reader, Stretch, Unlock};
    ///
    /// let file = BufReader::new(File::open("call.tlr")?);
    /// let mut reader = Reader::open(file, &Unlock::Passphrase("correct horse".into()))?;
    /// let half_a_minute = Stretch { to: Some(30_000_000), ..Stretch::default() };
    /// reader.export_wav(&half_a_minute, BufWriter::new(File::create("call.wav")?))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`play`](Self::play), and [`TlrError::Io`].
    pub fn export_wav<W: Write>(
        &mut self,
        stretch: &Stretch,
        mut out: W,
    ) -> Result<Shape, TlrError> {
        let shape = self.shape(stretch)?;
        let encoding = wav::Encoding::Pcm16;
        let format = wav::Format { encoding, channels: shape.channels, rate: shape.rate };
        let bytes = shape.frames.saturating_mul(2 * u64::from(shape.channels));
        let mut header = [0; wav::Header::MAX_LEN];
        let len = wav::Header::new(format, Some(bytes)).write(&mut header);
        // Too many channels, or too long, for the format.
        let len = len.map_err(|_| TlrError::Io(std::io::ErrorKind::InvalidInput))?;
        out.write_all(&header[..len])?;
        let mut bytes = Vec::new();
        self.play(stretch, |frames| {
            bytes.clear();
            bytes.extend(frames.iter().flat_map(|x| x.to_le_bytes()));
            Ok(out.write_all(&bytes)?)
        })?;
        out.flush()?;
        Ok(shape)
    }

    /// A picture of a channel at any zoom: splits the positions `from..to` evenly into as many
    /// columns as `out` has and gives each its greatest magnitude in 128ths of 32,768. Wide columns
    /// come from the [`peaks`](Self::peaks) where the file has them, narrow ones from the sound.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn picture(
        &mut self,
        channel: u8,
        from: u64,
        to: u64,
        out: &mut [u8],
    ) -> Result<(), TlrError> {
        let known =
            self.head().channels.get(usize::from(channel)).ok_or(TlrError::Channel(channel))?;
        let step = (u64::from(known.rate) * u64::from(PEAK_MS) / 1000).max(1);
        let per_sample = if self.is_opus(channel) { OPUS_STEP } else { 1 };
        let (span, columns) = (u128::from(to.saturating_sub(from)), out.len() as u128);
        let edge = |i: usize| from.saturating_add((span * i as u128 / columns.max(1)) as u64);
        let mut sound = vec![0; step.min(PIECE.into()) as usize];
        for (i, level) in out.iter_mut().enumerate() {
            *level = 0;
            let (start, stop) = (edge(i), edge(i + 1).min(self.end(channel)));
            if stop.saturating_sub(start) >= 2 * step {
                let columns = start / step..stop.div_ceil(step);
                if let Some(greatest) = greatest(self.peaks(), channel, columns) {
                    *level = greatest;
                    continue;
                }
            }
            let mut at = start;
            while let Some(next) = self.recorded_from(channel, at).filter(|next| *next < stop) {
                at = next;
                let len = (stop - at).div_ceil(per_sample).min(sound.len() as u64) as usize;
                self.read(channel, at, &mut sound[..len])?;
                let loudest = sound[..len].iter().map(|x| x.unsigned_abs()).max().unwrap_or(0);
                *level = (*level).max((loudest >> 8).min(127) as u8);
                at = at.saturating_add(len as u64 * per_sample);
            }
        }
        Ok(())
    }
}

/// The greatest level of these columns of a channel, if the parts of its picture hold them all.
fn greatest(parts: &[Peaks], channel: u8, columns: Range<u64>) -> Option<u8> {
    let after =
        parts.partition_point(|part| (part.channel, part.first) <= (channel, columns.start));
    let (mut at, mut greatest) = (columns.start, 0);
    for part in &parts[after.checked_sub(1)?..] {
        if at >= columns.end {
            break;
        }
        let skip = usize::try_from(at.checked_sub(part.first)?).ok()?;
        let levels = part.levels.get(skip..).filter(|_| part.channel == channel)?;
        let levels = &levels[..levels.len().min(usize::try_from(columns.end - at).ok()?)];
        greatest = levels.iter().copied().fold(greatest, u8::max);
        at += levels.len() as u64;
    }
    (at >= columns.end).then_some(greatest)
}

/// One channel on its way into a mixture.
struct Voice {
    channel: u8,
    #[cfg(feature = "resample")]
    rate: u32,
    /// The next sample to read, on the wall's clock at the channel's rate.
    tick: u64,
    /// What the next frames hold of it.
    sound: Vec<i16>,
    #[cfg(feature = "resample")]
    resampler: Option<(Resampler, Vec<i16>)>,
}

impl Voice {
    fn new(channel: u8, rate: u32, out_rate: u32, from: u64) -> Result<Self, TlrError> {
        let tick = (u128::from(from) * u128::from(rate) / 1_000_000) as u64;
        #[cfg(feature = "resample")]
        let resampler = if rate == out_rate {
            None
        } else {
            let resampler = Resampler::new(rate, out_rate);
            Some((resampler.map_err(|_| TlrError::Format(channel))?, Vec::new()))
        };
        #[cfg(not(feature = "resample"))]
        if rate != out_rate {
            return Err(TlrError::Format(channel));
        }
        Ok(Self {
            channel,
            #[cfg(feature = "resample")]
            rate,
            tick,
            sound: Vec::new(),
            #[cfg(feature = "resample")]
            resampler,
        })
    }

    fn next<R: Read + Seek>(&mut self, reader: &mut Reader<R>, len: usize) -> Result<(), TlrError> {
        #[cfg(feature = "resample")]
        if let Some((resampler, ready)) = &mut self.resampler {
            while ready.len() < len {
                let mut part = vec![0; self.rate.min(PIECE) as usize];
                reader.read_ticks(self.channel, self.tick, &mut part)?;
                self.tick = self.tick.saturating_add(part.len() as u64);
                resampler.process(&part, ready);
            }
            self.sound.clear();
            self.sound.extend(ready.drain(..len));
            return Ok(());
        }
        self.sound.resize(len, 0);
        reader.read_ticks(self.channel, self.tick, &mut self.sound)?;
        self.tick = self.tick.saturating_add(len as u64);
        Ok(())
    }
}
