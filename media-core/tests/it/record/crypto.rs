//! Only those it is meant for can read a sealed recording; a signed one cannot be changed unseen.

use std::io::Cursor;

use media_core::record::tlr::{
    Cipher, Cost, Options, Reader, Seal, Signature, Signer, TlrError, Unlock, public_key, recover,
    verify,
};

use super::container::{call, head};

const CHEAP: Cost = Cost { memory: 64, passes: 1, lanes: 1 };

fn sealed(clear_head: bool) -> (Vec<u8>, Vec<u8>) {
    sealed_with(clear_head, Cipher::XChaCha20Poly1305)
}

pub(super) fn sealed_with(clear_head: bool, cipher: Cipher) -> (Vec<u8>, Vec<u8>) {
    let mut seal = Seal::new([9; 32]).recipient(public_key([1; 32])).recipient(public_key([2; 32]));
    seal = seal.passphrase("correct horse", CHEAP).cipher(cipher);
    if clear_head {
        seal = seal.clear_head();
    }
    call(2, Options { seal: Some(seal), ..Options::new([5; 16]) })
}

fn reads(file: &[u8], unlock: &Unlock, bytes: &[u8]) -> Result<bool, TlrError> {
    let mut reader = Reader::open(Cursor::new(file), unlock)?;
    assert_eq!(reader.head(), &head());
    let mut out = vec![0; bytes.len()];
    let recorded = reader.read(0, 0, &mut out)?;
    let want = bytes.iter().map(|c| media_core::g711::Law::Mu.decode_sample(*c));
    Ok(recorded == bytes.len() && out.into_iter().eq(want))
}

#[test]
fn each_recipient_reads_and_nobody_else() {
    each_recipient_reads(Cipher::XChaCha20Poly1305);
}

#[test]
fn each_recipient_reads_aes_and_nobody_else() {
    each_recipient_reads(Cipher::Aes256Gcm);
}

fn each_recipient_reads(cipher: Cipher) {
    let (file, bytes) = sealed_with(false, cipher);
    for unlock in [
        Unlock::Secret([1; 32]),
        Unlock::Secret([2; 32]),
        Unlock::Passphrase("correct horse".into()),
    ] {
        assert_eq!(reads(&file, &unlock, &bytes), Ok(true), "{unlock:?}");
    }
    assert_eq!(reads(&file, &Unlock::Nothing, &bytes), Err(TlrError::Locked));
    for unlock in [Unlock::Secret([3; 32]), Unlock::Passphrase("correct horses".into())] {
        assert_eq!(reads(&file, &unlock, &bytes), Err(TlrError::WrongKey), "{unlock:?}");
    }
    let contains = |text: &[u8]| file.windows(text.len()).any(|w| w == text);
    assert!(!contains(b"caller") && !contains(b"queue"));
    assert!(verify(Cursor::new(&file)).unwrap().is_intact());
}

#[test]
fn metadata_may_stay_clear_while_sound_does_not() {
    let (file, bytes) = sealed(true);
    assert_eq!(reads(&file, &Unlock::Nothing, &bytes), Ok(false));
    assert_eq!(reads(&file, &Unlock::Secret([2; 32]), &bytes), Ok(true));
}

#[test]
fn a_low_order_recipient_is_refused() {
    let seal = Seal::new([9; 32]).recipient([0; 32]);
    let options = Options { seal: Some(seal), ..Options::new([5; 16]) };
    let writer = media_core::record::tlr::Writer::create(Vec::new(), &head(), options);
    assert_eq!(writer.unwrap_err(), TlrError::WrongKey);
}

#[test]
fn a_sealed_recording_recovers_without_its_key() {
    let (file, bytes) = sealed(false);
    let cut = &file[..file.len() * 2 / 3];
    let mut whole = Vec::new();
    let report = recover(Cursor::new(cut), &mut whole, &Unlock::Nothing, None).unwrap();
    assert!(!report.closed);
    assert!(verify(Cursor::new(&whole)).unwrap().is_intact());
    let reader = Reader::open(Cursor::new(&whole), &Unlock::Secret([1; 32])).unwrap();
    assert_eq!(reader.end(0), 8000);
    let keyed = &mut Vec::new();
    recover(Cursor::new(cut), &mut *keyed, &Unlock::Secret([1; 32]), None).unwrap();
    let mut reader = Reader::open(Cursor::new(&keyed), &Unlock::Secret([1; 32])).unwrap();
    assert!(reader.is_indexed());
    let mut out = vec![0; bytes.len()];
    assert_eq!(reader.read(0, 0, &mut out).unwrap(), 8000);
}

fn signed(seed: u8) -> Vec<u8> {
    let signer = Some(Signer::from_seed([seed; 32]));
    call(6, Options { signer, checkpoint_every: 4, ..Options::new([5; 16]) }).0
}

#[test]
fn a_signature_names_its_signer() {
    let file = signed(1);
    let report = verify(Cursor::new(&file)).unwrap();
    assert!(report.is_intact());
    assert_eq!(report.signature, Signature::Closed(Signer::from_seed([1; 32]).public()));
    assert_ne!(report.signature, verify(Cursor::new(&signed(2))).unwrap().signature);
}

#[test]
fn what_was_signed_before_a_crash_stays_vouched_for() {
    let file = signed(1);
    let report = verify(Cursor::new(&file[..file.len() - 200])).unwrap();
    assert!(!report.is_intact());
    let public = Signer::from_seed([1; 32]).public();
    assert!(matches!(report.signature, Signature::UpTo(key, n) if key == public && n >= 12));
}

#[test]
fn every_changed_byte_of_a_signed_file_shows_even_with_its_check_sums_put_right() {
    // A forger who recomputes check sums and chain but has no key: swap the file's own records
    // about by rebuilding it from another call with the same head.
    let (ours, theirs) = (signed(1), signed(2));
    let public = Signer::from_seed([1; 32]).public();
    // The other's close, appended to ours, vouches for nothing of ours.
    let spliced: Vec<u8> =
        ours[..ours.len() / 2].iter().chain(&theirs[theirs.len() / 2..]).copied().collect();
    let report = verify(Cursor::new(&spliced)).unwrap();
    assert!(!report.is_intact() || report.signature != Signature::Closed(public));
}
