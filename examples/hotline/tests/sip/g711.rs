//! G.711 written from the Recommendation's tables, apart from the project's own: what a caller
//! sends and hears here must not depend on the code under test.

/// Which of the two laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Law {
    A,
    Mu,
}

impl Law {
    /// The static RTP payload type.
    pub(crate) fn payload_type(self) -> u8 {
        match self {
            Law::A => 8,
            Law::Mu => 0,
        }
    }

    /// One byte to a 16-bit sample (G.711 table 1a/2a, scaled to 16 bits).
    pub(crate) fn decode(self, byte: u8) -> i16 {
        let magnitude = |exponent: u8, mantissa: i32, bias: i32| match exponent {
            0 => mantissa * 2 + bias,
            e => (mantissa * 2 + bias + 32) << (e - 1),
        };
        let value = match self {
            Law::A => {
                let b = byte ^ 0x55;
                let m = magnitude((b >> 4) & 7, i32::from(b & 15), 1) << 3;
                if b & 0x80 != 0 { m } else { -m }
            }
            Law::Mu => {
                let b = !byte;
                let m = ((((i32::from(b & 15) << 1) + 33) << ((b >> 4) & 7)) - 33) << 2;
                if b & 0x80 != 0 { -m } else { m }
            }
        };
        i16::try_from(value).expect("both laws stay within 16 bits")
    }

    /// The byte whose value is nearest: a search, because here nothing needs to be fast.
    pub(crate) fn encode(self, sample: i16) -> u8 {
        (0..=u8::MAX)
            .min_by_key(|&b| i32::from(self.decode(b)).abs_diff(i32::from(sample)))
            .expect("there are 256 of them")
    }
}

#[test]
fn both_laws_match_the_recommendation() {
    // Ends of each law's range, and the codes of the smallest values, as the tables give them.
    assert_eq!(Law::A.decode(0xD5), 8);
    assert_eq!(Law::A.decode(0x55), -8);
    assert_eq!(Law::A.decode(0xAA), 32256);
    assert_eq!(Law::A.decode(0x2A), -32256);
    assert_eq!(Law::Mu.decode(0xFF), 0);
    assert_eq!(Law::Mu.decode(0x80), 32124);
    assert_eq!(Law::Mu.decode(0x00), -32124);
    for byte in 0..=u8::MAX {
        for law in [Law::A, Law::Mu] {
            assert_eq!(law.decode(law.encode(law.decode(byte))), law.decode(byte));
        }
    }
}
