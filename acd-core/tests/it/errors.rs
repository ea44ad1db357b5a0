//! Bad input: for everything that can be told, everything that can be wrong with it, by name; and
//! nothing has changed, by the state's hash.

use std::collections::BTreeSet;

use acd_core::log::{Change, List};
use acd_core::*;

/// An engine whose tables are all full, with a call that waits, one that rings, one that talks.
struct Full {
    engine: Engine<'static>,
    queue: QueueId,
    other: QueueId,
    empty: QueueId,
    rule: RuleId,
    agents: Vec<AgentId>,
    waiting: CallId,
    talking: CallId,
    gone: CallId,
    ended: OfferId,
    rings: OfferId,
}

const NOW: Time = Time(1_000);

fn skill(skill: u16, level: u8) -> Skill {
    Skill { skill, level }
}

fn full() -> Full {
    let limits = Limits {
        queues: 3,
        agents: 2,
        memberships: 3,
        calls: 3,
        lines: 2,
        pools: 2,
        classes: 2,
        profiles: 2,
        skills: 3,
        steps: 1,
        rules: 2,
        ..Limits::default()
    };
    let mut engine = Engine::with_capacity(limits).expect("limits");
    let [queue, other, empty] = [11, 12, 0]
        .map(|tag| engine.add_queue(QueueConfig { tag, ..QueueConfig::default() }).expect("room"));
    engine.add_class(&[skill(1, 1)]).expect("room");
    let profile = engine.add_profile(&[skill(1, 1)]).expect("room");
    let step = RelaxStep { after_ms: 10, ..RelaxStep::default() };
    engine.set_relaxation(empty, &[step]).expect("room");
    let rule = engine.add_rule(&[]).expect("room");
    engine.add_rule(&[]).expect("room");
    let mut agents = Vec::new();
    for (profile, tag) in [(ProfileId::PLAIN, 1), (profile, 2)] {
        let config = AgentConfig { profile, tag, ..AgentConfig::default() };
        let agent = engine.add_agent(config).expect("room");
        engine.join_queue(agent, queue, Membership::default()).expect("room");
        engine
            .handle(NOW, Input::AgentState { agent, state: AgentRequest::Available })
            .expect("an agent");
        agents.push(agent);
    }
    let (mut calls, mut offers) = (Vec::new(), Vec::new());
    let mut give = |engine: &mut Engine<'static>, input: Input| {
        engine.handle(NOW, input).expect("sound");
        while let Some(output) = engine.poll() {
            match output {
                Output::Joined { call, .. } => calls.push(call),
                Output::Offer { offer, .. } => offers.push(offer),
                _ => {}
            }
        }
        (calls.clone(), offers.clone())
    };
    let (_, offers_first) = give(&mut engine, Input::Arrive(CallConfig::new(queue)));
    give(&mut engine, Input::Accept { offer: offers_first[0] });
    let (calls, _) = give(&mut engine, Input::Arrive(CallConfig::new(queue)));
    give(&mut engine, Input::Hangup { call: calls[1] });
    give(&mut engine, Input::Arrive(CallConfig::new(queue)));
    let other_call = CallConfig { penalty_max: 9, rule: Some(rule), ..CallConfig::new(queue) };
    let (calls, offers) = give(&mut engine, Input::Arrive(other_call));
    Full {
        engine,
        queue,
        other,
        empty,
        rule,
        agents,
        talking: calls[0],
        gone: calls[1],
        waiting: calls[3],
        ended: offers[0],
        rings: *offers.last().expect("the third call rings"),
    }
}

/// What an error is called, without what it is about.
fn name(error: &Error) -> String {
    let text = format!("{error:?}");
    match error {
        Error::Full(table) => format!("Full({table:?})"),
        _ => text.split([' ', '(', '{']).next().unwrap_or_default().to_owned(),
    }
}

