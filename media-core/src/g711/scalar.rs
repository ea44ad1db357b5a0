//! One sample at a time: the definition every faster kernel is compared with.

/// µ-law works on magnitudes shifted up by 33 of its 14-bit units: every segment then starts at a
/// power of two.
pub(super) const MU_BIAS: u16 = 33 << 2;
/// The largest magnitude that the bias does not carry beyond the last segment.
pub(super) const MU_CLIP: u16 = 0x7fff - MU_BIAS;

pub(super) const fn encode_mu(sample: i16) -> u8 {
    let sign = (sample >> 15) as u16;
    let magnitude = sample as u16 ^ sign;
    let clipped = if magnitude > MU_CLIP { MU_CLIP } else { magnitude };
    let biased = clipped + MU_BIAS;
    // 132..=32767, so the segment is 0..=7.
    let segment = 8 - biased.leading_zeros() as u16;
    let step = (biased >> (segment + 3)) & 0x0f;
    !((sign & 0x80) | segment << 4 | step) as u8
}

pub(super) const fn encode_a(sample: i16) -> u8 {
    let sign = (sample >> 15) as u16;
    let magnitude = sample as u16 ^ sign;
    // The two lowest segments have steps of one size: 16.
    let position = if magnitude < 256 {
        magnitude >> 4
    } else {
        let segment = 8 - magnitude.leading_zeros() as u16;
        segment << 4 | (magnitude >> (segment + 3)) & 0x0f
    };
    ((sign & 0x80) | position) as u8 ^ 0xd5
}

pub(super) const fn decode_mu(code: u8) -> i16 {
    let code = !code;
    let (segment, step) = ((code >> 4) & 7, (code & 0x0f) as i16);
    // The middle of the interval.
    let magnitude = (((step << 3) + MU_BIAS as i16) << segment) - MU_BIAS as i16;
    if code & 0x80 == 0 { magnitude } else { -magnitude }
}

pub(super) const fn decode_a(code: u8) -> i16 {
    let code = code ^ 0xd5;
    let (segment, step) = ((code >> 4) & 7, (code & 0x0f) as i16);
    let magnitude = match segment {
        0 => (step << 4) + 8,
        _ => ((step << 4) + 0x108) << (segment - 1),
    };
    if code & 0x80 == 0 { magnitude } else { -magnitude }
}
