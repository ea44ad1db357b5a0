//! The flows that ship, each with its scenarios, and what is drawn of them.

use ivr_core::rehearse::{flow_of, run_scenarios};
use ivr_core::{Flow, compile};

const FLOWS: [(&str, &str, &str); 4] = [
    (
        "city-hotline.yaml",
        include_str!("../../../examples/flows/city-hotline.yaml"),
        include_str!("../../../examples/flows/city-hotline.ivrtest.yaml"),
    ),
    (
        "bank.yaml",
        include_str!("../../../examples/flows/bank.yaml"),
        include_str!("../../../examples/flows/bank.ivrtest.yaml"),
    ),
    (
        "survey.yaml",
        include_str!("../../../examples/flows/survey.yaml"),
        include_str!("../../../examples/flows/survey.ivrtest.yaml"),
    ),
    (
        "after-hours.yaml",
        include_str!("../../../examples/flows/after-hours.yaml"),
        include_str!("../../../examples/flows/after-hours.ivrtest.yaml"),
    ),
];

#[test]
fn every_shipped_flow_is_lint_clean_and_does_what_its_scenarios_say() {
    let mut scenarios = 0;
    for (name, source, tests) in FLOWS {
        let program = compile(source, name).unwrap_or_else(|e| panic!("{e}"));
        assert!(program.warnings().is_empty(), "{}", program.warnings());
        let flow = Flow::load(&program).unwrap();
        assert_eq!(flow_of(tests, "t").unwrap(), name);
        let report = run_scenarios(&flow, tests, name).unwrap_or_else(|e| panic!("{e}"));
        for outcome in &report.outcomes {
            scenarios += 1;
            let failure = outcome.failure.as_deref();
            assert_eq!(failure, None, "{name}: {}", outcome.name);
        }
        assert_eq!(report.coverage.missed().count(), 0, "{name}: {}", report.coverage);
    }
    assert!(scenarios >= 60, "{scenarios}");
}

const HELLO: &str = "
name: hello
languages: [en]
start: hello
nodes:
  hello: { type: menu, prompt: Hello there., options: { 1: hello }, on: { noinput: hangup, nomatch: hangup } }
";

#[test]
fn a_scenario_that_fails_says_what_happened_instead() {
    let program = compile(HELLO, "x").unwrap();
    let flow = Flow::load(&program).unwrap();
    let run = |steps: &str| {
        let text = format!("flow: x\nscenarios:\n  - {{ name: s, steps: [{steps}] }}\n");
        run_scenarios(&flow, &text, "x")
    };
    let report = run("then: Hello, press: '1', then: Goodbye").unwrap();
    assert!(!report.passed());
    let failure = report.outcomes[0].failure.clone().unwrap();
    assert!(failure.starts_with("line 3: no \"Goodbye\""), "{failure}");
    assert!(failure.contains("hello -> 1"), "{failure}");
    assert!(run("never: Hello").unwrap().outcomes[0].failure.is_some());
    assert!(run("press: '2', hangup, then: end").unwrap().passed());
    assert_eq!(report.coverage.exits(), (1, 3));
    for wrong in ["dance", "press: [1]", "wait: 5", "ended: well", "{ press: '1', wait: 1s }"] {
        let error = run(wrong).unwrap_err().to_string();
        assert!(error.contains("x:3:"), "{error}");
    }
    assert!(run_scenarios(&flow, "scenarios: 5", "x").is_err());
    assert!(run_scenarios(&flow, "[", "x").is_err());
}

#[test]
fn flows_are_drawn() {
    let program = compile(HELLO, "x").unwrap();
    let flow = Flow::load(&program).unwrap();
    assert_eq!(
        flow.mermaid(),
        "flowchart TD
  subgraph flow0[\"main\"]
    n0[/\"hello<br/>menu\"/]
    n1([\"hangup<br/>hangup\"])
  end
  start((start)) --> n0
  n0 -->|\"1\"| n0
  n0 -->|\"noinput, nomatch\"| n1
"
    );
    assert_eq!(
        flow.dot(),
        "digraph \"hello\" {
  node [shape=box];
  subgraph cluster0 {
    label=\"main\";
    n0 [label=\"hello\\nmenu\"];
    n1 [label=\"hangup\\nhangup\"];
  }
  start [shape=circle];
  start -> n0;
  n0 -> n0 [label=\"1\"];
  n0 -> n1 [label=\"noinput, nomatch\"];
}
"
    );
}
