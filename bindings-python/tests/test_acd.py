"""The routing engine from Python: every input, every output, every refusal."""

from __future__ import annotations

import gc
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trunkline import acd
from trunkline.acd import (
    AcdError,
    AgentChanged,
    AgentState,
    Announce,
    Completed,
    Connected,
    Engine,
    Joined,
    Left,
    Moved,
    Offer,
    OfferEnded,
    Refused,
)


def one_agent(**queue: Any) -> tuple[Engine, int, int]:
    engine = Engine(queues=4, agents=8, calls=16)
    sales = engine.add_queue(tag=800, **queue)
    ann = engine.add_agent(tag=101)
    engine.join_queue(ann, sales)
    engine.set_agent_state(0, ann, "available")
    assert list(engine) == [engine_changed(ann, "available", 0)]
    return engine, sales, ann


def engine_changed(agent: int, state: str, at: int, reason: int | None = None) -> Any:
    class Like:
        def __eq__(self, other: object) -> bool:
            return isinstance(other, AgentChanged) and (
                other.agent,
                other.state,
                other.at,
                other.reason,
            ) == (agent, state, at, reason)

        def __repr__(self) -> str:
            return f"AgentChanged(agent={agent}, state={state}, at={at})"

    return Like()


def test_one_call_from_arrival_to_paperwork() -> None:
    engine, sales, ann = one_agent(wrap_up_ms=3000, ring_timeout_ms=10_000)
    engine.arrive(1000, sales, tag=7)
    joined, offer, ringing = engine
    assert isinstance(joined, Joined) and isinstance(offer, Offer)
    assert (joined.call_tag, joined.position, joined.queue) == (7, 1, sales)
    assert (offer.agent_tag, offer.call, offer.ring_until) == (101, joined.call, 11_000)
    assert ringing == engine_changed(ann, "ringing", 1000)
    assert engine.deadline == 11_000
    assert engine.call_state(joined.call) == acd.CallState.RINGING

    engine.accept(5000, offer.offer)
    ended, connected, talking = engine
    assert isinstance(ended, OfferEnded) and isinstance(connected, Connected)
    assert (ended.end, ended.cause, ended.rang_ms) == (acd.OfferEnd.ACCEPTED, None, 4000)
    assert connected.waited_ms == 4000
    assert talking == engine_changed(ann, "talking", 5000)

    engine.complete(65_000, connected.call, by=acd.EndedBy.TRANSFER)
    completed, wrap_up = engine
    assert isinstance(completed, Completed)
    assert (completed.by, completed.talked_ms) == ("transfer", 60_000)
    assert wrap_up == engine_changed(ann, "wrap_up", 65_000)

    assert engine.deadline == 68_000
    engine.tick(68_000)
    assert list(engine) == [engine_changed(ann, "available", 68_000)]
    assert engine.deadline is None and engine.live_calls == 0

    counters = engine.queue_counters(sales)
    assert (counters.offered, counters.answered, counters.completed) == (1, 1, 1)
    assert (counters.waited_ms, counters.talked_ms) == (4000, 60_000)
    assert engine.agent_counters(ann).wrapped_ms == 3000
    staff = engine.staff(sales)
    assert (staff.members, staff.logged_in, staff.taking_calls, staff.free) == (1, 1, 1, 1)


def test_the_ways_a_call_leaves() -> None:
    engine = Engine()
    queue = engine.add_queue(max_waiting=2, max_wait_ms=30_000)
    for tag in (1, 2, 3):
        engine.arrive(0, queue, tag=tag)
    first, second, refused = engine
    assert isinstance(first, Joined) and isinstance(second, Joined)
    assert isinstance(refused, Refused) and refused.reason == acd.RefuseReason.FULL

    assert engine.position(second.call) == 2
    engine.set_priority(100, second.call, 5)
    (changed,) = engine
    assert isinstance(changed, acd.PriorityChanged)
    assert (changed.call_tag, changed.from_priority, changed.priority) == (2, 0, 5)
    assert engine.position(second.call) == changed.position == 1
    engine.exit(500, first.call, key=9)
    (left,) = engine
    assert isinstance(left, Left)
    assert (left.reason, left.key, left.position, left.waited_ms) == ("exit_key", 9, 2, 500)
    engine.hangup(600, second.call)
    (left,) = engine
    assert isinstance(left, Left) and left.reason == acd.LeaveReason.ABANDONED

    engine.arrive(1000, queue)
    engine.tick(40_000)
    _, left = engine
    assert isinstance(left, Left) and left.reason == acd.LeaveReason.TIMEOUT and left.at == 31_000


