//! Who goes first, and that everybody's turn comes.

use std::collections::BTreeMap;

use acd_core::*;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use crate::desk::Desk;

proptest! {
    /// INV-38: with everybody free, so many rounds give everybody exactly so many calls; with some
    /// talking, whoever they are, nobody is ahead of another by more than can be talking at a time.
    #[test]
    fn inv_38_round_robin_is_even(
        ordered in any::<bool>(),
        agents in 1u64..9,
        rounds in 1u64..6,
        at_once in 1usize..8,
        ends in proptest::collection::vec(any::<u8>(), 2..30),
    ) {
        let strategy = if ordered { Strategy::RoundRobinOrdered } else { Strategy::RoundRobin };
        let scene = || {
            let (mut desk, queue) =
                Desk::with_queue(QueueConfig { strategy, ..QueueConfig::default() });
            for tag in 0..agents {
                let position = (tag * 7 % 5) as u32;
                desk.agent(tag, queue, Membership { position, ..Membership::default() });
            }
            (desk, queue)
        };
        let taken = |desk: &Desk| -> BTreeMap<u64, usize> {
            let mut taken: BTreeMap<u64, usize> = (0..agents).map(|tag| (tag, 0)).collect();
            for (_, output) in &desk.log {
                if let Output::Offer { agent_tag, .. } = output {
                    *taken.get_mut(agent_tag).expect("known") += 1;
                }
            }
            taken
        };
        let answer = |desk: &mut Desk, call: u64, queue| {
            desk.arrive(call, queue);
            let offered = desk.log.iter().rev().find_map(|(_, output)| match output {
                Output::Offer { agent_tag, .. } => Some(*agent_tag),
                _ => None,
            });
            desk.accept(offered.expect("somebody is free"));
        };

        let (mut desk, queue) = scene();
        for call in 0..rounds * agents {
            desk.at(call * 1_000);
            answer(&mut desk, call, queue);
            desk.at(call * 1_000 + 500).hang_up(call);
        }
        prop_assert!(taken(&desk).values().all(|&n| n as u64 == rounds), "{:?}", taken(&desk));

        // Several calls at once, answered and ended in any order, round after round.
        let (mut desk, queue) = scene();
        let at_once = at_once.min(agents as usize);
        let mut next_call = 0;
        for order in ends.chunks_exact(2) {
            desk.at(next_call * 1_000);
            for call in next_call..next_call + at_once as u64 {
                desk.arrive(call, queue);
            }
            for (n, shift) in [(0, order[0]), (1, order[1])] {
                for step in 0..at_once {
                    let place = (step + usize::from(shift)) % at_once;
                    let call = desk.calls[&(next_call + place as u64)];
                    let offer = desk.log.iter().rev().find_map(|(_, output)| match output {
                        Output::Offer { offer, call: of, .. } if *of == call => Some(*offer),
                        _ => None,
                    });
                    let offer = offer.expect("somebody is free");
                    let by = EndedBy::Agent;
                    desk.give(match n {
                        0 => Input::Accept { offer },
                        _ => Input::Complete { call, by },
                    });
                }
            }
            next_call += at_once as u64;
            let taken = taken(&desk);
            let (most, least) = (taken.values().max(), taken.values().min());
            prop_assert!(most <= least.map(|least| least + 1).as_ref(), "{taken:?}");
        }
    }

    /// INV-40: the order of members is total whatever their penalties, levels and positions: the
    /// calls go to them in the sorted order, the largest numbers included.
    #[test]
    fn inv_40_members_are_in_one_order_whatever_their_numbers(
        places in proptest::collection::vec((0usize..9, 0usize..5, 0usize..5), 2..9),
    ) {
        // Where 32 bits, a million times a penalty, or a remainder of a thousand would go wrong.
        let penalties =
            [0, 1, 999, 1_000, 2_147, 2_148, i32::MAX as u32, u32::MAX - 1, u32::MAX];
        let levels = [0, 1, 255, u16::MAX - 1, u16::MAX];
        let positions = [0, 1, 1_000, u32::MAX - 1, u32::MAX];
        let config = QueueConfig { strategy: Strategy::Linear, ..QueueConfig::default() };
        let (mut desk, queue) = Desk::with_queue(config);
        let mut sorted = Vec::new();
        for (tag, &(p, l, at)) in (0..).zip(&places) {
            let place = Membership {
                penalty: penalties[p],
                level: levels[l],
                position: positions[at],
                wrap_up_ms: None,
                paused: None,
            };
            desk.agent(tag, queue, place);
            sorted.push((place.penalty, place.level, place.position, tag));
        }
        sorted.sort_unstable();
        for call in 0..places.len() as u64 {
            desk.arrive(call, queue);
        }
        let offered: Vec<u64> = desk
            .log
            .iter()
            .filter_map(|(_, output)| match output {
                Output::Offer { agent_tag, .. } => Some(*agent_tag),
                _ => None,
            })
            .collect();
        let expected: Vec<u64> = sorted.into_iter().map(|member| member.3).collect();
        prop_assert_eq!(offered, expected);
    }

    /// INV-34: where priority ages, a call is overtaken only by those that came within so many
    /// seconds as the gap in priority is worth.
    #[test]
    fn inv_34_an_ageing_call_is_overtaken_for_so_long_only(
        aging_ms in 1u32..20_000,
        calls in proptest::collection::vec((-3i32..4, 0u64..4_000), 2..30),
        talk_ms in 1u64..9_000,
    ) {
        let config = QueueConfig { aging_ms: Some(aging_ms), ..QueueConfig::default() };
        let (mut desk, queue) = Desk::with_queue(config);
        desk.agent(1, queue, Membership::default());
        let (mut now, mut free_at) = (0, 0);
        let mut waiting: BTreeMap<u64, (i32, u64)> = BTreeMap::new();
        let mut talking = None;
        for (tag, &(priority, apart)) in (0..).zip(&calls) {
            now += apart;
            while talking.is_some() && free_at <= now {
                desk.at(free_at).hang_up(talking.take().expect("talking"));
                answer(&mut desk, &mut waiting, &mut talking, aging_ms);
                free_at += talk_ms;
            }
            desk.at(now);
            waiting.insert(tag, (priority, now));
            desk.give(Input::Arrive(CallConfig { tag, priority, ..CallConfig::new(queue) }));
            if talking.is_none() {
                answer(&mut desk, &mut waiting, &mut talking, aging_ms);
                free_at = now + talk_ms;
            }
        }
        prop_assert!(desk.engine.starvation().next().is_none());
    }
}

