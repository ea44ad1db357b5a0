//! Steps of relaxation in the text, a queue's or a rule's that others speak of by its name:
//! `relax = [{ after_ms = 30000, penalty_max = 5 }]`.

use super::schema::{Centre, Queue, Wrong};
use super::tree::Spot;
use crate::acd::queue::tl_acd_relax_step;
use crate::values::TL_NONE32;

/// A step, and what it asks for by the names of skills.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) line: usize,
    pub(super) step: tl_acd_relax_step,
    pub(super) needs: Option<Vec<(usize, String, u8)>>,
}

/// A rule that calls bring along, or whose steps are those of queues.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
}

pub(super) fn rule(spot: &Spot, wrong: &mut Wrong) -> Rule {
    let mut rule = Rule { name: String::new(), steps: Vec::new() };
    for (key, spot) in wrong.table(spot, "rule") {
        match key.as_str() {
            "name" => rule.name = wrong.text(spot, key).unwrap_or_default().to_owned(),
            "relax" => rule.steps = steps(spot, key, wrong),
            _ => wrong.unknown(spot, key, "a rule"),
        }
    }
    if rule.name.is_empty() {
        wrong.say(spot.line, "a rule has a name");
    }
    rule
}

pub(super) fn steps(spot: &Spot, key: &str, wrong: &mut Wrong) -> Vec<Step> {
    let steps: Vec<Step> = wrong.list(spot, key).iter().map(|spot| step(spot, wrong)).collect();
    for pair in steps.windows(2) {
        if pair[1].step.after_ms < pair[0].step.after_ms {
            wrong.say(pair[1].line, "relax: no step is earlier than the one before");
        }
    }
    steps
}

fn step(spot: &Spot, wrong: &mut Wrong) -> Step {
    let mut step = tl_acd_relax_step {
        after_ms: 0,
        call_class: TL_NONE32,
        penalty_min: TL_NONE32,
        penalty_max: TL_NONE32,
        levels_less: 0,
        penalty_raise: TL_NONE32,
        penalty_raise_within: 0,
        penalty_min_by: 0,
        penalty_max_by: 0,
        penalty_raise_by: 0,
        penalty_raise_within_alone: 0,
    };
    let mut needs = None;
    for (key, spot) in wrong.table(spot, "relax") {
        match key.as_str() {
            "after_ms" => step.after_ms = wrong.number(spot, key).unwrap_or(0),
            "needs" => needs = Some(skill_levels(spot, key, wrong)),
            "penalty_min" => wrong.set(&mut step.penalty_min, spot, key),
            "penalty_max" => wrong.set(&mut step.penalty_max, spot, key),
            "levels_less" => step.levels_less = wrong.number::<u8>(spot, key).unwrap_or(0).into(),
            "penalty_raise" => wrong.set(&mut step.penalty_raise, spot, key),
            "penalty_raise_within" => {
                wrong.set(&mut step.penalty_raise_within, spot, key);
                step.penalty_raise_within_alone = 1;
            }
            "penalty_min_by" => wrong.set(&mut step.penalty_min_by, spot, key),
            "penalty_max_by" => wrong.set(&mut step.penalty_max_by, spot, key),
            "penalty_raise_by" => wrong.set(&mut step.penalty_raise_by, spot, key),
            _ => wrong.unknown(spot, key, "a step of relaxation"),
        }
    }
    Step { line: spot.line, step, needs }
}

/// `{ french = 3 }`: skills by name, each with its line.
pub(super) fn skill_levels(spot: &Spot, key: &str, wrong: &mut Wrong) -> Vec<(usize, String, u8)> {
    let table = wrong.table(spot, key).iter();
    table
        .filter_map(|(name, level)| Some((level.line, name.clone(), wrong.number(level, name)?)))
        .collect()
}

impl Centre {
    /// All steps that were written down.
    pub(super) fn steps(&self) -> impl Iterator<Item = &Step> {
        let of_queues = self.queues.iter().flat_map(|queue| &queue.steps);
        of_queues.chain(self.rules.iter().flat_map(|rule| &rule.steps))
    }

    /// The steps by which the calls of a queue relax: its own, or those of the rule it names.
    pub(super) fn steps_of<'c>(&'c self, queue: &'c Queue) -> &'c [Step] {
        let named = queue
            .rule
            .as_ref()
            .and_then(|(_, name)| self.rules.iter().find(|rule| rule.name == *name));
        named.map_or(&queue.steps, |rule| &rule.steps)
    }

    /// How many classes the steps may come to, and how many skills those ask for.
    pub(super) fn classes_of_steps(&self) -> (usize, usize) {
        let classes = self.steps().filter(|step| step.needs.is_some());
        let skills = self.steps().flat_map(|step| step.needs.iter().flatten());
        (classes.count(), skills.count())
    }
}
