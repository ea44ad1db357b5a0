//! How much an engine can hold, and the memory that takes.

use crate::agent::Agent;
use crate::call::{Call, CallDetail};
use crate::calls::PlaceSlot;
use crate::grid::words;
use crate::leg::Leg;
use crate::member::Member;
use crate::queue::{Line, Pool, Queue};
use crate::ranks::RankNode;
use crate::relax::{GhostSlot, RelaxStep, Rule};
use crate::ring::OutputSlot;
use crate::skill::{Skill, SkillRange};
use crate::slab::{HalfLine, Slot, WholeLine};
use crate::storage::Storage;
use crate::tags::TagSlot;
use crate::timer::{self, AlarmSlot, TimerSlot};

/// How much an engine can hold. A field left at 0 is chosen from the others.
///
/// ```
/// use acd_core::Limits;
/// let small = Limits { queues: 4, agents: 30, calls: 60, ..Limits::default() };
/// assert!(small.bytes() < 64 * 1024);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Queues. Default: 16.
    pub queues: u32,
    /// Agents. Default: 64.
    pub agents: u32,
    /// Memberships. From the others: two an agent.
    pub memberships: u32,
    /// Calls, waiting and talking. Default: 256.
    pub calls: u32,
    /// Offers: ringing, connected, in wrap-up, or remembered for
    /// [`retry_ms`](crate::QueueConfig::retry_ms). From the others: two an agent and one a call
    /// that fits beside them, at most two an agent more.
    pub offers: u32,
    /// Lines: queue, class, penalty window and rule that calls wait with or may come to by their
    /// steps. One that no call needs is kept for the next of its kind, until it is the room for
    /// another. From the others: one for each queue and class, at most 4096; as many again for each
    /// step and rule, at most 4096 too; and one more a queue.
    ///
    /// How many calls wait makes no difference to a call that needs another line when none is left. It
    /// is refused after a look at the lines of its own queue and class; or, if calls need fewer lines
    /// than there are, all the others go, which takes one look at every line and every pair of queue
    /// and class.
    pub lines: u32,
    /// Pools: queue and profile of its members. From the others: one for each queue and profile,
    /// at most 4096.
    pub pools: u32,
    /// Classes, [`ClassId::ANY`](crate::ClassId::ANY) included. Default: 1.
    pub classes: u16,
    /// Profiles, [`ProfileId::PLAIN`](crate::ProfileId::PLAIN) included. Default: 1.
    pub profiles: u16,
    /// Requirements of all classes and skills of all profiles. From the others: four for each.
    pub skills: u32,
    /// Steps of relaxation of all queues and rules. Default: 0.
    pub steps: u32,
    /// Rules that calls may bring along: 65,535 at most. Default: 0.
    pub rules: u16,
    /// Callers who gave up and whose age is kept for when they call back. Default: 0.
    pub ghosts: u32,
    /// Phones that ring for one call at the same time. Default: 16.
    pub ring_max: u16,
    /// Outputs that wait to be polled. From the others: enough for one step of the engine twice.
    pub outputs: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            queues: 16,
            agents: 64,
            memberships: 0,
            calls: 256,
            offers: 0,
            lines: 0,
            pools: 0,
            classes: 1,
            profiles: 1,
            skills: 0,
            steps: 0,
            rules: 0,
            ghosts: 0,
            ring_max: 16,
            outputs: 0,
        }
    }
}

const fn or(value: u32, derived: u32) -> u32 {
    if value == 0 { derived } else { value }
}

impl Limits {
    /// The limits with every 0 replaced by what it stands for.
    #[must_use]
    pub fn filled(self) -> Self {
        let Self { queues, agents, .. } = self;
        let twice = agents.saturating_mul(2);
        let square = |n: u16| queues.saturating_mul(u32::from(n)).min(4096).max(queues);
        let kinds = u32::from(self.classes) + u32::from(self.profiles);
        let waits = square(self.classes);
        let relaxed = waits.saturating_mul(self.steps.saturating_add(self.rules.into())).min(4096);
        Self {
            memberships: or(self.memberships, twice),
            offers: or(self.offers, twice.saturating_add(self.calls.min(twice))),
            lines: or(self.lines, waits.saturating_add(relaxed).saturating_add(queues)),
            pools: or(self.pools, square(self.profiles)),
            skills: or(self.skills, kinds * 4),
            outputs: or(self.outputs, burst(self.ring_max) as u32 * 2),
            ..self
        }
    }