/// Every kind of change with everything that can be wrong with it, but for outputs not polled.
fn wrong(full: &Full) -> Vec<(Change, Error)> {
    let Full { queue, other, empty, rule, waiting, talking, gone, ended, rings, .. } = *full;
    let [ann, bob] = [full.agents[0], full.agents[1]];
    let (no_queue, no_agent) = (QueueId::from_raw(77), AgentId::from_raw(1 << 40));
    let input = |input| Change::Input(NOW, input);
    let call = CallConfig::new(queue);
    let arrive = |config| input(Input::Arrive(config));
    let place = Membership::default();
    let by = EndedBy::Agent;
    let cause = RejectCause::Busy;
    let state = AgentRequest::Available;
    let many: Vec<Skill> = (10..14).map(|n| skill(n, 1)).collect();
    let long = List::of(&many).expect("short");
    let step = |after_ms| RelaxStep { after_ms, ..RelaxStep::default() };
    let nowhere = RelaxStep { class: Some(ClassId(9)), ..step(5) };
    let steps = |steps: &[RelaxStep]| List::of(steps).expect("short");
    let no_rule = RuleId::from_raw(rule.raw() + (1 << 32));
    let raise = PenaltyRaise { to: 3, within: false };
    let penalties = |call, min, max| Input::SetPenalties { call, min, max, raise };
    let bad = |config: QueueConfig, why| (Change::AddQueue(config), Error::Config(why));
    let plain = QueueConfig::default();
    let order = |order| QueueConfig { strategy: Strategy::Custom(order), ..plain };
    let back = Error::TimeBackwards { last: NOW, now: Time(1) };
    let pause = |agent, queue| input(Input::SetPause { agent, queue, paused: Some(1) });
    let mut all = vec![
        (Change::Input(Time(1), Input::Tick), back),
        (Change::Input(Time(1), Input::Hangup { call: waiting }), back),
        (arrive(CallConfig::new(no_queue)), Error::NoQueue(no_queue)),
        (arrive(CallConfig { class: ClassId(9), ..call }), Error::NoClass(ClassId(9))),
        (arrive(CallConfig { preferred_agent: Some(no_agent), ..call }), Error::NoAgent(no_agent)),
        (arrive(CallConfig { position: Some(0), ..call }), Error::Config("positions start at 1")),
        (arrive(call), Error::Full(Table::Calls)),
        (
            input(Input::Move { call: waiting, queue, keep_age: true }),
            Error::Config("a call is moved to the queue it is in"),
        ),
        (
            input(Input::Move { call: waiting, queue: no_queue, keep_age: true }),
            Error::NoQueue(no_queue),
        ),
        (
            input(Input::Move { call: waiting, queue: other, keep_age: true }),
            Error::Full(Table::Lines),
        ),
        (input(Input::Accept { offer: ended }), Error::NoOffer(ended)),
        (input(Input::Reject { offer: ended, cause }), Error::NoOffer(ended)),
        (input(Input::AgentState { agent: no_agent, state }), Error::NoAgent(no_agent)),
        (input(Input::EndWrapUp { agent: no_agent }), Error::NoAgent(no_agent)),
        (Change::AddQueue(plain), Error::Full(Table::Queues)),
        bad(QueueConfig { ring_timeout_ms: 0, ..plain }, "ring_timeout_ms is 0"),
        bad(QueueConfig { retry_ms: 0, ..plain }, "retry_ms is 0"),
        bad(QueueConfig { announce_every_ms: Some(0), ..plain }, "announce_every_ms is 0"),
        bad(QueueConfig { missed_limit: Some(0), ..plain }, "missed_limit is 0"),
        bad(QueueConfig { target_ms: Some(0), ..plain }, "target_ms is 0"),
        bad(QueueConfig { share: 0, ..plain }, "share is 0"),
        bad(
            order(Order::by([Term::Calls, Term::None]).starting(Start::AfterQueueLast)),
            "an order that goes round needs Joined or Position as its first term",
        ),
        bad(
            order(Order::by([Term::Calls, Term::None]).starting(Start::LevelOfQueueLast)),
            "an order that starts by level needs PlainPosition as its first term",
        ),
        bad(
            QueueConfig { strategy: Strategy::RingProgressive { every_ms: 0 }, ..plain },
            "progressive ringing every 0 ms",
        ),
        (Change::SetQueue(no_queue, plain), Error::NoQueue(no_queue)),
        (Change::SetQueue(queue, QueueConfig { share: 0, ..plain }), Error::Config("share is 0")),
        (
            Change::SetQueue(queue, QueueConfig { medium: Medium::Chat, ..plain }),
            Error::QueueInUse(queue),
        ),
        (Change::SetRelaxation(no_queue, steps(&[step(1)])), Error::NoQueue(no_queue)),
        (Change::SetRelaxation(queue, steps(&[step(1)])), Error::QueueInUse(queue)),
        (Change::SetRelaxation(empty, steps(&[nowhere])), Error::NoClass(ClassId(9))),
        (
            Change::SetRelaxation(empty, steps(&[step(5), step(4)])),
            Error::Config("steps of relaxation are out of order"),
        ),
        (Change::SetRelaxation(other, steps(&[step(5)])), Error::Full(Table::Steps)),
        (Change::AddRule(steps(&[nowhere])), Error::NoClass(ClassId(9))),
        (Change::AddRule(steps(&[step(5)])), Error::Full(Table::Steps)),
        (Change::AddRule(steps(&[])), Error::Full(Table::Rules)),
        (Change::RemoveRule(rule), Error::RuleInUse(rule)),
        (Change::RemoveRule(no_rule), Error::NoRule(no_rule)),
        (arrive(CallConfig { rule: Some(no_rule), ..call }), Error::NoRule(no_rule)),
        (input(Input::SetRule { call: waiting, rule: Some(no_rule) }), Error::NoRule(no_rule)),
        (input(Input::SetRule { call: waiting, rule: None }), Error::Full(Table::Lines)),
        (input(penalties(waiting, 1, 4)), Error::Full(Table::Lines)),
        (Change::RemoveQueue(no_queue), Error::NoQueue(no_queue)),
        (Change::RemoveQueue(queue), Error::QueueInUse(queue)),
        (Change::AddAgent(AgentConfig::default()), Error::Full(Table::Agents)),
        (
            Change::AddAgent(AgentConfig { tag: 2, ..AgentConfig::default() }),
            Error::DuplicateAgent(bob),
        ),
        (Change::AddQueue(QueueConfig { tag: 12, ..plain }), Error::DuplicateQueue(other)),
        (Change::SetQueue(queue, QueueConfig { tag: 12, ..plain }), Error::DuplicateQueue(other)),
        (
            Change::AddAgent(AgentConfig { profile: ProfileId(9), ..AgentConfig::default() }),
            Error::NoProfile(ProfileId(9)),
        ),
        (Change::RemoveAgent(no_agent), Error::NoAgent(no_agent)),
        (Change::JoinQueue(no_agent, queue, place), Error::NoAgent(no_agent)),
        (Change::JoinQueue(ann, no_queue, place), Error::NoQueue(no_queue)),
        (Change::JoinQueue(ann, queue, place), Error::AlreadyMember(ann, queue)),
        (Change::JoinQueue(bob, other, place), Error::Full(Table::Pools)),
        (Change::SetMembership(no_agent, queue, place), Error::NoAgent(no_agent)),
        (Change::SetMembership(ann, no_queue, place), Error::NoQueue(no_queue)),
        (Change::SetMembership(ann, other, place), Error::NotMember(ann, other)),
        (pause(no_agent, queue), Error::NoAgent(no_agent)),
        (pause(ann, no_queue), Error::NoQueue(no_queue)),
        (pause(ann, other), Error::NotMember(ann, other)),
        (Change::LeaveQueue(no_agent, queue), Error::NoAgent(no_agent)),
        (Change::LeaveQueue(ann, no_queue), Error::NoQueue(no_queue)),
        (Change::LeaveQueue(ann, other), Error::NotMember(ann, other)),
        (Change::AddClass(long), Error::Full(Table::Classes)),
        (Change::AddProfile(long), Error::Full(Table::Profiles)),
        (Change::BeginEpoch(0), Error::WrongEpoch { current: 0, given: 0 }),
    ];
    for (call, error) in
        [(gone, Error::NoCall(gone)), (CallId::from_raw(9), Error::NoCall(CallId::from_raw(9)))]
    {
        for event in [
            Input::Hangup { call },
            Input::Exit { call, key: 1 },
            Input::Move { call, queue: other, keep_age: true },
            Input::SetPriority { call, priority: 1 },
            Input::SetRule { call, rule: None },
            penalties(call, 0, 9),
            Input::Complete { call, by },
        ] {
            all.push((input(event), error));
        }
    }
    for event in [
        Input::Exit { call: talking, key: 1 },
        Input::Move { call: talking, queue: other, keep_age: true },
        Input::SetPriority { call: talking, priority: 1 },
        Input::SetRule { call: talking, rule: None },
        penalties(talking, 0, 9),
    ] {
        all.push((input(event), Error::WrongState(talking)));
    }
    all.push((input(Input::Complete { call: waiting, by }), Error::WrongState(waiting)));
    let late = OfferId::from_raw(rings.raw() + (1 << 32));
    all.push((input(Input::Accept { offer: late }), Error::NoOffer(late)));
    all
}

