//! What planning costs: a simulated day through the production engine, and Erlang's formulas.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::time::Instant;

use acd_core::Membership;
use acd_core::sim::{Centre, Draw, Group, Stream};
use acd_core::staffing::{Load, Patience, erlang_b, service};
use measure::{Row, versus};

const AGENTS: u32 = 3_000;
const CALLS: f64 = 100_000.0;
const HANDLE_S: f64 = 2_500.0;
const PATIENCE_S: f64 = 120.0;

/// 100,000 calls a day for 3,000 agents in 32 queues, each agent in two of them.
fn day() -> Centre {
    let queues = 32;
    let stream = |queue| Stream {
        queue,
        calls_per_hour: vec![CALLS / 24.0 / queues as f64],
        handle: Draw::Exponential(HANDLE_S),
        patience: Some(Draw::Exponential(PATIENCE_S)),
        ..Stream::default()
    };
    let group = |queue: usize| Group {
        agents: AGENTS / queues as u32,
        queues: vec![
            (queue, Membership::default()),
            ((queue + 1) % queues, Membership { penalty: 1, ..Membership::default() }),
        ],
        ..Group::default()
    };
    Centre {
        queues: vec![Default::default(); queues],
        streams: (0..queues).map(stream).collect(),
        groups: (0..queues).map(group).collect(),
        length_s: 24 * 3_600,
        ..Centre::default()
    }
}

/// The same calls, patience and talk for as many agents in one queue, without an engine: a heap
/// and a list. What any simulator must do at least.
fn bare_day(mut rng: u64) -> (u64, u64) {
    let mut exponential = |mean: f64| {
        rng ^= rng << 13;
        rng ^= rng >> 7;
        rng ^= rng << 17;
        let unit = ((rng >> 11) + 1) as f64 / (1_u64 << 53) as f64;
        -mean * unit.ln()
    };
    let end = 24.0 * 3_600_000.0;
    let gap = end / CALLS;
    let mut busy: BinaryHeap<Reverse<u64>> = BinaryHeap::new();
    let mut waiting: std::collections::VecDeque<u64> = std::collections::VecDeque::new();
    let (mut answered, mut abandoned) = (0, 0);
    let mut now = exponential(gap);
    while now < end {
        let at = now as u64;
        while busy.peek().is_some_and(|Reverse(until)| *until <= at) {
            let free = busy.pop().map_or(at, |Reverse(until)| until);
            while let Some(patience) = waiting.pop_front() {
                if patience < free {
                    abandoned += 1;
                    continue;
                }
                answered += 1;
                busy.push(Reverse(free + exponential(HANDLE_S * 1_000.0) as u64));
                break;
            }
        }
        if busy.len() < AGENTS as usize {
            answered += 1;
            busy.push(Reverse(at + exponential(HANDLE_S * 1_000.0) as u64));
        } else {
            waiting.push_back(at + exponential(PATIENCE_S * 1_000.0) as u64);
        }
        now += exponential(gap);
    }
    (answered, abandoned)
}

/// Erlang B, C and A from the states of the birth and death process, each weighed by its logarithm:
/// what does not overflow where factorials do.
fn birth_death(load: Load, agents: u32, patience_s: Option<f64>, queue_max: u32) -> f64 {
    let (rate, pace) = (load.calls_per_hour / 3_600.0, 1.0 / load.handle_s);
    let mut log = 0.0_f64;
    let mut weights = vec![0.0];
    for n in 1..=agents + queue_max {
        let served = f64::from(n.min(agents)) * pace;
        let gives_up = patience_s.map_or(0.0, |s| f64::from(n.saturating_sub(agents)) / s);
        log += (rate / (served + gives_up)).ln();
        weights.push(log);
    }
    let most = weights.iter().copied().fold(f64::MIN, f64::max);
    let weights: Vec<f64> = weights.iter().map(|log| (log - most).exp()).collect();
    let all: f64 = weights.iter().sum();
    weights[agents as usize..].iter().sum::<f64>() / all
}

/// What is asked over and over.
type Question<'q> = &'q dyn Fn() -> f64;

fn main() {
    let centre = day();
    let mut ours: Vec<f64> = Vec::new();
    let mut theirs: Vec<f64> = Vec::new();
    let mut calls = 0;
    for seed in 1..=5 {
        let start = Instant::now();
        let report = centre.run(seed).expect("a valid centre");
        ours.push(start.elapsed().as_secs_f64());
        calls = report.total.offered;
        let start = Instant::now();
        black_box(bare_day(seed));
        theirs.push(start.elapsed().as_secs_f64());
    }
    assert!(calls > 95_000, "only {calls} calls");
    let middle = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let row = Row {
        area: "acd",
        case: "simulated-day-100k-calls-3k-agents",
        metric: "time per day",
        unit: "s",
        ours: middle(&mut ours),
        peer: "one heap, one queue, no engine",
        theirs: Some(middle(&mut theirs)),
    };
    row.save().expect("the summary can be written");

    let agents = 10_000;
    let load = Load { calls_per_hour: 118_800.0, handle_s: 300.0 };
    let erlangs = load.erlangs();
    let kinds: [(&str, Question<'_>, Question<'_>); 3] = [
        ("erlang-b-10k-agents", &|| erlang_b(agents, black_box(erlangs)).expect("a load"), &|| {
            let load = Load { calls_per_hour: black_box(load.calls_per_hour), ..load };
            birth_death(load, agents, None, 0)
        }),
        (
            "erlang-c-10k-agents",
            &|| {
                let load = Load { calls_per_hour: black_box(load.calls_per_hour), ..load };
                service(load, Patience::Endless, agents, 20.0).expect("stable").wait_probability
            },
            &|| {
                let load = Load { calls_per_hour: black_box(load.calls_per_hour), ..load };
                birth_death(load, agents, None, 5_000)
            },
        ),
        (
            "erlang-a-10k-agents",
            &|| {
                let load = Load { calls_per_hour: black_box(load.calls_per_hour), ..load };
                let patience = Patience::Mean(120.0);
                service(load, patience, agents, 20.0).expect("a load").wait_probability
            },
            &|| {
                let load = Load { calls_per_hour: black_box(load.calls_per_hour), ..load };
                birth_death(load, agents, Some(120.0), 5_000)
            },
        ),
    ];
    for (case, ours, theirs) in kinds {
        let (a, b) = (ours(), theirs());
        assert!((a / b - 1.0).abs() < 1e-6, "{case}: {a} is not {b}");
        let (ours, theirs) = versus(
            || {
                black_box(ours());
            },
            || {
                black_box(theirs());
            },
        );
        let row = Row {
            area: "acd",
            case,
            metric: "time per answer",
            unit: "us",
            ours: ours * 1e6,
            peer: "birth-death process in logarithms",
            theirs: Some(theirs * 1e6),
        };
        row.save().expect("the summary can be written");
    }
}
