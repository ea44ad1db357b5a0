//! The five reports, from one small morning.

use acd_core::stats::{
    AgentIntervalSlot, AgentSlot, CallEnd, CallSlot, ClassSlot, EndedSlot, Level, Lost, RatingSlot,
    Stats, StatsConfig, StatsLimits, StatsStorage, Traffic, TrafficSlot,
};
use acd_core::*;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use crate::desk::Desk;

const HALF_HOUR: u64 = 1_800_000;

const SMALL: StatsConfig =
    StatsConfig { interval_ms: 500, level_ms: 300, short_ms: 50, level: Level::OfAnswered };

/// INV-14: the definition stands with the numbers: of the queue, and of the statistics; a snapshot
/// keeps it.
#[test]
fn inv_14_a_service_level_comes_with_its_definition() {
    for (definition, in_level, of) in [
        (Level::OfAnswered, 1, 2),
        (Level::OfAnsweredAndAbandoned, 2, 4),
        (Level::OfOffered, 1, 5),
        (Level::OfOfferedButShort, 1, 4),
    ] {
        let config = QueueConfig {
            service_level_ms: 10_000,
            service_level: definition,
            short_ms: 2_000,
            ..QueueConfig::default()
        };
        let (mut desk, queue) = Desk::with_queue(config);
        desk.agent(1, queue, Membership::default());
        // Answered at once, and after 15 s; abandoned after 1 s, and after 12 s; waiting still.
        desk.arrive(1, queue);
        desk.accept(1);
        desk.arrive(2, queue);
        desk.arrive(3, queue);
        desk.at(1_000).hang_up(3);
        desk.arrive(4, queue);
        desk.at(13_000).hang_up(4);
        desk.hang_up(1);
        desk.at(15_000).accept(1);
        desk.arrive(5, queue);
        let expected = ServiceLevel { definition, in_level, of };
        assert_eq!(desk.engine.service_level(queue), Ok(expected));

        let mut stats = Stats::growing(StatsConfig {
            interval_ms: HALF_HOUR,
            level_ms: 10_000,
            short_ms: 2_000,
            level: definition,
        });
        for (at, output) in &desk.log {
            stats.see(*at, output);
        }
        assert_eq!(stats.service_level(&stats.queues()[&queue]), expected);
        let again = Stats::restore(&stats.snapshot()).unwrap();
        assert_eq!(again.service_level(&again.queues()[&queue]), expected);
        let mut bytes = vec![0; desk.engine.snapshot(&mut []).unwrap()];
        desk.engine.snapshot(&mut bytes).unwrap();
        let again = Engine::restore(Limits::default(), &bytes).unwrap();
        assert_eq!(again.service_level(queue), Ok(expected));
    }
}