def test_overflow_moves_and_relaxation() -> None:
    engine = Engine(steps=1)
    second = engine.add_queue()
    first = engine.add_queue(max_wait_ms=1000, overflow_queue=second)
    engine.set_relaxation(first, [{"after_ms": 100, "penalty_max": 5}])
    engine.arrive(0, first, tag=7)
    engine.tick(1000)
    joined, moved = engine
    assert isinstance(moved, Moved)
    assert (moved.call_tag, moved.from_queue, moved.queue, moved.position) == (7, first, second, 1)
    engine.set_queue(first, max_wait_ms=1000, overflow_target=9)
    engine.move(1500, moved.call, first, keep_age=False)
    engine.tick(9000)
    _, left = engine
    assert isinstance(left, Left)
    assert (left.reason, left.target) == (acd.LeaveReason.OVERFLOW, 9)
    assert engine.queue_counters(first).overflowed == 2
    with pytest.raises(TypeError, match="unexpected keyword argument 'after'"):
        engine.set_relaxation(first, [{"after": 1}])  # type: ignore[typeddict-unknown-key]


def test_a_rejected_offer_says_why() -> None:
    engine, sales, ann = one_agent()
    engine.arrive(0, sales)
    offer = next(o for o in engine if isinstance(o, Offer))
    list(engine)
    engine.reject(10, offer.offer, acd.RejectCause.DECLINED)
    ended = next(o for o in engine if isinstance(o, OfferEnded))
    assert (ended.end, ended.cause) == ("rejected", "declined")
    engine.set_agent_state(20, ann, AgentState.NOT_READY, reason=42)
    assert engine.agent_state(ann) == ("not_ready", 42)


def test_announcements_come_as_configured() -> None:
    engine = Engine()
    queue = engine.add_queue(announce_first_ms=5000, announce_every_ms=10_000)
    engine.arrive(0, queue)
    engine.tick(26_000)
    assert [o.at for o in engine if isinstance(o, Announce)] == [5000, 15_000, 25_000]


def test_skills() -> None:
    engine = Engine(classes=2, profiles=2)
    french = engine.add_class({1: 2})
    assert engine.add_class({1: 2}) == french
    queue = engine.add_queue()
    for profile in (0, engine.add_profile({1: 5, 2: 1})):
        agent = engine.add_agent(tag=profile, profile=profile)
        engine.join_queue(agent, queue)
        engine.set_agent_state(0, agent, "available")
    list(engine)
    engine.arrive(1, queue, call_class=french)
    assert [o.agent_tag for o in engine if isinstance(o, Offer)] == [1]


def test_refusals_say_what_and_about_what() -> None:
    engine, sales, ann = one_agent()
    with pytest.raises(AcdError, match="no queue") as refused:
        engine.arrive(10, 77)
    assert (refused.value.code, refused.value.subject) == ("no_queue", 77)
    with pytest.raises(AcdError) as refused:
        engine.join_queue(ann, sales)
    assert (refused.value.code, refused.value.subject) == ("already_member", ann)
    bob = engine.add_agent(tag=9)
    with pytest.raises(AcdError, match="this tag already") as refused:
        engine.add_agent(tag=9)
    assert (refused.value.code, refused.value.subject) == ("duplicate_agent", bob)
    support = engine.add_queue(tag=9)
    with pytest.raises(AcdError) as refused:
        engine.set_queue(sales, tag=9)
    assert (refused.value.code, refused.value.subject) == ("duplicate_queue", support)
    engine.tick(100)
    with pytest.raises(AcdError) as refused:
        engine.tick(99)
    assert (refused.value.code, refused.value.subject) == ("time_backwards", 100)
    with pytest.raises(AcdError) as refused:
        for _ in range(99):
            engine.add_agent()
    assert refused.value.code == "full"
    assert engine.now == 100


