//! Small worlds, explored exhaustively: two agents, two queues, up to three calls, and everything
//! that can happen to them in every order, duplicates and late events among it.

use std::collections::HashMap;

use acd_core::*;

use crate::world::{World, limits};

/// So many events in a row: every sequence of them. `TRUNKLINE_ACD_DEPTH` asks for another number:
/// seven go through ten times as many states, which takes about a minute.
const LENGTH: u8 = 6;
const EVENTS: usize = 14;

/// States by hash, and how many events from there were tried already.
#[derive(Default)]
struct Explored {
    states: HashMap<u64, u8>,
    steps: u64,
}

/// Every event from here, and from there every event. What comes to a state that was explored as
/// far before adds nothing: the same state says the same.
fn explore(world: &World, left: u8, explored: &mut Explored) {
    let hash = world.engine.state_hash();
    let known = explored.states.entry(hash).or_insert(0);
    if *known >= left {
        return;
    }
    *known = left;
    let mut bytes = vec![0; world.engine.snapshot(&mut []).expect("drained")];
    world.engine.snapshot(&mut bytes).expect("drained");
    for event in 0..EVENTS {
        let engine = Engine::restore(limits(), &bytes).expect("a sound snapshot");
        let mut next = world.fork(engine);
        if !happens(&mut next, event) {
            continue;
        }
        explored.steps += 1;
        next.ledger.places_are_distinct(&next.engine);
        explore(&next, left - 1, explored);
    }
}

/// INV-01 to INV-11, INV-30, INV-56, and what else the book-keeper knows, in every state that six
/// events can lead to.
#[test]
fn inv_01_every_small_world_keeps_the_books() {
    let asked = std::env::var("TRUNKLINE_ACD_DEPTH").ok();
    let length = asked.map_or(LENGTH, |depth| depth.parse().expect("a number of events"));
    let mut explored = Explored::default();
    // Ring-all beside round robin; short rings, wrap-up, a limit of missed offers; wrap-up shared
    // or not, levels that open or not.
    for seed in [(1, 5, 0b1000_0111), (0, 11, 0b1010_1000)] {
        let mut world = World::new(seed, false);
        for agent in [world.agents[0], world.agents[1]] {
            let state = AgentRequest::Available;
            world.give(Input::AgentState { agent, state });
        }
        explore(&world, length, &mut explored);
    }
    let (states, steps) = (explored.states.len(), explored.steps);
    println!("{states} states, {steps} steps");
    assert!(length < LENGTH || states > 50_000, "{states} states, {steps} steps");
}

/// One of the events, if it can happen here.
fn happens(world: &mut World, event: usize) -> bool {
    let (first, last) = (world.calls.first().copied(), world.calls.last().copied());
    let offers = (world.offers.first().copied(), world.offers.last().copied());
    let agent = world.agents[event % 2];
    let arrive = |queue: QueueId| (world.calls.len() < 3).then(|| CallConfig::new(queue));
    let input = match event {
        0 => arrive(world.queues[0]).map(Input::Arrive),
        1 => arrive(world.queues[1]).map(Input::Arrive),
        2 => offers.0.map(|offer| Input::Accept { offer }),
        3 => offers.1.map(|offer| Input::Accept { offer }),
        4 => offers.1.map(|offer| Input::Reject { offer, cause: RejectCause::Busy }),
        5 => first.map(|call| Input::Hangup { call }),
        6 => last.map(|call| Input::Hangup { call }),
        7 => last.map(|call| Input::Complete { call, by: EndedBy::Transfer }),
        8 | 9 => Some(Input::AgentState { agent, state: AgentRequest::LoggedOut }),
        10 | 11 => Some(Input::AgentState { agent, state: AgentRequest::Available }),
        12 => last.map(|call| Input::Move { call, queue: world.queues[0], keep_age: true }),
        _ => {
            world.pass(950);
            return true;
        }
    };
    input.map(|input| world.give(input)).is_some()
}
