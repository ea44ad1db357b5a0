use super::lines::{Powers, ToneLines};

/// What a fax machine announces itself with (ITU-T T.30).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaxTone {
    /// CNG: a machine calls. 1,100 Hz for half a second, every three and a half.
    Calling,
    /// CED, ANS or ANSam: a machine or modem answers. 2,100 Hz for some seconds.
    Answer,
}

/// Finds the tones of fax machines in sound at 8,000 samples a second.
///
/// A calling tone is told of when it has ended, half a second long; an answer tone when it has
/// lasted half a second. Each is told of once for each time it sounds.
///
/// ```
/// use media_core::tone::{FAX_CALLING, FaxDetector, FaxTone, Generator};
///
/// let mut line = [0; 8000];
/// Generator::new(FAX_CALLING, -13).generate(&mut line);
/// let mut heard = None;
/// FaxDetector::new().detect(&line, |tone| heard = Some(tone));
/// assert_eq!(heard, Some(FaxTone::Calling));
/// ```
#[derive(Clone, Debug)]
pub struct FaxDetector {
    lines: ToneLines,
    calling: Span,
    answer: Span,
}

/// How long a tone has sounded, in steps of 10 ms.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    steps: u32,
    /// Steps without it at the end: an answer tone turns its phase around now and then.
    missing: u32,
}

/// Lines close enough that a tone anywhere in T.30's tolerance, 38 Hz and 15 Hz, shows eight
/// tenths of its power in one of them.
const CALLING_HZ: [u16; 4] = [1070, 1090, 1110, 1130];
const ANSWER_HZ: [u16; 2] = [2090, 2110];
/// CNG lasts 425 to 575 ms (T.30 §4), and a window more or less.
const CALLING: core::ops::RangeInclusive<u32> = 39..=62;
const ANSWER: u32 = 50;
/// A reversal of phase empties a window of 40 ms at most.
const REVERSAL: u32 = 5;
/// Mean power of a sine of −43 dBm0; T.30's receivers hear down to −43 dBm.
const FLOOR: f32 = 13_000.0;
/// The tone's share of all the power.
const PURE: f32 = 0.6;

impl Default for FaxDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl FaxDetector {
    /// One that has heard nothing.
    #[must_use]
    pub fn new() -> Self {
        let mut lines = ToneLines::new();
        for hz in CALLING_HZ.into_iter().chain(ANSWER_HZ) {
            lines.line(hz);
        }
        Self { lines, calling: Span::default(), answer: Span::default() }
    }

    /// Listens to samples, a frame of any size, and tells of tones.
    pub fn detect(&mut self, pcm: &[i16], mut tell: impl FnMut(FaxTone)) {
        let mut rest = pcm;
        while !rest.is_empty() {
            let (used, powers) = self.lines.fill(rest);
            rest = &rest[used..];
            if let Some(powers) = powers {
                self.step(&powers, &mut tell);
            }
        }
    }

    fn step(&mut self, powers: &Powers, tell: &mut impl FnMut(FaxTone)) {
        let (calling, answer) = powers.lines.split_at(CALLING_HZ.len());
        let present = |lines: &[f32]| {
            let power = lines.iter().copied().fold(0.0, f32::max);
            power >= FLOOR && power >= powers.all * PURE
        };
        if let Some(steps) = self.calling.step(present(calling), 1) {
            if CALLING.contains(&steps) {
                tell(FaxTone::Calling);
            }
        }
        let before = self.answer.steps;
        self.answer.step(present(&answer[..ANSWER_HZ.len()]), REVERSAL);
        if before < ANSWER && self.answer.steps >= ANSWER {
            tell(FaxTone::Answer);
        }
    }
}

impl Span {
    /// Counts a step; the length of a span that has just ended.
    fn step(&mut self, present: bool, bridge: u32) -> Option<u32> {
        if present {
            // What was missing in between belongs to it.
            self.steps = self.steps.saturating_add(1 + self.missing);
            self.missing = 0;
            return None;
        }
        if self.steps == 0 {
            return None;
        }
        self.missing += 1;
        if self.missing <= bridge {
            return None;
        }
        let steps = self.steps;
        *self = Self::default();
        Some(steps)
    }
}
