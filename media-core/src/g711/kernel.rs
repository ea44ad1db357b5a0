//! Chooses the fastest code there is: by what the processor has where the standard library can
//! tell, else by what the compilation target promises.

use super::{Law, portable, tables};

/// Calls a kernel over the whole rounds of its slices if the processor can run it, and gives the
/// number of samples it has done.
#[cfg(target_arch = "x86_64")]
macro_rules! rounds {
    ($kernel:ident($($argument:expr),*)) => {{
        #[cfg(feature = "std")]
        let present = std::is_x86_feature_detected!("avx2");
        #[cfg(not(feature = "std"))]
        let present = cfg!(target_feature = "avx2");
        if present {
            // SAFETY: the processor has AVX2; slices of one length bound what is read and written.
            #[allow(unsafe_code)]
            unsafe {
                super::avx2::$kernel($($argument),*)
            }
        } else {
            0
        }
    }};
}

/// As on x86-64; every 64-bit ARM processor that Rust's standard targets allow has NEON.
#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
macro_rules! rounds {
    ($kernel:ident($($argument:expr),*)) => {{
        // SAFETY: the target promises NEON; slices of one length bound what is read and written.
        #[allow(unsafe_code)]
        unsafe {
            super::neon::$kernel($($argument),*)
        }
    }};
}

#[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))))]
macro_rules! rounds {
    ($kernel:ident($($argument:expr),*)) => {
        0
    };
}

/// Both slices have one length.
#[inline(always)]
pub(super) fn encode(law: Law, pcm: &[i16], codes: &mut [u8]) {
    let done = match law {
        Law::A => rounds!(encode_a(pcm, codes)),
        Law::Mu => rounds!(encode_mu(pcm, codes)),
    };
    if done < pcm.len() {
        encode_rest(law, &pcm[done..], &mut codes[done..]);
    }
}

/// Both slices have one length.
#[inline(always)]
pub(super) fn decode(law: Law, codes: &[u8], pcm: &mut [i16]) {
    let done = match law {
        Law::A => rounds!(decode_a(codes, pcm)),
        Law::Mu => rounds!(decode_mu(codes, pcm)),
    };
    if done < codes.len() {
        decode_rest(law, &codes[done..], &mut pcm[done..]);
    }
}

/// Both slices have one length.
#[inline(always)]
pub(super) fn transcode(from: Law, input: &[u8], output: &mut [u8]) {
    debug_assert_eq!(input.len(), output.len());
    let n = input.len().min(output.len());
    #[allow(unused_variables, reason = "not every target has a kernel")]
    let (source, target) = (input.as_ptr(), output.as_mut_ptr());
    #[cfg(not(target_arch = "aarch64"))]
    let done = match from {
        Law::A => rounds!(a_to_mu(source, target, n)),
        Law::Mu => rounds!(mu_to_a(source, target, n)),
    };
    #[cfg(target_arch = "aarch64")]
    let done = rounds!(map(table(from), source, target, n));
    if done < n {
        transcode_rest(from, &input[done..n], &mut output[done..n]);
    }
}

#[inline(always)]
pub(super) fn transcode_in_place(from: Law, codes: &mut [u8]) {
    let n = codes.len();
    #[allow(unused_variables, reason = "not every target has a kernel")]
    let target = codes.as_mut_ptr();
    #[cfg(not(target_arch = "aarch64"))]
    let done = match from {
        Law::A => rounds!(a_to_mu(target.cast_const(), target, n)),
        Law::Mu => rounds!(mu_to_a(target.cast_const(), target, n)),
    };
    #[cfg(target_arch = "aarch64")]
    let done = rounds!(map(table(from), target.cast_const(), target, n));
    if done < n {
        portable::map_in_place(table(from), &mut codes[done..n]);
    }
}

/// Every code becomes what stands in its place in the table.
#[inline(always)]
pub(super) fn map_in_place(table: &[u8; 256], codes: &mut [u8]) {
    let n = codes.len();
    #[allow(unused_variables, reason = "not every target has a kernel")]
    let target = codes.as_mut_ptr();
    let done = rounds!(map(table, target.cast_const(), target, n));
    if done < n {
        portable::map_in_place(table, &mut codes[done..n]);
    }
}

// What the rounds leave. These stay out of line: a frame of 10, 20 or 30 ms leaves little or
// nothing, and is so short that saving their registers would be a good part of its cost.

#[inline(never)]
fn encode_rest(law: Law, pcm: &[i16], codes: &mut [u8]) {
    match law {
        Law::A => portable::encode_a(pcm, codes),
        Law::Mu => portable::encode_mu(pcm, codes),
    }
}

#[inline(never)]
fn decode_rest(law: Law, codes: &[u8], pcm: &mut [i16]) {
    let table = match law {
        Law::A => &tables::DECODE_A,
        Law::Mu => &tables::DECODE_MU,
    };
    portable::decode(table, codes, pcm);
}

#[inline(never)]
fn transcode_rest(from: Law, input: &[u8], output: &mut [u8]) {
    portable::map(table(from), input, output);
}

fn table(from: Law) -> &'static [u8; 256] {
    match from {
        Law::A => &tables::A_TO_MU,
        Law::Mu => &tables::MU_TO_A,
    }
}
