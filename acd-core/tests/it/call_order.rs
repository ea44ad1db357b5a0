//! Which call an agent gets, against an oracle that sorts every call that waits.

use std::collections::BTreeSet;

use acd_core::sim::{Centre, Draw, Estimate, Group, Stream};
use acd_core::*;
use proptest::prelude::{any, prop_assert_eq, proptest};

const ORDERS: [CallOrder; 5] = [
    CallOrder::LongestWaiting,
    CallOrder::Deadline,
    CallOrder::QueueRatio,
    CallOrder::WaitRatio,
    CallOrder::OldestHead,
];

/// What the oracle knows of a waiting call.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    id: CallId,
    queue: usize,
    priority: i32,
    arrived: i64,
    number: usize,
    rings: bool,
}

/// A small centre and the oracle's view of it.
struct Scene {
    engine: Engine<'static>,
    now: Time,
    configs: Vec<QueueConfig>,
    queues: Vec<QueueId>,
    agents: Vec<AgentId>,
    /// Who serves which queues.
    serves: Vec<Vec<usize>>,
    waiting: Vec<Waiting>,
    /// Offers made in vain: they are not repeated here.
    vain: BTreeSet<(CallId, AgentId)>,
    ringing: Vec<(OfferId, CallId, AgentId)>,
    talking: Vec<CallId>,
    numbers: usize,
}

impl Scene {
    fn new(order: CallOrder, rules: [(u8, u8, u8); 3], serves: [u8; 4]) -> Self {
        let mut engine = Engine::with_capacity(Limits::default()).expect("limits");
        engine.set_call_order(order);
        let configs: Vec<_> = rules
            .iter()
            .map(|&(weight, share, target)| QueueConfig {
                weight: u16::from(weight % 4 == 0),
                share: 1 + u32::from(share % 5),
                target_ms: Some(1 + u64::from(target) * 37),
                retry_ms: u32::MAX,
                ring_timeout_ms: u32::MAX,
                ..QueueConfig::default()
            })
            .collect();
        let queues: Vec<_> =
            configs.iter().map(|c| engine.add_queue(*c).expect("a queue")).collect();
        let mut agents = Vec::new();
        let mut places = Vec::new();
        for bits in serves {
            let agent = engine.add_agent(AgentConfig::default()).expect("an agent");
            let served: Vec<_> = (0..3).filter(|q| bits >> q & 1 == 1).collect();
            for &queue in &served {
                engine.join_queue(agent, queues[queue], Membership::default()).expect("a place");
            }
            agents.push(agent);
            places.push(served);
        }
        Self {
            engine,
            now: Time(1_000_000),
            configs,
            queues,
            agents,
            serves: places,
            waiting: Vec::new(),
            vain: BTreeSet::new(),
            ringing: Vec::new(),
            talking: Vec::new(),
            numbers: 0,
        }
    }

    /// Smaller goes first: weight, the queue's first call, priority, then the rule over a common
    /// denominator, then age.
    fn rank(&self, call: &Waiting, order: CallOrder) -> [i128; 7] {
        let config = &self.configs[call.queue];
        let target = i128::from(config.target_ms.expect("set"));
        let whole: i128 =
            self.configs.iter().map(|c| i128::from(c.target_ms.expect("set"))).product();
        let shares: i128 = self.configs.iter().map(|c| i128::from(c.share)).product();
        let age = i128::from(self.now.ms() as i64 - call.arrived);
        let length = self.waiting.iter().filter(|w| w.queue == call.queue && !w.rings).count();
        let urgency = match order {
            CallOrder::Deadline => -(i128::from(call.arrived) + target),
            CallOrder::QueueRatio => length as i128 * (shares / i128::from(config.share)),
            CallOrder::WaitRatio => age * (whole / target),
            _ => 0,
        };
        let waiting = self.waiting.iter().filter(|w| w.queue == call.queue && !w.rings);
        let head = waiting.min_by_key(|w| (-w.priority, w.arrived, w.number)).expect("itself");
        let (arrived, first) = match order {
            CallOrder::OldestHead => (i128::from(head.arrived), head.number as i128),
            _ => (0, 0),
        };
        let (weight, number) = (i128::from(config.weight), call.number as i128);
        [-weight, arrived, first, -i128::from(call.priority), -urgency, -age, number]
    }

    /// The calls an agent could get, the first first.
    fn line_up(&self, agent: usize) -> Vec<(CallId, [i128; 7])> {
        let order = self.engine.call_order();
        let mut calls: Vec<_> = self
            .waiting
            .iter()
            .filter(|call| !call.rings && self.serves[agent].contains(&call.queue))
            .filter(|call| !self.vain.contains(&(call.id, self.agents[agent])))
            .map(|call| (call.id, self.rank(call, order)))
            .collect();
        calls.sort_by_key(|(_, rank)| *rank);
        calls
    }

