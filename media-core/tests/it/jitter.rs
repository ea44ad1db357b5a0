//! The jitter buffer: whatever the network does, exactly the samples asked for, in order.

use media_core::g711::Law;
use media_core::jitter::{Config, Decoder, JitterBuffer, Kind, Packet, Pulled, Verdict};
use media_core::plc::Concealer;
use proptest::prelude::*;

/// Payloads of two bytes a "sample": each sample says which one it is.
struct Numbered;

impl Decoder for Numbered {
    fn decode(&mut self, payload: &[u8], out: &mut [i16]) -> usize {
        let n = (payload.len() / 2).min(out.len());
        for (to, from) in out.iter_mut().zip(payload.chunks_exact(2)) {
            *to = i16::from_le_bytes([from[0], from[1]]);
        }
        n
    }
}

struct Call {
    buffer: JitterBuffer,
    now: u64,
    frame: usize,
}

impl Call {
    fn new(config: Config) -> Self {
        Call { buffer: JitterBuffer::new(config), now: 1_000_000, frame: 160 }
    }

    /// A packet of codes whose level tells it apart.
    fn send(&mut self, sequence: u16, timestamp: u32, code: u8) -> Verdict {
        self.send_from(7, sequence, timestamp, code)
    }

    fn send_from(&mut self, ssrc: u32, sequence: u16, timestamp: u32, code: u8) -> Verdict {
        let payload = vec![code; self.frame];
        let arrival_us = self.now;
        let comfort_noise = false;
        self.buffer.insert(&Packet {
            ssrc,
            sequence,
            timestamp,
            payload: &payload,
            comfort_noise,
            arrival_us,
        })
    }

    fn pull(&mut self) -> (Pulled, Vec<i16>) {
        let mut out = vec![12_345; self.frame];
        let pulled = self.buffer.pull(self.now, &mut Law::Mu, &mut out);
        self.now += self.frame as u64 * 125;
        (pulled, out)
    }
}

#[test]
fn a_perfect_network_passes_every_sample_at_once() {
    for frame in [80, 160, 240, 320, 480] {
        let mut call = Call::new(Config::default());
        call.frame = frame;
        // Over both wraps.
        let (sequence, timestamp) = (65_530_u16, u32::MAX - 1000);
        for i in 0..200 {
            let code = i as u8 | 0x80;
            let at = timestamp.wrapping_add(i * frame as u32);
            assert_eq!(call.send(sequence.wrapping_add(i as u16), at, code), Verdict::Taken);
            let (pulled, out) = call.pull();
            // Until the first delay has passed there is silence, afterwards everything.
            let started = i as usize * frame >= 8 * 60;
            assert_eq!(pulled.kind, if started { Kind::Voice } else { pulled.kind });
            if started {
                let middle = pulled.timestamp.unwrap().wrapping_add(frame as u32 / 2);
                let which = middle.wrapping_sub(timestamp) / frame as u32;
                assert!((i - which) as usize * frame <= 8 * 60, "{frame}: {which} at {i}");
                assert_eq!(out[frame / 2], Law::Mu.decode_sample(which as u8 | 0x80));
            }
        }
        let stats = call.buffer.stats();
        assert_eq!((stats.concealed_samples, stats.late, stats.dropped), (0, 0, 0));
        assert_eq!(stats.voice_samples + stats.silent_samples, 200 * frame as u64);
    }
}

#[test]
fn nothing_is_silence() {
    let mut call = Call::new(Config::default());
    let (pulled, out) = call.pull();
    assert_eq!((pulled.kind, pulled.timestamp), (Kind::Silence, None));
    assert!(out.iter().all(|&s| s == 0));
}

#[test]
fn order_is_restored_and_copies_are_dropped() {
    let mut call = Call::new(Config::with_delay(60, 60));
    let mut heard = Vec::new();
    for i in 0..50_u16 {
        // Pairs come swapped, and every packet twice.
        let n = i ^ 1;
        assert_eq!(call.send(n, u32::from(n) * 160, 0x80 + n as u8), Verdict::Taken);
        assert_eq!(call.send(n, u32::from(n) * 160, 0x80 + n as u8), Verdict::Duplicate);
        let (pulled, out) = call.pull();
        if pulled.kind == Kind::Voice {
            heard.push(out[80]);
        }
    }
    let expected: Vec<i16> =
        (0..heard.len()).map(|n| Law::Mu.decode_sample(0x80 + n as u8)).collect();
    assert!(heard.len() > 40);
    assert_eq!(heard, expected);
    let stats = call.buffer.stats();
    assert_eq!((stats.packets, stats.taken, stats.duplicate), (100, 50, 50));
    assert_eq!(stats.concealed_samples, 0);
}

