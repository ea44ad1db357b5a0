//! What agents ask for, and what follows for the queues they serve.

use super::Engine;
use crate::agent::AgentRequest;
use crate::call::Call;
use crate::event::{OfferEnd, Output};
use crate::leg::LegState;
use crate::member::Member;
use crate::queue::{EmptyRule, Queue, QueueConfig};
use crate::select::Term;
use crate::slab::NIL;
use crate::time::Time;

impl Engine<'_> {
    /// The agent wants another state.
    pub(super) fn request(&mut self, agent: u32, wanted: AgentRequest) {
        let at = &mut self.agents[agent];
        let before = at.request();
        if before == wanted {
            return;
        }
        at.set_request(wanted);
        if wanted == AgentRequest::Available {
            at.become_available(self.now);
        }
        if before == AgentRequest::LoggedOut {
            at.log_in(self.now);
        }
        if wanted == AgentRequest::LoggedOut {
            at.log_out(self.now);
            let mut leg = at.legs;
            while leg != NIL {
                let next = self.legs[leg].by_agent;
                match self.legs[leg].state {
                    LegState::Ringing => self.end_offer(leg, OfferEnd::AgentGone),
                    LegState::WrapUp => self.end_wrap_up(leg),
                    LegState::Rest => self.end_rest(leg),
                    _ => {}
                }
                leg = next;
            }
            self.free_seekers(agent);
        }
        self.refresh(agent);
    }

    /// The agent is paused in one of its queues, for this reason, or no longer.
    pub(super) fn set_pause(&mut self, agent: u32, queue: u32, to: Option<u16>) {
        let Some(member) = self.member_of(agent, queue) else { return };
        let from = self.members[member].paused();
        if from == to {
            return;
        }
        self.members[member].set_paused(to, self.now);
        self.say(Output::PauseChanged {
            agent: self.agent_id(agent),
            agent_tag: self.agents[agent].tag,
            queue: self.queue_id(queue),
            from,
            to,
        });
        self.refresh(agent);
    }

    /// Calls that wait for this agent alone need not any more.
    fn free_seekers(&mut self, agent: u32) {
        let mut call = self.agents[agent].sought;
        while call != NIL {
            self.end_alone(call);
            call = self.calls.next_sought(call);
        }
    }

    /// Brings everything that depends on an agent's state in line with it: what was last told,
    /// its place among the free of each queue, the queues' head counts.
    pub(super) fn refresh(&mut self, agent: u32) {
        let state = self.agents[agent].state();
        if self.agents[agent].show(state) {
            self.say(Output::AgentChanged {
                agent: self.agent_id(agent),
                agent_tag: self.agents[agent].tag,
                state,
            });
        }
        let request = self.agents[agent].request();
        let logged_in = request != AgentRequest::LoggedOut;
        let mut at = self.agents[agent].members;
        while at != NIL {
            let queue = self.members[at].queue;
            let medium = self.queues[queue].config.medium;
            if self.agents[agent].is_free(medium, self.now) && self.members[at].serves() {
                self.line_up(at);
            } else {
                self.unlink_member(at);
            }
            let member = &mut self.members[at];
            let willing = request == AgentRequest::Available && member.paused().is_none();
            let counts = &mut self.queues[queue];
            let levels_changed = member.set_logged_in(logged_in);
            if levels_changed {
                count(&mut counts.logged_in, logged_in);
            }
            if member.set_willing(willing) {
                count(&mut counts.willing, willing);
            }
            if levels_changed {
                self.note_levels(queue);
            }
            self.check_empty(queue);
            at = self.members[at].next;
        }
    }

    /// Puts a member among the free of its queue, at the place its queue's order gives it now.
    fn line_up(&mut self, member: u32) {
        let rank = self.rank_of(member);
        let Member { pool, agent, queue, .. } = self.members[member];
        let was_free = self.members[member].is_free();
        if was_free && self.members[member].rank == rank {
            return;
        }
        let mut tree = self.pools[pool].tree;
        if was_free {
            tree.remove(&mut self.members, member);
        } else {
            self.queues[queue].free += 1;
            self.soil_agent(agent);
        }
        self.members[member].rank = rank;
        tree.insert(&mut self.members, member);
        self.pools[pool].tree = tree;
        self.pool_grid.set_some(queue, self.pools[pool].profile.0, true);
    }

    /// Takes a member from among the free of its queue.
    pub(super) fn unlink_member(&mut self, member: u32) {
        if self.members[member].is_free() {
            let Member { pool, queue, .. } = self.members[member];
            let mut tree = self.pools[pool].tree;
            tree.remove(&mut self.members, member);
            self.pools[pool].tree = tree;
            let some = !tree.is_empty();
            self.pool_grid.set_some(queue, self.pools[pool].profile.0, some);
            self.queues[queue].free -= 1;
        }
    }

    /// Takes a member out of its queue's counts.
    pub(super) fn forget_member(&mut self, member: u32) {
        self.unlink_member(member);
        let member = &self.members[member];
        let (queue, counts) = (member.queue, &mut self.queues[member.queue]);
        counts.logged_in -= u32::from(member.logged_in());
        counts.willing -= u32::from(member.willing());
        self.check_empty(queue);
    }

    fn rank_of(&self, member: u32) -> [u64; 2] {
        let at = &self.members[member];
        let terms = self.queues[at.queue].order.terms;
        terms.map(|term| self.term(member, term))
    }

    fn term(&self, member: u32, term: Term) -> u64 {
        let at = &self.members[member];
        let agent = &self.agents[at.agent];
        match term {
            Term::None => 0,
            Term::IdleSince => agent.idle_since().ms(),
            Term::Calls => u64::from(at.calls),
            Term::AllCalls => agent.answered(),
            Term::TalkTime => agent.talked_ms(),
            Term::Occupancy => {
                let busy = agent.talked_ms().saturating_add(agent.wrapped_ms());
                let logged = agent.logged_ms(self.now);
                // Parts per 2^32 of the time logged in.
                let share = (u128::from(busy) << 32) / u128::from(logged.max(1));
                u64::try_from(share).unwrap_or(u64::MAX)
            }
            // The order of joining makes equal positions distinct, so that going round visits all.
            Term::Position => (u64::from(at.position) << 32) | u64::from(at.joined),
            Term::Joined => u64::from(at.joined),
            Term::LastOffered => agent.last_offered().ms(),
            Term::LastEnd => agent.last_end().ms(),
            Term::LastEndSecond => at.last_end().ms() / 1_000,
            Term::Ended => u64::from(at.ended),
            Term::TalkSinceReady => agent.since_ready().0,
            Term::CallsSinceReady => agent.since_ready().1,
            Term::PlainPosition => u64::from(at.position),
            Term::LastWalked => u64::MAX - ((u64::from(at.position) << 32) | u64::from(at.joined)),
        }
    }

    /// Whether a queue counts as empty of agents by a rule.
    pub(super) fn is_empty(&self, queue: u32, rule: EmptyRule) -> bool {
        let Queue { logged_in, willing, free, .. } = self.queues[queue];
        match rule {
            EmptyRule::Never => false,
            EmptyRule::LoggedOut => logged_in == 0,
            EmptyRule::NotReady => willing == 0,
            EmptyRule::NoneFree => free == 0,
        }
    }

    /// Notes since when a queue has been empty, and whether its calls may have to leave for it.
    pub(super) fn check_empty(&mut self, queue: u32) {
        let QueueConfig { leave_empty: rule, leave_empty_after_ms: after, .. } =
            self.queues[queue].config;
        if !self.is_empty(queue, rule) {
            if self.queues[queue].empty_since != Time::MAX {
                self.queues[queue].empty_since = Time::MAX;
                self.disarm_queue(queue);
            }
            return;
        }
        let at = &mut self.queues[queue];
        at.empty_since = at.empty_since.min(self.now);
        let due = at.empty_since.plus(u64::from(after));
        if due > self.now {
            self.arm_queue(queue, due);
        } else if !at.emptying && at.counters.waiting > 0 {
            at.emptying = true;
            at.next_emptying = self.emptying;
            self.emptying = queue;
        }
    }

    /// Whether a call that joins now stays for a while though the queue is empty of agents.
    pub(super) fn joins_empty(&self, queue: u32) -> bool {
        let config = &self.queues[queue].config;
        config.leave_empty_stay_ms > 0 && self.is_empty(queue, config.leave_empty)
    }

    /// Until when a call stays in a queue that was empty when it joined.
    pub(super) fn stays_until(&self, call: &Call) -> Time {
        let stay = self.queues[self.lines[call.line].queue].config.leave_empty_stay_ms;
        if call.joined_empty() { call.joined().plus(u64::from(stay)) } else { Time::ZERO }
    }

    /// Gives an agent's slot back if it was removed and its last leg has ended.
    pub(super) fn release_if_gone(&mut self, agent: u32) {
        if self.agents[agent].leaving && self.agents[agent].legs == NIL {
            self.clean_agent(agent);
            self.disarm_agent(agent);
            while self.agents[agent].sought != NIL {
                self.unseek(self.agents[agent].sought);
            }
            self.agents.remove(agent);
        }
    }
}

fn count(counter: &mut u32, up: bool) {
    if up {
        *counter += 1;
    } else {
        *counter -= 1;
    }
}
