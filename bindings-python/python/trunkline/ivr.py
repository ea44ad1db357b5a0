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
"""

from __future__ import annotations

from enum import StrEnum

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
    Stop,
    Text,
    Trace,
    Transfer,
    Value,
)
from ._native import CompileError, Flow, IvrError, Session, compile, say


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


__all__ = [
    "Attach",
    "CompileError",
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
    "Say",
    "Session",
    "Stop",
    "Text",
    "Trace",
    "Transfer",
    "TransferOutcome",
    "Value",
    "compile",
    "say",
]
