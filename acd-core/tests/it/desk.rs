//! A small call centre to test with: names for handles, and every output as one line of text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use acd_core::*;

/// An engine, its queues and agents by name, and the latest live offer of each agent.
pub(crate) struct Desk {
    pub(crate) engine: Engine<'static>,
    pub(crate) now: Time,
    pub(crate) calls: BTreeMap<u64, CallId>,
    pub(crate) offers: BTreeMap<u64, OfferId>,
    pub(crate) log: Vec<(Time, Output)>,
}

impl Desk {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            engine: Engine::with_capacity(limits).expect("limits"),
            now: Time::ZERO,
            calls: BTreeMap::new(),
            offers: BTreeMap::new(),
            log: Vec::new(),
        }
    }

    /// A desk with one queue.
    pub(crate) fn with_queue(config: QueueConfig) -> (Self, QueueId) {
        let mut desk = Self::new(Limits::default());
        let queue = desk.engine.add_queue(config).expect("queue");
        (desk, queue)
    }

    /// Adds an agent to a queue and makes it available.
    pub(crate) fn agent(&mut self, tag: u64, queue: QueueId, membership: Membership) -> AgentId {
        let config = AgentConfig { tag, ..AgentConfig::default() };
        let agent = self.engine.add_agent(config).expect("agent");
        self.engine.join_queue(agent, queue, membership).expect("membership");
        self.set(agent, AgentRequest::Available);
        agent
    }

    pub(crate) fn set(&mut self, agent: AgentId, state: AgentRequest) {
        self.give(Input::AgentState { agent, state });
    }

    /// Moves the clock, firing what is due on the way.
    pub(crate) fn at(&mut self, ms: u64) -> &mut Self {
        self.now = Time(ms);
        self.give(Input::Tick);
        self
    }

    pub(crate) fn give(&mut self, input: Input) {
        self.try_give(input).expect("input");
    }

    pub(crate) fn try_give(&mut self, input: Input) -> Result<(), Error> {
        self.engine.handle(self.now, input)?;
        while let Some((at, output)) = self.engine.poll_at() {
            match output {
                Output::Joined { call, tag, .. } => {
                    self.calls.insert(tag, call);
                }
                Output::Offer { offer, agent_tag, .. } => {
                    self.offers.insert(agent_tag, offer);
                }
                _ => {}
            }
            self.log.push((at, output));
        }
        Ok(())
    }

    pub(crate) fn arrive(&mut self, tag: u64, queue: QueueId) {
        self.give(Input::Arrive(CallConfig { tag, ..CallConfig::new(queue) }));
    }

    pub(crate) fn accept(&mut self, agent: u64) {
        let offer = self.offers[&agent];
        self.give(Input::Accept { offer });
    }

    pub(crate) fn reject(&mut self, agent: u64, cause: RejectCause) {
        let offer = self.offers[&agent];
        self.give(Input::Reject { offer, cause });
    }

    pub(crate) fn hang_up(&mut self, call: u64) {
        let call = self.calls[&call];
        self.give(Input::Hangup { call });
    }

    /// What came out since the last time, one line an output, agents' states left out.
    pub(crate) fn said(&mut self) -> String {
        let mut text = String::new();
        for (at, output) in self.log.drain(..) {
            if let Some(line) = line(&output) {
                writeln!(text, "{} {line}", at.ms()).expect("a string");
            }
        }
        text
    }
}

/// An output as text, by tags alone; nothing for agents' states.
pub(crate) fn line(output: &Output) -> Option<String> {
    Some(match *output {
        Output::Joined { tag, position, .. } => format!("joined {tag} at {position}"),
        Output::Refused { tag, reason, .. } => format!("refused {tag} {reason:?}"),
        Output::PriorityChanged { call_tag, from, to, position, left_position, .. } => {
            format!("priority {call_tag} {from} to {to} at {position} from {left_position}")
        }
        Output::Offer { call_tag, agent_tag, .. } => format!("offer {call_tag} to {agent_tag}"),
        Output::OfferEnded { call_tag, agent_tag, end, rang_ms, .. } => {
            format!("offer {call_tag} to {agent_tag} {end:?} after {rang_ms}")
        }
        Output::Connected { call_tag, agent_tag, waited_ms, .. } => {
            format!("connected {call_tag} with {agent_tag} after {waited_ms}")
        }
        Output::Announce { call_tag, position, .. } => format!("announce {call_tag} at {position}"),
        Output::Left { call_tag, reason, waited_ms, .. } => {
            format!("left {call_tag} {reason:?} after {waited_ms}")
        }
        Output::Completed { call_tag, agent_tag, by, talked_ms, .. } => {
            format!("completed {call_tag} with {agent_tag} by {by:?} after {talked_ms}")
        }
        _ => return None,
    })
}
