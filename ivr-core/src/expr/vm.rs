use core::cmp::Ordering;
use core::fmt::{self, Write};

use super::ExprError;
use super::code::{Op, STACK};
#[cfg(feature = "std")]
use crate::Type;
use crate::grammar;
use crate::machine::State;
use crate::program::Flow;
use crate::program::records::Expr;
use crate::program::words::{DfaId, ScheduleId, Str, VarId};
use crate::value::{DECIMAL_ONE, Decimal};
use crate::{Time, Value, schedule};

/// What an expression may ask the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    Caller,
    Called,
    Language,
    Now,
    Position,
    /// The estimated wait in whole minutes, rounded up.
    Estimate,
    /// How long the latest recording is, in milliseconds.
    Recorded,
}

impl Known {
    pub(crate) const ALL: [Self; 7] = [
        Self::Caller,
        Self::Called,
        Self::Language,
        Self::Now,
        Self::Position,
        Self::Estimate,
        Self::Recorded,
    ];
}

#[cfg(feature = "std")]
impl Known {
    /// As a document writes it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Called => "called",
            Self::Language => "language",
            Self::Now => "now",
            Self::Position => "position",
            Self::Estimate => "estimate",
            Self::Recorded => "recorded",
        }
    }

    pub(crate) const fn ty(self) -> Type {
        match self {
            Self::Caller | Self::Called | Self::Language => Type::Text,
            Self::Now => Type::Time,
            Self::Position | Self::Estimate | Self::Recorded => Type::Int,
        }
    }
}

/// Where an expression finds its variables.
#[derive(Clone, Copy)]
pub(crate) struct Env<'a> {
    pub(crate) flow: &'a Flow<'a>,
    pub(crate) state: &'a State,
    pub(crate) vars: &'a [u8],
}

/// Room for text that an expression makes.
pub(crate) struct Scratch {
    bytes: [u8; 256],
    len: usize,
}

impl Scratch {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; 256], len: 0 }
    }

    fn get(&self, at: u16, len: u16) -> &str {
        let (at, len) = (usize::from(at), usize::from(len));
        let bytes = self.bytes.get(at..at + len).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }

    fn push(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        let room = self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

impl Write for Scratch {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text)
    }
}

/// A value on the stack.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Val<'a> {
    Int(i64),
    Decimal(i64),
    Bool(bool),
    Text(&'a str),
    /// Text in the scratch room.
    Made(u16, u16),
    Time(i64),
    Error(ExprError),
}

impl<'a> Val<'a> {
    /// The value when it needs no scratch room.
    pub(crate) fn whole(self) -> Option<Value<'a>> {
        Some(match self {
            Self::Int(n) => Value::Int(n),
            Self::Decimal(units) => Value::Decimal(Decimal { units }),
            Self::Bool(b) => Value::Bool(b),
            Self::Text(text) => Value::Text(text),
            Self::Time(ms) => Value::Time(Time(ms)),
            Self::Made(..) | Self::Error(_) => return None,
        })
    }

    /// The value to hand out; text that was made lies in the scratch room.
    pub(crate) fn value<'s>(self, scratch: &'s Scratch) -> Result<Value<'s>, ExprError>
    where
        'a: 's,
    {
        match self {
            Self::Made(at, len) => Ok(Value::Text(scratch.get(at, len))),
            Self::Error(error) => Err(error),
            whole => whole.whole().ok_or(ExprError::Type),
        }
    }

    fn text<'s>(self, scratch: &'s Scratch) -> Option<&'s str>
    where
        'a: 's,
    {
        match self {
            Self::Text(text) => Some(text),
            Self::Made(at, len) => Some(scratch.get(at, len)),
            _ => None,
        }
    }
}

