//! Prompts and digits: type-ahead, barge-in, timers, retries.
//!
//! The rules, as frozen:
//!
//! - The first-digit timer starts when the last prompt ends; at once when there is none.
//! - The first digit stops it for good. Every digit restarts the inter-digit timer.
//! - When no further digit can match, the collection is over at once, or after the term time-out if
//!   a terminator may still come; a terminator that comes behind is swallowed.
//! - When time runs out: an accepted string is a match, another a no-match, none a no-input.
//! - A terminator is never part of the value.
//! - Digits in a prompt without barge-in are typed ahead, never lost. What is typed ahead skips
//!   prompts with barge-in and goes to the next collection, unless that one flushes.
//! - A no-match flushes what was typed ahead, and so do a queue, a transfer and a recording.

use super::Machine;
use super::emit::Emit;
use super::state::{DIGITS, Phase};
use crate::Time;
use crate::grammar;
use crate::program::records::{self as r, DEAD, EAGER, FLUSH, Kind, REPROMPT, StateAt, exit};
use crate::program::words::{List, PromptId};
use crate::prompt;
use crate::value::Value;

impl Machine<'_, '_> {
    pub(super) fn start_prompt(&mut self, prompt: PromptId) {
        self.state.phase = Phase::Prompt;
        self.state.prompt = prompt;
        self.state.item = 0;
        self.state.run_end = 0;
    }

    pub(super) fn begin_collect(&mut self, body: r::Collect) {
        self.state.noinputs = 0;
        self.state.nomatches = 0;
        self.state.reprompt = false;
        if body.flags & FLUSH != 0 {
            self.state.flush();
        }
        self.listen();
        self.start_prompt(body.prompt);
    }

    /// The collection begins anew.
    fn listen(&mut self) {
        self.state.taken = 0;
        self.state.dfa_state = 0;
    }

    /// A digit arrives, at any time.
    pub(super) fn digit(&mut self, symbol: u8) {
        let state = &mut *self.state;
        let swallow = core::mem::take(&mut state.swallow);
        if swallow >> symbol & 1 == 1 && state.now <= state.swallow_until {
            state.used = state.used.saturating_add(1);
            return;
        }
        match state.phase {
            Phase::Prompt if state.main != 0 && state.bargeable => state.barge = true,
            Phase::Wait => return self.digit_while_waiting(symbol),
            Phase::Connected | Phase::Stopping | Phase::End | Phase::Over | Phase::Idle => {
                state.dropped = state.dropped.saturating_add(1);
                return;
            }
            _ => {}
        }
        self.type_ahead(symbol);
    }

    pub(super) fn type_ahead(&mut self, symbol: u8) {
        let state = &mut *self.state;
        if let Some(slot) = state.digits.get_mut(usize::from(state.len)) {
            *slot = symbol;
            state.len += 1;
        } else {
            state.dropped = state.dropped.saturating_add(1);
        }
        debug_assert!(usize::from(state.len) <= DIGITS);
    }

    /// One step of playing a prompt: runs of items with and without barge-in, one operation each.
    pub(super) fn step_prompt(&mut self) -> Option<Emit> {
        if self.state.main != 0 {
            if !self.state.barge {
                return Some(Emit::Nothing);
            }
            self.state.barge = false;
            self.state.item = self.state.run_end;
            let op = core::mem::take(&mut self.state.main);
            return Some(Emit::Stop { op });
        }
        let (flow, words) = (self.flow, self.flow.words);
        let items = prompt::items(flow, self.state.prompt, self.state.language);
        let items = items.unwrap_or(List::EMPTY);
        let count = items.len(words).min(u32::from(u16::MAX)) as u16;
        while self.state.item < count {
            let start = self.state.item;
            let first = items.at(words, u32::from(start));
            let same = |at: &u16| {
                let item = items.at(words, u32::from(*at));
                (item.bargein != 0) == (first.bargein != 0)
            };
            let end = (start + 1..count).find(|at| !same(at)).unwrap_or(count);
            self.state.item = end;
            let bargeable = first.bargein != 0;
            if bargeable && self.state.ahead() > 0 {
                continue;
            }
            let heard =
                (start..end).any(|at| prompt::applies(self.env(), items.at(words, u32::from(at))));
            if heard {
                let op = self.state.new_op();
                self.state.main = op;
                self.state.run_end = end;
                self.state.bargeable = bargeable;
                return Some(Emit::Play { op, items, from: start, to: end, barge_in: bargeable });
            }
        }
        let node = self.node();
        if Kind::from_code(node.kind) == Some(Kind::Play) {
            self.state.leave(exit::NEXT);
            return None;
        }
        let body: r::Collect = flow.body(node);
        if core::mem::take(&mut self.state.reprompt) {
            self.start_prompt(body.prompt);
        } else {
            self.state.phase = Phase::Digits;
            self.state.timer = self.state.now + body.first;
        }
        None
    }

