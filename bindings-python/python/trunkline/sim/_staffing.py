"""How many agents it takes, and when they work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from .._native import Service, erlang_agents, service, shift_starts
from ._centre import Centre, Draw, GroupFields
from ._study import Progress, Study, compare


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What has to be reached. None: it does not matter."""

    service_level: float | None = 0.8
    """At least this share of all calls answered in time."""
    abandonment: float | None = None
    """At most this share of all calls abandoned."""
    occupancy: float | None = None
    """Agents busy for at most this share of their time."""

    def met(self, of: Study | Service) -> bool:
        """Whether a study's averages, or a formula's numbers, reach it."""
        if isinstance(of, Study):
            level, lost, busy = of.service_level.mean, of.abandonment.mean, of.occupancy.mean
        else:
            level, lost, busy = of.in_level, of.abandoned, of.occupancy
        return (
            (self.service_level is None or level >= self.service_level)
            and (self.abandonment is None or lost <= self.abandonment)
            and (self.occupancy is None or busy <= self.occupancy)
        )


@dataclass(frozen=True, slots=True)
class Sizing:
    """How many agents a group needs, and what was tried to find out."""

    agents: int
    """The fewest that reach the target."""
    tried: dict[int, Study]
    """What so many agents gave, fewest first."""

    @property
    def study(self) -> Study:
        """What the fewest agents that reach the target gave."""
        return self.tried[self.agents]


def agents_needed(
    centre: Centre,
    target: Target = Target(),
    *,
    group: int = 0,
    most: int = 10_000,
    runs: int = 10,
    first_seed: int = 1,
    threads: int | None = None,
    progress: Progress = False,
) -> Sizing:
    """The fewest agents of a group with which a centre reaches a target, found by playing it.

    ``centre`` is played with 1 agent in the group, then more: the number doubles until the target
    is met and is then narrowed down, from the same seeds each time. "In time" is what each queue's
    ``service_level_ms`` says. Raises ValueError when not even ``most`` agents are enough.
    """
    tried: dict[int, Study] = {}

    def met(agents: int) -> bool:
        if agents not in tried:
            trial = compare(
                {"": centre.with_agents(agents, group)},
                runs=runs,
                first_seed=first_seed,
                threads=threads,
                progress=progress,
            )
            tried[agents] = trial[""]
        return target.met(tried[agents])

    enough = 1
    while not met(enough):
        if enough >= most:
            raise ValueError(f"{most} agents do not reach {target}")
        enough = min(2 * enough, most)
    too_few = enough // 2
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        if met(middle):
            enough = middle
        else:
            too_few = middle
    return Sizing(enough, dict(sorted(tried.items())))


@dataclass(frozen=True, kw_only=True)
class Day:
    """The calls of a day, as a report of the past or a forecast has them."""

    calls: Sequence[float]
    """How many come in each interval."""
    interval_s: int = 1800
    """How long an interval is."""
    handle: Draw = 180.0
    """How long an agent is busy with a call."""
    patience: Draw | None = None
    """How long callers wait before they give up."""
    within_s: float = 20.0
    """Answered within so long is in time."""

    def needs(self, target: Target = Target(), *, shrinkage: float = 0.0) -> list[int]:
        """How many agents each interval needs by Erlang A, or C when callers wait for ever.

        ``shrinkage`` is the share of their paid time in which agents take no calls: breaks,
        training, sickness. An interval without calls needs none.
        """
        if not 0 <= shrinkage < 1:
            raise ValueError("shrinkage: from 0 to less than 1")
        return [
            # 9 agents at a shrinkage of 0.1 are 10, not 11 by a rounding error.
            ceil(self._need(calls, target) / (1 - shrinkage) - 1e-9)
            for calls in self.calls
        ]

    def _need(self, calls: float, target: Target) -> int:
        if calls <= 0:
            return 0
        rate, handle_s = calls * 3600 / self.interval_s, _mean(self.handle)
        patience_s = None if self.patience is None else _mean(self.patience)
        agents = erlang_agents(
            calls_per_hour=rate,
            handle_s=handle_s,
            share=target.service_level or 1e-6,
            within_s=self.within_s,
            patience_s=patience_s,
        )
        while not target.met(
            service(
                calls_per_hour=rate,
                handle_s=handle_s,
                agents=agents,
                patience_s=patience_s,
                within_s=self.within_s,
            )
        ):
            agents += 1
        return agents

    def centre(self, groups: Sequence[GroupFields]) -> Centre:
        """The day as a centre of one queue, played with these agents."""
        rates = [calls * 3600 / self.interval_s for calls in self.calls]
        return Centre(
            queues=[{"service_level_ms": round(self.within_s * 1000)}],
            streams=[{"calls_per_hour": rates, "handle": self.handle, "patience": self.patience}],
            groups=groups,
            length_s=len(rates) * self.interval_s,
            interval_s=self.interval_s,
        )


@dataclass(frozen=True, slots=True)
class Roster:
    """Shifts that cover a day."""

    day: Day
    needs: list[int]
    """Agents each interval needs."""
    starts: list[int]
    """Agents whose shift starts with each interval."""
    shift: int
    """How many intervals a shift is long."""
    there: list[int] = field(init=False)
    """Agents at work in each interval."""

    def __post_init__(self) -> None:
        there = [
            sum(self.starts[max(0, at - self.shift + 1) : at + 1]) for at in range(len(self.starts))
        ]
        object.__setattr__(self, "there", there)

    @property
    def agents(self) -> int:
        """How many shifts there are."""
        return sum(self.starts)

    def groups(self) -> list[GroupFields]:
        """The shifts as groups of agents, for :class:`Centre`."""
        long = self.day.interval_s
        return [
            {
                "agents": agents,
                "queues": [(0, {})],
                "shifts": [(at * long, (at + self.shift) * long)],
            }
            for at, agents in enumerate(self.starts)
            if agents
        ]

    def centre(self) -> Centre:
        """The day played with this roster."""
        return self.day.centre(self.groups())


def roster(
    day: Day,
    target: Target = Target(),
    *,
    shift_s: int = 8 * 3600,
    shrinkage: float = 0.0,
) -> Roster:
    """The fewest shifts of one length that give every interval of a day the agents it needs.

    Play ``roster(day).centre()`` to see what it really gives: the formulas take each interval for
    itself, and know nothing of calls that are still waiting when the next one begins.
    """
    shift, odd = divmod(shift_s, day.interval_s)
    if shift < 1 or odd:
        raise ValueError("a shift is one interval or several")
    needs = day.needs(target, shrinkage=shrinkage)
    return Roster(day, needs, shift_starts(needs, shift), shift)


def _mean(draw: Draw) -> float:
    return draw[1] if isinstance(draw, tuple) else draw
