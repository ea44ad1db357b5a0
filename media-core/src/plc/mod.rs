//! Packet loss concealment: what a listener hears in place of a frame that did not come.
//!
//! Written from first principles (the task is the one ITU-T G.711 Appendix I sets itself). At the
//! first lost sample the recent past is split into a short-term spectrum (linear prediction) and
//! what drives it (the residual); the last pitch period of the residual is repeated and sent
//! through the same filter, whose memory is the real signal, so the sound goes on without a seam.
//! It fades out as the loss grows long, and is crossfaded into the first frame that comes.
//!
//! ```
//! use media_core::plc::Concealer;
//!
//! let mut concealer = Concealer::new();
//! let tone = |i: i32| ((i % 40) * 200 - 4000) as i16;
//! let mut frame: [i16; 160] = core::array::from_fn(|i| tone(i as i32));
//! for _ in 0..4 {
//!     concealer.received(&mut frame);
//! }
//! let mut lost = [0; 80];
//! concealer.conceal(&mut lost);
//! let worst = (0..80).map(|i| (lost[i] - tone(i as i32)).abs()).max();
//! assert!(worst < Some(800));
//! ```

mod analysis;

use analysis::Voice;

/// Past samples kept: 50 ms.
const HISTORY: usize = 400;
/// Samples over which the first received frame takes over.
const BLEND: usize = 16;
/// Full level for 5 ms, then down to silence along a line of this many samples: 80 ms.
const HOLD: u32 = 40;
const FADE: u32 = 640;

/// The longest gap bridged from both sides: 60 ms.
pub(crate) const LONGEST_BRIDGE: usize = 480;
/// Samples over which both sides are compared, and how far beyond the gap they may meet.
const MEETING: usize = 80;
const BEYOND: usize = 64 + MEETING;

/// Conceals lost frames of one 8 kHz stream, of any frame length.
///
/// Every frame of the stream goes through one of the two methods, in order.
#[derive(Clone, Debug)]
pub struct Concealer {
    history: [i16; HISTORY],
    /// Samples concealed since the last received one.
    lost: u32,
    voice: Voice,
}

impl Concealer {
    /// A concealer that has heard nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Concealer { history: [0; HISTORY], lost: 0, voice: Voice::NONE }
    }

    /// Hears a received frame; after a loss its beginning is blended with the concealment.
    pub fn received(&mut self, frame: &mut [i16]) {
        if self.lost > 0 {
            let blend = BLEND.min(frame.len());
            let gain = level(self.lost);
            for (i, sample) in frame[..blend].iter_mut().enumerate() {
                let (old, new) = (self.voice.next() * gain, f32::from(*sample));
                let part = (i + 1) as f32 / (blend + 1) as f32;
                *sample = round(old + (new - old) * part);
            }
            self.lost = 0;
        }
        self.remember(frame);
    }

    /// Makes up the samples of a lost frame.
    pub fn conceal(&mut self, out: &mut [i16]) {
        if self.lost == 0 {
            self.voice = Voice::of(&self.history);
        }
        for sample in out.iter_mut() {
            let gain = level(self.lost);
            *sample = if gain > 0.0 { round(self.voice.next() * gain) } else { 0 };
            self.lost = self.lost.saturating_add(1);
        }
        self.remember(out);
    }

    /// Makes up the samples between what was heard and `next`, the frame after them, from both
    /// sides, their phases made to meet; `next` then goes through
    /// [`received`](Concealer::received) as ever. Of more than 60 ms only the end is a bridge.
    pub fn bridge(&mut self, out: &mut [i16], next: &[i16]) {
        if out.is_empty() {
            return;
        }
        let (far, out) = out.split_at_mut(out.len().saturating_sub(LONGEST_BRIDGE));
        if !far.is_empty() {
            self.conceal(far);
        }
        if self.lost == 0 {
            self.voice = Voice::of(&self.history);
        }
        let mut mirror = [0; HISTORY];
        for (to, &from) in mirror.iter_mut().rev().zip(next) {
            *to = from;
        }
        let n = out.len();
        // Forth, and a little into what is known, to see where its pitch leads.
        let mut forth = [0.0; LONGEST_BRIDGE + BEYOND];
        let pitch = self.voice.pitch();
        let turn = (pitch / 2).min(n / 2);
        let forth = &mut forth[..n + turn + MEETING];
        forth.iter_mut().for_each(|sample| *sample = self.voice.next());
        let meets = meeting(forth, n - turn, next).unwrap_or(n);
        let mut back = Voice::of(&mirror);
        for (i, sample) in out.iter_mut().enumerate() {
            let (t, end) = (i as f32, n as f32);
            let at = t + (meets as f32 - end) * (t / end) * (t / end);
            *sample = round(between(forth, at) * level(self.lost));
            self.lost = self.lost.saturating_add(1);
        }
        for (i, sample) in out.iter_mut().rev().enumerate() {
            let part = (n - i) as f32 / (n + 1) as f32;
            let (old, new) = (f32::from(*sample), back.next() * level(i as u32));
            *sample = round(old + (new - old) * part);
        }
        self.lost = 0;
        self.remember(out);
    }

    /// Samples made up since the last received frame.
    #[must_use]
    pub const fn lost_samples(&self) -> u32 {
        self.lost
    }

    fn remember(&mut self, frame: &[i16]) {
        let n = frame.len().min(HISTORY);
        self.history.copy_within(n.., 0);
        self.history[HISTORY - n..].copy_from_slice(&frame[frame.len() - n..]);
    }
}

impl Default for Concealer {
    fn default() -> Self {
        Self::new()
    }
}

/// Where in `forth`, from `from` on, what is known goes on most alike: as many samples long should
/// the bridge be. `None` where nothing is alike.
fn meeting(forth: &[f32], from: usize, next: &[i16]) -> Option<usize> {
    let next = next.get(..MEETING)?;
    let middle = (from + forth.len() - MEETING) / 2;
    let mut best = (0.25, None);
    for at in from..=forth.len() - MEETING {
        let (mut product, mut energy, mut own) = (0.0, 1.0, 1.0);
        for (&a, &b) in forth[at..at + MEETING].iter().zip(next) {
            let b = f32::from(b);
            product += a * b;
            energy += a * a;
            own += b * b;
        }
        let alike = if product > 0.0 { product * product / (energy * own) } else { 0.0 };
        // The nearer of two is likelier not to be a period off.
        let alike = alike * (1.0 - at.abs_diff(middle) as f32 / 256.0);
        if alike > best.0 {
            best = (alike, Some(at));
        }
    }
    best.1
}

/// The value between two samples.
fn between(samples: &[f32], at: f32) -> f32 {
    let i = at as usize;
    let part = at - i as f32;
    match (samples.get(i), samples.get(i + 1)) {
        (Some(a), Some(b)) => a + (b - a) * part,
        (Some(a), None) => *a,
        _ => 0.0,
    }
}

/// The level after so many lost samples.
fn level(lost: u32) -> f32 {
    let gone = lost.saturating_sub(HOLD).min(FADE);
    (FADE - gone) as f32 / FADE as f32
}

fn round(x: f32) -> i16 {
    // `as` saturates, and adding ±0.5 rounds; `f32::round` needs std.
    (if x < 0.0 { x - 0.5 } else { x + 0.5 }) as i16
}
