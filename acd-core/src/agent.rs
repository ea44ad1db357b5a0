//! Agents, what they can take, and their places in queues.

use crate::ProfileId;
use crate::plain::plain;
use crate::slab::{NIL, Slab};
use crate::time::Time;
use crate::tree::{Arena, Links};

/// The reason of the [`AgentState::NotReady`] that missed offers lead to.
pub const REASON_MISSED: u16 = u16::MAX;

/// The kind of contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Medium {
    /// Telephone calls.
    #[default]
    Voice,
    /// Text chats.
    Chat,
    /// Mails and letters.
    Mail,
    /// Anything else.
    Other,
}

impl Medium {
    /// How many media there are.
    pub const COUNT: usize = 4;

    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// How many contacts of each medium an agent handles at a time, and what keeps out what.
///
/// ```
/// use acd_core::{Capacity, Medium};
/// // The default: one call, or four chats and ten mails; a call may come in between them.
/// let capacity = Capacity::default();
/// assert!(capacity.admits([0, 3, 9, 0], Medium::Voice));
/// assert!(capacity.admits([0, 3, 9, 0], Medium::Chat));
/// assert!(!capacity.admits([1, 0, 0, 0], Medium::Chat));
/// assert!(!capacity.admits([0, 4, 0, 0], Medium::Chat));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// So many at a time of [`Medium::Voice`], `Chat`, `Mail` and `Other`.
    pub units: [u8; Medium::COUNT],
    /// For each medium the set of media (bit 0 for `Voice` and so on) that keep it out while the
    /// agent handles any of them.
    pub blocked_by: [u8; Medium::COUNT],
}

impl Default for Capacity {
    fn default() -> Self {
        let voice = Medium::Voice.bit();
        Self { units: [1, 4, 10, 1], blocked_by: [0, voice, voice, voice] }
    }
}

impl Capacity {
    /// Whether one more contact of this medium fits beside what is being handled.
    #[must_use]
    pub fn admits(&self, handled: [u8; Medium::COUNT], medium: Medium) -> bool {
        let blocked = (0..Medium::COUNT)
            .any(|other| handled[other] > 0 && self.blocked_by[medium.index()] & (1 << other) != 0);
        !blocked && handled[medium.index()] < self.units[medium.index()]
    }
}

/// An agent to be added. It starts [logged out](AgentState::LoggedOut).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgentConfig {
    /// The embedder's own name for the agent; comes back in every output about it.
    pub tag: u64,
    /// Time for paperwork after a call, in ms, instead of the queue's.
    pub wrap_up_ms: Option<u32>,
    /// What the agent can do.
    pub profile: ProfileId,
    /// How much it can do at a time.
    pub capacity: Capacity,
}

/// An agent's place in a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// Agents of a lower penalty are offered calls first, always.
    pub penalty: u32,
    /// Among equal penalty, agents of a lower level are offered calls first, always.
    pub level: u16,
    /// The place in the order of strategies that go by position.
    pub position: u32,
    /// Time for paperwork after a call of this queue, in ms, instead of the agent's or queue's.
    pub wrap_up_ms: Option<u32>,
}

/// What an agent asks to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AgentRequest {
    /// Away.
    #[default]
    LoggedOut,
    /// Taking calls.
    Available,
    /// At work but not taking calls, for a reason of the embedder's list.
    NotReady(u16),
}

/// What an agent is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AgentState {
    /// Away.
    #[default]
    LoggedOut,
    /// Ready for a call.
    Available,
    /// A call is being offered.
    Ringing,
    /// Handling a call, or several chats.
    Talking,
    /// Doing the paperwork of the last call.
    WrapUp,
    /// Not taking calls, for this reason.
    NotReady(u16),
}

/// What an agent did since it was added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgentCounters {
    /// Offers made to it.
    pub offered: u64,
    /// Offers it accepted.
    pub answered: u64,
    /// Offers it let time out or turned down.
    pub missed: u64,
    /// Offers another agent took first.
    pub lost: u64,
    /// Offers that ended because the caller left, or the agent.
    pub cancelled: u64,
    /// Time on calls that have ended, in ms.
    pub talked_ms: u64,
    /// Time in wrap-up that has ended, in ms.
    pub wrapped_ms: u64,
}

/// An agent in its slot. What every event looks at comes first, to be in the same line of the
/// cache.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Agent {
    pub(crate) request: AgentRequest,
    /// The state last told.
    pub(crate) shown: AgentState,
    /// Contacts ringing, talking or in wrap-up, by medium.
    pub(crate) load: [u8; Medium::COUNT],
    pub(crate) ringing: u16,
    pub(crate) talking: u16,
    pub(crate) wrapping: u16,
    /// Offers missed in a row.
    pub(crate) missed: u16,
    /// First membership, first leg, first call that waits for this very agent.
    pub(crate) members: u32,
    pub(crate) legs: u32,
    pub(crate) sought: u32,
    /// Left alone until then.
    pub(crate) quiet_until: Time,
    pub(crate) idle_since: Time,
    pub(crate) config: AgentConfig,
    /// What it did since it last became available.
    pub(crate) ready_talk_ms: u64,
    pub(crate) ready_calls: u32,
    /// To be removed when its last call has ended.
    pub(crate) leaving: bool,
    /// When its last conversation ended.
    pub(crate) last_end: Time,
    pub(crate) last_offered: Time,
    pub(crate) counters: AgentCounters,
    /// When it last logged in, and how long it was logged in before that, in ms.
    pub(crate) login: Time,
    pub(crate) logged_ms: u64,
}

