//! Flows and callers made up at random, valid ones.

use std::fmt::Write;

use proptest::prelude::*;

/// A node of a made-up flow; numbers are taken modulo the number of nodes.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    kind: u8,
    to: [u8; 4],
    knobs: [u8; 4],
}

pub(crate) fn specs() -> impl Strategy<Value = Vec<Spec>> {
    let spec = (any::<u8>(), any::<[u8; 4]>(), any::<[u8; 4]>())
        .prop_map(|(kind, to, knobs)| Spec { kind, to, knobs });
    proptest::collection::vec(spec, 1..10)
}

/// A document with these nodes; every node is in the main flow but calls, whose flows are fixed.
pub(crate) fn document(specs: &[Spec]) -> String {
    let mut text = String::from(
        "
name: made up
languages: [zh, en]
timezone: Asia/Shanghai
variables:
  d: { type: digits, max: 32 }
  pin: { type: digits, max: 8, secret: true }
  n: int
  t: { type: text, max: 20 }
  ok: bool
schedules:
  s: { open: [{ days: mon-sun, hours: [00:00-12:00] }] }
prompts:
  p: { zh: 一, en: one }
  q: { zh: [二, { text: 不, bargein: false }, { say: n }], en: [two, { text: not, bargein: false }, { say: n }] }
  r: { zh: { text: 三, bargein: false }, en: { text: three, bargein: false } }
  w: { zh: { text: 四, when: n > 2 }, en: { text: four, when: n > 2 } }
on: { hangup: last }
flows:
  sub:
    start: a
    returns: [other]
    nodes:
      a: { type: menu, prompt: p, options: { 1: b, 2: c }, on: { noinput: return, nomatch: return } }
      b: { type: return, exit: other }
      c: { type: call, flow: subsub, next: return }
  subsub:
    start: a
    nodes:
      a: { type: play, prompt: q, next: return }
start: n0
nodes:
  last: { type: query, query: last, args: { d: d }, timeout: 1s, next: hangup, on: { failed: hangup } }
",
    );
    for (i, spec) in specs.iter().enumerate() {
        let to = spec.to.map(|t| {
            let t = usize::from(t) % (specs.len() + 1);
            if t == specs.len() { "hangup".to_string() } else { format!("n{t}") }
        });
        let [a, b, c, d] = &to;
        let [k, l, m, n] = spec.knobs;
        let prompt = ["p", "q", "r", "w"][usize::from(k % 4)];
        let (min, max) = (l % 4, 1 + l % 4 + m % 5);
        let yes = |bit: u8| if n >> bit & 1 == 1 { "true" } else { "false" };
        let line = match spec.kind % 15 {
            0 => format!("type: play, prompt: {prompt}, next: {a}"),
            1 | 2 => format!(
                "type: menu, prompt: {prompt}, options: {{ 1: {a}, 2: {b}, 22: {c} }}, \
                 noinput: [p, q], nomatch: w, first_digit: {}s, inter_digit: 2s, flush: {}, \
                 tries: {}, on: {{ noinput: {c}, nomatch: {d} }}",
                1 + l % 5,
                yes(0),
                1 + m % 3,
            ),
            3 | 4 => format!(
                "type: collect, prompt: {prompt}, into: {}, min: {min}, max: {max}, term: {}s, \
                 terminators: {}, cancel: {}, flush: {}, reprompt: {}, next: {a}, \
                 on: {{ noinput: {b}, nomatch: {c}, cancel: {d} }}",
                if yes(1) == "true" { "pin" } else { "d" },
                n % 3,
                ["\"#\"", "\"\"", "\"#*\""][usize::from(n % 3)],
                if m % 2 == 0 { "A" } else { "B" },
                yes(2),
                yes(3),
            ),
            5 => format!(
                "type: record, max: {}s, min: 1s, into: n, next: {a}, on: {{ empty: {b}, failed: {c} }}",
                1 + k % 60
            ),
            6 => format!(
                "type: branch, cases: [{{ when: n > {k}, to: {a} }}, {{ when: ok, to: {b} }}], else: {c}"
            ),
            7 => {
                format!("type: schedule, schedule: s, on: {{ open: {a}, closed: {b}, error: {c} }}")
            }
            8 => format!(
                "type: language, to: {}, next: {a}",
                ["zh", "en", "next"][usize::from(k % 3)]
            ),
            9 => format!(
                "type: set, values: {{ n: n * {k} + {l}, t: t + 'x' }}, next: {a}, on: {{ error: {b} }}"
            ),
            10 => format!(
                "type: query, query: q, args: {{ d: d, n: n + 1 }}, results: [n, t, ok], timeout: {}s, \
                 {} next: {a}, on: {{ failed: {b}, timeout: {c}, error: {d} }}",
                1 + k % 9,
                if l % 2 == 0 { "filler: p, filler_after: 1s," } else { "" },
            ),
            11 => format!(
                "type: transfer, to: '100', kind: {}, timeout: {}s, next: {a}, on: {{ failed: {b}, busy: {c} }}",
                ["blind", "bridged", "consult"][usize::from(k % 3)],
                1 + l % 60,
            ),
            12 => format!(
                "type: queue, queue: q, priority: n % 7, announce: {prompt}, announce_after: {}s, \
                 announce_every: {}s, max_wait: {}s, keys: {{ '*': {a}, 1: {b} }}, next: {c}, \
                 on: {{ failed: {d}, error: {d} }}",
                k % 9,
                5 + l % 30,
                m % 90,
            ),
            13 => format!(
                "type: split, shares: [{{ weight: {}, to: {a} }}, {{ weight: {l}, to: {b} }}]",
                1 + u32::from(k)
            ),
            _ => format!(
                "type: call, flow: sub, args: {{ n: {k} }}, next: {a}, on: {{ other: {b}, error: {c} }}"
            ),
        };
        writeln!(text, "  n{i}: {{ {line} }}").unwrap();
    }
    text
}

/// Something that happens in a call.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Digit(u8),
    /// What plays ends.
    Played,
    /// The host answers, somehow.
    Answer(u8),
    /// The host says something of an operation that is not under way, or never was.
    Stale(u32, u8),
    Update(u8),
    Answered,
    Hangup,
    Start,
    /// To the next deadline.
    Deadline,
    /// Some time passes.
    Wait(u32),
}

pub(crate) fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        8 => prop::sample::select(b"0123456789*#ABCD11112222##".to_vec()).prop_map(Event::Digit),
        6 => Just(Event::Played),
        5 => any::<u8>().prop_map(Event::Answer),
        2 => (any::<u32>(), any::<u8>()).prop_map(|(op, r)| Event::Stale(op % 40, r)),
        1 => any::<u8>().prop_map(Event::Update),
        1 => Just(Event::Answered),
        1 => Just(Event::Hangup),
        1 => Just(Event::Start),
        5 => Just(Event::Deadline),
        3 => (0_u32..20_000).prop_map(Event::Wait),
    ];
    proptest::collection::vec(event, 0..60)
}
