//! Small worlds, explored to the end: two agents, two queues, up to three calls, each with its whole
//! life, and everything that can happen to them, in every order.
//!
//! A call arrives in either queue, waits, rings, is accepted, turned down or left ringing, talks, is
//! completed by either side, gives up, runs out of time, overflows or finds the queue empty. Agents
//! log in and out (and take breaks, where the world has them) as often as they like, in whatever state
//! they are, and end their paperwork early or let it run out. Between any two events time may pass,
//! by a second, which is as long as a phone rings; no call waits for more than two, so that a world
//! has an end. Nothing else bounds it: [`explore`] goes on until no event in any state comes to a state
//! it has not seen, and counts both; the counts are known, so an exploration that misses
//! something fails. Each event is judged by the book-keeper of the random worlds. In each state all
//! that is late, double or about nobody is tried too: it must be refused by name, say nothing and
//! leave the hash and the deadline as they were. And in the two smallest worlds each event is
//! tried at the very instant of what is due, too, before anybody has heard of that.
//!
//! States are told apart by all that the book-keeper knows to matter (who waits where since when,
//! rings where since when, missed whom how long ago, whose turn it is), and by when the engine would
//! wake up from there on, and what it would say then, word for word. Forgotten are dates, handles and
//! what is only counted. So two engines that are alike in all this but hold what is due at one instant
//! in another order, of which nothing shows before something else happens, count as one state, and the
//! first to come there is gone on from; `TRUNKLINE_ACD_WAYS=3` goes on from the first three.
//! `TRUNKLINE_ACD_CALLS=3` has three calls in every world, `TRUNKLINE_ACD_WAIT=3` lets them wait for
//! three seconds; each takes minutes.

mod explore;

use std::env::var;

use acd_core::*;

use explore::{Explored, Rules, explore};

const PLAIN: Membership =
    Membership { penalty: 0, level: 0, position: 0, wrap_up_ms: None, paused: None };
const SECOND: Membership = Membership { penalty: 1, ..PLAIN };
const OUT: AgentRequest = AgentRequest::LoggedOut;
const IN: AgentRequest = AgentRequest::Available;
const BREAK: AgentRequest = AgentRequest::NotReady(1);

/// A bound of the worlds, another if it is asked for.
fn bound(name: &str, usual: usize) -> usize {
    var(name).map_or(usual, |bound| bound.parse().expect("a number"))
}

fn queue(strategy: Strategy) -> QueueConfig {
    QueueConfig {
        strategy,
        ring_timeout_ms: 1_000,
        retry_ms: 1_000,
        max_wait_ms: Some(1_000 * bound("TRUNKLINE_ACD_WAIT", 2) as u64),
        ..QueueConfig::default()
    }
}

/// Both agents serve both queues.
fn world(calls: usize, queues: [QueueConfig; 2]) -> Rules {
    Rules {
        queues,
        places: [[Some(PLAIN); 2]; 2],
        calls: bound("TRUNKLINE_ACD_CALLS", calls),
        requests: &[OUT, IN],
        choices: false,
        pauses: false,
        rule: &[],
        at_once: true,
        ways: bound("TRUNKLINE_ACD_WAYS", 1),
    }
}

/// States, steps and ends are as many as is known, within the usual bounds, and this was said among
/// other things.
fn is_complete(found: &Explored, known: (usize, u64, usize), said: &[&str]) {
    for word in said {
        assert!(found.said.contains(word), "nothing {word} in {found:?}");
    }
    let bounds = ["TRUNKLINE_ACD_CALLS", "TRUNKLINE_ACD_WAIT", "TRUNKLINE_ACD_WAYS"];
    if bounds.iter().all(|name| var(name).is_err()) {
        assert_eq!((found.states, found.steps, found.ends), known, "{found:?}");
    }
}

/// INV-01 to INV-11, INV-20, INV-21, INV-30 to INV-33, INV-56 and what else the book-keeper knows.
#[test]
fn inv_01_three_whole_lives() {
    let queue = QueueConfig { wrap_up_ms: 1_000, ..queue(Strategy::LongestIdle) };
    let found = explore(&Rules { at_once: false, ..world(3, [queue, queue]) });
    let said = ["offer rejected", "offer timed out", "offer cancelled", "offer without agent"];
    is_complete(&found, (50_674, 402_618, 19), &said);
    assert!(found.refused > 900_000, "{found:?}");
}

