//! How calls end: unanswered, or talked out and with paperwork after.

use super::Engine;
use crate::AgentRequest;
use crate::call::{Call, CallState};
use crate::event::{EndedBy, LeaveReason, OfferEnd, Output};
use crate::leg::{Leg, LegState};
use crate::queue::QueueConfig;
use crate::slab::NIL;

impl Engine<'_> {
    /// Whether a call waits or rings, and talks not yet.
    pub(super) fn is_queued(&self, call: u32) -> bool {
        self.calls[call].state != CallState::Connected
    }

    /// The caller hung up.
    pub(super) fn hang_up(&mut self, call: u32) {
        if self.is_queued(call) {
            self.leave(call, LeaveReason::Abandoned);
        } else {
            self.complete(call, EndedBy::Caller);
        }
    }

    /// The caller chose to go elsewhere.
    pub(super) fn exit(&mut self, call: u32, key: u8) {
        self.leave(call, LeaveReason::ExitKey(key));
    }

    /// A call leaves unanswered.
    pub(super) fn leave(&mut self, call: u32, reason: LeaveReason) {
        let position = self.place(call);
        self.end_offers(call, OfferEnd::Cancelled);
        let queue = self.queue_of(call);
        let Call { arrived, tag, .. } = self.calls[call];
        let joined = self.calls[call].joined();
        let waited_ms = self.now.since(arrived);
        let QueueConfig { service_level_ms: level, short_ms, .. } = self.queues[queue].config;
        let counters = &mut self.queues[queue].counters;
        counters.waiting -= 1;
        counters.waited_ms = counters.waited_ms.saturating_add(self.now.since(joined));
        match reason {
            LeaveReason::Timeout => counters.timed_out += 1,
            LeaveReason::Abandoned => {
                counters.abandoned += 1;
                counters.abandoned_in_level += u64::from(waited_ms <= level);
                counters.short += u64::from(waited_ms < short_ms);
            }
            LeaveReason::ExitKey(_) => counters.exited += 1,
            LeaveReason::LeaveEmpty => counters.left_empty += 1,
            LeaveReason::Overflow(_) => counters.overflowed += 1,
        }
        if reason == LeaveReason::Abandoned {
            self.keep_ghost(call);
        }
        self.say(Output::Left {
            call: self.call_id(call),
            call_tag: tag,
            queue: self.queue_id(queue),
            reason,
            position,
            waited_ms,
        });
        self.leave_order(call);
        self.release_call(call);
    }

    /// Sends one call away from a queue that has run out of agents.
    pub(super) fn empty_one(&mut self) {
        let queue = self.emptying;
        let QueueConfig { leave_empty: rule, leave_empty_after_ms: after, .. } =
            self.queues[queue].config;
        let due = self.queues[queue].empty_since.plus(u64::from(after)) <= self.now;
        let mut first = None;
        if due && self.is_empty(queue, rule) {
            first = self.first_in_order(queue);
        }
        // Those who have to stay a little yet leave by a timer of their own.
        while let Some(call) = first.filter(|&call| self.stays_until(&self.calls[call]) > self.now)
        {
            first = self.calls.ranks.next(call);
        }
        match first {
            Some(call) => self.leave(call, LeaveReason::LeaveEmpty),
            None => {
                self.queues[queue].emptying = false;
                self.emptying = self.queues[queue].next_emptying;
            }
        }
    }

    /// The conversation is over.
    pub(super) fn complete(&mut self, call: u32, by: EndedBy) {
        let mut leg = self.calls[call].legs;
        while leg != NIL && self.legs[leg].state != LegState::Connected {
            leg = self.legs[leg].by_call;
        }
        if leg == NIL {
            return;
        }
        let Leg { agent, member, queue, since, medium, .. } = self.legs[leg];
        let talked_ms = self.now.since(since);
        let counters = &mut self.queues[queue].counters;
        counters.talking -= 1;
        counters.completed += 1;
        counters.talked_ms = counters.talked_ms.saturating_add(talked_ms);
        self.agents[agent].end_conversation(talked_ms, self.now);
        if member != NIL {
            self.members[member].end_conversation(self.now);
        }

        let of_member = (member != NIL).then(|| self.members[member].wrap_up_ms()).flatten();
        let wrap_ms = match self.agents[agent].request() {
            AgentRequest::LoggedOut => 0,
            _ => of_member
                .or(self.agents[agent].wrap_up_ms())
                .unwrap_or(self.queues[queue].config.wrap_up_ms),
        };
        let shared = member == NIL || self.queues[queue].config.wrap_up_shared;
        let handled_ms = if shared { u64::from(wrap_ms) } else { 0 };
        self.learn_handle_time(queue, talked_ms.saturating_add(handled_ms));
        self.say(Output::Completed {
            call: self.call_id(call),
            agent: self.agent_id(agent),
            call_tag: self.calls[call].tag,
            agent_tag: self.agents[agent].tag,
            queue: self.queue_id(queue),
            by,
            waited_ms: since.since(self.calls[call].arrived),
            talked_ms,
        });
        self.leave_call(leg);
        if wrap_ms > 0 {
            let at = &mut self.legs[leg];
            at.state = if shared { LegState::WrapUp } else { LegState::Rest };
            at.call = NIL;
            at.since = self.now;
            at.until = self.now.plus(u64::from(wrap_ms));
            self.arm_leg(leg);
        } else {
            self.leave_agent(leg);
            self.legs.remove(leg);
        }
        // What it neither rings for nor talks on, but still handles, is its paperwork.
        if wrap_ms == 0 || !shared {
            self.agents[agent].load[medium.index()] -= 1;
        }
        if wrap_ms > 0 && !shared {
            self.members[member].begin_rest();
        }
        self.refresh(agent);
        self.release_call(call);
        self.release_if_gone(agent);
    }

    /// Ends an agent's paperwork before its time.
    pub(super) fn end_wrap_ups(&mut self, agent: u32) {
        let mut leg = self.agents[agent].legs;
        while leg != NIL {
            let next = self.legs[leg].by_agent;
            match self.legs[leg].state {
                LegState::WrapUp => self.end_wrap_up(leg),
                LegState::Rest => self.end_rest(leg),
                _ => {}
            }
            leg = next;
        }
    }

    pub(super) fn end_wrap_up(&mut self, leg: u32) {
        let Leg { agent, since, medium, .. } = self.legs[leg];
        self.disarm_leg(leg);
        let wrapped = self.now.since(since);
        self.agents[agent].end_paperwork(medium, wrapped, self.now);
        self.leave_agent(leg);
        self.legs.remove(leg);
        self.refresh(agent);
        self.release_if_gone(agent);
    }

    /// Paperwork that kept an agent from one queue's calls is over.
    pub(super) fn end_rest(&mut self, leg: u32) {
        let Leg { agent, member, .. } = self.legs[leg];
        self.disarm_leg(leg);
        if member != NIL {
            self.members[member].end_rest();
        }
        self.leave_agent(leg);
        self.legs.remove(leg);
        self.refresh(agent);
        self.release_if_gone(agent);
    }

    /// Gives a call's slot back. Its offers have ended and it is in no line.
    fn release_call(&mut self, call: u32) {
        self.forget_all(call);
        self.unseek(call);
        self.clean_call(call);
        // Of one that was answered nothing has been armed since, and its steps have been given up.
        if self.is_queued(call) {
            self.disarm_call(call);
            self.release_steps(call);
        }
        self.release_line(self.calls[call].line);
        self.calls.remove(call);
    }
}
