//! Delay measured from outside, and what it costs by the E-model (ITU-T G.107).

/// How far `heard` lags behind `clean`, in ms, at each half second that has enough speech.
pub(crate) fn lags_ms(clean: &[i16], heard: &[i16]) -> Vec<(usize, f64)> {
    const PIECE: usize = 4000;
    let coarse = |samples: &[i16]| -> Vec<f32> {
        samples.chunks_exact(4).map(|c| c.iter().map(|&s| f32::from(s)).sum()).collect()
    };
    let (low_clean, low_heard) = (coarse(clean), coarse(heard));
    let alike = |clean: &[f32], heard: &[f32], at: usize, lag: usize, n: usize| {
        let (a, b) = (&clean[at..at + n], &heard[at + lag..at + lag + n]);
        let dot: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
        let energy: f32 = b.iter().map(|b| b * b).sum();
        dot / (energy + 1.0).sqrt()
    };
    let mut lags = Vec::new();
    for at in (0..low_clean.len().saturating_sub(PIECE / 4 * 3)).step_by(PIECE / 4) {
        let own: f32 = low_clean[at..at + PIECE / 4].iter().map(|a| a * a).sum();
        if own < 1000.0 * 800.0 * 800.0 {
            continue;
        }
        let best = (0..1400)
            .filter(|lag| at + lag + PIECE / 4 <= low_heard.len())
            .map(|lag| (alike(&low_clean, &low_heard, at, lag, PIECE / 4), lag))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((strength, lag)) = best {
            if strength > 0.5 * own.sqrt() {
                lags.push((at * 4, lag as f64 / 2.0));
            }
        }
    }
    lags
}

/// ITU-T G.107: R to MOS.
fn mos(r: f64) -> f64 {
    1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6
}

/// PESQ lowered by the E-model's delay term.
pub(crate) fn with_delay(pesq: f64, delay_ms: f64) -> f64 {
    let (mut low, mut high) = (6.5, 100.0);
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        if mos(middle) < pesq {
            low = middle;
        } else {
            high = middle;
        }
    }
    let ta = 100.0 + delay_ms;
    let x = (ta / 100.0).log2().max(0.0);
    let idd = 25.0
        * ((1.0 + x.powi(6)).powf(1.0 / 6.0) - 3.0 * (1.0 + (x / 3.0).powi(6)).powf(1.0 / 6.0)
            + 2.0);
    mos((low - idd).max(0.0))
}