/// The same where all phones ring in one queue, whose paperwork keeps from its own calls only, and
/// agents take turns in the other, which goes first and overflows into it; one agent serves but one.
#[test]
fn inv_01_lives_where_all_ring_and_where_they_take_turns() {
    let all = QueueConfig { wrap_up_ms: 1_000, wrap_up_shared: false, ..queue(Strategy::RingAll) };
    let overflow = Some(Overflow::Queue(QueueId::from_raw(0)));
    let turns = QueueConfig { weight: 1, overflow, ..queue(Strategy::RoundRobin) };
    let places = [[Some(PLAIN), None], [Some(PLAIN); 2]];
    let found = explore(&Rules { places, ..world(2, [all, turns]) });
    is_complete(&found, (4_344, 28_622, 18), &["offer lost", "overflowed", "left: timeout"]);
    assert!(found.at_once > 10_000, "{found:?}");
}

/// The same in a queue of one place that takes and keeps no call without agents, sets who misses one
/// not ready and knows who is back; and in one that tells callers where they stand, leaves alone who
/// declines, and sends on to another site.
#[test]
fn inv_01_lives_in_queues_that_refuse_and_run_empty() {
    let strict = QueueConfig {
        missed_limit: Some(1),
        leave_empty: EmptyRule::LoggedOut,
        join_empty: EmptyRule::LoggedOut,
        max_waiting: Some(1),
        resume_within_ms: Some(1_000),
        ..queue(Strategy::Linear)
    };
    let kind = QueueConfig {
        overflow: Some(Overflow::Target(7)),
        delays: Delays { declined_ms: 1_000, ..Delays::default() },
        announce_every_ms: Some(1_000),
        ..queue(Strategy::LongestIdle)
    };
    let places = [[Some(PLAIN); 2], [Some(SECOND); 2]];
    let found = explore(&Rules { places, ..world(2, [strict, kind]) });
    let said = ["refused: full", "refused: empty", "left: empty", "left: overflow"];
    is_complete(&found, (13_880, 75_311, 1_665), &said);
    assert!(found.said.is_superset(&["announcement", "not ready: missed"].into()), "{found:?}");
}

/// The same with callers who go to the other queue, leave by a key or become more urgent, by
/// priorities that decide and by priorities that are worth a while; one agent serves but one queue.
#[test]
fn inv_01_lives_of_callers_who_choose() {
    let decides = queue(Strategy::LongestIdle);
    let ages = QueueConfig { aging_ms: Some(1_000), ..decides };
    let places = [[Some(PLAIN), None], [Some(PLAIN); 2]];
    let rules = world(2, [decides, ages]);
    let found = explore(&Rules { places, choices: true, at_once: false, ..rules });
    is_complete(&found, (17_433, 181_131, 11), &["moved", "left: key", "priority changed"]);
}

/// INV-42 too: the same with a caller who brings a rule, by which it comes to the agent of the higher
/// penalty, and one who does not; both are told of other penalties, and to go by the rule or not.
#[test]
fn inv_01_lives_by_rules() {
    const COMES: RelaxStep = RelaxStep {
        after_ms: 1_000,
        penalty_min: None,
        penalty_min_by: -1,
        penalty_max: Some(1),
        penalty_max_by: 0,
        class: None,
        levels_less: 0,
        penalty_raise: None,
        penalty_raise_by: 0,
        penalty_raise_within: None,
    };
    let queue = queue(Strategy::LongestIdle);
    let places = [[Some(PLAIN), None], [Some(SECOND), Some(PLAIN)]];
    let requests = &[IN];
    let rules = world(2, [queue, queue]);
    let found = explore(&Rules { places, rule: &[COMES], requests, at_once: false, ..rules });
    is_complete(&found, (7_957, 54_636, 11), &["offer timed out", "left: timeout"]);
}

/// The same with agents who take breaks, one of them in one queue only, too.
#[test]
fn inv_01_lives_with_breaks() {
    let queue = QueueConfig { wrap_up_ms: 1_000, ..queue(Strategy::RingAll) };
    let found =
        explore(&Rules { requests: &[OUT, IN, BREAK], pauses: true, ..world(2, [queue, queue]) });
    is_complete(&found, (17_648, 172_794, 58), &["not ready", "pause changed", "offer lost"]);
}
