//! How many agents it takes: Erlang B, C and A, callers who wait only so long, and rosters.
//!
//! Closed forms and one-dimensional integrals, stable where factorials overflow. These are the
//! only floating-point numbers of the crate, and no routing decision depends on them.
//!
//! ```
//! use acd_core::staffing::{Load, Patience, Target, agents_needed, service};
//!
//! // 200 calls an hour of three minutes each: ten erlangs.
//! let load = Load { calls_per_hour: 200.0, handle_s: 180.0 };
//! let forever = service(load, Patience::Endless, 14, 20.0)?;
//! assert!((forever.wait_probability - 0.174_132).abs() < 1e-6);
//! assert!((forever.in_level - 0.888_350).abs() < 1e-6);
//!
//! let eighty_in_twenty = Target { share: 0.8, within_s: 20.0 };
//! assert_eq!(agents_needed(load, Patience::Endless, eighty_in_twenty)?, 14);
//! assert_eq!(agents_needed(load, Patience::Mean(120.0), eighty_in_twenty)?, 12);
//! # Ok::<(), acd_core::staffing::StaffingError>(())
//! ```
//!
//! Sources: A. K. Erlang 1917; C. Palm 1946; F. Baccelli and G. Hebuterne 1981 for the density
//! of the offered wait in M/M/n+G; S. Zeltyn and A. Mandelbaum 2005.

mod integral;
mod roster;

use thiserror::Error;

use integral::{exp, integrate};
pub use roster::roster;

/// A density e to the power of this smaller than at its summit is none.
const VANISHED: f64 = 40.0;

/// More agents than anybody has; a search that gets here gives up.
const MOST_AGENTS: u32 = 10_000_000;

/// What is wrong with a question about staffing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StaffingError {
    /// A number is not finite, or not positive where it must be.
    #[error("{0} must be a positive number")]
    NotPositive(&'static str),
    /// Nobody hangs up and there are not more agents than erlangs: the queue grows for ever.
    #[error("the queue grows for ever")]
    Unstable,
    /// The target is not a share between 0 and 1, or no number of agents reaches it.
    #[error("the target cannot be reached")]
    Unreachable,
    /// The slices of a roster do not fit each other, or a shift has no length.
    #[error("the intervals do not fit the shift")]
    Shape,
}

/// What comes in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Calls an hour.
    pub calls_per_hour: f64,
    /// Seconds an agent is busy with each, on average: talk and wrap-up.
    pub handle_s: f64,
}

impl Load {
    /// The load in erlangs: how many agents are busy on average if nobody ever leaves.
    #[must_use]
    pub fn erlangs(self) -> f64 {
        self.calls_per_hour * self.handle_s / 3600.0
    }
}

/// How long callers wait before they give up.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Patience {
    /// As long as it takes: Erlang C.
    Endless,
    /// So many seconds on average, exponentially distributed: Erlang A.
    Mean(f64),
    /// Exactly so many seconds: a queue with a longest wait.
    Exactly(f64),
}

/// What comes of it, in the long run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Service {
    /// Share of the calls that do not find a free agent.
    pub wait_probability: f64,
    /// Share of the calls that give up.
    pub abandoned: f64,
    /// Calls answered within the given time, as a share of all calls.
    pub in_level: f64,
    /// The same as a share of the answered calls.
    pub in_level_of_answered: f64,
    /// Average wait of all calls, in seconds.
    pub wait_s: f64,
    /// Average wait of the answered calls, in seconds: the average speed of answer.
    pub answer_s: f64,
    /// Calls waiting, on average.
    pub queue: f64,
    /// Share of their time the agents are busy.
    pub occupancy: f64,
}

/// A service level to reach: this share of all calls answered within so many seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Between 0 and 1.
    pub share: f64,
    /// Seconds.
    pub within_s: f64,
}

/// Erlang B: the share of calls that find all lines busy when there is no queue.
///
/// ```
/// # use acd_core::staffing::erlang_b;
/// assert!((erlang_b(5, 3.0)? - 0.110_054_347_8).abs() < 1e-9);
/// # Ok::<(), acd_core::staffing::StaffingError>(())
/// ```
///
/// # Errors
/// The load is negative or not a number.
pub fn erlang_b(lines: u32, erlangs: f64) -> Result<f64, StaffingError> {
    if !(erlangs.is_finite() && erlangs >= 0.0) {
        return Err(StaffingError::NotPositive("erlangs"));
    }
    if erlangs == 0.0 {
        return Ok(if lines == 0 { 1.0 } else { 0.0 });
    }
    Ok(1.0 / inverse_b(lines, erlangs))
}

