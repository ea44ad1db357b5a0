//! Exponential and logarithm from the four operations, so that every machine gets the same bits.

/// e to the `x`, to about 1e-14; `x` is clamped to what keeps it a normal number.
#[inline]
pub(super) fn exp(x: f64) -> f64 {
    const LOG2_E: f64 = core::f64::consts::LOG2_E;
    const LN_2: f64 = core::f64::consts::LN_2;
    let x = x.clamp(-40.0, 40.0);
    // Nearest whole power of two, then a short series on what is left.
    let scaled = x * LOG2_E;
    let power = (scaled + if scaled < 0.0 { -0.5 } else { 0.5 }) as i64;
    let r = x - power as f64 * LN_2;
    let mut sum = 1.0;
    for k in (1..=11).rev() {
        sum = 1.0 + sum * r * RECIPROCAL[k];
    }
    sum * f64::from_bits(((1023 + power) as u64) << 52)
}

const RECIPROCAL: [f64; 12] = {
    let mut table = [0.0; 12];
    let mut k = 1;
    while k < 12 {
        table[k] = 1.0 / k as f64;
        k += 1;
    }
    table
};

/// The natural logarithm of a positive normal number, to about 1e-12.
#[inline]
pub(in crate::record) fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    // x = mantissa * 2^power with the mantissa within a factor of sqrt(2) of 1.
    let offset = bits.wrapping_sub(0x3fe6_a09e_667f_3bcd);
    let power = (offset as i64) >> 52;
    let mantissa = f64::from_bits(bits.wrapping_sub((power as u64) << 52));
    let z = (mantissa - 1.0) / (mantissa + 1.0);
    let zz = z * z;
    let mut sum = 1.0 / 15.0;
    for odd in [1.0 / 13.0, 1.0 / 11.0, 1.0 / 9.0, 1.0 / 7.0, 1.0 / 5.0, 1.0 / 3.0, 1.0] {
        sum = odd + sum * zz;
    }
    2.0 * z * sum + power as f64 * core::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_what_they_say() {
        for i in -400..=400 {
            let x = f64::from(i) * 0.1;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-13, "exp {x}");
            let y = x.exp();
            assert!((ln(y) - x).abs() < 1e-11, "ln {y}");
        }
    }
}
