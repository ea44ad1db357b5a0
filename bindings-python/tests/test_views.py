"""What there is and what is known of it; a pause in one queue."""

from __future__ import annotations

from trunkline import acd
from trunkline.acd import Engine, Offer


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
