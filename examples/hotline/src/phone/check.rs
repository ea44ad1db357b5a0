//! Is what one end said what the other end heard?
//!
//! By normalised cross-correlation in windows: each 0.3 s of speech is looked for
//! near the delay at which the rest was found. A window counts as found when its correlation
//! reaches [`THRESHOLD`]; G.711 alone costs less than 0.01, a jitter buffer that shortens or
//! stretches once costs the windows it touches, another voice reaches about half.

use std::cmp::Ordering;
use std::ops::Range;

use realfft::RealFftPlanner;

/// Samples in one window: 0.3 s.
pub(crate) const WINDOW: usize = 2400;

/// The correlation from which a window counts as heard.
pub(crate) const THRESHOLD: f32 = 0.8;

/// Blocks quieter than this (root mean square) hold no speech. A window is looked for when speech
/// fills half of it: a single click or onset is found in anything.
const SILENCE: f64 = 250.0;

/// Samples in one block.
const BLOCK: usize = 160;

/// How far from the common delay a window may lie: what a jitter buffer moves its playout by.
const WANDER: i64 = 3200;

/// How many of the loudest windows are looked for everywhere, to learn the common delay.
const ANCHORS: usize = 6;

/// The correlation from which one of them is enough.
const CERTAIN: f32 = 0.95;

/// What [`find`] found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    /// Windows that hold speech and were looked for.
    pub(crate) windows: usize,
    /// Windows that were found.
    pub(crate) windows_found: usize,
    /// The common delay in samples: the first expected sample is at this place of the heard.
    pub(crate) lag: i64,
    /// Level of the heard against the expected in dB, the median over the found windows.
    pub(crate) level_db: f32,
}

impl Found {
    /// The part of the expected speech that was found, 0 to 1; 0 when there was none.
    pub(crate) fn share(&self) -> f32 {
        if self.windows == 0 { 0.0 } else { self.windows_found as f32 / self.windows as f32 }
    }
}

/// Looks for `expected` anywhere in `heard`.
pub(crate) fn find(expected: &[i16], heard: &[i16]) -> Found {
    find_within(expected, heard, -(expected.len() as i64)..heard.len() as i64)
}

/// Looks for `expected` in `heard`, its first sample at a place within `lags`.
pub(crate) fn find_within(expected: &[i16], heard: &[i16], lags: Range<i64>) -> Found {
    let mut search = Search::new(heard);
    let brightened = brighten(expected);
    let window = |at: usize| &brightened[at..at + WINDOW];
    let mut windows: Vec<(usize, f64)> = (0..expected.len() / WINDOW)
        .map(|i| (i * WINDOW, &expected[i * WINDOW..(i + 1) * WINDOW]))
        .filter(|(_, window)| is_speech(window))
        .map(|(at, window)| (at, rms(window)))
        .collect();
    let mut found = Found { windows: windows.len(), windows_found: 0, lag: 0, level_db: 0.0 };

    windows.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut anchor: Option<Hit> = None;
    for &(at, _) in windows.iter().take(ANCHORS) {
        let hit = search.best(window(at), at, &lags);
        anchor = anchor.into_iter().chain(hit).max_by(Hit::by_correlation);
        if anchor.is_some_and(|hit| hit.correlation >= CERTAIN) {
            break;
        }
    }
    let Some(anchor) = anchor.filter(|a| a.correlation >= THRESHOLD) else {
        return found;
    };

    let near = (anchor.lag - WANDER).max(lags.start)..(anchor.lag + WANDER + 1).min(lags.end);
    let hits: Vec<Hit> = windows
        .iter()
        .filter_map(|&(at, _)| search.best(window(at), at, &near))
        .filter(|hit| hit.correlation >= THRESHOLD)
        .collect();
    found.windows_found = hits.len();
    found.lag = median(hits.iter().map(|h| h.lag).collect(), i64::cmp).unwrap_or(anchor.lag);
    let levels = hits.iter().map(|h| h.gain).collect();
    found.level_db = 20.0 * median(levels, f32::total_cmp).unwrap_or(0.0).max(1e-6).log10();
    found
}

fn is_speech(window: &[i16]) -> bool {
    let spoken = window.chunks(BLOCK).filter(|block| rms(block) >= SILENCE).count();
    spoken * BLOCK * 2 >= window.len()
}

