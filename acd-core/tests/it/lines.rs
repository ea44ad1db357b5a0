//! Room for the kinds of calls that wait: enough by default, none for what changes nothing, and given
//! back by kinds that nobody needs any more.

use acd_core::*;

use crate::desk::Desk;

fn after(after_ms: u64, penalty_max: u32) -> RelaxStep {
    RelaxStep { after_ms, penalty_max: Some(penalty_max), ..RelaxStep::default() }
}

fn window(queue: QueueId, tag: u64) -> CallConfig {
    let penalty_max = 1_000 + tag as u32;
    CallConfig { tag, penalty_max, ..CallConfig::new(queue) }
}

#[test]
fn limits_that_name_steps_and_rules_have_room_for_their_lines() {
    let limits = Limits { queues: 2, calls: 8, steps: 6, rules: 2, ..Limits::default() };
    let mut desk = Desk::new(limits);
    let queues = [0; 2].map(|_| desk.engine.add_queue(QueueConfig::default()).expect("room"));
    desk.engine.set_relaxation(queues[0], &[after(1, 1), after(2, 2)]).expect("room");
    let rules = [[after(1, 3), after(2, 4)], [after(1, 5), after(2, 6)]]
        .map(|steps| desk.engine.add_rule(&steps).expect("room"));
    for (tag, queue) in (0..).zip(queues) {
        for (n, rule) in (0..).zip([None, Some(rules[0]), Some(rules[1])]) {
            let tag = tag * 3 + n;
            let call = CallConfig { tag, penalty_max: 0, rule, ..CallConfig::new(queue) };
            assert_eq!(desk.try_give(Input::Arrive(call)), Ok(()), "{tag}");
        }
    }
    assert_eq!(limits.filled().lines, 2 + 2 * (6 + 2) + 2);
}

#[test]
fn steps_that_change_nothing_take_no_room() {
    let mut desk =
        Desk::new(Limits { queues: 1, calls: 2, lines: 1, steps: 2, ..Limits::default() });
    let queue = desk.engine.add_queue(QueueConfig::default()).expect("room");
    // No bound stays none.
    let wider = |after_ms| RelaxStep { after_ms, penalty_max_by: 1, ..RelaxStep::default() };
    desk.engine.set_relaxation(queue, &[wider(10), wider(20)]).expect("room");
    desk.arrive(1, queue);
    desk.at(30);
    assert_eq!(desk.engine.call_view(desk.calls[&1]).expect("it waits").penalty_max, u32::MAX);
}

/// However many kinds of calls have come and gone, another one finds room, as long as not all lines
/// are those of calls that are there, and of their steps to come.
#[test]
fn lines_that_nobody_needs_are_given_to_others() {
    let limits = Limits { queues: 2, calls: 5, lines: 5, steps: 1, rules: 1, ..Limits::default() };
    let mut desk = Desk::new(limits);
    let queues = [0; 2].map(|_| desk.engine.add_queue(QueueConfig::default()).expect("room"));
    let rule = desk.engine.add_rule(&[after(500_000, 7)]).expect("room");
    // One talks, and its line with it.
    let ann = desk.agent(1, queues[1], Membership { penalty: 9, ..Membership::default() });
    desk.give(Input::Arrive(CallConfig { penalty_max: 9, ..window(queues[1], 100_001) }));
    desk.accept(1);
    // One waits, and will ask for something else.
    let rule_and_window =
        CallConfig { penalty_max: 5, rule: Some(rule), ..window(queues[0], 100_002) };
    desk.give(Input::Arrive(rule_and_window));
    for tag in 0..2_000 {
        desk.at(tag * 100).give(Input::Arrive(window(queues[tag as usize % 2], tag)));
        if tag % 100 == 0 {
            let mut bytes = vec![0; 1 << 16];
            let length = desk.engine.snapshot(&mut bytes).expect("polled");
            let restored = Engine::restore(limits, &bytes[..length]).expect("sound");
            assert_eq!(restored.state_hash(), desk.engine.state_hash());
        }
        let call = desk.calls[&tag];
        assert_eq!(desk.engine.call_view(call).expect("it waits").penalty_max, 1_000 + tag as u32);
        if tag % 3 == 0 {
            let (min, max, raise) = (3, 2_000_000 + tag as u32, PenaltyRaise::default());
            desk.give(Input::SetPenalties { call, min, max, raise });
            let to = queues[usize::from(tag % 2 == 0)];
            desk.give(Input::Move { call, queue: to, keep_age: true });
            let view = desk.engine.call_view(call).expect("it waits");
            assert_eq!((view.queue, view.penalty_min, view.penalty_max), (to, min, max));
        }
        desk.hang_up(tag);
    }
    // All are in use with these two: no sixth.
    desk.give(Input::Arrive(window(queues[0], 4_000)));
    desk.give(Input::Arrive(window(queues[0], 5_000)));
    let hash = desk.engine.state_hash();
    let refused = desk.try_give(Input::Arrive(window(queues[0], 5_001)));
    assert_eq!(refused, Err(Error::Full(Table::Lines)));
    assert_eq!(desk.engine.state_hash(), hash);
    // Another of its kind needs none.
    desk.give(Input::Arrive(CallConfig { tag: 5_002, ..window(queues[0], 5_000) }));

    let view =
        |desk: &Desk, tag: u64| desk.engine.call_view(desk.calls[&tag]).expect("it is there");
    assert_eq!((view(&desk, 100_002).penalty_max, view(&desk, 100_002).rule), (5, Some(rule)));
    desk.at(500_000);
    assert_eq!(view(&desk, 100_002).penalty_max, 7);
    assert_eq!((view(&desk, 100_001).queue, view(&desk, 100_001).penalty_max), (queues[1], 9));
    desk.log.clear();
    let call = desk.calls[&100_001];
    desk.give(Input::Complete { call, by: EndedBy::Agent });
    assert_eq!(desk.engine.queue_counters(queues[1]).expect("a queue").completed, 1);
    assert_eq!(desk.engine.agent_state(ann), Ok(AgentState::Available));
}

