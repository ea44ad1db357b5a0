//! Who has answered: fax machines, answering machines, people.

use media_core::tone::{
    Answer, AnswerConfig, AnswerDetector, AnswerEvent, Beep, BeepDetector, FaxDetector, FaxTone,
};

use crate::signal::{Noise, peak, speech};

/// A sine with an amplitude that may change, over some milliseconds.
fn sine(hz: f64, dbm0: f64, ms: usize, shape: impl Fn(f64) -> f64) -> Vec<i16> {
    (0..ms * 8)
        .map(|n| {
            let t = n as f64 / 8000.0;
            (peak(dbm0) * shape(t) * (std::f64::consts::TAU * hz * t).sin()) as i16
        })
        .collect()
}

fn silence(ms: usize) -> Vec<i16> {
    vec![0; ms * 8]
}

/// Line noise over everything.
fn noisy(pcm: &[i16], dbm0: f64) -> Vec<i16> {
    let mut noise = Noise::new(5);
    let sigma = peak(dbm0) / std::f64::consts::SQRT_2;
    pcm.iter().map(|&x| (f64::from(x) + sigma * noise.gauss()) as i16).collect()
}

fn fax(pcm: &[i16], frame: usize) -> Vec<FaxTone> {
    let mut detector = FaxDetector::new();
    let mut found = Vec::new();
    for frame in pcm.chunks(frame) {
        detector.detect(frame, |tone| found.push(tone));
    }
    found
}

#[test]
fn a_calling_fax_is_found_once_a_cycle() {
    for (hz, dbm0) in [(1100.0, -10.0), (1062.0, -30.0), (1138.0, -38.0)] {
        let mut pcm = silence(300);
        for _ in 0..3 {
            pcm.extend(sine(hz, dbm0, 500, |_| 1.0));
            pcm.extend(silence(3000));
        }
        let pcm = noisy(&pcm, dbm0 - 20.0);
        assert_eq!(fax(&pcm, 160), [FaxTone::Calling; 3], "{hz} Hz");
        assert_eq!(fax(&pcm, 77), [FaxTone::Calling; 3]);
    }
}

#[test]
fn an_answering_fax_or_modem_is_found_once() {
    // ANSam: the phase turns every 450 ms, the level swings by a fifth 15 times a second.
    let shape = |t: f64| {
        let turned = (t / 0.45) as u32 % 2 == 1;
        let level = 1.0 + 0.2 * (std::f64::consts::TAU * 15.0 * t).sin();
        if turned { -level } else { level }
    };
    for dbm0 in [-10.0, -35.0] {
        let mut pcm = silence(200);
        pcm.extend(sine(2100.0, dbm0, 3300, shape));
        pcm.extend(silence(500));
        assert_eq!(fax(&pcm, 160), [FaxTone::Answer]);
        let mut plain = silence(200);
        plain.extend(sine(2100.0, dbm0, 2600, |_| 1.0));
        assert_eq!(fax(&plain, 160), [FaxTone::Answer]);
    }
}

#[test]
fn what_is_no_fax_is_not_taken_for_one() {
    for (hz, ms) in
        [(1100.0, 250), (1100.0, 1000), (1200.0, 500), (1000.0, 500), (2100.0, 300), (2300.0, 2600)]
    {
        let mut pcm = sine(hz, -10.0, ms, |_| 1.0);
        pcm.extend(silence(1000));
        assert_eq!(fax(&pcm, 160), [], "{hz} Hz for {ms} ms");
    }
    assert_eq!(fax(&speech(480_000, -12.0, 3), 160), []);
}

fn beeps(pcm: &[i16], frame: usize) -> Vec<Beep> {
    let mut detector = BeepDetector::new();
    let mut found = Vec::new();
    for frame in pcm.chunks(frame) {
        detector.detect(frame, |beep| found.push(beep));
    }
    found
}

