//! The recent past as a filter, an excitation and a pitch.

use super::HISTORY;
use crate::lpc::predict;

/// Order of the linear prediction.
const ORDER: usize = 16;
/// Samples it is computed from.
const WINDOW: usize = 240;
/// Pitch lags searched, 62 to 250 Hz, and the stretch they are compared over.
const LAGS: core::ops::RangeInclusive<usize> = 32..=128;
const MATCH: usize = 110;

/// The sound that goes on.
#[derive(Clone, Debug)]
pub(super) struct Voice {
    /// `x[n] ≈ Σ filter[k] x[n − 1 − k]`.
    filter: [f32; ORDER],
    /// The last outputs, newest first.
    memory: [f32; ORDER],
    /// One period of the residual.
    period: [f32; *LAGS.end()],
    pitch: usize,
    at: usize,
}

impl Voice {
    pub(super) const NONE: Voice = Voice {
        filter: [0.0; ORDER],
        memory: [0.0; ORDER],
        period: [0.0; *LAGS.end()],
        pitch: 1,
        at: 0,
    };

    /// Splits the past into filter and excitation.
    pub(super) fn of(history: &[i16; HISTORY]) -> Voice {
        let past = &floats(history);
        let pitch = pitch(past);
        let mut voice = Voice { filter: predict(&weighted(past)).filter, pitch, ..Voice::NONE };
        let start = HISTORY - pitch;
        for (i, to) in voice.period[..pitch].iter_mut().enumerate() {
            let n = start + i;
            let predicted: f32 =
                voice.filter.iter().enumerate().map(|(k, a)| a * past[n - 1 - k]).sum();
            *to = past[n] - predicted;
        }
        for (k, to) in voice.memory.iter_mut().enumerate() {
            *to = past[HISTORY - 1 - k];
        }
        voice
    }

    /// Samples of the period that is repeated.
    pub(super) const fn pitch(&self) -> usize {
        self.pitch
    }

    /// The next sample.
    pub(super) fn next(&mut self) -> f32 {
        let predicted: f32 = self.filter.iter().zip(&self.memory).map(|(a, x)| a * x).sum();
        let sample = (self.period[self.at] + predicted).clamp(-32_768.0, 32_767.0);
        self.at = if self.at + 1 < self.pitch { self.at + 1 } else { 0 };
        self.memory.copy_within(..ORDER - 1, 1);
        self.memory[0] = sample;
        sample
    }
}

fn floats(history: &[i16; HISTORY]) -> [f32; HISTORY] {
    let mut past = [0.0_f32; HISTORY];
    for (to, &from) in past.iter_mut().zip(history) {
        *to = f32::from(from);
    }
    past
}

/// The newest samples, weighted for the prediction: they count most.
fn weighted(past: &[f32; HISTORY]) -> [f32; WINDOW] {
    let mut x = [0.0_f32; WINDOW];
    for (i, (to, from)) in x.iter_mut().zip(&past[HISTORY - WINDOW..]).enumerate() {
        // Parabolic rise, short fall.
        let edge = (WINDOW - i) as f32 / 40.0;
        let rise = i as f32 / (WINDOW - 40) as f32;
        let weight = if edge < 1.0 { edge * (2.0 - edge) } else { rise * (2.0 - rise) };
        *to = from * weight;
    }
    x
}

/// The lag at which the past resembles itself most.
fn pitch(past: &[f32; HISTORY]) -> usize {
    let end = &past[HISTORY - MATCH..];
    let mut best = (0.0_f32, *LAGS.end());
    for lag in LAGS {
        let other = &past[HISTORY - MATCH - lag..HISTORY - lag];
        let product: f32 = end.iter().zip(other).map(|(a, b)| a * b).sum();
        let energy: f32 = other.iter().map(|b| b * b).sum();
        let alike = if product > 0.0 { product * product / (energy + 1.0) } else { 0.0 };
        if alike > best.0 {
            best = (alike, lag);
        }
    }
    best.1
}
