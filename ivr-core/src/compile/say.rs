//! Languages that a document teaches: rules and words for its values, as data.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::diagnostic::nearest;
use super::fields::Fields;
use super::{Compiler, Fault};
use crate::document::{Content, Node, Span};
use crate::program::Flow;
use crate::program::records::{Rule, RuleSet, SayStep, Script, Tongue};
use crate::program::words::Str;
use crate::say::speak as op;
use crate::say::{GREATEST, Kind, PARTS, Say};
use crate::{DECIMAL_ONE, Decimal, Time, Value};

/// A language that the document teaches.
pub(super) struct Taught<'d> {
    pub(super) language: &'d str,
    pub(super) span: Span,
    kinds: Vec<Kind>,
    pub(super) record: Tongue,
}

/// The words and rules of the language being read.
struct Lesson<'d> {
    sets: Vec<&'d str>,
    pieces: Vec<Str>,
    ids: BTreeMap<u32, u32>,
}

impl<'d> Compiler<'d> {
    pub(super) fn tongues(&mut self, node: &'d Node) -> Result<(), Fault> {
        for (language, key, spec) in self.entries(node, "say")? {
            let mut fields = Fields::new(self, spec, "a language")?;
            let between = fields.take("between").map_or(Ok(" "), |n| self.text(n, "a text"))?;
            let (rules, kinds) = (fields.need(self, "rules")?, fields.need(self, "kinds")?);
            fields.finish(self);
            let sets = self.entries(rules, "rules")?;
            let mut lesson = Lesson {
                sets: sets.iter().map(|(name, ..)| *name).collect(),
                pieces: Vec::new(),
                ids: BTreeMap::new(),
            };
            let mut records = Vec::new();
            for (name, _, rules) in sets {
                let rules = self.rules(rules, &mut lesson)?;
                let rules = self.list(&rules);
                records.push(RuleSet { name: self.string(name), rules });
            }
            let mut fields = Fields::new(self, kinds, "what can be said")?;
            let (mut scripts, mut known) = (Vec::new(), Vec::new());
            for kind in Kind::ALL {
                let mut steps = Vec::new();
                if let Some(node) = fields.take(kind.name()) {
                    known.push(kind);
                    self.steps(node, &mut lesson, &mut steps)?;
                }
                scripts.push(Script { steps: self.list(&steps) });
            }
            fields.finish(self);
            let record = Tongue {
                language: self.string(language),
                between: self.string(between),
                pieces: self.list(&lesson.pieces),
                sets: self.list(&records),
                scripts: self.list(&scripts),
            };
            self.taught.push(Taught { language, span: key.span, kinds: known, record });
        }
        Ok(())
    }

    /// Whether a kind of value can be said in a language.
    pub(super) fn speaks(&self, language: &str, kind: Kind) -> bool {
        let primary = language.split('-').next().unwrap_or_default();
        match self.taught.iter().find(|t| t.language == primary) {
            Some(taught) => taught.kinds.contains(&kind),
            None => crate::say::speaks(language),
        }
    }

    /// `{ 0: zero, 20: [twenty, { rest: number }], 100: { divide: 100, say: … } }`
    fn rules(&mut self, node: &'d Node, lesson: &mut Lesson<'d>) -> Result<Vec<Rule>, Fault> {
        let mut found = BTreeMap::new();
        for (base, key, spec) in self.entries(node, "rules")? {
            let Some(base) = base.parse().ok().filter(|n| (0..=GREATEST).contains(n)) else {
                let message = format!("`{base}` is no number a rule could begin at");
                return Err(self.error("wrong-number", key.span, message, None));
            };
            found.insert(base, spec);
        }
        let mut rules = Vec::new();
        for (base, spec) in found {
            // As in most languages, a rule names the greatest power of ten below.
            let mut divisor = 1_i64;
            while divisor <= base / 10 {
                divisor *= 10;
            }
            let mut say = spec;
            if let Content::Mapping(entries) = &spec.content {
                if entries.iter().any(|(key, _)| key.text() == Some("divide")) {
                    let mut fields = Fields::new(self, spec, "a rule")?;
                    let by = fields.need(self, "divide")?;
                    say = fields.need(self, "say")?;
                    fields.finish(self);
                    let number = by.text().and_then(|text| text.parse().ok());
                    let Some(by) = number.filter(|n| (1..=GREATEST).contains(n)) else {
                        let message = "this should be a number to divide by".into();
                        return Err(self.error("wrong-number", by.span, message, None));
                    };
                    divisor = by;
                }
            }
            let mut steps = Vec::new();
            self.steps(say, lesson, &mut steps)?;
            rules.push(Rule { base, divisor, steps: self.list(&steps) });
        }
        Ok(rules)
    }

    fn steps(
        &mut self,
        node: &'d Node,
        lesson: &mut Lesson<'d>,
        out: &mut Vec<SayStep>,
    ) -> Result<(), Fault> {
        for item in self.items(node) {
            match item.text() {
                Some(word) => {
                    let text = self.string(word);
                    let next = lesson.pieces.len() as u32;
                    let id = *lesson.ids.entry(text.0).or_insert(next);
                    if id == next {
                        lesson.pieces.push(text);
                    }
                    out.push(SayStep { op: op::PIECE, first: id, second: 0, skip: 0 });
                }
                None => self.step(item, lesson, out)?,
            }
        }
        Ok(())
    }

