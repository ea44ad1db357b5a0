//! By which steps calls come to ask for less: those of their queue, or of a rule they bring along.

use super::Engine;
use crate::error::{Error, Table};
use crate::id::{CallId, QueueId, RuleId};
use crate::penalty::Penalties;
use crate::queue::{Line, NO_RULE};
use crate::relax::{RelaxStep, Rule};

impl Engine<'_> {
    /// Sets a queue's steps of relaxation, for the calls without a rule of their own that join from
    /// now on.
    ///
    /// # Errors
    /// No such queue or class, steps out of order, calls waiting in the queue, or no room.
    pub fn set_relaxation(&mut self, queue: QueueId, steps: &[RelaxStep]) -> Result<(), Error> {
        let index = self.queue(queue)?;
        if self.queues[index].counters.waiting > 0 {
            return Err(Error::QueueInUse(queue));
        }
        let before = self.queues[index].steps;
        self.check_steps(steps, before.1)?;
        self.drop_steps(before);
        self.queues[index].steps = self.put_steps(steps);
        Ok(())
    }

    /// Adds a rule: steps of relaxation for the calls that
    /// [bring it along](crate::CallConfig::rule), instead of those of their queue.
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// use acd_core::*;
    /// let mut engine = Engine::with_capacity(Limits { rules: 1, steps: 1, ..Limits::default() })?;
    /// let queue = engine.add_queue(QueueConfig::default())?;
    /// // penaltychange => 30,+2
    /// let step = RelaxStep { after_ms: 30_000, penalty_max_by: 2, ..RelaxStep::default() };
    /// let patient = engine.add_rule(&[step])?;
    /// let call = CallConfig { penalty_max: 1, rule: Some(patient), ..CallConfig::new(queue) };
    /// engine.handle(Time::from_secs(1_000), Input::Arrive(call))?;
    /// # }
    /// # Ok::<(), acd_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No such class, steps out of order, or no room.
    pub fn add_rule(&mut self, steps: &[RelaxStep]) -> Result<RuleId, Error> {
        self.check_steps(steps, 0)?;
        let index = self.rules.insert(Rule::default()).ok_or(Error::Full(Table::Rules))?;
        self.rules[index].steps = self.put_steps(steps);
        Ok(RuleId::new(index, self.rules.generation(index)))
    }

    /// Removes a rule by which no call waits.
    ///
    /// # Errors
    /// No such rule, it is in use, or outputs must be polled first.
    pub fn remove_rule(&mut self, rule: RuleId) -> Result<(), Error> {
        let index = self.rule(rule)?;
        self.check_parked()?;
        // Lines that nobody waits in may keep its number: they are of whoever has it next.
        let waits = |line: &Line| line.calls > 0 && u32::from(line.rule) == index;
        if (0..self.lines.used()).any(|line| waits(&self.lines[line])) {
            return Err(Error::RuleInUse(rule));
        }
        self.drop_steps(self.rules[index].steps);
        self.rules[index] = Rule::default();
        self.rules.remove(index);
        Ok(())
    }

    /// All rules.
    pub fn rules(&self) -> impl Iterator<Item = RuleId> {
        let live = |&rule: &u32| self.rules.is_live(rule);
        (0..self.rules.used()).filter(live).map(|rule| self.rule_id(rule))
    }

    pub(super) fn rule_id(&self, index: u32) -> RuleId {
        RuleId::new(index, self.rules.generation(index))
    }

    pub(super) fn rule(&self, id: RuleId) -> Result<u32, Error> {
        let held = self.rules.holds(id.index(), id.generation());
        if held { Ok(id.index()) } else { Err(Error::NoRule(id)) }
    }

    /// Whether a call waits and its penalties may be these; the line that it asks for.
    pub(super) fn check_penalties(
        &self,
        call: CallId,
        penalties: Penalties,
    ) -> Result<(Line, u16), Error> {
        let index = self.queued(call)?;
        let line = self.line_in(index, self.queue_of(index));
        Ok((line.asking(penalties), self.calls[index].step))
    }

    pub(super) fn set_penalties(&mut self, call: u32, penalties: Penalties) {
        let line = self.line_in(call, self.queue_of(call));
        // It was seen before that there is room.
        let line = self.make_lines(line.asking(penalties), self.calls[call].step);
        if let Ok(line) = line {
            self.release_lines(call);
            self.change_line(call, line);
        }
    }

    /// Whether a call waits and there is such a rule; the line that it asks for.
    pub(super) fn check_rule(
        &self,
        call: CallId,
        rule: Option<RuleId>,
    ) -> Result<(Line, u16), Error> {
        let index = self.queued(call)?;
        if let Some(rule) = rule {
            self.rule(rule)?;
        }
        let line = self.line_in(index, self.queue_of(index));
        let wanted = Line { rule: rule_index(rule), ..line };
        // What it relaxes by already, it goes on to relax by.
        let step = if wanted.rule == line.rule { self.calls[index].step } else { 0 };
        Ok((wanted, step))
    }

    pub(super) fn set_rule(&mut self, call: u32, rule: Option<RuleId>) {
        let line = self.line_in(call, self.queue_of(call));
        let wanted = Line { rule: rule_index(rule), ..line };
        if wanted.rule == line.rule {
            return;
        }
        // It was seen before that there is room.
        if let Ok(line) = self.make_lines(wanted, 0) {
            self.release_lines(call);
            self.calls[call].step = 0;
            self.change_line(call, line);
            self.arm_call(call);
        }
    }

    /// The steps by which the calls of a line relax.
    pub(super) fn steps_of(&self, line: &Line) -> &[RelaxStep] {
        let (start, count) = match line.rule {
            NO_RULE => self.queues[line.queue].steps,
            rule => self.rules[u32::from(rule)].steps,
        };
        &self.steps[start as usize..(start + count) as usize]
    }

    /// Whether the steps make sense and there is room for them, if so many are given back.
    fn check_steps(&self, steps: &[RelaxStep], back: u32) -> Result<(), Error> {
        for (i, step) in steps.iter().enumerate() {
            if i > 0 && step.after_ms < steps[i - 1].after_ms {
                return Err(Error::Config("steps of relaxation are out of order"));
            }
            if let Some(class) = step.class.filter(|class| !self.skills.has_class(*class)) {
                return Err(Error::NoClass(class));
            }
        }
        let room = self.steps.len() - (self.steps_used - back) as usize;
        if steps.len() > room || steps.len() > usize::from(u16::MAX) {
            return Err(Error::Full(Table::Steps));
        }
        Ok(())
    }

    /// Notes steps behind all others: where, and how many.
    fn put_steps(&mut self, steps: &[RelaxStep]) -> (u32, u32) {
        if steps.is_empty() {
            return (0, 0);
        }
        let start = self.steps_used;
        self.steps_used += steps.len() as u32;
        self.steps[start as usize..self.steps_used as usize].copy_from_slice(steps);
        (start, steps.len() as u32)
    }

    /// Closes the gap that steps leave behind.
    pub(super) fn drop_steps(&mut self, (start, count): (u32, u32)) {
        let end = start + count;
        self.steps.copy_within(end as usize..self.steps_used as usize, start as usize);
        self.steps_used -= count;
        let close = |steps: &mut (u32, u32)| {
            if steps.0 >= end && steps.1 > 0 {
                steps.0 -= count;
            }
        };
        (0..self.queues.used()).for_each(|queue| close(&mut self.queues[queue].steps));
        (0..self.rules.used()).for_each(|rule| close(&mut self.rules[rule].steps));
    }
}

pub(super) fn rule_index(rule: Option<RuleId>) -> u16 {
    // There are never more rules than that.
    rule.map_or(NO_RULE, |rule| rule.index() as u16)
}
