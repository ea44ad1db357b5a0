//! A call's life from arrival to end.

use acd_core::*;

use crate::desk::Desk;

fn plain() -> Membership {
    Membership::default()
}

#[test]
fn a_call_is_offered_answered_and_completed() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig::default());
    let agent = desk.agent(1, queue, plain());
    desk.arrive(7, queue);
    desk.at(2_000).accept(1);
    desk.at(5_000).hang_up(7);
    assert_eq!(
        desk.said(),
        "0 joined 7 at 1\n\
         0 offer 7 to 1\n\
         2000 offer 7 to 1 Accepted after 2000\n\
         2000 connected 7 with 1 after 2000\n\
         5000 completed 7 with 1 by Caller after 3000\n"
    );
    assert_eq!(desk.engine.agent_state(agent), Ok(AgentState::Available));
    assert_eq!(desk.engine.live_calls(), 0);
    assert_eq!(desk.engine.deadline(), None);
}

#[test]
fn priorities_and_wished_places_order_the_queue() {
    let (mut desk, queue) =
        Desk::with_queue(QueueConfig { max_waiting: Some(11), ..QueueConfig::default() });
    let wishes = [
        (0, None),
        (0, None),
        (1, None),
        (1, None),
        (2, None),
        (0, Some(5)),
        (0, Some(200)),
        (0, Some(1)),
        (8, Some(3)),
        (1, Some(7)),
        (1, Some(4)),
        (2, Some(5)),
    ];
    for (tag, (priority, position)) in (1..).zip(wishes) {
        desk.give(Input::Arrive(CallConfig { tag, priority, position, ..CallConfig::new(queue) }));
    }
    assert_eq!(
        desk.said(),
        "0 joined 1 at 1\n0 joined 2 at 2\n0 joined 3 at 1\n0 joined 4 at 2\n0 joined 5 at 1\n\
         0 joined 6 at 5\n0 joined 7 at 7\n0 joined 8 at 4\n0 joined 9 at 1\n0 joined 10 at 5\n\
         0 joined 11 at 4\n0 refused 12 Full\n"
    );
    let mut order: Vec<_> = desk
        .calls
        .iter()
        .map(|(tag, call)| (desk.engine.position(*call).unwrap().unwrap(), *tag))
        .collect();
    order.sort_unstable();
    let tags: Vec<_> = order.into_iter().map(|(_, tag)| tag).collect();
    assert_eq!(tags, [9, 5, 3, 11, 4, 10, 8, 1, 6, 2, 7]);
}

#[test]
fn nobody_answers_until_the_longest_wait_is_over() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig {
        strategy: Strategy::RingAll,
        ring_timeout_ms: 2_000,
        retry_ms: 1_000,
        max_wait_ms: Some(3_000),
        ..QueueConfig::default()
    });
    desk.agent(1, queue, plain());
    desk.agent(2, queue, plain());
    desk.arrive(7, queue);
    desk.at(10_000);
    assert_eq!(
        desk.said(),
        "0 joined 7 at 1\n0 offer 7 to 1\n0 offer 7 to 2\n\
         2000 offer 7 to 1 TimedOut after 2000\n2000 offer 7 to 2 TimedOut after 2000\n\
         3000 left 7 Timeout after 3000\n"
    );
}

#[test]
fn an_agent_that_missed_a_call_is_offered_it_again_after_the_retry_time() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig {
        ring_timeout_ms: 2_000,
        retry_ms: 5_000,
        ..QueueConfig::default()
    });
    desk.agent(1, queue, plain());
    desk.arrive(7, queue);
    desk.at(8_000);
    assert_eq!(
        desk.said(),
        "0 joined 7 at 1\n0 offer 7 to 1\n2000 offer 7 to 1 TimedOut after 2000\n7000 offer 7 to 1\n"
    );
}

#[test]
fn the_first_to_accept_has_it_and_the_others_have_lost() {
    for (first, second) in [(1, 2), (2, 1)] {
        let (mut desk, queue) = Desk::with_queue(QueueConfig {
            strategy: Strategy::RingAll,
            missed_limit: Some(1),
            ..QueueConfig::default()
        });
        let agents = [1, 2, 3].map(|tag| desk.agent(tag, queue, plain()));
        desk.arrive(7, queue);
        desk.at(3_000).said();
        desk.accept(first);
        let late = desk.offers[&second];
        assert_eq!(desk.try_give(Input::Accept { offer: late }), Err(Error::NoOffer(late)));
        let said = desk.said();
        assert!(said.contains(&format!("connected 7 with {first} ")), "{said}");
        assert!(said.contains(&format!("offer 7 to {second} Lost after 3000")), "{said}");
        assert!(said.contains("offer 7 to 3 Lost after 3000"), "{said}");
        let loser = agents[second as usize - 1];
        assert_eq!(desk.engine.agent_state(loser), Ok(AgentState::Available));
        let counters = desk.engine.agent_counters(loser).unwrap();
        assert_eq!((counters.lost, counters.answered, counters.missed), (1, 0, 0));
    }
}

