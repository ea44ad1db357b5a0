//! Bytes that were never a recording go through everything that reads one. The property tests and
//! the fuzz targets share it.

use std::io::Cursor;

use media_core::record::tlr::{
    Options, Reader, Stretch, TlrError, Unlock, recover, repack, reseal, verify,
};
use media_core::record::{Level, MEMORY, Samples, SamplesMut, decode, decode_beside, encode};

use super::signals::tones;

/// Decodes a block, alone or beside another.
pub(super) fn block(bytes: &[u8]) {
    let (mut memory, other) = (vec![0.0; MEMORY], Samples::Pcm16(&[9; 700]));
    let _ = decode_beside(bytes, other, &mut memory, SamplesMut::G711(&mut [0; 5000]));
    let _ = decode_beside(bytes, other, &mut memory, SamplesMut::Pcm16(&mut [0; 5000]));
}

/// Codes two sinusoids that the first bytes say, with the others added to their samples, and decodes
/// the block.
pub(super) fn tone(bytes: &[u8]) {
    let Some((front, rest)) = bytes.split_first_chunk::<12>() else {
        return;
    };
    let wave = |at: usize| {
        let [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map(|i| front[at + i]);
        let size = i16::from_le_bytes([e, f]);
        (i64::from(i32::from_le_bytes([a, b, c, d])), i64::from(size))
    };
    let mut pcm = tones(600, &[wave(0), wave(6)]);
    for (x, byte) in pcm.iter_mut().zip(rest) {
        *x = x.wrapping_add(i16::from(*byte as i8));
    }
    let samples = Samples::Pcm16(&pcm);
    let (mut block, mut back) = (vec![0; samples.max_block_len()], vec![0; pcm.len()]);
    let len = encode(samples, Level::High, &mut block).unwrap();
    decode(&block[..len], SamplesMut::Pcm16(&mut back)).unwrap();
    assert!(back == pcm);
}

/// Checks, recovers, reads, draws, plays and copies a file.
pub(super) fn file(bytes: &[u8]) {
    sealed_file(bytes, &Unlock::Passphrase("x".into()));
}

/// The same with what may open it.
pub(super) fn sealed_file(bytes: &[u8], unlock: &Unlock) {
    let _ = verify(Cursor::new(bytes));
    let _ = recover(Cursor::new(bytes), Vec::new(), unlock, None);
    let Ok(mut reader) = Reader::open(Cursor::new(bytes), unlock) else {
        return;
    };
    let _ = (reader.duration(), reader.follow());
    for channel in 0..reader.head().channels.len().min(3) as u8 {
        let end = reader.end(channel);
        let mut out = [0; 300];
        for at in [0, end / 2, end, u64::MAX - 7] {
            let _ = reader.read(channel, at, &mut out);
            let _ = reader.read_at(channel, at, &mut out);
            let _ = reader.picture(channel, at / 2, at, &mut [0; 20]);
            let _ = (reader.position_at(channel, at), reader.micros_at(channel, at));
        }
        let _ = reader.read(channel, 0, &mut [0; 3000]);
        let _ = reader.picture(channel, 0, 3000, &mut [0; 20]);
        let half = reader.duration() / 2;
        for (mixed, channel) in [(true, None), (false, Some(channel))] {
            let stretch = Stretch { from: half, to: None, mixed, channel };
            let mut pieces = 0;
            let _ = reader.play(&stretch, |_| {
                pieces += 1;
                if pieces > 3 { Err(TlrError::NoHead) } else { Ok(()) }
            });
        }
    }
    for entry in reader.index().to_vec().iter().take(20) {
        let _ = reader.sound(entry);
    }
    let _ = reseal(&mut reader, Vec::new(), Options::new([3; 16]), &[], |_, _| {});
    // A few bytes may stand for years of silence, which are no fault, but take their time.
    if reader.index().iter().fold(0, |sum, entry| entry.len.saturating_add(sum)) < 1 << 20 {
        let options = Options { echo: true, ..Options::new([4; 16]) };
        let _ = repack(&mut reader, Vec::new(), options, &[], |_, _| {});
    }
}

/// A whole file of these records, each a kind and a body, but for their places in the chain.
pub(super) fn forged(records: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut file = header();
    for (number, (kind, body)) in (0..).zip(records) {
        file.extend(record(*kind, number, body));
    }
    file
}

/// A file whose records are these bytes, cut by their own first bytes, with good check sums.
pub(super) fn records(mut bytes: &[u8]) {
    let mut file = header();
    for number in 0..20 {
        let [kind, len, rest @ ..] = bytes else { break };
        let (body, after) = rest.split_at(usize::from(*len).min(rest.len()));
        file.extend(record(kind & 15, number, body));
        bytes = after;
    }
    self::file(&file);
}

/// The header of a file with every flag.
fn header() -> Vec<u8> {
    let mut header = b"\x89TLR\r\n\x1a\n\x02\0\x1f\0".to_vec();
    header.extend([5; 16]);
    header.extend(crc(&header).to_le_bytes());
    header
}

/// A record whose check sums hold, but for its place in the chain.
pub(super) fn record(kind: u8, number: u32, body: &[u8]) -> Vec<u8> {
    let mut record = vec![0x54, 0xe7, kind];
    record.extend_from_slice(&(body.len() as u32).to_le_bytes()[..3]);
    record.extend_from_slice(&number.to_le_bytes());
    let check = crc(&record) as u16;
    record.extend_from_slice(&check.to_le_bytes());
    record.extend_from_slice(body);
    record.extend_from_slice(&[0; 8]);
    let check = crc(&record);
    record.extend_from_slice(&check.to_le_bytes());
    record
}

/// CRC-32C, bit by bit: the tests' own, so that the library's is held against it.
pub(super) fn crc(bytes: &[u8]) -> u32 {
    let mut crc = !0u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 != 0 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 };
        }
    }
    !crc
}
