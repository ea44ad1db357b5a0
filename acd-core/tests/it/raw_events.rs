//! Bytes as events: whatever they are, the engine answers with outputs or a typed error, keeps its
//! books, and a replay of its log says the same. Shared by the tests and the fuzz targets.

use acd_core::log::{Change, List, LogError, LogReader, LogWriter};
use acd_core::*;

/// Bytes read front to back; zeros when there are no more.
struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    fn word(&mut self) -> u64 {
        (0..8).fold(0, |word, _| (word << 8) | u64::from(self.byte()))
    }

    /// Mostly a small number, at times any.
    fn number(&mut self) -> u64 {
        match self.byte() {
            255 => self.word(),
            254 => u64::from(u32::MAX),
            small => u64::from(small),
        }
    }

    /// Mostly some seconds, at times none or for ever. Not a few ms: what comes round so often
    /// makes a lot of outputs in a leap of minutes.
    fn ms(&mut self) -> u64 {
        self.number().saturating_mul(50)
    }

    fn some_ms(&mut self) -> Option<u64> {
        (self.byte() % 3 == 0).then(|| self.ms())
    }

    fn option(&mut self) -> Option<u64> {
        (self.byte() % 3 == 0).then(|| self.number())
    }

    /// Mostly one of those that exist or did, at times any number.
    fn handle(&mut self, known: &[u64]) -> u64 {
        match self.byte() {
            250.. => self.number(),
            240..250 => known.get(usize::from(self.byte())).copied().unwrap_or(7),
            pick => {
                let back = usize::from(pick) % known.len().clamp(1, 5);
                known.iter().rev().nth(back).copied().unwrap_or(0)
            }
        }
    }

    fn raise(&mut self) -> PenaltyRaise {
        match self.byte() % 4 {
            0 => PenaltyRaise { to: self.number() as u32, within: self.byte() % 2 == 0 },
            _ => PenaltyRaise::default(),
        }
    }

    fn skills(&mut self) -> List<Skill> {
        let count = usize::from(self.byte() % 5);
        let skills: Vec<Skill> = (0..count)
            .map(|_| Skill { skill: u16::from(self.byte() % 4), level: self.byte() % 4 })
            .collect();
        List::of(&skills).expect("few")
    }
}

fn limits() -> Limits {
    Limits {
        queues: 3,
        agents: 4,
        calls: 6,
        classes: 3,
        profiles: 3,
        steps: 6,
        rules: 2,
        ghosts: 2,
        ring_max: 3,
        ..Limits::default()
    }
}

fn strategy(bytes: &mut Bytes<'_>) -> Strategy {
    match bytes.byte() % 16 {
        0 => Strategy::RingAll,
        1 => Strategy::FewestCalls,
        2 => Strategy::LeastTalk,
        3 => Strategy::LeastOccupied,
        4 => Strategy::RoundRobin,
        5 => Strategy::RoundRobinOrdered,
        6 => Strategy::Linear,
        7 => Strategy::Random,
        8 => Strategy::WeightedRandom,
        9 => Strategy::SkillLevel,
        10 => Strategy::RingProgressive { every_ms: bytes.ms() as u32 },
        11 => Strategy::Asterisk(Asterisk::RoundRobinMemory),
        12 => Strategy::CallCenter(CallCenter::TopDown),
        13 => Strategy::CallCenter(CallCenter::RingProgressively),
        _ => Strategy::LongestIdle,
    }
}

