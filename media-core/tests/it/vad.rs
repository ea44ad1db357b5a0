//! Speech is told from the line's noise, however loud the line and however long the frames.

use media_core::vad::Vad;
use proptest::prelude::*;

/// A seeded hiss of this peak.
fn noise(n: usize, peak: i32) -> Vec<i16> {
    let mut x = 1_u32;
    (0..n)
        .map(|_| {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((x >> 16) as i32 % (2 * peak + 1) - peak) as i16
        })
        .collect()
}

fn buzz(n: usize, peak: f64) -> Vec<i16> {
    (0..n)
        .map(|i| {
            let t = i as f64 / 8000.0 * std::f64::consts::TAU * 130.0;
            (peak * (t.sin() + (2.0 * t).sin() + (3.0 * t).sin()) / 2.5) as i16
        })
        .collect()
}

#[test]
fn words_on_a_noisy_line() {
    for hiss in [0, 20, 100, 400] {
        let mut vad = Vad::new(50);
        let mut wrong = 0;
        for i in 0..100 {
            let word = i % 10 < 4;
            let mut sound = noise(1600, hiss);
            if word {
                for (s, b) in sound.iter_mut().zip(buzz(1600, 4000.0)) {
                    *s += b;
                }
            }
            let (head, tail) = sound.split_at(800);
            vad.heard(head);
            // The first second is for getting to know the line.
            let heard = vad.heard(tail);
            wrong += u32::from(i > 20 && heard != word);
        }
        assert_eq!(wrong, 0, "hiss of ±{hiss}");
    }
}

#[test]
fn a_noise_that_begins_is_not_speech_for_long() {
    let mut vad = Vad::new(0);
    vad.heard(&noise(16_000, 10));
    assert!(vad.heard(&noise(1600, 3000)));
    vad.heard(&noise(5 * 8000, 3000));
    assert!(!vad.heard(&noise(8000, 3000)));
    // And speech above it is heard again.
    let mut loud = noise(1600, 3000);
    loud.iter_mut().zip(buzz(1600, 12_000.0)).for_each(|(s, b)| *s += b);
    assert!(vad.heard(&loud));
}

#[test]
fn the_ends_of_words_are_held() {
    let mut vad = Vad::new(200);
    vad.heard(&noise(8000, 10));
    assert!(vad.heard(&buzz(800, 4000.0)));
    vad.heard(&noise(1520, 10));
    assert!(vad.is_active());
    vad.heard(&noise(240, 10));
    assert!(!vad.is_active());
}

proptest! {
    #[test]
    fn frames_do_not_matter(samples in prop::collection::vec(any::<i16>(), 0..3000), cut in 1..500_usize) {
        let mut whole = Vad::new(30);
        let mut pieces = Vad::new(30);
        whole.heard(&samples);
        for piece in samples.chunks(cut) {
            pieces.heard(piece);
        }
        prop_assert_eq!(whole.is_active(), pieces.is_active());
        prop_assert_eq!(whole.noise(), pieces.noise());
    }
}
