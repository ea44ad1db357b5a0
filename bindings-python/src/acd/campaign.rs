//! Calling out through a list of contacts.

use std::sync::Arc;

use acd_core::Time;
use acd_core::calendar::{Calendar, Day};
use acd_core::outbound::{
    Blend, Campaign as Core, CampaignConfig, CampaignError, CampaignInput, Contact, ContactId,
    DoNotCall, GuardRails, Mode, Outcome, PacerCounters, RetryRule, RetryRules,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::campaign_outputs::{OUTCOMES, output};
use super::config::Given;
use super::hours::Hours;
use crate::errors::{CampaignError as Exception, Reason};
use crate::lasting::forever;
use crate::words::{record, value};

record! {
    /// What the dials of the period came to.
    "trunkline.outbound" DialCounters {
        /// Dials that have not come to anything yet.
        dialling: u32,
        /// Dials that people answered.
        live: u64,
        /// Those of them for whom no agent was there in time.
        abandoned: u64,
        /// Dials that nobody answered, or a machine.
        unanswered: u64,
    }
}

impl From<PacerCounters> for DialCounters {
    fn from(of: PacerCounters) -> Self {
        let PacerCounters { dialling, live, abandoned, unanswered } = of;
        Self { dialling, live, abandoned, unanswered }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn raised(error: CampaignError) -> PyErr {
    let (code, subject): (_, Option<u64>) = match error {
        CampaignError::NoContact(contact) => ("no_contact", Some(contact.0.into())),
        CampaignError::WrongState(contact) => ("wrong_state", Some(contact.0.into())),
        CampaignError::NotNow(contact) => ("not_now", Some(contact.0.into())),
        CampaignError::Twice(number) => ("twice", Some(number)),
        CampaignError::NoZone(zone) => ("no_zone", Some(zone.into())),
        CampaignError::Full => ("full", None),
        CampaignError::TimeBackwards { last, .. } => ("time_backwards", Some(last.ms())),
        CampaignError::Undrained => ("undrained", None),
        CampaignError::Config(_) => ("config", None),
        CampaignError::Snapshot(_) => ("snapshot", None),
        _ => ("refused", None),
    };
    Reason::new(code).about(subject).within(Exception::new_err(error.to_string()))
}

/// Calendars, and what they borrow from: they live and stay where they are as long as this does.
struct Zones {
    calendars: Box<[Calendar<'static>]>,
    _days: Box<[Box<[Day<'static>]>]>,
    _hours: Arc<[Py<Hours>]>,
}

impl Zones {
    fn new(hours: Vec<Py<Hours>>) -> Self {
        let hours: Arc<[Py<Hours>]> = hours.into();
        // SAFETY: an `Hours` is frozen and stays at its address on Python's heap while a reference to
        // it is held, which `_hours` does; the slices of days are boxed, and held by `_days`.
        let tables: Vec<&'static Hours> =
            hours.iter().map(|of| unsafe { forever(of.get()) }).collect();
        let days: Box<[_]> = tables.iter().map(|of| of.days()).collect();
        let calendars = tables.iter().zip(&days).map(|(of, days)| {
            // SAFETY: as above.
            of.calendar(unsafe { forever(&**days) })
        });
        Self { calendars: calendars.collect(), _days: days, _hours: hours }
    }

    fn calendars(&self) -> &'static [Calendar<'static>] {
        // SAFETY: boxed and never changed; `Campaign` drops what borrows it first.
        unsafe { forever(&*self.calendars) }
    }
}

/// Calls a list of contacts: whom next, when again, how many at a time, and when to stop.
///
/// Told what happened, it says what to do: iterate over it (or call poll) after every input, and
/// call tick no later than deadline. Times are in ms since the Unix epoch and never go back. It
/// dials nobody outside the hours of the contact's own time zone (`zones`, a list of `Hours` that
/// `trunkline.outbound` makes of calendars), nobody on the do-not-call list, nobody more often than
/// its rules for retries say, and never so many that the cap on abandoned calls could break.
/// Keyword arguments as in `CampaignFields`.
#[pyclass(module = "trunkline._native", subclass)]
pub(super) struct Campaign {
    // Dropped before what it borrows from.
    core: Core<'static>,
    zones: Zones,
}

/// The way to dial that has this name.
pub(super) fn mode(name: &str, dials_per_100_agents: u16) -> PyResult<Mode> {
    match name {
        "preview" => Ok(Mode::Preview),
        "progressive" => Ok(Mode::Progressive),
        "predictive" => Ok(Mode::Predictive { dials_per_100_agents }),
        other => Err(PyValueError::new_err(format!(
            "mode is '{other}', not one of 'preview', 'progressive', 'predictive'"
        ))),
    }
}

fn config(given: &Bound<'_, PyDict>) -> PyResult<CampaignConfig> {
    let mut given = Given::new(Some(given));
    let usual = CampaignConfig::default();
    let dials_per_100_agents = given.or("dials_per_100_agents", 150)?;
    let rule = |given: &mut Given<'_, '_>, name, usual: RetryRule| {
        let (after_ms, tries) = given.or(name, (usual.after_ms, usual.tries))?;
        PyResult::Ok(RetryRule { after_ms, tries })
    };
    let retry = RetryRules {
        abandoned: rule(&mut given, "retry_abandoned", usual.retry.abandoned)?,
        busy: rule(&mut given, "retry_busy", usual.retry.busy)?,
        no_answer: rule(&mut given, "retry_no_answer", usual.retry.no_answer)?,
        machine: rule(&mut given, "retry_machine", usual.retry.machine)?,
        congestion: rule(&mut given, "retry_congestion", usual.retry.congestion)?,
    };
    let more: Option<u16> = given.or("intensified_dials_per_100_agents", None)?;
    let rails: Option<(u32, u16, u16, u32)> = given.or("guard_rails", None)?;
    let blend: Option<(u16, u16, u32)> = given.or("blend", None)?;
    let config = CampaignConfig {
        mode: mode(&given.or("mode", "progressive".to_owned())?, dials_per_100_agents)?,
        intensified: more.map(|dials_per_100_agents| Mode::Predictive { dials_per_100_agents }),
        cap_per_mille: given.or("cap_per_mille", usual.cap_per_mille)?,
        period_ms: given.or("period_ms", usual.period_ms)?,
        retry,
        rails: rails.map(|(complaints_max, low, high, sample_min)| GuardRails {
            complaints_max,
            success_min_per_mille: low,
            success_high_per_mille: high,
            sample_min,
        }),
        blend: blend.map(|(on_per_mille, off_per_mille, reserve)| Blend {
            on_per_mille,
            off_per_mille,
            reserve,
            dialling: false,
        }),
        preview_ms: given.or("preview_ms", usual.preview_ms)?,
        skip_ms: given.or("skip_ms", usual.skip_ms)?,
    };
    given.end("Campaign")?;
    Ok(config)
}

impl Campaign {
    fn feed(&mut self, now: u64, input: CampaignInput) -> PyResult<()> {
        self.core.handle(Time::from_ms(now), input).map_err(raised)
    }
}

#[pymethods]
impl Campaign {
    #[new]
    fn new(
        zones: Vec<Py<Hours>>,
        contacts: u32,
        do_not_call: Vec<u64>,
        do_not_call_room: usize,
        fields: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let config = config(fields)?;
        let zones = Zones::new(zones);
        let mut list = DoNotCall::with_capacity(do_not_call_room.max(do_not_call.len()));
        for number in do_not_call {
            list.add(number).map_err(raised)?;
        }
        let core = Core::with_capacity(config, zones.calendars(), contacts, list);
        Ok(Self { core: core.map_err(raised)?, zones })
    }

    /// Go on from a snapshot, with these calendars and room for so many contacts and numbers not to
    /// be called; the rest stands in the snapshot.
    fn resume_from(
        &mut self,
        snapshot: &[u8],
        contacts: u32,
        do_not_call_room: usize,
    ) -> PyResult<()> {
        let list = DoNotCall::with_capacity(do_not_call_room);
        self.core =
            Core::restore(self.zones.calendars(), contacts, list, snapshot).map_err(raised)?;
        Ok(())
    }

    /// The whole state as bytes, for `restore`. Outputs must be polled first.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let mut bytes = vec![0; self.core.snapshot(&mut []).map_err(raised)?];
        self.core.snapshot(&mut bytes).map_err(raised)?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// The state as one number: equal for campaigns that were told the same, on every platform.
    #[getter]
    fn state_hash(&self) -> u64 {
        self.core.state_hash()
    }

    fn __repr__(&self) -> String {
        let (contacts, done) = self.core.progress();
        let suspended = if self.core.is_suspended() { "True" } else { "False" };
        format!("Campaign(contacts={contacts}, done={done}, is_suspended={suspended})")
    }

    /// Add a contact; returns its place in the list, which names it from now on.
    ///
    /// `number` is the number to call, or any that stands for it; no two contacts share one. `zone`
    /// is the place of its calendar, `not_before` an instant in ms; of those due at the same
    /// instant the higher `priority` goes first. It was dialled `tries` times before, which count
    /// against its retries: a list that another system, or another day, left there.
    #[pyo3(signature = (number, *, tag=0, zone=0, priority=0, not_before=0, tries=0))]
    fn add(
        &mut self,
        number: u64,
        tag: u64,
        zone: u16,
        priority: i32,
        not_before: u64,
        tries: u8,
    ) -> PyResult<u32> {
        let not_before = Time::from_ms(not_before);
        let contact = Contact { tag, number, zone, priority, not_before };
        Ok(self.core.add_dialled(contact, tries).map_err(raised)?.0)
    }

    /// Nothing but time has passed.
    fn tick(&mut self, now: u64) -> PyResult<()> {
        self.feed(now, CampaignInput::Tick)
    }

    /// So many of its agents are idle, of so many at work. Tell each change.
    fn staff(&mut self, now: u64, idle: u32, at_work: u32) -> PyResult<()> {
        self.feed(now, CampaignInput::Staff { idle, at_work })
    }

    /// Preview: the agent starts the call.
    fn start(&mut self, now: u64, contact: u32) -> PyResult<()> {
        self.feed(now, CampaignInput::Start(ContactId(contact)))
    }

    /// Preview: the agent passes over the contact.
    fn skip(&mut self, now: u64, contact: u32) -> PyResult<()> {
        self.feed(now, CampaignInput::Skip(ContactId(contact)))
    }

    /// A person answered the dial; `served`: an agent was there in time.
    fn answered(&mut self, now: u64, contact: u32, served: bool) -> PyResult<()> {
        self.feed(now, CampaignInput::Answered { contact: ContactId(contact), served })
    }

    /// The dial came to nothing; `outcome` is an `Outcome` in which nobody spoke.
    fn failed(&mut self, now: u64, contact: u32, outcome: &str) -> PyResult<()> {
        let outcome: Outcome = value(OUTCOMES, "outcome", outcome)?;
        self.feed(now, CampaignInput::Failed { contact: ContactId(contact), outcome })
    }

    /// The conversation is over, successful or not, as you count success.
    fn ended(&mut self, now: u64, contact: u32, success: bool) -> PyResult<()> {
        self.feed(now, CampaignInput::Ended { contact: ContactId(contact), success })
    }

    /// The contact complained, at whatever time: it is not called again.
    fn complaint(&mut self, now: u64, contact: u32) -> PyResult<()> {
        self.feed(now, CampaignInput::Complaint(ContactId(contact)))
    }

    /// This number is not to be called again, be it a contact's or not.
    fn do_not_call(&mut self, now: u64, number: u64) -> PyResult<()> {
        self.feed(now, CampaignInput::DoNotCall(number))
    }

    /// Stop dialling; what is under way goes on.
    fn suspend(&mut self, now: u64) -> PyResult<()> {
        self.feed(now, CampaignInput::Suspend)
    }

    /// Go on after suspend or a guard's decision, with a new record.
    fn resume(&mut self, now: u64) -> PyResult<()> {
        self.feed(now, CampaignInput::Resume)
    }

    /// A new period of the cap begins.
    fn start_period(&mut self, now: u64) -> PyResult<()> {
        self.feed(now, CampaignInput::StartPeriod)
    }

    /// The next output, or None when there is no more for now.
    fn poll<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        while let Some(next) = self.core.poll() {
            if let Some(known) = output(py, next)? {
                return Ok(Some(known));
            }
        }
        Ok(None)
    }

    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.poll(py)
    }

    /// When it wants tick at the latest, in ms; None: not before the next input.
    #[getter]
    fn deadline(&self) -> Option<u64> {
        self.core.deadline().map(Time::ms)
    }

    /// Whether it must not dial: told so, or stopped by its guard.
    #[getter]
    fn is_suspended(&self) -> bool {
        self.core.is_suspended()
    }

    /// Whether it may dial more than usual.
    #[getter]
    fn is_intensified(&self) -> bool {
        self.core.is_intensified()
    }

    /// What the dials of the period came to.
    #[getter]
    fn counters(&self) -> DialCounters {
        self.core.counters().into()
    }

    /// What the dials of the cap's period before this one came to.
    #[getter]
    fn last_period(&self) -> DialCounters {
        self.core.last_period().into()
    }

    /// Contacts in the list, and those of them that will not be called again.
    #[getter]
    fn progress(&self) -> (u32, u32) {
        self.core.progress()
    }

    /// How often a contact was dialled.
    fn tries(&self, contact: u32) -> PyResult<u8> {
        Ok(self.core.contact(ContactId(contact)).map_err(raised)?.1)
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<DialCounters>()?;
    module.add_class::<Campaign>()
}