/// What stands for itself; every program's commonest expressions are one such operation alone.
fn plain<'a>(env: Env<'a>, at: usize, op: Op, operand: u32) -> Option<Val<'a>> {
    let constant = || {
        let words = env.flow.words;
        let low = u64::from(words.get(at + 1));
        (low | u64::from(words.get(at + 2)) << 32) as i64
    };
    Some(match op {
        Op::Int => Val::Int(constant()),
        Op::Decimal => Val::Decimal(constant()),
        Op::Time => Val::Time(constant()),
        Op::Bool => Val::Bool(operand != 0),
        Op::Str => Val::Text(env.flow.str(Str(operand))),
        Op::Var => variable(env, VarId(operand)),
        Op::Known => known(env, operand),
        _ => return None,
    })
}

/// The value of an expression of a single operation; `None` when it has more.
pub(crate) fn eval_plain<'a>(env: Env<'a>, Expr(at): Expr) -> Option<Val<'a>> {
    let words = env.flow.words;
    let (count, at) = (words.get(at as usize), at as usize + 1);
    let (op, operand) = Op::split(words.get(at))?;
    if count == if op.has_constant() { 3 } else { 1 } { plain(env, at, op, operand) } else { None }
}

/// Computes an expression that [`super::check`] has found sound.
pub(crate) fn eval<'a>(env: Env<'a>, Expr(at): Expr, scratch: &mut Scratch) -> Val<'a> {
    if let Some(value) = eval_plain(env, Expr(at)) {
        return value;
    }
    let words = env.flow.words;
    let mut at = at as usize;
    let end = at + 1 + words.get(at) as usize;
    at += 1;
    let mut stack = [Val::Error(ExprError::Type); STACK];
    let mut depth: usize = 0;
    while at < end {
        let Some((op, operand)) = Op::split(words.get(at)) else {
            return Val::Error(ExprError::Type);
        };
        let base = depth.saturating_sub(op.takes());
        let arg = |i: usize| stack.get(base + i).copied().unwrap_or(Val::Error(ExprError::Type));
        let value = match op {
            Op::And => logic(arg(0), arg(1), false),
            Op::Or => logic(arg(0), arg(1), true),
            Op::Select => match arg(0) {
                Val::Bool(true) => arg(1),
                Val::Bool(false) => arg(2),
                Val::Error(e) => Val::Error(e),
                _ => Val::Error(ExprError::Type),
            },
            _ => match plain(env, at, op, operand) {
                Some(value) => value,
                None => {
                    let args = [arg(0), arg(1), arg(2)];
                    let taken = args.get(..op.takes()).unwrap_or_default();
                    let failed = taken.iter().find(|v| matches!(v, Val::Error(_)));
                    match failed {
                        Some(&error) => error,
                        None => strict(env, op, operand, args, scratch).unwrap_or_else(Val::Error),
                    }
                }
            },
        };
        if let Some(slot) = stack.get_mut(base) {
            *slot = value;
        }
        depth = base + 1;
        at += if op.has_constant() { 3 } else { 1 };
    }
    stack[0]
}

/// CEL's `&&` (dominated by false) and `||` (dominated by true): the dominant side wins over an
/// error on the other.
fn logic<'a>(a: Val<'a>, b: Val<'a>, dominant: bool) -> Val<'a> {
    match (a, b) {
        (Val::Bool(x), _) | (_, Val::Bool(x)) if x == dominant => Val::Bool(x),
        (Val::Bool(_), Val::Bool(_)) => Val::Bool(!dominant),
        (Val::Error(e), _) | (_, Val::Error(e)) => Val::Error(e),
        _ => Val::Error(ExprError::Type),
    }
}

type Outcome<'a> = Result<Val<'a>, ExprError>;