fn rms(samples: &[i16]) -> f64 {
    (samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

fn median<T: Copy>(mut of: Vec<T>, by: fn(&T, &T) -> Ordering) -> Option<T> {
    of.sort_by(by);
    of.get(of.len() / 2).copied()
}

/// Tilts the spectrum up, as every speech analysis does: a hum of the same pitch is not the same
/// speech, and the low harmonics that carry most of the power would say it were.
fn brighten(samples: &[i16]) -> Vec<f32> {
    let before = std::iter::once(&0).chain(samples);
    samples.iter().zip(before).map(|(&x, &last)| f32::from(x) - 0.9 * f32::from(last)).collect()
}

/// The place where one window fits best.
#[derive(Debug, Clone, Copy)]
struct Hit {
    lag: i64,
    correlation: f32,
    gain: f32,
}

impl Hit {
    fn by_correlation(&self, other: &Hit) -> Ordering {
        self.correlation.total_cmp(&other.correlation)
    }
}

/// What was heard, ready to be searched.
struct Search {
    heard: Vec<f32>,
    /// Sum of the squares of all samples before each place.
    energy: Vec<f64>,
    fft: RealFftPlanner<f32>,
}

impl Search {
    fn new(heard: &[i16]) -> Self {
        let heard = brighten(heard);
        let mut sum = 0.0;
        let mut energy = vec![0.0];
        energy.extend(heard.iter().map(|&s| {
            sum += f64::from(s).powi(2);
            sum
        }));
        Search { heard, energy, fft: RealFftPlanner::new() }
    }

    /// Where in the heard a window fits best that starts at `at` of the expected, over `lags`.
    fn best(&mut self, window: &[f32], at: usize, lags: &Range<i64>) -> Option<Hit> {
        let at = at as i64;
        let first = (at + lags.start).max(0);
        let last = (at + lags.end - 1).min(self.heard.len() as i64 - window.len() as i64);
        if first > last {
            return None;
        }
        let (first, last) = (first as usize, last as usize);
        let region = &self.heard[first..last + window.len()];

        let length = region.len().next_power_of_two();
        let forward = self.fft.plan_fft_forward(length);
        let inverse = self.fft.plan_fft_inverse(length);
        let spectrum = |samples: &[f32]| {
            let mut input = forward.make_input_vec();
            input[..samples.len()].copy_from_slice(samples);
            let mut output = forward.make_output_vec();
            // Both buffers come from the plan, so their lengths are the ones it asks for.
            forward.process(&mut input, &mut output).ok().map(|()| output)
        };
        let (mut product, of_window) = (spectrum(region)?, spectrum(window)?);
        for (a, b) in product.iter_mut().zip(&of_window) {
            *a *= b.conj();
        }
        // The inverse wants what a real signal has: no imaginary part at either end.
        if let [low, .., high] = product.as_mut_slice() {
            low.im = 0.0;
            high.im = 0.0;
        }
        let mut correlation = inverse.make_output_vec();
        inverse.process(&mut product, &mut correlation).ok()?;

        let own = window.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>();
        (first..=last)
            .map(|place| {
                let theirs = self.energy[place + window.len()] - self.energy[place];
                let dot = f64::from(correlation[place - first]) / length as f64;
                // A crumb 20 dB down is not the speech that was looked for.
                let floor = (own * theirs).sqrt().max(own * 0.1);
                Hit {
                    lag: place as i64 - at,
                    correlation: (dot / floor) as f32,
                    gain: (dot / own) as f32,
                }
            })
            .max_by(Hit::by_correlation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::voice::{RATE, Voice};

    fn said(seed: u64, seconds: usize) -> Vec<i16> {
        let mut out = vec![0; seconds * RATE];
        Voice::new(seed).speak(&mut out);
        out
    }

    #[test]
    fn a_delayed_quieter_voice_is_found_with_its_delay_and_level() {
        let expected = said(1, 8);
        let mut heard = vec![0; 12_345];
        heard.extend(expected.iter().map(|s| s / 2));
        let found = find(&expected, &heard);
        assert_eq!((found.windows_found, found.lag), (found.windows, 12_345));
        assert!((found.level_db + 6.0).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn a_cut_of_twenty_milliseconds_costs_only_the_windows_it_touches() {
        let expected = said(2, 10);
        let mut heard = expected.clone();
        heard.drain(30_000..30_160);
        heard.drain(60_000..60_160);
        let found = find(&expected, &heard);
        assert!(found.windows_found + 2 >= found.windows, "{found:?}");
    }

    #[test]
    fn what_was_not_said_is_not_found() {
        let expected = said(3, 10);
        // Half of it is somebody else.
        let mut heard = expected.clone();
        heard.truncate(40_000);
        heard.extend(&said(4, 5));
        let found = find(&expected, &heard);
        let share = found.share();
        assert!((0.4..0.6).contains(&share), "{found:?}");
        assert_eq!(find(&expected, &[]).share(), 0.0);
        assert_eq!(find(&expected, &vec![0; 80_000]).windows_found, 0);
    }

    #[test]
    fn silence_expects_nothing() {
        let found = find(&vec![0; 80_000], &said(5, 10));
        assert_eq!((found.windows, found.share()), (0, 0.0));
    }

    #[test]
    fn the_range_of_delays_is_kept() {
        let expected = said(6, 4);
        let mut heard = vec![0; 20_000];
        heard.extend(&expected);
        assert_eq!(find_within(&expected, &heard, 0..16_000).windows_found, 0);
        assert_eq!(find_within(&expected, &heard, 16_000..24_000).lag, 20_000);
    }
}
