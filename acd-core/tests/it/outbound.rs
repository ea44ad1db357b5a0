//! Calling out.

use acd_core::Time;
use acd_core::calendar::{Calendar, Period};
use acd_core::outbound::*;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

proptest! {
    /// INV-57: whoever answers, the share of abandoned calls cannot exceed the cap, as long as
    /// the agents that were counted on stay.
    #[test]
    fn inv_57_the_cap_cannot_be_exceeded(
        cap in 0u16..200,
        dials_per_100_agents in 100u16..400,
        agents in 0u32..20,
        events in proptest::collection::vec(any::<u8>(), 1..600),
    ) {
        let mut pacer = Pacer::new(Mode::Predictive { dials_per_100_agents }, cap).unwrap();
        let mut busy = 0;
        for event in events {
            let counters = pacer.counters();
            match event % 4 {
                // Agents are never taken while more is being dialled than the rest could serve.
                0 if busy > 0 => busy -= 1,
                1 if counters.dialling > 0 => pacer.unanswered(),
                2 if counters.dialling > 0 => {
                    let served = busy < agents;
                    busy += u32::from(served);
                    pacer.answered(served);
                }
                _ => {
                    let _ = pacer.dial(agents - busy);
                }
            }
            let PacerCounters { live, abandoned, dialling, .. } = pacer.counters();
            // Were all answered now, the cap would still hold.
            let unserved = u64::from(dialling.saturating_sub(agents - busy));
            let (worst, of) = (abandoned + unserved, live + u64::from(dialling));
            prop_assert!(worst * 1_000 <= of * u64::from(cap), "{worst} of {of}, cap {cap}");
        }
    }

    /// INV-58: a guard speaks at the very contact that crosses a limit, once.
    #[test]
    fn inv_58_a_guard_speaks_once_at_the_crossing(
        events in proptest::collection::vec(0u8..20, 1..400),
        sample_min in 0u32..50,
    ) {
        let rails = GuardRails {
            complaints_max: 3,
            success_min_per_mille: 50,
            success_high_per_mille: 200,
            sample_min,
        };
        let mut guard = Guard::new(rails).unwrap();
        let (mut contacts, mut successes, mut complaints) = (0_u64, 0_u64, 0_u64);
        let mut suspended = false;
        for event in events {
            let said = if event == 0 {
                complaints += 1;
                guard.complaint()
            } else {
                contacts += 1;
                successes += u64::from(event < 4);
                guard.contact(event < 4)
            };
            let enough = contacts > 0 && contacts >= u64::from(sample_min);
            let expected = if complaints > 3 {
                Some(GuardEvent::SuspendedByComplaints)
            } else if enough && successes * 20 < contacts {
                Some(GuardEvent::SuspendedByFailure)
            } else {
                None
            };
            if suspended {
                prop_assert_eq!(said, None);
            } else if expected.is_some() {
                prop_assert_eq!(said, expected);
                suspended = true;
            } else {
                let many = enough && successes * 5 > contacts && complaints == 0;
                prop_assert_eq!(guard.is_intensified(), many);
                prop_assert!(said.is_none_or(|said| said == GuardEvent::Intensified && many));
            }
            prop_assert_eq!(guard.is_suspended(), suspended);
        }
        guard.resume();
        prop_assert!(!guard.is_suspended());
    }
}

#[test]
fn progressive_dialling_never_runs_ahead() {
    let mut pacer = Pacer::new(Mode::Progressive, 1_000).unwrap();
    assert!((0..5).all(|_| pacer.dial(5)));
    assert!(!pacer.dial(5));
    pacer.unanswered();
    assert!(pacer.dial(5));
}

#[test]
fn tries_run_out_and_keep_to_the_hours() {
    let day = [Period::of(9, 0, 20, 0)];
    let hours = Calendar { week: [&day, &day, &day, &day, &day, &[], &[]], ..Calendar::default() };
    let rules = RetryRules::default();
    // The epoch was a Thursday; Friday 19:55.
    let friday = Time::from_secs(86_400 + 19 * 3_600 + 55 * 60);
    let monday = Time::from_secs(4 * 86_400 + 9 * 3_600);
    assert_eq!(rules.next_try(Outcome::Busy, 1, friday, &hours), Some(monday));
    let soon = rules.next_try(Outcome::Congestion, 2, friday, &hours);
    assert_eq!(soon, Some(friday.plus(120_000)));
    assert_eq!(rules.next_try(Outcome::Busy, 3, friday, &hours), None);
    for never in [Outcome::Reached, Outcome::Invalid, Outcome::DoNotCall] {
        assert_eq!(rules.next_try(never, 1, friday, &hours), None);
    }
}
