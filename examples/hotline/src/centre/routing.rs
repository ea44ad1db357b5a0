//! What the routing engine says, done: phones rung and stopped, callers connected and freed.

use std::collections::HashMap;

use acd_core::{
    AgentConfig, AgentId, AgentRequest, AgentState, CallConfig, Engine, Input, LeaveReason, Limits,
    Membership, OfferEnd, OfferId, QueueConfig, QueueId, RejectCause, Strategy, Time,
};
use anyhow::Context as _;

use crate::config::{self, Config};
use crate::media::leg::MediaLeg;
use crate::sip::{self, LegId};

/// The routing engine and what its handles stand for.
pub(super) struct Routing {
    pub(super) engine: Engine<'static>,
    pub(super) queues: Vec<QueueSeat>,
    pub(super) agents: Vec<AgentSeat>,
    /// Phones that are ringing, by the leg that rings them.
    pub(super) ringing: HashMap<LegId, Ringing>,
}

/// A queue of the configuration.
pub(super) struct QueueSeat {
    pub(super) id: QueueId,
    pub(super) name: String,
}

/// An agent of the configuration; the index in [`Routing::agents`] is the engine's tag.
pub(super) struct AgentSeat {
    pub(super) id: AgentId,
    pub(super) user: String,
    pub(super) name: String,
    pub(super) state: AgentState,
    pub(super) since: Time,
}

/// A phone that rings for a call.
pub(super) struct Ringing {
    pub(super) offer: OfferId,
    pub(super) agent: usize,
    pub(super) leg: sip::Leg,
    /// The answered phone's media, until the engine says whether it has the call.
    pub(super) media: Option<Box<MediaLeg>>,
}

impl Routing {
    /// An engine with the queues and agents of the configuration; all agents are logged out.
    ///
    /// # Errors
    /// When the engine refuses a value, naming the queue or agent.
    pub(super) fn new(config: &Config, now: Time) -> anyhow::Result<Routing> {
        let count = |n: usize| u32::try_from(n.max(1)).unwrap_or(u32::MAX);
        let memberships = config.agents.iter().map(|agent| agent.queues.len()).sum();
        let callbacks: usize = config.callbacks.iter().map(|callback| callback.max).sum();
        let pace = config.campaigns.iter().map(config::Campaign::most_dials_per_100_agents);
        let contacts: usize =
            pace.map(|pace| config.agents.len() * usize::from(pace.div_ceil(100))).sum();
        let mut engine = Engine::with_capacity(Limits {
            queues: count(config.queues.len()),
            agents: count(config.agents.len()),
            memberships: count(memberships),
            // A callback waits without a telephone call; whom we call has not called.
            calls: count(config.sip.max_calls + callbacks + contacts),
            ..Limits::default()
        })?;
        engine.handle(now, Input::Tick)?;
        let mut queues = Vec::new();
        for (tag, queue) in config.queues.iter().enumerate() {
            let name = queue.name.get_ref().clone();
            let id = engine
                .add_queue(queue_config(queue, tag as u64))
                .with_context(|| format!("queue `{name}`"))?;
            queues.push(QueueSeat { id, name });
        }
        let mut agents = Vec::new();
        for (tag, agent) in config.agents.iter().enumerate() {
            let user = agent.id.get_ref().clone();
            let config = AgentConfig { tag: tag as u64, ..AgentConfig::default() };
            let id = engine.add_agent(config).with_context(|| format!("agent `{user}`"))?;
            for (position, name) in agent.queues.iter().enumerate() {
                let Some(queue) = queues.iter().find(|q| q.name == *name.get_ref()) else {
                    continue;
                };
                let membership = Membership {
                    penalty: agent.penalty.into(),
                    position: position as u32,
                    ..Membership::default()
                };
                engine
                    .join_queue(id, queue.id, membership)
                    .with_context(|| format!("agent `{user}` in queue `{}`", queue.name))?;
            }
            let (name, state) = (agent.name.clone(), AgentState::LoggedOut);
            agents.push(AgentSeat { id, user, name, state, since: now });
        }
        Ok(Routing { engine, queues, agents, ringing: HashMap::new() })
    }

    /// The queue of that name.
    pub(super) fn queue(&self, name: &str) -> Option<QueueId> {
        self.queues.iter().find(|q| q.name == name).map(|q| q.id)
    }

