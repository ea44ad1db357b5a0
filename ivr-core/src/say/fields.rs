use super::{GREATEST, Kind, SayError};
use crate::value::{DECIMAL_ONE, Value};
use crate::{Decimal, Time, grammar, schedule};

/// Longest digit string that is spoken.
const DIGITS: usize = 32;

/// A value taken apart, the same for every language; the tables name the parts by index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub(super) numbers: [u64; 4],
    pub(super) digits: [u8; DIGITS],
    pub(super) len: u8,
}

/// Amount, number, year, hour.
pub(super) const N: u8 = 0;
/// 1 below zero.
pub(super) const NEGATIVE: u8 = 1;
/// Hundredths of an amount.
pub(super) const HUNDREDTHS: u8 = 2;
/// Month of a date, minute of a time or duration.
pub(super) const SECOND: u8 = 1;
/// Day of a date, second of a duration, hour on a twelve-hour clock.
pub(super) const THIRD: u8 = 2;
/// 1 after noon.
pub(super) const AFTERNOON: u8 = 3;

#[cfg(feature = "std")]
/// The parts by the names that documents give them.
pub(crate) const PARTS: [(&str, u8); 13] = [
    ("number", N),
    ("year", N),
    ("hour", N),
    ("hours", N),
    ("negative", NEGATIVE),
    ("month", SECOND),
    ("minute", SECOND),
    ("minutes", SECOND),
    ("hundredths", HUNDREDTHS),
    ("day", THIRD),
    ("seconds", THIRD),
    ("hour12", THIRD),
    ("afternoon", AFTERNOON),
];

impl Fields {
    pub(super) fn new(kind: Kind, value: Value<'_>) -> Result<Self, SayError> {
        let mut fields = Self { numbers: [0; 4], digits: [0; DIGITS], len: 0 };
        let range = SayError::Range(kind);
        match kind {
            Kind::Cardinal | Kind::Count | Kind::Ordinal | Kind::Minutes => {
                let n = match value {
                    Value::Int(n) => n,
                    Value::Decimal(d) if d.units % DECIMAL_ONE == 0 => d.units / DECIMAL_ONE,
                    Value::Text(text) => text.parse().map_err(|_| SayError::Type(kind))?,
                    _ => return Err(SayError::Type(kind)),
                };
                let unsigned = matches!(kind, Kind::Ordinal | Kind::Minutes);
                if !(-GREATEST..=GREATEST).contains(&n) || unsigned && n < 0 {
                    return Err(range);
                }
                fields.numbers = [n.unsigned_abs(), u64::from(n < 0), 0, 0];
            }
            Kind::Decimal => fields.decimal(kind, value)?,
            Kind::Money => {
                let hundredths = match value {
                    Value::Int(n) => n,
                    Value::Decimal(d) => d.units / (DECIMAL_ONE / 100),
                    _ => return Err(SayError::Type(kind)),
                };
                let amount = hundredths.unsigned_abs();
                if amount / 100 > GREATEST.unsigned_abs() {
                    return Err(range);
                }
                let below = u64::from(hundredths < 0);
                fields.numbers = [amount / 100, below, amount % 100, 0];
            }
            Kind::Digits | Kind::Phone => match value {
                Value::Text(text) => fields.string(kind, text.as_bytes())?,
                Value::Int(n) if n >= 0 => fields.integer(kind, n.unsigned_abs())?,
                _ => return Err(SayError::Type(kind)),
            },
            Kind::Date | Kind::Time => {
                let Value::Time(Time(ms)) = value else {
                    return Err(SayError::Type(kind));
                };
                fields.moment(kind, ms)?;
            }
            Kind::Duration => {
                let Value::Int(ms) = value else {
                    return Err(SayError::Type(kind));
                };
                let seconds = u64::try_from(ms).map_err(|_| range)? / 1000;
                fields.numbers = [seconds / 3600, seconds / 60 % 60, seconds % 60, 0];
            }
        }
        Ok(fields)
    }

    fn decimal(&mut self, kind: Kind, value: Value<'_>) -> Result<(), SayError> {
        let units = match value {
            Value::Decimal(Decimal { units }) => units,
            Value::Int(n) => Decimal::from_int(n).ok_or(SayError::Range(kind))?.units,
            _ => return Err(SayError::Type(kind)),
        };
        let magnitude = units.unsigned_abs();
        let one = DECIMAL_ONE.unsigned_abs();
        self.numbers = [magnitude / one, u64::from(units < 0), 0, 0];
        let mut fraction = magnitude % one;
        while fraction > 0 {
            fraction *= 10;
            self.push(kind, b'0' + (fraction / one) as u8)?;
            fraction %= one;
        }
        Ok(())
    }

    fn integer(&mut self, kind: Kind, mut n: u64) -> Result<(), SayError> {
        let mut digits = [0; 20];
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = b'0' + (n % 10) as u8;
            n /= 10;
            if n == 0 {
                return self.string(kind, digits.get(start..).unwrap_or_default());
            }
        }
    }

    fn string(&mut self, kind: Kind, text: &[u8]) -> Result<(), SayError> {
        for &byte in text {
            match byte {
                // The marks people write telephone numbers with are not spoken.
                b' ' | b'-' | b'+' | b'(' | b')' => {}
                _ => self.push(kind, byte)?,
            }
        }
        Ok(())
    }

    fn push(&mut self, kind: Kind, byte: u8) -> Result<(), SayError> {
        let symbol = grammar::symbol(byte).ok_or(SayError::Type(kind))?;
        let slot = self.digits.get_mut(usize::from(self.len));
        *slot.ok_or(SayError::Range(kind))? = symbol;
        self.len += 1;
        Ok(())
    }

    fn moment(&mut self, kind: Kind, ms: i64) -> Result<(), SayError> {
        let minutes = ms.div_euclid(60_000);
        if kind == Kind::Date {
            let (year, month, day) = schedule::civil_from_days(minutes.div_euclid(1440));
            if !(1..=9999).contains(&year) {
                return Err(SayError::Range(kind));
            }
            self.numbers = [year as u64, month as u64, day as u64, 0];
            // The year is also read digit by digit.
            return self.integer(kind, year as u64);
        }
        let of_day = minutes.rem_euclid(1440) as u64;
        let (hour, minute) = (of_day / 60, of_day % 60);
        self.numbers = [hour, minute, (hour + 11) % 12 + 1, u64::from(hour >= 12)];
        Ok(())
    }
}
