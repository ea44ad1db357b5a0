//! What is written into a recording is read from it again.

use std::cell::RefCell;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::rc::Rc;

use media_core::g711::Law;
use media_core::record::tlr::{
    Channel, ClockPoint, Coding, Head, Mark, MarkKind, Options, Reader, Sound, TlrError, Unlock,
    Writer, verify,
};
use media_core::record::{Format, Samples};

use super::signals::{speech, ulaw};

pub(super) fn head() -> Head {
    Head {
        started_ms: 1_760_000_000_123,
        channels: vec![
            Channel::telephone(Format::Ulaw, "caller"),
            Channel::telephone(Format::Alaw, "agent"),
        ],
        meta: vec![("call".into(), "c-1".into()), ("queue".into(), "vertrieb – süd".into())],
    }
}

pub(super) fn open(file: &[u8]) -> Reader<Cursor<&[u8]>> {
    Reader::open(Cursor::new(file), &Unlock::Nothing).unwrap()
}

/// A finished call of so many seconds: a µ-law caller, and an A-law agent who says the same.
pub(super) fn call(seconds: usize, options: Options) -> (Vec<u8>, Vec<u8>) {
    let bytes = ulaw(&speech(seconds * 8000, 5));
    let mut writer = Writer::create(Vec::new(), &head(), options).unwrap();
    for (i, frame) in bytes.chunks(160).enumerate() {
        writer.write(0, i as u64 * 160, Samples::Ulaw(frame)).unwrap();
        writer.write(1, i as u64 * 160, Samples::Alaw(&alaw(frame))).unwrap();
    }
    (writer.finish().unwrap(), bytes)
}

/// A second and a half with every kind of record in it: two parties, the second hearing the first's
/// echo for a while, and an app that sends Opus packets.
pub(super) fn everything(options: Options) -> Vec<u8> {
    let mut head = head();
    head.channels.push(Channel { coding: Coding::Opus, rate: 48_000, name: "app".into() });
    let caller = speech(12_000, 5);
    let delayed = [&[0; 90][..], &caller[..11_910]].concat();
    let agent: Vec<u8> = delayed.iter().map(|x| Law::A.encode_sample(*x / 8)).collect();
    let caller = ulaw(&caller);
    let mut writer = Writer::create(Vec::new(), &head, options).unwrap();
    let mark = |kind, position, len, text: &str| Mark {
        channel: 0,
        position,
        len,
        kind,
        text: text.into(),
    };
    for (i, frame) in caller.chunks(160).enumerate() {
        let at = i as u64 * 160;
        writer.write(0, at, Samples::Ulaw(frame)).unwrap();
        // The agent speaks alone, at the end.
        if i != 60 {
            writer.write(1, at, Samples::Alaw(&agent[i * 160..][..frame.len()])).unwrap();
        }
        writer.packet(2, at * 6, 960, &[i as u8; 9]).unwrap();
        match i {
            10 => writer.mark(&mark(MarkKind::Key, at, 0, "*")).unwrap(),
            20 => writer.clock(&ClockPoint { channel: 1, position: at, micros: 400_010 }).unwrap(),
            30 => writer.meta("agent", "17").unwrap(),
            40 => writer.mark(&mark(MarkKind::Hold, at, 800, "music")).unwrap(),
            _ => {}
        }
    }
    writer.finish().unwrap()
}

fn alaw(codes: &[u8]) -> Vec<u8> {
    codes.iter().map(|c| Law::Mu.transcode_sample(Law::A, *c)).collect()
}

fn linear(law: Law, codes: &[u8]) -> Vec<i16> {
    codes.iter().map(|c| law.decode_sample(*c)).collect()
}

#[test]
fn both_parties_and_what_was_said_of_them_come_back() {
    let (file, bytes) = call(5, Options::new([1; 16]));
    assert!(file.len() < bytes.len() * 2 * 7 / 10);
    let mut reader = open(&file);
    assert_eq!(reader.head(), &head());
    assert!(reader.is_indexed());
    assert_eq!((reader.end(0), reader.end(1)), (40_000, 40_000));
    for (channel, law, bytes) in [(0, Law::Mu, &bytes), (1, Law::A, &alaw(&bytes))] {
        let mut out = vec![0; bytes.len()];
        assert_eq!(reader.read(channel, 0, &mut out).unwrap(), bytes.len());
        let want = linear(law, bytes);
        let first = out.iter().zip(&want).position(|(a, b)| a != b);
        assert_eq!(first, None, "channel {channel}");
    }
    let mut codes = Vec::new();
    for entry in reader.index().to_vec().iter().filter(|e| e.channel == 0) {
        let Sound::G711(block) = reader.sound(entry).unwrap() else { panic!("not G.711") };
        codes.extend(block);
    }
    assert!(codes == bytes);
    let report = verify(Cursor::new(&file)).unwrap();
    assert!(report.is_intact(), "{report:?}");
    assert_eq!(report.samples, [40_000, 40_000]);
}

