//! # Routing: working hours
//!
//! Whether it is open at an instant: weekly hours with several periods a day, holidays and make-up
//! working days, and the time zone as a list of its changes of offset. The library knows no time zones:
//! hand in their changes.

use core::ffi::c_void;

use acd_core::Time;
use acd_core::calendar::{Calendar, Closed, Date, Day, DayRule, Offset, Period, State, Weekday};

use super::{small, unknown};
use crate::arena::Arena;
use crate::config::{Growing, optional, store_defaults};
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{input, store, writable};
use crate::tl_status;
use crate::values::{set64, tl_time};

/// Part of a day, in minutes since local midnight. Hours over midnight are two periods, one to 1,440
/// and one from 0 of the next day.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_period {
    /// The first minute.
    pub start: u16,
    /// The minute after the last, at most 1,440.
    pub end: u16,
}

/// From an instant on, local time is so much ahead of UTC.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_offset {
    /// When the offset begins to hold.
    pub from: tl_time,
    /// Seconds ahead of UTC; negative in the west.
    pub seconds: i32,
    /// Must be 0.
    pub reserved: u32,
}

/// What holds on a special date.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_day_rule {
    /// Closed all day, for the reason in `value`, of your own list, at most 65,535.
    TL_DAY_CLOSED = 0,
    /// The hours of the day of the week in `value`, 0 for Monday: a make-up working day.
    TL_DAY_AS = 1,
    /// Hours of its own: `periods`.
    TL_DAY_HOURS = 2,
}

/// A date that is not like its day of the week.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_day {
    /// Its year.
    pub year: i16,
    /// Its month, from 1 to 12.
    pub month: u8,
    /// Its day, from 1 to 31.
    pub day: u8,
    /// A `tl_day_rule`.
    pub rule: u32,
    /// What goes with it.
    pub value: u32,
    /// How many periods.
    pub period_count: u32,
    /// Its periods, in order.
    pub periods: *const tl_period,
}

/// Working hours. Everything is copied where they are used.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_calendar_config {
    /// Set by `tl_calendar_defaults`.
    pub struct_size: u32,
    /// How many periods Monday has, ..., Sunday. Default: 0, a day off.
    pub week_count: [u32; 7],
    /// The periods of Monday, ..., Sunday, each in order.
    pub week: [*const tl_period; 7],
    /// Changes of the offset from UTC, in order; before the first, its offset holds too. Default:
    /// none, UTC.
    pub offsets: *const tl_offset,
    /// How many.
    pub offset_count: usize,
    /// Dates that differ. Default: none.
    pub days: *const tl_day,
    /// How many.
    pub day_count: usize,
}

// SAFETY: repr(C), begins with a u32; eight u32, then words that are as wide as a pointer each, so
// there is no padding; a pointer of any bits is a value.
unsafe impl Growing for tl_calendar_config {
    const FIRST_SIZE: usize = 32 + 11 * size_of::<*const ()>();

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            week_count: [0; 7],
            week: [core::ptr::null(); 7],
            offsets: core::ptr::null(),
            offset_count: 0,
            days: core::ptr::null(),
            day_count: 0,
        }
    }
}

/// Copies what `from` makes of each element; while measuring nothing is stored.
pub(super) fn copied<T, U: Clone + 'static>(
    arena: &mut Arena,
    all: &[T],
    empty: U,
    from: impl Fn(&mut Arena, &T) -> Result<U, Failure>,
) -> Result<&'static [U], Failure> {
    let table = arena.table(all.len(), empty)?;
    for (at, one) in all.iter().enumerate() {
        let made = from(arena, one)?;
        if let Some(place) = table.get_mut(at) {
            *place = made;
        }
    }
    Ok(table)
}

/// # Safety
/// `from` is NULL or readable for `count` periods.
unsafe fn periods(
    arena: &mut Arena,
    from: *const tl_period,
    count: u32,
    name: &'static str,
) -> Result<&'static [Period], Failure> {
    // SAFETY: as this function's own contract.
    let all = unsafe { input(from, count as usize, name) }?;
    copied(arena, all, Period { start: 0, end: 0 }, |_, one| {
        Ok(Period { start: one.start, end: one.end })
    })
}

fn weekday(day: u32) -> Result<Weekday, Failure> {
    use Weekday as W;
    let week =
        [W::Monday, W::Tuesday, W::Wednesday, W::Thursday, W::Friday, W::Saturday, W::Sunday];
    week.get(day as usize).copied().map_or_else(|| unknown("the day of the week", day), Ok)
}

fn date(year: i16, month: u32, day: u32) -> Result<Date, Failure> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return Err(Failure::argument(format_args!("month {month}, day {day}")));
    }
    Ok(Date::new(year, small(month, "month")?, small(day, "day")?))
}

/// Copies working hours into an object's memory.
///
/// # Safety
/// Every pointer of it is NULL or readable for its count.
pub(super) unsafe fn lay(
    arena: &mut Arena,
    config: &tl_calendar_config,
) -> Result<Calendar<'static>, Failure> {
    let mut calendar = Calendar::default();
    // SAFETY: as this function's own contract.
    unsafe {
        for ((day, from), count) in calendar.week.iter_mut().zip(config.week).zip(config.week_count)
        {
            *day = periods(arena, from, count, "week")?;
        }
        let offsets = input(config.offsets, config.offset_count, "offsets")?;
        let none = Offset { from: Time::ZERO, seconds: 0 };
        calendar.offsets = copied(arena, offsets, none, |_, one| {
            Ok(Offset { from: Time::from_ms(one.from), seconds: one.seconds })
        })?;
        let days = input(config.days, config.day_count, "days")?;
        let none = Day { date: Date::new(1970, 1, 1), rule: DayRule::Closed(0) };
        calendar.days = copied(arena, days, none, |arena, one| {
            let rule = match one.rule {
                0 => DayRule::Closed(small(one.value, "value")?),
                1 => DayRule::As(weekday(one.value)?),
                2 => DayRule::Hours(periods(arena, one.periods, one.period_count, "periods")?),
                other => return unknown("rule", other),
            };
            Ok(Day { date: date(one.year, one.month.into(), one.day.into())?, rule })
        })?;
    }
    Ok(calendar)
}