fn queue_config(bytes: &mut Bytes<'_>, queues: &[u64]) -> QueueConfig {
    let rules = [EmptyRule::Never, EmptyRule::LoggedOut, EmptyRule::NotReady, EmptyRule::NoneFree];
    let plain = QueueConfig::default();
    QueueConfig {
        strategy: strategy(bytes),
        ring_timeout_ms: bytes.some_ms().map_or(plain.ring_timeout_ms, |ms| ms as u32),
        retry_ms: bytes.some_ms().map_or(plain.retry_ms, |ms| ms as u32),
        wrap_up_ms: bytes.ms() as u32,
        max_wait_ms: bytes.some_ms(),
        overflow: match bytes.byte() % 4 {
            0 => Some(Overflow::Queue(QueueId::from_raw(bytes.handle(queues)))),
            1 => Some(Overflow::Target(7)),
            _ => None,
        },
        resume_within_ms: bytes.some_ms().map(|ms| ms as u32),
        max_waiting: bytes.option().map(|n| n as u32),
        weight: u16::from(bytes.byte() % 3),
        announce_first_ms: bytes.some_ms(),
        announce_every_ms: bytes.some_ms(),
        missed_limit: bytes.option().map(|n| n as u16),
        aging_ms: bytes.option().map(|ms| ms as u32),
        join_empty: rules[usize::from(bytes.byte() % 4)],
        leave_empty: rules[usize::from(bytes.byte() % 4)],
        ..plain
    }
}

fn place(bytes: &mut Bytes<'_>) -> Membership {
    Membership {
        penalty: bytes.number() as u32,
        level: bytes.number() as u16,
        position: bytes.number() as u32,
        wrap_up_ms: bytes.option().map(|ms| ms as u32),
        paused: bytes.option().map(|reason| reason as u16),
    }
}

fn steps(bytes: &mut Bytes<'_>) -> List<RelaxStep> {
    let steps = [
        RelaxStep {
            after_ms: bytes.number(),
            penalty_min_by: bytes.number() as i32,
            penalty_max_by: bytes.number() as i32,
            penalty_raise_by: bytes.number() as i32,
            ..RelaxStep::default()
        },
        RelaxStep {
            after_ms: bytes.number(),
            class: bytes.option().map(|class| ClassId(class as u16)),
            penalty_max: Some(u32::MAX),
            penalty_raise: Some(bytes.raise()),
            ..RelaxStep::default()
        },
    ];
    List::of(&steps).expect("two")
}

/// What the bytes have come to so far.
#[derive(Default)]
struct Seen {
    calls: Vec<u64>,
    offers: Vec<u64>,
    agents: Vec<u64>,
    queues: Vec<u64>,
    rules: Vec<u64>,
    said: Vec<(Time, Output)>,
}

impl Seen {
    fn input(&self, bytes: &mut Bytes<'_>) -> Input {
        let call = CallId::from_raw(bytes.handle(&self.calls));
        let offer = OfferId::from_raw(bytes.handle(&self.offers));
        let agent = AgentId::from_raw(bytes.handle(&self.agents));
        let queue = QueueId::from_raw(bytes.handle(&self.queues));
        match bytes.byte() % 26 {
            0..=4 => Input::Arrive(CallConfig {
                tag: bytes.number(),
                priority: bytes.number() as i32,
                class: ClassId(u16::from(bytes.byte() % 4)),
                preferred_agent: bytes.option().map(AgentId::from_raw),
                preferred_wait_ms: bytes.number() as u32,
                credit_ms: bytes.number(),
                position: bytes.option().map(|n| n as u32),
                penalty_min: bytes.option().unwrap_or(0) as u32,
                penalty_max: bytes.option().unwrap_or(u64::MAX) as u32,
                penalty_raise: bytes.raise(),
                rule: self.rule(bytes),
                caller: bytes.option(),
                max_wait_ms: bytes.option(),
                ..CallConfig::new(queue)
            }),
            5 => Input::Hangup { call },
            6 => Input::Exit { call, key: bytes.byte() },
            7 => Input::Move { call, queue, keep_age: bytes.byte() % 2 == 0 },
            8 => Input::SetPriority { call, priority: bytes.number() as i32 },
            9..=12 | 22 | 23 => Input::Accept { offer },
            13 => Input::Reject { offer, cause: RejectCause::Busy },
            14 | 15 | 24 => Input::Complete { call, by: EndedBy::Agent },
            16..=18 => Input::AgentState {
                agent,
                state: match bytes.byte() % 4 {
                    0 => AgentRequest::LoggedOut,
                    1 => AgentRequest::NotReady(u16::from(bytes.byte())),
                    _ => AgentRequest::Available,
                },
            },
            19 => {
                Input::SetPause { agent, queue, paused: bytes.option().map(|reason| reason as u16) }
            }
            20 => Input::SetPenalties {
                call,
                min: bytes.option().unwrap_or(0) as u32,
                max: bytes.option().unwrap_or(u64::MAX) as u32,
                raise: bytes.raise(),
            },
            21 => Input::SetRule { call, rule: self.rule(bytes) },
            _ => Input::EndWrapUp { agent },
        }
    }

