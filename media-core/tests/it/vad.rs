//! Speech is told from the line's noise, however loud the line and however long the frames.

use std::path::Path;

use media_core::g711::Law;
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

/// Recorded voices, which speak where they are within 28 dB of their loudest and pause where they are
/// below 45, with a hiss over them 20 dB below. Silent where there is no corpus.
#[test]
fn recorded_speech_is_told_from_its_pauses_on_a_noisy_line() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    for name in ["spk_en_f_allison", "spk_it_m_carlo"] {
        let Ok(codes) = std::fs::read(corpus.join(name).with_extension("ul")) else { continue };
        let clean: Vec<i16> = codes.iter().map(|&code| Law::Mu.decode_sample(code)).collect();
        let power = |block: &[i16]| block.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / 80.0;
        let powers: Vec<f64> = clean.chunks_exact(80).map(power).collect();
        let mut sorted = powers.clone();
        sorted.sort_by(f64::total_cmp);
        let loud = sorted[sorted.len() * 9 / 10];
        let hiss = noise(clean.len(), (3.0 * loud / 100.0).sqrt() as i32);
        let mut vad = Vad::new(0);
        let (mut speech, mut heard, mut pauses, mut wrong) = (0, 0, 0, 0);
        for (n, (voice, hiss)) in clean.chunks_exact(80).zip(hiss.chunks_exact(80)).enumerate() {
            let block: Vec<i16> =
                voice.iter().zip(hiss).map(|(a, b)| a.saturating_add(*b)).collect();
            let active = vad.heard(&block);
            // Speech that the hiss covers nobody could tell; the first two seconds are to learn it.
            if n > 200 && powers[n] > loud / 10.0 {
                speech += 1;
                heard += u32::from(active);
            } else if n > 200 && powers[n] < loud / 30_000.0 {
                pauses += 1;
                wrong += u32::from(active);
            }
        }
        assert!(speech > 1000 && pauses > 300, "{name}: {speech} and {pauses}");
        assert!(heard * 100 >= speech * 98, "{name}: {heard} of {speech}");
        assert!(wrong * 100 <= pauses * 3, "{name}: {wrong} of {pauses} pauses");
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
