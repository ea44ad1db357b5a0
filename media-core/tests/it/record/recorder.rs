//! Many calls at once, on a thread that no media thread waits for.

use std::fs::{self, File};

use media_core::g711::Law;
use media_core::record::tlr::{
    Channel, ClockPoint, Coding, Head, MarkKind, Options, Policy, Reader, Recorder, Sound,
    TlrError, Unlock, verify,
};
use media_core::record::{Format, Level, Samples};

use super::container::head;
use super::signals::{speech, ulaw};

#[test]
fn a_hundred_calls_at_once_come_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = ulaw(&speech(16_000, 11));
    let recorder = Recorder::start(Policy::default()).unwrap();
    let path = |i: usize| folder.path().join(format!("{i}.tlr"));
    let mut calls: Vec<_> = (0..100)
        .map(|i| recorder.open(&path(i), &head(), Options::new([i as u8; 16])).unwrap())
        .collect();
    for (n, frame) in bytes.chunks(160).enumerate() {
        for (i, call) in calls.iter_mut().enumerate() {
            // Each its own: shifted by its number.
            let at = n as u64 * 160 + i as u64;
            assert!(call.write(0, at, Samples::Ulaw(frame)).unwrap());
        }
    }
    calls.into_iter().for_each(|call| call.finish().unwrap());
    assert_eq!(recorder.dropped(), 0);
    let want: Vec<i16> = bytes.iter().map(|c| Law::Mu.decode_sample(*c)).collect();
    for i in 0..100 {
        assert!(verify(File::open(path(i)).unwrap()).unwrap().is_intact());
        let mut reader = Reader::open(File::open(path(i)).unwrap(), &Unlock::Nothing).unwrap();
        let mut out = vec![0; want.len()];
        assert_eq!(reader.read(0, i as u64, &mut out).unwrap(), want.len());
        assert!(out == want);
    }
}

#[test]
fn overload_is_counted_and_marked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.tlr");
    // No room at all, and a level so slow that the thread is busy while frames come in.
    let recorder = Recorder::start(Policy { queue: 1, sync_every: None }).unwrap();
    let options = Options { level: Level::Max, block_ms: 20, ..Options::new([1; 16]) };
    let mut call = recorder.open(&path, &head(), options).unwrap();
    let bytes = ulaw(&speech(160, 11));
    let mut dropped = 0;
    for n in 0..2000 {
        if !call.write(0, n * 160, Samples::Ulaw(&bytes)).unwrap() {
            dropped += 160;
        }
    }
    assert_eq!(call.dropped(), dropped);
    call.finish().unwrap();
    assert!(dropped > 0);
    assert_eq!(recorder.dropped(), dropped);
    let reader = Reader::open(File::open(&path).unwrap(), &Unlock::Nothing).unwrap();
    assert!(reader.marks().iter().all(|mark| mark.kind == MarkKind::Overload));
    assert_eq!(reader.marks().iter().map(|mark| mark.len).sum::<u64>(), dropped);
    let held: u64 = reader.index().iter().map(|entry| entry.len).sum();
    assert_eq!(held + dropped, 2000 * 160);
}

#[test]
fn an_error_stays_with_its_call() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("good.tlr"), folder.path().join("bad.tlr"));
    let recorder = Recorder::start(Policy { sync_every: None, ..Policy::default() }).unwrap();
    let mut well = recorder.open(&good, &head(), Options::new([1; 16])).unwrap();
    let mut ill = recorder.open(&bad, &head(), Options::new([2; 16])).unwrap();
    let again = recorder.open(&bad, &head(), Options::new([3; 16])).unwrap_err();
    assert_eq!(again, TlrError::Io(std::io::ErrorKind::AlreadyExists));
    // An A-law frame on a µ-law channel.
    ill.write(0, 0, Samples::Alaw(&[1; 160])).unwrap();
    well.write(0, 0, Samples::Ulaw(&[1; 160])).unwrap();
    assert_eq!(ill.finish(), Err(TlrError::Format(0)));
    well.finish().unwrap();
    assert!(verify(File::open(&good).unwrap()).unwrap().is_intact());
    assert!(!verify(File::open(&bad).unwrap()).unwrap().closed);
    assert!(fs::metadata(&bad).unwrap().len() > 32);
}

#[test]
fn a_call_that_is_let_go_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.tlr");
    let recorder = Recorder::start(Policy::default()).unwrap();
    let mut call = recorder.open(&path, &head(), Options::new([1; 16])).unwrap();
    call.write(0, 0, Samples::Ulaw(&[1; 160])).unwrap();
    call.pause(0, 160);
    drop(call);
    drop(recorder);
    let report = verify(File::open(&path).unwrap()).unwrap();
    assert!(report.is_intact());
    assert_eq!(report.samples, [160]);
    let reader = Reader::open(File::open(&path).unwrap(), &Unlock::Nothing).unwrap();
    let marks: Vec<_> = reader.marks().iter().map(|m| (m.position, m.kind)).collect();
    assert_eq!(marks, [(160, MarkKind::Paused)]);
}

#[test]
fn everything_a_call_has_reaches_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.tlr");
    let head = Head {
        channels: vec![
            Channel::telephone(Format::Alaw, "caller"),
            Channel { coding: Coding::Opus, rate: 48_000, name: "app".into() },
        ],
        ..Head::default()
    };
    let recorder = Recorder::start(Policy::default()).unwrap();
    let mut call = recorder.open(&path, &head, Options::new([1; 16])).unwrap();
    let packets = [vec![7; 40], vec![8; 900]];
    for (i, packet) in packets.iter().enumerate() {
        assert!(call.packet(1, i as u64 * 960, 960, packet).unwrap());
    }
    let point = ClockPoint { channel: 0, position: 800, micros: 100_010 };
    assert!(call.clock(point).unwrap());
    assert!(call.meta("agent", "17").unwrap());
    call.write(0, 0, Samples::Alaw(&[1; 160])).unwrap();
    // The pause begins in the middle of a frame, and lasts to the end.
    call.pause(0, 200);
    call.pause(0, 300);
    call.write(0, 160, Samples::Alaw(&[2; 160])).unwrap();
    call.resume(0, 480);
    call.resume(0, 490);
    call.write(0, 480, Samples::Alaw(&[3; 20])).unwrap();
    call.pause(1, 1920);
    assert!(call.packet(1, 1920, 960, &[9; 10]).unwrap());
    assert_eq!(call.packet(1, u64::MAX, 960, &[]).unwrap_err().to_string(), {
        "channel 1 already reaches position 0"
    });
    assert_eq!(call.dropped(), 0);
    call.finish().unwrap();

    let mut reader = Reader::open(File::open(&path).unwrap(), &Unlock::Nothing).unwrap();
    assert_eq!(reader.clocks(), [point]);
    assert_eq!(reader.head().meta, [("agent".into(), "17".into())]);
    let marks = reader.marks().iter().map(|m| (m.channel, m.position, m.len, m.kind));
    let paused = MarkKind::Paused;
    assert!(marks.eq([(0, 200, 280, paused), (1, 1920, 0, paused)]));
    let mut sound = Vec::new();
    for entry in reader.index().to_vec() {
        sound.push((entry.position, reader.sound(&entry).unwrap()));
    }
    let (mut first, packets) =
        (vec![1; 160], packets.into_iter().map(|packet| (960, packet)).collect());
    first.extend([2; 40]);
    let want = [(0, Sound::G711(first)), (480, Sound::G711(vec![3; 20]))];
    assert_eq!(sound[..2], want);
    assert_eq!(sound[2..], [(0, Sound::Packets(packets))]);
}