#[test]
fn a_lost_packet_is_concealed_and_time_goes_on() {
    let mut call = Call::new(Config::with_delay(40, 40));
    for i in 0..60_u16 {
        if i != 30 && i != 31 {
            call.send(i, u32::from(i) * 160, 0x90);
        }
        call.pull();
    }
    let stats = call.buffer.stats();
    assert_eq!(stats.concealed_samples, 320);
    assert_eq!(stats.delay_ms, 40);
}

#[test]
fn a_late_packet_is_late() {
    let mut call = Call::new(Config::with_delay(0, 20));
    for i in 0..40_u16 {
        if i != 20 {
            call.send(i, u32::from(i) * 160, 0x90);
        }
        call.pull();
    }
    assert_eq!(call.send(20, 20 * 160, 0x90), Verdict::Late);
    assert_eq!(call.buffer.stats().late, 1);
}

/// A voice whose pitch glides.
fn glide(i: usize) -> i16 {
    let t = i as f64 / 8000.0;
    let phase = std::f64::consts::TAU * (130.0 * t + 20.0 * (3.0 * t).sin());
    ((1..10).map(|k| (phase * f64::from(k)).sin() / f64::from(k)).sum::<f64>() * 4000.0) as i16
}

#[test]
fn two_lost_packets_are_bridged_from_both_sides() {
    let mut call = Call::new(Config::with_delay(80, 80));
    let mut heard = Vec::new();
    for i in 0..600_u16 {
        if !(i > 50 && (i % 12 == 3 || i % 12 == 4)) {
            let at = usize::from(i) * 160;
            let said: Vec<i16> = (at..at + 160).map(glide).collect();
            let mut payload = [0; 160];
            Law::Mu.encode(&said, &mut payload);
            let (timestamp, arrival_us) = (u32::from(i) * 160, call.now);
            let comfort_noise = false;
            call.buffer.insert(&Packet {
                ssrc: 7,
                sequence: i,
                timestamp,
                payload: &payload,
                comfort_noise,
                arrival_us,
            });
        }
        let (pulled, out) = call.pull();
        heard.push((pulled, out));
    }
    // What is wrong with the first frame of every gap, and with the same concealed forwards.
    let (mut bridged, mut forwards) = (0.0, 0.0);
    let first = heard.iter().filter(|(pulled, _)| {
        pulled.kind == Kind::Concealed && pulled.timestamp.is_some_and(|t| t / 160 % 12 == 3)
    });
    for (pulled, out) in first {
        let at = pulled.timestamp.unwrap_or(0) as usize;
        let wrong = |out: &[i16]| -> f64 {
            let off = |(i, &s): (usize, &i16)| (f64::from(s) - f64::from(glide(at + i))).powi(2);
            out.iter().enumerate().map(off).sum()
        };
        let mut concealer = Concealer::new();
        concealer.received(&mut (at - 800..at).map(glide).collect::<Vec<_>>());
        let mut alone = [0; 160];
        concealer.conceal(&mut alone);
        bridged += wrong(out);
        forwards += wrong(&alone);
    }
    assert!(bridged > 0.0 && bridged < 0.8 * forwards, "{bridged:.0} against {forwards:.0}");
}

#[test]
fn a_packet_that_may_still_come_is_waited_for() {
    // One packet in ten comes too late, the one after it just in time; a few never come.
    let arrival = |i: u64| match i % 10 {
        _ if i % 100 == 55 => None,
        3 => Some(i * 20 + 70),
        4 => Some(i * 20 + 40),
        _ => Some(i * 20),
    };
    let mut sent: Vec<_> = (0..1000).filter_map(|i| Some((arrival(i)?, i))).collect();
    sent.sort_unstable();
    let mut call = Call::new(Config::with_delay(60, 60));
    let mut sent = sent.into_iter().peekable();
    for tick in 0..1000 {
        while let Some((at, i)) = sent.next_if(|&(at, _)| at <= tick * 20 + 5) {
            let i = i as u16;
            call.buffer.insert(&Packet {
                ssrc: 7,
                sequence: i,
                timestamp: u32::from(i) * 160,
                payload: &[0x55; 160],
                comfort_noise: false,
                arrival_us: at * 1000,
            });
        }
        call.buffer.pull(tick * 20_000 + 5000, &mut Law::Mu, &mut [0; 160]);
    }
    let stats = call.buffer.stats();
    // But for the first time, when nothing is known yet.
    assert!((100..=101).contains(&stats.late), "{stats:?}");
}

