//! A run that is watched.

use std::fmt;
use std::vec::Vec;

use super::report::Report;
use super::world::World;
use crate::{Engine, Error, Output, QueueCounters, Staff, Time};

/// A run under way.
///
/// ```
/// use acd_core::Time;
/// use acd_core::sim::{Centre, Group, Stream};
///
/// let centre = Centre {
///     queues: vec![Default::default()],
///     streams: vec![Stream { calls_per_hour: vec![60.0], ..Stream::default() }],
///     groups: vec![Group { agents: 4, queues: vec![(0, Default::default())], ..Group::default() }],
///     ..Centre::default()
/// };
/// let mut run = centre.start(1)?;
/// let mut busiest = 0;
/// for minute in 1.. {
///     let more = run.play_until(Time::from_secs(60 * minute))?;
///     busiest = busiest.max(run.queue(0).map_or(0, |(queue, _)| queue.talking));
///     if !more {
///         break;
///     }
/// }
/// assert!(busiest > 0 && busiest <= 4);
/// assert_eq!(run.finish(), centre.run(1)?);
/// # Ok::<(), acd_core::Error>(())
/// ```
pub struct Playing(pub(super) World);

impl Playing {
    /// Plays what happens until then, that instant included; whether anything is left to happen.
    ///
    /// # Errors
    /// As [`Centre::run`](super::Centre::run).
    pub fn play_until(&mut self, until: Time) -> Result<bool, Error> {
        self.0.play_until(until, &mut |_, _, _| {})
    }

    /// As [`play_until`](Self::play_until), and shows every output with its engine: to
    /// [`Stats`](crate::stats::Stats), so that a simulated day has the reports of a real one, to
    /// [`Accuracy`](crate::Accuracy), to whomever.
    ///
    /// # Errors
    /// As [`Centre::run`](super::Centre::run).
    pub fn watch_until(
        &mut self,
        until: Time,
        mut see: impl FnMut(&Engine<'_>, Time, &Output),
    ) -> Result<bool, Error> {
        self.0.seen = Some(Vec::new());
        let more = self.0.play_until(until, &mut see);
        self.0.seen = None;
        more
    }

    /// How the queue at this place of the centre stands: its counters since the beginning, and
    /// its agents. `None` when there is no such place.
    #[must_use]
    pub fn queue(&self, place: usize) -> Option<(QueueCounters, Staff)> {
        let queue = *self.0.queues.get(place)?;
        let counters = self.0.engine.queue_counters(queue).ok()?;
        Some((counters, self.0.engine.staff(queue).ok()?))
    }

    /// What came of it. A run that is not over ends where it is.
    #[must_use]
    pub fn finish(self) -> Report {
        self.0.report()
    }
}

impl fmt::Debug for Playing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Playing").finish_non_exhaustive()
    }
}
