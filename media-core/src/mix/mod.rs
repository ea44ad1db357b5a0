//! Mixing: gains, fades without clicks, conferences and bridges for monitor, whisper and barge-in.
//!
//! Every sum saturates instead of wrapping; what one hears of many is limited once, when all are
//! added, so their order makes no difference. A gain never jumps: [`Fade`] moves it along a straight
//! line of 5 ms.
//!
//! ```
//! use media_core::mix::{self, Fade, Gain};
//!
//! let mut out = [30_000, -30_000];
//! mix::add(&mut out, &[10_000, -10_000]);
//! assert_eq!(out, [i16::MAX, i16::MIN]);
//!
//! // Music that starts: from silence, over 40 samples.
//! let mut fade = Fade::new(Gain::SILENT);
//! fade.to(Gain::UNITY);
//! let mut music = [1000; 160];
//! fade.apply(&mut music);
//! assert!(music[0] < 100 && music[159] == 1000);
//! ```

mod bridge;
mod conference;

pub use bridge::{Bridge, Supervision};
pub use conference::Conference;

/// Samples a fade takes: 5 ms at 8 kHz, short enough for speech and long enough not to click.
pub const FADE_SAMPLES: usize = 40;

/// A factor of amplitude, in 4,096ths (Q12), between silence and +18 dB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gain(u16);

impl Gain {
    /// Nothing at all.
    pub const SILENT: Gain = Gain(0);
    /// As it came.
    pub const UNITY: Gain = Gain(4096);
    /// The most: +18 dB (a factor of 8, less one step).
    pub const MAX: Gain = Gain(32_767);

    /// A gain of `q12` / 4,096, at most [`Gain::MAX`].
    #[must_use]
    pub const fn from_q12(q12: u16) -> Self {
        if q12 > Self::MAX.0 { Self::MAX } else { Gain(q12) }
    }

    /// A gain in decibels: −60 and less is silence, +18 and more is [`Gain::MAX`].
    #[must_use]
    pub const fn from_db(db: i8) -> Self {
        if db <= -60 {
            return Self::SILENT;
        }
        // 10^(±1/20) in Q30, applied so many times.
        let (step, steps) = if db < 0 { (956_973_407_u64, -db) } else { (1_204_758_107, db) };
        let mut gain = 4096_u64 << 30;
        let mut i = 0;
        while i < steps {
            gain = (gain >> 15) * (step >> 15);
            i += 1;
        }
        let q12 = (gain + (1 << 29)) >> 30;
        if q12 > Self::MAX.0 as u64 { Self::MAX } else { Gain(q12 as u16) }
    }

    /// The factor in 4,096ths.
    #[must_use]
    pub const fn q12(self) -> u16 {
        self.0
    }

    /// One sample, amplified, rounded and saturated.
    #[must_use]
    pub const fn scale(self, sample: i16) -> i16 {
        saturate(self.amplify(sample))
    }

    /// One sample, amplified and rounded: below 2¹⁸.
    const fn amplify(self, sample: i16) -> i32 {
        (sample as i32 * self.0 as i32 + 2048) >> 12
    }
}

/// The nearest 16-bit sample.
#[must_use]
pub const fn saturate(sum: i32) -> i16 {
    if sum > i16::MAX as i32 {
        i16::MAX
    } else if sum < i16::MIN as i32 {
        i16::MIN
    } else {
        sum as i16
    }
}

/// Adds `input` to `out`, saturating; the shorter of the two decides how much.
pub fn add(out: &mut [i16], input: &[i16]) {
    for (to, &from) in out.iter_mut().zip(input) {
        *to = to.saturating_add(from);
    }
}

/// Adds `input`, amplified, to `out`.
pub fn add_scaled(out: &mut [i16], input: &[i16], gain: Gain) {
    for (to, &from) in out.iter_mut().zip(input) {
        *to = saturate(i32::from(*to) + gain.amplify(from));
    }
}

/// Amplifies in place.
pub fn scale(samples: &mut [i16], gain: Gain) {
    if gain != Gain::UNITY {
        samples.iter_mut().for_each(|sample| *sample = gain.scale(*sample));
    }
}

/// Adds one party to a conference's running total; [`others`] takes it out again for its own ear.
pub fn total(sum: &mut [i32], input: &[i16]) {
    for (to, &from) in sum.iter_mut().zip(input) {
        *to += i32::from(from);
    }
}

/// What a member of a conference hears: the total less its own voice. With [`total`] a conference
/// of N costs 2 N passes, not N².
pub fn others(sum: &[i32], own: &[i16], out: &mut [i16]) {
    for ((to, &all), &own) in out.iter_mut().zip(sum).zip(own) {
        *to = saturate(all - i32::from(own));
    }
}

