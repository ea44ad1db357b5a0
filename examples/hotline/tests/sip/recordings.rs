//! A call's recording holds what went over the wire, as WAV and as `.tlr`, and `rec` opens the latter.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use media_core::wav;

use crate::ear::{Ear, Heard};
use crate::g711::Law;
use crate::pcap::samples_of;
use crate::scenario::{Offer, Scenario};
use crate::server::Server;
use crate::sipp::{Run, shipped_pcap};

/// A call of six seconds in which both sides talk, recorded in this format: the recording, what the
/// caller heard, and the server whose folder holds it.
fn call(format: &str) -> (PathBuf, Heard, Server) {
    let server =
        Server::start_with(|config| format!("{config}\n[recordings]\nformat = \"{format}\"\n"));
    let media = server.free_media();
    let ear = Ear::beside(media);
    let scenario =
        Scenario::call(Offer::Pcma).pause(200).play(&shipped_pcap("g711a.pcap")).pause(6000).bye();
    Run::new("recorded", scenario).at(server.free_port(), media).passes(&server);
    let heard = ear.heard(Law::A);
    server.assert_idle();
    let mut found = files(&server.folder().join("data/recordings"));
    found.retain(|path| path.extension().is_some_and(|extension| extension == format));
    assert_eq!(found.len(), 1, "{found:?}");
    (found.remove(0), heard, server)
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of recordings");
    let paths = entries.map(|entry| entry.expect("its entries").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Both channels of a WAV file: the caller, and what the caller heard.
pub(crate) fn channels(path: &Path) -> [Vec<i16>; 2] {
    let mut reader = wav::Reader::new(fs::File::open(path).expect("it is there")).expect("a WAV");
    let (mut chunk, mut all) = ([0; 4096], Vec::new());
    assert_eq!(reader.header().format.channels, 2);
    loop {
        match reader.read(&mut chunk).expect("it can be read") {
            0 => break,
            len => all.extend_from_slice(&chunk[..len]),
        }
    }
    [0, 1].map(|channel| all.iter().skip(channel).step_by(2).copied().collect())
}

/// Requires that the recording's channels are what was said and, sample by sample, what was heard:
/// `same` compares a recorded sample with one that came over the wire.
fn assert_holds(recorded: [Vec<i16>; 2], heard: &Heard, same: impl Fn(i16, i16) -> bool) {
    let [caller, sent] = recorded;
    let said = samples_of(&shipped_pcap("g711a.pcap"));
    let caller = Heard { packets: 0, streams: 1, samples: caller };
    let share = caller.share_of(&said[..24_000]);
    assert!(share > 0.9, "of what the caller said, the recording holds {share}");
    assert!(heard.level() > 100.0, "nothing to hear: {}", heard.level());
    // All but what may have been on its way when either side hung up.
    let wire = &heard.samples[..heard.samples.len() - 1600];
    let place = sent
        .windows(wire.len())
        .position(|part| part.iter().zip(wire).all(|(recorded, wire)| same(*recorded, *wire)));
    assert!(place.is_some(), "what was sent is not in the recording");
}

/// Runs `rec`, which was built with these tests or is built now.
fn rec(args: &[&Path]) -> bool {
    let folder = Path::new(env!("CARGO_BIN_EXE_hotline")).parent().expect("a folder");
    let program = folder.join("rec");
    if !program.exists() {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let args = ["build", "--quiet", "--locked", "--profile", "test", "-p", "trunkline-rec"];
        let built = Command::new(cargo).args(args).status().expect("cargo runs");
        assert!(built.success(), "rec could not be built");
    }
    Command::new(program).args(args).status().expect("rec runs").success()
}

#[test]
fn a_tlr_recording_is_verified_and_exported_as_the_same_wav() {
    let (recording, heard, server) = call("tlr");
    assert!(rec(&[Path::new("verify"), &recording]), "rec verify");
    let exported = recording.with_extension("wav");
    assert!(rec(&[Path::new("export"), &recording, &exported]), "rec export");
    // It holds the codes themselves.
    assert_holds(channels(&exported), &heard, |recorded, wire| recorded == wire);
    server.stop();
}

#[test]
fn a_wav_recording_holds_what_went_over_the_wire() {
    let (recording, heard, server) = call("wav");
    // It holds what was encoded then.
    let law = media_core::g711::Law::A;
    assert_holds(channels(&recording), &heard, |recorded, wire| {
        law.decode_sample(law.encode_sample(recorded)) == wire
    });
    server.stop();
}
