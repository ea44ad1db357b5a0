"""Experiments with a call centre: the engine that runs in production, with random callers.

>>> from trunkline.sim import Centre, Target, agents_needed, study
>>> centre = Centre(
...     queues=[{"service_level_ms": 20_000}],
...     streams=[{"calls_per_hour": [200.0], "handle": 180, "patience": 120}],
...     groups=[{"agents": 12, "queues": [(0, {})]}],
...     length_s=8 * 3600,
... )
>>> result = study(centre, runs=10)
>>> 0.75 < result.service_level.mean < 0.9
True
>>> agents_needed(centre, Target(service_level=0.9)).agents
14

- :class:`Centre` describes a centre; :func:`study` plays it from several seeds, on all processors;
  :func:`compare` plays several from the same seeds.
- :func:`agents_needed` finds how many agents a centre needs by playing it; :func:`erlang_agents`
  and :func:`service` are the formulas (Erlang A and C); :func:`roster` covers a :class:`Day` with
  shifts.
- :func:`columns` and ``Report.calls`` are columns for pandas and polars.
- :mod:`trunkline.sim.plot` draws (``pip install 'trunkline[plots]'``), and
  :mod:`trunkline.sim.wallboard` shows a run live in the terminal (``trunkline[terminal]``).

Durations are drawn: a number is the mean of an exponential distribution in seconds,
``("fixed", s)`` is always the same, ``("lognormal", mean_s, variation)`` is what talk times often
are.
"""

from .._native import (
    Moment,
    Report,
    Service,
    Tally,
    Watch,
    erlang_agents,
    erlang_b,
    service,
    shift_starts,
)
from ._centre import CallColumns, Centre, Draw, GroupFields, StreamFields
from ._staffing import Day, Roster, Sizing, Target, agents_needed, roster
from ._study import Comparison, Estimate, Progress, Study, columns, compare, study

__all__ = [
    "CallColumns",
    "Centre",
    "Comparison",
    "Day",
    "Draw",
    "Estimate",
    "GroupFields",
    "Moment",
    "Progress",
    "Report",
    "Roster",
    "Service",
    "Sizing",
    "StreamFields",
    "Study",
    "Tally",
    "Target",
    "Watch",
    "agents_needed",
    "columns",
    "compare",
    "erlang_agents",
    "erlang_b",
    "roster",
    "service",
    "shift_starts",
    "study",
]
