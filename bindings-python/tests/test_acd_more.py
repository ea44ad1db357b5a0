"""Explanations, snapshots, journals, orders of calls, and the asyncio driver."""

from __future__ import annotations

import asyncio
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trunkline import acd
from trunkline.acd import AcdError, CallOrder, Engine, Journal, JournalError, Offer, replay
from trunkline.aio import Driver, FakeClock
from trunkline.ivr import Flow, Play, Session, compile


def busy_desk() -> tuple[Engine, int, int, int]:
    """A queue, an agent who talks, and a call that waits."""
    engine = Engine()
    queue, agent = engine.add_queue(), engine.add_agent(tag=101)
    engine.join_queue(agent, queue)
    engine.set_agent_state(0, agent, "available")
    engine.arrive(0, queue, tag=1)
    [offer] = [output for output in engine if isinstance(output, Offer)]
    engine.accept(10, offer.offer)
    engine.arrive(20, queue, tag=2)
    [joined] = [output for output in engine if isinstance(output, acd.Joined)]
    return engine, queue, agent, joined.call


def test_why_a_call_waits_and_what_comes_next() -> None:
    engine, _, agent, call = busy_desk()
    why = engine.why_waiting(call)
    assert (why.busy, why.free, why.ahead, why.next_change) == (1, 0, 0, None)
    idle = engine.why_idle(agent)
    assert not idle.available and idle.open == 1
    following = engine.next_call(agent)
    assert following is not None
    assert (following.call, following.because, following.before) == (call, "alone", None)
    with pytest.raises(AcdError) as error:
        engine.why_waiting(12345)
    assert error.value.code == "no_call"


def test_a_snapshot_goes_on_as_if_nothing_had_happened() -> None:
    engine, queue, agent, call = busy_desk()
    again = Engine.restore(engine.snapshot())
    assert again.state_hash == engine.state_hash
    for of in (engine, again):
        of.hangup(5000, call)
        of.set_agent_state(6000, agent, "logged_out")
    assert list(again) == list(engine)
    assert again.state_hash == engine.state_hash
    with pytest.raises(AcdError) as error:
        Engine.restore(engine.snapshot()[:-1])
    assert error.value.code == "snapshot"
    with pytest.raises(AcdError, match="other limits"):
        Engine.restore(engine.snapshot(), calls=7)
    engine.arrive(7000, queue)
    with pytest.raises(AcdError) as undrained:
        engine.snapshot()
    assert undrained.value.code == "undrained"


@pytest.mark.parametrize(
    ("order", "expected"),
    [("longest_waiting", "slow"), ("deadline", "quick"), ("wait_ratio", "quick")],
)
def test_which_call_an_agent_of_two_queues_gets(order: str, expected: str) -> None:
    engine = Engine(call_order=order)
    assert engine.call_order == order
    slow = engine.add_queue(tag=1, target_ms=600_000)
    quick = engine.add_queue(tag=2, target_ms=20_000)
    agent = engine.add_agent()
    for queue in (slow, quick):
        engine.join_queue(agent, queue)
    engine.arrive(0, slow, tag=1)
    engine.arrive(5_000, quick, tag=2)
    engine.set_agent_state(10_000, agent, "available")
    [offer] = [output for output in engine if isinstance(output, Offer)]
    assert offer.queue == {"slow": slow, "quick": quick}[expected]


def test_statistics_are_rows() -> None:
    engine, _, agent, call = busy_desk()
    with pytest.raises(ValueError, match="keep_stats"):
        engine.traffic_rows()
    engine = Engine()
    engine.keep_stats(interval_ms=60_000, level_ms=10_000)
    queue, agent = engine.add_queue(wrap_up_ms=2_000), engine.add_agent()
    engine.join_queue(agent, queue)
    engine.set_agent_state(0, agent, "available")
    for n, now in enumerate((1_000, 30_000, 70_000)):
        engine.arrive(now, queue, tag=n)
        for output in engine:
            if isinstance(output, Offer):
                engine.accept(now + 3_000, output.offer)
                engine.complete(now + 10_000, output.call, "agent")
    engine.tick(90_000)
    list(engine)
    first, second = engine.traffic_rows()
    assert (first["at"], first["queue"], first["offered"], first["answered"]) == (0, queue, 2, 2)
    assert (second["at"], second["offered"], second["talked_ms"]) == (60_000, 1, 7_000)
    assert first["answered_in_level"] == 2 and first["wrap_up_ms"] == 4_000
    [row] = engine.agent_rows(100_000)
    assert (row["agent"], row["talking_ms"], row["answered"]) == (agent, 21_000, 3)
    assert sum(value for name, value in row.items() if name.endswith("_ms")) == 100_000
    ended = engine.take_call_rows()
    assert [of["tag"] for of in ended] == [0, 1, 2]
    assert {(of["end"], of["why"], of["agent"]) for of in ended} == {("completed", "agent", agent)}
    assert ended[0]["answered_at"] == 4_000 and ended[0]["ended_at"] == 11_000
    assert engine.take_call_rows() == []


