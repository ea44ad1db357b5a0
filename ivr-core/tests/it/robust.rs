//! Bad input: bytes that are no program, text that is no document.

use ivr_core::{Flow, LoadError, compile};
use proptest::prelude::*;

use crate::generate::{document, specs};
use crate::harness::{self, exercise, seal};

const HOTLINE: &str = include_str!("../../../examples/flows/city-hotline.yaml");

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn invariant_16_any_bytes_load_or_are_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), words in any::<u8>()) {
        harness::program(&bytes);
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
    fn a_forged_snapshot_is_refused_or_runs_in_bounds(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        harness::snapshot(&bytes);
    }

    #[test]
    fn any_text_is_a_document_or_an_error(text in "(\\PC|[\\n:{}\\[\\] \"'&*|>-]){0,200}") {
        harness::document(text.as_bytes());
    }

    #[test]
    fn a_mangled_document_is_an_error_or_runs(
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_u8..4), 1..5),
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
        harness::document(lines.join("\n").as_bytes());
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
