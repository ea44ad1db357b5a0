//! Variables in a session's memory: each at its place, by its type.

use crate::program::records::Var;
use crate::{Decimal, Time, Type, Value, grammar};

fn number(bytes: &[u8]) -> Option<i64> {
    bytes.try_into().ok().map(i64::from_le_bytes)
}

/// The value of a variable.
pub(crate) fn read(memory: &[u8], var: Var) -> Option<Value<'_>> {
    let at = var.at as usize;
    let size = crate::program::variable_size(var)?;
    let bytes = memory.get(at..at.checked_add(size)?)?;
    Some(match Type::from_code(var.ty)? {
        Type::Int => Value::Int(number(bytes)?),
        Type::Decimal => Value::Decimal(Decimal { units: number(bytes)? }),
        Type::Time => Value::Time(Time(number(bytes)?)),
        Type::Bool => Value::Bool(*bytes.first()? != 0),
        Type::Text | Type::Digits => {
            let (len, text) = bytes.split_first()?;
            let text = text.get(..usize::from(*len))?;
            Value::Text(core::str::from_utf8(text).unwrap_or_default())
        }
    })
}

/// Whether a value can go into a variable as it is, or nearly: what [`write`] would store.
pub(crate) fn fits(var: Var, value: Value<'_>) -> bool {
    let Some(ty) = Type::from_code(var.ty) else {
        return false;
    };
    match (ty, value) {
        (Type::Int, Value::Int(_))
        | (Type::Decimal, Value::Decimal(_))
        | (Type::Time, Value::Time(_))
        | (Type::Bool, Value::Bool(_)) => true,
        (Type::Decimal, Value::Int(n)) => Decimal::from_int(n).is_some(),
        (Type::Text, Value::Text(text)) => text.len() <= var.max as usize,
        (Type::Digits, Value::Text(text)) => {
            text.len() <= var.max as usize && text.bytes().all(|b| grammar::symbol(b).is_some())
        }
        _ => false,
    }
}

/// Stores a value that [`fits`]; anything else leaves the variable alone.
pub(crate) fn write(memory: &mut [u8], var: Var, value: Value<'_>) {
    if !fits(var, value) {
        return;
    }
    let at = var.at as usize;
    let size = crate::program::variable_size(var).unwrap_or(0);
    let Some(room) = at.checked_add(size).and_then(|end| memory.get_mut(at..end)) else {
        return;
    };
    let number = match value {
        Value::Int(n) if var.ty == Type::Decimal.code() => {
            Decimal::from_int(n).map_or(0, |d| d.units)
        }
        Value::Int(n) => n,
        Value::Decimal(d) => d.units,
        Value::Time(t) => t.0,
        Value::Bool(b) => {
            room.fill(u8::from(b));
            return;
        }
        Value::Text(text) => {
            // Cleared first, so that equal values are equal bytes.
            room.fill(0);
            if let Some((len, bytes)) = room.split_first_mut() {
                *len = text.len() as u8;
                if let Some(bytes) = bytes.get_mut(..text.len()) {
                    bytes.copy_from_slice(text.as_bytes());
                }
            }
            return;
        }
    };
    room.copy_from_slice(&number.to_le_bytes());
}

/// The longest beginning of a text that has at most so many bytes.
pub(crate) fn truncated(text: &str, max: usize) -> &str {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
