//! Penalties that count as higher ones, against `app_queue`'s rule member by member.

use acd_core::*;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use crate::desk::Desk;

/// What a penalty counts as for a call, if the call may go to it at all: `app_queue` raises first
/// and looks at the window then.
fn counted(call: &CallConfig, penalty: u32) -> Option<u32> {
    let raise = call.penalty_raise;
    let stays = raise.within && penalty < call.penalty_min;
    let counted = if penalty < raise.to && !stays { raise.to } else { penalty };
    (call.penalty_min..=call.penalty_max).contains(&counted).then_some(counted)
}

/// Those with the least penalty as the call sees it.
fn first(call: &CallConfig, penalties: &[u32]) -> Vec<u64> {
    let seen: Vec<_> = penalties.iter().map(|&penalty| counted(call, penalty)).collect();
    let least = seen.iter().flatten().min();
    (0..)
        .zip(&seen)
        .filter(|(_, seen)| seen.is_some() && seen.as_ref() == least)
        .map(|(tag, _)| tag)
        .collect()
}

/// Whose phones ring for a call at its arrival, of members who became free one after the other.
fn rung(strategy: Strategy, penalties: &[u32], call: CallConfig, seed: u64) -> Vec<u64> {
    let (mut desk, queue) = Desk::with_queue(QueueConfig { strategy, ..QueueConfig::default() });
    desk.engine.set_seed(seed);
    for (tag, &penalty) in (0..).zip(penalties) {
        desk.at(tag * 10).agent(tag, queue, Membership { penalty, ..Membership::default() });
    }
    desk.log.clear();
    desk.at(1_000).give(Input::Arrive(CallConfig { queue, ..call }));
    let mut rung: Vec<u64> = desk
        .log
        .iter()
        .filter_map(|(_, output)| match output {
            Output::Offer { agent_tag, .. } => Some(*agent_tag),
            _ => None,
        })
        .collect();
    rung.sort_unstable();
    rung
}

proptest! {
    /// INV-42: a call rings for those whose penalty, once raised, is in the window and the least.
    #[test]
    fn inv_42_raised_penalties_are_app_queues(
        penalties in proptest::collection::vec(0u32..7, 1..9),
        (min, width) in (0u32..6, 0u32..6),
        (to, within) in (0u32..8, any::<bool>()),
        seed in any::<u64>(),
    ) {
        let max = min + width;
        let call = CallConfig {
            penalty_min: min,
            penalty_max: max,
            penalty_raise: PenaltyRaise { to: to.min(max), within },
            ..CallConfig::default()
        };
        let first = first(&call, &penalties);
        prop_assert_eq!(&rung(Strategy::RingAll, &penalties, call, seed), &first);
        // They became free in the order of their tags and joined in it too.
        let one: Vec<u64> = first.first().copied().into_iter().collect();
        for strategy in [Strategy::LongestIdle, Strategy::RoundRobin, Strategy::Linear] {
            prop_assert_eq!(&rung(strategy, &penalties, call, seed), &one, "{:?}", strategy);
        }
        for strategy in [Strategy::Random, Strategy::WeightedRandom] {
            let drawn = rung(strategy, &penalties, call, seed);
            prop_assert_eq!(drawn.len(), one.len());
            let may: Vec<u64> = match strategy {
                Strategy::Random => first.clone(),
                _ => (0..).zip(&penalties).filter(|(_, p)| counted(&call, **p).is_some()).map(|(tag, _)| tag).collect(),
            };
            prop_assert!(drawn.iter().all(|tag| may.contains(tag)), "{drawn:?} of {may:?}");
        }
    }
}

/// INV-42: everybody who counts as of the least penalty is drawn, whatever the own one.
#[test]
fn inv_42_chance_draws_among_all_that_count_alike() {
    let penalties = [0, 4, 2, 1, 2, 3];
    let raise = PenaltyRaise { to: 2, within: false };
    let call = CallConfig { penalty_raise: raise, ..CallConfig::default() };
    let mut drawn = [0; 6];
    for seed in 0..4_000 {
        let who = rung(Strategy::Random, &penalties, call, seed * 7_919);
        drawn[who[0] as usize] += 1;
    }
    assert_eq!((drawn[1], drawn[5]), (0, 0), "{drawn:?}");
    // A quarter of 4,000 each, give or take four standard errors.
    for tag in [0, 2, 3, 4] {
        assert!((890..=1_110).contains(&drawn[tag]), "{drawn:?}");
    }
}

/// INV-42: by turns round all that count alike, nobody twice before everybody once.
#[test]
fn inv_42_turns_go_round_all_that_count_alike() {
    for strategy in [
        Strategy::RoundRobin,
        Strategy::RoundRobinOrdered,
        Strategy::Asterisk(Asterisk::RoundRobinOrdered),
        Strategy::Asterisk(Asterisk::RoundRobinMemory),
    ] {
        let (mut desk, queue) =
            Desk::with_queue(QueueConfig { strategy, ..QueueConfig::default() });
        for (tag, penalty) in (0..).zip([2, 0, 1, 3]) {
            desk.agent(tag, queue, Membership { penalty, ..Membership::default() });
        }
        let mut turns = Vec::new();
        for n in 0..9 {
            desk.log.clear();
            let penalty_raise = PenaltyRaise { to: 2, within: n % 2 == 0 };
            desk.at(n * 100).give(Input::Arrive(CallConfig {
                tag: n,
                penalty_raise,
                ..CallConfig::new(queue)
            }));
            turns.extend(desk.log.iter().filter_map(|(_, output)| match output {
                Output::Offer { agent_tag, .. } => Some(*agent_tag),
                _ => None,
            }));
            desk.hang_up(n);
        }
        assert_eq!(turns.len(), 9, "{strategy:?}");
        for round in turns.chunks(3) {
            let mut all = round.to_vec();
            all.sort_unstable();
            assert_eq!(all, [0, 1, 2], "{strategy:?}: {turns:?}");
        }
    }
}

/// INV-42: a step does not raise above the highest penalty the call may go to, as in `app_queue`.
#[test]
fn inv_42_a_step_raises_to_the_window_at_most() {
    let raise = PenaltyRaise { to: 9, within: false };
    let step = RelaxStep { after_ms: 1_000, penalty_raise: Some(raise), ..RelaxStep::default() };
    let mut desk = Desk::new(Limits { steps: 1, ..Limits::default() });
    let queue = desk.engine.add_queue(QueueConfig::default()).expect("room");
    desk.engine.set_relaxation(queue, &[step]).expect("room");
    desk.agent(1, queue, Membership { penalty: 2, ..Membership::default() });
    let call = CallConfig { tag: 7, penalty_min: 4, penalty_max: 5, ..CallConfig::new(queue) };
    desk.give(Input::Arrive(call));
    desk.at(999).said();
    desk.at(1_000);
    assert_eq!(desk.said(), "1000 offer 7 to 1\n", "it counts as 5");
}
