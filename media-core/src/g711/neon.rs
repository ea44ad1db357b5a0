//! NEON: 16 samples at a time, the segment from a count of leading zeros.
//!
//! Every function handles whole rounds from the start of its slices and returns how many samples
//! those are; the rest is the caller's. Only conversion between the laws does all.

use core::arch::aarch64::*;

use super::lines::{self, A_TO_MU, MU_TO_A, TURN};
use super::scalar::{MU_BIAS, MU_CLIP};
use super::tables;

/// Samples in a round.
const ROUND: usize = 16;

/// Segment, step and sign of eight biased magnitudes whose leading bit makes the segment; the
/// code without its flips, in the low byte.
macro_rules! position {
    ($magnitude:expr) => {{
        // Bit 7 or higher leads, so at most eight zeros do.
        let zeros = vclzq_u16($magnitude);
        let segment = vsubq_u16(vdupq_n_u16(8), zeros);
        // The leading bit comes to bit 15 and the step to the four bits below it.
        let normal = vshlq_u16($magnitude, vreinterpretq_s16_u16(zeros));
        let step = vandq_u16(vshrq_n_u16::<11>(normal), vdupq_n_u16(0x0f));
        vorrq_u16(vshlq_n_u16::<4>(segment), step)
    }};
}

/// # Safety
/// The processor must have NEON.
#[target_feature(enable = "neon")]
pub(super) unsafe fn encode_mu(pcm: &[i16], codes: &mut [u8]) -> usize {
    let rounds = pcm.chunks_exact(ROUND).zip(codes.chunks_exact_mut(ROUND));
    let done = rounds.len() * ROUND;
    for (pcm, codes) in rounds {
        // SAFETY: the caller's processor has NEON; a round has 16 samples and 16 codes.
        unsafe {
            let half = |from| {
                let x = vld1q_s16(from);
                let sign = vshrq_n_s16::<15>(x);
                let magnitude = vminq_s16(veorq_s16(x, sign), vdupq_n_s16(MU_CLIP as i16));
                let biased = vaddq_s16(magnitude, vdupq_n_s16(MU_BIAS as i16));
                let position = position!(vreinterpretq_u16_s16(biased));
                let sign = vandq_u16(vreinterpretq_u16_s16(sign), vdupq_n_u16(0x80));
                vmovn_u16(vorrq_u16(position, sign))
            };
            let from = pcm.as_ptr();
            let code = vmvnq_u8(vcombine_u8(half(from), half(from.add(8))));
            vst1q_u8(codes.as_mut_ptr(), code);
        }
    }
    done
}

/// # Safety
/// The processor must have NEON.
#[target_feature(enable = "neon")]
pub(super) unsafe fn encode_a(pcm: &[i16], codes: &mut [u8]) -> usize {
    let rounds = pcm.chunks_exact(ROUND).zip(codes.chunks_exact_mut(ROUND));
    let done = rounds.len() * ROUND;
    for (pcm, codes) in rounds {
        // SAFETY: the caller's processor has NEON; a round has 16 samples and 16 codes.
        unsafe {
            let half = |from| {
                let x = vld1q_s16(from);
                let sign = vshrq_n_s16::<15>(x);
                let magnitude = vreinterpretq_u16_s16(veorq_s16(x, sign));
                // The lowest segment has the steps of the next: moved up there and back.
                let lowest = vcltq_u16(magnitude, vdupq_n_u16(256));
                let moved = vaddq_u16(magnitude, vandq_u16(lowest, vdupq_n_u16(256)));
                let position = position!(moved);
                let position = vsubq_u16(position, vandq_u16(lowest, vdupq_n_u16(16)));
                let sign = vandq_u16(vreinterpretq_u16_s16(sign), vdupq_n_u16(0x80));
                vmovn_u16(vorrq_u16(position, sign))
            };
            let from = pcm.as_ptr();
            let code = vcombine_u8(half(from), half(from.add(8)));
            vst1q_u8(codes.as_mut_ptr(), veorq_u8(code, vdupq_n_u8(0xd5)));
        }
    }
    done
}

/// # Safety
/// The processor must have NEON.
#[target_feature(enable = "neon")]
pub(super) unsafe fn decode_mu(codes: &[u8], pcm: &mut [i16]) -> usize {
    let rounds = codes.chunks_exact(ROUND).zip(pcm.chunks_exact_mut(ROUND));
    let done = rounds.len() * ROUND;
    for (codes, pcm) in rounds {
        // SAFETY: the caller's processor has NEON; a round has 16 codes and 16 samples.
        unsafe {
            let half = |code| {
                let code = vmovl_u8(code);
                let segment = vandq_u16(vshrq_n_u16::<4>(code), vdupq_n_u16(7));
                let step = vshlq_n_u16::<3>(vandq_u16(code, vdupq_n_u16(0x0f)));
                let biased = vaddq_u16(step, vdupq_n_u16(MU_BIAS));
                let biased = vshlq_u16(biased, vreinterpretq_s16_u16(segment));
                let magnitude = vsubq_u16(biased, vdupq_n_u16(MU_BIAS));
                let sign = vshrq_n_s16::<15>(vreinterpretq_s16_u16(vshlq_n_u16::<8>(code)));
                vsubq_s16(veorq_s16(vreinterpretq_s16_u16(magnitude), sign), sign)
            };
            let code = vmvnq_u8(vld1q_u8(codes.as_ptr()));
            let to = pcm.as_mut_ptr();
            vst1q_s16(to, half(vget_low_u8(code)));
            vst1q_s16(to.add(8), half(vget_high_u8(code)));
        }
    }
    done
}

