use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use core::fmt;

use super::Rehearsal;
use crate::Flow;

/// Which nodes and exits of a flow calls have gone through.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// How often each exit was taken.
    exits: BTreeMap<(String, String), u64>,
}

impl Coverage {
    /// Nothing reached yet.
    #[must_use]
    pub fn new(flow: &Flow<'_>) -> Self {
        let exits = flow.exits().map(|(n, e)| ((n.to_string(), e.to_string()), 0));
        Self { exits: exits.collect() }
    }

    /// Counts a call's way.
    pub fn count(&mut self, call: &Rehearsal<'_>) {
        for way in call.visited() {
            if let Some(count) = self.exits.get_mut(way) {
                *count += 1;
            }
        }
    }

    /// Exits taken, and exits there are.
    #[must_use]
    pub fn exits(&self) -> (usize, usize) {
        let taken = self.exits.values().filter(|n| **n > 0).count();
        (taken, self.exits.len())
    }

    /// Exits nobody took, as node and exit.
    pub fn missed(&self) -> impl Iterator<Item = (&str, &str)> {
        let missed = self.exits.iter().filter(|(_, n)| **n == 0);
        missed.map(|((node, exit), _)| (node.as_str(), exit.as_str()))
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (taken, all) = self.exits();
        writeln!(f, "coverage: {taken} of {all} exits")?;
        for (node, exit) in self.missed() {
            writeln!(f, "  never taken: {node} -> {exit}")?;
        }
        Ok(())
    }
}