/// 1 / B: grows without bound where B vanishes, and may be infinite.
fn inverse_b(lines: u32, erlangs: f64) -> f64 {
    let mut inverse = 1.0;
    for n in 1..=lines {
        inverse = 1.0 + f64::from(n) / erlangs * inverse;
    }
    inverse
}

/// What so many agents give to this load.
///
/// # Errors
/// A number that must be positive is not, or the queue grows for ever.
pub fn service(
    load: Load,
    patience: Patience,
    agents: u32,
    within_s: f64,
) -> Result<Service, StaffingError> {
    positive(load.calls_per_hour, "calls_per_hour")?;
    positive(load.handle_s, "handle_s")?;
    if !(within_s.is_finite() && within_s >= 0.0) {
        return Err(StaffingError::NotPositive("within_s"));
    }
    if agents == 0 {
        return Err(StaffingError::NotPositive("agents"));
    }
    match patience {
        Patience::Mean(s) | Patience::Exactly(s) => {
            positive(s, "patience")?;
            Ok(impatient(load, patience, agents, within_s))
        }
        Patience::Endless if load.erlangs() >= f64::from(agents) => Err(StaffingError::Unstable),
        Patience::Endless => Ok(endless(load, agents, within_s)),
    }
}

/// Erlang C, in closed form.
fn endless(load: Load, agents: u32, within_s: f64) -> Service {
    let (erlangs, agents) = (load.erlangs(), f64::from(agents));
    let busy = erlangs / agents;
    let waits = 1.0 / (busy + (1.0 - busy) * inverse_b(agents as u32, erlangs));
    let spare = (agents - erlangs) / load.handle_s;
    let wait_s = waits / spare;
    let in_level = 1.0 - waits * exp(-spare * within_s);
    Service {
        wait_probability: waits,
        abandoned: 0.0,
        in_level,
        in_level_of_answered: in_level,
        wait_s,
        answer_s: wait_s,
        queue: load.calls_per_hour / 3600.0 * wait_s,
        occupancy: busy,
    }
}

/// Callers who give up: by integrals over the wait that is offered.
fn impatient(load: Load, patience: Patience, agents: u32, within_s: f64) -> Service {
    let rate = load.calls_per_hour / 3600.0;
    let wait = OfferedWait { rate, pace: f64::from(agents) / load.handle_s, patience };
    // Everything relative to the chance that exactly one agent is free; `peak` keeps it in range.
    let summit = wait.summit();
    let peak = wait.exponent(summit, wait.stays(summit));
    let free = inverse_b(agents - 1, load.erlangs()) * exp(-peak);
    // One pass: who waits, who of them is served, their waits, and who gives up.
    let sums = |from: f64, to: f64| {
        integrate(
            |x| {
                let stays = wait.stays(x);
                let density = rate * exp(wait.exponent(x, stays) - peak);
                let served = density * stays;
                [density, served, x * served, density - served]
            },
            from,
            to,
        )
    };
    let (begin, end) = (wait.begin(summit), wait.end(summit));
    let within = within_s.clamp(begin, end);
    // The part just behind `within` is the steepest: it has panels of its own.
    let last = within + (end - within) / 8.0;
    let in_time = sums(begin, within);
    let (soon, late) = (sums(within, last), sums(last, end));
    let total = |n: usize| in_time[n] + soon[n] + late[n];
    let tail = wait.tail(peak) * rate;
    let waits = total(0) + tail;
    let all = free + waits;
    let served = (free + total(1)) / all;
    let gave_up = (total(3) + tail) / all;
    let in_level = (free + in_time[1]) / all;
    let served_wait = total(2) / all;
    let wait_s = match patience {
        // Whoever waits gives up at the rate 1 / s, so those who do are the waits over s.
        Patience::Mean(s) => gave_up * s,
        Patience::Exactly(s) => served_wait + gave_up * s,
        Patience::Endless => served_wait,
    };
    Service {
        wait_probability: waits / all,
        abandoned: gave_up,
        in_level,
        in_level_of_answered: in_level / served,
        wait_s,
        answer_s: served_wait / served,
        queue: rate * wait_s,
        occupancy: served * load.erlangs() / f64::from(agents),
    }
}

