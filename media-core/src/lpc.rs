//! Linear prediction, shared by concealment and comfort noise. Plain IEEE additions,
//! multiplications and divisions in a fixed order: the same on every machine.

/// `x[n] ≈ Σ filter[k] x[n − 1 − k]`, as a filter and as its reflection coefficients.
pub(crate) struct Prediction<const N: usize> {
    pub(crate) filter: [f32; N],
    pub(crate) reflection: [f32; N],
}

/// Linear prediction by the autocorrelation method (Levinson and Durbin), which is stable.
pub(crate) fn predict<const N: usize>(x: &[f32]) -> Prediction<N> {
    let auto =
        |lag: usize| -> f32 { x.get(lag..).unwrap_or(&[]).iter().zip(x).map(|(a, b)| a * b).sum() };
    let (mut filter, mut reflection) = ([0.0_f32; N], [0.0_f32; N]);
    let mut lags = [0.0_f32; N];
    lags.iter_mut().enumerate().for_each(|(i, lag)| *lag = auto(i + 1));
    // A floor of noise at −40 dB keeps the filter from ringing on pure tones.
    let mut error = auto(0) * 1.0001 + 1.0;
    for i in 0..N {
        let known: f32 = (0..i).map(|k| filter[k] * lags[i - k - 1]).sum();
        let r = (lags[i] - known) / error;
        let before = filter;
        filter[i] = r;
        for k in 0..i {
            filter[k] = before[k] - r * before[i - 1 - k];
        }
        reflection[i] = r;
        error *= 1.0 - r * r;
        if error <= 0.0 {
            break;
        }
    }
    Prediction { filter, reflection }
}

/// Square root by Newton's method; `core` has none.
pub(crate) fn sqrt(x: f32) -> f32 {
    if x <= 0.0 {
        return 0.0;
    }
    // Half the exponent is a first guess within a factor of 1.5.
    let mut y = f32::from_bits((x.to_bits() >> 1) + (127 << 22));
    for _ in 0..4 {
        y = 0.5 * (y + x / y);
    }
    y
}
