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
pub(crate) mod speak;
mod zh;

use core::fmt;

use crate::Value;
use crate::program::Flow;
use fields::Fields;
#[cfg(feature = "std")]
pub(crate) use fields::PARTS;
pub use speak::Pieces;
use speak::{Table, Tongue};

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

    /// The kind that a document calls so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
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
pub struct Piece<'a> {
    /// Its place in [`pieces`]: stable within a version of this crate, or of the flow that teaches
    /// the language.
    pub id: u16,
    /// What is spoken.
    pub text: &'a str,
}

/// The greatest number that can be spoken.
pub const GREATEST: i64 = 10_000_000_000_000_000;

/// A value about to be spoken.
#[derive(Clone, Copy, Debug)]
pub struct Say<'a> {
    tongue: Tongue<'a>,
    kind: Kind,
    fields: Fields,
}

const TABLES: [&Table; 2] = [&zh::TABLE, &en::TABLE];

/// A language's tag before the first hyphen.
fn primary(language: &str) -> &str {
    language.split('-').next().unwrap_or_default()
}

fn table(language: &str) -> Option<&'static Table> {
    TABLES.into_iter().find(|t| t.language == primary(language))
}

/// The table of a language: the flow's own, or the one of this crate.
fn tongue<'a>(flow: &'a Flow<'a>, language: &str) -> Option<Tongue<'a>> {
    let taught = flow.list(flow.root.tongues).find(|t| flow.str(t.language) == primary(language));
    let taught = taught.map(|tongue| Tongue::Of(flow, tongue));
    taught.or_else(|| table(language).map(Tongue::Own))
}

/// The languages there are words for. A flow may teach others: see its `say`.
pub fn languages() -> impl Iterator<Item = &'static str> {
    TABLES.into_iter().map(|t| t.language)
}

/// Whether values can be spoken in a language.
#[must_use]
pub fn speaks(language: &str) -> bool {
    table(language).is_some()
}

/// Every piece of a language: finite, in a fixed order; empty for a language without a table.
pub fn pieces(language: &str) -> impl Iterator<Item = Piece<'static>> {
    let pieces = table(language).map_or(&[] as &[_], |t| t.pieces);
    (0..).zip(pieces).map(|(id, text)| Piece { id, text })
}

/// Every piece of a language as a flow speaks it: as [`pieces`], or as the flow's own table has it.
pub fn pieces_in<'a>(flow: &'a Flow<'a>, language: &str) -> impl Iterator<Item = Piece<'a>> {
    let tongue = tongue(flow, language);
    (0..).map_while(move |id| tongue?.piece(id))
}

impl Say<'static> {
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
        Ok(Self { tongue: Tongue::Own(table), kind, fields })
    }
}

impl<'a> Say<'a> {
    /// Prepares a value to be spoken as a flow does, which may teach languages of its own.
    ///
    /// # Errors
    /// As for [`Self::new`]; also when the flow's table does not say how to speak such a kind.
    pub fn new_in(
        flow: &'a Flow<'a>,
        language: &str,
        kind: Kind,
        value: Value<'_>,
    ) -> Result<Self, SayError> {
        let tongue = tongue(flow, language).ok_or(SayError::Language)?;
        if tongue.script(kind).is_empty() {
            return Err(SayError::Language);
        }
        Ok(Self { tongue, kind, fields: Fields::new(kind, value)? })
    }

    /// How it is spoken.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The pieces, in order.
    #[must_use]
    pub fn pieces(&self) -> Pieces<'a> {
        Pieces::new(self.tongue, self.fields, self.tongue.script(self.kind))
    }

    /// Whether the rules of its language say something, and come to an end.
    #[cfg(feature = "std")]
    pub(crate) fn is_sound(&self) -> bool {
        let mut pieces = self.pieces();
        let count = pieces.by_ref().count();
        count > 0 && !pieces.broken
    }
}

impl fmt::Display for Say<'_> {
    /// The text as one writes it in words, for a speech synthesiser.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, piece) in self.pieces().enumerate() {
            if i > 0 {
                f.write_str(self.tongue.between())?;
            }
            f.write_str(piece.text)?;
        }
        Ok(())
    }
}