#[test]
fn a_caller_who_gives_up_stops_the_phone() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig::default());
    let agent = desk.agent(1, queue, plain());
    desk.arrive(7, queue);
    desk.at(1_250).hang_up(7);
    desk.now = Time(1_300);
    let offer = desk.offers[&1];
    assert_eq!(desk.try_give(Input::Accept { offer }), Err(Error::NoOffer(offer)));
    assert_eq!(
        desk.said(),
        "0 joined 7 at 1\n0 offer 7 to 1\n\
         1250 offer 7 to 1 Cancelled after 1250\n1250 left 7 Abandoned after 1250\n"
    );
    assert_eq!(desk.engine.agent_state(agent), Ok(AgentState::Available));
}

#[test]
fn a_call_nobody_can_take_does_not_block_the_next() {
    let mut desk = Desk::new(Limits { classes: 3, profiles: 2, ..Limits::default() });
    let queue = desk.engine.add_queue(QueueConfig::default()).unwrap();
    let skill = |skill| Skill { skill, level: 1 };
    let needs_a = desk.engine.add_class(&[skill(1)]).unwrap();
    let needs_b = desk.engine.add_class(&[skill(2)]).unwrap();
    let profile = desk.engine.add_profile(&[skill(2)]).unwrap();
    let config = AgentConfig { tag: 1, profile, ..AgentConfig::default() };
    let agent = desk.engine.add_agent(config).unwrap();
    desk.engine.join_queue(agent, queue, plain()).unwrap();
    desk.set(agent, AgentRequest::Available);
    for (tag, class) in [(1, needs_a), (2, needs_b)] {
        desk.at(tag * 1_000);
        desk.give(Input::Arrive(CallConfig { tag, class, ..CallConfig::new(queue) }));
    }
    assert_eq!(desk.said(), "1000 joined 1 at 1\n2000 joined 2 at 2\n2000 offer 2 to 1\n");
    assert_eq!(desk.engine.position(desk.calls[&1]), Ok(Some(1)));
}

#[test]
fn wrap_up_lasts_exactly_as_long_as_it_should() {
    let (mut desk, queue) =
        Desk::with_queue(QueueConfig { wrap_up_ms: 4_000, ..QueueConfig::default() });
    let agent = desk.agent(1, queue, plain());
    desk.arrive(7, queue);
    desk.accept(1);
    desk.at(1_000).hang_up(7);
    desk.arrive(8, queue);
    assert_eq!(desk.engine.agent_state(agent), Ok(AgentState::WrapUp));
    assert_eq!(desk.engine.deadline(), Some(Time(5_000)));
    desk.at(4_999).said();
    desk.at(5_000);
    assert_eq!(desk.said(), "5000 offer 8 to 1\n");
}

#[test]
fn missed_calls_make_an_agent_not_ready() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig {
        missed_limit: Some(2),
        retry_ms: 1,
        ..QueueConfig::default()
    });
    let agent = desk.agent(1, queue, plain());
    desk.arrive(7, queue);
    desk.reject(1, RejectCause::Busy);
    assert_eq!(desk.engine.agent_state(agent), Ok(AgentState::Available));
    desk.at(1);
    assert_eq!(desk.engine.agent_state(agent), Ok(AgentState::Ringing));
    desk.at(15_001);
    assert_eq!(desk.engine.agent_state(agent), Ok(AgentState::NotReady(REASON_MISSED)));
    desk.set(agent, AgentRequest::Available);
    desk.at(15_002);
    assert_eq!(desk.engine.agent_state(agent), Ok(AgentState::Ringing));
}

#[test]
fn a_request_during_an_offer_holds_after_it() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig::default());
    let agent = desk.agent(1, queue, plain());
    desk.arrive(7, queue);
    desk.set(agent, AgentRequest::NotReady(3));
    assert_eq!(desk.engine.agent_state(agent), Ok(AgentState::Ringing));
    desk.hang_up(7);
    assert_eq!(desk.engine.agent_state(agent), Ok(AgentState::NotReady(3)));
    desk.set(agent, AgentRequest::Available);
    desk.arrive(8, queue);
    desk.said();
    desk.set(agent, AgentRequest::LoggedOut);
    assert_eq!(desk.said(), "0 offer 8 to 1 AgentGone after 0\n");
    assert_eq!(desk.engine.agent_state(agent), Ok(AgentState::LoggedOut));
}

