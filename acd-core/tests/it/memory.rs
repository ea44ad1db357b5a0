//! What it takes: bytes, and no allocation after construction.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use acd_core::stats::{Lost, Stats, StatsConfig, StatsLimits};
use acd_core::*;

/// The system's allocator, counting for each thread.
struct Counting;

std::thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn inv_52_nothing_is_allocated_after_construction() {
    let limits = Limits { steps: 2, ghosts: 2, ..Limits::default() };
    let mut engine = Engine::with_capacity(limits).unwrap();
    let config = StatsConfig { interval_ms: 60_000, ..StatsConfig::default() };
    let mut stats = Stats::with_capacity(config, StatsLimits::new(limits, 2));
    let before = COUNT.get();
    assert!(before > 0, "the count counts");
    let queue = engine
        .add_queue(QueueConfig {
            strategy: Strategy::RingAll,
            announce_every_ms: Some(500),
            wrap_up_ms: 700,
            max_wait_ms: Some(5_000),
            resume_within_ms: Some(1_000),
            ..QueueConfig::default()
        })
        .unwrap();
    let step = RelaxStep { after_ms: 900, penalty_max: Some(5), ..RelaxStep::default() };
    engine.set_relaxation(queue, &[step]).unwrap();
    for tag in 0..8 {
        let config = AgentConfig { tag, ..AgentConfig::default() };
        let agent = engine.add_agent(config).unwrap();
        engine.join_queue(agent, queue, Membership::default()).unwrap();
        let state = AgentRequest::Available;
        engine.handle(Time(0), Input::AgentState { agent, state }).unwrap();
        while engine.poll().is_some() {}
    }
    let mut offers = [None; 4];
    let mut calls = [None; 4];
    let mut talking = [None; 16];
    for n in 0_u64..5_000 {
        let caller = Some(n % 5);
        let arrival = CallConfig { caller, ..CallConfig::new(queue) };
        let input = match (n % 7, offers[n as usize % 4], calls[n as usize % 4]) {
            (0 | 1, Some(offer), _) => Input::Accept { offer },
            (2, Some(offer), _) => Input::Reject { offer, cause: RejectCause::Busy },
            (3, _, Some(call)) => Input::Hangup { call },
            (4 | 5, ..) if talking[n as usize % 16].is_some() => Input::Complete {
                call: talking[n as usize % 16].take().unwrap(),
                by: EndedBy::Agent,
            },
            _ => Input::Arrive(arrival),
        };
        // Many of these come too late: errors must not allocate either.
        let _ = engine.handle(Time(n * 130), input);
        stats.forget_before(Time((n * 130).saturating_sub(60_000)));
        while stats.next_call().is_some() {}
        while let Some((at, output)) = engine.poll_at() {
            stats.see(at, &output);
            match output {
                Output::Offer { offer, .. } => offers[n as usize % 4] = Some(offer),
                Output::Connected { call, .. } => {
                    if let Some(place) = talking.iter_mut().find(|place| place.is_none()) {
                        *place = Some(call);
                    }
                }
                Output::Joined { call, .. } => calls[n as usize % 4] = Some(call),
                _ => {}
            }
        }
    }
    let counters = engine.queue_counters(queue).unwrap();
    assert!(counters.answered > 100 && counters.abandoned > 100, "{counters:?}");
    assert_eq!(stats.lost(), Lost::default());
    assert!(stats.agents(Time(650_000)).any(|(_, row)| row.answered > 10));
    assert_eq!(COUNT.get(), before);
}

#[test]
fn a_small_office_fits_into_64_kilobytes() {
    let small = Limits { queues: 4, agents: 30, calls: 60, ..Limits::default() };
    assert!(small.bytes() < 64 * 1024, "{}", small.bytes());
}

/// What one more of each costs in all tables, timers included.
#[test]
fn calls_and_agents_are_small() {
    const MORE: u32 = 100_000;
    let few = Limits { memberships: 16, offers: 16, ..Limits::default() };
    let each = |many: Limits| (many.bytes() - few.bytes()).div_ceil(MORE as usize);
    let call = each(Limits { calls: few.calls + MORE, ..few });
    assert_eq!(call, 159, "a waiting call; the aim was 160");
    let agent = each(Limits { agents: few.agents + MORE, ..few });
    let membership = each(Limits { memberships: 16 + MORE, ..few });
    assert_eq!((agent, membership), (160, 96), "256 for an agent of one queue, which was the aim");
    assert_eq!(each(Limits { offers: 16 + MORE, ..few }), 88, "an offer");
    let remembered = Limits { ghosts: 1, ..few };
    let callers = Limits { calls: few.calls + MORE, ..remembered }.bytes() - remembered.bytes();
    assert_eq!(callers.div_ceil(MORE as usize), 167, "a waiting call whose caller is remembered");
}
