//! Bad input: bytes that are no program, text that is no document.

use ivr_core::{
    Flow, Input, LoadError, Op, OpResult, Output, Session, SessionConfig, Time, compile,
};
use proptest::prelude::*;

use crate::generate::{document, specs};

const HOTLINE: &str = include_str!("../../../examples/flows/city-hotline.yaml");

/// CRC-32, bit by bit: the tests do not borrow the crate's.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

fn seal(bytes: &mut [u8]) {
    if bytes.len() >= 24 {
        let len = u32::try_from(bytes.len()).unwrap();
        bytes[8..12].copy_from_slice(&len.to_le_bytes());
        let crc = crc32(&bytes[16..]);
        bytes[12..16].copy_from_slice(&crc.to_le_bytes());
    }
}

/// Runs whatever was loaded: it may do nonsense, but it must stay within bounds and come to rest.
fn exercise(flow: &Flow<'_>, keys: &[u8]) {
    assert_eq!(flow.prompts().count(), flow.prompts().count());
    assert!(flow.nodes().count() < 1 << 16);
    let Ok(mut session) = Session::new(flow, SessionConfig::default()) else {
        return;
    };
    let mut now = Time(1_795_399_200_000);
    let mut step = |session: &mut Session, input: Input<'_>| {
        now = now + 700;
        session.handle(flow, now, input).unwrap();
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn invariant_16_any_bytes_load_or_are_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), words in any::<u8>()) {
        let _ = Flow::load(&bytes);
        if bytes.len() >= 24 {
            bytes[..8].copy_from_slice(b"IVRB\x02\0\0\0");
            let count = u32::from(words) % (bytes.len() as u32 / 4);
            bytes[16..20].copy_from_slice(&count.to_le_bytes());
            bytes[20..24].copy_from_slice(&0_u32.to_le_bytes());
            seal(&mut bytes);
            if let Ok(flow) = Flow::load(&bytes) {
                exercise(&flow, &[1, 2, 3, 4]);
            }
        }
    }

    #[test]
    fn invariant_16_a_forged_program_stays_in_bounds(
        specs in specs(),
        forged in proptest::collection::vec((any::<prop::sample::Index>(), any::<u32>(), any::<bool>()), 1..6),
        keys in proptest::collection::vec(any::<u8>(), 0..30),
    ) {
        let mut bytes = compile(&document(&specs), "x").unwrap().into_bytes();
        let words = (bytes.len() - 24) / 4;
        for (at, value, small) in forged {
            let at = 24 + at.index(words) * 4;
            let value = if small { value % 64 } else { value };
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        seal(&mut bytes);
        if let Ok(flow) = Flow::load(&bytes) {
            exercise(&flow, &keys);
        }
    }

    #[test]
    fn a_damaged_program_is_refused(at in any::<prop::sample::Index>(), bit in 0..8) {
        let mut bytes = compile(&document(&[]).replace("start: n0", "start: last"), "x").unwrap().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        // Two bytes of the header are reserved and read by nobody.
        prop_assert!((6..8).contains(&at) || Flow::load(&bytes).is_err());
    }

    #[test]
    fn a_forged_snapshot_is_refused_or_runs_in_bounds(
        forged in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        keys in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let program = compile(HOTLINE, "x").unwrap();
        let flow = Flow::load(&program).unwrap();
        let mut session = Session::new(&flow, SessionConfig::default()).unwrap();
        session.handle(&flow, Time(0), Input::Start).unwrap();
        while session.poll(&flow).is_some() {}
        let mut bytes = [0; 1024];
        let len = session.save(&mut bytes).unwrap();
        let bytes = &mut bytes[..len];
        for (at, value) in forged {
            bytes[at.index(len)] = value;
        }
        let crc = crc32(&bytes[..len - 4]);
        bytes[len - 4..].copy_from_slice(&crc.to_le_bytes());
        if let Ok(mut session) = Session::restore(&flow, bytes) {
            let mut now = Time(1_000);
            for key in keys {
                now = now + 1_000;
                session.handle(&flow, now, Input::Digit(b'0' + key % 10)).unwrap();
                let mut count = 0;
                while session.poll(&flow).is_some() {
                    count += 1;
                    assert!(count < 100_000);
                }
            }
        }
    }

    #[test]
    fn any_text_is_a_document_or_an_error(text in "(\\PC|[\\n:{}\\[\\] \"'&*|>-]){0,200}") {
        if let Err(error) = compile(&text, "x") {
            prop_assert!(error.has_errors());
            drop(error.to_string());
        }
    }

    #[test]
    fn a_mangled_document_is_an_error_or_runs(
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_u8..4), 1..5),
        keys in proptest::collection::vec(any::<u8>(), 0..10),
    ) {
        let mut lines: Vec<String> = HOTLINE.lines().map(String::from).collect();
        for (a, b, how) in cuts {
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            match how {
                0 => drop(lines.remove(a)),
                1 => lines.swap(a, b),
                2 => lines[a] = lines[b].clone(),
                _ => {
                    let cut = lines[a].chars().count() / 2;
                    lines[a] = lines[a].chars().take(cut).collect();
                }
            }
        }
        match compile(&lines.join("\n"), "x") {
            Ok(program) => exercise(&Flow::load(&program).unwrap(), &keys),
            Err(error) => {
                prop_assert!(error.has_errors());
                drop(error.to_string());
            }
        }
    }
}

