//! Counts of everything that must be given back: calls, SIP legs, RTP ports, open files, tasks.
//!
//! Each is held by a [`Guard`], so that a count can only be wrong if a guard is leaked, and a call
//! centre that has no calls must show nothing but zeros.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Calls known to the centre.
    Call,
    /// SIP dialogs, of callers and of agents.
    Leg,
    /// RTP port pairs taken from the pool.
    Port,
    /// Recordings and voicemails open for writing.
    File,
    /// Tasks that live with a call.
    Task,
}

const NAMES: [&str; 5] = ["calls", "legs", "ports", "files", "tasks"];

/// The counters; clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Live(Arc<[AtomicUsize; 5]>);

impl Live {
    /// Counts one more of `kind` until the guard is dropped.
    pub(crate) fn guard(&self, kind: Kind) -> Guard {
        self.0[kind as usize].fetch_add(1, Ordering::Relaxed);
        Guard { live: self.clone(), kind }
    }

    /// How many of `kind` there are.
    #[cfg(test)]
    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.0[kind as usize].load(Ordering::Relaxed)
    }

    /// Whether everything has been given back.
    pub(crate) fn is_zero(&self) -> bool {
        self.0.iter().all(|count| count.load(Ordering::Relaxed) == 0)
    }
}

impl fmt::Display for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("live:")?;
        for (name, count) in NAMES.iter().zip(self.0.iter()) {
            write!(f, " {name}={}", count.load(Ordering::Relaxed))?;
        }
        Ok(())
    }
}

/// One counted thing.
#[derive(Debug)]
pub(crate) struct Guard {
    live: Live,
    kind: Kind,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.live.0[self.kind as usize].fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_counts_while_it_lives() {
        let live = Live::default();
        let call = live.guard(Kind::Call);
        let port = live.guard(Kind::Port);
        assert_eq!(live.to_string(), "live: calls=1 legs=0 ports=1 files=0 tasks=0");
        assert!(!live.is_zero());
        drop(call);
        assert_eq!((live.count(Kind::Call), live.count(Kind::Port)), (0, 1));
        drop(port);
        assert!(live.is_zero());
    }
}
