//! Working hours: a pure function of an instant and a table.
//!
//! Weekly hours with several periods a day, holidays, make-up working days (调休), and the time
//! zone as a list of its changes of offset, handed in as data; the crate knows no time zone
//! database. On-duty groups, [`DutyGroup`](crate::DutyGroup), have a [`Calendar`] of
//! their own.
//!
//! ```
//! use acd_core::Time;
//! use acd_core::calendar::{Calendar, Closed, Date, Day, DayRule, Offset, Period, State, Weekday};
//!
//! let office = [Period::of(9, 0, 12, 0), Period::of(13, 30, 18, 0)];
//! let calendar = Calendar {
//!     offsets: &[Offset { from: Time::ZERO, seconds: 8 * 3600 }], // Beijing, no daylight saving
//!     week: [&office, &office, &office, &office, &office, &[], &[]],
//!     days: &[
//!         Day { date: Date::new(2026, 10, 1), rule: DayRule::Closed(1) }, // National Day
//!         Day { date: Date::new(2026, 10, 10), rule: DayRule::As(Weekday::Thursday) }, // make-up
//!     ],
//! };
//! assert_eq!(calendar.check(), Ok(()));
//!
//! let noon = Date::new(2026, 9, 30).midnight().plus((12 - 8) * 3_600_000);
//! assert_eq!(calendar.state(noon), State::Closed(Closed::Break));
//! let change = calendar.next_change(noon).expect("it opens again");
//! assert_eq!(change.since(noon), 90 * 60_000);
//! assert_eq!(calendar.state(change), State::Open);
//!
//! let national_day = Date::new(2026, 10, 1).midnight();
//! assert_eq!(calendar.state(national_day), State::Closed(Closed::Holiday(1)));
//! let saturday = Date::new(2026, 10, 10).midnight().plus(2 * 3_600_000);
//! assert_eq!(calendar.state(saturday), State::Open);
//! ```

use thiserror::Error;

use crate::time::Time;

const DAY_S: i64 = 86_400;
/// A calendar that does not change within so many days never does.
const HORIZON_DAYS: u64 = 800;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the days say it themselves")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// A day of the (proleptic Gregorian) calendar, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// The day of this year, month (1 to 12) and day of the month (from 1). Days past the end of
    /// a month run into the next one.
    #[must_use]
    pub const fn new(year: i16, month: u8, day: u8) -> Self {
        // Years begin in March here, so that the leap day comes last.
        let years = year as i32 - if month <= 2 { 1 } else { 0 };
        let era = years.div_euclid(400);
        let year_of_era = years.rem_euclid(400);
        let months = (month as i32 + 9).rem_euclid(12);
        let day_of_year = (153 * months + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// Which day of the week it is.
    #[must_use]
    pub const fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        match (self.0 as i64 + 3).rem_euclid(7) {
            0 => Weekday::Monday,
            1 => Weekday::Tuesday,
            2 => Weekday::Wednesday,
            3 => Weekday::Thursday,
            4 => Weekday::Friday,
            5 => Weekday::Saturday,
            _ => Weekday::Sunday,
        }
    }

    /// Its first instant in UTC; the epoch for days before it.
    #[must_use]
    pub const fn midnight(self) -> Time {
        if self.0 < 0 {
            return Time::ZERO;
        }
        Time::from_secs(self.0 as u64 * DAY_S as u64)
    }
}

/// Part of a day, in minutes since local midnight: from `start` to just before `end`.
///
/// Hours over midnight are two periods, one to 24:00 and one from 0:00 of the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First minute.
    pub start: u16,
    /// The minute after the last, at most 1440.
    pub end: u16,
}

impl Period {
    /// From one clock time to another, in hours and minutes.
    #[must_use]
    pub const fn of(from_hour: u8, from_minute: u8, to_hour: u8, to_minute: u8) -> Self {
        Self {
            start: from_hour as u16 * 60 + from_minute as u16,
            end: to_hour as u16 * 60 + to_minute as u16,
        }
    }
}

/// From this instant on, local time is so much ahead of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    /// When the offset begins to hold.
    pub from: Time,
    /// Seconds ahead of UTC; negative in the west.
    pub seconds: i32,
}

/// A date that is not like its day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day<'a> {
    /// Which date.
    pub date: Date,
    /// What holds on it.
    pub rule: DayRule<'a>,
}

/// What holds on a special date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DayRule<'a> {
    /// Closed all day, for a reason of the embedder's list.
    Closed(u16),
    /// The hours of that day of the week: a make-up working day.
    As(Weekday),
    /// Hours of its own.
    Hours(&'a [Period]),
}

/// Why it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Closed {
    /// Before the first or after the last period of the day.
    OutOfHours,
    /// Between two periods of the day.
    Break,
    /// A day without any.
    DayOff,
    /// A date with [`DayRule::Closed`], and its reason.
    Holiday(u16),
}

/// Whether it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Working hours.
    Open,
    /// Not.
    Closed(Closed),
}

/// What is wrong with a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// A day of the week (0 for Monday) has periods that overlap, are out of order, empty, or
    /// end after 24:00.
    #[error("the periods of week day {0} are not in order")]
    Week(u8),
    /// The same of a special date.
    #[error("the periods of {0:?} are not in order")]
    Periods(Date),
    /// A date is listed twice.
    #[error("{0:?} is listed twice")]
    Twice(Date),
    /// The changes of offset are not in order of time, or one is a day or more.
    #[error("offset number {0} is out of order or a day or more")]
    Offset(usize),
}

