"""Experiments with a call centre: the engine that runs in production, with random callers.

>>> from trunkline.sim import Centre, agents_needed, study
>>> agents = agents_needed(calls_per_hour=200, handle_s=180, patience_s=120)
>>> agents
12
>>> centre = Centre(
...     queues=[{"service_level_ms": 20_000}],
...     streams=[{"calls_per_hour": [200.0], "handle": 180, "patience": 120}],
...     groups=[{"agents": agents, "queues": [(0, {})]}],
...     length_s=8 * 3600,
... )
>>> result = study(centre, runs=10)
>>> 0.75 < result.service_level.mean < 0.9
True

Durations are drawn: a number is the mean of an exponential distribution in seconds,
``("fixed", s)`` is always the same, ``("lognormal", mean_s, variation)`` is what talk times often
are. :func:`columns` turns the intervals of a run into columns for pandas or polars.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import inf, sqrt
from statistics import fmean, stdev
from typing import TypeAlias, TypedDict

from ._native import Centre, Report, Service, Tally, agents_needed, erlang_b, roster, service
from .acd import MemberFields

Draw: TypeAlias = float | tuple[str, float] | tuple[str, float, float]
"""A distribution of seconds; see the module's text."""


class StreamFields(TypedDict, total=False):
    """Calls of one kind."""

    queue: int
    """Which queue they join, by its place. Default: 0."""
    priority: int
    """Higher goes first. Default: 0."""
    needs: dict[int, int]
    """What they ask for: {skill number: least level}."""
    calls_per_hour: list[float]
    """For each interval in turn; the last one goes on. Arrivals are random inside an interval."""
    handle: Draw
    """How long they talk. Default: 180 on average."""
    patience: Draw | None
    """How long they wait before they hang up; None: for ever."""


class GroupFields(TypedDict, total=False):
    """Agents who are alike."""

    agents: int
    """How many."""
    queues: list[tuple[int, MemberFields]]
    """Which queues they serve, by place, and how."""
    skills: dict[int, int]
    """What they can do: {skill number: level}."""
    shifts: list[tuple[int, int]]
    """When they work: from and to so many seconds. Empty: always."""
    answer: Draw | None
    """How long they take to answer; None: no time."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """An average over several runs."""

    mean: float
    error: float
    """Its standard error; the truth is within two of them 19 times out of 20."""

    @classmethod
    def of(cls, values: Sequence[float]) -> Estimate:
        """The average of these values and how sure it is."""
        error = stdev(values) / sqrt(len(values)) if len(values) > 1 else inf
        return cls(fmean(values), error)


@dataclass(frozen=True, slots=True)
class Study:
    """Several runs together."""

    service_level: Estimate
    """Share of the offered calls answered within the service level."""
    abandonment: Estimate
    """Share of the offered calls abandoned."""
    occupancy: Estimate
    """Agents' time on calls over their time logged in."""
    runs: list[Report]

    def estimate(self, of: Callable[[Report], float]) -> Estimate:
        """An average of anything else a report says."""
        return Estimate.of([of(run) for run in self.runs])


def study(
    centre: Centre, *, runs: int = 10, first_seed: int = 1, threads: int | None = None
) -> Study:
    """Play a centre from so many seeds, on all processors, and say how sure the averages are.

    The result does not depend on the number of threads.
    """
    if runs < 1:
        raise ValueError("runs must be 1 or more")
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        reports = list(pool.map(centre.run, range(first_seed, first_seed + runs)))
    return Study(
        service_level=Estimate.of([run.total.service_level for run in reports]),
        abandonment=Estimate.of([run.total.abandonment for run in reports]),
        occupancy=Estimate.of([run.occupancy for run in reports]),
        runs=reports,
    )


def compare(
    centres: Mapping[str, Centre],
    *,
    runs: int = 10,
    first_seed: int = 1,
    threads: int | None = None,
) -> dict[str, Study]:
    """Play several centres from the same seeds, so that differences are the centres' own."""
    return {
        name: study(centre, runs=runs, first_seed=first_seed, threads=threads)
        for name, centre in centres.items()
    }


def columns(report: Report) -> dict[str, list[float]]:
    """The intervals of a run as columns, one row an interval: ``pandas.DataFrame(columns(r))``."""
    return {
        name: [getattr(tally, name) for tally in report.intervals]
        for name in Tally.__match_args__
    }


__all__ = [
    "Centre",
    "Draw",
    "Estimate",
    "GroupFields",
    "Report",
    "Service",
    "StreamFields",
    "Study",
    "Tally",
    "agents_needed",
    "columns",
    "compare",
    "erlang_b",
    "roster",
    "service",
    "study",
]
