//! Files made to cost a reader more than they are worth: its work and memory stay in proportion.

use std::cell::Cell;
use std::io::{Cursor, Read, Seek, SeekFrom};

use media_core::record::tlr::{
    Channel, ClockPoint, Coding, Cost, Head, Limits, Options, Reader, Seal, Stretch, TlrError,
    Unlock, Writer, public_key, recover, recover_within, repack, verify,
};
use media_core::record::{BlockError, Format, Level, Samples, block_info, encode};

use super::container::head;
use super::survive::{self, forged};
use crate::memory::most_in_use;

const KEYS: u8 = 1;
const HEAD: u8 = 2;
const AUDIO: u8 = 3;
const PACKETS: u8 = 4;
const MARK: u8 = 5;
const CLOCK: u8 = 6;
const INDEX: u8 = 9;

fn number(mut n: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
    out
}

fn numbers(all: &[u64]) -> Vec<u8> {
    all.iter().flat_map(|n| number(*n)).collect()
}

/// A head of one channel: its coding's number and its rate.
fn head_of(coding: u8, rate: u64) -> (u8, Vec<u8>) {
    (HEAD, [&[0; 8][..], &[1, coding], &number(rate), &[1, b'x', 0]].concat())
}

/// A sound record's body: its place on channel 0, and what is there.
fn place(position: u64, len: u64, rest: &[u8]) -> Vec<u8> {
    [&[0][..], &numbers(&[position, len]), rest].concat()
}

/// A block of so many equal µ-law samples.
fn constant(samples: u64) -> Vec<u8> {
    [&[0x10][..], &number(samples), &[7]].concat()
}

/// A file whose reads are counted.
struct Counted<'a> {
    file: Cursor<&'a [u8]>,
    read: &'a Cell<u64>,
}

impl Read for Counted<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let len = self.file.read(to)?;
        self.read.set(self.read.get() + len as u64);
        Ok(len)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}

/// How many bytes opening a file reads; it may be refused.
fn bytes_read(file: &[u8]) -> u64 {
    let read = Cell::new(0);
    let _ = Reader::open(Counted { file: Cursor::new(file), read: &read }, &Unlock::Nothing);
    read.get()
}

fn open(file: &[u8]) -> Reader<Cursor<&[u8]>> {
    Reader::open(Cursor::new(file), &Unlock::Nothing).unwrap()
}

/// Appends an index of these records, and a trailer that names it.
fn indexed(mut records: Vec<(u8, Vec<u8>)>, others: &[u64]) -> Vec<u8> {
    let at = forged(&records).len() as u64;
    let mut last = 0;
    let steps: Vec<u64> = others.iter().map(|at| at - std::mem::replace(&mut last, *at)).collect();
    records.push((INDEX, numbers(&[&[0, 0, steps.len() as u64][..], &steps].concat())));
    let mut file = forged(&records);
    file.extend(trailer(at));
    file
}

fn trailer(index_at: u64) -> Vec<u8> {
    let at = index_at.to_le_bytes();
    [&at[..], &survive::crc(&at).to_le_bytes(), b"TLRx"].concat()
}

#[test]
fn an_index_that_names_a_record_again_and_again_is_not_believed() {
    let mark = [&[0, 0][..], &numbers(&[0, 0, 100_000]), &[b'a'; 100_000]].concat();
    let records = vec![head_of(0, 8000), (MARK, mark)];
    let (first, second) = (32, 32 + forged(&records[..1]).len() as u64 - 32);
    let honest = indexed(records.clone(), &[first, second]);
    assert!(open(&honest).is_indexed());
    let file = indexed(records, &[&[first][..], &[second; 1000]].concat());
    let reader = open(&file);
    assert_eq!((reader.is_indexed(), reader.marks().len()), (false, 1));
    assert!(bytes_read(&file) < 8 * file.len() as u64, "{}", bytes_read(&file));
}

#[test]
fn what_only_looks_like_records_is_checked_for_so_long_and_no_longer() {
    // Heads of records as long as the file allows, sixteen between every two whole ones.
    let whole = survive::record(MARK, 1, &[0, 0, 0, 0, 0]);
    let mut file = forged(&[head_of(0, 8000)]);
    const LEN: usize = 1 << 19;
    let seeming = survive::record(MARK, 1, &vec![0; LEN]);
    while file.len() < LEN {
        file.extend(seeming[..12].repeat(16));
        file.extend_from_slice(&whole);
    }
    file.resize(2 * LEN + 4096, 0);
    // 256 MiB are checked in vain, and eight times what was crossed; two thousand such gaps would
    // be 16 GiB.
    let read = bytes_read(&file);
    assert!(read > 1 << 28 && read < (1 << 28) + 64 * file.len() as u64, "{read}");
}

