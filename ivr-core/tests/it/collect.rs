//! The rules of digit collection, each by its own scenario.

use ivr_core::rehearse::Rehearsal;
use ivr_core::{Flow, Input, Op, OpResult, Program, compile};

use crate::driver::{MONDAY_TEN, start};

pub(crate) fn build(nodes: &str) -> Program {
    let text = format!(
        "
name: collect
languages: [en]
variables: {{ d: {{ type: digits, max: 32 }}, e: {{ type: digits, max: 32 }} }}
start: a
nodes:
{nodes}
  got: {{ type: attach, values: {{ d: d }}, next: hangup }}
"
    );
    compile(&text, "collect.yaml").unwrap_or_else(|e| panic!("{e}"))
}

fn run(nodes: &str, test: impl FnOnce(&mut Rehearsal<'_>)) {
    let program = build(nodes);
    let flow = Flow::load(&program).unwrap();
    test(&mut start(&flow, MONDAY_TEN));
}

pub(crate) const ACCOUNT: &str = "
  a: { type: collect, prompt: { text: account }, into: d, min: 6, max: 12, tries: 1,
       first_digit: 5s, inter_digit: 3s, TERM next: got, on: { noinput: none, nomatch: bad, empty: void } }
  none: { type: hangup }
  bad: { type: hangup }
  void: { type: hangup }
";

fn account(term: &str, test: impl FnOnce(&mut Rehearsal<'_>)) {
    run(&ACCOUNT.replace("TERM", term), test);
}

#[test]
fn the_first_digit_timer_starts_when_the_last_prompt_ends() {
    run(
        "
  a: { type: menu, prompt: [{ text: one }, { text: two, bargein: false }], options: { 1: hangup },
       tries: 1, first_digit: 5s, on: { noinput: hangup, nomatch: hangup } }
",
        |call| {
            call.expect("en: one");
            assert_eq!(call.session().deadline(), None);
            call.wait(60_000);
            call.heard();
            call.expect("en: two");
            assert_eq!(call.session().deadline(), None);
            call.listen();
            assert_eq!(call.session().deadline(), Some(call.now() + 5_000));
            call.wait(4_999);
            assert!(!call.is_over());
            call.wait(1);
            call.expect("a -> noinput");
        },
    );
}

#[test]
fn without_a_prompt_the_timer_starts_at_once() {
    run(
        "  a: { type: collect, prompt: [], into: d, digits: 2, first_digit: 4s, tries: 1, next: got,
       on: { noinput: hangup, nomatch: hangup } }",
        |call| assert_eq!(call.session().deadline(), Some(MONDAY_TEN + 4_000)),
    );
}

#[test]
fn barge_in_starts_the_inter_digit_timer_at_once() {
    account("", |call| {
        call.press("1");
        call.expect("stop play");
        assert_eq!(call.session().deadline(), Some(call.now() + 3_000));
        // The first-digit time has no say any more; every digit asks for the whole time anew.
        call.wait(2_800);
        call.press("2");
        assert_eq!(call.session().deadline(), Some(call.now() + 3_000));
        call.wait(3_000);
        call.expect("a -> nomatch");
    });
}

#[test]
fn a_prompt_that_ends_after_barge_in_changes_nothing() {
    account("", |call| {
        let op = call.playing().unwrap();
        call.press("1");
        let before = call.session().clone();
        call.input(Input::Done { op, result: OpResult::Finished });
        assert!(before == *call.session());
    });
}

#[test]
fn variable_length_by_terminator_by_time_by_length() {
    account("", |call| {
        call.press("123456#");
        call.expect("a -> next");
        call.expect("attach d=123456");
    });
    account("", |call| {
        call.press("123456");
        call.wait(2_999);
        assert!(!call.is_over());
        call.wait(1);
        call.expect("attach d=123456");
    });
    account("", |call| {
        call.press("12345");
        call.wait(3_000);
        call.expect("a -> nomatch");
    });
    account("", |call| {
        call.press("123456789012");
        call.expect("attach d=123456789012");
    });
    account("", |call| {
        call.press("#");
        call.expect("a -> empty");
    });
}

#[test]
fn the_term_time_waits_for_a_terminator_only() {
    account("term: 2s,", |call| {
        call.press("123456789012");
        assert_eq!(call.session().deadline(), Some(call.now() + 2_000));
        call.press("#");
        call.expect("attach d=123456789012");
    });
    account("term: 2s,", |call| {
        call.press("123456789012");
        call.wait(2_000);
        call.expect("attach d=123456789012");
    });
    // Any other key belongs to the next node.
    account("term: 2s,", |call| {
        call.press("1234567890123");
        call.expect("attach d=123456789012");
    });
}

const TWO: &str = "
  a: { type: collect, prompt: { text: first }, into: d, digits: 3, tries: 1, next: b,
       on: { noinput: hangup, nomatch: hangup } }
  b: { type: collect, prompt: { text: second }, into: e, digits: 2, terminators: '', tries: 1, next: got,
       on: { noinput: hangup, nomatch: bad } }
  bad: { type: hangup }
";

#[test]
fn a_terminator_nobody_needed_is_swallowed() {
    run(TWO, |call| {
        call.press("123");
        call.expect("en: second");
        call.press("#");
        assert!(call.playing().is_some(), "the swallowed key must not stop the next prompt");
        call.press("45");
        call.expect("attach d=123");
    });
    // Typed all at once too.
    run(TWO, |call| {
        call.burst("123#45");
        call.expect("attach d=123");
    });
    // But only the first, and only for a while.
    run(TWO, |call| {
        call.press("123##1");
        call.expect("b -> nomatch");
    });
    run(TWO, |call| {
        call.press("123");
        call.listen();
        call.wait(4_000);
        call.press("#1");
        call.expect("b -> nomatch");
    });
}

#[test]
fn type_ahead_answers_two_menus_unheard() {
    let program = build(
        "
  a: { type: play, prompt: { text: greeting, bargein: false }, next: m }
  m: { type: menu, prompt: { text: menu }, options: { 2: s }, on: { noinput: hangup, nomatch: hangup } }
  s: { type: menu, prompt: { text: submenu }, options: { 1: there }, on: { noinput: hangup, nomatch: hangup } }
  there: { type: play, prompt: { text: arrived }, next: hangup }
",
    );
    let flow = Flow::load(&program).unwrap();
    let mut call = start(&flow, MONDAY_TEN);
    call.press("21");
    assert!(call.playing().is_some(), "the greeting cannot be stopped");
    assert_eq!(call.take(), ["en: greeting"]);
    call.heard();
    assert_eq!(
        call.take(),
        ["a -> next", "m -> 2", "s -> 1", "en: arrived"],
        "neither menu is heard"
    );
}

#[test]
fn a_key_that_stops_a_prompt_is_not_lost() {
    run(
        "
  a: { type: play, prompt: { text: news }, next: m }
  m: { type: menu, prompt: { text: menu }, options: { 8: n, 89: o }, inter_digit: 2s, on: { noinput: hangup, nomatch: hangup } }
  n: { type: hangup }
  o: { type: hangup }
",
        |call| {
            call.press("89");
            call.expect("stop play");
            call.expect("a -> next");
            call.expect("m -> 89");
        },
    );
}

#[test]
fn flush_forgets_what_was_typed_ahead() {
    run(
        "
  a: { type: play, prompt: { text: hear me, bargein: false }, next: m }
  m: { type: menu, prompt: { text: menu }, flush: true, options: { 1: hangup }, on: { noinput: hangup, nomatch: hangup } }
",
        |call| {
            call.press("1");
            call.listen();
            call.expect("en: menu");
            assert_eq!(call.session().dropped_digits(), 1);
            assert!(!call.is_over());
        },
    );
}

#[test]
fn a_no_match_flushes_what_was_typed_ahead() {
    run(
        "
  a: { type: menu, prompt: { text: menu, bargein: false }, nomatch: { text: wrong }, options: { 1: hangup },
       on: { noinput: hangup, nomatch: hangup } }
",
        |call| {
            call.press("911");
            call.listen();
            call.expect("en: wrong");
            assert!(!call.is_over());
            assert_eq!(call.session().dropped_digits(), 2);
        },
    );
}

#[test]
fn silence_climbs_the_ladder_of_prompts() {
    run(
        "
  a: { type: menu, prompt: { text: p1 }, noinput: [{ text: p2 }, { text: p3 }], reprompt: false, first_digit: 4s,
       options: { 1: hangup }, tries: 3, on: { noinput: given_up, nomatch: hangup } }
  given_up: { type: hangup }
",
        |call| {
            for prompt in ["p1", "p2", "p3"] {
                assert_eq!(call.take().pop().unwrap(), format!("en: {prompt}"));
                call.listen();
                call.wait(3_999);
                assert_eq!(call.take(), [""; 0]);
                call.wait(1);
            }
            call.expect("a -> noinput");
        },
    );
}

#[test]
fn silence_and_wrong_keys_are_counted_apart_and_anew_each_time() {
    let nodes = "
  a: { type: menu, prompt: { text: menu }, options: { 1: a, 2: hangup }, tries: 2, first_digit: 2s,
       on: { noinput: hangup, nomatch: hangup } }
";
    run(nodes, |call| {
        for _ in 0..20 {
            call.press("9");
            call.listen();
            call.wait(2_000);
            call.listen();
            call.press("1");
        }
        assert!(!call.is_over());
        call.press("99");
        call.expect("a -> nomatch");
    });
}

#[test]
fn a_wrong_number_is_typed_to_its_end_before_it_is_refused() {
    run(
        "
  a: { type: collect, prompt: { text: date }, into: d, pattern: '20[0-9]{6}', validate: date, nomatch: { text: wrong },
       next: got, on: { noinput: hangup, nomatch: hangup } }
",
        |call| {
            // Wrong at the first digit, but the other seven do not answer the next question.
            call.press("19991231");
            call.expect("en: wrong");
            assert!(call.playing().is_some());
            assert_eq!(call.session().pending_digits(), 0);
            call.listen();
            call.press("20260230");
            call.expect("en: wrong");
            call.listen();
            call.press("20260228");
            call.expect("attach d=20260228");
        },
    );
}

#[test]
fn cancel_leaves_at_once_whatever_was_typed() {
    run(
        "
  a: { type: collect, prompt: { text: pin }, into: d, digits: 4, cancel: '*', next: got,
       on: { noinput: hangup, nomatch: hangup, cancel: back } }
  back: { type: play, prompt: { text: back }, next: hangup }
",
        |call| {
            call.press("12*");
            call.expect("a -> cancel");
            call.expect("en: back");
            assert_eq!(call.session().pending_digits(), 0);
        },
    );
}

#[test]
fn more_keys_than_there_is_room_for_are_counted() {
    run("  a: { type: play, prompt: { text: long, bargein: false }, next: hangup }", |call| {
        for _ in 0..10 {
            call.press("0123456789");
        }
        assert_eq!(call.session().pending_digits(), 40);
        assert_eq!(call.session().dropped_digits(), 60);
    });
}

#[test]
fn a_key_and_its_deadline_at_the_same_moment_the_deadline_is_first() {
    run(
        "
  a: { type: menu, prompt: { text: menu }, noinput: { text: well }, options: { 1: hangup }, first_digit: 5s,
       on: { noinput: hangup, nomatch: hangup } }
",
        |call| {
            call.listen();
            call.skip(5_000);
            call.input(Input::Digit(b'1'));
            // Too late for the first try, in time for the second, whose prompts it skips.
            assert_eq!(call.take(), ["en: menu", "a -> 1", "end Finished"]);
        },
    );
}

#[test]
fn dial_by_extension_beside_the_options() {
    let nodes = "
  a: { type: menu, prompt: { text: menu }, options: { 1: hangup, 8: op }, inter_digit: 2s,
       extension: { pattern: '8[0-9]{3}', into: d, to: got }, on: { noinput: hangup, nomatch: bad }, tries: 1 }
  op: { type: hangup }
  bad: { type: hangup }
";
    run(nodes, |call| {
        call.press("8123");
        call.expect("a -> extension");
        call.expect("attach d=8123");
    });
    run(nodes, |call| {
        call.press("8");
        call.wait(2_000);
        call.expect("a -> 8");
    });
    run(nodes, |call| {
        call.press("81");
        call.wait(2_000);
        call.expect("a -> nomatch");
    });
}

#[test]
fn luhn_cards() {
    let nodes = "
  a: { type: collect, prompt: { text: card }, into: d, min: 12, max: 19, validate: luhn, tries: 1, next: got,
       on: { noinput: hangup, nomatch: hangup } }
";
    run(nodes, |call| {
        call.press("4111111111111111#");
        call.expect("attach d=4111111111111111");
    });
    run(nodes, |call| {
        call.press("4111111111111112#");
        call.expect("a -> nomatch");
    });
}

#[test]
fn operations_that_never_were_change_nothing() {
    account("", |call| {
        let before = call.session().clone();
        for op in [Op(0), Op(77), Op(u32::MAX)] {
            call.input(Input::Done { op, result: OpResult::Finished });
            call.input(Input::QueueUpdate { op, position: 1, estimate_ms: 1 });
            call.input(Input::Answered { op });
        }
        assert!(before == *call.session());
    });
}
