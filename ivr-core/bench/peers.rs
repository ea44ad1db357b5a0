//! The same dialogue by others: states menu, silent, account, asking, telling, wrong, transferring.

use std::hint::black_box;
use std::process::Command;

use rhai::{CallFnOptions, Dynamic, Engine, Map, Scope};
use statig::prelude::*;

/// The events by number: 0 heard, 1 time-out, 2 host, 3 a key 1, 4 a key 2, 5 another key, 6 #.
const EVENTS: [i64; 15] = [0, 1, 4, 3, 4, 5, 5, 5, 5, 6, 2, 0, 5, 3, 2];

#[derive(Default)]
struct ByHand {
    digits: u64,
    len: u8,
    tries: u8,
}

#[state_machine(initial = "State::menu()")]
impl ByHand {
    #[state]
    fn menu(&mut self, event: &i64) -> Outcome<State> {
        match event {
            3 => Transition(State::transferring()),
            4 => {
                self.digits = 0;
                self.len = 0;
                Transition(State::account())
            }
            0 => Handled,
            _ => {
                self.tries += 1;
                if self.tries > 9 {
                    self.tries = 0;
                }
                Transition(State::menu())
            }
        }
    }

    #[state]
    fn account(&mut self, event: &i64) -> Outcome<State> {
        match event {
            3..=5 => {
                self.digits = self.digits * 10 + *event as u64;
                self.len += 1;
                if self.len > 6 {
                    return Transition(State::asking());
                }
                Handled
            }
            6 if self.len > 0 => Transition(State::asking()),
            _ => Handled,
        }
    }

    #[state]
    fn asking(event: &i64) -> Outcome<State> {
        match event {
            2 => Transition(State::telling()),
            1 => Transition(State::menu()),
            _ => Handled,
        }
    }

    #[state]
    fn telling(event: &i64) -> Outcome<State> {
        match event {
            0 => Transition(State::menu()),
            _ => Handled,
        }
    }

    #[state]
    fn transferring(event: &i64) -> Outcome<State> {
        match event {
            2 => Transition(State::menu()),
            _ => Handled,
        }
    }
}

/// A round by a machine written by hand with statig: the least such a dialogue can cost.
pub(super) fn by_hand() -> impl FnMut() {
    let mut machine = ByHand::default().state_machine();
    move || {
        for event in &EVENTS {
            machine.handle(black_box(event));
        }
    }
}

const PYTHON: &str = r"
import sys, time, logging
from transitions import Machine, __version__
logging.disable(logging.CRITICAL)
class Call: pass
call = Call()
states = ['menu', 'account', 'asking', 'telling', 'transferring']
machine = Machine(call, states=states, initial='menu', auto_transitions=False)
names = ['heard', 'timeout', 'host', 'one', 'two', 'other', 'pound']
moves = {'menu': {'one': 'transferring', 'two': 'account'}, 'account': {'pound': 'asking'},
         'asking': {'host': 'telling', 'timeout': 'menu'}, 'telling': {'heard': 'menu'},
         'transferring': {'host': 'menu'}}
for state in states:
    for name in names:
        machine.add_transition(name, state, moves[state].get(name, state))
events = [getattr(call, names[i]) for i in [0, 1, 4, 3, 4, 5, 5, 5, 5, 6, 2, 0, 5, 3, 2]]
best = 1e9
for _ in range(7):
    start = time.perf_counter()
    for _ in range(200):
        for event in events: event()
    best = min(best, time.perf_counter() - start)
print(best / 200 / len(events) * 1e9)
";

/// Python's `transitions`, with the interpreter that `bench.sh` names: nanoseconds an event.
pub(super) fn python() -> Option<f64> {
    let python = std::env::var_os("IVR_BENCH_PYTHON")?;
    let output = Command::new(python).args(["-c", PYTHON]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    Some(String::from_utf8(output.stdout).unwrap().trim().parse().unwrap())
}

const RHAI: &str = r#"
fn handle(event) {
    switch this.state {
        "menu" => switch event {
            0 => {}
            3 => this.state = "transferring",
            4 => { this.digits = 0; this.len = 0; this.state = "account"; }
            _ => this.tries = if this.tries > 8 { 0 } else { this.tries + 1 },
        },
        "account" => if event >= 3 && event <= 5 {
            this.digits = this.digits * 10 + event;
            this.len += 1;
            if this.len > 6 { this.state = "asking"; }
        } else if event == 6 && this.len > 0 {
            this.state = "asking";
        },
        "asking" => switch event { 2 => this.state = "telling", 1 => this.state = "menu", _ => {} },
        "telling" => if event == 0 { this.state = "menu"; },
        "transferring" => if event == 2 { this.state = "menu"; },
    }
}
"#;

/// A round by a script: rhai, compiled once, one call of its function an event.
pub(super) fn by_script() -> impl FnMut() {
    let engine = Engine::new_raw();
    let ast = engine.compile(RHAI).unwrap();
    let mut scope = Scope::new();
    let mut call = Map::new();
    call.insert("state".into(), "menu".into());
    for counter in ["digits", "len", "tries"] {
        call.insert(counter.into(), Dynamic::from_int(0));
    }
    let mut call = Dynamic::from_map(call);
    let mut round = move || {
        for event in &EVENTS {
            let options = CallFnOptions::new().eval_ast(false).bind_this_ptr(&mut call);
            let event = (*black_box(event),);
            let _: Dynamic =
                engine.call_fn_with_options(options, &mut scope, &ast, "handle", event).unwrap();
        }
        call.read_lock::<Map>().unwrap()["state"].clone()
    };
    // Of a round that went wrong nobody wants to know how long it took.
    assert_eq!(round().into_immutable_string().unwrap(), "menu");
    move || drop(black_box(round()))
}
