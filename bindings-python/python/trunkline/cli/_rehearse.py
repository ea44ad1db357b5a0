"""``trunkline ivr run``: one call, with a person as the caller and the host."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict

from .. import ivr
from ..ivr import Flow, Session

HELP = """\
1 2 * # ..  press keys              Enter   hear the prompt to its end
+5s         let time pass           h       hang up
= a=1 b=x   answer a query          !       the host fails
a           an agent answers        e       the agent hangs up
p 3 4m      position and wait       r 8s    a recording of so long
q           leave                   ?       this list"""

_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "": 1000}


def _ms(text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|)", text)
    if not found:
        raise ValueError(f"{text} is no time: 5s, 1.5m, 300ms")
    return round(float(found[1]) * _UNITS[found[2]])


def _value(text: str) -> ivr.Value:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"-?\d{1,15}", text) else text


def _said(item: ivr.File | ivr.Text | ivr.Say) -> str:
    return (item.text or item.file) if isinstance(item, ivr.File) else item.text


class Rehearsal:
    """A call under the hand of whoever tries: commands in, lines out."""

    def __init__(self, flow: Flow, caller: str, now: int) -> None:
        self.session = Session(flow, caller=caller, now=now, trace=True)
        self.began = self.now = now
        self._playing: int | None = None
        self._host: int | None = None
        self.session.start(now)

    def said(self) -> list[tuple[ivr.Output, str]]:
        """What the session says, and a line of text for each."""
        return [(output, self._line(output)) for output in self.session]

    def _line(self, output: ivr.Output) -> str:
        match output:
            case ivr.Play(op, items, language):
                self._playing = op
                return f"{language}: {' '.join(_said(item) for item in items)}"
            case ivr.Stop(op):
                if op == self._playing:
                    self._playing = None
                    return "stop"
                self._host = None
                return "stop host"
            case ivr.Query(op, name, args):
                self._host = op
                return " ".join(["query", name, *(f"{key}={of}" for key, of in args.items())])
            case ivr.Queue(op, queue, priority):
                self._host = op
                return f"queue {queue} priority {priority}"
            case ivr.Record(op, _, max_ms):
                self._host = op
                return f"record {max_ms} ms"
            case ivr.Transfer(op, kind, target):
                self._host = op
                return f"transfer {kind} {target}"
            case ivr.Attach(name, value):
                return f"attach {name}={value}"
            case ivr.Trace(node, exit):
                return f"{node} -> {exit}"
            case ivr.End(reason):
                return f"end {reason}"
        return str(output)

    def do(self, command: str) -> bool:
        """One command; False is to leave. Raises ValueError for what is none."""
        match command.split():
            case []:
                if self._playing is not None:
                    self.session.finished(self.now, self._playing)
                    self._playing = None
            case ["q"]:
                return False
            case ["h"]:
                self.session.hangup(self.now)
            case ["p", position, wait]:
                self.session.queue_update(self.now, self._asked(), int(position), _ms(wait))
            case ["a"]:
                self.session.answered(self.now, self._asked())
            case ["!"]:
                self.session.failed(self.now, self._done())
            case ["e"]:
                self.session.queue_ended(self.now, self._done(), "answered")
            case ["r", long]:
                self.session.recorded(self.now, self._done(), _ms(long))
            case ["=", *values]:
                pairs = [value.partition("=") for value in values]
                answer = {name: _value(value) for name, _, value in pairs}
                self.session.answer(self.now, self._done(), answer)
            case [jump] if jump.startswith("+"):
                self._pass(_ms(jump[1:]))
            case [keys] if re.fullmatch("[0-9*#A-D]+", keys):
                self.session.digits(self.now, keys)
            case _:
                raise ValueError(HELP)
        return True

    def _pass(self, ms: int) -> None:
        until = self.now + ms
        while (due := self.session.deadline) is not None and due <= until:
            self.now = max(self.now, due)
            self.session.tick(self.now)
        self.now = until

    def _asked(self) -> int:
        if self._host is None:
            raise ValueError("the flow has asked the host for nothing")
        return self._host

    def _done(self) -> int:
        op, self._host = self._asked(), None
        return op


def rehearse(
    flow: Flow,
    caller: str,
    *,
    now: int | None = None,
    as_json: bool = False,
    ask: Callable[[str], str] = input,
    tell: Callable[[str], None] = print,
) -> None:
    """Play a call until it is over, or whoever tries leaves. As JSON, everything the session says is
    an object on a line of its own, and nothing else is printed."""
    call = Rehearsal(flow, caller, time.time_ns() // 1_000_000 if now is None else now)
    if not as_json:
        tell(HELP)
    while True:
        at_s = (call.now - call.began) / 1000
        at = f"{at_s:8.1f}"
        for output, line in call.said():
            fields = {"at_s": at_s, "kind": type(output).__name__.lower()} | asdict(output)
            tell(
                json.dumps(fields, ensure_ascii=False, default=str) if as_json else f"{at}  {line}"
            )
        if call.session.is_over:
            return
        due = call.session.deadline
        left = "" if due is None else f" ({(due - call.now) / 1000:.1f} s left)"
        try:
            if not call.do(ask("" if as_json else f"{at}{left}> ")):
                return
        except EOFError:
            return
        except (ValueError, ivr.IvrError) as error:
            tell(json.dumps({"error": str(error)}, ensure_ascii=False) if as_json else str(error))
