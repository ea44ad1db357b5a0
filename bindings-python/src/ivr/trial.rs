//! A flow tried key by key, and what calls have reached of it.

use ivr_core::rehearse::{Coverage as CoreCoverage, Rehearsal as CoreRehearsal};
use ivr_core::{Input, OpResult, SessionConfig, Time};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

use super::flow::{Flow, Loaded};
use super::session::{QUEUE_OUTCOMES, TRANSFER_OUTCOMES, known_keys, refused};
use super::values::Held;
use crate::lasting::forever;
use crate::words::{Repr as _, value};

/// One call in virtual time under your hand, for trying flows without a telephone.
///
/// Whatever the session wants becomes a line: prompts as one hears them ("en: Press one."), "query
/// NAME a=1", "queue NAME PRIORITY", "record MS", "transfer KIND TARGET", "attach KEY=VALUE", "stop
/// play", "NODE -> EXIT", "end REASON". The call is up at once.
#[pyclass(module = "trunkline.ivr")]
pub(super) struct Rehearsal {
    call: CoreRehearsal<'static>,
    _loaded: Arc<Loaded>,
}

impl Rehearsal {
    /// Does something about the host's operation; whether one is under way.
    fn host(&mut self, act: impl FnOnce(&mut CoreRehearsal<'static>)) -> bool {
        let under_way = self.call.host().is_some();
        if under_way {
            act(&mut self.call);
        }
        under_way
    }
}

#[pymethods]
impl Rehearsal {
    #[new]
    #[pyo3(signature = (flow, *, caller="", called="", language="", now=0, seed=0))]
    fn new(
        flow: &Bound<'_, Flow>,
        caller: &str,
        called: &str,
        language: &str,
        now: i64,
        seed: u64,
    ) -> PyResult<Self> {
        let loaded = Arc::new(flow.get().loaded.clone());
        let config = SessionConfig { seed, caller, called, language, now: Time(now), trace: true };
        // SAFETY: what an Arc holds does not move, and this value keeps it as long as the call.
        let lasting: &'static Loaded = unsafe { forever(&*loaded) };
        let call = CoreRehearsal::start(lasting.flow(), config).map_err(refused)?;
        Ok(Self { call, _loaded: loaded })
    }

    fn __repr__(&self) -> String {
        format!("Rehearsal(now={}, is_over={})", self.now(), self.is_over().repr())
    }

    /// The caller presses keys, a tenth of a second each: 0 to 9, *, #, A to D.
    fn press(&mut self, keys: &str) -> PyResult<()> {
        known_keys(keys)?;
        self.call.press(keys);
        Ok(())
    }

    /// The caller presses keys all at once, before the session has had a turn.
    fn burst(&mut self, keys: &str) -> PyResult<()> {
        known_keys(keys)?;
        self.call.burst(keys);
        Ok(())
    }

    /// The prompt under way is heard to its end, and those that follow without a pause; each takes a
    /// second.
    fn listen(&mut self) {
        self.call.listen();
    }

    /// Only the prompt under way is heard to its end, in no time.
    fn heard(&mut self) {
        self.call.heard();
    }

    /// Time passes, deadline by deadline.
    fn wait(&mut self, ms: u32) {
        self.call.wait(ms);
    }

    /// Time passes without the session being told: the next input comes late.
    fn skip(&mut self, ms: u32) {
        self.call.skip(ms);
    }

    /// The caller hangs up.
    fn hangup(&mut self) {
        self.call.input(Input::Hangup);
    }

    /// The host answers its query: values by name, each an int, bool, str or Decimal. False when the
    /// host has nothing under way, here and below.
    fn answer(&mut self, values: &Bound<'_, PyDict>) -> PyResult<bool> {
        let held = Held::all(values)?;
        Ok(self.host(|call| call.found(&Held::values(&held))))
    }

    /// The host's operation could not be done at all.
    fn failed(&mut self) -> bool {
        self.host(|call| call.answer(OpResult::Failed))
    }

    /// A recording was made, so many ms long.
    fn recorded(&mut self, ms: u32) -> bool {
        self.host(|call| call.answer(OpResult::Recorded { ms }))
    }

    /// How the waiting caller stands in the queue: 1 is next; the estimated wait in ms.
    fn queue_update(&mut self, position: u32, estimate_ms: u32) -> bool {
        self.host(|call| call.tell(|op| Input::QueueUpdate { op, position, estimate_ms }))
    }

    /// The queued or transferred call was answered.
    fn answered(&mut self) -> bool {
        self.host(|call| call.tell(|op| Input::Answered { op }))
    }

    /// The caller left the queue; `outcome` is a `QueueOutcome`.
    fn queue_ended(&mut self, outcome: &str) -> PyResult<bool> {
        let outcome = value(QUEUE_OUTCOMES, "outcome", outcome)?;
        Ok(self.host(|call| call.answer(OpResult::QueueEnded { outcome })))
    }

    /// A transfer came to its end; `outcome` is a `TransferOutcome`.
    fn transferred(&mut self, outcome: &str) -> PyResult<bool> {
        let outcome = value(TRANSFER_OUTCOMES, "outcome", outcome)?;
        Ok(self.host(|call| call.answer(OpResult::Transferred { outcome })))
    }

    /// The lines since this was last asked.
    fn take(&mut self) -> Vec<String> {
        self.call.take()
    }

    /// Takes the lines up to the first one that holds a text; False, and takes none, when no line does.
    fn seek(&mut self, text: &str) -> bool {
        self.call.seek(text)
    }

    /// The exits that were taken, each as node and exit, in order.
    #[getter]
    fn visited(&self) -> Vec<(String, String)> {
        self.call.visited().to_vec()
    }

    /// All that went into the session and came out of it, as players in other languages read it.
    #[getter]
    fn transcript(&self) -> &str {
        self.call.transcript()
    }

    /// The virtual time, in ms.
    #[getter]
    fn now(&self) -> i64 {
        self.call.now().0
    }

    /// Whether the dialogue is over.
    #[getter]
    fn is_over(&self) -> bool {
        self.call.is_over()
    }
}

/// Which exits of a flow's nodes calls have taken.
#[pyclass(module = "trunkline.ivr")]
pub(super) struct Coverage {
    coverage: CoreCoverage,
}

#[pymethods]
impl Coverage {
    #[new]
    fn new(flow: &Bound<'_, Flow>) -> Self {
        Self { coverage: CoreCoverage::new(flow.get().loaded.flow()) }
    }

    fn __repr__(&self) -> String {
        let (taken, exits) = self.coverage.exits();
        format!("Coverage(taken={taken}, exits={exits})")
    }

    /// What was reached, and what was not, in words.
    fn __str__(&self) -> String {
        self.coverage.to_string()
    }

    /// Counts the way that a call took, once it is over.
    fn count(&mut self, call: &Rehearsal) {
        self.coverage.count(&call.call);
    }

    /// How many exits were taken, and how many there are.
    #[getter]
    fn exits(&self) -> (usize, usize) {
        self.coverage.exits()
    }

    /// The exits that nobody took, each as node and exit.
    #[getter]
    fn missed(&self) -> Vec<(String, String)> {
        self.coverage.missed().map(|(node, exit)| (node.to_owned(), exit.to_owned())).collect()
    }
}
