//! Queues: where calls wait and by which rules they leave.

use crate::call::CallKey;
use crate::calls::ByLine;
use crate::member::ByPool;
use crate::penalty::{Numbered, Penalties};
use crate::plain::plain;
use crate::ranks::Row;
use crate::relax::{Overflow, TierRules};
use crate::select::{Order, Strategy};
use crate::service_level::{Counted, Level, ServiceLevel};
use crate::shelf::Linked;
use crate::slab::NIL;
use crate::time::Time;
use crate::tree::Tree;
use crate::{ClassId, Medium, ProfileId};

/// How a queue works. Fill in what differs from [`Default`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueConfig {
    /// The embedder's own name for the queue; comes back in outputs where no other tag says more. No
    /// two queues have the same, but for 0, which is no name.
    pub tag: u64,
    /// Who gets the call. Default: longest idle.
    pub strategy: Strategy,
    /// What is queued here. Default: voice.
    pub medium: Medium,
    /// How long a phone rings, in ms. Default: 15 000.
    pub ring_timeout_ms: u32,
    /// After a missed offer the same agent is not offered the same call again for so long, in ms
    /// (1 or more); other agents are, at once. Default: 5 000.
    pub retry_ms: u32,
    /// Time for paperwork after a call, in ms, unless the member or agent has its own. Default: 0.
    pub wrap_up_ms: u32,
    /// Whether paperwork keeps the agent from the calls of all its queues, and is a state of its
    /// own; else from this queue's calls only, as in Asterisk without `shared_lastcall`. Default:
    /// yes.
    pub wrap_up_shared: bool,
    /// A call leaves with [`Timeout`](crate::LeaveReason::Timeout) after so long, in ms; from 2^40 ms
    /// (34 years) on never.
    pub max_wait_ms: Option<u64>,
    /// Where it goes then. `None`: out, with a timeout.
    pub overflow: Option<Overflow>,
    /// A caller who gave up and calls again within so many ms has the age it had; needs
    /// [`CallConfig::caller`](crate::CallConfig::caller) and [`Limits::ghosts`](crate::Limits::ghosts).
    pub resume_within_ms: Option<u32>,
    /// At most so many calls wait; further ones are refused.
    pub max_waiting: Option<u32>,
    /// An agent of several queues serves the queue of the highest weight first. Strictly so: a
    /// queue of lower weight can starve. Default: 0.
    pub weight: u16,
    /// Answered within so many ms counts as in service level. Default: 20 000.
    pub service_level_ms: u64,
    /// Which calls [`Engine::service_level`](crate::Engine::service_level) counts, and out of which.
    /// Default: of the answered.
    pub service_level: Level,
    /// A call abandoned before so many ms counts as abandoned almost at once. Default: 5 000.
    pub short_ms: u64,
    /// Calls should be answered within so many ms (1 or more), where
    /// [`CallOrder`](crate::CallOrder) goes by targets. `None`: `service_level_ms`.
    pub target_ms: Option<u64>,
    /// How long this queue may be beside others, where [`CallOrder`](crate::CallOrder) goes by
    /// ratios: twice the share, twice the length (1 or more). Default: 1.
    pub share: u32,
    /// The first position announcement comes after so long, in ms.
    pub announce_first_ms: Option<u64>,
    /// Further announcements come so often, in ms (1 or more).
    pub announce_every_ms: Option<u64>,
    /// After so many offers missed in a row the agent is set not ready with
    /// [`REASON_MISSED`](crate::REASON_MISSED).
    pub missed_limit: Option<u16>,
    /// One step of priority is worth so many ms of waiting. `None`: higher priority always first,
    /// which can starve the lower ones.
    pub aging_ms: Option<u32>,
    /// Refuse calls while no agent of the queue is logged in. Default: no.
    pub join_empty: EmptyRule,
    /// Calls leave when no agent of the queue is logged in any more. Default: no.
    pub leave_empty: EmptyRule,
    /// They leave when that has been so for so long, in ms, as by `mod_callcenter`'s
    /// `max-wait-time-with-no-agent`. Default: 0, at once.
    pub leave_empty_after_ms: u32,
    /// A call that joins while it is so stays for so long at least, in ms, as by
    /// `max-wait-time-with-no-agent-time-reached`. Default: 0.
    pub leave_empty_stay_ms: u32,
    /// For how long an agent is left alone after a missed offer, by cause. Default: not at all.
    pub delays: Delays,
    /// How long a call waits before members of higher levels may have it. Default: not at all.
    pub tiers: Option<TierRules>,
    /// Whether the first call of the queue alone is offered to agents: the next when that one has
    /// been answered or has left, even where it is one nobody free can take, as in Asterisk with
    /// `autofill=no`. Default: no.
    pub head_only: bool,
}

