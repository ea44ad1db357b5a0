//! Keys in the speech band.

use std::path::PathBuf;

use media_core::dtmf::{Detection, Detector, Generator, Key, Suppressor};
use media_core::g711::Law;

use crate::signal::{Line, Noise, peak, speech};

/// The keys found in sound, a frame of any size at a time.
fn detect(pcm: &[i16], frame: usize) -> Vec<Detection> {
    let mut detector = Detector::new();
    let mut found = Vec::new();
    for frame in pcm.chunks(frame) {
        detector.detect(frame, |d| found.push(d));
    }
    detector.reset(|d| found.push(d));
    found
}

fn downs(found: &[Detection]) -> String {
    found
        .iter()
        .filter_map(|d| match d {
            Detection::Down { key, .. } => Some(key.to_char()),
            Detection::Up { .. } => None,
        })
        .collect()
}

/// Keys one after the other, durations in samples.
fn dial(keys: &str, on: u64, off: usize, low: i8, high: i8) -> Vec<i16> {
    let mut pcm = vec![0; off];
    let mut generator = Generator::new();
    for c in keys.chars() {
        generator.start(Key::from_char(c).expect("a key"), on, low, high);
        let from = pcm.len();
        pcm.resize(from + on as usize + off, 0);
        assert_eq!(generator.generate(&mut pcm[from..]), on as usize);
    }
    pcm
}

const ALL: &str = "0123456789*#ABCD";

#[test]
fn every_key_is_found_at_forty_milliseconds() {
    for (low, high) in [(0, 0), (-10, -10), (-10, -6), (-2, -10), (-36, -36), (-28, -36)] {
        let pcm = dial(ALL, 320, 320, low, high);
        assert_eq!(downs(&detect(&pcm, 160)), ALL, "{low} and {high} dBm0");
    }
}

#[test]
fn level_start_and_duration_are_told() {
    for (on, off) in [(320, 1003), (400, 1010), (805, 1020), (4001, 1031)] {
        let found = detect(&dial(ALL, on, off, -12, -9), 160);
        assert_eq!(downs(&found), ALL);
        for (n, pair) in found.chunks(2).enumerate() {
            let begin = off as u64 + n as u64 * (on + off as u64);
            let Detection::Down { start, level, .. } = pair[0] else { panic!("{pair:?}") };
            // It has risen half-way after a millisecond.
            assert!(start.abs_diff(begin + 8) <= 40, "{start} for {begin}");
            assert!((-10..=-9).contains(&level), "{level}");
            let Detection::Up { start: again, duration, .. } = pair[1] else { panic!() };
            assert_eq!(again, start);
            assert!(duration.abs_diff(on - 16) <= 64, "{duration} for {on}");
        }
    }
}

#[test]
fn frames_of_any_size_give_the_same() {
    let pcm = dial("159D*0#", 480, 400, -20, -17);
    let whole = detect(&pcm, pcm.len());
    assert_eq!(downs(&whole), "159D*0#");
    for frame in [1, 7, 80, 160, 161, 240, 1000] {
        assert_eq!(detect(&pcm, frame), whole, "frames of {frame}");
    }
}

#[test]
fn keys_have_their_characters_places_and_events() {
    for key in Key::ALL {
        assert_eq!(Key::from_char(key.to_char()), Some(key));
        assert_eq!(Key::from_event(key.event()), Some(key));
        let (row, column) = key.position();
        assert_eq!(Key::at(row, column), Some(key));
    }
    assert_eq!(Key::Five.frequencies(), (770, 1336));
    assert_eq!(Key::from_char('d'), Some(Key::D));
    assert_eq!((Key::from_char('E'), Key::from_event(16), Key::at(4, 0)), (None, None, None));
}

/// Each key is its two sines to a sample's last bit or two, from phase 0; its edges rise and fall
/// over 2 ms.
#[test]
fn the_sound_of_a_key_is_exact_and_does_not_click() {
    for key in Key::ALL {
        let (low, high) = key.frequencies();
        let mut generator = Generator::new();
        generator.start(key, 400, -9, -7);
        let mut pcm = [0; 400];
        for frame in pcm.chunks_mut(37) {
            generator.generate(frame);
        }
        let sines = |n: usize| {
            let at = std::f64::consts::TAU * n as f64 / 8000.0;
            let sine = |dbm0, hz| peak(dbm0) * (at * f64::from(hz)).sin();
            sine(-9.0, low) + sine(-7.0, high)
        };
        for (n, &sample) in pcm.iter().enumerate() {
            let gain = (n + 1).min(400 - n).min(16) as f64 / 16.0;
            assert!((f64::from(sample) - gain * sines(n)).abs() <= 2.0, "{key:?} at {n}");
        }
        assert!(pcm[399].abs() < 1500, "it ends softly: {}", pcm[399]);
        assert_eq!(generator.generate(&mut pcm), 0);
        // One that is let go falls as softly, from wherever it is.
        for until in [0, 5, 16, 200] {
            generator.start(key, 400, -9, -7);
            generator.generate(&mut pcm[..until]);
            generator.stop();
            assert_eq!(generator.remaining(), until.min(16) as u64);
            generator.stop();
            let n = generator.generate(&mut pcm);
            assert_eq!(n, until.min(16));
            for (left, &sample) in (1..=n).rev().zip(&pcm) {
                let loudest = (peak(-9.0) + peak(-7.0)) * left as f64 / 16.0;
                assert!(f64::from(sample).abs() <= loudest + 2.0);
            }
        }
    }
}

