//! Penalties that count as higher ones, against `app_queue`'s rule member by member.

use acd_core::*;
use proptest::prelude::{Strategy as _, any, prop_assert, prop_assert_eq, proptest};

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
        (min, max) in (0u32..6, 0u32..9),
        (to, within) in (0u32..8, any::<bool>()),
        seed in any::<u64>(),
    ) {
        let call = CallConfig {
            penalty_min: min,
            penalty_max: max,
            penalty_raise: PenaltyRaise { to, within },
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

/// A line of `queuerules.conf`: seconds, then highest, lowest and raised penalty, each by how much it
/// changes or to what; and whether the last is `rN`.
type RuleLine = (u64, [(bool, i32); 3], bool);

/// What a caller of `app_queue` has set: highest, lowest, raised; what is not set does not change.
#[derive(Clone, Copy, Debug)]
struct Caller {
    max: Option<i32>,
    min: Option<i32>,
    raise: Option<i32>,
    within: bool,
}

impl Caller {
    /// `update_qe_rule`, line by line.
    fn follow(&mut self, (_, [max, min, raise], within): RuleLine) {
        let next = |was: i32, (by, n): (bool, i32)| if by { was + n } else { n }.max(0);
        self.max = self.max.map(|was| next(was, max));
        let most = self.max.unwrap_or(i32::MAX);
        self.min = self.min.map(|was| next(was, min).min(most));
        if let Some(was) = self.raise {
            self.raise = Some(next(was, raise).min(most));
            self.within = within;
        }
    }

    fn window(self) -> (u32, u32, PenaltyRaise) {
        let or = |n: Option<i32>, other| n.map_or(other, |n| n as u32);
        let raise = PenaltyRaise { to: or(self.raise, 0), within: self.within };
        (or(self.min, 0), or(self.max, u32::MAX), raise)
    }
}

/// The line as a step of the engine, for callers who have set the same as this one.
fn step(caller: Caller, (seconds, [max, min, raise], within): RuleLine) -> RelaxStep {
    let to = |set: Option<i32>, (by, n): (bool, i32)| set.filter(|_| !by).map(|_| n.max(0) as u32);
    let by = |set: Option<i32>, (by, n): (bool, i32)| set.filter(|_| by).map_or(0, |_| n);
    RelaxStep {
        after_ms: seconds * 1_000,
        penalty_max: to(caller.max, max),
        penalty_max_by: by(caller.max, max),
        penalty_min: to(caller.min, min),
        penalty_min_by: by(caller.min, min),
        penalty_raise: to(caller.raise, raise).map(|to| PenaltyRaise { to, within }),
        penalty_raise_by: by(caller.raise, raise),
        penalty_raise_within: caller.raise.map(|_| within),
        ..RelaxStep::default()
    }
}

fn rule_lines() -> impl proptest::strategy::Strategy<Value = Vec<RuleLine>> {
    let change = (any::<bool>(), -3_i32..7);
    let line = ([change.clone(), change.clone(), change], any::<bool>());
    // Some of them in the same second.
    proptest::collection::vec((0_u64..7, line), 0..6).prop_map(|mut lines| {
        lines.sort_by_key(|(seconds, _)| *seconds);
        lines.into_iter().map(|(seconds, (changes, within))| (seconds, changes, within)).collect()
    })
}

proptest! {
    /// INV-42: a call that brings a rule may go, at every second, to whom a caller of `app_queue` may
    /// go by it who began alike; told otherwise, it goes on from there; and its queue's own steps are
    /// not its.
    #[test]
    fn inv_42_rules_change_windows_as_app_queue_does(
        (max, min, raise) in (
            proptest::option::of(0_i32..6), proptest::option::of(0_i32..6),
            proptest::option::of(0_i32..6),
        ),
        within in any::<bool>(),
        lines in rule_lines(),
        told in proptest::option::of((0_u64..9, [0_i32..5, 0..5, 0..5])),
        by_rule_from in 0_u64..4,
    ) {
        let mut caller = Caller { max, min, raise, within: within && raise.is_some() };
        let mut desk = Desk::new(Limits { steps: 6, rules: 1, lines: 32, ..Limits::default() });
        let queue = desk.engine.add_queue(QueueConfig::default()).expect("room");
        let steps: Vec<_> = lines.iter().map(|line| step(caller, *line)).collect();
        let rule = desk.engine.add_rule(&steps).expect("room");
        let never = RelaxStep { after_ms: 60_000, penalty_max: Some(0), ..RelaxStep::default() };
        desk.engine.set_relaxation(queue, &[never]).expect("room");
        let (penalty_min, penalty_max, penalty_raise) = caller.window();
        desk.give(Input::Arrive(CallConfig {
            tag: 7,
            penalty_min,
            penalty_max,
            penalty_raise,
            rule: (by_rule_from == 0).then_some(rule),
            ..CallConfig::new(queue)
        }));
        let call = desk.calls[&7];
        for second in 0..10 {
            desk.at(second * 1_000);
            if second == by_rule_from && second > 0 {
                desk.give(Input::SetRule { call, rule: Some(rule) });
            }
            for line in &lines {
                let now = line.0 == second && second >= by_rule_from;
                if now || line.0 < second && second == by_rule_from {
                    caller.follow(*line);
                }
            }
            // A window of one's own takes the place of whatever was set.
            if let Some((_, [max, min, raise])) = told.filter(|told| told.0 == second) {
                let set = |is: Option<i32>, n: i32| is.map(|_| n);
                caller.max = set(caller.max, max);
                caller.min = set(caller.min, min);
                caller.raise = set(caller.raise, raise);
                let (min, max, raise) = caller.window();
                desk.give(Input::SetPenalties { call, min, max, raise });
            }
            let view = desk.engine.call_view(call).expect("it waits");
            let is = (view.penalty_min, view.penalty_max, view.penalty_raise);
            prop_assert_eq!(is, caller.window(), "after {} s", second);
            prop_assert_eq!(view.rule, (second >= by_rule_from).then_some(rule));
        }
        desk.hang_up(7);
        desk.engine.remove_rule(rule).expect("nobody waits by it");
    }

    /// Steps are given back, and those of others are where they were: rules and queues take and give
    /// them at random, and each has its own still.
    #[test]
    fn room_for_steps_is_given_back(ops in proptest::collection::vec((0..8_u8, 0..5_usize), 1..80)) {
        let limits = Limits { queues: 3, rules: 3, steps: 8, lines: 1_000, ..Limits::default() };
        let mut desk = Desk::new(limits);
        let queues = [0; 3].map(|_| desk.engine.add_queue(QueueConfig::default()).expect("room"));
        let (mut of_queue, mut of_rule) = ([(0, 0); 3], Vec::new());
        for (n, (what, count)) in ops.into_iter().enumerate() {
            // Each list of steps ends a wait at another highest penalty.
            let mark = n as u32 + 1;
            let steps: Vec<_> = (0..count as u64)
                .map(|i| RelaxStep { after_ms: i, penalty_max: Some(mark), ..RelaxStep::default() })
                .collect();
            let used = |of_queue: &[(usize, u32)], of_rule: &[(RuleId, usize, u32)]| {
                of_queue.iter().map(|its| its.0).chain(of_rule.iter().map(|its| its.1)).sum::<usize>()
            };
            match what {
                0..=2 => {
                    let which = usize::from(what);
                    let room = 8 - used(&of_queue, &of_rule) + of_queue[which].0;
                    let taken = desk.engine.set_relaxation(queues[which], &steps);
                    prop_assert_eq!(taken.is_ok(), count <= room);
                    if taken.is_ok() {
                        of_queue[which] = (count, mark);
                    }
                }
                3 | 4 => {
                    let fits = count <= 8 - used(&of_queue, &of_rule) && of_rule.len() < 3;
                    let added = desk.engine.add_rule(&steps);
                    prop_assert_eq!(added.is_ok(), fits);
                    of_rule.extend(added.map(|rule| (rule, count, mark)));
                }
                _ if of_rule.is_empty() => {}
                5 => {
                    let (rule, ..) = of_rule.remove(count % of_rule.len());
                    desk.engine.remove_rule(rule).expect("nobody waits by it");
                    prop_assert_eq!(desk.engine.remove_rule(rule), Err(Error::NoRule(rule)));
                }
                _ => {}
            }
            prop_assert!(desk.engine.rules().count() == of_rule.len());
            let mut all: Vec<_> = of_rule.iter().map(|its| (queues[0], Some(its.0), its.1, its.2)).collect();
            all.extend(queues.iter().zip(of_queue).map(|(queue, its)| (*queue, None, its.0, its.1)));
            for (tag, (queue, rule, count, mark)) in (1_000 * n as u64..).zip(all) {
                desk.give(Input::Arrive(CallConfig { tag, rule, ..CallConfig::new(queue) }));
                desk.at((n as u64 * 100 + tag % 1_000) * 1_000 + 10);
                let view = desk.engine.call_view(desk.calls[&tag]).expect("it waits");
                prop_assert_eq!(view.penalty_max, if count > 0 { mark } else { u32::MAX });
                desk.hang_up(tag);
            }
        }
    }
}

/// Of two changes in the same second the second goes on from what the first came to: below 0 is 0
/// in between, too.
#[test]
fn steps_at_the_same_instant_are_taken_one_after_the_other() {
    for (changes, max) in [([-5, 3], 3), ([3, -5], 0), ([-1, 3], 3), ([3, -1], 3)] {
        let mut desk = Desk::new(Limits { steps: 2, rules: 1, ..Limits::default() });
        let queue = desk.engine.add_queue(QueueConfig::default()).expect("room");
        let steps = changes.map(|penalty_max_by| RelaxStep {
            after_ms: 1_000,
            penalty_max_by,
            ..RelaxStep::default()
        });
        let rule = Some(desk.engine.add_rule(&steps).expect("room"));
        desk.agent(1, queue, Membership { penalty: 4, ..Membership::default() });
        // Nobody is asked by what stands in between.
        desk.agent(2, queue, Membership { penalty: 2, ..Membership::default() });
        let call = CallConfig { tag: 7, penalty_max: 1, rule, ..CallConfig::new(queue) };
        desk.give(Input::Arrive(call));
        desk.log.clear();
        desk.at(1_000);
        assert_eq!(desk.engine.call_view(desk.calls[&7]).map(|view| view.penalty_max), Ok(max));
        let offers = if max == 3 { "1000 offer 7 to 2\n" } else { "" };
        assert_eq!(desk.said(), offers, "{changes:?}");
    }
}

/// A rule goes with a call into another queue, and counts there from the beginning.
#[test]
fn a_rule_goes_with_the_call() {
    let overflow =
        |to| QueueConfig { max_wait_ms: Some(5_000), overflow: Some(to), ..QueueConfig::default() };
    let mut desk = Desk::new(Limits { steps: 1, rules: 1, ..Limits::default() });
    let there = desk.engine.add_queue(QueueConfig::default()).expect("room");
    let here = desk.engine.add_queue(overflow(Overflow::Queue(there))).expect("room");
    let step = RelaxStep { after_ms: 3_000, penalty_max_by: 1, ..RelaxStep::default() };
    let rule = Some(desk.engine.add_rule(&[step]).expect("room"));
    desk.agent(1, there, Membership { penalty: 2, ..Membership::default() });
    desk.give(Input::Arrive(CallConfig { tag: 7, penalty_max: 0, rule, ..CallConfig::new(here) }));
    desk.at(5_000).said();
    assert_eq!(desk.engine.call_view(desk.calls[&7]).map(|view| view.penalty_max), Ok(1));
    desk.at(7_999).said();
    desk.at(8_000);
    assert_eq!(desk.said(), "8000 offer 7 to 1\n");
}