#[test]
fn inv_53_whatever_is_wrong_has_a_name_and_changes_nothing() {
    let mut full = full();
    let before = (full.engine.state_hash(), full.engine.last_input());
    let mut seen = BTreeSet::new();
    for (change, expected) in wrong(&full) {
        let refused = change.make(&mut full.engine);
        assert_eq!(refused, Err(log::LogError::Refused(expected)), "{change:?}");
        assert_eq!((full.engine.state_hash(), full.engine.last_input()), before, "{change:?}");
        assert_eq!(full.engine.poll(), None, "{change:?} said something");
        assert!(!expected.to_string().is_empty());
        seen.insert(name(&expected));
    }

    // The tables that are not full at the same time as the others.
    let mut refused = |limits: Limits, error: Error, make: &dyn Fn(&mut Engine<'_>) -> Error| {
        let mut engine = Engine::with_capacity(limits).expect("limits");
        assert_eq!(make(&mut engine), error);
        seen.insert(name(&error));
    };
    let many: Vec<Skill> = (10..14).map(|n| skill(n, 1)).collect();
    let few = Limits { classes: 3, skills: 2, ..Limits::default() };
    refused(few, Error::Full(Table::Skills), &|engine| {
        let before = engine.state_hash();
        let error = engine.add_class(&many).expect_err("no room");
        assert_eq!(engine.state_hash(), before);
        error
    });
    let twice = [skill(1, 1), skill(1, 2)];
    let two = Limits { classes: 2, profiles: 2, ..Limits::default() };
    refused(two, Error::Config("a skill is named twice"), &|engine| {
        let before = engine.state_hash();
        let errors = [engine.add_class(&twice).err(), engine.add_profile(&twice).err()];
        assert_eq!(engine.state_hash(), before);
        assert_eq!(errors[0], errors[1]);
        errors[0].expect("refused")
    });
    let few = Limits { memberships: 1, agents: 2, ..Limits::default() };
    refused(few, Error::Full(Table::Memberships), &|engine| {
        let queue = engine.add_queue(QueueConfig::default()).expect("room");
        let agents = [0, 1].map(|_| engine.add_agent(AgentConfig::default()).expect("room"));
        engine.join_queue(agents[0], queue, Membership::default()).expect("room");
        let before = engine.state_hash();
        let error = engine.join_queue(agents[1], queue, Membership::default());
        assert_eq!(engine.state_hash(), before);
        error.expect_err("no room")
    });
    // Outputs that nobody has polled.
    let few = Limits { ring_max: 2, outputs: 12, ..Limits::default() };
    refused(few, Error::Undrained, &|engine| {
        let queue = engine.add_queue(QueueConfig::default()).expect("room");
        let agent = engine.add_agent(AgentConfig::default()).expect("room");
        engine.join_queue(agent, queue, Membership::default()).expect("room");
        engine.handle(NOW, Input::Arrive(CallConfig::new(queue))).expect("room");
        let before = engine.state_hash();
        let errors = [
            engine.handle(NOW, Input::Tick),
            engine.remove_agent(agent),
            engine.leave_queue(agent, queue),
            engine.set_choices(true),
            engine.snapshot(&mut []).map(drop),
        ];
        assert_eq!(errors, [Err(Error::Undrained); 5]);
        assert_eq!(engine.state_hash(), before);
        Error::Undrained
    });
    refused(Limits { outputs: 40, ..Limits::default() }, Error::Full(Table::Outputs), &|engine| {
        engine.set_choices(true).expect_err("no room for reasons")
    });
    seen.insert(name(&Engine::restore(Limits::default(), b"no").expect_err("no snapshot")));

    for kind in [
        "NoQueue",
        "NoAgent",
        "NoCall",
        "NoOffer",
        "NoClass",
        "NoProfile",
        "DuplicateQueue",
        "DuplicateAgent",
        "AlreadyMember",
        "NotMember",
        "WrongState",
        "QueueInUse",
        "NoRule",
        "RuleInUse",
        "TimeBackwards",
        "Undrained",
        "Snapshot",
        "Config",
        "WrongEpoch",
        "Full(Queues)",
        "Full(Agents)",
        "Full(Memberships)",
        "Full(Calls)",
        "Full(Lines)",
        "Full(Pools)",
        "Full(Classes)",
        "Full(Profiles)",
        "Full(Skills)",
        "Full(Steps)",
        "Full(Rules)",
        "Full(Outputs)",
    ] {
        assert!(seen.remove(kind), "{kind} was not seen");
    }
    assert_eq!(seen, BTreeSet::new(), "kinds of errors that are not in the list above");
}

