//! Who gets the call under each strategy.

use acd_core::*;

use crate::desk::Desk;

/// Agents with these penalties and positions; so many calls, each answered at once and ended
/// after a second; who got them.
fn trace(strategy: Strategy, members: &[(u32, u32)], calls: u64) -> Vec<u64> {
    let (mut desk, queue) = Desk::with_queue(QueueConfig { strategy, ..QueueConfig::default() });
    for (tag, &(penalty, position)) in (0..).zip(members) {
        let membership = Membership { penalty, position, ..Membership::default() };
        desk.agent(tag, queue, membership);
    }
    (0..calls)
        .map(|call| {
            desk.at((call + 1) * 10_000);
            desk.arrive(call, queue);
            let chosen = desk.log.iter().find_map(|(_, output)| match output {
                Output::Offer { agent_tag, .. } => Some(*agent_tag),
                _ => None,
            });
            let chosen = chosen.expect("an offer");
            desk.accept(chosen);
            desk.at((call + 1) * 10_000 + 1_000 * (chosen + 1)).hang_up(call);
            desk.log.clear();
            chosen
        })
        .collect()
}

#[test]
fn round_robin_remembers_its_place() {
    let free = [(0, 0), (0, 0), (0, 0)];
    assert_eq!(trace(Strategy::RoundRobin, &free, 5), [0, 1, 2, 0, 1]);
    let tiers = [(0, 0), (0, 0), (1, 0)];
    assert_eq!(trace(Strategy::RoundRobin, &tiers, 4), [0, 1, 0, 1]);
    let ordered = [(0, 3), (0, 1), (0, 2)];
    assert_eq!(trace(Strategy::RoundRobinOrdered, &ordered, 4), [1, 2, 0, 1]);
}

#[test]
fn linear_starts_at_the_top_for_every_call() {
    assert_eq!(trace(Strategy::Linear, &[(0, 3), (0, 1), (0, 2)], 3), [1, 1, 1]);
}

#[test]
fn linear_goes_down_the_line_for_one_call() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig {
        strategy: Strategy::Linear,
        retry_ms: 1,
        ring_timeout_ms: 1_000,
        ..QueueConfig::default()
    });
    for tag in [1, 2, 3] {
        desk.agent(tag, queue, Membership::default());
    }
    desk.arrive(7, queue);
    desk.at(3_500);
    let order: Vec<_> = desk
        .log
        .iter()
        .filter_map(|(_, output)| match output {
            Output::Offer { agent_tag, .. } => Some(*agent_tag),
            _ => None,
        })
        .collect();
    assert_eq!(order, [1, 2, 3, 1]);
}

#[test]
fn longest_idle_takes_turns_by_the_end_of_calls() {
    let free = [(0, 0), (0, 0), (0, 0)];
    assert_eq!(trace(Strategy::LongestIdle, &free, 4), [0, 1, 2, 0]);
}

#[test]
fn fewest_calls_and_least_talk_count() {
    let free = [(0, 0), (0, 0), (0, 0)];
    assert_eq!(trace(Strategy::FewestCalls, &free, 6), [0, 1, 2, 0, 1, 2]);
    // Agent n talks n + 1 seconds a call; equal talk goes to the longest idle.
    let least = trace(Strategy::LeastTalk, &free, 7);
    assert_eq!(least, [0, 1, 2, 0, 1, 0, 2]);
}

#[test]
fn random_is_even_and_weighted_random_is_not() {
    let members = [(0, 0), (0, 0), (0, 0), (0, 0)];
    let counts = |trace: Vec<u64>| {
        (0..4).map(|agent| trace.iter().filter(|&&a| a == agent).count()).collect::<Vec<_>>()
    };
    for count in counts(trace(Strategy::Random, &members, 4_000)) {
        // Five standard deviations of a binomial with p = 1/4.
        assert!(count.abs_diff(1_000) < 137, "{count}");
    }
    let weighted =
        counts(trace(Strategy::WeightedRandom, &[(0, 0), (1, 0), (1, 0), (9, 0)], 4_000));
    assert!(weighted[0] > weighted[1] && weighted[1] > 3 * weighted[3], "{weighted:?}");
}

#[test]
fn the_same_seed_draws_the_same_agents() {
    let members = [(0, 0); 5];
    assert_eq!(trace(Strategy::Random, &members, 50), trace(Strategy::Random, &members, 50));
}

#[test]
fn one_phone_more_rings_each_time() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig {
        strategy: Strategy::RingProgressive { every_ms: 4_000 },
        ..QueueConfig::default()
    });
    for tag in [1, 2, 3] {
        desk.agent(tag, queue, Membership::default());
    }
    desk.arrive(7, queue);
    desk.at(9_000).accept(2);
    assert_eq!(
        desk.said(),
        "0 joined 7 at 1\n0 offer 7 to 1\n4000 offer 7 to 2\n8000 offer 7 to 3\n\
         9000 offer 7 to 2 Accepted after 5000\n9000 connected 7 with 2 after 9000\n\
         9000 offer 7 to 3 Lost after 1000\n9000 offer 7 to 1 Lost after 9000\n"
    );
}

#[test]
fn more_skill_goes_first() {
    let mut desk = Desk::new(Limits { classes: 2, profiles: 4, ..Limits::default() });
    let queue = desk
        .engine
        .add_queue(QueueConfig { strategy: Strategy::SkillLevel, ..QueueConfig::default() })
        .unwrap();
    let class = desk.engine.add_class(&[Skill { skill: 4, level: 2 }]).unwrap();
    for (tag, level) in [(1, 1), (2, 3), (3, 5)] {
        let profile = desk.engine.add_profile(&[Skill { skill: 4, level }]).unwrap();
        let config = AgentConfig { tag, profile, ..AgentConfig::default() };
        let agent = desk.engine.add_agent(config).unwrap();
        desk.engine.join_queue(agent, queue, Membership::default()).unwrap();
        desk.set(agent, AgentRequest::Available);
    }
    for tag in [7, 8, 9] {
        desk.give(Input::Arrive(CallConfig { tag, class, ..CallConfig::new(queue) }));
    }
    assert_eq!(
        desk.said(),
        "0 joined 7 at 1\n0 offer 7 to 3\n0 joined 8 at 2\n0 offer 8 to 2\n0 joined 9 at 3\n"
    );
}