#[test]
fn a_morning_in_five_reports() {
    let limits = Limits { classes: 2, ..Limits::default() };
    let mut desk = Desk::new(limits);
    let config =
        QueueConfig { wrap_up_ms: 30_000, ring_timeout_ms: 10_000, ..QueueConfig::default() };
    let sales = desk.engine.add_queue(config).unwrap();
    let ann = desk.agent(1, sales, Membership::default());
    let french = desk.engine.add_class(&[Skill { skill: 1, level: 1 }]).unwrap();
    let arrive = |desk: &mut Desk, tag: u64, class: ClassId| {
        desk.give(Input::Arrive(CallConfig { tag, class, ..CallConfig::new(sales) }));
    };
    // Answered in 4 s, 60 s of talk over the seam of the half hour, 30 s of paperwork.
    desk.at(HALF_HOUR - 40_000);
    arrive(&mut desk, 1, ClassId::ANY);
    desk.at(HALF_HOUR - 36_000).accept(1);
    desk.at(HALF_HOUR + 24_000).hang_up(1);
    // Gives up after 2 s, nobody speaks French.
    arrive(&mut desk, 2, french);
    desk.at(HALF_HOUR + 26_000).hang_up(2);
    // Rings 10 s in vain, then answered after 35 s in all and talked out by the agent.
    desk.at(HALF_HOUR + 60_000);
    arrive(&mut desk, 3, ClassId::ANY);
    desk.at(HALF_HOUR + 95_000).accept(1);
    let call = desk.calls[&3];
    desk.at(HALF_HOUR + 115_000).give(Input::Complete { call, by: EndedBy::Agent });
    desk.at(HALF_HOUR + 150_000);

    let mut stats = Stats::growing(StatsConfig::default());
    for (at, output) in &desk.log {
        stats.see(*at, output);
    }
    let calls = stats.take_calls();
    stats.rate(&calls[0], 5);
    stats.rate(&calls[2], 2);

    // Traffic by interval: by when calls joined.
    let intervals = stats.intervals();
    let first = intervals[&Time(0)];
    assert_eq!((first.offered, first.answered, first.talked_ms), (1, 1, 60_000));
    assert_eq!((first.wrap_up_ms, first.handle_average_ms()), (30_000, 90_000));
    let second = intervals[&Time(HALF_HOUR)];
    assert_eq!((second.offered, second.answered, second.abandoned), (2, 1, 1));
    assert_eq!((second.answer_average_ms(), second.abandoned_per_mille()), (35_000, 500));

    // By queue, and by class of calls; the service level by its definitions.
    let queue = stats.queues()[&sales];
    assert_eq!((queue.offered, queue.answered, queue.abandoned, queue.short), (3, 2, 1, 1));
    assert_eq!(queue.level(Level::OfAnswered), (1, 2));
    assert_eq!(queue.level(Level::OfAnsweredAndAbandoned), (2, 3));
    assert_eq!(queue.level(Level::OfOffered), (1, 3));
    assert_eq!(queue.level(Level::OfOfferedButShort), (1, 2));
    let of_class = |class: ClassId| -> u64 {
        stats.traffic_by_class().filter(|row| row.2 == class).map(|row| row.3.offered).sum()
    };
    assert_eq!((of_class(ClassId::ANY), of_class(french)), (2, 1));

    // Agents: of all time, by profile, by interval, and their points.
    let now = Time(HALF_HOUR + 150_000);
    let (agent, row) = stats.agents(now).next().unwrap();
    assert_eq!((agent, row.talking_ms, row.wrap_up_ms), (ann, 80_000, 60_000));
    assert_eq!((row.offered, row.answered, row.missed), (4, 2, 2));
    assert_eq!(row.points(10, 3), 2 * 10 + 7 - 2 * 3);
    assert_eq!(row.occupancy_per_mille(), 140_000 * 1_000 / row.logged_in_ms());
    let engine = &desk.engine;
    let profiles = stats.agents_by(now, |agent| engine.agent_config(agent).unwrap().profile);
    assert_eq!(profiles[&ProfileId::PLAIN], row);
    let halves: Vec<(u64, u64)> =
        stats.agents_by_interval().map(|(at, _, row)| (at.ms(), row.talking_ms)).collect();
    assert_eq!(halves, [(0, 36_000), (HALF_HOUR, 44_000)]);

    // Call detail.
    assert_eq!(calls.len(), 3);
    assert_eq!((calls[1].tag, calls[1].answered), (2, None));
    let end = (CallEnd::Completed(EndedBy::Agent), Time(HALF_HOUR + 115_000));
    assert_eq!((calls[2].offers, calls[2].end), (3, Some(end)));

    // Satisfaction.
    let (of, by, ratings) = stats.satisfaction().next().unwrap();
    assert_eq!((of, by, ratings.count, ratings.sum), (sales, Some(ann), 2, 7));
    assert_eq!((ratings.grades[2], ratings.grades[5]), (1, 1));
}

/// What a busy desk said, from random numbers: who calls, answers, gives up, talks how long.
fn said(events: &[(u8, u8)]) -> Vec<(Time, Output)> {
    let config = QueueConfig { wrap_up_ms: 700, ring_timeout_ms: 900, ..QueueConfig::default() };
    let (mut desk, queue) = Desk::with_queue(config);
    for tag in 0..3 {
        desk.agent(tag, queue, Membership::default());
    }
    let mut now = 0;
    for (n, &(what, ms)) in (0..).zip(events) {
        now += u64::from(ms) * 7;
        desk.at(now);
        match what % 4 {
            0 | 1 => desk.arrive(n, queue),
            2 => {
                let offer = desk.offers.values().nth(usize::from(what / 4) % 3).copied();
                let _ = offer.map(|offer| desk.try_give(Input::Accept { offer }));
            }
            _ => {
                let call = desk.calls.values().nth(usize::from(what / 4)).copied();
                let _ = call.map(|call| desk.try_give(Input::Hangup { call }));
            }
        }
    }
    desk.log
}

fn folded(outputs: &[(Time, Output)], stats: &mut Stats<'_>) {
    for (at, output) in outputs {
        stats.see(*at, output);
    }
}