/// A large centre begins to read a call's pieces before it has looked whether there is such a call.
#[test]
fn inv_53_a_large_centre_knows_who_is_not_there_too() {
    const CALLS: u32 = 11_000;
    let mut engine =
        Engine::with_capacity(Limits { calls: CALLS + 1_000, ..Limits::default() }).unwrap();
    let queue = engine.add_queue(QueueConfig::default()).unwrap();
    let mut calls = Vec::new();
    for _ in 0..CALLS {
        engine.handle(NOW, Input::Arrive(CallConfig::new(queue))).unwrap();
        while let Some(output) = engine.poll() {
            if let Output::Joined { call, position, .. } = output {
                assert_eq!(position as usize, calls.len() + 1);
                calls.push(call);
            }
        }
    }
    let before = engine.state_hash();
    let unused = [CALLS, CALLS + 999, CALLS + 1_000, CALLS + 1_001, u32::MAX - 1, u32::MAX];
    let stale = calls[5].raw() + (1 << 32);
    for raw in unused.into_iter().map(u64::from).chain([stale, u64::MAX]) {
        let call = CallId::from_raw(raw);
        for input in [Input::Hangup { call }, Input::Exit { call, key: 1 }] {
            assert_eq!(engine.handle(NOW, input), Err(Error::NoCall(call)));
        }
    }
    assert_eq!(engine.state_hash(), before);
    // From the middle, down through the number from which on it is large.
    for (gone, call) in calls.drain(4_000..6_000).enumerate() {
        engine.handle(NOW, Input::Hangup { call }).unwrap();
        let left = core::iter::from_fn(|| engine.poll()).find_map(|output| match output {
            Output::Left { call, position, .. } => Some((call, position)),
            _ => None,
        });
        assert_eq!(left, Some((call, 4_001)), "after {gone}");
    }
    let rest: Vec<_> = engine.calls(queue).unwrap().collect();
    assert_eq!(rest, calls);
}

