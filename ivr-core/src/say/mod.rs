//! Speaking values: numbers, money, dates, times, digit strings, in Mandarin and English.
//!
//! A language is a table of rules over a finite list of words, the *pieces*. A value
//! becomes a sequence of pieces: play a recording of each, or hand the joined text to a speech
//! synthesiser. [`pieces`] lists them all, so that every recording can be made beforehand.
//!
//! ```
//! use ivr_core::say::{Kind, Say};
//! use ivr_core::Value;
//!
//! let say = Say::new("zh", Kind::Cardinal, Value::Int(10_100)).unwrap();
//! assert_eq!(say.to_string(), "一万零一百");
//! let say = Say::new("en", Kind::Ordinal, Value::Int(21)).unwrap();
//! assert_eq!(say.pieces().map(|p| p.text).collect::<Vec<_>>(), ["twenty", "first"]);
//! ```

mod en;
mod fields;
mod speak;
mod zh;

use core::fmt;

use crate::Value;
use fields::Fields;
pub use speak::Pieces;
use speak::Table;

/// How a value is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A whole number: 二 where there is a two.
    Cardinal,
    /// How many of something: 两 where Mandarin says so (两位, 两千).
    Count,
    /// A place in a row: 第三, third.
    Ordinal,
    /// Digit by digit, `*`, `#` and `A`–`D` too.
    Digits,
    /// Digit by digit as telephone numbers are read: 幺 for one.
    Phone,
    /// A number with decimal places.
    Decimal,
    /// An amount of the language's money, in hundredths when whole: 元角分, dollars and cents.
    Money,
    /// The day of a moment, UTC unless the moment was shifted to local time.
    Date,
    /// The time of day of a moment, likewise.
    Time,
    /// A number of milliseconds as hours, minutes and seconds.
    Duration,
    /// A number of minutes, with the word.
    Minutes,
}

impl Kind {
    pub(crate) const ALL: [Self; 11] = [
        Self::Cardinal,
        Self::Count,
        Self::Ordinal,
        Self::Digits,
        Self::Phone,
        Self::Decimal,
        Self::Money,
        Self::Date,
        Self::Time,
        Self::Duration,
        Self::Minutes,
    ];

    /// As a document writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cardinal => "number",
            Self::Count => "count",
            Self::Ordinal => "ordinal",
            Self::Digits => "digits",
            Self::Phone => "phone",
            Self::Decimal => "decimal",
            Self::Money => "money",
            Self::Date => "date",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::Minutes => "minutes",
        }
    }

    pub(crate) fn from_code(code: u32) -> Option<Self> {
        Self::ALL.get(code as usize).copied()
    }
}

/// Why a value cannot be spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SayError {
    /// There is no table for the language.
    #[error("no words for this language")]
    Language,
    /// The value is not of a type that can be spoken so.
    #[error("{0:?} cannot speak a value of this type")]
    Type(Kind),
    /// Beyond ±10^16, or an ordinal below zero, or a string of more than 32 digits.
    #[error("{0:?} cannot speak a value so great")]
    Range(Kind),
}

/// One recorded word or phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its place in [`pieces`]: stable within a version of this crate.
    pub id: u16,
    /// What is spoken.
    pub text: &'static str,
}

/// The greatest number that can be spoken.
pub const GREATEST: i64 = 10_000_000_000_000_000;

/// A value about to be spoken.
#[derive(Clone, Copy, Debug)]
pub struct Say {
    table: &'static Table,
    kind: Kind,
    fields: Fields,
}

const TABLES: [&Table; 2] = [&zh::TABLE, &en::TABLE];

/// The table of a language, by the part of its tag before the first hyphen.
fn table(language: &str) -> Option<&'static Table> {
    let primary = language.split('-').next()?;
    TABLES.into_iter().find(|t| t.language == primary)
}

/// The languages there are words for.
pub fn languages() -> impl Iterator<Item = &'static str> {
    TABLES.into_iter().map(|t| t.language)
}

/// Whether values can be spoken in a language.
#[must_use]
pub fn speaks(language: &str) -> bool {
    table(language).is_some()
}

/// Every piece of a language: finite, in a fixed order; empty for a language without a table.
pub fn pieces(language: &str) -> impl Iterator<Item = Piece> {
    let pieces = table(language).map_or(&[] as &[_], |t| t.pieces);
    (0..).zip(pieces).map(|(id, text)| Piece { id, text })
}

impl Say {
    /// Prepares a value to be spoken in a language.
    ///
    /// Numbers take an integer, or a decimal where fractions make sense; money a decimal, or an
    /// integer of hundredths; digits text or an integer; dates and times a moment.
    ///
    /// # Errors
    /// When the language has no table, the type does not fit the kind, or the value is too great.
    pub fn new(language: &str, kind: Kind, value: Value<'_>) -> Result<Self, SayError> {
        let table = table(language).ok_or(SayError::Language)?;
        let fields = Fields::new(kind, value)?;
        Ok(Self { table, kind, fields })
    }

    /// How it is spoken.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The pieces, in order.
    #[must_use]
    pub fn pieces(&self) -> Pieces {
        let script = self.table.kinds.get(self.kind as usize);
        Pieces::new(self.table, self.fields, script.copied().unwrap_or_default())
    }
}

impl fmt::Display for Say {
    /// The text as one writes it in words, for a speech synthesiser.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, piece) in self.pieces().enumerate() {
            if i > 0 {
                f.write_str(self.table.between)?;
            }
            f.write_str(piece.text)?;
        }
        Ok(())
    }
}
