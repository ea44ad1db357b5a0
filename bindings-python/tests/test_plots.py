"""Pictures show what was simulated: their lines and bars are looked up, not their pixels."""

from __future__ import annotations

import io
from collections.abc import Iterator

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from rich.console import Console
from trunkline import sim
from trunkline.sim import Centre, plot, wallboard


def points(of: Line2D) -> tuple[list[float], list[float]]:
    x, y = np.asarray(of.get_xdata(), float), np.asarray(of.get_ydata(), float)
    return x.tolist(), y.tolist()


CENTRE = Centre(
    queues=[{}],
    streams=[{"calls_per_hour": [0, 80, 40], "handle": 180, "patience": 60}],
    groups=[{"agents": 4, "queues": [(0, {})], "shifts": [(3600, 3 * 3600)]}],
    length_s=3 * 3600,
    interval_s=3600,
    keep_calls=True,
)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def study() -> sim.Study:
    return sim.study(CENTRE, runs=5)


def test_service_level_leaves_out_intervals_without_calls(study: sim.Study) -> None:
    axes = plot.service_level(study, start_s=8 * 3600)
    hours, shown = points(axes.lines[0])
    assert hours == [8.5, 9.5, 10.5]
    assert shown[0] != shown[0]  # nobody called
    expected = sum(run.intervals[1].service_level for run in study.runs) / 5
    assert shown[1] == pytest.approx(expected)
    assert axes.xaxis.get_major_formatter()(9.5) == "09:30"


def test_policies_are_drawn_side_by_side() -> None:
    axes = plot.service_level(sim.compare({"few": CENTRE, "more": CENTRE.with_agents(6)}, runs=2))
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["few", "more"]


def test_waits_count_every_call_once(study: sim.Study) -> None:
    axes = plot.waits(study, longest_s=1e6)
    bars = sum(bar.get_height() for bar in axes.patches if isinstance(bar, Rectangle))
    legend = axes.get_legend()
    assert legend is not None
    calls = [
        (fate, waited)
        for run in study.runs
        for fate, waited in zip(run.calls["fate"], run.calls["waited_s"], strict=True)
    ]
    at_once = sum(fate == "answered" and waited == 0 for fate, waited in calls) / len(calls)
    assert bars + at_once == pytest.approx(1)
    assert f"{at_once:.0%}" in legend.get_title().get_text()


def test_occupancy_is_talk_over_rostered_time(study: sim.Study) -> None:
    axes = plot.occupancy(study)
    _, shown = points(axes.lines[0])
    assert shown[0] == 0
    talked = sum(run.total.talk_s for run in study.runs) / len(study.runs)
    # What is talked after the last interval is not in the picture.
    assert 0.9 * talked < (shown[1] + shown[2]) * 4 * 3600 <= talked


def test_pictures_without_calls_say_what_is_missing() -> None:
    bare = sim.study(CENTRE.replace(keep_calls=False), runs=2)
    for draw in (plot.waits, plot.occupancy):
        with pytest.raises(ValueError, match="keep_calls"):
            draw(bare)


def test_the_rest_draws(study: sim.Study) -> None:
    found = sim.agents_needed(CENTRE, runs=2)
    curve = plot.staffing_curve(found.tried)
    assert points(curve.lines[0])[0] == list(found.tried)
    assert f"{found.agents} reach 80%" in curve.get_title(loc="left")
    heat = plot.arrivals({"Mon": [1, 2, 3], "Tue": [4, 5]})
    assert heat.images[0].get_array().tolist() == [[1, 2, 3], [4, 5, 0]]  # type: ignore[union-attr]
    plan = sim.roster(sim.Day(calls=[10, 40, 20]), shift_s=3600)
    assert "2 hours" not in plot.staffing(plan).get_title(loc="left")
    file = io.BytesIO()
    plot.overview(study, title="A morning").savefig(file)
    assert file.getvalue().startswith(b"\x89PNG")


def test_the_wallboard_shows_a_day_and_returns_what_came_of_it() -> None:
    console = Console(record=True, width=90, file=io.StringIO(), force_terminal=True)
    slept: list[float] = []
    report = wallboard.show(
        CENTRE,
        seed=2,
        every_s=1800,
        names=["sales"],
        console=console,
        sleep=slept.append,
        start_s=8 * 3600,
    )
    assert report == CENTRE.run(2)
    assert len(slept) >= 6
    shown = console.export_text()
    assert "sales" in shown
    last = round(list(CENTRE.watch(2, every_s=1800))[-1].at_s)
    assert f"{8 + last // 3600:02}:{last // 60 % 60:02}:00" in shown
    assert str(report.total.offered) in shown
