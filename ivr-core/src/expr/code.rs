//! The code of expressions: one word an operation, its operand in the upper 24 bits, 64-bit
//! constants in the two words behind it.

use crate::program::LoadError;
use crate::program::check::Checker;
use crate::program::records::Expr;

/// Values an expression may hold at once.
pub(crate) const STACK: usize = 16;
/// Longest code of one expression, in words.
pub(crate) const LONGEST: u32 = 512;

macro_rules! ops {
    ($($(#[$doc:meta])* $name:ident $takes:literal,)*) => {
        /// An operation. Each takes some values from the stack and leaves one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Op { $($(#[$doc])* $name,)* }

        impl Op {
            const ALL: &[Self] = &[$(Self::$name,)*];

            /// How many values it takes.
            pub(crate) const fn takes(self) -> usize {
                match self { $(Self::$name => $takes,)* }
            }
        }
    };
}

ops! {
    /// A constant in the next two words.
    Int 0,
    /// A constant in the next two words, in units of a ten-thousandth.
    Decimal 0,
    /// A constant in the next two words.
    Time 0,
    Bool 0,
    Str 0,
    Var 0,
    /// What the session knows: see [`super::vm::Known`].
    Known 0,
    Neg 1,
    Not 1,
    Add 2,
    Sub 2,
    Mul 2,
    Div 2,
    Rem 2,
    Eq 2,
    Ne 2,
    Lt 2,
    Le 2,
    Gt 2,
    Ge 2,
    And 2,
    Or 2,
    Select 3,
    Size 1,
    ToInt 1,
    ToDecimal 1,
    ToText 1,
    Contains 2,
    StartsWith 2,
    EndsWith 2,
    Substring 3,
    /// The operand is an automaton.
    Matches 1,
    Luhn 1,
    Hash 1,
    /// Monday is 1; the operand is a schedule, for its zone.
    Weekday 1,
    /// Minutes since midnight; the operand is a schedule, for its zone.
    Minute 1,
    /// Whether a moment is within working hours; the operand is a schedule.
    InSchedule 1,
}

impl Op {
    pub(crate) fn split(word: u32) -> Option<(Self, u32)> {
        let op = Self::ALL.get((word & 0xFF) as usize)?;
        Some((*op, word >> 8))
    }

    #[cfg(feature = "std")]
    pub(crate) const fn word(self, operand: u32) -> u32 {
        self as u32 | operand << 8
    }

    pub(crate) const fn has_constant(self) -> bool {
        matches!(self, Self::Int | Self::Decimal | Self::Time)
    }
}

/// The code of an expression is whole, points nowhere outside and leaves exactly one value.
pub(crate) fn check(Expr(at): Expr, checker: &mut Checker<'_>) -> Result<(), LoadError> {
    let words = checker.words;
    let count = words.get(at as usize);
    checker.span(at, count, 1)?;
    if count > LONGEST {
        return Err(checker.wrong("length of an expression"));
    }
    let (mut at, end) = (at as usize + 1, at as usize + 1 + count as usize);
    let mut depth = 0;
    while at < end {
        let Some((op, operand)) = Op::split(words.get(at)) else {
            return Err(checker.wrong("operation"));
        };
        at += if op.has_constant() { 3 } else { 1 };
        let limit = match op {
            Op::Str => checker.strings,
            Op::Var => checker.vars,
            Op::Known => super::vm::Known::ALL.len() as u32,
            Op::Matches => checker.dfas,
            Op::Weekday | Op::Minute | Op::InSchedule => checker.schedules,
            _ => u32::MAX,
        };
        if operand >= limit {
            return Err(checker.wrong("operand"));
        }
        if depth < op.takes() || depth - op.takes() >= STACK {
            return Err(checker.wrong("depth of an expression"));
        }
        depth = depth - op.takes() + 1;
    }
    if at == end && depth == 1 { Ok(()) } else { Err(checker.wrong("end of an expression")) }
}
