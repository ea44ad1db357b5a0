//! Small worlds, explored exhaustively.

use acd_core::*;

use crate::world::World;

/// Every sequence of five events out of thirteen in a world of two agents, two queues and up to
/// three calls, duplicates and late events among them, with the book-keeper watching.
#[test]
fn every_small_world_keeps_the_books() {
    const EVENTS: usize = 13;
    const LENGTH: u32 = 5;
    // Ring-all beside round robin; short rings, wrap-up, a limit of missed offers.
    for seed in [(1, 5, 0b1000_0111), (0, 11, 0b1010_1000)] {
        for number in 0..EVENTS.pow(LENGTH) {
            let mut world = World::new(seed, false);
            for agent in [world.agents[0], world.agents[1]] {
                let state = AgentRequest::Available;
                world.give(Input::AgentState { agent, state });
            }
            let mut rest = number;
            for _ in 0..LENGTH {
                let event = rest % EVENTS;
                rest /= EVENTS;
                small_event(&mut world, event);
            }
        }
    }
}

fn small_event(world: &mut World, event: usize) {
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
        _ => {
            world.pass(950);
            None
        }
    };
    if let Some(input) = input {
        world.give(input);
    }
}
