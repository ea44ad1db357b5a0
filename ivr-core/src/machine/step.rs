//! Walking: one node after the other until something must be said or waited for.

use super::emit::Emit;
use super::state::{FINAL_MS, FUEL, Phase};
use super::{EndReason, Fault, Machine, vars};
use crate::program::records::{self as r, Exit, Kind, exit};
use crate::program::words::{List, NodeId};
use crate::schedule;
use crate::schedule::Hours;
use crate::value::Value;

/// A value that no longer borrows from the session; of text, how long it is.
enum Taken {
    Whole(Value<'static>),
    Text(usize),
}

impl Machine<'_, '_> {
    /// Walks until something is to be said; `None` when there is nothing to do but wait.
    pub(super) fn step(&mut self) -> Option<Emit> {
        loop {
            let emit = match self.state.phase {
                Phase::Idle | Phase::Over => return None,
                Phase::Enter => self.enter(),
                Phase::Prompt => self.step_prompt(),
                Phase::Digits => self.step_digits(),
                Phase::Ask => match Kind::from_code(self.node().kind) {
                    Some(kind) => self.ask(kind),
                    None => None,
                },
                Phase::Wait | Phase::Connected => self.step_wait(),
                Phase::Stopping => self.step_stopping(),
                Phase::Attach => self.step_attach(),
                Phase::Leave => self.step_leave(),
                Phase::Go => {
                    self.state.node = self.state.target;
                    self.state.phase = Phase::Enter;
                    None
                }
                Phase::End => {
                    let stop = self.stop_all();
                    if stop.is_none() {
                        self.state.phase = Phase::Over;
                        return Some(Emit::End { reason: self.state.end });
                    }
                    stop
                }
            };
            match emit {
                None => {}
                Some(Emit::Nothing) => {
                    // Whoever waits has had a turn.
                    self.state.fuel = FUEL;
                    return None;
                }
                found => return found,
            }
        }
    }

    fn stop_all(&mut self) -> Option<Emit> {
        if core::mem::take(&mut self.state.stopped) {
            self.state.main = 0;
        }
        for op in [&mut self.state.side, &mut self.state.main] {
            let op = core::mem::take(op);
            if op != 0 {
                return Some(Emit::Stop { op });
            }
        }
        None
    }

    fn enter(&mut self) -> Option<Emit> {
        let Some(fuel) = self.state.fuel.checked_sub(1) else {
            self.state.finish(EndReason::Error(Fault::Loop));
            return None;
        };
        self.state.fuel = fuel;
        let node = self.node();
        let kind = Kind::from_code(node.kind)?;
        let talks = matches!(
            kind,
            Kind::Play | Kind::Menu | Kind::Collect | Kind::Record | Kind::Transfer | Kind::Queue
        );
        if self.state.hung_up && talks {
            self.state.finish(EndReason::CallerHungUp);
            return None;
        }
        let words = self.flow.words;
        let code = match kind {
            Kind::Play => {
                let body: r::Play = self.flow.body(node);
                self.state.reprompt = false;
                self.start_prompt(body.prompt);
                return None;
            }
            Kind::Menu | Kind::Collect => {
                self.begin_collect(self.flow.body(node));
                return None;
            }
            Kind::Record | Kind::Query | Kind::Transfer | Kind::Queue => {
                self.state.phase = Phase::Ask;
                return None;
            }
            Kind::Branch => {
                let body: r::Branch = self.flow.body(node);
                let mut code = exit::NEXT;
                for (index, case) in (0..).zip(body.cases.iter(words)) {
                    match self.with(case, |value| value == Value::Bool(true)) {
                        Some(false) => {}
                        Some(true) => {
                            code = exit::OPTION + index;
                            break;
                        }
                        None => {
                            code = exit::ERROR;
                            break;
                        }
                    }
                }
                code
            }
            Kind::Schedule => {
                let body: r::ScheduleBody = self.flow.body(node);
                match schedule::state(self.flow, body.schedule, self.state.now) {
                    Hours::Open => exit::OPEN,
                    Hours::Closed => exit::CLOSED,
                    Hours::Holiday => exit::HOLIDAY,
                }
            }
            Kind::Language => {
                let body: r::Language = self.flow.body(node);
                let count = self.flow.root.languages.len(words);
                let next = (u32::from(self.state.language) + 1) % count.max(1);
                self.state.language = body.to.0.map_or(next, |l| l.0) as u8;
                exit::NEXT
            }
            Kind::Set => {
                let body: r::Set = self.flow.body(node);
                self.assign(body.assigns, exit::NEXT)
            }
            Kind::Attach => {
                let body: r::Attach = self.flow.body(node);
                if self.computes(body.args) {
                    self.state.phase = Phase::Attach;
                    self.state.item = 0;
                    return None;
                }
                exit::ERROR
            }
            Kind::Split => self.split(self.flow.body(node)),
            Kind::Call => return self.call(self.flow.body(node)),
            Kind::Return => return self.give_back(self.flow.body(node)),
            Kind::Goto => exit::NEXT,
            Kind::Hangup => {
                self.state.finish(self.over());
                return None;
            }
        };
        self.state.leave(code);
        None
    }

