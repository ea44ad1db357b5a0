//! What the embedder tells a session: callers, keys, results and the time.

use super::io::{Input, Op};
use super::state::Phase;
use super::{EndReason, Machine};
use crate::program::records::{Kind, exit};
use crate::{Time, grammar};

impl Machine<'_, '_> {
    pub(super) fn handle(&mut self, now: Time, input: Input<'_>) {
        if self.state.phase == Phase::Over {
            return;
        }
        self.state.now = self.state.now.max(now);
        self.expire();
        match input {
            Input::Start => {
                if self.state.phase == Phase::Idle {
                    let main = self.flow.root.flows.at(self.flow.words, 0);
                    self.state.node = main.start;
                    self.state.phase = Phase::Enter;
                }
            }
            Input::Digit(byte) => {
                if self.state.hung_up {
                    self.state.dropped = self.state.dropped.saturating_add(1);
                } else if let Some(symbol) = grammar::symbol(byte) {
                    self.digit(symbol);
                }
            }
            Input::Done { op, result } => {
                let Op(op) = op;
                if op == 0 {
                    return;
                }
                if op == self.state.side {
                    self.state.side = 0;
                    let query = Kind::from_code(self.node().kind) == Some(Kind::Query);
                    if self.state.phase == Phase::Wait && query {
                        self.state.due = true;
                    }
                } else if op == self.state.main {
                    match self.state.phase {
                        Phase::Prompt => {
                            self.state.main = 0;
                            self.state.barge = false;
                        }
                        Phase::Wait | Phase::Connected | Phase::Stopping => {
                            self.state.main = 0;
                            self.state.stopped = false;
                            self.done(result);
                        }
                        _ => {}
                    }
                }
            }
            Input::QueueUpdate { op, position, estimate_ms } => {
                if op.0 == self.state.main && self.state.phase == Phase::Wait {
                    self.state.position = position;
                    self.state.estimate_ms = estimate_ms;
                }
            }
            Input::Answered { op } => {
                let kind = Kind::from_code(self.node().kind);
                let talks = matches!(kind, Some(Kind::Queue | Kind::Transfer));
                if op.0 == self.state.main && self.state.phase == Phase::Wait && talks {
                    self.state.phase = Phase::Connected;
                    self.state.timer = Time::NEVER;
                    self.state.alarm = Time::NEVER;
                    self.state.due = false;
                }
            }
            Input::Hangup => self.hang_up(),
            Input::Tick => {}
        }
    }

    /// What was due by now happens before anything else.
    fn expire(&mut self) {
        if self.state.timer <= self.state.now {
            self.state.timer = Time::NEVER;
            match self.state.phase {
                // A digit that came in time, but was not looked at yet, was in time.
                Phase::Digits if self.state.ahead() == 0 => self.digits_timeout(),
                Phase::Wait | Phase::Stopping => self.host_timeout(),
                _ => {}
            }
        }
        if self.state.alarm <= self.state.now {
            self.state.alarm = Time::NEVER;
            if self.state.told {
                self.state.finish(EndReason::CallerHungUp);
            } else {
                self.state.due = self.state.phase == Phase::Wait;
            }
        }
    }

    pub(super) fn hang_up(&mut self) {
        if self.state.hung_up || matches!(self.state.phase, Phase::End | Phase::Over) {
            return;
        }
        self.state.hung_up = true;
        self.state.flush();
        if self.state.phase == Phase::Idle {
            self.state.finish(EndReason::CallerHungUp);
        } else {
            self.state.leave(exit::HANGUP);
        }
    }
}