#[test]
fn a_beep_of_any_pitch_is_found_at_its_end() {
    for hz in [400.0, 620.0, 1000.0, 1400.0, 1990.0, 2400.0] {
        for ms in [150, 400, 1000, 2000] {
            let mut pcm = speech(16_000, -14.0, 2);
            pcm.extend(silence(213));
            pcm.extend(sine(hz, -14.0, ms, |_| 1.0));
            let end = pcm.len() as u64;
            pcm.extend(silence(500));
            let pcm = noisy(&pcm, -50.0);
            let found = beeps(&pcm, 160);
            assert_eq!(found.len(), 1, "{hz} Hz for {ms} ms: {found:?}");
            assert!(found[0].end.abs_diff(end) <= 160, "{found:?} ends at {end}");
            assert!(found[0].duration.abs_diff(ms as u64 * 8) <= 160, "{found:?}");
            assert_eq!(beeps(&pcm, 61), found);
        }
    }
}

#[test]
fn speech_short_marks_and_two_tones_are_no_beeps() {
    assert_eq!(beeps(&speech(8000 * 120, -12.0, 8), 160), []);
    let mut pcm = sine(1000.0, -10.0, 80, |_| 1.0);
    pcm.extend(silence(300));
    let both = sine(770.0, -13.0, 500, |_| 1.0);
    pcm.extend(both.iter().zip(sine(1336.0, -13.0, 500, |_| 1.0)).map(|(a, b)| a + b));
    pcm.extend(sine(1000.0, -10.0, 4000, |_| 1.0));
    pcm.extend(silence(300));
    assert_eq!(beeps(&pcm, 160), []);
}

fn answered(pcm: &[i16], frame: usize) -> (Vec<AnswerEvent>, Option<Answer>) {
    let mut detector = AnswerDetector::new(AnswerConfig::default());
    let mut events = Vec::new();
    for frame in pcm.chunks(frame) {
        detector.detect(frame, |event| events.push(event));
    }
    (events, detector.answer())
}

/// A word is a note with a voice's swell.
fn word(ms: usize) -> Vec<i16> {
    let swell = |t: f64| (std::f64::consts::PI * (t * 1000.0 / ms as f64)).sin().sqrt();
    let low = sine(180.0, -16.0, ms, swell);
    let high = sine(720.0, -20.0, ms, swell);
    low.iter().zip(high).map(|(a, b)| a + b).collect()
}

#[test]
fn people_machines_and_silence_are_told_apart() {
    let mut person = silence(600);
    person.extend(word(450));
    person.extend(silence(1500));

    let mut machine = silence(700);
    for _ in 0..12 {
        machine.extend(word(260));
        machine.extend(silence(90));
    }

    let mut short_words = silence(400);
    for _ in 0..5 {
        short_words.extend(word(150));
        short_words.extend(silence(120));
    }

    let mut clicks = silence(500);
    for _ in 0..4 {
        clicks.extend(word(40));
        clicks.extend(silence(700));
    }
    for (name, pcm, expected) in [
        ("person", person, Answer::Human),
        ("machine", machine, Answer::Machine),
        ("many words", short_words, Answer::Machine),
        ("clicks", clicks, Answer::Silence),
        ("nobody", silence(3000), Answer::Silence),
    ] {
        let pcm = noisy(&pcm, -58.0);
        let (events, answer) = answered(&pcm, 160);
        assert_eq!(events, [AnswerEvent::Answered(expected)], "{name}");
        assert_eq!(answer, Some(expected));
        assert_eq!(answered(&pcm, 33), (events, answer), "{name}");
    }
}

#[test]
fn a_beep_makes_a_machine_and_is_told() {
    let mut pcm = silence(300);
    pcm.extend(word(400));
    pcm.extend(silence(200));
    pcm.extend(sine(1000.0, -12.0, 400, |_| 1.0));
    pcm.extend(silence(1500));
    let (events, answer) = answered(&pcm, 160);
    assert_eq!(answer, Some(Answer::Machine));
    assert_eq!(events[0], AnswerEvent::Answered(Answer::Machine));
    assert!(matches!(events[..], [_, AnswerEvent::Beep(_)]), "{events:?}");
}
