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
            call.say(i, glide);
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

/// How loud each 20 ms are of what is heard when a line is cut in its 420th frame and
/// nothing comes for six seconds.
fn cut_off(said: impl Fn(usize) -> i16) -> Vec<f64> {
    let mut call = Call::new(Config::with_delay(40, 40));
    (0..720_u16)
        .map(|i| {
            if i < 420 {
                call.say(i, &said);
            }
            let (_, out) = call.pull();
            (out.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / 160.0).sqrt()
        })
        .collect()
}

/// Noise evenly between ±`most`.
fn hiss(i: usize, most: i16) -> i16 {
    let random = (i as u32).wrapping_mul(0x9E37_79B9).rotate_left(15).wrapping_mul(0x85EB_CA6B);
    ((random >> 16) as i32 % (2 * i32::from(most) + 1) - i32::from(most)) as i16
}

#[test]
fn the_noise_of_the_line_goes_on_beneath_a_loss_and_fades_away() {
    let words = |i| if i % 8000 < 4800 { glide(i) } else { 0 };
    let loud = cut_off(|i| words(i).saturating_add(hiss(i, 40)));
    // 40 / √3 between words; 3 dB less when half of the time is over.
    let decibels = |range: std::ops::Range<usize>| {
        let power = loud[range.clone()].iter().map(|l| l * l).sum::<f64>() / range.len() as f64;
        10.0 * (power * 3.0 / 1600.0).log10()
    };
    assert!(decibels(410..420) > 20.0, "a word is cut off");
    assert!(decibels(430..440).abs() < 2.0, "{}", decibels(430..440));
    assert!((decibels(520..530) + 3.0).abs() < 2.0, "{}", decibels(520..530));
    assert!(loud[630..].iter().all(|&l| l == 0.0), "{:?}", &loud[620..]);
    // A line without noise gets none that could be heard: -70 dBov.
    assert!(cut_off(words)[430..].iter().all(|&l| l < 10.0));
}

#[test]
fn music_is_not_taken_for_noise() {
    let chord = |i: usize| {
        let tone = |hz: f64| (i as f64 * hz * std::f64::consts::TAU / 8000.0).sin() * 4000.0;
        (tone(262.0) + tone(330.0)) as i16
    };
    let loud = cut_off(chord);
    assert!((3000.0..5000.0).contains(&loud[410]), "{}", loud[410]);
    // 30 dB below where both tones meet.
    assert!(loud[430..].iter().all(|&l| l < 5657.0 / 30.0), "{:?}", &loud[430..440]);
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
