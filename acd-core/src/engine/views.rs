//! What there is: queues, members, waiting calls, and what is known of each.

use super::Engine;
use crate::agent::{AgentConfig, AgentRequest};
use crate::call::CallState;
use crate::error::Error;
use crate::id::{AgentId, CallId, QueueId, RuleId};
use crate::member::Membership;
use crate::penalty::PenaltyRaise;
use crate::queue::{Line, NO_RULE};
use crate::skill::ClassId;
use crate::slab::NIL;
use crate::time::Time;

/// What is known of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallView {
    /// Its tag.
    pub tag: u64,
    /// Where it waits, or waited.
    pub queue: QueueId,
    /// Where it is.
    pub state: CallState,
    /// Its priority.
    pub priority: i32,
    /// What it asks for now.
    pub class: ClassId,
    /// Lowest and highest penalty of the members it may go to now, and what lower ones count as.
    pub penalty_min: u32,
    /// See [`penalty_min`](Self::penalty_min).
    pub penalty_max: u32,
    /// See [`penalty_min`](Self::penalty_min).
    pub penalty_raise: PenaltyRaise,
    /// The rule by which it relaxes, while it waits; `None`: the steps of its queue.
    pub rule: Option<RuleId>,
    /// When it arrived.
    pub arrived: Time,
    /// When it joined the queue it is in.
    pub joined: Time,
    /// The age it brought, in ms: asked for, or of an earlier try.
    pub credit_ms: u64,
}

/// What is known of a member of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// Its place in the queue, and whether it is paused there now.
    pub place: Membership,
    /// When it was last paused there, in whole seconds; `None` if it never was. Being not ready is
    /// no pause of a queue.
    pub last_pause: Option<Time>,
    /// Calls of this queue it has accepted.
    pub calls: u32,
    /// When its last conversation of this queue ended; `None` if there was none.
    pub last_call: Option<Time>,
    /// When the agent last logged in.
    pub login: Time,
    /// What the agent wants to be, which can be ahead of what it is.
    pub request: AgentRequest,
    /// Phones ringing, conversations and paperwork going on, of all its queues.
    pub ringing: u16,
    /// Conversations.
    pub talking: u16,
    /// Paperwork.
    pub wrapping: u16,
    /// Time for paperwork after a call of this queue, in ms.
    pub wrap_up_ms: u32,
}

impl Engine<'_> {
    /// All queues.
    pub fn queues(&self) -> impl Iterator<Item = QueueId> {
        let live = |&queue: &u32| self.queues.is_live(queue);
        (0..self.queues.used()).filter(live).map(|queue| self.queue_id(queue))
    }

    /// All agents, those on their way out excepted.
    pub fn agents(&self) -> impl Iterator<Item = AgentId> {
        let here = |&agent: &u32| self.agents.is_live(agent) && !self.agents[agent].leaving;
        (0..self.agents.used()).filter(here).map(|agent| self.agent_id(agent))
    }

    /// The members of a queue. Looks at every membership.
    ///
    /// # Errors
    /// No such queue.
    pub fn members(&self, queue: QueueId) -> Result<impl Iterator<Item = AgentId>, Error> {
        let queue = self.queue(queue)?;
        let here = move |&member: &u32| {
            self.members.is_live(member) && self.members[member].queue == queue
        };
        let ids = (0..self.members.used()).filter(here);
        Ok(ids.map(|member| self.agent_id(self.members[member].agent)))
    }

    /// The queues of an agent.
    ///
    /// # Errors
    /// No such agent.
    pub fn queues_of(&self, agent: AgentId) -> Result<impl Iterator<Item = QueueId>, Error> {
        let mut at = self.agents[self.agent(agent)?].members;
        Ok(core::iter::from_fn(move || {
            if at == NIL {
                return None;
            }
            let queue = self.members[at].queue;
            at = self.members[at].next;
            Some(self.queue_id(queue))
        }))
    }

    /// The calls waiting or ringing in a queue, in order.
    ///
    /// # Errors
    /// No such queue.
    pub fn calls(&self, queue: QueueId) -> Result<impl Iterator<Item = CallId>, Error> {
        let queue = self.queue(queue)?;
        let mut next = self.first_in_order(queue);
        Ok(core::iter::from_fn(move || {
            let call = next?;
            next = self.calls.ranks.next(call);
            Some(self.call_id(call))
        }))
    }

    /// What is known of a call.
    ///
    /// # Errors
    /// No such call.
    pub fn call_view(&self, call: CallId) -> Result<CallView, Error> {
        let call = self.call(call)?;
        let at = &self.calls[call];
        let line = &self.lines[at.line];
        let Line { queue, class, rule, .. } = *line;
        let penalties = line.penalties();
        let ruled = rule != NO_RULE && self.is_queued(call);
        Ok(CallView {
            tag: at.tag,
            queue: self.queue_id(queue),
            state: at.state,
            priority: at.priority(),
            class,
            penalty_min: penalties.min,
            penalty_max: penalties.max,
            penalty_raise: penalties.raise,
            rule: ruled.then(|| self.rule_id(rule.into())),
            arrived: at.arrived,
            joined: at.joined(),
            credit_ms: self.calls.whole(call).credit_ms(),
        })
    }

    /// Calls in the queue of this call that are before it in the order; for a call that is talking,
    /// those who would be, were it still waiting.
    ///
    /// # Errors
    /// No such call.
    pub fn calls_ahead(&self, call: CallId) -> Result<u32, Error> {
        let index = self.call(call)?;
        if self.is_queued(index) {
            return Ok(self.place(index) - 1);
        }
        Ok(self.calls_below(self.queue_of(index), self.calls[index].key()))
    }

    /// What is known of a member of a queue.
    ///
    /// # Errors
    /// No such agent or queue, or not a member.
    pub fn member_view(&self, agent: AgentId, queue: QueueId) -> Result<MemberView, Error> {
        let member = &self.members[self.member(agent, queue)?];
        let (agent, of_queue) = (&self.agents[member.agent], &self.queues[member.queue].config);
        Ok(MemberView {
            place: member.place(),
            last_pause: Some(member.last_pause()).filter(|at| *at != Time::ZERO),
            calls: member.calls,
            last_call: (member.ended > 0).then_some(member.last_end()),
            login: agent.login(),
            request: agent.request(),
            ringing: agent.ringing,
            talking: agent.talking,
            wrapping: agent.wrapping(),
            wrap_up_ms: member.wrap_up_ms().or(agent.wrap_up_ms()).unwrap_or(of_queue.wrap_up_ms),
        })
    }

    /// How an agent was added.
    ///
    /// # Errors
    /// No such agent.
    pub fn agent_config(&self, agent: AgentId) -> Result<AgentConfig, Error> {
        Ok(self.agents[self.agent(agent)?].config())
    }
}
