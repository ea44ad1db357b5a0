use super::{Law, kernel, scalar, tables};

/// A change of level applied to codes themselves, without a linear signal in between.
///
/// ```
/// use media_core::g711::{Gain, Law};
///
/// let half = Gain::new(Law::Mu, Gain::UNITY / 2);
/// let mut codes = [Law::Mu.encode_sample(8000); 160];
/// half.apply(&mut codes);
/// assert_eq!(Law::Mu.decode_sample(codes[0]), 4092);
/// ```
#[derive(Clone, Debug)]
pub struct Gain {
    table: [u8; 256],
}

impl Gain {
    /// The factor that leaves the level as it is.
    pub const UNITY: u32 = 1 << 12;

    /// A table for this factor in units of 1/4096: 2,054 is −6 dB, 8,173 +6 dB. Values beyond
    /// full scale are limited to it.
    #[must_use]
    pub const fn new(law: Law, factor: u32) -> Self {
        let mut table = [0; 256];
        let mut code = 0;
        while code < 256 {
            table[code] = match law {
                Law::A => scalar::encode_a(scale(tables::DECODE_A[code], factor)),
                Law::Mu => scalar::encode_mu(scale(tables::DECODE_MU[code], factor)),
            };
            code += 1;
        }
        if factor == Self::UNITY {
            // µ-law's negative zero would come back as the positive one.
            table[0x7f] = 0x7f;
        }
        Self { table }
    }

    /// Changes the level of codes in place.
    pub fn apply(&self, codes: &mut [u8]) {
        kernel::map_in_place(&self.table, codes);
    }
}

const fn scale(sample: i16, factor: u32) -> i16 {
    let scaled = sample as i64 * factor as i64 / Gain::UNITY as i64;
    if scaled > i16::MAX as i64 {
        i16::MAX
    } else if scaled < i16::MIN as i64 {
        i16::MIN
    } else {
        scaled as i16
    }
}
