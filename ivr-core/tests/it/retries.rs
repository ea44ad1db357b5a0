//! What a collection hands on, and how often it asks.

use ivr_core::rehearse::Rehearsal;
use ivr_core::{Flow, compile};
use proptest::prelude::*;

use crate::driver::{MONDAY_TEN, start};

/// A key, or so many tenths of a second of silence.
#[derive(Clone, Debug)]
enum Act {
    Key(u8),
    Wait(u32),
    Listen,
}

fn acts(keys: &'static [u8]) -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => prop::sample::select(keys).prop_map(Act::Key),
        2 => (1_u32..60).prop_map(Act::Wait),
        1 => Just(Act::Listen),
    ];
    proptest::collection::vec(act, 0..40)
}

fn play(call: &mut Rehearsal<'_>, acts: &[Act]) {
    for act in acts {
        match act {
            Act::Key(key) => call.press(&char::from(*key).to_string()),
            Act::Wait(tenths) => call.wait(tenths * 100),
            Act::Listen => call.listen(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn invariant_10_what_was_collected_matches_and_holds_no_terminator(
        min in 1_usize..5,
        more in 0_usize..4,
        terminators in prop::sample::select(vec!["#", "*#", "", "9"]),
        pattern in any::<bool>(),
        acts in acts(b"0123456789*#A"),
    ) {
        let max = min + more;
        // The pattern takes odd digits only: another one that it does not match.
        let what = if pattern {
            format!("pattern: '[13579]{{{min},{max}}}'")
        } else {
            format!("min: {min}, max: {max}")
        };
        let document = format!(
            "
name: c
languages: [en]
variables: {{ d: {{ type: digits, max: 8 }} }}
start: c
nodes:
  c: {{ type: collect, prompt: {{ text: digits }}, into: d, {what}, terminators: '{terminators}', cancel: A, tries: 99, next: got, on: {{ noinput: hangup, nomatch: hangup, cancel: c }} }}
  got: {{ type: attach, values: {{ d: d }}, next: c }}
"
        );
        let program = compile(&document, "c").unwrap();
        let flow = Flow::load(&program).unwrap();
        let mut call = start(&flow, MONDAY_TEN);
        play(&mut call, &acts);
        let lines = call.take();
        for value in lines.iter().filter_map(|line| line.strip_prefix("attach d=")) {
            prop_assert!((min..=max).contains(&value.len()), "{value}: {document}");
            prop_assert!(value.bytes().all(|b| b.is_ascii_digit()), "{value}");
            prop_assert!(value.chars().all(|c| !terminators.contains(c)), "{value}");
            prop_assert!(!pattern || value.bytes().all(|b| b % 2 == 1), "{value}");
        }
    }

    #[test]
    fn invariant_12_retries_end_at_their_bound_and_begin_anew_behind_an_exit(
        silences in 1_usize..5,
        mistakes in 1_usize..5,
        acts in acts(b"11177"),
    ) {
        let document = format!(
            "
name: r
languages: [en]
start: m
nodes:
  m: {{ type: menu, prompt: {{ text: menu }}, noinput: {{ text: silent }}, nomatch: {{ text: wrong }}, max_noinput: {silences}, max_nomatch: {mistakes}, options: {{ 1: m }}, on: {{ noinput: m, nomatch: m }} }}
"
        );
        let program = compile(&document, "r").unwrap();
        let flow = Flow::load(&program).unwrap();
        let mut call = start(&flow, MONDAY_TEN);
        play(&mut call, &acts);
        let (mut silent, mut wrong) = (0, 0);
        for line in call.take() {
            match line.as_str() {
                "en: silent" => silent += 1,
                "en: wrong" => wrong += 1,
                "m -> noinput" => prop_assert_eq!(silent + 1, silences),
                "m -> nomatch" => prop_assert_eq!(wrong + 1, mistakes),
                _ => {}
            }
            prop_assert!(silent < silences && wrong < mistakes, "{}", line);
            if line.starts_with("m -> ") {
                (silent, wrong) = (0, 0);
            }
        }
    }
}
