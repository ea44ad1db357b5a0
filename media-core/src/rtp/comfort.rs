use super::{ParseError, Part, WriteError};

/// Comfort noise as a payload (RFC 3389; payload type 13 at 8,000 Hz): how loud the noise of a
/// pause is, and its spectrum if the sender has one.
///
/// ```
/// use media_core::rtp::ComfortNoise;
///
/// let noise = ComfortNoise::parse(&[60, 127, 200])?;
/// assert_eq!(noise.level, 60);
/// assert_eq!(noise.reflection().collect::<Vec<_>>(), [0, 73 * 258]);
/// # Ok::<(), media_core::rtp::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComfortNoise<'a> {
    /// Power below a full-scale square wave, in dB (−dBov), 0..=127. A full-scale sine is 3.
    pub level: u8,
    /// The quantised reflection coefficients of an all-pole filter, a byte each, lowest first.
    pub coefficients: &'a [u8],
}

impl<'a> ComfortNoise<'a> {
    /// The static payload type at 8,000 Hz (RFC 3551 §6).
    pub const PAYLOAD_TYPE: u8 = 13;

    /// Reads a payload.
    ///
    /// # Errors
    /// [`ParseError::Truncated`] when it is empty.
    pub fn parse(payload: &'a [u8]) -> Result<Self, ParseError> {
        match payload {
            [] => Err(ParseError::Truncated(Part::Payload)),
            // The highest bit must be zero; a receiver does better to ignore it than to refuse.
            [level, coefficients @ ..] => Ok(Self {
                level: level & 0x7f,
                coefficients,
            }),
        }
    }

    /// The reflection coefficients in units of 2⁻¹⁵: 258 · (byte − 127), RFC 3389 §3.2.
    pub fn reflection(&self) -> impl Iterator<Item = i16> + 'a {
        // 255 would be +33,024: limited to just below 1.
        self.coefficients
            .iter()
            .map(|&byte| ((i32::from(byte) - 127) * 258).min(i32::from(i16::MAX)) as i16)
    }

    /// Writes the payload to the start of a slice and returns its length.
    ///
    /// # Errors
    /// [`WriteError::Space`] when the slice is too short; nothing has been written then.
    pub fn write(&self, payload: &mut [u8]) -> Result<usize, WriteError> {
        let (needed, available) = (1 + self.coefficients.len(), payload.len());
        match payload.get_mut(..needed) {
            Some([level, rest @ ..]) => {
                *level = self.level.min(127);
                rest.copy_from_slice(self.coefficients);
                Ok(needed)
            }
            _ => Err(WriteError::Space { needed, available }),
        }
    }
}
