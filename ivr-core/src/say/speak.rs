use super::Piece;
use super::fields::Fields;

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

#[derive(Clone, Copy, Debug)]
struct Frame {
    steps: &'static [Step],
    number: u64,
    divisor: u64,
}

/// How deep rules nest: every step down divides the number or leaves a script; the tests walk every
/// rule of every language.
const DEPTH: usize = 12;

/// The pieces of a spoken value, in order.
#[derive(Clone, Copy, Debug)]
pub struct Pieces {
    table: &'static Table,
    fields: Fields,
    stack: [Frame; DEPTH],
    depth: usize,
    digit: u8,
}

impl Pieces {
    pub(super) fn new(table: &'static Table, fields: Fields, script: &'static [Step]) -> Self {
        let frame = Frame { steps: script, number: 0, divisor: 1 };
        Self { table, fields, stack: [frame; DEPTH], depth: 1, digit: 0 }
    }

    fn field(&self, index: u8) -> u64 {
        self.fields.numbers.get(usize::from(index)).copied().unwrap_or(0)
    }

    fn push(&mut self, steps: &'static [Step], number: u64, divisor: u64) {
        if let Some(slot) = self.stack.get_mut(self.depth) {
            *slot = Frame { steps, number, divisor };
            self.depth += 1;
        } else {
            debug_assert!(false, "a table nests deeper than the tests allow");
        }
    }

    fn speak(&mut self, set: u8, number: u64) {
        let rules = self.table.sets.get(usize::from(set)).copied().unwrap_or_default();
        let after = rules.partition_point(|rule| rule.base <= number);
        if let Some(rule) = after.checked_sub(1).and_then(|i| rules.get(i)) {
            self.push(rule.steps, number, rule.divisor);
        }
    }
}

impl Iterator for Pieces {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            let top = self.depth.checked_sub(1)?;
            let frame = *self.stack.get(top)?;
            let Some((&step, rest)) = frame.steps.split_first() else {
                self.depth = top;
                continue;
            };
            // A frame with nothing left makes room before the next one begins.
            if rest.is_empty() && !matches!(step, Step::Digits(_)) {
                self.depth = top;
            } else if let Some(slot) = self.stack.get_mut(top) {
                slot.steps = rest;
            }
            let Frame { number, divisor, .. } = frame;
            match step {
                Step::Piece(id) => {
                    let text = self.table.pieces.get(usize::from(id)).copied();
                    return text.map(|text| Piece { id, text });
                }
                Step::Quotient(set) => self.speak(set, number / divisor),
                Step::Remainder(set) => {
                    if number % divisor != 0 {
                        self.speak(set, number % divisor);
                    }
                }
                Step::IfRemainder(steps) => {
                    if number % divisor != 0 {
                        self.push(steps, number, divisor);
                    }
                }
                Step::Exactly(steps) => {
                    if number % divisor == 0 {
                        self.push(steps, number, divisor);
                    }
                }
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
                    if self.field(index) == value {
                        self.push(steps, number, divisor);
                    }
                }
                Step::Unless(index, value, steps) => {
                    if self.field(index) != value {
                        self.push(steps, number, divisor);
                    }
                }
                Step::IfDigits(steps) => {
                    if self.fields.len > 0 {
                        self.push(steps, number, divisor);
                    }
                }
            }
        }
    }
}
