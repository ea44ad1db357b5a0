//! How many calls may be dialled now.

use crate::Error;
use crate::plain::plain;

/// How a campaign dials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// The agent sees the contact first and starts the call: one dial for each agent.
    Preview,
    /// One dial for each idle agent, at once.
    #[default]
    Progressive,
    /// More dials than idle agents, because not everybody answers: so many hundredths of a dial
    /// for each agent (150 is one and a half), as far as the cap lets it.
    Predictive {
        /// Hundredths of a dial for each agent; at least 100.
        dials_per_100_agents: u16,
    },
}

/// What a campaign's dials came to, in the period the cap is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PacerCounters {
    /// Dials that have not come to anything yet, those of the period before included.
    pub dialling: u32,
    /// Dials that people answered.
    pub live: u64,
    /// Those of them for whom no agent was there in time.
    pub abandoned: u64,
    /// Dials that nobody answered, or a machine.
    pub unanswered: u64,
}

/// Lets so many calls be dialled that the share of answered calls without an agent cannot exceed
/// a cap, whoever answers.
///
/// Before each dial it supposes the worst: that every dial under way, and this one, is answered
/// by a person at this moment. If the share could then exceed the cap, it does not let it go.
///
/// ```
/// use acd_core::outbound::{Mode, Pacer};
/// // No more than 30 in 1000 abandoned (the safe harbour of the US rules), dialling ahead.
/// let mut pacer = Pacer::new(Mode::Predictive { dials_per_100_agents: 150 }, 30)?;
/// // Without a record, not one call more than there are agents.
/// assert_eq!(pacer.dials(10), 10);
/// for _ in 0..100 {
///     assert!(pacer.dial(10));
///     pacer.answered(true);
/// }
/// // 3 of 113 may fail: three dials ahead of the agents.
/// assert_eq!(pacer.dials(10), 13);
/// # Ok::<(), acd_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pacer {
    mode: Mode,
    cap_per_mille: u16,
    counters: PacerCounters,
    /// What the dials of the period before came to, and how many of them have not come to anything.
    before: PacerCounters,
    carried: u32,
}

impl Pacer {
    /// A campaign that starts its period. The cap is the share of answered calls that may be
    /// abandoned, in thousandths.
    ///
    /// # Errors
    /// A cap above 1000, or fewer dials than agents.
    pub fn new(mode: Mode, cap_per_mille: u16) -> Result<Self, Error> {
        if cap_per_mille > 1_000 {
            return Err(Error::Config("a cap above 1000 in 1000"));
        }
        if matches!(mode, Mode::Predictive { dials_per_100_agents } if dials_per_100_agents < 100) {
            return Err(Error::Config("predictive dialling with fewer dials than agents"));
        }
        let (counters, before) = (PacerCounters::default(), PacerCounters::default());
        Ok(Self { mode, cap_per_mille, counters, before, carried: 0 })
    }

    /// What the dials of the period came to.
    #[must_use]
    pub fn counters(&self) -> PacerCounters {
        self.counters
    }

    /// What the dials of the period before came to; complete when none of them is under way any more.
    #[must_use]
    pub fn last_period(&self) -> PacerCounters {
        PacerCounters { dialling: self.carried, ..self.before }
    }

    /// How many more calls may be dialled now, with so many agents idle and set aside for them.
    #[must_use]
    pub fn dials(&self, idle: u32) -> u32 {
        let wanted = match self.mode {
            Mode::Preview | Mode::Progressive => u64::from(idle),
            Mode::Predictive { dials_per_100_agents } => {
                u64::from(idle) * u64::from(dials_per_100_agents) / 100
            }
        };
        let dialling = u64::from(self.counters.dialling);
        let wanted = wanted.saturating_sub(dialling);
        // What is safe for some number of dials is safe for fewer: look for the most by halving.
        let (mut safe, mut unsafe_from) = (0, wanted + 1);
        while unsafe_from - safe > 1 {
            let middle = safe + (unsafe_from - safe) / 2;
            if self.is_safe(dialling + middle, u64::from(idle)) {
                safe = middle;
            } else {
                unsafe_from = middle;
            }
        }
        u32::try_from(safe).unwrap_or(u32::MAX)
    }

    /// Whether the cap holds if all of so many dials are answered at once, those of the period
    /// before by the idle agents, who are missing for this period's then.
    fn is_safe(&self, dials: u64, idle: u64) -> bool {
        let ours = dials.saturating_sub(u64::from(self.carried));
        let unserved = dials.saturating_sub(idle).min(ours);
        if unserved == 0 {
            return true;
        }
        let abandoned = u128::from(self.counters.abandoned) + u128::from(unserved);
        let live = u128::from(self.counters.live) + u128::from(ours);
        abandoned * 1_000 <= live * u128::from(self.cap_per_mille)
    }

    /// Notes a dial, if one is allowed.
    #[must_use]
    pub fn dial(&mut self, idle: u32) -> bool {
        let allowed = self.dials(idle) > 0;
        if allowed {
            self.dialled();
        }
        allowed
    }

    /// Notes a dial that was found to be allowed.
    pub(super) fn dialled(&mut self) {
        self.counters.dialling = self.counters.dialling.saturating_add(1);
    }

    pub(super) fn mode(&self) -> Mode {
        self.mode
    }

    /// Dials another way from now on, one that was found to be in range.
    pub(super) fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
    }

    /// A dial was answered by a person, and an agent was there in time, or not.
    pub fn answered(&mut self, served: bool) {
        self.over();
        self.counters.live += 1;
        self.counters.abandoned += u64::from(!served);
    }

    /// A dial came to nothing: busy, no answer, a machine.
    pub fn unanswered(&mut self) {
        self.over();
        self.counters.unanswered += 1;
    }

    /// As [`answered`](Self::answered), of a dial that was made before this period began: it counts
    /// in the record of its own. Without any such dial under way it is one of this period's.
    pub fn answered_before(&mut self, served: bool) {
        if self.carried == 0 {
            return self.answered(served);
        }
        self.carried -= 1;
        self.over();
        self.before.live += 1;
        self.before.abandoned += u64::from(!served);
    }

    /// As [`unanswered`](Self::unanswered), of a dial that was made before this period began.
    pub fn unanswered_before(&mut self) {
        if self.carried == 0 {
            return self.unanswered();
        }
        self.carried -= 1;
        self.over();
        self.before.unanswered += 1;
    }

    /// A dial is under way no more.
    fn over(&mut self) {
        self.counters.dialling = self.counters.dialling.saturating_sub(1);
        self.carried = self.carried.min(self.counters.dialling);
    }

    /// A new period begins with a new record. What is being dialled goes on, and belongs to the
    /// record before: tell what becomes of it by [`answered_before`](Self::answered_before) and
    /// [`unanswered_before`](Self::unanswered_before).
    pub fn start_period(&mut self) {
        let dialling = self.counters.dialling;
        (self.before, self.carried) = (self.counters, dialling);
        self.counters = PacerCounters { dialling, ..PacerCounters::default() };
    }
}

plain!(enum Mode { 0 Preview, 1 Progressive, 2 Predictive { dials_per_100_agents } });
plain!(struct PacerCounters { dialling, live, abandoned, unanswered });
plain!(struct Pacer { mode, cap_per_mille, counters, before, carried });
