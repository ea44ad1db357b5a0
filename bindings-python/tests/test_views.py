"""What there is and what is known of it; a pause in one queue."""

from __future__ import annotations

import pytest

from trunkline import acd
from trunkline.acd import Call, Engine, Offer


def test_what_is_there_is_listed_and_a_pause_is_of_one_queue() -> None:
    engine = Engine()
    sales, help_, ann = engine.add_queue(), engine.add_queue(), engine.add_agent(tag=7)
    for queue in (sales, help_):
        engine.join_queue(ann, queue, penalty=queue == help_)
    engine.set_agent_state(3_500, ann, "available")
    engine.set_pause(3_500, ann, sales, 4)
    changed = [output for output in engine if isinstance(output, acd.PauseChanged)]
    assert [(of.queue, of.from_paused, of.paused) for of in changed] == [(sales, None, 4)]
    assert (engine.queues, engine.agents, engine.queues_of(ann)) == (
        [sales, help_],
        [ann],
        [help_, sales],
    )
    assert engine.member(ann, sales).paused == 4
    assert engine.member(ann, sales).last_pause == 3_000
    assert (engine.member(ann, help_).paused, engine.member(ann, help_).penalty) == (None, 1)
    for tag in (1, 2):
        engine.arrive(4_000, sales, tag=tag)
    list(engine)
    first, second = engine.calls(sales)
    assert (engine.calls_ahead(first), engine.calls_ahead(second)) == (0, 1)
    assert engine.why_waiting(first).paused == 1 and engine.why_idle(ann).paused == 2
    engine.set_pause(5_000, ann, sales, None)
    assert [of.call for of in engine if isinstance(of, Offer)] == [first]
    assert engine.member(ann, sales).ringing == 1


def test_a_call_says_what_it_asks_for_now() -> None:
    engine = Engine(classes=2, steps=2, rules=1)
    sales, help_, ann = engine.add_queue(), engine.add_queue(), engine.add_agent()
    french = engine.add_class({7: 1})
    patient = engine.add_rule(
        [
            {"after_ms": 1_000, "penalty_max_by": 2, "penalty_raise": 3},
            {"after_ms": 1_000, "penalty_min": 1, "penalty_raise_within": True},
        ]
    )
    engine.join_queue(ann, help_)
    engine.arrive(5_000, sales, tag=1)
    engine.arrive(
        6_000,
        sales,
        tag=2,
        priority=-4,
        call_class=french,
        penalty_max=1,
        rule=patient,
        credit_ms=50,
    )
    list(engine)
    plain, ruled = engine.calls(sales)
    of = engine.call(plain)
    assert (of.tag, of.queue, of.state, of.priority, of.call_class) == (1, sales, "waiting", 0, 0)
    assert (of.penalty_min, of.penalty_max, of.penalty_raise, of.rule) == (0, None, 0, None)
    of = engine.call(ruled)
    assert (of.priority, of.call_class, of.rule, of.credit_ms) == (-4, french, patient, 50)
    assert (of.penalty_min, of.penalty_max, of.penalty_raise) == (0, 1, 0)
    engine.tick(7_000)
    of = engine.call(ruled)
    assert (of.penalty_min, of.penalty_max, of.penalty_raise) == (1, 3, 3)
    assert of.penalty_raise_within

    # Told another window, moved, answered: each is seen, until the call is over.
    engine.set_penalties(8_000, plain, penalty_max=0, penalty_raise=0)
    engine.move(8_000, plain, help_)
    engine.set_agent_state(8_000, ann, "available")
    for output in engine:
        if isinstance(output, Offer):
            assert engine.call(output.call).state == "ringing"
            engine.accept(8_500, output.offer)
    match engine.call(plain):
        case Call(queue=queue, state=state, penalty_max=0, arrived=5_000, joined=8_000):
            assert (queue, state) == (help_, "connected")
        case other:
            raise AssertionError(other)
    engine.hangup(9_000, plain)
    with pytest.raises(acd.AcdError) as gone:
        engine.call(plain)
    assert gone.value.code == "no_call"
