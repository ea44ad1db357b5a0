//! acd-core: a queue with a handful of agents in tables on the stack, and a hundred calls.

use acd_core::stats::{Lost, Stats, StatsConfig, StatsStorage};
use acd_core::{
    AgentConfig, AgentId, AgentRequest, CallConfig, EndedBy, Engine, EngineStorage, Error, Input,
    Limits, Membership, Output, QueueConfig, QueueId, Table, Time,
};

const AGENTS: usize = 4;
const CALLS: usize = 8;

/// Written out in full, so that the lengths of all tables are constants.
const LIMITS: Limits = Limits {
    queues: 2,
    agents: AGENTS as u32,
    memberships: 8,
    calls: CALLS as u32,
    offers: 16,
    lines: 4,
    pools: 2,
    classes: 1,
    profiles: 1,
    skills: 1,
    ring_max: 2,
    outputs: 32,
    steps: 0,
    rules: 0,
    ghosts: 0,
};

pub fn check() {
    // On the stack here; a static, or the memory of a pool, would do as well.
    let (mut queues, mut agents) = (slots::<2, _>(), slots::<AGENTS, _>());
    let (mut memberships, mut calls) = (slots::<8, _>(), slots::<CALLS, _>());
    let mut tags = slots::<AGENTS, _>();
    let mut places = slots::<CALLS, _>();
    let mut ranks = slots::<{ LIMITS.ranks() as usize }, _>();
    let mut details = slots::<CALLS, _>();
    let (mut offers, mut lines, mut pools) = (slots::<16, _>(), slots::<4, _>(), slots::<2, _>());
    let (mut classes, mut profiles) = (slots::<1, _>(), slots::<1, _>());
    let (mut skills, mut fits) = (slots::<1, _>(), [0; LIMITS.fit_words()]);
    let (mut timers, mut alarms) = (slots::<10, _>(), slots::<22, _>());
    let (mut line_index, mut line_words) = ([0; LIMITS.line_index()], [0; LIMITS.line_words()]);
    let (mut pool_index, mut pool_words) = ([0; LIMITS.pool_index()], [0; LIMITS.pool_words()]);
    let mut outputs = slots::<32, _>();
    assert_eq!(LIMITS.timers() as usize, timers.len());
    assert_eq!(LIMITS.alarms() as usize, alarms.len());

    let mut engine = Engine::new(
        EngineStorage {
            queues: &mut queues,
            agents: &mut agents,
            tags: &mut tags,
            memberships: &mut memberships,
            calls: &mut calls,
            places: &mut places,
            ranks: &mut ranks,
            details: &mut details,
            callers: &mut [],
            offers: &mut offers,
            lines: &mut lines,
            pools: &mut pools,
            classes: &mut classes,
            profiles: &mut profiles,
            skills: &mut skills,
            fits: &mut fits,
            line_index: &mut line_index,
            line_words: &mut line_words,
            pool_index: &mut pool_index,
            pool_words: &mut pool_words,
            timers: &mut timers,
            alarms: &mut alarms,
            outputs: &mut outputs,
            steps: &mut [],
            rules: &mut [],
            ghosts: &mut [],
        },
        LIMITS.ring_max,
    )
    .expect("the tables fit the limits");

    let queue = engine.add_queue(QueueConfig::default()).expect("room for a queue");
    for tag in 0..AGENTS as u64 {
        let agent = AgentConfig { tag, ..AgentConfig::default() };
        let agent = engine.add_agent(agent).expect("room for an agent");
        engine.join_queue(agent, queue, Membership::default()).expect("room for a member");
        available(&mut engine, agent);
    }
    assert_eq!(
        engine.add_agent(AgentConfig::default()),
        Err(Error::Full(Table::Agents)),
        "a full table is an error"
    );
    let (mut traffic, mut classes) = (slots::<1, _>(), slots::<1, _>());
    let (mut rows, mut intervals) = (slots::<AGENTS, _>(), slots::<AGENTS, _>());
    let (mut live, mut ended) = (slots::<CALLS, _>(), slots::<CALLS, _>());
    let mut stats = Stats::new(
        StatsConfig::default(),
        StatsStorage {
            traffic: &mut traffic,
            classes: &mut classes,
            agents: &mut rows,
            agent_intervals: &mut intervals,
            ratings: &mut [],
            calls: &mut live,
            ended: &mut ended,
        },
    );
    let completed = run(&mut engine, queue, &mut stats);
    assert_eq!(completed, 100, "every call is answered and completed");
    let (_, _, row) = stats.traffic().next().expect("one interval, one queue");
    assert_eq!((row.answered, row.talked_ms), (100, 300_000));
    let lost = Lost { ended: 100 - CALLS as u64, ..Lost::default() };
    assert_eq!(stats.lost(), lost, "nobody took the calls that ended");
}

fn slots<const N: usize, T: Default>() -> [T; N] {
    [(); N].map(|()| T::default())
}

fn available(engine: &mut Engine<'_>, agent: AgentId) {
    let state = AgentRequest::Available;
    let now = Time::ZERO;
    engine.handle(now, Input::AgentState { agent, state }).expect("a live agent");
    while engine.poll().is_some() {}
}

/// A call every two seconds; phones are picked up after two, talks take three.
fn run(engine: &mut Engine<'_>, queue: QueueId, stats: &mut Stats<'_>) -> u32 {
    let mut completed = 0;
    let mut doing: [Option<(u64, Input)>; 32] = [None; 32];
    for second in 0..220u64 {
        let now = Time::from_secs(second);
        if second < 200 && second % 2 == 0 {
            let call = CallConfig { tag: second, ..CallConfig::new(queue) };
            engine.handle(now, Input::Arrive(call)).expect("room for the call");
        } else {
            engine.handle(now, Input::Tick).expect("time goes on");
        }
        loop {
            while let Some((at, output)) = engine.poll_at() {
                stats.see(at, &output);
                let todo = match output {
                    Output::Offer { offer, .. } => (second + 2, Input::Accept { offer }),
                    Output::Connected { call, .. } => {
                        (second + 3, Input::Complete { call, by: EndedBy::Caller })
                    }
                    Output::Completed { .. } => {
                        completed += 1;
                        continue;
                    }
                    _ => continue,
                };
                *doing.iter_mut().find(|slot| slot.is_none()).expect("a free place") = Some(todo);
            }
            let due = doing.iter_mut().find(|slot| slot.is_some_and(|(at, _)| at <= second));
            match due.and_then(Option::take) {
                Some((_, input)) => engine.handle(now, input).expect("what was promised"),
                None => break,
            }
        }
    }
    completed
}
