//! Waiting long enough changes what a call asks for, and in the end where it waits.

use super::Engine;
use super::lines::{alike, relaxed};
use crate::call::{Call, CallState};
use crate::event::{LeaveReason, OfferEnd, Output};
use crate::id::QueueId;
use crate::relax::{GhostSlot, Overflow};
use crate::slab::NIL;
use crate::time::Time;

/// A call is moved from queue to queue so often by itself.
const HOPS: u8 = 8;

impl Engine<'_> {
    /// When a call takes its next step of relaxation; never if there is none.
    pub(super) fn relax_at(&self, call: &Call) -> Time {
        let step = self.steps_of(&self.lines[call.line]).get(usize::from(call.step));
        step.map_or(Time::MAX, |step| call.joined().plus(step.after_ms))
    }

    /// A call takes its next step.
    pub(super) fn relax(&mut self, call: u32) {
        let Call { line: before, step, .. } = self.calls[call];
        let line = &self.lines[before];
        let Some(change) = self.steps_of(line).get(usize::from(step)).copied() else {
            return;
        };
        // The line was made when the call joined, and kept for it.
        let mut wanted = relaxed(alike(line.queue, line), &change);
        wanted.class =
            self.skills.lowered(wanted.class, change.levels_less).unwrap_or(wanted.class);
        self.calls[call].step = step + 1;
        if let Some(next) = self.find_line(&wanted) {
            self.release_line(before);
            self.change_line(call, next);
        }
    }

    /// A waiting call asks for something else from now on.
    pub(super) fn change_line(&mut self, call: u32, line: u32) {
        self.leave_line(call);
        self.calls[call].line = line;
        self.join_line(call, false);
        if self.calls[call].state == CallState::Waiting {
            self.soil_call(call);
        }
    }

    /// A call has waited as long as its queue lets it.
    pub(super) fn overflow(&mut self, call: u32) {
        let (queue, hops) = (self.queue_of(call), self.calls.whole(call).hops());
        match self.queues[queue].config.overflow {
            Some(Overflow::Queue(to)) => {
                let there = self.queue(to).ok().filter(|&there| {
                    hops < HOPS && there != queue && self.refusal(there).is_none()
                });
                match there {
                    Some(there) if self.has_lines(&self.line_in(call, there), 0).is_ok() => {
                        self.move_call(call, there, true, true);
                    }
                    _ => self.leave(call, LeaveReason::Timeout),
                }
            }
            Some(Overflow::Target(code)) => self.leave(call, LeaveReason::Overflow(code)),
            None => self.leave(call, LeaveReason::Timeout),
        }
    }

    /// Takes a call to another queue, which has room for its lines.
    pub(super) fn move_call(&mut self, call: u32, to: u32, keep_age: bool, overflowed: bool) {
        let left_position = self.place(call);
        let queue = self.queue_of(call);
        let from = self.queue_id(queue);
        self.end_offers(call, OfferEnd::Cancelled);
        self.forget_all(call);
        self.leave_order(call);
        let before = self.calls[call];
        let counters = &mut self.queues[queue].counters;
        counters.waiting -= 1;
        counters.overflowed += 1;
        let waited_ms = self.now.since(before.joined());
        counters.waited_ms = counters.waited_ms.saturating_add(waited_ms);
        self.queues[to].counters.offered += 1;
        self.queues[to].counters.waiting += 1;
        let Ok(line) = self.make_lines(self.line_in(call, to), 0) else {
            return;
        };
        self.release_lines(call);
        let rules = self.queues[to].config;
        let after = |ms: Option<u64>| ms.map_or(Time::MAX, |ms| self.now.plus(ms));
        let leave_at = after(rules.max_wait_ms);
        let announce_at = after(rules.announce_first_ms.or(rules.announce_every_ms));
        let whole = self.calls.whole(call);
        let since = if keep_age { whole.since() } else { self.now };
        let priority = before.priority();
        let key = self.key(to, priority, since, whole.credit_ms(), before.key().2);
        let joined_empty = self.joins_empty(to);
        let mut whole = self.calls.whole_mut(call);
        whole.rejoin(self.now, keep_age);
        whole.set_leave_at(leave_at);
        whole.set_announce_at(announce_at);
        let at = whole.0;
        at.line = line;
        at.set_order(priority, key);
        at.set_joined_empty(joined_empty);
        (at.step, at.tier) = (0, 0);
        // Nobody waits for an agent who does not serve the queue.
        let preferred = self.calls.preferred(call);
        if preferred != NIL && self.member_of(preferred, to).is_none() {
            self.calls.set_alone(call, None);
        }
        let position = self.join_order(call);
        self.arm_call(call);
        self.say(Output::Moved {
            call: self.call_id(call),
            call_tag: self.calls[call].tag,
            from,
            to: self.queue_id(to),
            position,
            left_position,
            waited_ms,
            overflowed,
        });
        self.soil_call(call);
        self.check_empty(to);
    }

    /// Keeps the age of a caller who gave up, if its queue wants that.
    pub(super) fn keep_ghost(&mut self, call: u32) {
        let queue = self.queue_of(call);
        let within = self.queues[queue].config.resume_within_ms;
        let Some(within) = within else {
            return;
        };
        let Some(caller) = self.calls.caller(call) else {
            return;
        };
        let at = self.calls.whole(call);
        let waited_ms = self.now.since(at.0.arrived).saturating_add(at.credit_ms());
        let (id, until) = (self.queue_id(queue), self.now.plus(u64::from(within)));
        // Who calls twice and gives up twice is back once, with the greater age.
        if let Some(ghost) = self.ghost_of(id, caller) {
            ghost.waited_ms = ghost.waited_ms.max(waited_ms);
            ghost.until = until;
            return;
        }
        let place = self.ghost;
        self.ghosts[place] = GhostSlot { caller, queue: Some(id), waited_ms, until };
        self.ghost = (place + 1) % self.ghosts.len();
    }

    /// The caller's earlier try at this queue, if it is remembered still.
    fn ghost_of(&mut self, queue: QueueId, caller: u64) -> Option<&mut GhostSlot> {
        let now = self.now;
        self.ghosts.iter_mut().find(|ghost| {
            ghost.queue == Some(queue) && ghost.caller == caller && ghost.until >= now
        })
    }

    /// How long a caller who is back had waited before it gave up; nobody is back twice.
    pub(super) fn resume(&mut self, queue: u32, caller: Option<u64>) -> u64 {
        let Some(caller) = caller else { return 0 };
        if self.queues[queue].config.resume_within_ms.is_none() {
            return 0;
        }
        self.ghost_of(self.queue_id(queue), caller).map_or(0, |ghost| {
            ghost.queue = None;
            ghost.waited_ms
        })
    }
}
