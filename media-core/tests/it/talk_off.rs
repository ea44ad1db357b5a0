//! Sounds that come close to keys and are none.

use std::ops::RangeInclusive;

use media_core::dtmf::{Detection, Detector, Key};

use crate::signal::{Line, Noise, peak};

/// A held vowel: pulses of one pitch through resonators at a key's two frequencies.
struct Vowel {
    key: Key,
    pitch: f64,
    /// How wide both formants are, in Hz.
    width: f64,
    /// How far the formants lie from the key's frequencies, in percent.
    off: f64,
}

impl Vowel {
    /// A quarter of a second of it, swelling and fading.
    fn sound(&self, noise: &mut Noise) -> Vec<i16> {
        let n = 2000;
        let (low, high) = self.key.frequencies();
        let phase = noise.unit();
        let mut sum = vec![0.0; n];
        for (centre, gain) in [(low, 1.0), (high, 0.8), (2600, 0.1)] {
            let turn =
                std::f64::consts::TAU * f64::from(centre) * (1.0 + self.off / 100.0) / 8000.0;
            let decay = (-std::f64::consts::PI * self.width / 8000.0).exp();
            let (a, b) = (2.0 * decay * turn.cos(), -decay * decay);
            let (mut last, mut before) = (0.0, 0.0);
            let step = self.pitch / 8000.0;
            let (mut phase, mut rest) = (phase, 0.0);
            for x in &mut sum {
                phase += step;
                // A pulse between two samples is shared by them.
                let mut pulse = std::mem::take(&mut rest);
                if phase >= 1.0 {
                    phase -= 1.0;
                    pulse += phase / step;
                    rest = 1.0 - phase / step;
                }
                let next = pulse * turn.sin() + a * last + b * before;
                (before, last) = (last, next);
                *x += gain * next;
            }
        }
        let loudest = sum.iter().fold(0.0f64, |most, x| most.max(x.abs()));
        let scale = peak(-8.0) / loudest;
        let swell = |i: usize| (i.min(n - i) as f64 / 160.0).min(1.0);
        sum.iter().enumerate().map(|(i, x)| (x * scale * swell(i)) as i16).collect()
    }
}

fn keys(pcm: &[i16]) -> usize {
    let mut found = 0;
    Detector::new().detect(pcm, |d| found += usize::from(matches!(d, Detection::Down { .. })));
    found
}

/// Of vowels of every key's formants, as many at every pitch: how many are taken for a key, and all.
fn taken(width: f64, pitches: RangeInclusive<u32>, step: usize) -> (usize, usize) {
    let mut noise = Noise::new(11);
    let (mut wrong, mut all) = (0, 0);
    for key in Key::ALL {
        for pitch in pitches.clone().step_by(step) {
            for off in [-1.0, 0.0, 1.0] {
                let vowel = Vowel { key, pitch: f64::from(pitch), width, off };
                wrong += keys(&vowel.sound(&mut noise)).min(1);
                all += 1;
            }
        }
    }
    (wrong, all)
}

/// Two strong harmonics alone would make one in twenty of the first a key.
#[test]
fn a_vowel_with_narrow_formants_is_no_key() {
    let (wrong, all) = taken(80.0, 70..=340, 3);
    assert_eq!(wrong, 0, "of {all}");
    let (wrong, all) = taken(50.0, 70..=159, 3);
    assert_eq!(wrong, 0, "of {all}");
}

/// High voices have few harmonics beside the tones, and what they have is weak.
#[test]
fn a_high_vowel_is_seldom_a_key() {
    let (wrong, all) = taken(50.0, 160..=340, 3);
    assert!(wrong * 200 < all, "{wrong} of {all}");
}

/// What a caller dials while the exchange still sounds its tone, 8 dB below the key.
#[test]
fn a_dial_tone_hides_no_key() {
    let mut noise = Noise::new(5);
    for tones in [&[425.0][..], &[450.0], &[350.0, 440.0], &[400.0], &[480.0, 620.0]] {
        for (low_off, high_off) in [(0.0, 0.0), (1.5, 1.5), (1.5, -1.5), (-1.5, 1.5), (-1.5, -1.5)]
        {
            let line = Line { low_off, high_off, ..Line::default() };
            let level = peak(-10.0 + 3.0 - 8.0) / (tones.len() as f64).sqrt();
            for key in Key::ALL {
                let mut pcm = line.dial(&[key], &mut noise);
                for (n, x) in pcm.iter_mut().enumerate() {
                    let at = std::f64::consts::TAU * n as f64 / 8000.0;
                    *x += tones.iter().map(|hz| level * (at * hz).sin()).sum::<f64>() as i16;
                }
                assert_eq!(keys(&pcm), 1, "{key:?} over {tones:?} by {line:?}");
            }
        }
    }
}
