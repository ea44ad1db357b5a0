//! Opening hours: which of open, closed and holiday a moment is. Zones and holidays are tables in
//! the program, so nothing here needs a time-zone database.

use crate::Time;
use crate::program::Flow;
use crate::program::records::{Period, Schedule};
use crate::program::words::{List, ScheduleId};

/// What a schedule says of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hours {
    /// Within a period.
    Open,
    /// Outside every period of a day that has some, or a day without any.
    Closed,
    /// A holiday.
    Holiday,
}

impl Hours {
    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::Open)
    }
}

/// A schedule's local day (since 1970-01-01) and minute of it.
fn local(flow: &Flow<'_>, schedule: Schedule, now: Time) -> (i64, i64) {
    let words = flow.words;
    // The last offset that began; before the first, the first.
    let (mut low, mut high) = (0, schedule.offsets.len(words));
    while low < high {
        let middle = low.midpoint(high);
        if schedule.offsets.at(words, middle).from <= now.0 {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let offset = schedule.offsets.get(words, low.saturating_sub(1));
    let seconds = offset.map_or(0, |o| i64::from(o.seconds as i32));
    let minutes = now.0.div_euclid(1000).saturating_add(seconds).div_euclid(60);
    (minutes.div_euclid(1440), minutes.rem_euclid(1440))
}

/// 0 is Monday: 1970-01-01 was a Thursday.
fn weekday_of(day: i64) -> u32 {
    (day + 3).rem_euclid(7) as u32
}

fn get(flow: &Flow<'_>, ScheduleId(id): ScheduleId) -> Option<Schedule> {
    flow.root.schedules.get(flow.words, id)
}

/// Monday is 1, Sunday 7, in the schedule's zone.
pub(crate) fn weekday(flow: &Flow<'_>, id: ScheduleId, now: Time) -> i64 {
    get(flow, id).map_or(1, |s| i64::from(weekday_of(local(flow, s, now).0)) + 1)
}

/// Minutes since local midnight.
pub(crate) fn minute(flow: &Flow<'_>, id: ScheduleId, now: Time) -> i64 {
    get(flow, id).map_or(0, |s| local(flow, s, now).1)
}

fn within(flow: &Flow<'_>, periods: List<Period>, weekday: u32, minute: i64) -> bool {
    periods.iter(flow.words).any(|p| {
        p.days >> weekday & 1 == 1 && i64::from(p.from) <= minute && minute < i64::from(p.to)
    })
}

/// What a schedule says of a moment.
pub(crate) fn state(flow: &Flow<'_>, id: ScheduleId, now: Time) -> Hours {
    let Some(schedule) = get(flow, id) else {
        return Hours::Closed;
    };
    let words = flow.words;
    let (day, minute) = local(flow, schedule, now);
    let (mut low, mut high) = (0, schedule.specials.len(words));
    while low < high {
        let middle = low.midpoint(high);
        if i64::from(schedule.specials.at(words, middle).day as i32) < day {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let special = schedule.specials.get(words, low);
    let special = special.filter(|s| i64::from(s.day as i32) == day);
    let open = match special {
        Some(s) if s.like == 0 => return Hours::Holiday,
        Some(s) if s.like == 8 => within(flow, s.periods, weekday_of(day), minute),
        Some(s) => within(flow, schedule.periods, (s.like - 1) & 7, minute),
        None => within(flow, schedule.periods, weekday_of(day), minute),
    };
    if open { Hours::Open } else { Hours::Closed }
}

/// Days since 1970-01-01 of a day of the Gregorian calendar (Howard Hinnant's `days_from_civil`).
#[cfg(any(feature = "std", test))]
pub(crate) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a day since 1970-01-01 (Howard Hinnant's `civil_from_days`).
pub(crate) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

pub(crate) const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::{civil_from_days, days_from_civil};

    #[test]
    fn days_and_dates_are_two_names_of_one_thing() {
        assert_eq!(days_from_civil(1970, 1, 1), 0);
        assert_eq!(days_from_civil(2000, 3, 1), 11_017);
        for day in -200_000..200_000 {
            let (y, m, d) = civil_from_days(day);
            assert_eq!(days_from_civil(y, m, d), day);
        }
    }
}
