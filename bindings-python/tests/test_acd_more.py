"""Explanations, snapshots, journals, orders of calls, and the asyncio driver."""

from __future__ import annotations

import asyncio
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trunkline import acd
from trunkline.acd import (
    AcdError,
    CallOrder,
    DutyGroup,
    Engine,
    Journal,
    JournalError,
    Level,
    Offer,
    OfferEnded,
    replay,
)
from trunkline.aio import Driver, FakeClock
from trunkline.calendar import Calendar
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
    # Finer rows add up to these, and what callers thought of it is counted everywhere.
    engine.rate(ended[0], 9)
    engine.rate(ended[1], 4)
    [grades] = engine.rating_rows()
    assert (grades["queue"], grades["agent"], grades["sum"]) == (queue, agent, 13)
    assert [grades["grades"][of] for of in (4, 9)] == [1, 1] and sum(grades["grades"]) == 2
    assert engine.traffic_rows()[0]["rating"] == engine.agent_rows()[0]["rating"] == 13
    assert [row["offered"] for row in engine.class_rows()] == [2, 1]
    assert {row["call_class"] for row in engine.class_rows()} == {0}
    times = engine.agent_interval_rows()
    assert [row["at"] for row in times] == [0, 60_000]
    assert sum(row["talking_ms"] for row in times) == 21_000


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
        (3, '[["arrive"],[],{}]', "line 4: is not of a journal"),
        (3, '["arrive",5,{}]', "line 4: is not of a journal"),
        (1, '["add_queue",[1,2],{}]', "line 2: add_queue is refused"),
        (1, '["add_queue",[],{"tag":-1}]', "line 2: add_queue is refused"),
        (1, '["add_class",[[7]],{}]', "line 2: add_class is refused"),
        (1, '["call_order",[],{}]', "line 2: call_order is refused"),
        (0, '["new",[],{"queues":"many"}]', "line 1: new is refused"),
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


def test_a_journal_keeps_what_is_said_by_name() -> None:
    book = io.StringIO()
    engine = Journal(book, classes=2, profiles=2)
    assert engine.add_class(needs={7: 2}) == engine.add_profile(has={7: 3}) == 1
    engine.checkpoint()
    assert replay(book.getvalue().splitlines()).state_hash == engine.state_hash


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


def test_every_offer_has_a_certificate() -> None:
    engine = Engine()
    queue = engine.add_queue()
    near, far = engine.add_agent(tag=1), engine.add_agent(tag=2)
    engine.join_queue(near, queue)
    engine.join_queue(far, queue, penalty=3)
    for agent in (near, far):
        engine.set_agent_state(0, agent, "available")
    with pytest.raises(AcdError, match="poll"):
        engine.explain_offers()
    list(engine)
    engine.explain_offers()
    engine.arrive(10, queue)
    _, offer, why, *_ = engine
    assert isinstance(offer, Offer) and isinstance(why, acd.Chosen)
    assert (why.offer, why.agent, why.next_agent) == (offer.offer, near, far)
    assert (why.agent_reason, why.call_reason) == (acd.AgentReason.PENALTY, acd.CallReason.ALONE)
    assert (why.free, why.waiting, why.next_call) == (2, 1, None)
    engine.explain_offers(False)
    engine.arrive(20, queue)
    assert acd.Chosen not in [type(output) for output in engine]


def test_predictions_are_held_against_waits() -> None:
    engine = Engine()
    queue, agent = engine.add_queue(), engine.add_agent()
    engine.join_queue(agent, queue)
    engine.set_agent_state(0, agent, "available")
    list(engine)
    with pytest.raises(ValueError, match="keep_accuracy"):
        engine.prediction_errors(queue)
    engine.keep_accuracy()
    assert engine.prediction_errors(queue)["by_first_ms"].mean_ms is None
    now, talking, compared = 0, None, 0
    for n in range(40):  # a call every 20 s, a minute of talk each: waits grow
        now += 20_000
        engine.arrive(now, queue, tag=n)
        for output in engine:
            if isinstance(output, Offer):
                engine.accept(now, output.offer)
            elif isinstance(output, acd.Connected):
                talking = output.call
                compared += output.waited_ms > 0
        if n % 3 == 2 and talking is not None:
            engine.complete(now, talking)
            for output in engine:
                if isinstance(output, Offer):
                    engine.accept(now, output.offer)
                elif isinstance(output, acd.Connected):
                    talking = output.call
                    compared += output.waited_ms > 0
    errors = engine.prediction_errors(queue)
    assert set(errors) == set(acd.Estimates.__match_args__)
    last = errors["by_last_served_ms"]
    assert 0 < last.count <= compared
    assert last.mean_absolute_ms is not None and last.mean_ms is not None
    assert last.mean_ms < 0, "waits were longer than predicted"
    assert last.mean_absolute_ms >= -last.mean_ms
    waiting = engine.queue_counters(queue).waiting
    assert waiting > 10
    engine.arrive(now, queue)
    [joined] = [output for output in engine if isinstance(output, acd.Joined)]
    of = engine.estimates(joined.call)
    assert of.by_length_ms is not None and of.by_length_ms > 60_000 * (waiting - 1) / 2