/// The fewest agents that reach a target.
///
/// # Errors
/// As [`service`], or the target cannot be reached.
pub fn agents_needed(load: Load, patience: Patience, target: Target) -> Result<u32, StaffingError> {
    if !(target.share > 0.0 && target.share < 1.0) {
        return Err(StaffingError::Unreachable);
    }
    let reaches = |agents| match service(load, patience, agents, target.within_s) {
        Ok(service) => Ok(service.in_level >= target.share),
        Err(StaffingError::Unstable) => Ok(false),
        Err(other) => Err(other),
    };
    // More agents never make it worse: double, then halve.
    let mut most = 1;
    while !reaches(most)? {
        if most >= MOST_AGENTS {
            return Err(StaffingError::Unreachable);
        }
        most *= 2;
    }
    let mut least = most / 2;
    while most - least > 1 {
        let middle = least + (most - least) / 2;
        if reaches(middle)? {
            most = middle;
        } else {
            least = middle;
        }
    }
    Ok(most)
}

fn positive(x: f64, what: &'static str) -> Result<(), StaffingError> {
    if x.is_finite() && x > 0.0 { Ok(()) } else { Err(StaffingError::NotPositive(what)) }
}

/// The wait a very patient caller would have: its density is `rate * exp(exponent(x))` times a
/// constant.
struct OfferedWait {
    /// Calls a second.
    rate: f64,
    /// Calls a second all agents together finish.
    pace: f64,
    patience: Patience,
}

impl OfferedWait {
    /// Those ahead of x who still wait, less those who are served; `stays` is of x.
    fn exponent(&self, x: f64, stays: f64) -> f64 {
        let ahead = match self.patience {
            Patience::Endless => x,
            Patience::Mean(s) => s * (1.0 - stays),
            Patience::Exactly(s) => x.min(s),
        };
        self.rate * ahead - self.pace * x
    }

    fn exponent_at(&self, x: f64) -> f64 {
        self.exponent(x, self.stays(x))
    }

    /// The share of callers who wait as long as this.
    fn stays(&self, x: f64) -> f64 {
        match self.patience {
            Patience::Endless => 1.0,
            Patience::Mean(s) => exp(-x / s),
            Patience::Exactly(s) => f64::from(u8::from(x < s)),
        }
    }

    /// Where the exponent is largest: it is concave.
    fn summit(&self) -> f64 {
        match self.patience {
            _ if self.rate <= self.pace => 0.0,
            Patience::Endless => 0.0,
            Patience::Exactly(s) => s,
            Patience::Mean(s) => {
                // Where exp(-x / s) = pace / rate, found by halving.
                let (mut low, mut high) = (0.0, s);
                while exp(-high / s) * self.rate > self.pace {
                    high *= 2.0;
                }
                for _ in 0..60 {
                    let middle = 0.5 * (low + high);
                    if exp(-middle / s) * self.rate > self.pace {
                        low = middle;
                    } else {
                        high = middle;
                    }
                }
                low
            }
        }
    }

    /// Up to where the density has all but vanished, on the way up to the summit.
    fn begin(&self, summit: f64) -> f64 {
        let mut step = 1.0 / self.pace;
        while step < summit && self.counts(summit - step, summit) {
            step *= 1.5;
        }
        (summit - step).max(0.0)
    }

    /// From where the density has all but vanished again, or patience ends.
    fn end(&self, summit: f64) -> f64 {
        if let Patience::Exactly(s) = self.patience {
            return s;
        }
        let mut step = 1.0 / self.pace;
        while self.counts(summit + step, summit) {
            step *= 1.5;
        }
        summit + step
    }

    /// Whether the density at x is still worth counting beside that at the summit.
    fn counts(&self, x: f64, summit: f64) -> bool {
        self.exponent_at(x) - self.exponent_at(summit) > -VANISHED
    }

    /// The integral beyond the end, for callers whose patience ends all at once.
    fn tail(&self, peak: f64) -> f64 {
        match self.patience {
            Patience::Exactly(s) => exp(self.exponent(s, 0.0) - peak) / self.pace,
            _ => 0.0,
        }
    }
}