impl Default for QueueConfig {
    fn default() -> Self {
        Self {
            tag: 0,
            strategy: Strategy::LongestIdle,
            medium: Medium::Voice,
            ring_timeout_ms: 15_000,
            retry_ms: 5_000,
            wrap_up_ms: 0,
            wrap_up_shared: true,
            max_wait_ms: None,
            overflow: None,
            resume_within_ms: None,
            max_waiting: None,
            weight: 0,
            service_level_ms: 20_000,
            service_level: Level::OfAnswered,
            short_ms: 5_000,
            target_ms: None,
            share: 1,
            announce_first_ms: None,
            announce_every_ms: None,
            missed_limit: None,
            aging_ms: None,
            join_empty: EmptyRule::Never,
            leave_empty: EmptyRule::Never,
            leave_empty_after_ms: 0,
            leave_empty_stay_ms: 0,
            delays: Delays::default(),
            tiers: None,
            head_only: false,
        }
    }
}

impl QueueConfig {
    /// The target for routing, at least 1.
    pub(crate) fn target_ms(&self) -> u64 {
        self.target_ms.unwrap_or(self.service_level_ms).max(1)
    }
}

/// When a queue counts as empty of agents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmptyRule {
    /// Never: calls wait for agents to come.
    #[default]
    Never,
    /// When no member is logged in.
    LoggedOut,
    /// When no member is logged in and taking calls: all are logged out or not ready.
    NotReady,
    /// When no member is free right now.
    NoneFree,
}

/// How long an agent is left alone after an offer that came to nothing, in ms by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delays {
    /// The phone was busy.
    pub busy_ms: u32,
    /// The agent declined.
    pub declined_ms: u32,
    /// The phone could not be reached, or setting up the call failed.
    pub failed_ms: u32,
    /// Nobody answered in time.
    pub no_answer_ms: u32,
}

/// What happened in a queue since it was made.
///
/// `offered` = `refused` + `answered` + `abandoned` + `timed_out` + `exited` + `left_empty` +
/// `overflowed` + `waiting`, at every moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueCounters {
    /// Calls that asked to join.
    pub offered: u64,
    /// Calls that were not let in.
    pub refused: u64,
    /// Calls an agent accepted.
    pub answered: u64,
    /// Calls whose caller hung up before that.
    pub abandoned: u64,
    /// Calls that left after the longest wait.
    pub timed_out: u64,
    /// Calls that left by a key or by the flow's choice.
    pub exited: u64,
    /// Calls that left because no agent was there.
    pub left_empty: u64,
    /// Calls that went on to another queue or target.
    pub overflowed: u64,
    /// Calls waiting or ringing now.
    pub waiting: u32,
    /// Calls talking with an agent now.
    pub talking: u32,
    /// Answered within the service level.
    pub answered_in_level: u64,
    /// Abandoned within the service level.
    pub abandoned_in_level: u64,
    /// Abandoned almost at once.
    pub short: u64,
    /// Calls that ended after having been answered.
    pub completed: u64,
    /// The waits of all calls that waited and wait no more, in ms.
    pub waited_ms: u64,
    /// The waits of the answered ones, in ms.
    pub answered_waited_ms: u64,
    /// The talk of the completed ones, in ms.
    pub talked_ms: u64,
}

impl QueueCounters {
    /// The service level by a definition.
    pub(crate) fn service_level(&self, definition: Level) -> ServiceLevel {
        let Self { offered, answered, abandoned, short, .. } = *self;
        let Self { answered_in_level, abandoned_in_level, .. } = *self;
        let counted =
            Counted { offered, answered, abandoned, short, answered_in_level, abandoned_in_level };
        counted.by(definition)
    }
}

/// Tier and first order term of a member offered to: tier 0 and any term for those rules that look
/// at one tier only.
pub(crate) type Cursor = (u64, u64);

/// A queue in its slot.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    pub(crate) config: QueueConfig,
    pub(crate) order: Order,
    pub(crate) counters: QueueCounters,
    pub(crate) members: u32,
    /// Members logged in, ready to take calls in principle, and free right now.
    pub(crate) logged_in: u32,
    pub(crate) willing: u32,
    pub(crate) free: u32,
    /// Calls among the waiting that ring.
    pub(crate) ringing: u32,
    /// Lowest and highest level of the members logged in, where levels open one after the other.
    pub(crate) levels: Option<(u16, u16)>,
    /// Its steps of relaxation: the first, and how many.
    pub(crate) steps: (u32, u32),
    /// Round robin: the member offered to last.
    pub(crate) cursor: Option<Cursor>,
    /// Its calls that wait or ring, in order.
    pub(crate) calls: Row,
    /// Since when it has been empty by its rule; `MAX` when it is not.
    pub(crate) empty_since: Time,
    /// Calls may have to leave for that.
    pub(crate) emptying: bool,
    pub(crate) next_emptying: u32,
    /// Smoothed time an agent spends on a call, talk and wrap-up, in ms.
    pub(crate) handle_ms: u64,
    /// How long the call answered last had waited in this queue, in ms.
    pub(crate) last_wait_ms: Option<u64>,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            config: QueueConfig::default(),
            order: Order::default(),
            counters: QueueCounters::default(),
            members: 0,
            logged_in: 0,
            willing: 0,
            free: 0,
            ringing: 0,
            levels: None,
            steps: (0, 0),
            cursor: None,
            calls: Row::default(),
            empty_since: Time::MAX,
            emptying: false,
            next_emptying: NIL,
            handle_ms: 0,
            last_wait_ms: None,
        }
    }
}

