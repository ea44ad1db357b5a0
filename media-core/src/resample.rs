//! Conversion between sample rates: prompts and music to 8 kHz, calls to whatever a recogniser
//! wants.
//!
//! Lengths are exact: `n` samples at `from` Hz become `⌈n · to / from⌉` at `to` Hz, the first of
//! them at the time of the first, however the input is cut into pieces. The work is done by an FFT
//! of crate rubato, which stays out of this interface.
//!
//! ```
//! use media_core::resample::{Resampler, convert};
//!
//! let prompt = vec![0; 22_050];
//! assert_eq!(convert(22_050, 8_000, &prompt)?.len(), 8_000);
//!
//! let mut stream = Resampler::new(8_000, 16_000)?;
//! let mut out = Vec::new();
//! for frame in [[0; 160]; 50] {
//!     stream.process(&frame, &mut out);
//! }
//! stream.finish(&mut out);
//! assert_eq!(out.len(), 16_000);
//! # Ok::<(), media_core::resample::RateError>(())
//! ```

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler as _};
use std::vec;
use std::vec::Vec;
use thiserror::Error;

/// A stream works in blocks of about this long: half of it is the delay.
const STREAM_MS: u32 = 20;
/// A whole recording may take longer blocks, and gets a steeper filter.
const WHOLE_MS: u32 = 100;

/// A pair of sample rates that cannot be converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("cannot convert {from} Hz to {to} Hz: rates are 4,000 to 384,000 Hz with a simple ratio")]
pub struct RateError {
    /// Rate of the input.
    pub from: u32,
    /// Rate asked for.
    pub to: u32,
}

/// Converts one mono stream, piece by piece; pieces may have any length.
pub struct Resampler {
    from: u64,
    to: u64,
    engine: Option<Engine>,
    /// Samples taken and given so far.
    taken: u64,
    given: u64,
}

/// The FFT and its buffers; absent where both rates are the same.
struct Engine {
    fft: Fft<f32>,
    /// A block of input and how much of it is filled.
    input: Vec<f32>,
    filled: usize,
    output: Vec<f32>,
    /// Output still to be thrown away: the filter's delay.
    skip: usize,
}

impl Resampler {
    /// A converter for a stream; its output lags 10 ms behind its input.
    ///
    /// # Errors
    /// [`RateError`] for rates outside 4 to 384 kHz, or without a common divisor that allows
    /// blocks of up to half a second.
    pub fn new(from: u32, to: u32) -> Result<Self, RateError> {
        Self::with_block(from, to, STREAM_MS)
    }

    fn with_block(from: u32, to: u32, ms: u32) -> Result<Self, RateError> {
        let error = RateError { from, to };
        let known = 4_000..=384_000;
        if !known.contains(&from) || !known.contains(&to) {
            return Err(error);
        }
        let engine = if from == to { None } else { Some(Engine::new(from, to, ms).ok_or(error)?) };
        Ok(Resampler { from: from.into(), to: to.into(), engine, taken: 0, given: 0 })
    }

    /// Takes the next samples and appends what is finished to `out`.
    pub fn process(&mut self, input: &[i16], out: &mut Vec<i16>) {
        self.taken += input.len() as u64;
        match &mut self.engine {
            None => out.extend_from_slice(input),
            Some(engine) => {
                let before = out.len();
                engine.feed(input, out);
                self.given += (out.len() - before) as u64;
            }
        }
    }

    /// Appends the rest, up to the exact length, and makes ready for another stream.
    pub fn finish(&mut self, out: &mut Vec<i16>) {
        if let Some(engine) = &mut self.engine {
            let left = (self.taken * self.to).div_ceil(self.from).saturating_sub(self.given);
            let end = out.len() + usize::try_from(left).unwrap_or(0);
            while out.len() < end {
                let silence = engine.input.len() - engine.filled;
                engine.feed(&vec![0; silence], out);
            }
            out.truncate(end);
            engine.reset();
        }
        (self.taken, self.given) = (0, 0);
    }
}

impl core::fmt::Debug for Resampler {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Resampler").field("from", &self.from).field("to", &self.to).finish()
    }
}

impl Engine {
    fn new(from: u32, to: u32, ms: u32) -> Option<Self> {
        // An even number of the smallest possible blocks: the delay, half a block, is then a whole
        // number of samples on both sides.
        let smallest = from / gcd(from, to);
        let chunk = (from * ms / 2000).div_ceil(smallest).checked_mul(2 * smallest)? as usize;
        if chunk > from as usize / 2 {
            return None;
        }
        let fft = Fft::new_custom(
            from as usize,
            to as usize,
            chunk,
            1,
            1,
            rubato::WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        )
        .ok()?;
        let mut engine = Engine {
            input: vec![0.0; fft.input_frames_max()],
            filled: 0,
            output: vec![0.0; fft.output_frames_max()],
            skip: 0,
            fft,
        };
        engine.reset();
        Some(engine)
    }

    fn reset(&mut self) {
        self.fft.reset();
        self.filled = 0;
        self.skip = self.fft.output_delay();
    }

    fn feed(&mut self, mut input: &[i16], out: &mut Vec<i16>) {
        while !input.is_empty() {
            let n = input.len().min(self.input.len() - self.filled);
            let (now, later) = input.split_at(n);
            for (to, &from) in self.input[self.filled..].iter_mut().zip(now) {
                *to = f32::from(from);
            }
            self.filled += n;
            input = later;
            if self.filled == self.input.len() {
                self.filled = 0;
                self.block(out);
            }
        }
    }

    /// Converts the full block of input.
    fn block(&mut self, out: &mut Vec<i16>) {
        let (from, room) = (self.input.len(), self.output.len());
        let (Ok(input), Ok(mut output)) = (
            SequentialSlice::new(&self.input, 1, from),
            SequentialSlice::new_mut(&mut self.output, 1, room),
        ) else {
            return;
        };
        // Both sides are as long as the resampler asked for, so it has nothing to complain of.
        let Ok((_, made)) = self.fft.process_into_buffer(&input, &mut output, None) else {
            return;
        };
        let skip = self.skip.min(made);
        self.skip -= skip;
        // `as` saturates what the filter's ringing lifts beyond full scale.
        out.extend(self.output[skip..made].iter().map(|x| x.round() as i16));
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Converts a whole recording, with a steeper filter than a stream has.
///
/// # Errors
/// Those of [`Resampler::new`].
pub fn convert(from: u32, to: u32, input: &[i16]) -> Result<Vec<i16>, RateError> {
    let mut resampler = Resampler::with_block(from, to, WHOLE_MS)?;
    let mut out = Vec::with_capacity(input.len());
    resampler.process(input, &mut out);
    resampler.finish(&mut out);
    Ok(out)
}
