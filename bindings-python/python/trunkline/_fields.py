"""What configures an engine, as dictionaries; :mod:`trunkline.acd` shows them to users."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from .acd import EmptyRule, Level, Medium, Ring, Start, Strategy, Term


class Limits(TypedDict, total=False):
    """How much an engine can hold; 0 means: chosen from the others."""

    queues: int
    """Default: 16."""
    agents: int
    """Default: 64."""
    memberships: int
    """Default: two an agent."""
    calls: int
    """Waiting and talking. Default: 256."""
    offers: int
    """Ringing, connected, in wrap-up or remembered for ``retry_ms``. Default: from the others."""
    lines: int
    """Different queue, class, penalty window and rule that calls wait with, now or by their steps."""
    pools: int
    """Different queue and profile of its members."""
    classes: int
    """Classes of calls, class 0 included. Default: 1."""
    profiles: int
    """Profiles of agents, profile 0 included. Default: 1."""
    skills: int
    """Skills in all classes and profiles."""
    ring_max: int
    """Phones that ring for one call at the same time. Default: 16."""
    outputs: int
    """Outputs that wait to be polled."""
    steps: int
    """Steps of relaxation of all queues and rules. Default: 0."""
    rules: int
    """Rules that calls may bring along. Default: 0."""
    ghosts: int
    """Callers who gave up and whose age is kept for when they call back. Default: 0."""


class QueueFields(TypedDict, total=False):
    """How a queue works. Durations in ms."""

    tag: int
    """Your own name for the queue."""
    strategy: Strategy | str
    """Who gets the call. Default: longest idle."""
    medium: Medium | str
    """What is queued here. Default: voice."""
    ring_timeout_ms: int
    """How long a phone rings. Default: 15,000."""
    retry_ms: int
    """An agent that missed a call is not offered it again for so long. Default: 5,000."""
    wrap_up_ms: int
    """Time for paperwork after a call. Default: 0."""
    wrap_up_shared: bool
    """Whether paperwork keeps the agent from the calls of all its queues, and is a state of its
    own; else from this queue's only. Default: True."""
    head_only: bool
    """Whether the first call of the queue alone is offered to agents: the next when that one has
    been answered or has left. Default: False."""
    tier_wait_ms: int | None
    """How long a call waits before members of higher levels may have it; level 0 is there at once.
    Default: not at all."""
    tier_by_level: bool
    """That much more for each level, level 3 after three times as long. Default: False."""
    tier_skip_empty: bool
    """The lowest level that anybody is logged in on is there at once. Default: False."""
    max_wait_ms: int | None
    """A call leaves after so long."""
    overflow_queue: int | None
    """It goes to this queue then, its age kept."""
    overflow_target: int | None
    """It goes to this target of yours then: voicemail, a callback, another site."""
    resume_within_ms: int | None
    """A caller who gave up and calls again within so long has the age it had; needs ``caller``."""
    max_waiting: int | None
    """At most so many calls wait; further ones are refused."""
    weight: int
    """An agent of several queues serves the queue of the highest weight first. Default: 0."""
    service_level_ms: int
    """Answered within so long counts as in service level. Default: 20,000."""
    service_level: Level | str
    """Which calls :meth:`Engine.service_level` counts, and out of which. Default: of the answered."""
    short_ms: int
    """A call abandoned before so long counts as abandoned almost at once. Default: 5,000."""
    target_ms: int | None
    """Calls should be answered within so long, where :class:`CallOrder` goes by targets. Default:
    ``service_level_ms``."""
    share: int
    """How long this queue may be beside others, where :class:`CallOrder` goes by ratios."""
    announce_first_ms: int | None
    """The first position announcement comes after so long."""
    announce_every_ms: int | None
    """Further announcements come so often."""
    missed_limit: int | None
    """After so many offers missed in a row the agent is set not ready, reason 65,535."""
    aging_ms: int | None
    """One step of priority is worth so much waiting; None: higher priority always first."""
    join_empty: EmptyRule | str
    """Refuse calls then. Default: never."""
    leave_empty: EmptyRule | str
    """Calls leave then. Default: never."""
    leave_empty_after_ms: int
    """They leave when that has been so for so long. Default: 0, at once."""
    leave_empty_stay_ms: int
    """A call that joins while it is so stays for so long at least. Default: 0."""
    busy_delay_ms: int
    """For how long an agent is left alone after its phone was busy. Default: 0."""
    declined_delay_ms: int
    """... after it declined."""
    failed_delay_ms: int
    """... after its phone could not be reached or set up."""
    no_answer_delay_ms: int
    """... after nobody answered."""
    progressive_ms: int
    """How often one more phone rings, where phones ring progressively. Default: 10,000."""
    terms: Sequence[Term | str]
    """Custom strategy: at most two terms."""
    start: Start | str
    """Custom strategy: where the search starts."""
    ring: Ring | str
    """Custom strategy: how many phones ring."""
    best_skill: bool
    """Custom strategy: more skill in what the call asks for goes before the terms."""
    to_untried: bool
    """Custom strategy: a search that goes round starts next at the best agent that was not tried, as
    Asterisk's does, not behind the one offered to."""


