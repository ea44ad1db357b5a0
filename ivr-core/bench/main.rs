//! The same menu call by Trunkline's machine and by others, in one run.
//!
//! One round is fifteen events: prompt heard, silence, 2, six digits, #, the host's answer, prompt
//! heard, a wrong key, 1, the transfer's end; then the menu again.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

mod peers;

use std::hint::black_box;

use ivr_core::{Flow, Input, Op, OpResult, Output, Session, SessionConfig, Time, Value, compile};
use measure::{Row, seconds_per_call, versus};

const DOCUMENT: &str = "
name: bench
languages: [en]
variables: { account: { type: digits, max: 7 }, balance: int }
start: menu
nodes:
  menu: { type: menu, prompt: { text: menu }, options: { 1: agent, 2: account }, tries: 9, on: { noinput: menu, nomatch: menu } }
  account: { type: collect, prompt: { text: account }, into: account, min: 1, max: 7, next: ask, on: { noinput: menu, nomatch: menu } }
  ask: { type: query, query: balance, args: { account: account }, results: [balance], next: tell, on: { failed: menu } }
  tell: { type: play, prompt: [{ text: balance }, { say: balance }], next: menu }
  agent: { type: transfer, to: '100', on: { answered: menu, failed: menu } }
";

/// What the fifteen events are.
const KEYS: [Option<u8>; 15] = [
    None,
    None,
    Some(b'2'),
    Some(b'1'),
    Some(b'2'),
    Some(b'3'),
    Some(b'4'),
    Some(b'5'),
    Some(b'6'),
    Some(b'#'),
    None,
    None,
    Some(b'9'),
    Some(b'1'),
    None,
];

/// As hosts that only want the dialogue make their sessions: without a trace.
const CONFIG: SessionConfig<'static> = SessionConfig {
    seed: 0,
    caller: "13800138000",
    called: "",
    language: "",
    now: Time(0),
    trace: false,
};

/// A call under way: a session, its operation and its clock.
struct Call {
    session: Session,
    op: Op,
    now: Time,
}

impl Call {
    fn new(flow: &Flow<'_>, config: SessionConfig<'_>) -> Self {
        let session = Session::new(flow, config).unwrap();
        let mut call = Self { session, op: Op(0), now: Time(0) };
        call.input(flow, Input::Start);
        call
    }

    fn input(&mut self, flow: &Flow<'_>, input: Input<'_>) {
        self.session.handle(flow, self.now, input).unwrap();
        while let Some(output) = self.session.poll(flow) {
            match output {
                Output::Play { op, .. }
                | Output::Query { op, .. }
                | Output::Transfer { op, .. } => {
                    self.op = op;
                }
                other => drop(black_box(other)),
            }
        }
    }

    fn event(&mut self, flow: &Flow<'_>, index: usize) {
        self.now = self.now + 200;
        let op = self.op;
        let input = match (KEYS[index], index) {
            (Some(key), _) => Input::Digit(key),
            (None, 1) => {
                self.now = self.session.deadline().unwrap();
                Input::Tick
            }
            (None, 10) => {
                Input::Done { op, result: OpResult::QueryOk(&[("balance", Value::Int(42))]) }
            }
            (None, _) => Input::Done { op, result: OpResult::Finished },
        };
        self.input(flow, input);
    }
}

fn save(case: &str, metric: &str, unit: &str, ours: f64, peer: Option<(&str, f64)>) {
    Row {
        area: "ivr",
        case,
        metric,
        unit,
        ours,
        peer: peer.map_or("-", |p| p.0),
        theirs: peer.map(|p| p.1),
    }
    .save()
    .unwrap();
}

/// A document of about so many nodes: menus of two options each.
fn large(nodes: usize) -> String {
    let mut text = String::from("name: large\nlanguages: [en]\nstart: n0\nnodes:\n");
    for i in 0..nodes {
        let (a, b) = ((i * 2 + 1) % nodes, (i * 2 + 2) % nodes);
        text += &format!(
            "  n{i}: {{ type: menu, prompt: {{ text: menu number {i} }}, options: {{ 1: n{a}, 2: n{b} }}, on: {{ noinput: hangup, nomatch: n{i} }} }}\n"
        );
    }
    text
}

fn main() {
    let program = compile(DOCUMENT, "bench.yaml").unwrap();
    let flow = Flow::load(&program).unwrap();

    let rounds = |call: &mut Call| {
        for index in 0..KEYS.len() {
            call.event(&flow, index);
        }
    };
    let per_event = |seconds: f64| seconds * 1e9 / KEYS.len() as f64;
    let mut call = Call::new(&flow, CONFIG);
    let menu_call = |peer, theirs: Option<f64>, ours: f64| {
        save("menu-call", "time per event", "ns", ours, theirs.map(|theirs| (peer, theirs)));
    };
    for (peer, round) in [
        ("statig 0.4, hand-written", &mut peers::by_hand() as &mut dyn FnMut()),
        ("rhai 1.27, scripted", &mut peers::by_script()),
    ] {
        let (ours, theirs) = versus(|| rounds(&mut call), round);
        menu_call(peer, Some(per_event(theirs)), per_event(ours));
    }
    if let Some(theirs) = peers::python() {
        let ours = per_event(seconds_per_call(|| rounds(&mut call)));
        menu_call("transitions, Python", Some(theirs), ours);
    }
    let mut traced = Call::new(&flow, SessionConfig { trace: true, ..CONFIG });
    let ours = per_event(seconds_per_call(|| rounds(&mut traced)));
    save("menu-call-traced", "time per event", "ns", ours, None);

    let mut calls: Vec<Call> = (0..100_000).map(|_| Call::new(&flow, CONFIG)).collect();
    let mut index = 0;
    let sweep = seconds_per_call(|| {
        for call in &mut calls {
            call.event(&flow, index);
        }
        index = (index + 1) % KEYS.len();
    });
    save("menu-call-100000-interleaved", "time per event", "ns", sweep * 1e9 / 1e5, None);
    save("session", "memory", "bytes", size_of::<Session>() as f64, None);

    let text = large(10_000);
    let compiled = seconds_per_call(|| drop(black_box(compile(&text, "large.yaml"))));
    save("compile-10000-nodes", "time", "ms", compiled * 1e3, None);
    let program = compile(&text, "large.yaml").unwrap();
    let loaded = seconds_per_call(|| {
        let _ = black_box(Flow::load(&program));
    });
    save("load-10000-nodes", "time", "ms", loaded * 1e3, None);
}
