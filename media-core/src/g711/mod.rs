//! A-law and µ-law companding, exact to ITU-T G.711 (11/88).
//!
//! Linear samples are 16 bits wide, the 13 (A-law) or 14 (µ-law) bits of the Recommendation at the
//! top of the word, as in ITU-T G.191's `alaw_compress` and `ulaw_compress`, whose output this
//! module reproduces for each of the 65,536 inputs.
//!
//! **Rounding.** The magnitude of a negative sample is its ones' complement (`!x`, so −1 has
//! magnitude 0), and the bits below the Recommendation's width are cut off, not rounded. A
//! positive sample that lies on a decision value belongs to the interval above it, and every
//! sample and its ones' complement get the same magnitude, so the characteristic is symmetric
//! about −½. Decoders of other origin agree on all 256 codes; encoders that take the two's
//! complement (Sun's, spandsp's, Python's `audioop`) differ on the negative decision values.
//!
//! ```
//! use media_core::g711::Law;
//!
//! let pcm = [0, 1000, -1000, 32767];
//! let mut codes = [0; 4];
//! Law::A.encode(&pcm, &mut codes);
//! assert_eq!(codes, [0xd5, 0xfa, 0x7a, 0xaa]);
//!
//! let mut back = [0; 4];
//! Law::A.decode(&codes, &mut back);
//! assert_eq!(back, [8, 1008, -1008, 32256]);
//! ```

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "vector instructions")]
mod avx2;
mod gain;
mod kernel;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[allow(unsafe_code, reason = "what vector instructions leave over")]
mod lines;
#[cfg(target_arch = "aarch64")]
#[allow(unsafe_code, reason = "vector instructions")]
mod neon;
mod portable;
mod scalar;
mod tables;

pub use gain::Gain;

/// One of the two companding laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Law {
    /// A-law: Europe, China and most of the world, and every international call.
    A,
    /// µ-law: North America and Japan.
    Mu,
}

impl Law {
    /// The static RTP payload type: 8 (PCMA) or 0 (PCMU), RFC 3551 §6.
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Law::A => 8,
            Law::Mu => 0,
        }
    }

    /// The law that a static RTP payload type stands for.
    #[must_use]
    pub const fn from_payload_type(payload_type: u8) -> Option<Self> {
        match payload_type {
            8 => Some(Law::A),
            0 => Some(Law::Mu),
            _ => None,
        }
    }

    /// The name in SDP and in a WAV file's documentation: `PCMA` or `PCMU`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Law::A => "PCMA",
            Law::Mu => "PCMU",
        }
    }

    /// The code of silence, the smallest positive value: 0xD5 (A-law) or 0xFF (µ-law).
    #[must_use]
    pub const fn silence(self) -> u8 {
        match self {
            Law::A => 0xd5,
            Law::Mu => 0xff,
        }
    }

    /// The code of one linear sample.
    #[must_use]
    pub const fn encode_sample(self, sample: i16) -> u8 {
        match self {
            Law::A => scalar::encode_a(sample),
            Law::Mu => scalar::encode_mu(sample),
        }
    }

    /// The linear sample that a code stands for.
    #[must_use]
    pub const fn decode_sample(self, code: u8) -> i16 {
        match self {
            Law::A => tables::DECODE_A[code as usize],
            Law::Mu => tables::DECODE_MU[code as usize],
        }
    }

    /// Encodes linear samples; the shorter slice decides how many, and their number is returned.
    pub fn encode(self, pcm: &[i16], codes: &mut [u8]) -> usize {
        let n = pcm.len().min(codes.len());
        kernel::encode(self, &pcm[..n], &mut codes[..n]);
        n
    }

    /// Decodes to linear samples; the shorter slice decides how many, and their number is
    /// returned.
    pub fn decode(self, codes: &[u8], pcm: &mut [i16]) -> usize {
        let n = codes.len().min(pcm.len());
        kernel::decode(self, &codes[..n], &mut pcm[..n]);
        n
    }

    /// Converts codes of this law to codes of `to` by the conversion tables of G.711 (tables 3
    /// and 4); the shorter slice decides how many, and their number is returned.
    ///
    /// The tables are not the same as decoding and encoding again: they are chosen so that
    /// converting there and back again loses as little as can be.
    pub fn transcode(self, to: Law, input: &[u8], output: &mut [u8]) -> usize {
        let n = input.len().min(output.len());
        let (input, output) = (&input[..n], &mut output[..n]);
        if self == to {
            kernel::copy(input, output)
        } else {
            kernel::transcode(self, input, output)
        }
    }

    /// [`transcode`](Law::transcode) over the codes themselves.
    pub fn transcode_in_place(self, to: Law, codes: &mut [u8]) {
        if self != to {
            kernel::transcode_in_place(self, codes);
        }
    }

    /// Converts one code of this law to one of `to`, as [`transcode`](Law::transcode) does.
    #[must_use]
    pub const fn transcode_sample(self, to: Law, code: u8) -> u8 {
        match (self, to) {
            (Law::A, Law::Mu) => tables::A_TO_MU[code as usize],
            (Law::Mu, Law::A) => tables::MU_TO_A[code as usize],
            (Law::A, Law::A) | (Law::Mu, Law::Mu) => code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kernel that is left to the tails, over everything: where vectors do the rest, no other
    /// test would see it whole.
    #[test]
    fn portable_kernels_equal_the_scalar_definition() {
        let mut codes = [0; 65_536];
        let pcm: [i16; 65_536] = core::array::from_fn(|n| n as u16 as i16);
        portable::encode_a(&pcm, &mut codes);
        for (code, sample) in codes.iter().zip(pcm) {
            assert_eq!(*code, scalar::encode_a(sample), "A-law {sample}");
        }
        portable::encode_mu(&pcm, &mut codes);
        for (code, sample) in codes.iter().zip(pcm) {
            assert_eq!(*code, scalar::encode_mu(sample), "µ-law {sample}");
        }
    }
}
