//! What one event costs, in a small centre and in a large one, where penalties are looked at and
//! where they are not.
//!
//! The load is steady. In every round a conversation ends and its agent is offered the next call
//! and accepts it; two calls arrive; any waiting caller gives up; one agent asks for a break and the
//! one before comes back from it. Timers and counters are part of it, and so is the looking up of
//! whom the events are about.
//!
//! And what it costs to ask for a line when none is left: to be refused where callers need all of them,
//! and to be given that of who has just left.

use std::hint::black_box;

use acd_core::*;
use measure::{Row, seconds_per_call};

/// One size of call centre.
#[derive(Clone, Copy)]
struct Size {
    case: &'static str,
    /// Measured beside the row before, and as what.
    beside: Option<&'static str>,
    agents: u32,
    waiting: u32,
    queues: u32,
    kinds: u16,
    /// Agents have penalties from 0 to this, and calls say which they go to.
    penalties: u32,
}

/// What calls say of penalties: lowest, highest, and what lower ones count as.
const WINDOWS: [(u32, u32, PenaltyRaise); 4] = [
    (0, u32::MAX, PenaltyRaise { to: 0, within: false }),
    (0, 4, PenaltyRaise { to: 0, within: false }),
    (0, u32::MAX, PenaltyRaise { to: 5, within: false }),
    (3, 8, PenaltyRaise { to: 6, within: true }),
];

/// A call centre under steady load.
struct Centre {
    engine: Engine<'static>,
    now: Time,
    queues: Vec<QueueId>,
    classes: Vec<ClassId>,
    talking: Vec<CallId>,
    /// Calls that waited when they were last looked at.
    waiting: Vec<CallId>,
    agents: Vec<AgentId>,
    on_break: Option<AgentId>,
    penalties: bool,
    rng: u64,
    events: u64,
}

impl Size {
    fn limits(&self) -> Limits {
        let size = self;
        let windows = if size.penalties > 0 { WINDOWS.len() as u32 } else { 1 };
        Limits {
            queues: size.queues,
            agents: size.agents,
            memberships: size.agents * 2,
            calls: size.agents + size.waiting + 16,
            offers: size.agents * 2 + 16,
            lines: size.queues * (u32::from(size.kinds) * windows + 1),
            pools: size.queues * u32::from(size.kinds),
            classes: size.kinds,
            profiles: size.kinds,
            skills: u32::from(size.kinds) * 9,
            ..Limits::default()
        }
    }
}

impl Centre {
    fn new(size: &Size) -> Self {
        let mut engine = Engine::with_capacity(size.limits()).expect("limits");
        let kinds = size.kinds;
        let classes: Vec<_> = (0..kinds)
            .map(|n| {
                let need = [Skill { skill: n % 32, level: (n / 32) as u8 }];
                engine.add_class(if n == 0 { &[] } else { &need }).expect("a class")
            })
            .collect();
        let profiles: Vec<_> = (0..kinds)
            .map(|n| {
                let has: Vec<_> = (0..8)
                    .map(|k| Skill { skill: (n + k * 4) % 32, level: ((n / 32 + k) % 9) as u8 })
                    .collect();
                engine.add_profile(if n == 0 { &[] } else { &has }).expect("a profile")
            })
            .collect();
        let queues: Vec<_> = (0..size.queues)
            .map(|tag| {
                let config = QueueConfig {
                    tag: u64::from(tag) + 1,
                    max_wait_ms: Some(3_600_000),
                    ..QueueConfig::default()
                };
                engine.add_queue(config).expect("a queue")
            })
            .collect();
        let mut centre = Self {
            engine,
            now: Time(1_000_000),
            queues,
            classes,
            talking: Vec::new(),
            waiting: Vec::new(),
            agents: Vec::new(),
            on_break: None,
            penalties: size.penalties > 0,
            rng: 7,
            events: 0,
        };
        for n in 0..size.agents {
            let config = AgentConfig {
                tag: u64::from(n) + 1,
                // Any profile in any queue.
                profile: profiles[(n.wrapping_mul(0x9E37_79B9) >> 16) as usize % profiles.len()],
                ..AgentConfig::default()
            };
            let agent = centre.engine.add_agent(config).expect("an agent");
            for k in 0..2.min(size.queues) {
                let queue = centre.queues[((n + k * 3) % size.queues) as usize];
                let penalty = (n / size.queues + k) % (size.penalties + 1);
                let place = Membership { penalty, ..Membership::default() };
                centre.engine.join_queue(agent, queue, place).expect("a place");
            }
            centre.give(Input::AgentState { agent, state: AgentRequest::Available });
            centre.agents.push(agent);
        }
        while centre.engine.live_calls() < size.agents + size.waiting {
            centre.arrive();
        }
        centre
    }

