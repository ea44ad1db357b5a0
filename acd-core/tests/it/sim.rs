//! The engine, driven by random callers, against queueing theory.

use acd_core::sim::*;
use acd_core::staffing::{Load, Patience, erlang_b, service};
use acd_core::*;

fn stream(calls_per_hour: f64, handle_s: f64, patience_s: Option<f64>) -> Stream {
    Stream {
        calls_per_hour: vec![calls_per_hour],
        handle: Draw::Exponential(handle_s),
        patience: patience_s.map(Draw::Exponential),
        ..Stream::default()
    }
}

fn group(agents: u32) -> Group {
    Group { agents, queues: vec![(0, Membership::default())], ..Group::default() }
}

/// A centre that runs long enough for so many calls.
fn centre(streams: Vec<Stream>, groups: Vec<Group>, config: QueueConfig, calls: f64) -> Centre {
    let per_hour: f64 = streams.iter().map(|stream| stream.calls_per_hour[0]).sum();
    let length_s = calls / per_hour * 3_600.0;
    Centre {
        queues: vec![config],
        streams,
        groups,
        length_s: length_s as u32,
        warm_up_s: (length_s / 10.0) as u32,
        ..Centre::default()
    }
}

/// Within four standard errors, and one hundredth.
fn agrees(what: &str, simulated: Estimate, theory: f64) {
    let off = (simulated.mean - theory).abs();
    assert!(
        off <= 4.0 * simulated.error && off <= 0.01 * theory.abs(),
        "{what}: {simulated:?} is not {theory}"
    );
}

#[test]
fn calls_that_wait_for_ever() {
    let load = Load { calls_per_hour: 200.0, handle_s: 180.0 };
    let theory = service(load, Patience::Endless, 14, 20.0).unwrap();
    let config = QueueConfig::default();
    let study = centre(vec![stream(200.0, 180.0, None)], vec![group(14)], config, 250_000.0)
        .study(100, 10)
        .unwrap();
    agrees("P(wait)", study.wait_probability, theory.wait_probability);
    agrees("SL", study.service_level, theory.in_level);
    agrees("ASA", study.average_answer_s, theory.answer_s);
}

#[test]
fn callers_who_lose_patience() {
    let load = Load { calls_per_hour: 200.0, handle_s: 180.0 };
    let theory = service(load, Patience::Mean(60.0), 10, 20.0).unwrap();
    let config = QueueConfig::default();
    let study = centre(vec![stream(200.0, 180.0, Some(60.0))], vec![group(10)], config, 250_000.0)
        .study(200, 10)
        .unwrap();
    agrees("P(wait)", study.wait_probability, theory.wait_probability);
    agrees("P(ab)", study.abandonment, theory.abandoned);
    agrees("SL", study.service_level, theory.in_level);
    agrees("E[W]", study.average_wait_s, theory.wait_s);
    agrees("occupancy", study.occupancy, theory.occupancy);
}

#[test]
fn a_longest_wait() {
    let load = Load { calls_per_hour: 200.0, handle_s: 180.0 };
    let theory = service(load, Patience::Exactly(60.0), 10, 20.0).unwrap();
    let config = QueueConfig { max_wait_ms: Some(60_000), ..QueueConfig::default() };
    // Many shorter runs: from ten alone the standard error itself is known to a quarter only, and
    // one group of seeds in some hundreds then looks five of them off. (Twenty million calls from
    // eighty other seeds are within 0.8 standard errors and 0.11 %.)
    let study = centre(vec![stream(200.0, 180.0, None)], vec![group(10)], config, 100_000.0)
        .study(300, 25)
        .unwrap();
    agrees("P(wait)", study.wait_probability, theory.wait_probability);
    agrees("ASA", study.average_answer_s, theory.answer_s);
    agrees("SL", study.service_level, theory.in_level);
    let left = study.estimate(|run| run.total.left as f64 / run.total.offered as f64);
    agrees("P(timeout)", left, theory.abandoned);
}

