//! Speech of any level comes to the level aimed at; pauses and peaks are left as they should be.

use media_core::agc::{Agc, Config};
use media_core::mix::Gain;
use proptest::prelude::*;

/// Words of a buzz with pauses of a faint hum, at this peak.
fn speech(i: usize, peak: f64) -> i16 {
    let t = i as f64 / 8000.0 * std::f64::consts::TAU;
    if i / 3200 % 2 == 0 {
        (peak * ((t * 150.0).sin() + (t * 450.0).sin()) / 2.0) as i16
    } else {
        (8.0 * (t * 50.0).sin()) as i16
    }
}

fn rms(samples: &[i16]) -> f64 {
    (samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

#[test]
fn every_voice_comes_to_the_same_level() {
    let target = 32_768.0 * 10_f64.powf(-26.0 / 20.0);
    for peak in [800.0, 3000.0, 10_000.0] {
        let mut agc = Agc::new(Config::default());
        let mut sound: Vec<i16> = (0..15 * 8000).map(|i| speech(i, peak)).collect();
        sound.chunks_mut(160).for_each(|frame| agc.process(frame));
        let word = &sound[36 * 3200..37 * 3200];
        let off = 20.0 * (rms(word) / target).log10();
        assert!(off.abs() < 1.5, "peak {peak}: {off:.1} dB off");
    }
}

/// However the sound is cut, the gain moves at the pace of time, not of frames.
#[test]
fn frames_of_any_size_give_the_same_gain() {
    let sound: Vec<i16> = (0..6 * 8000).map(|i| speech(i, 1200.0)).collect();
    let gain = |frame: usize| {
        let (mut agc, mut sound) = (Agc::new(Config::default()), sound.clone());
        sound.chunks_mut(frame).for_each(|frame| agc.process(frame));
        20.0 * (f64::from(agc.gain().q12()) / 4096.0).log10()
    };
    let whole = gain(sound.len());
    assert!((4.0..11.0).contains(&whole), "{whole:.1} dB, still on its way");
    for frame in [1, 7, 33, 81, 160, 200, 240, 441] {
        assert!((gain(frame) - whole).abs() < 0.5, "{frame}: {:.1} dB, {whole:.1}", gain(frame));
    }
}

#[test]
fn pauses_do_not_move_the_gain_and_bounds_hold() {
    let mut agc = Agc::new(Config::new(-10, 6, 6));
    let mut sound: Vec<i16> = (0..10 * 8000).map(|i| speech(i, 300.0)).collect();
    agc.process(&mut sound);
    assert_eq!(agc.gain(), Gain::from_db(6));
    let before = agc.gain();
    agc.process(&mut [3; 80_000]);
    assert_eq!(agc.gain(), before);
}

#[test]
fn a_shout_does_not_clip() {
    let mut agc = Agc::new(Config::default());
    let mut sound: Vec<i16> = (0..10 * 8000).map(|i| speech(i, 500.0)).collect();
    agc.process(&mut sound);
    assert!(agc.gain() > Gain::from_db(9));
    for peak in [10_000.0, 30_000.0] {
        let mut shout: Vec<i16> = (0..3200).map(|i| speech(i, peak)).collect();
        agc.clone().process(&mut shout);
        assert!(shout.iter().all(|s| s.unsigned_abs() <= 30_900));
        // Nor is it made softer than it was.
        assert!(shout.iter().any(|s| s.unsigned_abs() > 9_000));
    }
    // Not even from one sample to the next, and what is before it is not torn.
    let mut clap: Vec<i16> = (0..800).map(|i| if i < 437 { 3000 } else { -32_768 }).collect();
    agc.process(&mut clap);
    assert!(clap[437..480].iter().all(|&s| s == -30_900), "{:?}", &clap[430..445]);
    assert!(clap[..400].iter().all(|&s| s > 8000), "{:?}", &clap[390..400]);
    assert!(clap[400..437].windows(2).all(|pair| (0..=400).contains(&(pair[0] - pair[1]))));
}

proptest! {
    #[test]
    fn anything_goes(frames in prop::collection::vec(prop::collection::vec(any::<i16>(), 0..400), 0..10), target: i8, up: u8, down: u8) {
        let mut agc = Agc::new(Config::new(target, up, down));
        for mut frame in frames {
            agc.process(&mut frame);
            prop_assert!(frame.iter().all(|s| s.unsigned_abs() <= 30_900));
        }
    }
}