#[test]
fn positions_are_announced_on_schedule() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig {
        announce_first_ms: Some(5_000),
        announce_every_ms: Some(20_000),
        ..QueueConfig::default()
    });
    desk.arrive(7, queue);
    desk.arrive(8, queue);
    desk.at(6_000).hang_up(7);
    desk.at(50_000);
    assert_eq!(
        desk.said(),
        "0 joined 7 at 1\n0 joined 8 at 2\n5000 announce 7 at 1\n5000 announce 8 at 2\n\
         6000 left 7 Abandoned after 6000\n25000 announce 8 at 1\n45000 announce 8 at 1\n"
    );
}

#[test]
fn the_preferred_agent_is_waited_for_and_then_not() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig::default());
    let ann = desk.agent(1, queue, plain());
    desk.agent(2, queue, plain());
    desk.arrive(7, queue);
    desk.accept(1);
    for tag in [8, 9] {
        desk.give(Input::Arrive(CallConfig {
            tag,
            preferred_agent: Some(ann),
            preferred_wait_ms: 10_000 * (tag - 7) as u32,
            ..CallConfig::new(queue)
        }));
    }
    desk.said();
    desk.at(10_000);
    assert_eq!(desk.said(), "10000 offer 8 to 2\n");
    desk.at(11_000).hang_up(7);
    assert_eq!(desk.said(), "11000 completed 7 with 1 by Caller after 11000\n11000 offer 9 to 1\n");
}

#[test]
fn calls_leave_a_queue_without_agents() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig {
        join_empty: EmptyRule::LoggedOut,
        leave_empty: EmptyRule::NotReady,
        ..QueueConfig::default()
    });
    desk.arrive(6, queue);
    let agent = desk.agent(1, queue, plain());
    for call in [7, 8, 9] {
        desk.arrive(call, queue);
    }
    desk.accept(1);
    desk.set(agent, AgentRequest::NotReady(1));
    assert_eq!(
        desk.said(),
        "0 refused 6 JoinEmpty\n0 joined 7 at 1\n0 offer 7 to 1\n0 joined 8 at 2\n0 joined 9 at 3\n\
         0 offer 7 to 1 Accepted after 0\n0 connected 7 with 1 after 0\n\
         0 left 8 LeaveEmpty after 0\n0 left 9 LeaveEmpty after 0\n"
    );
}

/// Who joins while nobody is there stays as long as promised, to the millisecond and whatever comes
/// between; the deadline says until when, and nothing due is left behind.
#[test]
fn who_joins_while_nobody_is_there_stays_as_long_as_promised() {
    let config = QueueConfig {
        leave_empty: EmptyRule::LoggedOut,
        leave_empty_after_ms: 2_000,
        leave_empty_stay_ms: 5_000,
        ..QueueConfig::default()
    };
    // Nobody comes: away at the end of the stay, though the queue was empty for long.
    let (mut desk, queue) = Desk::with_queue(config);
    desk.at(60_000).arrive(1, queue);
    // Who was there before would leave now.
    assert_eq!(desk.engine.deadline(), Some(Time(62_000)));
    desk.at(62_000);
    assert_eq!(desk.engine.deadline(), Some(Time(65_000)));
    desk.at(64_999).said();
    assert_eq!(desk.engine.live_calls(), 1);
    desk.at(65_000);
    assert_eq!(desk.said(), "65000 left 1 LeaveEmpty after 5000\n");
    assert_eq!(desk.engine.deadline(), None);

    // Somebody comes and is not free: the stay ends, the call waits on, and no timer is left.
    let (mut desk, queue) = Desk::with_queue(config);
    let agent = desk.agent(1, queue, Membership::default());
    desk.set(agent, AgentRequest::LoggedOut);
    desk.at(60_000).arrive(1, queue);
    desk.at(61_000).set(agent, AgentRequest::NotReady(1));
    assert_eq!(desk.engine.deadline(), Some(Time(65_000)));
    desk.at(65_000);
    assert_eq!(desk.engine.deadline(), None, "nothing is due by itself");
    // Gone again: two seconds from then, since the stay is over.
    desk.at(70_000).set(agent, AgentRequest::LoggedOut);
    assert_eq!(desk.engine.deadline(), Some(Time(72_000)));
    desk.at(71_999).said();
    desk.at(72_000);
    assert_eq!(desk.said(), "72000 left 1 LeaveEmpty after 12000\n");

    // Gone again before the stay is over: at its end, not after the two seconds.
    let (mut desk, queue) = Desk::with_queue(config);
    let agent = desk.agent(1, queue, Membership::default());
    desk.set(agent, AgentRequest::LoggedOut);
    desk.at(60_000).arrive(1, queue);
    desk.at(60_500).set(agent, AgentRequest::NotReady(1));
    desk.at(61_000).set(agent, AgentRequest::LoggedOut);
    desk.at(64_999).said();
    desk.at(65_000);
    assert_eq!(desk.said(), "65000 left 1 LeaveEmpty after 5000\n");
}