/// The call that rings is answered; whoever waits longer has let it pass by right.
fn answer(
    desk: &mut Desk,
    waiting: &mut BTreeMap<u64, (i32, u64)>,
    talking: &mut Option<u64>,
    aging_ms: u32,
) {
    let rings = desk.log.drain(..).rev().find_map(|(_, output)| match output {
        Output::Offer { call_tag, .. } => Some(call_tag),
        _ => None,
    });
    let Some(tag) = rings else { return };
    desk.accept(1);
    *talking = Some(tag);
    let (priority, came) = waiting.remove(&tag).expect("it waited");
    for (other, &(low, earlier)) in waiting.iter() {
        let gap = i64::from(priority) - i64::from(low);
        let worth = gap * i64::from(aging_ms);
        let after = came as i64 - earlier as i64;
        assert!(after <= worth, "INV-34: {tag} came {after} ms after {other}, gap {gap}");
    }
}

/// INV-34: rules by which callers can starve are named.
#[test]
fn inv_34_rules_that_starve_are_named() {
    let mut engine = Engine::with_capacity(Limits::default()).unwrap();
    let fair = QueueConfig { aging_ms: Some(1_000), ..QueueConfig::default() };
    let strict = engine.add_queue(QueueConfig { weight: 1, ..QueueConfig::default() }).unwrap();
    let light = engine.add_queue(fair).unwrap();
    assert!(engine.starvation().eq([Starvation::ByPriority(strict)]), "nobody serves both");
    let agent = engine.add_agent(AgentConfig::default()).unwrap();
    for queue in [strict, light] {
        engine.join_queue(agent, queue, Membership::default()).unwrap();
    }
    let both =
        [Starvation::ByPriority(strict), Starvation::ByWeight { queue: light, under: strict }];
    assert!(engine.starvation().eq(both));
    engine.set_queue(strict, QueueConfig { weight: 0, ..fair }).unwrap();
    assert_eq!(engine.starvation().next(), None);
}

/// INV-40: more than 2^17 agents, each of whom has its turn.
#[test]
fn inv_40_a_hundred_and_thirty_thousand_agents_take_turns() {
    const AGENTS: u32 = (1 << 17) + 3;
    let limits = Limits { queues: 1, agents: AGENTS, calls: 4, ..Limits::default() };
    let mut engine = Engine::with_capacity(limits).unwrap();
    let config = QueueConfig { strategy: Strategy::RoundRobin, ..QueueConfig::default() };
    let queue = engine.add_queue(config).unwrap();
    for tag in 0..u64::from(AGENTS) {
        let agent = engine.add_agent(AgentConfig { tag, ..AgentConfig::default() }).unwrap();
        engine.join_queue(agent, queue, Membership::default()).unwrap();
        let state = AgentRequest::Available;
        engine.handle(Time(1), Input::AgentState { agent, state }).unwrap();
        while engine.poll().is_some() {}
    }
    for n in 0..u64::from(AGENTS) + 5 {
        let now = Time(2 + n);
        engine.handle(now, Input::Arrive(CallConfig::new(queue))).unwrap();
        let rings = core::iter::from_fn(|| engine.poll()).find_map(|output| match output {
            Output::Offer { call, agent_tag, .. } => Some((call, agent_tag)),
            _ => None,
        });
        let (call, agent) = rings.expect("everybody is free");
        assert_eq!(agent, n % u64::from(AGENTS));
        engine.handle(now, Input::Hangup { call }).unwrap();
        while engine.poll().is_some() {}
    }
}

