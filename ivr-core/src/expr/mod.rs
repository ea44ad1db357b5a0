//! Expressions: a subset of CEL, compiled to straight-line code for a small stack machine.
//!
//! There are no jumps: both sides of `&&`, `||` and `?:` are computed, which costs a few
//! nanoseconds, has no effect (nothing in the language has one) and makes every expression total
//! and its cost known. An error is a value that the operators carry on as CEL says: `false && error`
//! is false, `error + 1` an error.

mod code;
mod vm;

#[cfg(feature = "std")]
pub(crate) use code::{LONGEST, STACK};
pub(crate) use code::{Op, check};
#[cfg(feature = "std")]
pub(crate) use vm::Known;
pub(crate) use vm::{Env, Scratch, Val, eval, eval_plain};

/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExprError {
    /// A result does not fit its type.
    #[error("overflow")]
    Overflow,
    /// A division by zero.
    #[error("division by zero")]
    DivideByZero,
    /// Text grew beyond what there is room for.
    #[error("text too long")]
    TooLong,
    /// Text that was to be a number is none, or an index lies outside the text.
    #[error("not a number, or out of range")]
    OutOfRange,
    /// An operator met a type it is not made for: only a forged program can do that.
    #[error("wrong type")]
    Type,
}
