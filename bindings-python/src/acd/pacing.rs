//! What a campaign keeps to, alone: for who keeps the list and dials elsewhere.

use acd_core::Time;
use acd_core::outbound::{
    Blend as CoreBlend, Guard as CoreGuard, GuardEvent, GuardRails, Outcome, Pacer as CorePacer,
    RetryRule, RetryRules as CoreRules,
};
use pyo3::prelude::*;

use super::campaign::{DialCounters, mode};
use super::campaign_outputs::{DECISIONS, OUTCOMES};
use super::error::raised;
use super::hours::Hours;
use crate::words::{Repr, value, word};

/// Says how many calls may be dialled, so that the share of answered calls without an agent cannot
/// exceed a cap, whoever answers.
///
/// `mode` is a `Mode`, `dials_per_100_agents` (100 or more) is for predictive dialling, and the cap
/// is in thousandths of the answered calls. Raises `AcdError` (code "config") for what is out of range.
#[pyclass(module = "trunkline.outbound")]
struct Pacer(CorePacer);

#[pymethods]
impl Pacer {
    #[new]
    #[pyo3(signature = (mode="progressive", *, dials_per_100_agents=150, cap_per_mille=30))]
    fn new(mode: &str, dials_per_100_agents: u16, cap_per_mille: u16) -> PyResult<Self> {
        let mode = self::mode(mode, dials_per_100_agents)?;
        Ok(Self(CorePacer::new(mode, cap_per_mille).map_err(raised)?))
    }

    fn __repr__(&self) -> String {
        let of = self.0.counters();
        let (dialling, live, abandoned) = (of.dialling, of.live, of.abandoned);
        format!("Pacer(dialling={dialling}, live={live}, abandoned={abandoned})")
    }

    /// How many more calls may be dialled now, with so many agents idle and set aside for them.
    fn dials(&self, idle: u32) -> u32 {
        self.0.dials(idle)
    }

    /// Notes a dial, if one is allowed; whether it is.
    fn dial(&mut self, idle: u32) -> bool {
        self.0.dial(idle)
    }

    /// A dial was answered by a person; `served`: an agent was there in time. `before`: it was made
    /// before this period began, and counts in the period before.
    #[pyo3(signature = (served, *, before=false))]
    fn answered(&mut self, served: bool, before: bool) {
        if before {
            self.0.answered_before(served);
        } else {
            self.0.answered(served);
        }
    }

    /// A dial came to nothing: busy, no answer, a machine. `before` as for answered.
    #[pyo3(signature = (*, before=false))]
    fn unanswered(&mut self, before: bool) {
        if before {
            self.0.unanswered_before();
        } else {
            self.0.unanswered();
        }
    }

    /// A new period begins with a new record; what is being dialled goes on.
    fn start_period(&mut self) {
        self.0.start_period();
    }

    /// What the dials of the period came to.
    #[getter]
    fn counters(&self) -> DialCounters {
        self.0.counters().into()
    }

    /// What the dials of the period before this one have come to.
    #[getter]
    fn last_period(&self) -> DialCounters {
        self.0.last_period().into()
    }
}

/// Says when to stop and when more may be done.
///
/// More complaints than `complaints_max` suspend, and so does a smaller share of successes than
/// `success_min_per_mille` of the contacts; a larger one than `success_high_per_mille`, without a
/// complaint, intensifies. Shares say nothing before `sample_min` contacts. Raises `AcdError` (code
/// "config") when the shares are not in order.
#[pyclass(module = "trunkline.outbound")]
struct Guard(CoreGuard);

fn decision(event: Option<GuardEvent>) -> Option<&'static str> {
    event.map(|event| word(DECISIONS, event))
}

#[pymethods]
impl Guard {
    #[new]
    #[pyo3(signature = (
        *, complaints_max=10, success_min_per_mille=0, success_high_per_mille=1000, sample_min=100
    ))]
    fn new(
        complaints_max: u32,
        success_min_per_mille: u16,
        success_high_per_mille: u16,
        sample_min: u32,
    ) -> PyResult<Self> {
        let rails = GuardRails {
            complaints_max,
            success_min_per_mille,
            success_high_per_mille,
            sample_min,
        };
        Ok(Self(CoreGuard::new(rails).map_err(raised)?))
    }

    fn __repr__(&self) -> String {
        let (suspended, intensified) = (self.is_suspended().repr(), self.is_intensified().repr());
        format!("Guard(is_suspended={suspended}, is_intensified={intensified})")
    }

    /// Somebody was reached, successfully or not. A `GuardDecision` if that crosses a limit, said
    /// once; else None.
    fn contact(&mut self, success: bool) -> Option<&'static str> {
        decision(self.0.contact(success))
    }

    /// Somebody complained; returns what contact does.
    fn complaint(&mut self) -> Option<&'static str> {
        decision(self.0.complaint())
    }

    /// Go on after a suspension, with a new record.
    fn resume(&mut self) {
        self.0.resume();
    }

    /// Whether nobody must be dialled.
    #[getter]
    fn is_suspended(&self) -> bool {
        self.0.is_suspended()
    }

    /// Whether more than usual may be dialled.
    #[getter]
    fn is_intensified(&self) -> bool {
        self.0.is_intensified()
    }
}

