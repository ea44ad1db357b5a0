//! Cuts, flips, forgeries, full disks and bytes that were never a recording.

use std::collections::BTreeSet;
use std::io::{Cursor, Error, ErrorKind, Write};

use media_core::record::Samples;
use media_core::record::tlr::{
    Options, Reader, Report, Seal, Signature, Signer, TlrError, Unlock, Writer, public_key,
    recover, verify,
};
use proptest::prelude::*;

use super::container::{call, head};
use super::signals::{Noise, speech, ulaw};
use super::survive;

/// Offsets where the records of a whole file begin, and its end.
fn records(file: &[u8]) -> Vec<usize> {
    let mut at = 32;
    let mut found = Vec::new();
    while at + 24 <= file.len() {
        found.push(at);
        let len = u32::from_le_bytes([file[at + 3], file[at + 4], file[at + 5], 0]);
        at += 24 + len as usize;
    }
    found
}

fn report(file: &[u8]) -> Report {
    verify(Cursor::new(file)).unwrap()
}

fn recovered(file: &[u8]) -> (Vec<u8>, Report) {
    let mut out = Vec::new();
    let report = recover(Cursor::new(file), &mut out, &Unlock::Nothing, None).unwrap();
    (out, report)
}

/// Every kind of record, sealed and signed.
fn everything() -> Vec<u8> {
    let signer = Some(Signer::from_seed([1; 32]));
    let seal = Some(Seal::new([2; 32]).recipient(public_key(SECRET)));
    let (block_ms, echo, checkpoint_every) = (100, true, 20);
    let options =
        Options { block_ms, echo, checkpoint_every, signer, seal, ..Options::new([6; 16]) };
    super::container::everything(options)
}

const SECRET: [u8; 32] = [3; 32];

/// A short call of small blocks, so that every byte can be tried.
fn small() -> Vec<u8> {
    call(1, Options { block_ms: 100, checkpoint_every: 8, ..Options::new([6; 16]) }).0
}

#[test]
fn every_prefix_recovers_all_its_whole_records() {
    let file = call(2, Options { block_ms: 100, ..Options::new([6; 16]) }).0;
    assert!(file.len() > 10_000);
    cut(&file, 0..file.len(), &Unlock::Nothing, 1);
}

#[test]
fn prefixes_of_a_sealed_file_of_every_kind_recover() {
    let file = everything();
    let kinds: BTreeSet<u8> = records(&file).iter().map(|at| file[*at + 2]).collect();
    // Keys, index, checkpoint and close in the clear; all else sealed.
    let sealed = [2, 3, 4, 5, 6, 7, 8, 12].map(|kind| kind | 0x80);
    assert!(kinds.iter().copied().eq([1, 9, 10, 11].into_iter().chain(sealed)), "{kinds:?}");
    cut(&file, (0..file.len()).step_by(3), &Unlock::Secret(SECRET), 3);
}

/// Cuts a file at these bytes and recovers what is left, which can be read from so many records on.
fn cut(file: &[u8], at: impl Iterator<Item = usize>, unlock: &Unlock, least_records: usize) {
    let starts = records(file);
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([file.len() - 16]).collect();
    let readable = ends[least_records - 1];
    for cut in at {
        let part = &file[..cut];
        if cut < 32 {
            assert_eq!(verify(Cursor::new(part)).unwrap_err(), TlrError::NotTlr);
            continue;
        }
        let whole = ends.iter().filter(|end| **end <= cut).count();
        let last = if whole == 0 { 32 } else { ends[whole - 1] };
        let (mut copy, torn) = (Vec::new(), (last < cut).then_some(last as u64..cut as u64));
        let found = recover(Cursor::new(part), &mut copy, unlock, None).unwrap();
        assert_eq!(found.records as usize, whole, "cut at {cut}");
        assert!(found.missing.is_empty() && found.broken.is_empty(), "cut at {cut}");
        assert!(found.damaged.iter().eq(&torn), "cut at {cut}: {:?}", found.damaged);
        assert!(!found.closed);
        // What was whole is in the copy, byte for byte, but for parts of the index that ended it
        // and a close without its trailer.
        let kept = starts.iter().zip(&ends).take(whole);
        let kept = kept.rev().skip_while(|(at, _)| matches!(file[**at + 2], 9 | 11));
        let kept = kept.map(|(_, end)| *end).next().unwrap_or(32);
        assert!(copy.starts_with(&file[..kept]), "cut at {cut}");
        let after = report(&copy);
        assert!(after.closed && after.recovered && after.broken.is_empty(), "cut at {cut}");
        assert!(after.damaged.is_empty() && after.missing.is_empty(), "cut at {cut}");
        assert_eq!(after.records as usize, starts.partition_point(|at| *at < kept) + 2);
        if cut >= readable {
            let reader = Reader::open(Cursor::new(&copy), unlock).unwrap();
            assert!(reader.is_indexed(), "cut at {cut}");
            let held = |channel| {
                let own = reader.index().iter().filter(|entry| entry.channel == channel);
                own.map(|entry| entry.len).sum::<u64>()
            };
            let samples: Vec<u64> = (0..found.samples.len() as u8).map(held).collect();
            assert_eq!(samples, found.samples, "cut at {cut}");
        }
    }
}

