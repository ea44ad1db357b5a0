//! Lints: what compiles, but hardly means what it says.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use super::Compiler;
use super::menus::listens;
use crate::program::records::{self as r, Kind};
use crate::program::words::FlowId;

impl Compiler<'_> {
    pub(super) fn lint(&mut self) {
        self.unreachable();
        self.recursion();
        self.endless();
        self.unused();
    }

    /// The nodes a node leads to, handlers of its flow and of the application included.
    fn successors(&self, id: usize) -> Vec<usize> {
        let draft = &self.drafts[id];
        let mut next: Vec<usize> = draft.exits.iter().map(|e| e.target).collect();
        if draft.kind == Kind::Call {
            let FlowId(flow) = self.written::<r::Call>(draft.body).flow;
            next.push(self.flows[flow as usize].start_node);
        }
        next
    }

    fn unreachable(&mut self) {
        let mut reached = BTreeSet::new();
        let mut todo = alloc::vec![self.flows[0].start_node];
        todo.extend(self.events.iter().map(|e| e.target));
        while let Some(id) = todo.pop() {
            if !reached.insert(id) {
                continue;
            }
            todo.extend(self.successors(id));
            let events = &self.flows[self.drafts[id].flow].events;
            todo.extend(events.iter().map(|e| e.target));
        }
        for id in 0..self.drafts.len() {
            if !reached.contains(&id) {
                let (name, span) = (self.drafts[id].name.clone(), self.drafts[id].span);
                let message = format!("no caller ever comes to node `{name}`");
                self.warn("unreachable", span, message, None);
            }
        }
    }

    /// A flow that calls itself, directly or through others.
    fn recursion(&mut self) {
        let count = self.flows.len();
        let mut calls: Vec<BTreeSet<usize>> = alloc::vec![BTreeSet::new(); count];
        for draft in self.drafts.iter().filter(|d| d.kind == Kind::Call) {
            let FlowId(flow) = self.written::<r::Call>(draft.body).flow;
            calls[draft.flow].insert(flow as usize);
        }
        for start in 0..count {
            let mut reached = BTreeSet::new();
            let mut todo: Vec<usize> = calls[start].iter().copied().collect();
            while let Some(flow) = todo.pop() {
                if reached.insert(flow) {
                    todo.extend(&calls[flow]);
                }
            }
            if reached.contains(&start) {
                let (name, span) = (self.flows[start].name, self.flows[start].span);
                let message = format!("flow `{name}` calls itself");
                let help = "go back with `return`, or leave with an exit; a call may be eight deep";
                self.error("recursion", span, message, Some(help.into()));
            }
        }
    }

    /// A circle of nodes in which neither the caller nor the host ever has a turn.
    fn endless(&mut self) {
        let count = self.drafts.len();
        // What waits breaks a circle; so does a prompt, but one that only talks never ends.
        let silent = |kind| {
            !listens(kind)
                && !matches!(kind, Kind::Query | Kind::Queue | Kind::Transfer | Kind::Record)
        };
        let mut state = alloc::vec![0_u8; count];
        for start in 0..count {
            // Depth first, without recursion: documents may be deep.
            let mut stack = alloc::vec![(start, 0)];
            while let Some((id, next)) = stack.pop() {
                if !silent(self.drafts[id].kind) {
                    state[id] = 2;
                    continue;
                }
                if next == 0 {
                    if state[id] == 2 {
                        continue;
                    }
                    state[id] = 1;
                }
                match self.successors(id).get(next) {
                    Some(&to) => {
                        stack.push((id, next + 1));
                        if state[to] == 1 && silent(self.drafts[to].kind) {
                            let (name, span) = (self.drafts[to].name.clone(), self.drafts[to].span);
                            state[to] = 2;
                            let message = format!(
                                "node `{name}` comes back to itself without a turn of the caller"
                            );
                            let help =
                                Some("a menu, a query or a recording has to come between".into());
                            self.warn("endless", span, message, help);
                        } else if state[to] == 0 {
                            stack.push((to, 0));
                        }
                    }
                    None => state[id] = 2,
                }
            }
        }
    }

    fn unused(&mut self) {
        let idle: Vec<_> = self
            .prompts
            .iter()
            .filter(|p| !p.used)
            .filter_map(|p| p.name.map(|name| (name, p.span)))
            .collect();
        for (name, span) in idle {
            let message = format!("prompt `{name}` is never heard");
            self.warn("unused", span, message, None);
        }
    }
}
