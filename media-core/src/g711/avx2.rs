//! AVX2: 32 samples at a time.
//!
//! Encoding looks the segment up from the magnitude's high bits, a nibble at a time, multiplies
//! by the power of two that brings the leading bit to one place, and reads the step below it.
//! Decoding multiplies the step by the segment's power of two. Conversion between the laws adds
//! what [`super::lines`] says.
//!
//! Every function handles whole rounds from the start of its slices and returns how many samples
//! those are; the rest is the caller's. Only conversion between the laws does all.

use core::arch::x86_64::*;

use super::lines::{self, A_TO_MU, MU_TO_A, TURN};
use super::tables;

/// Samples in a round.
const ROUND: usize = 32;

/// The same 16 bytes in both halves, for `pshufb`.
///
/// # Safety
/// The processor must have AVX2.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn table(bytes: &[u8; 16]) -> __m256i {
    // SAFETY: the array has the 16 bytes of an unaligned load.
    unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(bytes.as_ptr().cast())) }
}

macro_rules! all {
    ($byte:expr) => {
        _mm256_set1_epi8($byte as u8 as i8)
    };
}

/// How a law's magnitudes become segments and steps.
struct Encoding {
    /// Limit and bias of the magnitude.
    clip: u16,
    bias: u16,
    /// The factor that brings a magnitude's leading bit to bit 14, by the low and by the high
    /// nibble of those bits; the smaller counts.
    factor_low: [u8; 16],
    factor_high: [u8; 16],
    /// Sixteen times the segment below, which the leading bit then makes up for; the larger
    /// counts.
    below_low: [u8; 16],
    below_high: [u8; 16],
    flip: u8,
}

const NONE: u8 = 255;

#[rustfmt::skip]
const ENCODE_MU: Encoding = Encoding {
    clip: super::scalar::MU_CLIP,
    bias: super::scalar::MU_BIAS,
    factor_low: [NONE, 128, 64, 64, 32, 32, 32, 32, 16, 16, 16, 16, 16, 16, 16, 16],
    factor_high: [NONE, 8, 4, 4, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1],
    // One segment is taken off all at the end: segment 0 has none below.
    below_low: [0, 0, 16, 16, 32, 32, 32, 32, 48, 48, 48, 48, 48, 48, 48, 48],
    below_high: [0, 64, 80, 80, 96, 96, 96, 96, 112, 112, 112, 112, 112, 112, 112, 112],
    flip: 0xff,
};

#[rustfmt::skip]
const ENCODE_A: Encoding = Encoding {
    clip: 0x7fff,
    bias: 0,
    factor_low: [64, 64, 32, 32, 16, 16, 16, 16, 8, 8, 8, 8, 8, 8, 8, 8],
    factor_high: [NONE, 4, 2, 2, 1, 1, 1, 1, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE],
    // Segments 0 and 1 have one factor, so segment 1's leading bit is its number.
    below_low: [16, 16, 32, 32, 48, 48, 48, 48, 64, 64, 64, 64, 64, 64, 64, 64],
    below_high: [0, 80, 96, 96, 112, 112, 112, 112, 0, 0, 0, 0, 0, 0, 0, 0],
    flip: 0xd5,
};

/// Encodes whole rounds; `SHIFT` is where the bits of a magnitude begin that tell its segment.
///
/// # Safety
/// The processor must have AVX2.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn encode<const SHIFT: i32>(law: &Encoding, pcm: &[i16], codes: &mut [u8]) -> usize {
    let rounds = pcm.chunks_exact(ROUND).zip(codes.chunks_exact_mut(ROUND));
    let done = rounds.len() * ROUND;
    // SAFETY: the caller's processor has AVX2; a round's 64 bytes of samples and 32 bytes of codes
    // are read and written without need of alignment.
    unsafe {
        let clip = _mm256_set1_epi16(law.clip as i16);
        let bias = _mm256_set1_epi16(law.bias as i16);
        let (factor_low, factor_high) = (table(&law.factor_low), table(&law.factor_high));
        let (below_low, below_high) = (table(&law.below_low), table(&law.below_high));
        let (nibble, zero) = (all!(0x0f), _mm256_setzero_si256());
        // The leading bit of every step has been counted as a segment: 16.
        let (sign_bit, flip, leading) = (all!(0x80), all!(law.flip), all!(16));
        for (pcm, codes) in rounds {
            let from = pcm.as_ptr().cast::<__m256i>();
            let (x, y) = (_mm256_loadu_si256(from), _mm256_loadu_si256(from.add(1)));
            let (x_sign, y_sign) = (_mm256_srai_epi16::<15>(x), _mm256_srai_epi16::<15>(y));
            let x = _mm256_min_epi16(_mm256_xor_si256(x, x_sign), clip);
            let y = _mm256_min_epi16(_mm256_xor_si256(y, y_sign), clip);
            let (x, y) = (_mm256_add_epi16(x, bias), _mm256_add_epi16(y, bias));
            let high =
                _mm256_packus_epi16(_mm256_srli_epi16::<SHIFT>(x), _mm256_srli_epi16::<SHIFT>(y));
            let low_nibble = _mm256_and_si256(high, nibble);
            let high_nibble = _mm256_and_si256(_mm256_srli_epi16::<4>(high), nibble);
            let factor = _mm256_min_epu8(
                _mm256_shuffle_epi8(factor_low, low_nibble),
                _mm256_shuffle_epi8(factor_high, high_nibble),
            );
            let below = _mm256_max_epu8(
                _mm256_shuffle_epi8(below_low, low_nibble),
                _mm256_shuffle_epi8(below_high, high_nibble),
            );
            let x = _mm256_mullo_epi16(x, _mm256_unpacklo_epi8(factor, zero));
            let y = _mm256_mullo_epi16(y, _mm256_unpackhi_epi8(factor, zero));
            let (x, y) = (_mm256_srli_epi16::<10>(x), _mm256_srli_epi16::<10>(y));
            let step = _mm256_packus_epi16(x, y);
            let position = _mm256_sub_epi8(_mm256_add_epi8(step, below), leading);
            let sign = _mm256_and_si256(_mm256_packs_epi16(x_sign, y_sign), sign_bit);
            let code = _mm256_xor_si256(_mm256_xor_si256(position, sign), flip);
            // Packing works on halves.
            let code = _mm256_permute4x64_epi64::<0b11_01_10_00>(code);
            _mm256_storeu_si256(codes.as_mut_ptr().cast(), code);
        }
    }
    done
}