#[test]
fn any_stretch_equals_the_same_stretch_of_the_whole() {
    let (file, bytes) = call(4, Options::new([1; 16]));
    let whole = linear(Law::Mu, &bytes);
    let mut reader = open(&file);
    for (from, len) in [(0, 1), (7999, 2), (8000, 8000), (12_345, 17_000), (31_990, 10)] {
        let mut out = vec![0; len];
        assert_eq!(reader.read(0, from as u64, &mut out).unwrap(), len);
        assert!(out == whole[from..from + len], "{from}");
    }
    let mut out = [1; 20];
    assert_eq!(reader.read(0, 31_990, &mut out).unwrap(), 10);
    assert_eq!(out[10..], [0; 10]);
    assert_eq!(reader.read(0, u64::MAX - 5, &mut out).unwrap(), 0);
    assert_eq!(reader.read(2, 0, &mut out), Err(TlrError::Channel(2)));
}

#[test]
fn a_gap_is_silence_and_what_follows_stays_in_place() {
    let bytes = ulaw(&speech(8000, 6));
    let mut writer = Writer::create(Vec::new(), &head(), Options::new([2; 16])).unwrap();
    // The agent joins after a second; the caller loses 100 ms of packets.
    writer.write(0, 0, Samples::Ulaw(&bytes[..4000])).unwrap();
    writer.write(0, 4800, Samples::Ulaw(&bytes[4800..])).unwrap();
    writer.write(1, 8000, Samples::Alaw(&bytes[..800])).unwrap();
    let back = writer.write(1, 8700, Samples::Alaw(&bytes[..10]));
    assert_eq!(back, Err(TlrError::Backwards { channel: 1, expected: 8800 }));
    let loss =
        Mark { channel: 0, position: 4000, len: 800, kind: MarkKind::Loss, text: "rtp".into() };
    writer.mark(&loss).unwrap();
    let clock = ClockPoint { channel: 1, position: 8000, micros: 1_000_250 };
    writer.clock(&clock).unwrap();
    writer.meta("agent", "17").unwrap();
    writer.meta("queue", "service").unwrap();
    let file = writer.finish().unwrap();

    let mut reader = open(&file);
    assert_eq!(reader.marks(), [loss]);
    assert_eq!(reader.clocks(), [clock]);
    assert_eq!(reader.head().meta[1], ("queue".into(), "service".into()));
    assert_eq!(reader.head().meta[2], ("agent".into(), "17".into()));
    let mut out = vec![1; 8000];
    assert_eq!(reader.read(0, 0, &mut out).unwrap(), 7200);
    let mut want = linear(Law::Mu, &bytes);
    want[4000..4800].fill(0);
    assert!(out == want);
    assert_eq!(reader.read(1, 0, &mut out).unwrap(), 0);
    assert_eq!(reader.read(1, 7900, &mut out[..200]).unwrap(), 100);
    assert!(out[100..200] == linear(Law::A, &bytes[..100]));
}

#[test]
fn a_pause_leaves_no_sound_anywhere() {
    let card = [0x12; 1600];
    let talk = ulaw(&speech(800, 7));
    let mut writer = Writer::create(Vec::new(), &head(), Options::new([3; 16])).unwrap();
    writer.write(0, 0, Samples::Ulaw(&talk)).unwrap();
    writer.pause(0, 800).unwrap();
    writer.write(0, 800, Samples::Ulaw(&card)).unwrap();
    assert_eq!(
        writer.write(0, 0, Samples::Ulaw(&card)).unwrap_err().to_string(),
        "channel 0 already reaches position 800"
    );
    writer.resume(0, 2400).unwrap();
    writer.write(0, 2400, Samples::Ulaw(&talk)).unwrap();
    let mut reader_file = writer.finish().unwrap();
    let mut reader = open(&reader_file);
    assert_eq!(
        (reader.marks()[0].kind, reader.marks()[0].position, reader.marks()[0].len),
        (MarkKind::Paused, 800, 1600)
    );
    let mut out = vec![1; 3200];
    assert_eq!(reader.read(0, 0, &mut out).unwrap(), 1600);
    assert_eq!(out[800..2400], [0; 1600]);
    assert!(out[2400..] == linear(Law::Mu, &talk));
    reader_file.truncate(reader_file.len() - 20);
    assert_eq!(open(&reader_file).end(0), 3200);
}

