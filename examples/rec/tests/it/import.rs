//! Legs as recorders of PBXs leave them: WAV and raw, one party a file or both, and not always whole.

use std::fs;
use std::path::Path;

use super::{code, done, rec, said, samples, wav};

/// What a recording holds of a channel, all of it.
fn channel(folder: &Path, file: &str, number: &str) -> Vec<i16> {
    samples(&done(folder, &["play", file, "--channel", number]))
}

fn hum(samples: usize, period: i32) -> Vec<i16> {
    (0..samples as i32).map(|i| ((i % period) * 200 - 100 * period) as i16).collect()
}

fn bytes(sound: &[i16]) -> Vec<u8> {
    sound.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// A file of `tests/mixmonitor`: a call of 0.7 s whose caller hums for 0.4 s from its beginning on,
/// and whose agent's sweep of 0.6 s begins 0.1 s later. Asterisk 22 wrote the parties' legs with
/// MixMonitor(..,r(rx.wav)t(tx.wav)n), which leaves out when nothing was heard, and both in one
/// file with MixMonitor(both.raw,D), which does not.
fn mixmonitor(folder: &Path, name: &str) -> Vec<u8> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mixmonitor").join(name);
    let file = fs::read(from).unwrap();
    fs::write(folder.join(name), &file).unwrap();
    file
}

fn linear(bytes: &[u8]) -> Vec<i16> {
    bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect()
}

#[test]
fn legs_of_mixmonitor_become_one_call() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let [rx, tx] = ["rx.wav", "tx.wav"].map(|name| samples(&mixmonitor(folder, name)));
    assert_eq!((rx.len(), tx.len()), (3200, 4800));
    done(folder, &["import", "call.tlr", "rx.wav", "tx.wav", "--names", "caller,agent"]);
    done(folder, &["verify", "call.tlr"]);
    let info = &said(folder, &["info", "call.tlr"])[0];
    for (i, (name, leg)) in [("caller", &rx), ("agent", &tx)].into_iter().enumerate() {
        assert_eq!(info["channels"][i]["name"], name);
        assert_eq!(info["channels"][i]["seconds"], leg.len() as f64 / 8000.0);
        // A channel alone lasts as long as its call.
        let heard = channel(folder, "call.tlr", &i.to_string());
        assert!(heard[..leg.len()] == *leg && heard[leg.len()..].iter().all(|x| *x == 0), "{name}");
    }
    assert_eq!(info["marks"].as_array().unwrap().len(), 0);
}

/// Sun's AU files have the greater byte first.
#[test]
fn an_au_file_is_heard_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sound = hum(4000, 53);
    let mut au = b".snd\0\0\0\x1c\xff\xff\xff\xff\0\0\0\x03\0\0\x1f\x40\0\0\0\x01text".to_vec();
    au.extend(sound.iter().flat_map(|x| x.to_be_bytes()));
    fs::write(folder.join("leg.au"), au).unwrap();
    done(folder, &["import", "call.tlr", "leg.au"]);
    assert!(channel(folder, "call.tlr", "0") == sound);
}

#[test]
fn a_leg_that_began_later_stands_where_it_was_heard() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for name in ["rx.wav", "tx.wav"] {
        mixmonitor(folder, name);
    }
    let both = linear(&mixmonitor(folder, "both.raw"));
    done(folder, &["import", "both.tlr", "both.raw", "--raw-channels", "2"]);
    let import = ["import", "legs.tlr", "rx.wav", "tx.wav", "--starts", "0,0.1"];
    done(folder, &[&import[..], &["--echo", "--meta", "queue=sales"]].concat());
    // Put where they belong, the legs are what Asterisk itself put side by side.
    for file in ["both.tlr", "legs.tlr"] {
        assert!(samples(&done(folder, &["play", file])) == both, "{file}");
    }
    let info = &said(folder, &["info", "legs.tlr"])[0];
    let mark = &info["marks"][0];
    assert_eq!((mark["channel"].as_u64(), mark["position"].as_u64()), (Some(1), Some(800)));
    assert_eq!(mark["kind"], "Joined");
    for starts in ["0", "0,1,2", "0,-1", "0,x", "0,86400", "0,NaN"] {
        let import = ["import", "no.tlr", "rx.wav", "tx.wav", "--starts", starts];
        assert!(matches!(code(folder, &import), 2 | 3), "{starts}");
    }
    assert_eq!(code(folder, &["import", "no.tlr", "rx.wav", "--names", "a,b"]), 3);
    assert!(!folder.join("no.tlr").exists());
}