@pytest.mark.parametrize(
    ("kind", "match", "fields"),
    [
        (TypeError, r"add_queue\(\) got an unexpected keyword argument 'tga'", {"tga": 1}),
        (TypeError, "ring_timeout_ms: ", {"ring_timeout_ms": "long"}),
        (OverflowError, "retry_ms: ", {"retry_ms": -1}),
        (ValueError, "strategy is 'best', not one of 'longest_idle', ", {"strategy": "best"}),
        (ValueError, "go with strategy='custom'", {"terms": ["calls"]}),
        (ValueError, "terms is 'age', not one of", {"strategy": "custom", "terms": ["age"]}),
        (AcdError, "ring_timeout_ms is 0", {"ring_timeout_ms": 0}),
    ],
)
def test_wrong_configuration_is_named(
    kind: type[Exception], match: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(kind, match=match):
        Engine().add_queue(**fields)


def test_every_word_is_known_to_the_engine() -> None:
    engine = Engine(queues=128)
    for strategy in acd.Strategy:
        engine.add_queue(strategy=strategy)
    for term in acd.Term:
        engine.add_queue(strategy="custom", terms=[term, "calls"])
    for start in acd.Start:
        by_level = start in (acd.Start.LEVEL_OF_QUEUE_LAST, acd.Start.DOWN_FROM_CALL_LAST)
        first = "plain_position" if by_level else "joined"
        engine.add_queue(strategy="custom", terms=[first], start=start, to_untried=True)
    for ring in acd.Ring:
        engine.add_queue(strategy="custom", ring=ring)
    for rule in acd.EmptyRule:
        engine.add_queue(join_empty=rule, leave_empty=rule)
    for medium in acd.Medium:
        engine.add_queue(medium=medium)
    for name in acd.QueueFields.__annotations__:
        assert name in acd.QueueFields.__optional_keys__


def test_outputs_are_values() -> None:
    engine, sales, _ = one_agent()
    engine.arrive(1, sales, tag=7)
    joined = engine.poll()
    assert isinstance(joined, Joined)
    assert repr(joined) == (
        f"Joined(at=1, call={joined.call}, call_tag=7, queue={sales}, position=1, estimate_ms=0)"
    )
    with pytest.raises(AttributeError):
        joined.call_tag = 8  # type: ignore[misc]
    match joined:
        case Joined(at, call, tag):
            assert (at, call, tag) == (1, joined.call, 7)
    assert joined == joined and joined != engine.poll()


def replay(inputs: list[tuple[int, int, int]], seed: int) -> list[str]:
    """Feeds arbitrary inputs, most of them wrong, and writes down everything that comes of it."""
    engine = Engine(seed=seed, queues=2, agents=3, calls=4)
    queue = engine.add_queue(strategy="random", wrap_up_ms=100, max_wait_ms=5000)
    agents = [engine.add_agent(tag=i) for i in range(3)]
    for agent in agents:
        engine.join_queue(agent, queue)
    now, calls, offers, seen = 0, [0], [0], []
    for kind, step, pick in inputs:
        now += step
        try:
            match kind:
                case 0:
                    engine.arrive(now, queue, tag=pick)
                case 1:
                    engine.hangup(now, calls[pick % len(calls)])
                case 2:
                    engine.accept(now, offers[pick % len(offers)])
                case 3:
                    engine.reject(now, offers[pick % len(offers)])
                case 4:
                    engine.complete(now, calls[pick % len(calls)])
                case 5:
                    engine.set_agent_state(now, agents[pick % 3], "available")
                case 6:
                    engine.set_agent_state(now, agents[pick % 3], "logged_out")
                case _:
                    engine.tick(now)
        except AcdError as error:
            seen.append(error.code)
        for output in engine:
            seen.append(repr(output))
            if isinstance(output, Joined):
                calls.append(output.call)
            elif isinstance(output, Offer):
                offers.append(output.offer)
    counters = engine.queue_counters(queue)
    assert counters.offered == (
        counters.refused
        + counters.answered
        + counters.abandoned
        + counters.timed_out
        + counters.exited
        + counters.left_empty
        + counters.overflowed
        + counters.waiting
    )
    return seen


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 3000), st.integers(0, 50)), max_size=80),
    st.integers(0, 2**64 - 1),
)
def test_the_same_inputs_give_the_same_outputs(
    inputs: list[tuple[int, int, int]], seed: int
) -> None:
    assert replay(inputs, seed) == replay(inputs, seed)


def test_memory_stays_flat() -> None:
    engine, sales, _ = one_agent()
    now = 1

    def many_calls(count: int) -> None:
        nonlocal now
        for _ in range(count):
            now += 10
            engine.arrive(now, sales)
            for output in engine:
                if isinstance(output, Offer):
                    engine.accept(now, output.offer)
                elif isinstance(output, Connected):
                    engine.complete(now, output.call)

    many_calls(1000)
    gc.collect()
    before = sys.getallocatedblocks()
    many_calls(20_000)
    gc.collect()
    assert abs(sys.getallocatedblocks() - before) < 50
    assert engine.queue_counters(sales).completed == 21_000
