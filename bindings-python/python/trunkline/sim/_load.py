"""How busy agents are through the day, from the calls of a run."""

from __future__ import annotations

from collections.abc import Iterable

from .._native import Report
from ._centre import Centre


def seconds_inside(
    spans: Iterable[tuple[float, float]], interval_s: int, count: int
) -> list[float]:
    """How much of these spans of seconds falls into each interval."""
    inside = [0.0] * count
    for start, end in spans:
        at = int(start // interval_s)
        while at < count and at * interval_s < end:
            inside[at] += min(end, (at + 1) * interval_s) - max(start, at * interval_s)
            at += 1
    return inside


def staffed_s(centre: Centre) -> list[float]:
    """Seconds that agents are rostered for in each interval, all agents together."""
    spans = [
        span
        for group in centre.groups
        for span in group.get("shifts") or [(0, centre.length_s)]
        for _ in range(group.get("agents", 0))
    ]
    return seconds_inside(spans, centre.interval_s, centre.intervals)


def talking_s(centre: Centre, report: Report) -> list[float]:
    """Seconds that agents talked in each interval, all agents together; needs the calls."""
    calls = report.calls
    spans = [
        (came + waited, came + waited + talked)
        for came, waited, talked in zip(
            calls["came_s"], calls["waited_s"], calls["talked_s"], strict=True
        )
        if talked > 0
    ]
    return seconds_inside(spans, centre.interval_s, centre.intervals)
