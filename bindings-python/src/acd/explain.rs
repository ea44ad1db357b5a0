//! Why things are as they are, as records.

use acd_core::{
    CallReason, EstimateError, Estimates as CoreEstimates, NextCall as CoreNextCall, Time,
    WhyIdle as CoreWhyIdle, WhyWaiting as CoreWhyWaiting,
};
use pyo3::prelude::*;

use crate::words::{Words, record, word};

pub(super) const REASONS: Words<CallReason> = &[
    ("alone", CallReason::Alone),
    ("preferred", CallReason::Preferred),
    ("ringing", CallReason::Ringing),
    ("weight", CallReason::Weight),
    ("priority", CallReason::Priority),
    ("order", CallReason::Order),
    ("age", CallReason::Age),
];

record! {
    /// Why a call waits. Every member of its queue is counted once, under the first thing in this
    /// order that keeps it from taking the call.
    "trunkline.acd" WhyWaiting {
        /// Members that lack a skill the call asks for.
        unskilled: u32,
        /// Members whose penalty is outside the call's window.
        out_of_window: u32,
        /// Members logged out.
        logged_out: u32,
        /// Members not ready.
        not_ready: u32,
        /// Members paused in this queue.
        paused: u32,
        /// Members left alone for a while after an offer they missed.
        left_alone: u32,
        /// Members ringing, talking or in wrap-up.
        busy: u32,
        /// Members who missed this very call a short while ago, or whose phone rings for it.
        tried: u32,
        /// Members who could take it: only while it waits for its preferred agent alone, or rings
        /// elsewhere.
        free: u32,
        /// Calls before it in the queue.
        ahead: u32,
        /// Phones that ring for it.
        ringing: u32,
        /// Until when it waits for its preferred agent alone, in ms; None: it does not.
        alone_until: Option<u64>,
        /// When something changes for it by itself, in ms: a retry, a step of relaxation, its
        /// longest wait. None: not before somebody does something.
        next_change: Option<u64>,
    }
}

impl From<CoreWhyWaiting> for WhyWaiting {
    fn from(of: CoreWhyWaiting) -> Self {
        Self {
            unskilled: of.unskilled,
            out_of_window: of.out_of_window,
            logged_out: of.logged_out,
            not_ready: of.not_ready,
            paused: of.paused,
            left_alone: of.left_alone,
            busy: of.busy,
            tried: of.tried,
            free: of.free,
            ahead: of.ahead,
            ringing: of.ringing,
            alone_until: of.alone_until.map(Time::ms),
            next_change: of.next_change.map(Time::ms),
        }
    }
}

record! {
    /// Why an agent is idle. Every waiting call of its queues is counted once, under the first thing
    /// in this order that keeps it from going to the agent.
    "trunkline.acd" WhyIdle {
        /// Whether the agent could take a voice call at all now.
        available: bool,
        /// Until when it is left alone after an offer it missed, in ms; None: it is not.
        left_alone_until: Option<u64>,
        /// Calls that ask for a skill it lacks.
        unskilled: u32,
        /// Calls whose window excludes its penalty.
        out_of_window: u32,
        /// Calls of queues it is paused in.
        paused: u32,
        /// Calls that ring elsewhere, wait for another agent alone, or it missed a short while ago.
        held: u32,
        /// Calls it could take: none, when it is available and outputs have been polled.
        open: u32,
    }
}

impl From<CoreWhyIdle> for WhyIdle {
    fn from(of: CoreWhyIdle) -> Self {
        Self {
            available: of.available,
            left_alone_until: of.left_alone_until.map(Time::ms),
            unskilled: of.unskilled,
            out_of_window: of.out_of_window,
            paused: of.paused,
            held: of.held,
            open: of.open,
        }
    }
}

record! {
    /// The call an agent would get, and why.
    "trunkline.acd" NextCall {
        /// Which.
        call: u64,
        /// What puts it before the one that would come after it: a `CallReason`.
        because: &'static str,
        /// The one that would come after it; None when there is no other.
        before: Option<u64>,
    }
}

impl From<CoreNextCall> for NextCall {
    fn from(of: CoreNextCall) -> Self {
        Self {
            call: of.call.raw(),
            because: word(REASONS, of.because),
            before: of.before.map(acd_core::CallId::raw),
        }
    }
}

record! {
    /// Three predictions of how much longer a call may have to wait, in ms; None: nothing is known.
    "trunkline.acd" Estimates {
        /// From the calls before it, and how quickly agents have become free.
        by_length_ms: Option<u64>,
        /// As long as the call last answered had waited, less what this one has.
        by_last_served_ms: Option<u64>,
        /// As long as the first in the queue has waited so far, less what this one has.
        by_first_ms: Option<u64>,
    }
}

impl From<CoreEstimates> for Estimates {
    fn from(of: CoreEstimates) -> Self {
        Self {
            by_length_ms: of.by_length_ms,
            by_last_served_ms: of.by_last_served_ms,
            by_first_ms: of.by_first_ms,
        }
    }
}

record! {
    /// How good a predictor was in a queue: what it said when calls joined, less how long they then
    /// waited for an agent.
    "trunkline.acd" PredictionError {
        /// Predictions that have been compared with a wait.
        count: u64,
        /// The mean error in ms: above 0, waits were shorter than predicted. None: no predictions.
        mean_ms: Option<f64>,
        /// The mean error without the sign, in ms.
        mean_absolute_ms: Option<f64>,
    }
}

impl From<EstimateError> for PredictionError {
    fn from(of: EstimateError) -> Self {
        let mean = |sum: f64| (of.count > 0).then(|| sum / of.count as f64);
        Self {
            count: of.count,
            mean_ms: mean(of.sum_ms as f64),
            mean_absolute_ms: mean(of.absolute_sum_ms as f64),
        }
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<WhyWaiting>()?;
    module.add_class::<WhyIdle>()?;
    module.add_class::<Estimates>()?;
    module.add_class::<PredictionError>()?;
    module.add_class::<NextCall>()
}
