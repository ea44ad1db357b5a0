//! A pause described and made again has its level and its colour.

use media_core::cng::{Noise, describe};
use proptest::prelude::*;

fn rms(samples: &[i16]) -> f64 {
    (samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

/// How alike neighbouring samples are: the colour, in one number.
fn colour(samples: &[i16]) -> f64 {
    let dot: f64 = samples.windows(2).map(|w| f64::from(w[0]) * f64::from(w[1])).sum();
    dot / samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>()
}

#[test]
fn the_level_byte_is_dbov() {
    for level in [30_u8, 45, 60, 70] {
        let mut noise = Noise::new(7);
        noise.update(&[level]);
        let mut out = vec![0; 16_000];
        noise.fill(&mut out);
        let db = 20.0 * (rms(&out[800..]) / 32_767.0).log10();
        assert!((db + f64::from(level)).abs() < 0.6, "{level}: {db:.1}");
        let mut payload = [0; 1];
        assert_eq!(describe(&out[800..], &mut payload), 1);
        assert!(payload[0].abs_diff(level) <= 1);
    }
    let mut payload = [9; 1];
    describe(&[0; 160], &mut payload);
    assert_eq!(payload, [127]);
    assert_eq!(describe(&[0; 160], &mut []), 0);
}

#[test]
fn the_spectrum_comes_back() {
    // Dull, white and bright noise: first reflection coefficient −0.8, 0, 0.8 by the RFC.
    for (n, expected) in [(127 - 102, 0.8), (127, 0.0), (127 + 102, -0.8)] {
        let mut noise = Noise::new(3);
        noise.update(&[40, n]);
        let mut out = vec![0; 8000];
        noise.fill(&mut out);
        assert!((colour(&out) - expected).abs() < 0.06, "{n}: {}", colour(&out));
        let mut payload = [0; 11];
        assert_eq!(describe(&out[4000..], &mut payload), 11);
        assert!(payload[1].abs_diff(n) < 14, "{n}: {payload:?}");
        let mut again = Noise::new(4);
        again.update(&payload);
        let mut copy = vec![0; 8000];
        again.fill(&mut copy);
        assert!((colour(&copy) - expected).abs() < 0.12);
        assert!((rms(&copy) / rms(&out)).log10().abs() * 20.0 < 1.5);
    }
}

#[test]
fn noise_fades_in() {
    let mut noise = Noise::new(1);
    noise.update(&[30]);
    let mut out = [0; 400];
    noise.fill(&mut out);
    assert!(out[..4].iter().all(|s| s.unsigned_abs() < 150));
    assert!(out[200..].iter().any(|s| s.unsigned_abs() > 800));
}

proptest! {
    /// Any payload gives sound that stays in bounds, and any sound a payload that is legal.
    #[test]
    fn anything_goes(payload in prop::collection::vec(any::<u8>(), 0..40), pause in prop::collection::vec(any::<i16>(), 0..600)) {
        let mut noise = Noise::new(5);
        noise.update(&payload);
        let mut out = [0; 500];
        noise.fill(&mut out);
        let mut described = [0; 20];
        let len = describe(&pause, &mut described);
        prop_assert_eq!(len, 17);
        prop_assert!(described[0] < 128 && described[1..len].iter().all(|&n| n < 255));
    }
}
