use core::fmt;

use crate::Time;

/// How many units a [`Decimal`] of one holds: four decimal places.
pub const DECIMAL_ONE: i64 = 10_000;

/// A number with four decimal places, exact: money and rates, never a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal {
    /// The number times [`DECIMAL_ONE`].
    pub units: i64,
}

impl Decimal {
    /// The decimal equal to a whole number; `None` beyond ±922 337 203 685 477.
    #[must_use]
    pub const fn from_int(n: i64) -> Option<Self> {
        match n.checked_mul(DECIMAL_ONE) {
            Some(units) => Some(Self { units }),
            None => None,
        }
    }

    /// Reads `12`, `-0.5`, `3.1416`; `None` for anything else, or beyond four decimal places.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let digits_only = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !digits_only(whole) || !digits_only(fraction) || fraction.len() > 4 {
            return None;
        }
        let mut units: i64 = whole.parse().ok()?;
        for place in 0..4 {
            let digit = fraction.as_bytes().get(place).map_or(0, |b| b - b'0');
            units = units.checked_mul(10)?.checked_add(i64::from(digit))?;
        }
        Some(Self { units: if negative { -units } else { units } })
    }
}

impl fmt::Display for Decimal {
    /// The shortest form that reads back: `3.5`, never `3.5000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.units.unsigned_abs();
        let one = DECIMAL_ONE.unsigned_abs();
        if self.units < 0 {
            f.write_str("-")?;
        }
        write!(f, "{}", magnitude / one)?;
        let mut fraction = magnitude % one;
        if fraction == 0 {
            return Ok(());
        }
        let mut places = 4;
        while fraction % 10 == 0 {
            fraction /= 10;
            places -= 1;
        }
        write!(f, ".{fraction:0places$}")
    }
}

/// A value on its way into or out of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A whole number.
    Int(i64),
    /// A number with four decimal places.
    Decimal(Decimal),
    /// Yes or no.
    Bool(bool),
    /// Text; digit strings travel as text too.
    Text(&'a str),
    /// A moment.
    Time(Time),
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(n) => write!(f, "{n}"),
            Self::Decimal(d) => write!(f, "{d}"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Text(s) => f.write_str(s),
            Self::Time(t) => write!(f, "{}", t.0),
        }
    }
}

/// The type of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Type {
    /// A whole number, 64 bits.
    Int,
    /// A number with four decimal places.
    Decimal,
    /// Yes or no.
    Bool,
    /// Text of at most so many bytes of UTF-8.
    Text,
    /// Digits `0`–`9`, `*`, `#`, `A`–`D`, at most so many.
    Digits,
    /// A moment.
    Time,
}

impl Type {
    pub(crate) const ALL: [Self; 6] =
        [Self::Int, Self::Decimal, Self::Bool, Self::Text, Self::Digits, Self::Time];

    pub(crate) fn from_code(code: u32) -> Option<Self> {
        Self::ALL.get(code as usize).copied()
    }

    pub(crate) const fn code(self) -> u32 {
        self as u32
    }

    /// As a document writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Decimal => "decimal",
            Self::Bool => "bool",
            Self::Text => "text",
            Self::Digits => "digits",
            Self::Time => "time",
        }
    }
}
