//! ivr-core: a caller through a menu into a queue, on a program in read-only memory.

use ivr_core::{
    EndReason, Flow, Input, OpResult, Output, QueueOutcome, Session, SessionConfig, Time,
};

static PROGRAM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/flow.ivrb"));

pub fn check() {
    let flow = Flow::load(PROGRAM).expect("a whole program");
    assert!(Flow::load(&PROGRAM[1..]).is_err(), "a cut one is refused");
    let mut session = Session::new(&flow, SessionConfig::default()).expect("few variables");
    let mut give = |now, input| session.handle(&flow, Time(now), input).expect("a good input");
    give(0, Input::Start);
    give(500, Input::Digit(b'1'));

    let mut queued = None;
    while let Some(output) = session.poll(&flow) {
        if let Output::Queue { op, queue, .. } = output {
            assert_eq!(queue, "sales");
            queued = Some(op);
        }
    }
    let op = queued.expect("key 1 leads to the queue");
    let result = OpResult::QueueEnded { outcome: QueueOutcome::Answered };
    session.handle(&flow, Time(9_000), Input::Done { op, result }).expect("a good input");
    let mut end = None;
    while let Some(output) = session.poll(&flow) {
        if let Output::End { reason } = output {
            end = Some(reason);
        }
    }
    assert_eq!(end, Some(EndReason::Finished));
}