#[test]
fn another_source_takes_over_with_its_second_packet() {
    let mut call = Call::new(Config::default());
    for i in 0..20 {
        call.send_from(1, i, u32::from(i) * 160, 0x90);
        call.pull();
    }
    // A stray changes nothing.
    assert_eq!(call.send_from(9, 500, 77, 0xA0), Verdict::Suspect);
    assert_eq!(call.send_from(1, 20, 20 * 160, 0x90), Verdict::Taken);
    call.pull();
    assert_eq!(call.send_from(2, 9000, 4_000_000_000, 0xB0), Verdict::Suspect);
    call.pull();
    assert_eq!(call.send_from(2, 9001, 4_000_000_160, 0xB0), Verdict::Restarted);
    for i in 2..10_u32 {
        call.pull();
        assert_eq!(
            call.send_from(2, 9000 + i as u16, 4_000_000_000 + i * 160, 0xB0),
            Verdict::Taken
        );
    }
    let (pulled, out) = call.pull();
    assert_eq!((pulled.kind, out[80]), (Kind::Voice, Law::Mu.decode_sample(0xB0)));
    assert_eq!(call.buffer.stats().restarts, 1);
}

#[test]
fn a_timestamp_jump_restarts_once() {
    let mut call = Call::new(Config::default());
    let mut heard = 0;
    for i in 0..100_u16 {
        let jump = if i >= 50 { 1_000_000_000 } else { 0 };
        call.send(i, u32::from(i) * 160 + jump, 0x90);
        heard += u32::from(call.pull().0.kind == Kind::Voice);
    }
    assert_eq!(call.buffer.stats().restarts, 1);
    assert!(heard >= 95);
}

