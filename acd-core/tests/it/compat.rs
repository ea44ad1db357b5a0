//! The rules of Asterisk and FreeSWITCH, each against a small oracle of its documentation: every
//! member is looked at and given its metric or its row, with no tree and no index.

use acd_core::*;
use proptest::prelude::{any, proptest};

use crate::desk::Desk;

/// What an oracle knows of a member.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    tag: u64,
    /// Penalty in Asterisk, level in FreeSWITCH.
    tier: u64,
    position: u64,
    busy: bool,
    last_end_ms: u64,
    calls: u64,
    talk_ms: u64,
    last_offered_ms: u64,
}

/// What an oracle remembers between calls: a place to go on from, or the member offered to last.
#[derive(Clone, Copy, Debug, Default)]
struct Memory {
    pointer: u64,
    last: Option<(u64, u64)>,
}

type Oracle = fn(&[Row], &mut Memory, u64) -> Option<u64>;

/// The last of those with the least metric, as a list that was built back to front gives it.
fn last_least(rows: &[Row], metric: impl Fn(&Row) -> u64) -> Option<u64> {
    let free = rows.iter().rev().filter(|row| !row.busy);
    free.min_by_key(|row| metric(row)).map(|row| row.tag)
}

fn leastrecent(rows: &[Row], _: &mut Memory, now: u64) -> Option<u64> {
    last_least(rows, |row| {
        let last = row.last_end_ms / 1_000;
        let idle = 1_000_000 - (now / 1_000 - last);
        row.tier * 1_000_000 + if last == 0 { 0 } else { idle }
    })
}

fn fewestcalls(rows: &[Row], _: &mut Memory, _: u64) -> Option<u64> {
    last_least(rows, |row| row.tier * 1_000_000 + row.calls)
}

fn rrmemory(rows: &[Row], memory: &mut Memory, _: u64) -> Option<u64> {
    let pointer = memory.pointer;
    let metric = |(place, row): (u64, &Row)| {
        let turn = if place < pointer { 1_000 + place } else { place };
        (turn + row.tier * 1_000_000, *row)
    };
    let mut all: Vec<(u64, Row)> = (0..).zip(rows).map(metric).collect();
    all.sort_by_key(|entry| entry.0);
    let chosen = all.iter().position(|entry| !entry.1.busy)?;
    // The best that was not tried; all before the chosen one were, and were busy.
    memory.pointer = all.get(chosen + 1).map_or(0, |entry| entry.0 % 1_000);
    Some(all[chosen].1.tag)
}

fn linear(rows: &[Row], _: &mut Memory, now: u64) -> Option<u64> {
    rrmemory(rows, &mut Memory::default(), now)
}

fn first_by<K: Ord>(rows: &[Row], key: impl Fn(&Row) -> K) -> Option<Row> {
    let free = rows.iter().filter(|row| !row.busy);
    free.min_by_key(|row| key(row)).copied()
}

fn longest_idle(rows: &[Row], _: &mut Memory, _: u64) -> Option<u64> {
    first_by(rows, |row| (row.tier, row.last_end_ms, row.position)).map(|row| row.tag)
}

fn least_talk(rows: &[Row], _: &mut Memory, _: u64) -> Option<u64> {
    first_by(rows, |row| (row.tier, row.talk_ms, row.position)).map(|row| row.tag)
}

fn fewest(rows: &[Row], _: &mut Memory, _: u64) -> Option<u64> {
    first_by(rows, |row| (row.tier, row.calls, row.position)).map(|row| row.tag)
}

fn sequential(rows: &[Row], _: &mut Memory, _: u64) -> Option<u64> {
    first_by(rows, |row| (row.tier, row.position, row.last_offered_ms)).map(|row| row.tag)
}

