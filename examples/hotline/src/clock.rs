//! The wall clock the call centre lives by.
//!
//! Everything that depends on the time of day (working hours, lunch break, holidays, timers of the
//! engines, the times in recordings and call records) asks this one clock. It can be set to start
//! at any moment, so that a demonstration can ring in the lunch break whenever it is run.

use std::time::Instant;

use jiff::Timestamp;

/// Milliseconds since the Unix epoch that advance with the machine's monotonic clock: a step of
/// the system time during a call moves no timer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    base_ms: i64,
}

impl Clock {
    /// A clock that shows `start` now, or the system's time where none is given.
    pub(crate) fn new(start: Option<Timestamp>) -> Clock {
        let start = start.unwrap_or_else(Timestamp::now);
        Clock { started: Instant::now(), base_ms: start.as_millisecond() }
    }

    /// Milliseconds since the Unix epoch, UTC.
    pub(crate) fn now_ms(&self) -> u64 {
        let elapsed = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        u64::try_from(self.base_ms.saturating_add(elapsed)).unwrap_or(0)
    }

    /// The monotonic instant at which this clock will show `ms`; now, if that is past.
    pub(crate) fn instant_of(&self, ms: u64) -> Instant {
        Instant::now() + std::time::Duration::from_millis(ms.saturating_sub(self.now_ms()))
    }

    /// Microseconds since this clock was made: arrival times for the jitter buffers.
    pub(crate) fn elapsed_us(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// `ms` as an RFC 3339 text in UTC.
    pub(crate) fn text(ms: u64) -> String {
        i64::try_from(ms)
            .ok()
            .and_then(|ms| Timestamp::from_millisecond(ms).ok())
            .map_or_else(String::new, |t| format!("{t:.3}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_where_it_is_told() {
        let start: Timestamp = "2026-11-23T11:59:10+08:00".parse().unwrap();
        let clock = Clock::new(Some(start));
        let now = clock.now_ms();
        let start = start.as_millisecond() as u64;
        assert!((start..start + 5_000).contains(&now));
        assert_eq!(Clock::text(start), "2026-11-23T03:59:10.000Z");
    }
}
