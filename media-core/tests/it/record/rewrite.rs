//! Copies for other readers, and smaller ones, say and sound the same.

use std::io::Cursor;

use media_core::record::tlr::{
    Cipher, ClockPoint, Cost, Mark, MarkKind, Options, Reader, Seal, Signature, Signer, TlrError,
    Unlock, Writer, public_key, repack, reseal, verify,
};
use media_core::record::{Level, Samples};

use super::container::head;
use super::echo::{call_with_echo, pairs};
use super::signals::{speech, ulaw};

const CHEAP: Cost = Cost { memory: 64, passes: 1, lanes: 1 };

/// Three seconds with everything in them, sealed for the owner of this secret.
fn original(secret: [u8; 32], cipher: Cipher) -> Vec<u8> {
    let seal = Seal::new([3; 32]).recipient(public_key(secret)).cipher(cipher);
    let signer = Some(Signer::from_seed([1; 32]));
    let options = Options { seal: Some(seal), signer, ..Options::new([4; 16]) };
    let bytes = ulaw(&speech(24_000, 9));
    let mut writer = Writer::create(Vec::new(), &head(), options).unwrap();
    writer.write(0, 0, Samples::Ulaw(&bytes)).unwrap();
    let text = "card".into();
    let mark = Mark { channel: 1, position: 5, len: 6, kind: MarkKind::Paused, text };
    writer.mark(&mark).unwrap();
    writer.clock(&ClockPoint { channel: 0, position: 9, micros: 10 }).unwrap();
    writer.write(1, 800, Samples::Alaw(&bytes[..12_000])).unwrap();
    writer.meta("agent", "17").unwrap();
    writer.finish().unwrap()
}

fn open(file: &[u8], unlock: &Unlock) -> Result<Reader<Cursor<Vec<u8>>>, TlrError> {
    Reader::open(Cursor::new(file.to_vec()), unlock)
}

/// All a reader learns of a file.
fn contents(reader: &mut Reader<Cursor<Vec<u8>>>) -> impl PartialEq + std::fmt::Debug + use<> {
    let sound = [0, 1].map(|channel| {
        let mut out = vec![0; 24_000];
        (reader.read(channel, 0, &mut out).unwrap(), out)
    });
    let peaks = reader.peaks().to_vec();
    let mut head = reader.head().clone();
    head.meta.retain(|(key, _)| key != "origin");
    (sound, head, reader.marks().to_vec(), reader.clocks().to_vec(), peaks)
}

#[test]
fn a_copy_for_others_is_read_by_them_alone() {
    for cipher in [Cipher::XChaCha20Poly1305, Cipher::Aes256Gcm] {
        let file = original([7; 32], cipher);
        let mut reader = open(&file, &Unlock::Secret([7; 32])).unwrap();
        let want = contents(&mut reader);
        let seal = Seal::new([5; 32]).passphrase("new", CHEAP).cipher(Cipher::Aes256Gcm);
        let signer = Some(Signer::from_seed([2; 32]));
        let options = Options { seal: Some(seal), signer, ..Options::new([6; 16]) };
        let mut told = (0, 0);
        let copy = reseal(&mut reader, Vec::new(), options, &[], |done, total| {
            assert!(done > told.0);
            told = (done, total);
        });
        let copy = copy.unwrap();
        assert_eq!(told, (36_000, 36_000));
        assert_eq!(open(&copy, &Unlock::Secret([7; 32])).unwrap_err(), TlrError::WrongKey);
        let mut reader = open(&copy, &Unlock::Passphrase("new".into())).unwrap();
        assert!(reader.is_indexed());
        assert_eq!(contents(&mut reader), want);
        let report = verify(Cursor::new(&copy)).unwrap();
        assert!(report.is_intact());
        let public = Signer::from_seed([2; 32]).public();
        assert_eq!((report.id, report.signature), ([6; 16], Signature::Closed(public)));
    }
}

#[test]
fn a_smaller_copy_sounds_the_same() {
    let file = original([7; 32], Cipher::Aes256Gcm);
    let mut reader = open(&file, &Unlock::Secret([7; 32])).unwrap();
    let want = contents(&mut reader);
    let options =
        Options { level: Level::High, block_ms: 10_000, echo: true, ..Options::new([6; 16]) };
    let note = [("origin".into(), "one".into())];
    let copy = repack(&mut reader, Vec::new(), options, &note, |_, _| {}).unwrap();
    assert!(copy.len() < file.len());
    let mut reader = open(&copy, &Unlock::Nothing).unwrap();
    assert_eq!(reader.head().meta.last(), Some(&note[0]));
    assert_eq!(contents(&mut reader), want);
    // Given once more it replaces itself, and goes with the rest into the next copy.
    let mut back =
        reseal(&mut reader, Vec::new(), Options::new([9; 16]), &note, |_, _| {}).unwrap();
    let mut reader = open(&back, &Unlock::Nothing).unwrap();
    assert_eq!(reader.head().meta.iter().filter(|pair| **pair == note[0]).count(), 1);
    let plain = repack(&mut reader, Vec::new(), Options::new([9; 16]), &[], |_, _| {}).unwrap();
    assert_eq!(open(&plain, &Unlock::Nothing).unwrap().index().len(), 5);
    // A damaged block is not passed over in silence.
    let at = reader.index()[0].offset as usize + 40;
    back[at] ^= 1;
    let mut reader = open(&back, &Unlock::Nothing).unwrap();
    let result = repack(&mut reader, Vec::new(), Options::new([9; 16]), &[], |_, _| {});
    assert!(matches!(result, Err(TlrError::Damaged(_))));
}

#[test]
fn pairs_are_copied_and_dissolved() {
    let file = call_with_echo(24_000, Level::Live, 4000);
    let mut reader = open(&file, &Unlock::Nothing).unwrap();
    let want = contents(&mut reader);
    let copy = reseal(&mut reader, Vec::new(), Options::new([6; 16]), &[], |_, _| {}).unwrap();
    assert_eq!(pairs(&copy), pairs(&file));
    assert_eq!(contents(&mut open(&copy, &Unlock::Nothing).unwrap()), want);
    let apart = repack(&mut reader, Vec::new(), Options::new([6; 16]), &[], |_, _| {}).unwrap();
    assert_eq!(pairs(&apart), 0);
    assert_eq!(contents(&mut open(&apart, &Unlock::Nothing).unwrap()), want);
}