#[test]
fn any_flipped_byte_shows_and_only_its_record_is_lost() {
    let file = small();
    let (clean, starts) = (report(&file), records(&file));
    assert!(clean.is_intact());
    for at in 0..file.len() {
        for flip in [1, 0x80, 0xff] {
            let mut bad = file.clone();
            bad[at] ^= flip;
            let Ok(found) = verify(Cursor::new(&bad)) else {
                assert!(at < 32);
                continue;
            };
            assert!(!found.is_intact(), "byte {at} ^ {flip:#x}");
            if at < *starts.last().unwrap() {
                assert_eq!(found.records, clean.records - 1, "byte {at} ^ {flip:#x}");
                let start = *starts.iter().rfind(|start| **start <= at).unwrap() as u64;
                assert_eq!(found.damaged[0].start, start);
            }
        }
    }
}

#[test]
fn any_flipped_byte_of_a_sealed_and_signed_file_shows() {
    let file = everything();
    let (clean, starts) = (report(&file), records(&file));
    assert!(clean.is_intact() && clean.signature != Signature::None);
    for at in 0..file.len() {
        let mut bad = file.clone();
        bad[at] ^= 1 << (at % 8);
        let Ok(found) = verify(Cursor::new(&bad)) else {
            assert!(at < 32);
            continue;
        };
        assert!(!found.is_intact(), "byte {at}");
        if at < *starts.last().unwrap() {
            let start = *starts.iter().rfind(|start| **start <= at).unwrap() as u64;
            assert_eq!((found.records, found.damaged[0].start), (clean.records - 1, start));
        }
    }
}

#[test]
fn swapped_dropped_and_repeated_records_show() {
    let file = small();
    let at = records(&file);
    let piece = |i: usize| &file[at[i]..at[i + 1]];
    let (front, back) = (&file[..at[3]], &file[at[5]..]);
    let swapped = [front, piece(4), piece(3), back].concat();
    let dropped = [front, piece(4), back].concat();
    let repeated = [front, piece(3), piece(3), piece(4), back].concat();
    assert!(!report(&swapped).broken.is_empty());
    assert_eq!(report(&dropped).missing.first(), Some(&(3..4)));
    assert!(!report(&repeated).broken.is_empty());
    for bad in [swapped, dropped, repeated] {
        assert!(!report(&bad).is_intact());
    }
}

#[test]
fn a_change_with_all_check_sums_put_right_still_needs_the_signers_key() {
    let bytes = ulaw(&speech(16_000, 5));
    let make = |bytes: &[u8], seed: u8| {
        let signer = Some(Signer::from_seed([seed; 32]));
        let options = Options { signer, ..Options::new([6; 16]) };
        let mut writer = Writer::create(Vec::new(), &head(), options).unwrap();
        writer.write(0, 0, Samples::Ulaw(bytes)).unwrap();
        writer.finish().unwrap()
    };
    let mut edited = bytes.clone();
    edited[9000..9100].fill(0xff);
    let (ours, forged) = (make(&bytes, 1), make(&edited, 2));
    let public = Signer::from_seed([1; 32]).public();
    assert_eq!(report(&ours).signature, Signature::Closed(public));
    // The forger signs with a key of his own: that is not ours.
    assert_ne!(report(&forged).signature, Signature::Closed(public));
    // Or keeps our close: it does not fit his chain.
    let (our_close, his_close) = (records(&ours), records(&forged));
    let kept =
        [&forged[..*his_close.last().unwrap()], &ours[*our_close.last().unwrap()..]].concat();
    let found = report(&kept);
    assert!(!found.is_intact() && !found.broken.is_empty(), "{found:?}");
}