fn checked(calendar: Calendar<'static>) -> Result<Calendar<'static>, Failure> {
    let wrong = |error| Failure::new(tl_status::TL_ERR_ACD_CONFIG, error);
    calendar.check().map_err(wrong)?;
    Ok(calendar)
}

/// Working hours, ready to be asked.
#[derive(Debug)]
pub struct tl_calendar {
    _opaque: [u8; 0],
}

impl Kind for tl_calendar {
    const MAGIC: u32 = u32::from_le_bytes(*b"tCal");
    type Value = Calendar<'static>;
}

/// Fills in hours that are never open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_calendar_defaults(
    config: *mut tl_calendar_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_calendar_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// Stores in `size` how many bytes these working hours take. `config` may be NULL for the defaults,
/// here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_calendar_size(
    config: *const tl_calendar_config,
    size: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_calendar_size", || unsafe {
        let config = optional(config)?;
        store(size, "size", object::size::<tl_calendar, _>(|arena| lay(arena, &config))?)?;
        Ok(tl_status::TL_OK)
    })
}

/// Makes a calendar in the caller's block of `size` bytes, aligned to `TL_ALIGN`; `config` is copied.
/// `TL_ERR_ACD_CONFIG`: periods or offsets out of order, or a date twice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_calendar_init(
    memory: *mut c_void,
    size: usize,
    config: *const tl_calendar_config,
    calendar: *mut *mut tl_calendar,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_calendar_init", || unsafe {
        let config = optional(config)?;
        let tables = |arena: &mut Arena| lay(arena, &config);
        object::init((memory.cast(), size), calendar, tables, checked)
    })
}

/// The same in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_calendar_new(
    config: *const tl_calendar_config,
    calendar: *mut *mut tl_calendar,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_calendar_new", || unsafe {
        let config = optional(config)?;
        object::create(calendar, |arena| lay(arena, &config), checked)
    })
}

/// Ends a calendar. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_calendar_free(calendar: *mut tl_calendar) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_calendar_free", calendar) }
}

/// Whether it is open.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_calendar_state {
    /// Working hours.
    TL_CALENDAR_OPEN = 1,
    /// Closed: before the first or after the last period of the day.
    TL_CALENDAR_OUT_OF_HOURS = 2,
    /// Closed: between two periods of the day.
    TL_CALENDAR_BREAK = 3,
    /// Closed: a day without any.
    TL_CALENDAR_DAY_OFF = 4,
    /// Closed: a date with `TL_DAY_CLOSED`.
    TL_CALENDAR_HOLIDAY = 5,
}

/// Stores whether it is open at an instant, a `tl_calendar_state`, and in `reason` that of a holiday,
/// else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_calendar_get_state(
    calendar: *const tl_calendar,
    at: tl_time,
    state: *mut u32,
    reason: *mut u32,
) -> tl_status {
    use tl_calendar_state as S;
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_calendar_get_state", calendar, |calendar| {
            writable(reason, "reason")?;
            let (found, why) = match calendar.state(Time::from_ms(at)) {
                State::Open => (S::TL_CALENDAR_OPEN, 0),
                State::Closed(Closed::Break) => (S::TL_CALENDAR_BREAK, 0),
                State::Closed(Closed::DayOff) => (S::TL_CALENDAR_DAY_OFF, 0),
                State::Closed(Closed::Holiday(why)) => (S::TL_CALENDAR_HOLIDAY, why.into()),
                State::Closed(_) => (S::TL_CALENDAR_OUT_OF_HOURS, 0),
            };
            store(state, "state", found as u32)?;
            store(reason, "reason", why)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores when the state is another one for the first time after an instant; `TL_NONE` when that is
/// not within two years.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_calendar_next_change(
    calendar: *const tl_calendar,
    at: tl_time,
    then: *mut tl_time,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_calendar_next_change", calendar, |calendar| {
            let next = calendar.next_change(Time::from_ms(at));
            store(then, "then", set64(next.map(Time::ms)))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the first instant from this one on at which it is open; `TL_NONE` when there is none within
/// two years.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_calendar_next_open(
    calendar: *const tl_calendar,
    at: tl_time,
    then: *mut tl_time,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_calendar_next_open", calendar, |calendar| {
            let next = calendar.next_open(Time::from_ms(at));
            store(then, "then", set64(next.map(Time::ms)))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the date of an instant, by the calendar's own clock: days since 1970-01-01.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_calendar_get_date(
    calendar: *const tl_calendar,
    at: tl_time,
    days: *mut i32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_calendar_get_date", calendar, |calendar| {
            store(days, "days", calendar.date(Time::from_ms(at)).days())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the days from 1970-01-01 to the day of a year, month from 1 to 12 and day of the month from
/// 1 to 31; days past the end of a month run into the next one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_calendar_days(
    year: i32,
    month: u32,
    day: u32,
    days: *mut i32,
) -> tl_status {
    guard("tl_calendar_days", || {
        let year =
            i16::try_from(year).map_err(|_| Failure::argument(format_args!("year is {year}")))?;
        // SAFETY: the header's contract for pointers.
        unsafe { store(days, "days", date(year, month, day)?.days()) }?;
        Ok(tl_status::TL_OK)
    })
}
