use super::{Detection, Detector, bank::HOP};

/// The longest delay line: 50 ms.
const LINE: usize = 400;
/// Fades last this many samples: 4 ms.
const FADE: i32 = 32;
/// The place of a tone's ends is known to about 4 ms; a fade comes on top.
const MARGIN: u64 = 80;

/// Keeps keys from being heard at the far end: the sound passes, keys become silence.
///
/// A key is known 36 ms after it began. Without delay that much of it passes and its tail does
/// not; delayed by 50 ms, nothing of it passes.
///
/// ```
/// use media_core::dtmf::{Generator, Key, Suppressor};
///
/// let mut pcm = [0; 1600];
/// let mut generator = Generator::new();
/// generator.start(Key::Nine, 800, -10, -10);
/// generator.generate(&mut pcm[200..]);
/// let mut suppressor = Suppressor::new(Suppressor::MAX_DELAY);
/// suppressor.process(&mut pcm, |_| {});
/// assert!(pcm.iter().all(|s| s.abs() < 30));
/// ```
#[derive(Clone, Debug)]
pub struct Suppressor {
    detector: Detector,
    line: [i16; LINE],
    delay: usize,
    /// Samples taken in.
    position: u64,
    /// What is muted: from here on, and until there if the end is known.
    from: u64,
    until: u64,
    /// 0 is silence, `FADE` is full.
    gain: i32,
}

impl Suppressor {
    /// The most delay, in samples, with which nothing of a key is heard.
    pub const MAX_DELAY: usize = LINE;

    /// Delays the sound by this many samples, at most [`MAX_DELAY`](Self::MAX_DELAY).
    #[must_use]
    pub fn new(delay: usize) -> Self {
        Self {
            detector: Detector::new(),
            line: [0; LINE],
            delay: delay.min(LINE),
            position: 0,
            from: 0,
            until: 0,
            gain: FADE,
        }
    }

    /// Replaces a frame of any size by the sound without keys, and tells of them.
    pub fn process(&mut self, pcm: &mut [i16], mut tell: impl FnMut(Detection)) {
        let mut rest = pcm;
        while !rest.is_empty() {
            // The detector's answers come at whole steps: frames of any size see them alike.
            let step = HOP - (self.position % HOP as u64) as usize;
            let (now, later) = rest.split_at_mut(step.min(rest.len()));
            rest = later;
            // A step tells at most of one key's end and of another's beginning.
            let mut told = [None; 2];
            self.detector.detect(now, |detection| {
                if let Some(place) = told.iter_mut().find(|place| place.is_none()) {
                    *place = Some(detection);
                }
            });
            for sample in now {
                *sample = self.pass(*sample);
            }
            for detection in told.into_iter().flatten() {
                self.mute(detection);
                tell(detection);
            }
        }
    }

    fn mute(&mut self, detection: Detection) {
        match detection {
            Detection::Down { start, .. } => {
                self.from = start.saturating_sub(MARGIN);
                self.until = u64::MAX;
            }
            Detection::Up { start, duration, .. } => self.until = start + duration + MARGIN,
        }
    }

    fn pass(&mut self, sample: i16) -> i16 {
        let at = (self.position % LINE as u64) as usize;
        let oldest = core::mem::replace(&mut self.line[at], sample);
        let delayed = match self.delay {
            LINE => oldest,
            delay => self.line[(at + LINE - delay) % LINE],
        };
        let place = self.position.checked_sub(self.delay as u64);
        let muted = place.is_some_and(|place| (self.from..self.until).contains(&place));
        self.gain = (self.gain + if muted { -1 } else { 1 }).clamp(0, FADE);
        self.position += 1;
        (i32::from(delayed) * self.gain / FADE) as i16
    }
}
