//! Lines: one for each kind of call that waits, made when the first of its kind comes.

use super::Engine;
use crate::call::Call;
use crate::error::{Error, Table};
use crate::queue::Line;
use crate::relax::RelaxStep;
use crate::slab::NIL;

impl Engine<'_> {
    /// The line that a call would have in a queue as it waits now.
    pub(super) fn line_in(&self, call: u32, queue: u32) -> Line {
        alike(queue, &self.lines[self.calls[call].line])
    }

    /// The line of calls with these properties, made if it is not there.
    fn line(&mut self, wanted: Line) -> Result<u32, Error> {
        if let Some(line) = self.find_line(&wanted) {
            return Ok(line);
        }
        let next = self.line_grid.first(wanted.queue, wanted.class.0);
        let index = self.lines.insert(Line { next, ..wanted });
        let index = index.ok_or(Error::Full(Table::Lines))?;
        self.line_grid.set_first(wanted.queue, wanted.class.0, index);
        Ok(index)
    }

    pub(super) fn find_line(&self, wanted: &Line) -> Option<u32> {
        let mut at = self.line_grid.first(wanted.queue, wanted.class.0);
        while at != NIL {
            let line = &self.lines[at];
            if line.penalties() == wanted.penalties() && line.rule == wanted.rule {
                return Some(at);
            }
            at = line.next;
        }
        None
    }

    /// Sees to it that there is room for every line a call of this kind may come to wait in, by its
    /// steps from this one on. If there is none, those lines go that no call needs; or if that is not
    /// enough either, none. How many calls there are makes no difference.
    pub(super) fn has_lines(&mut self, line: &Line, step: u16) -> Result<(), Error> {
        let known = |line: &Line| self.find_line(line).is_some();
        let missing = self.missing(line, step, known)?;
        if missing <= self.lines.capacity() - self.lines.len() {
            return Ok(());
        }
        let needed =
            |line: &Line| self.find_line(line).is_some_and(|at| self.lines[at].is_needed());
        if self.missing(line, step, needed)? > self.lines.capacity() - self.needed_lines {
            return Err(Error::Full(Table::Lines));
        }
        self.drop_lines();
        Ok(())
    }

    /// How many lines are still to be made for a call of this kind, if there is room for the classes
    /// with lower levels that have to be made too.
    fn missing(
        &self,
        line: &Line,
        step: u16,
        is_there: impl Fn(&Line) -> bool,
    ) -> Result<u32, Error> {
        let mut line = alike(line.queue, line);
        let mut missing = u32::from(!is_there(&line));
        // The class that those come from, and how far.
        let (mut base, mut less) = (line.class, 0_u8);
        let (mut classes, mut needs) = (0, 0);
        for step in self.steps_of(&line).iter().skip(step.into()) {
            if let Some(class) = step.class {
                (base, less) = (class, 0);
            }
            less = less.saturating_add(step.levels_less);
            let before = line;
            line = relaxed(line, step);
            match self.skills.lowered(base, less) {
                Some(class) => {
                    line.class = class;
                    let same = class == before.class && line.penalties() == before.penalties();
                    missing += u32::from(!same && !is_there(&line));
                }
                None => {
                    missing += 1;
                    classes += 1;
                    needs += self.skills.needs(base).len();
                }
            }
        }
        self.skills.check_room(classes, needs)?;
        Ok(missing)
    }

    /// Makes those lines, and notes that one call more needs them; the first of them.
    pub(super) fn make_lines(&mut self, mut line: Line, step: u16) -> Result<u32, Error> {
        let first = self.line(line)?;
        self.need(first);
        for step in usize::from(step)..self.steps_of(&line).len() {
            let step = self.steps_of(&line)[step];
            line = relaxed(line, &step);
            line.class = self.skills.lower(line.class, step.levels_less)?;
            let next = self.line(line)?;
            self.need(next);
        }
        Ok(first)
    }

    fn need(&mut self, line: u32) {
        let first = self.lines[line].need();
        self.needed_lines += u32::from(first);
    }

    pub(super) fn release_line(&mut self, line: u32) {
        let last = self.lines[line].release();
        self.needed_lines -= u32::from(last);
    }

    /// A queued call does not need any more what it may come to by its steps.
    pub(super) fn release_steps(&mut self, call: u32) {
        self.each_line_of_steps(call, Self::release_line);
    }

    /// Nor the line that it is in.
    pub(super) fn release_lines(&mut self, call: u32) {
        self.release_steps(call);
        self.release_line(self.calls[call].line);
    }

    /// Counts anew who needs which line: what follows from the calls is not written.
    pub(super) fn count_needs(&mut self) {
        for call in 0..self.calls.used() {
            if !self.calls.is_live(call) {
                continue;
            }
            self.need(self.calls[call].line);
            if self.is_queued(call) {
                self.each_line_of_steps(call, Self::need);
            }
        }
    }

    /// The lines that a queued call may come to, one for each of its steps.
    fn each_line_of_steps(&mut self, call: u32, see: fn(&mut Self, u32)) {
        let Call { line, step, .. } = self.calls[call];
        let line = &self.lines[line];
        let mut line = alike(line.queue, line);
        for step in usize::from(step)..self.steps_of(&line).len() {
            let step = self.steps_of(&line)[step];
            line = relaxed(line, &step);
            line.class = self.skills.lowered(line.class, step.levels_less).unwrap_or(line.class);
            if let Some(at) = self.find_line(&line) {
                see(self, at);
            }
        }
    }

    /// Drops the lines that no call needs.
    fn drop_lines(&mut self) {
        for queue in 0..self.queues.used() {
            for class in 0..self.line_grid.kinds() {
                let (mut before, mut at) = (NIL, self.line_grid.first(queue, class));
                while at != NIL {
                    let next = self.lines[at].next;
                    if self.lines[at].is_needed() {
                        before = at;
                    } else {
                        if before == NIL {
                            self.line_grid.set_first(queue, class, next);
                        } else {
                            self.lines[before].next = next;
                        }
                        self.lines.remove(at);
                    }
                    at = next;
                }
            }
        }
    }
}

/// A line of the same kind in a queue, without anybody in it.
pub(super) fn alike(queue: u32, line: &Line) -> Line {
    let Line { class, rule, .. } = *line;
    Line { queue, class, rule, ..Line::default() }.asking(line.penalties())
}

/// What it is after a step, but for lower levels.
pub(super) fn relaxed(line: Line, step: &RelaxStep) -> Line {
    let penalties = step.penalties(line.penalties());
    Line { class: step.class.unwrap_or(line.class), ..line }.asking(penalties)
}
