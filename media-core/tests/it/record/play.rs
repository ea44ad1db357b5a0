//! A recording's sound by time: clocks, mixtures, pictures.

use std::io::Cursor;

use media_core::record::tlr::{
    Channel, ClockPoint, Coding, Head, Options, Reader, Stretch, TlrError, Unlock, Writer,
};
use media_core::record::{Format, Samples};

use super::container::{call, open};

fn pcm(rate: u32, name: &str) -> Channel {
    Channel { coding: Coding::Lossless(Format::Pcm16), rate, name: name.into() }
}

/// Rate, clock points and samples of a channel.
type Party<'a> = (u32, &'a [(u64, u64)], &'a [i16]);

/// A recording of PCM channels.
fn recording(parties: &[Party<'_>]) -> Reader<Cursor<Vec<u8>>> {
    let channels = parties.iter().map(|(rate, ..)| pcm(*rate, "x")).collect();
    let head = Head { channels, ..Head::default() };
    let mut writer = Writer::create(Vec::new(), &head, Options::new([1; 16])).unwrap();
    for (channel, (_, points, samples)) in (0..).zip(parties) {
        writer.write(channel, 0, Samples::Pcm16(samples)).unwrap();
        for &(position, micros) in *points {
            writer.clock(&ClockPoint { channel, position, micros }).unwrap();
        }
    }
    Reader::open(Cursor::new(writer.finish().unwrap()), &Unlock::Nothing).unwrap()
}

#[test]
fn a_clock_that_runs_fast_is_brought_into_step() {
    // The second party's clock runs 100 parts in a million fast: 10 s are 80,008 samples.
    let ramp: Vec<i16> = (0..80_008).map(|i: i32| (i / 4) as i16).collect();
    let mut reader =
        recording(&[(8000, &[], &ramp[..80_000]), (8000, &[(0, 0), (80_008, 10_000_000)], &ramp)]);
    assert_eq!(reader.duration(), 10_000_000);
    assert_eq!(
        (reader.position_at(1, 5_000_000), reader.position_at(0, 5_000_000)),
        (40_004, 40_000)
    );
    assert_eq!(reader.micros_at(1, 40_004), 5_000_000);
    let (mut mine, mut theirs) = ([0; 800], [0; 800]);
    assert_eq!(reader.read_at(0, 9_900_000, &mut mine).unwrap(), 800);
    assert_eq!(reader.read_at(1, 9_900_000, &mut theirs).unwrap(), 800);
    assert!(mine.iter().zip(&theirs).all(|(a, b)| (b - a - 2).abs() <= 1), "{mine:?} {theirs:?}");
    // Where a stretch begins makes no difference to what is heard in it.
    let mut later = [0; 100];
    reader.read_at(1, 9_950_000, &mut later).unwrap();
    assert_eq!(theirs[400..500], later);
}

#[test]
fn a_party_who_joined_late_is_heard_when_it_spoke() {
    // Its own clock began to count when it joined, 2 s after the call.
    let mut reader = recording(&[(8000, &[], &[5; 32_000]), (8000, &[(0, 2_000_000)], &[9; 8000])]);
    let mut frames = Vec::new();
    let shape = reader.play(&Stretch::default(), |more| {
        frames.extend_from_slice(more);
        Ok(())
    });
    let shape = shape.unwrap();
    assert_eq!((shape.rate, shape.channels, shape.frames), (8000, 2, 32_000));
    let heard: Vec<i16> = frames.chunks(2).map(|pair| pair[1]).collect();
    assert_eq!(heard.iter().position(|x| *x == 9), Some(16_000));
    assert_eq!(heard.iter().rposition(|x| *x == 9), Some(23_999));
    assert!(frames.chunks(2).all(|pair| pair[0] == 5));
}

#[test]
fn a_clock_set_anew_is_no_slope() {
    // A jump of an hour between two points: nominal on both sides of it.
    let jump = [(0, 0), (8000, 3_600_000_000)];
    let reader = recording(&[(8000, &jump, &[1; 8000])]);
    assert_eq!(reader.position_at(0, 500_000), 4000);
    assert_eq!(reader.micros_at(0, 9000), 3_600_125_000);
}

#[test]
fn parties_are_mixed_and_cut_by_time() {
    let loud = [30_000; 16_000];
    let mut reader = recording(&[(8000, &[], &loud), (8000, &[], &[9000; 8000])]);
    let stretch = Stretch { from: 500_000, to: Some(1_500_000), mixed: true, ..Stretch::default() };
    let mut wav = Vec::new();
    let shape = reader.export_wav(&stretch, &mut wav).unwrap();
    assert_eq!((shape.channels, shape.frames), (1, 8000));
    let samples: Vec<i16> =
        wav[44..].chunks(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    assert_eq!((&wav[..4], samples.len()), (&b"RIFF"[..], 8000));
    assert!(samples[..4000].iter().all(|x| *x == i16::MAX));
    assert!(samples[4000..].iter().all(|x| *x == 30_000));
    let beyond = Stretch { from: 9_000_000, ..Stretch::default() };
    assert_eq!(reader.shape(&beyond).unwrap().frames, 0);
}

#[cfg(feature = "resample")]
#[test]
fn parties_of_different_rates_meet_at_the_higher() {
    let tone = |rate: f64, len: usize| -> Vec<i16> {
        let step = core::f64::consts::TAU * 1000.0 / rate;
        (0..len).map(|i| ((i as f64 * step).sin() * 8000.0) as i16).collect()
    };
    let (low, high) = (tone(8000.0, 16_000), tone(16_000.0, 32_000));
    let mut reader = recording(&[(8000, &[], &low), (16_000, &[], &high)]);
    let (mut frames, stretch) = (Vec::new(), Stretch { from: 250_000, ..Stretch::default() });
    let shape = reader.play(&stretch, |more| {
        frames.extend_from_slice(more);
        Ok(())
    });
    assert_eq!((shape.unwrap().rate, frames.len()), (16_000, 28_000 * 2));
    // The converted tone is the other one, sample for sample.
    let apart = frames.chunks(2).skip(500).take(27_000).map(|pair| (pair[0] - pair[1]).abs());
    assert!(apart.max().unwrap() < 40);
}

#[cfg(not(feature = "resample"))]
#[test]
fn parties_of_different_rates_are_not_mixed_without_a_resampler() {
    let mut reader = recording(&[(8000, &[], &[1; 800]), (16_000, &[], &[1; 1600])]);
    let result = reader.play(&Stretch::default(), |_| Ok(()));
    assert_eq!(result.unwrap_err(), TlrError::Format(0));
}

#[cfg(feature = "opus")]
#[test]
fn an_opus_channel_is_heard_from_any_place_as_from_the_start() {
    use media_core::opus::{Encoder, Settings};

    let voice = super::signals::speech(24_000, 3);
    let mut encoder = Encoder::new(Settings::new(24_000, 0)).unwrap();
    let head = Head {
        channels: vec![
            Channel { coding: Coding::Opus, rate: 48_000, name: "app".into() },
            pcm(8000, "desk"),
        ],
        ..Head::default()
    };
    let mut writer = Writer::create(Vec::new(), &head, Options::new([1; 16])).unwrap();
    let mut packet = [0; 1275];
    for (i, frame) in voice.chunks(160).enumerate() {
        let len = encoder.encode(frame, &mut packet).unwrap();
        // A tenth of a second is lost.
        if !(50..55).contains(&i) {
            writer.packet(0, i as u64 * 960, 960, &packet[..len]).unwrap();
        }
        writer.write(1, i as u64 * 160, Samples::Pcm16(frame)).unwrap();
    }
    let file = writer.finish().unwrap();
    let mut reader = open(&file);
    assert_eq!(reader.duration(), 3_000_000);
    let mut whole = vec![0; 24_000];
    assert_eq!(reader.read(0, 0, &mut whole).unwrap(), 24_000 - 800);
    assert_eq!(whole[8000..8800], [0; 800]);
    // It is the voice: beside it, but for the coder's delay, the difference is small.
    let energy = |x: &[i16]| x.iter().map(|x| i64::from(*x).pow(2)).sum::<i64>();
    let apart = |delay: usize| {
        let pairs = voice[9600..23_000].iter().zip(&whole[9600 + delay..]);
        pairs.map(|(a, b)| i64::from(a - b).pow(2)).sum::<i64>()
    };
    let least = (0..100).map(apart).min().unwrap();
    assert!(least * 4 < energy(&voice[9600..23_000]), "{least}");
    let mut part = vec![0; 4000];
    assert_eq!(open(&file).read(0, 17_000 * 6, &mut part).unwrap(), 4000);
    let close = part.iter().zip(&whole[17_000..]).filter(|(a, b)| (*a - *b).abs() < 200).count();
    assert!(close > 3600, "{close}");
    let shape = reader.play(&Stretch::default(), |_| Ok(())).unwrap();
    assert_eq!((shape.rate, shape.channels, shape.frames), (8000, 2, 24_000));
}

#[cfg(not(feature = "opus"))]
#[test]
fn an_opus_channel_is_not_heard_without_the_decoder() {
    let head = Head {
        channels: vec![Channel { coding: Coding::Opus, rate: 48_000, name: "app".into() }],
        ..Head::default()
    };
    let mut writer = Writer::create(Vec::new(), &head, Options::new([1; 16])).unwrap();
    writer.packet(0, 0, 960, &[1; 20]).unwrap();
    let file = writer.finish().unwrap();
    assert_eq!(open(&file).read(0, 0, &mut [0; 4]), Err(TlrError::Format(0)));
}

#[test]
fn a_picture_is_the_same_from_peaks_and_from_sound() {
    let (file, _) = call(6, Options::new([1; 16]));
    let mut finished = open(&file);
    // Cut off after its last block, the file has no peaks: everything is decoded.
    let last = finished.index().iter().map(|entry| entry.offset).max().unwrap() as usize;
    let len = u32::from_le_bytes([file[last + 3], file[last + 4], file[last + 5], 0]) as usize;
    let mut cut = open(&file[..last + 24 + len]);
    assert!(cut.peaks().is_empty() && !finished.peaks().is_empty());
    for columns in [1, 7, 24, 30, 60, 480] {
        let (mut a, mut b) = (vec![1; columns], vec![2; columns]);
        finished.picture(0, 0, 48_000, &mut a).unwrap();
        cut.picture(0, 0, 48_000, &mut b).unwrap();
        // Columns that end within a peak show the whole of it.
        if ![7, 24].contains(&columns) {
            assert_eq!(a, b, "{columns}");
        }
        assert!(a.iter().zip(&b).all(|(a, b)| a >= b), "{columns}");
        assert!(a.iter().any(|x| *x > 8));
    }
    let mut out = [9; 3];
    finished.picture(1, 48_000, 96_000, &mut out).unwrap();
    assert_eq!(out, [0; 3]);
    assert_eq!(finished.picture(2, 0, 1, &mut out), Err(TlrError::Channel(2)));
}
