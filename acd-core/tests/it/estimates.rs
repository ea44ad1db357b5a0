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

/// The running errors, added up by hand.
#[test]
fn errors_are_prediction_less_wait() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig::default());
    let mut accuracy = Accuracy::with_capacity(Limits::default());
    let mut see = |desk: &mut Desk| {
        for (at, output) in desk.log.drain(..) {
            accuracy.see(&desk.engine, at, &output);
        }
        accuracy.of(queue)
    };
    desk.agent(11, queue, Membership::default());
    // Served at once: nothing to predict. Ten seconds of talk.
    desk.arrive(1, queue);
    see(&mut desk);
    desk.accept(11);
    desk.at(10_000).hang_up(1);
    desk.arrive(2, queue);
    desk.accept(11);
    assert_eq!(see(&mut desk), EstimateErrors::default());
    // Ten seconds are predicted by length, none by the others; it is eight.
    desk.at(12_000).arrive(3, queue);
    see(&mut desk);
    desk.at(20_000).hang_up(2);
    desk.accept(11);
    let errors = see(&mut desk);
    let by_length = EstimateError { count: 1, sum_ms: 2_000, absolute_sum_ms: 2_000 };
    let late = EstimateError { count: 1, sum_ms: -8_000, absolute_sum_ms: 8_000 };
    assert_eq!(errors, EstimateErrors { by_length, by_last_served: late, by_first: late });
    // The next one gives up: nobody knows how long it would have waited.
    desk.at(21_000).arrive(4, queue);
    see(&mut desk);
    desk.at(22_000).hang_up(4);
    assert_eq!(see(&mut desk), errors);
    // Eight by those served last, ten by length; it is twelve: -10 and -12 in all.
    desk.at(23_000).arrive(5, queue);
    see(&mut desk);
    desk.at(35_000).hang_up(3);
    desk.accept(11);
    let EstimateErrors { by_last_served, .. } = see(&mut desk);
    assert_eq!((by_last_served.count, by_last_served.sum_ms), (2, -12_000));
    assert_eq!((by_last_served.mean_ms(), by_last_served.mean_absolute_ms()), (-6_000, 6_000));
}

/// Against the simulator, a busy hour after another: no predictor is far off on average, and each
/// is far better than none.
#[cfg(feature = "std")]
#[test]
fn predictors_are_about_right_in_simulated_days() {
    use acd_core::sim::{Centre, Draw, Group, Stream};
    let centre = Centre {
        queues: vec![QueueConfig::default()],
        streams: vec![Stream {
            calls_per_hour: vec![620.0],
            handle: Draw::Exponential(180.0),
            patience: Some(Draw::Exponential(300.0)),
            ..Stream::default()
        }],
        groups: vec![Group {
            agents: 26,
            queues: vec![(0, Membership::default())],
            ..Group::default()
        }],
        length_s: 60 * 3_600,
        ..Centre::default()
    };
    let limits = Limits { calls: centre.calls_max, ..Limits::default() };
    let mut accuracy = Accuracy::with_capacity(limits);
    let (mut waits, mut waited) = (0_u64, 0_u64);
    let mut run = centre.start(11).unwrap();
    run.watch_until(Time::MAX, |engine, at, output| {
        accuracy.see(engine, at, output);
        if let Output::Connected { waited_ms: ms @ 1.., .. } = output {
            (waits, waited) = (waits + 1, waited + ms);
        }
    })
    .unwrap();
    assert!(waits > 10_000, "only {waits} waited");
    let mean_wait = waited / waits;
    let errors = accuracy.of(QueueId::from_raw(0));
    for (name, error) in [
        ("length", errors.by_length),
        ("last served", errors.by_last_served),
        ("first", errors.by_first),
    ] {
        assert!(error.count > waits * 9 / 10, "{name}: {} of {waits}", error.count);
        let off = error.mean_ms().unsigned_abs();
        assert!(off * 4 < mean_wait, "{name}: {off} off, mean wait {mean_wait}");
        assert!(error.mean_absolute_ms() * 2 < mean_wait, "{name}: {error:?} of {mean_wait}");
    }
    // With so many agents the length says most.
    let of = |error: EstimateError| error.mean_absolute_ms();
    assert!(of(errors.by_length) <= of(errors.by_first).max(of(errors.by_last_served)));
}
