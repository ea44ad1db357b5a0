//! The same dialogue by others: states menu, silent, account, asking, telling, wrong, transferring.

use std::hint::black_box;
use std::process::Command;

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

/// Python's `transitions`, where it is installed: nanoseconds an event.
pub(super) fn python() -> Option<(&'static str, f64)> {
    let output = Command::new("python3").args(["-c", PYTHON]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(("Python transitions", text.trim().parse().ok()?))
}
