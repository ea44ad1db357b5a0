//! Every call on disk while it lasts: 16-bit WAV at 8 kHz, or Trunkline's own `.tlr` in the call's
//! G.711 codes, with its metadata beside it as JSON; a `.tlr` holds them, too.
//!
//! A call's recording has two channels, the caller on the left and what the caller hears on the
//! right; a voicemail has one. One thread writes them all, so that no disk ever makes a call's
//! audio wait; if it cannot keep up, frames are left out, counted, and the count is written into
//! the metadata.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;

use media_core::g711::Law;
use media_core::record::tlr::{self, Channel, Head, Options, TlrError};
use media_core::record::{self, Samples};
use media_core::wav::{self, Encoding};
use serde_json::{Map, Value};

use crate::live::{Guard, Kind, Live};

/// Frames waiting to be written before more are left out: ten seconds of 400 calls.
const MAX_WAITING: usize = 200_000;

/// What a file is to hold. A path that ends in `.tlr` makes a recording of that kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sound {
    /// The caller, and what the caller hears.
    Call {
        /// The law the caller speaks.
        law: Law,
        /// When the call began, in milliseconds since the Unix epoch.
        started_ms: i64,
    },
    /// One channel, whenever.
    Voicemail,
}

impl Sound {
    fn channels(self) -> u16 {
        match self {
            Self::Call { .. } => 2,
            Self::Voicemail => 1,
        }
    }
}

enum Job {
    Open { id: u64, path: PathBuf, sound: Sound, guard: Guard },
    Frame { id: u64, samples: Vec<i16> },
    Close { id: u64, metadata: Option<Map<String, Value>> },
}

/// The way to the writing thread; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    jobs: mpsc::Sender<Job>,
    waiting: Arc<AtomicUsize>,
    next: Arc<AtomicU64>,
    live: Live,
}

/// Joins the writing thread; [`Recorder`]s and [`Recording`]s must be gone before.
#[derive(Debug)]
pub(crate) struct RecorderThread(JoinHandle<()>);

impl RecorderThread {
    /// Waits until every file is closed.
    pub(crate) fn join(self) {
        if self.0.join().is_err() {
            tracing::error!("the recording thread panicked");
        }
    }
}

impl Recorder {
    /// Starts the writing thread.
    ///
    /// # Errors
    /// When no thread can be had.
    pub(crate) fn start(live: Live) -> io::Result<(Recorder, RecorderThread)> {
        let (jobs, inbox) = mpsc::channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let left = waiting.clone();
        let thread = std::thread::Builder::new()
            .name("recording".into())
            .spawn(move || run(&inbox, &left))?;
        let recorder = Recorder { jobs, waiting, next: Arc::default(), live };
        Ok((recorder, RecorderThread(thread)))
    }

    /// Begins a file; folders are made as needed.
    pub(crate) fn begin(&self, path: PathBuf, sound: Sound) -> Recording {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let guard = self.live.guard(Kind::File);
        self.jobs.send(Job::Open { id, path, sound, guard }).ok();
        Recording { id, recorder: self.clone(), left_out: 0, closed: false }
    }
}

/// One file in the making. Dropping it closes the file.
#[derive(Debug)]
pub(crate) struct Recording {
    id: u64,
    recorder: Recorder,
    left_out: u64,
    closed: bool,
}

impl Recording {
    /// Appends interleaved samples. Never waits.
    pub(crate) fn write(&mut self, samples: Vec<i16>) {
        if self.recorder.waiting.load(Ordering::Relaxed) >= MAX_WAITING {
            self.left_out += 1;
            return;
        }
        self.recorder.waiting.fetch_add(1, Ordering::Relaxed);
        self.recorder.jobs.send(Job::Frame { id: self.id, samples }).ok();
    }

    /// Closes the file and writes `metadata` beside it.
    pub(crate) fn finish(mut self, mut metadata: Map<String, Value>) {
        if self.left_out > 0 {
            metadata.insert("frames_left_out".into(), self.left_out.into());
        }
        self.closed = true;
        self.recorder.jobs.send(Job::Close { id: self.id, metadata: Some(metadata) }).ok();
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if !self.closed {
            self.recorder.jobs.send(Job::Close { id: self.id, metadata: None }).ok();
        }
    }
}