    fn step(
        &mut self,
        node: &'d Node,
        lesson: &mut Lesson<'d>,
        out: &mut Vec<SayStep>,
    ) -> Result<(), Fault> {
        let mut fields = Fields::new(self, node, "a step")?;
        let mut step = SayStep { op: op::PIECE, first: 0, second: 0, skip: 0 };
        let mut inner = None;
        for (name, code) in
            [("quotient", op::QUOTIENT), ("rest", op::REMAINDER), ("digits", op::DIGITS)]
        {
            if let Some(set) = fields.take(name) {
                (step.op, step.first) = (code, self.set_named(set, lesson)?);
            }
        }
        for (name, code) in
            [("if_rest", op::IF_REMAINDER), ("exactly", op::EXACTLY), ("if_digits", op::IF_DIGITS)]
        {
            if let Some(steps) = fields.take(name) {
                (step.op, inner) = (code, Some(steps));
            }
        }
        if let Some(part) = fields.take("part") {
            step.op = op::FIELD;
            step.first = self.part(part)?;
            let by = fields.need(self, "by")?;
            step.second = self.set_named(by, lesson)?;
        }
        if let Some(part) = fields.take("if") {
            step.first = self.part(part)?;
            let (code, number) = match fields.take("not") {
                Some(number) => (op::UNLESS, number),
                None => (op::WHEN, fields.need(self, "is")?),
            };
            (step.op, step.second) = (code, self.number(number, 0, u32::MAX)?);
            inner = Some(fields.need(self, "say")?);
        }
        let span = fields.span;
        fields.finish(self);
        if step.op == op::PIECE {
            let message = "a step is a word, `quotient`, `rest`, `part`, `digits`, or a condition";
            return Err(self.error("wrong-shape", span, message.into(), None));
        }
        let at = out.len();
        out.push(step);
        if let Some(inner) = inner {
            self.steps(inner, lesson, out)?;
            out[at].skip = (out.len() - at - 1) as u32;
        }
        Ok(())
    }

    fn set_named(&mut self, node: &'d Node, lesson: &Lesson<'d>) -> Result<u32, Fault> {
        let name = self.text(node, "a set of rules")?;
        let index = lesson.sets.iter().position(|set| *set == name);
        index.filter(|index| *index < 256).map(|index| index as u32).ok_or_else(|| {
            let near = nearest(name, lesson.sets.iter().copied());
            let help = near.map(|near| format!("did you mean `{near}`?"));
            self.error("unknown-rules", node.span, format!("there are no rules `{name}`"), help)
        })
    }

    fn part(&mut self, node: &'d Node) -> Result<u32, Fault> {
        let name = self.text(node, "a part of a value")?;
        match PARTS.iter().find(|(part, _)| *part == name) {
            Some((_, index)) => Ok(u32::from(*index)),
            None => {
                let all: Vec<&str> = PARTS.iter().map(|(part, _)| *part).collect();
                let help = Some(format!("there are: {}", all.join(", ")));
                let message = format!("a value has no part `{name}`");
                Err(self.error("unknown-part", node.span, message, help))
            }
        }
    }

    /// Tries the rules of every language that is taught: they must come to an end.
    pub(super) fn try_tongues(&mut self, program: &[u8]) {
        if self.taught.is_empty() {
            return;
        }
        let Ok(flow) = Flow::load(program) else {
            return;
        };
        let mut found = Vec::new();
        for taught in &self.taught {
            for &kind in &taught.kinds {
                let wrong = samples().find(|&n| !speaks_well(&flow, taught.language, kind, n));
                found.extend(wrong.map(|n| (taught.span, taught.language.to_string(), kind, n)));
            }
        }
        for (span, language, kind, n) in found {
            let message = format!("{n} cannot be said as {} in `{language}`", kind.name());
            let help = "its rules go round in circles, nest too deeply, or say nothing";
            self.error("endless-rules", span, message, Some(help.into()));
        }
    }
}

/// Small numbers, and great ones of every length.
fn samples() -> impl Iterator<Item = i64> {
    let powers = (0..17).map(|exponent| 10_i64.pow(exponent));
    let around = powers.flat_map(|n| [n - 1, n, n + 1, n * 2, n * 9 + n / 9, n / 9 * 8]);
    (0..=130).chain(around.filter(|n| *n <= GREATEST))
}

fn speaks_well(flow: &Flow<'_>, language: &str, kind: Kind, n: i64) -> bool {
    let value = match kind {
        Kind::Decimal => Value::Decimal(Decimal { units: n % (GREATEST / DECIMAL_ONE) }),
        Kind::Date | Kind::Time => Value::Time(Time(n % 100_000 * 3_661_000)),
        _ => Value::Int(n),
    };
    match Say::new_in(flow, language, kind, value) {
        Ok(say) => say.is_sound(),
        Err(_) => true,
    }
}
