//! What changes for a call while it waits, and what is kept of callers who gave up.

use crate::penalty::{Penalties, PenaltyRaise};
use crate::plain::{Plain, Sink, Source, plain};
use crate::time::Time;
use crate::{ClassId, QueueId};

/// A step of relaxation: after so long in the queue a call asks for less, or of more agents.
///
/// What a step leaves `None` stays as it was. The highest penalty changes first; the lowest and what
/// others are raised to are never above it after a step. Nothing goes below 0, and no bound stays none where
/// something is added to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RelaxStep {
    /// So many ms after the call joined the queue, at that very instant. No step is earlier than the
    /// one before; one at the same instant goes on from what that one came to.
    pub after_ms: u64,
    /// It asks for this from then on.
    pub class: Option<ClassId>,
    /// It asks for so many levels less in each skill from then on; of a level below 0 remains that
    /// the skill is asked for at all. Classes that come about so take room among
    /// [`Limits::classes`](crate::Limits::classes) and [`skills`](crate::Limits::skills).
    pub levels_less: u8,
    /// Only members of at least this penalty.
    pub penalty_min: Option<u32>,
    /// Of at least so much more than what this step or else an earlier one or the call says.
    pub penalty_min_by: i32,
    /// Only members of at most this penalty.
    pub penalty_max: Option<u32>,
    /// Of at most so much more, likewise.
    pub penalty_max_by: i32,
    /// Lower penalties count as this one.
    pub penalty_raise: Option<PenaltyRaise>,
    /// As one so much higher, likewise.
    pub penalty_raise_by: i32,
    /// Another [`PenaltyRaise::within`].
    pub penalty_raise_within: Option<bool>,
}

impl RelaxStep {
    /// What a call asks of penalties after this step.
    pub(crate) fn penalties(&self, before: Penalties) -> Penalties {
        let max = match self.penalty_max.unwrap_or(before.max) {
            u32::MAX => u32::MAX,
            max => max.saturating_add_signed(self.penalty_max_by),
        };
        let min = self.penalty_min.unwrap_or(before.min);
        let raise = self.penalty_raise.unwrap_or(before.raise);
        let to = raise.to.saturating_add_signed(self.penalty_raise_by);
        Penalties {
            min: min.saturating_add_signed(self.penalty_min_by).min(max),
            max,
            raise: PenaltyRaise {
                to: to.min(max),
                within: self.penalty_raise_within.unwrap_or(raise.within),
            },
        }
    }
}

/// A rule's steps in the table of all: the first, and how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    pub(crate) steps: (u32, u32),
}

/// How long a call waits before it may go to members of a higher
/// [level](crate::Membership::level): the tier rules of `mod_callcenter`, with exact timers.
///
/// Level 0 is there at once; levels above 255 open with it. Without these rules a call goes to the lowest level that has a free
/// member, at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TierRules {
    /// Higher levels open after so many ms in the queue (`tier-rule-wait-second`).
    pub wait_ms: u32,
    /// Each level after that much more, level 3 after three times as long
    /// (`tier-rule-wait-multiply-level`).
    pub by_level: bool,
    /// The lowest level that anybody is logged in on is there at once
    /// (`tier-rule-no-agent-no-wait`).
    pub skip_empty: bool,
}

impl TierRules {
    /// Levels as far as they are told apart.
    pub(crate) fn timed(self, level: u16) -> u8 {
        level.min(255) as u8
    }

    /// So many ms in the queue before members of this level may have a call.
    pub(crate) fn opens_after(self, level: u16) -> u64 {
        let times = if self.by_level { self.timed(level) } else { self.timed(level).min(1) };
        u64::from(times) * u64::from(self.wait_ms)
    }
}

/// Where a call goes when it has waited as long as the queue lets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// To another queue, its age kept: [`Output::Moved`](crate::Output::Moved). If that queue will
    /// not have it, or it has been moved eight times, it leaves with a timeout.
    Queue(QueueId),
    /// Out of the engine: voicemail, a callback, another site or number, whatever the embedder
    /// means by this code: [`LeaveReason::Overflow`](crate::LeaveReason::Overflow).
    Target(u16),
}

/// A caller who gave up and may come back, in its slot. Opaque; [`Default`] makes an empty one.
#[derive(Clone, Copy, Debug, Default)]
pub struct GhostSlot {
    pub(crate) caller: u64,
    pub(crate) queue: QueueIndex,
    pub(crate) waited_ms: u64,
    pub(crate) until: Time,
}

/// A queue by index and generation; nobody by default.
pub(crate) type QueueIndex = Option<QueueId>;

plain!(struct RelaxStep { after_ms, class, levels_less, penalty_min, penalty_min_by, penalty_max, penalty_max_by, penalty_raise, penalty_raise_by, penalty_raise_within });
plain!(struct Rule { steps });
plain!(struct TierRules { wait_ms, by_level, skip_empty });
plain!(struct GhostSlot { caller, queue, waited_ms, until });

impl Plain for Overflow {
    fn put(&self, sink: &mut dyn Sink) {
        match *self {
            Self::Queue(queue) => (0_u8, queue.raw()).put(sink),
            Self::Target(code) => (1_u8, u64::from(code)).put(sink),
        }
    }

    fn get(source: &mut Source<'_>) -> Self {
        match Plain::get(source) {
            (0_u8, queue) => Self::Queue(QueueId::from_raw(queue)),
            (1, code @ 0..=0xFFFF) => Self::Target(code as u16),
            _ => {
                source.failed = true;
                Self::Target(0)
            }
        }
    }
}