    /// What the engine says it would do is what the oracle says, and for that reason.
    fn check_next(&self) {
        for (n, agent) in self.agents.iter().enumerate() {
            let calls = self.line_up(n);
            let expected = calls.first().map(|&(call, rank)| NextCall {
                call,
                because: match calls.get(1) {
                    None => CallReason::Alone,
                    Some((_, other)) => match (0..7).find(|&i| rank[i] != other[i]) {
                        Some(0) => CallReason::Weight,
                        Some(3) => CallReason::Priority,
                        Some(1 | 2 | 4) => CallReason::Order,
                        _ => CallReason::Age,
                    },
                },
                before: calls.get(1).map(|(call, _)| *call),
            });
            assert_eq!(self.engine.next_call(*agent), Ok(expected));
        }
    }

    fn give(&mut self, input: Input) {
        self.engine.handle(self.now, input).expect("a valid event");
        while let Some(output) = self.engine.poll() {
            match output {
                Output::Joined { call, .. } => {
                    let at = self.waiting.last_mut().expect("an arrival");
                    at.id = call;
                }
                Output::Offer { offer, call, agent, .. } => {
                    let who = self.agents.iter().position(|a| *a == agent).expect("known");
                    let first = self.line_up(who).first().map(|(call, _)| *call);
                    assert_eq!(first, Some(call), "another call was before this one");
                    self.ringing.push((offer, call, agent));
                    let at = self.waiting.iter_mut().find(|w| w.id == call).expect("it waits");
                    at.rings = true;
                }
                Output::OfferEnded { offer, call, agent, end, .. } => {
                    self.ringing.retain(|ringing| ringing.0 != offer);
                    if let OfferEnd::Rejected(_) = end {
                        self.vain.insert((call, agent));
                    }
                    if let Some(at) = self.waiting.iter_mut().find(|w| w.id == call) {
                        at.rings = false;
                    }
                }
                Output::Connected { call, .. } => {
                    self.waiting.retain(|w| w.id != call);
                    self.talking.push(call);
                }
                Output::Left { call, .. } => self.waiting.retain(|w| w.id != call),
                _ => {}
            }
        }
    }

    fn arrive(&mut self, queue: usize, priority: i32, credit_ms: u64) {
        self.numbers += 1;
        self.waiting.push(Waiting {
            id: CallId::from_raw(u64::MAX),
            queue,
            priority,
            arrived: self.now.ms() as i64 - credit_ms as i64,
            number: self.numbers,
            rings: false,
        });
        let config = CallConfig { priority, credit_ms, ..CallConfig::new(self.queues[queue]) };
        self.give(Input::Arrive(config));
    }

    /// Nobody is free while a call waits that he could take: whatever the rule.
    fn conserves_work(&self) {
        for (n, agent) in self.agents.iter().enumerate() {
            if self.engine.agent_state(*agent) == Ok(AgentState::Available) {
                assert_eq!(self.line_up(n), [], "INV-30: {agent:?} is idle");
            }
        }
    }
}

proptest! {
    #![proptest_config(proptest::test_runner::Config {
        cases: 400,
        failure_persistence: None,
        ..Default::default()
    })]

    /// INV-30, INV-32, INV-56: every offer, whoever looked for whom, is of the first call in the
    /// oracle's order; what the engine announces beforehand is the same, for the same reason.
    #[test]
    fn every_offer_is_the_oracles(
        order in 0usize..5,
        rules in any::<[(u8, u8, u8); 3]>(),
        serves in proptest::array::uniform4(1u8..8),
        events in proptest::collection::vec(any::<(u8, u8, u16)>(), 60..120),
    ) {
        let mut scene = Scene::new(ORDERS[order], rules, serves);
        for (what, whom, how) in events {
            scene.now = scene.now.plus(u64::from(how % 400));
            scene.give(Input::Tick);
            let pick = usize::from(whom);
            match what % 8 {
                0..=3 => {
                    let credit = if how % 5 == 0 { u64::from(how) } else { 0 };
                    scene.arrive(pick % 3, i32::from(how % 7 == 0), credit);
                }
                4 => {
                    let agent = scene.agents[pick % 4];
                    let state = match how % 3 {
                        0 => AgentRequest::NotReady(1),
                        _ => AgentRequest::Available,
                    };
                    scene.give(Input::AgentState { agent, state });
                }
                5 if !scene.ringing.is_empty() => {
                    let (offer, ..) = scene.ringing[pick % scene.ringing.len()];
                    scene.give(match how % 4 {
                        0 => Input::Reject { offer, cause: RejectCause::Declined },
                        _ => Input::Accept { offer },
                    });
                }
                6 if !scene.talking.is_empty() => {
                    let call = scene.talking.swap_remove(pick % scene.talking.len());
                    scene.give(Input::Complete { call, by: EndedBy::Caller });
                }
                7 if !scene.waiting.is_empty() => {
                    let call = scene.waiting[pick % scene.waiting.len()].id;
                    scene.give(Input::Hangup { call });
                }
                _ => {}
            }
            scene.check_next();
            scene.conserves_work();
        }
    }

    /// The state with a rule of its own survives a snapshot, and counts in the hash.
    #[test]
    fn the_rule_is_part_of_the_state(order in 0usize..5) {
        let mut engine = Engine::with_capacity(Limits::default()).expect("limits");
        let before = engine.state_hash();
        engine.set_call_order(ORDERS[order]);
        prop_assert_eq!(order == 0, engine.state_hash() == before);
        let mut bytes = vec![0; engine.snapshot(&mut []).expect("drained")];
        engine.snapshot(&mut bytes).expect("drained");
        let restored = Engine::restore(Limits::default(), &bytes).expect("sound");
        prop_assert_eq!(restored.call_order(), ORDERS[order]);
    }
}