#[test]
fn wideband_and_opus_channels_live_in_one_call() {
    let pcm = speech(16_000, 8);
    let head = Head {
        channels: vec![
            Channel { coding: Coding::Lossless(Format::Pcm16), rate: 16_000, name: "a".into() },
            Channel { coding: Coding::Opus, rate: 48_000, name: "b".into() },
        ],
        ..Head::default()
    };
    let mut writer = Writer::create(Vec::new(), &head, Options::new([4; 16])).unwrap();
    let packets: Vec<Vec<u8>> = (0..100_u8).map(|i| vec![i; 20 + usize::from(i)]).collect();
    for (i, packet) in packets.iter().enumerate() {
        let at = i as u64;
        writer.write(0, at * 160, Samples::Pcm16(&pcm[i * 160..][..160])).unwrap();
        // Packet 50 was lost.
        if i != 50 {
            writer.packet(1, at * 960, 960, packet).unwrap();
        }
    }
    assert_eq!(writer.packet(0, 16_000, 960, &[1]), Err(TlrError::Format(0)));
    assert_eq!(writer.write(1, 96_000, Samples::Pcm16(&pcm)), Err(TlrError::Format(1)));
    let file = writer.finish().unwrap();
    let mut reader = open(&file);
    let mut out = vec![0; 16_000];
    assert_eq!(reader.read(0, 0, &mut out).unwrap(), 16_000);
    assert!(out == pcm);
    let mut back = Vec::new();
    for entry in reader.index().to_vec().iter().filter(|e| e.channel == 1) {
        let Sound::Packets(some) = reader.sound(entry).unwrap() else { panic!("not Opus") };
        let mut at = entry.position;
        for (samples, packet) in some {
            back.push((at / 960, packet));
            at += u64::from(samples);
        }
        assert_eq!(at, entry.position + entry.len);
    }
    assert_eq!(back.len(), 99);
    assert!(back.iter().all(|(i, packet)| *packet == packets[*i as usize]));
    assert_eq!(reader.end(1), 96_000);
}

#[test]
fn a_picture_of_the_call_is_at_hand() {
    let (file, bytes) = call(3, Options::new([1; 16]));
    let reader = open(&file);
    let pcm = linear(Law::Mu, &bytes);
    let want: Vec<u8> = pcm
        .chunks(800)
        .map(|c| c.iter().map(|x| (x.unsigned_abs() >> 8) as u8).max().unwrap())
        .collect();
    assert_eq!(reader.peaks()[0].levels, want);
    assert_eq!(reader.peaks().len(), 2);
}

/// A file somebody else is writing.
struct Growing {
    file: Rc<RefCell<Vec<u8>>>,
    at: u64,
}

impl Read for Growing {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let file = self.file.borrow();
        let from = file.get(self.at as usize..).unwrap_or(&[]);
        let len = from.len().min(to.len());
        to[..len].copy_from_slice(&from[..len]);
        self.at += len as u64;
        Ok(len)
    }
}

impl Seek for Growing {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => (self.file.borrow().len() as u64).saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

#[test]
fn a_file_still_being_written_can_be_followed() {
    let (whole, bytes) = call(5, Options::new([1; 16]));
    let file = Rc::new(RefCell::new(whole[..9000].to_vec()));
    let growing = Growing { file: Rc::clone(&file), at: 0 };
    let mut reader = Reader::open(growing, &Unlock::Nothing).unwrap();
    let mut blocks = reader.index().len();
    let first = reader.end(0);
    assert!(first > 0 && first < 40_000);
    for byte in &whole[9000..] {
        file.borrow_mut().push(*byte);
        if file.borrow().len() % 97 == 0 {
            blocks += reader.follow().unwrap();
        }
    }
    blocks += reader.follow().unwrap();
    assert_eq!((blocks, reader.index().len()), (10, 10));
    let mut out = vec![0; 40_000];
    assert_eq!(reader.read(0, 0, &mut out).unwrap(), 40_000);
    assert!(out == linear(Law::Mu, &bytes));
}
