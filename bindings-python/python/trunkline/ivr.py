"""The caller's dialogue: flows compiled, and walked through one call at a time.

>>> from trunkline.ivr import Flow, Play, Session, compile
>>> program, warnings = compile('''
... name: hello
... languages: [en]
... start: menu
... nodes:
...   menu:
...     type: menu
...     prompt: Press one.
...     options: { 1: bye }
...     on: { noinput: hangup, nomatch: hangup }
...   bye: { type: play, prompt: Goodbye., next: hangup }
... ''')
>>> session = Session(Flow(program))
>>> session.start(0)
>>> [item.text for output in session if isinstance(output, Play) for item in output.items]
['Press one.']
>>> session.digits(900, "1")
>>> list(session)[-1].items
[Text(text='Goodbye.')]

The same by hand, with time that is made up, and what it reached:

>>> from trunkline.ivr import Coverage, Rehearsal
>>> call, coverage = Rehearsal(Flow(program)), Coverage(Flow(program))
>>> call.press("1")
>>> call.listen()
>>> call.take()
['en: Press one.', 'stop play', 'menu -> 1', 'en: Goodbye.', 'bye -> next', 'end Finished']
>>> coverage.count(call)
>>> coverage.exits, coverage.missed
((2, 4), [('menu', 'noinput'), ('menu', 'nomatch')])
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from ._dialogue import (
    Attach,
    Diagnostic,
    End,
    File,
    Output,
    Play,
    Query,
    Queue,
    Record,
    Say,
    ScenarioOutcome,
    ScenarioReport,
    Stop,
    Text,
    Trace,
    Transfer,
    Value,
)
from ._native import (
    CompileError,
    Coverage,
    Flow,
    IvrError,
    Rehearsal,
    Session,
    compile,
    flow_of,
    import_freeswitch,
    play_scenarios,
    say,
)


class QueueOutcome(StrEnum):
    """How a wait in a queue ended."""

    ANSWERED = "answered"
    """An agent talked to the caller and is gone: the dialogue goes on."""
    ABANDONED = "abandoned"
    TIMEOUT = "timeout"
    FULL = "full"
    EMPTY = "empty"
    """Nobody is logged in to the queue."""
    EXIT_KEY = "exit_key"
    FAILED = "failed"


class TransferOutcome(StrEnum):
    """How a transfer ended."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    FAILED = "failed"


class EndReason(StrEnum):
    """Why a dialogue is over."""

    FINISHED = "finished"
    """The flow hangs up: clear the call."""
    TRANSFERRED = "transferred"
    """The call was handed over by a blind transfer: leave it."""
    CALLER_HUNG_UP = "caller_hung_up"
    UNHANDLED = "unhandled"
    """An event that nothing in the flow handles: clear the call."""
    LOOP = "loop"
    """Too many nodes in a row without the caller's or the host's turn: clear the call."""
    STACK = "stack"
    """Sub-flows called each other too deeply: clear the call."""


def load(path: str | Path) -> Flow:
    """A flow from a file: a document (YAML or JSON), which is compiled, or a program (``.ivrb``).

    Raises :class:`CompileError` for a document that is no flow, :class:`IvrError` for a program that
    is none.
    """
    path = Path(path)
    if path.suffix == ".ivrb":
        return Flow(path.read_bytes())
    return Flow(compile(path.read_text(encoding="utf-8"), str(path))[0])


def run_scenarios(path: str | Path, flow: Flow | None = None) -> ScenarioReport:
    """Play a scenario file (``*.ivrtest.yaml``) against the flow it names, or another.

    A scenario that fails is no error but an outcome. Raises :class:`CompileError` when the file is
    no scenario file, or what it names is no flow.
    """
    path = Path(path)
    source = path.read_text(encoding="utf-8")
    if flow is None:
        flow = load(path.parent / flow_of(source, str(path)))
    played, (taken, exits), missed = play_scenarios(flow, source, str(path))
    outcomes = [ScenarioOutcome(*of) for of in played]
    return ScenarioReport(outcomes, taken, exits, missed)


__all__ = [
    "Attach",
    "CompileError",
    "Coverage",
    "Diagnostic",
    "End",
    "EndReason",
    "File",
    "Flow",
    "IvrError",
    "Output",
    "Play",
    "Query",
    "Queue",
    "QueueOutcome",
    "Record",
    "Rehearsal",
    "Say",
    "ScenarioOutcome",
    "ScenarioReport",
    "Session",
    "Stop",
    "Text",
    "Trace",
    "Transfer",
    "TransferOutcome",
    "Value",
    "compile",
    "flow_of",
    "import_freeswitch",
    "load",
    "run_scenarios",
    "say",
]