#[test]
fn raw_sound_is_known_by_the_name_asterisk_gives_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sound = hum(9000, 97);
    for (name, rate) in [("sln", 8000), ("raw", 8000), ("sln16", 16_000), ("sln48", 48_000)] {
        fs::write(folder.join(format!("leg.{name}")), bytes(&sound)).unwrap();
        let file = format!("{name}.tlr");
        done(folder, &["import", &file, &format!("leg.{name}")]);
        assert_eq!(said(folder, &["info", &file])[0]["channels"][0]["rate"], rate);
        assert!(channel(folder, &file, "0") == sound, "{name}");
    }
    let codes: Vec<u8> = (0..8000_u32).map(|i| (i * i / 7) as u8).collect();
    let laws = [
        ("Lossless(Ulaw)", ["ul", "ulaw", "mu", "ulw", "pcm", "pcmu"].as_slice()),
        ("Lossless(Alaw)", ["al", "alaw", "alw", "pcma"].as_slice()),
    ];
    for (coding, names) in laws {
        for name in names {
            fs::write(folder.join(format!("leg.{name}")), &codes).unwrap();
            let file = format!("{name}.tlr");
            done(folder, &["import", &file, &format!("leg.{name}")]);
            assert_eq!(said(folder, &["info", &file])[0]["channels"][0]["coding"], coding);
            assert_eq!(channel(folder, &file, "0").len(), 8000);
        }
    }
}

#[test]
fn both_parties_in_one_file_are_two_channels() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (a, b) = (hum(9001, 97), hum(9001, 61));
    let both: Vec<i16> = a.iter().zip(&b).flat_map(|(a, b)| [*a, *b]).collect();
    // The last frame cut by a crash.
    let mut raw = bytes(&both);
    raw.truncate(raw.len() - 1);
    fs::write(folder.join("mix.raw"), raw).unwrap();
    done(folder, &["import", "raw.tlr", "mix.raw", "--raw-channels", "2"]);
    assert!(channel(folder, "raw.tlr", "0") == a[..9000]);
    assert!(channel(folder, "raw.tlr", "1") == b[..9000]);
    // What rec exports it imports.
    done(folder, &["export", "raw.tlr", "call.wav"]);
    done(folder, &["import", "wav.tlr", "call.wav"]);
    let info = &said(folder, &["info", "wav.tlr"])[0];
    for (i, name) in ["call-1", "call-2"].into_iter().enumerate() {
        assert_eq!(info["channels"][i]["name"], name);
    }
    assert!(done(folder, &["play", "wav.tlr"]) == done(folder, &["play", "raw.tlr"]));
}

#[test]
fn a_leg_whose_header_was_never_finished_is_taken_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sound = hum(9000, 97);
    // As a recorder leaves it that is killed: it writes the sizes when it closes.
    let mut file = wav(8000, 1, &sound);
    file[4..8].fill(0);
    file[40..44].fill(0);
    fs::write(folder.join("leg.wav"), file).unwrap();
    done(folder, &["import", "call.tlr", "leg.wav"]);
    assert!(channel(folder, "call.tlr", "0") == sound);
}

#[test]
fn what_is_no_sound_of_ours_is_refused_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // wav49, Asterisk's WAV of GSM.
    let mut gsm = wav(8000, 1, &hum(100, 7));
    gsm[20..22].copy_from_slice(&49_u16.to_le_bytes());
    fs::write(folder.join("gsm.WAV"), gsm).unwrap();
    fs::write(folder.join("text.wav"), "no sound").unwrap();
    for (file, why) in [
        ("gsm.WAV", "coding 49 is not 16-bit PCM"),
        ("text.wav", "not a WAV"),
        ("absent.ul", "cannot open absent.ul"),
    ] {
        let output = rec(folder, &["import", "call.tlr", file]);
        assert_eq!(output.status.code(), Some(3));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(why) && told.contains(file), "{told}");
        assert!(!folder.join("call.tlr").exists());
    }
}
