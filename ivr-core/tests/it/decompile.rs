//! Programs back to documents, and to the same programs again.

use ivr_core::{Flow, compile, import_freeswitch};
use proptest::prelude::*;

use crate::generate::{document, specs};

/// A program's document compiles to that program.
pub(crate) fn comes_back(program: &[u8]) {
    let document = Flow::load(program).unwrap().decompile();
    let again = compile(&document, "again.yaml").unwrap_or_else(|e| panic!("{document}\n{e}"));
    if *again != *program {
        let twice = Flow::load(&again).unwrap().decompile();
        panic!("another program:\n{document}\nwhose document is:\n{twice}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn invariant_14_compiling_what_was_decompiled_is_the_identity(specs in specs()) {
        comes_back(&compile(&document(&specs), "made-up.yaml").unwrap());
    }
}

#[test]
fn invariant_14_every_shipped_flow_comes_back() {
    for source in [
        include_str!("../../../examples/flows/after-hours.yaml"),
        include_str!("../../../examples/flows/bank.yaml"),
        include_str!("../../../examples/flows/city-hotline.yaml"),
        include_str!("../../../examples/flows/survey.yaml"),
    ] {
        comes_back(&compile(source, "shipped.yaml").unwrap());
    }
    let menus = "<menu name='m' greet-long='a.wav'>
        <entry action='menu-exec-app' digits='1' param='log INFO \"x\"'/>
        <entry action='menu-exec-app' digits='/^(1\\d{3})$/' param='transfer $1 XML d'/></menu>";
    comes_back(&compile(&import_freeswitch(menus, "m").unwrap(), "m.yaml").unwrap());
}

/// Everything the made-up and the shipped flows have not: odd names, quotes, grammars, days.
const ODD: &str = r##"
name: "odd: \"name\"\n# no comment"
description: is lost
languages: [zh-CN, "en"]
timezone: Europe/Berlin
vendor: { editor: { x: 1 } }
variables:
  d: { type: digits, max: 32, initial: "'12'" }
  t: { type: text, initial: "'it\\'s ' + string(1.50) + '\\n\u0007'" }
  b: { type: bool, secret: true }
  n: { type: int, initial: "-9223372036854775808" }
  x: { type: decimal, initial: "2.0 / -(3)" }
  w: time
schedules:
  "office hours":
    open: [{ days: [mon, wed-fri], hours: [22:00-02:00, "09:00-12:00"] }, { days: sun, hours: 00:00-24:00 }]
    holidays: [{ from: 2026-12-24, to: 2026-12-26, name: "Christmas, all of it" }, 1969-12-31]
    workdays: [{ date: 2026-12-27, as: sat, name: x }]
    special: [{ date: 2027-01-01, hours: [10:00-11:00, 23:00-01:00] }, { date: 2027-01-02 }]
prompts:
  null: { zh-CN: "null", en: "# text" }
  "prompt one": { zh-CN: [一, { prompt: two, when: n > 1, bargein: false }], en: [{ file: f, text: "a: b" }, { file: "a b.wav" }] }
  two: { zh-CN: { say: n, as: count }, en: [{ say: n * (n + 1), as: ordinal }, { prompt: three }] }
  three: { zh-CN: [], en: "  three  " }
on: { hangup: hangup, error: "node 1" }
start: "node 1"
nodes:
  "node 1":
    type: collect
    prompt: two
    into: d
    grammar: <grammar mode="dtmf"><rule id="a"><item repeat="2-">7</item>8</rule></grammar>
    validate: luhn
    term: 1.5s
    cancel: "*A"
    terminators: ""
    noinput: [three, { zh-CN: 没, en: nothing }]
    next: pick
    on: { nomatch: hangup, noinput: hangup, cancel: hangup, empty: hangup, hangup: pick }
  pick:
    type: branch
    cases:
      - { when: "d in ['1', '2', '3'] || d == '4' || !(b && (n > 1 || n < -1))", to: q }
      - { when: "matches(d, '[0-9*]{2}|#') && open(w, 'office hours') == (weekday(now, 'office hours') != 1)", to: q }
      - { when: "(n - (1 - n)) * 2 % 3 == -(-n) / 2 ? t.contains('x') : (t + t).substring(0, 1) in []", to: q }
    else: hangup
  q:
    type: query
    query: "a query"
    args: { "an arg": hash(t), "b": "minute(w, 'office hours')" }
    results: { a: n, "b c": x }
    on: { failed: m, timeout: hangup }
    next: m
  m:
    type: menu
    prompt: { zh-CN: 菜单, en: menu }
    options: { "*": t, "12": hangup, "#1": v }
    extension: { pattern: "8[0-9]{3}", into: d, to: t }
    on: { noinput: hangup, nomatch: v }
  t: { type: transfer, to: "= t", on: { answered: hangup, failed: t2 } }
  t2: { type: transfer, to: "sip:a@b", kind: consult, attach: { t: t }, on: { answered: hangup, failed: hangup } }
  hangup: { type: hangup }
  v: { type: voicemail, prompt: two, review: three, max: 1m, next: c, on: { deleted: hangup, empty: hangup, failed: hangup } }
  c: { type: call, flow: "other flow", args: { n: 1 }, results: { x: x + 1 }, next: hangup, on: { gave up: hangup } }
flows:
  "other flow":
    description: lost, too
    returns: [gave up]
    on: { noinput: return }
    start: a
    nodes:
      a: { type: split, shares: [{ weight: 0, to: return }, { weight: 3, to: r }] }
      r: { type: return, exit: gave up }
      return: { type: return }
  empty: { start: hangup, nodes: {} }
"##;

#[test]
fn invariant_14_odd_names_and_everything_else_come_back() {
    comes_back(&compile(ODD, "odd.yaml").unwrap_or_else(|e| panic!("{e}")));
}

#[test]
fn a_program_does_not_depend_on_how_its_document_was_set_down() {
    let plain = "
name: x
languages: [en]
variables: { a: digits }
prompts: { p: one, q: [{ prompt: p }, two] }
start: a
nodes: { a: { type: menu, prompt: q, options: { 1: hangup }, on: { noinput: hangup, nomatch: hangup } } }
";
    let other = r#"{
  "nodes": { "a": { "on": { "noinput": "hangup", "nomatch": "hangup" }, "options": { "1": "hangup" },
      "first_digit": "5s", "prompt": "q", "type": "menu" } },
  "start": "a", "prompts": { "p": { "en": ["one"] }, "q": ["one", { "text": "two" }] },
  "variables": { "a": { "max": 32, "type": "digits" } }, "languages": ["en"], "name": "x",
  "description": "nothing but words"
}"#;
    assert_eq!(*compile(plain, "x").unwrap(), *compile(other, "x").unwrap());
}
