//! What must make no difference, and what must make one: the same world twice, one thing changed.

use acd_core::*;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use proptest::test_runner::Config;

use crate::golden::{self, told};
use crate::world::{Step, World, limits};

fn some(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

fn steps() -> impl proptest::strategy::Strategy<Value = Vec<Step>> {
    proptest::collection::vec(any::<Step>(), 120..140)
}

/// Everything configured is configured again as it is, but for what is only counted by.
fn reload(world: &mut World, service_level_ms: u64) {
    for queue in world.queues.clone() {
        let config = world.engine.queue_config(queue).expect("a queue");
        let config = QueueConfig { service_level_ms, ..config };
        world.engine.set_queue(queue, config).expect("the same");
        for agent in world.agents.clone() {
            if let Ok(view) = world.engine.member_view(agent, queue) {
                // Whoever is paused is so at the moment; the configuration knows nothing of it.
                let place = Membership { paused: None, ..view.place };
                world.engine.set_membership(agent, queue, place).expect("the same");
            }
        }
    }
    let order = world.engine.call_order();
    world.engine.set_call_order(order);
}

proptest! {
    #![proptest_config(some(400))]

    /// INV-16: reloading the configuration changes no agent's state, no wrap-up, no turn, no place.
    #[test]
    fn inv_16_a_reload_changes_nothing(seed in any::<(u8, u8, u16)>(), steps in steps()) {
        let mut quiet = World::new(seed, false);
        let mut reloaded = World::new(seed, false);
        for (n, step) in (0..).zip(steps) {
            quiet.step(step);
            reload(&mut reloaded, n);
            let before = reloaded.engine.state_hash();
            reload(&mut reloaded, n);
            prop_assert_eq!(reloaded.engine.state_hash(), before);
            reloaded.step(step);
            prop_assert_eq!(&quiet.said, &reloaded.said);
        }
    }

    /// INV-45: other handles for the same people and calls, the same words about them.
    #[test]
    fn inv_45_handles_make_no_difference(seed in any::<(u8, u8, u16)>(), steps in steps()) {
        let mut fresh = World::new(seed, false);
        let mut used = World::with(seed, false, limits(), |engine| {
            // Slots that were used before, in another order.
            let queue = engine.add_queue(QueueConfig::default()).expect("room");
            let agents: Vec<_> = (0..3)
                .map(|_| engine.add_agent(AgentConfig::default()).expect("room"))
                .collect();
            for agent in &agents {
                engine.join_queue(*agent, queue, Membership::default()).expect("room");
            }
            for _ in 0..5 {
                engine.handle(Time(0), Input::Arrive(CallConfig::new(queue))).expect("room");
                while let Some(output) = engine.poll() {
                    if let Output::Joined { call, .. } = output {
                        engine.handle(Time(0), Input::Hangup { call }).expect("it waits");
                    }
                }
            }
            for agent in [agents[1], agents[0], agents[2]] {
                engine.remove_agent(agent).expect("there");
            }
            while engine.poll().is_some() {}
            engine.remove_queue(queue).expect("empty");
        });
        prop_assert!(fresh.agents != used.agents && fresh.queues != used.queues);
        for step in steps {
            fresh.step(step);
            used.step(step);
            prop_assert_eq!(told(&mut fresh), told(&mut used));
        }
    }

    /// INV-52: however little room there is for outputs, the same ones come in the same order; and
    /// one step never makes more than there is room for.
    #[test]
    fn inv_52_a_small_ring_of_outputs_says_the_same(
        seed in any::<(u8, u8, u16)>(),
        steps in steps(),
    ) {
        let small = Limits { outputs: u32::from(limits().ring_max) * 2 + 8, ..limits() };
        let large = Limits { outputs: 4_096, ..limits() };
        let mut narrow = World::with(seed, false, small, |_| {});
        let mut wide = World::with(seed, false, large, |_| {});
        for (n, step) in steps.into_iter().enumerate() {
            if n % 10 == 9 {
                // A leap over many timers.
                narrow.pass(20_000);
                wide.pass(20_000);
            }
            narrow.step(step);
            wide.step(step);
            prop_assert_eq!(&narrow.said, &wide.said);
            narrow.said.clear();
            wide.said.clear();
        }
    }

    /// INV-55: what is meant for another epoch is refused and changes nothing; an epoch is never
    /// taken back, and outlives the program.
    #[test]
    fn inv_55_another_epochs_word_does_not_count(
        seed in any::<(u8, u8, u16)>(),
        steps in steps(),
        epochs in proptest::collection::vec(0u64..6, 1..60),
    ) {
        let mut world = World::new(seed, false);
        let mut current = 0;
        for (step, given) in steps.into_iter().zip(epochs) {
            world.give(Input::Tick);
            let before = world.engine.state_hash();
            let wrong = Err(Error::WrongEpoch { current, given });
            if given > current {
                prop_assert_eq!(world.engine.begin_epoch(given), Ok(()));
                prop_assert!(world.engine.state_hash() != before);
                current = given;
            } else {
                prop_assert_eq!(world.engine.begin_epoch(given), wrong);
                let now = world.now;
                let said = world.engine.handle_in(given, now, Input::Tick);
                prop_assert_eq!(said, if given == current { Ok(()) } else { wrong });
                prop_assert_eq!(world.engine.state_hash(), before);
                prop_assert_eq!(world.engine.poll(), None);
            }
            world.step(step);
        }
        let mut bytes = vec![0; world.engine.snapshot(&mut []).expect("drained")];
        world.engine.snapshot(&mut bytes).expect("drained");
        let again = Engine::restore(limits(), &bytes).expect("a sound snapshot");
        prop_assert_eq!(again.epoch(), current);
    }

    /// INV-45: who can do more, or better, loses no call that it could take before.
    #[test]
    fn inv_45_more_skill_never_takes_a_call_away(
        needs in proptest::collection::vec((0u16..6, 0u8..5), 0..4),
        has in proptest::collection::vec((0u16..6, 0u8..5), 0..6),
        more in proptest::collection::vec((0u16..6, 0u8..5), 0..6),
    ) {
        let skills = |given: &[(u16, u8)]| -> Vec<Skill> {
            let best: std::collections::BTreeMap<u16, u8> = given.iter().copied().collect();
            best.into_iter().map(|(skill, level)| Skill { skill, level }).collect()
        };
        let needs = skills(&needs);
        let less = skills(&has);
        let most: Vec<Skill> = {
            let mut best: std::collections::BTreeMap<u16, u8> = std::collections::BTreeMap::new();
            for Skill { skill, level } in less.iter().copied().chain(skills(&more)) {
                let at = best.entry(skill).or_insert(level);
                *at = level.max(*at);
            }
            best.into_iter().map(|(skill, level)| Skill { skill, level }).collect()
        };
        let offered = |has: &[Skill]| {
            let limits = Limits { classes: 2, profiles: 2, skills: 32, ..Limits::default() };
            let mut engine = Engine::with_capacity(limits).expect("limits");
            let queue = engine.add_queue(QueueConfig::default()).expect("room");
            let class = engine.add_class(&needs).expect("room");
            let profile = engine.add_profile(has).expect("room");
            let config = AgentConfig { profile, ..AgentConfig::default() };
            let agent = engine.add_agent(config).expect("room");
            engine.join_queue(agent, queue, Membership::default()).expect("room");
            let state = AgentRequest::Available;
            engine.handle(Time(1), Input::AgentState { agent, state }).expect("an agent");
            let call = CallConfig { class, ..CallConfig::new(queue) };
            engine.handle(Time(1), Input::Arrive(call)).expect("room");
            core::iter::from_fn(|| engine.poll()).any(|o| matches!(o, Output::Offer { .. }))
        };
        let fits = needs
            .iter()
            .all(|need| less.iter().any(|s| s.skill == need.skill && s.level >= need.level));
        prop_assert_eq!(offered(&less), fits);
        prop_assert!(!fits || offered(&most));
    }
}

/// INV-50: two hundred random worlds on whatever machine this runs; `digests` runs the same on others.
#[test]
fn inv_50_every_platform_says_the_same() {
    assert_eq!(golden::digest(), golden::KNOWN);
}
