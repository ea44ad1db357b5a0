//! A small call centre under random events: queues of any strategy, agents of any skill, every
//! handle there ever was, and the book-keeper beside it.

use acd_core::*;

use crate::ledger::Ledger;

/// One random event: what, whom, how.
pub(crate) type Step = (u8, u16, u16);

/// An engine, its book-keeper, and every handle there ever was.
pub(crate) struct World {
    pub(crate) engine: Engine<'static>,
    pub(crate) ledger: Ledger,
    pub(crate) now: Time,
    pub(crate) queues: Vec<QueueId>,
    pub(crate) agents: Vec<AgentId>,
    pub(crate) calls: Vec<CallId>,
    pub(crate) offers: Vec<OfferId>,
    classes: Vec<ClassId>,
    pub(crate) rules: Vec<RuleId>,
    pub(crate) said: Vec<(Time, Output)>,
    /// Fire every timer by an input of its own.
    split: bool,
    /// Compare hashes around every refused input.
    hashed: bool,
}

const STRATEGIES: [Strategy; 16] = [
    Strategy::LongestIdle,
    Strategy::RingAll,
    Strategy::FewestCalls,
    Strategy::LeastTalk,
    Strategy::LeastOccupied,
    Strategy::RoundRobin,
    Strategy::RoundRobinOrdered,
    Strategy::Linear,
    Strategy::Random,
    Strategy::WeightedRandom,
    Strategy::SkillLevel,
    Strategy::RingProgressive { every_ms: 700 },
    Strategy::Asterisk(Asterisk::LeastRecent),
    Strategy::Asterisk(Asterisk::RoundRobinMemory),
    Strategy::Asterisk(Asterisk::Linear),
    Strategy::CallCenter(CallCenter::LongestIdleAgent),
];

const CALL_ORDERS: [CallOrder; 4] =
    [CallOrder::LongestWaiting, CallOrder::Deadline, CallOrder::QueueRatio, CallOrder::WaitRatio];

pub(crate) fn limits() -> Limits {
    Limits {
        queues: 3,
        agents: 5,
        calls: 12,
        classes: 3,
        profiles: 3,
        steps: 7,
        rules: 2,
        // Enough for all calls at each of their steps, and one that asks for something else then.
        lines: 52,
        ghosts: 3,
        ring_max: 4,
        ..Limits::default()
    }
}

impl World {
    pub(crate) fn new(seed: (u8, u8, u16), split: bool) -> Self {
        Self::with(seed, split, limits(), |_| {})
    }

