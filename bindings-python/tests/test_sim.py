"""Simulation and staffing: against known numbers, and against each other."""

from __future__ import annotations

import pytest

from trunkline import sim
from trunkline.acd import AcdError, QueueFields
from trunkline.sim import Centre


def centre(agents: int, **queue: object) -> Centre:
    fields: QueueFields = {"service_level_ms": 20_000, **queue}  # type: ignore[typeddict-item]
    return Centre(
        queues=[fields],
        streams=[{"calls_per_hour": [200.0], "handle": 180.0, "patience": 120.0}],
        groups=[{"agents": agents, "queues": [(0, {})]}],
        length_s=20 * 3600,
        warm_up_s=3600,
    )


def test_known_numbers() -> None:
    assert sim.erlang_b(5, 3.0) == pytest.approx(0.110_054_347_8, abs=1e-9)
    waiting = sim.service(calls_per_hour=200, handle_s=180, agents=14)
    assert waiting.wait_probability == pytest.approx(0.174_132, abs=1e-6)
    assert waiting.in_level == pytest.approx(0.888_350, abs=1e-6)
    assert sim.agents_needed(calls_per_hour=200, handle_s=180) == 14
    assert sim.roster([2, 4, 6, 5, 3, 3, 1], 4) == [2, 2, 2, 0, 0, 1, 0]


def test_the_simulator_agrees_with_erlang_a() -> None:
    expected = sim.service(calls_per_hour=200, handle_s=180, agents=11, patience_s=120)
    found = sim.study(centre(11), runs=12)
    assert abs(found.abandonment.mean - expected.abandoned) < 4 * found.abandonment.error
    assert abs(found.occupancy.mean - expected.occupancy) < 4 * found.occupancy.error
    assert found.abandonment.error < 0.01
    assert found.estimate(lambda run: run.total.offered).mean == pytest.approx(3800, rel=0.03)


def test_the_same_seed_gives_the_same_day_on_any_number_of_threads() -> None:
    one = sim.study(centre(11), runs=3, threads=1)
    many = sim.study(centre(11), runs=3, threads=3)
    assert one.runs == many.runs
    assert one.runs[0] != one.runs[1]


def test_policies_are_compared_on_the_same_callers() -> None:
    found = sim.compare({"few": centre(10), "many": centre(14)}, runs=3)
    assert found["few"].service_level.mean < found["many"].service_level.mean
    few, many = found["few"].runs[0], found["many"].runs[0]
    assert few.total.offered == many.total.offered


def test_a_run_adds_up_and_gives_columns() -> None:
    run = centre(11).run(seed=5)
    total = run.total
    assert total.offered == total.answered + total.abandoned + total.left
    assert sum(tally.offered for tally in run.intervals) == total.offered
    assert sum(map(sum, run.answered_by)) == total.answered
    assert len(run.agents) == 11
    table = sim.columns(run)
    assert sum(table["answered"]) == total.answered
    assert {len(column) for column in table.values()} == {len(run.intervals)}


def test_wrong_centres_are_refused() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'agent'"):
        Centre(queues=[{}], streams=[], groups=[{"agent": 3}])  # type: ignore[typeddict-unknown-key]
    with pytest.raises(TypeError, match="handle: a mean in seconds"):
        Centre(queues=[{}], streams=[{"handle": ("gamma", 1.0)}], groups=[])
    with pytest.raises(ValueError, match="patience is NaN seconds"):
        Centre(queues=[{}], streams=[{"patience": float("nan")}], groups=[])
    with pytest.raises(ValueError, match="calls_per_hour"):
        Centre(queues=[{}], streams=[{"calls_per_hour": [-1.0]}], groups=[])
    with pytest.raises(AcdError):
        centre(3, retry_ms=0).run()
    with pytest.raises(ValueError, match="grows for ever"):
        sim.service(calls_per_hour=200, handle_s=180, agents=10)