fn strict<'a>(
    env: Env<'a>,
    op: Op,
    operand: u32,
    args: [Val<'a>; 3],
    scratch: &mut Scratch,
) -> Outcome<'a> {
    let [a, b, c] = args;
    let wrong = ExprError::Type;
    Ok(match op {
        Op::Neg => match a {
            Val::Int(n) => Val::Int(n.checked_neg().ok_or(ExprError::Overflow)?),
            Val::Decimal(n) => Val::Decimal(n.checked_neg().ok_or(ExprError::Overflow)?),
            _ => return Err(wrong),
        },
        Op::Not => match a {
            Val::Bool(x) => Val::Bool(!x),
            _ => return Err(wrong),
        },
        Op::Add if a.text(scratch).is_some() => concat(a, b, scratch)?,
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => arithmetic(op, a, b)?,
        Op::Eq => Val::Bool(compare(a, b, scratch)?.is_eq()),
        Op::Ne => Val::Bool(compare(a, b, scratch)?.is_ne()),
        Op::Lt => Val::Bool(compare(a, b, scratch)?.is_lt()),
        Op::Le => Val::Bool(compare(a, b, scratch)?.is_le()),
        Op::Gt => Val::Bool(compare(a, b, scratch)?.is_gt()),
        Op::Ge => Val::Bool(compare(a, b, scratch)?.is_ge()),
        Op::ToInt => to_int(a, scratch)?,
        Op::ToDecimal => to_decimal(a, scratch)?,
        Op::ToText => to_text(a, scratch)?,
        Op::Weekday | Op::Minute | Op::InSchedule => {
            let Val::Time(ms) = a else { return Err(wrong) };
            let id = ScheduleId(operand);
            match op {
                Op::Weekday => Val::Int(schedule::weekday(env.flow, id, Time(ms))),
                Op::Minute => Val::Int(schedule::minute(env.flow, id, Time(ms))),
                _ => Val::Bool(schedule::state(env.flow, id, Time(ms)).is_open()),
            }
        }
        _ => {
            let text = a.text(scratch).ok_or(wrong)?;
            match op {
                Op::Size => Val::Int(text.chars().count() as i64),
                Op::Contains => Val::Bool(text.contains(b.text(scratch).ok_or(wrong)?)),
                Op::StartsWith => Val::Bool(text.starts_with(b.text(scratch).ok_or(wrong)?)),
                Op::EndsWith => Val::Bool(text.ends_with(b.text(scratch).ok_or(wrong)?)),
                Op::Matches => Val::Bool(grammar::matches(env.flow, DfaId(operand), text)),
                Op::Luhn => Val::Bool(grammar::luhn(text)),
                Op::Hash => Val::Int(hash(text)),
                Op::Substring => return substring(a, b, c, scratch),
                _ => return Err(wrong),
            }
        }
    })
}

fn arithmetic<'a>(op: Op, a: Val<'a>, b: Val<'a>) -> Outcome<'a> {
    let int = |x: i64, y: i64| match op {
        Op::Add => x.checked_add(y).ok_or(ExprError::Overflow),
        Op::Sub => x.checked_sub(y).ok_or(ExprError::Overflow),
        Op::Mul => x.checked_mul(y).ok_or(ExprError::Overflow),
        _ if y == 0 => Err(ExprError::DivideByZero),
        Op::Div => x.checked_div(y).ok_or(ExprError::Overflow),
        _ => x.checked_rem(y).ok_or(ExprError::Overflow),
    };
    Ok(match (a, b) {
        (Val::Int(x), Val::Int(y)) => Val::Int(int(x, y)?),
        (Val::Time(x), Val::Time(y)) if op == Op::Sub => Val::Int(int(x, y)?),
        (Val::Time(x), Val::Int(y)) if matches!(op, Op::Add | Op::Sub) => Val::Time(int(x, y)?),
        _ => {
            let (x, y) = (decimal(a)?, decimal(b)?);
            match op {
                // Products and quotients keep four places, what is beyond is cut off.
                Op::Mul => Val::Decimal(narrow(i128::from(x) * i128::from(y) / ONE)?),
                Op::Div if y == 0 => return Err(ExprError::DivideByZero),
                Op::Div => Val::Decimal(narrow(i128::from(x) * ONE / i128::from(y))?),
                _ => Val::Decimal(int(x, y)?),
            }
        }
    })
}

