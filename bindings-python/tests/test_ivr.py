"""Dialogues: documents compiled, callers walked through them."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trunkline import ivr
from trunkline._native import play_scenarios
from trunkline.ivr import CompileError, End, Flow, IvrError, Play, Query, Queue, Session, Stop

FLOWS = Path(os.environ["TRUNKLINE_SOURCE"]) / "examples" / "flows"

DOCUMENT = """
name: test
languages: [en]
variables:
  balance: { type: decimal }
start: menu
nodes:
  menu:
    type: menu
    prompt: Press one for your balance, two for an agent.
    options: { 1: ask, 2: agent }
    on: { noinput: hangup, nomatch: hangup }
  ask:
    type: query
    query: balance
    args: { caller: caller }
    results: { amount: balance }
    next: tell
    on: { failed: hangup, timeout: hangup }
  tell: { type: play, prompt: [Your balance is, { say: balance, as: money }], next: hangup }
  agent:
    type: queue
    queue: sales
    on: { answered: hangup, timeout: hangup, failed: hangup, full: hangup }
"""


@pytest.fixture(scope="module")
def flow() -> Flow:
    program, warnings = ivr.compile(DOCUMENT)
    assert warnings == []
    return Flow(program)


def test_a_caller_hears_the_balance(flow: Flow) -> None:
    session = Session(flow, caller="01012345", trace=True)
    session.start(0)
    (menu,) = session
    assert isinstance(menu, Play) and menu.barge_in and menu.language == "en"
    session.digits(900, "1")
    stop, trace, query = session
    assert stop == Stop(menu.op)
    assert trace == ivr.Trace("menu", "1")
    assert isinstance(query, Query)
    assert (query.name, query.args) == ("balance", {"caller": "01012345"})
    assert session.deadline == 900 + query.timeout_ms

    session.answer(1000, query.op, {"amount": Decimal("12.5")})
    _, told = session
    assert isinstance(told, Play)
    amount = told.items[1]
    assert isinstance(amount, ivr.Say)
    assert amount.text == "twelve dollars and fifty cents"
    assert " ".join(amount.pieces) == amount.text
    session.finished(4000, told.op)
    assert list(session)[-1] == End(ivr.EndReason.FINISHED)
    assert session.is_over and session.deadline is None


def test_a_caller_goes_to_an_agent(flow: Flow) -> None:
    session = Session(flow)
    session.start(0)
    session.digits(0, "2")
    queue = next(output for output in session if isinstance(output, Queue))
    assert (queue.queue, queue.attach, queue.max_wait_ms) == ("sales", {}, None)
    session.queue_update(100, queue.op, 3, 60_000)
    session.answered(5000, queue.op)
    session.queue_ended(9000, queue.op, ivr.QueueOutcome.ANSWERED)
    assert list(session) == [End("finished")]


def test_mistakes_are_shown_where_they_are() -> None:
    mistaken = DOCUMENT.replace("nomatch: hangup", "nomatch: hangpu")
    with pytest.raises(CompileError, match="there is no node `hangpu`") as wrong:
        ivr.compile(mistaken, "my.yaml")
    (first, *_) = wrong.value.diagnostics
    assert (first.level, first.code, first.help) == (
        "error",
        "unknown-node",
        "did you mean `hangup`?",
    )
    assert "--> my.yaml:" in str(wrong.value) and first.line > 1
    assert mistaken.splitlines()[first.line - 1][first.column - 1 :].startswith("hangpu")
    assert isinstance(wrong.value, IvrError)
    assert (wrong.value.code, wrong.value.file) == ("document", "my.yaml")


def test_refusals(flow: Flow) -> None:
    program, _ = ivr.compile(DOCUMENT)
    with pytest.raises(IvrError) as short:
        Flow(program[:-1])
    size = len(program)
    assert (short.value.code, short.value.subject, short.value.limit) == ("length", size - 1, size)
    with pytest.raises(IvrError) as damaged:
        Flow(program[:-1] + bytes([program[-1] ^ 1]))
    assert (damaged.value.code, damaged.value.subject) == ("checksum", None)
    with pytest.raises(IvrError) as stranger:
        Flow(b"not a program at all, really not")
    assert stranger.value.code == "not_a_program"
    session = Session(flow)
    session.start(0)
    with pytest.raises(IvrError, match="'x' is no key") as key:
        session.digits(0, "1x")
    assert (key.value.code, key.value.subject) == ("not_a_key", ord("x"))
    assert session.node == "menu"
    with pytest.raises(ValueError, match="outcome is 'lost', not one of 'answered'"):
        session.queue_ended(0, 1, "lost")
    with pytest.raises(TypeError, match="amount: a value is an int, bool, str or Decimal, not"):
        session.answer(0, 1, {"amount": 1.5})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="at most four places"):
        session.answer(0, 1, {"amount": Decimal("0.00001")})


def test_what_is_no_menu_is_said() -> None:
    with pytest.raises(IvrError) as broken:
        ivr.import_freeswitch("<menus")
    assert broken.value.code == "xml"
    with pytest.raises(IvrError) as empty:
        ivr.import_freeswitch("<menus/>")
    assert (empty.value.code, empty.value.subject, empty.value.limit) == ("no_menu", None, None)


def test_say() -> None:
    assert ivr.say("en", "ordinal", 21) == ["twenty", "first"]
    assert "".join(ivr.say("zh", "number", 10_100)) == "一万零一百"
    with pytest.raises(ValueError, match="no words for this language"):
        ivr.say("tlh", "number", 1)


DOCUMENTS = sorted(path for path in FLOWS.glob("*.yaml") if ".ivrtest" not in path.name)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_the_shown_flows_compile(path: Path) -> None:
    program, _ = ivr.compile(path.read_text(encoding="utf-8"), path.name)
    shown = Flow(program)
    assert shown.name == path.stem and len(shown.nodes) > 3
    assert {language for _, language, _, _ in shown.prompts} == set(shown.languages)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 20_000)), max_size=60))
def test_a_session_always_comes_to_an_end(inputs: list[tuple[int, int]]) -> None:
    program, _ = ivr.compile(DOCUMENT)
    session = Session(Flow(program), trace=True)
    session.start(0)
    now, op, ends = 0, 0, 0

    def drain() -> None:
        nonlocal op, ends
        for output in session:
            op = getattr(output, "op", op)
            ends += isinstance(output, End)

    for kind, step in inputs:
        now += step
        match kind:
            case 0 | 1 | 2:
                session.digits(now, str(kind))
            case 3:
                session.finished(now, op)
            case 4:
                session.failed(now, op)
            case 5:
                session.answer(now, op, {"amount": "3.25", "other": True})
            case 6:
                session.queue_ended(now, op, "timeout")
            case 7:
                session.tick(now)
            case 8:
                session.answered(now, op)
            case _:
                session.recorded(now, op, step)
        drain()
    session.hangup(now)
    drain()
    while session.deadline is not None:
        session.tick(session.deadline)
        drain()
    assert session.is_over and ends == 1


SHOP = """
name: shop
languages: [en]
start: menu
nodes:
  menu:
    type: menu
    prompt: Press one for PRODUCT
    options: { 1: sales, 2: menu }
    on: { noinput: hangup, nomatch: hangup }
  sales: { type: queue, queue: sales, next: hangup, on: { failed: hangup } }
