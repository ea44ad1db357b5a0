//! Voice activity: whether somebody speaks, by the level against the line's own noise.
//!
//! Sound is judged in blocks of 10 ms. The noise floor follows the quietest blocks at once and
//! rises slowly, so a line's hiss, hum or a car become the floor within seconds and speech does
//! not. The same samples give the same answers however they are cut into frames.
//!
//! ```
//! use media_core::vad::Vad;
//!
//! let mut vad = Vad::new(100);
//! assert!(!vad.heard(&[3; 800]));
//! let loud: Vec<i16> = (0..160).map(|i| (i % 20) * 400 - 4000).collect();
//! assert!(vad.heard(&loud));
//! ```

/// Samples of a block: 10 ms.
const BLOCK: u32 = 80;
/// Below this mean square (−55 dBm0) nothing is speech.
const SILENCE: u32 = 800;
/// Speech is this much (a factor of energy: 9 dB) above the floor.
const ABOVE: u32 = 8;
/// The floor rises by one part in 2^6 a block in pauses (7 dB a second), in 2^9 in speech.
const RISE: u32 = 6;
const RISE_IN_SPEECH: u32 = 9;
/// Sound of a steady level this long is noise, however loud: 4 s.
const STEADY: u16 = 400;

/// A detector for one stream.
#[derive(Clone, Debug)]
pub struct Vad {
    hangover: u16,
    left: u16,
    /// Mean square of the noise, as it was in the last pause, and of the loudest speech lately.
    floor: u32,
    paused: u32,
    peak: u32,
    /// The block that is being filled.
    sum: u64,
    filled: u32,
    started: bool,
    /// Blocks since the last one that was not speech, and the least among them.
    run: u16,
    least: u32,
}

impl Vad {
    /// A detector that holds on to speech for `hangover_ms` after its last loud block, so that
    /// the soft ends of words are not cut off: 100 to 300 suits telephone speech.
    #[must_use]
    pub const fn new(hangover_ms: u16) -> Self {
        Vad {
            hangover: hangover_ms / 10,
            left: 0,
            floor: 0,
            paused: 0,
            peak: 0,
            sum: 0,
            filled: 0,
            started: false,
            run: 0,
            least: u32::MAX,
        }
    }

    /// Hears the next samples; whether there is speech in any block that ended among them, or,
    /// where none ended, whether there was in the last.
    pub fn heard(&mut self, mut samples: &[i16]) -> bool {
        let mut any = None;
        while !samples.is_empty() {
            let n = samples.len().min((BLOCK - self.filled) as usize);
            let (now, later) = samples.split_at(n);
            self.sum += now.iter().map(|&s| u64::from(i32::from(s).pow(2) as u32)).sum::<u64>();
            self.filled += n as u32;
            samples = later;
            if self.filled == BLOCK {
                let energy = (self.sum / u64::from(BLOCK)) as u32;
                (self.sum, self.filled) = (0, 0);
                self.block(energy);
                any = Some(any.unwrap_or(false) || self.is_active());
            }
        }
        any.unwrap_or(self.is_active())
    }

    /// Whether the last block was speech, or the hangover still holds it.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.left > 0
    }

    /// Mean square of the noise between words.
    #[must_use]
    pub const fn noise(&self) -> u32 {
        self.floor
    }

    /// Mean square of the noise as it was in the last pause, for the floor rises while somebody
    /// speaks; 30 dB below the loudest lately at most, for music has no pauses, and what is softest
    /// in it passes for noise.
    pub(crate) const fn line_noise(&self) -> u32 {
        let most = self.peak >> 10;
        if self.paused < most { self.paused } else { most }
    }

    fn block(&mut self, energy: u32) {
        if !self.started {
            self.started = true;
            // Speech from the first sample on is still speech.
            self.floor = energy.min(SILENCE);
        }
        self.peak = energy.max(self.peak - (self.peak >> 8));
        // What is 24 dB below the speech is not speech itself.
        let bar = SILENCE.max(self.floor.saturating_mul(ABOVE)).max(self.peak >> 8);
        let loud = energy > bar;
        if energy < self.floor {
            self.floor -= (self.floor - energy).div_ceil(4);
        } else {
            let rise = if loud { RISE_IN_SPEECH } else { RISE };
            self.floor = energy.min(self.floor + (self.floor >> rise) + 1);
        }
        if loud {
            self.run = self.run.saturating_add(1);
            self.least = self.least.min(energy);
            if self.run >= STEADY {
                // Words have gaps: four seconds without any are a noise that has begun.
                self.floor = self.least;
                (self.run, self.least) = (0, u32::MAX);
            }
            self.left = self.hangover + 1;
        } else {
            (self.run, self.least) = (0, u32::MAX);
            self.left = self.left.saturating_sub(1);
            if self.left == 0 {
                self.paused = self.floor;
            }
        }
    }
}
