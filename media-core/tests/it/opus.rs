//! Opus: what is encoded comes back, and a lost frame comes back from its successor.

use media_core::jitter::{Config, Decoder as _, JitterBuffer, MAX_FRAME, Packet, Verdict};
use media_core::opus::{Decoder, Encoder, OpusError, Settings};
use media_core::wav::{Encoding, Format, Reader, Writer};
use proptest::prelude::*;
use std::io::Cursor;
use std::process::Command;

use crate::ogg;

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

/// In memory of ours that holds anything, the same packets and the same sound, and nothing beside
/// what was asked for is touched.
#[test]
fn a_coder_in_the_callers_memory_is_like_any_other() {
    const MARK: u64 = 0xA5A5_A5A5_A5A5_A5A5;
    let settings = Settings::new(24_000, 20);
    let (need, room) = (Encoder::memory(), Encoder::memory() - 1);
    let mut short = vec![MARK; room];
    let refused = Encoder::new_in(settings, &mut short).err();
    assert_eq!(refused, Some(OpusError::NoMemory { need, room }));
    let refused = Decoder::new_in(&mut [0; 1]).err();
    assert_eq!(refused, Some(OpusError::NoMemory { need: Decoder::memory(), room: 1 }));

    let mut beside = vec![MARK; need + 1 + Decoder::memory()];
    let (memory, rest) = beside.split_at_mut(need);
    let (after, other) = rest.split_at_mut(1);
    let mut encoder = Encoder::new_in(settings, memory).unwrap();
    let mut ours = Decoder::new_in(other).unwrap();
    let mut theirs = Decoder::new().unwrap();
    for (i, packet) in packets(160, 50).iter().enumerate() {
        let pcm: Vec<i16> = (i * 160..(i + 1) * 160).map(voice).collect();
        let mut made = [0; 1275];
        let len = encoder.encode(&pcm, &mut made).unwrap();
        assert_eq!(&made[..len], &packet[..]);
        let (mut one, mut two) = ([0; MAX_FRAME], [0; MAX_FRAME]);
        assert_eq!(ours.decode(packet, &mut one), theirs.decode(packet, &mut two));
        assert_eq!(one, two);
    }
    assert_eq!(after, [MARK]);
}

/// A call over the jitter buffer, `burst` of every ten packets lost; with or without redundancy.
fn call(settings: Settings, burst: u32) -> (Vec<i16>, u64) {
    let (mut encoder, mut decoder) = (Encoder::new(settings).unwrap(), Decoder::new().unwrap());
    let config = Config::with_delay(60, 60).with_clock_ratio(6);
    let mut buffer = JitterBuffer::new(config);
    let mut heard = Vec::new();
    for i in 0..500_u32 {
        let pcm: Vec<i16> = (0..160).map(|k| voice(i as usize * 160 + k)).collect();
        let mut packet = [0; 1275];
        let len = encoder.encode(&pcm, &mut packet).unwrap();
        let now = u64::from(i) * 20_000;
        if !(7..7 + burst).contains(&(i % 10)) {
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
    let (with, concealed) = call(Settings::new(24_000, 20), 1);
    // The encoder leaves the copy out where it thinks a frame says little.
    assert!(concealed < 25 * 160, "{concealed}");
    let (without, all) = call(Settings::new(24_000, 0), 1);
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

#[test]
fn the_last_of_a_burst_is_recovered_and_the_rest_bridged() {
    let (_, concealed) = call(Settings::new(24_000, 20), 2);
    // As above: of fifty bursts the last is not played, and some frames have no copy.
    assert!(concealed < (49 + 25) * 160, "{concealed}");
    assert_eq!(call(Settings::new(24_000, 0), 2).1, 98 * 160);
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

/// What opus-tools' program makes of a file given to it; `None` where it is not installed.
fn tool(program: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("in"), folder.path().join("out"));
    std::fs::write(&from, input).expect("room");
    let mut command = Command::new(program);
    let output = command.args(arguments).arg(&from).arg(&to).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(std::fs::read(to).expect("it was written"))
}

#[test]
fn opusdec_hears_what_we_encode() {
    let file = ogg::write(&packets(160, 100), 960);
    let Some(wav) = tool("opusdec", &["--quiet", "--force-wav", "--rate", "8000"], &file) else {
        return;
    };
    let mut heard = vec![0; 16_000];
    let mut reader = Reader::new(wav.as_slice()).expect("a sound file");
    assert_eq!(reader.read(&mut heard).expect("it ends well"), 16_000);
    let said: Vec<i16> = (0..16_000).map(voice).collect();
    let alike = alike(&said[4000..12_000], &heard[4000..12_000]);
    assert!(alike > 0.9, "{alike}");
}

#[test]
fn we_hear_what_opusenc_encodes() {
    let said: Vec<i16> = (0..16_000).map(voice).collect();
    let format = Format { encoding: Encoding::Pcm16, channels: 1, rate: 8000 };
    let mut writer = Writer::new(Cursor::new(Vec::new()), format).expect("room");
    writer.write(&said).expect("room");
    let wav = writer.finish().expect("room").into_inner();
    for arguments in [
        ["--quiet", "--bitrate", "24", "--framesize", "20"],
        ["--quiet", "--bitrate", "32", "--framesize", "60"],
        ["--quiet", "--bitrate", "24", "--framesize", "2.5"],
    ] {
        let Some(file) = tool("opusenc", &arguments, &wav) else {
            return;
        };
        let (packets, skip) = ogg::read(&file);
        let mut decoder = Decoder::new().unwrap();
        let (mut heard, mut out) = (Vec::new(), [0; MAX_FRAME]);
        for packet in &packets {
            let n = decoder.decode(packet, &mut out);
            assert!(n > 0, "{arguments:?}");
            heard.extend(&out[..n]);
        }
        let heard = &heard[skip / 6..];
        assert!(heard.len() >= said.len(), "{arguments:?}: {}", heard.len());
        let alike = alike(&said[4000..12_000], &heard[4000..12_000]);
        assert!(alike > 0.9, "{arguments:?}: {alike}");
    }
}