/// The calls of one queue that any agent sees alike: same class, same penalty window; and that relax
/// alike: by the same rule. Opaque;
/// [`Default`] makes an empty one.
///
/// A line of the cache and no more: whoever looks for a call passes by dozens of them, and with many
/// classes and queues there are thousands.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Line {
    /// The first of its calls that may be matched, and its key, in so many bits as its words have.
    pub(crate) head: u32,
    pub(crate) head_level: u32,
    pub(crate) head_order: [u64; 2],
    pub(crate) queue: u32,
    /// The next line of this queue and class; while it is free, the next that is.
    pub(crate) next: u32,
    /// What its calls ask of penalties, and how many need it.
    pub(crate) asked: Numbered,
    /// The calls that may be matched, in order.
    pub(crate) open: Tree<ByLine>,
    pub(crate) class: ClassId,
    /// The rule its calls relax by; [`NO_RULE`] for the queue's own steps.
    pub(crate) rule: u16,
    /// How many calls it has, those that may not be matched included.
    pub(crate) calls: u32,
}

const _: () = assert!(size_of::<Line>() == 64);

/// Calls relax by the steps of their queue.
pub(crate) const NO_RULE: u16 = u16::MAX;

impl Default for Line {
    fn default() -> Self {
        Self {
            queue: NIL,
            class: ClassId::ANY,
            rule: NO_RULE,
            asked: Numbered::zero(Penalties::default()),
            calls: 0,
            open: Tree::default(),
            head: NIL,
            head_level: 0,
            head_order: [0; 2],
            next: NIL,
        }
    }
}

impl Linked for Line {
    fn link(&self) -> u32 {
        self.next
    }

    fn set_link(&mut self, next: u32) {
        self.next = next;
    }
}

impl Line {
    /// The key of its first call that may be matched.
    pub(crate) fn head_key(&self) -> CallKey {
        (u64::from(self.head_level), self.head_order[0], self.head_order[1])
    }

    pub(crate) fn penalties(&self) -> Penalties {
        self.asked.penalties()
    }

    /// One of calls that ask for these, which nobody needs yet.
    pub(crate) fn asking(self, penalties: Penalties) -> Self {
        Self { asked: Numbered::zero(penalties), ..self }
    }

    /// Whether calls need it: are in it, were before they talked, or may come to it by their steps.
    pub(crate) fn is_needed(&self) -> bool {
        self.asked.number() > 0
    }

    /// One call more needs it, or one does once more; whether nobody did before.
    pub(crate) fn need(&mut self) -> bool {
        let needs = self.asked.number();
        self.asked.set_number(needs + u32::from(needs < Numbered::MOST));
        needs == 0
    }

    /// One fewer; whether nobody does any more. A count that has come to its end stays there.
    pub(crate) fn release(&mut self) -> bool {
        let needs = self.asked.number();
        self.asked.set_number(needs - u32::from(needs > 0 && needs < Numbered::MOST));
        needs == 1
    }

    pub(crate) fn set_head_key(&mut self, key: CallKey) {
        // A level has 32 bits.
        self.head_level = key.0 as u32;
        self.head_order = [key.1, key.2];
    }
}

/// The free members of one queue that any call sees alike: same profile. Opaque; [`Default`] makes
/// an empty one.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    pub(crate) tree: Tree<ByPool>,
    pub(crate) profile: ProfileId,
    /// While it is free, the next that is.
    pub(crate) next: u32,
}

impl Default for Pool {
    fn default() -> Self {
        Self { tree: Tree::default(), profile: ProfileId::PLAIN, next: NIL }
    }
}

impl Linked for Pool {
    fn link(&self) -> u32 {
        self.next
    }

    fn set_link(&mut self, next: u32) {
        self.next = next;
    }
}

plain!(struct QueueConfig { tag, strategy, medium, ring_timeout_ms, retry_ms, wrap_up_ms, wrap_up_shared, max_wait_ms, overflow, resume_within_ms, max_waiting, weight, service_level_ms, service_level, short_ms, target_ms, share, announce_first_ms, announce_every_ms, missed_limit, aging_ms, join_empty, leave_empty, leave_empty_after_ms, leave_empty_stay_ms, delays, tiers, head_only });
plain!(struct Delays { busy_ms, declined_ms, failed_ms, no_answer_ms });
plain!(struct QueueCounters { offered, refused, answered, abandoned, timed_out, exited, left_empty, overflowed, waiting, talking, answered_in_level, abandoned_in_level, short, completed, waited_ms, answered_waited_ms, talked_ms });
plain!(struct Queue { config, order, counters, members, logged_in, willing, free, ringing, levels, steps, cursor, calls, empty_since, emptying, next_emptying, handle_ms, last_wait_ms });
plain!(struct Line { queue, class, rule, asked, calls, open, head, head_level, head_order, next });
plain!(struct Pool { tree, profile, next });
plain!(enum EmptyRule { 0 Never, 1 LoggedOut, 2 NotReady, 3 NoneFree });
