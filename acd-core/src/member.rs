//! Agents' places in queues.

use crate::plain::{Plain, Sink, Source, plain};
use crate::slab::{HalfLine, NIL, Slab};
use crate::time::{Stamp, Time};
use crate::tree::{Arena, Links};

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
    /// Paused in this queue, for a reason of the embedder's list: a member that is not offered its
    /// calls, and is what it was for all other queues. Looked at when the agent joins; afterwards
    /// [`Input::SetPause`](crate::Input::SetPause) changes it, and configuring does not.
    pub paused: Option<u16>,
}

/// What a queue has counted a member as, what the rest of its slot means, and its paperwork.
#[derive(Clone, Copy, Debug, Default)]
struct Standing(u16);

impl Standing {
    const LOGGED_IN: u16 = 1 << 15;
    const WILLING: u16 = 1 << 14;
    const PAUSED: u16 = 1 << 13;
    const HAS_WRAP_UP: u16 = 1 << 12;
    /// Below are the pieces of paperwork: there are not more of them than an agent handles at a
    /// time, which is 255 a medium.
    const RESTING: u16 = Self::HAS_WRAP_UP - 1;

    fn has(self, mark: u16) -> bool {
        self.0 & mark != 0
    }

    fn set(&mut self, mark: u16, on: bool) -> bool {
        let was = self.has(mark);
        self.0 = if on { self.0 | mark } else { self.0 & !mark };
        was != on
    }
}

/// An agent's place in one queue, in its slot: with the slot's head a line of the cache that every
/// event looks at, and half a line that few do.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Member {
    /// The queue's order terms as they were when the agent became free.
    pub(crate) rank: [u64; 2],
    /// Next membership of the same agent.
    pub(crate) next: u32,
    pub(crate) queue: u32,
    pub(crate) agent: u32,
    pub(crate) pool: u32,
    in_pool: Links,
    /// Members to its left in the pool's tree.
    before: u32,
    pub(crate) penalty: u32,
    pub(crate) level: u16,
    standing: Standing,

    /// Running number of joining, the last word of every order.
    pub(crate) joined: u32,
    pub(crate) position: u32,
    /// Calls accepted, and conversations ended.
    pub(crate) calls: u32,
    pub(crate) ended: u32,
    wrap_up_ms: u32,
    /// The second since the Unix epoch in which it was last paused: these few bytes keep the slot
    /// within its half line until 2106. Only told, never decided by.
    paused_s: u32,
    last_end: Stamp,
    pause_reason: u16,
}

impl Default for Member {
    fn default() -> Self {
        Self {
            rank: [0; 2],
            next: NIL,
            queue: NIL,
            agent: NIL,
            pool: NIL,
            in_pool: Links::default(),
            before: 0,
            penalty: 0,
            level: 0,
            standing: Standing::default(),
            joined: 0,
            position: 0,
            calls: 0,
            ended: 0,
            wrap_up_ms: 0,
            paused_s: 0,
            last_end: Stamp::NONE,
            pause_reason: 0,
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
        (u64::from(self.penalty) << 16) | u64::from(self.level)
    }

    /// As it was asked for, and whether it is paused now.
    pub(crate) fn place(&self) -> Membership {
        let Self { penalty, level, position, .. } = *self;
        let (wrap_up_ms, paused) = (self.wrap_up_ms(), self.paused());
        Membership { penalty, level, position, wrap_up_ms, paused }
    }

    /// All of a place but the pause.
    pub(crate) fn set_place(&mut self, place: &Membership) {
        (self.penalty, self.level, self.position) = (place.penalty, place.level, place.position);
        self.wrap_up_ms = place.wrap_up_ms.unwrap_or(0);
        self.standing.set(Standing::HAS_WRAP_UP, place.wrap_up_ms.is_some());
    }

    pub(crate) fn wrap_up_ms(&self) -> Option<u32> {
        self.standing.has(Standing::HAS_WRAP_UP).then_some(self.wrap_up_ms)
    }

    /// The reason for which it is paused.
    pub(crate) fn paused(&self) -> Option<u16> {
        self.standing.has(Standing::PAUSED).then_some(self.pause_reason)
    }

    pub(crate) fn set_paused(&mut self, paused: Option<u16>, now: Time) {
        self.standing.set(Standing::PAUSED, paused.is_some());
        self.pause_reason = paused.unwrap_or(0);
        if paused.is_some() {
            self.paused_s = u32::try_from(now.ms() / 1_000).unwrap_or(u32::MAX);
        }
    }

    /// When it was last paused, in whole seconds; [`Time::ZERO`] if never.
    pub(crate) fn last_pause(&self) -> Time {
        Time::from_secs(self.paused_s.into())
    }

    /// What the queue has counted it as.
    pub(crate) fn logged_in(&self) -> bool {
        self.standing.has(Standing::LOGGED_IN)
    }

    pub(crate) fn willing(&self) -> bool {
        self.standing.has(Standing::WILLING)
    }

    /// Whether that is news.
    pub(crate) fn set_logged_in(&mut self, on: bool) -> bool {
        self.standing.set(Standing::LOGGED_IN, on)
    }

    /// Whether that is news.
    pub(crate) fn set_willing(&mut self, on: bool) -> bool {
        self.standing.set(Standing::WILLING, on)
    }

    /// Whether paperwork keeps it from this queue's calls.
    pub(crate) fn rests(&self) -> bool {
        self.standing.has(Standing::RESTING)
    }

    /// Whether it takes this queue's calls, as far as they are no business of the agent's others.
    pub(crate) fn serves(&self) -> bool {
        !self.rests() && self.paused().is_none()
    }

    pub(crate) fn begin_rest(&mut self) {
        self.standing.0 += 1;
    }

    pub(crate) fn end_rest(&mut self) {
        self.standing.0 -= 1;
    }

    /// A conversation is over.
    pub(crate) fn end_conversation(&mut self, now: Time) {
        self.ended = self.ended.saturating_add(1);
        self.last_end = Stamp::at(now);
    }

    pub(crate) fn last_end(&self) -> Time {
        self.last_end.time()
    }
}

/// The trees of the free members of a pool. They count: one is drawn at random.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByPool;

impl Arena<ByPool> for Slab<'_, Member, HalfLine> {
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

plain!(struct Membership { penalty, level, position, wrap_up_ms, paused });
plain!(struct Member { rank, next, queue, agent, pool, in_pool, before, penalty, level, standing, joined, position, calls, ended, wrap_up_ms, paused_s, last_end, pause_reason });

impl Plain for Standing {
    fn put(&self, sink: &mut dyn Sink) {
        self.0.put(sink);
    }

    fn get(source: &mut Source<'_>) -> Self {
        Self(u16::get(source))
    }
}
