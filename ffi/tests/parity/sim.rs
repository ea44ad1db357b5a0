//! A simulated day from a text, beside the same one made in Rust.

use std::ptr::{null, null_mut};

use acd_core::sim::{Centre, Draw, Group, Stream};
use acd_core::{Membership, QueueConfig, Skill, Strategy};
use trunkline::*;

const DAY: &str = r#"
length_s = 28800
interval_s = 3600
warm_up_s = 1800
skills = { french = 7 }
[[stream]]
queue = "support"
calls_per_hour = [30, 50.25]
handle_s = { mean = 240, variation = 1.1 }
patience_s = 90.5
priority = 2
skills = { french = 3 }
[[stream]]
queue = "sales"
calls_per_hour = 70
handle_s = 150
[[queue]]
name = "sales"
wrap_up_ms = 4000
[[queue]]
name = "support"
strategy = "round-robin"
max_wait_ms = 300000
[[group]]
agents = 6
queues = ["sales", { queue = "support", penalty = 2, level = 1 }]
skills = { french = 4 }
answer_s = { fixed = 2 }
[[group]]
agents = 2
queues = ["sales"]
shifts = [[0, 14400], [18000, 28800]]
"#;

fn in_rust() -> Centre {
    let french = |level| vec![Skill { skill: 7, level }];
    let usual = QueueConfig::default();
    Centre {
        queues: vec![
            QueueConfig { wrap_up_ms: 4_000, ..usual },
            QueueConfig { strategy: Strategy::RoundRobin, max_wait_ms: Some(300_000), ..usual },
        ],
        streams: vec![
            Stream {
                queue: 1,
                priority: 2,
                needs: french(3),
                calls_per_hour: vec![30.0, 50.25],
                handle: Draw::LogNormal { mean: 240.0, variation: 1.1 },
                patience: Some(Draw::Exponential(90.5)),
            },
            Stream {
                calls_per_hour: vec![70.0],
                handle: Draw::Exponential(150.0),
                ..Stream::default()
            },
        ],
        groups: vec![
            Group {
                agents: 6,
                queues: vec![
                    (0, Membership::default()),
                    (1, Membership { penalty: 2, level: 1, ..Membership::default() }),
                ],
                skills: french(4),
                answer: Some(Draw::Fixed(2.0)),
                ..Group::default()
            },
            Group {
                agents: 2,
                queues: vec![(0, Membership::default())],
                shifts: vec![(0, 14_400), (18_000, 28_800)],
                ..Group::default()
            },
        ],
        interval_s: 3_600,
        length_s: 28_800,
        warm_up_s: 1_800,
        ..Centre::default()
    }
}

#[test]
fn a_simulated_day_is_the_same_day() {
    let report = in_rust().run(11).expect("a sound centre");
    let study = in_rust().study(11, 3).expect("a sound centre");
    let mut sim = null_mut();
    let mut total = std::mem::MaybeUninit::<tl_sim_tally>::uninit();
    let mut over = std::mem::MaybeUninit::<tl_sim_study_result>::uninit();
    let (mut occupancy, mut answered, mut count) = (0.0, [0u64; 8], 0);
    let mut agents = [tl_sim_agent { busy_s: 0.0, there_s: 0.0 }; 8];
    let mut agent_count = 0;
    // SAFETY: a text with its length, and places as large as is said; read only after success.
    let (total, over) = unsafe {
        let ok = |status| assert_eq!(status, tl_status::TL_OK);
        ok(tl_sim_new(DAY.as_ptr().cast(), DAY.len(), null(), &raw mut sim));
        ok(tl_sim_run(sim, 11));
        ok(tl_sim_get_total(sim, total.as_mut_ptr(), &raw mut occupancy));
        ok(tl_sim_study(sim, 11, 3, over.as_mut_ptr()));
        ok(tl_sim_list_answered(sim, answered.as_mut_ptr(), 8, &raw mut count));
        ok(tl_sim_list_agents(sim, agents.as_mut_ptr(), 8, &raw mut agent_count));
        ok(tl_sim_free(sim));
        (total.assume_init(), over.assume_init())
    };
    let rust = &report.total;
    assert!(rust.offered > 500 && rust.abandoned > 0);
    assert_eq!(
        (total.offered, total.answered, total.abandoned, total.left, total.waited, total.in_level),
        (rust.offered, rust.answered, rust.abandoned, rust.left, rust.waited, rust.in_level),
    );
    assert_eq!(
        [total.wait_s, total.answer_s, total.talk_s, total.service_level, occupancy],
        [rust.wait_s, rust.answer_s, rust.talk_s, rust.service_level(), report.occupancy()],
    );
    assert_eq!(answered[..count], report.answered_by.concat());
    let agents: Vec<_> = agents[..agent_count].iter().map(|of| (of.busy_s, of.there_s)).collect();
    assert_eq!(agents, report.agents);
    let (ours, theirs) = (over.average_wait_s, study.average_wait_s);
    assert_eq!([ours.mean, ours.error], [theirs.mean, theirs.error]);
}