class AgentFields(TypedDict, total=False):
    """An agent to be added."""

    tag: int
    """Your own name for the agent."""
    wrap_up_ms: int | None
    """Time for paperwork after a call instead of the queue's."""
    profile: int
    """What the agent can do: from :meth:`Engine.add_profile`. Default: 0, no special skills."""
    voice: int
    """Calls at a time. Default: 1."""
    chat: int
    """Chats at a time. Default: 4."""
    mail: int
    """Mails at a time. Default: 10."""
    other: int
    """Other contacts at a time. Default: 1."""


class MemberFields(TypedDict, total=False):
    """An agent's place in a queue."""

    penalty: int
    """Agents of a lower penalty are offered calls first, always. Default: 0."""
    level: int
    """Among equal penalty, agents of a lower level are offered calls first. Default: 0."""
    position: int
    """The place in the order of strategies that go by position. Default: 0."""
    wrap_up_ms: int | None
    """Time for paperwork after a call of this queue."""
    paused: int | None
    """Paused in this queue from the start, for a reason of your own list; looked at by
    ``Engine.join_queue`` only, afterwards it is ``Engine.set_pause`` that counts."""


class RelaxStep(TypedDict, total=False):
    """A step of relaxation: after so long a call asks for less, or of more agents.

    What a step does not name stays as it was. The highest penalty changes first; the lowest and what
    others count as are never above it after a step.
    """

    after_ms: int
    """So long after the call joined the queue, in ms. No step is earlier than the one before; one at
    the same instant goes on from what that one came to."""
    call_class: int
    """It asks for this class from then on."""
    levels_less: int
    """It asks for so many levels less in each skill from then on. Default: 0."""
    penalty_min: int
    """Only members of at least this penalty."""
    penalty_min_by: int
    """Of so much more than this step or an earlier one or the call says. Default: 0."""
    penalty_max: int
    """Only members of at most this penalty."""
    penalty_max_by: int
    """Of so much more, likewise; no bound stays none. Default: 0."""
    penalty_raise: int
    """Lower penalties count as this one."""
    penalty_raise_by: int
    """As one so much higher, likewise. Default: 0."""
    penalty_raise_within: bool
    """Of those below ``penalty_min`` none is raised: Asterisk's ``rN``. Default of a step with
    ``penalty_raise``: False."""


class CallFields(TypedDict, total=False):
    """A call that asks to join a queue. Durations in ms."""

    tag: int
    """Your own name for the call."""
    priority: int
    """Higher goes first. Default: 0."""
    call_class: int
    """What it asks of the agent: from :meth:`Engine.add_class`. Default: 0, nothing."""
    preferred_agent: int | None
    """Offered to this agent first when it is free."""
    caller: int | None
    """Who calls, by any number of yours, for callers who give up and come back."""
    preferred_wait_ms: int
    """Waits for the preferred agent alone for so long. Default: 0."""
    credit_ms: int
    """Counts as having waited for so long already. Default: 0."""
    position: int | None
    """Wants this place in the queue, 1 for the first; higher priorities stay ahead."""
    penalty_min: int
    """Only members of at least this penalty; none while that is above ``penalty_max``."""
    penalty_max: int
    """Only members of at most this penalty."""
    penalty_raise: int | None
    """Lower penalties count as this one. Default: as they are."""
    penalty_raise_within: bool
    """Of those below ``penalty_min`` none is raised: Asterisk's ``rN``. Default: False."""
    rule: int | None
    """It relaxes by this rule, from :meth:`Engine.add_rule`, in whatever queue it waits."""
    max_wait_ms: int | None
    """Leaves after so long instead of the queue's longest wait."""


class ChannelNames(TypedDict, total=False):
    """A channel in a log: a caller's, or the leg of an agent. What is left out is empty."""

    channel: str
    """Its name, ``PJSIP/trunk-00000001``."""
    caller_id_num: str
    """Who calls: the number."""
    caller_id_name: str
    """Who calls: the name."""
    connected_line_num: str
    """Who it is connected with: the number."""
    connected_line_name: str
    """Who it is connected with: the name."""
    language: str
    """Default: en."""
    account_code: str
    """Whom to bill."""
    context: str
    """Where it is in the dial plan: the context."""
    exten: str
    """The extension; FreeSWITCH's DNIS."""
    uniqueid: str
    """What it is told apart by; FreeSWITCH's session UUID."""
    linkedid: str
    """What tells its conversation apart."""
    member_uuid: str
    """FreeSWITCH's UUID of the member of the queue."""
    url: str
    """The address it was opened with."""
    bridge_id: str
    """What the bridge with the agent is told apart by."""
    hangup_cause: str
    """Default: NORMAL_CLEARING."""


class AgentNames(ChannelNames, total=False):
    """An agent in a log, and the channel of its leg."""

    name: str
    """AMI's MemberName, FreeSWITCH's CC-Agent."""
    interface: str
    """The device that rings: AMI's Interface, FreeSWITCH's contact."""
    state_interface: str
    """The device whose state counts."""
    membership: str
    """``static`` (the default), ``dynamic`` or ``realtime``."""
    kind: str
    """FreeSWITCH: ``callback`` (the default) or ``uuid-standby``."""
    system: str
    """FreeSWITCH: the machine. Default: single_box."""