#[test]
fn refusals_say_what_is_wrong() {
    assert_eq!(Flow::load(b"").err(), Some(LoadError::NotAProgram));
    assert_eq!(Flow::load(&[0; 100]).err(), Some(LoadError::NotAProgram));
    let bytes = compile(HOTLINE, "x").unwrap().into_bytes();
    assert!(matches!(Flow::load(&bytes[..bytes.len() - 1]).err(), Some(LoadError::Length { .. })));
    let mut other = bytes.clone();
    other[4] = 9;
    assert_eq!(Flow::load(&other).err(), Some(LoadError::Version(9)));
    let mut damaged = bytes.clone();
    damaged[200] ^= 1;
    assert_eq!(Flow::load(&damaged).err(), Some(LoadError::Checksum));
}

#[test]
fn lists_that_overlap_do_not_make_loading_slow() {
    let shares = "{ weight: 1, to: hangup }, ".repeat(1_000);
    let mut text = format!(
        "name: x\nlanguages: [en]\nstart: a\nnodes:\n  a: {{ type: split, shares: [{shares}] }}\n"
    );
    for i in 0..500 {
        text += &format!("  b{i}: {{ type: goto, next: a }}\n");
    }
    let mut bytes = compile(&text, "x").unwrap().into_bytes();
    let word = |bytes: &[u8], at: usize| {
        u32::from_le_bytes(bytes[24 + 4 * at..28 + 4 * at].try_into().unwrap())
    };
    // The eighth word of the root is the list of nodes; a node's fifth word its exits.
    let nodes = word(&bytes, 8) as usize;
    let exits = word(&bytes, nodes + 1 + 4);
    for node in 0..word(&bytes, nodes) as usize {
        let at = 24 + 4 * (nodes + 1 + node * 5 + 4);
        bytes[at..at + 4].copy_from_slice(&exits.to_le_bytes());
    }
    seal(&mut bytes);
    assert_eq!(Flow::load(&bytes).err(), Some(LoadError::TooComplex));
}

#[test]
fn hostile_documents_end_soon() {
    let deep = "[".repeat(10_000);
    assert!(compile(&deep, "x").is_err());
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..20 {
        let before = i - 1;
        bomb += &format!("a{i}: &a{i} [{}]\n", vec![format!("*a{before}"); 10].join(", "));
    }
    assert!(compile(&bomb, "x").is_err());
    assert!(compile(&"- ".repeat(50_000), "x").is_err());
    assert!(compile(&"a: {".repeat(5_000), "x").is_err());
    let parens = "(".repeat(5_000);
    let text = format!(
        "name: x\nlanguages: [en]\nvariables: {{ n: {{ type: int, initial: \"{parens}\" }} }}\nstart: a\nnodes: {{ a: {{ type: hangup }} }}\n"
    );
    assert!(compile(&text, "x").is_err());
}
