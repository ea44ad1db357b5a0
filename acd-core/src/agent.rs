//! Agents, what they can take, and what they do.

use crate::ProfileId;
use crate::event::OfferEnd;
use crate::plain::plain;
use crate::slab::NIL;
use crate::time::{Span, Stamp, Time};

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
        admits(self.units, self.blocked_by[medium.index()].into(), handled, medium)
    }
}

/// Whether one more contact fits, which those of the media in `blocked_by` keep out.
fn admits(
    units: [u8; Medium::COUNT],
    blocked_by: u16,
    handled: [u8; Medium::COUNT],
    medium: Medium,
) -> bool {
    let blocked =
        (0..Medium::COUNT).any(|other| handled[other] > 0 && blocked_by & (1 << other) != 0);
    !blocked && handled[medium.index()] < units[medium.index()]
}

/// An agent to be added. It starts [logged out](AgentState::LoggedOut).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgentConfig {
    /// The embedder's own name for the agent; comes back in every output about it. No two agents have
    /// the same, but for 0, which is no name.
    pub tag: u64,
    /// Time for paperwork after a call, in ms, instead of the queue's.
    pub wrap_up_ms: Option<u32>,
    /// What the agent can do.
    pub profile: ProfileId,
    /// How much it can do at a time.
    pub capacity: Capacity,
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

/// A request or a state, in three bytes.
#[derive(Clone, Copy, Debug)]
struct Packed {
    code: u8,
    reason: [u8; 2],
}

impl Packed {
    const LOGGED_OUT: Self = Self::of(AgentState::LoggedOut);

    const fn of(state: AgentState) -> Self {
        let (code, reason) = match state {
            AgentState::LoggedOut => (0, 0),
            AgentState::Available => (1, 0),
            AgentState::NotReady(reason) => (2, reason),
            AgentState::Ringing => (3, 0),
            AgentState::Talking => (4, 0),
            AgentState::WrapUp => (5, 0),
        };
        Self { code, reason: reason.to_le_bytes() }
    }

    const fn state(self) -> AgentState {
        match self.code {
            0 => AgentState::LoggedOut,
            1 => AgentState::Available,
            3 => AgentState::Ringing,
            4 => AgentState::Talking,
            5 => AgentState::WrapUp,
            _ => AgentState::NotReady(u16::from_le_bytes(self.reason)),
        }
    }
}

impl From<AgentRequest> for AgentState {
    /// What an agent is who asks for this and has nothing else to do.
    fn from(request: AgentRequest) -> Self {
        match request {
            AgentRequest::LoggedOut => Self::LoggedOut,
            AgentRequest::Available => Self::Available,
            AgentRequest::NotReady(reason) => Self::NotReady(reason),
        }
    }
}

/// An agent in its slot: with the slot's head two lines of the cache, the first what every event
/// looks at, the second what is only counted.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Agent {
    pub(crate) tag: u64,
    /// First membership, first leg, first call that waits for this very agent.
    pub(crate) members: u32,
    pub(crate) legs: u32,
    pub(crate) sought: u32,
    pub(crate) ringing: u16,
    pub(crate) talking: u16,
    pub(crate) profile: ProfileId,
    /// [`Capacity::blocked_by`], four bits a medium.
    blocked_by: u16,
    units: [u8; Medium::COUNT],
    /// Contacts ringing, talking or in wrap-up, by medium.
    pub(crate) load: [u8; Medium::COUNT],
    request: Packed,
    /// The state last told.
    shown: Packed,
    /// Left alone until then.
    quiet_until: Stamp,
    idle_since: Stamp,
    /// To be removed when its last call has ended.
    pub(crate) leaving: bool,
    /// Whether it has a time for paperwork of its own.
    has_wrap_up: bool,

    wrap_up_ms: u32,
    answered: u32,
    missed: u32,
    lost: u32,
    cancelled: u32,
    /// Calls and talk since it last became available.
    ready_calls: u32,
    /// Offers missed in a row.
    missed_in_a_row: u16,
    ready_talk: Span,
    talked: Span,
    wrapped: Span,
    /// How long it was logged in before it last logged in, and when that was.
    logged: Span,
    login: Stamp,
    /// When its last conversation ended.
    last_end: Stamp,
    last_offered: Stamp,
}

impl Default for Agent {
    fn default() -> Self {
        Self::new(&AgentConfig::default())
    }
}

