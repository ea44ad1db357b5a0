//! The invariants under random sequences of events, stale and late ones included.
//!
//! `TRUNKLINE_ACD_SEQUENCES` sets how many sequences are tried, `TRUNKLINE_ACD_EVENTS` how many
//! events each has at least.

use std::collections::BTreeMap;

use acd_core::stats::{AgentRow, Level, Stats, StatsConfig, Traffic};
use acd_core::*;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use proptest::test_runner::Config;

use crate::world::{Step, World, limits};

fn sequences(default: u32) -> Config {
    let wanted = std::env::var("TRUNKLINE_ACD_SEQUENCES").ok();
    Config {
        cases: wanted.and_then(|n| n.parse().ok()).unwrap_or(default),
        failure_persistence: None,
        ..Config::default()
    }
}

fn steps() -> impl proptest::strategy::Strategy<Value = Vec<Step>> {
    let wanted = std::env::var("TRUNKLINE_ACD_EVENTS").ok();
    let length = wanted.and_then(|n| n.parse().ok()).unwrap_or(200);
    proptest::collection::vec(any::<Step>(), length..length + 20)
}

proptest! {
    #![proptest_config(sequences(20_000))]

    /// INV-01 to INV-12, INV-14, INV-20, INV-21, INV-23, INV-30 to INV-37, INV-39, INV-41, INV-42,
    /// INV-53, INV-54, INV-56, INV-59: what the book-keeper checks after every input and at every output.
    #[test]
    fn the_books_agree(seed in any::<(u8, u8, u16)>(), steps in steps()) {
        let mut world = World::new(seed, false);
        world.engine.set_choices(true).expect("room for reasons");
        for step in steps {
            world.step(step);
        }
        world.ledger.places_are_distinct(&world.engine);
    }
}