struct OpenFile {
    path: PathBuf,
    /// `None` once the file failed: the call goes on, the log says why it is not recorded.
    writer: Option<Writer>,
    _guard: Guard,
}

fn run(inbox: &mpsc::Receiver<Job>, waiting: &AtomicUsize) {
    let mut open: HashMap<u64, OpenFile> = HashMap::new();
    for job in inbox {
        match job {
            Job::Open { id, path, sound, guard } => {
                let writer = Writer::create(&path, sound)
                    .inspect_err(
                        |error| tracing::error!(path = %path.display(), %error, "recording"),
                    )
                    .ok();
                open.insert(id, OpenFile { path, writer, _guard: guard });
            }
            Job::Frame { id, samples } => {
                waiting.fetch_sub(1, Ordering::Relaxed);
                let Some(file) = open.get_mut(&id) else {
                    continue;
                };
                if let Some(Err(error)) = file.writer.as_mut().map(|w| w.write(&samples)) {
                    tracing::error!(path = %file.path.display(), %error, "recording");
                    file.writer = None;
                }
            }
            Job::Close { id, metadata } => {
                let Some(file) = open.remove(&id) else {
                    continue;
                };
                let finished = file.writer.map(|writer| writer.finish(metadata.as_ref()));
                if let Some(Err(error)) = finished {
                    tracing::error!(path = %file.path.display(), %error, "recording");
                }
                if let Some(metadata) = metadata {
                    let path = file.path.with_extension("json");
                    let text = format!("{:#}\n", Value::Object(metadata));
                    if let Err(error) = fs::write(&path, text) {
                        tracing::error!(path = %path.display(), %error, "recording");
                    }
                }
            }
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Wav(#[from] wav::FileError),
    #[error(transparent)]
    Tlr(#[from] TlrError),
}

/// A file in either format.
enum Writer {
    Wav(wav::Writer<BufWriter<File>>),
    Tlr(Box<Tlr>),
}

/// Not buffered: its blocks are written whole, and survive whatever happens to the program.
struct Tlr {
    writer: tlr::Writer<File>,
    law: Law,
    channels: u16,
    /// Samples of each channel so far.
    len: u64,
}

impl Writer {
    fn create(path: &Path, sound: Sound) -> Result<Self, WriteError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // Never over a recording that is there: names hold the call's number, which never repeats.
        let file = File::create_new(path)?;
        let channels = sound.channels();
        if path.extension().is_none_or(|extension| extension != "tlr") {
            let format = wav::Format { encoding: Encoding::Pcm16, channels, rate: 8000 };
            return Ok(Self::Wav(wav::Writer::new(BufWriter::new(file), format)?));
        }
        let (law, started_ms) = match sound {
            Sound::Call { law, started_ms } => (law, started_ms),
            Sound::Voicemail => (Law::Mu, 0),
        };
        let format = match law {
            Law::Mu => record::Format::Ulaw,
            Law::A => record::Format::Alaw,
        };
        let names = ["caller", "heard"].into_iter().take(channels.into());
        let channels_of = names.map(|name| Channel::telephone(format, name)).collect();
        let head = Head { started_ms, channels: channels_of, meta: Vec::new() };
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(io::Error::other)?;
        let writer = tlr::Writer::create(file, &head, Options::new(id))?;
        Ok(Self::Tlr(Box::new(Tlr { writer, law, channels, len: 0 })))
    }

    /// Appends interleaved samples.
    fn write(&mut self, samples: &[i16]) -> Result<(), WriteError> {
        match self {
            Self::Wav(wav) => Ok(wav.write(samples)?),
            Self::Tlr(tlr) => tlr.write(samples),
        }
    }

    fn finish(self, metadata: Option<&Map<String, Value>>) -> Result<(), WriteError> {
        match self {
            Self::Wav(wav) => drop(wav.finish()?),
            Self::Tlr(mut tlr) => {
                for (key, value) in metadata.into_iter().flatten() {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    tlr.writer.meta(key, &text)?;
                }
                tlr.writer.finish()?;
            }
        }
        Ok(())
    }
}

impl Tlr {
    /// What was G.711 on the wire becomes the same codes again.
    fn write(&mut self, samples: &[i16]) -> Result<(), WriteError> {
        let width = usize::from(self.channels);
        for channel in 0..width {
            let own = samples.iter().skip(channel).step_by(width);
            let codes: Vec<u8> = own.map(|x| self.law.encode_sample(*x)).collect();
            let codes = match self.law {
                Law::Mu => Samples::Ulaw(&codes),
                Law::A => Samples::Alaw(&codes),
            };
            self.writer.write(channel as u8, self.len, codes)?;
        }
        self.len += (samples.len() / width) as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media_core::wav::Reader;

    const CALL: Sound = Sound::Call { law: Law::A, started_ms: 1_793_534_400_000 };

    #[test]
    fn a_recording_and_its_metadata() {
        let folder = tempfile::tempdir().unwrap();
        let live = Live::default();
        let (recorder, thread) = Recorder::start(live.clone()).unwrap();
        let path = folder.path().join("2026/11/23/call.wav");
        let mut recording = recorder.begin(path.clone(), CALL);
        recording.write(vec![1, -1, 2, -2]);
        assert_eq!(live.count(Kind::File), 1);
        let mut metadata = Map::new();
        metadata.insert("caller".into(), "555".into());
        recording.finish(metadata);
        drop(recorder.begin(folder.path().join("dropped.wav"), Sound::Voicemail));
        drop(recorder);
        thread.join();
        assert!(live.is_zero());
        let mut reader = Reader::new(File::open(&path).unwrap()).unwrap();
        let mut samples = [0; 8];
        assert_eq!(reader.read(&mut samples).unwrap(), 4);
        assert_eq!(samples[..4], [1, -1, 2, -2]);
        assert_eq!(reader.header().format.channels, 2);
        let json = fs::read_to_string(path.with_extension("json")).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["caller"], "555");
        assert!(folder.path().join("dropped.wav").exists());
    }

    #[test]
    fn a_recording_in_the_calls_own_codes() {
        let folder = tempfile::tempdir().unwrap();
        let live = Live::default();
        let (recorder, thread) = Recorder::start(live.clone()).unwrap();
        let path = folder.path().join("call.tlr");
        let mut recording = recorder.begin(path.clone(), CALL);
        // The caller's samples were A-law on the wire; what the caller hears is sent as A-law.
        let said: Vec<i16> = (0..=255).map(|code| Law::A.decode_sample(code)).collect();
        for _ in 0..50 {
            recording.write(said.iter().flat_map(|x| [*x, 0]).collect());
        }
        let metadata = [("caller".into(), "555".into()), ("agents".into(), vec![17].into())];
        recording.finish(metadata.into_iter().collect());
        drop(recorder);
        thread.join();
        assert!(live.is_zero());
        let file = || File::open(&path).unwrap();
        assert!(tlr::verify(file()).unwrap().is_intact());
        let mut reader = tlr::Reader::open(file(), &tlr::Unlock::Nothing).unwrap();
        assert_eq!(reader.head().started_ms, 1_793_534_400_000);
        let names: Vec<_> = reader.head().channels.iter().map(|c| c.name.clone()).collect();
        assert_eq!(names, ["caller", "heard"]);
        let meta =
            |key: &str| reader.head().meta.iter().find(|(k, _)| k == key).cloned().unwrap().1;
        assert_eq!((meta("caller"), meta("agents")), ("555".into(), "[17]".into()));
        let mut sound = vec![0; 256];
        assert_eq!(reader.read(0, 49 * 256, &mut sound).unwrap(), 256);
        assert_eq!(sound, said);
        assert_eq!(reader.read(1, 49 * 256, &mut sound).unwrap(), 256);
        // Between A-law's two smallest codes lies no silence.
        assert!(sound.iter().all(|x| *x == 8));
        assert!(path.with_extension("json").exists());
    }
}
