//! When the record of a campaign's period is complete.
//!
//! What is being dialled when a period ends belongs to it still: its record is told when the last of
//! that has come to something, or when the next period ends as well.

use acd_core::outbound::{Campaign, PacerCounters};

/// The records of this period and of the one before, at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Periods {
    this: PacerCounters,
    last: PacerCounters,
}

impl Periods {
    pub(super) fn of(campaign: &Campaign<'_>) -> Periods {
        Periods { this: campaign.counters(), last: campaign.last_period() }
    }

    /// The records that can be told, where it was `before`. `owed` says, from one time to the next,
    /// that the one before has not been told.
    pub(super) fn complete_since(
        self,
        before: Periods,
        owed: &mut bool,
    ) -> impl Iterator<Item = PacerCounters> + use<> {
        // Within a period no count but that of the dials falls, and those carried over only fall.
        let fell = |was: PacerCounters, is: PacerCounters| {
            was.live > is.live || was.unanswered > is.unanswered
        };
        let ended = fell(before.this, self.this)
            || fell(before.last, self.last)
            || self.last.dialling > before.last.dialling;
        let mut told = [None; 3];
        if ended {
            told[0] = owed.then_some(before.last);
            // Where several ended at once, what the first came to stands in none of them any more.
            let passed = fell(before.this, self.last);
            told[1] = passed.then_some(before.this);
            *owed = !passed && self.last != PacerCounters::default();
        }
        if *owed && self.last.dialling == 0 {
            told[2] = Some(self.last);
            *owed = false;
        }
        told.into_iter().flatten()
    }
}

/// What is noted of a period.
pub(super) fn text(campaign: &str, record: PacerCounters) -> String {
    let PacerCounters { live, abandoned, unanswered, dialling } = record;
    format!(
        "{campaign}: {live} answered, {abandoned} of them without an agent, {unanswered} not \
         answered, {dialling} being dialled"
    )
}

#[cfg(test)]
mod tests {
    use acd_core::outbound::{Mode, Pacer};

    use super::*;

    /// What is told of a pacer by each of these steps, as (answered, unanswered, dialling).
    fn told(steps: &[fn(&mut Pacer)]) -> Vec<Vec<(u64, u64, u32)>> {
        let mut pacer = Pacer::new(Mode::Progressive, 30).unwrap();
        let mut owed = false;
        let at = |pacer: &Pacer| Periods { this: pacer.counters(), last: pacer.last_period() };
        let step = |step: &fn(&mut Pacer)| {
            let before = at(&pacer);
            step(&mut pacer);
            let records = at(&pacer).complete_since(before, &mut owed);
            records.map(|r| (r.live, r.unanswered, r.dialling)).collect()
        };
        steps.iter().map(step).collect()
    }

    fn dial(pacer: &mut Pacer) {
        assert!(pacer.dial(9));
    }

    #[test]
    fn a_period_is_told_when_its_last_dial_has_come_to_something() {
        let all = told(&[
            dial,
            Pacer::start_period,
            dial,
            |p| p.answered_before(true),
            Pacer::unanswered,
            Pacer::start_period,
        ]);
        assert_eq!(all, [vec![], vec![], vec![], vec![(1, 0, 0)], vec![], vec![(0, 1, 0)]]);
    }

    #[test]
    fn a_period_is_told_at_the_end_of_the_next_whatever_still_rings() {
        let all = told(&[
            dial,
            |p| p.answered(true),
            dial,
            Pacer::start_period,
            Pacer::start_period,
            Pacer::unanswered_before,
        ]);
        assert_eq!(all, [vec![], vec![], vec![], vec![], vec![(1, 0, 1)], vec![(0, 1, 0)]]);
    }

    #[test]
    fn periods_that_end_at_once_lose_nothing() {
        let all = told(&[
            dial,
            |p| p.answered(true),
            |p| {
                p.start_period();
                p.start_period();
            },
            Pacer::start_period,
        ]);
        assert_eq!(all, [vec![], vec![], vec![(1, 0, 0)], vec![]]);
    }
}
