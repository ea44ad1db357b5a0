//! What a session wants done, as the dataclasses of `trunkline._dialogue`.

use ivr_core::{Args, EndReason, Fault, Output, PromptItem, TransferKind};
use pyo3::call::PyCallArgs;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyModule};

use super::values::to_python;
use crate::words::{Words, word};

/// One of the dataclasses, its fields in their order.
pub(super) fn made<'py>(
    py: Python<'py>,
    class: &str,
    fields: impl PyCallArgs<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    static CLASSES: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let classes = CLASSES
        .get_or_try_init(py, || PyModule::import(py, "trunkline._dialogue").map(Bound::unbind))?;
    classes.bind(py).getattr(class)?.call1(fields)
}

const TRANSFERS: Words<TransferKind> = &[
    ("blind", TransferKind::Blind),
    ("bridged", TransferKind::Bridged),
    ("consult", TransferKind::Consult),
];

const ENDS: Words<EndReason> = &[
    ("finished", EndReason::Finished),
    ("transferred", EndReason::Transferred),
    ("caller_hung_up", EndReason::CallerHungUp),
    ("unhandled", EndReason::Error(Fault::Unhandled)),
    ("loop", EndReason::Error(Fault::Loop)),
    ("stack", EndReason::Error(Fault::Stack)),
];

fn named<'py>(py: Python<'py>, args: Args<'_>) -> PyResult<Bound<'py, PyDict>> {
    let values = PyDict::new(py);
    for argument in args {
        values.set_item(argument.name, to_python(py, argument.value().get())?)?;
    }
    Ok(values)
}

fn item<'py>(py: Python<'py>, item: PromptItem<'_>) -> PyResult<Bound<'py, PyAny>> {
    const NONE: Option<&str> = None;
    match item {
        PromptItem::File(file) => made(py, "File", (file, NONE)),
        PromptItem::Text(text) => made(py, "Text", (text,)),
        PromptItem::FileOrText { file, text } => made(py, "File", (file, Some(text))),
        PromptItem::Say(say) => {
            let pieces: Vec<_> = say.pieces().map(|piece| piece.text).collect();
            made(py, "Say", (say.kind().name(), say.to_string(), pieces))
        }
        _ => made(py, "Text", ("",)),
    }
}

/// The output as an object of its class; `None` for a kind newer than this package.
pub(super) fn output<'py>(
    py: Python<'py>,
    output: &Output<'_>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    match *output {
        Output::Play { op, prompts, language, barge_in } => {
            let items: Vec<_> = prompts.map(|one| item(py, one)).collect::<PyResult<_>>()?;
            made(py, "Play", (op.0, items, language, barge_in))
        }
        Output::Stop { op } => made(py, "Stop", (op.0,)),
        Output::Query { op, name, args, timeout_ms } => {
            made(py, "Query", (op.0, name, named(py, args)?, timeout_ms))
        }
        Output::Queue { op, queue, priority, attach, max_wait_ms } => {
            let max_wait_ms = (max_wait_ms != 0).then_some(max_wait_ms);
            made(py, "Queue", (op.0, queue, priority, named(py, attach)?, max_wait_ms))
        }
        Output::Record { op, beep, max_ms, silence_ms, terminators } => {
            let silence_ms = (silence_ms != 0).then_some(silence_ms);
            let keys: String = terminators.iter().map(char::from).collect();
            made(py, "Record", (op.0, beep, max_ms, silence_ms, keys))
        }
        Output::Transfer { op, kind, target, timeout_ms, attach } => {
            let kind = word(TRANSFERS, kind);
            made(py, "Transfer", (op.0, kind, target, timeout_ms, named(py, attach)?))
        }
        Output::Attach(argument) => {
            let value = to_python(py, argument.value().get())?;
            made(py, "Attach", (argument.name, value))
        }
        Output::Trace { node, exit } => made(py, "Trace", (node, exit)),
        Output::End { reason } => made(py, "End", (word(ENDS, reason),)),
        _ => return Ok(None),
    }
    .map(Some)
}