def told(form: str) -> str:
    """What the log says of one call."""
    engine = Engine()
    engine.keep_log(form)
    queue, agent = engine.add_queue(), engine.add_agent(tag=101)
    engine.name_queue(queue, "sales")
    engine.name_agent(101, name="Ann", interface="PJSIP/101", uniqueid="1700000000.8")
    engine.join_queue(agent, queue)
    start = 1_700_000_000_000
    engine.set_agent_state(start, agent, "available")
    engine.name_caller(7, uniqueid="1700000000.7", caller_id_num="5550100", channel="PJSIP/t-1")
    engine.arrive(start, queue, tag=7)
    for output in engine:
        if isinstance(output, Offer):
            engine.accept(start + 3_000, output.offer)
        elif isinstance(output, acd.Connected):
            engine.complete(start + 63_000, output.call, "agent")
    text = engine.take_log()
    assert engine.take_log() == ""
    return text


def test_dashboards_of_others_are_told_in_their_words() -> None:
    lines = told("queue_log").splitlines()
    start = "1700000000|1700000000.7|sales|NONE|ENTERQUEUE||5550100|1"
    assert lines[-3:] == [
        start,
        "1700000003|1700000000.7|sales|Ann|CONNECT|3||3",
        "1700000063|1700000000.7|sales|Ann|COMPLETEAGENT|3|60|1",
    ]
    ami = told(acd.LogForm.AMI)
    assert "Event: QueueCallerJoin\r\nChannel: PJSIP/t-1\r\n" in ami
    assert "Event: AgentConnect\r\n" in ami and "MemberName: Ann\r\n" in ami
    assert "CC-Action: member-queue-start" in told("callcenter")
    assert "CC-Queue: sales" in told("callcenter")
    engine = Engine()
    with pytest.raises(ValueError, match="keep_log"):
        engine.take_log()
    with pytest.raises(ValueError, match="form is 'fax', not one of 'ami'"):
        engine.keep_log("fax")
    engine.keep_log("ami")
    with pytest.raises(
        TypeError, match=r"name_agent\(\) got an unexpected keyword argument 'nmae'"
    ):
        engine.name_agent(1, nmae="x")  # type: ignore[call-arg]


def test_statistics_survive_and_are_forgotten() -> None:
    engine = Engine()
    queue = engine.add_queue(
        service_level="of_offered_but_short", service_level_ms=2_000, short_ms=1_000
    )
    with pytest.raises(ValueError, match="keep_stats"):
        engine.stats_snapshot()
    with pytest.raises(ValueError, match="level is 'best'"):
        engine.keep_stats(level="best")
    engine.keep_stats(60_000, level_ms=2_000, short_ms=1_000, level=Level.OF_OFFERED)
    agent = engine.add_agent()
    engine.join_queue(agent, queue)
    engine.set_agent_state(0, agent, "available")
    for n, now in enumerate((1_000, 30_000, 70_000)):
        engine.arrive(now, queue, tag=n)
        for output in engine:
            if isinstance(output, Offer) and n == 1:
                engine.hangup(now + 500, output.call)
            elif isinstance(output, Offer):
                engine.accept(now + 1_500 + n * 1_000, output.offer)
                engine.complete(now + 10_000, output.call, "agent")
    first, second = engine.traffic_rows()
    assert (first["in_level"], first["in_level_of"]) == (1, 2)
    assert (second["in_level"], second["in_level_of"]) == (0, 1)
    level = engine.service_level(queue)
    assert (level.definition, level.in_level, level.of) == (Level.OF_OFFERED_BUT_SHORT, 1, 2)
    assert engine.queue_counters(queue).short == 1

    # Summed over queues, they are the same of one queue; over intervals, both together.
    for row, interval in zip((first, second), engine.interval_rows(), strict=True):
        assert {name: row[name] for name in row if name != "queue"} == interval
    [both] = engine.queue_rows()
    assert both["queue"] == queue and "at" not in both
    for name in set(both) - {"queue"}:
        assert both[name] == first[name] + second[name]
    assert (both["offered"], both["in_level_of"]) == (3, 3)

    snapshot, rows = engine.stats_snapshot(), engine.traffic_rows()
    engine.forget_stats_before(60_000)
    assert engine.traffic_rows() == [second]
    engine.restore_stats(snapshot)
    assert engine.traffic_rows() == rows
    with pytest.raises(AcdError) as refused:
        engine.restore_stats(snapshot[:-1])
    assert refused.value.code == "snapshot" and engine.traffic_rows() == rows


