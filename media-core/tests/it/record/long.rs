//! Long calls: a writer's memory does not grow with them, and a reader finds everything.

use std::cell::Cell;
use std::io::{BufReader, Cursor, Seek, SeekFrom, Write};

use media_core::record::Samples;
use media_core::record::tlr::{
    Mark, MarkKind, Options, Reader, Seal, Unlock, Writer, public_key, recover, reseal, verify,
};

use super::container::{head, open};
use super::signals::{speech, ulaw};
use crate::memory::most_in_use;

const HOURS: u64 = 3;
const SECONDS: u64 = HOURS * 3600;

/// Both parties of a call, which speak every tenth second, with a mark each second.
fn talk<W: Write>(writer: &mut Writer<W>, seconds: core::ops::Range<u64>, voice: &[u8]) {
    for second in seconds {
        let quiet = [0xd5; 8000];
        let sound = if second % 10 == 0 { voice } else { &quiet };
        writer.write(0, second * 8000, Samples::Ulaw(sound)).unwrap();
        writer.write(1, second * 8000, Samples::Alaw(&quiet)).unwrap();
        let (position, kind) = (second * 8000, MarkKind::Key);
        let mark = Mark { channel: 0, position, len: 0, kind, text: String::new() };
        writer.mark(&mark).unwrap();
    }
}

/// Where records of a kind begin.
pub(super) fn find(file: &[u8], kind: u8) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 32;
    while file[at..].starts_with(&[0x54, 0xe7]) {
        if file[at + 2] & 0x7f == kind {
            found.push(at);
        }
        let len = u32::from_le_bytes([file[at + 3], file[at + 4], file[at + 5], 0]);
        at += 24 + len as usize;
    }
    found
}

fn picture(reader: &mut Reader<impl std::io::Read + Seek>, columns: usize) -> Vec<u8> {
    let mut out = vec![1; columns];
    let end = reader.end(0);
    reader.picture(0, 0, end, &mut out).unwrap();
    out
}

#[test]
fn three_hours_stay_under_64_kib() {
    let voice = ulaw(&speech(8000, 3));
    let mut file = tempfile::tempfile().unwrap();
    let whole = Cell::new(0);
    let first = most_in_use(|| {
        let mut writer = Writer::create(&file, &head(), Options::new([1; 16])).unwrap();
        talk(&mut writer, 0..600, &voice);
        let rest = most_in_use(|| talk(&mut writer, 600..SECONDS, &voice));
        whole.set(rest);
        writer.finish().unwrap();
    });
    // Beside what it had after ten minutes, all that came was memory for a moment.
    assert!(whole.get() < 16 << 10, "{} bytes more in {HOURS} hours", whole.get());
    assert!(first < 64 << 10, "{first} bytes");

    file.seek(SeekFrom::Start(0)).unwrap();
    let mut reader = Reader::open(BufReader::new(file), &Unlock::Nothing).unwrap();
    assert!(reader.is_indexed());
    assert_eq!(reader.index().len() as u64, 2 * SECONDS);
    assert_eq!(reader.marks().len() as u64, SECONDS);
    assert!(reader.marks().iter().map(|mark| mark.position).eq((0..SECONDS).map(|s| s * 8000)));
    let parts = reader.peaks().iter().filter(|part| part.channel == 0);
    let columns = parts.fold(0, |at, part| {
        assert_eq!(part.first, at, "no column is missing or there twice");
        at + part.levels.len() as u64
    });
    assert_eq!(columns, SECONDS * 10);
    // The voice of every tenth second, from the parts as from the sound.
    let seconds = picture(&mut reader, SECONDS as usize);
    let loudest = voice.iter().map(|c| media_core::g711::Law::Mu.decode_sample(*c));
    let loudest = loudest.map(|x| (x.unsigned_abs() >> 8) as u8).max().unwrap();
    let quiet = (media_core::g711::Law::Mu.decode_sample(0xd5).unsigned_abs() >> 8) as u8;
    assert!(loudest > quiet);
    for (second, level) in seconds.into_iter().enumerate() {
        assert_eq!(level, if second % 10 == 0 { loudest } else { quiet }, "{second}");
    }
    let mut out = vec![0; 8000];
    assert_eq!(reader.read(0, (SECONDS - 10) * 8000, &mut out).unwrap(), 8000);
    assert!(out.iter().zip(&voice).all(|(x, c)| *x == media_core::g711::Law::Mu.decode_sample(*c)));
}

