//! What the compiler says of documents that are wrong, or hardly right.

use ivr_core::{Level, compile};

/// A document around some nodes.
fn around(nodes: &str) -> String {
    format!(
        "name: test
languages: [zh, en]
variables: {{ n: int, d: {{ type: digits, max: 4 }}, pin: {{ type: digits, max: 8, secret: true }} }}
prompts:
  hello: {{ zh: 你好, en: hello }}
start: a
nodes:
{nodes}
"
    )
}

/// The codes of what is said of some nodes, errors first.
fn codes(nodes: &str) -> Vec<&'static str> {
    match compile(&around(nodes), "t.yaml") {
        Ok(program) => program.warnings().iter().map(|d| d.code).collect(),
        Err(diagnostics) => diagnostics.iter().map(|d| d.code).collect(),
    }
}

#[test]
fn a_message_shows_the_place_and_what_to_do() {
    let text = around("  a: { type: menu, prompt: helo, options: { 1: hangup } }");
    let error = compile(&text, "t.yaml").unwrap_err();
    assert_eq!(
        error.to_string(),
        "error[unknown-prompt]: there is no prompt `helo`
 --> t.yaml:8:28
  |
8 |   a: { type: menu, prompt: helo, options: { 1: hangup } }
  |                            ^^^^
  = help: did you mean `hello`?
"
    );
}

#[test]
fn a_message_points_into_an_expression_behind_chinese_text() {
    let text =
        around("  a: { type: play, prompt: [{ text: 你好 }, { say: n + x }], next: hangup }");
    let error = compile(&text, "t.yaml").unwrap_err().to_string();
    assert!(error.contains("there is no variable `x`"), "{error}");
    let caret = error.lines().find(|l| l.contains('^')).unwrap();
    assert_eq!(caret.matches('^').count(), 1);
    let first = compile(&text, "t.yaml").unwrap_err();
    let first = first.iter().next().unwrap();
    let line: Vec<char> = text.lines().nth(first.line - 1).unwrap().chars().collect();
    assert_eq!(line[first.column - 1], 'x');
}

#[test]
fn every_mistake_has_its_message() {
    for (nodes, code) in [
        ("  a: { type: mneu }", "unknown-type"),
        ("  a: { type: play, prompt: hello }", "missing-exit"),
        ("  a: { type: play, prompt: hello, next: b }", "unknown-node"),
        ("  a: { type: play, next: hangup }", "missing"),
        ("  a: { type: play, prompt: hello, nxet: hangup, next: hangup }", "unknown-field"),
        ("  a: { type: play, prompt: hello, next: hangup, next: hangup }", "duplicate"),
        ("  a: { type: menu, prompt: hello, options: { 1: hangup } }", "missing-exit"),
        (
            "  a: { type: menu, prompt: hello, options: { x: hangup }, on: { noinput: hangup, nomatch: hangup } }",
            "no-key",
        ),
        (
            "  a: { type: menu, prompt: hello, options: {}, on: { noinput: hangup, nomatch: hangup } }",
            "missing",
        ),
        (
            "  a: { type: menu, prompt: hello, options: { 1: hangup }, first_digit: 5, on: { noinput: hangup, nomatch: hangup } }",
            "duration",
        ),
        (
            "  a: { type: menu, prompt: hello, options: { 1: hangup }, on: { noinput: hangup, nomatch: hangup, busy: hangup } }",
            "unknown-exit",
        ),
        (
            "  a: { type: collect, prompt: hello, into: d, digits: 6, next: hangup, on: { noinput: hangup, nomatch: hangup } }",
            "type",
        ),
        (
            "  a: { type: collect, prompt: hello, into: n, digits: 3, next: hangup, on: { noinput: hangup, nomatch: hangup } }",
            "type",
        ),
        (
            "  a: { type: collect, prompt: hello, into: z, digits: 3, next: hangup, on: { noinput: hangup, nomatch: hangup } }",
            "unknown-variable",
        ),
        (
            "  a: { type: collect, prompt: hello, into: d, pattern: '[1-', next: hangup, on: { noinput: hangup, nomatch: hangup } }",
            "pattern",
        ),
        (
            "  a: { type: collect, prompt: hello, into: d, next: hangup, on: { noinput: hangup, nomatch: hangup } }",
            "missing",
        ),
        ("  a: { type: record, next: hangup }", "unbounded-record"),
        ("  a: { type: branch, cases: [{ when: n, to: hangup }], else: hangup }", "type"),
        ("  a: { type: branch, cases: [{ when: n >, to: hangup }], else: hangup }", "expression"),
        ("  a: { type: branch, cases: [{ when: n = 1, to: hangup }], else: hangup }", "expression"),
        ("  a: { type: set, values: { n: \"'x'\" }, next: hangup }", "type"),
        ("  a: { type: set, values: { n: size(d) + hsah(d) }, next: hangup }", "expression"),
        ("  a: { type: set, values: { m: 1 }, next: hangup }", "unknown-variable"),
        (
            "  a: { type: schedule, schedule: s, on: { open: hangup, closed: hangup } }",
            "unknown-schedule",
        ),
        ("  a: { type: language, to: fr, next: hangup }", "unknown-language"),
        ("  a: { type: call, flow: f, next: hangup }", "unknown-flow"),
        (
            "  a: { type: queue, queue: \"= d + 'x'\", next: hangup, on: { failed: hangup } }",
            "type",
        ),
        ("  a: { type: query, query: q, next: hangup }", "missing-exit"),
        ("  a: { type: split, shares: [{ weight: 0, to: hangup }] }", "wrong-number"),
        ("  a: { type: play, prompt: { text: x, say: n }, next: hangup }", "wrong-shape"),
        ("  a: { type: play, prompt: { say: d, as: money }, next: hangup }", "type"),
        ("  a: { type: play, prompt: { say: n, as: mony }, next: hangup }", "unknown-say"),
        ("  a: { type: play, prompt: { zh: x, fr: y }, next: hangup }", "unknown-language"),
        ("  a: { type: return, exit: x }", "unknown-exit"),
    ] {
        assert_eq!(codes(nodes).first(), Some(&code), "{nodes}");
    }
}

