//! The fuzz targets' harness on random bytes, for those who have no fuzzer.

use acd_core::log::{Change, LIST_MAX, List, LogError, LogReader, LogWriter};
use acd_core::*;
use proptest::prelude::{any, proptest};
use proptest::test_runner::Config;

use crate::raw_events;

fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(cases(3_000))]

    #[test]
    fn inv_53_raw_events_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        raw_events::run(&bytes);
    }
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn raw_logs_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        raw_events::parse(&bytes);
        // The same behind a beginning that passes for one.
        let mut log = b"TLACDLOG\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        log.extend(&bytes);
        raw_events::parse(&log);
    }
}

/// Bytes do get somewhere: calls are joined, offered, connected and left.
#[test]
fn raw_events_reach_every_output() {
    let mut random = 1_u64;
    let mut kinds = std::collections::BTreeMap::new();
    for _ in 0..900 {
        let bytes: Vec<u8> = (0..1_500)
            .map(|_| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (random >> 56) as u8
            })
            .collect();
        for (_, output) in raw_events::run(&bytes) {
            let name = format!("{output:?}");
            let name = name.split(' ').next().expect("a word").to_owned();
            *kinds.entry(name).or_insert(0) += 1;
        }
    }
    for kind in [
        "Joined",
        "Refused",
        "Moved",
        "PriorityChanged",
        "Offer",
        "Chosen",
        "OfferEnded",
        "Connected",
        "Announce",
        "Left",
        "Completed",
        "AgentChanged",
        "PauseChanged",
    ] {
        assert!(kinds.get(kind).is_some_and(|&count| count > 20), "{kind}: {kinds:?}");
    }
}

fn small() -> Limits {
    Limits { queues: 1, agents: 1, calls: 2, ring_max: 1, ..Limits::default() }
}

/// A log of three changes and a checkpoint, and where each begins.
fn written() -> (Vec<u8>, Vec<usize>, u64) {
    let mut engine = Engine::with_capacity(small()).unwrap();
    let mut room = vec![0; 1 << 16];
    let mut log = LogWriter::begin(&mut room, &engine).unwrap();
    let mut starts = Vec::new();
    let queue = QueueId::from_raw(0);
    for change in [
        Change::AddQueue(QueueConfig::default()),
        Change::Input(Time(7), Input::Arrive(CallConfig { tag: 9, ..CallConfig::new(queue) })),
        Change::Input(Time(8), Input::Tick),
    ] {
        change.make(&mut engine).unwrap();
        while engine.poll().is_some() {}
        starts.push(log.bytes().len());
        log.write(&change).unwrap();
    }
    starts.push(log.bytes().len());
    log.checkpoint(&engine).unwrap();
    (log.bytes().to_vec(), starts, engine.state_hash())
}

#[test]
fn a_log_that_breaks_off_says_where() {
    let (log, starts, _) = written();
    for length in 0..log.len() {
        let error = match LogReader::new(&log[..length]) {
            Err(error) => Some(error),
            Ok(reader) => reader.filter_map(Result::err).next(),
        };
        let whole = starts.contains(&length);
        let begins = starts.iter().rev().find(|start| **start <= length);
        match error {
            None => assert!(whole, "{length}"),
            Some(LogError::Truncated(at)) => {
                let expected = begins.map_or(if length < 24 { 0 } else { 24 }, |start| *start);
                assert_eq!(at as usize, expected, "{length}");
            }
            other => panic!("{other:?} at {length}"),
        }
    }
}

#[test]
fn a_damaged_log_says_so() {
    let (log, starts, _) = written();
    for at in 0..log.len() {
        let mut damaged = log.clone();
        damaged[at] ^= 0x10;
        let error = match LogReader::new(&damaged) {
            Err(error) => error,
            Ok(reader) => reader.filter_map(Result::err).next().expect("found out"),
        };
        match at {
            0..=7 => assert_eq!(error, LogError::NotALog),
            8 | 9 => assert!(matches!(error, LogError::Version(_)), "{error:?}"),
            10..=15 => assert_eq!(error, LogError::Damaged(10)),
            // A length that reaches too far, or too near.
            16..=23 => assert!(
                matches!(error, LogError::Truncated(_) | LogError::Damaged(_)),
                "{error:?} at {at}"
            ),
            _ => {
                let start = starts.iter().rev().find(|start| **start <= at).unwrap_or(&starts[0]);
                let here = [LogError::Damaged(*start as u64), LogError::Truncated(*start as u64)];
                assert!(here.contains(&error), "{error:?} at {at}");
            }
        }
    }
    // One change left out.
    let mut shorter = log[..starts[1]].to_vec();
    shorter.extend(&log[starts[2]..]);
    let error = LogReader::new(&shorter).unwrap().filter_map(Result::err).next();
    assert_eq!(error, Some(LogError::Damaged(starts[1] as u64)));
}

#[test]
fn a_replay_comes_to_the_same_or_says_that_it_does_not() {
    let (log, _, hash) = written();
    let replay = |other: bool| -> Result<u64, LogError> {
        let reader = LogReader::new(&log)?;
        let mut engine = Engine::restore(small(), reader.snapshot()).map_err(LogError::Refused)?;
        if other {
            engine.set_seed(1);
        }
        for change in reader {
            change?.make(&mut engine)?;
            while engine.poll().is_some() {}
        }
        Ok(engine.state_hash())
    };
    assert_eq!(replay(false), Ok(hash));
    assert!(matches!(replay(true), Err(LogError::Diverged { expected, .. }) if expected == hash));
}

/// A buffer that is emptied each time it is full makes the same log.
#[test]
fn a_log_is_written_piece_by_piece() {
    let (whole, starts, _) = written();
    let mut engine = Engine::with_capacity(small()).unwrap();
    let mut room = vec![0; starts[0]];
    assert_eq!(LogWriter::begin(&mut room[1..], &engine).unwrap_err(), LogError::Full);
    let mut log = LogWriter::begin(&mut room, &engine).unwrap();
    let mut file = Vec::new();
    for change in LogReader::new(&whole).unwrap() {
        let change = change.unwrap();
        change.make(&mut engine).unwrap();
        while engine.poll().is_some() {}
        if log.write(&change) == Err(LogError::Full) {
            file.extend_from_slice(log.bytes());
            log.clear();
            log.write(&change).unwrap();
        }
    }
    file.extend_from_slice(log.bytes());
    assert_eq!(file, whole);
    assert_eq!(List::of(&[Skill::default(); LIST_MAX + 1]).unwrap_err(), LogError::TooLong);
}
