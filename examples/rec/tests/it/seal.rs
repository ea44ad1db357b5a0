//! Keys, signatures and copies.

use std::fs;
use std::path::Path;

use super::{code, done, legs, said};

/// A key pair: the public half.
fn key(folder: &Path, name: &str, more: &[&str]) -> String {
    let public = done(folder, &[&["keygen", name], more].concat());
    String::from_utf8(public).unwrap().trim().to_owned()
}

#[test]
fn a_recording_changes_hands() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    legs(folder);
    let (old, new) = (key(folder, "old.key", &[]), key(folder, "new.key", &[]));
    let signer = key(folder, "sign.key", &["--signing"]);
    let import = ["import", "call.tlr", "caller.ul", "agent.al", "--recipient", &old];
    done(folder, &[&import[..], &["--sign", "sign.key", "--meta", "queue=sales"]].concat());
    done(folder, &["verify", "call.tlr", "--signer", &signer]);
    assert_eq!(code(folder, &["info", "call.tlr"]), 3);
    let rekey = ["rekey", "call.tlr", "copy.tlr", "--secret-file", "old.key"];
    // Neither the seal nor the signature goes missing unsaid.
    assert_eq!(code(folder, &rekey), 3);
    assert_eq!(code(folder, &[&rekey[..], &["--recipient", &new]].concat()), 3);
    assert_eq!(code(folder, &[&rekey[..], &["--sign", "sign.key"]].concat()), 3);
    assert!(!folder.join("copy.tlr").exists());
    let both = ["--recipient", &new, "--cipher", "aes-256-gcm", "--sign", "sign.key"];
    let told = said(folder, &[&rekey[..], &both].concat());
    let len = |name| fs::metadata(folder.join(name)).unwrap().len();
    assert_eq!(told[0]["file"], "copy.tlr");
    assert_eq!((told[0]["bytes"].as_u64(), told[0]["bytes_before"].as_u64()), {
        (Some(len("copy.tlr")), Some(len("call.tlr")))
    });
    assert_eq!(code(folder, &["play", "copy.tlr", "--secret-file", "old.key"]), 3);
    let sound = |file, key| done(folder, &["play", file, "--secret-file", key]);
    assert_eq!(sound("call.tlr", "old.key"), sound("copy.tlr", "new.key"));
    done(folder, &["verify", "copy.tlr", "--signer", &signer]);
    let verify = ["verify", "copy.tlr", "--secret-file", "new.key", "--origin", "call.tlr"];
    done(folder, &[&verify[..], &["--origin-secret-file", "old.key"]].concat());
}

#[test]
fn a_repacked_recording_shows_whose_copy_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    legs(folder);
    fs::write(folder.join("phrase"), "correct horse\n").unwrap();
    let signer = key(folder, "sign.key", &["--signing"]);
    let import = ["import", "call.tlr", "caller.ul", "agent.al", "--new-passphrase-file", "phrase"];
    done(folder, &[&import[..], &["--clear-head", "--sign", "sign.key"]].concat());
    assert!(done(folder, &["info", "call.tlr"]).ends_with(b"need the key\n"));
    // What its passphrase takes, 192 MiB times passes, is more than this.
    let dear = ["play", "call.tlr", "--passphrase-file", "phrase", "--passphrase-limit", "191"];
    assert_eq!(code(folder, &dear), 3);
    let repack =
        ["repack", "call.tlr", "small.tlr", "--max", "--echo", "--passphrase-file", "phrase"];
    assert_eq!(code(folder, &repack), 3);
    let sealed = ["--new-passphrase-file", "phrase", "--sign", "sign.key", "--json"];
    let said = done(folder, &[&repack[..], &sealed].concat());
    assert!(String::from_utf8(said).unwrap().contains(r#""file":"small.tlr""#));
    let info = done(folder, &["info", "small.tlr", "--json", "--passphrase-file", "phrase"]);
    assert!(String::from_utf8(info).unwrap().contains(&format!(r#""origin.signer":"{signer}""#)));
    let same = |copy, origin| {
        code(folder, &["verify", copy, "--origin", origin, "--passphrase-file", "phrase"])
    };
    assert_eq!(same("small.tlr", "call.tlr"), 0);
    // Another call with the same sound is not the origin, nor is the copy its own.
    done(folder, &import.map(|arg| if arg == "call.tlr" { "other.tlr" } else { arg }));
    assert_eq!(same("small.tlr", "other.tlr"), 1);
    assert_eq!(same("call.tlr", "call.tlr"), 1);
    let plain = ["repack", "call.tlr", "plain.tlr", "--clear", "--unsigned"];
    done(folder, &[&plain[..], &["--passphrase-file", "phrase"]].concat());
    assert_eq!(same("plain.tlr", "call.tlr"), 0);
    // What is not whole is not repacked.
    let mut cut = fs::read(folder.join("call.tlr")).unwrap();
    cut.truncate(cut.len() - 30);
    fs::write(folder.join("cut.tlr"), cut).unwrap();
    assert_eq!(code(folder, &["repack", "cut.tlr", "x.tlr", "--clear", "--unsigned"]), 3);
}

#[cfg(unix)]
#[test]
fn a_secret_key_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    key(folder, "my.key", &[]);
    let mode = fs::metadata(folder.join("my.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(code(folder, &["keygen", "my.key"]), 3);
}