#[test]
fn a_pause_without_packets_is_silence_not_loss() {
    let mut call = Call::new(Config::default());
    let mut sequence = 0;
    for talk in 0..4_u32 {
        for i in 0..50 {
            call.send(sequence, talk * 16_000 + i * 160, 0x90);
            sequence += 1;
            call.pull();
        }
        for _ in 0..50 {
            call.pull();
        }
    }
    let stats = call.buffer.stats();
    assert_eq!((stats.dropped, stats.late, stats.restarts), (0, 0, 0));
    assert!(stats.concealed_samples <= 4 * 960);
    assert!(stats.voice_samples > 4 * 50 * 160 - 2000);
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

/// One step of a hostile network.
#[derive(Clone, Debug)]
enum Step {
    Send { sequence: u16, timestamp: u32, ssrc: u32, len: usize, noise: bool },
    Pull { n: usize, after_us: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let near = prop_oneof![0..400_u32, any::<u32>(), Just(u32::MAX), Just(1 << 31)];
    prop_oneof![
        (any::<u16>(), near, 0..2_u32, 0..1400_usize, any::<bool>()).prop_map(
            |(sequence, timestamp, ssrc, len, noise)| Step::Send {
                sequence,
                timestamp,
                ssrc,
                len,
                noise
            }
        ),
        (0..1000_usize, prop_oneof![0..40_000_u64, any::<u64>()])
            .prop_map(|(n, after_us)| Step::Pull { n, after_us }),
    ]
}

proptest! {
    /// Any packets at any time: no panic, exactly the samples, and the figures add up.
    #[test]
    fn any_network_is_survived(steps in prop::collection::vec(step(), 0..200)) {
        let mut buffer = JitterBuffer::new(Config::default());
        let (mut now, mut pulled, mut sent) = (0_u64, 0, 0);
        for step in steps {
            match step {
                Step::Send { sequence, timestamp, ssrc, len, noise } => {
                    buffer.insert(&Packet {
                        ssrc,
                        sequence,
                        timestamp,
                        payload: &vec![0x55; len],
                        comfort_noise: noise,
                        arrival_us: now,
                    });
                    sent += 1;
                }
                Step::Pull { n, after_us } => {
                    now = now.saturating_add(after_us);
                    buffer.pull(now, &mut Law::A, &mut vec![0; n]);
                    pulled += n as u64;
                }
            }
        }
        let stats = buffer.stats();
        prop_assert_eq!(stats.samples, pulled);
        prop_assert_eq!(stats.voice_samples + stats.concealed_samples + stats.noise_samples + stats.silent_samples, pulled);
        prop_assert_eq!(stats.packets, sent);
        prop_assert_eq!(stats.taken + stats.duplicate + stats.late + stats.refused, sent);
    }

    /// Samples come out in the order they were sent, none twice, under jitter, loss, copies and
    /// reordering; the delay stays in its bounds.
    #[test]
    fn never_out_of_order_never_twice(
        network in prop::collection::vec((0..20_u8, 0..150_000_u64, any::<bool>()), 20..150),
        most in 40..500_u16,
    ) {
        let mut buffer = JitterBuffer::new(Config::with_delay(0, most));
        // (arrival, index), in order of arrival.
        let mut packets = Vec::new();
        for (i, &(luck, delay, copy)) in network.iter().enumerate() {
            let sent = i as u64 * 20_000;
            if luck > 0 {
                packets.push((sent + delay, i));
                if copy {
                    packets.push((sent + delay / 2, i));
                }
            }
        }
        packets.sort_unstable();
        let mut packets = packets.into_iter().peekable();
        let mut last = None;
        for tick in 0..network.len() as u64 + 40 {
            let now = tick * 20_000;
            while let Some((arrival_us, i)) = packets.next_if(|p| p.0 <= now) {
                let payload: Vec<u8> = (0..160_i32).flat_map(|k| ((i as i32 * 160 + k) as i16).to_le_bytes()).collect();
                let timestamp = i as u32 * 160;
                buffer.insert(&Packet { ssrc: 1, sequence: i as u16, timestamp, payload: &payload, comfort_noise: false, arrival_us });
            }
            let mut out = [0; 160];
            let pulled = buffer.pull(now, &mut Numbered, &mut out);
            prop_assert!(pulled.delay_ms <= most, "{:?}", pulled);
            if pulled.kind == Kind::Voice {
                // The frame's middle: its edges may be blended.
                let at = pulled.timestamp;
                prop_assert!(last < at, "{:?} after {:?}", at, last);
                last = at;
            }
        }
    }
}

/// Speech with pauses: 600 ms of a buzz, 400 ms of next to nothing.
fn talk(sequence: u16) -> u8 {
    if sequence % 50 < 30 { 0x90 + (sequence % 2) as u8 } else { 0xFE }
}

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
fn the_same_packets_give_the_same_sound() {
    let run = || {
        let mut call = Call::new(Config::default());
        let mut heard = Vec::new();
        for i in 0..500_u16 {
            if i % 11 != 0 {
                call.send(i, u32::from(i) * 160, talk(i));
            }
            heard.extend(call.pull().1);
        }
        (heard, call.buffer.stats())
    };
    assert_eq!(run(), run());
}

#[test]
fn a_buffer_is_a_few_kilobytes() {
    assert!(size_of::<JitterBuffer>() < 12 * 1024, "{}", size_of::<JitterBuffer>());
}

#[test]
fn comfort_noise_fills_the_pause_it_describes() {
    let mut call = Call::new(Config::default());
    let mut kinds = Vec::new();
    for i in 0..150_u16 {
        match i {
            0..50 => {
                call.send(i, u32::from(i) * 160, talk(i % 30));
            }
            50 => {
                let arrival_us = call.now;
                let verdict = call.buffer.insert(&Packet {
                    ssrc: 7,
                    sequence: 50,
                    timestamp: 50 * 160,
                    payload: &[40, 100],
                    comfort_noise: true,
                    arrival_us,
                });
                assert_eq!(verdict, Verdict::Taken);
            }
            51..100 => {}
            _ => {
                call.send(i - 49, u32::from(i) * 160, talk(i % 30));
            }
        }
        let (pulled, out) = call.pull();
        kinds.push(pulled.kind);
        if (60..95).contains(&i) {
            let loud = out.iter().map(|s| s.unsigned_abs()).max();
            assert!((100..2000).contains(&loud.unwrap_or(0)), "{i}: {loud:?}");
        }
    }
    assert!(!kinds.contains(&Kind::Concealed));
    assert!(kinds.iter().filter(|&&kind| kind == Kind::ComfortNoise).count().abs_diff(49) <= 1);
    assert_eq!(call.buffer.stats().late, 0);
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
