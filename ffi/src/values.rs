//! # Instants and handles
//!
//! A handle is a number that names a queue, an agent, a call and so on, with a generation inside:
//! one kept too long names nothing, never somebody else. No handle is ever `TL_NONE`.

/// An instant: milliseconds since 1970-01-01 00:00 UTC, leap seconds not counted.
pub type tl_time = u64;

/// No handle, no instant, no duration: in a 64-bit field.
pub const TL_NONE: u64 = 0xFFFF_FFFF_FFFF_FFFF;
/// Not set: in a 32-bit field.
pub const TL_NONE32: u32 = 0xFFFF_FFFF;

pub(crate) fn option64(value: u64) -> Option<u64> {
    (value != TL_NONE).then_some(value)
}

pub(crate) fn option32(value: u32) -> Option<u32> {
    (value != TL_NONE32).then_some(value)
}

pub(crate) fn set64(value: Option<u64>) -> u64 {
    value.unwrap_or(TL_NONE)
}

pub(crate) fn set32(value: Option<u32>) -> u32 {
    value.unwrap_or(TL_NONE32)
}