/// # Safety
/// The processor must have AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn encode_mu(pcm: &[i16], codes: &mut [u8]) -> usize {
    // SAFETY: the caller's promise.
    unsafe { encode::<7>(&ENCODE_MU, pcm, codes) }
}

/// # Safety
/// The processor must have AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn encode_a(pcm: &[i16], codes: &mut [u8]) -> usize {
    // SAFETY: the caller's promise.
    unsafe { encode::<8>(&ENCODE_A, pcm, codes) }
}

/// How a law's segments and steps become magnitudes: (step + base) · factor · 2^shift − bias.
struct Decoding {
    flip: u8,
    step: [u8; 16],
    base: [u8; 16],
    factor: [u8; 16],
    bias: u16,
}

#[rustfmt::skip]
const DECODE_MU: Decoding = Decoding {
    flip: 0xff,
    step: [132, 140, 148, 156, 164, 172, 180, 188, 196, 204, 212, 220, 228, 236, 244, 252],
    base: [0; 16],
    factor: [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0],
    bias: super::scalar::MU_BIAS,
};

#[rustfmt::skip]
const DECODE_A: Decoding = Decoding {
    flip: 0xd5,
    step: [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31],
    base: [0, 32, 32, 32, 32, 32, 32, 32, 0, 0, 0, 0, 0, 0, 0, 0],
    factor: [1, 1, 2, 4, 8, 16, 32, 64, 0, 0, 0, 0, 0, 0, 0, 0],
    bias: 0,
};

/// Decodes whole rounds.
///
/// # Safety
/// The processor must have AVX2.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn decode<const SHIFT: i32>(law: &Decoding, codes: &[u8], pcm: &mut [i16]) -> usize {
    let rounds = codes.chunks_exact(ROUND).zip(pcm.chunks_exact_mut(ROUND));
    let done = rounds.len() * ROUND;
    // SAFETY: the caller's processor has AVX2; a round's 32 bytes of codes and 64 bytes of samples
    // are read and written without need of alignment.
    unsafe {
        let (flip, step_of) = (all!(law.flip), table(&law.step));
        let (base_of, factor_of) = (table(&law.base), table(&law.factor));
        let bias = _mm256_set1_epi16(law.bias as i16);
        let (nibble, seven) = (all!(0x0f), all!(0x07));
        let (zero, one) = (_mm256_setzero_si256(), all!(1));
        for (codes, pcm) in rounds {
            let code = _mm256_loadu_si256(codes.as_ptr().cast());
            // Unpacking works on halves.
            let code = _mm256_permute4x64_epi64::<0b11_01_10_00>(code);
            let code = _mm256_xor_si256(code, flip);
            let segment = _mm256_and_si256(_mm256_srli_epi16::<4>(code), seven);
            let step = _mm256_shuffle_epi8(step_of, _mm256_and_si256(code, nibble));
            let step = _mm256_add_epi8(step, _mm256_shuffle_epi8(base_of, segment));
            let factor = _mm256_shuffle_epi8(factor_of, segment);
            let low = _mm256_mullo_epi16(
                _mm256_unpacklo_epi8(step, zero),
                _mm256_unpacklo_epi8(factor, zero),
            );
            let high = _mm256_mullo_epi16(
                _mm256_unpackhi_epi8(step, zero),
                _mm256_unpackhi_epi8(factor, zero),
            );
            let low = _mm256_sub_epi16(_mm256_slli_epi16::<SHIFT>(low), bias);
            let high = _mm256_sub_epi16(_mm256_slli_epi16::<SHIFT>(high), bias);
            // The code in the high byte gives the sign; the low byte keeps it from being zero.
            let low = _mm256_sign_epi16(low, _mm256_unpacklo_epi8(one, code));
            let high = _mm256_sign_epi16(high, _mm256_unpackhi_epi8(one, code));
            let to = pcm.as_mut_ptr().cast::<__m256i>();
            _mm256_storeu_si256(to, low);
            _mm256_storeu_si256(to.add(1), high);
        }
    }
    done
}