    /// Takes digits until there is none or the collection is over.
    pub(super) fn step_digits(&mut self) -> Option<Emit> {
        if self.state.taken >= self.state.len {
            return Some(Emit::Nothing);
        }
        let body: r::Collect = self.flow.body(self.node());
        let Some(&symbol) = self.state.digits.get(usize::from(self.state.taken)) else {
            self.reject(body);
            return None;
        };
        let bit = 1_u32 << symbol;
        let taken = self.state.taken;
        if body.cancel & bit != 0 {
            self.state.forget(taken + 1);
            self.state.leave(exit::CANCEL);
            return None;
        }
        if body.terminators & bit != 0 {
            self.complete(body, 1);
            return None;
        }
        let dfa = self.flow.root.dfas.at(self.flow.words, body.dfa.0);
        let before = grammar::state(self.flow, dfa, self.state.dfa_state);
        if taken > 0 && before.is_some_and(|s| s.accept() != 0 && !s.goes_on()) {
            // Only a terminator was awaited: the digit is the next node's.
            self.complete(body, 0);
            return None;
        }
        self.state.taken = taken + 1;
        self.state.dfa_state = before.map_or(DEAD, |s| s.next(symbol));
        self.state.timer = self.state.now + body.inter;
        let full = u32::from(self.state.taken) >= dfa.longest;
        let Some(after) = grammar::state(self.flow, dfa, self.state.dfa_state) else {
            if body.flags & EAGER != 0 || full {
                self.reject(body);
            }
            return None;
        };
        if full || !after.goes_on() {
            if body.term > 0 && body.terminators != 0 {
                self.state.timer = self.state.now + body.term;
            } else {
                self.complete(body, 0);
            }
        }
        None
    }

    /// Time has run out for the first or the next digit.
    pub(super) fn digits_timeout(&mut self) {
        let body: r::Collect = self.flow.body(self.node());
        if self.state.taken == 0 {
            self.state.noinputs = self.state.noinputs.saturating_add(1);
            let count = u32::from(self.state.noinputs);
            self.retry(body, count, body.max_noinput, body.noinput, exit::NOINPUT);
        } else {
            self.complete(body, 0);
        }
    }

    /// The string is whole: by a terminator (which goes with it), by time, or by its length.
    fn complete(&mut self, body: r::Collect, terminators: u8) {
        let dfa = self.flow.root.dfas.at(self.flow.words, body.dfa.0);
        let accept = grammar::state(self.flow, dfa, self.state.dfa_state);
        let accept = accept.map_or(0, StateAt::accept);
        let taken = self.state.taken;
        let into = body.into.0.map(|var| self.flow.var(var));
        let mut room = [0; DIGITS];
        let mut text = "";
        if into.is_some() || body.validate != 0 {
            let digits = self.state.digits.get(..usize::from(taken)).unwrap_or_default();
            for (out, digit) in room.iter_mut().zip(digits) {
                *out = grammar::SYMBOLS.get(usize::from(*digit)).copied().unwrap_or(b'0');
            }
            let keys = room.get(..digits.len()).unwrap_or_default();
            text = core::str::from_utf8(keys).unwrap_or_default();
        }
        let valid = match body.validate {
            1 => grammar::luhn(text),
            2 => grammar::date(text),
            _ => true,
        };
        let fits = into.is_none_or(|var| super::vars::fits(var, Value::Text(text)));
        if accept == 0 || !valid || !fits {
            if taken == 0 && terminators > 0 && self.has_exit(exit::EMPTY) {
                self.state.forget(terminators);
                self.state.leave(exit::EMPTY);
            } else {
                self.reject(body);
            }
            return;
        }
        if let Some(var) = into {
            super::vars::write(self.vars, var, Value::Text(text));
        }
        self.state.forget(taken.saturating_add(terminators));
        if terminators == 0 {
            self.swallow(body);
        }
        let exit = if accept == 1 { exit::NEXT } else { exit::OPTION.saturating_add(accept - 2) };
        self.state.leave(exit);
    }

    /// A terminator behind a complete string is not the next node's.
    fn swallow(&mut self, body: r::Collect) {
        let state = &mut *self.state;
        match state.digits.first() {
            Some(&next) if state.len > 0 => {
                if body.terminators >> next & 1 == 1 {
                    state.forget(1);
                }
            }
            _ => {
                state.swallow = body.terminators as u16;
                state.swallow_until = state.now + body.inter;
            }
        }
    }

    fn reject(&mut self, body: r::Collect) {
        self.state.flush();
        self.state.nomatches = self.state.nomatches.saturating_add(1);
        let count = u32::from(self.state.nomatches);
        self.retry(body, count, body.max_nomatch, body.nomatch, exit::NOMATCH);
    }

    /// The prompt of this try, the last one from then on; or the exit when there were enough.
    fn retry(
        &mut self,
        body: r::Collect,
        count: u32,
        max: u32,
        prompts: List<PromptId>,
        exit: u32,
    ) {
        self.state.timer = Time::NEVER;
        if count >= max {
            self.state.flush();
            self.state.leave(exit);
            return;
        }
        self.listen();
        let words = self.flow.words;
        let last = prompts.len(words).checked_sub(1);
        match last.and_then(|last| prompts.get(words, last.min(count.saturating_sub(1)))) {
            Some(prompt) => {
                self.state.reprompt = body.flags & REPROMPT != 0;
                self.start_prompt(prompt);
            }
            None => self.start_prompt(body.prompt),
        }
    }

    pub(super) fn has_exit(&self, code: u32) -> bool {
        self.node().exits.iter(self.flow.words).any(|e| e.code == code)
    }
}
