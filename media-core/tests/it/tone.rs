//! Call-progress tones, made and recognised.

use std::path::Path;

use media_core::dtmf::Key;
use media_core::g711::Law;
use media_core::tone::{
    Cadence, Generator, Heard, Meaning, Oscillator, Plan, Step, Supervisor, Tone,
};

use crate::signal::{Line, Noise, peak, speech};

const PLANS: [Plan<'static>; 4] =
    [Plan::CHINA, Plan::NORTH_AMERICA, Plan::UNITED_KINGDOM, Plan::ETSI];

fn listen(plan: &Plan<'_>, pcm: &[i16], frame: usize) -> Vec<Heard> {
    let mut supervisor = Supervisor::new(plan);
    let mut heard = Vec::new();
    for frame in pcm.chunks(frame) {
        supervisor.listen(frame, |h| heard.push(h));
    }
    heard
}

fn sound(tone: Tone<'_>, dbm0: i8, seconds: usize) -> Vec<i16> {
    let mut pcm = vec![0; 8000 * seconds];
    Generator::new(tone, dbm0).generate(&mut pcm[1234..]);
    pcm
}

fn play(plan: &Plan<'_>, meaning: Meaning, dbm0: i8, seconds: usize) -> Vec<i16> {
    sound(plan.tone(meaning).expect("known"), dbm0, seconds)
}

/// Frequencies that sound together and milliseconds, 0 for ever.
type Book = &'static [(Plan<'static>, Meaning, &'static [([u16; 2], u16)], Cadence)];

const SPECIAL: &[([u16; 2], u16)] =
    &[([950, 0], 330), ([1400, 0], 330), ([1800, 0], 330), ([0, 0], 1000)];

/// What the books of the countries say, written down apart from the plans.
#[rustfmt::skip]
const BOOK: Book = &[
    (Plan::CHINA, Meaning::Dial, &[([450, 0], 0)], Cadence::Repeats),
    (Plan::CHINA, Meaning::Ringback, &[([450, 0], 1000), ([0, 0], 4000)], Cadence::Repeats),
    (Plan::CHINA, Meaning::Busy, &[([450, 0], 350), ([0, 0], 350)], Cadence::Repeats),
    (Plan::CHINA, Meaning::Congestion, &[([450, 0], 700), ([0, 0], 700)], Cadence::Repeats),
    (Plan::CHINA, Meaning::Unobtainable, &[
        ([450, 0], 100), ([0, 0], 100), ([450, 0], 100), ([0, 0], 100),
        ([450, 0], 100), ([0, 0], 100), ([450, 0], 400), ([0, 0], 400),
    ], Cadence::Repeats),
    (Plan::CHINA, Meaning::Unobtainable, SPECIAL, Cadence::Once),
    (Plan::NORTH_AMERICA, Meaning::Dial, &[([350, 440], 0)], Cadence::Repeats),
    (Plan::NORTH_AMERICA, Meaning::Ringback, &[([440, 480], 2000), ([0, 0], 4000)], Cadence::Repeats),
    (Plan::NORTH_AMERICA, Meaning::Busy, &[([480, 620], 500), ([0, 0], 500)], Cadence::Repeats),
    (Plan::NORTH_AMERICA, Meaning::Congestion, &[([480, 620], 250), ([0, 0], 250)], Cadence::Repeats),
    (Plan::NORTH_AMERICA, Meaning::Unobtainable, &[([914, 0], 274), ([1371, 0], 274), ([1777, 0], 380)], Cadence::Once),
    (Plan::NORTH_AMERICA, Meaning::Unobtainable, &[([985, 0], 380), ([1371, 0], 274), ([1777, 0], 380)], Cadence::Once),
    (Plan::NORTH_AMERICA, Meaning::Congestion, &[([914, 0], 274), ([1429, 0], 380), ([1777, 0], 380)], Cadence::Once),
    (Plan::NORTH_AMERICA, Meaning::Congestion, &[([985, 0], 380), ([1429, 0], 380), ([1777, 0], 380)], Cadence::Once),
    (Plan::UNITED_KINGDOM, Meaning::Dial, &[([350, 440], 0)], Cadence::Repeats),
    (Plan::UNITED_KINGDOM, Meaning::Ringback, &[([400, 450], 400), ([0, 0], 200), ([400, 450], 400), ([0, 0], 2000)], Cadence::Repeats),
    (Plan::UNITED_KINGDOM, Meaning::Busy, &[([400, 0], 375), ([0, 0], 375)], Cadence::Repeats),
    (Plan::UNITED_KINGDOM, Meaning::Congestion, &[([400, 0], 400), ([0, 0], 350), ([400, 0], 225), ([0, 0], 525)], Cadence::Repeats),
    (Plan::UNITED_KINGDOM, Meaning::Unobtainable, &[([400, 0], 0)], Cadence::Repeats),
    (Plan::UNITED_KINGDOM, Meaning::Unobtainable, SPECIAL, Cadence::Once),
    (Plan::ETSI, Meaning::Dial, &[([425, 0], 0)], Cadence::Repeats),
    (Plan::ETSI, Meaning::Ringback, &[([425, 0], 1000), ([0, 0], 4000)], Cadence::Repeats),
    (Plan::ETSI, Meaning::Busy, &[([425, 0], 500), ([0, 0], 500)], Cadence::Repeats),
    (Plan::ETSI, Meaning::Congestion, &[([425, 0], 200), ([0, 0], 200)], Cadence::Repeats),
    (Plan::ETSI, Meaning::Unobtainable, SPECIAL, Cadence::Once),
];

/// Twelve seconds of a book's tone in double precision, every frequency a share off, with noise.
fn by_the_book(
    steps: &[([u16; 2], u16)],
    cadence: Cadence,
    hz_off: impl Fn(f64) -> f64,
) -> Vec<i16> {
    let mut noise = Noise::new(6);
    let (mut wave, length) = (vec![0.0; 777], 8000 * 12);
    while wave.len() < length {
        for (hz, ms) in steps {
            let samples = if *ms == 0 && *hz != [0, 0] { length } else { usize::from(*ms) * 8 };
            let (at, sounding) = (wave.len(), hz.iter().filter(|hz| **hz > 0));
            let turns: Vec<f64> = sounding.map(|hz| hz_off(f64::from(*hz)) / 8000.0).collect();
            wave.extend((at..at + samples).map(|n| {
                let sines =
                    turns.iter().map(|turn| (std::f64::consts::TAU * turn * n as f64).sin());
                peak(-18.0) * sines.sum::<f64>()
            }));
        }
        if cadence == Cadence::Once {
            wave.resize(length.max(wave.len()), 0.0);
        }
    }
    wave[..length].iter().map(|x| (x + peak(-48.0) * noise.gauss()) as i16).collect()
}

#[test]
fn the_plans_are_what_their_books_say() {
    for (plan, meaning, steps, cadence) in BOOK {
        let same = |tone: &&Tone<'_>| {
            tone.meaning == *meaning
                && tone.cadence == *cadence
                && tone.steps.iter().map(|s| (s.hz, s.ms)).eq(steps.iter().copied())
        };
        assert_eq!(plan.tones.iter().filter(same).count(), 1, "{} {steps:?}", plan.name);
        let heard = listen(plan, &by_the_book(steps, *cadence, |hz| hz), 160);
        let heard: Vec<_> = heard.iter().map(|h| h.meaning).collect();
        assert_eq!(heard, [*meaning], "{} {steps:?}", plan.name);
    }
    // And a beep each.
    assert_eq!(BOOK.len() + 4, PLANS.iter().map(|plan| plan.tones.len()).sum());
}