    /// A world of these limits, in an engine to which something has happened before.
    pub(crate) fn with(
        seed: (u8, u8, u16),
        split: bool,
        limits: Limits,
        before: impl FnOnce(&mut Engine<'static>),
    ) -> Self {
        let mut engine = Engine::with_capacity(limits).expect("limits");
        before(&mut engine);
        let mut world = Self::around(engine, split);
        let Self { engine, ledger, .. } = &mut world;
        engine.set_seed(u64::from(seed.2));
        ledger.call_order = CALL_ORDERS[usize::from(seed.0 >> 4) % CALL_ORDERS.len()];
        engine.set_call_order(ledger.call_order);
        let skill = |skill, level| Skill { skill, level };
        let needs: [&[Skill]; 3] = [&[], &[skill(1, 2)], &[skill(1, 1), skill(2, 1)]];
        let has: [&[Skill]; 3] = [&[], &[skill(1, 3)], &[skill(1, 2), skill(2, 1)]];
        let classes = needs.map(|needs| engine.add_class(needs).expect("a class"));
        let profiles = has.map(|has| engine.add_profile(has).expect("a profile"));
        for (c, class) in classes.iter().enumerate() {
            for (p, profile) in profiles.iter().enumerate() {
                let fits = needs[c].iter().all(|need| {
                    has[p].iter().any(|has| has.skill == need.skill && has.level >= need.level)
                });
                ledger.fits.insert((*class, *profile), fits);
                let level = |need: &Skill| {
                    let has = has[p].iter().find(|has| has.skill == need.skill);
                    has.map_or(0, |has| u32::from(has.level))
                };
                ledger.levels.insert((*class, *profile), needs[c].iter().map(level).sum());
            }
        }
        world.classes = classes.to_vec();
        let rule = [
            RelaxStep {
                after_ms: 0,
                penalty_raise: Some(PenaltyRaise { to: u32::from(seed.1 % 3), within: false }),
                ..RelaxStep::default()
            },
            RelaxStep {
                after_ms: 900,
                class: (seed.1 % 5 == 0).then_some(classes[0]),
                penalty_min_by: i32::from(seed.1 % 3) - 1,
                penalty_max_by: i32::from(seed.0 % 4) - 1,
                penalty_raise_by: i32::from(seed.1 % 4) - 2,
                penalty_raise_within: (seed.0 % 3 > 0).then_some(seed.0 % 3 == 1),
                ..RelaxStep::default()
            },
            RelaxStep {
                after_ms: 2_000,
                penalty_min: Some(0),
                penalty_max: Some(2),
                ..RelaxStep::default()
            },
        ];
        // Its steps are to be found among those of the queues, which come later.
        world.add_rule(&rule);
        world.add_rule(&[]);
        let bit = |n: u16| seed.2 >> n & 1 == 1;
        // More bits, each of which depends on all of the seed.
        let mixed = (u32::from(seed.0) << 24 | u32::from(seed.1) << 16 | u32::from(seed.2))
            .wrapping_mul(0x9E37_79B1);
        let more = |n: u16| mixed >> (16 + n) & 1 == 1;
        for (n, strategy) in [seed.0, seed.1].into_iter().enumerate() {
            let config = QueueConfig {
                tag: n as u64,
                strategy: STRATEGIES[usize::from(strategy) % STRATEGIES.len()],
                ring_timeout_ms: if bit(0) { 2_000 } else { 900 },
                retry_ms: if bit(1) { 1 } else { 1_500 },
                wrap_up_ms: if bit(2) { 1_000 } else { 0 },
                wrap_up_shared: !more(0),
                head_only: more(9) && more(10 + n as u16),
                max_wait_ms: bit(3).then_some(6_000),
                overflow: match (n, seed.1 >> 6) {
                    (1, 1) => Some(Overflow::Queue(world.queues[0])),
                    (1, 2) => Some(Overflow::Target(9)),
                    _ => None,
                },
                resume_within_ms: bit(4).then_some(2_000),
                max_waiting: bit(4).then_some(4),
                weight: u16::from(bit(5)) * n as u16,
                service_level: [
                    Level::OfAnswered,
                    Level::OfAnsweredAndAbandoned,
                    Level::OfOffered,
                    Level::OfOfferedButShort,
                ][usize::from(seed.1) % 4],
                target_ms: Some(1_000 + 1_500 * n as u64),
                share: 3 - n as u32,
                announce_every_ms: bit(6).then_some(1_000),
                missed_limit: bit(7).then_some(2),
                aging_ms: more(1).then_some(1_200),
                tiers: more(2).then_some(TierRules {
                    wait_ms: 600,
                    by_level: more(3),
                    skip_empty: more(4),
                }),
                join_empty: if bit(8) { EmptyRule::LoggedOut } else { EmptyRule::Never },
                leave_empty: if bit(9) { EmptyRule::NotReady } else { EmptyRule::Never },
                leave_empty_after_ms: u32::from(bit(10)) * 700,
                leave_empty_stay_ms: u32::from(bit(11)) * 400,
                delays: Delays {
                    busy_ms: u32::from(bit(10)) * 500,
                    no_answer_ms: u32::from(bit(11)) * 300,
                    ..Delays::default()
                },
                ..QueueConfig::default()
            };
            let id = world.add_queue(config);
            if seed.0 >= 128 {
                let steps = [
                    RelaxStep {
                        after_ms: 800,
                        penalty_max: Some(u32::MAX),
                        penalty_raise: more(6).then_some(PenaltyRaise {
                            to: 1 + u32::from(more(7)),
                            within: more(8),
                        }),
                        ..RelaxStep::default()
                    },
                    RelaxStep { after_ms: 1_500, class: Some(classes[n]), ..RelaxStep::default() },
                ];
                world.engine.set_relaxation(id, &steps).expect("steps");
                world.ledger.steps.insert(id, steps.to_vec());
            }
        }
        for n in 0..4_u16 {
            let config = AgentConfig {
                tag: u64::from(n),
                wrap_up_ms: (n == 3).then_some(200),
                profile: profiles[usize::from(n.wrapping_add(seed.2) % 3)],
                ..AgentConfig::default()
            };
            let id = world.add_agent(&config);
            for (q, queue) in world.queues.clone().into_iter().enumerate() {
                if n as usize % 3 != q + 1 {
                    let place = Membership {
                        penalty: u32::from(bit(12 + n)),
                        level: if more(5) { n % 3 } else { 0 },
                        position: 9 - u32::from(n),
                        ..Membership::default()
                    };
                    world.join(id, queue, place);
                }
            }
        }
        world
    }

    /// A world without queues or agents, where calls ask for nothing and agents know nothing.
    pub(crate) fn around(engine: Engine<'static>, split: bool) -> Self {
        let mut ledger = Ledger::default();
        ledger.fits.insert((ClassId::ANY, ProfileId::PLAIN), true);
        Self {
            engine,
            ledger,
            now: Time(5),
            queues: Vec::new(),
            agents: Vec::new(),
            calls: Vec::new(),
            offers: Vec::new(),
            classes: vec![ClassId::ANY],
            rules: Vec::new(),
            said: Vec::new(),
            split,
            hashed: split,
        }
    }

    pub(crate) fn add_queue(&mut self, config: QueueConfig) -> QueueId {
        let id = self.engine.add_queue(config).expect("a queue");
        self.ledger.queues.insert(id, config);
        self.queues.push(id);
        id
    }

    pub(crate) fn add_rule(&mut self, steps: &[RelaxStep]) -> RuleId {
        let id = self.engine.add_rule(steps).expect("a rule");
        self.ledger.rules.insert(id, steps.to_vec());
        self.rules.push(id);
        id
    }

    pub(crate) fn add_agent(&mut self, config: &AgentConfig) -> AgentId {
        let id = self.engine.add_agent(*config).expect("an agent");
        self.ledger.add_agent(id, config);
        self.agents.push(id);
        id
    }

    pub(crate) fn join(&mut self, agent: AgentId, queue: QueueId, place: Membership) {
        self.engine.join_queue(agent, queue, place).expect("a place");
        self.ledger.agents.get_mut(&agent).expect("it").places.insert(queue, place);
    }

    /// The same world in another engine of the same state.
    pub(crate) fn fork(&self, engine: Engine<'static>) -> Self {
        Self {
            engine,
            ledger: self.ledger.clone(),
            now: self.now,
            queues: self.queues.clone(),
            agents: self.agents.clone(),
            calls: self.calls.clone(),
            offers: self.offers.clone(),
            classes: self.classes.clone(),
            rules: self.rules.clone(),
            said: Vec::new(),
            split: self.split,
            hashed: self.hashed,
        }
    }

    pub(crate) fn pass(&mut self, ms: u64) {
        let goal = self.now.plus(ms);
        if self.split {
            while let Some(at) = self.engine.deadline().filter(|at| *at < goal) {
                assert!(at >= self.now, "INV-21: a deadline that has passed");
                self.now = at;
                self.give(Input::Tick);
            }
        }
        // What is due fires first, so that both look for whom the event is at the same point.
        self.now = goal;
        self.give(Input::Tick);
    }

    pub(crate) fn give(&mut self, input: Input) {
        // Fire what is due first, so that the book-keeper sees the input at its place.
        self.engine.handle(self.now, Input::Tick).expect("time passes");
        self.read();
        let before = self.hashed.then(|| self.engine.state_hash());
        let taken = self.engine.handle(self.now, input);
        if taken.is_ok() {
            self.ledger.input(self.now, &input);
        } else {
            let after = self.hashed.then(|| self.engine.state_hash());
            assert_eq!(before, after, "INV-53: a refused input changed something");
            assert_eq!(self.engine.poll(), None, "INV-53: it said something");
        }
        let before = self.said.len();
        self.read();
        if let (Ok(()), Input::Accept { offer: accepted }) = (taken, input) {
            // INV-23: nothing comes between, no announcement either.
            let connected = |(at, output): &(Time, Output)| {
                *at == self.now
                    && matches!(output, Output::Connected { offer, .. } if *offer == accepted)
            };
            assert!(self.said[before..].iter().any(connected), "INV-23: not connected at once");
        }
        self.ledger.check(self.now, &self.engine);
        if let Some(deadline) = self.engine.deadline() {
            assert!(deadline > self.now, "INV-21: something due was left");
        }
    }

    fn read(&mut self) {
        while let Some((at, output)) = self.engine.poll_at() {
            assert!(at <= self.now, "INV-21: an output from the future");
            self.ledger.output(at, &output);
            match output {
                Output::Joined { call, .. } => self.calls.push(call),
                Output::Offer { offer, .. } => self.offers.push(offer),
                // Reasons are for the book-keeper alone: one world gives them, its twin does not.
                Output::Chosen { .. } => continue,
                _ => {}
            }
            self.said.push((at, output));
        }
    }

    /// One of the handles, most often a late one.
    fn pick<T: Copy>(all: &[T], n: u16) -> Option<T> {
        let n = usize::from(n);
        let back = match n % 8 {
            0 => n % all.len().max(1),
            _ => n / 8 % all.len().clamp(1, 6),
        };
        all.iter().rev().nth(back).copied()
    }

    /// INV-54: an agent joins or leaves a queue or changes its place, whatever it is at.
    fn change_place(&mut self, whom: u16, how: u16) {
        let (agent, queue) =
            (self.agents[usize::from(whom) % 4], self.queues[usize::from(whom / 4) % 2]);
        let place = Membership {
            penalty: u32::from(how / 3 % 3),
            level: how / 6 % 3,
            position: u32::from(how % 7),
            wrap_up_ms: (how % 4 == 0).then_some(300),
            paused: (how % 5 == 0).then_some(how),
        };
        let known = self.ledger.agents[&agent].places.get(&queue).copied();
        if known.is_some() && how % 3 == 0 {
            self.engine.leave_queue(agent, queue).expect("a member");
            self.ledger.leaves(agent, queue);
        } else {
            let refused = self.engine.join_queue(agent, queue, place);
            assert_eq!(refused.err(), known.map(|_| Error::AlreadyMember(agent, queue)));
            self.engine.set_membership(agent, queue, place).expect("a member by now");
            // INV-16: who is a member already stays paused, or not.
            let place = Membership { paused: known.map_or(place.paused, |k| k.paused), ..place };
            self.ledger.agents.get_mut(&agent).expect("it").places.insert(queue, place);
        }
        self.read();
        self.ledger.check(self.now, &self.engine);
    }

    pub(crate) fn step(&mut self, (what, whom, how): Step) {
        self.pass(u64::from(how % 8) * u64::from(how / 8 % 100));
        let input = match what % 20 {
            0..=3 => {
                let odd = how % 5 == 0;
                let penalty_max = if how % 7 == 0 && how % 13 != 1 { 0 } else { u32::MAX };
                let to = u32::from(how % 3) * u32::from(how / 16 % 3 == 0);
                Some(Input::Arrive(CallConfig {
                    tag: u64::from(how),
                    caller: Some(u64::from(how % 4)),
                    priority: i32::from(how % 3),
                    class: self.classes[usize::from(whom) % 3],
                    preferred_agent: odd.then(|| self.agents[usize::from(whom) % 4]),
                    preferred_wait_ms: u32::from(odd) * 700,
                    penalty_min: u32::from(how % 13 == 1),
                    penalty_max,
                    penalty_raise: PenaltyRaise { to, within: how % 2 == 0 },
                    rule: self.rules.get(usize::from(how / 3 % 6)).copied(),
                    position: (how % 11 == 0).then_some(1 + u32::from(whom % 3)),
                    ..CallConfig::new(self.queues[usize::from(whom / 3) % 2])
                }))
            }
            4..=6 => Self::pick(&self.offers, whom).map(|offer| Input::Accept { offer }),
            7 => Self::pick(&self.offers, whom).map(|offer| {
                let causes = [RejectCause::Busy, RejectCause::Declined, RejectCause::Failed];
                let cause = causes[usize::from(how) % 3];
                Input::Reject { offer, cause }
            }),
            8 => Self::pick(&self.calls, whom).map(|call| Input::Hangup { call }),
            9 => Self::pick(&self.calls, whom).map(|call| Input::Complete {
                call,
                by: if how % 2 == 0 { EndedBy::Agent } else { EndedBy::Transfer },
            }),
            10 => Self::pick(&self.calls, whom).map(|call| {
                if how % 2 == 0 {
                    return Input::Exit { call, key: how as u8 };
                }
                let queue = self.queues[usize::from(how / 2) % 2];
                let keep_age = how % 4 == 1;
                Input::Move { call, queue, keep_age }
            }),
            11 => Self::pick(&self.calls, whom).map(|call| {
                let priority = i32::from(how % 4) - 1;
                Input::SetPriority { call, priority }
            }),
            12 | 13 => Some(Input::AgentState {
                agent: self.agents[usize::from(whom) % 4],
                state: AgentRequest::Available,
            }),
            14 => Some(Input::AgentState {
                agent: self.agents[usize::from(whom) % 4],
                state: match how % 3 {
                    0 => AgentRequest::LoggedOut,
                    n => AgentRequest::NotReady(n),
                },
            }),
            15 => Some(Input::EndWrapUp { agent: self.agents[usize::from(whom) % 4] }),
            16 => Some(Input::SetPause {
                agent: self.agents[usize::from(whom) % 4],
                queue: self.queues[usize::from(whom / 4) % 2],
                paused: (how % 3 > 0).then_some(how % 3),
            }),
            17 => Self::pick(&self.calls, whom).map(|call| {
                let (min, max) = (u32::from(how % 2), u32::from(how / 2 % 3));
                let raise = PenaltyRaise { to: u32::from(how / 6 % 3), within: how / 18 % 2 == 0 };
                Input::SetPenalties { call, min, max, raise }
            }),
            18 => Self::pick(&self.calls, whom).map(|call| Input::SetRule {
                call,
                rule: self.rules.get(usize::from(how % 3)).copied(),
            }),
            _ => {
                self.change_place(whom, how);
                None
            }
        };
        self.give(input.unwrap_or(Input::Tick));
    }
}