/// # Safety
/// The processor must have AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn decode_mu(codes: &[u8], pcm: &mut [i16]) -> usize {
    // SAFETY: the caller's promise.
    unsafe { decode::<0>(&DECODE_MU, codes, pcm) }
}

/// # Safety
/// The processor must have AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn decode_a(codes: &[u8], pcm: &mut [i16]) -> usize {
    // SAFETY: the caller's promise.
    unsafe { decode::<3>(&DECODE_A, codes, pcm) }
}

/// # Safety
/// The processor must have AVX2; `from` must be good for reading `n` bytes and `to` for writing
/// them. Both may be the same place.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn mu_to_a(from: *const u8, to: *mut u8, n: usize) -> usize {
    let done = n / ROUND * ROUND;
    // SAFETY: the caller's promise; a round reads before it writes.
    unsafe {
        let (flat, ramp) = (table(&MU_TO_A.flat), table(&MU_TO_A.ramp));
        for at in (0..done).step_by(ROUND) {
            let code = _mm256_loadu_si256(from.add(at).cast());
            let high = _mm256_and_si256(_mm256_srli_epi16::<4>(code), all!(0x0f));
            let down = _mm256_add_epi8(code, _mm256_shuffle_epi8(ramp, high));
            let more = _mm256_max_epi8(_mm256_shuffle_epi8(flat, high), down);
            // In the lowest segment only every second step counts.
            let halfway = _mm256_avg_epu8(code, _mm256_or_si256(code, all!(0x7f)));
            let code = _mm256_min_epu8(_mm256_adds_epu8(code, more), halfway);
            _mm256_storeu_si256(to.add(at).cast(), _mm256_xor_si256(code, all!(TURN)));
        }
    }
    if done < n {
        // SAFETY: the caller's promise.
        return unsafe { lines::convert(&tables::MU_TO_A, from, to, done..n) };
    }
    n
}

/// # Safety
/// As [`mu_to_a`].
#[target_feature(enable = "avx2")]
pub(super) unsafe fn a_to_mu(from: *const u8, to: *mut u8, n: usize) -> usize {
    let done = n / ROUND * ROUND;
    // SAFETY: the caller's promise; a round reads before it writes.
    unsafe {
        let (flat, ramp, step) = (table(&A_TO_MU.flat), table(&A_TO_MU.ramp), table(&A_TO_MU.step));
        for at in (0..done).step_by(ROUND) {
            let code = _mm256_loadu_si256(from.add(at).cast());
            let high = _mm256_and_si256(_mm256_srli_epi16::<4>(code), all!(0x0f));
            let low = _mm256_and_si256(code, all!(0x0f));
            let down =
                _mm256_sub_epi8(_mm256_shuffle_epi8(ramp, high), _mm256_shuffle_epi8(step, low));
            let less = _mm256_min_epu8(_mm256_shuffle_epi8(flat, high), down);
            let code = _mm256_sub_epi8(_mm256_xor_si256(code, all!(TURN)), less);
            _mm256_storeu_si256(to.add(at).cast(), code);
        }
    }
    if done < n {
        // SAFETY: the caller's promise.
        return unsafe { lines::convert(&tables::A_TO_MU, from, to, done..n) };
    }
    n
}

/// Codes through a table of 256, sixteen of its bytes at a time.
///
/// # Safety
/// As [`mu_to_a`].
#[target_feature(enable = "avx2")]
pub(super) unsafe fn map(table: &[u8; 256], from: *const u8, to: *mut u8, n: usize) -> usize {
    let done = n / ROUND * ROUND;
    // SAFETY: the caller's promise; the table has sixteen times 16 bytes; a round reads before it
    // writes.
    unsafe {
        let row = |k: usize| {
            _mm256_broadcastsi128_si256(_mm_loadu_si128(table.as_ptr().add(16 * k).cast()))
        };
        // Every row but the first of each half is the difference to the one before: a code finds
        // its own row and all below it, and their sum is what stands in its own.
        let mut rows = [row(0); 16];
        for (k, to) in rows.iter_mut().enumerate().skip(1) {
            *to = if k == 8 { row(k) } else { _mm256_xor_si256(row(k), row(k - 1)) };
        }
        for at in (0..done).step_by(ROUND) {
            let code = _mm256_loadu_si256(from.add(at).cast());
            let mut out = _mm256_setzero_si256();
            for (half, code) in rows.chunks_exact(8).zip([code, _mm256_xor_si256(code, all!(0x80))])
            {
                // A negative index finds nothing, and stays negative.
                let mut index = code;
                for row in half {
                    out = _mm256_xor_si256(out, _mm256_shuffle_epi8(*row, index));
                    index = _mm256_subs_epi8(index, all!(16));
                }
            }
            _mm256_storeu_si256(to.add(at).cast(), out);
        }
    }
    done
}