/// E.180 and GB/T 3380 allow 25 Hz where one frequency sounds alone (and 50 for special information,
/// which has the beep's 1,000 Hz beside it); North America's are within 0.5 %. SIN 350 allows 5 %,
/// more than can be told of two frequencies within 40 ms.
#[test]
fn exchanges_may_be_as_far_off_in_frequency_as_their_books_allow() {
    for (plan, meaning, steps, cadence) in BOOK {
        let precise = plan.name == "North America";
        let alone = steps.iter().all(|(hz, _)| hz[1] == 0);
        for direction in [-1.0, 1.0] {
            let off = |hz: f64| match alone {
                _ if precise => hz * (1.0 + 0.005 * direction),
                true if *steps == SPECIAL => hz + 20.0 * direction,
                true => hz + 25.0 * direction,
                false => hz * (1.0 + 0.02 * direction),
            };
            let heard = listen(plan, &by_the_book(steps, *cadence, off), 160);
            let heard: Vec<_> = heard.iter().map(|h| h.meaning).collect();
            assert_eq!(heard, [*meaning], "{} {steps:?} {direction}", plan.name);
        }
    }
}

/// E.180: up to 30 ms between the three sounds; and the announcement may begin at once, or later.
#[test]
fn special_information_is_heard_with_gaps_and_before_an_announcement() {
    let talk = speech(8000 * 5, -14.0, 3);
    for (plan, meaning, steps, _) in BOOK.iter().filter(|tone| tone.3 == Cadence::Once) {
        for gap in [0, 10, 30] {
            for pause in [0, 60, 300] {
                let broken: Vec<_> =
                    steps[..3].iter().flat_map(|step| [*step, ([0, 0], gap)]).take(5).collect();
                let end = 777 + broken.iter().map(|(_, ms)| usize::from(*ms) * 8).sum::<usize>();
                let mut pcm = by_the_book(&broken, Cadence::Once, |hz| hz);
                pcm.truncate(end + pause * 8);
                pcm.extend(&talk);
                let heard = listen(plan, &pcm, 160);
                let heard: Vec<_> = heard.iter().map(|h| h.meaning).collect();
                assert_eq!(heard, [*meaning], "{} {steps:?}, {gap} and {pause} ms", plan.name);
            }
        }
    }
}

