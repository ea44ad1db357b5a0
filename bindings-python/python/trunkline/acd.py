"""Who gets which call: the routing engine.

>>> from trunkline.acd import Engine, Offer
>>> engine = Engine()
>>> sales = engine.add_queue(tag=800)
>>> ann = engine.add_agent(tag=101)
>>> engine.join_queue(ann, sales)
>>> engine.set_agent_state(0, ann, "available")
>>> engine.arrive(1000, sales, tag=7)
>>> [output.agent_tag for output in engine if isinstance(output, Offer)]
[101]

Queues, agents, calls and offers are named by integer handles; one kept too long names nothing,
never somebody else. Tags are your own names for them and come back in every output. Times and
durations are integers in milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeAlias, TypedDict

from ._native import (
    AcdError,
    AgentChanged,
    AgentCounters,
    Announce,
    Completed,
    Connected,
    Engine,
    Joined,
    Left,
    Moved,
    NextCall,
    Offer,
    OfferEnded,
    QueueCounters,
    Refused,
    Staff,
    WhyIdle,
    WhyWaiting,
)
from ._replay import Journal, JournalError, replay

Output: TypeAlias = (
    Joined
    | Refused
    | Offer
    | OfferEnded
    | Connected
    | Announce
    | Left
    | Moved
    | Completed
    | AgentChanged
)
"""Whatever :meth:`Engine.poll` gives."""


class Strategy(StrEnum):
    """Who gets the call. Lower penalty goes first always, then lower level; inside that:"""

    LONGEST_IDLE = "longest_idle"
    """The agent that has been available longest."""
    RING_ALL = "ring_all"
    """All free agents ring; the first to accept gets the call."""
    FEWEST_CALLS = "fewest_calls"
    """The agent that has answered the fewest calls of this queue."""
    LEAST_TALK = "least_talk"
    """The agent that has talked least."""
    LEAST_OCCUPIED = "least_occupied"
    """The agent that was busy for the smallest share of its time."""
    ROUND_ROBIN = "round_robin"
    """The next one behind the agent offered to last, in the order in which they joined."""
    ROUND_ROBIN_ORDERED = "round_robin_ordered"
    """As round robin, by the membership's position."""
    LINEAR = "linear"
    """From the first position down; a call goes on behind the agent it was offered to last."""
    RANDOM = "random"
    """Any, each equally likely."""
    WEIGHTED_RANDOM = "weighted_random"
    """Any; a member of penalty p is that much less likely."""
    SKILL_LEVEL = "skill_level"
    """The agent with the most skill in what the call asks for, then the longest available."""
    RING_PROGRESSIVE = "ring_progressive"
    """One phone by position, and one more every ``progressive_ms`` unanswered."""
    ASTERISK_RINGALL = "asterisk:ringall"
    """Asterisk's app_queue; these eight reproduce it, its ties included."""
    ASTERISK_LEASTRECENT = "asterisk:leastrecent"
    ASTERISK_FEWESTCALLS = "asterisk:fewestcalls"
    ASTERISK_RANDOM = "asterisk:random"
    ASTERISK_WRANDOM = "asterisk:wrandom"
    ASTERISK_RRMEMORY = "asterisk:rrmemory"
    ASTERISK_RRORDERED = "asterisk:rrordered"
    ASTERISK_LINEAR = "asterisk:linear"
    CALLCENTER_LONGEST_IDLE_AGENT = "callcenter:longest-idle-agent"
    """FreeSWITCH's mod_callcenter; its tiers are a membership's level and position."""
    CALLCENTER_LEAST_TALK_TIME = "callcenter:agent-with-least-talk-time"
    CALLCENTER_FEWEST_CALLS = "callcenter:agent-with-fewest-calls"
    CALLCENTER_SEQUENTIALLY = "callcenter:sequentially-by-agent-order"
    CALLCENTER_RANDOM = "callcenter:random"
    CALLCENTER_ROUND_ROBIN = "callcenter:round-robin"
    CALLCENTER_TOP_DOWN = "callcenter:top-down"
    CALLCENTER_RING_ALL = "callcenter:ring-all"
    CALLCENTER_RING_PROGRESSIVELY = "callcenter:ring-progressively"
    CUSTOM = "custom"
    """``terms``, ``start``, ``ring`` and ``best_skill`` say it."""


class Term(StrEnum):
    """A term of a custom strategy: the agent with the smaller value goes first."""

    NONE = "none"
    IDLE_SINCE = "idle_since"
    CALLS = "calls"
    ALL_CALLS = "all_calls"
    TALK_TIME = "talk_time"
    OCCUPANCY = "occupancy"
    POSITION = "position"
    JOINED = "joined"
    LAST_OFFERED = "last_offered"


class Start(StrEnum):
    """Where the search of a custom strategy starts."""

    FIRST = "first"
    AFTER_QUEUE_LAST = "after_queue_last"
    AFTER_CALL_LAST = "after_call_last"
    RANDOM = "random"
    WEIGHTED_RANDOM = "weighted_random"


