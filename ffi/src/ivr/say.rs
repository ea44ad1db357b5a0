//! # Dialogue: speaking values
//!
//! Numbers, digits, money, dates, times and durations in words, outside a dialogue: as the pieces whose
//! recordings are played one after another, or as a text for speech synthesis. There are words for "zh"
//! (Mandarin) and "en"; a flow may teach others. `language` is a tag with a NUL, of which what stands
//! before the first hyphen counts; `flow` may be NULL everywhere here: the library's own words.

use core::ffi::c_char;

use ivr_core::say::{self, Kind as SayKind, Piece, Say, SayError};

use super::flow::{Loaded, tl_ivr_flow};
use super::input::typed;
use super::output::tl_ivr_value;
use crate::guard::{Failure, Outcome, guard};
use crate::object::peek;
use crate::pointers::{c_text, given, list, store, write_text};
use crate::tl_status;

/// How a value is spoken.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_say_kind {
    /// A whole number.
    TL_SAY_NUMBER = 1,
    /// How many of something, where Mandarin says 两.
    TL_SAY_COUNT = 2,
    /// A place in a row.
    TL_SAY_ORDINAL = 3,
    /// Digit by digit, `*`, `#` and `A` to `D` too, 32 at most: a text or a whole number.
    TL_SAY_DIGITS = 4,
    /// Digit by digit as telephone numbers are read.
    TL_SAY_PHONE = 5,
    /// A number with decimal places.
    TL_SAY_DECIMAL = 6,
    /// An amount of the language's money: a decimal, or a whole number of hundredths.
    TL_SAY_MONEY = 7,
    /// The day of a moment, UTC unless the moment was shifted to local time.
    TL_SAY_DATE = 8,
    /// The time of day of a moment, likewise.
    TL_SAY_TIME = 9,
    /// A whole number of milliseconds as hours, minutes and seconds.
    TL_SAY_DURATION = 10,
    /// A number of minutes, with the word.
    TL_SAY_MINUTES = 11,
}

fn kind(kind: u32) -> Result<SayKind, Failure> {
    Ok(match kind {
        1 => SayKind::Cardinal,
        2 => SayKind::Count,
        3 => SayKind::Ordinal,
        4 => SayKind::Digits,
        5 => SayKind::Phone,
        6 => SayKind::Decimal,
        7 => SayKind::Money,
        8 => SayKind::Date,
        9 => SayKind::Time,
        10 => SayKind::Duration,
        11 => SayKind::Minutes,
        other => return Err(Failure::argument(format_args!("kind is {other}"))),
    })
}

impl From<SayError> for Failure {
    fn from(error: SayError) -> Self {
        Self::new(tl_status::TL_ERR_IVR_SAY, error)
    }
}

/// Hands `inside` the flow, if there is one.
///
/// # Safety
/// As `peek`.
unsafe fn with_flow(
    flow: *const tl_ivr_flow,
    inside: impl FnOnce(Option<&Loaded>) -> Outcome,
) -> Outcome {
    if flow.is_null() {
        return inside(None);
    }
    // SAFETY: as this function's own contract.
    unsafe { peek(flow, |loaded| inside(Some(loaded))) }?
}

/// # Safety
/// As the header has it of `flow`, `language` and `value`.
unsafe fn spoken(
    flow: *const tl_ivr_flow,
    language: *const c_char,
    how: u32,
    value: *const tl_ivr_value,
    inside: impl FnOnce(&Say<'_>) -> Outcome,
) -> Outcome {
    // SAFETY: as this function's own contract.
    unsafe {
        let (language, how) = (c_text(language, "language")?, kind(how)?);
        let value = typed(given(value, "value")?)?;
        with_flow(flow, |loaded| match loaded {
            Some(loaded) => inside(&Say::new_in(&loaded.flow, language, how, value)?),
            None => inside(&Say::new(language, how, value)?),
        })
    }
}

/// Writes a value in words into `text`, which has room for `room` bytes, a NUL included, and stores in
/// `len` how long it is without; when the room is too small, returns `TL_ERR_BUFFER`. `kind` is a
/// `tl_say_kind`; the name of `value` does not count. `TL_ERR_IVR_SAY`: no words for this language, a
/// value of another type, or one too great.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_say_text(
    flow: *const tl_ivr_flow,
    language: *const c_char,
    kind: u32,
    value: *const tl_ivr_value,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects, texts and pointers with a count.
    guard("tl_say_text", || unsafe {
        spoken(flow, language, kind, value, |say| {
            write_text((text, room, len), say)?;
            Ok(tl_status::TL_OK)
        })
    })
}

/// As `tl_say_text`, as pieces: stores as many of their numbers as there is `room` for, in the order in
/// which they are played, and in `count` how many there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_say_pieces(
    flow: *const tl_ivr_flow,
    language: *const c_char,
    kind: u32,
    value: *const tl_ivr_value,
    pieces: *mut u16,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects, texts and pointers with a count.
    guard("tl_say_pieces", || unsafe {
        spoken(flow, language, kind, value, |say| {
            list((pieces, room, count), "pieces", say.pieces().map(|piece| piece.id))
        })
    })
}

/// Stores how many pieces there are in a language, 0 for one without words: all that must be recorded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_say_count_pieces(
    flow: *const tl_ivr_flow,
    language: *const c_char,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects, texts and pointers.
    guard("tl_say_count_pieces", || unsafe {
        let language = c_text(language, "language")?;
        with_flow(flow, |loaded| {
            let all = match loaded {
                Some(loaded) => say::pieces_in(&loaded.flow, language).count(),
                None => say::pieces(language).count(),
            };
            store(count, "count", all)?;
            Ok(tl_status::TL_OK)
        })
    })
}

/// Writes what piece `number` of a language says into `text`, as `tl_say_text`. Its number stays within
/// a version of this library, or of the flow that teaches the language.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_say_piece(
    flow: *const tl_ivr_flow,
    language: *const c_char,
    number: u16,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects, texts and pointers with a count.
    guard("tl_say_piece", || unsafe {
        let language = c_text(language, "language")?;
        let write = |piece: Option<Piece<'_>>| {
            let missing = || Failure::argument(format_args!("{language} has no piece {number}"));
            write_text((text, room, len), &piece.ok_or_else(missing)?.text)?;
            Ok(tl_status::TL_OK)
        };
        with_flow(flow, |loaded| match loaded {
            Some(loaded) => write(say::pieces_in(&loaded.flow, language).nth(number.into())),
            None => write(say::pieces(language).nth(number.into())),
        })
    })
}