def test_orders_are_words() -> None:
    engine = Engine()
    for order in CallOrder:
        engine.call_order = order
        assert engine.call_order == order
    with pytest.raises(ValueError, match="call_order is 'lifo'"):
        engine.call_order = "lifo"


Steps = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3000)), max_size=60)


def drive(engine: Journal, steps: list[tuple[int, int]]) -> None:
    queue = engine.add_queue(wrap_up_ms=500, max_wait_ms=8000)
    skilled = engine.add_profile({3: 2})
    agents = [engine.add_agent(profile=skilled), engine.add_agent()]
    for agent in agents:
        engine.join_queue(agent, queue)
    needs = engine.add_class({3: 1})
    now = 0
    calls: list[int] = []
    offers: list[int] = []
    for what, ms in steps:
        now += ms
        try:
            match what:
                case 0 | 1:
                    engine.arrive(now, queue, tag=ms, call_class=needs if what else 0)
                case 2:
                    engine.set_agent_state(now, agents[ms % 2], "available")
                case 3 if offers:
                    engine.accept(now, offers.pop())
                case 4 if calls:
                    engine.hangup(now, calls.pop())
                case _:
                    engine.tick(now)
        except AcdError:
            pass
        for output in engine:
            if isinstance(output, acd.Joined):
                calls.append(output.call)
            if isinstance(output, Offer):
                offers.append(output.offer)


@settings(max_examples=50)
@given(Steps, st.integers(0, 2**64 - 1))
def test_a_journal_played_again_ends_in_the_same_state(
    steps: list[tuple[int, int]], seed: int
) -> None:
    book = io.StringIO()
    engine = Journal(book, seed=seed, classes=4, profiles=4)
    engine.call_order = "deadline"
    drive(engine, steps)
    engine.checkpoint()
    again = replay(book.getvalue().splitlines())
    assert again.state_hash == engine.state_hash
    assert again.snapshot() == engine.snapshot()


def test_a_journal_that_lies_is_found_out() -> None:
    book = io.StringIO()
    engine = Journal(book)
    queue = engine.add_queue()
    with pytest.raises(AcdError):
        engine.join_queue(99, queue)
    engine.arrive(5, queue)
    engine.checkpoint()
    lines = book.getvalue().splitlines()
    assert len(lines) == 4, "what was refused is not kept"
    replay(lines)
    for line, wrong, message in [
        (2, '["arrive",[6,%d],{}]' % queue, "line 4: state gave"),
        (2, '["arrive",[5,99],{}]', "line 3: arrive is refused"),
        (1, '["add_queue",[],{},77]', "line 2: add_queue gave"),
        (1, '["poll",[],{}]', "no input 'poll'"),
        (3, "nonsense", "line 4: is not of a journal"),
    ]:
        changed = [*lines]
        changed[line] = wrong
        with pytest.raises(JournalError, match=message) as lie:
            replay(changed)
        assert (lie.value.code, lie.value.subject) == ("journal", lie.value.line)
    with pytest.raises(JournalError, match="empty"):
        replay([])
    with pytest.raises(JournalError, match="before the engine"):
        replay(lines[1:])


def test_deadlines_are_kept_by_the_clock() -> None:
    clock = FakeClock(1000)

    async def day() -> list[tuple[str, int]]:
        seen = []
        async with Driver(Engine(), clock) as centre:
            queue = centre.engine.add_queue(ring_timeout_ms=15_000, max_wait_ms=60_000)
            agent = centre.engine.add_agent()
            centre.engine.join_queue(agent, queue)
            centre.tell("set_agent_state", agent, "available")
            centre.tell("arrive", queue, tag=7)
            clock.advance(200_000)
            with pytest.raises(AcdError):
                centre.tell("accept", 12345)
            centre.close()
            async for output in centre:
                seen.append((type(output).__name__, output.at))
        return seen

    seen = asyncio.run(day())
    assert ("OfferEnded", 16_000) in seen, "not answered after 15 s"
    assert seen[-1][0] == "Left" and seen[-1][1] == 61_000


def test_a_dialogue_is_driven_as_well() -> None:
    program, _ = compile(
        "name: ask\nlanguages: [en]\nstart: menu\nnodes:\n"
        "  menu: { type: menu, prompt: Press one., options: { 1: hangup }, tries: 1,"
        " on: { noinput: hangup, nomatch: hangup } }\n"
    )
    clock = FakeClock()

    async def call() -> list[str]:
        async with Driver(Session(Flow(program)), clock) as caller:
            caller.tell("start")
            prompt = await anext(caller)
            assert isinstance(prompt, Play)
            caller.tell("finished", prompt.op)
            clock.advance(60_000)
            caller.close()
            return [type(output).__name__ async for output in caller]

    assert asyncio.run(call())[-1] == "End"


def test_the_driver_waits_for_what_comes() -> None:
    clock = FakeClock()

    async def day() -> int:
        async with Driver(Engine(), clock) as centre:
            queue = centre.engine.add_queue()
            waiter = asyncio.create_task(anext(centre))
            await asyncio.sleep(0)
            assert not waiter.done()
            centre.tell("arrive", queue, tag=9)
            output = await waiter
            assert isinstance(output, acd.Joined)
            return output.call_tag

    assert asyncio.run(day()) == 9
