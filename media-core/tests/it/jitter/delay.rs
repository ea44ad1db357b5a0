//! How long sound waits: as long as the network makes it worth, within the bounds asked for.

use media_core::jitter::{Config, Kind};

use super::{Call, talk};

#[test]
fn after_a_bad_spell_the_delay_comes_back() {
    let mut call = Call::new(Config::default());
    let mut waiting = Vec::new();
    let (mut worst, mut back) = (0, None);
    for i in 0..6000_u16 {
        // Ten seconds of packets that come up to 120 ms late, then calm.
        let late = if (500..1000).contains(&i) { u16::from(i % 7 == 0) * (i % 6) } else { 0 };
        waiting.push((i + late, i));
        waiting.sort_unstable();
        while waiting.first().is_some_and(|w| w.0 <= i) {
            let (_, n) = waiting.remove(0);
            call.send(n, u32::from(n) * 160, talk(n));
        }
        let (pulled, _) = call.pull();
        worst = worst.max(pulled.delay_ms);
        if i > 1000 && pulled.delay_ms <= 60 {
            back = back.or(Some(i - 1000));
        }
    }
    assert!(worst >= 80, "{worst}");
    // Half the memory of one minute has to pass before calm is believed.
    assert!(back.is_some_and(|ticks| ticks < 60 * 50), "{back:?}");
    let stats = call.buffer.stats();
    assert!(stats.removed_samples > 0);
    assert!(stats.concealed_samples < 50 * 160, "{stats:?}");
}

#[test]
fn early_stalls_are_a_warning() {
    let mut call = Call::new(Config::default());
    let mut waiting = Vec::new();
    let mut fell = None;
    for i in 0..2400_u16 {
        // Two stalls of 120 ms in the first seven seconds, then calm.
        let late =
            [150, 300].map(|from| if (from..from + 6).contains(&i) { from + 6 - i } else { 0 });
        waiting.push((i + late[0] + late[1], i));
        waiting.sort_unstable();
        while waiting.first().is_some_and(|w| w.0 <= i) {
            let (_, n) = waiting.remove(0);
            call.send(n, u32::from(n) * 160, talk(n));
        }
        let (pulled, _) = call.pull();
        if i > 400 && pulled.delay_ms < 100 {
            fell = fell.or(Some(i));
        }
    }
    // Seventeen seconds of calm do not outweigh them yet.
    assert!(fell.is_none_or(|i| i > 1200), "{fell:?}");
}

#[test]
fn clocks_that_differ_cost_nothing_but_a_cut_now_and_then() {
    // The sender's clock is 0.05 % fast, then 0.05 % slow.
    for drift in [-10_i64, 10] {
        let mut call = Call::new(Config::default());
        let (mut next, mut sequence) = (1_000_000_i64, 0_u16);
        for _ in 0..15_000 {
            while next <= call.now as i64 {
                call.send(sequence, u32::from(sequence) * 160, talk(sequence));
                sequence += 1;
                next += 20_000 + drift;
            }
            call.pull();
        }
        let stats = call.buffer.stats();
        assert_eq!((stats.late, stats.dropped, stats.restarts), (0, 0, 0));
        assert!(stats.delay_ms <= 80, "{drift}: {stats:?}");
        // 0.05 % of five minutes are 150 ms.
        let moved = if drift < 0 { stats.removed_samples } else { stats.added_samples };
        assert!((150..4000).contains(&moved), "{drift}: {stats:?}");
        assert!(stats.concealed_samples <= 1600, "{drift}: {stats:?}");
    }
}

#[test]
fn a_call_on_hold_does_not_come_back_old() {
    let mut call = Call::new(Config::with_delay(0, 200));
    for i in 0..400_u16 {
        call.send(i, u32::from(i) * 160, 0x90);
        if (100..300).contains(&i) {
            call.now += 20_000; // nobody pulls
        } else {
            let (pulled, _) = call.pull();
            assert!(pulled.delay_ms <= 200, "{i}: {pulled:?}");
        }
    }
    // As it was before: the target of 40 ms, and up to a pull more.
    assert!(call.buffer.stats().delay_ms < 60);
}

#[test]
fn a_fixed_delay_plays_however_the_pulls_fall() {
    for phase_us in (0..20_000).step_by(1_000) {
        let mut call = Call::new(Config::with_delay(60, 60));
        let start = call.now;
        for i in 0..200_u16 {
            call.now = start + u64::from(i) * 20_000;
            call.send(i, u32::from(i) * 160, 0x90);
            call.now += phase_us;
            let (pulled, _) = call.pull();
            if i >= 10 {
                assert_eq!(pulled.kind, Kind::Voice, "{phase_us} µs, {i}");
                assert!((41..=60).contains(&pulled.delay_ms), "{phase_us} µs: {pulled:?}");
            }
        }
    }
}

#[test]
fn in_speech_a_change_of_delay_waits_for_a_pause_but_not_for_ever() {
    // Loud and soft by turns, never quiet; after 20 s the network becomes 100 ms faster.
    let level = |i: u16| if i / 5 % 2 == 0 { 0x90 } else { 0xB0 };
    let run = |pause_at: u16| {
        let mut call = Call::new(Config::default());
        let mut sent = 0;
        let mut removed_at = None;
        for i in 0..1_500_u16 {
            let newest = if i < 1_000 { i } else { i + 5 };
            while sent <= newest {
                let paused = (pause_at..pause_at + 25).contains(&sent);
                let code = if paused { 0xFE } else { level(sent) };
                call.send(sent, u32::from(sent) * 160, code);
                sent += 1;
            }
            call.pull();
            if i >= 1_000 && call.buffer.stats().removed_samples > 0 {
                removed_at = removed_at.or(Some(i - 1_000));
            }
        }
        removed_at
    };
    // In 20 ms: five seconds where nobody pauses, at once where somebody does.
    assert!(
        run(u16::MAX - 25).is_some_and(|i| (240..300).contains(&i)),
        "{:?}",
        run(u16::MAX - 25)
    );
    assert!(run(1_050).is_some_and(|i| (40..100).contains(&i)), "{:?}", run(1_050));
}
