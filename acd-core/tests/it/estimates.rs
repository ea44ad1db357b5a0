//! How long a call may have to wait.

use acd_core::*;

use crate::desk::Desk;

/// Two agents, calls of ten seconds each that follow one another, and some who give up.
#[test]
fn three_predictions_from_what_has_happened() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig::default());
    desk.arrive(1, queue);
    let unknown = desk.engine.estimates(desk.calls[&1]).unwrap();
    assert_eq!(unknown.by_length_ms, None, "nobody is there");
    assert_eq!(unknown.by_last_served_ms, None, "nobody was answered");
    assert_eq!(unknown.by_first_ms, Some(0), "it is the first itself");

    desk.agent(11, queue, Membership::default());
    desk.agent(12, queue, Membership::default());
    desk.arrive(2, queue);
    desk.at(2_000).accept(11);
    desk.accept(12);
    desk.at(12_000).hang_up(1);
    desk.hang_up(2);
    // Both agents free: no wait.
    desk.arrive(3, queue);
    desk.arrive(4, queue);
    desk.accept(11);
    desk.accept(12);
    desk.at(15_000).arrive(5, queue);
    desk.at(16_000).arrive(6, queue);
    desk.at(18_000);
    let of = |desk: &Desk, call: u64| desk.engine.estimates(desk.calls[&call]).unwrap();
    // Ten seconds a call, two agents, nobody has given up: five seconds for each place.
    assert_eq!(of(&desk, 5).by_length_ms, Some(5_000));
    assert_eq!(of(&desk, 6).by_length_ms, Some(10_000));
    // The first has waited three seconds, this one two.
    assert_eq!(of(&desk, 6).by_first_ms, Some(1_000));
    // Those answered last had not waited at all.
    assert_eq!(of(&desk, 6).by_last_served_ms, Some(0));
    desk.at(20_000).hang_up(5);
    desk.arrive(7, queue);
    // Waits of 2 s, 2 s and 5 s, one gave up: patience 9 s. Second place: 1 / (2 / 10) and
    // 1 / (2 / 10 + 1 / 9) seconds.
    assert_eq!(of(&desk, 7).by_length_ms, Some(5_000 + 3_214));
    assert_eq!(desk.engine.estimates(desk.calls[&3]), Err(Error::WrongState(desk.calls[&3])));
}