#[test]
fn many_gaps_cost_what_they_are_long() {
    let whole = survive::record(MARK, 1, &[0, 0, 0, 0, 0]);
    let mut file = forged(&[head_of(0, 8000)]);
    for _ in 0..5000 {
        file.push(0);
        file.extend_from_slice(&whole);
    }
    let read = bytes_read(&file);
    assert!(read < 100 * file.len() as u64, "{read} of {}", file.len());
    assert_eq!(open(&file).damage().len(), 5000);
}

#[test]
fn only_the_first_keys_record_counts() {
    let cost = Cost { memory: 64, passes: 1, lanes: 1 };
    let sealed = |seal: Seal| {
        let options = Options { seal: Some(seal), ..Options::new([5; 16]) };
        Writer::create(Vec::new(), &head(), options).unwrap().finish().unwrap()
    };
    let file = sealed(Seal::new([1; 32]).passphrase("x", cost));
    let other = sealed(Seal::new([1; 32]).passphrase("y", cost));
    let end = |file: &[u8]| 32 + 24 + usize::from(file[35]);
    assert_eq!((file[34], other[34]), (KEYS, KEYS));
    let unlock = Unlock::Passphrase("x".into());
    let opens = |file: &[u8]| Reader::open(Cursor::new(file), &unlock).map(drop);
    assert_eq!(opens(&file), Ok(()));
    let front = &file[..32];
    let after = [front, &file[32..end(&file)], &other[32..end(&other)], &file[end(&file)..]];
    let before = [front, &other[32..end(&other)], &file[32..]];
    assert_eq!(opens(&after.concat()), Ok(()));
    assert_eq!(opens(&before.concat()), Err(TlrError::WrongKey));
}

#[test]
fn passphrases_cost_no_more_than_the_reader_allows() {
    let most = Cost { memory: 1 << 18, passes: 16, lanes: 1 };
    let least = Cost { memory: 64, passes: 2, lanes: 1 };
    let options = |seal| Options { seal: Some(seal), ..Options::new([5; 16]) };
    let refused = |seal| Writer::create(Vec::new(), &head(), options(seal)).unwrap_err();
    let together = Seal::new([1; 32]).passphrase("x", most).passphrase("y", least);
    assert_eq!(refused(together), TlrError::TooCostly((1 << 22) + 128));

    // A file that asks for more is not tried at all: seconds would be gone for each lock.
    let lock = |cost: Cost| {
        let words = [cost.memory, cost.passes, cost.lanes].map(u32::to_le_bytes).concat();
        [&[2][..], &[0; 16], &words, &[0; 48]].concat()
    };
    let unlock = Unlock::Passphrase("x".into());
    for locks in [1, 200] {
        let keys = [&[locks][..], &lock(most).repeat(locks.into())].concat();
        let file = forged(&[(KEYS, keys)]);
        let error = TlrError::TooCostly(u64::from(locks) << 22);
        let most_used = most_in_use(|| {
            assert_eq!(Reader::open(Cursor::new(&file[..]), &unlock).err(), Some(error));
            let copy = recover(Cursor::new(&file[..]), Vec::new(), &unlock, None);
            assert_eq!(copy.err(), Some(error));
        });
        assert!(most_used < 1 << 20, "{most_used}");
    }

    let seal = Seal::new([1; 32]).passphrase("x", least).recipient(public_key([9; 32]));
    let file = Writer::create(Vec::new(), &head(), options(seal)).unwrap().finish().unwrap();
    let opens = |unlock: &Unlock, passphrase_work| {
        let limits = Limits { passphrase_work };
        let copy = recover_within(Cursor::new(&file), Vec::new(), unlock, &limits, None);
        let reader = Reader::open_within(Cursor::new(&file), unlock, &limits);
        assert_eq!(copy.err(), reader.as_ref().err().copied());
        reader.map(drop)
    };
    assert_eq!(opens(&unlock, 128), Ok(()));
    assert_eq!(opens(&unlock, 127), Err(TlrError::TooCostly(128)));
    // Another key costs nothing of it.
    assert_eq!(opens(&Unlock::Secret([9; 32]), 0), Ok(()));
}

