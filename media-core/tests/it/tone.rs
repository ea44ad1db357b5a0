//! Call-progress tones, made and recognised.

use media_core::dtmf::Key;
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

fn play(plan: &Plan<'_>, meaning: Meaning, dbm0: i8, seconds: usize) -> Vec<i16> {
    let mut pcm = vec![0; 8000 * seconds];
    let mut generator = Generator::new(plan.tone(meaning).expect("known"), dbm0);
    generator.generate(&mut pcm[1234..]);
    pcm
}

#[test]
fn every_tone_of_every_plan_is_recognised_and_nothing_else() {
    for plan in PLANS {
        for tone in plan.tones {
            for dbm0 in [-6, -20, -35] {
                let pcm = play(&plan, tone.meaning, dbm0, 12);
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
                assert_eq!(heard, [meaning], "{} at {percent} %", plan.name);
            }
        }
    }
}

#[test]
fn speech_and_keys_are_no_tones() {
    let mut pcm = speech(8000 * 60, -14.0, 12);
    pcm.extend(Line::default().dial(&Key::ALL, &mut Noise::new(1)));
    for plan in PLANS {
        assert_eq!(listen(&plan, &pcm, 160), [], "{}", plan.name);
    }
}