    /// Alarms: one for each offer, agent and queue. Those of calls are in their places.
    #[must_use]
    pub fn alarms(self) -> u32 {
        self.filled().offers.saturating_add(self.agents).saturating_add(self.queues)
    }

    /// Slots of timers: a quarter of one for each call and each alarm, and up to two more for either.
    #[must_use]
    pub fn timers(self) -> u32 {
        timer::slots(self.calls).saturating_add(timer::slots(self.alarms()))
    }

    /// Entries of the index of lines.
    #[must_use]
    pub const fn line_index(self) -> usize {
        self.queues as usize * self.classes as usize
    }

    /// Words of 64 bits beside the index of lines.
    #[must_use]
    pub const fn line_words(self) -> usize {
        self.queues as usize * words(self.classes as usize)
    }

    /// Entries of the index of pools.
    #[must_use]
    pub const fn pool_index(self) -> usize {
        self.queues as usize * self.profiles as usize
    }

    /// Words of 64 bits beside the index of pools.
    #[must_use]
    pub const fn pool_words(self) -> usize {
        self.queues as usize * words(self.profiles as usize)
    }

    /// Words of 64 bits in the matrix of classes and profiles.
    #[must_use]
    pub const fn fit_words(self) -> usize {
        crate::skill::fit_words(self.classes as usize, self.profiles as usize)
    }

    /// Nodes of the trees that tell a call's place in its queue.
    #[must_use]
    pub const fn ranks(self) -> u32 {
        crate::ranks::nodes(self.calls, self.queues)
    }

    /// Callers: one for each call where those who gave up are remembered.
    #[must_use]
    pub const fn callers(self) -> usize {
        if self.ghosts == 0 { 0 } else { self.calls as usize }
    }

    /// Bytes that all the tables take together.
    ///
    /// One call more takes 159 of them, 8 more where callers are remembered ([`ghosts`](Self::ghosts)),
    /// and one agent more 160, besides its memberships (96 each) and offers (88 each), timers
    /// included.
    #[must_use]
    pub fn bytes(self) -> usize {
        let all = self.filled();
        let take = |n: u32, size: usize| (n as usize).saturating_mul(size);
        [
            take(all.queues, size_of::<QueueSlot>()),
            take(all.agents, size_of::<AgentSlot>()),
            take(all.agents, size_of::<TagSlot>()),
            take(all.memberships, size_of::<MemberSlot>()),
            take(all.calls, size_of::<CallSlot>()),
            take(all.calls, size_of::<PlaceSlot>()),
            take(all.ranks(), size_of::<RankSlot>()),
            take(all.calls, size_of::<CallDetail>()),
            all.callers() * size_of::<u64>(),
            take(all.offers, size_of::<OfferSlot>()),
            take(all.lines, size_of::<LineSlot>()),
            take(all.pools, size_of::<PoolSlot>()),
            take(u32::from(all.classes), size_of::<SkillRange>()),
            take(u32::from(all.profiles), size_of::<SkillRange>()),
            take(all.skills, size_of::<Skill>()),
            all.fit_words() * size_of::<u64>(),
            all.line_index() * size_of::<u32>(),
            all.line_words() * size_of::<u64>(),
            all.pool_index() * size_of::<u32>(),
            all.pool_words() * size_of::<u64>(),
            take(all.steps, size_of::<RelaxStep>()),
            take(u32::from(all.rules), size_of::<RuleSlot>()),
            take(all.ghosts, size_of::<GhostSlot>()),
            take(all.timers(), size_of::<TimerSlot>()),
            take(all.alarms(), size_of::<AlarmSlot>()),
            take(all.outputs, size_of::<OutputSlot>()),
        ]
        .iter()
        .fold(0, |sum: usize, bytes| sum.saturating_add(*bytes))
    }
}

