//! The engine as a Python class.

use acd_core::stats::{Stats, StatsConfig};
use acd_core::{
    Accuracy, AgentId, AgentRequest, CallId, Engine as Core, Input, Limits, OfferId, PenaltyRaise,
    QueueId, RelaxStep, RuleId, Skill, Time,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use super::config;
use super::counters::{
    AgentCounters, CALL_STATES, Call, Member, QueueCounters, ServiceLevel, Staff, Starvation,
};
use super::error::raised;
use super::explain::{Estimates, NextCall, PredictionError, WhyIdle, WhyWaiting};
use super::names::{FORMS, Told};
use super::outputs::{CAUSES, ENDED_BY, agent_state, output};
use super::stats;
use super::stored;
use crate::words::{value, word};

/// Routes calls to agents: told what happened, it says what to do.
///
/// Every input takes the time, in milliseconds since the Unix epoch, which must never go back.
/// Afterwards iterate over the engine (or call poll) for its outputs, and call tick no later than
/// deadline. The same inputs give the same outputs, everywhere. All memory is taken here: the
/// keyword arguments of `Limits` say how much the engine can hold.
#[pyclass(module = "trunkline.acd")]
pub(super) struct Engine {
    core: Core<'static>,
    limits: Limits,
    stats: Option<Stats<'static>>,
    accuracy: Option<Accuracy<'static>>,
    told: Option<Told>,
}

impl Engine {
    fn of(core: Core<'static>, limits: Limits) -> Self {
        Self { core, limits, stats: None, accuracy: None, told: None }
    }

    fn told(&mut self) -> PyResult<&mut Told> {
        let missing = || PyValueError::new_err("no log is kept: call keep_log first");
        self.told.as_mut().ok_or_else(missing)
    }

    fn kept(&self) -> PyResult<&Stats<'static>> {
        let missing = || PyValueError::new_err("no statistics are kept: call keep_stats first");
        self.stats.as_ref().ok_or_else(missing)
    }

    fn feed(&mut self, now: u64, input: Input) -> PyResult<()> {
        self.core.handle(Time::from_ms(now), input).map_err(raised)
    }
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (*, seed=0, call_order="longest_waiting", **limits))]
    fn new(seed: u64, call_order: &str, limits: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let limits = config::limits(limits)?;
        let mut core = Core::with_capacity(limits).map_err(raised)?;
        core.set_seed(seed);
        core.set_call_order(value(config::CALL_ORDERS, "call_order", call_order)?);
        Ok(Self::of(core, limits))
    }

    /// An engine in the state of a snapshot that was taken with the same limits. Raises AcdError
    /// (code "snapshot") for bytes that are not one, or are damaged.
    #[staticmethod]
    #[pyo3(signature = (snapshot, **limits))]
    fn restore(snapshot: &[u8], limits: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let limits = config::limits(limits)?;
        Ok(Self::of(Core::restore(limits, snapshot).map_err(raised)?, limits))
    }

    /// The whole state as bytes; `restore` goes on from there as if the engine had never stopped.
    /// Outputs must be polled first.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let mut bytes = Vec::new();
        loop {
            let len = self.core.snapshot(&mut bytes).map_err(raised)?;
            if len <= bytes.len() {
                return Ok(PyBytes::new(py, &bytes[..len]));
            }
            bytes.resize(len, 0);
        }
    }

    /// The state as one number: equal for engines of the same limits that were told the same, on
    /// every platform.
    #[getter]
    fn state_hash(&self) -> u64 {
        self.core.state_hash()
    }

    /// Which call an agent of several queues gets, from the next decision on: a `CallOrder`.
    #[getter]
    fn call_order(&self) -> &'static str {
        word(config::CALL_ORDERS, self.core.call_order())
    }

    #[setter]
    fn set_call_order(&mut self, order: &str) -> PyResult<()> {
        self.core.set_call_order(value(config::CALL_ORDERS, "call_order", order)?);
        Ok(())
    }

    /// Why a call waits: what keeps each member of its queue from taking it.
    fn why_waiting(&self, call: u64) -> PyResult<WhyWaiting> {
        Ok(self.core.why_waiting(CallId::from_raw(call)).map_err(raised)?.into())
    }

    /// Why an agent is idle: what keeps each waiting call of its queues from going to it.
    fn why_idle(&self, agent: u64) -> PyResult<WhyIdle> {
        Ok(self.core.why_idle(AgentId::from_raw(agent)).map_err(raised)?.into())
    }

    /// Keep statistics from now on, in intervals of so many ms: answered or abandoned within
    /// `level_ms` is in the service level, of which `level` (a `Level`) is the definition; abandoned
    /// before `short_ms` is almost at once. What was kept before is dropped. They are of what is
    /// polled, and no part of `snapshot`: `stats_snapshot` gives theirs.
    #[pyo3(signature = (
        interval_ms=1_800_000, *, level_ms=20_000, short_ms=5_000, level="of_answered"
    ))]
    fn keep_stats(
        &mut self,
        interval_ms: u64,
        level_ms: u64,
        short_ms: u64,
        level: &str,
    ) -> PyResult<()> {
        let level = value(config::LEVELS, "level", level)?;
        self.stats = Some(Stats::growing(StatsConfig { interval_ms, level_ms, short_ms, level }));
        Ok(())
    }

    /// All statistics as bytes, for `restore_stats`.
    fn stats_snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.kept()?.snapshot()))
    }

    /// Keep statistics from now on that go on from a snapshot as if they had never stopped.
    fn restore_stats(&mut self, snapshot: &[u8]) -> PyResult<()> {
        self.stats = Some(Stats::restore(snapshot).map_err(raised)?);
        Ok(())
    }

    /// Drop the rows of traffic and agents whose interval began before that instant in ms, so that
    /// they do not grow for ever.
    fn forget_stats_before(&mut self, at: u64) -> PyResult<()> {
        self.kept()?;
        if let Some(stats) = &mut self.stats {
            stats.forget_before(Time::from_ms(at));
        }
        Ok(())
    }

    /// A queue's service level so far, by its own definition.
    fn service_level(&self, queue: u64) -> PyResult<ServiceLevel> {
        Ok(self.core.service_level(QueueId::from_raw(queue)).map_err(raised)?.into())
    }

    /// The rules by which callers can starve, as things are configured now.
    fn starvation(&self) -> Vec<Starvation> {
        self.core.starvation().filter_map(Starvation::of).collect()
    }

    /// Which term of office this is: the number of the last `begin_epoch`, 0 at first.
    #[getter]
    fn epoch(&self) -> u64 {
        self.core.epoch()
    }

    /// A new term of office begins: of a follower that takes over, having replayed what the engine
    /// before it was told. Each is later than the one before.
    fn begin_epoch(&mut self, epoch: u64) -> PyResult<()> {
        self.core.begin_epoch(epoch).map_err(raised)
    }

    /// Raise `AcdError` ("wrong_epoch") unless this is the current term of office: ask before passing
    /// on what was meant for it.
    fn check_epoch(&self, epoch: u64) -> PyResult<()> {
        self.core.check_epoch(epoch).map_err(raised)
    }

    /// All queues.
    #[getter]
    fn queues(&self) -> Vec<u64> {
        self.core.queues().map(QueueId::raw).collect()
    }

    /// All agents, those on their way out excepted.
    #[getter]
    fn agents(&self) -> Vec<u64> {
        self.core.agents().map(AgentId::raw).collect()
    }

    /// The queues of an agent.
    fn queues_of(&self, agent: u64) -> PyResult<Vec<u64>> {
        let queues = self.core.queues_of(AgentId::from_raw(agent)).map_err(raised)?;
        Ok(queues.map(QueueId::raw).collect())
    }

    /// The calls that wait or ring in a queue, in their order.
    fn calls(&self, queue: u64) -> PyResult<Vec<u64>> {
        let calls = self.core.calls(QueueId::from_raw(queue)).map_err(raised)?;
        Ok(calls.map(CallId::raw).collect())
    }

    /// What is known of a call: where it is, and which agents it may go to now.
    fn call(&self, call: u64) -> PyResult<Call> {
        Ok(self.core.call_view(CallId::from_raw(call)).map_err(raised)?.into())
    }

    /// How many calls go before a call in its queue.
    fn calls_ahead(&self, call: u64) -> PyResult<u32> {
        self.core.calls_ahead(CallId::from_raw(call)).map_err(raised)
    }

    /// What is known of an agent as a member of a queue.
    fn member(&self, agent: u64, queue: u64) -> PyResult<Member> {
        let view = self.core.member_view(AgentId::from_raw(agent), QueueId::from_raw(queue));
        Ok(view.map_err(raised)?.into())
    }

    /// The agents who are members of a queue.
    fn members(&self, queue: u64) -> PyResult<Vec<u64>> {
        let members = self.core.members(QueueId::from_raw(queue)).map_err(raised)?;
        Ok(members.map(AgentId::raw).collect())
    }

    /// The traffic of each interval and queue, one dictionary a row: `at` (the interval's beginning,
    /// ms), `queue`, and counts and sums of the calls that joined then, durations in ms; `in_level` of
    /// `in_level_of` is the service level by the definition given to `keep_stats`.
    fn traffic_rows<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        stats::traffic(py, self.kept()?)
    }

    /// As `traffic_rows`, of all queues together by interval.
    fn interval_rows<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        stats::intervals(py, self.kept()?)
    }

    /// As `traffic_rows`, of all intervals together by queue.
    fn queue_rows<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        stats::queues(py, self.kept()?)
    }

    /// As `traffic_rows`, for each class of calls; which is `call_class`.
    fn class_rows<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        stats::classes(py, self.kept()?)
    }

    /// As `agent_rows`, for each interval; of states that have ended.
    fn agent_interval_rows<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        stats::agent_intervals(py, self.kept()?)
    }

    /// The caller rated the call of this row of `take_call_rows`: counted with its queue, interval and
    /// agent.
    fn rate(&mut self, call: &Bound<'_, PyDict>, rating: u8) -> PyResult<()> {
        self.kept()?;
        self.stats.as_mut().map_or(Ok(()), |stats| stats::rate(stats, call, rating))
    }

    /// How callers rated their calls, one dictionary for each queue and agent: `queue`, `agent` (None:
    /// nobody had answered), `count`, their `sum`, and `grades`: how many of each from 0 to 10.
    fn rating_rows<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        stats::ratings(py, self.kept()?)
    }

    /// What each agent did up to an instant, the latest input if none is given, one dictionary a
    /// row: ms in each state, offers, ratings.
    #[pyo3(signature = (until=None))]
    fn agent_rows<'py>(
        &self,
        py: Python<'py>,
        until: Option<u64>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let until = until.map_or(self.core.last_input(), Time::from_ms);
        stats::agents(py, self.kept()?, until)
    }

    /// The calls that have ended since this was last asked, one dictionary a row: `tag`, `queue`,
    /// `arrived`, `offers`, `agent` and `answered_at` (or None), `ended_at`, `end` ("completed" or
    /// "left") and `why` (an `EndedBy` or a `LeaveReason`).
    fn take_call_rows<'py>(&mut self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        self.kept()?;
        self.stats.as_mut().map_or(Ok(Vec::new()), |stats| stats::calls(py, stats))
    }

    /// Follow each `Offer` by a `Chosen`, which says why it was made, or no more. It costs a second
    /// search for each offer and changes no decision. Outputs must be polled first.
    #[pyo3(signature = (wanted=true))]
    fn explain_offers(&mut self, wanted: bool) -> PyResult<()> {
        self.core.set_choices(wanted).map_err(raised)
    }

    /// Compare from now on what was predicted for calls when they joined with how long they waited.
    fn keep_accuracy(&mut self) {
        self.accuracy = Some(Accuracy::with_capacity(self.limits));
    }

    /// How good the predictions in a queue were, by the name of the predictor in `Estimates`.
    fn prediction_errors<'py>(&self, py: Python<'py>, queue: u64) -> PyResult<Bound<'py, PyDict>> {
        let missing = || PyValueError::new_err("nothing is compared: call keep_accuracy first");
        let of = self.accuracy.as_ref().ok_or_else(missing)?.of(QueueId::from_raw(queue));
        let errors = PyDict::new(py);
        errors.set_item("by_length_ms", PredictionError::from(of.by_length))?;
        errors.set_item("by_last_served_ms", PredictionError::from(of.by_last_served))?;
        errors.set_item("by_first_ms", PredictionError::from(of.by_first))?;
        Ok(errors)
    }

    /// Write down from now on what dashboards of another system would be told of the outputs that
    /// are polled; `form` is a `LogForm`. What was kept before is dropped.
    fn keep_log(&mut self, form: &str) -> PyResult<()> {
        self.told = Some(Told::new(value(FORMS, "form", form)?, self.limits));
        Ok(())
    }

    /// What the log calls a queue.
    fn name_queue(&mut self, queue: u64, name: String) -> PyResult<()> {
        self.told()?.name_queue(queue, name);
        Ok(())
    }

    /// What the log calls the agent of this tag. Keyword arguments as in `AgentNames`.
    #[pyo3(signature = (tag, **names))]
    fn name_agent(
        &mut self,
        py: Python<'_>,
        tag: u64,
        names: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        self.told()?.name_agent(tag, names.unwrap_or(&PyDict::new(py)))
    }

    /// What the log calls the caller whose call has this tag, until the call is over. Keyword
    /// arguments as in `ChannelNames`.
    #[pyo3(signature = (tag, **names))]
    fn name_caller(
        &mut self,
        py: Python<'_>,
        tag: u64,
        names: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        self.told()?.name_caller(tag, names.unwrap_or(&PyDict::new(py)))
    }

    /// What was written down since this was last asked.
    fn take_log(&mut self) -> PyResult<String> {
        Ok(self.told()?.take())
    }

    /// The call this agent would get if it became free now, and why that one; None when there is
    /// none.
    fn next_call(&self, agent: u64) -> PyResult<Option<NextCall>> {
        let next = self.core.next_call(AgentId::from_raw(agent)).map_err(raised)?;
        Ok(next.map(NextCall::from))
    }

    fn __repr__(&self) -> String {
        format!(
            "Engine(now={}, live_calls={})",
            self.core.last_input().ms(),
            self.core.live_calls()
        )
    }

    /// Add a queue; returns its handle. Keyword arguments as in `QueueFields`.
    #[pyo3(signature = (**fields))]
    fn add_queue(&mut self, fields: Option<&Bound<'_, PyDict>>) -> PyResult<u64> {
        let queue = config::queue("add_queue", fields)?;
        Ok(self.core.add_queue(queue).map_err(raised)?.raw())
    }

    /// Change a queue's configuration; what is not given gets its default. Waiting calls keep
    /// their places; everything else holds from the next decision on.
    #[pyo3(signature = (queue, **fields))]
    fn set_queue(&mut self, queue: u64, fields: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        let config = config::queue("set_queue", fields)?;
        self.core.set_queue(QueueId::from_raw(queue), config).map_err(raised)
    }

    /// A queue's configuration, as `set_queue` takes it.
    fn queue_config<'py>(&self, py: Python<'py>, queue: u64) -> PyResult<Bound<'py, PyDict>> {
        let config = self.core.queue_config(QueueId::from_raw(queue)).map_err(raised)?;
        stored::queue(py, &config)
    }

    /// An agent's configuration, as `add_agent` takes it.
    fn agent_config<'py>(&self, py: Python<'py>, agent: u64) -> PyResult<Bound<'py, PyDict>> {
        let config = self.core.agent_config(AgentId::from_raw(agent)).map_err(raised)?;
        stored::agent(py, &config)
    }

    /// Set a queue's steps of relaxation, a list of `RelaxStep`, for the calls without a rule of their
    /// own that join from now on.
    fn set_relaxation(&mut self, queue: u64, steps: Vec<Bound<'_, PyDict>>) -> PyResult<()> {
        let steps = relax_steps("set_relaxation", steps)?;
        self.core.set_relaxation(QueueId::from_raw(queue), &steps).map_err(raised)
    }

    /// Add a rule: steps of relaxation for the calls that bring it along (`rule` of `arrive`) instead
    /// of those of their queue. Its handle.
    fn add_rule(&mut self, steps: Vec<Bound<'_, PyDict>>) -> PyResult<u64> {
        let steps = relax_steps("add_rule", steps)?;
        self.core.add_rule(&steps).map(RuleId::raw).map_err(raised)
    }

    /// Remove a rule by which no call waits.
    fn remove_rule(&mut self, rule: u64) -> PyResult<()> {
        self.core.remove_rule(RuleId::from_raw(rule)).map_err(raised)
    }

    /// Remove a queue that has no calls and no members.
    fn remove_queue(&mut self, queue: u64) -> PyResult<()> {
        self.core.remove_queue(QueueId::from_raw(queue)).map_err(raised)
    }

    /// Add an agent, logged out; returns its handle. Keyword arguments as in `AgentFields`.
    #[pyo3(signature = (**fields))]
    fn add_agent(&mut self, fields: Option<&Bound<'_, PyDict>>) -> PyResult<u64> {
        Ok(self.core.add_agent(config::agent(fields)?).map_err(raised)?.raw())
    }

    /// Remove an agent: its offers end, it leaves all queues, and when it is talking it goes when
    /// that is over. The handle is stale at once.
    fn remove_agent(&mut self, agent: u64) -> PyResult<()> {
        self.core.remove_agent(AgentId::from_raw(agent)).map_err(raised)
    }

    /// Make an agent a member of a queue. Keyword arguments as in `MemberFields`.
    #[pyo3(signature = (agent, queue, **fields))]
    fn join_queue(
        &mut self,
        agent: u64,
        queue: u64,
        fields: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        let config = config::membership("join_queue", fields)?;
        self.core
            .join_queue(AgentId::from_raw(agent), QueueId::from_raw(queue), config)
            .map_err(raised)
    }

    /// Change an agent's place in a queue; what is not given gets its default.
    #[pyo3(signature = (agent, queue, **fields))]
    fn set_membership(
        &mut self,
        agent: u64,
        queue: u64,
        fields: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        let config = config::membership("set_membership", fields)?;
        self.core
            .set_membership(AgentId::from_raw(agent), QueueId::from_raw(queue), config)
            .map_err(raised)
    }

    /// Take an agent out of a queue. An offer of that queue ends; a conversation goes on.
    fn leave_queue(&mut self, agent: u64, queue: u64) -> PyResult<()> {
        self.core.leave_queue(AgentId::from_raw(agent), QueueId::from_raw(queue)).map_err(raised)
    }

    /// The class of calls that ask for these skills, {skill number: least level}: the same one for
    /// the same skills.
    fn add_class(&mut self, needs: &Bound<'_, PyDict>) -> PyResult<u16> {
        Ok(self.core.add_class(&skills(needs)?).map_err(raised)?.0)
    }

    /// The profile of agents that have these skills, {skill number: level}: the same one for the
    /// same skills.
    fn add_profile(&mut self, has: &Bound<'_, PyDict>) -> PyResult<u16> {
        Ok(self.core.add_profile(&skills(has)?).map_err(raised)?.0)
    }

    /// Nothing but time has passed. Due whenever deadline has come.
    fn tick(&mut self, now: u64) -> PyResult<()> {
        self.feed(now, Input::Tick)
    }

    /// A call asks to join a queue; its handle comes with `Joined`. Keyword arguments as in
    /// `CallFields`.
    #[pyo3(signature = (now, queue, **fields))]
    fn arrive(&mut self, now: u64, queue: u64, fields: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        let call = config::call(queue, fields)?;
        self.feed(now, Input::Arrive(call))
    }

    /// The caller hung up: waiting, it has abandoned; talking, the call is completed by it.
    fn hangup(&mut self, now: u64, call: u64) -> PyResult<()> {
        self.feed(now, Input::Hangup { call: CallId::from_raw(call) })
    }

    /// The call leaves the queue by a key or by the flow's choice; `key` comes back in `Left`.
    #[pyo3(signature = (now, call, key=0))]
    fn exit(&mut self, now: u64, call: u64, key: u8) -> PyResult<()> {
        self.feed(now, Input::Exit { call: CallId::from_raw(call), key })
    }

    /// The call goes to another queue: the time it has waited so far counts in the order there, or
    /// without keep_age it starts anew at the end.
    #[pyo3(signature = (now, call, queue, *, keep_age=true))]
    fn r#move(&mut self, now: u64, call: u64, queue: u64, keep_age: bool) -> PyResult<()> {
        let (call, queue) = (CallId::from_raw(call), QueueId::from_raw(queue));
        self.feed(now, Input::Move { call, queue, keep_age })
    }

    /// The call's priority changes; its arrival and its wait stay.
    fn set_priority(&mut self, now: u64, call: u64, priority: i32) -> PyResult<()> {
        self.feed(now, Input::SetPriority { call: CallId::from_raw(call), priority })
    }

    /// Which members a waiting call may go to by their penalties changes, until its next step of
    /// relaxation says otherwise: those from `penalty_min` to `penalty_max`, without a bound by None. A
    /// phone that rings goes on ringing.
    #[pyo3(signature = (now, call, *, penalty_min=0, penalty_max=None, penalty_raise=0,
        penalty_raise_within=false))]
    fn set_penalties(
        &mut self,
        now: u64,
        call: u64,
        penalty_min: u32,
        penalty_max: Option<u32>,
        penalty_raise: u32,
        penalty_raise_within: bool,
    ) -> PyResult<()> {
        let raise = PenaltyRaise { to: penalty_raise, within: penalty_raise_within };
        let (call, min) = (CallId::from_raw(call), penalty_min);
        let max = penalty_max.unwrap_or(u32::MAX);
        self.feed(now, Input::SetPenalties { call, min, max, raise })
    }

    /// A waiting call relaxes by another rule, or by None by the steps of its queue: it takes those
    /// whose time has come at once, the others when theirs comes.
    #[pyo3(signature = (now, call, rule))]
    fn set_rule(&mut self, now: u64, call: u64, rule: Option<u64>) -> PyResult<()> {
        let (call, rule) = (CallId::from_raw(call), rule.map(RuleId::from_raw));
        self.feed(now, Input::SetRule { call, rule })
    }

    /// The agent's phone answered.
    fn accept(&mut self, now: u64, offer: u64) -> PyResult<()> {
        self.feed(now, Input::Accept { offer: OfferId::from_raw(offer) })
    }

    /// The agent's phone will not take the call; `cause` is a `RejectCause`.
    #[pyo3(signature = (now, offer, cause="busy"))]
    fn reject(&mut self, now: u64, offer: u64, cause: &str) -> PyResult<()> {
        let cause = value(CAUSES, "cause", cause)?;
        self.feed(now, Input::Reject { offer: OfferId::from_raw(offer), cause })
    }

    /// The conversation is over; `by` is an `EndedBy`.
    #[pyo3(signature = (now, call, by="caller"))]
    fn complete(&mut self, now: u64, call: u64, by: &str) -> PyResult<()> {
        let by = value(ENDED_BY, "by", by)?;
        self.feed(now, Input::Complete { call: CallId::from_raw(call), by })
    }

    /// The agent wants another state: "logged_out", "available", or "not_ready" for a reason of
    /// your own list, 0 to 65,534. While it handles a call the request is kept and holds after it;
    /// logging out ends its offers at once.
    #[pyo3(signature = (now, agent, state, reason=0))]
    fn set_agent_state(&mut self, now: u64, agent: u64, state: &str, reason: u16) -> PyResult<()> {
        let state = match state {
            "logged_out" => AgentRequest::LoggedOut,
            "available" => AgentRequest::Available,
            "not_ready" => AgentRequest::NotReady(reason),
            other => {
                return Err(PyValueError::new_err(format!(
                    "state is '{other}', not one of 'logged_out', 'available', 'not_ready'"
                )));
            }
        };
        self.feed(now, Input::AgentState { agent: AgentId::from_raw(agent), state })
    }

    /// The agent pauses in one of its queues, for a reason of your own list, 0 to 65,535; or, for
    /// None, no longer. It stays a member, and what it is for its other queues; a phone that rings
    /// goes on ringing.
    fn set_pause(&mut self, now: u64, agent: u64, queue: u64, reason: Option<u16>) -> PyResult<()> {
        let (agent, queue) = (AgentId::from_raw(agent), QueueId::from_raw(queue));
        self.feed(now, Input::SetPause { agent, queue, paused: reason })
    }

    /// The agent has finished its paperwork early.
    fn end_wrap_up(&mut self, now: u64, agent: u64) -> PyResult<()> {
        self.feed(now, Input::EndWrapUp { agent: AgentId::from_raw(agent) })
    }

    /// The next output, or None when there is no more.
    fn poll<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        while let Some((at, next)) = self.core.poll_at() {
            if let Some(stats) = &mut self.stats {
                stats.see(at, &next);
            }
            if let Some(accuracy) = &mut self.accuracy {
                accuracy.see(&self.core, at, &next);
            }
            if let Some(told) = &mut self.told {
                told.see(&self.core, at, &next);
            }
            if let Some(known) = output(py, at, next)? {
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

    /// When the engine wants tick at the latest, in ms, unless another input comes sooner; None:
    /// not before the next input.
    #[getter]
    fn deadline(&self) -> Option<u64> {
        self.core.deadline().map(Time::ms)
    }

    /// The instant of the last input, in ms.
    #[getter]
    fn now(&self) -> u64 {
        self.core.last_input().ms()
    }

    /// Calls waiting, ringing or talking in all queues.
    #[getter]
    fn live_calls(&self) -> u32 {
        self.core.live_calls()
    }

    /// Where a call is: "waiting", "ringing" or "connected".
    fn call_state(&self, call: u64) -> PyResult<&'static str> {
        let state = self.core.call_state(CallId::from_raw(call)).map_err(raised)?;
        Ok(word(CALL_STATES, state))
    }

    /// A waiting call's place, 1 for the first; None when it is talking.
    fn position(&self, call: u64) -> PyResult<Option<u32>> {
        self.core.position(CallId::from_raw(call)).map_err(raised)
    }

    /// How long a waiting call may still have to wait, in ms; None when nothing is known.
    fn estimate_ms(&self, call: u64) -> PyResult<Option<u64>> {
        self.core.estimate_ms(CallId::from_raw(call)).map_err(raised)
    }

    /// Three predictions of how much longer a waiting call may have to wait.
    fn estimates(&self, call: u64) -> PyResult<Estimates> {
        Ok(self.core.estimates(CallId::from_raw(call)).map_err(raised)?.into())
    }

    /// What happened in a queue so far.
    fn queue_counters(&self, queue: u64) -> PyResult<QueueCounters> {
        let counters = self.core.queue_counters(QueueId::from_raw(queue));
        Ok(counters.map_err(raised)?.into())
    }

    /// Members of a queue that are logged in, taking calls, and free now.
    fn staff(&self, queue: u64) -> PyResult<Staff> {
        Ok(self.core.staff(QueueId::from_raw(queue)).map_err(raised)?.into())
    }

    /// What an agent is: an `AgentState`, and the reason of not ready or None.
    fn agent_state(&self, agent: u64) -> PyResult<(&'static str, Option<u32>)> {
        let state = self.core.agent_state(AgentId::from_raw(agent)).map_err(raised)?;
        Ok(agent_state(state))
    }

    /// What an agent did so far.
    fn agent_counters(&self, agent: u64) -> PyResult<AgentCounters> {
        let counters = self.core.agent_counters(AgentId::from_raw(agent));
        Ok(counters.map_err(raised)?.into())
    }
}

pub(super) fn skills(given: &Bound<'_, PyDict>) -> PyResult<Vec<Skill>> {
    given
        .iter()
        .map(|(skill, level)| Ok(Skill { skill: skill.extract()?, level: level.extract()? }))
        .collect()
}

fn relax_steps(function: &str, steps: Vec<Bound<'_, PyDict>>) -> PyResult<Vec<RelaxStep>> {
    steps.into_iter().map(|step| config::relax_step(function, &step)).collect()
}
