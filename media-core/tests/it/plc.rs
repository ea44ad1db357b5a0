//! Concealment goes on without a seam, and fades.

use media_core::plc::Concealer;
use proptest::prelude::*;

/// A voice-like signal: a buzz of 125 Hz with a few harmonics.
fn voice(i: usize) -> i16 {
    let t = i as f64 / 8000.0 * std::f64::consts::TAU;
    let sum: f64 = (1..12).map(|k| (t * 125.0 * f64::from(k)).sin() / f64::from(k)).sum();
    (sum * 4000.0) as i16
}

#[test]
fn a_steady_voice_is_continued() {
    for size in [80, 160, 240, 480] {
        let mut concealer = Concealer::new();
        let mut at = 0;
        let mut next = |n: usize| {
            at += n;
            (at - n..at).map(voice).collect::<Vec<_>>()
        };
        for _ in 0..6 {
            concealer.received(&mut next(size));
        }
        let expected = next(80);
        let mut out = vec![0; 80];
        concealer.conceal(&mut out);
        let (mut signal, mut noise) = (0.0, 0.0);
        for (a, b) in expected.iter().zip(&out) {
            signal += f64::from(*a).powi(2);
            noise += (f64::from(*a) - f64::from(*b)).powi(2);
        }
        let snr = 10.0 * (signal / noise).log10();
        assert!(snr > 15.0, "{size}: {snr} dB");
    }
}

#[test]
fn a_long_loss_ends_in_silence_and_speech_comes_back_whole() {
    let mut concealer = Concealer::new();
    for k in 0..10 {
        concealer.received(&mut (k * 160..k * 160 + 160).map(voice).collect::<Vec<_>>());
    }
    let mut out = vec![0; 8000];
    concealer.conceal(&mut out);
    assert!(out[2000..].iter().all(|&x| x == 0));
    assert_eq!(concealer.lost_samples(), 8000);
    let mut back: Vec<i16> = (0..160).map(voice).collect();
    let clean = back.clone();
    concealer.received(&mut back);
    assert_eq!(back[80..], clean[80..]);
    assert!(back[0].abs() < 200);
    assert_eq!(concealer.lost_samples(), 0);
}

#[test]
fn silence_stays_silent() {
    let mut concealer = Concealer::new();
    let mut frame = [0; 160];
    concealer.conceal(&mut frame);
    assert_eq!(frame, [0; 160]);
    concealer.received(&mut frame);
    assert_eq!(frame, [0; 160]);
}

#[test]
fn both_sides_know_more_than_one() {
    // A voice whose pitch glides: what comes after the gap is not what came before it.
    let glide = |i: usize| {
        let t = i as f64 / 8000.0;
        let phase = std::f64::consts::TAU * (120.0 * t + 60.0 * t * t);
        ((1..10).map(|k| (phase * f64::from(k)).sin() / f64::from(k)).sum::<f64>() * 4000.0) as i16
    };
    let noise = |out: &[i16], from: usize| -> f64 {
        let error = |(i, &s): (usize, &i16)| (f64::from(s) - f64::from(glide(from + i))).powi(2);
        out.iter().enumerate().map(error).sum()
    };
    let (mut one, mut two) = (0.0, 0.0);
    for start in (800..8000).step_by(480) {
        let mut concealer = Concealer::new();
        concealer.received(&mut (start - 800..start).map(glide).collect::<Vec<_>>());
        let mut other = concealer.clone();
        let next: Vec<i16> = (start + 160..start + 320).map(glide).collect();
        let mut out = [0; 160];
        concealer.conceal(&mut out);
        one += noise(&out, start);
        other.bridge(&mut out, &next);
        two += noise(&out, start);
        assert_eq!(other.lost_samples(), 0);
    }
    assert!(two < 0.7 * one, "{two:.0} against {one:.0}");
}

proptest! {
    /// Any samples, any sizes: no panic, and what follows a loss is what was received.
    #[test]
    fn anything_goes(frames in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<i16>(), 0..500)), 1..12)) {
        let mut concealer = Concealer::new();
        for (lost, mut frame) in frames {
            let clean = frame.clone();
            if lost && frame.len() % 2 == 0 {
                concealer.conceal(&mut frame);
            } else if lost {
                concealer.bridge(&mut frame, &clean);
            } else {
                concealer.received(&mut frame);
                if frame.len() > 160 {
                    prop_assert_eq!(&frame[160..], &clean[160..]);
                }
            }
        }
    }
}