/// The most outputs one step of the engine makes: two for each phone that stops or starts ringing,
/// and a few for the call.
pub(crate) const fn burst(ring_max: u16) -> usize {
    ring_max as usize * 2 + 8
}

/// Storage of one queue.
pub type QueueSlot = Slot<Queue>;
/// Storage of one agent.
pub type AgentSlot = Slot<Agent, WholeLine>;
/// Storage of one membership.
pub type MemberSlot = Slot<Member, HalfLine>;
/// Storage of one call.
pub type CallSlot = Slot<Call, WholeLine>;
/// Storage of what is kept of a call out of the ordinary.
pub type DetailSlot = CallDetail;
/// Storage of one node of the trees that tell a call's place.
pub type RankSlot = Slot<RankNode, WholeLine>;
/// Storage of one offer.
pub type OfferSlot = Slot<Leg, WholeLine>;
/// Storage of one line.
pub type LineSlot = Line;
/// Storage of one rule.
pub type RuleSlot = Slot<Rule>;
/// Storage of one pool.
pub type PoolSlot = Pool;

/// The caller's memory for an engine: slices of [`Default`] slots, whose lengths are the limits.
#[derive(Debug)]
pub struct EngineStorage<'a> {
    /// Queues.
    pub queues: &'a mut [QueueSlot],
    /// Agents.
    pub agents: &'a mut [AgentSlot],
    /// As many tags as agents.
    pub tags: &'a mut [TagSlot],
    /// Memberships.
    pub memberships: &'a mut [MemberSlot],
    /// Calls.
    pub calls: &'a mut [CallSlot],
    /// As many places as calls.
    pub places: &'a mut [PlaceSlot],
    /// [`Limits::ranks`] nodes.
    pub ranks: &'a mut [RankSlot],
    /// As many details as calls.
    pub details: &'a mut [DetailSlot],
    /// [`Limits::callers`] numbers.
    pub callers: &'a mut [u64],
    /// Offers.
    pub offers: &'a mut [OfferSlot],
    /// Lines.
    pub lines: &'a mut [LineSlot],
    /// Pools.
    pub pools: &'a mut [PoolSlot],
    /// Classes, at least one.
    pub classes: &'a mut [SkillRange],
    /// Profiles, at least one.
    pub profiles: &'a mut [SkillRange],
    /// Requirements and skills.
    pub skills: &'a mut [Skill],
    /// [`Limits::fit_words`] words.
    pub fits: &'a mut [u64],
    /// [`Limits::line_index`] entries.
    pub line_index: &'a mut [u32],
    /// [`Limits::line_words`] words.
    pub line_words: &'a mut [u64],
    /// [`Limits::pool_index`] entries.
    pub pool_index: &'a mut [u32],
    /// [`Limits::pool_words`] words.
    pub pool_words: &'a mut [u64],
    /// Steps of relaxation; may be empty.
    pub steps: &'a mut [RelaxStep],
    /// Rules; may be empty.
    pub rules: &'a mut [RuleSlot],
    /// Callers who gave up; may be empty.
    pub ghosts: &'a mut [GhostSlot],
    /// [`Limits::timers`] slots of timers.
    pub timers: &'a mut [TimerSlot],
    /// [`Limits::alarms`] alarms.
    pub alarms: &'a mut [AlarmSlot],
    /// Outputs.
    pub outputs: &'a mut [OutputSlot],
}