impl Default for Agent {
    fn default() -> Self {
        Self {
            config: AgentConfig::default(),
            counters: AgentCounters::default(),
            request: AgentRequest::LoggedOut,
            shown: AgentState::LoggedOut,
            load: [0; Medium::COUNT],
            ringing: 0,
            talking: 0,
            wrapping: 0,
            missed: 0,
            idle_since: Time::ZERO,
            login: Time::ZERO,
            logged_ms: 0,
            last_offered: Time::ZERO,
            last_end: Time::ZERO,
            ready_talk_ms: 0,
            ready_calls: 0,
            quiet_until: Time::ZERO,
            members: NIL,
            legs: NIL,
            sought: NIL,
            leaving: false,
        }
    }
}

impl Agent {
    pub(crate) fn state(&self) -> AgentState {
        if self.ringing > 0 {
            AgentState::Ringing
        } else if self.talking > 0 {
            AgentState::Talking
        } else if self.wrapping > 0 {
            AgentState::WrapUp
        } else {
            match self.request {
                AgentRequest::LoggedOut => AgentState::LoggedOut,
                AgentRequest::Available => AgentState::Available,
                AgentRequest::NotReady(reason) => AgentState::NotReady(reason),
            }
        }
    }

    /// Whether a contact of this medium may be offered now.
    pub(crate) fn is_free(&self, medium: Medium, now: Time) -> bool {
        self.request == AgentRequest::Available
            && self.quiet_until <= now
            && self.config.capacity.admits(self.load, medium)
    }
}

/// An agent's place in one queue, in its slot. What every event looks at comes first.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Member {
    /// Next membership of the same agent.
    pub(crate) next: u32,
    pub(crate) queue: u32,
    pub(crate) in_pool: Links,
    /// Members to its left in the pool's tree.
    pub(crate) before: u32,
    pub(crate) pool: u32,
    pub(crate) agent: u32,
    /// What the queue has counted this member as.
    pub(crate) logged_in: bool,
    pub(crate) willing: bool,
    /// Paperwork that keeps it from this queue's calls only.
    pub(crate) resting: u32,
    pub(crate) config: Membership,
    /// Running number of joining, the last word of every order.
    pub(crate) joined: u32,
    /// The queue's order terms as they were when the agent became free.
    pub(crate) rank: [u64; 2],
    pub(crate) calls: u32,
    /// Conversations ended, and the last of them.
    pub(crate) ended: u32,
    pub(crate) last_end: Time,
}

impl Default for Member {
    fn default() -> Self {
        Self {
            agent: NIL,
            queue: NIL,
            pool: NIL,
            next: NIL,
            config: Membership::default(),
            joined: 0,
            calls: 0,
            ended: 0,
            last_end: Time::ZERO,
            rank: [0; 2],
            in_pool: Links::default(),
            before: 0,
            logged_in: false,
            willing: false,
            resting: 0,
        }
    }
}

impl Member {
    /// Whether it is among the free of its queue.
    pub(crate) fn is_free(&self) -> bool {
        self.in_pool.is_linked()
    }

    /// Penalty, then level.
    pub(crate) fn tier(&self) -> u64 {
        (u64::from(self.config.penalty) << 16) | u64::from(self.config.level)
    }
}

/// The trees of the free members of a pool. They count: one is drawn at random.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByPool;

impl Arena<ByPool> for Slab<'_, Member> {
    /// Tier, the two terms, order of joining.
    type Key = (u64, u64, u64, u32);

    fn key(&self, index: u32) -> Self::Key {
        let member = &self[index];
        (member.tier(), member.rank[0], member.rank[1], member.joined)
    }

    fn links(&self, index: u32) -> &Links {
        &self[index].in_pool
    }

    fn links_mut(&mut self, index: u32) -> &mut Links {
        &mut self[index].in_pool
    }

    const COUNTS: bool = true;

    fn left(&self, index: u32) -> u32 {
        self[index].before
    }

    fn set_left(&mut self, index: u32, count: u32) {
        self[index].before = count;
    }
}

plain!(struct Capacity { units, blocked_by });
plain!(struct AgentConfig { tag, wrap_up_ms, profile, capacity });
plain!(struct Membership { penalty, level, position, wrap_up_ms });
plain!(struct AgentCounters { offered, answered, missed, lost, cancelled, talked_ms, wrapped_ms });
plain!(struct Agent { config, counters, request, shown, load, ringing, talking, wrapping, missed, idle_since, login, logged_ms, last_offered, last_end, ready_talk_ms, ready_calls, quiet_until, members, legs, sought, leaving });
plain!(struct Member { agent, queue, pool, next, config, joined, calls, ended, last_end, rank, in_pool, before, logged_in, willing, resting });
plain!(enum Medium { 0 Voice, 1 Chat, 2 Mail, 3 Other });
plain!(enum AgentRequest { 0 LoggedOut, 1 Available, 2 NotReady(reason) });
plain!(enum AgentState { 0 LoggedOut, 1 Available, 2 Ringing, 3 Talking, 4 WrapUp, 5 NotReady(reason) });