    const fn over(&self) -> EndReason {
        if self.state.hung_up { EndReason::CallerHungUp } else { EndReason::Finished }
    }

    /// Sets variables in order; the exit to take afterwards.
    fn assign(&mut self, assigns: List<r::Assign>, then: u32) -> u32 {
        for assign in assigns.iter(self.flow.words) {
            let var = self.flow.var(assign.var);
            // Text may lie in the variables themselves: it is taken out before writing.
            let mut room = [0; 256];
            let taken = self.with(assign.value, |value| match value {
                Value::Text(text) => {
                    let place = room.get_mut(..text.len())?;
                    place.copy_from_slice(text.as_bytes());
                    Some(Taken::Text(text.len()))
                }
                Value::Int(n) => Some(Taken::Whole(Value::Int(n))),
                Value::Decimal(d) => Some(Taken::Whole(Value::Decimal(d))),
                Value::Bool(b) => Some(Taken::Whole(Value::Bool(b))),
                Value::Time(t) => Some(Taken::Whole(Value::Time(t))),
            });
            let value = match taken.flatten() {
                Some(Taken::Whole(value)) => value,
                Some(Taken::Text(len)) => {
                    let text = room.get(..len).unwrap_or_default();
                    Value::Text(core::str::from_utf8(text).unwrap_or_default())
                }
                None => return exit::ERROR,
            };
            if !vars::fits(var, value) {
                return exit::ERROR;
            }
            vars::write(self.vars, var, value);
        }
        then
    }

