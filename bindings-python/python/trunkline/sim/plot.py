"""Pictures of a call centre: ``pip install 'trunkline[plots]'``.

Every function draws on the axes it is given, or on new ones, and returns them; :func:`overview`
makes a whole figure. Bands are where nine of ten runs lie.

>>> from trunkline.sim import Centre, study
>>> from trunkline.sim.plot import overview
>>> centre = Centre(
...     queues=[{}],
...     streams=[{"calls_per_hour": [40, 90, 60], "handle": 180, "patience": 120}],
...     groups=[{"agents": 5, "queues": [(0, {})]}],
...     length_s=3 * 3600, interval_s=3600, keep_calls=True,
... )
>>> overview(study(centre, runs=4)).savefig("day.png")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from math import nan
from statistics import fmean, quantiles
from typing import TYPE_CHECKING, Any

from ._load import staffed_s, talking_s
from ._staffing import Roster
from ._study import Comparison, Study

try:
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    from cycler import cycler
    from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator, PercentFormatter
except ImportError as _missing:
    raise ImportError(
        "trunkline.sim.plot draws with matplotlib: pip install 'trunkline[plots]'"
    ) from _missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, QUIET, GRID = "#1f2a37", "#6b7785", "#e4e8ec"
BLUE, ORANGE, GREEN, RED, VIOLET = "#2b6cb0", "#dd7a2b", "#3a8f6f", "#c2474a", "#7a5aa6"
COLOURS = (BLUE, ORANGE, GREEN, VIOLET, RED)

STYLE: Any = {
    "figure.facecolor": "white",
    "figure.dpi": 130,
    "font.size": 9.5,
    "text.color": INK,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": GRID,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=COLOURS),
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
}
"""The look of the pictures, for ``matplotlib.rc_context``."""


@contextmanager
def _drawing(axes: Axes | None, wide: float = 7.2, high: float = 3.4) -> Iterator[Axes]:
    with mpl.rc_context(STYLE):
        if axes is None:
            _, axes = plt.subplots(figsize=(wide, high), layout="constrained")
        yield axes


def _clock(axes: Axes, length_s: float, start_s: float) -> None:
    """The x axis, in hours, as times of the day."""
    hours = length_s / 3600
    step = next((step for step in (0.25, 0.5, 1, 2, 3, 4, 6, 12) if hours / step <= 9), 24)
    axes.xaxis.set_major_locator(MultipleLocator(step))

    def name(x: float, _: object) -> str:
        minutes = round(x * 60)
        return f"{minutes // 60 % 24:02}:{minutes % 60:02}"

    axes.xaxis.set_major_formatter(FuncFormatter(name))
    axes.set_xlim(start_s / 3600, start_s / 3600 + hours)
    axes.grid(visible=False, axis="x")


def _percent(axes: Axes, top: float = 1.0) -> None:
    axes.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
    axes.set_ylim(0, top)


def _band(
    axes: Axes,
    x: Sequence[float],
    rows: Sequence[Sequence[float | None]],
    colour: str,
    label: str,
) -> None:
    """The average of several runs, and where nine of ten of them lie; None is no value."""
    columns = [[y for y in column if y is not None] for column in zip(*rows, strict=True)]
    axes.plot(x, [fmean(of) if of else nan for of in columns], color=colour, label=label)
    if len(rows) > 1:
        cuts = [quantiles(of, n=20, method="inclusive") if len(of) > 1 else [nan] for of in columns]
        axes.fill_between(
            x, [cut[0] for cut in cuts], [cut[-1] for cut in cuts], color=colour, alpha=0.16, lw=0
        )


def _middles(study: Study, start_s: float) -> list[float]:
    """The middle of each interval, in hours."""
    centre = study.centre
    return [(start_s + (at + 0.5) * centre.interval_s) / 3600 for at in range(centre.intervals)]


def service_level(
    study: Study | Comparison,
    axes: Axes | None = None,
    *,
    target: float | None = 0.8,
    start_s: float = 0.0,
) -> Axes:
    """The service level through the day, for one centre above its arrivals, or for several.

    ``start_s`` is the time of the day at which the run begins, in seconds.
    """
    with _drawing(axes) as on:
        studies = {"": study} if isinstance(study, Study) else dict(study)
        for (name, of), colour in zip(studies.items(), COLOURS * len(studies), strict=False):
            rows = [
                [tally.service_level if tally.offered else None for tally in run.intervals]
                for run in of.runs
            ]
            _band(on, _middles(of, start_s), rows, colour, name)
            centre = of.centre
        if len(studies) == 1:
            offered = [
                fmean(t.offered for t in column)
                for column in zip(*(run.intervals for run in of.runs), strict=True)
            ]
            top = max(offered, default=0) or 1
            bars = [0.3 * calls / top for calls in offered]
            on.bar(
                _middles(of, start_s), bars, 0.82 * centre.interval_s / 3600, color=GRID, zorder=0
            )
            on.set_xlabel(
                f"time of day; bars: calls offered, up to {top:.0f} an interval", loc="right"
            )
        else:
            on.legend(ncols=len(studies), loc="upper left", bbox_to_anchor=(-0.01, -0.1))
        if target is not None:
            on.axhline(target, color=QUIET, lw=1, ls=(0, (4, 3)))
            on.annotate(
                f"target {target:.0%}",
                (1, target),
                xycoords=("axes fraction", "data"),
                xytext=(-2, 3),
                textcoords="offset points",
                ha="right",
                color=QUIET,
                fontsize=8,
            )
        _clock(on, centre.length_s, start_s)
        _percent(on, 1.02)
        on.set_ylabel("share of the calls offered")
        on.set_title("Answered within the service level")
        return on


def waits(study: Study, axes: Axes | None = None, *, longest_s: float | None = None) -> Axes:
    """How long callers waited: those who were answered, and those who gave up.

    Needs the calls (``keep_calls``). ``longest_s`` is where the axis ends; chosen when not given.
    """
    answered, gave_up, at_once = [], [], 0
    for run in study.runs:
        calls = run.calls
        for fate, waited in zip(calls["fate"], calls["waited_s"], strict=True):
            if fate == "answered":
                if waited > 0:
                    answered.append(waited)
                else:
                    at_once += 1
            elif fate == "abandoned":
                gave_up.append(waited)
    total = len(answered) + len(gave_up) + at_once
    if not total:
        raise ValueError("no calls: play a centre with keep_calls=True")
    with _drawing(axes) as on:
        everyone = sorted(answered + gave_up) or [0.0]
        longest = longest_s or max(10.0, everyone[int(0.98 * (len(everyone) - 1))])
        weights = [[1 / total] * len(answered), [1 / total] * len(gave_up)]
        on.hist(
            [answered, gave_up],
            bins=40,
            range=(0, longest),
            weights=weights,
            stacked=True,
            color=[BLUE, ORANGE],
            rwidth=0.86,
            label=[f"answered {len(answered) / total:.0%}", f"gave up {len(gave_up) / total:.0%}"],
        )
        on.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=1))
        on.set_xlim(0, longest)
        on.grid(visible=False, axis="x")
        on.set_xlabel("seconds waited")
        on.set_ylabel("share of all calls")
        on.legend(loc="upper right", title=f"answered at once {at_once / total:.0%}, not drawn")
        on.set_title("How long callers waited")
        return on


def occupancy(study: Study, axes: Axes | None = None, *, start_s: float = 0.0) -> Axes:
    """The share of their rostered time that agents talk, through the day. Needs the calls."""
    centre = study.centre
    there = staffed_s(centre)
    rows = [
        [
            talked / staffed if staffed else 0.0
            for talked, staffed in zip(talking_s(centre, run), there, strict=True)
        ]
        for run in study.runs
    ]
    if not any(any(row) for row in rows):
        raise ValueError("no calls: play a centre with keep_calls=True")
    with _drawing(axes) as on:
        _band(on, _middles(study, start_s), rows, GREEN, "")
        _clock(on, centre.length_s, start_s)
        _percent(on, max(1.0, 1.05 * max(map(max, rows))))
        on.set_xlabel("time of day")
        on.set_ylabel("share of the time at work")
        on.set_title("Agents' time on calls")
        return on


def staffing_curve(
    tried: Mapping[int, Study], axes: Axes | None = None, *, target: float | None = 0.8
) -> Axes:
    """What each number of agents gives: service level, abandonment and occupancy.

    ``tried`` is ``Sizing.tried``, or a study for each number of agents of your own.
    """
    with _drawing(axes) as on:
        agents = sorted(tried)
        measures: list[tuple[str, str, str]] = [
            ("service_level", "service level", BLUE),
            ("occupancy", "occupancy", GREEN),
            ("abandonment", "abandoned", ORANGE),
        ]
        for name, label, colour in measures:
            estimates = [getattr(tried[n], name) for n in agents]
            means = [of.mean for of in estimates]
            on.plot(agents, means, color=colour, marker="o", ms=4, label=label)
            if all(len(tried[n].runs) > 1 for n in agents):
                on.fill_between(
                    agents,
                    [of.mean - 2 * of.error for of in estimates],
                    [of.mean + 2 * of.error for of in estimates],
                    color=colour,
                    alpha=0.16,
                    lw=0,
                )
        title = "What so many agents give"
        if target is not None:
            on.axhline(target, color=QUIET, lw=1, ls=(0, (4, 3)))
            enough = [n for n in agents if tried[n].service_level.mean >= target]
            if enough:
                on.axvline(enough[0], color=QUIET, lw=1, ls=(0, (4, 3)))
                title += f": {enough[0]} reach {target:.0%}"
        on.xaxis.set_major_locator(MaxNLocator(integer=True))
        _percent(on, 1.02)
        on.set_xlabel("agents")
        on.set_ylabel("share of calls, or of agents' time")
        on.legend(ncols=3, loc="lower left", bbox_to_anchor=(-0.01, 1.0), borderaxespad=0.1)
        on.set_title(title, pad=26)
        return on


def arrivals(
    days: Mapping[str, Sequence[float]],
    axes: Axes | None = None,
    *,
    interval_s: int = 1800,
    start_s: float = 0.0,
) -> Axes:
    """A heat map of calls: a row for each day, by name, a column for each interval."""
    names, rows = list(days), [list(row) for row in days.values()]
    long = max(map(len, rows), default=0)
    rows = [row + [0.0] * (long - len(row)) for row in rows]
    with _drawing(axes, high=0.36 * len(rows) + 1.5) as on:
        hours = start_s / 3600, (start_s + long * interval_s) / 3600
        picture = on.imshow(
            rows,
            aspect="auto",
            cmap="YlGnBu",
            vmin=0,
            interpolation="nearest",
            extent=(hours[0], hours[1], len(rows) - 0.5, -0.5),
        )
        on.set_yticks(range(len(names)), names)
        _clock(on, long * interval_s, start_s)
        on.grid(visible=False)
        for edge in range(1, len(rows)):
            on.axhline(edge - 0.5, color="white", lw=2)
        bar = on.figure.colorbar(picture, ax=on, pad=0.02, aspect=max(6, 3 * len(rows)))
        bar.outline.set_visible(False)
        bar.set_label(
            "calls an hour" if interval_s == 3600 else f"calls in {interval_s // 60} minutes"
        )
        on.set_xlabel("time of day")
        on.set_title("When people call")
        return on


def staffing(plan: Roster, axes: Axes | None = None, *, start_s: float = 0.0) -> Axes:
    """A roster: the agents each interval needs, and those who are there."""
    with _drawing(axes) as on:
        long = plan.day.interval_s
        edges = [(start_s + at * long) / 3600 for at in range(len(plan.needs) + 1)]
        on.stairs(plan.there, edges, fill=True, color=BLUE, alpha=0.18)
        on.stairs(plan.there, edges, color=BLUE, lw=1.6, label="at work")
        on.stairs(plan.needs, edges, color=ORANGE, lw=2, label="needed")
        _clock(on, len(plan.needs) * long, start_s)
        on.set_ylim(0)
        on.set_xlabel("time of day")
        on.set_ylabel("agents")
        on.legend(ncols=2, loc="upper right", bbox_to_anchor=(1.0, 1.16))
        on.set_title(f"Roster: {plan.agents} shifts of {plan.shift * long / 3600:g} hours")
        return on


def overview(
    study: Study, *, title: str = "", target: float | None = 0.8, start_s: float = 0.0
) -> Figure:
    """One figure of a study: service level, waits and occupancy. Needs the calls."""
    with mpl.rc_context(STYLE):
        figure = plt.figure(figsize=(10.5, 6.6), layout="constrained")
        halves: Any = figure.subfigures(2, 1, hspace=0.06)
        top, below = halves
        service_level(study, top.subplots(), target=target, start_s=start_s)
        left, right = below.subplots(1, 2)
        waits(study, left)
        occupancy(study, right, start_s=start_s)
        numbers = (
            f"{study.service_level.mean:.1%} in time   {study.abandonment.mean:.1%} abandoned   "
            f"{study.occupancy.mean:.0%} busy   {len(study.runs)} runs"
        )
        figure.suptitle(f"{title}   {numbers}".strip(), x=0.01, ha="left", fontsize=12)
        return figure


__all__ = [
    "COLOURS",
    "STYLE",
    "arrivals",
    "occupancy",
    "overview",
    "service_level",
    "staffing",
    "staffing_curve",
    "waits",
]