/// Gives idle agents of a mixed group to calls out when so many thousandths are idle
/// (`on_per_mille`), takes them back when no more than `off_per_mille` are, and leaves `reserve` of
/// them to those who call in.
#[pyclass(module = "trunkline.outbound")]
struct Blend(CoreBlend);

#[pymethods]
impl Blend {
    #[new]
    #[pyo3(signature = (on_per_mille, off_per_mille, reserve=0))]
    fn new(on_per_mille: u16, off_per_mille: u16, reserve: u32) -> Self {
        Self(CoreBlend { on_per_mille, off_per_mille, reserve, dialling: false })
    }

    fn __repr__(&self) -> String {
        let CoreBlend { on_per_mille, off_per_mille, reserve, .. } = self.0;
        format!("Blend({on_per_mille}, {off_per_mille}, {reserve})")
    }

    /// How many of the idle agents may be used for calling out, of so many at work.
    fn spare(&mut self, idle: u32, at_work: u32) -> u32 {
        self.0.spare(idle, at_work)
    }

    /// Whether it has started.
    #[getter]
    fn is_dialling(&self) -> bool {
        self.0.dialling
    }
}

/// When to try again: after (so many ms, up to so many tries in all) for each outcome, by default
/// as a campaign does. Who was reached, has no valid number or wants no calls is never called again.
#[pyclass(module = "trunkline.outbound", frozen)]
struct RetryRules(CoreRules);

#[pymethods]
impl RetryRules {
    #[new]
    #[pyo3(signature = (
        *, abandoned=None, busy=None, no_answer=None, machine=None, congestion=None
    ))]
    fn new(
        abandoned: Option<(u64, u8)>,
        busy: Option<(u64, u8)>,
        no_answer: Option<(u64, u8)>,
        machine: Option<(u64, u8)>,
        congestion: Option<(u64, u8)>,
    ) -> Self {
        let usual = CoreRules::default();
        let rule = |given: Option<(u64, u8)>, usual| {
            given.map_or(usual, |(after_ms, tries)| RetryRule { after_ms, tries })
        };
        Self(CoreRules {
            abandoned: rule(abandoned, usual.abandoned),
            busy: rule(busy, usual.busy),
            no_answer: rule(no_answer, usual.no_answer),
            machine: rule(machine, usual.machine),
            congestion: rule(congestion, usual.congestion),
        })
    }

    fn __repr__(&self) -> String {
        let CoreRules { abandoned, busy, no_answer, machine, congestion } = self.0;
        let rules = [
            ("abandoned", abandoned),
            ("busy", busy),
            ("no_answer", no_answer),
            ("machine", machine),
            ("congestion", congestion),
        ];
        let rules: Vec<_> = rules
            .iter()
            .map(|(name, rule)| format!("{name}=({}, {})", rule.after_ms, rule.tries))
            .collect();
        format!("RetryRules({})", rules.join(", "))
    }

    /// When to call again, in ms, after this `Outcome` of try number `tries`, from 1, inside the
    /// hours in which the contact may be called (a `trunkline.calendar.Calendar`); None: never.
    fn next_try(
        &self,
        outcome: &str,
        tries: u8,
        now: u64,
        hours: &Bound<'_, PyAny>,
    ) -> PyResult<Option<u64>> {
        let outcome: Outcome = value(OUTCOMES, "outcome", outcome)?;
        let hours = hours.getattr("_hours")?.cast_into::<Hours>()?;
        let (hours, days) = (hours.get(), hours.get().days());
        let at = self.0.next_try(outcome, tries, Time::from_ms(now), &hours.calendar(&days));
        Ok(at.map(Time::ms))
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Pacer>()?;
    module.add_class::<Guard>()?;
    module.add_class::<Blend>()?;
    module.add_class::<RetryRules>()
}
