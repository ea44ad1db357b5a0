"""A routing engine's inputs kept, and played again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from ._native import Engine, Error

_INPUTS = frozenset(
    name for name in vars(Engine) if callable(getattr(Engine, name)) and not name.startswith("_")
) - frozenset(
    "restore snapshot poll why_waiting why_idle next_call call_state position estimate_ms"
    " queue_counters staff agent_state agent_counters keep_stats traffic_rows agent_rows"
    " take_call_rows estimates keep_accuracy prediction_errors keep_log name_queue name_agent"
    " name_caller take_log stats_snapshot restore_stats forget_stats_before service_level starvation"
    " check_epoch members queues_of calls calls_ahead member class_rows agent_interval_rows rate"
    " rating_rows queue_config agent_config interval_rows queue_rows".split()
)
"""What changes an engine; the rest only looks."""


class JournalError(Error):
    """A journal does not say what this engine did; ``line`` is where it went wrong, from 1.

    ``code`` is "journal", ``subject`` the line again.
    """

    line: int

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = self.subject = line
        self.code, self.limit = "journal", None


class Journal:
    """An :class:`Engine` that writes down everything it is told, one line of JSON each.

    It has all methods of the engine. What it was told can be played again by :func:`replay`, today
    or on another machine: the same inputs give the same outputs.

    >>> import io
    >>> book = io.StringIO()
    >>> engine = Journal(book, seed=7)
    >>> sales = engine.add_queue()
    >>> engine.arrive(1000, sales, tag=1)
    >>> [type(output).__name__ for output in engine]
    ['Joined']
    >>> again = replay(book.getvalue().splitlines())
    >>> again.state_hash == engine.state_hash
    True
    """

    def __init__(self, to: TextIO, **options: Any) -> None:
        self._to = to
        self._engine = Engine(**options)
        self._note("new", [], options, None)

    def __repr__(self) -> str:
        return f"Journal({self._engine!r})"

    def _note(self, name: str, args: list[Any], options: dict[str, Any], result: Any) -> None:
        line = [name, args, options] if result is None else [name, args, options, result]
        self._to.write(json.dumps(line, separators=(",", ":")) + "\n")

    def __getattr__(self, name: str) -> Any:
        given = getattr(self._engine, name)
        if name not in _INPUTS:
            return given

        def told(*args: Any, **options: Any) -> Any:
            result = given(*args, **options)  # what is refused changes nothing, and is not kept
            self._note(name, list(args), options, result)
            return result

        return told

    @property
    def call_order(self) -> str:
        """Which call an agent of several queues gets, from the next decision on."""
        return self._engine.call_order

    @call_order.setter
    def call_order(self, order: str) -> None:
        self._engine.call_order = order
        self._note("call_order", [order], {}, None)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._engine)

    def checkpoint(self) -> int:
        """Write down the engine's state hash, which :func:`replay` compares; returns it."""
        value = self._engine.state_hash
        self._note("state", [], {}, value)
        return value


def replay(lines: Iterable[str]) -> Engine:
    """The engine that a :class:`Journal` tells of, after all it was told. Outputs are polled and
    dropped on the way.

    Raises :class:`JournalError` when the engine does something else than what was written: another
    version, other handles, or a state that is not the one of a checkpoint.
    """
    engine: Engine | None = None
    for number, line in enumerate(lines, 1):
        try:
            name, args, options, *expected = json.loads(line)
            if not (isinstance(name, str) and isinstance(args, list) and isinstance(options, dict)):
                raise ValueError("no input, list and table")
        except (ValueError, TypeError) as error:
            raise JournalError(number, f"is not of a journal: {error}") from error
        try:
            if name == "new":
                engine = Engine(**options)
                continue
            if engine is None:
                raise JournalError(number, "comes before the engine")
            list(engine)
            result = _again(engine, number, name, args, options)
        except JournalError:
            raise
        except _REFUSALS as error:
            raise JournalError(number, f"{name} is refused: {error}") from error
        if expected and expected[0] != result:
            raise JournalError(number, f"{name} gave {result}, not {expected[0]}")
    if engine is None:
        raise JournalError(1, "the journal is empty")
    list(engine)
    return engine


_REFUSALS = (Error, TypeError, ValueError, OverflowError, LookupError, AttributeError)
"""What an engine says to what it does not take, and Python to arguments of another shape."""


def _again(engine: Engine, number: int, name: str, args: list[Any], options: dict[str, Any]) -> Any:
    if name == "state":
        return engine.state_hash
    if name == "call_order":
        engine.call_order = args[0]
        return None
    if name not in _INPUTS:
        raise JournalError(number, f"an engine has no input '{name}'")
    # JSON has made the skill numbers of these two into text.
    if name in ("add_class", "add_profile"):
        args = [_skills(given) for given in args]
        options = {what: _skills(given) for what, given in options.items()}
    return getattr(engine, name)(*args, **options)


def _skills(given: dict[str, int]) -> dict[int, int]:
    return {int(skill): level for skill, level in given.items()}