/// INV-53: a tag is one queue's or one agent's, from when it is given until that is removed; 0 is
/// none.
#[test]
fn inv_53_no_two_have_the_same_tag() {
    let limits = Limits { agents: 300, ..Limits::default() };
    let mut engine = Engine::with_capacity(limits).unwrap();
    let named = |tag| QueueConfig { tag, ..QueueConfig::default() };
    let [sales, help] = [5, 6].map(|tag| engine.add_queue(named(tag)).unwrap());
    engine.set_queue(sales, named(5)).unwrap();
    assert_eq!(engine.set_queue(sales, named(6)), Err(Error::DuplicateQueue(help)));
    engine.set_queue(sales, named(0)).unwrap();
    engine.set_queue(help, named(0)).unwrap();
    assert_eq!(engine.add_queue(named(7)).map(|queue| queue == help), Ok(false));
    engine.set_queue(sales, named(6)).unwrap();

    // Tags that differ in high bits or in low ones, and agents who have none.
    let tag = |n: u64| if n % 2 == 0 { n << 32 } else { n };
    let agent = |tag| AgentConfig { tag, ..AgentConfig::default() };
    let ids: Vec<_> = (1..250).map(|n| engine.add_agent(agent(tag(n))).unwrap()).collect();
    assert_ne!(engine.add_agent(agent(0)), engine.add_agent(agent(0)));
    let ann = ids[6];
    engine.join_queue(ann, sales, Membership::default()).unwrap();
    engine.handle(NOW, Input::AgentState { agent: ann, state: AgentRequest::Available }).unwrap();
    engine.handle(NOW, Input::Arrive(CallConfig::new(sales))).unwrap();
    let offer = core::iter::from_fn(|| engine.poll()).find_map(|output| match output {
        Output::Offer { offer, .. } => Some(offer),
        _ => None,
    });
    engine.handle(NOW, Input::Accept { offer: offer.unwrap() }).unwrap();
    while engine.poll().is_some() {}

    let mut bytes = vec![0; engine.snapshot(&mut []).unwrap()];
    engine.snapshot(&mut bytes).unwrap();
    for mut engine in [engine, Engine::restore(limits, &bytes).unwrap()] {
        let before = engine.state_hash();
        for (n, id) in (1..).zip(&ids) {
            assert_eq!(engine.add_agent(agent(tag(n))), Err(Error::DuplicateAgent(*id)));
        }
        assert_eq!(engine.state_hash(), before);
        // Who is removed while it talks is gone by name, though its call goes on.
        engine.remove_agent(ann).unwrap();
        while engine.poll().is_some() {}
        let mut bytes = vec![0; engine.snapshot(&mut []).unwrap()];
        engine.snapshot(&mut bytes).unwrap();
        let mut again = Engine::restore(limits, &bytes).unwrap();
        for engine in [&mut engine, &mut again] {
            let other = engine.add_agent(agent(tag(7))).unwrap();
            assert_eq!(engine.add_agent(agent(tag(7))), Err(Error::DuplicateAgent(other)));
            engine.remove_agent(other).unwrap();
            engine.add_agent(agent(tag(7))).unwrap();
        }
    }
}