#[test]
fn a_tone_of_another_frequency_is_none() {
    let busy = [([450, 0], 350), ([0, 0], 350)];
    for off in [-45.0, 45.0, 60.0, 170.0] {
        let pcm = by_the_book(&busy, Cadence::Repeats, |hz| hz + off);
        assert_eq!(listen(&Plan::CHINA, &pcm, 160), [], "{off} Hz off");
    }
}

#[test]
fn every_tone_of_every_plan_is_recognised_and_nothing_else() {
    for plan in PLANS {
        for tone in plan.tones {
            for dbm0 in [-6, -20, -35] {
                let pcm = sound(*tone, dbm0, 12);
                let heard: Vec<_> = listen(&plan, &pcm, 160).iter().map(|h| h.meaning).collect();
                assert_eq!(heard, [tone.meaning], "{} at {dbm0} dBm0", plan.name);
            }
        }
    }
}

#[test]
fn frames_of_any_size_give_the_same() {
    let pcm = play(&Plan::CHINA, Meaning::Unobtainable, -12, 6);
    let whole = listen(&Plan::CHINA, &pcm, pcm.len());
    assert_eq!(whole.len(), 1);
    for frame in [1, 79, 160, 1000] {
        assert_eq!(listen(&Plan::CHINA, &pcm, frame), whole);
    }
}

#[test]
fn ringback_then_busy_are_told_in_turn() {
    let mut pcm = play(&Plan::CHINA, Meaning::Ringback, -15, 9);
    pcm.extend(play(&Plan::CHINA, Meaning::Busy, -15, 5));
    let heard: Vec<_> = listen(&Plan::CHINA, &pcm, 160).iter().map(|h| h.meaning).collect();
    assert_eq!(heard, [Meaning::Ringback, Meaning::Busy]);
}

#[test]
fn a_step_has_its_length_level_and_silence() {
    let tone = Plan::CHINA.tone(Meaning::Busy).expect("known");
    let mut pcm = [0i16; 5600 * 3];
    Generator::new(tone, -10).generate(&mut pcm);
    let peak = |pcm: &[i16]| pcm.iter().map(|s| s.unsigned_abs()).max().unwrap_or(0);
    for cycle in pcm.chunks(5600) {
        // −10 dBm0: 32,768 · 10^(−13.14/20).
        assert!((7210..=7222).contains(&peak(&cycle[..2800])), "{}", peak(&cycle[..2800]));
        assert_eq!(peak(&cycle[2800..]), 0);
        let steps = cycle.windows(2).map(|w| w[0].abs_diff(w[1])).max();
        assert!(steps < Some(2600), "no click: a 450 Hz sine's own slope");
    }
}

