use super::Piece;
use super::fields::Fields;
use crate::program::Flow;
use crate::program::records as r;
use crate::program::words::{Field, List};

/// A language: its pieces, its rules and what each kind of value sounds like.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) language: &'static str,
    /// What stands between pieces in text.
    pub(super) between: &'static str,
    pub(super) pieces: &'static [&'static str],
    /// Sets of rules; a number is spoken by the last rule whose base it reaches.
    pub(super) sets: &'static [&'static [Rule]],
    /// One script a kind, in the order of [`super::Kind`].
    pub(super) kinds: [&'static [Step]; super::Kind::ALL.len()],
}

/// How numbers from a base up to the next rule's are spoken.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) base: u64,
    pub(super) divisor: u64,
    pub(super) steps: &'static [Step],
}

/// What to say next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Piece(u16),
    /// The number divided by the rule's divisor, by a set of rules.
    Quotient(u8),
    /// What the division leaves, unless nothing.
    Remainder(u8),
    /// Only when the division leaves something.
    IfRemainder(&'static [Self]),
    /// Only when the division leaves nothing.
    Exactly(&'static [Self]),
    /// A field of the value, by a set of rules.
    Field(u8, u8),
    /// Each digit of the value, by a set of rules.
    Digits(u8),
    /// Only when a field equals a number.
    When(u8, u64, &'static [Self]),
    /// Only when a field does not equal a number.
    Unless(u8, u64, &'static [Self]),
    /// Only when there are digits.
    IfDigits(&'static [Self]),
}

impl Step {
    /// A step of a program; `None` when there is no such operation. What it skips is its own affair.
    fn of(step: r::SayStep) -> Option<Self> {
        let (first, second) = (step.first, step.second);
        Some(match step.op {
            PIECE => Self::Piece(first as u16),
            QUOTIENT => Self::Quotient(first as u8),
            REMAINDER => Self::Remainder(first as u8),
            IF_REMAINDER => Self::IfRemainder(&[]),
            EXACTLY => Self::Exactly(&[]),
            FIELD => Self::Field(first as u8, second as u8),
            DIGITS => Self::Digits(first as u8),
            WHEN => Self::When(first as u8, u64::from(second), &[]),
            UNLESS => Self::Unless(first as u8, u64::from(second), &[]),
            IF_DIGITS => Self::IfDigits(&[]),
            _ => return None,
        })
    }
}

/// The operations in a program's steps.
pub(crate) const PIECE: u32 = 0;
pub(crate) const QUOTIENT: u32 = 1;
pub(crate) const REMAINDER: u32 = 2;
pub(crate) const IF_REMAINDER: u32 = 3;
pub(crate) const EXACTLY: u32 = 4;
pub(crate) const FIELD: u32 = 5;
pub(crate) const DIGITS: u32 = 6;
pub(crate) const WHEN: u32 = 7;
pub(crate) const UNLESS: u32 = 8;
pub(crate) const IF_DIGITS: u32 = 9;

/// The index of a piece; a table that names an unknown one does not compile.
pub(super) const fn index(pieces: &[&str], text: &str) -> u16 {
    let mut i = 0;
    while i < pieces.len() {
        if same(pieces[i].as_bytes(), text.as_bytes()) {
            return i as u16;
        }
        i += 1;
    }
    panic!("not a piece of this language")
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// A language's table: one of this crate, or one of a program.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tongue<'a> {
    Own(&'static Table),
    Of(&'a Flow<'a>, r::Tongue),
}

impl<'a> Tongue<'a> {
    pub(super) fn between(self) -> &'a str {
        match self {
            Self::Own(table) => table.between,
            Self::Of(flow, tongue) => flow.str(tongue.between),
        }
    }

    pub(super) fn piece(self, id: u16) -> Option<Piece<'a>> {
        let text = match self {
            Self::Own(table) => table.pieces.get(usize::from(id)).copied(),
            Self::Of(flow, tongue) => {
                tongue.pieces.get(flow.words, u32::from(id)).map(|text| flow.str(text))
            }
        };
        text.map(|text| Piece { id, text })
    }

    pub(super) fn script(self, kind: super::Kind) -> Steps {
        match self {
            Self::Own(table) => {
                Steps::Own(table.kinds.get(kind as usize).copied().unwrap_or_default())
            }
            Self::Of(flow, tongue) => {
                let script = tongue.scripts.get(flow.words, kind as u32);
                Steps::coded(flow, script.map_or(List::EMPTY, |script| script.steps))
            }
        }
    }

    /// The last rule of a set whose base a number reaches: its steps and its divisor.
    fn rule(self, set: u8, number: u64) -> Option<(Steps, u64)> {
        match self {
            Self::Own(table) => {
                let rules = table.sets.get(usize::from(set)).copied()?;
                let after = rules.partition_point(|rule| rule.base <= number);
                let rule = after.checked_sub(1).and_then(|i| rules.get(i))?;
                Some((Steps::Own(rule.steps), rule.divisor))
            }
            Self::Of(flow, tongue) => {
                let rules = tongue.sets.get(flow.words, u32::from(set))?.rules;
                let (mut low, mut high) = (0, rules.len(flow.words));
                while low < high {
                    let middle = low.midpoint(high);
                    if rules.at(flow.words, middle).base as u64 <= number {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                let rule = rules.get(flow.words, low.checked_sub(1)?)?;
                Some((Steps::coded(flow, rule.steps), (rule.divisor as u64).max(1)))
            }
        }
    }
}

/// Steps still to be taken.
#[derive(Clone, Copy, Debug)]
pub(super) enum Steps {
    Own(&'static [Step]),
    /// The word where they begin in a program, and how many there are.
    Coded(u32, u32),
}

impl Steps {
    fn coded(flow: &Flow<'_>, steps: List<r::SayStep>) -> Self {
        Self::Coded(steps.at.saturating_add(1), steps.len(flow.words))
    }

    pub(super) fn is_empty(self) -> bool {
        matches!(self, Self::Own([]) | Self::Coded(_, 0))
    }

    /// Without so many steps at the front.
    fn skip(self, count: u32) -> Self {
        match self {
            Self::Own(steps) => Self::Own(steps.get(count as usize..).unwrap_or_default()),
            Self::Coded(at, left) => {
                let count = count.min(left);
                Self::Coded(at.saturating_add(count * r::SayStep::WORDS as u32), left - count)
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    steps: Steps,
    number: u64,
    divisor: u64,
}

/// How deep rules nest: every step down divides the number or leaves a script; the tests walk every
/// rule of every language, and the compiler tries those of a document.
const DEPTH: usize = 12;
/// More steps than any value takes: rules that go round in circles come to an end.
const PATIENCE: u16 = 2_000;

/// The pieces of a spoken value, in order.
#[derive(Clone, Copy, Debug)]
pub struct Pieces<'a> {
    tongue: Tongue<'a>,
    fields: Fields,
    stack: [Frame; DEPTH],
    depth: usize,
    digit: u8,
    patience: u16,
    /// Rules nested too deeply, or went round in circles.
    pub(super) broken: bool,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(tongue: Tongue<'a>, fields: Fields, script: Steps) -> Self {
        let frame = Frame { steps: script, number: 0, divisor: 1 };
        let stack = [frame; DEPTH];
        Self { tongue, fields, stack, depth: 1, digit: 0, patience: PATIENCE, broken: false }
    }

    fn field(&self, index: u8) -> u64 {
        self.fields.numbers.get(usize::from(index)).copied().unwrap_or(0)
    }

    fn push(&mut self, steps: Steps, number: u64, divisor: u64) {
        if let Some(slot) = self.stack.get_mut(self.depth) {
            *slot = Frame { steps, number, divisor };
            self.depth += 1;
        } else {
            self.broken = true;
            debug_assert!(matches!(self.tongue, Tongue::Of(..)), "a table nests too deeply");
        }
    }

    fn speak(&mut self, set: u8, number: u64) {
        if let Some((steps, divisor)) = self.tongue.rule(set, number) {
            self.push(steps, number, divisor);
        }
    }

    /// The first of some steps, and how many behind it belong to it alone.
    fn first(&self, steps: Steps) -> Option<(Step, u32)> {
        match (steps, self.tongue) {
            (Steps::Own(steps), _) => steps.first().map(|step| (*step, 0)),
            (Steps::Coded(at, 1..), Tongue::Of(flow, _)) => {
                let step = r::SayStep::get(flow.words, at as usize);
                Some((Step::of(step)?, step.skip))
            }
            _ => None,
        }
    }

    /// Steps that are only taken under a condition.
    fn only(&mut self, holds: bool, steps: &'static [Step], skip: u32, frame: Frame) {
        match (holds, frame.steps) {
            (true, Steps::Own(_)) => self.push(Steps::Own(steps), frame.number, frame.divisor),
            (false, Steps::Coded(..)) if skip > 0 => {
                // They lie behind the condition, in the frame it came from.
                let rest = frame.steps.skip(skip.saturating_add(1));
                if let Some(top) = self.depth.checked_sub(1).and_then(|i| self.stack.get_mut(i)) {
                    top.steps = rest;
                }
            }
            _ => {}
        }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            let top = self.depth.checked_sub(1)?;
            let frame = *self.stack.get(top)?;
            let Some((step, skip)) = self.first(frame.steps) else {
                self.depth = top;
                continue;
            };
            let Some(patience) = self.patience.checked_sub(1) else {
                self.broken = true;
                return None;
            };
            self.patience = patience;
            let rest = frame.steps.skip(1);
            // A frame with nothing left makes room before the next one begins.
            if rest.is_empty() && !matches!(step, Step::Digits(_)) {
                self.depth = top;
            } else if let Some(slot) = self.stack.get_mut(top) {
                slot.steps = rest;
            }
            let Frame { number, divisor, .. } = frame;
            match step {
                Step::Piece(id) => return self.tongue.piece(id),
                Step::Quotient(set) => self.speak(set, number / divisor),
                Step::Remainder(set) => {
                    if number % divisor != 0 {
                        self.speak(set, number % divisor);
                    }
                }
                Step::IfRemainder(steps) => self.only(number % divisor != 0, steps, skip, frame),
                Step::Exactly(steps) => self.only(number % divisor == 0, steps, skip, frame),
                Step::Field(index, set) => self.speak(set, self.field(index)),
                Step::Digits(set) => {
                    if self.digit < self.fields.len {
                        let digit = self.fields.digits.get(usize::from(self.digit)).copied()?;
                        self.digit += 1;
                        if let Some(slot) = self.stack.get_mut(top) {
                            slot.steps = frame.steps;
                        }
                        self.speak(set, u64::from(digit));
                    }
                }
                Step::When(index, value, steps) => {
                    self.only(self.field(index) == value, steps, skip, frame);
                }
                Step::Unless(index, value, steps) => {
                    self.only(self.field(index) != value, steps, skip, frame);
                }
                Step::IfDigits(steps) => self.only(self.fields.len > 0, steps, skip, frame),
            }
        }
    }
}
