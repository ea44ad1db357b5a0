//! A call asks to join a queue, and finds its place in it.

use super::rules::rule_index;
use super::{ARRIVED_AT_0, CALL_STEP, Engine};
use crate::AgentId;
use crate::call::{Call, CallConfig, CallKey, CallState, level};
use crate::error::{Error, Table};
use crate::event::{Output, RefuseReason};
use crate::penalty::Penalties;
use crate::queue::Line;
use crate::slab::NIL;
use crate::time::Time;

impl Engine<'_> {
    /// Whether a call may ask for this; the line that it asks for.
    pub(super) fn check_arrival(&self, config: &CallConfig) -> Result<Line, Error> {
        self.queue(config.queue)?;
        if !self.skills.has_class(config.class) {
            return Err(Error::NoClass(config.class));
        }
        if let Some(rule) = config.rule {
            self.rule(rule)?;
        }
        if config.position == Some(0) {
            return Err(Error::Config("positions start at 1"));
        }
        if let Some(agent) = config.preferred_agent {
            self.agent(agent)?;
        }
        if self.calls.is_full() {
            return Err(Error::Full(Table::Calls));
        }
        Ok(wanted(config))
    }

    /// A call for which there was room when it was told of finds none: what was due at that very
    /// instant has taken it. Whoever told of it hears so.
    pub(super) fn turn_away(&mut self, config: &CallConfig) {
        if let Ok(queue) = self.queue(config.queue) {
            self.queues[queue].counters.offered += 1;
            self.refuse(config, RefuseReason::Full);
        }
    }

    fn refuse(&mut self, config: &CallConfig, reason: RefuseReason) {
        let CallConfig { tag, queue, class, .. } = *config;
        self.queues[queue.index()].counters.refused += 1;
        self.say(Output::Refused { tag, queue, class, reason });
    }

    pub(super) fn arrive(&mut self, config: &CallConfig) {
        let queue = config.queue.index();
        let rules = self.queues[queue].config;
        self.queues[queue].counters.offered += 1;
        let reason = self.refusal(queue);
        if let Some(reason) = reason {
            self.refuse(config, reason);
            return;
        }
        // It was seen before that there is room for all of them.
        let Ok(line) = self.make_lines(wanted(config), 0) else {
            return;
        };
        let number = self.next_call;
        let credit_ms = config.credit_ms.saturating_add(self.resume(queue, config.caller));
        let key = match config.position {
            Some(place) => self.key_at(queue, config.priority, place, number),
            None => self.key(queue, config.priority, self.now, credit_ms, number),
        };
        let after = |ms: Option<u64>| ms.map_or(Time::MAX, |ms| self.now.plus(ms));
        let first = rules.announce_first_ms.or(rules.announce_every_ms);
        let mut call = Call::arriving(self.now);
        call.tag = config.tag;
        call.line = line;
        call.set_order(config.priority, key);
        call.set_joined_empty(self.joins_empty(queue));
        let (leave_at, announce_at) =
            (after(config.max_wait_ms.or(rules.max_wait_ms)), after(first));
        let Some(call) = self.calls.insert(call) else {
            return;
        };
        let mut whole = self.calls.whole_mut(call);
        whole.set_credit(credit_ms);
        whole.set_leave_at(leave_at);
        whole.set_announce_at(announce_at);
        self.calls.set_preferred(call, config.preferred_agent.map_or(NIL, AgentId::index));
        self.calls.set_caller(call, config.caller);
        self.next_call = number.saturating_add(CALL_STEP);
        self.queues[queue].counters.waiting += 1;
        self.seek(call, u64::from(config.preferred_wait_ms));
        let position = self.join_order(call);
        self.arm_call(call);
        self.say(Output::Joined {
            call: self.call_id(call),
            tag: config.tag,
            queue: config.queue,
            class: config.class,
            position,
            estimate_ms: self.estimate(queue, position),
        });
        self.soil_call(call);
        self.check_empty(queue);
    }

    /// Why a queue would not have a call now.
    pub(super) fn refusal(&self, queue: u32) -> Option<RefuseReason> {
        let at = &self.queues[queue];
        let most = at.config.max_waiting;
        if most.is_some_and(|most| at.counters.waiting >= most) {
            Some(RefuseReason::Full)
        } else if self.is_empty(queue, at.config.join_empty) {
            Some(RefuseReason::JoinEmpty)
        } else {
            None
        }
    }

    /// A new priority: the place changes, arrival and wait do not.
    pub(super) fn set_priority(&mut self, call: u32, priority: i32) {
        let at = self.calls[call];
        let queue = self.queue_of(call);
        let left_position = self.place(call);
        self.leave_order(call);
        let whole = self.calls.whole(call);
        let key = self.key(queue, priority, whole.since(), whole.credit_ms(), at.key().2);
        self.calls[call].set_order(priority, key);
        let position = self.join_order(call);
        if priority != at.priority() {
            self.say(Output::PriorityChanged {
                call: self.call_id(call),
                call_tag: at.tag,
                queue: self.queue_id(queue),
                from: at.priority(),
                to: priority,
                position,
                left_position,
            });
        }
        if at.state == CallState::Waiting {
            self.soil_call(call);
        }
    }

    /// The order in a queue. Strictly by priority, the priority alone decides before the arrival;
    /// with aging, it moves the arrival.
    pub(super) fn key(
        &self,
        queue: u32,
        priority: i32,
        arrived: Time,
        credit: u64,
        number: u64,
    ) -> CallKey {
        let since = i128::from(arrived.ms()) + i128::from(ARRIVED_AT_0) - i128::from(credit);
        let aging = self.queues[queue].config.aging_ms;
        let (level, since) = match aging {
            None => (level(priority), since),
            Some(ms) => (level(0), since - i128::from(priority) * i128::from(ms)),
        };
        let since = since.clamp(0, i128::from(u64::MAX)) as u64;
        (level, since, number)
    }

    /// The key that stands at a wished place, behind all higher and before all lower priorities.
    fn key_at(&self, queue: u32, priority: i32, place: u32, number: u64) -> CallKey {
        let own = self.key(queue, priority, self.now, 0, number);
        let first = self.calls_below(queue, (own.0, 0, 0));
        let behind = self.calls_below(queue, (own.0 + 1, 0, 0));
        let place = (place - 1).clamp(first, behind);
        let key = |place| self.nth_key(queue, place);
        let after = key(place).filter(|key| key.0 == own.0);
        let before = place.checked_sub(1).and_then(key).filter(|key| key.0 == own.0);
        match (before, after) {
            (_, None) => own,
            (Some(before), Some(after)) if (before.0, before.1) == (after.0, after.1) => {
                (after.0, after.1, before.2 + (after.2 - before.2) / 2)
            }
            (_, Some(after)) => (after.0, after.1, after.2 - CALL_STEP / 2),
        }
    }

    /// The first call of a queue in order.
    pub(super) fn first_in_order(&self, queue: u32) -> Option<u32> {
        self.calls.ranks.nth(&self.queues[queue].calls, 0)
    }

    fn nth_key(&self, queue: u32, place: u32) -> Option<CallKey> {
        let call = self.calls.ranks.nth(&self.queues[queue].calls, place)?;
        Some(self.calls[call].key())
    }

    /// How many calls of a queue stand before this place in the order.
    pub(super) fn calls_below(&self, queue: u32, key: CallKey) -> u32 {
        let (mut from, mut to) = (0, self.queues[queue].calls.len());
        while from < to {
            let middle = from + (to - from) / 2;
            if self.nth_key(queue, middle).is_some_and(|other| other < key) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        from
    }

    /// Where a call waits, or waited.
    pub(super) fn queue_of(&self, call: u32) -> u32 {
        self.lines[self.calls[call].line].queue
    }

    /// A call's place in its queue, 1 for the first.
    pub(super) fn place(&self, call: u32) -> u32 {
        self.calls.ranks.rank(call) + 1
    }

    pub(super) fn each_line(&self, queue: u32, mut see: impl FnMut(&Line)) {
        for class in 0..self.line_grid.kinds() {
            let mut at = self.line_grid.first(queue, class);
            while at != NIL {
                see(&self.lines[at]);
                at = self.lines[at].next;
            }
        }
    }

    /// Puts a call at its place in its queue, and into its line; the place, 1 for the first.
    pub(super) fn join_order(&mut self, call: u32) -> u32 {
        let (queue, key) = (self.queue_of(call), self.calls[call].key());
        // Most join the end.
        let end = self.queues[queue].calls.len();
        let last = self.calls.ranks.last(&self.queues[queue].calls);
        let at_end = last.is_none_or(|last| self.calls[last].key() < key);
        let place = if at_end { end } else { self.calls_below(queue, key) };
        self.calls.ranks.insert(&mut self.queues[queue].calls, place, call);
        self.join_line(call, at_end);
        if self.queues[queue].config.head_only && place == 0 {
            if let Some(second) = self.calls.ranks.nth(&self.queues[queue].calls, 1) {
                self.show_call(second, false);
            }
        }
        place + 1
    }

    /// Takes a call out of its queue's order and its line.
    pub(super) fn leave_order(&mut self, call: u32) {
        self.leave_line(call);
        let queue = self.queue_of(call);
        self.calls.ranks.remove(&mut self.queues[queue].calls, call);
        if self.queues[queue].config.head_only {
            if let Some(first) = self.first_in_order(queue) {
                self.show_if_waiting(first);
            }
        }
    }

    /// Whether the call's queue serves its first call alone, and this is another one.
    pub(super) fn is_behind_head(&self, call: u32) -> bool {
        let queue = self.queue_of(call);
        self.queues[queue].config.head_only && self.first_in_order(queue) != Some(call)
    }

    /// The first call of a queue alone is served from now on, or others are too.
    pub(super) fn head_only_changed(&mut self, queue: u32) {
        for place in 0..self.queues[queue].calls.len() {
            if let Some(call) = self.calls.ranks.nth(&self.queues[queue].calls, place) {
                self.show_if_waiting(call);
            }
        }
    }

    /// Lets a call be matched where it waits and may be now.
    fn show_if_waiting(&mut self, call: u32) {
        if self.calls[call].state == CallState::Waiting {
            self.show_call(call, true);
            self.soil_call(call);
        }
    }

    /// Puts a call into its line; at its end, if it stands at the end of the queue.
    pub(super) fn join_line(&mut self, call: u32, at_end: bool) {
        let Call { line, state, .. } = self.calls[call];
        self.lines[line].calls += 1;
        let on = state == CallState::Waiting;
        if at_end && on && self.may_be_matched(call) {
            let mut open = self.lines[line].open;
            open.append(&mut self.calls, call);
            self.lines[line].open = open;
            if self.lines[line].head == NIL {
                self.set_head(line, call);
            }
        } else {
            self.show_call(call, on);
        }
    }

    pub(super) fn leave_line(&mut self, call: u32) {
        self.show_call(call, false);
        self.lines[self.calls[call].line].calls -= 1;
    }

    fn may_be_matched(&self, call: u32) -> bool {
        self.calls.alone_until(call).is_none() && !self.is_behind_head(call)
    }

    /// Lets a call be matched, or not. One that waits for its preferred agent alone is not, nor one
    /// behind the only one that is served.
    pub(super) fn show_call(&mut self, call: u32, on: bool) {
        let on = on && self.may_be_matched(call);
        if self.calls.is_open(call) == on {
            return;
        }
        let line = self.calls[call].line;
        let Line { mut open, head, .. } = self.lines[line];
        let next = if on {
            open.insert(&mut self.calls, call);
            (head == NIL || self.calls[call].key() < self.lines[line].head_key()).then_some(call)
        } else {
            let next = (head == call).then(|| open.next(&self.calls, call).unwrap_or(NIL));
            open.remove(&mut self.calls, call);
            next
        };
        self.lines[line].open = open;
        if let Some(next) = next {
            self.set_head(line, next);
        }
    }

    fn set_head(&mut self, line: u32, head: u32) {
        let Line { queue, class, .. } = self.lines[line];
        self.lines[line].head = head;
        if head != NIL {
            self.lines[line].set_head_key(self.calls[head].key());
        }
        let mut some = head != NIL;
        let mut at = self.line_grid.first(queue, class.0);
        while !some && at != NIL {
            some = self.lines[at].head != NIL;
            at = self.lines[at].next;
        }
        self.line_grid.set_some(queue, class.0, some);
    }

    /// Lets others than the preferred agent have the call from now on.
    pub(super) fn end_alone(&mut self, call: u32) {
        if self.calls.alone_until(call).is_none() {
            return;
        }
        self.calls.set_alone(call, None);
        if self.calls[call].state == CallState::Waiting {
            self.show_call(call, true);
            self.soil_call(call);
        }
    }

    /// Notes a call with its preferred agent. Nobody waits for an agent that will not come.
    fn seek(&mut self, call: u32, wait_ms: u64) {
        let preferred = self.calls.preferred(call);
        if preferred == NIL {
            return;
        }
        self.calls.set_next_sought(call, self.agents[preferred].sought);
        self.agents[preferred].sought = call;
        let away = self.agents[preferred].request() == crate::AgentRequest::LoggedOut;
        let comes = !away && self.member_of(preferred, self.queue_of(call)).is_some();
        if comes && wait_ms > 0 {
            self.calls.set_alone(call, Some(self.now.plus(wait_ms)));
        }
    }

    /// The preferred agent and the call have nothing to do with each other any more.
    pub(super) fn unseek(&mut self, call: u32) {
        let agent = self.calls.preferred(call);
        if agent == NIL {
            return;
        }
        self.calls.set_preferred(call, NIL);
        let next = self.calls.next_sought(call);
        if self.agents[agent].sought == call {
            self.agents[agent].sought = next;
            return;
        }
        let mut at = self.agents[agent].sought;
        while self.calls.next_sought(at) != call {
            at = self.calls.next_sought(at);
        }
        self.calls.set_next_sought(at, next);
    }
}

/// The line a call asks to wait in.
fn wanted(config: &CallConfig) -> Line {
    let line = Line {
        queue: config.queue.index(),
        class: config.class,
        rule: rule_index(config.rule),
        ..Line::default()
    };
    let (min, max, raise) = (config.penalty_min, config.penalty_max, config.penalty_raise);
    line.asking(Penalties { min, max, raise })
}
