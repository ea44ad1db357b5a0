//! Keys in the speech band.

use media_core::dtmf::{Detection, Detector, Generator, Key};

/// The keys found in sound, a frame of any size at a time.
pub(crate) fn detect(pcm: &[i16], frame: usize) -> Vec<Detection> {
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
    for (low, high) in [
        (0, 0),
        (-10, -10),
        (-10, -6),
        (-2, -10),
        (-36, -36),
        (-28, -36),
    ] {
        let pcm = dial(ALL, 320, 320, low, high);
        assert_eq!(downs(&detect(&pcm, 160)), ALL, "{low} and {high} dBm0");
    }
}

#[test]
fn level_start_and_duration_are_told() {
    for on in [320, 400, 805, 4001] {
        let pcm = dial("5D", on, 1003, -12, -9);
        let found = detect(&pcm, 160);
        for (n, pair) in found.chunks(2).enumerate() {
            let begin = 1003 + n as u64 * (on + 1003);
            let Detection::Down { start, level, .. } = pair[0] else {
                panic!("{pair:?}")
            };
            assert!(start.abs_diff(begin) <= 40, "{start} for {begin}");
            assert!((-10..=-9).contains(&level), "{level}");
            let Detection::Up {
                start: again,
                duration,
                ..
            } = pair[1]
            else {
                panic!()
            };
            assert_eq!(again, start);
            assert!(duration.abs_diff(on) <= 64, "{duration} for {on}");
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
    assert_eq!(
        (Key::from_char('E'), Key::from_event(16), Key::at(4, 0)),
        (None, None, None)
    );
}
