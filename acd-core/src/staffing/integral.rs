//! An exponential and an integral without a mathematics library: the crate needs none.

/// e to the power of x, to within two units in the last place.
pub(super) fn exp(x: f64) -> f64 {
    if x < -708.0 {
        return 0.0;
    }
    if x > 709.0 {
        return f64::INFINITY;
    }
    // x = k ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts keeps r exact.
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let turns = x * core::f64::consts::LOG2_E;
    let k = (turns + if turns < 0.0 { -0.5 } else { 0.5 }) as i64;
    let r = (x - k as f64 * LN_2_HIGH) - k as f64 * LN_2_LOW;
    let mut sum = 0.0;
    for factor in POWERS {
        sum = sum * r + factor;
    }
    sum * f64::from_bits(((1023 + k) as u64) << 52)
}

/// 1 / 13! to 1 / 0!: the series of the exponential, the highest power first.
const POWERS: [f64; 14] = {
    let mut powers = [1.0; 14];
    let mut factorial = 1.0;
    let mut n = 1;
    while n < 14 {
        factorial *= n as f64;
        powers[13 - n] = 1.0 / factorial;
        n += 1;
    }
    powers
};

/// Abscissas and weights of Gauss and Legendre for eight points, one half.
const GAUSS: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_47),
    (0.960_289_856_497_536_2, 0.101_228_536_290_376_26),
];
const PANELS: u32 = 16;

/// The integrals of some smooth functions that are evaluated together.
pub(super) fn integrate<const N: usize>(
    f: impl Fn(f64) -> [f64; N],
    from: f64,
    to: f64,
) -> [f64; N] {
    let half = (to - from) / f64::from(2 * PANELS);
    let mut sums = [0.0; N];
    // A stretch without length adds nothing.
    if half > 0.0 {
        for panel in 0..PANELS {
            let middle = from + half * f64::from(2 * panel + 1);
            for (x, weight) in GAUSS {
                let (left, right) = (f(middle - half * x), f(middle + half * x));
                for (sum, (left, right)) in sums.iter_mut().zip(left.into_iter().zip(right)) {
                    *sum += half * weight * (left + right);
                }
            }
        }
    }
    sums
}

#[cfg(all(test, feature = "std"))]
mod tests {
    #[test]
    fn exp_is_as_good_as_the_library() {
        for i in -70_000..70_900 {
            let x = f64::from(i) / 100.0;
            let (ours, theirs) = (super::exp(x), x.exp());
            assert!((ours / theirs - 1.0).abs() < 1e-15, "{x}: {ours} {theirs}");
        }
    }

    #[test]
    fn integrals_of_exponentials_are_exact() {
        let whole = super::integrate(|x| [super::exp(-x), x], 0.0, 40.0);
        assert!((whole[1] - 800.0).abs() < 1e-9);
        assert!((whole[0] - 1.0).abs() < 1e-12, "{whole:?}");
    }
}