proptest! {
    #![proptest_config(sequences(1_000))]

    /// INV-21: one leap in time or many steps, the same outputs at the same instants.
    /// INV-50: the same inputs, the same outputs.
    #[test]
    fn leaps_and_steps_in_time_come_to_the_same(
        seed in any::<(u8, u8, u16)>(),
        steps in steps(),
    ) {
        let mut leaping = World::new(seed, false);
        leaping.engine.set_choices(true).expect("room for reasons");
        let mut stepping = World::new(seed, true);
        for step in steps {
            leaping.step(step);
            stepping.step(step);
            prop_assert_eq!(&leaping.said, &stepping.said);
            leaping.said.clear();
            stepping.said.clear();
        }
    }

    /// INV-51: an engine restored from a snapshot goes on as the one that never stopped, and
    /// INV-50: replaying the inputs comes to the same state.
    #[test]
    fn a_restored_engine_goes_on_as_if_it_had_never_stopped(
        seed in any::<(u8, u8, u16)>(),
        steps in steps(),
        stop in 0usize..200,
    ) {
        let mut lasting = World::new(seed, false);
        let mut stopped = World::new(seed, false);
        for (n, step) in steps.into_iter().enumerate() {
            if n == stop {
                let mut bytes = vec![0; stopped.engine.snapshot(&mut []).expect("drained")];
                stopped.engine.snapshot(&mut bytes).expect("drained");
                stopped.engine = Engine::restore(limits(), &bytes).expect("a sound snapshot");
            }
            lasting.step(step);
            stopped.step(step);
            prop_assert_eq!(&lasting.said, &stopped.said);
            prop_assert_eq!(lasting.engine.state_hash(), stopped.engine.state_hash());
            lasting.said.clear();
            stopped.said.clear();
        }
    }

    /// INV-12, INV-13, INV-14: what was said adds up to what the engine counts, and the integrals
    /// are the sums, to the millisecond.
    #[test]
    fn numbers_add_up_exactly(seed in any::<(u8, u8, u16)>(), steps in steps()) {
        let mut world = World::new(seed, false);
        for step in steps {
            world.step(step);
        }
        // Everybody goes home, so that every wait and every state has an end.
        for call in world.calls.clone() {
            world.give(Input::Hangup { call });
        }
        for agent in world.agents.clone() {
            let state = AgentRequest::LoggedOut;
            world.give(Input::AgentState { agent, state });
        }
        let mut stats = Stats::growing(StatsConfig { interval_ms: 1_000, short_ms: 100, ..StatsConfig::default() });
        for (at, output) in &world.said {
            stats.see(*at, output);
        }
        for queue in &world.queues {
            let level = world.engine.service_level(*queue).expect("a queue");
            prop_assert!(level.in_level <= level.of, "INV-14");
            let counted = world.engine.queue_counters(*queue).expect("a queue");
            let mut sum = Traffic::default();
            for (_, _, row) in stats.traffic().filter(|row| row.1 == *queue) {
                sum.offered += row.offered;
                sum.refused += row.refused;
                sum.answered += row.answered;
                sum.abandoned += row.abandoned;
                sum.left += row.left + row.moved;
                sum.answered_in_level += row.answered_in_level;
                sum.waited_ms += row.waited_ms;
                sum.answer_ms += row.answer_ms;
                sum.talked_ms += row.talked_ms;
                let levels = [
                    Level::OfAnswered,
                    Level::OfAnsweredAndAbandoned,
                    Level::OfOffered,
                    Level::OfOfferedButShort,
                ];
                for level in levels {
                    let (part, whole) = row.level(level);
                    prop_assert!(part <= whole, "INV-14");
                }
            }
            let left = counted.timed_out + counted.exited + counted.left_empty;
            let expected = Traffic {
                offered: counted.offered,
                refused: counted.refused,
                answered: counted.answered,
                abandoned: counted.abandoned,
                left: left + counted.overflowed,
                answered_in_level: counted.answered_in_level,
                waited_ms: counted.waited_ms,
                answer_ms: counted.answered_waited_ms,
                talked_ms: counted.talked_ms,
                ..Traffic::default()
            };
            prop_assert_eq!(sum, expected);
            prop_assert_eq!(integral_of_waiting(&world.said, *queue), counted.waited_ms);
        }
        // The finer rows add up to the coarser ones, and the paperwork is the agents'.
        for (queue, whole) in stats.queues() {
            let mut sum = Traffic::default();
            for (.., row) in stats.traffic_by_class().filter(|row| row.1 == queue) {
                sum.add(row);
            }
            prop_assert_eq!(sum, whole);
        }
        let wrap_up: u64 = stats.intervals().values().map(|row| row.wrap_up_ms).sum();
        let everybody = stats.agents_by(world.now, |_| ());
        prop_assert_eq!(wrap_up, everybody.get(&()).map_or(0, |row| row.wrap_up_ms));
        let mut by_interval: BTreeMap<AgentId, AgentRow> = BTreeMap::new();
        for (_, agent, row) in stats.agents_by_interval() {
            prop_assert!(row.logged_in_ms() <= 1_000, "more than an interval has");
            by_interval.entry(agent).or_default().add(row);
        }
        for (agent, row) in stats.agents(world.now) {
            // Everybody is logged out, so no state is open still.
            prop_assert_eq!(by_interval.get(&agent).copied().unwrap_or_default(), row);
            let counted = world.engine.agent_counters(agent).expect("an agent");
            // INV-13: the integral of being busy is the sum of talk and wrap-up.
            prop_assert_eq!(row.busy_ms(), counted.talked_ms + counted.wrapped_ms);
            prop_assert_eq!(row.talking_ms, counted.talked_ms);
            prop_assert_eq!((row.offered, row.answered), (counted.offered, counted.answered));
            prop_assert_eq!(row.missed, counted.missed);
        }
        let calls = stats.take_calls();
        prop_assert_eq!(calls.len(), world.calls.len());
        prop_assert!(calls.iter().all(|call| call.end.is_some()));
    }

    /// INV-53: any number where a handle belongs, any configuration: an error and nothing changed,
    /// or a sensible event; never a panic.
    #[test]
    fn raw_numbers_do_no_harm(
        seed in any::<(u8, u8, u16)>(),
        events in proptest::collection::vec(any::<(u8, u64, u64, u16)>(), 1..60),
    ) {
        let mut world = World::new(seed, true);
        for (what, raw, other, small) in events {
            // Half of them near handles that may exist.
            let raw = if what >= 128 { raw % 8 } else { raw };
            let call = CallId::from_raw(raw);
            let input = match what % 15 {
                0 => Input::Arrive(CallConfig {
                    tag: other,
                    queue: QueueId::from_raw(raw),
                    priority: other as i32,
                    class: ClassId(small % 6),
                    preferred_agent: (small % 3 == 0).then(|| AgentId::from_raw(other)),
                    preferred_wait_ms: other as u32,
                    credit_ms: other,
                    position: Some(other as u32),
                    penalty_min: raw as u32,
                    penalty_max: other as u32,
                    penalty_raise: PenaltyRaise { to: small.into(), within: small % 2 == 0 },
                    rule: (small % 4 == 0).then(|| RuleId::from_raw(other % 3)),
                    caller: Some(other),
                    max_wait_ms: Some(other),
                }),
                1 => Input::Hangup { call },
                2 => Input::Exit { call, key: small as u8 },
                3 => Input::Move {
                    call,
                    queue: QueueId::from_raw(other % 4),
                    keep_age: small % 2 == 0,
                },
                4 => Input::SetPriority { call, priority: other as i32 },
                5 => Input::Accept { offer: OfferId::from_raw(raw) },
                6 => Input::Reject {
                    offer: OfferId::from_raw(raw),
                    cause: RejectCause::Failed,
                },
                7 => Input::Complete { call, by: EndedBy::Agent },
                8 => Input::EndWrapUp { agent: AgentId::from_raw(raw) },
                9 => Input::SetPause {
                    agent: AgentId::from_raw(raw),
                    queue: QueueId::from_raw(other % 4),
                    paused: (small % 3 > 0).then_some(small),
                },
                10 => Input::SetPenalties {
                    call,
                    min: small.into(),
                    max: other as u32,
                    raise: PenaltyRaise { to: small.into(), within: small % 2 == 0 },
                },
                11 => Input::SetRule {
                    call,
                    rule: (small % 3 > 0).then(|| RuleId::from_raw(other % 3)),
                },
                _ => Input::AgentState {
                    agent: AgentId::from_raw(raw),
                    state: match small % 3 {
                        0 => AgentRequest::Available,
                        1 => AgentRequest::LoggedOut,
                        _ => AgentRequest::NotReady(small),
                    },
                },
            };
            let before = world.engine.state_hash();
            let at = world.now.plus(if what % 7 == 0 { other >> (small % 64) } else { 0 });
            match world.engine.handle(at, input) {
                Ok(()) => world.now = at,
                Err(_) => prop_assert_eq!(world.engine.state_hash(), before),
            }
            for _ in 0..100_000 {
                if world.engine.poll().is_none() {
                    break;
                }
            }
        }
    }

    /// INV-51: a damaged snapshot is refused, whatever the damage.
    #[test]
    fn damaged_snapshots_are_refused(
        seed in any::<(u8, u8, u16)>(),
        steps in steps(),
        place in any::<u16>(),
        change in 1u8..,
        cut in 0usize..5,
    ) {
        let mut world = World::new(seed, false);
        for step in steps.into_iter().take(60) {
            world.step(step);
        }
        let mut bytes = vec![0; world.engine.snapshot(&mut []).expect("drained")];
        world.engine.snapshot(&mut bytes).expect("drained");
        let place = usize::from(place) % bytes.len();
        bytes[place] ^= change;
        prop_assert!(Engine::restore(limits(), &bytes).is_err());
        bytes[place] ^= change;
        bytes.truncate(bytes.len() - 1 - cut);
        prop_assert!(Engine::restore(limits(), &bytes).is_err());
    }

    /// INV-22: an input from the past is an error and changes nothing.
    #[test]
    fn the_clock_does_not_go_back(seed in any::<(u8, u8, u16)>(), steps in steps()) {
        let mut world = World::new(seed, false);
        for step in steps.into_iter().take(40) {
            world.step(step);
        }
        let last = world.now;
        let before = Time(last.ms() - 1);
        let refused = world.engine.handle(before, Input::Tick);
        prop_assert_eq!(refused, Err(Error::TimeBackwards { last, now: before }));
        prop_assert_eq!(world.engine.poll(), None);
        prop_assert_eq!(world.engine.last_input(), last);
    }
}

/// INV-13: the number waiting in a queue over time, from the outputs.
fn integral_of_waiting(said: &[(Time, Output)], queue: QueueId) -> u64 {
    let (mut waiting, mut last, mut sum) = (0_u64, Time::ZERO, 0);
    for (at, output) in said {
        sum += waiting * at.since(last);
        last = *at;
        match output {
            Output::Joined { queue: q, .. } => waiting += u64::from(*q == queue),
            Output::Connected { queue: q, .. } | Output::Left { queue: q, .. } => {
                waiting -= u64::from(*q == queue);
            }
            Output::Moved { from, to, .. } => {
                waiting += u64::from(*to == queue);
                waiting -= u64::from(*from == queue);
            }
            _ => {}
        }
    }
    sum
}