    fn rule(&self, bytes: &mut Bytes<'_>) -> Option<RuleId> {
        let wanted = bytes.byte() % 2 == 0;
        wanted.then(|| RuleId::from_raw(bytes.handle(&self.rules)))
    }

    fn change(&self, bytes: &mut Bytes<'_>, now: Time) -> Change {
        let queue = QueueId::from_raw(bytes.handle(&self.queues));
        let agent = AgentId::from_raw(bytes.handle(&self.agents));
        match bytes.byte() % 40 {
            0 => Change::AddQueue(queue_config(bytes, &self.queues)),
            1 => Change::SetQueue(queue, queue_config(bytes, &self.queues)),
            2 => Change::RemoveQueue(queue),
            3 => Change::AddAgent(AgentConfig {
                tag: bytes.number(),
                wrap_up_ms: bytes.option().map(|ms| ms as u32),
                profile: ProfileId(u16::from(bytes.byte() % 4)),
                ..AgentConfig::default()
            }),
            4 => Change::RemoveAgent(agent),
            5 => Change::JoinQueue(agent, queue, place(bytes)),
            6 => Change::SetMembership(agent, queue, place(bytes)),
            7 => Change::LeaveQueue(agent, queue),
            8 => Change::AddClass(bytes.skills()),
            9 => Change::AddProfile(bytes.skills()),
            10 => Change::Seed(bytes.number()),
            11 => Change::SetRelaxation(queue, steps(bytes)),
            13 => Change::AddRule(steps(bytes)),
            14 => Change::RemoveRule(RuleId::from_raw(bytes.handle(&self.rules))),
            12 => Change::CallOrder(match bytes.byte() % 5 {
                0 => CallOrder::LongestWaiting,
                1 => CallOrder::Deadline,
                2 => CallOrder::QueueRatio,
                3 => CallOrder::WaitRatio,
                _ => CallOrder::OldestHead,
            }),
            _ => Change::Input(now, self.input(bytes)),
        }
    }

    fn read(&mut self, engine: &mut Engine<'_>) {
        while let Some((at, output)) = engine.poll_at() {
            match output {
                Output::Joined { call, .. } => self.calls.push(call.raw()),
                Output::Offer { offer, .. } => self.offers.push(offer.raw()),
                _ => {}
            }
            self.said.push((at, output));
        }
        self.agents = engine.agents().map(AgentId::raw).collect();
        self.queues = engine.queues().map(QueueId::raw).collect();
        self.rules = engine.rules().map(RuleId::raw).collect();
    }
}