/// Eleven minutes: several parts of index and picture.
fn eleven_minutes(options: Options) -> Vec<u8> {
    let mut writer = Writer::create(Vec::new(), &head(), options).unwrap();
    talk(&mut writer, 0..660, &ulaw(&speech(8000, 3)));
    let file = writer.finish().unwrap();
    assert!(find(&file, PEAKS).len() > 8 && find(&file, INDEX).len() > 3);
    file
}

const PEAKS: u8 = 8;
const INDEX: u8 = 9;

#[test]
fn a_lost_part_costs_time_and_nothing_else() {
    let file = eleven_minutes(Options::new([1; 16]));
    let want = picture(&mut open(&file), 300);
    for kind in [PEAKS, INDEX] {
        for at in find(&file, kind) {
            let mut damaged = file.clone();
            damaged[at + 13] ^= 0x10;
            let mut reader = open(&damaged);
            assert!(!reader.is_indexed());
            assert_eq!(reader.damage().len(), 1);
            assert_eq!((reader.index().len(), reader.marks().len()), (1320, 660));
            assert!(picture(&mut reader, 300) == want, "{at}");

            let mut whole = Vec::new();
            recover(Cursor::new(&damaged), &mut whole, &Unlock::Nothing, None).unwrap();
            let mut reader = open(&whole);
            assert!(reader.is_indexed());
            assert_eq!((reader.index().len(), reader.marks().len()), (1320, 660));
            assert!(picture(&mut reader, 300) == want, "{at}");
        }
    }
}

#[test]
fn a_long_call_cut_short_is_recovered_with_its_parts() {
    let seal = Seal::new([9; 32]).recipient(public_key([1; 32]));
    let file = eleven_minutes(Options { seal: Some(seal), ..Options::new([1; 16]) });
    let unlock = Unlock::Secret([1; 32]);
    // Behind a part of the index, within one, and behind the last of all records but the close.
    let parts = find(&file, INDEX);
    for cut in [parts[1] + 5000, parts[1] + 50, parts[parts.len() - 1] + 3000, file.len() - 20] {
        let cut = &file[..cut.min(file.len() - 20)];
        let mut whole = Vec::new();
        recover(Cursor::new(cut), &mut whole, &unlock, None).unwrap();
        assert!(verify(Cursor::new(&whole)).unwrap().is_intact());
        let mut scanned = Reader::open(Cursor::new(cut), &unlock).unwrap();
        let mut reader = Reader::open(Cursor::new(&whole), &unlock).unwrap();
        assert!(reader.is_indexed() && !scanned.is_indexed());
        assert_eq!(reader.index(), scanned.index());
        assert_eq!(reader.marks(), scanned.marks());
        assert!(picture(&mut reader, 300) == picture(&mut scanned, 300));
        // A copy has its whole picture again.
        let mut copy = Vec::new();
        reseal(&mut reader, &mut copy, Options::new([2; 16]), &[], |_, _| ()).unwrap();
        let mut copy = open(&copy);
        let columns: usize =
            copy.peaks().iter().filter(|part| part.channel == 0).map(|p| p.levels.len()).sum();
        assert_eq!(columns as u64, copy.end(0).div_ceil(800));
        assert!(picture(&mut copy, 300) == picture(&mut scanned, 300));
    }
}