/// Room for one more kind of call, which another that overflows takes at the very instant of an
/// arrival: that one is told so, and not forgotten.
#[test]
fn an_arrival_that_finds_its_room_taken_is_refused() {
    let limits = Limits { queues: 2, calls: 4, lines: 2, ..Limits::default() };
    let mut desk = Desk::new(limits);
    let to = desk.engine.add_queue(QueueConfig::default()).expect("room");
    let overflow = Some(Overflow::Queue(to));
    let config = QueueConfig { max_wait_ms: Some(1_000), overflow, ..QueueConfig::default() };
    let from = desk.engine.add_queue(config).expect("room");
    desk.arrive(1, from);
    let stays = CallConfig { tag: 2, max_wait_ms: Some(9_000), ..CallConfig::new(from) };
    desk.give(Input::Arrive(stays));
    desk.log.clear();
    desk.now = Time(1_000);
    desk.give(Input::Arrive(window(from, 3)));
    assert!(desk.said().contains("refused 3 Full"));
    let counters = desk.engine.queue_counters(from).expect("a queue");
    assert_eq!((counters.offered, counters.refused, counters.waiting), (3, 1, 1));
    assert_eq!(desk.engine.queue_counters(to).expect("a queue").waiting, 1);
}

/// What waits for room in the outputs may speak of a queue or a rule: they do not go before it is done.
#[test]
fn what_an_input_under_way_speaks_of_stays() {
    let limits = Limits { queues: 2, ring_max: 1, steps: 1, rules: 1, ..Limits::default() };
    let limits = Limits { outputs: limits.filled().outputs / 2, ..limits };
    let mut engine = Engine::with_capacity(limits).expect("limits");
    let config = QueueConfig { announce_every_ms: Some(10), ..QueueConfig::default() };
    let talks = engine.add_queue(config).expect("room");
    let queue = engine.add_queue(QueueConfig::default()).expect("room");
    let rule = engine.add_rule(&[]).expect("room");
    engine.handle(Time(0), Input::Arrive(CallConfig::new(talks))).expect("room");
    while engine.poll().is_some() {}
    let call = CallConfig { tag: 5, rule: Some(rule), ..CallConfig::new(queue) };
    engine.handle(Time(100), Input::Arrive(call)).expect("room");
    let hash = engine.state_hash();
    assert_eq!(engine.remove_queue(queue), Err(Error::Undrained));
    assert_eq!(engine.remove_rule(rule), Err(Error::Undrained));
    assert_eq!(engine.state_hash(), hash);
    let mut joined = false;
    while let Some(output) = engine.poll() {
        joined |= matches!(output, Output::Joined { tag: 5, .. });
    }
    assert!(joined);
    assert_eq!(engine.remove_queue(queue), Err(Error::QueueInUse(queue)));
}
