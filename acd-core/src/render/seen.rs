//! Follows calls and agents, and adds to each output what the formats want to know beside it.

use crate::agent::AgentState;
use crate::engine::Engine;
use crate::event::{OfferEnd, Output};
use crate::id::{AgentId, CallId, QueueId};
#[cfg(feature = "alloc")]
use crate::limits::Limits;
use crate::storage::Storage;
use crate::time::Time;

/// What is kept of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallFacts {
    /// Which; `None` for none.
    pub call: Option<CallId>,
    /// Its tag.
    pub tag: u64,
    /// The queue it is in, or was in last.
    pub queue: Option<QueueId>,
    /// When it arrived.
    pub arrived: Time,
    /// When it joined the queue it is in.
    pub joined: Time,
    /// Its place when it joined that queue.
    pub original_position: u32,
    /// Whether it is an abandoned call that came back, or brought an age otherwise.
    pub resumed: bool,
    /// When the phone of the agent who answered began to ring.
    pub called: Time,
    /// When an agent answered; [`Time::ZERO`] before.
    pub answered: Time,
}

/// What is kept of an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgentFacts {
    /// Which; `None` for none.
    pub agent: Option<AgentId>,
    /// What it is.
    pub state: AgentState,
    /// What it was before.
    pub before: AgentState,
    /// When it last logged in.
    pub login: Time,
    /// When it was last set not ready; [`Time::ZERO`] if never.
    pub last_pause: Time,
    /// Offers it missed since it last answered one or became available.
    pub missed: u32,
    /// The tag of the call it was offered last.
    pub last_call: u64,
}

/// One slot of a [`Follower`]: of a call, an agent or a queue. Opaque; [`Default`] makes an empty
/// one.
#[derive(Clone, Copy, Debug, Default)]
pub struct FollowerSlot<T>(T);

/// The handle of nobody. An empty slot is compared as this number, because comparing it as an option
/// may look first at what was never written, which memory checkers report.
const NOBODY: u64 = u64::MAX;

/// Knows of each live call and agent what outputs do not repeat.
pub struct Follower<'a> {
    calls: Storage<'a, FollowerSlot<CallFacts>>,
    agents: Storage<'a, FollowerSlot<AgentFacts>>,
    /// Calls in each queue.
    queues: Storage<'a, FollowerSlot<u32>>,
}

impl core::fmt::Debug for Follower<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Follower").field("calls", &self.calls.len()).finish_non_exhaustive()
    }
}

/// An output and what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// When it came about.
    pub at: Time,
    /// What the engine said.
    pub output: Output,
    /// The call it is about, as it was with it.
    pub call: CallFacts,
    /// The agent it is about, as it was with it.
    pub agent: AgentFacts,
    /// Calls in the queue after it.
    pub count: u32,
    /// Calls in the queue it moved to, after it.
    pub count_there: u32,
    /// The call's place when it left the queue.
    pub position: u32,
}

#[cfg(feature = "alloc")]
impl Follower<'static> {
    /// For an engine of these limits, its memory taken from the heap now.
    #[must_use]
    pub fn with_capacity(limits: Limits) -> Self {
        Self {
            calls: Storage::owned(limits.calls as usize, FollowerSlot::default()),
            agents: Storage::owned(limits.agents as usize, FollowerSlot::default()),
            queues: Storage::owned(limits.queues as usize, FollowerSlot::default()),
        }
    }
}

impl<'a> Follower<'a> {
    /// In the caller's memory: as many slots as the engine has calls, agents and queues. What has
    /// no slot is not followed; its facts are empty.
    #[must_use]
    pub fn new(
        calls: &'a mut [FollowerSlot<CallFacts>],
        agents: &'a mut [FollowerSlot<AgentFacts>],
        queues: &'a mut [FollowerSlot<u32>],
    ) -> Self {
        calls.fill(FollowerSlot::default());
        agents.fill(FollowerSlot::default());
        queues.fill(FollowerSlot::default());
        Self { calls: calls.into(), agents: agents.into(), queues: queues.into() }
    }

    /// What is known of a call now; empty facts if nothing is.
    #[must_use]
    pub fn call(&self, call: CallId) -> CallFacts {
        let facts = self.calls.get(call.index() as usize).map(|slot| slot.0);
        let key = |facts: &CallFacts| facts.call.map_or(NOBODY, CallId::raw);
        facts.filter(|facts| key(facts) == call.raw()).unwrap_or_default()
    }

    /// What is known of an agent now; empty facts if nothing is.
    #[must_use]
    pub fn agent(&self, agent: AgentId) -> AgentFacts {
        let facts = self.agents.get(agent.index() as usize).map(|slot| slot.0);
        let key = |facts: &AgentFacts| facts.agent.map_or(NOBODY, AgentId::raw);
        facts.filter(|facts| key(facts) == agent.raw()).unwrap_or_default()
    }