const ONE: i128 = DECIMAL_ONE as i128;

fn narrow(n: i128) -> Result<i64, ExprError> {
    i64::try_from(n).map_err(|_| ExprError::Overflow)
}

fn decimal(value: Val<'_>) -> Result<i64, ExprError> {
    match value {
        Val::Decimal(units) => Ok(units),
        Val::Int(n) => n.checked_mul(DECIMAL_ONE).ok_or(ExprError::Overflow),
        _ => Err(ExprError::Type),
    }
}

fn compare(a: Val<'_>, b: Val<'_>, scratch: &Scratch) -> Result<Ordering, ExprError> {
    Ok(match (a, b) {
        (Val::Int(x), Val::Int(y)) | (Val::Time(x), Val::Time(y)) => x.cmp(&y),
        (Val::Bool(x), Val::Bool(y)) => x.cmp(&y),
        (Val::Int(_) | Val::Decimal(_), Val::Int(_) | Val::Decimal(_)) => {
            let units = |v| match v {
                Val::Int(n) => i128::from(n) * ONE,
                Val::Decimal(units) => i128::from(units),
                _ => 0,
            };
            units(a).cmp(&units(b))
        }
        _ => match (a.text(scratch), b.text(scratch)) {
            (Some(x), Some(y)) => x.cmp(y),
            _ => return Err(ExprError::Type),
        },
    })
}

/// Runs what writes text into the scratch room and takes hold of what it wrote.
fn make<'a>(scratch: &mut Scratch, write: impl FnOnce(&mut Scratch) -> fmt::Result) -> Outcome<'a> {
    let start = scratch.len;
    if write(scratch).is_err() {
        scratch.len = start;
        return Err(ExprError::TooLong);
    }
    Ok(Val::Made(start as u16, (scratch.len - start) as u16))
}

fn append(scratch: &mut Scratch, value: Val<'_>) -> fmt::Result {
    match value {
        Val::Text(text) => scratch.push(text),
        Val::Made(at, len) => {
            let (at, len, end) = (usize::from(at), usize::from(len), scratch.len);
            if end + len > scratch.bytes.len() {
                return Err(fmt::Error);
            }
            scratch.bytes.copy_within(at..at + len, end);
            scratch.len = end + len;
            Ok(())
        }
        _ => Err(fmt::Error),
    }
}

fn concat<'a>(a: Val<'a>, b: Val<'a>, scratch: &mut Scratch) -> Outcome<'a> {
    if b.text(scratch).is_none() {
        return Err(ExprError::Type);
    }
    // Sums are made where their parts lie: room is lost only to what is not used any more.
    let end = scratch.len;
    match (a, b) {
        (Val::Made(x, m), Val::Made(y, n)) if x + m == y && usize::from(y + n) == end => {
            Ok(Val::Made(x, m + n))
        }
        (Val::Made(x, m), Val::Text(_)) if usize::from(x + m) == end => {
            append(scratch, b).map_err(|_| ExprError::TooLong)?;
            Ok(Val::Made(x, (scratch.len - usize::from(x)) as u16))
        }
        (Val::Text(text), Val::Made(y, n)) if usize::from(y + n) == end => {
            append(scratch, a).map_err(|_| ExprError::TooLong)?;
            if let Some(both) = scratch.bytes.get_mut(usize::from(y)..scratch.len) {
                both.rotate_right(text.len());
            }
            Ok(Val::Made(y, (scratch.len - usize::from(y)) as u16))
        }
        _ => make(scratch, |s| {
            append(s, a)?;
            append(s, b)
        }),
    }
}

