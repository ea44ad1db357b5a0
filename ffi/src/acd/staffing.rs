//! # Routing: how many agents it takes
//!
//! Erlang B, C and A, and callers who wait only so long. The only floating-point numbers of this
//! library; no decision depends on them.

use acd_core::staffing::{
    Load, Patience, StaffingError, Target, agents_needed, erlang_b, roster, service,
};

use crate::config::{Growing, read, store_defaults};
use crate::guard::{Failure, guard};
use crate::pointers::{input, output, store, writable};
use crate::tl_status;

impl From<StaffingError> for Failure {
    fn from(error: StaffingError) -> Self {
        Self::new(tl_status::TL_ERR_ACD_STAFFING, error)
    }
}

/// How long callers wait before they give up.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_staffing_patience {
    /// As long as it takes: Erlang C.
    TL_PATIENCE_ENDLESS = 0,
    /// `patience_s` on average, exponentially distributed: Erlang A.
    TL_PATIENCE_MEAN = 1,
    /// Exactly `patience_s`: a queue with a longest wait.
    TL_PATIENCE_EXACTLY = 2,
}

/// What comes in.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_staffing_load {
    /// Set by `tl_staffing_defaults`.
    pub struct_size: u32,
    /// A `tl_staffing_patience`. Default: endless.
    pub patience: u32,
    /// Calls an hour. Default: 0, to be set.
    pub calls_per_hour: f64,
    /// Seconds an agent is busy with each: talk and wrap-up. Default: 0, to be set.
    pub handle_s: f64,
    /// Seconds, as `patience` says. Default: 0.
    pub patience_s: f64,
}

// SAFETY: repr(C), begins with a u32; two u32 and three f64, so there is no padding, and any bits
// are a number or NaN.
unsafe impl Growing for tl_staffing_load {
    const FIRST_SIZE: usize = 32;

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            patience: 0,
            calls_per_hour: 0.0,
            handle_s: 0.0,
            patience_s: 0.0,
        }
    }
}

impl tl_staffing_load {
    fn load(&self) -> Result<(Load, Patience), Failure> {
        let patience = match self.patience {
            0 => Patience::Endless,
            1 => Patience::Mean(self.patience_s),
            2 => Patience::Exactly(self.patience_s),
            other => return super::unknown("patience", other),
        };
        Ok((Load { calls_per_hour: self.calls_per_hour, handle_s: self.handle_s }, patience))
    }
}

/// What comes of it, in the long run.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_staffing_service {
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
    /// Average wait of the answered calls, in seconds.
    pub answer_s: f64,
    /// Calls waiting, on average.
    pub queue: f64,
    /// Share of their time the agents are busy.
    pub occupancy: f64,
}

/// Fills in the defaults; the load is still to be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_staffing_defaults(
    load: *mut tl_staffing_load,
    struct_size: usize,
) -> tl_status {
    guard("tl_staffing_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(load, "load", struct_size) }
    })
}

/// Stores what so many agents give to a load; a call answered within `within_s` seconds is in the
/// service level.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_staffing_get_service(
    load: *const tl_staffing_load,
    agents: u32,
    within_s: f64,
    found: *mut tl_staffing_service,
) -> tl_status {
    guard("tl_staffing_get_service", || {
        // SAFETY: the header's contract for pointers.
        unsafe {
            let (load, patience) = read(load, "load")?.load()?;
            let of = service(load, patience, agents, within_s)?;
            let filled = tl_staffing_service {
                wait_probability: of.wait_probability,
                abandoned: of.abandoned,
                in_level: of.in_level,
                in_level_of_answered: of.in_level_of_answered,
                wait_s: of.wait_s,
                answer_s: of.answer_s,
                queue: of.queue,
                occupancy: of.occupancy,
            };
            store(found, "found", filled)?;
        }
        Ok(tl_status::TL_OK)
    })
}

/// Stores the fewest agents that answer a share of all calls (between 0 and 1) within `within_s`
/// seconds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_staffing_agents(
    load: *const tl_staffing_load,
    share: f64,
    within_s: f64,
    agents: *mut u32,
) -> tl_status {
    guard("tl_staffing_agents", || {
        // SAFETY: the header's contract for pointers.
        unsafe {
            writable(agents, "agents")?;
            let (load, patience) = read(load, "load")?.load()?;
            let needed = agents_needed(load, patience, Target { share, within_s })?;
            store(agents, "agents", needed)?;
        }
        Ok(tl_status::TL_OK)
    })
}

/// Stores the share of calls that find all `lines` busy, where there is no queue: Erlang B.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_staffing_blocked(
    lines: u32,
    erlangs: f64,
    blocked: *mut f64,
) -> tl_status {
    guard("tl_staffing_blocked", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store(blocked, "blocked", erlang_b(lines, erlangs)?) }?;
        Ok(tl_status::TL_OK)
    })
}

/// Stores in `starts` how many agents begin a shift of `shift` intervals at each of `intervals`
/// intervals, so that as many are there as `needs` says with the fewest shifts, and in `total`
/// their number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_staffing_roster(
    needs: *const u32,
    intervals: usize,
    shift: usize,
    starts: *mut u32,
    total: *mut u64,
) -> tl_status {
    guard("tl_staffing_roster", || {
        // SAFETY: the header's contract for pointers with a count.
        unsafe {
            writable(total, "total")?;
            let needs = input(needs, intervals, "needs")?;
            let shifts = roster(needs, shift, output(starts, intervals, "starts")?)?;
            store(total, "total", shifts)?;
        }
        Ok(tl_status::TL_OK)
    })
}
