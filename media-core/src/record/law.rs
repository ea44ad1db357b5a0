//! What a sample can be: the cells of G.711's quantisers and of 16-bit PCM, in rising order.
//!
//! A predictor works on linear values; a coder needs to know which linear values share one code.
//! Each G.711 code owns a *cell*, the linear interval that is quantised to it. Sorted by value
//! there are 256 of them, and a distribution over the line becomes one over the codes.

use crate::g711;

/// How the samples of a channel are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// ITU-T G.711 µ-law, one byte a sample.
    Ulaw,
    /// ITU-T G.711 A-law, one byte a sample.
    Alaw,
    /// Linear PCM, 16 bits a sample.
    Pcm16,
}

impl Format {
    /// Bytes of one sample as it is stored raw.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Ulaw | Self::Alaw => 1,
            Self::Pcm16 => 2,
        }
    }

    /// The number a block and a file write for it.
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Ulaw => 0,
            Self::Alaw => 1,
            Self::Pcm16 => 2,
        }
    }

    pub(super) const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Ulaw),
            1 => Some(Self::Alaw),
            2 => Some(Self::Pcm16),
            _ => None,
        }
    }
}

/// Cells in a distribution.
pub(super) const CELLS: usize = 256;

/// The cells of one law: edges are in half units of 16-bit linear, so that a midpoint is exact.
pub(super) struct Law {
    /// Decoded value of each cell.
    pub(super) value: [i16; CELLS],
    /// `edge[i]` is the lower edge of cell `i`, twice its linear value.
    pub(super) edge: [i32; CELLS],
    /// What a rising index's sign and magnitude are XORed with to give the wire's byte.
    mask: u8,
    /// What µ-law adds to a magnitude before it finds the segment; zero for A-law.
    bias: u32,
}

impl Law {
    const fn new(law: g711::Law) -> Self {
        // µ-law: complemented, the top bit set is positive. A-law: even bits inverted, likewise.
        let (mask, bias) = match law {
            g711::Law::Mu => (0x7f, 132),
            g711::Law::A => (0x55, 0),
        };
        let mut value = [0i16; CELLS];
        let mut magnitude = 0;
        while magnitude < 128 {
            value[128 + magnitude] = law.decode_sample((0x80 | magnitude as u8) ^ mask);
            value[127 - magnitude] = law.decode_sample(magnitude as u8 ^ mask);
            magnitude += 1;
        }
        let mut edge = [0; CELLS];
        let mut i = 1;
        while i < CELLS {
            edge[i] = value[i - 1] as i32 + value[i] as i32;
            i += 1;
        }
        edge[0] = -(1 << 17);
        Self { value, edge, mask, bias }
    }

    /// The cell of a wire byte.
    #[inline]
    pub(super) fn cell(&self, code: u8) -> usize {
        let bits = code ^ self.mask;
        let magnitude = usize::from(bits & 0x7f);
        if bits & 0x80 != 0 { 128 + magnitude } else { 127 - magnitude }
    }

    /// The cell that holds a linear value, or one beside it.
    #[inline]
    pub(super) fn near(&self, linear: i32) -> usize {
        let size = (linear.unsigned_abs() + self.bias).min(32767);
        // Segment 0 of µ-law, and 0 and 1 of A-law, share the shortest step.
        let (bits, short) = (31 - (size | 128).leading_zeros(), if self.bias == 0 { 8 } else { 7 });
        let magnitude = if bits < short {
            size >> 4
        } else {
            let segment = bits - 7;
            segment << 4 | size >> (bits - 4) & 15
        } as usize;
        if linear >= 0 { 128 + magnitude } else { 127 - magnitude }
    }

    /// The wire byte of a cell below 256.
    #[inline]
    pub(super) fn code(&self, cell: usize) -> u8 {
        let bits = if cell >= 128 { cell as u8 } else { 127 - cell as u8 };
        bits ^ self.mask
    }
}

pub(super) static ULAW: Law = Law::new(g711::Law::Mu);
pub(super) static ALAW: Law = Law::new(g711::Law::A);
