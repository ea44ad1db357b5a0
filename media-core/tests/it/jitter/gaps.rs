//! What is heard where nothing came: concealment of what was lost, comfort noise in a pause.

use media_core::g711::Law;
use media_core::jitter::{Config, Kind, Packet, Verdict};
use media_core::plc::Concealer;

use super::{Call, talk};

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
