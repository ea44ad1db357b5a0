//! Offers: made, accepted, turned down, overtaken.

use super::Engine;
use crate::call::CallState;
use crate::event::{OfferEnd, Output, RejectCause};
use crate::leg::{Leg, LegState};
use crate::slab::NIL;
use crate::time::Time;
use crate::{AgentRequest, REASON_MISSED};

impl Engine<'_> {
    /// Offers a call to a member; `false` when there is no room for one more offer.
    pub(super) fn make_offer(&mut self, call: u32, member: u32) -> bool {
        let agent = self.members[member].agent;
        let queue = self.queue_of(call);
        let medium = self.queues[queue].config.medium;
        let until = self.now.plus(u64::from(self.queues[queue].config.ring_timeout_ms));
        let why_call = self.choices.then(|| self.call_reason(call, agent));
        if self.legs.is_full() && !self.forget_one(call) {
            // The call keeps its place and asks again: holding back must not last for ever.
            self.retry_by(call, self.now.plus(1_000));
            return false;
        }
        let leg = self.legs.insert(Leg {
            state: LegState::Ringing,
            call,
            agent,
            generation: self.agents.generation(agent),
            member,
            queue,
            medium,
            since: self.now,
            until,
            by_call: self.calls[call].legs,
            by_agent: self.agents[agent].legs,
        });
        let Some(leg) = leg else { return false };
        self.calls[call].legs = leg;
        self.agents[agent].legs = leg;
        self.arm_leg(leg);

        self.move_cursors(call, member);
        if self.calls[call].ringing == 0 {
            self.calls[call].state = CallState::Ringing;
            self.queues[queue].ringing += 1;
            self.show_call(call, false);
        }
        self.calls[call].ringing += 1;
        self.agents[agent].start_ringing(medium, self.now);
        self.say(Output::Offer {
            offer: self.offer_id(leg),
            call: self.call_id(call),
            agent: self.agent_id(agent),
            call_tag: self.calls[call].tag,
            agent_tag: self.agents[agent].tag,
            queue: self.queue_id(queue),
            ring_until: until,
        });
        if let Some(why_call) = why_call {
            self.say_choice(leg, why_call);
        }
        self.refresh(agent);
        true
    }

    /// The agent's phone answered: it has the call, everybody else has lost it.
    pub(super) fn accept(&mut self, leg: u32) {
        let Leg { call, agent, member, queue, .. } = self.legs[leg];
        let offer = self.offer_id(leg);
        self.say_ended(leg, OfferEnd::Accepted);
        self.disarm_leg(leg);
        self.leave_order(call);
        self.release_steps(call);
        self.disarm_call(call);
        self.calls.set_talks_with(call, agent);

        let waited_ms = self.now.since(self.calls[call].arrived);
        let at = &mut self.calls[call];
        at.state = CallState::Connected;
        at.ringing -= 1;
        self.queues[queue].ringing -= 1;
        let level = self.queues[queue].config.service_level_ms;
        let counters = &mut self.queues[queue].counters;
        counters.waiting -= 1;
        counters.talking += 1;
        counters.answered += 1;
        counters.answered_in_level += u64::from(waited_ms <= level);
        let here = self.now.since(self.calls[call].joined());
        self.queues[queue].last_wait_ms = Some(here);
        let counters = &mut self.queues[queue].counters;
        counters.waited_ms = counters.waited_ms.saturating_add(here);
        counters.answered_waited_ms = counters.answered_waited_ms.saturating_add(waited_ms);
        if member != NIL {
            self.members[member].calls = self.members[member].calls.saturating_add(1);
        }
        self.agents[agent].answer();
        self.legs[leg].state = LegState::Connected;
        self.legs[leg].since = self.now;
        self.say(Output::Connected {
            call: self.call_id(call),
            agent: self.agent_id(agent),
            offer,
            call_tag: self.calls[call].tag,
            agent_tag: self.agents[agent].tag,
            queue: self.queue_id(queue),
            waited_ms,
        });
        self.refresh(agent);
        self.end_offers(call, OfferEnd::Lost);
        self.forget_all(call);
    }

    /// The agent's phone will not take the call.
    pub(super) fn reject(&mut self, leg: u32, cause: RejectCause) {
        self.end_offer(leg, OfferEnd::Rejected(cause));
    }

    /// Ends every live offer of a call.
    pub(super) fn end_offers(&mut self, call: u32, end: OfferEnd) {
        let mut leg = self.calls[call].legs;
        while leg != NIL {
            let next = self.legs[leg].by_call;
            if self.legs[leg].state == LegState::Ringing {
                self.end_offer(leg, end);
            }
            leg = next;
        }
    }

    /// Ends a live offer that was not accepted.
    pub(super) fn end_offer(&mut self, leg: u32, end: OfferEnd) {
        let Leg { call, agent, queue, medium, .. } = self.legs[leg];
        self.say_ended(leg, end);
        self.disarm_leg(leg);
        self.leave_agent(leg);
        if self.agents[agent].stop_ringing(medium, end) {
            self.remember(leg);
            self.blame(agent, queue, end);
        } else {
            self.leave_call(leg);
            self.legs.remove(leg);
        }
        let at = &mut self.calls[call];
        at.ringing -= 1;
        if at.ringing == 0 && at.state == CallState::Ringing {
            at.state = CallState::Waiting;
            self.queues[queue].ringing -= 1;
            if !matches!(end, OfferEnd::Cancelled) {
                self.show_call(call, true);
                self.soil_call(call);
            }
        }
        self.refresh(agent);
    }

    /// What a missed offer means for the agent: its turn is over, it is left alone for a while,
    /// and in the end it is not ready.
    fn blame(&mut self, agent: u32, queue: u32, end: OfferEnd) {
        let config = &self.queues[queue].config;
        let delay = match end {
            OfferEnd::Rejected(RejectCause::Busy) => config.delays.busy_ms,
            OfferEnd::Rejected(RejectCause::Declined) => config.delays.declined_ms,
            OfferEnd::Rejected(_) => config.delays.failed_ms,
            _ => config.delays.no_answer_ms,
        };
        let limit = config.missed_limit;
        let at = &mut self.agents[agent];
        let missed = at.count_miss(self.now);
        if limit.is_some_and(|limit| missed >= limit) && at.request() == AgentRequest::Available {
            at.set_request(AgentRequest::NotReady(REASON_MISSED));
            at.reset_misses();
        }
        if delay > 0 {
            at.leave_alone_until(self.now.plus(u64::from(delay)));
            self.arm_agent(agent);
        }
    }

    /// Keeps a missed offer in mind, so that this agent is not offered this call again too soon.
    fn remember(&mut self, leg: u32) {
        let Leg { call, queue, .. } = self.legs[leg];
        let until = self.now.plus(u64::from(self.queues[queue].config.retry_ms));
        // Whoever holds the offer's handle must find it stale: give the memory another slot's
        // generation by moving it within the slab.
        self.leave_call(leg);
        let memory = Leg {
            state: LegState::Remembered,
            since: self.now,
            until,
            member: NIL,
            by_agent: NIL,
            by_call: self.calls[call].legs,
            ..self.legs[leg]
        };
        self.legs.remove(leg);
        if let Some(leg) = self.legs.insert(memory) {
            self.calls[call].legs = leg;
            self.retry_by(call, until);
        }
    }

    /// Drops the memories of a call that have served their time.
    pub(super) fn forget_old(&mut self, call: u32) {
        let mut next_retry = Time::MAX;
        let mut leg = self.calls[call].legs;
        while leg != NIL {
            let Leg { state, until, by_call, .. } = self.legs[leg];
            if state == LegState::Remembered {
                if until <= self.now {
                    self.leave_call(leg);
                    self.legs.remove(leg);
                } else {
                    next_retry = next_retry.min(until);
                }
            }
            leg = by_call;
        }
        self.calls.whole_mut(call).set_retry_at(next_retry);
    }

    /// Drops all memories of a call.
    pub(super) fn forget_all(&mut self, call: u32) {
        while self.forget_one(call) {}
    }

    /// Drops one memory of a call, if it has any.
    fn forget_one(&mut self, call: u32) -> bool {
        let mut leg = self.calls[call].legs;
        while leg != NIL {
            if self.legs[leg].state == LegState::Remembered {
                self.leave_call(leg);
                self.legs.remove(leg);
                return true;
            }
            leg = self.legs[leg].by_call;
        }
        false
    }

    fn say_ended(&mut self, leg: u32, end: OfferEnd) {
        let Leg { call, agent, since, .. } = self.legs[leg];
        self.say(Output::OfferEnded {
            offer: self.offer_id(leg),
            call: self.call_id(call),
            agent: self.agent_id(agent),
            call_tag: self.calls[call].tag,
            agent_tag: self.agents[agent].tag,
            end,
            rang_ms: self.now.since(since),
        });
    }

    /// Takes a leg off its call's list.
    pub(super) fn leave_call(&mut self, leg: u32) {
        let Leg { call, by_call, .. } = self.legs[leg];
        if self.calls[call].legs == leg {
            self.calls[call].legs = by_call;
            return;
        }
        let mut at = self.calls[call].legs;
        while self.legs[at].by_call != leg {
            at = self.legs[at].by_call;
        }
        self.legs[at].by_call = by_call;
    }

    /// Takes a leg off its agent's list.
    pub(super) fn leave_agent(&mut self, leg: u32) {
        let Leg { agent, by_agent, .. } = self.legs[leg];
        if self.agents[agent].legs == leg {
            self.agents[agent].legs = by_agent;
            return;
        }
        let mut at = self.agents[agent].legs;
        while self.legs[at].by_agent != leg {
            at = self.legs[at].by_agent;
        }
        self.legs[at].by_agent = by_agent;
    }
}
