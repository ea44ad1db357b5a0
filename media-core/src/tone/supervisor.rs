use super::lines::{HOP, LINES, Powers, ToneLines};
use super::plan::{Cadence, Meaning, Plan, Step, Tone};

/// A recognised tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What it means.
    pub meaning: Meaning,
    /// Where it was recognised, in samples since the supervisor began.
    pub at: u64,
}

/// Recognises the tones of a [`Plan`] by frequency and cadence, in sound at 8,000 samples a
/// second.
///
/// A tone is told of once, as soon as its cadence can be nothing else in the plan; again when
/// another has been heard in between, or other sound. Durations may be off by a fifth, frequencies
/// by 30 Hz: two together by 2 %, and where the plan has another closer than 60 Hz, by half of the
/// way there. A plan has room for [`FREQUENCIES_MAX`] different frequencies; tones with others are
/// not heard.
#[derive(Clone, Debug)]
pub struct Supervisor<'a> {
    plan: Plan<'a>,
    lines: ToneLines,
    position: u64,
    /// What sounds now, and for how many steps of 10 ms.
    present: Sound,
    lasted: u32,
    /// What sounded before, the latest last.
    past: [(Sound, u32); MEMORY],
    /// Power of the last tone, that silence is compared with.
    loudness: f32,
    told: Option<Meaning>,
}

/// So many frequencies of a [`Plan`] can be listened for; others are not heard.
pub const FREQUENCIES_MAX: usize = LINES;

/// Steps of the longest cadence, and one.
const MEMORY: usize = 9;

/// What one window sounds like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sound {
    Silence,
    /// Frequencies of the plan, as its steps give them.
    Tone([u16; 2]),
    Other,
}

/// Mean power of a sine of −43 dBm0.
const FLOOR: f32 = 13_000.0;
/// A tone's share of all the power.
const PURE: f32 = 0.6;
/// No tone has more than all the power; two lines that have are one frequency between them.
const TWICE: f32 = 1.5;
/// Two frequencies may differ by 8 dB; one that is 75 Hz off leaves 9.5 less on a line.
const TWIST: f32 = 0.16;
/// Silence is 10 dB below the tone or under the floor.
const QUIET: f32 = 0.1;
/// A sound between two others that lasts this many steps or less is their border.
const BORDER: u32 = 3;
/// A lasting tone is one of this many steps: 2 s, or longer where a cadence has longer ones.
const LASTING: u32 = 200;
/// After silence of this many steps, one long sound of a slow cadence is enough: 1.2 s.
const PAUSE: u32 = 120;

impl<'a> Supervisor<'a> {
    /// One that has heard nothing.
    #[must_use]
    pub fn new(plan: &Plan<'a>) -> Self {
        let mut lines = ToneLines::new();
        for hz in plan.tones.iter().flat_map(|t| t.steps).flat_map(|s| s.hz) {
            if hz > 0 {
                lines.line(hz);
            }
        }
        Self {
            plan: *plan,
            lines,
            position: 0,
            present: Sound::Silence,
            lasted: 0,
            past: [(Sound::Other, 0); MEMORY],
            loudness: 0.0,
            told: None,
        }
    }

    /// Listens to samples, a frame of any size, and tells of tones as they are recognised.
    pub fn listen(&mut self, pcm: &[i16], mut tell: impl FnMut(Heard)) {
        let mut rest = pcm;
        while !rest.is_empty() {
            let (used, powers) = self.lines.fill(rest);
            rest = &rest[used..];
            if let Some(powers) = powers {
                self.position += HOP as u64;
                if let Some(heard) = self.step(&powers) {
                    tell(heard);
                }
            }
        }
    }

    /// The tone last told of, as long as nothing else has been heard.
    #[must_use]
    pub const fn present(&self) -> Option<Meaning> {
        self.told
    }

    fn step(&mut self, powers: &Powers) -> Option<Heard> {
        let sound = self.classify(powers);
        if sound == self.present {
            self.lasted = self.lasted.saturating_add(1);
        } else {
            if self.lasted <= BORDER {
                // The border belongs half to what was before; if that goes on, it was a flicker.
                let (before, length) = self.past[MEMORY - 1];
                if before == sound {
                    self.past.rotate_right(1);
                    self.past[0] = (Sound::Other, 0);
                    self.lasted = self.lasted.saturating_add(length).saturating_add(1);
                } else {
                    let before = &mut self.past[MEMORY - 1].1;
                    *before = before.saturating_add(self.lasted / 2);
                    self.lasted = self.lasted.div_ceil(2) + 1;
                }
            } else {
                self.past.rotate_left(1);
                self.past[MEMORY - 1] = (self.present, self.lasted);
                self.lasted = 1;
            }
            self.present = sound;
        }
        if self.lasted <= BORDER {
            return None;
        }
        if self.present == Sound::Other {
            self.told = None;
            // An announcement may follow a tone at once; what came before it is looked at once.
            if self.lasted > BORDER + 1 {
                return None;
            }
        }
        let meaning = self.recognise()?;
        if self.told == Some(meaning) {
            return None;
        }
        self.told = Some(meaning);
        Some(Heard { meaning, at: self.position })
    }