#[test]
fn every_lint_has_its_case() {
    let used = "prompt: [hello, { text: x }]";
    let menu = |rest: &str| {
        format!(
            "  a: {{ type: menu, prompt: hello, {rest}, on: {{ noinput: hangup, nomatch: hangup }} }}"
        )
    };
    for (nodes, code) in [
        ("  a: { type: play, prompt: hello, next: hangup }\n  b: { type: hangup }".to_string(), "unreachable"),
        ("  a: { type: play, prompt: hello, next: a }".to_string(), "endless"),
        (menu("options: { 1: hangup, 12: hangup }"), "prefix-option"),
        (menu("options: { 1: hangup, 12: hangup }, inter_digit: 0"), "timeout-zero"),
        (menu("options: { 1: hangup }, first_digit: 0"), "timeout-zero"),
        ("  a: { type: play, prompt: [hello, { zh: 一 }], next: hangup }".replace("[hello, { zh: 一 }]", "{ zh: 一 }").to_string(), "missing-language"),
        (format!("  a: {{ type: play, {used}, next: hangup }}"), "one-language"),
        ("  a: { type: play, prompt: { zh: 一, en: one }, next: hangup }".to_string(), "unused"),
        ("  a: { type: play, prompt: [hello, { say: pin }], next: hangup }".to_string(), "secret"),
        ("  a: { type: set, values: { d: pin }, next: b }\n  b: { type: play, prompt: hello, next: hangup }".to_string(), "secret"),
        ("  a: { type: collect, prompt: hello, into: d, pattern: '[0-9#]{2}', next: hangup, on: { noinput: hangup, nomatch: hangup } }".to_string(), "terminator"),
        ("  a: { type: query, query: q, timeout: 0, filler: hello, next: hangup, on: { failed: hangup } }".to_string(), "timeout-zero"),
    ] {
        let said = codes(&nodes);
        assert!(said.contains(&code), "{code}: {said:?}\n{nodes}");
        assert!(compile(&around(&nodes), "t").is_ok(), "{nodes}");
    }
    let dead = menu("options: { 1: hangup, 12: hangup }, inter_digit: 0");
    assert!(codes(&dead).contains(&"dead-option"));
}

#[test]
fn a_flow_that_calls_itself_is_refused() {
    let text = around("  a: { type: call, flow: f, next: hangup }")
        + "flows:
  f: { start: a, nodes: { a: { type: call, flow: g, next: return } } }
  g: { start: a, nodes: { a: { type: call, flow: f, next: return } } }
";
    let error = compile(&text, "t").unwrap_err();
    assert!(error.iter().any(|d| d.code == "recursion"), "{error}");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let nodes = "  a: { type: paly }
  b: { type: play, prompt: x, next: hangup }
  c: { type: set, values: { q: 1 }, next: hangup }";
    let error = compile(&around(nodes), "t").unwrap_err();
    assert_eq!(error.iter().filter(|d| d.level == Level::Error).count(), 3, "{error}");
}

#[test]
fn json_is_a_document_too() {
    let text = r#"{
  "name": "json", "languages": ["en"], "start": "a",
  "nodes": { "a": { "type": "play", "prompt": "Hello there.", "next": "hangup" } }
}"#;
    let program = compile(text, "t.json").unwrap();
    assert!(program.warnings().is_empty(), "{}", program.warnings());
}
