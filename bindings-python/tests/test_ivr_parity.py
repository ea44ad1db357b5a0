"""The sessions of this package do what the Rust sessions do, byte for byte.

A player of the transcripts that ``ivr-core/README.md`` describes, written anew over ``Session``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from trunkline import ivr
from trunkline.ivr import Flow, Session, load, run_scenarios

ROOT = Path(os.environ["TRUNKLINE_SOURCE"])
FLOWS = sorted((ROOT / "examples" / "flows").glob("*.ivrtest.yaml"))
ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def line(*fields: object) -> str:
    return "\t".join("".join(ESCAPES.get(c, c) for c in str(field)) for field in fields) + "\n"


def parts(written: str) -> list[str]:
    """The fields of a line."""
    plain = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}
    fields = []
    for field in written.split("\t"):
        text, rest = "", iter(field)
        for c in rest:
            text += plain[next(rest)] if c == "\\" else c
        fields.append(text)
    return fields


def text(value: ivr.Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def pairs(values: dict[str, ivr.Value]) -> list[str]:
    return [f"{name}={text(value)}" for name, value in values.items()]


def items(of: ivr.Play) -> Iterator[str]:
    for item in of.items:
        match item:
            case ivr.File(file, spoken):
                yield f"file:{file}"
                if spoken is not None:
                    yield f"or:{spoken}"
            case ivr.Text(spoken):
                yield f"text:{spoken}"
            case ivr.Say(_, spoken, pieces):
                yield f"say:{spoken}"
                yield "pieces:" + "|".join(pieces)


def said(output: ivr.Output) -> str:
    match output:
        case ivr.Play(op, _, language, barge_in):
            return line(">", "play", op, language, text(barge_in), *items(output))
        case ivr.Stop(op):
            return line(">", "stop", op)
        case ivr.Query(op, name, args, timeout_ms):
            return line(">", "query", op, name, timeout_ms, *pairs(args))
        case ivr.Queue(op, queue, priority, attach, max_wait_ms):
            return line(">", "queue", op, queue, priority, max_wait_ms or 0, *pairs(attach))
        case ivr.Record(op, beep, max_ms, silence_ms, keys):
            return line(">", "record", op, text(beep), max_ms, silence_ms or 0, keys)
        case ivr.Transfer(op, kind, target, timeout_ms, attach):
            return line(">", "transfer", op, kind, target, timeout_ms, *pairs(attach))
        case ivr.Attach(name, value):
            return line(">", "attach", f"{name}={text(value)}")
        case ivr.Trace(node, exit):
            return line(">", "left", node, exit)
        case ivr.End(reason):
            return line(">", "end", reason)


def answer(field: str) -> tuple[str, ivr.Value]:
    name, _, typed = field.partition("=")
    kind, _, value = typed.partition(":")
    made: dict[str, ivr.Value] = {"text": value}
    if kind in ("int", "time"):
        made[kind] = int(value)
    elif kind == "decimal":
        made[kind] = Decimal(value)
    elif kind == "bool":
        made[kind] = value == "true"
    return name, made[kind]


def told(session: Session, now: int, what: str, rest: list[str]) -> None:
    match what, rest:
        case "start", []:
            session.start(now)
        case "hangup", []:
            session.hangup(now)
        case "tick", []:
            session.tick(now)
        case "digit", [keys]:
            session.digits(now, keys)
        case "finished", [op]:
            session.finished(now, int(op))
        case "failed", [op]:
            session.failed(now, int(op))
        case "answered", [op]:
            session.answered(now, int(op))
        case "answer", [op, *values]:
            session.answer(now, int(op), dict(map(answer, values)))
        case "queue", [op, position, estimate]:
            session.queue_update(now, int(op), int(position), int(estimate))
        case "queue_ended", [op, outcome]:
            session.queue_ended(now, int(op), outcome)
        case "recorded", [op, ms]:
            session.recorded(now, int(op), int(ms))
        case "transferred", [op, outcome]:
            session.transferred(now, int(op), outcome)
        case _:
            raise AssertionError(f"no input {what} {rest}")


def played(flow: Flow, transcript: str) -> str:
    """The transcript, with everything the sessions say replaced by what these say."""
    out, session = [], None
    for written in transcript.removesuffix("\n").split("\n"):
        match parts(written):
            case ["scenario", _]:
                out.append(written + "\n")
            case ["begin", now, seed, caller, called, language]:
                session = Session(
                    flow,
                    caller=caller,
                    called=called,
                    language=language,
                    now=int(now),
                    seed=int(seed),
                    trace=True,
                )
                out.append(written + "\n")
            case ["<", now, what, *rest]:
                assert session is not None
                told(session, int(now), what, rest)
                out.append(written + "\n")
                out += map(said, session)
                due = session.deadline
                out.append(line("wake", "never" if due is None else due))
            case [">" | "wake", *_]:
                pass
            case other:
                raise AssertionError(f"no line {other}")
    return "".join(out)


@pytest.mark.parametrize("scenarios", FLOWS, ids=lambda path: path.name)
def test_sessions_say_what_rust_sessions_say(scenarios: Path) -> None:
    name = scenarios.name.removesuffix(".ivrtest.yaml")
    committed = ROOT / "ivr-core" / "tests" / "transcripts" / f"{name}.txt"
    transcript = committed.read_text(encoding="utf-8")
    assert transcript.count("\n<\t") > 20
    assert played(load(scenarios.with_name(f"{name}.yaml")), transcript) == transcript


@pytest.mark.parametrize("scenarios", FLOWS, ids=lambda path: path.name)
def test_scenarios_played_here_make_the_same_transcripts(scenarios: Path) -> None:
    name = scenarios.name.removesuffix(".ivrtest.yaml")
    committed = ROOT / "ivr-core" / "tests" / "transcripts" / f"{name}.txt"
    report = run_scenarios(scenarios)
    assert report.passed
    assert report.transcript == committed.read_text(encoding="utf-8")


def test_the_player_would_notice() -> None:
    flow = load(ROOT / "examples" / "flows" / "survey.yaml")
    transcript = (ROOT / "ivr-core" / "tests" / "transcripts" / "survey.txt").read_text("utf-8")
    assert played(flow, transcript.replace("\tdigit\t1\n", "\tdigit\t2\n", 1)) != transcript