fn round_robin(rows: &[Row], memory: &mut Memory, _: u64) -> Option<u64> {
    let key = |row: &Row| (row.tier, row.position, row.last_offered_ms);
    let next: Vec<Row> = rows
        .iter()
        .filter(|row| memory.last.is_some_and(|(tier, at)| row.tier == tier && row.position > at))
        .copied()
        .collect();
    let chosen = first_by(&next, key).or_else(|| first_by(rows, key))?;
    memory.last = Some((chosen.tier, chosen.position));
    Some(chosen.tag)
}

/// One call after the other, some members busy each time; who is offered each call.
///
/// A member is kept busy by a chat that rings, which counts for none of the rules.
fn compare(strategy: Strategy, oracle: Oracle, tiers: [u8; 6], turns: &[(u8, u8)]) {
    let asterisk = matches!(strategy, Strategy::Asterisk(_));
    let (mut desk, queue) = Desk::with_queue(QueueConfig { strategy, ..QueueConfig::default() });
    let chats =
        QueueConfig { medium: Medium::Chat, ring_timeout_ms: u32::MAX, ..QueueConfig::default() };
    let chats = desk.engine.add_queue(chats).expect("a queue");
    let mut rows: Vec<Row> = Vec::new();
    let mut agents = Vec::new();
    for (tag, tier) in (0..).zip(tiers) {
        let tier = tier % 3;
        let chat = 1 << Medium::Chat as u8;
        let capacity = Capacity { units: [1, 1, 0, 0], blocked_by: [chat, 0, 0, 0] };
        let config = AgentConfig { tag, capacity, ..AgentConfig::default() };
        let agent = desk.engine.add_agent(config).expect("an agent");
        let place = Membership {
            penalty: if asterisk { u32::from(tier) } else { 0 },
            level: if asterisk { 0 } else { u16::from(tier) },
            position: tag as u32,
            ..Membership::default()
        };
        desk.engine.join_queue(agent, queue, place).expect("a place");
        let place = Membership::default();
        desk.engine.join_queue(agent, chats, place).expect("a place");
        desk.set(agent, AgentRequest::Available);
        agents.push(agent);
        rows.push(Row { tag, tier: u64::from(tier), position: tag, ..Row::default() });
    }
    let mut memory = Memory::default();
    for (call, &(busy, talk)) in (0..).zip(turns) {
        let now = (call + 1) * 10_000;
        desk.at(now);
        for (tag, agent) in (0_u64..).zip(&agents) {
            rows[tag as usize].busy = busy >> tag & 1 == 1;
            if rows[tag as usize].busy {
                desk.give(Input::Arrive(CallConfig {
                    tag: 1_000 + tag,
                    preferred_agent: Some(*agent),
                    ..CallConfig::new(chats)
                }));
            }
        }
        let expected = oracle(&rows, &mut memory, now);
        desk.log.clear();
        desk.arrive(call, queue);
        let chosen = desk.log.iter().find_map(|(_, output)| match output {
            Output::Offer { agent_tag, .. } => Some(*agent_tag),
            _ => None,
        });
        assert_eq!(chosen, expected, "{strategy:?} call {call} {rows:?}");
        let talk_ms = 1_000 + u64::from(talk) * 10;
        if let Some(chosen) = chosen {
            desk.accept(chosen);
            let row = &mut rows[chosen as usize];
            row.last_offered_ms = now;
            row.last_end_ms = now + talk_ms;
            row.talk_ms += talk_ms;
            row.calls += 1;
        }
        desk.at(now + talk_ms).hang_up(call);
        for row in rows.iter().filter(|row| row.busy) {
            desk.hang_up(1_000 + row.tag);
        }
    }
}

const RULES: [(Strategy, Oracle); 10] = [
    (Strategy::Asterisk(Asterisk::LeastRecent), leastrecent),
    (Strategy::Asterisk(Asterisk::FewestCalls), fewestcalls),
    (Strategy::Asterisk(Asterisk::RoundRobinMemory), rrmemory),
    (Strategy::Asterisk(Asterisk::RoundRobinOrdered), rrmemory),
    (Strategy::Asterisk(Asterisk::Linear), linear),
    (Strategy::CallCenter(CallCenter::LongestIdleAgent), longest_idle),
    (Strategy::CallCenter(CallCenter::AgentWithLeastTalkTime), least_talk),
    (Strategy::CallCenter(CallCenter::AgentWithFewestCalls), fewest),
    (Strategy::CallCenter(CallCenter::SequentiallyByAgentOrder), sequential),
    (Strategy::CallCenter(CallCenter::RoundRobin), round_robin),
];