#[test]
fn a_stopped_tone_fades_and_ends() {
    let tone = Plan::ETSI.tone(Meaning::Dial).expect("known");
    assert_eq!(tone.cadence, Cadence::Repeats);
    let mut generator = Generator::new(tone, -10);
    let mut frame = [0; 801];
    generator.generate(&mut frame);
    assert!(!generator.is_finished());
    generator.stop();
    generator.generate(&mut frame);
    assert!(generator.is_finished());
    assert!(frame[..20].iter().any(|&s| s.abs() > 500));
    assert!(frame[32..].iter().all(|&s| s == 0));
}

#[test]
fn an_oscillator_neither_drifts_nor_distorts() {
    // An hour and 17 minutes of 1,000 Hz: the last period is the first.
    let mut oscillator = Oscillator::new(1_000_000, 8000, 0);
    let first: Vec<i32> = (0..8).map(|_| oscillator.next_sample()).collect();
    let mut last = Vec::new();
    for _ in 0..100_000 {
        last = (0..8).map(|_| oscillator.next_sample()).collect();
    }
    assert_eq!(first, last);
    // Against the library's sine.
    let mut oscillator = Oscillator::new(697_000, 8000, 3);
    let amplitude = 32_768.0 * 10f64.powf(-0.14 / 20.0);
    for n in 0..8000 {
        let x = amplitude * (std::f64::consts::TAU * 697.0 * f64::from(n) / 8000.0).sin();
        assert!((f64::from(oscillator.next_sample()) - x).abs() < 1.0, "sample {n}");
    }
}

/// A plan whose every duration is this share of the real one's.
fn stretched(plan: &Plan<'_>, percent: u32) -> Vec<(Meaning, Vec<Step>, Cadence)> {
    let stretch = |step: &Step| Step { ms: (u32::from(step.ms) * percent / 100) as u16, ..*step };
    let tones = plan.tones.iter();
    tones.map(|t| (t.meaning, t.steps.iter().map(stretch).collect(), t.cadence)).collect()
}

#[test]
fn exchanges_may_be_a_tenth_fast_or_slow_and_the_line_noisy() {
    let mut noise = Noise::new(2);
    for plan in PLANS {
        for percent in [90, 110] {
            for (meaning, steps, cadence) in stretched(&plan, percent) {
                let tone = Tone { meaning, steps: &steps, cadence };
                let mut pcm = vec![0; 8000 * 13];
                Generator::new(tone, -20).generate(&mut pcm[555..]);
                for sample in &mut pcm {
                    *sample += (noise.gauss() * peak(-43.0)) as i16;
                }
                let heard: Vec<_> = listen(&plan, &pcm, 160).iter().map(|h| h.meaning).collect();
                assert_eq!(heard, [meaning], "{} at {percent} % {steps:?}", plan.name);
            }
        }
    }
}

#[test]
fn speech_and_keys_are_no_tones() {
    let mut pcm = speech(8000 * 60, -14.0, 12);
    pcm.extend(Line::default().dial(&Key::ALL, &mut Noise::new(1)));
    let mut sounds = vec![pcm];
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    for name in ["spk_en_f_allison", "spk_it_m_carlo", "conv_line_a", "conv_line_b"] {
        // Where there is no corpus the made speech has to do.
        if let Ok(codes) = std::fs::read(corpus.join(name).with_extension("ul")) {
            sounds.push(codes.iter().map(|&c| Law::Mu.decode_sample(c)).collect());
        }
    }
    for (pcm, plan) in sounds.iter().flat_map(|pcm| PLANS.map(|plan| (pcm, plan))) {
        assert_eq!(listen(&plan, pcm, 160), [], "{}", plan.name);
    }
}