/// What must hold between two events, whatever they were.
fn check(engine: &Engine<'_>, now: Time) {
    if let Some(deadline) = engine.deadline() {
        assert!(deadline > now, "something due was left");
    }
    let mut live = 0;
    for queue in engine.queues() {
        let c = engine.queue_counters(queue).expect("a queue");
        let gone = c.refused + c.answered + c.abandoned + c.timed_out + c.exited + c.left_empty;
        assert_eq!(c.offered, gone + c.overflowed + u64::from(c.waiting));
        assert_eq!(c.answered, c.completed + u64::from(c.talking));
        live += c.waiting + c.talking;
        let mut places = 0;
        for call in engine.calls(queue).expect("a queue") {
            places += 1;
            assert_eq!(engine.position(call), Ok(Some(places)));
            engine.why_waiting(call).expect("it waits");
        }
        assert_eq!(places, c.waiting);
        for agent in engine.members(queue).expect("a queue") {
            engine.member_view(agent, queue).expect("a member");
        }
    }
    assert_eq!(live, engine.live_calls());
    for agent in engine.agents() {
        let why = engine.why_idle(agent).expect("an agent");
        assert!(!why.available || why.open == 0, "{agent:?} is free and {} wait", why.open);
    }
}

/// Bytes as changes of an engine, with their log and its replay; what the engine said.
pub(crate) fn run(bytes: &[u8]) -> Vec<(Time, Output)> {
    let mut bytes = Bytes(bytes);
    let mut engine = Engine::with_capacity(limits()).expect("limits");
    engine.set_choices(bytes.byte() % 2 == 0).expect("room");
    let mut room = vec![0; 1 << 18];
    let mut log = LogWriter::begin(&mut room, &engine).expect("room");
    let mut seen = Seen::default();
    let mut now = Time(1_000);
    // Something to begin with, so that few bytes go far.
    let mut given = vec![
        Change::AddQueue(queue_config(&mut bytes, &[])),
        Change::AddQueue(QueueConfig::default()),
        Change::AddAgent(AgentConfig::default()),
        Change::AddAgent(AgentConfig { tag: 1, ..AgentConfig::default() }),
    ];
    for (agent, queue) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let (agent, queue) = (AgentId::from_raw(agent), QueueId::from_raw(queue));
        given.push(Change::JoinQueue(agent, queue, Membership::default()));
        let state = AgentRequest::Available;
        given.push(Change::Input(now, Input::AgentState { agent, state }));
    }
    given.reverse();
    for _ in 0..600 {
        let change = match given.pop() {
            Some(change) => change,
            None if bytes.0.is_empty() => break,
            None => {
                // Mostly forward, at times far, at times back.
                now = match bytes.byte() {
                    255 => Time(now.ms().saturating_sub(bytes.number())),
                    254 => now.plus(u64::from(bytes.byte()) * 1_000),
                    small => now.plus(u64::from(small) * 40),
                };
                seen.change(&mut bytes, now)
            }
        };
        let before = (engine.state_hash(), engine.last_input());
        match log.record(&change, &mut engine, |engine| change.make(engine)) {
            Ok(()) => {
                seen.read(&mut engine);
                check(&engine, engine.last_input());
            }
            Err(LogError::Refused(_)) => {
                assert_eq!((engine.state_hash(), engine.last_input()), before, "{change:?}");
                assert_eq!(engine.poll(), None, "{change:?}");
                now = now.max(engine.last_input());
            }
            Err(other) => panic!("{other}"),
        }
    }
    log.checkpoint(&engine).expect("room");

    let reader = LogReader::new(log.bytes()).expect("just written");
    let mut again = Engine::restore(limits(), reader.snapshot()).expect("just written");
    let mut replayed = Seen::default();
    for change in reader {
        change.expect("just written").make(&mut again).expect("as the first time");
        replayed.read(&mut again);
    }
    let plain = |(_, output): &&(Time, Output)| !matches!(output, Output::Chosen { .. });
    assert!(seen.said.iter().filter(plain).eq(&replayed.said), "the replay says something else");
    seen.said
}

/// Bytes as a log, and as a snapshot.
pub(crate) fn parse(bytes: &[u8]) {
    if let Ok(reader) = LogReader::new(bytes) {
        let _ = Engine::restore(limits(), reader.snapshot());
        let changes = reader.clone().take_while(Result::is_ok).count();
        assert!(changes <= bytes.len());
    }
    assert!(Engine::restore(limits(), bytes).is_err(), "a snapshot from nowhere");
}
