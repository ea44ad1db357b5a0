//! Prompts: recorded ones where the user has put them, spoken by espeak-ng and resampled by
//! media-core where not. Made once, kept as 8 kHz WAV files with their text beside them.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, bail};
use media_core::wav::{Encoding, Format, Reader, Writer};

use crate::config::Prompts;
use crate::media::sound::Clip;

/// Everything is brought to this rate.
const RATE: u32 = 8000;
/// Prompts are brought to this peak, about −6 dBm0: loud enough, and no clipping in G.711.
const PEAK: i32 = 12_000;
/// What is quieter than this at either end of a spoken piece is cut off.
const FLOOR: u16 = 150;
/// Left standing before and after speech, in samples (10 ms): consonants begin softly.
const MARGIN: usize = 80;

/// A prompt some flow may play.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Wanted {
    pub(crate) language: String,
    /// File name without ending.
    pub(crate) name: String,
    /// What is said, for the speech synthesiser.
    pub(crate) text: String,
}

/// All prompts, in memory.
#[derive(Debug, Default)]
pub(crate) struct Library {
    clips: HashMap<(String, String), Clip>,
}

impl Library {
    /// The clip of that name in `language`.
    pub(crate) fn get(&self, language: &str, name: &str) -> Option<Clip> {
        self.clips.get(&(language.to_owned(), name.to_owned())).cloned()
    }

    /// How many clips there are.
    pub(crate) fn len(&self) -> usize {
        self.clips.len()
    }
}

/// Loads every wanted prompt, making those that are missing or whose text has changed.
///
/// # Errors
/// When a prompt can be neither found nor made, naming it and what to install.
pub(crate) fn prepare(config: &Prompts, wanted: &[Wanted]) -> anyhow::Result<Library> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new((HashMap::new(), None));
    let workers = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(prompt) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let clip = load(config, prompt)
                        .with_context(|| format!("prompt {}/{}", prompt.language, prompt.name));
                    let mut done = done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    match clip {
                        Ok(clip) => {
                            let key = (prompt.language.clone(), prompt.name.clone());
                            done.0.insert(key, clip);
                        }
                        Err(error) => {
                            done.1.get_or_insert(error);
                            next.store(wanted.len(), Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    match done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        (_, Some(error)) => Err(error),
        (clips, None) => Ok(Library { clips }),
    }
}

fn load(config: &Prompts, prompt: &Wanted) -> anyhow::Result<Clip> {
    let file = PathBuf::from(&prompt.language).join(format!("{}.wav", prompt.name));
    if let Some(recorded) = config.recorded.as_ref().map(|folder| folder.join(&file))
        && recorded.exists()
    {
        return read(&recorded);
    }
    let made = config.folder.join(&file);
    let note = made.with_extension("txt");
    if !made.exists() || fs::read_to_string(&note).ok().as_deref() != Some(&prompt.text) {
        if prompt.text.is_empty() {
            bail!("there is no file {} and no text to speak", made.display());
        }
        make(config, prompt, &made)?;
        fs::write(&note, &prompt.text).with_context(|| note.display().to_string())?;
    }
    read(&made)
}

/// Reads a WAV file of any rate and one channel.
///
/// # Errors
/// When it is none.
pub(crate) fn read(path: &Path) -> anyhow::Result<Clip> {
    let named = || path.display().to_string();
    let mut reader =
        Reader::new(BufReader::new(File::open(path).with_context(named)?)).with_context(named)?;
    let format = reader.header().format;
    if format.channels != 1 {
        bail!("{}: has {} channels, a prompt has one", path.display(), format.channels);
    }
    let mut samples = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match reader.read(&mut piece).with_context(named)? {
            0 => break,
            n => samples.extend_from_slice(&piece[..n]),
        }
    }
    if format.rate != RATE {
        samples = media_core::resample::convert(format.rate, RATE, &samples).with_context(named)?;
    }
    Ok(samples.into())
}

fn make(config: &Prompts, prompt: &Wanted, path: &Path) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let voice = config.voices.get(&prompt.language).map_or(&*prompt.language, String::as_str);
    let spoken = path.with_extension("spoken.wav");
    let outcome = Command::new("espeak-ng")
        .args(["-v", voice, "-s", &config.words_per_minute.to_string(), "-w"])
        .arg(&spoken)
        // The text is data even where it begins with a dash.
        .arg("--")
        .arg(&prompt.text)
        .output()
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                anyhow::anyhow!("espeak-ng is not installed (Debian: apt-get install espeak-ng)")
            }
            _ => anyhow::Error::from(error).context("espeak-ng cannot be given this text"),
        })?;
    if !outcome.status.success() {
        bail!("espeak-ng: {}", String::from_utf8_lossy(&outcome.stderr).trim());
    }
    let samples = level(trim(&read(&spoken)?));
    fs::remove_file(&spoken).with_context(|| spoken.display().to_string())?;
    let format = Format { encoding: Encoding::Pcm16, channels: 1, rate: RATE };
    let file = File::create(path).with_context(|| path.display().to_string())?;
    let mut writer = Writer::new(file, format)?;
    writer.write(&samples)?;
    writer.finish()?;
    Ok(())
}

/// The speech without the silence around it, but for a short margin.
fn trim(samples: &[i16]) -> &[i16] {
    let loud = |s: &i16| s.unsigned_abs() > FLOOR;
    match (samples.iter().position(loud), samples.iter().rposition(loud)) {
        (Some(first), Some(last)) => {
            &samples[first.saturating_sub(MARGIN)..(last + 1 + MARGIN).min(samples.len())]
        }
        _ => samples,
    }
}

/// The same at the level every prompt has.
fn level(samples: &[i16]) -> Vec<i16> {
    let peak = samples.iter().map(|s| i32::from(s.unsigned_abs())).max().unwrap_or(0).max(1);
    samples.iter().map(|s| (i32::from(*s) * PEAK / peak) as i16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_is_trimmed_and_levelled() {
        let mut samples = vec![0; 1000];
        samples[500..600].fill(-3000);
        let speech = trim(&samples);
        assert_eq!(speech.len(), 100 + 2 * MARGIN);
        assert_eq!(level(speech)[MARGIN], -12_000);
        assert_eq!(level(&[0, 0]), [0, 0]);
        assert_eq!(trim(&[1, 2]), [1, 2]);
    }

    #[test]
    fn recorded_prompts_win_over_made_ones() {
        let folder = tempfile::tempdir().unwrap();
        let recorded = folder.path().join("recorded/en");
        fs::create_dir_all(&recorded).unwrap();
        let format = Format { encoding: Encoding::Pcm16, channels: 1, rate: RATE };
        let file = File::create(recorded.join("hello.wav")).unwrap();
        let mut writer = Writer::new(file, format).unwrap();
        writer.write(&[7, 8, 9]).unwrap();
        writer.finish().unwrap();
        let config = Prompts {
            folder: folder.path().join("made"),
            recorded: Some(folder.path().join("recorded")),
            ..Prompts::default()
        };
        let wanted =
            |name: &str| Wanted { language: "en".into(), name: name.into(), text: String::new() };
        let library = prepare(&config, &[wanted("hello")]).unwrap();
        assert_eq!(&library.get("en", "hello").unwrap()[..], [7, 8, 9]);
        assert_eq!(library.len(), 1);
        let error = prepare(&config, &[wanted("nothing")]).unwrap_err();
        assert!(format!("{error:#}").contains("prompt en/nothing"), "{error:#}");
    }
}
