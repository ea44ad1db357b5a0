//! What is done with bad input, whoever thinks it up: the property tests or a fuzzer.
//!
//! Nothing here may panic, run on for ever or grow without bound.
#![allow(dead_code, reason = "each fuzz target needs one of these")]

use ivr_core::{Flow, Input, Op, OpResult, Output, Session, SessionConfig, Time, compile};

/// CRC-32, bit by bit: the tests do not borrow the crate's.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// Makes a program's header true, so that what is wrong is found behind it.
pub(crate) fn seal(bytes: &mut [u8]) {
    if bytes.len() >= 24 {
        let len = u32::try_from(bytes.len()).unwrap();
        bytes[8..12].copy_from_slice(&len.to_le_bytes());
        let crc = crc32(&bytes[16..]);
        bytes[12..16].copy_from_slice(&crc.to_le_bytes());
    }
}

/// Runs whatever was loaded: it may do nonsense, but it must stay within bounds and come to rest.
pub(crate) fn exercise(flow: &Flow<'_>, keys: &[u8]) {
    assert_eq!(flow.prompts().count(), flow.prompts().count());
    assert!(flow.nodes().count() < 1 << 16);
    let Ok(mut session) = Session::new(flow, SessionConfig::default()) else {
        return;
    };
    let mut now = Time(1_795_399_200_000);
    let mut step = |session: &mut Session, input: Input<'_>| {
        now = now + 700;
        session.handle(flow, now, input).unwrap();
        drain(flow, session)
    };
    let mut op = step(&mut session, Input::Start);
    for key in keys {
        let input = match key % 4 {
            0 => Input::Done { op, result: OpResult::Finished },
            1 => Input::Digit(b"0123456789*#ABCD"[usize::from(key >> 4)]),
            2 => Input::Done { op, result: OpResult::QueryOk(&[]) },
            _ => Input::Tick,
        };
        let next = step(&mut session, input);
        op = if next == Op(0) { op } else { next };
    }
    step(&mut session, Input::Hangup);
}

/// Takes every output and looks at all of it; the last operation, 0 when there is none.
fn drain(flow: &Flow<'_>, session: &mut Session) -> Op {
    let mut op = Op(0);
    let mut count = 0;
    while let Some(output) = session.poll(flow) {
        count += 1;
        assert!(count < 100_000, "no end of outputs");
        drop(format!("{output:?}"));
        match output {
            Output::Play { op: o, prompts, .. } => {
                prompts.for_each(drop);
                op = o;
            }
            Output::Query { op: o, args, .. } | Output::Queue { op: o, attach: args, .. } => {
                args.for_each(|a| drop(a.value().to_string()));
                op = o;
            }
            Output::Record { op: o, .. } | Output::Transfer { op: o, .. } => op = o,
            _ => {}
        }
    }
    op
}

/// Any bytes as a program, as they are and with a header that is true; the last ones are what a
/// caller does to it.
pub(crate) fn program(bytes: &[u8]) {
    let (keys, bytes) = bytes.split_at(bytes.len().min(16));
    let mut sealed = bytes.to_vec();
    seal(&mut sealed);
    for bytes in [bytes, &sealed] {
        if let Ok(flow) = Flow::load(bytes) {
            exercise(&flow, keys);
            // It may be no document any more, but it must come to an end.
            let _ = compile(&flow.decompile(), "forged.yaml");
        }
    }
}

/// Any text as a document: an error that can be shown, or a program that runs and comes back.
pub(crate) fn document(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else {
        return;
    };
    match compile(text, "x") {
        Ok(program) => {
            let flow = Flow::load(&program).unwrap();
            exercise(&flow, &[1, 17, 33, 0, 2, 3]);
            let again = compile(&flow.decompile(), "x").unwrap_or_else(|e| panic!("{e}"));
            assert!(*again == *program, "another program");
        }
        Err(error) => {
            assert!(error.has_errors());
            drop(error.to_string());
        }
    }
}

const FLOW: &str = "
name: x
languages: [en, zh]
variables: { d: { type: digits, max: 6 } }
start: m
nodes:
  m: { type: menu, prompt: { en: one, zh: 一 }, options: { 1: c, 22: q }, on: { noinput: q, nomatch: m } }
  c: { type: collect, prompt: { en: two, zh: 二 }, into: d, min: 2, max: 6, next: s, on: { noinput: m, nomatch: m } }
  s: { type: call, flow: f, next: m }
  q: { type: queue, queue: q, announce: { say: position }, next: m, on: { failed: m } }
flows: { f: { start: l, nodes: { l: { type: language, to: next, next: return } } } }
";

/// Any bytes as a snapshot: refused, or a session that runs within bounds.
pub(crate) fn snapshot(bytes: &[u8]) {
    let program = compile(FLOW, "x").unwrap();
    let flow = Flow::load(&program).unwrap();
    let (keys, bytes) = bytes.split_at(bytes.len().min(16));
    let mut whole = vec![0; 1024];
    let mut session = Session::new(&flow, SessionConfig::default()).unwrap();
    session.handle(&flow, Time(0), Input::Start).unwrap();
    drain(&flow, &mut session);
    let len = session.save(&mut whole).unwrap();
    whole.truncate(len);
    // Over a true one, so that the checksum and the header are not all that is looked at.
    let from = usize::from(keys.first().copied().unwrap_or(0)).min(len - 12) + 8;
    for (slot, byte) in whole[from..len - 4].iter_mut().zip(bytes) {
        *slot = *byte;
    }
    let crc = crc32(&whole[..len - 4]);
    whole[len - 4..].copy_from_slice(&crc.to_le_bytes());
    for bytes in [bytes, &whole] {
        if let Ok(mut session) = Session::restore(&flow, bytes) {
            let mut now = Time(1_000);
            for key in keys {
                now = now + 1_000;
                session.handle(&flow, now, Input::Digit(b'0' + key % 10)).unwrap();
                drain(&flow, &mut session);
            }
        }
    }
}
