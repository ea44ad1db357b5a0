//! What came of it.

use std::vec::Vec;

use crate::Time;

/// Counts and sums of some calls.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Calls that came.
    pub offered: u64,
    /// Calls answered.
    pub answered: u64,
    /// Calls whose caller hung up before that.
    pub abandoned: u64,
    /// Calls refused, or that left some other way: a longest wait, an overflow.
    pub left: u64,
    /// Calls that did not find an agent at once.
    pub waited: u64,
    /// Answered within the service level of their queue.
    pub in_level: u64,
    /// Waits of all calls, in seconds.
    pub wait_s: f64,
    /// Waits of the answered calls, in seconds.
    pub answer_s: f64,
    /// Talk of the answered calls, in seconds.
    pub talk_s: f64,
}

impl Tally {
    pub(super) fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.answered += other.answered;
        self.abandoned += other.abandoned;
        self.left += other.left;
        self.waited += other.waited;
        self.in_level += other.in_level;
        self.wait_s += other.wait_s;
        self.answer_s += other.answer_s;
        self.talk_s += other.talk_s;
    }

    /// Share of the offered calls that were answered within the service level.
    #[must_use]
    pub fn service_level(&self) -> f64 {
        ratio(self.in_level as f64, self.offered)
    }

    /// Share of the offered calls whose caller hung up.
    #[must_use]
    pub fn abandonment(&self) -> f64 {
        ratio(self.abandoned as f64, self.offered)
    }

    /// Share of the offered calls that had to wait.
    #[must_use]
    pub fn wait_probability(&self) -> f64 {
        ratio(self.waited as f64, self.offered)
    }

    /// Average wait of all calls, in seconds.
    #[must_use]
    pub fn average_wait_s(&self) -> f64 {
        ratio(self.wait_s, self.offered)
    }

    /// Average speed of answer: average wait of the answered calls, in seconds.
    #[must_use]
    pub fn average_answer_s(&self) -> f64 {
        ratio(self.answer_s, self.answered)
    }
}

fn ratio(a: f64, n: u64) -> f64 {
    if n == 0 { 0.0 } else { a / n as f64 }
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// An agent answered it.
    Answered,
    /// Its caller hung up before that.
    Abandoned,
    /// It was refused, left some other way, or waited still when everybody had gone home.
    Left,
}

/// One call of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// Which stream it is of, by its place in the centre.
    pub stream: u32,
    /// When it came.
    pub came: Time,
    /// What became of it.
    pub fate: Fate,
    /// How long it waited, in milliseconds.
    pub waited_ms: u64,
    /// How long it talked, in milliseconds.
    pub talked_ms: u64,
    /// The agent that answered, group after group.
    pub agent: Option<u32>,
}

impl CallRecord {
    pub(super) const fn new(stream: u32, came: Time) -> Self {
        Self { stream, came, fate: Fate::Left, waited_ms: 0, talked_ms: 0, agent: None }
    }
}

/// One run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// All counted calls.
    pub total: Tally,
    /// The calls of each stream.
    pub streams: Vec<Tally>,
    /// The calls of each interval, by when they came.
    pub intervals: Vec<Tally>,
    /// For each agent, group after group: seconds on calls, and seconds logged in.
    pub agents: Vec<(f64, f64)>,
    /// Calls of each stream (outer) that each group (inner) answered.
    pub answered_by: Vec<Vec<u64>>,
    /// The counted calls in the order in which they came, if the centre
    /// [keeps](super::Centre::keep_calls) them.
    pub calls: Vec<CallRecord>,
}

impl Report {
    /// Seconds on calls as a share of the seconds logged in, over all agents.
    #[must_use]
    pub fn occupancy(&self) -> f64 {
        let sums = self.agents.iter();
        let (busy, there) = sums.fold((0.0, 0.0), |(b, t), agent| (b + agent.0, t + agent.1));
        if there > 0.0 { busy / there } else { 0.0 }
    }
}

/// An average over several runs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The average.
    pub mean: f64,
    /// Its standard error; the truth is within two of them 19 times out of 20.
    pub error: f64,
}

impl Estimate {
    /// The average of these values and how sure it is.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        if values.is_empty() {
            return Self::default();
        }
        let mean = values.iter().sum::<f64>() / n;
        if values.len() == 1 {
            return Self { mean, error: f64::INFINITY };
        }
        let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
        Self { mean, error: (squares / (n - 1.0) / n).sqrt() }
    }
}

/// Several runs together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Study {
    /// Share of the offered calls answered within the service level.
    pub service_level: Estimate,
    /// Share of the offered calls abandoned.
    pub abandonment: Estimate,
    /// Share of the offered calls that waited.
    pub wait_probability: Estimate,
    /// Average wait of all calls, in seconds.
    pub average_wait_s: Estimate,
    /// Average speed of answer, in seconds.
    pub average_answer_s: Estimate,
    /// Agents' time on calls over their time logged in.
    pub occupancy: Estimate,
    /// The runs.
    pub runs: Vec<Report>,
}

impl Study {
    pub(super) fn of(runs: &[Report]) -> Self {
        let over = |f: &dyn Fn(&Report) -> f64| {
            let values: Vec<f64> = runs.iter().map(f).collect();
            Estimate::of(&values)
        };
        Self {
            service_level: over(&|run| run.total.service_level()),
            abandonment: over(&|run| run.total.abandonment()),
            wait_probability: over(&|run| run.total.wait_probability()),
            average_wait_s: over(&|run| run.total.average_wait_s()),
            average_answer_s: over(&|run| run.total.average_answer_s()),
            occupancy: over(&Report::occupancy),
            runs: runs.to_vec(),
        }
    }

    /// An average of anything else a report says.
    #[must_use]
    pub fn estimate(&self, of: impl Fn(&Report) -> f64) -> Estimate {
        let values: Vec<f64> = self.runs.iter().map(of).collect();
        Estimate::of(&values)
    }
}
