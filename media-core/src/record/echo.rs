//! Is one party's voice heard again on the other's channel, and when?

use alloc::vec::Vec;

use super::block::Samples;

/// The latest echo looked for, in samples: half a second at 8 kHz.
const LATEST: usize = 4000;
/// Samples a look at one delay compares.
const LOOKS: usize = 2000;
/// How far before the strongest place of the echo's path its filter begins.
const LEAD: usize = 8;

/// Looks for an echo of `other` among `samples`, which were heard at the same times. Returns the
/// shift to [encode beside it](super::encode_beside) with, if there may be one.
///
/// ```
/// use media_core::record::{Samples, find_echo};
///
/// let voice: Vec<i16> = (0..8000_i64).map(|i| (i * i * i % 9973 - 4986) as i16).collect();
/// let line: Vec<i16> = (0..8000).map(|i| if i < 900 { 0 } else { voice[i - 900] / 16 }).collect();
/// assert_eq!(find_echo(Samples::Pcm16(&line), Samples::Pcm16(&voice)), Some(892));
/// assert_eq!(find_echo(Samples::Pcm16(&voice), Samples::Pcm16(&line)), None);
/// ```
#[must_use]
pub fn find_echo(samples: Samples<'_>, other: Samples<'_>) -> Option<i32> {
    strongest(samples, other).map(|(shift, _)| shift)
}

/// The strongest echo: its shift, and how much of what is heard there it may explain, of 1.
pub(in crate::record) fn strongest(samples: Samples<'_>, other: Samples<'_>) -> Option<(i32, f64)> {
    let (line, voice) = (flattened(samples), flattened(other));
    let step = (line.len() / LOOKS).max(1);
    let latest = LATEST.min(line.len() / 2);
    // Every place is compared at every delay: places before the latest delay are left out.
    let places = || (latest..line.len().min(voice.len())).step_by(step);
    let square = |x: i64| x * x;
    let heard: i64 = places().map(|i| square(line[i].into())).sum();
    let mut best = (0.0, 0);
    for delay in 0..=latest {
        let (mut common, mut said) = (0i64, 0i64);
        for i in places() {
            let x = i64::from(voice[i - delay]);
            common += x * i64::from(line[i]);
            said += x * x;
        }
        let both = heard as f64 * said as f64;
        let likeness = if both > 0.0 { common as f64 * common as f64 / both } else { 0.0 };
        if likeness > best.0 {
            best = (likeness, delay);
        }
    }
    // Unrelated sounds are as alike as this by chance: the best of thousands of delays.
    let looks = places().count() as f64;
    (best.0 * looks > 40.0).then(|| (best.1 as i32 - LEAD as i32, best.0))
}

/// Differences of neighbours: a voice without most of its colour.
fn flattened(samples: Samples<'_>) -> Vec<i32> {
    let mut before = 0;
    (0..samples.len())
        .map(|i| {
            let x = i32::from(samples.linear(i));
            let difference = x - before;
            before = x;
            difference
        })
        .collect()
}