    fn random(&mut self) -> u64 {
        self.rng ^= self.rng << 13;
        self.rng ^= self.rng >> 7;
        self.rng ^= self.rng << 17;
        self.rng
    }

    fn give(&mut self, input: Input) {
        self.events += 1;
        self.engine.handle(self.now, input).expect("a valid event");
        let mut offered = None;
        while let Some(output) = self.engine.poll() {
            match output {
                Output::Joined { call, .. } => self.waiting.push(call),
                Output::Offer { offer, .. } => offered = Some(offer),
                Output::Connected { call, .. } => self.talking.push(call),
                _ => {}
            }
        }
        if let Some(offer) = offered {
            self.give(Input::Accept { offer });
        }
    }

    fn arrive(&mut self) {
        let (a, b) = (self.random(), self.random());
        let asks = if self.penalties { (b >> 32) as usize % WINDOWS.len() } else { 0 };
        let (penalty_min, penalty_max, penalty_raise) = WINDOWS[asks];
        self.give(Input::Arrive(CallConfig {
            penalty_min,
            penalty_max,
            penalty_raise,
            class: self.classes[a as usize % self.classes.len()],
            ..CallConfig::new(self.queues[b as usize % self.queues.len()])
        }));
    }

    /// Some waiting caller gives up.
    fn abandon(&mut self) {
        while !self.waiting.is_empty() {
            let n = self.random() as usize % self.waiting.len();
            let call = self.waiting.swap_remove(n);
            // Some of the list have been answered since.
            if self.engine.call_state(call) == Ok(CallState::Waiting) {
                self.give(Input::Hangup { call });
                return;
            }
        }
    }

    fn take_a_break(&mut self) {
        let n = self.random() as usize % self.agents.len();
        let agent = self.agents[n];
        self.give(Input::AgentState { agent, state: AgentRequest::NotReady(1) });
        if let Some(agent) = self.on_break.replace(agent) {
            self.give(Input::AgentState { agent, state: AgentRequest::Available });
        }
    }

    fn round(&mut self) {
        self.now = self.now.plus(1);
        let n = self.random() as usize % self.talking.len();
        let call = self.talking.swap_remove(n);
        self.give(Input::Complete { call, by: EndedBy::Agent });
        self.arrive();
        self.arrive();
        self.abandon();
        // If the agent found no call that it can take, somebody will with the next that come.
        while self.talking.len() < self.agents.len() * 4 / 5 {
            self.arrive();
            self.abandon();
        }
        self.take_a_break();
    }
}

/// Callers of 64 queues by 64 windows of penalties each, and as many lines.
struct Windows {
    engine: Engine<'static>,
    queues: Vec<QueueId>,
    next: u32,
}

impl Windows {
    const LINES: u32 = 4_096;

    fn new(waiting: u32) -> Self {
        let (calls, lines) = (waiting + 2, Self::LINES);
        let limits = Limits { queues: 64, agents: 1, calls, lines, ..Limits::default() };
        let mut engine = Engine::with_capacity(limits).expect("limits");
        let queues =
            (0..64).map(|_| engine.add_queue(QueueConfig::default()).expect("a queue")).collect();
        let mut windows = Self { engine, queues, next: 0 };
        for n in 0..waiting {
            windows.arrive(n % (lines - 1)).expect("room");
        }
        windows.next = lines;
        windows
    }