/// # Safety
/// The processor must have NEON.
#[target_feature(enable = "neon")]
pub(super) unsafe fn decode_a(codes: &[u8], pcm: &mut [i16]) -> usize {
    let rounds = codes.chunks_exact(ROUND).zip(pcm.chunks_exact_mut(ROUND));
    let done = rounds.len() * ROUND;
    for (codes, pcm) in rounds {
        // SAFETY: the caller's processor has NEON; a round has 16 codes and 16 samples.
        unsafe {
            let half = |code| {
                let code = vmovl_u8(code);
                let segment = vandq_u16(vshrq_n_u16::<4>(code), vdupq_n_u16(7));
                let step = vshlq_n_u16::<4>(vandq_u16(code, vdupq_n_u16(0x0f)));
                let middle = vaddq_u16(step, vdupq_n_u16(8));
                let above = vcgtq_u16(segment, vdupq_n_u16(0));
                let middle = vaddq_u16(middle, vandq_u16(above, vdupq_n_u16(256)));
                let shift = vqsubq_u16(segment, vdupq_n_u16(1));
                let magnitude = vshlq_u16(middle, vreinterpretq_s16_u16(shift));
                let sign = vshrq_n_s16::<15>(vreinterpretq_s16_u16(vshlq_n_u16::<8>(code)));
                vsubq_s16(veorq_s16(vreinterpretq_s16_u16(magnitude), sign), sign)
            };
            let code = veorq_u8(vld1q_u8(codes.as_ptr()), vdupq_n_u8(0xd5));
            let to = pcm.as_mut_ptr();
            vst1q_s16(to, half(vget_low_u8(code)));
            vst1q_s16(to.add(8), half(vget_high_u8(code)));
        }
    }
    done
}

/// # Safety
/// The processor must have NEON; `from` must be good for reading `n` bytes and `to` for writing
/// them. Both may be the same place.
#[target_feature(enable = "neon")]
pub(super) unsafe fn mu_to_a(from: *const u8, to: *mut u8, n: usize) -> usize {
    let done = n / ROUND * ROUND;
    // SAFETY: the caller's promise; the tables have 16 bytes; a round reads before it writes.
    unsafe {
        let (flat, ramp) = (vld1q_u8(MU_TO_A.flat.as_ptr()), vld1q_u8(MU_TO_A.ramp.as_ptr()));
        for at in (0..done).step_by(ROUND) {
            let code = vld1q_u8(from.add(at));
            let high = vshrq_n_u8::<4>(code);
            let down = vreinterpretq_s8_u8(vaddq_u8(code, vqtbl1q_u8(ramp, high)));
            let more = vmaxq_s8(vreinterpretq_s8_u8(vqtbl1q_u8(flat, high)), down);
            // In the lowest segment only every second step counts.
            let halfway = vrhaddq_u8(code, vorrq_u8(code, vdupq_n_u8(0x7f)));
            let code = vminq_u8(vqaddq_u8(code, vreinterpretq_u8_s8(more)), halfway);
            vst1q_u8(to.add(at), veorq_u8(code, vdupq_n_u8(TURN)));
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
#[target_feature(enable = "neon")]
pub(super) unsafe fn a_to_mu(from: *const u8, to: *mut u8, n: usize) -> usize {
    let done = n / ROUND * ROUND;
    // SAFETY: the caller's promise; the tables have 16 bytes; a round reads before it writes.
    unsafe {
        let (flat, ramp) = (vld1q_u8(A_TO_MU.flat.as_ptr()), vld1q_u8(A_TO_MU.ramp.as_ptr()));
        let step = vld1q_u8(A_TO_MU.step.as_ptr());
        for at in (0..done).step_by(ROUND) {
            let code = vld1q_u8(from.add(at));
            let high = vshrq_n_u8::<4>(code);
            let low = vandq_u8(code, vdupq_n_u8(0x0f));
            let down = vsubq_u8(vqtbl1q_u8(ramp, high), vqtbl1q_u8(step, low));
            let less = vminq_u8(vqtbl1q_u8(flat, high), down);
            vst1q_u8(to.add(at), vsubq_u8(veorq_u8(code, vdupq_n_u8(TURN)), less));
        }
    }
    if done < n {
        // SAFETY: the caller's promise.
        return unsafe { lines::convert(&tables::A_TO_MU, from, to, done..n) };
    }
    n
}

/// Codes through a table of 256: four lookups of 64, of which three find nothing.
///
/// # Safety
/// As [`mu_to_a`].
#[target_feature(enable = "neon")]
pub(super) unsafe fn map(table: &[u8; 256], from: *const u8, to: *mut u8, n: usize) -> usize {
    let done = n / ROUND * ROUND;
    // SAFETY: the caller's promise; the table has four times 64 bytes.
    unsafe {
        let quarter = |k: usize| vld1q_u8_x4(table.as_ptr().add(64 * k));
        let (a, b, c, d) = (quarter(0), quarter(1), quarter(2), quarter(3));
        for at in (0..done).step_by(ROUND) {
            let code = vld1q_u8(from.add(at));
            let out = vqtbl4q_u8(a, code);
            let out = vqtbx4q_u8(out, b, vsubq_u8(code, vdupq_n_u8(64)));
            let out = vqtbx4q_u8(out, c, vsubq_u8(code, vdupq_n_u8(128)));
            let out = vqtbx4q_u8(out, d, vsubq_u8(code, vdupq_n_u8(192)));
            vst1q_u8(to.add(at), out);
        }
    }
    done
}