/// A gain that moves to its target along a line of [`FADE_SAMPLES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fade {
    /// In 4,096ths of 1,024ths (Q22), so that a line of 40 samples ends where it should.
    now: i32,
    step: i32,
    target: Gain,
    left: u16,
}

/// Silence at rest.
impl Default for Fade {
    fn default() -> Self {
        Self::new(Gain::SILENT)
    }
}

impl Fade {
    /// A gain at rest.
    #[must_use]
    pub const fn new(gain: Gain) -> Self {
        Fade { now: (gain.0 as i32) << 10, step: 0, target: gain, left: 0 }
    }

    /// Starts moving towards `gain`, from wherever it is now.
    pub const fn to(&mut self, gain: Gain) {
        if gain.0 != self.target.0 {
            self.target = gain;
            self.left = FADE_SAMPLES as u16;
            self.step = (((gain.0 as i32) << 10) - self.now) / FADE_SAMPLES as i32;
        }
    }

    /// Where it is going.
    #[must_use]
    pub const fn target(&self) -> Gain {
        self.target
    }

    /// Whether it has arrived.
    #[must_use]
    pub const fn is_still(&self) -> bool {
        self.left == 0
    }

    /// The gain of the next sample.
    const fn next(&mut self) -> Gain {
        if self.left > 0 {
            self.left -= 1;
            self.now =
                if self.left == 0 { (self.target.0 as i32) << 10 } else { self.now + self.step };
        }
        Gain((self.now >> 10) as u16)
    }

    /// Amplifies in place.
    pub fn apply(&mut self, samples: &mut [i16]) {
        let moving = samples.len().min(usize::from(self.left));
        let (head, tail) = samples.split_at_mut(moving);
        head.iter_mut().for_each(|sample| *sample = self.next().scale(*sample));
        scale(tail, self.target);
    }

    /// Adds `input`, amplified, to `out`.
    pub fn add(&mut self, out: &mut [i16], input: &[i16]) {
        let n = out.len().min(input.len());
        let moving = n.min(usize::from(self.left));
        for (to, from) in out.iter_mut().zip(&input[..moving]) {
            *to = saturate(i32::from(*to) + self.next().amplify(*from));
        }
        match self.target {
            Gain::SILENT => {}
            Gain::UNITY => add(&mut out[moving..n], &input[moving..n]),
            gain => add_scaled(&mut out[moving..n], &input[moving..n], gain),
        }
    }

    /// As [`add`](Fade::add), to sums that have room for many voices.
    fn total(&mut self, sums: &mut [i32], input: &[i16]) {
        let moving = usize::from(self.left).min(input.len()).min(sums.len());
        let (head, tail) = sums.split_at_mut(moving);
        for (to, from) in head.iter_mut().zip(input) {
            *to = to.saturating_add(self.next().amplify(*from));
        }
        let gain = self.target;
        if gain != Gain::SILENT {
            for (to, from) in tail.iter_mut().zip(&input[moving..]) {
                *to = to.saturating_add(gain.amplify(*from));
            }
        }
    }

    /// Whether anything of a voice passes.
    fn is_open(&self) -> bool {
        !self.is_still() || self.target != Gain::SILENT
    }
}

/// Samples that are summed at once.
const BLOCK: usize = 160;

/// What one party hears of all: `row` has its gain for each of the voices. A voice shorter than the
/// ear is followed by silence.
fn hear<'v>(row: &mut [Fade], voices: impl Iterator<Item = &'v [i16]> + Clone, ear: &mut [i16]) {
    let open = row.iter().filter(|cell| cell.is_open());
    // Two voices that are not amplified need no sum of their own: the second alone can saturate.
    let (count, plain) = open.fold((0, true), |(count, plain), cell| {
        (count + 1, plain && cell.is_still() && cell.target() <= Gain::UNITY)
    });
    if count > 1 && !(count == 2 && plain) {
        let mut sums = [0; BLOCK];
        for (block, part) in ear.chunks_mut(BLOCK).enumerate() {
            let sums = &mut sums[..part.len()];
            sums.fill(0);
            for (cell, voice) in row.iter_mut().zip(voices.clone()).filter(|(c, _)| c.is_open()) {
                cell.total(sums, voice.get(block * BLOCK..).unwrap_or(&[]));
            }
            part.iter_mut().zip(sums).for_each(|(to, sum)| *to = saturate(*sum));
        }
        return;
    }
    ear.fill(0);
    let mut first = true;
    for (cell, voice) in row.iter_mut().zip(voices).filter(|(cell, _)| cell.is_open()) {
        if core::mem::take(&mut first) && cell.is_still() && cell.target() == Gain::UNITY {
            let n = ear.len().min(voice.len());
            ear[..n].copy_from_slice(&voice[..n]);
        } else {
            cell.add(ear, voice);
        }
    }
}
