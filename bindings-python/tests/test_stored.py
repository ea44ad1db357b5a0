"""What an engine was configured with, read back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trunkline.acd import AcdError, EmptyRule, Engine, Level, Medium, Ring, Start, Strategy, Term

ms = st.integers(0, 10**6)
maybe = st.none() | st.integers(1, 10**6)

whole = {
    "tag": st.integers(0, 2**63),
    "medium": st.sampled_from(Medium),
    "ring_timeout_ms": ms,
    "retry_ms": ms,
    "wrap_up_ms": ms,
    "wrap_up_shared": st.booleans(),
    "head_only": st.booleans(),
    "max_wait_ms": maybe,
    "resume_within_ms": maybe,
    "max_waiting": st.none() | st.integers(0, 60_000),
    "weight": st.integers(0, 60_000),
    "service_level_ms": ms,
    "service_level": st.sampled_from(Level),
    "short_ms": ms,
    "target_ms": maybe,
    "share": st.integers(1, 60_000),
    "announce_first_ms": maybe,
    "announce_every_ms": maybe,
    "missed_limit": st.none() | st.integers(1, 60_000),
    "aging_ms": maybe,
    "join_empty": st.sampled_from(EmptyRule),
    "leave_empty": st.sampled_from(EmptyRule),
    "leave_empty_after_ms": ms,
    "leave_empty_stay_ms": ms,
    "tier_wait_ms": maybe,
    "busy_delay_ms": ms,
    "declined_delay_ms": ms,
    "failed_delay_ms": ms,
    "no_answer_delay_ms": ms,
}
plain = st.fixed_dictionaries(
    {"strategy": st.sampled_from([one for one in Strategy if one != Strategy.CUSTOM])},
    optional=whole | {"overflow_target": st.none() | st.integers(0, 60_000)},
)
custom = st.fixed_dictionaries(
    {
        "strategy": st.just(Strategy.CUSTOM),
        "terms": st.lists(st.sampled_from([one for one in Term if one != "none"]), max_size=2),
        "start": st.sampled_from(Start),
        "ring": st.sampled_from(Ring),
        "best_skill": st.booleans(),
        "to_untried": st.booleans(),
        "progressive_ms": st.integers(1, 10**6),
    },
    optional=whole,
)


@given(plain | custom)
def test_a_queue_is_what_it_was_made_of(fields: dict[str, Any]) -> None:
    engine = Engine()
    try:
        queue = engine.add_queue(**fields)
    except AcdError:
        return  # combinations that the engine refuses
    stored = engine.queue_config(queue)
    for name, value in fields.items():
        if name != "progressive_ms":
            assert stored[name] == value  # type: ignore[literal-required]
    # Made again of what was read back, it is the same queue.
    again = Engine()
    again.add_queue(**stored)
    assert again.state_hash == engine.state_hash
    engine.set_queue(queue, **stored)
    assert again.state_hash == engine.state_hash


def test_a_queue_that_overflows_names_the_other() -> None:
    engine = Engine()
    first = engine.add_queue()
    second = engine.add_queue(max_wait_ms=500, overflow_queue=first)
    assert engine.queue_config(first)["overflow_queue"] is None
    assert engine.queue_config(second)["overflow_queue"] == first
    tiers = engine.add_queue(tier_wait_ms=10, tier_by_level=True, tier_skip_empty=True)
    stored = engine.queue_config(tiers)
    assert stored["tier_by_level"] and stored["tier_skip_empty"] and stored["tier_wait_ms"] == 10
    with pytest.raises(AcdError) as error:
        engine.queue_config(12345)
    assert error.value.code == "no_queue"


def test_an_agent_is_what_it_was_made_of() -> None:
    engine = Engine(profiles=2, skills=4)
    profile = engine.add_profile({7: 3})
    agent = engine.add_agent(tag=101, wrap_up_ms=900, profile=profile, chat=2, mail=0)
    stored = engine.agent_config(agent)
    assert stored == {
        "tag": 101,
        "wrap_up_ms": 900,
        "profile": profile,
        "voice": 1,
        "chat": 2,
        "mail": 0,
        "other": 1,
    }
    again = Engine(profiles=2, skills=4)
    again.add_profile({7: 3})
    again.add_agent(**stored)
    assert again.state_hash == engine.state_hash
    with pytest.raises(AcdError) as error:
        engine.agent_config(12345)
    assert error.value.code == "no_agent"
