//! Digit strings against automata, and the checks an automaton cannot make.

use crate::program::Flow;
use crate::program::records::{DEAD, Dfa, StateAt};
use crate::program::words::DfaId;

/// The sixteen DTMF symbols in the order of their codes.
pub(crate) const SYMBOLS: [u8; 16] = *b"0123456789*#ABCD";

/// The code of a DTMF symbol by its byte; 16 where there is none.
const CODES: [u8; 256] = {
    let mut codes = [16; 256];
    let mut code = 0;
    while code < SYMBOLS.len() {
        let byte = SYMBOLS[code];
        codes[byte.to_ascii_lowercase() as usize] = code as u8;
        codes[byte as usize] = code as u8;
        code += 1;
    }
    codes
};

/// The code of a DTMF symbol.
pub(crate) fn symbol(digit: u8) -> Option<u8> {
    CODES.get(usize::from(digit)).copied().filter(|&code| code < 16)
}

/// One state of an automaton.
pub(crate) fn state<'a>(flow: &Flow<'a>, dfa: Dfa, index: u16) -> Option<StateAt<'a>> {
    StateAt::of(flow.words, dfa.states, index)
}

/// Whether a whole string is accepted.
pub(crate) fn matches(flow: &Flow<'_>, DfaId(dfa): DfaId, text: &str) -> bool {
    let Some(dfa) = flow.root.dfas.get(flow.words, dfa) else {
        return false;
    };
    let mut at = 0;
    for byte in text.bytes() {
        let next = symbol(byte).and_then(|s| state(flow, dfa, at).map(|state| state.next(s)));
        match next {
            Some(next) if next != DEAD => at = next,
            _ => return false,
        }
    }
    state(flow, dfa, at).is_some_and(|state| state.accept() != 0)
}

/// The check digit of ISO/IEC 7812 (bank cards): digits only, at least two.
pub(crate) fn luhn(text: &str) -> bool {
    let digits = text.as_bytes();
    if digits.len() < 2 || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, digit)| {
            let n = u32::from(digit - b'0') << (i % 2);
            if n > 9 { n - 9 } else { n }
        })
        .sum();
    sum % 10 == 0
}

/// A day that exists, as `YYYYMMDD`.
pub(crate) fn date(text: &str) -> bool {
    let digits = text.as_bytes();
    if digits.len() != 8 || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number = |from: usize, to: usize| {
        let part = digits.get(from..to).unwrap_or_default();
        part.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0'))
    };
    let (year, month, day) = (number(0, 4), number(4, 6), number(6, 8));
    (1..=12).contains(&month) && day >= 1 && day <= crate::schedule::days_in_month(year, month)
}

#[cfg(test)]
mod tests {
    use super::{date, luhn};

    #[test]
    fn luhn_knows_a_test_card_and_its_neighbour() {
        assert!(luhn("4111111111111111"));
        assert!(!luhn("4111111111111112"));
        assert!(!luhn("0") && !luhn("") && !luhn("41#1"));
    }

    #[test]
    fn dates_that_exist() {
        assert!(date("20240229") && date("20260131"));
        assert!(!date("20260229") && !date("20261301") && !date("20260100") && !date("2026131"));
    }
}