class Ring(StrEnum):
    """How many phones ring in a custom strategy."""

    ONE = "one"
    ALL = "all"
    PROGRESSIVE = "progressive"


class CallOrder(StrEnum):
    """Which call an agent of several queues gets next.

    Calls that wait for this very agent go first, then queues of higher weight, then calls of higher
    priority; among those left this rule decides between the queues. Inside one queue it is always
    the longest waiting.
    """

    LONGEST_WAITING = "longest_waiting"
    """The call that has waited longest."""
    DEADLINE = "deadline"
    """The call whose target runs out first: arrival plus its queue's ``target_ms``."""
    QUEUE_RATIO = "queue_ratio"
    """From the queue that is longest for its ``share``, so that lengths keep that ratio."""
    WAIT_RATIO = "wait_ratio"
    """The call that has used up most of its target, so that waits keep the targets' ratio."""


class CallReason(StrEnum):
    """What puts a call before the others that an agent could get."""

    ALONE = "alone"
    """There is no other."""
    PREFERRED = "preferred"
    """It waits for this very agent."""
    WEIGHT = "weight"
    """Its queue has the higher weight."""
    PRIORITY = "priority"
    """It has the higher priority."""
    ORDER = "order"
    """The :class:`CallOrder` puts it first."""
    AGE = "age"
    """It has waited longer."""


class Medium(StrEnum):
    """The kind of contact."""

    VOICE = "voice"
    CHAT = "chat"
    MAIL = "mail"
    OTHER = "other"


class EmptyRule(StrEnum):
    """When a queue counts as empty of agents."""

    NEVER = "never"
    """Never: calls wait for agents to come."""
    LOGGED_OUT = "logged_out"
    """When no member is logged in."""
    NOT_READY = "not_ready"
    """When all members are logged out or not ready."""
    NONE_FREE = "none_free"
    """When no member is free right now."""


class AgentState(StrEnum):
    """What an agent is; the first three it can ask to be."""

    LOGGED_OUT = "logged_out"
    AVAILABLE = "available"
    NOT_READY = "not_ready"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


class CallState(StrEnum):
    """Where a call is."""

    WAITING = "waiting"
    RINGING = "ringing"
    CONNECTED = "connected"


class RejectCause(StrEnum):
    """Why an agent's phone turned a call down."""

    BUSY = "busy"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    FAILED = "failed"


class EndedBy(StrEnum):
    """Who ended a conversation."""

    CALLER = "caller"
    AGENT = "agent"
    TRANSFER = "transfer"


class RefuseReason(StrEnum):
    """Why a call was not let in."""

    FULL = "full"
    JOIN_EMPTY = "join_empty"


class LeaveReason(StrEnum):
    """Why a call left without having been answered."""

    TIMEOUT = "timeout"
    ABANDONED = "abandoned"
    EXIT_KEY = "exit_key"
    LEAVE_EMPTY = "leave_empty"
    OVERFLOW = "overflow"


class OfferEnd(StrEnum):
    """How an offer ended. Every offer ends exactly once."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    LOST = "lost"
    AGENT_GONE = "agent_gone"


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
    """Different queue, class and penalty window that calls wait with."""
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
    """Steps of relaxation of all queues. Default: 0."""
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


class RelaxStep(TypedDict, total=False):
    """A step of relaxation: after so long a call asks for less, or of more agents.

    What a step does not name stays as it was.
    """

    after_ms: int
    """So long after the call joined the queue, in ms; each step later than the one before."""
    call_class: int
    """It asks for this class from then on."""
    levels_less: int
    """It asks for so many levels less in each skill from then on. Default: 0."""
    penalty_min: int
    """Only members of at least this penalty."""
    penalty_max: int
    """Only members of at most this penalty."""


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
    """Only members of at least this penalty."""
    penalty_max: int
    """Only members of at most this penalty."""
    max_wait_ms: int | None
    """Leaves after so long instead of the queue's longest wait."""


__all__ = [
    "AcdError",
    "AgentChanged",
    "AgentCounters",
    "AgentFields",
    "AgentState",
    "Announce",
    "CallFields",
    "CallOrder",
    "CallReason",
    "CallState",
    "Completed",
    "Connected",
    "EmptyRule",
    "EndedBy",
    "Engine",
    "Joined",
    "Journal",
    "JournalError",
    "LeaveReason",
    "Left",
    "Limits",
    "Medium",
    "MemberFields",
    "Moved",
    "NextCall",
    "Offer",
    "OfferEnd",
    "OfferEnded",
    "Output",
    "QueueCounters",
    "QueueFields",
    "RefuseReason",
    "Refused",
    "RejectCause",
    "RelaxStep",
    "Ring",
    "Staff",
    "Start",
    "Strategy",
    "Term",
    "WhyIdle",
    "WhyWaiting",
    "replay",
]
