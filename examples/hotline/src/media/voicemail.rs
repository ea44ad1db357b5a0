//! A message being left: from the beep to silence, the time limit, the flow's word (a key) or the
//! caller's hang-up.

use serde_json::{Map, Value};

use super::sound::FRAME;
use crate::recording::Recording;

/// Root mean square below which a frame counts as silence: about −45 dBm0.
const QUIET: u64 = 126;
/// Milliseconds of one frame.
const FRAME_MS: u32 = 20;

/// When a message ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VoicemailLimits {
    /// A message is no longer than this.
    pub(crate) max_ms: u32,
    /// Silence of this length ends it; 0: never.
    pub(crate) silence_ms: u32,
}

/// A message being recorded.
#[derive(Debug)]
pub(crate) struct Voicemail {
    recording: Recording,
    limits: VoicemailLimits,
    ms: u32,
    quiet_ms: u32,
}

impl Voicemail {
    pub(crate) fn new(recording: Recording, limits: VoicemailLimits) -> Voicemail {
        Voicemail { recording, limits, ms: 0, quiet_ms: 0 }
    }

    /// Takes 20 ms of the caller's voice. Whether the message is complete.
    pub(crate) fn frame(&mut self, said: &[i16; FRAME]) -> bool {
        self.recording.write(said.to_vec());
        self.ms += FRAME_MS;
        let energy: u64 = said.iter().map(|s| i64::from(*s).pow(2).unsigned_abs()).sum();
        self.quiet_ms =
            if energy < QUIET * QUIET * FRAME as u64 { self.quiet_ms + FRAME_MS } else { 0 };
        let silent = self.limits.silence_ms > 0 && self.quiet_ms >= self.limits.silence_ms;
        silent || self.ms >= self.limits.max_ms
    }

    /// Closes the file; what was said is kept. The message's length in milliseconds.
    pub(crate) fn end(self) -> u32 {
        let mut metadata = Map::new();
        metadata.insert("kind".into(), "voicemail".into());
        metadata.insert("ms".into(), Value::from(self.ms));
        self.recording.finish(metadata);
        self.ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Live;
    use crate::recording::{Recorder, Sound};

    fn voicemail(folder: &std::path::Path, limits: VoicemailLimits) -> Voicemail {
        let (recorder, _thread) = Recorder::start(Live::default()).unwrap();
        Voicemail::new(recorder.begin(folder.join("message.wav"), Sound::Voicemail), limits)
    }

    #[test]
    fn a_message_ends_by_silence_and_by_length() {
        let limits = VoicemailLimits { max_ms: 1000, silence_ms: 100 };
        let folder = tempfile::tempdir().unwrap();
        let mut message = voicemail(folder.path(), limits);
        let quiet: Vec<_> = (0..5).map(|_| message.frame(&[50; FRAME])).collect();
        assert_eq!(quiet, [false, false, false, false, true]);
        assert_eq!(message.end(), 100);

        let folder = tempfile::tempdir().unwrap();
        let mut message = voicemail(folder.path(), limits);
        let loud: Vec<_> = (0..50).map(|_| message.frame(&[3000; FRAME])).collect();
        assert!(loud[..49].iter().all(|complete| !complete));
        assert!(loud[49]);
        assert_eq!(message.end(), 1000);
    }
}
