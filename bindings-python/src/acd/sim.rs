//! The simulator around the production engine.

use acd_core::Time;
use acd_core::sim::{self, CallRecord, Draw, Fate, Group, Playing, Stream, Tally as CoreTally};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::config::{self, Given};
use super::counters::{QueueCounters, Staff};
use super::engine::skills;
use super::error::raised;
use crate::words::{Words, record, value, word};

const FATES: Words<Fate> =
    &[("answered", Fate::Answered), ("abandoned", Fate::Abandoned), ("left", Fate::Left)];

record! {
    /// Counts and sums of some calls of a run.
    "trunkline.sim" Tally {
        /// Calls that came.
        offered: u64,
        /// Calls answered.
        answered: u64,
        /// Calls whose caller hung up before that.
        abandoned: u64,
        /// Calls refused, or that left some other way: a longest wait, an overflow.
        left: u64,
        /// Calls that did not find an agent at once.
        waited: u64,
        /// Answered within the service level of their queue.
        in_level: u64,
        /// Waits of all calls, in seconds.
        wait_s: f64,
        /// Waits of the answered calls, in seconds.
        answer_s: f64,
        /// Talk of the answered calls, in seconds.
        talk_s: f64,
        /// Share of the offered calls answered within the service level.
        service_level: f64,
        /// Share of the offered calls whose caller hung up.
        abandonment: f64,
    }
}

impl From<&CoreTally> for Tally {
    fn from(of: &CoreTally) -> Self {
        Self {
            offered: of.offered,
            answered: of.answered,
            abandoned: of.abandoned,
            left: of.left,
            waited: of.waited,
            in_level: of.in_level,
            wait_s: of.wait_s,
            answer_s: of.answer_s,
            talk_s: of.talk_s,
            service_level: of.service_level(),
            abandonment: of.abandonment(),
        }
    }
}

/// One run of a centre.
#[pyclass(module = "trunkline.sim", frozen, eq)]
#[derive(PartialEq)]
pub(super) struct Report {
    report: sim::Report,
}

fn tallies(of: &[CoreTally]) -> Vec<Tally> {
    of.iter().map(Tally::from).collect()
}

#[pymethods]
impl Report {
    fn __repr__(&self) -> String {
        let total = &self.report.total;
        format!(
            "Report(offered={}, service_level={:.3}, abandonment={:.3}, occupancy={:.3})",
            total.offered,
            total.service_level(),
            total.abandonment(),
            self.report.occupancy()
        )
    }

    /// All counted calls.
    #[getter]
    fn total(&self) -> Tally {
        (&self.report.total).into()
    }

    /// The calls of each stream.
    #[getter]
    fn streams(&self) -> Vec<Tally> {
        tallies(&self.report.streams)
    }

    /// The calls of each interval, by when they came.
    #[getter]
    fn intervals(&self) -> Vec<Tally> {
        tallies(&self.report.intervals)
    }

    /// For each agent, group after group: seconds on calls, and seconds logged in.
    #[getter]
    fn agents(&self) -> Vec<(f64, f64)> {
        self.report.agents.clone()
    }

    /// Calls of each stream (outer) that each group (inner) answered.
    #[getter]
    fn answered_by(&self) -> Vec<Vec<u64>> {
        self.report.answered_by.clone()
    }

    /// The counted calls in the order in which they came, as columns of equal length, if the
    /// centre keeps calls: `stream` (its place), `came_s`, `fate` ("answered", "abandoned" or
    /// "left"), `waited_s`, `talked_s`, and `agent` (its place, group after group, or None).
    #[getter]
    fn calls<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let calls = &self.report.calls;
        let seconds = |of: fn(&CallRecord) -> u64| -> Vec<f64> {
            calls.iter().map(|call| of(call) as f64 / 1_000.0).collect()
        };
        let columns = PyDict::new(py);
        columns.set_item("stream", calls.iter().map(|call| call.stream).collect::<Vec<_>>())?;
        columns.set_item("came_s", seconds(|call| call.came.ms()))?;
        let fates: Vec<_> = calls.iter().map(|call| word(FATES, call.fate)).collect();
        columns.set_item("fate", fates)?;
        columns.set_item("waited_s", seconds(|call| call.waited_ms))?;
        columns.set_item("talked_s", seconds(|call| call.talked_ms))?;
        columns.set_item("agent", calls.iter().map(|call| call.agent).collect::<Vec<_>>())?;
        Ok(columns)
    }

    /// Seconds on calls as a share of the seconds logged in, over all agents.
    #[getter]
    fn occupancy(&self) -> f64 {
        self.report.occupancy()
    }
}

