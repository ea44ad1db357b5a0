//! The E-model.

use media_core::rtp::quality::{Codec, G711_CONCEALED, G711_PLAIN, Path, mos, r_factor};

/// G.107's formulas with the standard library's functions.
fn reference(path: &Path, codec: &Codec) -> f64 {
    let idd = if path.delay_ms <= 100.0 {
        0.0
    } else {
        let x = (path.delay_ms / 100.0).log10() / 2f64.log10();
        let root = |x: f64| (1.0 + x.powi(6)).powf(1.0 / 6.0);
        25.0 * (root(x) - 3.0 * root(x / 3.0) + 2.0)
    };
    let ppl = path.loss * 100.0;
    let ie =
        codec.impairment + (95.0 - codec.impairment) * ppl / (ppl / path.burst + codec.robustness);
    (93.2 - idd - ie).max(0.0)
}

#[test]
fn ratings_are_those_of_the_recommendation() {
    for codec in [G711_CONCEALED, G711_PLAIN, Codec { impairment: 11.0, robustness: 19.0 }] {
        for delay in [0, 50, 100, 101, 150, 177, 250, 400, 1000, 5000] {
            for loss in [0.0, 0.01, 0.03, 0.1, 0.5, 1.0] {
                for burst in [1.0, 2.0, 8.0] {
                    let path = Path { delay_ms: delay.into(), loss, burst };
                    let (ours, theirs) = (r_factor(&path, &codec), reference(&path, &codec));
                    assert!((ours - theirs).abs() < 1e-9, "{path:?}: {ours} {theirs}");
                }
            }
        }
    }
    // The scale's ends and its best value, as tabulated in annex B.
    assert!((mos(93.2) - 4.409).abs() < 0.001);
    assert!((mos(70.0) - 3.597).abs() < 0.001);
    assert_eq!((mos(0.0), mos(-5.0), mos(f64::NAN)), (1.0, 1.0, 1.0));
    assert!((mos(100.0) - 4.5).abs() < 1e-9);
}

#[test]
fn nonsense_gives_a_rating_all_the_same() {
    for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 1e300] {
        let path = Path { delay_ms: x, loss: x, burst: x };
        let r = r_factor(&path, &G711_PLAIN);
        assert!((0.0..=93.2).contains(&r), "{x}: {r}");
    }
}