proptest! {
    #[test]
    fn rules_agree_with_their_oracles(
        rule in 0usize..10,
        tiers in any::<[u8; 6]>(),
        turns in proptest::collection::vec(any::<(u8, u8)>(), 1..40),
    ) {
        let (strategy, oracle) = RULES[rule];
        compare(strategy, oracle, tiers, &turns);
    }
}

#[test]
fn round_robin_agrees_with_recorded_traces() {
    let trace = |tiers: [u64; 3], busy: u64, calls: u64| {
        let mut memory = Memory::default();
        let rows: Vec<Row> = (0..3)
            .map(|tag| Row {
                tag,
                tier: tiers[tag as usize],
                busy: busy >> tag & 1 == 1,
                ..Row::default()
            })
            .collect();
        (0..calls).filter_map(|_| rrmemory(&rows, &mut memory, 0)).collect::<Vec<_>>()
    };
    assert_eq!(trace([0, 0, 0], 0, 5), [0, 1, 2, 0, 1]);
    assert_eq!(trace([0, 0, 0], 2, 4), [0, 2, 0, 2]);
    assert_eq!(trace([0, 0, 1], 0, 4), [0, 1, 0, 1]);
}

/// Top-down: one call that nobody answers goes down the levels, then starts again.
#[test]
fn top_down_goes_down_the_levels_and_starts_again() {
    let (mut desk, queue) = Desk::with_queue(QueueConfig {
        strategy: Strategy::CallCenter(CallCenter::TopDown),
        ring_timeout_ms: 1_000,
        retry_ms: 1,
        ..QueueConfig::default()
    });
    for (tag, level, position) in [(1, 1, 5), (2, 0, 2), (3, 0, 1), (4, 2, 1)] {
        let place = Membership { level, position, ..Membership::default() };
        desk.agent(tag, queue, place);
    }
    desk.arrive(7, queue);
    desk.at(6_500);
    assert_eq!(offered(&desk), [3, 2, 1, 4, 3, 2, 1]);
}

fn offered(desk: &Desk) -> Vec<u64> {
    let outputs = desk.log.iter().map(|(_, output)| output);
    outputs
        .filter_map(|output| match output {
            Output::Offer { agent_tag, .. } => Some(*agent_tag),
            _ => None,
        })
        .collect()
}

#[test]
fn ring_all_rings_its_tier_in_asterisk_and_everybody_in_freeswitch() {
    let ring = |strategy| {
        let (mut desk, queue) =
            Desk::with_queue(QueueConfig { strategy, ..QueueConfig::default() });
        for tag in [0, 1, 2] {
            let high = (tag == 2) as u16;
            let place = Membership {
                penalty: u32::from(high) * u32::from(matches!(strategy, Strategy::Asterisk(_))),
                level: high * u16::from(matches!(strategy, Strategy::CallCenter(_))),
                position: tag as u32,
                ..Membership::default()
            };
            desk.agent(tag, queue, place);
        }
        desk.arrive(7, queue);
        desk.at(12_000);
        offered(&desk)
    };
    let mut asterisk = ring(Strategy::Asterisk(Asterisk::RingAll));
    asterisk.sort_unstable();
    assert_eq!(asterisk, [0, 1]);
    assert_eq!(ring(Strategy::CallCenter(CallCenter::RingAll)), [0, 1, 2]);
    let progressively = ring(Strategy::CallCenter(CallCenter::RingProgressively));
    assert_eq!(progressively, [0, 1]);
}

