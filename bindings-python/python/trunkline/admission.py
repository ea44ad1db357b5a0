"""Who gets in, before any queue: lists, limits, and a lid on the load.

>>> from trunkline.admission import Door
>>> door = Door(barred={5550100: 7}, favoured={5550142: 5}, per_caller=(3, 60_000), calls_max=500)
>>> door.judge(5550100, 12345, 0)
Admission(admitted=False, priority=0, why='barred', reason=7)
>>> door.judge(5550142, 12345, 0, live_calls=900).priority
5
>>> [door.judge(5550199, 12345, n * 1000).admitted for n in range(4)]
[True, True, True, False]
"""

from __future__ import annotations

from enum import StrEnum

from ._native import Admission, Door, Limit


class Denial(StrEnum):
    """Why a call is not let in."""

    BARRED = "barred"
    """The caller is on the list, with a reason."""
    TOO_OFTEN = "too_often"
    """The caller, or the number called, has had its share for now."""
    OVERLOAD = "overload"
    """There are too many calls."""


__all__ = ["Admission", "Denial", "Door", "Limit"]