#[test]
fn a_block_claims_no_more_than_seconds_of_work() {
    let most = [24, 24, 24, 24, 22, 20, 24, 24, 22, 20, 22, 20, 22, 20];
    for (coding, bits) in (0_u8..).zip(most) {
        let claim = |samples| block_info(&[&[coding << 4][..], &number(samples)].concat());
        assert_eq!(claim(1 << bits).unwrap().samples, 1 << bits, "coding {coding}");
        let error = BlockError::TooLong((1 << bits) + 1);
        assert_eq!(claim((1 << bits) + 1), Err(error), "coding {coding}");
    }
    for level in [Level::Live, Level::Fast, Level::High, Level::Max] {
        let most = level.max_samples();
        let (sound, mut block) = (vec![7; most + 1], vec![0; most + 6]);
        let mut length = |len: usize| encode(Samples::Ulaw(&sound[..len]), level, &mut block);
        assert_eq!(length(most + 1), Err(BlockError::TooLong(most + 1)));
        assert!(length(most).is_ok());
    }
    // Two minutes of work of `max` in a few bytes.
    let body = place(0, 1 << 24, &[&[0xb0][..], &number(1 << 24), &[1, 2, 3]].concat());
    let file = forged(&[head_of(0, 8000), (AUDIO, body)]);
    let mut reader = open(&file);
    let entry = reader.index()[0];
    assert_eq!(reader.sound(&entry), Err(TlrError::Damaged(entry.offset)));
    assert_eq!(reader.read(0, 0, &mut [0; 160]), Ok(0));
}

#[test]
fn a_stretch_that_is_there_again_and_again_is_heard_once() {
    // Each reaches a sample beyond the one before.
    let blocks = (0..3000).map(|i| (AUDIO, place(i, 9000, &constant(9000))));
    let mut records = vec![head_of(0, 8000)];
    records.extend(blocks);
    let file = forged(&records);
    let mut reader = open(&file);
    assert_eq!((reader.index().len(), reader.end(0)), (1, 9000));
    assert_eq!(reader.read(0, 0, &mut [0; 9000]), Ok(9000));
    // An index says nothing else.
    let places: Vec<u8> = (0..3000).flat_map(|i| place(i, 9000, &number(1))).collect();
    let at = 32;
    let index = [&numbers(&[0, 3000])[..], &places, &numbers(&[1, at])].concat();
    let index_at = forged(&records[..1]).len() as u64;
    let mut file = forged(&[head_of(0, 8000), (INDEX, index)]);
    file.extend(trailer(index_at));
    let reader = open(&file);
    assert!(reader.is_indexed());
    assert_eq!(reader.index().len(), 1);
}

#[test]
fn a_wild_rate_takes_no_memory() {
    let file = forged(&[head_of(0, u32::MAX.into()), (AUDIO, place(0, 9000, &constant(9000)))]);
    let mut reader = open(&file);
    let most = most_in_use(|| {
        let played = reader.play(&Stretch::default(), |_| Err(TlrError::NoHead));
        assert_eq!(played.unwrap_err(), TlrError::NoHead);
        reader.picture(0, 0, 9000, &mut [0; 9]).unwrap();
    });
    assert!(most < 1 << 20, "{most}");
}

#[test]
fn years_of_nothing_are_crossed_at_once() {
    let far = 1 << 62;
    let records = [0, far].map(|at| (AUDIO, place(at, 9000, &constant(9000))));
    let file = forged(&[&[head_of(0, 8000)][..], &records].concat());
    let mut reader = open(&file);
    let mut columns = [0; 4];
    reader.picture(0, 0, far + 9000, &mut columns).unwrap();
    assert!(columns[0] > 0 && columns[3] > 0);
    assert_eq!(columns[1..3], [0, 0]);
}

#[test]
fn a_damaged_block_is_decoded_once_and_one_too_long_never() {
    let read = Cell::new(0);
    // It claims 2^24 samples and holds five; the other claims more than any block may.
    let records = [place(0, 1 << 24, &constant(5)), place(1 << 24, 1 << 25, &constant(1 << 25))];
    let records = records.map(|body| (AUDIO, body));
    let file = forged(&[&[head_of(0, 8000)][..], &records].concat());
    let input = Counted { file: Cursor::new(&file), read: &read };
    let mut reader = Reader::open(input, &Unlock::Nothing).unwrap();
    assert_eq!(reader.index().len(), 1);
    read.set(0);
    reader.picture(0, 0, 1 << 24, &mut [0; 3000]).unwrap();
    assert!(read.get() < 200, "{}", read.get());
}

