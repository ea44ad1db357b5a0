"""A call centre, described."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeAlias, TypedDict

from .._native import Report, Simulation, Watch
from ..acd import CallOrder, MemberFields, QueueFields

Draw: TypeAlias = float | tuple[str, float] | tuple[str, float, float]
"""A distribution of seconds: the mean of an exponential one, ("fixed", s), or ("lognormal", mean,
standard deviation over mean)."""


class StreamFields(TypedDict, total=False):
    """Calls of one kind."""

    queue: int
    """Which queue they join, by its place. Default: 0."""
    priority: int
    """Higher goes first. Default: 0."""
    needs: dict[int, int]
    """What they ask for: {skill number: least level}."""
    calls_per_hour: Sequence[float]
    """For each interval in turn; the last one goes on. Arrivals are random inside an interval."""
    handle: Draw
    """How long they talk. Default: 180 on average."""
    patience: Draw | None
    """How long they wait before they hang up; None: for ever."""


class GroupFields(TypedDict, total=False):
    """Agents who are alike."""

    agents: int
    """How many."""
    queues: Sequence[tuple[int, MemberFields]]
    """Which queues they serve, by place, and how."""
    skills: dict[int, int]
    """What they can do: {skill number: level}."""
    shifts: Sequence[tuple[int, int]]
    """When they work: from and to so many seconds. Empty: always."""
    answer: Draw | None
    """How long they take to answer; None: no time."""


class CallColumns(TypedDict):
    """The calls of a run, as columns of equal length."""

    stream: list[int]
    """Which stream each call is of, by its place."""
    came_s: list[float]
    """When it came, in seconds."""
    fate: list[str]
    """"answered", "abandoned" or "left"."""
    waited_s: list[float]
    """How long it waited, in seconds."""
    talked_s: list[float]
    """How long it talked, in seconds."""
    agent: list[int | None]
    """The agent that answered, group after group."""


@dataclass(frozen=True, kw_only=True)
class Centre:
    """A call centre to experiment with: random callers and agents around the very engine that runs
    in production.

    It is a description, checked when it is played: what is wrong raises TypeError, ValueError or
    :class:`trunkline.acd.AcdError` then.
    """

    queues: Sequence[QueueFields]
    """What the queues are."""
    streams: Sequence[StreamFields]
    """Who calls."""
    groups: Sequence[GroupFields]
    """Who answers."""
    length_s: int = 3600
    """How long calls arrive, in seconds. Those inside are played to their end."""
    interval_s: int = 1800
    """How long each number of ``calls_per_hour`` holds, in seconds."""
    warm_up_s: int = 0
    """Calls of the first so many seconds are played but not counted."""
    call_order: CallOrder | str = CallOrder.LONGEST_WAITING
    """Which call an agent of several queues gets."""
    keep_calls: bool = False
    """Whether ``Report.calls`` has every call."""

    @property
    def agents(self) -> int:
        """How many agents there are in all groups."""
        return sum(group.get("agents", 0) for group in self.groups)

    @property
    def intervals(self) -> int:
        """How many intervals the arrivals last."""
        return -(-self.length_s // self.interval_s)

    def replace(self, **changes: Any) -> Centre:
        """The same centre with some of its fields changed."""
        return replace(self, **changes)

    def with_agents(self, agents: int, group: int = 0) -> Centre:
        """The same centre with so many agents in a group, given by its place."""
        groups = list(self.groups)
        groups[group] = {**groups[group], "agents": agents}
        return replace(self, groups=groups)

    def run(self, seed: int = 1) -> Report:
        """Play the centre once. The same seed gives the same day. Other threads go on meanwhile."""
        return self._simulation().run(seed)

    def watch(self, seed: int = 1, *, every_s: float = 60.0) -> Watch:
        """Play the centre step by step: iterate for a :class:`Moment` every so many seconds of its
        time; ``report`` of the result is there when the iteration is over."""
        return self._simulation().watch(seed, every_s)

    def _simulation(self) -> Simulation:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        for name in ("queues", "streams", "groups"):
            given[name] = [dict(of) for of in given[name]]
        return Simulation(**given)

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Centre:
        """A centre of plain data, as JSON and TOML have it: lists stand for tuples, and the keys
        of ``needs`` and ``skills`` may be text. Raises TypeError for a field there is not."""
        known = {field.name for field in fields(cls)}
        for name in given:
            if name not in known:
                raise TypeError(f"a centre has no '{name}', but {', '.join(sorted(known))}")
        for name in ("queues", "streams", "groups"):
            if not isinstance(given.get(name), list):
                raise TypeError(f"a centre needs a list of {name}")
        return cls(**{name: _plain(name, value) for name, value in given.items()})

    @classmethod
    def from_file(cls, path: str | Path) -> Centre:
        """A centre in a TOML file, or in JSON when its name ends so."""
        path = Path(path)
        text = path.read_text(encoding="utf-8")
        return cls.from_dict(json.loads(text) if path.suffix == ".json" else tomllib.loads(text))

    def to_dict(self) -> dict[str, Any]:
        """The centre as plain data; :meth:`from_dict` takes it back."""
        return asdict(self)


def _plain(name: str, value: Any) -> Any:
    """Lists of two or three as the tuples they stand for, text keys as numbers."""
    match name, value:
        case (("queues" | "streams" | "groups"), list()):
            kind = name
            return [
                {key: _plain(f"{kind}.{key}", item) for key, item in of.items()} for of in value
            ]
        case (("streams.needs" | "groups.skills"), dict()):
            return {int(key): int(item) for key, item in value.items()}
        case (("streams.handle" | "streams.patience" | "groups.answer"), list()):
            return tuple(value)
        case "groups.queues", list():
            # A bare number is a queue served in the plain way.
            return [(of, {}) if isinstance(of, int) else tuple(of) for of in value]
        case "groups.shifts", list():
            return [tuple(shift) for shift in value]
    return value
