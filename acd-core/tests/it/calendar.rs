//! Working hours.

use acd_core::calendar::*;
use acd_core::*;
use proptest::prelude::*;

const HOUR: u64 = 3_600_000;
const OFFICE: [Period; 2] = [Period::of(8, 30, 12, 0), Period::of(13, 0, 17, 30)];

/// Berlin around the changes of 2026: +1 h, +2 h from 29 March 01:00 UTC to 25 October 01:00 UTC.
fn berlin() -> [Offset; 3] {
    let at = |month, day| Date::new(2026, month, day).midnight().plus(HOUR);
    [
        Offset { from: Time::ZERO, seconds: 3_600 },
        Offset { from: at(3, 29), seconds: 7_200 },
        Offset { from: at(10, 25), seconds: 3_600 },
    ]
}

#[test]
fn dates_know_their_day_of_the_week() {
    assert_eq!(Date::new(1970, 1, 1).days(), 0);
    assert_eq!(Date::new(2000, 3, 1).days(), 11_017);
    assert_eq!(Date::new(2024, 2, 29).weekday(), Weekday::Thursday);
    assert_eq!(Date::new(2026, 11, 22).weekday(), Weekday::Sunday);
    assert_eq!(Date::new(1969, 12, 31).weekday(), Weekday::Wednesday);
}

#[test]
fn inv_22_a_lost_and_a_doubled_hour_keep_local_hours() {
    let offsets = berlin();
    let night = [Period::of(2, 15, 2, 45)];
    let calendar = Calendar { offsets: &offsets, week: [&night; 7], days: &[] };
    let utc =
        |month, day, minutes: u64| Date::new(2026, month, day).midnight().plus(minutes * 60_000);
    // 28 March: 02:15 local is 01:15 UTC.
    assert_eq!(calendar.state(utc(3, 28, 75)), State::Open);
    // 29 March: 01:59 local is followed by 03:00; there is no 02:15.
    assert_eq!(calendar.state(utc(3, 29, 59)), State::Closed(Closed::OutOfHours));
    assert_eq!(calendar.next_open(utc(3, 28, 105)), Some(utc(3, 30, 15)));
    // 25 October: 02:15 local comes twice, at 00:15 and 01:15 UTC.
    assert_eq!(calendar.next_open(utc(10, 25, 0)), Some(utc(10, 25, 15)));
    assert_eq!(calendar.next_change(utc(10, 25, 15)), Some(utc(10, 25, 45)));
    assert_eq!(calendar.next_open(utc(10, 25, 45)), Some(utc(10, 25, 75)));
}

#[test]
fn unsound_tables_are_named() {
    let overlap = [Period::of(9, 0, 12, 0), Period::of(11, 0, 13, 0)];
    let mut calendar = Calendar::default();
    calendar.week[2] = &overlap;
    assert_eq!(calendar.check(), Err(CalendarError::Week(2)));
    let date = Date::new(2026, 5, 1);
    let days =
        [Day { date, rule: DayRule::Closed(0) }, Day { date, rule: DayRule::As(Weekday::Monday) }];
    let calendar = Calendar { days: &days, ..Calendar::default() };
    assert_eq!(calendar.check(), Err(CalendarError::Twice(date)));
    let offsets = [Offset { from: Time(5), seconds: 0 }, Offset { from: Time(5), seconds: 1 }];
    let calendar = Calendar { offsets: &offsets, ..Calendar::default() };
    assert_eq!(calendar.check(), Err(CalendarError::Offset(1)));
}

#[test]
fn a_calendar_that_never_opens_says_so() {
    assert_eq!(Calendar::default().next_open(Time(5)), None);
    assert_eq!(Calendar::default().next_change(Time(5)), None);
    assert_eq!(Calendar::default().state(Time::MAX), State::Closed(Closed::DayOff));
}

