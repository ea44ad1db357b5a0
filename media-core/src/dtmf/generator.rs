use super::Key;
use crate::tone::{Oscillator, limit};

/// Makes the sound of keys: two sines from phase 0, at 8,000 samples a second.
///
/// The first and the last 2 ms of a key are faded in and out, so that it does not click: well within
/// the 5 ms that ETSI ES 201 235-2 gives a transmitter to rise.
#[derive(Clone, Debug, Default)]
pub struct Generator {
    low: Oscillator,
    high: Oscillator,
    made: u64,
    left: u64,
}

/// Samples a fade lasts.
const FADE: u64 = 16;

impl Generator {
    /// One that is silent.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a key: its duration in samples, the levels of its low and high tone in dBm0. The
    /// high one is usually 1 to 3 dB stronger, as lines weaken it more. A key still sounding
    /// is cut off; [`stop`](Generator::stop) ends it without a click.
    pub fn start(&mut self, key: Key, samples: u64, low_dbm0: i8, high_dbm0: i8) {
        let (low, high) = key.frequencies();
        self.low = Oscillator::new(u32::from(low) * 1000, 8000, low_dbm0);
        self.high = Oscillator::new(u32::from(high) * 1000, 8000, high_dbm0);
        (self.made, self.left) = (0, samples);
    }

    /// Ends the key, after a fade of 2 ms.
    pub fn stop(&mut self) {
        // What has not risen to its full level takes as long to fall.
        self.left = self.left.min(FADE).min(self.made);
    }

    /// How many samples of the key are left.
    #[must_use]
    pub const fn remaining(&self) -> u64 {
        self.left
    }

    /// Writes the key's next samples to the start of a frame and returns how many; less than the
    /// whole frame when the key ends. The rest of the frame is left as it is.
    pub fn generate(&mut self, pcm: &mut [i16]) -> usize {
        let n = usize::try_from(self.left).map_or(pcm.len(), |left| left.min(pcm.len()));
        for sample in &mut pcm[..n] {
            self.made += 1;
            let gain = FADE.min(self.made).min(self.left) as i32;
            *sample =
                limit((self.low.next_sample() + self.high.next_sample()) * gain / FADE as i32);
            self.left -= 1;
        }
        n
    }
}
