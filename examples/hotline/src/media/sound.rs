//! What callers hear that nobody says: prompts being played, and music on hold.

use std::collections::VecDeque;
use std::sync::Arc;

use media_core::tone::{Generator, Meaning, Plan};

/// Samples of one tick: 20 ms at 8 kHz.
pub(crate) const FRAME: usize = 160;

/// A piece of sound, 16-bit at 8 kHz; shared by all calls that play it.
pub(crate) type Clip = Arc<[i16]>;

/// Samples over which a prompt that is cut short goes silent: 4 ms, too fast to hear as a fade and
/// slow enough not to click.
const RELEASE: usize = 32;

/// Plays clips one after another.
#[derive(Debug, Default)]
pub(crate) struct Player {
    clips: VecDeque<Clip>,
    at: usize,
    /// What was played last, fading out after a stop.
    tail: Vec<i16>,
}

impl Player {
    /// Drops what is playing and plays `clips` from their beginning.
    pub(crate) fn play(&mut self, clips: Vec<Clip>) {
        self.stop();
        self.clips = clips.into();
        self.clips.retain(|clip| !clip.is_empty());
    }

    /// Goes silent.
    pub(crate) fn stop(&mut self) {
        if let Some(clip) = self.clips.front() {
            let rest = clip.get(self.at..).unwrap_or_default();
            self.tail = rest
                .iter()
                .take(RELEASE)
                .enumerate()
                .map(|(i, s)| (i32::from(*s) * (RELEASE - i) as i32 / RELEASE as i32) as i16)
                .collect();
        }
        self.clips.clear();
        self.at = 0;
    }

    /// Whether anything is left to play.
    pub(crate) fn is_playing(&self) -> bool {
        !self.clips.is_empty()
    }

    /// Fills `out`, with silence where there is nothing left. Whether anything was played.
    pub(crate) fn pull(&mut self, out: &mut [i16]) -> bool {
        out.fill(0);
        let mut filled = 0;
        while let Some(clip) = self.clips.front() {
            let rest = clip.get(self.at..).unwrap_or_default();
            let n = rest.len().min(out.len() - filled);
            out[filled..filled + n].copy_from_slice(&rest[..n]);
            filled += n;
            self.at += n;
            if self.at < clip.len() {
                break;
            }
            self.clips.pop_front();
            self.at = 0;
        }
        let released = !self.tail.is_empty();
        media_core::mix::add(out, &std::mem::take(&mut self.tail));
        filled > 0 || released
    }
}

/// Music on hold: a clip without end, each call at its own place in it.
#[derive(Debug)]
pub(crate) struct Music {
    clip: Clip,
    at: usize,
}

impl Music {
    pub(crate) fn new(clip: Clip) -> Music {
        Music { clip, at: 0 }
    }

    /// The next samples.
    pub(crate) fn pull(&mut self, out: &mut [i16]) {
        for sample in out {
            *sample = self.clip.get(self.at).copied().unwrap_or(0);
            self.at = (self.at + 1) % self.clip.len().max(1);
        }
    }
}

/// The tone that says "speak now": 1 kHz for 300 ms at about −14 dBm0, without clicks.
pub(crate) fn beep() -> Clip {
    const LENGTH: usize = 2400;
    (0..LENGTH)
        .map(|n| {
            let edge = (n.min(LENGTH - n) as f64 / 80.0).min(1.0);
            (5000.0 * edge * (std::f64::consts::TAU * n as f64 / 8.0).sin()) as i16
        })
        .collect()
}

/// What whoever calls hears while the other telephone rings, once through its cadence.
pub(crate) fn ringback() -> Clip {
    const LEVEL_DBM0: i8 = -15;
    let Some(tone) = Plan::CHINA.tone(Meaning::Ringback) else {
        return Clip::default();
    };
    let ms: usize = tone.steps.iter().map(|step| usize::from(step.ms)).sum();
    let mut samples = vec![0; ms * 8];
    Generator::new(tone, LEVEL_DBM0).generate(&mut samples);
    samples.into()
}

/// The built-in music: slow broken chords, soft as a music box, about half a minute.
pub(crate) fn melody() -> Clip {
    /// Four bars of C, A minor, F and G, as semitones from A at 220 Hz.
    const CHORDS: [[i32; 4]; 4] = [[3, 7, 10, 15], [0, 3, 7, 12], [-4, 0, 3, 8], [-2, 2, 5, 10]];
    const NOTE: usize = 8000 * 45 / 100;
    const RING: usize = 8000 * 3 / 2;
    let order = [0, 2, 1, 3, 2, 1, 0, 2];
    let notes: Vec<i32> =
        (0..64).map(|i| CHORDS[i / 8 % 4][order[i % 8]] + if i >= 32 { 12 } else { 0 }).collect();
    let length = notes.len() * NOTE;
    let mut sum = vec![0.0_f64; length];
    for (i, semitone) in notes.iter().enumerate() {
        let hertz = 220.0 * (f64::from(*semitone) / 12.0).exp2();
        for n in 0..RING {
            let t = n as f64 / 8000.0;
            let rise = (n as f64 / 80.0).min(1.0);
            let phase = std::f64::consts::TAU * hertz * t;
            let tone = phase.sin() + 0.3 * (2.0 * phase).sin() * (-3.0 * t).exp();
            // The last notes ring on into the beginning, so that the loop has no seam.
            sum[(i * NOTE + n) % length] += 4500.0 * rise * (-3.0 * t).exp() * tone;
        }
    }
    sum.into_iter().map(|x| x.clamp(-32768.0, 32767.0) as i16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_follow_each_other_without_a_gap() {
        let mut player = Player::default();
        player.play(vec![vec![1; 100].into(), Vec::new().into(), vec![2; 100].into()]);
        let mut out = [9; 160];
        assert!(player.pull(&mut out));
        assert_eq!((out[99], out[100], out[159]), (1, 2, 2));
        assert!(player.is_playing());
        assert!(player.pull(&mut out));
        assert_eq!((out[39], out[40]), (2, 0));
        assert!(!player.is_playing());
        assert!(!player.pull(&mut out));
    }

    #[test]
    fn a_stopped_prompt_does_not_click() {
        let mut player = Player::default();
        player.play(vec![vec![10_000; 1000].into()]);
        let mut out = [0; 160];
        player.pull(&mut out);
        player.stop();
        player.pull(&mut out);
        let steps = out.windows(2).map(|w| (w[0] - w[1]).abs()).max().unwrap();
        assert!(out[0] > 9_000 && out[159] == 0 && steps < 400, "{steps}");
    }

    #[test]
    fn ringing_is_a_second_of_tone_and_four_of_silence() {
        let clip = ringback();
        assert_eq!(clip.len(), 40_000);
        assert!(clip[1000..7000].chunks(18).all(|wave| wave.iter().any(|s| s.abs() > 1_000)));
        assert!(clip[8_000..].iter().all(|s| *s == 0));
    }

    #[test]
    fn the_melody_is_soft_and_seamless() {
        let clip = melody();
        let peak = clip.iter().map(|s| s.unsigned_abs()).max().unwrap();
        assert!((3_000..14_000).contains(&peak), "{peak}");
        let seam = i32::from(clip[0]) - i32::from(clip[clip.len() - 1]);
        assert!(seam.abs() < 1_000, "{seam}");
        let mut music = Music::new(clip.clone());
        let mut out = vec![0; clip.len() + 5];
        music.pull(&mut out);
        assert_eq!(out[clip.len()..], clip[..5]);
    }
}