proptest! {
    /// INV-51: numbers restored from a snapshot go on as the fold that never stopped; damage is
    /// found.
    #[test]
    fn inv_51_restored_numbers_go_on_as_if_the_fold_had_never_stopped(
        events in proptest::collection::vec(any::<(u8, u8)>(), 1..200),
        stop in any::<u16>(),
        place in any::<u16>(),
        change in 1u8..,
    ) {
        let said = said(&events);
        let (before, after) = said.split_at(usize::from(stop) % (said.len() + 1));
        let mut lasting = Stats::growing(SMALL);
        folded(before, &mut lasting);
        let mut bytes = lasting.snapshot();
        let mut stopped = Stats::restore(&bytes).expect("a sound snapshot");
        prop_assert_eq!(stopped.state_hash(), lasting.state_hash());
        prop_assert_eq!(&stopped.snapshot(), &bytes);
        folded(after, &mut lasting);
        folded(after, &mut stopped);
        prop_assert_eq!(stopped.state_hash(), lasting.state_hash());
        prop_assert_eq!(stopped.queues(), lasting.queues());
        prop_assert_eq!(stopped.take_calls(), lasting.take_calls());

        let cut = usize::from(stop) % bytes.len();
        prop_assert!(matches!(Stats::restore(&bytes[..cut]), Err(Error::Snapshot(_))));
        let place = usize::from(place) % bytes.len();
        bytes[place] ^= change;
        prop_assert!(matches!(Stats::restore(&bytes), Err(Error::Snapshot(_))));
    }

    /// INV-10, INV-14: in every interval what was offered is what became of it and what is there
    /// still; rows that are forgotten are gone, and the others as they were.
    #[test]
    fn inv_10_intervals_add_up_and_old_ones_are_forgotten(
        events in proptest::collection::vec(any::<(u8, u8)>(), 1..200),
        stop in any::<u16>(),
    ) {
        let said = said(&events);
        let (before, after) = said.split_at(usize::from(stop) % (said.len() + 1));
        let mut whole = Stats::growing(SMALL);
        folded(before, &mut whole);
        let mut short = Stats::restore(&whole.snapshot()).expect("a sound snapshot");
        let seam = Time(before.last().map_or(0, |(at, _)| at.ms()) / 500 * 500);
        short.forget_before(seam);
        folded(after, &mut whole);
        folded(after, &mut short);
        let kept = |stats: &Stats<'_>| -> Vec<(Time, Traffic)> {
            stats.traffic().filter(|row| row.0 >= seam).map(|row| (row.0, *row.2)).collect()
        };
        prop_assert_eq!(kept(&short), kept(&whole));
        prop_assert!(short.traffic().all(|row| row.0 >= seam));
        prop_assert!(short.traffic_by_class().all(|row| row.0 >= seam));
        prop_assert!(short.agents_by_interval().all(|row| row.0 >= seam));
        let end = said.last().map_or(Time::ZERO, |(at, _)| *at);
        prop_assert!(short.agents(end).eq(whole.agents(end)), "agents of all time stay");
        let mut there = 0;
        for (.., row) in whole.traffic() {
            let gone = row.refused + row.answered + row.abandoned + row.left + row.moved;
            prop_assert!(gone <= row.offered);
            there += row.offered - gone;
            for level in [Level::OfAnswered, Level::OfOffered, Level::OfOfferedButShort] {
                let (part, of) = row.level(level);
                prop_assert!(part <= of);
            }
        }
        let joined = said.iter().filter(|(_, o)| matches!(o, Output::Joined { .. })).count();
        let ended = said.iter().filter(|(_, output)| {
            matches!(output, Output::Connected { .. } | Output::Left { .. })
        });
        prop_assert_eq!(there as usize, joined - ended.count());
    }

    /// INV-51, INV-52: tables of so many rows say what growing ones say, of what they had room for;
    /// what they had no room for is counted.
    #[test]
    fn full_tables_are_right_about_what_they_hold_and_count_the_rest(
        events in proptest::collection::vec(any::<(u8, u8)>(), 1..200),
        room in 0u32..40,
    ) {
        let said = said(&events);
        let mut whole = Stats::growing(SMALL);
        folded(&said, &mut whole);
        prop_assert_eq!(whole.lost(), Lost::default());
        let plenty = StatsLimits::new(Limits::default(), 200);
        let few = StatsLimits {
            traffic: room,
            classes: room,
            agent_intervals: room,
            ended: room,
            ..plenty
        };
        let mut memory = Memory::new(plenty);
        let mut same = Stats::new(SMALL, memory.storage());
        folded(&said, &mut same);
        prop_assert_eq!(same.lost(), Lost::default());
        prop_assert_eq!(same.state_hash(), whole.state_hash());
        let bytes = same.snapshot();
        prop_assert_eq!(&bytes, &whole.snapshot());

        let mut memory = Memory::new(few);
        let mut part = Stats::new(SMALL, memory.storage());
        folded(&said, &mut part);
        let mut heap = Stats::with_capacity(SMALL, few);
        folded(&said, &mut heap);
        prop_assert_eq!(heap.state_hash(), part.state_hash());
        let (rows, all) = (part.traffic().count(), whole.traffic().count());
        prop_assert_eq!(rows, all.min(room as usize));
        prop_assert_eq!(part.lost().traffic > 0, rows < all);
        for row in part.traffic() {
            prop_assert!(whole.traffic().any(|other| other == row));
        }
        for row in part.agents_by_interval() {
            prop_assert!(whole.agents_by_interval().any(|other| other == row));
        }
        let offered = |stats: &Stats<'_>| -> u64 {
            stats.traffic_by_class().map(|row| row.3.offered).sum()
        };
        prop_assert!(offered(&part) <= offered(&whole));
        prop_assert!(offered(&whole) - offered(&part) <= part.lost().classes);

        // What is lost is in the snapshot; what does not fit is refused, not cut off.
        let mut other = Memory::new(few);
        let lost = part.lost();
        let again = Stats::restore_in(other.storage(), &part.snapshot()).expect("it fits");
        prop_assert_eq!((again.lost(), again.state_hash()), (lost, part.state_hash()));
        if lost.traffic > 0 {
            let less = Stats::restore_with_capacity(few, &bytes);
            prop_assert!(matches!(less, Err(Error::Snapshot(_))));
        }
        let taken = part.take_calls();
        let details = whole.take_calls();
        prop_assert_eq!(&taken[..], &details[..taken.len()], "the first are kept");
        prop_assert_eq!(taken.len() as u64 + lost.ended, details.len() as u64);

        // A full table is not full for ever.
        let end = said.last().map_or(Time::ZERO, |(at, _)| *at);
        part.forget_before(end.plus(SMALL.interval_ms));
        prop_assert_eq!(part.traffic().count(), 0);
        let queue = QueueId::from_raw(0);
        let reason = RefuseReason::Full;
        let refused = Output::Refused { tag: 1, queue, class: ClassId::ANY, reason };
        part.see(end.plus(2 * SMALL.interval_ms), &refused);
        prop_assert_eq!(part.traffic().count(), usize::from(room > 0));
    }
}