/// How many keys of a line are heard as they were pressed, and how many that were not.
fn score(line: &Line, rounds: u64) -> (usize, usize, usize) {
    let (mut pressed, mut found, mut wrong) = (0, 0, 0);
    for round in 0..rounds {
        let pcm = line.dial(&Key::ALL, &mut Noise::new(round));
        let heard = downs(&detect(&pcm, 160));
        // Every key is pressed once, in a known order.
        let right = ALL.chars().filter(|&c| heard.contains(c)).count();
        let in_order = heard.chars().filter_map(|c| ALL.find(c)).is_sorted();
        assert!(in_order, "{heard} under {line:?}");
        (pressed, found) = (pressed + ALL.len(), found + right);
        wrong += heard.len() - right;
    }
    (pressed, found, wrong)
}

/// Q.24's region of operation with all its corners at once: frequencies 1.5 % off, the high tone
/// 4 dB above or 8 dB below, the weaker one down to −37 dBm0, 40 ms on and off, noise 15 dB below.
#[test]
fn every_key_is_found_in_the_whole_region_of_operation() {
    for snr in [None, Some(15.0)] {
        for (twist, level) in [(4.0, 0.0), (0.0, 0.0), (-8.0, 0.0), (4.0, -33.0), (-8.0, -29.0)] {
            for low_off in [-1.5, 0.0, 1.5] {
                for high_off in [-1.5, 0.0, 1.5] {
                    let line =
                        Line { level, twist, low_off, high_off, on_ms: 40.0, off_ms: 40.0, snr };
                    let (pressed, found, wrong) = score(&line, 5);
                    assert_eq!((found, wrong), (pressed, 0), "{line:?}");
                }
            }
        }
    }
}

#[test]
fn no_key_is_found_where_a_frequency_is_off_by_three_and_a_half_percent() {
    for snr in [None, Some(15.0)] {
        for off in [-5.0, -4.0, -3.5, 3.5, 4.0, 5.0] {
            for (low_off, high_off) in [(off, 0.0), (0.0, off), (off, off), (off, -off)] {
                let line = Line { low_off, high_off, on_ms: 100.0, snr, ..Line::default() };
                let (_, found, wrong) = score(&line, 2);
                assert_eq!((found, wrong), (0, 0), "{line:?}");
            }
        }
    }
}

#[test]
fn what_is_too_short_too_weak_too_twisted_or_one_tone_is_no_key() {
    let lines = [
        Line { on_ms: 20.0, ..Line::default() },
        Line { on_ms: 23.0, ..Line::default() },
        Line { level: -50.0, ..Line::default() },
        Line { twist: 9.0, ..Line::default() },
        Line { twist: -13.0, ..Line::default() },
        Line { twist: 60.0, on_ms: 100.0, ..Line::default() },
        Line { twist: -60.0, on_ms: 100.0, ..Line::default() },
    ];
    for line in lines {
        let (_, found, wrong) = score(&line, 5);
        assert_eq!((found, wrong), (0, 0), "{line:?}");
    }
}

#[test]
fn noise_only_hides_keys_when_it_is_six_decibels_below() {
    for (snr, least) in [(12.0, 100), (10.0, 100), (8.0, 98), (6.0, 60)] {
        let line = Line { snr: Some(snr), ..Line::default() };
        let (pressed, found, wrong) = score(&line, 20);
        assert!(found * 100 >= pressed * least, "{snr} dB: {found} of {pressed}");
        assert_eq!(wrong, 0, "{snr} dB");
    }
}

#[test]
fn a_break_of_ten_milliseconds_is_bridged_and_a_gap_of_twenty_five_is_not() {
    let mut noise = Noise::new(1);
    for (gap, expected) in [(10.0, "5"), (25.0, "555"), (30.0, "555")] {
        let line = Line { on_ms: 60.0, off_ms: gap, ..Line::default() };
        for _ in 0..20 {
            // The random part of a gap is up to 4.6 ms long: leave it out of the short one.
            let mut pcm = line.dial(&[Key::Five; 3], &mut noise);
            if expected == "5" {
                pcm = interrupted(60, 10);
            }
            assert_eq!(downs(&detect(&pcm, 160)), expected, "{gap} ms");
        }
    }
}

/// Three stretches of one tone with breaks between them, in milliseconds.
fn interrupted(on: usize, gap: usize) -> Vec<i16> {
    let mut pcm = dial("5", (8 * (3 * on + 2 * gap)) as u64, 400, -10, -10);
    for n in 0..2 {
        let at = 400 + 8 * (on + n * (on + gap));
        pcm[at..at + 8 * gap].fill(0);
    }
    pcm
}

