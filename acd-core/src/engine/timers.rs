//! What is armed for calls, offers and agents, and what happens when it is due.

use super::Engine;
use crate::call::CallState;
use crate::event::{OfferEnd, Output};
use crate::leg::LegState;
use crate::time::Time;
use crate::timer::Top;

impl Engine<'_> {
    /// Whose timer it is follows from its number: calls, then legs, then agents, then queues.
    fn leg_timer(&self, leg: u32) -> u32 {
        self.calls.capacity() + leg
    }

    fn agent_timer(&self, agent: u32) -> u32 {
        self.calls.capacity() + self.legs.capacity() + agent
    }

    fn queue_timer(&self, queue: u32) -> u32 {
        self.agent_timer(self.agents.capacity()) + queue
    }

    pub(super) fn fire(&mut self, owner: u32) {
        let (calls, legs) = (self.calls.capacity(), self.legs.capacity());
        if owner < calls {
            self.call_due(owner);
        } else if owner - calls < legs {
            self.leg_due(owner - calls);
        } else if owner - calls - legs < self.agents.capacity() {
            self.refresh(owner - calls - legs);
        } else {
            self.check_empty(owner - calls - legs - self.agents.capacity());
        }
    }

    /// Brings the earliest timer to the top, so that it can be peeked at.
    pub(super) fn settle_timers(&mut self) {
        while let Top::PutOff(owner) = self.timers.top(self.calls.places_mut()) {
            let (calls, legs) = (self.calls.capacity(), self.legs.capacity());
            let at = if owner < calls {
                self.call_at(owner)
            } else if owner - calls < legs {
                self.legs[owner - calls].until
            } else if owner - calls - legs < self.agents.capacity() {
                self.agents[owner - calls - legs].quiet_until()
            } else {
                let at = &self.queues[owner - calls - legs - self.agents.capacity()];
                at.empty_since.plus(u64::from(at.config.leave_empty_after_ms))
            };
            self.timers.settle(self.calls.places_mut(), owner, at);
        }
    }

    fn leg_due(&mut self, leg: u32) {
        match self.legs[leg].state {
            LegState::Ringing => self.end_offer(leg, OfferEnd::TimedOut),
            LegState::WrapUp => self.end_wrap_up(leg),
            LegState::Rest => self.end_rest(leg),
            LegState::Connected | LegState::Remembered => {}
        }
    }

    /// At one instant leaving comes first, then new chances, then what is only said.
    fn call_due(&mut self, call: u32) {
        let at = self.calls[call];
        let queue = self.queue_of(call);
        let whole = self.calls.whole(call);
        let (retry_at, announce_at) = (whole.retry_at(), whole.announce_at());
        if whole.leave_at() <= self.now {
            self.overflow(call);
            return;
        }
        if at.joined_empty() && self.stays_until(&at) <= self.now {
            self.calls[call].set_joined_empty(false);
            self.check_empty(queue);
        }
        if self.relax_at(&self.calls[call]) <= self.now {
            self.relax(call);
        }
        self.open_tiers(call);
        if self.calls.alone_until(call).is_some_and(|until| until <= self.now) {
            self.end_alone(call);
        }
        if retry_at <= self.now {
            self.forget_old(call);
            self.calls[call].set_ring_more(at.state == CallState::Ringing);
            self.soil_call(call);
        }
        if announce_at <= self.now {
            let every = self.queues[queue].config.announce_every_ms;
            let next = every.map_or(Time::MAX, |ms| announce_at.plus(ms));
            self.calls.whole_mut(call).set_announce_at(next);
            let position = self.place(call);
            self.say(Output::Announce {
                call: self.call_id(call),
                call_tag: self.calls[call].tag,
                position,
                estimate_ms: self.estimate(queue, position),
            });
        }
        self.arm_call(call);
    }

    /// Has a call looked at again by an instant at the latest.
    pub(super) fn retry_by(&mut self, call: u32, at: Time) {
        let retry_at = at.min(self.calls.whole(call).retry_at());
        self.calls.whole_mut(call).set_retry_at(retry_at);
        self.arm_call(call);
    }

    /// When something happens to a call by itself; never when it talks.
    fn call_at(&self, call: u32) -> Time {
        let at = &self.calls[call];
        if at.state == CallState::Connected {
            return Time::MAX;
        }
        let whole = self.calls.whole(call);
        let mut first = whole.leave_at().min(whole.retry_at()).min(whole.announce_at());
        first = first.min(self.relax_at(at));
        first = first.min(self.tier_at(at));
        if at.joined_empty() {
            first = first.min(self.stays_until(at));
        }
        self.calls.alone_until(call).map_or(first, |until| first.min(until))
    }

    pub(super) fn arm_call(&mut self, call: u32) {
        match self.call_at(call) {
            Time::MAX => self.disarm(call),
            at => self.arm(call, at),
        }
    }

    pub(super) fn disarm_call(&mut self, call: u32) {
        self.disarm(call);
    }

    pub(super) fn arm_leg(&mut self, leg: u32) {
        self.arm(self.leg_timer(leg), self.legs[leg].until);
    }

    pub(super) fn disarm_leg(&mut self, leg: u32) {
        self.disarm(self.leg_timer(leg));
    }

    pub(super) fn arm_agent(&mut self, agent: u32) {
        self.arm(self.agent_timer(agent), self.agents[agent].quiet_until());
    }

    pub(super) fn disarm_agent(&mut self, agent: u32) {
        self.disarm(self.agent_timer(agent));
    }

    pub(super) fn arm_queue(&mut self, queue: u32, at: Time) {
        self.arm(self.queue_timer(queue), at);
    }

    pub(super) fn disarm_queue(&mut self, queue: u32) {
        self.disarm(self.queue_timer(queue));
    }

    fn arm(&mut self, owner: u32, at: Time) {
        self.timers.arm(self.calls.places_mut(), owner, at);
    }

    fn disarm(&mut self, owner: u32) {
        self.timers.disarm(self.calls.places_mut(), owner);
    }
}
