//! The transcripts that players in C and Python compare themselves with, byte for byte.

use ivr_core::rehearse::run_scenarios;
use ivr_core::{Flow, compile};

/// A flow, its scenarios and the transcript committed of them.
macro_rules! shipped {
    ($($name:literal)*) => {
        [$((
            $name,
            include_str!(concat!("../../../examples/flows/", $name, ".yaml")),
            include_str!(concat!("../../../examples/flows/", $name, ".ivrtest.yaml")),
            include_str!(concat!("../transcripts/", $name, ".txt")),
        )),*]
    };
}

#[test]
fn invariant_24_the_committed_transcripts_are_what_sessions_do() {
    for (name, source, scenarios, committed) in
        shipped!["after-hours" "bank" "city-hotline" "survey"]
    {
        let program = compile(source, name).unwrap();
        let flow = Flow::load(&program).unwrap();
        let report = run_scenarios(&flow, scenarios, name).unwrap();
        let transcript = report.transcript();
        let differs = transcript.lines().zip(committed.lines()).position(|(a, b)| a != b);
        assert!(
            transcript == committed,
            "{name}.txt differs at {differs:?}; if that is meant, write it anew: cargo run --bin ivr \
             -- transcript examples/flows/{name}.ivrtest.yaml >ivr-core/tests/transcripts/{name}.txt"
        );
    }
}

#[test]
fn a_transcript_holds_both_sides() {
    let document = "
name: t
languages: [en]
variables: { n: int, name: { type: text, max: 20 } }
start: ask
nodes:
  ask: { type: query, query: q, args: { caller: caller }, results: [n, name], next: m, on: { failed: hangup } }
  m: { type: menu, prompt: [{ text: \"a\\tb\" }, { say: n }], options: { 1: hangup }, on: { noinput: hangup, nomatch: hangup } }
";
    let scenarios = "
flow: t
given: { at: 1970-01-01T00:00:01Z, caller: '1', seed: 7 }
scenarios:
  - name: one
    steps: [answer: { n: 21, name: \"x\\ny\" }, press: '1']
";
    let program = compile(document, "t").unwrap();
    let flow = Flow::load(&program).unwrap();
    let report = run_scenarios(&flow, scenarios, "t").unwrap();
    let expected = "scenario\tone
begin\t1000\t7\t1\t\t
<\t1000\tstart
>\tquery\t1\tq\t5000\tcaller=1
wake\t6000
<\t1000\tanswer\t1\tn=int:21\tname=text:x\\ny
>\tleft\task\tnext
>\tplay\t2\ten\ttrue\ttext:a\\tb\tsay:twenty one\tpieces:twenty|one
wake\tnever
<\t1100\tdigit\t1
>\tstop\t2
>\tleft\tm\t1
>\tend\tfinished
wake\tnever
";
    assert_eq!(report.transcript(), expected);
}
