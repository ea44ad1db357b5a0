/// Finds the beep after which a machine records: one steady frequency, whichever it is, in sound
/// at 8,000 samples a second.
///
/// A beep is 350 to 2,500 Hz, lasts 120 ms to 2.5 s and ends; it is told of when it has ended,
/// because that is when to speak. A ringback or busy tone of one frequency is as good a beep: begin
/// when the call has been answered.
///
/// ```
/// use media_core::tone::{BEEP, BeepDetector, Generator};
///
/// let mut line = [0; 12_000];
/// Generator::new(BEEP, -13).generate(&mut line); // a second
/// let mut heard = None;
/// BeepDetector::new().detect(&line, |beep| heard = Some(beep));
/// assert!(heard.is_some_and(|beep| beep.end.abs_diff(8000) <= 160));
/// ```
#[derive(Clone, Debug, Default)]
pub struct BeepDetector {
    /// The last two samples.
    before: [f32; 2],
    /// Sums over the block: the middle sample squared, its product with the sum of its
    /// neighbours, and that sum squared.
    middle: f32,
    product: f32,
    around: f32,
    filled: usize,
    position: u64,
    /// Twice the cosine of the beep's frequency, and how many blocks it has lasted.
    cosine: f32,
    blocks: u32,
    missing: u32,
}

/// A beep that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beep {
    /// Where it ended, in samples since the detector began.
    pub end: u64,
    /// How long it lasted, in samples, to 10 ms.
    pub duration: u64,
}

/// Samples of a block: 10 ms.
const BLOCK: usize = 80;
/// Mean square of a sine of −37 dBm0.
const FLOOR: f32 = 52_000.0;
/// 2 cos ω of 2,500 and of 350 Hz.
const COSINE: core::ops::RangeInclusive<f32> = -0.765..=1.925;
const LENGTH: core::ops::RangeInclusive<u32> = 12..=250;
/// How far a sine may be from a sine: a hundredth of its power, in noise 20 dB below.
const IMPURE: f32 = 0.01;
/// How far the frequency may wander, in its own measure: about 1 %.
const WANDER: f32 = 0.02;

impl BeepDetector {
    /// One that has heard nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Listens to samples, a frame of any size, and tells of beeps that have ended.
    pub fn detect(&mut self, pcm: &[i16], mut tell: impl FnMut(Beep)) {
        for &sample in pcm {
            let x = f32::from(sample);
            // Of a sine every sample is a fixed share of the sum of its neighbours.
            let around = x + self.before[0];
            let middle = self.before[1];
            self.middle += middle * middle;
            self.product += middle * around;
            self.around += around * around;
            self.before = [middle, x];
            self.filled += 1;
            if self.filled == BLOCK {
                self.position += BLOCK as u64;
                if let Some(beep) = self.block() {
                    tell(beep);
                }
                self.filled = 0;
                (self.middle, self.product, self.around) = (0.0, 0.0, 0.0);
            }
        }
    }

    fn block(&mut self) -> Option<Beep> {
        match self.cosine_of_block() {
            Some(cosine) if self.blocks == 0 => {
                self.cosine = cosine;
                self.blocks = 1;
                self.missing = 0;
                None
            }
            Some(cosine) if (cosine - self.cosine).abs() <= WANDER * self.sine() => {
                self.blocks = self.blocks.saturating_add(1 + self.missing);
                self.missing = 0;
                None
            }
            other => {
                // One block may be spoilt; the second ends it.
                if self.blocks > 0 && self.missing == 0 {
                    self.missing = 1;
                    return None;
                }
                let blocks = core::mem::take(&mut self.blocks);
                self.missing = 0;
                if let Some(cosine) = other {
                    self.cosine = cosine;
                    self.blocks = 1;
                }
                LENGTH.contains(&blocks).then(|| Beep {
                    end: self.position - 2 * BLOCK as u64,
                    duration: u64::from(blocks) * BLOCK as u64,
                })
            }
        }
    }

    /// 4 sin² ω of the beep, or a little: how much a change of frequency shows.
    fn sine(&self) -> f32 {
        (4.0 - self.cosine * self.cosine).max(0.1)
    }

    /// 2 cos ω, if the block is one sine.
    fn cosine_of_block(&self) -> Option<f32> {
        if self.middle < FLOOR * BLOCK as f32 {
            return None;
        }
        let cosine = self.product / self.middle;
        let rest = self.around - cosine * self.product;
        // Noise counts 2 + cos² fold in the rest; against 4 sin² of the sine's own.
        let allowed = IMPURE * self.middle * (2.0 + cosine * cosine).min(4.0 - cosine * cosine);
        (COSINE.contains(&cosine) && rest <= allowed).then_some(cosine)
    }
}
