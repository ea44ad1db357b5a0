//! Comfort noise (RFC 3389): the sound of a pause, described in a few bytes and made again.
//!
//! ```
//! use media_core::cng::{Noise, describe};
//!
//! let hiss: Vec<i16> = (0..800_i32).map(|i| (i * 7919 % 201 - 100) as i16).collect();
//! let mut payload = [0; 11];
//! let len = describe(&hiss, &mut payload); // one byte of level, ten of spectrum
//! assert_eq!(len, 11);
//!
//! let mut noise = Noise::new(1);
//! noise.update(&payload[..len]);
//! let mut pause = [0; 160];
//! noise.fill(&mut pause);
//! ```

use crate::lpc::{predict, sqrt};

/// Reflection coefficients used; RFC 3389 allows a receiver to leave out the higher ones.
const ORDER: usize = 16;
/// Root mean square of 0 dBov: the square wave that just does not overload.
const OVERLOAD: f32 = 32_767.0;
/// 10^(−1/20): one decibel down.
const DECIBEL: f32 = 0.891_250_9;
/// The level moves to a new one by this part of the way each sample: 8 ms.
const GLIDE: f32 = 1.0 / 64.0;

/// Describes a pause for the far end: writes an RFC 3389 payload into `payload` (its level, then
/// as many reflection coefficients as fit, up to 16) and returns its length.
pub fn describe(pause: &[i16], payload: &mut [u8]) -> usize {
    let Some((level, spectrum)) = payload.split_first_mut() else {
        return 0;
    };
    const LONGEST: usize = 480;
    let pause = &pause[pause.len().saturating_sub(LONGEST)..];
    let mut x = [0.0_f32; LONGEST];
    x.iter_mut().zip(pause).for_each(|(to, &from)| *to = f32::from(from));
    let x = &x[..pause.len()];
    let power = x.iter().map(|s| s * s).sum::<f32>() / pause.len().max(1) as f32;
    let (mut db, mut bound) = (0_u8, OVERLOAD * sqrt(DECIBEL));
    let rms = sqrt(power);
    while db < 127 && rms < bound {
        db += 1;
        bound *= DECIBEL;
    }
    *level = db;
    let order = spectrum.len().min(ORDER);
    let prediction = predict::<ORDER>(x);
    for (to, r) in spectrum.iter_mut().zip(prediction.reflection) {
        // The RFC's filter is 1 + Σ a z⁻ᵏ: its coefficients have the other sign.
        let n = -r * 32_768.0 / 258.0 + 127.5;
        *to = n.clamp(0.0, 254.0) as u8;
    }
    1 + order
}

/// A generator of comfort noise.
#[derive(Clone, Debug)]
pub struct Noise {
    seed: u32,
    /// Level of the excitation: now, and to be.
    gain: f32,
    target: f32,
    reflection: [f32; ORDER],
    memory: [f32; ORDER],
}

impl Noise {
    /// A silent generator; the seed decides the noise.
    #[must_use]
    pub const fn new(seed: u32) -> Self {
        Noise { seed, gain: 0.0, target: 0.0, reflection: [0.0; ORDER], memory: [0.0; ORDER] }
    }

    /// Takes over an RFC 3389 payload; an empty one changes nothing.
    pub fn update(&mut self, payload: &[u8]) {
        let Some((&level, spectrum)) = payload.split_first() else {
            return;
        };
        self.reflection = [0.0; ORDER];
        let mut power = 1.0;
        for (to, &n) in self.reflection.iter_mut().zip(spectrum) {
            // 255 is not defined; it is taken for the nearest that is.
            *to = (f32::from(n.min(254)) - 127.0) * 258.0 / 32_768.0;
            // Never quite 1: the filter must stay stable.
            *to = to.clamp(-0.98, 0.98);
            power *= 1.0 - *to * *to;
        }
        let mut rms = OVERLOAD;
        for _ in 0..level & 0x7F {
            rms *= DECIBEL;
        }
        // Uniform noise between ±√3 has a power of 1; the filter adds its own gain.
        self.target = rms * sqrt(3.0 * power);
    }

    /// White noise of this mean square, for a far end that says nothing about its pauses.
    pub fn white(&mut self, mean_square: u32) {
        self.reflection = [0.0; ORDER];
        self.target = sqrt(3.0 * mean_square as f32);
    }

    /// Back to silence: the next noise fades in.
    pub fn stop(&mut self) {
        self.gain = 0.0;
    }

    /// Makes the next samples.
    pub fn fill(&mut self, out: &mut [i16]) {
        out.fill(0);
        self.add(out);
    }

    /// Adds the next samples to what is there, saturating.
    pub fn add(&mut self, out: &mut [i16]) {
        for sample in out {
            self.gain += (self.target - self.gain) * GLIDE;
            let random = self.random() * self.gain;
            let made = self.filter(random).clamp(-32_768.0, 32_767.0);
            *sample = sample.saturating_add(made as i16);
        }
    }

    /// The lattice form of 1 / (1 + Σ a z⁻ᵏ).
    fn filter(&mut self, excitation: f32) -> f32 {
        let mut forward = excitation;
        for i in (0..ORDER).rev() {
            let back = self.memory[i];
            forward -= self.reflection[i] * back;
            if i + 1 < ORDER {
                self.memory[i + 1] = back + self.reflection[i] * forward;
            }
        }
        self.memory[0] = forward;
        forward
    }

    /// Uniform in ±1 (a linear congruential generator's high bits).
    fn random(&mut self) -> f32 {
        self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.seed >> 8) as f32 / 8_388_608.0 - 1.0
    }
}