/// Cobham 1954: the mean wait of each class under non-preemptive priority; three classes, each
/// within four standard errors and one hundredth, and what they have in common: however they are
/// ranked, the load times the wait of all classes is what it is without ranks.
#[test]
fn three_priorities() {
    let rates = [50.0, 50.0, 100.0];
    let streams =
        (0..3).map(|n| Stream { priority: 2 - n, ..stream(rates[n as usize], 180.0, None) });
    let config = QueueConfig::default();
    let study =
        centre(streams.collect(), vec![group(12)], config, 250_000.0).study(400, 16).unwrap();
    let wait = |n: usize| study.estimate(move |run| run.streams[n].average_wait_s());
    for (n, theory) in [8.514_724_2, 14.596_67, 69.334_183].into_iter().enumerate() {
        agrees(&format!("W of class {n}"), wait(n), theory);
    }
    let all = study.estimate(|run| {
        let waits = run.streams.iter().map(|stream| stream.wait_s);
        waits.sum::<f64>() / run.total.offered as f64
    });
    agrees("the conservation law", all, 40.444_94);
}

/// Ordered hunting in a loss system: what each line carries is a(B(i - 1) - B(i)).
#[test]
fn linear_hunting_loads_the_first_agents_most() {
    let shares = |strategy| {
        let config =
            QueueConfig { strategy, join_empty: EmptyRule::NoneFree, ..QueueConfig::default() };
        let calls = vec![stream(3_600.0 * 3.0 / 60.0, 60.0, None)];
        centre(calls, vec![group(5)], config, 80_000.0).study(500, 10).unwrap()
    };
    let linear = shares(Strategy::Linear);
    let random = shares(Strategy::Random);
    let b = |n| erlang_b(n, 3.0).unwrap();
    for i in 0..5 {
        let busy = |study: &Study| study.estimate(|run| run.agents[i].0 / run.agents[i].1);
        let n = i as u32;
        agrees("linear", busy(&linear), 3.0 * (b(n) - b(n + 1)));
        agrees("random", busy(&random), 3.0 * (1.0 - b(5)) / 5.0);
    }
}

/// Two kinds of calls, one agent for both and one for the second: an exact Markov chain.
#[test]
fn the_n_model() {
    let skill = |skill| Skill { skill, level: 1 };
    let call = |rate: f64, skills: Vec<Skill>| Stream {
        needs: skills,
        ..stream(rate * 3_600.0 / 60.0, 60.0, Some(60.0))
    };
    let agent = |skills| Group { skills, ..group(1) };
    let study = centre(
        vec![call(0.3, vec![skill(1)]), call(0.6, vec![skill(2)])],
        vec![agent(vec![skill(1), skill(2)]), agent(vec![skill(2)])],
        QueueConfig::default(),
        150_000.0,
    )
    .study(600, 10)
    .unwrap();
    // Matching rates over the arrival rate of each kind.
    let share = |s: usize, g: usize| {
        study.estimate(move |run| run.answered_by[s][g] as f64 / run.streams[s].offered as f64)
    };
    agrees("A by the first", share(0, 0), 0.228_146 / 0.3);
    agrees("B by the first", share(1, 0), 0.218_919 / 0.6);
    agrees("B by the second", share(1, 1), 0.337_395 / 0.6);
    agrees("A gives up", study.estimate(|run| run.streams[0].abandonment()), 0.239_514);
    agrees("B gives up", study.estimate(|run| run.streams[1].abandonment()), 0.072_810);
}

/// INV-44: without abandonment, first come first served, one agent more makes no call wait longer
/// on the same path of arrivals and conversations. No tolerance.
#[test]
fn inv_44_one_agent_more_makes_nobody_wait_longer() {
    let mut shorter = 0;
    for seed in 0..30 {
        let waits = |agents: u32| -> Vec<(Time, u64)> {
            let calls = vec![stream(200.0, 180.0, None)];
            let mut centre = centre(calls, vec![group(agents)], QueueConfig::default(), 1_500.0);
            centre.keep_calls = true;
            let calls = centre.run(seed).unwrap().calls;
            calls.iter().map(|call| (call.came, call.waited_ms)).collect()
        };
        let all = [8, 10, 11, 12, 13].map(waits);
        for pair in all.windows(2) {
            // The few at the end who still waited or talked when the day was over are not kept.
            for (less, more) in pair[0].iter().zip(&pair[1]) {
                assert_eq!(less.0, more.0, "the same calls");
                assert!(more.1 <= less.1, "{less:?} {more:?}");
                shorter += u32::from(more.1 < less.1);
            }
        }
    }
    assert!(shorter > 10_000, "{shorter}");
}

