//! The range coder: 48-bit state, 16-bit probabilities, 16 bits out at a time.
//!
//! A symbol owns the slice `[low, low + size)` of 65,536. After G. N. N. Martin, "Range encoding"
//! (1979); carries are added into the bytes already written, which a block keeps in memory.

/// Bits of a probability.
pub(super) const BITS: u32 = 16;
/// The whole of the probability range.
pub(super) const ONE: u32 = 1 << BITS;
const TOP: u64 = 1 << 48;
const BOTTOM: u64 = 1 << 32;

/// Writes symbols into a slice. Running out of room is remembered, not an error: the block is then
/// stored raw.
pub(super) struct Encoder<'a> {
    out: &'a mut [u8],
    len: usize,
    low: u64,
    range: u64,
    full: bool,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        Self { out, len: 0, low: 0, range: TOP, full: false }
    }

    /// Codes the symbol that owns `[low, low + size)`; `size` is at least 1.
    #[inline]
    pub(super) fn encode(&mut self, low: u32, size: u32) {
        let unit = self.range >> BITS;
        self.low += unit * u64::from(low);
        self.range = unit * u64::from(size);
        while self.range < BOTTOM {
            self.shift();
            self.range <<= 16;
        }
    }

    /// Codes one decision; `p1` of 65,536 is the probability of a one, strictly between the two.
    #[inline]
    pub(super) fn encode_bit(&mut self, bit: bool, p1: u32) {
        if bit {
            self.encode(0, p1);
        } else {
            self.encode(p1, ONE - p1);
        }
    }

    #[inline]
    fn shift(&mut self) {
        if self.low >= TOP {
            self.low -= TOP;
            self.carry();
        }
        let word = (self.low >> 32) as u16;
        match self.out.get_mut(self.len..self.len + 2) {
            Some(room) => {
                room.copy_from_slice(&word.to_be_bytes());
                self.len += 2;
            }
            None => self.full = true,
        }
        self.low = (self.low & (BOTTOM - 1)) << 16;
    }

    #[cold]
    fn carry(&mut self) {
        for byte in self.out[..self.len].iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
    }

    /// Ends the stream and returns its length, or `None` when it did not fit.
    ///
    /// The shortest bytes that still name the last interval are written; the decoder reads zeros
    /// past the end.
    pub(super) fn finish(mut self) -> Option<usize> {
        // The value inside [low, low + range) with the most trailing zeros.
        let mut keep = 0;
        while keep < 48 {
            let mask = (TOP - 1) >> keep;
            let value = (self.low + mask) & !mask;
            if value < self.low + self.range {
                self.low = value;
                break;
            }
            keep += 1;
        }
        for _ in 0..3 {
            self.shift();
        }
        let mut len = self.len;
        while len > 0 && self.out[len - 1] == 0 {
            len -= 1;
        }
        (!self.full).then_some(len)
    }
}

/// Reads what [`Encoder`] wrote. Any bytes decode to something; none make it fail.
pub(super) struct Decoder<'a> {
    input: &'a [u8],
    at: usize,
    code: u64,
    range: u64,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(input: &'a [u8]) -> Self {
        let mut this = Self { input, at: 0, code: 0, range: TOP };
        for _ in 0..3 {
            this.code = this.code << 16 | this.word();
        }
        this
    }

    #[inline]
    fn word(&mut self) -> u64 {
        let word = match self.input.get(self.at..self.at + 2) {
            Some(pair) => u16::from_be_bytes([pair[0], pair[1]]),
            None => u16::from_be_bytes([self.input.get(self.at).copied().unwrap_or(0), 0]),
        };
        self.at = (self.at + 2).min(self.input.len());
        u64::from(word)
    }

    /// Where in 0..65,536 the next symbol lies.
    #[inline]
    pub(super) fn peek(&self) -> u32 {
        // On a valid stream the quotient is below 65,536 already.
        (self.code / (self.range >> BITS)).min(u64::from(ONE - 1)) as u32
    }

    /// Takes the symbol that owns `[low, low + size)`, which holds what [`Self::peek`] said.
    #[inline]
    pub(super) fn take(&mut self, low: u32, size: u32) {
        let unit = self.range >> BITS;
        self.code -= unit * u64::from(low);
        self.range = unit * u64::from(size);
        while self.range < BOTTOM {
            self.code = (self.code << 16 | self.word()) & (TOP - 1);
            self.range <<= 16;
        }
    }

    /// Reads one decision coded with probability `p1` of a one.
    #[inline]
    pub(super) fn decode_bit(&mut self, p1: u32) -> bool {
        let split = (self.range >> BITS) * u64::from(p1);
        if self.code < split {
            self.take(0, p1);
            true
        } else {
            self.take(p1, ONE - p1);
            false
        }
    }
}
