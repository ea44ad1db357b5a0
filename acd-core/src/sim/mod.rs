//! A call centre to experiment with: random callers and agents around the very engine that runs
//! in production.
//!
//! A [`Centre`] says who calls when, how patient they are, how long they talk, who works when and
//! by which rules the queues run. [`Centre::run`] plays it once from a seed; [`Centre::study`]
//! plays it from several and says how sure the averages are; [`Centre::start`] plays it bit by
//! bit, to be watched.
//!
//! ```
//! use acd_core::sim::{Centre, Draw, Group, Stream};
//! use acd_core::{Membership, QueueConfig};
//!
//! let centre = Centre {
//!     queues: vec![QueueConfig::default()],
//!     streams: vec![Stream {
//!         calls_per_hour: vec![200.0], // all day
//!         handle: Draw::Exponential(180.0),
//!         patience: Some(Draw::Exponential(120.0)),
//!         ..Stream::default()
//!     }],
//!     groups: vec![Group { agents: 12, queues: vec![(0, Membership::default())], ..Group::default() }],
//!     length_s: 8 * 3600,
//!     ..Centre::default()
//! };
//! let day = centre.run(1)?;
//! assert_eq!(day.total.offered, day.total.answered + day.total.abandoned + day.total.left);
//! assert_eq!(centre.run(1)?, day, "the same seed, the same day");
//! # Ok::<(), acd_core::Error>(())
//! ```

mod draw;
mod playing;
mod report;
mod world;

use std::vec::Vec;

use crate::{CallOrder, Error, Membership, QueueConfig, Skill, Time};

pub use draw::Draw;
pub use playing::Playing;
pub use report::{CallRecord, Estimate, Fate, Report, Study, Tally};

/// Calls of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// Which queue they join, by its place in [`Centre::queues`].
    pub queue: usize,
    /// Their priority.
    pub priority: i32,
    /// What they ask for.
    pub needs: Vec<Skill>,
    /// Calls an hour, for each interval of [`Centre::interval_s`] in turn; the last one goes on.
    /// Arrivals are random (Poisson) inside an interval.
    pub calls_per_hour: Vec<f64>,
    /// How long they talk.
    pub handle: Draw,
    /// How long they wait before they hang up; `None`: for ever.
    pub patience: Option<Draw>,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            queue: 0,
            priority: 0,
            needs: Vec::new(),
            calls_per_hour: Vec::new(),
            handle: Draw::Exponential(180.0),
            patience: None,
        }
    }
}

/// Agents who are alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// How many.
    pub agents: u32,
    /// Which queues they serve, by place, and how.
    pub queues: Vec<(usize, Membership)>,
    /// What they can do.
    pub skills: Vec<Skill>,
    /// When they work: from and to so many seconds. Empty: always.
    pub shifts: Vec<(u32, u32)>,
    /// How long they take to answer. `None`: no time.
    pub answer: Option<Draw>,
}

/// A call centre.
#[derive(Clone, Debug, PartialEq)]
pub struct Centre {
    /// Its queues.
    pub queues: Vec<QueueConfig>,
    /// Which call an agent of several queues gets.
    pub call_order: CallOrder,
    /// Who calls.
    pub streams: Vec<Stream>,
    /// Who answers.
    pub groups: Vec<Group>,
    /// Seconds an interval lasts. Default: half an hour.
    pub interval_s: u32,
    /// How long calls arrive, in seconds. Those inside are played to their end.
    pub length_s: u32,
    /// Calls that arrive in the first so many seconds are played but not counted.
    pub warm_up_s: u32,
    /// The most calls there can be at a time. Default: 100 000.
    pub calls_max: u32,
    /// Whether the report holds every call. Default: no.
    pub keep_calls: bool,
}

impl Default for Centre {
    fn default() -> Self {
        Self {
            queues: Vec::new(),
            call_order: CallOrder::default(),
            streams: Vec::new(),
            groups: Vec::new(),
            interval_s: 1_800,
            length_s: 3_600,
            warm_up_s: 0,
            calls_max: 100_000,
            keep_calls: false,
        }
    }
}

impl Centre {
    /// Plays the centre once.
    ///
    /// # Errors
    /// A queue, skill or membership the engine refuses, or a place that is out of range; a full
    /// centre refuses calls, which is not an error.
    pub fn run(&self, seed: u64) -> Result<Report, Error> {
        let mut playing = self.start(seed)?;
        playing.play_until(Time::MAX)?;
        Ok(playing.finish())
    }

    /// Begins to play the centre, for somebody who watches.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn start(&self, seed: u64) -> Result<Playing, Error> {
        Ok(Playing(world::World::new(self.clone(), seed)?))
    }

    /// Plays the centre from so many seeds, the first and those after it.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn study(&self, first_seed: u64, runs: u32) -> Result<Study, Error> {
        let reports: Result<Vec<_>, _> =
            (0..u64::from(runs)).map(|n| self.run(first_seed.wrapping_add(n))).collect();
        Ok(Study::of(&reports?))
    }
}
