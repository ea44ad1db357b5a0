//! Says why an offer was made, while what it was chosen from still stands.

use super::Engine;
use crate::choice::{AgentReason, Choice};
use crate::error::{Error, Table};
use crate::event::Output;
use crate::id::CallId;
use crate::leg::Leg;
use crate::limits::burst;
use crate::member::Member;
use crate::select::{CallReason, Ring, Start};

impl Engine<'_> {
    /// Whether each [`Output::Offer`] is followed by [`Output::Chosen`], which says why it was
    /// made. Off at first, and after a restore; it costs a second search for each offer, and
    /// changes no decision.
    ///
    /// # Errors
    /// Outputs must be polled first, or the table of outputs is shorter than one step then needs.
    pub fn set_choices(&mut self, wanted: bool) -> Result<(), Error> {
        if self.parked.is_some() || self.out.len() > 0 {
            return Err(Error::Undrained);
        }
        if wanted && self.out.room() < burst(self.ring_max) + usize::from(self.ring_max) {
            return Err(Error::Full(Table::Outputs));
        }
        self.choices = wanted;
        Ok(())
    }

    /// Why this call is about to be offered to this agent, and which would be otherwise.
    pub(super) fn call_reason(&self, call: u32, agent: u32) -> (CallReason, Option<CallId>) {
        let (first, second) = self.two_claims(agent, call);
        let reason = if self.calls.preferred(call) == agent {
            CallReason::Preferred
        } else if self.calls[call].ringing > 0 {
            CallReason::Ringing
        } else {
            first.map_or(CallReason::Alone, |first| first.before(second.as_ref()))
        };
        (reason, second.map(|second| self.call_id(second.call())))
    }

    /// Says why the offer that was made just now was made. The agent still stands among the free;
    /// the call remembers it, so a second search finds who is next.
    pub(super) fn say_choice(&mut self, leg: u32, why_call: (CallReason, Option<CallId>)) {
        let Leg { call, agent, member, queue, .. } = self.legs[leg];
        let preferred = self.calls.preferred(call) == agent;
        // Draws made to find who is next must not change whom the next call goes to.
        let rng = self.rng;
        let next_member = self.best_member(call);
        self.rng = rng;
        let choice = Choice {
            call: self.call_id(call),
            agent: self.agent_id(agent),
            agent_reason: if preferred {
                AgentReason::Preferred
            } else {
                self.agent_reason(call, member, next_member)
            },
            call_reason: why_call.0,
            next_agent: next_member.map(|next| self.agent_id(self.members[next].agent)),
            next_call: why_call.1,
            free: self.queues[queue].free,
            waiting: self.queues[queue].counters.waiting,
        };
        self.say(Output::Chosen { offer: self.offer_id(leg), choice });
    }

    fn agent_reason(&self, call: u32, member: u32, next: Option<u32>) -> AgentReason {
        let order = self.queues[self.queue_of(call)].order;
        if matches!(order.ring, Ring::All | Ring::Everybody) && self.calls[call].ringing > 1 {
            return AgentReason::Everybody;
        }
        let Some(next) = next else {
            return AgentReason::Alone;
        };
        if order.start == Start::WeightedRandom {
            return AgentReason::Chance;
        }
        let (ours, theirs) = (&self.members[member], &self.members[next]);
        let line = &self.lines[self.calls[call].line];
        let (class, penalties) = (line.class, line.penalties());
        let skill = |member: u32| {
            let agent = self.members[member].agent;
            self.skills.level(class, self.agents[agent].profile)
        };
        let penalty = |member: &Member| penalties.counted(member.penalty);
        if penalty(ours) < penalty(theirs) {
            AgentReason::Penalty
        } else if penalties.tier(ours) < penalties.tier(theirs) {
            AgentReason::Level
        } else if order.best_skill && skill(member) > skill(next) {
            AgentReason::Skill
        } else {
            match order.start {
                Start::First => AgentReason::Order,
                Start::Random | Start::WeightedRandom => AgentReason::Chance,
                Start::AfterQueueLast
                | Start::AfterCallLast
                | Start::LevelOfQueueLast
                | Start::DownFromCallLast => AgentReason::Turn,
            }
        }
    }
}