    /// Takes one output in, in the order in which they come about, each read before the engine is
    /// told the next thing.
    pub fn see(&mut self, engine: &Engine<'_>, at: Time, output: &Output) -> Seen {
        let mut seen = Seen {
            at,
            output: *output,
            call: CallFacts::default(),
            agent: AgentFacts::default(),
            count: 0,
            count_there: 0,
            position: 0,
        };
        match *output {
            Output::Joined { call, tag, queue, position, .. } => {
                let resumed = engine.call_view(call).is_ok_and(|view| view.credit_ms > 0);
                seen.call = CallFacts {
                    call: Some(call),
                    tag,
                    queue: Some(queue),
                    arrived: at,
                    joined: at,
                    original_position: position,
                    resumed,
                    ..CallFacts::default()
                };
                self.keep_call(call, seen.call);
                seen.count = self.count(queue, 1);
            }
            Output::Moved { call, from, to, position, left_position, .. } => {
                // What is seen is the call as it left; what is kept, as it joined.
                seen.call = self.call(call);
                seen.position = left_position;
                let here = CallFacts {
                    queue: Some(to),
                    joined: at,
                    original_position: position,
                    ..seen.call
                };
                self.keep_call(call, here);
                seen.count = self.count(from, -1);
                seen.count_there = self.count(to, 1);
            }
            Output::Offer { call, agent, call_tag, .. } => {
                seen.call = self.call(call);
                seen.agent = AgentFacts { last_call: call_tag, ..self.known(agent) };
                self.keep_agent(agent, seen.agent);
            }
            Output::OfferEnded { call, agent, end, rang_ms, .. } => {
                let mut facts = self.call(call);
                facts.called = Time(at.ms().saturating_sub(rang_ms));
                let mut who = self.known(agent);
                match end {
                    OfferEnd::Accepted => {
                        who.missed = 0;
                        self.keep_call(call, facts);
                    }
                    OfferEnd::Rejected(_) | OfferEnd::TimedOut => {
                        who.missed = who.missed.saturating_add(1);
                    }
                    _ => {}
                }
                self.keep_agent(agent, who);
                (seen.call, seen.agent) = (facts, who);
            }
            Output::Connected { call, agent, queue, .. } => {
                seen.call = CallFacts { answered: at, ..self.call(call) };
                self.keep_call(call, seen.call);
                seen.agent = self.known(agent);
                seen.count = self.count(queue, -1);
                seen.position = engine.calls_ahead(call).map_or(1, |ahead| ahead + 1);
            }
            Output::Left { call, queue, position, .. } => {
                seen.call = self.call(call);
                seen.position = position;
                seen.count = self.count(queue, -1);
                self.forget(call);
            }
            Output::Completed { call, agent, .. } => {
                seen.call = self.call(call);
                seen.agent = self.known(agent);
                self.forget(call);
            }
            Output::AgentChanged { agent, state, .. } => {
                let known = self.known(agent);
                let mut facts = AgentFacts { before: known.state, state, ..known };
                if known.state == AgentState::LoggedOut {
                    facts.login = at;
                }
                match state {
                    AgentState::NotReady(_) => facts.last_pause = at,
                    AgentState::Available if !is_at_work(known.state) => facts.missed = 0,
                    _ => {}
                }
                self.keep_agent(agent, facts);
                seen.agent = facts;
            }
            Output::Announce { call, .. } => seen.call = self.call(call),
            Output::PauseChanged { agent, .. } => seen.agent = self.known(agent),
            _ => {}
        }
        seen
    }

    fn known(&self, agent: AgentId) -> AgentFacts {
        AgentFacts { agent: Some(agent), ..self.agent(agent) }
    }

    fn keep_call(&mut self, call: CallId, facts: CallFacts) {
        if let Some(slot) = self.calls.get_mut(call.index() as usize) {
            *slot = FollowerSlot(facts);
        }
    }

    fn forget(&mut self, call: CallId) {
        self.keep_call(call, CallFacts::default());
    }

    fn keep_agent(&mut self, agent: AgentId, facts: AgentFacts) {
        if let Some(slot) = self.agents.get_mut(agent.index() as usize) {
            *slot = FollowerSlot(facts);
        }
    }

    fn count(&mut self, queue: QueueId, change: i32) -> u32 {
        let Some(FollowerSlot(count)) = self.queues.get_mut(queue.index() as usize) else {
            return 0;
        };
        *count = count.saturating_add_signed(change);
        *count
    }
}

/// Whether an agent takes calls, free or not.
fn is_at_work(state: AgentState) -> bool {
    !matches!(state, AgentState::LoggedOut | AgentState::NotReady(_))
}
