//! Required levels that fall while a call waits.

use acd_core::*;
use proptest::prelude::{any, prop_assert_eq, proptest};

proptest! {
    #![proptest_config(proptest::test_runner::Config {
        cases: 300,
        failure_persistence: None,
        ..Default::default()
    })]

    /// INV-41: the offer comes at the first step by which every level has fallen far enough, to the
    /// millisecond, and not at all if none does.
    #[test]
    fn a_call_is_offered_when_its_levels_have_fallen_to_the_agents(
        needs in any::<[u8; 3]>(),
        has in any::<[u8; 3]>(),
        steps in proptest::collection::vec((1u64..5_000, 0u8..40), 0..5),
        credit_ms in any::<u16>(),
    ) {
        let mut engine = Engine::with_capacity(Limits {
            classes: 8,
            profiles: 2,
            steps: 8,
            ..Limits::default()
        }).expect("limits");
        let queue = engine.add_queue(QueueConfig::default()).expect("a queue");
        let mut after_ms = 0;
        let steps: Vec<_> = steps.iter().map(|&(apart, levels_less)| {
            after_ms += apart;
            RelaxStep { after_ms, levels_less, ..RelaxStep::default() }
        }).collect();
        engine.set_relaxation(queue, &steps).expect("steps");
        // Small levels, so that some fit at once and some never.
        let skills = |levels: [u8; 3], most: u8| {
            [0, 1, 2].map(|n| Skill { skill: n, level: levels[n as usize] % most })
        };
        let (needs, has) = (skills(needs, 60), skills(has, 40));
        let class = engine.add_class(&needs).expect("a class");
        let profile = engine.add_profile(&has).expect("a profile");
        let agent = AgentConfig { profile, ..AgentConfig::default() };
        let agent = engine.add_agent(agent).expect("an agent");
        engine.join_queue(agent, queue, Membership::default()).expect("a place");
        let start = Time(100_000);
        let state = AgentRequest::Available;
        engine.handle(start, Input::AgentState { agent, state }).expect("an agent");
        let credit_ms = u64::from(credit_ms);
        let call = CallConfig { class, credit_ms, ..CallConfig::new(queue) };
        engine.handle(start, Input::Arrive(call)).expect("a call");
        engine.handle(start.plus(100_000), Input::Tick).expect("time passes");
        let offered = core::iter::from_fn(|| engine.poll_at())
            .find(|(_, output)| matches!(output, Output::Offer { .. }))
            .map(|(at, _)| at.since(start));

        let fits = |less: u16| {
            needs.iter().zip(&has).all(|(need, has)| u16::from(need.level) <= u16::from(has.level) + less)
        };
        let mut less = 0;
        let fallen = steps.iter().map(|step| {
            less += u16::from(step.levels_less);
            (step.after_ms, less)
        });
        let mut all = core::iter::once((0, 0)).chain(fallen);
        prop_assert_eq!(offered, all.find(|&(_, less)| fits(less)).map(|(at, _)| at));
    }
}

/// A call whose later classes would not fit in is refused before anything is made.
#[test]
fn no_room_for_lower_classes_is_an_error_and_changes_nothing() {
    let limits = Limits { classes: 3, steps: 4, skills: 4, ..Limits::default() };
    let mut engine = Engine::with_capacity(limits).unwrap();
    let queue = engine.add_queue(QueueConfig::default()).unwrap();
    let step = |after_ms| RelaxStep { after_ms, levels_less: 1, ..RelaxStep::default() };
    engine.set_relaxation(queue, &[step(10), step(20)]).unwrap();
    let class = engine.add_class(&[Skill { skill: 1, level: 5 }]).unwrap();
    let before = engine.state_hash();
    let call = CallConfig { class, ..CallConfig::new(queue) };
    let refused = engine.handle(Time(1), Input::Arrive(call));
    assert_eq!(refused, Err(Error::Full(Table::Classes)));
    assert_eq!(engine.state_hash(), before);
}
