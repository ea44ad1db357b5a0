//! Answering-machine detection on recorded voices: short utterances followed by silence are
//! people, sentences are machines. Silent where there is no corpus.

use media_core::g711::Law;
use media_core::tone::{Answer, AnswerConfig, AnswerDetector, AnswerEvent};
use std::path::Path;

/// Samples of 10 ms, and the pause that parts two utterances.
const BLOCK: usize = 80;
const PAUSE: usize = 30;

/// A voice's utterances: stretches without a pause of 300 ms.
fn utterances(file: &str) -> Option<Vec<Vec<i16>>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let codes = std::fs::read(corpus.join(file)).ok()?;
    let mut pcm = vec![0; codes.len()];
    Law::Mu.decode(&codes, &mut pcm);
    let power = |block: &[i16]| block.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>();
    let powers: Vec<f64> = pcm.chunks_exact(BLOCK).map(power).collect();
    let mut sorted = powers.clone();
    sorted.sort_by(f64::total_cmp);
    // 28 dB below the loudest tenth.
    let bar = sorted[sorted.len() * 9 / 10] / 600.0;
    let mut found: Vec<(usize, usize)> = Vec::new();
    for block in (0..powers.len()).filter(|&block| powers[block] > bar) {
        match found.last_mut() {
            Some((_, end)) if block - *end <= PAUSE => *end = block,
            _ => found.push((block, block)),
        }
    }
    let cut = |(from, to): (usize, usize)| pcm[from * BLOCK..(to + 1) * BLOCK].to_vec();
    Some(found.into_iter().map(cut).collect())
}

/// Ringing has stopped, somebody speaks, then there is nothing, over a faint line noise.
fn call(greeting: &[i16], after: &[i16]) -> (Option<Answer>, bool) {
    let mut pcm = vec![0_i16; 8 * 500];
    pcm.extend(greeting);
    pcm.extend(after);
    pcm.resize(pcm.len() + 8 * 1500, 0);
    for (i, sample) in pcm.iter_mut().enumerate() {
        *sample = sample.saturating_add(((i * 7919) % 23) as i16 - 11);
    }
    let mut detector = AnswerDetector::new(AnswerConfig::default());
    let mut beep = false;
    for frame in pcm.chunks(160) {
        detector.detect(frame, |event| beep |= matches!(event, AnswerEvent::Beep(_)));
    }
    (detector.answer(), beep)
}

fn beep() -> Vec<i16> {
    let tone = |i: usize| (std::f64::consts::TAU * 1000.0 * i as f64 / 8000.0).sin() * 8000.0;
    (0..8 * 500).map(|i| if i < 8 * 150 { 0 } else { tone(i) as i16 }).collect()
}

#[test]
fn recorded_voices_are_people_when_short_and_machines_when_long() {
    for file in ["spk_en_f_allison.ul", "spk_it_m_carlo.ul"] {
        let Some(utterances) = utterances(file) else {
            continue;
        };
        let (mut people, mut human, mut machines, mut machine, mut beeps) = (0, 0, 0, 0, 0);
        for said in utterances {
            let ms = said.len() / 8;
            if (150..=900).contains(&ms) {
                people += 1;
                human += usize::from(call(&said, &[]).0 == Some(Answer::Human));
            } else if ms >= 1800 {
                machines += 1;
                let (answer, beep) = call(&said, &beep());
                machine += usize::from(answer == Some(Answer::Machine));
                beeps += usize::from(beep);
            }
        }
        assert!(people >= 20 && machines >= 20, "{file}: {people} and {machines}");
        assert!(human * 20 >= people * 19, "{file}: {human} of {people} people");
        assert_eq!(machine, machines, "{file}: machines");
        assert_eq!(beeps, machines, "{file}: beeps");
    }
}
