//! Agents' places in queues.

use crate::plain::{Plain, Sink, Source, plain};
use crate::slab::{HalfLine, NIL, Slab};
use crate::time::{Ms, Stamp, Time};
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
}

/// What a queue has counted a member as, and its paperwork.
#[derive(Clone, Copy, Debug, Default)]
struct Standing(u16);

impl Standing {
    const LOGGED_IN: u16 = 1 << 15;
    const WILLING: u16 = 1 << 14;
    /// Below are the pieces of paperwork: there are not more of them than an agent handles at a
    /// time, which is 255 a medium.
    const RESTING: u16 = Self::WILLING - 1;

    fn set(&mut self, mark: u16, on: bool) -> bool {
        let was = self.0 & mark != 0;
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
    last_end: Stamp,
    wrap_up_ms: Option<Ms<4>>,
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
            last_end: Stamp::NONE,
            wrap_up_ms: None,
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

    /// As it was asked for.
    pub(crate) fn place(&self) -> Membership {
        let Self { penalty, level, position, .. } = *self;
        Membership { penalty, level, position, wrap_up_ms: self.wrap_up_ms() }
    }

    pub(crate) fn set_place(&mut self, place: &Membership) {
        (self.penalty, self.level, self.position) = (place.penalty, place.level, place.position);
        self.wrap_up_ms = place.wrap_up_ms.map(|ms| Ms::of(u64::from(ms)));
    }

    pub(crate) fn wrap_up_ms(&self) -> Option<u32> {
        self.wrap_up_ms.map(|ms| ms.ms() as u32)
    }

    /// What the queue has counted it as.
    pub(crate) fn logged_in(&self) -> bool {
        self.standing.0 & Standing::LOGGED_IN != 0
    }

    pub(crate) fn willing(&self) -> bool {
        self.standing.0 & Standing::WILLING != 0
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
        self.standing.0 & Standing::RESTING != 0
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

plain!(struct Membership { penalty, level, position, wrap_up_ms });
plain!(struct Member { rank, next, queue, agent, pool, in_pool, before, penalty, level, standing, joined, position, calls, ended, last_end, wrap_up_ms });

impl Plain for Standing {
    fn put(&self, sink: &mut dyn Sink) {
        self.0.put(sink);
    }

    fn get(source: &mut Source<'_>) -> Self {
        Self(u16::get(source))
    }
}
