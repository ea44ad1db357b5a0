"""What the dialogue engine says, as dataclasses; made by the native half of the package."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

Value: TypeAlias = int | bool | str | Decimal
"""A value to the host or from it; moments are ms since the Unix epoch."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something wrong in a document, and where."""

    level: str
    """"error" or "warning"."""
    code: str
    """A short name to look it up by, ``unknown-node`` for example."""
    message: str
    line: int
    """From 1."""
    column: int
    """In characters, from 1."""
    help: str | None
    """What would make it right."""


@dataclass(frozen=True, slots=True)
class File:
    """A recorded file, and what it says in case it is missing."""

    file: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Text:
    """Text for speech synthesis."""

    text: str


@dataclass(frozen=True, slots=True)
class Say:
    """A value: play a recording of each piece, or synthesise the text."""

    kind: str
    text: str
    pieces: list[str]


@dataclass(frozen=True, slots=True)
class Play:
    """Play these items in order, then call :meth:`Session.finished`."""

    op: int
    items: list[File | Text | Say]
    language: str
    barge_in: bool
    """Whether a key stops it; the session says so itself."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop an operation: a prompt, a recording, a query, a wait in the queue."""

    op: int


@dataclass(frozen=True, slots=True)
class Query:
    """Ask the host, then call :meth:`Session.answer` or :meth:`Session.failed`."""

    op: int
    name: str
    args: dict[str, Value]
    timeout_ms: int


@dataclass(frozen=True, slots=True)
class Queue:
    """Put the caller in a queue, then call :meth:`Session.queue_ended`."""

    op: int
    queue: str
    priority: int
    attach: dict[str, Value]
    max_wait_ms: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """Record the caller, then call :meth:`Session.recorded`."""

    op: int
    beep: bool
    max_ms: int
    silence_ms: int | None
    """Stop after so much silence."""
    keys: str
    """Keys that end it."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Transfer the caller, then call :meth:`Session.transferred`."""

    op: int
    kind: str
    """"blind", "bridged" or "consult"."""
    target: str
    timeout_ms: int
    attach: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Attach:
    """Attach a value to the call, for the agent's screen."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Trace:
    """A node was left."""

    node: str
    exit: str


@dataclass(frozen=True, slots=True)
class End:
    """The dialogue is over: nothing follows, ever."""

    reason: str
    """An :class:`EndReason`."""


@dataclass(frozen=True, slots=True)
class ScenarioOutcome:
    """How one scenario went."""

    name: str
    failure: str | None
    """What went wrong, with what happened instead; None when all is well."""
    transcript: str
    """What went into the session and came out of it, as ``ivr-core/README.md`` describes it."""

    @property
    def passed(self) -> bool:
        """Whether it went well."""
        return self.failure is None


@dataclass(frozen=True, slots=True)
class ScenarioReport:
    """How a file of scenarios went."""

    outcomes: list[ScenarioOutcome]
    exits_taken: int
    """Exits of nodes that all scenarios together went through."""
    exits: int
    """Exits there are."""
    missed: list[tuple[str, str]]
    """Those nobody took: node and exit."""

    @property
    def passed(self) -> bool:
        """Whether every scenario went well."""
        return all(outcome.passed for outcome in self.outcomes)

    @property
    def transcript(self) -> str:
        """The transcripts of all scenarios, each behind a line with its name."""
        return "".join(f"scenario\t{of.name}\n{of.transcript}" for of in self.outcomes)


Output: TypeAlias = Play | Stop | Query | Queue | Record | Transfer | Attach | Trace | End
"""Whatever :meth:`Session.poll` gives."""
