//! Kernels in plain Rust, written so that the compiler can use whatever vectors the target has.
//!
//! Encoding takes the logarithm from the floating-point format: the exponent and the four highest
//! bits of the fraction of a (biased) magnitude, side by side in the word, are the segment and the
//! step, cut off just as the Recommendation asks. Magnitudes are below 2²⁴, so nothing is rounded.

use super::scalar::{MU_BIAS, MU_CLIP};

/// An exponent of 2⁷ is segment 0; four bits of step lie below it.
const SEGMENT_0: i32 = (127 + 7) << 4;

/// The position of a magnitude whose segment 0 begins at 2⁷.
#[inline(always)]
fn position(magnitude: f32) -> i32 {
    (magnitude.to_bits() >> 19) as i32 - SEGMENT_0
}

// Each width of integers below is the one that vectors without SSE4 do best.

pub(super) fn encode_mu(pcm: &[i16], codes: &mut [u8]) {
    for (code, &sample) in codes.iter_mut().zip(pcm) {
        let sign = sample >> 15;
        let biased = (sample ^ sign).min(MU_CLIP as i16) + MU_BIAS as i16;
        let position = position(f32::from(biased));
        *code = !((i32::from(sign) & 0x80) | position) as u8;
    }
}

pub(super) fn encode_a(pcm: &[i16], codes: &mut [u8]) {
    for (code, &sample) in codes.iter_mut().zip(pcm) {
        let sign = sample >> 15;
        let magnitude = sample ^ sign;
        // The lowest segment has the steps of the next: moved up there, it needs no other path.
        let lowest = (magnitude - 256) >> 15;
        let position = position(f32::from(magnitude + (lowest & 256))) as i16 - (lowest & 16);
        *code = ((sign & 0x80) | position) as u8 ^ 0xd5;
    }
}

pub(super) fn decode(table: &[i16; 256], codes: &[u8], pcm: &mut [i16]) {
    for (sample, &code) in pcm.iter_mut().zip(codes) {
        *sample = table[usize::from(code)];
    }
}

pub(super) fn map(table: &[u8; 256], input: &[u8], output: &mut [u8]) {
    for (to, &from) in output.iter_mut().zip(input) {
        *to = table[usize::from(from)];
    }
}

pub(super) fn map_in_place(table: &[u8; 256], codes: &mut [u8]) {
    for code in codes {
        *code = table[usize::from(*code)];
    }
}
