//! Time-scale modification: a frame loses or gains one period of its own waveform.
//!
//! The cut is made where the signal resembles itself one lag later, and the two sides are
//! crossfaded over [`FADE`] samples: the pitch stays, only the number of its periods changes.

/// Lags tried: 4 to 14 ms, which holds a period or a few of any voice.
const LAGS: core::ops::RangeInclusive<usize> = 32..=112;
/// Samples of the crossfade, and of the comparison: 4 ms.
const FADE: usize = 32;
/// How alike (in 256ths of the product of energies' roots) both sides must be in speech: 0.85².
const ALIKE: i64 = 185;

/// How a cut may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Anywhere: nobody speaks.
    Anywhere,
    /// Where the waveform repeats itself.
    Period,
}

/// Leaves out up to `most` samples of `frame[..len]` and returns the new length.
pub(super) fn shorten(frame: &mut [i16], len: usize, most: usize, cut: Cut) -> usize {
    let Some(lag) = best_lag(&frame[..len], most, cut) else {
        return len;
    };
    for i in 0..FADE {
        frame[i] = blend(frame[i], frame[lag + i], i);
    }
    frame.copy_within(lag + FADE..len, FADE);
    len - lag
}

/// Puts up to `most` samples into `frame[..len]` and returns the new length; `frame` must be
/// longer than `len` by the samples put in.
pub(super) fn lengthen(frame: &mut [i16], len: usize, most: usize, cut: Cut) -> usize {
    let most = most.min(frame.len() - len);
    let Some(lag) = best_lag(&frame[..len], most, cut) else {
        return len;
    };
    // One period, then again from the start: the end of the first blends into its beginning.
    frame.copy_within(FADE..len, lag + FADE);
    // `frame[lag..lag + FADE]` still holds the first pass when the lag is longer than the fade;
    // the second pass's beginning is still at 0.
    for i in 0..FADE {
        frame[lag + i] = blend(frame[lag + i], frame[i], i);
    }
    len + lag
}

/// From `a` to `b`, at sample `i` of the fade.
fn blend(a: i16, b: i16, i: usize) -> i16 {
    let (a, b, i) = (i32::from(a), i32::from(b), i as i32);
    let n = FADE as i32 + 1;
    ((a * (n - 1 - i) + b * (i + 1)) / n) as i16
}

fn energy(samples: &[i16]) -> i64 {
    samples.iter().map(|&s| i64::from(s) * i64::from(s)).sum()
}

/// The lag at which the frame's beginning resembles itself most, if that is enough.
fn best_lag(frame: &[i16], most: usize, cut: Cut) -> Option<usize> {
    let room = most.min(frame.len().checked_sub(FADE)?);
    let longest = room.min(*LAGS.end());
    if longest < *LAGS.start() {
        return None;
    }
    if cut == Cut::Anywhere {
        return Some(room);
    }
    let head = &frame[..FADE];
    let own = energy(head);
    let mut best = (0, 0);
    for lag in *LAGS.start()..=longest {
        let other = &frame[lag..lag + FADE];
        let product: i64 = head.iter().zip(other).map(|(&a, &b)| i64::from(a) * i64::from(b)).sum();
        if product <= 0 {
            continue;
        }
        // Squared correlation in 256ths; energies are below 2^35, so scale before multiplying.
        let (c, e) = (product >> 5, ((own >> 5) * ((energy(other) >> 5).max(1))).max(1));
        let alike = (c as i128 * c as i128 * 256 / e as i128) as i64;
        if alike > best.0 {
            best = (alike, lag);
        }
    }
    (best.0 >= ALIKE).then_some(best.1)
}