#[test]
fn echo_and_companding_change_nothing() {
    let line = Line { on_ms: 45.0, off_ms: 45.0, ..Line::default() };
    let mut noise = Noise::new(3);
    for law in [Law::A, Law::Mu] {
        for level in [-3.0, -20.0, -33.0] {
            let pcm = Line { level, ..line }.dial(&Key::ALL, &mut noise);
            // 20 ms later, 10 dB below.
            let echoed: Vec<i16> = (0..pcm.len())
                .map(|n| pcm[n] / 2 + n.checked_sub(160).map_or(0, |m| pcm[m] / 6))
                .map(|x| law.decode_sample(law.encode_sample(x)))
                .collect();
            assert_eq!(downs(&detect(&echoed, 160)), ALL, "{law:?} {level} dBm0");
        }
    }
}

/// Somebody talks, 6 dB below the keys.
#[test]
fn keys_are_found_over_speech() {
    let line = Line { level: -8.0, on_ms: 80.0, off_ms: 80.0, ..Line::default() };
    let pcm = line.dial(&Key::ALL, &mut Noise::new(4));
    let talk = speech(pcm.len(), -20.0, 5);
    let both: Vec<i16> = pcm.iter().zip(&talk).map(|(a, b)| a.saturating_add(*b)).collect();
    assert_eq!(downs(&detect(&both, 160)), ALL);
}

#[test]
fn speech_music_and_noise_hold_no_keys() {
    let mut sounds = vec![(String::from("made"), speech(8000 * 120, -12.0, 1))];
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    for name in
        ["spk_en_f_allison", "spk_it_m_carlo", "spk_m_ve9qrp", "conv_line_a", "moh_cold_day"]
    {
        // On a machine without the corpus the made speech has to do.
        if let Ok(codes) = std::fs::read(corpus.join(name).with_extension("ul")) {
            let pcm = codes.iter().map(|&c| Law::Mu.decode_sample(c)).collect();
            sounds.push((name.into(), pcm));
        }
    }
    for (name, pcm) in sounds {
        assert_eq!(detect(&pcm, 160), [], "{name}");
    }
}

/// A whole period of arbitrary samples, loud and broken: it ends, and what is told is in order.
#[test]
fn anything_at_all_is_survived() {
    let mut noise = Noise::new(9);
    let pcm: Vec<i16> = (0..400_000)
        .map(|n| match n / 3000 % 4 {
            0 => noise.bits() as i16,
            1 => i16::MIN,
            2 => [i16::MIN, i16::MAX][n / 5 % 2],
            _ => 0,
        })
        .collect();
    let found = detect(&pcm, 977);
    let mut down = None;
    for detection in found {
        match (detection, down) {
            (Detection::Down { key, .. }, None) => down = Some(key),
            (Detection::Up { key, .. }, Some(held)) if key == held => down = None,
            _ => panic!("{detection:?} after {down:?}"),
        }
    }
}

/// The loudest sample from here to there.
fn loudest(pcm: &[i16]) -> u16 {
    pcm.iter().map(|s| s.unsigned_abs()).max().unwrap_or(0)
}

#[test]
fn a_delayed_suppressor_lets_nothing_of_a_key_pass_and_all_else() {
    let line = Line { on_ms: 60.0, off_ms: 60.0, level: -6.0, ..Line::default() };
    let keys = line.dial(&Key::ALL, &mut Noise::new(6));
    let talk = speech(8000, -12.0, 7);
    let mut pcm = talk.clone();
    pcm.extend(&keys);
    pcm.extend(&talk);
    let delay = Suppressor::MAX_DELAY;
    let mut whole = pcm.clone();
    let mut told = 0;
    Suppressor::new(delay).process(&mut whole, |_| told += 1);
    assert_eq!(told, 32);
    // The keys begin 400 samples after the talk and end 800 before it goes on.
    assert!(loudest(&whole[8000 + delay + 300..][..keys.len() - 600]) < 200);
    assert_eq!(whole[delay + 100..8000], pcm[100..8000 - delay]);
    let after = 8000 + keys.len();
    assert_eq!(whole[after + delay..], pcm[after..pcm.len() - delay]);
    for frame in [1, 33, 160] {
        let mut framed = pcm.clone();
        let mut suppressor = Suppressor::new(delay);
        for frame in framed.chunks_mut(frame) {
            suppressor.process(frame, |_| {});
        }
        assert_eq!(framed, whole, "frames of {frame}");
    }
}

#[test]
fn an_undelayed_suppressor_cuts_the_tail() {
    let mut pcm = dial("5", 1600, 400, -10, -10);
    Suppressor::new(0).process(&mut pcm, |_| {});
    assert!(loudest(&pcm[400..700]) > 5000);
    assert_eq!(loudest(&pcm[400 + 350..]), 0);
}
