//! Every call on disk while it lasts: 16-bit WAV at 8 kHz, with its metadata beside it as JSON.
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

use media_core::wav::{Encoding, Format, Writer};
use serde_json::{Map, Value};

use crate::live::{Guard, Kind, Live};

/// Frames waiting to be written before more are left out: ten seconds of 400 calls.
const MAX_WAITING: usize = 200_000;

enum Job {
    Open { id: u64, path: PathBuf, channels: u16, guard: Guard },
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

    /// Begins a file of one or two channels; folders are made as needed.
    pub(crate) fn begin(&self, path: PathBuf, channels: u16) -> Recording {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let guard = self.live.guard(Kind::File);
        self.jobs.send(Job::Open { id, path, channels, guard }).ok();
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
    writer: Option<Writer<BufWriter<File>>>,
    _guard: Guard,
}

fn run(inbox: &mpsc::Receiver<Job>, waiting: &AtomicUsize) {
    let mut open: HashMap<u64, OpenFile> = HashMap::new();
    for job in inbox {
        match job {
            Job::Open { id, path, channels, guard } => {
                let writer = create(&path, channels)
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
                if let Some(Err(error)) = file.writer.map(Writer::finish) {
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

fn create(
    path: &Path,
    channels: u16,
) -> Result<Writer<BufWriter<File>>, media_core::wav::FileError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Never over a recording that is there: names hold the call's number, which never repeats.
    let file = File::create_new(path)?;
    let format = Format { encoding: Encoding::Pcm16, channels, rate: 8000 };
    Writer::new(BufWriter::new(file), format)
}

#[cfg(test)]
mod tests {
    use super::*;
    use media_core::wav::Reader;

    #[test]
    fn a_recording_and_its_metadata() {
        let folder = tempfile::tempdir().unwrap();
        let live = Live::default();
        let (recorder, thread) = Recorder::start(live.clone()).unwrap();
        let path = folder.path().join("2026/11/23/call.wav");
        let mut recording = recorder.begin(path.clone(), 2);
        recording.write(vec![1, -1, 2, -2]);
        assert_eq!(live.count(Kind::File), 1);
        let mut metadata = Map::new();
        metadata.insert("caller".into(), "555".into());
        recording.finish(metadata);
        drop(recorder.begin(folder.path().join("dropped.wav"), 1));
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
}
