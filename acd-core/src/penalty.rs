//! Which members a call may go to by their penalties, and as what those count for it.

use crate::member::Member;
use crate::plain::{Plain, Sink, Source, plain};

/// Lower penalties that count as a higher one for a call: Asterisk's `QUEUE_RAISE_PENALTY`.
///
/// Members of penalties below [`to`](Self::to) are treated as if theirs were `to`, and so share the
/// calls with those of that penalty. The call's window is applied to what a penalty counts as.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use acd_core::*;
/// let mut engine = Engine::with_capacity(Limits { steps: 1, ..Limits::default() })?;
/// let queue = engine.add_queue(QueueConfig::default())?;
/// // penaltychange => 30,,,2
/// let raise = PenaltyRaise { to: 2, within: false };
/// let step =
///     RelaxStep { after_ms: 30_000, penalty_raise: Some(raise), ..RelaxStep::default() };
/// engine.set_relaxation(queue, &[step])?;
/// # }
/// # Ok::<(), acd_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PenaltyRaise {
    /// What lower penalties count as. 0, the default, raises none. Above the highest that the call
    /// may go to it keeps it from everybody, until a step of relaxation brings it into the window.
    pub to: u32,
    /// Only penalties from the call's `penalty_min` on are raised (`rN`): lower ones stay out.
    /// Else they come in when `to` is in the window.
    pub within: bool,
}

/// What a call asks of its agent's penalty. Nobody is in its window while `min` is above `max`, or
/// `raise.to` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Penalties {
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) raise: PenaltyRaise,
}

impl Default for Penalties {
    fn default() -> Self {
        Self { min: 0, max: u32::MAX, raise: PenaltyRaise::default() }
    }
}

impl Penalties {
    /// What a penalty counts as for the call.
    pub(crate) fn counted(&self, penalty: u32) -> u32 {
        let stays = self.raise.within && penalty < self.min;
        if stays { penalty } else { penalty.max(self.raise.to) }
    }

    /// The lowest and the highest penalty that the call may go to; none if the first is higher.
    pub(crate) fn window(&self) -> (u32, u32) {
        if self.raise.to > self.max {
            return (1, 0);
        }
        let raised_in = !self.raise.within && self.raise.to >= self.min && self.raise.to > 0;
        (if raised_in { 0 } else { self.min }, self.max)
    }

    pub(crate) fn admits(&self, penalty: u32) -> bool {
        let (low, high) = self.window();
        (low..=high).contains(&penalty)
    }

    /// The lowest and the highest penalty inside the window that count as this one.
    pub(crate) fn counted_as(&self, penalty: u32) -> (u32, u32) {
        let first = if penalty == self.raise.to { self.window().0.min(penalty) } else { penalty };
        (first, penalty)
    }

    /// A member's tier as the call sees it: penalty, then level.
    pub(crate) fn tier(&self, member: &Member) -> u64 {
        let penalty = self.counted(member.penalty);
        (u64::from(penalty) << 16) | u64::from(member.level)
    }
}

/// Penalties and a number beside them, in no more bytes than the former alone. The number is one that
/// follows from the rest of the state: it is not written, and 0 when the penalties are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbered {
    min: u32,
    max: u32,
    to: u32,
    /// Twice the number; odd where only penalties in the window are raised.
    rest: u32,
}

impl Numbered {
    /// The highest number.
    pub(crate) const MOST: u32 = u32::MAX / 2;

    pub(crate) fn zero(penalties: Penalties) -> Self {
        let Penalties { min, max, raise: PenaltyRaise { to, within } } = penalties;
        Self { min, max, to, rest: within.into() }
    }

    pub(crate) fn penalties(&self) -> Penalties {
        let raise = PenaltyRaise { to: self.to, within: self.rest % 2 == 1 };
        Penalties { min: self.min, max: self.max, raise }
    }

    pub(crate) fn number(&self) -> u32 {
        self.rest / 2
    }

    pub(crate) fn set_number(&mut self, number: u32) {
        self.rest = (number << 1) | (self.rest % 2);
    }
}

impl Plain for Numbered {
    fn put(&self, sink: &mut dyn Sink) {
        self.penalties().put(sink);
    }

    fn get(source: &mut Source<'_>) -> Self {
        Self::zero(Plain::get(source))
    }
}

plain!(struct PenaltyRaise { to, within });
plain!(struct Penalties { min, max, raise });

#[cfg(test)]
mod tests {
    use super::*;

    /// INV-42: the window is what admits each penalty by itself, raised first, as `app_queue` does.
    #[test]
    fn inv_42_the_window_is_that_of_raised_penalties() {
        for bits in 0..6_u32.pow(3) * 2 {
            let (min, max) = (bits % 6, bits / 6 % 6);
            let raise = PenaltyRaise { to: bits / 36 % 6, within: bits >= 216 };
            let penalties = Penalties { min, max, raise };
            for own in 0..8 {
                let is_raised = own < raise.to && !(raise.within && own < min);
                let counted = if is_raised { raise.to } else { own };
                assert_eq!(penalties.counted(own), counted, "{penalties:?} {own}");
                let admitted = min <= counted && counted <= max;
                assert_eq!(penalties.admits(own), admitted, "{penalties:?} {own}");
                if admitted {
                    let (first, last) = penalties.counted_as(counted);
                    assert!((first..=last).contains(&own), "{penalties:?} {own}");
                    assert!((first..=last).all(|other| penalties.counted(other) == counted));
                }
            }
        }
    }
}
