//! Levels that open by waiting, against the tier rules of `mod_callcenter` as its source has them:
//! one pass over the members logged in, in the order of their levels.

use acd_core::*;
use proptest::prelude::{any, prop_assert_eq, proptest};

use crate::desk::Desk;

/// A member: its level, whether it is logged in, whether it can be rung.
type Row = (u16, bool, bool);

/// Whether anybody can be rung for a call that has waited so long.
fn callback(rows: &[Row], rules: TierRules, waited: u64) -> Option<usize> {
    let mut order: Vec<usize> = (0..rows.len()).filter(|&n| rows[n].1).collect();
    order.sort_by_key(|&n| rows[n].0);
    let (mut tier, mut available) = (0, 0);
    for n in order {
        let (level, _, free) = rows[n];
        if level > tier {
            let wait = u64::from(rules.wait_ms);
            if rules.skip_empty && available == 0 {
                tier = level;
            } else if waited >= if rules.by_level { u64::from(level) * wait } else { wait } {
                (tier, available) = (level, 0);
            } else {
                return None;
            }
        }
        available += 1;
        if free {
            return Some(n);
        }
    }
    None
}

proptest! {
    /// INV-41: no member of a higher level is rung before its time, and at that very instant it is.
    #[test]
    fn inv_41_levels_open_as_in_mod_callcenter(
        members in proptest::collection::vec((0u16..5, 0u8..3), 1..7),
        wait_ms in 1u32..5_000,
        by_level in any::<bool>(),
        skip_empty in any::<bool>(),
    ) {
        let rules = TierRules { wait_ms, by_level, skip_empty };
        let config = QueueConfig { tiers: Some(rules), ..QueueConfig::default() };
        let (mut desk, queue) = Desk::with_queue(config);
        let mut rows: Vec<Row> = Vec::new();
        for (tag, &(level, state)) in (0..).zip(&members) {
            let place = Membership { level, ..Membership::default() };
            let agent = desk.agent(tag, queue, place);
            desk.set(agent, match state {
                0 => AgentRequest::LoggedOut,
                1 => AgentRequest::NotReady(1),
                _ => AgentRequest::Available,
            });
            rows.push((level, state > 0, state == 2));
        }
        desk.arrive(7, queue);
        desk.at(60_000);
        let offered = desk.log.iter().find_map(|(at, output)| match output {
            Output::Offer { agent_tag, .. } => Some((at.ms(), *agent_tag as usize)),
            _ => None,
        });
        let instants = (0..6).map(|n| n * u64::from(wait_ms));
        let mut found = instants.filter_map(|at| Some((at, callback(&rows, rules, at)?)));
        let expected = found.next();
        prop_assert_eq!(offered.map(|o| o.0), expected.map(|e| e.0));
        prop_assert_eq!(offered.map(|o| rows[o.1].0), expected.map(|e| rows[e.1].0), "level");
    }
}

#[test]
fn the_next_level_is_there_when_the_last_of_a_lower_one_logs_out() {
    let rules = TierRules { wait_ms: 300_000, by_level: true, skip_empty: true };
    let config = QueueConfig { tiers: Some(rules), ..QueueConfig::default() };
    let (mut desk, queue) = Desk::with_queue(config);
    let first = desk.agent(1, queue, Membership::default());
    desk.set(first, AgentRequest::NotReady(1));
    desk.agent(2, queue, Membership { level: 2, ..Membership::default() });
    desk.arrive(7, queue);
    desk.at(1_000);
    assert_eq!(desk.said(), "0 joined 7 at 1\n", "somebody is logged in on level 0");
    let why = desk.engine.why_waiting(desk.calls[&7]).unwrap();
    assert_eq!((why.not_ready, why.out_of_window), (1, 1));
    assert_eq!(why.next_change, Some(Time(300_000)));
    desk.set(first, AgentRequest::LoggedOut);
    assert_eq!(desk.said(), "1000 offer 7 to 2\n");
}

#[test]
fn other_rules_hold_at_once() {
    let rules = TierRules { wait_ms: 60_000, ..TierRules::default() };
    let config = QueueConfig { tiers: Some(rules), ..QueueConfig::default() };
    let (mut desk, queue) = Desk::with_queue(config);
    desk.agent(2, queue, Membership { level: 1, ..Membership::default() });
    desk.arrive(7, queue);
    desk.at(1_000).said();
    desk.engine.set_queue(queue, QueueConfig { tiers: None, ..config }).unwrap();
    desk.at(1_000);
    assert_eq!(desk.said(), "1000 offer 7 to 2\n");
}

/// Asterisk without `shared_lastcall`: paperwork of one queue, calls of the other.
#[test]
fn inv_20_paperwork_that_is_not_shared_keeps_from_one_queue_only() {
    let config =
        QueueConfig { wrap_up_ms: 10_000, wrap_up_shared: false, ..QueueConfig::default() };
    let (mut desk, sales) = Desk::with_queue(config);
    let help = desk.engine.add_queue(QueueConfig::default()).unwrap();
    let agent = desk.agent(1, sales, Membership::default());
    desk.engine.join_queue(agent, help, Membership::default()).unwrap();
    desk.arrive(1, sales);
    desk.accept(1);
    desk.at(1_000).hang_up(1);
    assert_eq!(desk.engine.agent_state(agent), Ok(AgentState::Available));
    desk.arrive(2, sales);
    assert_eq!(desk.engine.why_waiting(desk.calls[&2]).unwrap().busy, 1);
    desk.said();
    desk.at(2_000).arrive(3, help);
    assert_eq!(desk.said(), "2000 joined 3 at 1\n2000 offer 3 to 1\n");
    desk.hang_up(3);
    desk.at(10_999).said();
    desk.at(11_000);
    assert_eq!(desk.said(), "11000 offer 2 to 1\n");
    // Done early, and gone with the log-out.
    desk.accept(1);
    desk.hang_up(2);
    desk.arrive(4, sales);
    desk.said();
    desk.give(Input::EndWrapUp { agent });
    assert_eq!(desk.said(), "11000 offer 4 to 1\n");
}
