//! What the numbers cost: statistics in tables of fixed size, beside the engine that they listen to.
//!
//! A day is played once and what the engine says is kept. Then two are timed in turn: the engine that
//! plays that day, and statistics that take in what it said, with room for two half hours and no more.

use std::collections::VecDeque;
use std::hint::black_box;

use acd_core::stats::{Lost, Stats, StatsConfig, StatsLimits};
use acd_core::*;
use measure::{Row, versus};

const DAY_MS: u64 = 86_400_000;
const HALF_HOUR_MS: u64 = 1_800_000;
const AGENTS: u32 = 100;
const QUEUES: u32 = 8;
const CALLS: u64 = 10_000;

fn limits() -> Limits {
    Limits { queues: QUEUES, agents: AGENTS, calls: 2 * AGENTS, ..Limits::default() }
}

/// A call centre with nobody in it between its days.
struct Centre {
    engine: Engine<'static>,
    queues: Vec<QueueId>,
    agents: Vec<AgentId>,
    talking: VecDeque<CallId>,
    inputs: VecDeque<Input>,
    /// Days that are over.
    days: u64,
}

impl Centre {
    fn new() -> Self {
        let mut engine = Engine::with_capacity(limits()).expect("limits");
        let tagged = |tag: u32| QueueConfig { tag: u64::from(tag) + 1, ..QueueConfig::default() };
        let queues: Vec<_> =
            (0..QUEUES).map(|n| engine.add_queue(tagged(n)).expect("a queue")).collect();
        let agents = (0..AGENTS)
            .map(|n| {
                let config = AgentConfig { tag: u64::from(n) + 1, ..AgentConfig::default() };
                let agent = engine.add_agent(config).expect("an agent");
                for queue in [n % QUEUES, (n + 3) % QUEUES] {
                    let place = Membership::default();
                    engine.join_queue(agent, queues[queue as usize], place).expect("a place");
                }
                agent
            })
            .collect();
        let (talking, inputs) = (VecDeque::new(), VecDeque::new());
        Self { engine, queues, agents, talking, inputs, days: 0 }
    }

    /// Gives an input and tells what the engine says. Who is called answers at once, but that every
    /// tenth caller has gone when the phone rings.
    fn give(&mut self, now: Time, input: Input, tell: &mut impl FnMut(Time, &Output)) {
        self.inputs.push_back(input);
        while let Some(input) = self.inputs.pop_front() {
            self.engine.handle(now, input).expect("a valid event");
            while let Some((at, output)) = self.engine.poll_at() {
                match output {
                    Output::Offer { call, call_tag, .. } if call_tag % 10 == 9 => {
                        self.inputs.push_back(Input::Hangup { call });
                    }
                    Output::Offer { offer, .. } => self.inputs.push_back(Input::Accept { offer }),
                    Output::Connected { call, .. } => self.talking.push_back(call),
                    _ => {}
                }
                tell(at, &output);
            }
        }
    }

    /// Everybody comes, nearly all are kept talking, everybody goes.
    fn day(&mut self, tell: &mut impl FnMut(Time, &Output)) {
        self.days += 1;
        let start = Time(self.days * DAY_MS);
        for n in 0..self.agents.len() {
            let (agent, state) = (self.agents[n], AgentRequest::Available);
            self.give(start, Input::AgentState { agent, state }, tell);
        }
        let mut now = start;
        for tag in 0..CALLS {
            now = start.plus(tag * (DAY_MS / 2) / CALLS);
            let queue = self.queues[(tag % u64::from(QUEUES)) as usize];
            let arrives = CallConfig { tag, ..CallConfig::new(queue) };
            self.give(now, Input::Arrive(arrives), tell);
            if self.talking.len() > AGENTS as usize * 9 / 10 {
                self.complete_oldest(now, tell);
            }
        }
        while !self.talking.is_empty() {
            self.complete_oldest(now, tell);
        }
        assert_eq!(self.engine.live_calls(), 0, "a day ends with nobody waiting");
        for n in 0..self.agents.len() {
            let (agent, state) = (self.agents[n], AgentRequest::LoggedOut);
            self.give(now, Input::AgentState { agent, state }, tell);
        }
    }

    fn complete_oldest(&mut self, now: Time, tell: &mut impl FnMut(Time, &Output)) {
        if let Some(call) = self.talking.pop_front() {
            self.give(now, Input::Complete { call, by: EndedBy::Caller }, tell);
        }
    }
}

/// Takes in a day that begins so much later than it did; keeps the rows of this half hour and the one
/// before, and no call that has ended.
fn count(stats: &mut Stats<'_>, day: &[(Time, Output)], later_ms: u64) {
    let mut half_hour = 0;
    for (at, output) in day {
        let at = at.plus(later_ms);
        let now = at.ms() / HALF_HOUR_MS;
        if now != half_hour {
            half_hour = now;
            stats.forget_before(Time((now - 1) * HALF_HOUR_MS));
        }
        stats.see(at, output);
        while let Some(call) = stats.next_call() {
            black_box(call);
        }
    }
}

fn main() {
    let mut centre = Centre::new();
    let mut day = Vec::new();
    centre.day(&mut |at, output| day.push((at, *output)));

    let rows = StatsLimits::new(limits(), 2);
    let mut stats = Stats::with_capacity(StatsConfig::default(), rows);
    let (mut counted, mut said) = (0, 0);
    let (ours, theirs) = versus(
        || {
            count(&mut stats, &day, counted * DAY_MS);
            counted += 1;
        },
        || {
            centre.day(&mut |_, output| {
                black_box(output);
                said += 1;
            });
        },
    );
    assert_eq!(said, (centre.days - 1) * day.len() as u64, "every day is like the first");
    assert_eq!(stats.lost(), Lost::default(), "the tables have room for all of it");
    let offered: u64 = stats.traffic().map(|(_, _, row)| row.offered).sum();
    assert!(offered > 0, "the last half hour is in the tables");

    let outputs = day.len() as f64;
    let row = Row {
        area: "acd",
        case: "statistics-100-agents",
        metric: "time per output",
        unit: "ns",
        ours: ours * 1e9 / outputs,
        peer: "the engine that says it",
        theirs: Some(theirs * 1e9 / outputs),
    };
    row.save().expect("the summary can be written");
}