/// INV-35: a new priority counts at the next decision; arrival, wait and joining stay.
#[test]
fn inv_35_a_new_priority_counts_at_the_next_decision() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig::default());
    desk.agent(1, queue, Membership::default());
    for tag in 0..4 {
        desk.at(tag * 1_000).arrive(tag, queue);
    }
    desk.at(5_000).accept(1);
    let (second, last) = (desk.calls[&1], desk.calls[&3]);
    let before = desk.engine.call_view(last).unwrap();
    desk.said();
    desk.give(Input::SetPriority { call: last, priority: 2 });
    assert_eq!(desk.said(), "5000 priority 3 0 to 2 at 1 from 3\n");
    let after = desk.engine.call_view(last).unwrap();
    assert_eq!(CallView { priority: 2, ..before }, after);
    assert_eq!(desk.engine.position(last), Ok(Some(1)));
    assert_eq!(desk.engine.position(second), Ok(Some(2)));
    desk.said();
    desk.at(6_000).hang_up(0);
    assert!(desk.said().ends_with("6000 offer 3 to 1\n"));
    desk.at(7_000).accept(1);
    assert!(desk.said().ends_with("connected 3 with 1 after 4000\n"), "it waited since 3000");
    // Back among the others it stands by its arrival again.
    desk.give(Input::SetPriority { call: desk.calls[&2], priority: 1 });
    desk.give(Input::SetPriority { call: desk.calls[&2], priority: 0 });
    assert_eq!(desk.engine.position(desk.calls[&2]), Ok(Some(2)));
    assert_eq!(
        desk.said(),
        "7000 priority 2 0 to 1 at 1 from 2\n7000 priority 2 1 to 0 at 2 from 1\n"
    );
    // The priority it has is no change, and a call that talks has none to change.
    desk.give(Input::SetPriority { call: desk.calls[&2], priority: 0 });
    assert_eq!(desk.said(), "");
    let refused = desk.try_give(Input::SetPriority { call: last, priority: 9 });
    assert_eq!(refused, Err(Error::WrongState(last)));
}

/// INV-35: ageing moves calls past each other, and says nothing of it.
#[test]
fn inv_35_ageing_is_no_change_of_priority() {
    let aging_ms = Some(1_000);
    let (mut desk, queue) = Desk::with_queue(QueueConfig { aging_ms, ..QueueConfig::default() });
    desk.arrive(1, queue);
    desk.at(500);
    desk.give(Input::Arrive(CallConfig { tag: 2, priority: 1, ..CallConfig::new(queue) }));
    desk.at(5_000);
    desk.give(Input::Arrive(CallConfig { tag: 3, priority: 1, ..CallConfig::new(queue) }));
    desk.at(60_000);
    assert_eq!(desk.said(), "0 joined 1 at 1\n500 joined 2 at 1\n5000 joined 3 at 3\n");
    desk.give(Input::SetPriority { call: desk.calls[&3], priority: 6 });
    assert_eq!(desk.said(), "60000 priority 3 1 to 6 at 1 from 3\n");
}

/// INV-15: a transfer ends the agent's part, once, and frees the agent at that instant.
#[test]
fn inv_15_a_transfer_ends_the_conversation_once() {
    for wrap_up_ms in [0, 3_000] {
        let (mut desk, queue) =
            Desk::with_queue(QueueConfig { wrap_up_ms, ..QueueConfig::default() });
        let agent = desk.agent(1, queue, Membership::default());
        desk.arrive(1, queue);
        desk.accept(1);
        desk.arrive(2, queue);
        desk.at(4_000).said();
        let call = desk.calls[&1];
        let by = EndedBy::Transfer;
        desk.give(Input::Complete { call, by });
        let offer = if wrap_up_ms == 0 { "4000 offer 2 to 1\n" } else { "" };
        let over = "4000 completed 1 with 1 by Transfer after 4000\n";
        assert_eq!(desk.said(), format!("{over}{offer}"));
        let hash = desk.engine.state_hash();
        for input in [Input::Complete { call, by }, Input::Hangup { call }] {
            assert_eq!(desk.try_give(input), Err(Error::NoCall(call)));
        }
        assert_eq!(desk.engine.state_hash(), hash);
        let counters = desk.engine.agent_counters(agent).unwrap();
        assert_eq!((counters.answered, counters.talked_ms), (1, 4_000));
        desk.at(6_999);
        let free = desk.engine.staff(queue).unwrap().free;
        assert_eq!((free, desk.said().as_str()), (0, ""));
        desk.at(7_000);
        assert_eq!(desk.said(), if wrap_up_ms == 0 { "" } else { "7000 offer 2 to 1\n" });
    }
}