#[test]
fn hours_of_nothing_take_no_memory_and_no_room() {
    let voice = ulaw(&speech(8000, 3));
    let mut writer = Writer::create(Vec::new(), &head(), Options::new([1; 16])).unwrap();
    let far = 8000 * 3600 * 24 * 365;
    let most = most_in_use(|| {
        writer.write(0, 0, Samples::Ulaw(&voice)).unwrap();
        writer.write(0, far, Samples::Ulaw(&voice)).unwrap();
    });
    assert!(most < 128 << 10, "{most}");
    let file = writer.finish().unwrap();
    let mut reader = open(&file);
    let firsts: Vec<u64> = reader.peaks().iter().map(|part| part.first).collect();
    assert_eq!(firsts, [0, far / 800]);
    let mut out = [9; 2];
    reader.picture(0, far, far + 8000, &mut out).unwrap();
    let mut first = [9; 2];
    reader.picture(0, 0, 8000, &mut first).unwrap();
    assert!(out == first && out != [0, 0]);
}

/// A recording of before index and picture came in parts: `rec import` of a second of silence and
/// eighty loud samples, and of half a second of silence.
const VERSION_1: &str = "\
    89544c520d0a1a0a0100000071b399388d79bb7b0e058b83186ef80465ea573154e70220000000000000534a00\
    000000000000000200c03e016101c03e0162010571756575650573616c65732740ba101bd3dbdcbecc42bf54e7\
    030800000100000022e30000c03e10c03eff16c05497fdb43f63c2f1c5d654e70356000002000000d5f600c03e\
    50005068846470677f7c7e89786d667f61787b86608c7c718e6e856674616161898260788b6d7b8e61816e7c7f\
    836e766e8b6e7d72617a8389666b888e72678f758e8d807b808a6c7372857f807985627e6f8f9e5f1e46320a9f\
    575038540654e70308000003000000a3c00100a01f11a01fd55438c42c1c2d97d1c68223d354e7080c00000400\
    00000b3e00000000000000000000007de65911c2b1fdac5fdaf7d79a54e7080600000500000070300100000000\
    00c26fbf4e80968cc0c8ff007c54e70915000006000000904b030000c03e5800c03e50200100a01f6e0320e601\
    24969a190b3652dec133c311d254e70b21000007000000aca704969a190b3652dec1475ebe7e4a2f63f91e6b9a\
    a43825c746155ede82fef202bab872ee2b07da76b24ab266414801000000000000aa5110bc544c5278";

#[test]
fn a_file_of_version_1_is_read_and_copied() {
    let byte = |i: usize| u8::from_str_radix(&VERSION_1[i..i + 2], 16).unwrap();
    let file: Vec<u8> = (0..VERSION_1.len()).step_by(2).map(byte).collect();
    assert_eq!(file[8..12], [1, 0, 0, 0]);
    assert!(verify(Cursor::new(&file)).unwrap().is_intact());
    let mut reader = open(&file);
    assert!(reader.is_indexed());
    assert_eq!((reader.end(0), reader.end(1)), (8080, 4000));
    assert_eq!((reader.peaks()[0].first, reader.peaks()[0].levels.len()), (0, 11));
    let want = picture(&mut reader, 5);
    let mut sound = vec![0; 8080];
    assert_eq!(reader.read(0, 0, &mut sound).unwrap(), 8080);
    assert!(sound[..8000].iter().all(|x| *x == 0) && sound[8000..].iter().any(|x| *x != 0));

    let mut copy = Vec::new();
    reseal(&mut reader, &mut copy, Options::new([2; 16]), &[], |_, _| ()).unwrap();
    assert!(picture(&mut open(&copy), 5) == want);
    let (mut cut, mut whole) = (file.clone(), Vec::new());
    cut.truncate(file.len() - 20);
    recover(Cursor::new(&cut), &mut whole, &Unlock::Nothing, None).unwrap();
    let mut whole = open(&whole);
    assert!(whole.is_indexed() && picture(&mut whole, 5) == want);
}