    fn arrive(&mut self, window: u32) -> Result<Option<CallId>, Error> {
        let queue = self.queues[window as usize % 64];
        let call = CallConfig { penalty_max: window / 64, ..CallConfig::new(queue) };
        self.engine.handle(Time(1_000), Input::Arrive(call))?;
        let mut joined = None;
        while let Some(output) = self.engine.poll() {
            if let Output::Joined { call, .. } = output {
                joined = Some(call);
            }
        }
        Ok(joined)
    }

    /// Somebody comes by a new window, takes the one line that nobody needs, and leaves.
    fn change(&mut self) {
        self.next += 1;
        let call = self.arrive(self.next).expect("room").expect("it waits");
        self.engine.handle(Time(1_000), Input::Hangup { call }).expect("it waits");
        while self.engine.poll().is_some() {}
    }
}

/// What arrivals cost when there is no line left, beside the same with fewer callers.
fn short_of_lines() {
    let (mut refused, mut changed) = (None, None);
    for (case, waiting) in [("10k-waiting-no-line", 10_000), ("1M-waiting-no-line", 1_000_000)] {
        let mut windows = Windows::new(waiting);
        let change = seconds_per_call(|| windows.change());
        // The last line, too.
        windows.arrive(windows.next).expect("room");
        let other = windows.next + 1;
        windows.arrive(other).expect_err("no line is left");
        let refuse = seconds_per_call(|| {
            let _ = black_box(windows.arrive(other));
        });
        for (metric, seconds, before) in [
            ("arrival refused", refuse, &mut refused),
            ("arrival and leaving by a new line", change, &mut changed),
        ] {
            let ours = seconds * 1e9;
            let peer = if before.is_some() { "same, 10k waiting" } else { "-" };
            let row = Row { area: "acd", case, metric, unit: "ns", ours, peer, theirs: *before };
            row.save().expect("the summary can be written");
            *before = Some(ours);
        }
    }
}

fn main() {
    let small = Size {
        case: "100-agents-32-groups",
        beside: None,
        agents: 100,
        waiting: 1_000,
        queues: 32,
        kinds: 1,
        penalties: 0,
    };
    let (alike, without) = (Some("same, 100 agents"), Some("same, no penalties"));
    let many = Size { case: "3k-agents-32-groups", beside: alike, agents: 3_000, ..small };
    let broad = Size { case: "100-agents-256x256", queues: 8, kinds: 256, ..small };
    let sizes = [
        small,
        many,
        Size { case: "3k-agents-32-groups-penalties", beside: without, penalties: 9, ..many },
        broad,
        Size {
            case: "100k-agents-256x256-1M-waiting",
            beside: alike,
            agents: 100_000,
            waiting: 1_000_000,
            ..broad
        },
    ];
    // `cargo bench --bench engine -- WORD` measures the cases with that word in their names.
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let is_wanted = |case: &str| wanted.as_ref().is_none_or(|word| case.contains(word.as_str()));
    let mut before: Option<f64> = None;
    for size in sizes.iter().filter(|size| is_wanted(size.case)) {
        let mut centre = Centre::new(size);
        centre.events = 0;
        let mut rounds = 0_u64;
        let seconds = seconds_per_call(|| {
            rounds += 1;
            centre.round();
        });
        let ours = seconds * 1e9 * rounds as f64 / centre.events as f64;
        let row = Row {
            area: "acd",
            case: size.case,
            metric: "time per event",
            unit: "ns",
            ours,
            peer: size.beside.unwrap_or("-"),
            theirs: size.beside.and(before),
        };
        row.save().expect("the summary can be written");
        before = Some(ours);
    }
    if is_wanted("waiting-no-line") {
        short_of_lines();
    }
}