proptest! {
    /// Between an instant and its next change every instant has the same state, and at the
    /// change it has another.
    #[test]
    fn inv_22_nothing_changes_before_the_next_change(
        start in 0u64..400 * 24 * 60,
        ms in 0u64..60_000,
        part in 0u64..1_000,
    ) {
        let offsets = berlin();
        let short = [Period::of(0, 0, 6, 0), Period::of(22, 0, 24, 0)];
        let holiday = Date::new(2026, 5, 1);
        let days = [
            Day { date: holiday, rule: DayRule::Closed(3) },
            Day { date: Date::new(2026, 5, 2), rule: DayRule::As(Weekday::Friday) },
            Day { date: Date::new(2026, 5, 4), rule: DayRule::Hours(&short) },
        ];
        let calendar = Calendar {
            offsets: &offsets,
            week: [&OFFICE, &OFFICE, &OFFICE, &OFFICE, &OFFICE, &short, &[]],
            days: &days,
        };
        prop_assert_eq!(calendar.check(), Ok(()));
        let at = Date::new(2026, 1, 1).midnight().plus(start * 60_000 + ms);
        let change = calendar.next_change(at).expect("there is always one");
        prop_assert!(change > at);
        let between = at.plus((change.since(at) - 1) * part / 1_000);
        prop_assert_eq!(calendar.state(between), calendar.state(at));
        prop_assert_eq!(calendar.state(Time(change.ms() - 1)), calendar.state(at));
        prop_assert_ne!(calendar.state(change), calendar.state(at));
    }
}

proptest! {
    /// INV-05: whoever is on duty serves the queue, nobody else does; calls outside the hours wait
    /// for them to come, and are offered at the instant at which they do.
    #[test]
    fn inv_05_a_group_serves_in_its_hours_only(
        minutes in proptest::collection::vec(1u64..600, 1..40),
        agents in 1u64..4,
    ) {
        let calendar = Calendar { week: [&OFFICE; 7], ..Calendar::default() };
        let mut engine = Engine::with_capacity(Limits::default()).expect("limits");
        let config = QueueConfig { ring_timeout_ms: u32::MAX, ..QueueConfig::default() };
        let queue = engine.add_queue(config).expect("room");
        let members: Vec<_> = (0..agents)
            .map(|tag| engine.add_agent(AgentConfig { tag, ..AgentConfig::default() }))
            .map(|agent| (agent.expect("room"), Membership::default()))
            .collect();
        let group = DutyGroup { queue, members: &members, hours: calendar };
        let mut now = Time(0);
        for (agent, _) in &members {
            let state = AgentRequest::Available;
            engine.handle(now, Input::AgentState { agent: *agent, state }).expect("an agent");
        }
        while engine.poll().is_some() {}
        for pass in minutes {
            let goal = now.plus(pass * 60_000);
            // At every change of the hours on the way, and at the goal, where somebody calls.
            loop {
                let next = calendar.next_change(now).filter(|at| *at < goal);
                now = next.unwrap_or(goal);
                engine.handle(now, Input::Tick).expect("time passes");
                while engine.poll().is_some() {}
                while let Some(change) = group.due(&engine, now) {
                    change.make(&mut engine).expect("it is due");
                    while engine.poll().is_some() {}
                }
                let open = calendar.state(now) == State::Open;
                let serving = engine.staff(queue).expect("a queue").members;
                prop_assert_eq!(u64::from(serving), if open { agents } else { 0 });
                let ringing = members.iter().any(|(agent, _)| {
                    engine.agent_state(*agent) == Ok(AgentState::Ringing)
                });
                let waiting = engine.queue_counters(queue).expect("a queue").waiting > 0;
                prop_assert_eq!(ringing, open && waiting, "at {:?}", now);
                if next.is_none() {
                    break;
                }
            }
            if engine.live_calls() < 200 {
                engine.handle(now, Input::Arrive(CallConfig::new(queue))).expect("room");
                while engine.poll().is_some() {}
            }
        }
    }
}
