//! Languages that a program teaches, as their documents write them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use super::{listed, mapped, quoted, word};
use crate::program::Flow;
use crate::program::records::{SayStep, Tongue};
use crate::say::speak as op;
use crate::say::{Kind, PARTS};

impl Flow<'_> {
    pub(super) fn tongue(&self, tongue: Tongue) -> String {
        let mut out = format!(
            "{}:\n    between: {}\n    rules:",
            word(self.str(tongue.language)),
            quoted(self.str(tongue.between))
        );
        for set in self.list(tongue.sets) {
            let _ = write!(out, "\n      {}:", word(self.str(set.name)));
            for rule in self.list(set.rules) {
                let steps: Vec<SayStep> = self.list(rule.steps).collect();
                let steps = self.steps(tongue, &steps);
                let (base, divisor) = (rule.base, rule.divisor);
                let _ = write!(out, "\n        {base}: {{ divide: {divisor}, say: {steps} }}");
            }
            if set.rules.len(self.words) == 0 {
                out += " {}";
            }
        }
        if tongue.sets.len(self.words) == 0 {
            out += " {}";
        }
        out += "\n    kinds:";
        let empty = out.len();
        for (kind, script) in Kind::ALL.into_iter().zip(self.list(tongue.scripts)) {
            let steps: Vec<SayStep> = self.list(script.steps).collect();
            if !steps.is_empty() {
                let _ = write!(out, "\n      {}: {}", kind.name(), self.steps(tongue, &steps));
            }
        }
        if out.len() == empty {
            out += " {}";
        }
        out
    }

    fn steps(&self, tongue: Tongue, steps: &[SayStep]) -> String {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(step) = steps.get(at) {
            at += 1;
            let end = at.saturating_add(step.skip as usize).min(steps.len());
            // Of a forged program the steps may skip for ever deeper; here each is read once.
            let inner = || self.steps(tongue, steps.get(at..end).unwrap_or_default());
            let set = |index: u32| {
                let set = tongue.sets.get(self.words, index);
                set.map_or_else(String::new, |set| word(self.str(set.name)))
            };
            let part = PARTS.iter().find(|(_, index)| u32::from(*index) == step.first);
            let part = part.map_or("", |(name, _)| name);
            found.push(match step.op {
                op::QUOTIENT => mapped([format!("quotient: {}", set(step.first))]),
                op::REMAINDER => mapped([format!("rest: {}", set(step.first))]),
                op::DIGITS => mapped([format!("digits: {}", set(step.first))]),
                op::FIELD => mapped([format!("part: {part}, by: {}", set(step.second))]),
                op::IF_REMAINDER => mapped([format!("if_rest: {}", inner())]),
                op::EXACTLY => mapped([format!("exactly: {}", inner())]),
                op::IF_DIGITS => mapped([format!("if_digits: {}", inner())]),
                op::WHEN => mapped([format!("if: {part}, is: {}, say: {}", step.second, inner())]),
                op::UNLESS => {
                    mapped([format!("if: {part}, not: {}, say: {}", step.second, inner())])
                }
                _ => {
                    let piece = tongue.pieces.get(self.words, step.first);
                    piece.map_or_else(|| "~".to_string(), |text| quoted(self.str(text)))
                }
            });
            at = end;
        }
        listed(found.into_iter())
    }
}