    /// The name of a queue the engine speaks of.
    pub(super) fn queue_name(&self, id: QueueId) -> String {
        self.queues.iter().find(|q| q.id == id).map(|q| q.name.clone()).unwrap_or_default()
    }

    /// An agent's phone has registered or gone.
    pub(super) fn registered(&mut self, now: Time, user: &str, reachable: bool) {
        let Some(seat) = self.agents.iter().find(|seat| seat.user == user) else {
            return;
        };
        let known = !matches!(seat.state, AgentState::LoggedOut);
        if known == reachable {
            // A refresh: an agent set not ready after missed calls stays so.
            return;
        }
        let state = if reachable { AgentRequest::Available } else { AgentRequest::LoggedOut };
        self.feed(now, Input::AgentState { agent: seat.id, state });
    }

    /// A call asks to wait in a queue.
    pub(super) fn arrive(&mut self, now: Time, call: CallConfig) -> bool {
        self.feed(now, Input::Arrive(call))
    }

    /// Gives the engine an input; a stale handle is a race lost to another event and only noted.
    pub(super) fn feed(&mut self, now: Time, input: Input) -> bool {
        match self.engine.handle(now, input) {
            Ok(()) => true,
            Err(error) => {
                tracing::debug!(%error, ?input, "routing engine");
                false
            }
        }
    }
}

fn queue_config(queue: &config::Queue, tag: u64) -> QueueConfig {
    let ms = |d: jiff::SignedDuration| u64::from(config::millis(d));
    QueueConfig {
        tag,
        strategy: match queue.strategy {
            config::Strategy::RingAll => Strategy::RingAll,
            config::Strategy::LongestIdle => Strategy::LongestIdle,
            config::Strategy::FewestCalls => Strategy::FewestCalls,
            config::Strategy::RoundRobin => Strategy::RoundRobin,
            config::Strategy::Linear => Strategy::Linear,
            config::Strategy::Random => Strategy::Random,
        },
        ring_timeout_ms: config::millis(queue.ring),
        retry_ms: config::millis(queue.retry),
        wrap_up_ms: config::millis(queue.wrap_up),
        max_wait_ms: queue.max_wait.map(ms),
        max_waiting: queue.max_waiting,
        announce_first_ms: queue.announce_first.map(ms),
        announce_every_ms: queue.announce_every.map(ms),
        missed_limit: queue.missed_limit,
        ..QueueConfig::default()
    }
}

/// What the SIP status of a phone that did not answer means to the engine.
pub(super) fn cause_of(status: u16) -> RejectCause {
    match status {
        486 | 600 => RejectCause::Busy,
        603 | 403 => RejectCause::Declined,
        404 | 408 | 410 | 480 => RejectCause::Unreachable,
        _ => RejectCause::Failed,
    }
}

/// What the flow is told of a call that left the queue unanswered.
pub(super) fn reason_name(reason: LeaveReason) -> &'static str {
    match reason {
        LeaveReason::Abandoned => "abandoned",
        LeaveReason::ExitKey(_) => "exit-key",
        LeaveReason::LeaveEmpty => "empty",
        _ => "timeout",
    }
}

/// An agent's state as shown to people.
pub(super) fn state_name(state: AgentState) -> &'static str {
    match state {
        AgentState::LoggedOut => "logged out",
        AgentState::Available => "available",
        AgentState::Ringing => "ringing",
        AgentState::Talking => "talking",
        AgentState::WrapUp => "wrap-up",
        AgentState::NotReady(_) => "not ready",
    }
}

/// How an offer ended, for the event log.
pub(super) fn offer_end_name(end: OfferEnd) -> &'static str {
    match end {
        OfferEnd::Accepted => "accepted",
        OfferEnd::Rejected(RejectCause::Busy) => "busy",
        OfferEnd::Rejected(RejectCause::Declined) => "declined",
        OfferEnd::Rejected(RejectCause::Unreachable) => "unreachable",
        OfferEnd::Rejected(_) => "failed",
        OfferEnd::TimedOut => "no answer",
        OfferEnd::Cancelled => "cancelled",
        OfferEnd::Lost => "lost",
        OfferEnd::AgentGone => "agent gone",
        _ => "ended",
    }
}
