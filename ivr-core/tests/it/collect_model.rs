//! The rules of digit collection, all of them at once, against a model of them.

use ivr_core::{Flow, Input, Time};
use proptest::prelude::*;

use crate::collect::{ACCOUNT, build};
use crate::driver::{MONDAY_TEN, start};

/// The rules written down a second time, for one collection with barge-in and one try: what comes
/// of keys at moments, all before anything else happens.
fn model(
    (min, max): (usize, usize),
    (first, inter, term): (i64, i64, i64),
    (terminators, cancel): (&str, &str),
    keys: &[(i64, char)],
) -> (String, String) {
    let mut value = String::new();
    let mut deadline = first;
    let judge = |value: &str| {
        let good =
            value.len() >= min && value.len() <= max && value.chars().all(|c| c.is_ascii_digit());
        if good { "next" } else { "nomatch" }.to_string()
    };
    for &(at, key) in keys {
        if at >= deadline {
            break;
        }
        if cancel.contains(key) {
            return ("cancel".into(), value);
        }
        if terminators.contains(key) {
            return (judge(&value), value);
        }
        let good = |v: &str| v.chars().all(|c| c.is_ascii_digit());
        if value.len() == max && good(&value) {
            return (judge(&value), value);
        }
        value.push(key);
        deadline = at + inter;
        if value.len() == max {
            if good(&value) && term > 0 && !terminators.is_empty() {
                deadline = at + term;
            } else {
                return (judge(&value), value);
            }
        }
    }
    if value.is_empty() { ("noinput".into(), value) } else { (judge(&value), value) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn invariants_10_and_12_the_machine_agrees_with_the_model(
        min in 0_usize..5,
        more in 0_usize..5,
        timers in (1_i64..6, 1_i64..4, 0_i64..3),
        keys in proptest::collection::vec(
            (0_i64..4_000, prop::sample::select("0123456789*#A".chars().collect::<Vec<_>>())), 0..9),
        terminators in prop::sample::select(vec!["", "#", "#*"]),
        cancel in prop::sample::select(vec!["", "A"]),
    ) {
        let max = (min + more).max(1);
        let program = build(&format!("
  a: {{ type: collect, prompt: [], into: d, min: {min}, max: {max}, tries: 1, terminators: '{terminators}',
       cancel: '{cancel}', first_digit: {}s, inter_digit: {}s, term: {}s, next: told,
       on: {{ noinput: told, nomatch: told, cancel: told }} }}
  told: {{ type: attach, values: {{ d: d }}, next: stay }}
  stay: {{ type: record, max: 1h, terminators: '', next: hangup }}
", timers.0, timers.1, timers.2));
        let flow = Flow::load(&program).unwrap();
        let mut call = start(&flow, MONDAY_TEN);
        let mut at = 0;
        let keys: Vec<(i64, char)> = keys.into_iter().map(|(gap, key)| { at += gap; (at, key) }).collect();
        for &(at, key) in &keys {
            let until = Time(MONDAY_TEN.0 + at);
            call.wait(u32::try_from(until - call.now()).unwrap());
            call.input(Input::Digit(key as u8));
        }
        call.wait(30_000);
        let ms = (timers.0 * 1_000, timers.1 * 1_000, timers.2 * 1_000);
        let (exit, value) = model((min, max), ms, (terminators, cancel), &keys);
        prop_assert_eq!(&call.log()[0], &format!("a -> {exit}"));
        let told = if exit == "next" { value.as_str() } else { "" };
        prop_assert_eq!(&call.log()[1], &format!("attach d={told}"));
    }

    #[test]
    fn invariant_11_a_burst_is_as_good_as_a_slow_hand(
        digits in "[0-9]{0,9}[#*]?",
        gap in 1_u32..2_900,
    ) {
        let nodes = ACCOUNT.replace("TERM", "").replace("{ text: account }", "[]");
        let program = build(&nodes);
        let flow = Flow::load(&program).unwrap();
        let mut slow = start(&flow, MONDAY_TEN);
        let mut burst = start(&flow, MONDAY_TEN);
        for key in digits.bytes() {
            slow.wait(gap);
            slow.input(Input::Digit(key));
        }
        burst.burst(&digits);
        slow.wait(30_000);
        burst.wait(30_000);
        prop_assert_eq!(slow.log(), burst.log());
    }
}
