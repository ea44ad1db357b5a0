//! The callers and agents of a simulation, and the engine between them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::vec;
use std::vec::Vec;

use super::draw::{Draw, Source};
use super::report::{CallRecord, Fate, Report, Tally};
use super::{Centre, Stream};
use crate::{
    AgentConfig, AgentId, AgentRequest, CallConfig, CallId, ClassId, EndedBy, Engine, Error, Input,
    LeaveReason, Limits, OfferId, Output, QueueId, Time,
};

/// What happens outside the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrive(u32),
    GiveUp(u32),
    Finish(u32),
    Answer(OfferId),
    Shift(u32, bool),
}

/// A caller; its number is the tag the engine knows it by.
#[derive(Clone, Copy)]
struct Caller {
    id: Option<CallId>,
    stream: u32,
    came: Time,
    waiting: bool,
    /// Events planned for it; its number is free again when it is gone and none is left.
    planned: u8,
    /// Its place in the report's calls, when they are kept.
    record: Option<usize>,
}

struct Worker {
    id: AgentId,
    group: u32,
    busy_s: f64,
    there_s: f64,
    since: Option<Time>,
}

pub(super) struct World {
    centre: Centre,
    pub(super) engine: Engine<'static>,
    pub(super) queues: Vec<QueueId>,
    classes: Vec<ClassId>,
    callers: Vec<Caller>,
    /// Numbers of callers who are gone, to be used again.
    spare: Vec<u32>,
    workers: Vec<Worker>,
    events: BinaryHeap<Reverse<(Time, u64, Event)>>,
    count: u64,
    now: Time,
    arrivals: Vec<Source>,
    /// When each stream's last call came, in seconds: finer than the engine's clock.
    came_s: Vec<f64>,
    handles: Vec<Source>,
    patience: Vec<Source>,
    answers: Source,
    report: Report,
    /// Outputs for somebody who watches, since the last event.
    pub(super) seen: Option<Vec<(Time, Output)>>,
}

impl World {
    pub(super) fn new(centre: Centre, seed: u64) -> Result<Self, Error> {
        let agents: u32 = centre.groups.iter().map(|group| group.agents).sum();
        let memberships = |group: &super::Group| group.agents * group.queues.len() as u32;
        let kinds = |n: usize| u16::try_from(n + 1).unwrap_or(u16::MAX);
        let needs = centre.streams.iter().map(|stream| stream.needs.len());
        let skills = centre.groups.iter().map(|group| group.skills.len());
        let mut engine = Engine::with_capacity(Limits {
            queues: centre.queues.len() as u32,
            agents,
            memberships: centre.groups.iter().map(memberships).sum(),
            calls: centre.calls_max,
            classes: kinds(centre.streams.len()),
            profiles: kinds(centre.groups.len()),
            skills: needs.chain(skills).sum::<usize>() as u32 + 1,
            ..Limits::default()
        })?;
        engine.set_seed(seed);
        engine.set_call_order(centre.call_order);
        let mut queues = Vec::new();
        for config in &centre.queues {
            queues.push(engine.add_queue(*config)?);
        }
        let mut classes = Vec::new();
        for stream in &centre.streams {
            if stream.queue >= queues.len() {
                return Err(Error::Config("a stream joins a queue that is not there"));
            }
            classes.push(engine.add_class(&stream.needs)?);
        }
        let mut workers = Vec::new();
        for (number, group) in (0..).zip(&centre.groups) {
            let profile = engine.add_profile(&group.skills)?;
            for _ in 0..group.agents {
                let config =
                    AgentConfig { tag: workers.len() as u64, profile, ..AgentConfig::default() };
                let id = engine.add_agent(config)?;
                for (queue, place) in &group.queues {
                    let queue = queues.get(*queue);
                    let queue = queue.ok_or(Error::Config("a group serves a queue not there"))?;
                    engine.join_queue(id, *queue, *place)?;
                }
                workers.push(Worker { id, group: number, busy_s: 0.0, there_s: 0.0, since: None });
            }
        }
        let streams = centre.streams.len();
        let sources = |purpose: u64| {
            (0..streams as u64).map(|n| Source::new(seed, purpose + 4 * n)).collect()
        };
        let intervals = centre.length_s.div_ceil(centre.interval_s.max(1)) as usize;
        let report = Report {
            streams: vec![Tally::default(); streams],
            intervals: vec![Tally::default(); intervals],
            answered_by: vec![vec![0; centre.groups.len()]; streams],
            ..Report::default()
        };
        let mut world = Self {
            centre,
            engine,
            queues,
            classes,
            callers: Vec::new(),
            spare: Vec::new(),
            workers,
            events: BinaryHeap::new(),
            count: 0,
            now: Time::ZERO,
            arrivals: sources(1),
            came_s: vec![0.0; streams],
            handles: sources(2),
            patience: sources(3),
            answers: Source::new(seed, 0),
            report,
            seen: None,
        };
        world.begin();
        Ok(world)
    }