    fn classify(&mut self, powers: &Powers) -> Sound {
        let steps = self.plan.tones.iter().flat_map(|t| t.steps);
        // The nearest of those in question, and the power it has where it really is.
        let mut best: Option<([u16; 2], f32, f32)> = None;
        for hz in steps.map(|s| s.hz).filter(|hz| *hz != [0, 0]) {
            let places = hz.map(|h| if h == 0 { None } else { self.lines.line(h) });
            let of =
                |powers: &[f32; LINES]| places.map(|line| line.map_or(0.0, |line| powers[line]));
            let (at, near) = (of(&powers.lines), of(&powers.near));
            let (sum, least) = (near[0] + near[1], near[0].min(near[1]));
            let two = hz[0] > 0 && hz[1] > 0;
            if (two && least < sum * TWIST / (1.0 + TWIST)) || sum < FLOOR {
                continue;
            }
            // Two frequencies close together beat within a window: their sum is less sure.
            let share = powers.all * PURE..powers.all * TWICE;
            let at = at[0] + at[1];
            if share.contains(&sum) && best.is_none_or(|(_, most, _)| at > most) {
                best = Some((hz, at, sum));
            }
        }
        if let Some((hz, _, sum)) = best {
            self.loudness = sum;
            return Sound::Tone(hz);
        }
        if powers.all < FLOOR.max(self.loudness * QUIET) { Sound::Silence } else { Sound::Other }
    }

    /// The one tone that what has sounded so far can be.
    fn recognise(&self) -> Option<Meaning> {
        let mut found = None;
        for tone in self.plan.tones {
            if self.sounds_like(tone) {
                if found.is_some() {
                    return None;
                }
                found = Some(tone.meaning);
            }
        }
        found
    }

    fn sounds_like(&self, tone: &Tone<'_>) -> bool {
        let steps = tone.steps;
        if let [only] = steps {
            if only.ms == 0 {
                return self.present == Sound::Tone(only.hz) && self.lasted >= self.lasting(only);
            }
        }
        (0..steps.len()).any(|present| self.matches(tone, present))
    }

    /// Longer than any step of these frequencies in the plan.
    fn lasting(&self, step: &Step) -> u32 {
        let steps = self.plan.tones.iter().flat_map(|t| t.steps);
        let longest = steps.filter(|s| s.hz == step.hz).map(|s| s.ms).max();
        LASTING.max(u32::from(longest.unwrap_or(0)) / 10 * 3 / 2)
    }

    /// Whether the present sound is the tone's step of this number, or the silence after its
    /// last, and enough of the steps before it have been heard.
    fn matches(&self, tone: &Tone<'_>, present: usize) -> bool {
        let steps = tone.steps;
        if tone.cadence == Cadence::Once {
            // All its sounds, and something else after them: silence if it is only one, which a
            // voice might make.
            let sounds = || steps.iter().rev().skip_while(|s| s.hz == [0, 0]);
            let over = match self.present {
                Sound::Silence => true,
                Sound::Other => sounds().count() > 1,
                Sound::Tone(_) => false,
            };
            let mut past = self.past.iter().rev();
            return present == 0
                && over
                && sounds().all(|step| {
                    past.next().is_some_and(|(sound, length)| agrees(step, *sound, *length))
                });
        }
        if self.present != sound(&steps[present]) || self.lasted > most(&steps[present]) {
            return false;
        }
        let before = |n: usize| &steps[(present + n * (steps.len() - 1)) % steps.len()];
        let known = (1..MEMORY).take_while(|&n| {
            let (sound, length) = self.past[MEMORY - n];
            agrees(before(n), sound, length)
        });
        let known = known.count();
        let cycle: u32 = steps.iter().map(|s| u32::from(s.ms) / 10).sum();
        let slow = cycle >= 200;
        // A fast cadence must have gone round once and begun again; a slow one is known by its
        // sounds before a long pause.
        known >= (steps.len() + 1).min(MEMORY - 1)
            || slow
                && self.present == Sound::Silence
                && self.lasted >= PAUSE
                && known >= steps.len() - 1
    }
}

fn sound(step: &Step) -> Sound {
    match step.hz {
        [0, 0] => Sound::Silence,
        hz => Sound::Tone(hz),
    }
}

/// A fifth and three windows' steps.
fn slack(step: &Step) -> u32 {
    u32::from(step.ms) / 10 / 5 + 3
}

fn most(step: &Step) -> u32 {
    u32::from(step.ms) / 10 + slack(step)
}

fn agrees(step: &Step, heard: Sound, length: u32) -> bool {
    let least = (u32::from(step.ms) / 10).saturating_sub(slack(step));
    heard == sound(step) && (least..=most(step)).contains(&length)
}