fn seconds(name: &str, value: f64) -> PyResult<f64> {
    if value.is_finite() && value >= 0.0 {
        return Ok(value);
    }
    Err(PyValueError::new_err(format!("{name} is {value} seconds")))
}

/// A number is the mean of an exponential distribution; ("fixed", s) and ("lognormal", mean,
/// variation) are the others.
fn draw(name: &str, given: &Bound<'_, PyAny>) -> PyResult<Draw> {
    if let Ok(mean) = given.extract::<f64>() {
        return Ok(Draw::Exponential(seconds(name, mean)?));
    }
    if let Ok((kind, s)) = given.extract::<(String, f64)>() {
        match kind.as_str() {
            "fixed" => return Ok(Draw::Fixed(seconds(name, s)?)),
            "exponential" => return Ok(Draw::Exponential(seconds(name, s)?)),
            _ => {}
        }
    }
    match given.extract::<(String, f64, f64)>() {
        Ok((kind, mean, variation)) if kind == "lognormal" => {
            let (mean, variation) = (seconds(name, mean)?, seconds(name, variation)?);
            return Ok(Draw::LogNormal { mean, variation });
        }
        _ => {}
    }
    Err(PyTypeError::new_err(format!(
        "{name}: a mean in seconds, ('fixed', s) or ('lognormal', mean_s, variation)"
    )))
}

fn stream(given: &Bound<'_, PyDict>) -> PyResult<Stream> {
    let mut given = Given::new(Some(given));
    let usual = Stream::default();
    let drawn = |name: &str, given: Option<Bound<'_, PyAny>>| {
        given.map(|given| draw(name, &given)).transpose()
    };
    let needs: Option<Bound<'_, PyDict>> = given.or("needs", None)?;
    let stream = Stream {
        queue: given.or("queue", usual.queue)?,
        priority: given.or("priority", usual.priority)?,
        needs: needs.map_or(Ok(Vec::new()), |needs| skills(&needs))?,
        calls_per_hour: given.or("calls_per_hour", usual.calls_per_hour)?,
        handle: drawn("handle", given.or("handle", None)?)?.unwrap_or(usual.handle),
        patience: drawn("patience", given.or("patience", None)?)?,
    };
    if stream.calls_per_hour.iter().any(|calls| !(calls.is_finite() && *calls >= 0.0)) {
        return Err(PyValueError::new_err("calls_per_hour: numbers from 0 up"));
    }
    given.end("Centre")?;
    Ok(stream)
}

fn group(given: &Bound<'_, PyDict>) -> PyResult<Group> {
    let mut given = Given::new(Some(given));
    let queues: Vec<(usize, Bound<'_, PyDict>)> = given.or("queues", Vec::new())?;
    let skilled: Option<Bound<'_, PyDict>> = given.or("skills", None)?;
    let answer: Option<Bound<'_, PyAny>> = given.or("answer", None)?;
    let group = Group {
        agents: given.or("agents", 0)?,
        queues: queues
            .iter()
            .map(|(queue, member)| Ok((*queue, config::membership("Centre", Some(member))?)))
            .collect::<PyResult<_>>()?,
        skills: skilled.map_or(Ok(Vec::new()), |has| skills(&has))?,
        shifts: given.or("shifts", Vec::new())?,
        answer: answer.map(|answer| draw("answer", &answer)).transpose()?,
    };
    given.end("Centre")?;
    Ok(group)
}

/// A centre, checked and ready to be played; `trunkline.sim.Centre` describes one.
#[pyclass(module = "trunkline._native", frozen)]
pub(super) struct Simulation {
    centre: sim::Centre,
}

#[pymethods]
impl Simulation {
    #[new]
    #[pyo3(signature = (
        *, queues, call_order, streams, groups, length_s, interval_s, warm_up_s, keep_calls
    ))]
    #[allow(clippy::too_many_arguments, reason = "keyword arguments")]
    fn new(
        queues: Vec<Bound<'_, PyDict>>,
        call_order: &str,
        streams: Vec<Bound<'_, PyDict>>,
        groups: Vec<Bound<'_, PyDict>>,
        length_s: u32,
        interval_s: u32,
        warm_up_s: u32,
        keep_calls: bool,
    ) -> PyResult<Self> {
        if interval_s == 0 {
            return Err(PyValueError::new_err("interval_s is 0"));
        }
        let queues: PyResult<_> =
            queues.into_iter().map(|q| config::queue("Centre", Some(&q))).collect();
        let streams: PyResult<_> = streams.into_iter().map(|s| stream(&s)).collect();
        let groups: PyResult<_> = groups.into_iter().map(|g| group(&g)).collect();
        let centre = sim::Centre {
            queues: queues?,
            call_order: value(config::CALL_ORDERS, "call_order", call_order)?,
            streams: streams?,
            groups: groups?,
            interval_s,
            length_s,
            warm_up_s,
            keep_calls,
            ..sim::Centre::default()
        };
        Ok(Self { centre })
    }

    /// Play the centre once. Other threads go on meanwhile.
    fn run(&self, py: Python<'_>, seed: u64) -> PyResult<Report> {
        let report = py.detach(|| self.centre.run(seed)).map_err(raised)?;
        Ok(Report { report })
    }

    /// Begin to play the centre, to be stopped and looked at every so many seconds of its time.
    fn watch(&self, seed: u64, every_s: f64) -> PyResult<Watch> {
        if !(every_s.is_finite() && every_s >= 0.001) {
            return Err(PyValueError::new_err("every_s: a thousandth of a second or more"));
        }
        let playing = self.centre.start(seed).map_err(raised)?;
        let queues = self.centre.queues.len();
        let every_ms = (every_s * 1_000.0) as u64;
        Ok(Watch { stage: Stage::Playing(Box::new(playing)), queues, every_ms, now: Time::ZERO })
    }
}

