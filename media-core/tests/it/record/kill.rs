//! Processes killed at random while they record.

use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use media_core::g711::Law;
use media_core::record::Samples;
use media_core::record::tlr::{Options, Reader, Unlock, Writer, recover, verify};

use super::container::head;
use super::signals::{Noise, speech, ulaw};

/// Set for the process that is to be killed: where it records to.
const VICTIM: &str = "TRUNKLINE_RECORD_UNTIL_KILLED";
const KILLS: usize = 1000;

/// A word whose repetition the victim records, frame by frame.
fn word() -> Vec<u8> {
    ulaw(&speech(1600, 13))
}

/// Records for ever and says so frame by frame, when a test below started it for that.
#[test]
fn victim() {
    let Some(path) = std::env::var_os(VICTIM) else {
        return;
    };
    let file = File::create(PathBuf::from(path)).unwrap();
    let options = Options { block_ms: 100, checkpoint_every: 5, ..Options::new([1; 16]) };
    let mut writer = Writer::create(file, &head(), options).unwrap();
    let (word, mut out) = (word(), std::io::stderr().lock());
    for n in 0.. {
        let at = n * 160;
        let frame = &word[at as usize % 1600..][..160];
        writer.write(0, at, Samples::Ulaw(frame)).unwrap();
        if out.write_all(b".").is_err() {
            return;
        }
    }
}

fn record_and_kill(path: &Path, frames: usize) {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["record::kill::victim", "--exact", "--test-threads=1", "--nocapture"])
        .env(VICTIM, path)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = vec![0; frames];
    victim.stderr.as_mut().unwrap().read_exact(&mut said).unwrap();
    victim.kill().unwrap();
    victim.wait().unwrap();
    assert!(said.iter().all(|byte| *byte == b'.'), "{}", String::from_utf8_lossy(&said));
}

#[test]
fn a_killed_process_loses_at_most_the_block_in_the_making() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.tlr");
    let (mut noise, word) = (Noise(7), word());
    for _ in 0..KILLS {
        let frames = 1 + noise.next() as usize % 120;
        record_and_kill(&path, frames);
        let file = std::fs::read(&path).unwrap();
        let mut copy = Vec::new();
        recover(Cursor::new(&file), &mut copy, &Unlock::Nothing, None).unwrap();
        assert!(verify(Cursor::new(&copy)).unwrap().is_intact());
        let mut reader = Reader::open(Cursor::new(&copy), &Unlock::Nothing).unwrap();
        // A block is five frames; the frame said last may be in the block in the making.
        let end = reader.end(0) as usize;
        assert!(end >= frames / 5 * 800, "{end} after {frames} frames");
        let mut out = vec![0; end];
        assert_eq!(reader.read(0, 0, &mut out).unwrap(), end);
        let want = word.iter().cycle().map(|code| Law::Mu.decode_sample(*code));
        assert!(want.zip(&out).all(|(a, b)| a == *b));
    }
}