proptest! {
    /// Top-down against its two selects: behind the position tried last on its level, then higher
    /// levels; all again when there is none. Equal positions are tried once a round, the one that
    /// was offered a call longest ago.
    #[test]
    fn top_down_agrees_with_its_selects(
        places in proptest::collection::vec((0u16..3, 1u32..4), 2..7),
    ) {
        let (mut desk, queue) = Desk::with_queue(QueueConfig {
            strategy: Strategy::CallCenter(CallCenter::TopDown),
            ring_timeout_ms: 1_000,
            retry_ms: 1,
            ..QueueConfig::default()
        });
        let mut rows: Vec<Row> = Vec::new();
        for (tag, &(level, position)) in (0..).zip(&places) {
            desk.agent(tag, queue, Membership { level, position, ..Membership::default() });
            let (tier, position) = (u64::from(level), u64::from(position));
            rows.push(Row { tag, tier, position, ..Row::default() });
        }
        desk.at(500).arrive(7, queue);
        desk.at(20_000);
        let mut last: Option<(u64, u64)> = None;
        for (turn, tag) in (1..).zip(offered(&desk)) {
            let select = |last: Option<(u64, u64)>| {
                let after = |row: &&Row| match last {
                    None => true,
                    Some((tier, at)) => row.tier > tier || (row.tier == tier && row.position > at),
                };
                let key = |row: &&Row| (row.tier, row.position, row.last_offered_ms, row.tag);
                rows.iter().filter(after).min_by_key(key).map(|row| row.tag)
            };
            let expected = select(last).or_else(|| select(None));
            assert_eq!(Some(tag), expected, "turn {turn} after {last:?} of {rows:?}");
            let row = &mut rows[tag as usize];
            row.last_offered_ms = turn;
            last = Some((row.tier, row.position));
        }
    }
}

/// `wrandom`: the least of draws below a thousand times one more than the penalty; how often each
/// wins is counted out. `random` of both: the lowest penalty or level alone, each as often.
#[test]
fn draws_are_as_often_as_their_rules_give() {
    const CALLS: u64 = 20_000;
    let wins = |strategy, tiers: [u32; 3]| -> [u64; 3] {
        let (mut desk, queue) =
            Desk::with_queue(QueueConfig { strategy, ..QueueConfig::default() });
        let asterisk = matches!(strategy, Strategy::Asterisk(_));
        for (tag, tier) in (0..).zip(tiers) {
            let (penalty, level) = if asterisk { (tier, 0) } else { (0, tier as u16) };
            desk.agent(tag, queue, Membership { penalty, level, ..Membership::default() });
        }
        let mut wins = [0; 3];
        for call in 0..CALLS {
            desk.at(call + 1).arrive(call, queue);
            let agent = offered(&desk)[0];
            wins[agent as usize] += 1;
            desk.hang_up(call);
            desk.log.clear();
        }
        wins
    };
    // Five standard deviations of a binomial.
    let near = |count: u64, share: f64| {
        let sigma = (CALLS as f64 * share * (1.0 - share)).sqrt();
        (count as f64 - CALLS as f64 * share).abs() <= 5.0 * sigma
    };
    let weighted = wins(Strategy::Asterisk(Asterisk::WeightedRandom), [0, 1, 3]);
    let widths = [1_000_u64, 2_000, 4_000];
    let all: u64 = widths.iter().product();
    for (n, &width) in widths.iter().enumerate() {
        // Draws of this one that beat both others; the first wins a tie.
        let beats = |draw: u64| -> u64 {
            let others = (0..3).filter(|&m| m != n);
            others.map(|m| widths[m].saturating_sub(draw + u64::from(m < n))).product()
        };
        let share = (0..width).map(beats).sum::<u64>() as f64 / all as f64;
        assert!(near(weighted[n], share), "{n}: {weighted:?}, {share}");
    }
    for strategy in [Strategy::Asterisk(Asterisk::Random), Strategy::CallCenter(CallCenter::Random)]
    {
        let even = wins(strategy, [1, 2, 1]);
        assert!(even[1] == 0 && near(even[0], 0.5) && near(even[2], 0.5), "{even:?}");
    }
}