/// How a run stands at one instant.
#[pyclass(module = "trunkline.sim", frozen, get_all)]
pub(super) struct Moment {
    /// Seconds since the run began.
    at_s: f64,
    /// For each queue of the centre what happened in it so far, and its agents now.
    queues: Vec<(QueueCounters, Staff)>,
}

#[pymethods]
impl Moment {
    fn __repr__(&self) -> String {
        let waiting: u32 = self.queues.iter().map(|(queue, _)| queue.waiting).sum();
        let talking: u32 = self.queues.iter().map(|(queue, _)| queue.talking).sum();
        format!("Moment(at_s={:?}, waiting={waiting}, talking={talking})", self.at_s)
    }
}

enum Stage {
    Playing(Box<Playing>),
    /// Nothing is left to happen, or an error ended it.
    Over(Option<sim::Report>),
}

/// A run under way: iterate over it for a `Moment` after every step of its time, until all is over.
///
/// The run is the same as when nobody watches.
#[pyclass(module = "trunkline.sim")]
pub(super) struct Watch {
    stage: Stage,
    queues: usize,
    every_ms: u64,
    now: Time,
}

#[pymethods]
impl Watch {
    fn __repr__(&self) -> String {
        let over = if matches!(self.stage, Stage::Over(_)) { "True" } else { "False" };
        format!("Watch(at_s={:?}, is_over={over})", self.now.ms() as f64 / 1_000.0)
    }

    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&mut self, py: Python<'_>) -> PyResult<Option<Moment>> {
        let Stage::Playing(playing) = &mut self.stage else {
            return Ok(None);
        };
        let until = self.now.plus(self.every_ms);
        let more = py.detach(|| playing.play_until(until));
        let queues = (0..self.queues).filter_map(|place| playing.queue(place));
        let queues = queues.map(|(counters, staff)| (counters.into(), staff.into())).collect();
        self.now = until;
        if !matches!(more, Ok(true)) {
            let over = std::mem::replace(&mut self.stage, Stage::Over(None));
            if let (Stage::Playing(playing), Ok(_)) = (over, &more) {
                self.stage = Stage::Over(Some(playing.finish()));
            }
        }
        more.map_err(raised)?;
        Ok(Some(Moment { at_s: until.ms() as f64 / 1_000.0, queues }))
    }

    /// What came of it; None while something is left to happen.
    #[getter]
    fn report(&self) -> Option<Report> {
        match &self.stage {
            Stage::Over(Some(report)) => Some(Report { report: report.clone() }),
            _ => None,
        }
    }
}

pub(super) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Tally>()?;
    module.add_class::<Report>()?;
    module.add_class::<Moment>()?;
    module.add_class::<Watch>()?;
    module.add_class::<Simulation>()
}