/// INV-43: with one class, no tie between service and agent, and answers at once, waits do not
/// depend on who answers. No tolerance.
#[test]
fn inv_43_waits_are_the_same_under_every_strategy() {
    let run = |strategy| {
        let config = QueueConfig { strategy, ..QueueConfig::default() };
        let day = centre(vec![stream(200.0, 180.0, Some(90.0))], vec![group(9)], config, 5_000.0)
            .run(7)
            .unwrap();
        (day.total, day.intervals)
    };
    let reference = run(Strategy::LongestIdle);
    for strategy in [
        Strategy::RingAll,
        Strategy::FewestCalls,
        Strategy::LeastTalk,
        Strategy::LeastOccupied,
        Strategy::RoundRobin,
        Strategy::Linear,
        Strategy::Random,
        Strategy::WeightedRandom,
        Strategy::SkillLevel,
    ] {
        assert_eq!(run(strategy), reference, "{strategy:?}");
    }
}

#[test]
fn agents_come_and_go_with_their_shifts() {
    let mut first = group(3);
    first.shifts = vec![(0, 3_600)];
    let mut second = group(2);
    second.shifts = vec![(1_800, 5_400), (9_000, 10_800)];
    let mut centre = centre(
        vec![stream(40.0, 60.0, Some(60.0))],
        vec![first, second],
        QueueConfig::default(),
        120.0,
    );
    centre.warm_up_s = 0;
    let day = centre.run(8).unwrap();
    let there: Vec<f64> = day.agents.iter().map(|agent| agent.1).collect();
    assert_eq!(there, [3_600.0, 3_600.0, 3_600.0, 5_400.0, 5_400.0]);
    let calm = Tally::default();
    assert!(day.intervals.iter().all(|interval| *interval != calm));
    assert_eq!(day.intervals[3].answered + day.intervals[4].answered, 0, "nobody is there");
}

#[test]
fn calls_that_are_kept_add_up_to_the_tallies() {
    let mut centre = centre(
        vec![stream(120.0, 180.0, Some(60.0)), stream(80.0, 240.0, Some(30.0))],
        vec![group(9)],
        QueueConfig::default(),
        2_000.0,
    );
    assert!(centre.run(3).unwrap().calls.is_empty());
    centre.keep_calls = true;
    let run = centre.run(3).unwrap();
    assert_eq!(run.calls.len() as u64, run.total.offered);
    assert!(run.calls.is_sorted_by_key(|call| call.came));
    let count = |fate| run.calls.iter().filter(|call| call.fate == fate).count() as u64;
    assert_eq!(count(Fate::Answered), run.total.answered);
    assert_eq!(count(Fate::Abandoned), run.total.abandoned);
    assert_eq!(count(Fate::Left), run.total.left);
    let waited: u64 = run.calls.iter().map(|call| call.waited_ms).sum();
    assert!((waited as f64 / 1_000.0 - run.total.wait_s).abs() < 1e-3);
    let talked: u64 = run.calls.iter().map(|call| call.talked_ms).sum();
    assert!((talked as f64 / 1_000.0 - run.total.talk_s).abs() < 1e-3);
    assert!(run.calls.iter().all(|call| call.agent.is_some() == (call.fate == Fate::Answered)));
    let second = run.calls.iter().filter(|call| call.stream == 1).count() as u64;
    assert_eq!(second, run.streams[1].offered);
}

#[test]
fn a_run_that_is_watched_is_the_same_run() {
    let centre = centre(
        vec![stream(200.0, 180.0, Some(60.0))],
        vec![group(9)],
        QueueConfig::default(),
        500.0,
    );
    let mut run = centre.start(7).unwrap();
    let (mut minute, mut waiting) = (0, 0);
    while run.play_until(Time::from_secs(60 * minute)).unwrap() {
        let (queue, staff) = run.queue(0).unwrap();
        assert_eq!(staff.members, 9);
        assert!(queue.talking <= 9);
        waiting = waiting.max(queue.waiting);
        minute += 1;
    }
    assert!(waiting > 0 && run.queue(1).is_none());
    assert!(minute * 60 >= u64::from(centre.length_s), "over after {minute} minutes");
    assert_eq!(run.finish(), centre.run(7).unwrap());
}