/// A caller's memory for statistics.
struct Memory(
    Vec<TrafficSlot>,
    Vec<ClassSlot>,
    Vec<AgentSlot>,
    Vec<AgentIntervalSlot>,
    Vec<RatingSlot>,
    Vec<CallSlot>,
    Vec<EndedSlot>,
);

impl Memory {
    fn new(limits: StatsLimits) -> Self {
        fn slots<T: Default + Clone>(n: u32) -> Vec<T> {
            vec![T::default(); n as usize]
        }
        Self(
            slots(limits.traffic),
            slots(limits.classes),
            slots(limits.agents),
            slots(limits.agent_intervals),
            slots(limits.ratings),
            slots(limits.calls),
            slots(limits.ended),
        )
    }

    fn storage(&mut self) -> StatsStorage<'_> {
        let Self(traffic, classes, agents, agent_intervals, ratings, calls, ended) = self;
        StatsStorage { traffic, classes, agents, agent_intervals, ratings, calls, ended }
    }
}

/// A row of traffic by interval and queue takes 160 bytes, one of an agent's interval 112: what a
/// reader of [`StatsLimits::bytes`] multiplies with.
#[test]
fn rows_are_as_small_as_they_can_be() {
    let one = |limits: StatsLimits| limits.bytes();
    let none = StatsLimits {
        traffic: 0,
        classes: 0,
        agents: 0,
        agent_intervals: 0,
        ratings: 0,
        calls: 0,
        ended: 0,
    };
    assert_eq!(one(none), 0);
    assert_eq!(one(StatsLimits { traffic: 1, ..none }), 160);
    assert_eq!(one(StatsLimits { agent_intervals: 1, ..none }), 112);
}
