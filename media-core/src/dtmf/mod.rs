//! Keys in the speech band (DTMF): ITU-T Q.23 for the signals, Q.24 for receiving them.
//!
//! ```
//! use media_core::dtmf::{Detection, Detector, Generator, Key};
//!
//! let mut generator = Generator::new();
//! generator.start(Key::Five, 400, -10, -8);
//! let mut pcm = [0i16; 1600];
//! generator.generate(&mut pcm[400..]);
//!
//! let mut detector = Detector::new();
//! let mut found = None;
//! for frame in pcm.chunks(160) {
//!     detector.detect(frame, |detection| {
//!         if let Detection::Down { key, .. } = detection {
//!             found = Some(key);
//!         }
//!     });
//! }
//! assert_eq!(found, Some(Key::Five));
//! ```

mod bank;
mod detector;
mod generator;
mod suppressor;
mod voice;

pub use detector::{Detection, Detector};
pub use generator::Generator;
pub use suppressor::Suppressor;

/// A key: the twelve of a telephone and the four of a fourth column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Key {
    Zero = 0,
    One,
    Two,
    Three,
    Four,
    Five,
    Six,
    Seven,
    Eight,
    Nine,
    /// `*`
    Star,
    /// `#`
    Pound,
    A,
    B,
    C,
    D,
}

use Key::{A, B, C, D, Eight, Five, Four, Nine, One, Pound, Seven, Six, Star, Three, Two, Zero};

/// The low group's frequencies in Hz, row by row.
pub const LOW_HZ: [u16; 4] = [697, 770, 852, 941];
/// The high group's, column by column.
pub const HIGH_HZ: [u16; 4] = [1209, 1336, 1477, 1633];

const PAD: [[Key; 4]; 4] =
    [[One, Two, Three, A], [Four, Five, Six, B], [Seven, Eight, Nine, C], [Star, Zero, Pound, D]];

impl Key {
    /// All sixteen, in the order of their event codes.
    pub const ALL: [Self; 16] =
        [Zero, One, Two, Three, Four, Five, Six, Seven, Eight, Nine, Star, Pound, A, B, C, D];

    /// The character: a digit, `*`, `#`, or `A` to `D`.
    #[must_use]
    pub const fn to_char(self) -> char {
        b"0123456789*#ABCD"[self as usize] as char
    }

    /// The key of a character; letters of either case.
    #[must_use]
    pub const fn from_char(c: char) -> Option<Self> {
        Some(match c {
            '0'..='9' => return Self::from_event(c as u8 - b'0'),
            '*' => Star,
            '#' => Pound,
            'A' | 'a' => A,
            'B' | 'b' => B,
            'C' | 'c' => C,
            'D' | 'd' => D,
            _ => return None,
        })
    }

    /// The event code of RFC 4733, 0..=15.
    #[must_use]
    pub const fn event(self) -> u8 {
        self as u8
    }

    /// The key of an event code.
    #[must_use]
    pub const fn from_event(event: u8) -> Option<Self> {
        if event < 16 { Some(Self::ALL[event as usize]) } else { None }
    }

    /// Its place on the pad: row and column, each 0..=3.
    #[must_use]
    pub const fn position(self) -> (usize, usize) {
        match self {
            One => (0, 0),
            Two => (0, 1),
            Three => (0, 2),
            A => (0, 3),
            Four => (1, 0),
            Five => (1, 1),
            Six => (1, 2),
            B => (1, 3),
            Seven => (2, 0),
            Eight => (2, 1),
            Nine => (2, 2),
            C => (2, 3),
            Star => (3, 0),
            Zero => (3, 1),
            Pound => (3, 2),
            D => (3, 3),
        }
    }

    /// The key of a row and a column, each 0..=3.
    #[must_use]
    pub const fn at(row: usize, column: usize) -> Option<Self> {
        if row < 4 && column < 4 { Some(PAD[row][column]) } else { None }
    }

    /// Its two frequencies in Hz.
    #[must_use]
    pub const fn frequencies(self) -> (u16, u16) {
        let (row, column) = self.position();
        (LOW_HZ[row], HIGH_HZ[column])
    }
}
