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

from enum import StrEnum
from typing import TypeAlias

from ._duty import DutyGroup
from ._fields import (
    AgentFields,
    AgentNames,
    CallFields,
    ChannelNames,
    Limits,
    MemberFields,
    QueueFields,
    RelaxStep,
)
from ._native import (
    AcdError,
    AgentChanged,
    AgentCounters,
    Announce,
    Call,
    Chosen,
    Completed,
    Connected,
    Engine,
    Estimates,
    Joined,
    Left,
    Member,
    Moved,
    NextCall,
    Offer,
    OfferEnded,
    PauseChanged,
    PredictionError,
    PriorityChanged,
    QueueCounters,
    Refused,
    ServiceLevel,
    Staff,
    Starvation,
    WhyIdle,
    WhyWaiting,
)
from ._replay import Journal, JournalError, replay

Output: TypeAlias = (
    Joined
    | Refused
    | Offer
    | Chosen
    | OfferEnded
    | Connected
    | Announce
    | Left
    | Moved
    | PauseChanged
    | PriorityChanged
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
    LAST_END = "last_end"
    LAST_END_SECOND = "last_end_second"
    """When its last conversation of this queue ended, in whole seconds."""
    ENDED = "ended"
    """Conversations of this queue it has ended."""
    TALK_SINCE_READY = "talk_since_ready"
    CALLS_SINCE_READY = "calls_since_ready"
    PLAIN_POSITION = "plain_position"
    """The position alone, so that equal positions tie."""
    LAST_WALKED = "last_walked"
    """The last by position, then by joining, first: how a tie ends in Asterisk."""


class Start(StrEnum):
    """Where the search of a custom strategy starts."""

    FIRST = "first"
    AFTER_QUEUE_LAST = "after_queue_last"
    AFTER_CALL_LAST = "after_call_last"
    RANDOM = "random"
    WEIGHTED_RANDOM = "weighted_random"
    LEVEL_OF_QUEUE_LAST = "level_of_queue_last"
    """As mod_callcenter's round-robin; the first term must be the plain position."""
    DOWN_FROM_CALL_LAST = "down_from_call_last"
    """As mod_callcenter's top-down; the first term must be the plain position."""


class Ring(StrEnum):
    """How many phones ring in a custom strategy."""

    ONE = "one"
    ALL = "all"
    """All of the lowest penalty and level."""
    EVERYBODY = "everybody"
    """All of all penalties and levels."""
    PROGRESSIVE = "progressive"


class Level(StrEnum):
    """Which calls a service level counts, and out of which."""

    OF_ANSWERED = "of_answered"
    """Answered in time, of the answered."""
    OF_ANSWERED_AND_ABANDONED = "of_answered_and_abandoned"
    """Answered or abandoned in time, of the answered and abandoned."""
    OF_OFFERED = "of_offered"
    """Answered in time, of all that were offered."""
    OF_OFFERED_BUT_SHORT = "of_offered_but_short"
    """The same, without those who hung up almost at once."""


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
    OLDEST_HEAD = "oldest_head"
    """From the queue whose first call that waits and does not ring has waited longest; priorities
    decide inside a queue only."""


class CallReason(StrEnum):
    """What puts a call before the others that an agent could get."""

    ALONE = "alone"
    """There is no other."""
    PREFERRED = "preferred"
    """It waits for this very agent."""
    RINGING = "ringing"
    """It rings elsewhere already, and its queue lets more than one phone ring."""
    WEIGHT = "weight"
    """Its queue has the higher weight."""
    PRIORITY = "priority"
    """It has the higher priority."""
    ORDER = "order"
    """The :class:`CallOrder` puts it first."""
    AGE = "age"
    """It has waited longer."""


class AgentReason(StrEnum):
    """Why a call was offered to this agent and no other."""

    PREFERRED = "preferred"
    """The call asked for this very agent."""
    ALONE = "alone"
    """No other free agent may have the call."""
    EVERYBODY = "everybody"
    """Another phone rings for the call already, and its queue lets all candidates' phones ring."""
    PENALTY = "penalty"
    """The next agent's penalty is higher."""
    LEVEL = "level"
    """The next agent's level is higher, at the same penalty."""
    SKILL = "skill"
    """The agent is better at what the call asks for."""
    ORDER = "order"
    """The agent is before the next one by the terms of the queue's strategy."""
    TURN = "turn"
    """It was the agent's turn, going round or down."""
    CHANCE = "chance"
    """By lot."""


class LogForm(StrEnum):
    """Whose words :meth:`Engine.keep_log` uses."""

    AMI = "ami"
    """Asterisk's manager events, those of app_queue."""
    QUEUE_LOG = "queue_log"
    """Lines of Asterisk's ``queue_log``."""
    CALLCENTER = "callcenter"
    """FreeSWITCH's ``callcenter::info`` events."""


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


__all__ = [
    "AcdError",
    "AgentChanged",
    "AgentCounters",
    "AgentFields",
    "AgentNames",
    "AgentReason",
    "AgentState",
    "Announce",
    "Call",
    "CallFields",
    "CallOrder",
    "CallReason",
    "CallState",
    "ChannelNames",
    "Chosen",
    "Completed",
    "Connected",
    "DutyGroup",
    "EmptyRule",
    "EndedBy",
    "Engine",
    "Estimates",
    "Joined",
    "Journal",
    "JournalError",
    "LeaveReason",
    "Left",
    "Level",
    "Limits",
    "LogForm",
    "Medium",
    "Member",
    "MemberFields",
    "Moved",
    "NextCall",
    "Offer",
    "OfferEnd",
    "OfferEnded",
    "Output",
    "PauseChanged",
    "PredictionError",
    "PriorityChanged",
    "QueueCounters",
    "QueueFields",
    "RefuseReason",
    "Refused",
    "RejectCause",
    "RelaxStep",
    "Ring",
    "ServiceLevel",
    "Staff",
    "Start",
    "Starvation",
    "Strategy",
    "Term",
    "WhyIdle",
    "WhyWaiting",
    "replay",
]
