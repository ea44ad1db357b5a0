//! Working hours. `trunkline.calendar.Calendar` is the class that users see.

use acd_core::Time;
use acd_core::calendar::{
    Calendar, CalendarError, Closed, Date, Day, DayRule, Offset, Period, State, Weekday,
};
use pyo3::prelude::*;

use crate::errors::{AcdError, Reason};
use crate::words::{Words, record, value};

const WEEKDAYS: Words<Weekday> = &[
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

record! {
    /// Whether it is open at an instant, and if not, why.
    "trunkline.calendar" HoursState {
        /// Whether it is open.
        is_open: bool,
        /// Why it is closed: a `Closed`. None: it is open.
        why: Option<&'static str>,
        /// The reason of a holiday, of your own list.
        reason: Option<u32>,
    }
}

/// What holds on a special date, and where its periods are kept.
enum Rule {
    Closed(u16),
    As(Weekday),
    Hours(Box<[Period]>),
}

impl Rule {
    fn lent(&self) -> DayRule<'_> {
        match self {
            Self::Closed(reason) => DayRule::Closed(*reason),
            Self::As(weekday) => DayRule::As(*weekday),
            Self::Hours(periods) => DayRule::Hours(periods),
        }
    }
}

type Periods = Vec<(u16, u16)>;

/// A special date as Python hands it over: the date, then a reason, a weekday or periods.
type SpecialDay = (i16, u8, u8, Option<u16>, Option<String>, Option<Periods>);

/// The tables of a calendar.
#[pyclass(module = "trunkline._native", frozen)]
pub(super) struct Hours {
    offsets: Box<[Offset]>,
    week: [Box<[Period]>; 7],
    days: Box<[(Date, Rule)]>,
}

fn periods(of: Periods) -> Box<[Period]> {
    of.into_iter().map(|(start, end)| Period { start, end }).collect()
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn wrong(error: CalendarError) -> PyErr {
    let subject = match error {
        CalendarError::Week(day) => Some(day.into()),
        CalendarError::Offset(place) => Some(place as u64),
        _ => None,
    };
    Reason::new("calendar").about(subject).within(AcdError::new_err(error.to_string()))
}

impl Hours {
    /// The special dates as the core wants them.
    pub(super) fn days(&self) -> Box<[Day<'_>]> {
        self.days.iter().map(|(date, rule)| Day { date: *date, rule: rule.lent() }).collect()
    }

    /// The calendar of these tables and these [`days`](Self::days).
    pub(super) fn calendar<'a>(&'a self, days: &'a [Day<'a>]) -> Calendar<'a> {
        let week = self.week.each_ref().map(|periods| &**periods);
        Calendar { offsets: &self.offsets, week, days }
    }

    fn look<R>(&self, look: impl FnOnce(&Calendar<'_>) -> R) -> R {
        look(&self.calendar(&self.days()))
    }
}

#[pymethods]
impl Hours {
    #[new]
    fn new(week: [Periods; 7], days: Vec<SpecialDay>, offsets: Vec<(u64, i32)>) -> PyResult<Self> {
        let days: Box<[_]> = days
            .into_iter()
            .map(|(year, month, day, closed, weekday, hours)| {
                let rule = match (closed, weekday, hours) {
                    (Some(reason), ..) => Rule::Closed(reason),
                    (None, Some(like), _) => Rule::As(value(WEEKDAYS, "days", &like)?),
                    (None, None, hours) => Rule::Hours(periods(hours.unwrap_or_default())),
                };
                Ok((Date::new(year, month, day), rule))
            })
            .collect::<PyResult<_>>()?;
        let offsets = offsets
            .into_iter()
            .map(|(from, seconds)| Offset { from: Time::from_ms(from), seconds })
            .collect();
        let hours = Self { offsets, week: week.map(periods), days };
        hours.calendar(&hours.days()).check().map_err(wrong)?;
        Ok(hours)
    }

    /// Whether it is open at this instant in ms, and if not, why.
    fn state(&self, at: u64) -> HoursState {
        let (why, reason) = match self.look(|calendar| calendar.state(Time::from_ms(at))) {
            State::Open => (None, None),
            State::Closed(Closed::OutOfHours) => (Some("out_of_hours"), None),
            State::Closed(Closed::Break) => (Some("break"), None),
            State::Closed(Closed::DayOff) => (Some("day_off"), None),
            State::Closed(Closed::Holiday(reason)) => (Some("holiday"), Some(reason.into())),
            State::Closed(_) => (Some("unknown"), None),
        };
        HoursState { is_open: why.is_none(), why, reason }
    }

    /// When the state is another one for the first time after this instant, in ms.
    fn next_change(&self, at: u64) -> Option<u64> {
        self.look(|calendar| calendar.next_change(Time::from_ms(at))).map(Time::ms)
    }

    /// The first instant from this one on at which it is open, in ms.
    fn next_open(&self, at: u64) -> Option<u64> {
        self.look(|calendar| calendar.next_open(Time::from_ms(at))).map(Time::ms)
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<HoursState>()?;
    module.add_class::<Hours>()
}