impl Agent {
    /// A new agent, logged out.
    pub(crate) fn new(config: &AgentConfig) -> Self {
        let blocked = config.capacity.blocked_by.iter().rev();
        Self {
            tag: config.tag,
            members: NIL,
            legs: NIL,
            sought: NIL,
            ringing: 0,
            talking: 0,
            profile: config.profile,
            blocked_by: blocked.fold(0, |all, one| (all << 4) | u16::from(one & 0xF)),
            units: config.capacity.units,
            load: [0; Medium::COUNT],
            request: Packed::LOGGED_OUT,
            shown: Packed::LOGGED_OUT,
            quiet_until: Stamp::NONE,
            idle_since: Stamp::NONE,
            leaving: false,
            has_wrap_up: config.wrap_up_ms.is_some(),
            wrap_up_ms: config.wrap_up_ms.unwrap_or(0),
            answered: 0,
            missed: 0,
            lost: 0,
            cancelled: 0,
            ready_calls: 0,
            ready_talk: Span::NONE,
            missed_in_a_row: 0,
            talked: Span::NONE,
            wrapped: Span::NONE,
            logged: Span::NONE,
            login: Stamp::NONE,
            last_end: Stamp::NONE,
            last_offered: Stamp::NONE,
        }
    }

    pub(crate) fn config(&self) -> AgentConfig {
        let Self { tag, profile, .. } = *self;
        AgentConfig { tag, wrap_up_ms: self.wrap_up_ms(), profile, capacity: self.capacity() }
    }

    pub(crate) fn wrap_up_ms(&self) -> Option<u32> {
        self.has_wrap_up.then_some(self.wrap_up_ms)
    }

    fn capacity(&self) -> Capacity {
        let media = [0, 1, 2, 3];
        let blocked_by = media.map(|medium| (self.blocked_by >> (4 * medium)) as u8 & 0xF);
        Capacity { units: self.units, blocked_by }
    }

    pub(crate) fn state(&self) -> AgentState {
        if self.ringing > 0 {
            AgentState::Ringing
        } else if self.talking > 0 {
            AgentState::Talking
        } else if self.wrapping() > 0 {
            AgentState::WrapUp
        } else {
            self.request.state()
        }
    }

    /// Paperwork that keeps it from other contacts: what it handles and neither rings nor talks.
    pub(crate) fn wrapping(&self) -> u16 {
        let handled: u16 = self.load.iter().map(|load| u16::from(*load)).sum();
        handled - self.ringing - self.talking
    }

    pub(crate) fn request(&self) -> AgentRequest {
        match self.request.state() {
            AgentState::LoggedOut => AgentRequest::LoggedOut,
            AgentState::NotReady(reason) => AgentRequest::NotReady(reason),
            _ => AgentRequest::Available,
        }
    }

    pub(crate) fn set_request(&mut self, request: AgentRequest) {
        self.request = Packed::of(request.into());
    }

    /// Whether this state is not the one last told; it is from now on.
    pub(crate) fn show(&mut self, state: AgentState) -> bool {
        let new = self.shown.state() != state;
        self.shown = Packed::of(state);
        new
    }

    /// Whether a contact of this medium may be offered now.
    pub(crate) fn is_free(&self, medium: Medium, now: Time) -> bool {
        let blocked_by = (self.blocked_by >> (4 * medium.index())) & 0xF;
        self.request() == AgentRequest::Available
            && self.quiet_until() <= now
            && admits(self.units, blocked_by, self.load, medium)
    }

    /// Left alone until then.
    pub(crate) fn quiet_until(&self) -> Time {
        self.quiet_until.time()
    }

    pub(crate) fn leave_alone_until(&mut self, until: Time) {
        self.quiet_until = Stamp::at(until.max(self.quiet_until()));
    }

    pub(crate) fn idle_since(&self) -> Time {
        self.idle_since.time()
    }

    pub(crate) fn set_idle_since(&mut self, now: Time) {
        self.idle_since = Stamp::at(now);
    }

    pub(crate) fn last_end(&self) -> Time {
        self.last_end.time()
    }

    pub(crate) fn last_offered(&self) -> Time {
        self.last_offered.time()
    }

    pub(crate) fn login(&self) -> Time {
        self.login.time()
    }

    pub(crate) fn log_in(&mut self, now: Time) {
        self.login = Stamp::at(now);
    }

    pub(crate) fn log_out(&mut self, now: Time) {
        self.logged = Span::of(self.logged_ms(now));
    }