#[test]
fn impossible_times_are_borne() {
    let extremes = [0, 1, 8000, u64::MAX / 6, u64::MAX - 1, u64::MAX];
    for coding in [0, 2, 3] {
        for rate in [1, 8000, 48_000, u64::from(u32::MAX)] {
            let mut records = vec![head_of(coding, rate)];
            for position in extremes {
                for micros in extremes {
                    records.push((CLOCK, [&[0][..], &numbers(&[position, micros])].concat()));
                }
                let packets = numbers(&[2, u64::from(u32::MAX), 1, 9, u64::from(u32::MAX), 1, 9]);
                records.push((PACKETS, place(position, 5, &packets)));
                records.push((AUDIO, place(position, 9000, &constant(9000))));
                records.push((MARK, [&[0, 3][..], &numbers(&[position, u64::MAX, 0])].concat()));
            }
            survive::file(&forged(&records));
        }
    }
}

#[test]
fn recovering_holds_one_part_of_the_index_at_a_time() {
    let index = (INDEX, numbers(&[&[0, 0, 50_000][..], &[1; 50_000]].concat()));
    let file = forged(&[&[head_of(0, 8000)][..], &vec![index; 40]].concat());
    let whole = std::cell::RefCell::new(Vec::with_capacity(2 * file.len()));
    let most = most_in_use(|| {
        recover(Cursor::new(&file), &mut *whole.borrow_mut(), &Unlock::Nothing, None).unwrap();
    });
    assert!(most < 5 * 50_000, "{most} for {} bytes", file.len());
    // All but the last of them are there, for the chain.
    let after = verify(Cursor::new(whole.into_inner())).unwrap();
    assert_eq!((after.records, after.missing.len()), (1 + 39 + 2, 0));
}

#[cfg(feature = "opus")]
#[test]
fn packets_of_nothing_do_not_fill_the_memory() {
    // Three bytes each that claim 20 ms, a gigabyte of sound if all were heard.
    let count = 500_000;
    let packets: Vec<u8> = number(count).into_iter().chain([0xc0, 7, 0].repeat(500_000)).collect();
    let file = forged(&[head_of(3, 48_000), (PACKETS, place(0, 1 << 24, &packets))]);
    let mut reader = open(&file);
    let most = most_in_use(|| {
        reader.read(0, 0, &mut [0; 10]).unwrap();
    });
    assert!(most < 60 << 20, "{most}");
}

#[test]
fn a_packet_that_covers_too_much_is_refused() {
    let channels = vec![Channel { coding: Coding::Opus, rate: 48_000, name: "app".into() }];
    let head = Head { channels, ..Head::default() };
    let mut writer = Writer::create(Vec::new(), &head, Options::new([1; 16])).unwrap();
    let most = 1 << 22;
    let refused = TlrError::Block(BlockError::TooLong(most as usize + 1));
    assert_eq!(writer.packet(0, 0, most + 1, &[1]), Err(refused));
    writer.packet(0, 0, most, &[1]).unwrap();
    assert_eq!(open(&writer.finish().unwrap()).end(0), 1 << 22);
}

#[test]
fn a_copy_of_a_file_that_claims_more_than_there_are_numbers_ends() {
    let records = [0, u64::MAX - 9000].map(|at| (AUDIO, place(at, 9000, &constant(9000))));
    let file = forged(&[&[head_of(0, 8000)][..], &records].concat());
    let mut reader = open(&file);
    let copy = repack(&mut reader, Vec::new(), Options::new([1; 16]), &[], |_, _| {});
    assert_eq!(open(&copy.unwrap()).end(0), u64::MAX);
    let mut clocked = Writer::create(Vec::new(), &head(), Options::new([1; 16])).unwrap();
    clocked.clock(&ClockPoint { channel: 0, position: u64::MAX, micros: u64::MAX }).unwrap();
    clocked.write(0, u64::MAX - 10, Samples::Ulaw(&[1; 10])).unwrap();
    let file = clocked.finish().unwrap();
    assert_eq!(open(&file).head().channels[0], Channel::telephone(Format::Ulaw, "caller"));
    survive::file(&file);
}