def test_who_can_starve_is_named() -> None:
    engine = Engine()
    light, heavy = engine.add_queue(aging_ms=1_000), engine.add_queue(weight=2)
    agent = engine.add_agent()
    for queue in (light, heavy):
        engine.join_queue(agent, queue)
    found = {(rule.queue, rule.under) for rule in engine.starvation()}
    assert found == {(light, heavy), (heavy, None)}


def test_another_epochs_word_does_not_count() -> None:
    engine = Engine()
    assert engine.epoch == 0
    engine.begin_epoch(7)
    engine.check_epoch(7)
    for wrong in (engine.check_epoch, engine.begin_epoch):
        with pytest.raises(AcdError) as refused:
            wrong(6)
        assert (refused.value.code, refused.value.subject) == ("wrong_epoch", 7)
    assert engine.epoch == 7


def test_a_group_serves_in_its_hours_only() -> None:
    book = io.StringIO()
    engine = Journal(book)
    queue, ann, bob = engine.add_queue(), engine.add_agent(tag=1), engine.add_agent(tag=2)
    hour = 3_600_000
    day = Calendar({"thursday": ["09:00-17:00"]})
    group = DutyGroup(queue, day, {ann: {"penalty": 1}, bob: {}})
    assert group.apply(engine, 8 * hour) == []
    assert group.apply(engine, 9 * hour) == [ann, bob]
    assert group.apply(engine, 10 * hour) == []
    engine.set_agent_state(10 * hour, ann, "available")
    engine.arrive(10 * hour, queue)
    assert any(isinstance(output, Offer) for output in engine)
    engine.leave_queue(bob, queue)
    assert group.apply(engine, 17 * hour) == [ann]
    ended = [output for output in engine if isinstance(output, OfferEnded)]
    assert [output.end for output in ended] == ["agent_gone"]
    assert engine.members(queue) == []
    assert replay(book.getvalue().splitlines()).state_hash == engine.state_hash


def test_raised_penalties_share_the_calls() -> None:
    engine = Engine(steps=1)
    queue, wide = engine.add_queue(), engine.add_queue()
    engine.set_relaxation(wide, [{"after_ms": 1_000, "penalty_raise": 5}])
    agent = engine.add_agent()
    for of in (queue, wide):
        engine.join_queue(agent, of, penalty=1)
    engine.set_agent_state(0, agent, "available")
    engine.arrive(
        0, queue, penalty_min=2, penalty_max=3, penalty_raise=2, penalty_raise_within=True
    )
    engine.tick(2_000)
    offered = [output.at for output in engine if isinstance(output, Offer)]
    assert offered == []
    engine.arrive(2_000, wide, penalty_min=2, penalty_max=3)
    engine.tick(9_000)
    [(at, offer, call)] = [(o.at, o.offer, o.call) for o in engine if isinstance(o, Offer)]
    assert at == 3_000
    # Nobody is in a window whose lowest is above its highest, until that changes.
    engine.reject(9_000, offer, "busy")
    engine.hangup(9_000, call)
    engine.arrive(9_000, queue, tag=7, penalty_min=2, penalty_max=1)
    [joined] = [output for output in engine if isinstance(output, acd.Joined)]
    engine.tick(10_000)
    assert [output for output in engine if isinstance(output, Offer)] == []
    engine.set_penalties(11_000, joined.call, penalty_min=1, penalty_max=1)
    assert [output.at for output in engine if isinstance(output, Offer)] == [11_000]
