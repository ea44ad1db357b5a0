/// Entries of a period; the last one repeats the first.
const SIZE: usize = 1024;
const SIZE_BITS: u32 = 10;
/// Bits below the point in the table.
const POINT: u32 = 24;

/// A sine's period; a straight line between its entries is within −106 dB of the curve.
static SINE: [i32; SIZE + 1] = {
    let mut table = [0; SIZE + 1];
    let mut i = 0;
    while i <= SIZE / 4 {
        let x = core::f64::consts::TAU * i as f64 / SIZE as f64;
        // On the first quarter the series is exact to a double's last bits after 12 terms.
        let (mut term, mut sum, mut n) = (x, x, 1.0);
        while n < 24.0 {
            term = -term * x * x / ((n + 1.0) * (n + 2.0));
            sum += term;
            n += 2.0;
        }
        let value = (sum * (1 << POINT) as f64 + 0.5) as i32;
        table[i] = value;
        table[SIZE / 2 - i] = value;
        table[SIZE / 2 + i] = -value;
        table[SIZE - i] = -value;
        i += 1;
    }
    table
};

/// The lowest level there is a table entry for, in dBm0.
const LOWEST: i8 = -63;
/// The highest: beyond it a sine is limited by 16 bits.
const HIGHEST: i8 = 3;

/// Peak of a sine at each level. One at full scale has +3.14 dBm0 (G.711's A-law).
static AMPLITUDE: [i32; (HIGHEST - LOWEST) as usize + 1] = {
    // 10^(1/20) and 32,768 · 10^((3 − 3.14)/20).
    let ratio = 1.122_018_454_301_963_4;
    let mut level = 32_244.072_5;
    let mut table = [0; (HIGHEST - LOWEST) as usize + 1];
    let mut i = table.len();
    while i > 0 {
        i -= 1;
        table[i] = (level + 0.5) as i32;
        level /= ratio;
    }
    table
};

/// A sine wave of a fixed frequency and level, continuous in phase whatever is asked of it.
///
/// Phase is counted in 2⁻³² of a period, so a frequency is right to 2 µHz at 8,000 samples a
/// second and does not drift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Oscillator {
    phase: u32,
    step: u32,
    amplitude: i32,
}

impl Oscillator {
    /// A sine that starts at phase 0: frequency in thousandths of a hertz, the level of the sine
    /// in dBm0, limited to −63..=3.
    #[must_use]
    pub const fn new(millihertz: u32, sample_rate: u32, dbm0: i8) -> Self {
        let rate = if sample_rate == 0 { 1 } else { sample_rate } as u64 * 1000;
        let step = ((((millihertz as u64) << 32) + rate / 2) / rate) as u32;
        Self { phase: 0, step, amplitude: amplitude(dbm0) }
    }

    /// The next sample; 16 bits hold it as long as the level is not above +3 dBm0.
    pub const fn next_sample(&mut self) -> i32 {
        let index = (self.phase >> (32 - SIZE_BITS)) as usize;
        let fraction = ((self.phase << SIZE_BITS) >> 8) as i64;
        let (here, there) = (SINE[index] as i64, SINE[index + 1] as i64);
        let sine = here + (((there - here) * fraction) >> 24);
        self.phase = self.phase.wrapping_add(self.step);
        ((sine * self.amplitude as i64 + (1 << (POINT - 1))) >> POINT) as i32
    }
}

/// Peak value of a sine at a level in dBm0, limited to −63..=3.
#[must_use]
pub const fn amplitude(dbm0: i8) -> i32 {
    let level = if dbm0 < LOWEST {
        LOWEST
    } else if dbm0 > HIGHEST {
        HIGHEST
    } else {
        dbm0
    };
    AMPLITUDE[(level - LOWEST) as usize]
}

/// Limits a sum of sines to 16 bits.
pub(crate) fn limit(sample: i32) -> i16 {
    sample.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

/// cos and sin of a frequency in Hz after some samples, at 8,000 a second.
pub(super) fn unit(hz: u16, samples: u32) -> (f32, f32) {
    // 1,024 steps a period is 0.35° at most; the straight line between them takes that away.
    let phase = ((u64::from(hz) * u64::from(samples)) << 32) / 8000;
    let sine = |phase: u32| {
        let index = (phase >> (32 - SIZE_BITS)) as usize;
        let fraction = (phase << SIZE_BITS) as f32 / 4_294_967_296.0;
        let (here, there) = (SINE[index] as f32, SINE[index + 1] as f32);
        (here + (there - here) * fraction) / (1 << POINT) as f32
    };
    let phase = phase as u32;
    (sine(phase.wrapping_add(1 << 30)), sine(phase))
}