/// A disk that fills up, or fails, after so many bytes.
struct Failing {
    written: Vec<u8>,
    room: usize,
    /// The system's number of its error.
    error: i32,
}

impl Write for &mut Failing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let len = bytes.len().min(self.room - self.written.len());
        if len == 0 && !bytes.is_empty() {
            return Err(Error::from_raw_os_error(self.error));
        }
        self.written.extend_from_slice(&bytes[..len]);
        Ok(len)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_or_failing_disk_leaves_a_recoverable_file_and_a_clear_error() {
    let bytes = ulaw(&speech(8000, 5));
    // ENOSPC and EIO, as Linux numbers them.
    for (number, want) in [(28, TlrError::Io(ErrorKind::StorageFull)), (5, TlrError::Device)] {
        for room in (200..4000).step_by(61) {
            let mut disk = Failing { written: Vec::new(), room, error: number };
            let options = Options { block_ms: 100, ..Options::new([6; 16]) };
            let mut writer = Writer::create(&mut disk, &head(), options).unwrap();
            let mut error = None;
            for (i, frame) in bytes.chunks(160).enumerate() {
                let result = writer.write(0, i as u64 * 160, Samples::Ulaw(frame));
                if let Some(before) = error {
                    assert_eq!(result, Err(before), "an error once is an error for good");
                }
                error = error.or(result.err());
            }
            assert_eq!(writer.finish().err(), Some(want));
            let (copy, found) = recovered(&disk.written);
            assert!(report(&copy).is_intact());
            assert!(found.damaged.iter().all(|range| range.end == room as u64));
        }
    }
}

/// What Linux gives who writes where a process has no memory.
#[cfg(target_os = "linux")]
#[test]
fn a_device_that_really_fails_is_named() {
    let memory = std::fs::File::options().write(true).open("/proc/self/mem").unwrap();
    let error = Writer::create(memory, &head(), Options::new([6; 16])).unwrap_err();
    assert_eq!(error, TlrError::Device);
    assert_eq!(error.to_string(), "the disk failed (input/output error)");
}

#[cfg(target_os = "linux")]
#[test]
fn a_really_full_disk_is_named() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let error = Writer::create(full, &head(), Options::new([6; 16])).unwrap_err();
    assert_eq!(error, TlrError::Io(ErrorKind::StorageFull));
}

#[test]
fn garbage_that_looks_like_records_is_crossed_in_bounded_time() {
    // A million bytes of heads whose records never check out.
    let file = small();
    let start = records(&file)[2];
    let mut bad = file[..start].to_vec();
    for _ in 0..40_000 {
        bad.extend_from_slice(&file[start..start + 12]);
    }
    let found = report(&bad);
    assert_eq!(found.records, 2);
    assert_eq!(found.damaged.last().unwrap().end, bad.len() as u64);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_are_read_without_panic(
        seed in any::<u64>(),
        edits in proptest::collection::vec((any::<u64>(), 0_usize..60, 0_usize..60), 1..6),
    ) {
        let mut file = small();
        let mut noise = Noise(seed);
        for (at, cut, put) in edits {
            let at = 32 + at as usize % (file.len() - 32);
            let to = (at + cut).min(file.len());
            file.splice(at..to, noise.bytes(put));
        }
        survive::file(&file);
        file.truncate(32);
        file.extend(noise.bytes(500));
        survive::file(&file);
        survive::file(&noise.bytes(500));
    }

    #[test]
    fn any_body_with_good_check_sums_is_read_without_panic(
        kind in 0_u8..16,
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut file = small();
        let at = records(&file);
        // A record of ours, its body replaced and its check sums made good.
        let forged = survive::record(kind, 1, &body);
        file.splice(at[1]..at[2], forged.iter().copied());
        survive::file(&file);
        file.splice(32..at[1], forged);
        survive::file(&file);
    }

    #[test]
    fn any_records_with_good_check_sums_are_read_without_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        survive::records(&bytes);
    }
}
