"""Agents who serve a queue in the hours of a calendar only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._fields import MemberFields
    from ._native import Engine
    from ._replay import Journal
    from .calendar import Calendar


class DutyGroup:
    """An on-duty group: agents who are members of ``queue`` in its ``hours``, and not outside them.

    ``members`` says who, by handle, and with which place in the queue. It changes nothing of itself:
    call :meth:`apply` now, and again when the hours change (``hours.next_change``). A call that is
    being talked with goes on; an offer ends when its agent goes off duty.

    >>> from trunkline.acd import DutyGroup, Engine
    >>> from trunkline.calendar import Calendar
    >>> engine = Engine()
    >>> queue, agent = engine.add_queue(), engine.add_agent()
    >>> night = Calendar({"thursday": ["22:00-24:00"]})
    >>> group = DutyGroup(queue, night, {agent: {"penalty": 1}})
    >>> group.apply(engine, 22 * 3_600_000) == [agent]  # the epoch was a Thursday
    True
    >>> engine.members(queue) == [agent]
    True
    >>> group.apply(engine, 24 * 3_600_000) == [agent], engine.members(queue)
    (True, [])
    """

    def __init__(self, queue: int, hours: Calendar, members: Mapping[int, MemberFields]) -> None:
        self.queue = queue
        self.hours = hours
        self.members = dict(members)

    def __repr__(self) -> str:
        return f"DutyGroup(queue={self.queue}, members={len(self.members)})"

    def apply(self, engine: Engine | Journal, now: int) -> list[int]:
        """Let those join or leave the queue for whom it is time at ``now``, in ms; returns them.

        Poll the engine before and after it: offers may end.
        """
        on_duty = self.hours.state(now).is_open
        serving = set(engine.members(self.queue))
        due = [agent for agent in self.members if (agent in serving) != on_duty]
        for agent in due:
            if on_duty:
                engine.join_queue(agent, self.queue, **self.members[agent])
            else:
                engine.leave_queue(agent, self.queue)
        return due