    /// The share a caller falls into: always the same one for the same caller and seed.
    fn split(&self, body: r::Split) -> u32 {
        let words = self.flow.words;
        let total: u64 = body.weights.iter(words).map(u64::from).sum();
        let caller = self.state.caller.as_str().bytes();
        let hash = caller.fold(self.state.seed ^ 0xCBF2_9CE4_8422_2325, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        // The low bits of a product know little of the high bits of what was multiplied.
        let hash = (hash ^ hash >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
        let mut left = hash % total.max(1);
        for (index, weight) in (0..).zip(body.weights.iter(words)) {
            match left.checked_sub(u64::from(weight)) {
                Some(less) => left = less,
                None => return exit::OPTION + index,
            }
        }
        exit::NEXT
    }

    fn call(&mut self, body: r::Call) -> Option<Emit> {
        let code = self.assign(body.args, exit::NEXT);
        if code == exit::ERROR {
            self.state.leave(code);
            return None;
        }
        let depth = usize::from(self.state.depth);
        let Some(slot) = self.state.stack.get_mut(depth) else {
            self.state.finish(EndReason::Error(Fault::Stack));
            return None;
        };
        *slot = self.state.node.0 as u16;
        self.state.depth += 1;
        let flow = self.flow.root.flows.at(self.flow.words, body.flow.0);
        self.state.target = flow.start;
        self.state.phase = Phase::Go;
        None
    }

    /// Back to the node that called, and out of it; out of the dialogue when nobody called.
    fn give_back(&mut self, body: r::Return) -> Option<Emit> {
        let Some(depth) = self.state.depth.checked_sub(1) else {
            self.state.finish(self.over());
            return None;
        };
        self.state.depth = depth;
        let caller = self.state.stack.get(usize::from(depth)).copied();
        self.state.node = NodeId(u32::from(caller.unwrap_or(0)));
        let call: r::Call = self.flow.body(self.node());
        let exit = match body.exit.checked_sub(1) {
            Some(index) => exit::OPTION.saturating_add(index),
            None => exit::NEXT,
        };
        let code = self.assign(call.results, exit);
        self.state.leave(code);
        None
    }

    fn step_attach(&mut self) -> Option<Emit> {
        let body: r::Attach = self.flow.body(self.node());
        let index = u32::from(self.state.item);
        if index < body.args.len(self.flow.words) {
            self.state.item = self.state.item.saturating_add(1);
            return Some(Emit::Attach { index });
        }
        self.state.leave(exit::NEXT);
        None
    }

    /// Stops what is under way, finds where the exit leads, and says so.
    fn step_leave(&mut self) -> Option<Emit> {
        let stop = self.stop_all();
        if stop.is_some() {
            return stop;
        }
        let node = self.node();
        let code = self.state.exit;
        let found = self.resolve(node, code);
        match found {
            Some(exit) => {
                // A handler of the application lies outside of every sub-flow.
                if self.flow.node(exit.target).flow != node.flow {
                    self.state.depth = 0;
                }
                self.state.target = exit.target;
                self.state.phase = Phase::Go;
            }
            None => self.state.finish(match code {
                exit::HANGUP => EndReason::CallerHungUp,
                exit::ANSWERED if self.is_blind(node) => EndReason::Transferred,
                _ => EndReason::Error(Fault::Unhandled),
            }),
        }
        if code == exit::HANGUP {
            self.state.told = true;
            if found.is_some() {
                self.state.alarm = self.state.now + FINAL_MS;
            }
        }
        self.state
            .trace
            .then(|| Emit::Trace { node: node.name, exit: found.map(|e| e.name).ok_or(code) })
    }

    fn is_blind(&self, node: r::Node) -> bool {
        Kind::from_code(node.kind) == Some(Kind::Transfer)
            && self.flow.body::<r::Transfer>(node).how == 0
    }

    /// Where an exit leads: by the node itself, a more general exit of it, then by the handlers of
    /// its flow and of the application.
    fn resolve(&self, node: r::Node, code: u32) -> Option<Exit> {
        let words = self.flow.words;
        let flow = self.flow.root.flows.at(words, node.flow.0);
        let find = |exits: List<Exit>, code| exits.iter(words).find(|e| e.code == code);
        for scope in [node.exits, flow.events, self.flow.root.events] {
            let mut code = Some(code);
            while let Some(c) = code {
                if let Some(found) = find(scope, c) {
                    return Some(found);
                }
                code = more_general(c);
            }
        }
        None
    }
}

/// The exit that stands in for one a document does not name.
pub(crate) const fn more_general(code: u32) -> Option<u32> {
    Some(match code {
        exit::TIMEOUT
        | exit::BUSY
        | exit::NOANSWER
        | exit::REJECTED
        | exit::FULL
        | exit::UNSTAFFED => exit::FAILED,
        exit::FAILED => exit::ERROR,
        exit::EMPTY => exit::NOMATCH,
        exit::HOLIDAY => exit::CLOSED,
        exit::ANSWERED | exit::EXITED => exit::NEXT,
        _ => return None,
    })
}