/// Two queues of twenty agents between them, three times as many calls as they can take: the
/// lengths keep the ratio of the shares, the waits the ratio of the targets.
#[test]
fn ratios_hold_under_overload() {
    let lengths = |order| {
        let mut scene = Scene::new(order, [(1, 0, 54), (1, 2, 162), (1, 0, 0)], [3; 4]);
        for agent in scene.agents.clone() {
            scene.give(Input::AgentState { agent, state: AgentRequest::Available });
        }
        for n in 0..240 {
            scene.now = scene.now.plus(100);
            scene.arrive(n % 2, 0, 0);
            for (offer, ..) in scene.ringing.clone() {
                scene.give(Input::Accept { offer });
            }
            if n % 3 == 0 && !scene.talking.is_empty() {
                let call = scene.talking.remove(0);
                scene.give(Input::Complete { call, by: EndedBy::Agent });
                for (offer, ..) in scene.ringing.clone() {
                    scene.give(Input::Accept { offer });
                }
            }
        }
        let oldest = |queue| {
            let calls = scene.waiting.iter().filter(|w| w.queue == queue);
            calls.map(|w| scene.now.ms() as i64 - w.arrived).max().expect("some wait")
        };
        let length = |queue| scene.waiting.iter().filter(|w| w.queue == queue).count() as i64;
        (length(0), length(1), oldest(0), oldest(1))
    };
    let (short, long, ..) = lengths(CallOrder::QueueRatio);
    assert!((long - 3 * short).abs() <= 4, "shares 1 and 3 give {short} and {long}");
    let (.., quick, slow) = lengths(CallOrder::WaitRatio);
    // Targets of 1,999 and 5,995 ms; a call of each queue arrives every 200 ms.
    assert!((slow - 3 * quick).abs() <= 800, "targets 1 to 3 give {quick} and {slow}");
    let (equal, too, ..) = lengths(CallOrder::LongestWaiting);
    assert!((equal - too).abs() <= 1, "age alone keeps them even: {equal} and {too}");
}

/// What the rules are worth, against a simulation of another make: 300 calls an hour that should
/// be answered in 20 s and 700 that should be in 120 s, 80 agents, 300 s a call, 300 s patience.
#[test]
fn rules_give_the_service_levels_of_the_literature() {
    let queue = |target_s: u64, share| QueueConfig {
        service_level_ms: target_s * 1_000,
        share,
        ..QueueConfig::default()
    };
    let stream = |queue, calls_per_hour| Stream {
        queue,
        calls_per_hour: vec![calls_per_hour],
        handle: Draw::Exponential(300.0),
        patience: Some(Draw::Exponential(300.0)),
        ..Stream::default()
    };
    // Service levels of the two streams by the reference simulation.
    let cases = [
        (CallOrder::LongestWaiting, 0.572, 0.933),
        (CallOrder::WaitRatio, 0.903, 0.906),
        (CallOrder::Deadline, 0.958, 0.901),
        (CallOrder::QueueRatio, 0.931, 0.902),
    ];
    for (call_order, first, second) in cases {
        let places = vec![(0, Membership::default()), (1, Membership::default())];
        let centre = Centre {
            // 8 of 100 waiting calls are of the first queue.
            queues: vec![queue(20, 8), queue(120, 92)],
            call_order,
            streams: vec![stream(0, 300.0), stream(1, 700.0)],
            groups: vec![Group { agents: 80, queues: places, ..Group::default() }],
            length_s: 60 * 3_600,
            warm_up_s: 3_600,
            ..Centre::default()
        };
        let study = centre.study(31, 4).expect("a sound centre");
        let level = |n: usize| study.estimate(move |run| run.streams[n].service_level());
        for (simulated, expected) in [(level(0), first), (level(1), second)] {
            let Estimate { mean, error } = simulated;
            assert!(
                (mean - expected).abs() <= 4.0 * error + 0.005,
                "{call_order:?}: {mean} {expected}"
            );
        }
    }
}
