"""Calling out: a list of contacts, whom next, when again, how many at a time, and when to stop.

>>> from trunkline.calendar import Calendar
>>> from trunkline.outbound import Campaign, Dial
>>> hours = Calendar({"mon-sun": ["9:00-20:00"]}, zone="UTC")
>>> campaign = Campaign([hours], mode="progressive")
>>> ann = campaign.add(5550100, tag=7)
>>> ten = 10 * 3_600_000  # on the first of January 1970
>>> campaign.staff(ten, idle=1, at_work=1)
>>> list(campaign)
[Dial(contact=0, tag=7, number=5550100, attempt=1)]
>>> campaign.failed(ten + 20_000, ann, "busy")
>>> list(campaign), campaign.deadline - ten  # busy: again ten minutes later
([], 620000)

An answered call goes to an outbound queue of the :class:`trunkline.acd.Engine`, whose agents take
it. Times are ms since the Unix epoch.

Its rules alone are for who keeps the list elsewhere: :class:`Pacer` (how many at a time),
:class:`Guard` (when to stop), :class:`RetryRules` (when again) and :class:`Blend` (whom to spare).

>>> from trunkline.outbound import Pacer
>>> pacer = Pacer("predictive", cap_per_mille=30)
>>> pacer.dials(10)  # without a record, not one call more than there are agents
10
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Self, TypeAlias, TypedDict, Unpack

from ._native import Campaign as _Campaign
from ._native import (
    Blend,
    CampaignError,
    Dial,
    DialCounters,
    Done,
    Exhausted,
    Guard,
    Guarded,
    Pacer,
    Preview,
    PreviewOver,
    RetryRules,
)
from .calendar import Calendar

Output: TypeAlias = Preview | PreviewOver | Dial | Done | Guarded | Exhausted
"""Whatever :meth:`Campaign.poll` gives."""


class Mode(StrEnum):
    """How a campaign dials."""

    PREVIEW = "preview"
    """The agent sees the contact first and starts the call."""
    PROGRESSIVE = "progressive"
    """One dial for each idle agent, at once."""
    PREDICTIVE = "predictive"
    """More dials than idle agents, as far as the cap on abandoned calls lets it."""


class Outcome(StrEnum):
    """What a dial came to."""

    REACHED = "reached"
    """An agent spoke with the contact."""
    ABANDONED = "abandoned"
    """The contact answered and no agent was there."""
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    """It rang and nobody answered."""
    MACHINE = "machine"
    """A machine answered."""
    CONGESTION = "congestion"
    """The network refused for the moment."""
    INVALID = "invalid"
    """No such number."""
    DO_NOT_CALL = "do_not_call"
    """The contact does not want to be called, now or ever."""


class GuardDecision(StrEnum):
    """What a campaign's guard has decided."""

    SUSPENDED_BY_COMPLAINTS = "suspended_by_complaints"
    SUSPENDED_BY_FAILURE = "suspended_by_failure"
    """Too few successes."""
    INTENSIFIED = "intensified"
    """Many successes and no complaint: the campaign may dial more."""


class CampaignFields(TypedDict, total=False):
    """How a campaign works. Durations in ms."""

    mode: Mode | str
    """How it dials. Default: progressive."""
    dials_per_100_agents: int
    """Predictive: so many dials for a hundred idle agents. Default: 150."""
    intensified_dials_per_100_agents: int | None
    """Predictive while the guard lets it dial more. Default: no other way."""
    cap_per_mille: int
    """The share of answered calls without an agent that it must not exceed, in thousandths. Default:
    30."""
    period_ms: int | None
    """The cap is for so long, from the first input on; then the next period begins with a new record.
    Default: only ``start_period`` begins one."""
    retry_abandoned: tuple[int, int]
    """After (so long, up to so many tries in all) where no agent was there. Default: a day, 2."""
    retry_busy: tuple[int, int]
    """... where it was busy. Default: ten minutes, 3."""
    retry_no_answer: tuple[int, int]
    """... where nobody answered. Default: four hours, 3."""
    retry_machine: tuple[int, int]
    """... where a machine did. Default: four hours, 3."""
    retry_congestion: tuple[int, int]
    """... where the network refused. Default: two minutes, 3."""
    guard_rails: tuple[int, int, int, int] | None
    """(complaints_max, success_min_per_mille, success_high_per_mille, sample_min): more complaints
    or, of at least ``sample_min`` contacts, fewer successes suspend it; more successes without a
    complaint intensify it. Default: no guard."""
    blend: tuple[int, int, int] | None
    """(on_per_mille, off_per_mille, reserve): agents are shared with those who call in; it starts
    when so many thousandths are idle, stops at so many, and leaves so many agents alone. Default:
    they are all its own."""
    preview_ms: int
    """Preview: an agent has so long to start the call. Default: a minute."""
    skip_ms: int
    """Preview: a contact that an agent passed over is shown again after so long. Default: an hour."""


class Campaign(_Campaign):
    """Calls a list of contacts.

    Told what happened, it says what to do: iterate over it (or call ``poll``) after every input, and
    call ``tick`` no later than ``deadline``; times never go back. ``zones`` are the hours in which
    contacts may be called, each in its own time zone; a contact names one by its place. It has room
    for ``contacts`` contacts, and for ``do_not_call_room`` numbers that must not be called.

    Raises :class:`CampaignError` for what it refuses; it is as it was before then.
    """

    def __new__(
        cls,
        zones: Sequence[Calendar],
        *,
        contacts: int = 10_000,
        do_not_call: Iterable[int] = (),
        do_not_call_room: int = 10_000,
        **fields: Unpack[CampaignFields],
    ) -> Self:
        """A campaign without contacts."""
        hours = [zone._hours for zone in zones]
        return super().__new__(
            cls, hours, contacts, list(do_not_call), do_not_call_room, dict(fields)
        )

    @classmethod
    def restore(
        cls,
        snapshot: bytes,
        zones: Sequence[Calendar],
        *,
        contacts: int = 10_000,
        do_not_call_room: int = 10_000,
    ) -> Self:
        """A campaign in the state of a snapshot. Raises :class:`CampaignError` (code "snapshot") for
        bytes that are not one or are damaged, "full" when there is less room than it takes."""
        campaign = cls(zones)
        campaign.resume_from(snapshot, contacts, do_not_call_room)
        return campaign


__all__ = [
    "Blend",
    "Campaign",
    "CampaignError",
    "CampaignFields",
    "Dial",
    "DialCounters",
    "Done",
    "Exhausted",
    "Guard",
    "GuardDecision",
    "Guarded",
    "Mode",
    "Outcome",
    "Output",
    "Pacer",
    "Preview",
    "PreviewOver",
    "RetryRules",
]