    fn begin(&mut self) {
        for worker in 0..self.workers.len() as u32 {
            let group = self.workers[worker as usize].group as usize;
            if self.centre.groups[group].shifts.is_empty() {
                self.plan(Time::ZERO, Event::Shift(worker, true));
            }
            for shift in 0..self.centre.groups[group].shifts.len() {
                let (from, to) = self.centre.groups[group].shifts[shift];
                self.plan(Time::from_secs(u64::from(from)), Event::Shift(worker, true));
                self.plan(Time::from_secs(u64::from(to)), Event::Shift(worker, false));
            }
        }
        for stream in 0..self.centre.streams.len() as u32 {
            self.plan_arrival(stream);
        }
    }

    /// Plays what happens until then, that instant included; whether anything is left to happen.
    pub(super) fn play_until(
        &mut self,
        until: Time,
        see: &mut dyn FnMut(&Engine<'_>, Time, &Output),
    ) -> Result<bool, Error> {
        loop {
            let next = self.events.peek().map(|Reverse((at, ..))| *at);
            let due = self.engine.deadline();
            if next.is_none_or(|at| at > until) && due.is_none_or(|at| at > until) {
                return Ok(next.is_some() || due.is_some());
            }
            match (next, due) {
                (Some(at), due) if due.is_none_or(|due| at < due) => {
                    self.now = at;
                    if let Some(Reverse((_, _, event))) = self.events.pop() {
                        self.happen(event)?;
                    }
                }
                (_, Some(due)) => {
                    self.now = self.now.max(due);
                    self.give(Input::Tick)?;
                }
                (_, None) => return Ok(false),
            }
            if let Some(seen) = &mut self.seen {
                for (at, output) in seen.drain(..) {
                    see(&self.engine, at, &output);
                }
            }
            // Callers who would wait for ever when everybody has gone home do not count.
            let arriving = self.now < Time::from_secs(u64::from(self.centre.length_s));
            if !arriving && self.engine.live_calls() == 0 {
                return Ok(false);
            }
        }
    }

    /// What came of it.
    pub(super) fn report(mut self) -> Report {
        for worker in &mut self.workers {
            if let Some(since) = worker.since {
                worker.there_s += self.now.since(since) as f64 / 1_000.0;
            }
        }
        let agents = self.workers.iter();
        self.report.agents = agents.map(|w| (w.busy_s, w.there_s)).collect();
        for stream in &self.report.streams {
            self.report.total.add(stream);
        }
        self.report
    }

    fn plan(&mut self, at: Time, event: Event) {
        self.count += 1;
        self.events.push(Reverse((at, self.count, event)));
    }

    /// Plans the next arrival of a stream, interval by interval: what is left of the exponential
    /// gap is stretched by the next interval's rate.
    fn plan_arrival(&mut self, stream: u32) {
        let Stream { calls_per_hour, .. } = &self.centre.streams[stream as usize];
        let interval = f64::from(self.centre.interval_s.max(1));
        let end = f64::from(self.centre.length_s);
        let mut left = self.arrivals[stream as usize].seconds(Draw::Exponential(1.0));
        let mut at = self.came_s[stream as usize];
        while at < end {
            let n = (at / interval) as usize;
            let Some(rate) = calls_per_hour.get(n).or(calls_per_hour.last()) else {
                return;
            };
            let rate = rate / 3_600.0;
            let last = n + 1 >= calls_per_hour.len();
            let until = if last { end } else { (n as f64 + 1.0) * interval };
            if rate > 0.0 && left <= (until - at) * rate {
                at += left / rate;
                self.came_s[stream as usize] = at;
                self.plan(Time((at * 1_000.0) as u64), Event::Arrive(stream));
                return;
            }
            left -= (until - at) * rate.max(0.0);
            at = until;
        }
    }

    fn happen(&mut self, event: Event) -> Result<(), Error> {
        match event {
            Event::Arrive(stream) => {
                self.plan_arrival(stream);
                self.arrive(stream)
            }
            Event::GiveUp(caller) => {
                let at = &mut self.callers[caller as usize];
                at.planned -= 1;
                match at.id.filter(|_| at.waiting) {
                    Some(call) => self.give(Input::Hangup { call }),
                    None => {
                        self.spare_if_gone(caller);
                        Ok(())
                    }
                }
            }
            Event::Finish(caller) => {
                let at = &mut self.callers[caller as usize];
                at.planned -= 1;
                match at.id {
                    Some(call) => {
                        let by = EndedBy::Caller;
                        self.give(Input::Complete { call, by })
                    }
                    None => Ok(()),
                }
            }
            Event::Answer(offer) => match self.give(Input::Accept { offer }) {
                // The caller was faster.
                Err(Error::NoOffer(_)) => Ok(()),
                other => other,
            },
            Event::Shift(worker, comes) => {
                let now = self.now;
                let worker = &mut self.workers[worker as usize];
                let agent = worker.id;
                let state = if comes {
                    worker.since = Some(now);
                    AgentRequest::Available
                } else {
                    if let Some(since) = worker.since.take() {
                        worker.there_s += now.since(since) as f64 / 1_000.0;
                    }
                    AgentRequest::LoggedOut
                };
                self.give(Input::AgentState { agent, state })
            }
        }
    }

    fn plan_for(&mut self, caller: u32, ms: u64, event: Event) {
        self.callers[caller as usize].planned += 1;
        self.plan(self.now.plus(ms), event);
    }

    fn spare_if_gone(&mut self, caller: u32) {
        let at = &self.callers[caller as usize];
        if at.id.is_none() && at.planned == 0 {
            self.spare.push(caller);
        }
    }

    fn arrive(&mut self, stream: u32) -> Result<(), Error> {
        let came = self.now;
        let counts = came >= Time::from_secs(u64::from(self.centre.warm_up_s));
        let record = (self.centre.keep_calls && counts).then_some(self.report.calls.len());
        if record.is_some() {
            self.report.calls.push(CallRecord::new(stream, came));
        }
        let caller = Caller { id: None, stream, came, waiting: true, planned: 0, record };
        let number = match self.spare.pop() {
            Some(number) => {
                self.callers[number as usize] = caller;
                number
            }
            None => {
                self.callers.push(caller);
                self.callers.len() as u32 - 1
            }
        };
        let Stream { queue, priority, patience, .. } = self.centre.streams[stream as usize];
        if let Some(patience) = patience {
            let ms = self.patience[stream as usize].ms(patience);
            self.plan_for(number, ms, Event::GiveUp(number));
        }
        self.tally(number, |tally| tally.offered += 1);
        let arrival = CallConfig {
            tag: u64::from(number),
            priority,
            class: self.classes[stream as usize],
            ..CallConfig::new(self.queues[queue])
        };
        match self.give(Input::Arrive(arrival)) {
            Err(Error::Full(_)) => {
                self.tally(number, |tally| tally.left += 1);
                self.gone(number);
                Ok(())
            }
            other => other,
        }
    }

    fn tally(&mut self, caller: u32, change: impl Fn(&mut Tally)) {
        let Caller { stream, came, .. } = self.callers[caller as usize];
        if came < Time::from_secs(u64::from(self.centre.warm_up_s)) {
            return;
        }
        change(&mut self.report.streams[stream as usize]);
        let interval = came.ms() / 1_000 / u64::from(self.centre.interval_s.max(1));
        if let Some(tally) = self.report.intervals.get_mut(interval as usize) {
            change(tally);
        }
    }

    fn record(&mut self, caller: u32, change: impl FnOnce(&mut CallRecord)) {
        let kept = self.callers[caller as usize].record;
        if let Some(call) = kept.and_then(|kept| self.report.calls.get_mut(kept)) {
            change(call);
        }
    }

    fn gone(&mut self, caller: u32) {
        self.callers[caller as usize].id = None;
        self.callers[caller as usize].waiting = false;
        self.spare_if_gone(caller);
    }

    fn give(&mut self, input: Input) -> Result<(), Error> {
        self.engine.handle(self.now, input)?;
        while let Some((at, output)) = self.engine.poll_at() {
            self.react(at, &output)?;
            if let Some(seen) = &mut self.seen {
                seen.push((at, output));
            }
        }
        Ok(())
    }

    fn react(&mut self, at: Time, output: &Output) -> Result<(), Error> {
        match *output {
            Output::Joined { call, tag, .. } => {
                self.callers[tag as usize].id = Some(call);
            }
            Output::Offer { offer, agent_tag, .. } => {
                let group = self.workers[agent_tag as usize].group;
                let answer = self.centre.groups[group as usize].answer;
                let ms = answer.map_or(0, |answer| self.answers.ms(answer));
                self.plan(at.plus(ms), Event::Answer(offer));
            }
            Output::Connected { call_tag, agent_tag, waited_ms, .. } => {
                let caller = call_tag as u32;
                let Caller { stream, came, .. } = self.callers[caller as usize];
                self.callers[caller as usize].waiting = false;
                let Stream { queue, handle, .. } = self.centre.streams[stream as usize];
                let handle = self.handles[stream as usize].ms(handle);
                self.plan_for(caller, handle, Event::Finish(caller));
                let level = self.centre.queues[queue].service_level_ms;
                let wait_s = waited_ms as f64 / 1_000.0;
                self.tally(caller, |tally| {
                    tally.answered += 1;
                    tally.waited += u64::from(waited_ms > 0);
                    tally.in_level += u64::from(waited_ms <= level);
                    tally.wait_s += wait_s;
                    tally.answer_s += wait_s;
                });
                self.record(caller, |call| {
                    call.fate = Fate::Answered;
                    call.waited_ms = waited_ms;
                    call.agent = Some(agent_tag as u32);
                });
                let group = self.workers[agent_tag as usize].group;
                if came >= Time::from_secs(u64::from(self.centre.warm_up_s)) {
                    self.report.answered_by[stream as usize][group as usize] += 1;
                }
            }
            Output::Completed { call_tag, agent_tag, talked_ms, .. } => {
                let caller = call_tag as u32;
                let talk_s = talked_ms as f64 / 1_000.0;
                self.tally(caller, |tally| tally.talk_s += talk_s);
                self.record(caller, |call| call.talked_ms = talked_ms);
                self.workers[agent_tag as usize].busy_s += talk_s;
                self.gone(caller);
            }
            Output::Left { call_tag, reason, waited_ms, .. } => {
                let caller = call_tag as u32;
                let gave_up = reason == LeaveReason::Abandoned;
                let wait_s = waited_ms as f64 / 1_000.0;
                self.tally(caller, |tally| {
                    tally.abandoned += u64::from(gave_up);
                    tally.left += u64::from(!gave_up);
                    tally.waited += 1;
                    tally.wait_s += wait_s;
                });
                self.record(caller, |call| {
                    call.fate = if gave_up { Fate::Abandoned } else { Fate::Left };
                    call.waited_ms = waited_ms;
                });
                self.gone(caller);
            }
            Output::Refused { tag, .. } => {
                let caller = tag as u32;
                self.tally(caller, |tally| tally.left += 1);
                self.gone(caller);
            }
            _ => {}
        }
        Ok(())
    }
}