"""


def test_a_session_goes_on_elsewhere_and_in_another_version() -> None:
    old, mended, renamed = (
        Flow(ivr.compile(text)[0])
        for text in (
            SHOP.replace("PRODUCT", "slaes"),
            SHOP.replace("PRODUCT", "sales"),
            SHOP.replace("menu:", "choice:").replace(": menu", ": choice").replace(
                "type: choice", "type: menu"
            ),
        )
    )
    first = Session(old)
    first.start(0)
    with pytest.raises(IvrError) as refused:
        first.migrate(mended)
    assert refused.value.code == "outputs"
    list(first)

    bytes_ = first.snapshot()
    session = Session.restore(old, bytes_)
    assert (session.node, session.deadline) == (first.node, first.deadline)
    with pytest.raises(IvrError) as refused:
        Session.restore(mended, bytes_)
    assert refused.value.code == "wrong_flow"
    with pytest.raises(IvrError) as refused:
        Session.restore(old, bytes_[:-1])
    assert refused.value.code == "snapshot"

    with pytest.raises(IvrError) as refused:
        session.migrate(renamed)
    assert (refused.value.code, refused.value.subject) == ("node", old.nodes.index("menu"))
    session.migrate(mended)
    session.digits(900, "2")
    said = [output for output in session if isinstance(output, Play)]
    assert list(said[-1].items) == [ivr.Text("Press one for sales")]


def by_hand(flow: Flow) -> ivr.Rehearsal:
    call = ivr.Rehearsal(flow, caller="555", seed=9, now=1_000)
    call.listen()
    call.press("1")
    assert call.answer({"amount": Decimal("12.5")})
    call.heard()
    assert call.is_over and not call.failed()
    return call


def test_a_flow_is_tried_key_by_key(flow: Flow) -> None:
    scenario = """
flow: test.yaml
given: { caller: "555", seed: 9, at: 1970-01-01T00:00:01Z }
scenarios:
  - name: balance
    steps: [listen, press: "1", answer: { amount: 12.5 }, heard]
"""
    call = by_hand(flow)
    assert call.visited == [("menu", "1"), ("ask", "next"), ("tell", "next")]
    assert call.now == 2_100
    [(_, failure, transcript)], exits, missed = play_scenarios(flow, scenario, "x.ivrtest.yaml")
    assert failure is None and call.transcript == transcript

    coverage = ivr.Coverage(flow)
    assert coverage.exits == (0, exits[1])
    coverage.count(call)
    assert coverage.exits == exits == (3, exits[1]) and coverage.missed == missed
    assert str(coverage).startswith(f"coverage: 3 of {exits[1]} exits\n")

    assert call.seek("query balance caller=555")
    assert not call.seek("query balance")
    assert call.take()[-1] == "end Finished" and call.take() == []


def test_what_a_caller_in_a_queue_hears_is_tried_too(flow: Flow) -> None:
    call = ivr.Rehearsal(flow)
    assert not call.answered() and not call.recorded(5) and not call.transferred("busy")
    assert not call.queue_update(1, 5)
    call.burst("2")
    assert call.seek("queue sales")
    assert call.queue_update(2, 60_000)
    call.wait(5_000)
    call.skip(100)
    assert call.answered()
    with pytest.raises(ValueError, match="outcome is 'lost'"):
        call.queue_ended("lost")
    assert call.queue_ended(ivr.QueueOutcome.ANSWERED)
    assert call.seek("end Finished") and call.is_over
    for keys in ("1x", "E"):
        with pytest.raises(IvrError) as error:
            call.press(keys)
        assert error.value.code == "not_a_key"
    left = ivr.Rehearsal(flow)
    left.hangup()
    assert left.seek("end CallerHungUp")
