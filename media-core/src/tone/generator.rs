use super::plan::{Cadence, Step, Tone};
use super::{Oscillator, limit};

const SAMPLES_PER_MS: u64 = 8;
/// Steps fade in and out over this many samples, so that they do not click.
const FADE: u64 = 32;

/// Plays a tone at 8,000 samples a second.
#[derive(Clone, Debug)]
pub struct Generator<'a> {
    tone: Tone<'a>,
    dbm0: i8,
    oscillators: [Oscillator; 2],
    step: usize,
    /// Samples of the step played.
    played: u64,
    /// Samples of fading out after [`stop`](Generator::stop) that are left.
    stopping: Option<u64>,
}

impl<'a> Generator<'a> {
    /// Starts a tone, each of its frequencies at this level in dBm0. Two frequencies together
    /// stay within 16 bits up to −3 dBm0 each.
    #[must_use]
    pub fn new(tone: Tone<'a>, dbm0: i8) -> Self {
        let mut generator = Self {
            tone,
            dbm0,
            oscillators: [Oscillator::default(); 2],
            step: 0,
            played: 0,
            stopping: None,
        };
        generator.enter();
        generator
    }

    /// Ends the tone with a fade of 4 ms.
    pub fn stop(&mut self) {
        self.stopping.get_or_insert(FADE);
    }

    /// Whether there is nothing more to play.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.stopping == Some(0) || self.present().is_none()
    }

    /// Fills a frame; with silence after the tone's end.
    pub fn generate(&mut self, pcm: &mut [i16]) {
        for sample in pcm {
            *sample = self.next_sample();
        }
    }

    fn present(&self) -> Option<&'a Step> {
        self.tone.steps.get(self.step)
    }

    fn enter(&mut self) {
        if let Some(step) = self.present() {
            self.oscillators = step.hz.map(|hz| match hz {
                0 => Oscillator::default(),
                _ => Oscillator::new(u32::from(hz) * 1000, 8000, self.dbm0),
            });
        }
    }

    fn next_sample(&mut self) -> i16 {
        let Some(step) = self.present() else {
            return 0;
        };
        let mut gain = FADE.min(self.played + 1);
        let length = u64::from(step.ms) * SAMPLES_PER_MS;
        if length > 0 {
            gain = gain.min(length - self.played);
        }
        if let Some(left) = &mut self.stopping {
            gain = gain.min(*left);
            *left = left.saturating_sub(1);
        }
        let sum: i32 = self.oscillators.iter_mut().map(Oscillator::next_sample).sum();
        self.played += 1;
        if length > 0 && self.played >= length {
            self.played = 0;
            self.step += 1;
            if self.step == self.tone.steps.len() && self.tone.cadence == Cadence::Repeats {
                self.step = 0;
            }
            self.enter();
        }
        limit((i64::from(sum) * gain as i64 / FADE as i64) as i32)
    }
}
