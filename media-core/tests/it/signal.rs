//! Test signals worked out in double precision, apart from the crate's own generators.

use media_core::dtmf::Key;

/// A sequence of pseudo-random numbers (SplitMix64).
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Normally distributed, of variance 1.
    pub(crate) fn gauss(&mut self) -> f64 {
        let (u, v) = (self.unit().max(1e-300), self.unit());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

/// Peak of a sine of this level; one at full scale has 3.14 dBm0.
#[allow(clippy::approx_constant, reason = "it is not pi")]
pub(crate) fn peak(dbm0: f64) -> f64 {
    32_768.0 * 10f64.powf((dbm0 - 3.14) / 20.0)
}

/// How keys are pressed on a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// The stronger tone's level in dBm0.
    pub(crate) level: f64,
    /// The high tone's level over the low one's in dB.
    pub(crate) twist: f64,
    /// Deviation of the low and of the high frequency in percent.
    pub(crate) low_off: f64,
    pub(crate) high_off: f64,
    pub(crate) on_ms: f64,
    pub(crate) off_ms: f64,
    /// White noise this far below both tones' power, all the time.
    pub(crate) snr: Option<f64>,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            level: -10.0,
            twist: 0.0,
            low_off: 0.0,
            high_off: 0.0,
            on_ms: 50.0,
            off_ms: 50.0,
            snr: None,
        }
    }
}

impl Line {
    pub(crate) fn amplitudes(&self) -> (f64, f64) {
        let strong = peak(self.level);
        let weak = strong * 10f64.powf(-self.twist.abs() / 20.0);
        if self.twist > 0.0 { (weak, strong) } else { (strong, weak) }
    }

    /// Keys one after the other, phases and places on the grid of samples at random.
    pub(crate) fn dial(&self, keys: &[Key], noise: &mut Noise) -> Vec<i16> {
        let (low, high) = self.amplitudes();
        let sigma = self
            .snr
            .map_or(0.0, |snr| ((low * low + high * high) / 2.0 * 10f64.powf(-snr / 10.0)).sqrt());
        let mut wave = vec![0.0; 400];
        for key in keys {
            let (low_hz, high_hz) = key.frequencies();
            let tau = std::f64::consts::TAU;
            let low_step = tau * f64::from(low_hz) * (1.0 + self.low_off / 100.0) / 8000.0;
            let high_step = tau * f64::from(high_hz) * (1.0 + self.high_off / 100.0) / 8000.0;
            let (a, b) = (noise.unit() * tau, noise.unit() * tau);
            for n in 0..(self.on_ms * 8.0) as usize {
                let n = n as f64;
                wave.push(low * (a + low_step * n).sin() + high * (b + high_step * n).sin());
            }
            let gap = self.off_ms * 8.0 + noise.unit() * 37.0;
            wave.resize(wave.len() + gap as usize, 0.0);
        }
        wave.resize(wave.len() + 800, 0.0);
        wave.iter()
            .map(|x| (x + sigma * noise.gauss()).round().clamp(-32_768.0, 32_767.0) as i16)
            .collect()
    }
}

/// Something like speech: a voice's harmonics under wandering formants, in syllables and pauses.
pub(crate) fn speech(samples: usize, dbm0: f64, seed: u64) -> Vec<i16> {
    let mut noise = Noise::new(seed);
    let mut pcm = Vec::with_capacity(samples);
    let loud = peak(dbm0);
    let mut phase = 0.0f64;
    while pcm.len() < samples {
        let length = 800 + (noise.unit() * 1600.0) as usize;
        let pitch = (90.0 + noise.unit() * 150.0, 0.8 + noise.unit() * 0.4);
        let formants: [(f64, f64); 3] = [
            (300.0 + noise.unit() * 600.0, 1.0),
            (900.0 + noise.unit() * 1400.0, 0.6),
            (2300.0 + noise.unit() * 800.0, 0.3),
        ];
        for n in 0..length {
            let at = n as f64 / length as f64;
            let hz = pitch.0 * (1.0 + (pitch.1 - 1.0) * at);
            phase += std::f64::consts::TAU * hz / 8000.0;
            let mut x = 0.0;
            for harmonic in 1..=(3400.0 / hz) as u32 {
                let f = hz * f64::from(harmonic);
                let gain: f64 = formants
                    .iter()
                    .map(|(centre, gain)| gain / (1.0 + ((f - centre) / 200.0).powi(2)))
                    .sum();
                x += gain * (phase * f64::from(harmonic)).sin();
            }
            let envelope = (std::f64::consts::PI * at).sin();
            pcm.push((x * loud * envelope / 2.0).clamp(-32_768.0, 32_767.0) as i16);
        }
        let pause = (noise.unit() * 1200.0) as usize;
        pcm.resize(pcm.len() + pause, 0);
    }
    pcm.truncate(samples);
    pcm
}