/// The tables of an engine, wherever they live.
pub(crate) struct Tables<'a> {
    pub(crate) queues: Storage<'a, QueueSlot>,
    pub(crate) agents: Storage<'a, AgentSlot>,
    pub(crate) tags: Storage<'a, TagSlot>,
    pub(crate) memberships: Storage<'a, MemberSlot>,
    pub(crate) calls: Storage<'a, CallSlot>,
    pub(crate) places: Storage<'a, PlaceSlot>,
    pub(crate) ranks: Storage<'a, RankSlot>,
    pub(crate) details: Storage<'a, DetailSlot>,
    pub(crate) callers: Storage<'a, u64>,
    pub(crate) offers: Storage<'a, OfferSlot>,
    pub(crate) lines: Storage<'a, LineSlot>,
    pub(crate) pools: Storage<'a, PoolSlot>,
    pub(crate) classes: Storage<'a, SkillRange>,
    pub(crate) profiles: Storage<'a, SkillRange>,
    pub(crate) skills: Storage<'a, Skill>,
    pub(crate) fits: Storage<'a, u64>,
    pub(crate) line_index: Storage<'a, u32>,
    pub(crate) line_words: Storage<'a, u64>,
    pub(crate) pool_index: Storage<'a, u32>,
    pub(crate) pool_words: Storage<'a, u64>,
    pub(crate) steps: Storage<'a, RelaxStep>,
    pub(crate) rules: Storage<'a, RuleSlot>,
    pub(crate) ghosts: Storage<'a, GhostSlot>,
    pub(crate) timers: Storage<'a, TimerSlot>,
    pub(crate) alarms: Storage<'a, AlarmSlot>,
    pub(crate) outputs: Storage<'a, OutputSlot>,
}

impl<'a> From<EngineStorage<'a>> for Tables<'a> {
    fn from(storage: EngineStorage<'a>) -> Self {
        Self {
            queues: storage.queues.into(),
            agents: storage.agents.into(),
            tags: storage.tags.into(),
            memberships: storage.memberships.into(),
            calls: storage.calls.into(),
            places: storage.places.into(),
            ranks: storage.ranks.into(),
            details: storage.details.into(),
            callers: storage.callers.into(),
            offers: storage.offers.into(),
            lines: storage.lines.into(),
            pools: storage.pools.into(),
            classes: storage.classes.into(),
            profiles: storage.profiles.into(),
            skills: storage.skills.into(),
            fits: storage.fits.into(),
            line_index: storage.line_index.into(),
            line_words: storage.line_words.into(),
            pool_index: storage.pool_index.into(),
            pool_words: storage.pool_words.into(),
            steps: storage.steps.into(),
            rules: storage.rules.into(),
            ghosts: storage.ghosts.into(),
            timers: storage.timers.into(),
            alarms: storage.alarms.into(),
            outputs: storage.outputs.into(),
        }
    }
}

#[cfg(feature = "alloc")]
impl Tables<'static> {
    /// Tables on the heap, as long as the limits say.
    pub(crate) fn on_the_heap(limits: Limits) -> Self {
        fn table<T: Default + Clone>(len: u32) -> Storage<'static, T> {
            Storage::owned(len as usize, T::default())
        }
        let all = limits.filled();
        Self {
            queues: table(all.queues),
            agents: table(all.agents),
            tags: table(all.agents),
            memberships: table(all.memberships),
            calls: table(all.calls),
            places: table(all.calls),
            ranks: table(all.ranks()),
            details: table(all.calls),
            callers: Storage::owned(all.callers(), 0),
            offers: table(all.offers),
            lines: table(all.lines),
            pools: table(all.pools),
            classes: table(u32::from(all.classes)),
            profiles: table(u32::from(all.profiles)),
            skills: table(all.skills),
            fits: Storage::owned(all.fit_words(), 0),
            line_index: Storage::owned(all.line_index(), 0),
            line_words: Storage::owned(all.line_words(), 0),
            pool_index: Storage::owned(all.pool_index(), 0),
            pool_words: Storage::owned(all.pool_words(), 0),
            steps: table(all.steps),
            rules: table(u32::from(all.rules)),
            ghosts: table(all.ghosts),
            timers: table(all.timers()),
            alarms: table(all.alarms()),
            outputs: table(all.outputs),
        }
    }
}
