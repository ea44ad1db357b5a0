"""Simulation and staffing: against known numbers, and against each other."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas  # type: ignore[import-untyped]
import polars
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
    assert sim.erlang_agents(calls_per_hour=200, handle_s=180) == 14
    assert sim.shift_starts([2, 4, 6, 5, 3, 3, 1], 4) == [2, 2, 2, 0, 0, 1, 0]


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


def test_calls_are_kept_when_asked_for() -> None:
    assert centre(11).run(seed=5).calls["came_s"] == []
    run = centre(11).replace(keep_calls=True).run(seed=5)
    calls = run.calls
    assert len(calls["fate"]) == run.total.offered
    assert calls["came_s"] == sorted(calls["came_s"])
    assert calls["fate"].count("answered") == run.total.answered
    assert sum(calls["waited_s"]) == pytest.approx(run.total.wait_s)
    assert all(
        (agent is None) == (fate != "answered")
        for agent, fate in zip(calls["agent"], calls["fate"], strict=True)
    )


def test_pandas_and_polars_take_columns_as_they_are() -> None:
    run = centre(11).replace(keep_calls=True).run()
    assert pandas.DataFrame(run.calls)["waited_s"].sum() == pytest.approx(run.total.wait_s)
    assert polars.DataFrame(run.calls)["talked_s"].sum() == pytest.approx(run.total.talk_s)
    assert pandas.DataFrame(sim.columns(run))["offered"].sum() == run.total.offered
    table = polars.DataFrame(sim.compare({"few": centre(10)}, runs=2).columns())
    assert table["policy"].to_list() == ["few"]


def test_a_run_that_is_watched_is_the_same_run() -> None:
    watch = centre(11).watch(seed=5, every_s=600)
    assert watch.report is None
    moments = list(watch)
    assert [moment.at_s for moment in moments[:3]] == [600, 1200, 1800]
    assert max(queue.talking for moment in moments for queue, _ in moment.queues) == 11
    assert all(staff.members == 11 for moment in moments for _, staff in moment.queues)
    assert watch.report == centre(11).run(seed=5)
    assert list(watch) == []
    with pytest.raises(ValueError, match="every_s"):
        centre(11).watch(every_s=0)


def test_progress_is_told_and_errors_come_through() -> None:
    told: list[tuple[int, int]] = []
    sim.compare(
        {"a": centre(11), "b": centre(12)}, runs=3, progress=lambda n, of: told.append((n, of))
    )
    assert told == [(n, 6) for n in range(1, 7)]
    with pytest.raises(AcdError):
        sim.study(centre(3, retry_ms=0), runs=3)
    with pytest.raises(ValueError, match="runs"):
        sim.study(centre(3), runs=0)


@pytest.mark.parametrize("has_rich", [True, False])
def test_there_is_a_progress_bar(
    has_rich: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_rich:
        monkeypatch.setitem(sys.modules, "rich.progress", None)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    found = sim.study(centre(11), runs=3, progress=True)
    assert found.runs == sim.study(centre(11), runs=3).runs
    out, err = capsys.readouterr()
    assert out == "" and ("runs" if has_rich else "3/3 runs") in err


def test_a_difference_on_the_same_callers_is_surer_than_two_averages() -> None:
    found = sim.compare({"few": centre(11), "many": centre(12)}, runs=8)
    gain = found.difference("few", "many", lambda run: run.total.service_level)
    apart = found["many"].service_level.mean - found["few"].service_level.mean
    assert gain.mean == pytest.approx(apart)
    assert gain.is_sure
    assert gain.error < found["few"].service_level.error + found["many"].service_level.error
    assert str(found).splitlines()[1].startswith("few ")


def test_agents_are_found_by_playing() -> None:
    target = sim.Target(service_level=0.8, abandonment=0.05)
    found = sim.agents_needed(centre(1), target, runs=6)
    assert target.met(found.study)
    assert not target.met(found.tried[found.agents - 1])
    # The formulas say nearly the same of so plain a centre.
    expected = sim.Day(calls=[100], handle=180.0, patience=120.0).needs(target)
    assert abs(found.agents - expected[0]) <= 1
    with pytest.raises(ValueError, match="3 agents do not reach"):
        sim.agents_needed(centre(1), target, most=3, runs=2)


def test_a_roster_covers_its_day_and_keeps_its_promise() -> None:
    calls = [0, 0, 10, 40, 80, 100, 90, 70, 60, 40, 20, 10]
    day = sim.Day(calls=calls, interval_s=3600, handle=240, patience=180)
    plan = sim.roster(day, shift_s=4 * 3600)
    assert plan.needs[:2] == [0, 0]
    assert all(there >= need for there, need in zip(plan.there, plan.needs, strict=True))
    assert plan.agents == sum(plan.starts) >= max(plan.needs)
    played = sim.study(plan.centre(), runs=8)
    assert played.service_level.mean > 0.75
    shrunk = sim.roster(day, shift_s=4 * 3600, shrinkage=0.3)
    assert shrunk.needs[5] == -(-plan.needs[5] * 10 // 7)
    with pytest.raises(ValueError, match="a shift"):
        sim.roster(day, shift_s=1800)


def test_centres_come_from_files(tmp_path: Path) -> None:
    toml = """
        length_s = 72000
        warm_up_s = 3600
        queues = [{ service_level_ms = 20000 }]
        streams = [{ calls_per_hour = [200.0], handle = 180.0, patience = 120.0 }]
        groups = [{ agents = 11, queues = [0] }]
    """
    (tmp_path / "centre.toml").write_text(toml)
    read = Centre.from_file(tmp_path / "centre.toml")
    assert read.run(3) == centre(11).run(3)
    rich = centre(11).replace(
        streams=[{"calls_per_hour": [60.0], "handle": ("lognormal", 200.0, 0.5), "needs": {3: 1}}],
        groups=[
            {"agents": 5, "queues": [(0, {"penalty": 1})], "skills": {3: 2}, "shifts": [(0, 9)]}
        ],
    )
    (tmp_path / "centre.json").write_text(json.dumps(rich.to_dict()))
    assert Centre.from_file(tmp_path / "centre.json") == rich
    with pytest.raises(TypeError, match="a centre has no 'agents'"):
        Centre.from_dict({"queues": [], "streams": [], "groups": [], "agents": 3})
    with pytest.raises(TypeError, match="needs a list of queues"):
        Centre.from_dict({})


def test_wrong_centres_are_refused() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'agent'"):
        Centre(queues=[{}], streams=[], groups=[{"agent": 3}]).run()  # type: ignore[typeddict-unknown-key]
    with pytest.raises(TypeError, match="handle: a mean in seconds"):
        Centre(queues=[{}], streams=[{"handle": ("gamma", 1.0)}], groups=[]).run()
    with pytest.raises(ValueError, match="patience is NaN seconds"):
        Centre(queues=[{}], streams=[{"patience": float("nan")}], groups=[]).run()
    with pytest.raises(ValueError, match="calls_per_hour"):
        Centre(queues=[{}], streams=[{"calls_per_hour": [-1.0]}], groups=[]).run()
    with pytest.raises(AcdError):
        centre(3, retry_ms=0).run()
    with pytest.raises(ValueError, match="grows for ever"):
        sim.service(calls_per_hour=200, handle_s=180, agents=10)
