//! Opus: what is encoded comes back, and a lost frame comes back from its successor.

use media_core::jitter::{Config, Decoder as _, JitterBuffer, MAX_FRAME, Packet, Verdict};
use media_core::opus::{Decoder, Encoder, OpusError, Settings};
use proptest::prelude::*;

fn voice(i: usize) -> i16 {
    let t = i as f64 / 8000.0 * std::f64::consts::TAU;
    let loud = 0.6 + 0.4 * (t * 3.0).sin();
    (loud * (1..8).map(|k| (t * 140.0 * f64::from(k)).sin()).sum::<f64>() * 2500.0) as i16
}

fn packets(frame: usize, n: usize) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::new(Settings::new(24_000, 20)).unwrap();
    (0..n)
        .map(|i| {
            let pcm: Vec<i16> = (i * frame..(i + 1) * frame).map(voice).collect();
            let mut packet = [0; 1275];
            let len = encoder.encode(&pcm, &mut packet).unwrap();
            packet[..len].to_vec()
        })
        .collect()
}

/// The best correlation of what was heard with what was said, over a few ms of coder delay.
fn alike(said: &[i16], heard: &[i16]) -> f64 {
    let n = said.len() - 200;
    (0..200)
        .map(|lag| {
            let (a, b) = (&said[..n], &heard[lag..lag + n]);
            let dot = |x: &[i16], y: &[i16]| -> f64 {
                x.iter().zip(y).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum()
            };
            dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(1.0)
        })
        .fold(0.0, f64::max)
}

#[test]
fn frames_of_every_length_come_back() {
    for frame in [80, 160, 320, 480] {
        let mut decoder = Decoder::new().unwrap();
        let mut heard = Vec::new();
        for packet in packets(frame, 8000 / frame) {
            let mut out = [0; MAX_FRAME];
            assert_eq!(decoder.decode(&packet, &mut out), frame);
            heard.extend(&out[..frame]);
        }
        let said: Vec<i16> = (0..heard.len()).map(voice).collect();
        let alike = alike(&said[2000..6000], &heard[2000..6000]);
        assert!(alike > 0.9, "{frame}: {alike}");
    }
}

#[test]
fn refusals_say_why() {
    let mut encoder = Encoder::new(Settings::default()).unwrap();
    let frame = encoder.encode(&[0; 161], &mut [0; 100]);
    assert_eq!(frame, Err(OpusError::Frame { samples: 161 }));
    assert_eq!(encoder.encode(&[0; 160], &mut []), Err(OpusError::NoRoom { room: 0 }));
    assert_eq!(Encoder::new(Settings::new(16_000, 101)).err(), Some(OpusError::Settings));
}

/// A call over the jitter buffer, every tenth packet lost; with or without redundancy.
fn call(settings: Settings) -> (Vec<i16>, u64) {
    let (mut encoder, mut decoder) = (Encoder::new(settings).unwrap(), Decoder::new().unwrap());
    let config = Config::with_delay(60, 60).with_clock_ratio(6);
    let mut buffer = JitterBuffer::new(config);
    let mut heard = Vec::new();
    for i in 0..500_u32 {
        let pcm: Vec<i16> = (0..160).map(|k| voice(i as usize * 160 + k)).collect();
        let mut packet = [0; 1275];
        let len = encoder.encode(&pcm, &mut packet).unwrap();
        let now = u64::from(i) * 20_000;
        if i % 10 != 7 {
            let verdict = buffer.insert(&Packet {
                ssrc: 1,
                sequence: i as u16,
                timestamp: (i * 960).wrapping_sub(100_000),
                payload: &packet[..len],
                comfort_noise: false,
                arrival_us: now,
            });
            assert_eq!(verdict, Verdict::Taken);
        }
        let mut out = [0; 160];
        buffer.pull(now, &mut decoder, &mut out);
        heard.extend(out);
    }
    (heard, buffer.stats().concealed_samples)
}

#[test]
fn the_jitter_buffer_uses_the_redundancy() {
    let (with, concealed) = call(Settings::new(24_000, 20));
    // The encoder leaves the copy out where it thinks a frame says little.
    assert!(concealed < 25 * 160, "{concealed}");
    let (without, all) = call(Settings::new(24_000, 0));
    // Of fifty losses the last is not played any more.
    assert_eq!(all, 49 * 160);
    let said: Vec<i16> = (0..80_000).map(voice).collect();
    // 60 ms of the buffer, the rest within the search.
    let range = 8000..72_000;
    let late = 8480..72_480;
    let (with, without) =
        (alike(&said[range.clone()], &with[late.clone()]), alike(&said[range], &without[late]));
    assert!(with > without, "{with} {without}");
}

proptest! {
    #[test]
    fn any_bytes_are_survived(packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..6)) {
        let mut decoder = Decoder::new().unwrap();
        let mut out = [0; MAX_FRAME];
        for packet in packets {
            prop_assert!(decoder.decode(&packet, &mut out) <= MAX_FRAME);
            prop_assert!(decoder.recover(&packet, &mut out) <= MAX_FRAME);
        }
    }
}
