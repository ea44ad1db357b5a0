//! Rates convert to exact lengths, keep what fits and drop what does not.

use media_core::resample::{RateError, Resampler, convert};
use std::f64::consts::TAU;

const RATES: [u32; 8] = [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

fn tone(rate: u32, hz: f64, n: usize) -> Vec<i16> {
    (0..n)
        .map(|i| ((TAU * hz * i as f64 / f64::from(rate)).sin() * 16_000.0).round() as i16)
        .collect()
}

fn power(samples: &[i16]) -> f64 {
    samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len() as f64
}

fn streamed(from: u32, to: u32, input: &[i16], piece: usize) -> Vec<i16> {
    let (mut resampler, mut out) = (Resampler::new(from, to).unwrap(), Vec::new());
    for piece in input.chunks(piece) {
        resampler.process(piece, &mut out);
    }
    resampler.finish(&mut out);
    out
}

#[test]
fn lengths_are_exact_and_pieces_do_not_matter() {
    for from in RATES {
        for to in RATES {
            let input = tone(from, 440.0, 3001);
            let expected = (3001 * u64::from(to)).div_ceil(u64::from(from)) as usize;
            assert_eq!(convert(from, to, &input).unwrap().len(), expected);
            let whole = streamed(from, to, &input, 3001);
            assert_eq!(whole.len(), expected);
            assert_eq!(whole, streamed(from, to, &input, 77));
        }
    }
    assert_eq!(convert(22_050, 8_000, &[]), Ok(vec![]));
}

#[test]
fn a_tone_in_the_telephone_band_keeps_its_time_and_shape() {
    for from in RATES {
        for to in RATES {
            for hz in [300.0, 1000.0, 3200.0] {
                let out = convert(from, to, &tone(from, hz, from as usize)).unwrap();
                let ideal = tone(to, hz, to as usize);
                // Without the edges, where the tone starts from nothing.
                let middle = to as usize / 4..to as usize * 3 / 4;
                let error: Vec<i16> =
                    middle.clone().map(|i| out[i].saturating_sub(ideal[i])).collect();
                let snr = 10.0 * (power(&ideal[middle]) / power(&error).max(0.01)).log10();
                assert!(snr > 75.0, "{from} → {to}, {hz} Hz: {snr:.1} dB");
            }
        }
    }
}

#[test]
fn what_the_telephone_cannot_carry_is_80_db_down() {
    for from in RATES.into_iter().filter(|&rate| rate > 8_000) {
        for hz in [4_050.0, 4_400.0, 5_000.0, 5_400.0] {
            let input = tone(from, hz, from as usize);
            for out in [convert(from, 8_000, &input).unwrap(), streamed(from, 8_000, &input, 160)] {
                let left = power(&out[2000..6000]) / power(&input);
                // Rounding to 16 bits alone leaves noise at −92 dB of this tone.
                assert!(
                    10.0 * left.log10() < -80.0,
                    "{from} Hz, {hz} Hz: {:.1} dB",
                    10.0 * left.log10()
                );
            }
        }
    }
}

/// Everything in `out` that is not the tone, in decibels below it: its projection taken off.
fn beside_the_tone(out: &[i16], rate: u32, hz: f64) -> f64 {
    // Whole periods of every frequency here lie in a tenth of a second.
    let middle = &out[rate as usize * 3 / 10..rate as usize * 7 / 10];
    let phase = |i: usize| TAU * hz * i as f64 / f64::from(rate);
    let (mut re, mut im) = (0.0, 0.0);
    for (i, &s) in middle.iter().enumerate() {
        re += f64::from(s) * phase(i).cos();
        im += f64::from(s) * phase(i).sin();
    }
    let n = middle.len() as f64;
    let (re, im) = (re * 2.0 / n, im * 2.0 / n);
    let rest: f64 = middle
        .iter()
        .enumerate()
        .map(|(i, &s)| (f64::from(s) - re * phase(i).cos() - im * phase(i).sin()).powi(2))
        .sum();
    10.0 * (rest / n / ((re * re + im * im) / 2.0)).log10()
}

/// Tones up to where the band ends: their images and every other product together are 80 dB down,
/// rounding to 16 bits (−92 dB of this tone, on average) included.
#[test]
fn upsampling_makes_no_images() {
    for from in RATES {
        for to in RATES.into_iter().filter(|&to| to > from) {
            for share in [0.0125, 0.125, 0.25, 0.375, 0.425] {
                let hz = (f64::from(from) * share / 10.0).round() * 10.0;
                let input = tone(from, hz, from as usize);
                for (what, out) in [
                    ("whole", convert(from, to, &input).unwrap()),
                    ("streamed", streamed(from, to, &input, 160)),
                ] {
                    let rest = beside_the_tone(&out, to, hz);
                    assert!(rest < -80.0, "{from} → {to}, {hz} Hz, {what}: {rest:.1} dB");
                }
            }
        }
    }
}

/// What the lower rate cannot carry: from a tenth above its band on, for every pair.
#[test]
fn downsampling_folds_nothing_back() {
    for from in RATES {
        for to in RATES.into_iter().filter(|&to| to < from) {
            let (edge, end) = (f64::from(to) / 2.0, f64::from(from) / 2.0);
            for part in [0.02, 0.1, 0.3, 0.6, 0.9] {
                let hz = edge + (end - edge) * part;
                let input = tone(from, hz, from as usize);
                for (what, out) in [
                    ("whole", convert(from, to, &input).unwrap()),
                    ("streamed", streamed(from, to, &input, 160)),
                ] {
                    let middle = &out[to as usize / 4..to as usize * 3 / 4];
                    let left = 10.0 * (power(middle) / power(&input)).log10();
                    assert!(left < -80.0, "{from} → {to}, {hz:.0} Hz, {what}: {left:.1} dB");
                }
            }
        }
    }
}

#[test]
fn impossible_rates_are_refused() {
    for (from, to) in [(0, 8_000), (8_000, 0), (3_999, 8_000), (8_000, 400_000), (47_999, 48_000)] {
        assert_eq!(Resampler::new(from, to).err(), Some(RateError { from, to }));
    }
}

#[test]
fn a_loud_signal_saturates_instead_of_wrapping() {
    let square: Vec<i16> =
        (0..22_050).map(|i| if i / 25 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
    let out = convert(22_050, 8_000, &square).unwrap();
    assert!(out.contains(&i16::MAX) && out.contains(&i16::MIN));
}
