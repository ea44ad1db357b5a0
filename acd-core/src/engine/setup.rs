//! Queues, agents and memberships come and go.

use super::Engine;
use crate::ProfileId;
use crate::agent::{Agent, AgentConfig, AgentRequest};
use crate::error::{Error, Table};
use crate::event::OfferEnd;
use crate::id::{AgentId, QueueId};
use crate::leg::LegState;
use crate::member::{Member, Membership};
use crate::queue::{Pool, Queue, QueueConfig};
use crate::slab::NIL;
use crate::time::Time;

impl Engine<'_> {
    /// Adds a queue.
    ///
    /// # Errors
    /// The configuration contradicts itself, another queue has its tag, or there is no room.
    pub fn add_queue(&mut self, config: QueueConfig) -> Result<QueueId, Error> {
        check_queue(&config)?;
        self.check_tag(config.tag, None)?;
        let queue = Queue { order: config.strategy.order(), config, ..Queue::default() };
        let index = self.queues.insert(queue);
        index.map(|index| self.queue_id(index)).ok_or(Error::Full(Table::Queues))
    }

    /// Changes a queue's configuration. Waiting calls keep their places and the timers they were
    /// armed with; everything else holds from the next decision on.
    ///
    /// # Errors
    /// No such queue, the configuration contradicts itself, another queue has its tag, or another
    /// medium while calls wait.
    pub fn set_queue(&mut self, queue: QueueId, config: QueueConfig) -> Result<(), Error> {
        let index = self.queue(queue)?;
        check_queue(&config)?;
        self.check_tag(config.tag, Some(index))?;
        let now = &self.queues[index];
        if now.counters.waiting > 0 && now.config.medium != config.medium {
            return Err(Error::QueueInUse(queue));
        }
        if now.config == config {
            return Ok(());
        }
        let changed = now.config.leave_empty != config.leave_empty;
        let other_time = now.config.leave_empty_after_ms != config.leave_empty_after_ms;
        let other_tiers = now.config.tiers != config.tiers;
        let other_heads = now.config.head_only != config.head_only;
        let other_order =
            now.order != config.strategy.order() || now.config.medium != config.medium;
        self.queues[index].config = config;
        self.queues[index].order = config.strategy.order();
        if changed {
            self.queues[index].empty_since = Time::MAX;
            self.disarm_queue(index);
        }
        if changed || other_time {
            self.check_empty(index);
        }
        if other_tiers {
            self.tiers_changed(index);
        }
        if other_heads {
            self.head_only_changed(index);
        }
        // Free members stand in the order of the old strategy: let them line up anew. By another
        // medium others are free.
        for member in 0..self.members.used() {
            let its = self.members.is_live(member) && self.members[member].queue == index;
            if other_order && its {
                self.unlink_member(member);
                self.refresh(self.members[member].agent);
            }
        }
        self.settle_timers();
        Ok(())
    }

    /// Removes a queue that has no calls and no members.
    ///
    /// # Errors
    /// No such queue, it is in use, or outputs must be polled first.
    pub fn remove_queue(&mut self, queue: QueueId) -> Result<(), Error> {
        let index = self.queue(queue)?;
        self.check_parked()?;
        let Queue { counters, members, .. } = self.queues[index];
        if members > 0 || counters.waiting > 0 || counters.talking > 0 {
            return Err(Error::QueueInUse(queue));
        }
        for class in 0..self.line_grid.kinds() {
            let mut at = self.line_grid.first(index, class);
            while at != NIL {
                let next = self.lines[at].next;
                self.lines.remove(at);
                at = next;
            }
            self.line_grid.set_first(index, class, NIL);
        }
        for profile in 0..self.pool_grid.kinds() {
            let pool = self.pool_grid.first(index, profile);
            if pool != NIL {
                self.pools.remove(pool);
            }
            self.pool_grid.set_first(index, profile, NIL);
        }
        // Paperwork of its last calls may still be going on.
        for leg in 0..self.legs.used() {
            if self.legs[leg].queue == index {
                self.legs[leg].queue = NIL;
            }
        }
        self.drop_steps(self.queues[index].steps);
        self.queues[index].steps = (0, 0);
        self.disarm_queue(index);
        self.settle_timers();
        self.queues.remove(index);
        Ok(())
    }

    /// Adds an agent, logged out.
    ///
    /// # Errors
    /// No such profile, another agent has its tag, or there is no room.
    pub fn add_agent(&mut self, config: AgentConfig) -> Result<AgentId, Error> {
        if !self.skills.has_profile(config.profile) {
            return Err(Error::NoProfile(config.profile));
        }
        if let Some(other) = self.tags.find(config.tag, |agent| self.agents[agent].tag) {
            return Err(Error::DuplicateAgent(self.agent_id(other)));
        }
        let index = self.agents.insert(Agent::new(&config)).ok_or(Error::Full(Table::Agents))?;
        self.tags.add(index, config.tag);
        Ok(self.agent_id(index))
    }

    /// Removes an agent: its offers end, it leaves all queues, and when it is talking it goes
    /// when that is over. The handle is stale at once, and the tag free for another.
    ///
    /// # Errors
    /// No such agent, or outputs must be polled first.
    pub fn remove_agent(&mut self, agent: AgentId) -> Result<(), Error> {
        let index = self.agent(agent)?;
        if self.parked.is_some() || self.out.room() < self.burst() {
            return Err(Error::Undrained);
        }
        self.request(index, AgentRequest::LoggedOut);
        while self.agents[index].members != NIL {
            self.drop_member(self.agents[index].members);
        }
        self.tags.remove(index, self.agents[index].tag);
        self.agents[index].leaving = true;
        self.release_if_gone(index);
        self.settle_timers();
        Ok(())
    }

    /// Makes an agent a member of a queue.
    ///
    /// # Errors
    /// No such agent or queue, a member already, or there is no room.
    pub fn join_queue(
        &mut self,
        agent: AgentId,
        queue: QueueId,
        config: Membership,
    ) -> Result<(), Error> {
        let (a, q) = (self.agent(agent)?, self.queue(queue)?);
        if self.member_of(a, q).is_some() {
            return Err(Error::AlreadyMember(agent, queue));
        }
        if self.members.is_full() {
            return Err(Error::Full(Table::Memberships));
        }
        let pool = self.pool(q, self.agents[a].profile)?;
        let mut member = Member::default();
        (member.agent, member.queue, member.pool) = (a, q, pool);
        (member.next, member.joined) = (self.agents[a].members, self.next_member);
        member.set_place(&config);
        let Some(index) = self.members.insert(member) else {
            return Err(Error::Full(Table::Memberships));
        };
        self.members[index].set_paused(config.paused, self.now);
        self.next_member = self.next_member.wrapping_add(1);
        self.agents[a].members = index;
        self.queues[q].members += 1;
        self.refresh(a);
        self.settle_timers();
        Ok(())
    }

    /// Changes an agent's place in a queue; calls, wrap-up, a pause and the waiting order stay as
    /// they are.
    ///
    /// # Errors
    /// No such agent or queue, or not a member.
    pub fn set_membership(
        &mut self,
        agent: AgentId,
        queue: QueueId,
        config: Membership,
    ) -> Result<(), Error> {
        let member = self.member(agent, queue)?;
        let at = &mut self.members[member];
        if at.place() == (Membership { paused: at.paused(), ..config }) {
            return Ok(());
        }
        self.unlink_member(member);
        self.members[member].set_place(&config);
        self.refresh(agent.index());
        self.note_levels(queue.index());
        self.settle_timers();
        Ok(())
    }

    /// Takes an agent out of a queue. An offer of that queue ends; a conversation goes on.
    ///
    /// # Errors
    /// No such agent or queue, not a member, or outputs must be polled first.
    pub fn leave_queue(&mut self, agent: AgentId, queue: QueueId) -> Result<(), Error> {
        let member = self.member(agent, queue)?;
        if self.parked.is_some() || self.out.room() < self.burst() {
            return Err(Error::Undrained);
        }
        self.drop_member(member);
        self.refresh(agent.index());
        self.settle_timers();
        Ok(())
    }

    /// An agent's place in a queue.
    pub(super) fn member(&self, agent: AgentId, queue: QueueId) -> Result<u32, Error> {
        let place = self.member_of(self.agent(agent)?, self.queue(queue)?);
        place.ok_or(Error::NotMember(agent, queue))
    }

    /// Whether no other queue has this tag.
    fn check_tag(&self, tag: u64, of: Option<u32>) -> Result<(), Error> {
        let mut others = (0..self.queues.used())
            .filter(|&other| tag != 0 && Some(other) != of && self.queues.is_live(other));
        match others.find(|&other| self.queues[other].config.tag == tag) {
            Some(other) => Err(Error::DuplicateQueue(self.queue_id(other))),
            None => Ok(()),
        }
    }

    pub(super) fn member_of(&self, agent: u32, queue: u32) -> Option<u32> {
        let mut at = self.agents[agent].members;
        while at != NIL && self.members[at].queue != queue {
            at = self.members[at].next;
        }
        (at != NIL).then_some(at)
    }

    fn drop_member(&mut self, member: u32) {
        let agent = self.members[member].agent;
        let mut leg = self.agents[agent].legs;
        while leg != NIL {
            let next = self.legs[leg].by_agent;
            if self.legs[leg].member == member {
                self.legs[leg].member = NIL;
                match self.legs[leg].state {
                    LegState::Ringing => self.end_offer(leg, OfferEnd::AgentGone),
                    LegState::Rest => self.end_rest(leg),
                    _ => {}
                }
            }
            leg = next;
        }
        self.forget_member(member);
        // Nobody waits for an agent who does not serve the queue.
        let mut call = self.agents[agent].sought;
        while call != NIL {
            if self.queue_of(call) == self.members[member].queue {
                self.end_alone(call);
            }
            call = self.calls.next_sought(call);
        }
        let next = self.members[member].next;
        if self.agents[agent].members == member {
            self.agents[agent].members = next;
        } else {
            let mut at = self.agents[agent].members;
            while self.members[at].next != member {
                at = self.members[at].next;
            }
            self.members[at].next = next;
        }
        let queue = self.members[member].queue;
        self.queues[queue].members -= 1;
        self.members.remove(member);
        self.note_levels(queue);
    }

    fn pool(&mut self, queue: u32, profile: ProfileId) -> Result<u32, Error> {
        let known = self.pool_grid.first(queue, profile.0);
        if known != NIL {
            return Ok(known);
        }
        let index = self.pools.insert(Pool { profile, ..Pool::default() });
        let index = index.ok_or(Error::Full(Table::Pools))?;
        self.pool_grid.set_first(queue, profile.0, index);
        Ok(index)
    }
}

fn check_queue(config: &QueueConfig) -> Result<(), Error> {
    if config.ring_timeout_ms == 0 {
        return Err(Error::Config("ring_timeout_ms is 0"));
    }
    if config.retry_ms == 0 {
        return Err(Error::Config("retry_ms is 0"));
    }
    if config.announce_every_ms == Some(0) {
        return Err(Error::Config("announce_every_ms is 0"));
    }
    if config.missed_limit == Some(0) {
        return Err(Error::Config("missed_limit is 0"));
    }
    if config.target_ms == Some(0) {
        return Err(Error::Config("target_ms is 0"));
    }
    if config.share == 0 {
        return Err(Error::Config("share is 0"));
    }
    config.strategy.order().check()
}
