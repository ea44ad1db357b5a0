"""Working hours: when it is open, when that changes, and why it is closed.

>>> from datetime import date, datetime, timezone
>>> from trunkline.calendar import Calendar, Weekday
>>> office = ["9:00-12:00", "13:30-18:00"]
>>> calendar = Calendar(
...     {"mon-fri": office},
...     zone="Asia/Shanghai",
...     days={date(2026, 10, 1): 1, date(2026, 10, 10): Weekday.THURSDAY},  # a holiday, a make-up day
... )
>>> noon = datetime(2026, 9, 30, 4, tzinfo=timezone.utc)  # 12 o'clock in Shanghai
>>> calendar.state(noon)
HoursState(is_open=False, why='break', reason=None)
>>> calendar.datetime(calendar.next_open(noon)).isoformat()
'2026-09-30T13:30:00+08:00'
>>> calendar.state(datetime(2026, 10, 1, 2, tzinfo=timezone.utc)).why
'holiday'

Instants are ms since the Unix epoch, as everywhere, or a :class:`datetime.datetime` with a time zone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from ._native import Hours, HoursState


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Closed(StrEnum):
    """Why it is closed."""

    OUT_OF_HOURS = "out_of_hours"
    """Before the first or after the last period of the day."""
    BREAK = "break"
    """Between two periods of the day."""
    DAY_OFF = "day_off"
    """A day without any."""
    HOLIDAY = "holiday"
    """A date that is closed, with its reason."""


Instant: TypeAlias = int | dt.datetime
"""Milliseconds since the Unix epoch, or a moment with a time zone."""
Periods: TypeAlias = Sequence[str]
"""Parts of a day in order: ``["9:00-12:00", "13:30-18:00"]``, up to 24:00."""

_SHORT = {day.value[:3]: place for place, day in enumerate(Weekday)}


def _minutes(clock: str) -> int:
    hours, colon, minutes = clock.strip().partition(":")
    if not hours.isdigit() or (colon and not minutes.isdigit()) or int(minutes or 0) > 59:
        raise ValueError(f"'{clock}' is no time of the day: 9:00, 13:30, 24:00")
    return int(hours) * 60 + int(minutes or 0)


def _periods(of: Periods) -> list[tuple[int, int]]:
    ends = [period.partition("-") for period in of]
    return [(_minutes(start), _minutes(end)) for start, _, end in ends]


def _week(of: Mapping[str, Periods]) -> list[list[tuple[int, int]]]:
    """A week of days by name, one or several of them: ``monday``, ``sat``, ``mon-fri``."""
    week: list[list[tuple[int, int]]] = [[] for _ in Weekday]
    for names, hours in of.items():
        first, _, last = names.lower().partition("-")
        try:
            start, end = _SHORT[first[:3]], _SHORT[(last or first)[:3]]
        except KeyError:
            raise ValueError(f"'{names}' are no days of the week: mon, saturday, mon-fri") from None
        for place in range(start, start + (end - start) % 7 + 1):
            week[place % 7] = _periods(hours)
    return week


def offsets(zone: str, years: range) -> list[tuple[int, int]]:
    """How a time zone's clocks stand in these years: (from which instant in ms, seconds ahead of UTC),
    one for each change; the first holds before, too. They come from the system's or ``tzdata``'s
    database.

    >>> offsets("Europe/London", range(2026, 2027))
    [(1767225600000, 0), (1774746000000, 3600), (1792890000000, 0)]
    """
    return list(_known(zone, years))


def _offsets(zone: str, years: range) -> tuple[tuple[int, int], ...]:
    place = ZoneInfo(zone)

    def ahead(second: int) -> int:
        shift = dt.datetime.fromtimestamp(second, place).utcoffset()
        return 0 if shift is None else round(shift.total_seconds())

    at, end = (
        int(dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp())
        for year in (years[0], years[-1] + 1)
    )
    found = [(at * 1000, ahead(at))]
    while at < end:
        step = min(at + 86_400, end)
        if ahead(step) != found[-1][1]:
            before, after = at, step  # the change is behind the one, and not behind the other
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (
                    (middle, after) if ahead(middle) == found[-1][1] else (before, middle)
                )
            found.append((after * 1000, ahead(after)))
        at = step
    return tuple(found)


_known = lru_cache(maxsize=64)(_offsets)


class Calendar:
    """The hours of an office, a group of agents, or a contact.

    ``week`` gives days of the week their periods of local time; a day without any is a day off.
    ``days`` are dates that differ: a number is a reason to be closed, of your own list; a
    :class:`Weekday` is a day with that day's hours; periods are hours of its own. ``zone`` is a
    name as ``Asia/Shanghai``; its changes are known for ``years``.

    Raises ``ValueError`` for what is no time, and :class:`trunkline.acd.AcdError` (code "calendar")
    for periods that overlap or are out of order.
    """

    def __init__(
        self,
        week: Mapping[str, Periods],
        *,
        zone: str = "UTC",
        days: Mapping[dt.date, int | Weekday | Periods] | None = None,
        years: range = range(2020, 2041),
    ) -> None:
        self.zone = zone
        """The time zone."""
        special: list[
            tuple[int, int, int, int | None, str | None, list[tuple[int, int]] | None]
        ] = []
        for date, rule in (days or {}).items():
            on = (date.year, date.month, date.day)
            if isinstance(rule, int):
                special.append((*on, rule, None, None))
            elif isinstance(rule, str):
                special.append((*on, None, rule, None))
            else:
                special.append((*on, None, None, _periods(rule)))
        self._hours = Hours(_week(week), special, offsets(zone, years))

    def __repr__(self) -> str:
        return f"Calendar(zone='{self.zone}')"

    def state(self, at: Instant) -> HoursState:
        """Whether it is open at an instant, and if not, why."""
        return self._hours.state(_ms(at))

    def is_open(self, at: Instant) -> bool:
        """Whether it is open at an instant."""
        return self.state(at).is_open

    def next_change(self, at: Instant) -> int | None:
        """When the state is another one for the first time after an instant, in ms; None when that
        is not within two years."""
        return self._hours.next_change(_ms(at))

    def next_open(self, at: Instant) -> int | None:
        """The first instant from this one on at which it is open, in ms; None when there is none
        within two years."""
        return self._hours.next_open(_ms(at))

    def datetime(self, at: Instant | None) -> dt.datetime:
        """An instant on the clocks of the calendar's zone."""
        if at is None:
            raise ValueError("there is no such instant")
        return dt.datetime.fromtimestamp(_ms(at) / 1000, ZoneInfo(self.zone))


def _ms(at: Instant) -> int:
    if isinstance(at, int):
        return at
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return round(at.timestamp() * 1000)


__all__ = ["Calendar", "Closed", "HoursState", "Instant", "Periods", "Weekday", "offsets"]