    /// How long it has been logged in altogether, if it still is.
    pub(crate) fn logged_ms(&self, now: Time) -> u64 {
        self.logged.plus(now.since(self.login())).ms()
    }

    pub(crate) fn talked_ms(&self) -> u64 {
        self.talked.ms()
    }

    pub(crate) fn wrapped_ms(&self) -> u64 {
        self.wrapped.ms()
    }

    pub(crate) fn answered(&self) -> u64 {
        u64::from(self.answered)
    }

    /// Milliseconds it talked and calls it answered since it last became available.
    pub(crate) fn since_ready(&self) -> (u64, u64) {
        (self.ready_talk.ms(), u64::from(self.ready_calls))
    }

    /// Its turn begins.
    pub(crate) fn become_available(&mut self, now: Time) {
        self.set_idle_since(now);
        self.missed_in_a_row = 0;
        (self.ready_talk, self.ready_calls) = (Span::NONE, 0);
    }

    /// A call of this medium rings.
    pub(crate) fn start_ringing(&mut self, medium: Medium, now: Time) {
        self.ringing += 1;
        self.load[medium.index()] += 1;
        self.last_offered = Stamp::at(now);
    }

    /// It takes the call that rang.
    pub(crate) fn answer(&mut self) {
        self.ringing -= 1;
        self.talking += 1;
        self.missed_in_a_row = 0;
        self.ready_calls = self.ready_calls.saturating_add(1);
        self.answered = self.answered.saturating_add(1);
    }

    /// A call rings no more that it did not take; whether it missed it.
    pub(crate) fn stop_ringing(&mut self, medium: Medium, end: OfferEnd) -> bool {
        self.ringing -= 1;
        self.load[medium.index()] -= 1;
        let missed = matches!(end, OfferEnd::TimedOut | OfferEnd::Rejected(_));
        let counter = match end {
            _ if missed => &mut self.missed,
            OfferEnd::Lost => &mut self.lost,
            _ => &mut self.cancelled,
        };
        *counter = counter.saturating_add(1);
        missed
    }

    /// Counts a missed offer against it; how many in a row that makes.
    pub(crate) fn count_miss(&mut self, now: Time) -> u16 {
        self.set_idle_since(now);
        self.missed_in_a_row = self.missed_in_a_row.saturating_add(1);
        self.missed_in_a_row
    }

    pub(crate) fn reset_misses(&mut self) {
        self.missed_in_a_row = 0;
    }

    /// A conversation of so long is over.
    pub(crate) fn end_conversation(&mut self, talked_ms: u64, now: Time) {
        self.talking -= 1;
        self.talked = self.talked.plus(talked_ms);
        self.ready_talk = self.ready_talk.plus(talked_ms);
        self.set_idle_since(now);
        self.last_end = Stamp::at(now);
    }

    /// Paperwork of so long is over.
    pub(crate) fn end_paperwork(&mut self, medium: Medium, wrapped_ms: u64, now: Time) {
        self.load[medium.index()] -= 1;
        self.wrapped = self.wrapped.plus(wrapped_ms);
        self.set_idle_since(now);
    }

    pub(crate) fn counters(&self) -> AgentCounters {
        let [answered, missed, lost, cancelled] =
            [self.answered, self.missed, self.lost, self.cancelled].map(u64::from);
        // Every offer has one end, or none yet.
        let ended = answered + missed + lost + cancelled;
        AgentCounters {
            offered: ended + u64::from(self.ringing),
            answered,
            missed,
            lost,
            cancelled,
            talked_ms: self.talked_ms(),
            wrapped_ms: self.wrapped_ms(),
        }
    }
}

plain!(struct Capacity { units, blocked_by });
plain!(struct AgentConfig { tag, wrap_up_ms, profile, capacity });
plain!(struct Packed { code, reason });
plain!(struct Agent { tag, members, legs, sought, ringing, talking, profile, blocked_by, units, load, request, shown, quiet_until, idle_since, leaving, has_wrap_up, wrap_up_ms, answered, missed, lost, cancelled, ready_calls, ready_talk, missed_in_a_row, talked, wrapped, logged, login, last_end, last_offered });
plain!(enum Medium { 0 Voice, 1 Chat, 2 Mail, 3 Other });
plain!(enum AgentRequest { 0 LoggedOut, 1 Available, 2 NotReady(reason) });
plain!(enum AgentState { 0 LoggedOut, 1 Available, 2 Ringing, 3 Talking, 4 WrapUp, 5 NotReady(reason) });
