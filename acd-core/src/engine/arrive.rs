//! A call asks to join a queue, and finds its place in it.

use super::{ARRIVED_AT_0, CALL_STEP, Engine};
use crate::call::{Call, CallConfig, CallKey, CallState};
use crate::error::{Error, Table};
use crate::event::{Output, RefuseReason};
use crate::queue::Line;
use crate::slab::NIL;
use crate::time::Time;
use crate::tree::{self, Arena, next_on};

impl Engine<'_> {
    pub(super) fn check_arrival(&self, config: &CallConfig) -> Result<(), Error> {
        let queue = self.queue(config.queue)?;
        if !self.skills.has_class(config.class) {
            return Err(Error::NoClass(config.class));
        }
        if config.penalty_min > config.penalty_max {
            return Err(Error::Config("penalty_min is above penalty_max"));
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
        self.check_lines(queue, &wanted(queue, config))
    }

    pub(super) fn arrive(&mut self, config: &CallConfig) {
        let queue = config.queue.index();
        let rules = self.queues[queue].config;
        self.queues[queue].counters.offered += 1;
        let reason = self.refusal(queue);
        if let Some(reason) = reason {
            self.queues[queue].counters.refused += 1;
            self.say(Output::Refused {
                tag: config.tag,
                queue: config.queue,
                class: config.class,
                reason,
            });
            return;
        }
        // `check_arrival` has seen that there is room for all of them.
        let Ok(line) = self.make_lines(queue, wanted(queue, config)) else {
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
        let call = Call {
            tag: config.tag,
            queue,
            line,
            priority: config.priority,
            key,
            arrived: self.now,
            joined: self.now,
            since: self.now,
            caller: config.caller,
            relax_at: self.step_due(queue, 0, self.now),
            credit_ms,
            preferred: config.preferred_agent,
            alone_until: self.now.plus(u64::from(config.preferred_wait_ms)),
            leave_at: after(config.max_wait_ms.or(rules.max_wait_ms)),
            announce_at: after(first),
            ..Call::default()
        };
        let Some(call) = self.calls.insert(call) else {
            return;
        };
        self.next_call = number.saturating_add(CALL_STEP);
        self.queues[queue].counters.waiting += 1;
        self.seek(call);
        self.join_line(call);
        self.arm_call(call);
        let position = self.place(call);
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
        let Call { queue, since, credit_ms, key, state, .. } = self.calls[call];
        self.leave_line(call);
        self.calls[call].priority = priority;
        self.calls[call].key = self.key(queue, priority, since, credit_ms, key.2);
        self.join_line(call);
        if state == CallState::Waiting {
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
        let level = (i64::from(i32::MAX) - i64::from(priority)) as u64;
        let since = i128::from(arrived.ms()) + i128::from(ARRIVED_AT_0) - i128::from(credit);
        let aging = self.queues[queue].config.aging_ms;
        let (level, since) = match aging {
            None => (level, since),
            Some(ms) => (i32::MAX as u64, since - i128::from(priority) * i128::from(ms)),
        };
        let since = since.clamp(0, i128::from(u64::MAX)) as u64;
        (level, since, number)
    }

    /// The key that stands at a wished place, behind all higher and before all lower priorities.
    fn key_at(&self, queue: u32, priority: i32, place: u32, number: u64) -> CallKey {
        let own = self.key(queue, priority, self.now, 0, number);
        let mut before = None;
        let mut next = self.first_in_order(queue, None);
        let mut at = 1;
        while let Some(call) = next {
            let key = self.calls.key(call);
            if key.0 > own.0 || (key.0 == own.0 && at >= place) {
                break;
            }
            before = Some(key);
            at += 1;
            next = self.first_in_order(queue, before);
        }
        let after = next.map(|call| self.calls.key(call)).filter(|key| key.0 == own.0);
        let before = before.filter(|key| key.0 == own.0);
        match (before, after) {
            (_, None) => own,
            (Some(before), Some(after)) if (before.0, before.1) == (after.0, after.1) => {
                (after.0, after.1, before.2 + (after.2 - before.2) / 2)
            }
            (_, Some(after)) => (after.0, after.1, after.2 - CALL_STEP / 2),
        }
    }

    /// The first call of a queue in order, or the first behind a key.
    pub(super) fn first_in_order(&self, queue: u32, behind: Option<CallKey>) -> Option<u32> {
        let mut best: Option<(CallKey, u32)> = None;
        self.each_line(queue, |line| {
            let tree = &line.tree;
            let first = match behind {
                None => tree.first_of_all(&self.calls),
                Some((a, b, c)) => {
                    tree.nth_of_all(&self.calls, tree.below(&self.calls, (a, b, c + 1)))
                }
            };
            if let Some(call) = first {
                let entry = (self.calls.key(call), call);
                if best.is_none_or(|least| entry < least) {
                    best = Some(entry);
                }
            }
        });
        best.map(|(_, call)| call)
    }

    /// A call's place in its queue, 1 for the first.
    pub(super) fn place(&self, call: u32) -> u32 {
        let Call { queue, line, key, .. } = self.calls[call];
        // Most calls join at the end, behind everybody who ever waited here.
        if key >= self.queues[queue].last_key {
            return self.queues[queue].counters.waiting;
        }
        let mut before = tree::rank(&self.calls, call);
        self.each_line(queue, |other| {
            if !core::ptr::eq(other, &self.lines[line]) {
                before += other.tree.below(&self.calls, key);
            }
        });
        before + 1
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

    /// Puts a call into its line.
    pub(super) fn join_line(&mut self, call: u32) {
        let Call { queue, line, key, .. } = self.calls[call];
        let mut tree = self.lines[line].tree;
        tree.insert(&mut self.calls, call, false);
        self.lines[line].tree = tree;
        let last = &mut self.queues[queue].last_key;
        *last = key.max(*last);
        self.show_call(call, self.calls[call].state == CallState::Waiting);
    }

    /// Takes a call out of its line.
    pub(super) fn leave_line(&mut self, call: u32) {
        self.show_call(call, false);
        let line = self.calls[call].line;
        let mut tree = self.lines[line].tree;
        tree.remove(&mut self.calls, call);
        self.lines[line].tree = tree;
    }

    /// Lets a call be matched, or not. One that waits for its preferred agent alone is not.
    pub(super) fn show_call(&mut self, call: u32, on: bool) {
        let Call { line, key, node, .. } = self.calls[call];
        let on = on && !self.is_alone(call);
        if node.is_on() == on {
            return;
        }
        let head = self.lines[line].head;
        let next = if on {
            (head == NIL || key < self.lines[line].head_key).then_some(call)
        } else {
            (head == call).then(|| next_on(&self.calls, call).unwrap_or(NIL))
        };
        let tree = self.lines[line].tree;
        tree.set_on(&mut self.calls, call, on);
        if let Some(next) = next {
            self.set_head(line, next);
        }
    }

    fn set_head(&mut self, line: u32, head: u32) {
        let Line { queue, class, .. } = self.lines[line];
        self.lines[line].head = head;
        if head != NIL {
            self.lines[line].head_key = self.calls.key(head);
        }
        let mut some = head != NIL;
        let mut at = self.line_grid.first(queue, class.0);
        while !some && at != NIL {
            some = self.lines[at].head != NIL;
            at = self.lines[at].next;
        }
        self.line_grid.set_some(queue, class.0, some);
    }

    /// Whether the call still waits for its preferred agent and nobody else.
    fn is_alone(&self, call: u32) -> bool {
        self.calls[call].preferred.is_some() && self.calls[call].alone_until > self.now
    }

    /// Lets others than the preferred agent have the call from now on.
    pub(super) fn end_alone(&mut self, call: u32) {
        self.calls[call].alone_until = self.now;
        if self.calls[call].state == CallState::Waiting {
            self.show_call(call, true);
            self.soil_call(call);
        }
    }

    /// Notes a call with its preferred agent. Nobody waits for an agent that will not come.
    fn seek(&mut self, call: u32) {
        let Some(preferred) = self.calls[call].preferred else {
            return;
        };
        let agent = preferred.index();
        self.calls[call].next_sought = self.agents[agent].sought;
        self.agents[agent].sought = call;
        let away = self.agents[agent].request == crate::AgentRequest::LoggedOut;
        if away || self.member_of(agent, self.calls[call].queue).is_none() {
            self.calls[call].alone_until = self.now;
        }
    }

    /// The preferred agent and the call have nothing to do with each other any more.
    pub(super) fn unseek(&mut self, call: u32) {
        let Some(preferred) = self.calls[call].preferred.take() else {
            return;
        };
        let agent = preferred.index();
        let next = self.calls[call].next_sought;
        if self.agents[agent].sought == call {
            self.agents[agent].sought = next;
            return;
        }
        let mut at = self.agents[agent].sought;
        while self.calls[at].next_sought != call {
            at = self.calls[at].next_sought;
        }
        self.calls[at].next_sought = next;
    }
}

fn wanted(queue: u32, config: &CallConfig) -> Line {
    Line {
        queue,
        class: config.class,
        penalty_min: config.penalty_min,
        penalty_max: config.penalty_max,
        ..Line::default()
    }
}