fn to_int<'a>(a: Val<'a>, scratch: &Scratch) -> Outcome<'a> {
    Ok(Val::Int(match a {
        Val::Int(n) | Val::Time(n) => n,
        Val::Decimal(units) => units / DECIMAL_ONE,
        Val::Bool(_) | Val::Error(_) => return Err(ExprError::Type),
        Val::Text(_) | Val::Made(..) => {
            let text = a.text(scratch).unwrap_or_default();
            // Rust's own parser also takes a plus sign, which CEL does not.
            if text.starts_with('+') {
                return Err(ExprError::OutOfRange);
            }
            text.parse().map_err(|_| ExprError::OutOfRange)?
        }
    }))
}

fn to_decimal<'a>(a: Val<'a>, scratch: &Scratch) -> Outcome<'a> {
    Ok(Val::Decimal(match a.text(scratch) {
        Some(text) => Decimal::parse(text).ok_or(ExprError::OutOfRange)?.units,
        None => decimal(a)?,
    }))
}

fn to_text<'a>(a: Val<'a>, scratch: &mut Scratch) -> Outcome<'a> {
    match a {
        Val::Text(_) | Val::Made(..) => Ok(a),
        Val::Int(n) | Val::Time(n) => make(scratch, |s| write!(s, "{n}")),
        Val::Decimal(units) => make(scratch, |s| write!(s, "{}", Decimal { units })),
        Val::Bool(b) => Ok(Val::Text(if b { "true" } else { "false" })),
        Val::Error(e) => Err(e),
    }
}

/// Characters from one index up to, not including, another.
fn substring<'a>(a: Val<'a>, from: Val<'a>, to: Val<'a>, scratch: &mut Scratch) -> Outcome<'a> {
    let (Val::Int(from), Val::Int(to)) = (from, to) else {
        return Err(ExprError::Type);
    };
    let (start, end) = {
        let text = a.text(scratch).ok_or(ExprError::Type)?;
        let byte = |index: i64| {
            let index = usize::try_from(index).ok()?;
            let mut starts = text.char_indices().map(|(at, _)| at);
            starts.nth(index).or_else(|| (text.chars().count() == index).then_some(text.len()))
        };
        let (start, end) = (byte(from), byte(to));
        let start = start.ok_or(ExprError::OutOfRange)?;
        (start, end.filter(|e| *e >= start).ok_or(ExprError::OutOfRange)?)
    };
    Ok(match a {
        Val::Text(text) => Val::Text(text.get(start..end).unwrap_or_default()),
        Val::Made(at, _) => Val::Made(at + start as u16, (end - start) as u16),
        _ => return Err(ExprError::Type),
    })
}

/// FNV-1a, cut to a non-negative number: the same on every platform, for ever.
fn hash(text: &str) -> i64 {
    let hash = text.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    (hash >> 1) as i64
}

fn variable<'a>(env: Env<'a>, id: VarId) -> Val<'a> {
    match crate::machine::vars::read(env.vars, env.flow.var(id)) {
        Some(Value::Int(n)) => Val::Int(n),
        Some(Value::Decimal(d)) => Val::Decimal(d.units),
        Some(Value::Bool(b)) => Val::Bool(b),
        Some(Value::Text(t)) => Val::Text(t),
        Some(Value::Time(t)) => Val::Time(t.0),
        None => Val::Error(ExprError::Type),
    }
}

fn known<'a>(env: Env<'a>, which: u32) -> Val<'a> {
    let state = env.state;
    match Known::ALL.get(which as usize) {
        Some(Known::Caller) => Val::Text(state.caller.as_str()),
        Some(Known::Called) => Val::Text(state.called.as_str()),
        Some(Known::Language) => Val::Text(env.flow.language(state.language)),
        Some(Known::Now) => Val::Time(state.now.0),
        Some(Known::Position) => Val::Int(i64::from(state.position)),
        Some(Known::Estimate) => Val::Int(i64::from(state.estimate_ms.div_ceil(60_000))),
        Some(Known::Recorded) => Val::Int(i64::from(state.recorded_ms)),
        None => Val::Error(ExprError::Type),
    }
}