/// The hours of an office or a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calendar<'a> {
    /// Changes of the offset from UTC, in order of time. Before the first, its offset holds too;
    /// none at all is UTC.
    pub offsets: &'a [Offset],
    /// The periods of Monday to Sunday, each in order.
    pub week: [&'a [Period]; 7],
    /// Dates that differ.
    pub days: &'a [Day<'a>],
}

impl<'a> Calendar<'a> {
    /// Finds what is wrong with the table. [`state`](Self::state) answers for any table; only for
    /// a sound one does the answer mean something.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn check(&self) -> Result<(), CalendarError> {
        for (i, periods) in self.week.iter().enumerate() {
            if !in_order(periods) {
                return Err(CalendarError::Week(i as u8));
            }
        }
        for (i, day) in self.days.iter().enumerate() {
            if matches!(day.rule, DayRule::Hours(periods) if !in_order(periods)) {
                return Err(CalendarError::Periods(day.date));
            }
            if self.days[..i].iter().any(|other| other.date == day.date) {
                return Err(CalendarError::Twice(day.date));
            }
        }
        for (i, offset) in self.offsets.iter().enumerate() {
            let late = i > 0 && self.offsets[i - 1].from >= offset.from;
            if late || i64::from(offset.seconds).abs() >= DAY_S {
                return Err(CalendarError::Offset(i));
            }
        }
        Ok(())
    }

    /// Whether it is open at this instant, and if not, why.
    #[must_use]
    pub fn state(&self, at: Time) -> State {
        self.look(at).0
    }

    /// When [`state`](Self::state) is another one for the first time after this instant; `None`
    /// when that is not within two years.
    #[must_use]
    pub fn next_change(&self, at: Time) -> Option<Time> {
        let (state, mut until) = self.look(at);
        self.search(at, &mut until, |other| other != state)
    }

    /// The first instant from this one on at which it is open; `None` when there is none within
    /// two years.
    #[must_use]
    pub fn next_open(&self, at: Time) -> Option<Time> {
        let (state, mut until) = self.look(at);
        if state == State::Open {
            return Some(at);
        }
        self.search(at, &mut until, |other| other == State::Open)
    }

    fn search(&self, at: Time, until: &mut Time, found: impl Fn(State) -> bool) -> Option<Time> {
        let horizon = at.plus(HORIZON_DAYS * DAY_S as u64 * 1000);
        while *until < horizon {
            let (state, next) = self.look(*until);
            if found(state) {
                return Some(*until);
            }
            *until = next;
        }
        None
    }

    /// The local date of an instant.
    #[must_use]
    pub fn date(&self, at: Time) -> Date {
        Date(self.local(at).0)
    }

    /// The state, and an instant after this one up to which it surely stays.
    fn look(&self, at: Time) -> (State, Time) {
        let (day, second, changes) = self.local(at);
        let minute = (second / 60) as u16;
        let date = Date(day);
        let special = self.days.iter().find(|special| special.date == date);
        let periods = match special.map(|special| special.rule) {
            Some(DayRule::Closed(reason)) => {
                let state = State::Closed(Closed::Holiday(reason));
                return (state, self.stays(at, second, 1440, changes));
            }
            Some(DayRule::As(weekday)) => self.week[weekday as usize],
            Some(DayRule::Hours(periods)) => periods,
            None => self.week[date.weekday() as usize],
        };
        let next = periods.iter().find(|period| minute < period.end);
        let (state, until) = match next {
            Some(period) if period.start <= minute => (State::Open, period.end),
            Some(period) if period.start > periods[0].start => {
                (State::Closed(Closed::Break), period.start)
            }
            Some(period) => (State::Closed(Closed::OutOfHours), period.start),
            None if periods.is_empty() => (State::Closed(Closed::DayOff), 1440),
            None => (State::Closed(Closed::OutOfHours), 1440),
        };
        (state, self.stays(at, second, until.min(1440), changes))
    }

    /// The instant of a local minute later that day, or of the next change of offset.
    fn stays(&self, at: Time, second: i64, minute: u16, changes: Time) -> Time {
        let ahead = (i64::from(minute) * 60 - second).max(1) as u64 * 1000;
        at.plus(ahead - at.ms() % 1000).min(changes)
    }

    /// Local day and second of the day, and when the offset changes next.
    fn local(&self, at: Time) -> (i32, i64, Time) {
        let after = self.offsets.partition_point(|offset| offset.from <= at);
        let current = self.offsets.get(after.saturating_sub(1));
        let seconds = current.map_or(0, |offset| i64::from(offset.seconds));
        let changes = self.offsets.get(after).map_or(Time::MAX, |next| next.from);
        let local = (at.ms() / 1000) as i64 + seconds;
        let day = local.div_euclid(DAY_S).clamp(i32::MIN.into(), i32::MAX.into());
        (day as i32, local.rem_euclid(DAY_S), changes)
    }
}

fn in_order(periods: &[Period]) -> bool {
    let mut from = 0;
    periods.iter().all(|period| {
        let sound = period.start >= from && period.start < period.end && period.end <= 1440;
        from = period.end;
        sound
    })
}
