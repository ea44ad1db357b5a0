//! One caller's walk through a flow.

use ivr_core::{
    Input, MigrateError, Op, OpResult, QueueOutcome, SessionConfig, SessionError, SessionOf,
    SnapshotError, Time, TransferOutcome,
};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::flow::{Flow, Loaded};
use super::outputs::output;
use super::values::Held;
use crate::errors::{IvrError, Reason};
use crate::words::{Words, value};

pub(super) const QUEUE_OUTCOMES: Words<QueueOutcome> = &[
    ("answered", QueueOutcome::Answered),
    ("abandoned", QueueOutcome::Abandoned),
    ("timeout", QueueOutcome::Timeout),
    ("full", QueueOutcome::Full),
    ("empty", QueueOutcome::Empty),
    ("exit_key", QueueOutcome::ExitKey),
    ("failed", QueueOutcome::Failed),
];

pub(super) const TRANSFER_OUTCOMES: Words<TransferOutcome> = &[
    ("answered", TransferOutcome::Answered),
    ("busy", TransferOutcome::Busy),
    ("no_answer", TransferOutcome::NoAnswer),
    ("rejected", TransferOutcome::Rejected),
    ("failed", TransferOutcome::Failed),
];

/// One caller's walk through a flow.
///
/// Start it, iterate over it (or call poll) for what it wants done after every input, and call tick
/// no later than deadline. Times are ms since the Unix epoch; an earlier one counts as the latest.
/// `op` is the number of the operation that an output asked for: a result of any other than the
/// ones under way changes nothing.
#[pyclass(module = "trunkline.ivr")]
pub(super) struct Session {
    loaded: Loaded,
    session: SessionOf<4096>,
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
pub(super) fn refused(error: SessionError) -> PyErr {
    let reason = match error {
        SessionError::WrongFlow { began, given } => {
            Reason::new("wrong_flow").about(Some(given.into())).limit(began.into())
        }
        SessionError::NotADigit(byte) => return no_key(byte.into()),
        SessionError::Variables { needs, has } => {
            Reason::new("variables").about(Some(needs as u64)).limit(has as u64)
        }
        _ => Reason::new("refused"),
    };
    reason.within(IvrError::new_err(error.to_string()))
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn not_restored(error: SnapshotError) -> PyErr {
    let reason = match error {
        SnapshotError::WrongFlow(id) => Reason::new("wrong_flow").about(Some(id.into())),
        _ => Reason::new("snapshot"),
    };
    reason.within(IvrError::new_err(error.to_string()))
}

fn not_migrated(error: MigrateError) -> PyErr {
    let reason = match error {
        MigrateError::Session(error) => return refused(error),
        MigrateError::Outputs => Reason::new("outputs"),
        MigrateError::Node(index) => Reason::new("node").about(Some(index as u64)),
        MigrateError::Prompt(index) => Reason::new("prompt").about(Some(index as u64)),
        MigrateError::Variable(index) => Reason::new("variable").about(Some(index as u64)),
        MigrateError::Language => Reason::new("language"),
        _ => Reason::new("refused"),
    };
    reason.within(IvrError::new_err(error.to_string()))
}

fn no_key(key: char) -> PyErr {
    let exception = IvrError::new_err(format!("'{key}' is no key of a telephone"));
    Reason::new("not_a_key").about(Some(u32::from(key).into())).within(exception)
}

/// Whether all of these are keys of a telephone.
pub(super) fn known_keys(keys: &str) -> PyResult<()> {
    let known = |key: &u8| matches!(key, b'0'..=b'9' | b'*' | b'#' | b'A'..=b'D');
    match keys.chars().find(|key| !u8::try_from(*key).is_ok_and(|k| known(&k))) {
        Some(key) => Err(no_key(key)),
        None => Ok(()),
    }
}

impl Session {
    fn feed(&mut self, now: i64, input: Input<'_>) -> PyResult<()> {
        self.session.handle(self.loaded.flow(), Time(now), input).map_err(refused)
    }

    fn done(&mut self, now: i64, op: u32, result: OpResult<'_>) -> PyResult<()> {
        self.feed(now, Input::Done { op: Op(op), result })
    }
}

#[pymethods]
impl Session {
    #[new]
    #[pyo3(signature = (flow, *, caller="", called="", language="", now=0, seed=0, trace=false))]
    fn new(
        flow: &Bound<'_, Flow>,
        caller: &str,
        called: &str,
        language: &str,
        now: i64,
        seed: u64,
        trace: bool,
    ) -> PyResult<Self> {
        let loaded = flow.get().loaded.clone();
        let config = SessionConfig { seed, caller, called, language, now: Time(now), trace };
        let session = SessionOf::new(loaded.flow(), config).map_err(refused)?;
        Ok(Self { loaded, session })
    }

    /// The session of a snapshot that was taken on the same program. Raises IvrError (code
    /// "wrong_flow" or "snapshot") for any other bytes, and for damaged ones.
    #[staticmethod]
    fn restore(flow: &Bound<'_, Flow>, snapshot: &[u8]) -> PyResult<Self> {
        let loaded = flow.get().loaded.clone();
        let session = SessionOf::restore(loaded.flow(), snapshot).map_err(not_restored)?;
        Ok(Self { loaded, session })
    }

    /// The whole session as bytes; `restore` goes on from there. Secret variables are in it.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let mut bytes = vec![0; self.session.snapshot_len()];
        self.session.save(&mut bytes).map_err(not_restored)?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Go on in another version of the flow: nodes, variables and languages are found by name.
    /// Raises IvrError (code "node", "prompt", "variable" or "language", with its index in the old
    /// version as subject) where that has no such place, and "outputs" before all were polled; the
    /// session then stays where it was.
    fn migrate(&mut self, flow: &Bound<'_, Flow>) -> PyResult<()> {
        let loaded = flow.get().loaded.clone();
        let moved =
            self.session.migrate(self.loaded.flow(), loaded.flow()).map_err(not_migrated)?;
        self.session = moved;
        self.loaded = loaded;
        Ok(())
    }

    fn __repr__(&self) -> String {
        let node = self.loaded.flow().nodes().nth(self.session.node()).unwrap_or_default();
        format!("Session(node='{node}', is_over={})", if self.is_over() { "True" } else { "False" })
    }

    /// The call is up: the dialogue begins.
    fn start(&mut self, now: i64) -> PyResult<()> {
        self.feed(now, Input::Start)
    }

    /// The caller pressed keys, one or several: 0 to 9, *, #, A to D.
    fn digits(&mut self, now: i64, keys: &str) -> PyResult<()> {
        known_keys(keys)?;
        keys.bytes().try_for_each(|key| self.feed(now, Input::Digit(key)))
    }

    /// The caller hung up.
    fn hangup(&mut self, now: i64) -> PyResult<()> {
        self.feed(now, Input::Hangup)
    }

    /// Time has passed.
    fn tick(&mut self, now: i64) -> PyResult<()> {
        self.feed(now, Input::Tick)
    }

    /// A prompt was played to its end.
    fn finished(&mut self, now: i64, op: u32) -> PyResult<()> {
        self.done(now, op, OpResult::Finished)
    }

    /// The operation could not be done at all.
    fn failed(&mut self, now: i64, op: u32) -> PyResult<()> {
        self.done(now, op, OpResult::Failed)
    }

    /// The host's answer to a query: values by name, each an int, bool, str or Decimal.
    fn answer(&mut self, now: i64, op: u32, values: &Bound<'_, PyDict>) -> PyResult<()> {
        let held = Held::all(values)?;
        self.done(now, op, OpResult::QueryOk(&Held::values(&held)))
    }

    /// The caller left the queue; `outcome` is a `QueueOutcome`.
    fn queue_ended(&mut self, now: i64, op: u32, outcome: &str) -> PyResult<()> {
        let outcome = value(QUEUE_OUTCOMES, "outcome", outcome)?;
        self.done(now, op, OpResult::QueueEnded { outcome })
    }

    /// How a waiting caller stands in the queue: 1 is next; the estimated wait in ms.
    fn queue_update(&mut self, now: i64, op: u32, position: u32, estimate_ms: u32) -> PyResult<()> {
        self.feed(now, Input::QueueUpdate { op: Op(op), position, estimate_ms })
    }

    /// A queued or transferred call was answered: announcements stop, keys are the other side's.
    fn answered(&mut self, now: i64, op: u32) -> PyResult<()> {
        self.feed(now, Input::Answered { op: Op(op) })
    }

    /// A recording was made, so many ms long.
    fn recorded(&mut self, now: i64, op: u32, ms: u32) -> PyResult<()> {
        self.done(now, op, OpResult::Recorded { ms })
    }

    /// A transfer came to its end; `outcome` is a `TransferOutcome`.
    fn transferred(&mut self, now: i64, op: u32, outcome: &str) -> PyResult<()> {
        let outcome = value(TRANSFER_OUTCOMES, "outcome", outcome)?;
        self.done(now, op, OpResult::Transferred { outcome })
    }

    /// The next thing to be done, or None when there is no more.
    fn poll<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        while let Some(next) = self.session.poll(self.loaded.flow()) {
            if let Some(known) = output(py, &next)? {
                return Ok(Some(known));
            }
        }
        Ok(None)
    }

    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.poll(py)
    }

    /// When the session wants tick at the latest, in ms; None: not before the next input.
    #[getter]
    fn deadline(&self) -> Option<i64> {
        self.session.deadline().map(|Time(ms)| ms)
    }

    /// Whether the dialogue is over.
    #[getter]
    fn is_over(&self) -> bool {
        self.session.is_over()
    }

    /// The name of the node the session is at.
    #[getter]
    fn node(&self) -> &str {
        self.loaded.flow().nodes().nth(self.session.node()).unwrap_or_default()
    }
}
