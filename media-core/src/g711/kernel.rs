//! Chooses the fastest code there is: by what the processor has where the standard library can
//! tell, else by what the compilation target promises.

use super::{Law, portable, tables};

/// Whether the processor has been found to have AVX2: the slow paths look, so that the fast ones
/// read one byte and call nothing that they would have to save registers for.
#[cfg(all(target_arch = "x86_64", feature = "std"))]
static AVX2: core::sync::atomic::AtomicBool = core::sync::atomic::AtomicBool::new(false);

/// Looks what the processor has.
#[inline(always)]
fn look() {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    if std::is_x86_feature_detected!("avx2") {
        AVX2.store(true, core::sync::atomic::Ordering::Relaxed);
    }
}

/// Calls a kernel if the processor can run it, and gives what it returns.
#[cfg(target_arch = "x86_64")]
macro_rules! vectors {
    ($kernel:ident($($argument:expr),*)) => {{
        #[cfg(feature = "std")]
        let present = AVX2.load(core::sync::atomic::Ordering::Relaxed);
        #[cfg(not(feature = "std"))]
        let present = cfg!(target_feature = "avx2");
        if present {
            // SAFETY: the processor has AVX2; slices of one length bound what is read and written.
            #[allow(unsafe_code)]
            unsafe {
                Some(super::avx2::$kernel($($argument),*))
            }
        } else {
            None
        }
    }};
}

/// As on x86-64; every 64-bit ARM processor that Rust's standard targets allow has NEON.
#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
macro_rules! vectors {
    ($kernel:ident($($argument:expr),*)) => {{
        // SAFETY: the target promises NEON; slices of one length bound what is read and written.
        #[allow(unsafe_code)]
        unsafe {
            Some(super::neon::$kernel($($argument),*))
        }
    }};
}

#[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))))]
macro_rules! vectors {
    ($kernel:ident($($argument:expr),*)) => {
        None
    };
}

/// Both slices have one length.
#[inline(always)]
pub(super) fn encode(law: Law, pcm: &[i16], codes: &mut [u8]) {
    let done = match law {
        Law::A => vectors!(encode_a(pcm, codes)),
        Law::Mu => vectors!(encode_mu(pcm, codes)),
    }
    .unwrap_or(0);
    if done < pcm.len() {
        encode_rest(law, &pcm[done..], &mut codes[done..]);
    }
}

/// Both slices have one length.
#[inline(always)]
pub(super) fn decode(law: Law, codes: &[u8], pcm: &mut [i16]) {
    let done = match law {
        Law::A => vectors!(decode_a(codes, pcm)),
        Law::Mu => vectors!(decode_mu(codes, pcm)),
    }
    .unwrap_or(0);
    if done < codes.len() {
        decode_rest(law, &codes[done..], &mut pcm[done..]);
    }
}

/// Both slices have one length, which is returned. The kernels do all of it, what their rounds
/// leave too: nothing is left to do here after them.
#[inline(always)]
pub(super) fn transcode(from: Law, input: &[u8], output: &mut [u8]) -> usize {
    debug_assert_eq!(input.len(), output.len());
    #[allow(unused_variables, reason = "not every target has a kernel")]
    let (source, target, n) = (input.as_ptr(), output.as_mut_ptr(), input.len().min(output.len()));
    match from {
        Law::A => vectors!(a_to_mu(source, target, n)),
        Law::Mu => vectors!(mu_to_a(source, target, n)),
    }
    .unwrap_or_else(|| transcode_portably(from, input, output))
}

#[inline(always)]
pub(super) fn transcode_in_place(from: Law, codes: &mut [u8]) {
    #[allow(unused_variables, reason = "not every target has a kernel")]
    let (target, n) = (codes.as_mut_ptr(), codes.len());
    let done: Option<usize> = match from {
        Law::A => vectors!(a_to_mu(target.cast_const(), target, n)),
        Law::Mu => vectors!(mu_to_a(target.cast_const(), target, n)),
    };
    if done.is_none() {
        map_rest(table(from), codes);
    }
}

/// Every code becomes what stands in its place in the table.
#[inline(always)]
pub(super) fn map_in_place(table: &[u8; 256], codes: &mut [u8]) {
    #[allow(unused_variables, reason = "not every target has a kernel")]
    let (target, n) = (codes.as_mut_ptr(), codes.len());
    let done = vectors!(map(table, target.cast_const(), target, n)).unwrap_or(0);
    if done < codes.len() {
        map_rest(table, &mut codes[done..]);
    }
}

/// Copies codes that have the right law already.
#[inline(never)]
pub(super) fn copy(input: &[u8], output: &mut [u8]) -> usize {
    output.copy_from_slice(input);
    input.len()
}

// What the rounds leave, and all of it where there are no kernels or nobody has looked yet. These
// stay out of line: a frame of 10, 20 or 30 ms leaves little or nothing, and is so short that saving
// their registers would be a good part of its cost.

#[inline(never)]
fn encode_rest(law: Law, pcm: &[i16], codes: &mut [u8]) {
    look();
    match law {
        Law::A => portable::encode_a(pcm, codes),
        Law::Mu => portable::encode_mu(pcm, codes),
    }
}

#[inline(never)]
fn decode_rest(law: Law, codes: &[u8], pcm: &mut [i16]) {
    look();
    let table = match law {
        Law::A => &tables::DECODE_A,
        Law::Mu => &tables::DECODE_MU,
    };
    portable::decode(table, codes, pcm);
}

#[inline(never)]
fn transcode_portably(from: Law, input: &[u8], output: &mut [u8]) -> usize {
    look();
    portable::map(table(from), input, output);
    input.len()
}

#[inline(never)]
fn map_rest(table: &[u8; 256], codes: &mut [u8]) {
    look();
    portable::map_in_place(table, codes);
}

fn table(from: Law) -> &'static [u8; 256] {
    match from {
        Law::A => &tables::A_TO_MU,
        Law::Mu => &tables::MU_TO_A,
    }
}
