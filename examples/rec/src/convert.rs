//! Sound files to recordings.

use std::fs::File;
use std::io::{BufWriter, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use media_core::g711::Law;
use media_core::record::tlr::{Channel, Coding, Head, Options, Writer};
use media_core::record::{Format, Samples};
use media_core::wav;
use serde_json::json;

use crate::cli::{LevelName, Wrap};
use crate::open::{input, make, options, pair};
use crate::progress::bar;

/// A party's sound as it was in its file.
enum Leg {
    G711(Law, Vec<u8>),
    Pcm16(Vec<i16>, u32),
}

impl Leg {
    fn len(&self) -> usize {
        match self {
            Self::G711(_, codes) => codes.len(),
            Self::Pcm16(samples, _) => samples.len(),
        }
    }

    fn rate(&self) -> usize {
        if let Self::Pcm16(_, rate) = self { *rate as usize } else { 8000 }
    }

    fn second(&self, second: usize) -> Samples<'_> {
        let at = |second: usize| (second * self.rate()).min(self.len());
        let part = at(second)..at(second + 1);
        match self {
            Self::G711(Law::Mu, codes) => Samples::Ulaw(&codes[part]),
            Self::G711(Law::A, codes) => Samples::Alaw(&codes[part]),
            Self::Pcm16(samples, _) => Samples::Pcm16(&samples[part]),
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "each is something said on the command line")]
pub(crate) fn import(
    path: &Path,
    legs: &[PathBuf],
    started_ms: i64,
    meta: &[String],
    level: LevelName,
    echo: bool,
    wrap: &Wrap,
    as_json: bool,
) -> anyhow::Result<()> {
    let mut head = Head { started_ms, ..Head::default() };
    head.meta = meta.iter().map(|text| pair(text)).collect::<anyhow::Result<_>>()?;
    let mut sounds = Vec::new();
    for path in legs {
        let leg = read_leg(path).with_context(|| format!("cannot import {}", path.display()))?;
        let name = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into());
        head.channels.push(match &leg {
            Leg::G711(Law::Mu, _) => Channel::telephone(Format::Ulaw, &name),
            Leg::G711(Law::A, _) => Channel::telephone(Format::Alaw, &name),
            Leg::Pcm16(_, rate) => {
                Channel { coding: Coding::Lossless(Format::Pcm16), rate: *rate, name }
            }
        });
        sounds.push(leg);
    }
    let options = options(level.into(), echo, wrap)?;
    make(path, |file| write(file, &head, options, &sounds, as_json))?;
    if as_json {
        println!("{}", json!({ "file": path, "channels": legs.len() }));
    }
    Ok(())
}

fn write(
    file: File,
    head: &Head,
    options: Options,
    sounds: &[Leg],
    as_json: bool,
) -> anyhow::Result<()> {
    let mut writer = Writer::create(BufWriter::new(file), head, options)?;
    // A second of each in turn, as a call would have come.
    let seconds = sounds.iter().map(|leg| leg.len().div_ceil(leg.rate())).max().unwrap_or(0);
    let bar = bar(seconds as u64, "importing", as_json);
    for second in 0..seconds {
        for (channel, leg) in (0..).zip(sounds) {
            let samples = leg.second(second);
            if !samples.is_empty() {
                writer.write(channel, (second * leg.rate()) as u64, samples)?;
            }
        }
        bar.inc(1);
    }
    let file = writer.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    bar.finish_and_clear();
    Ok(file.sync_all()?)
}

fn read_leg(path: &Path) -> anyhow::Result<Leg> {
    let mut bytes = Vec::new();
    let law = match path.extension().and_then(|e| e.to_str()).unwrap_or("") {
        "ul" | "ulaw" | "pcmu" => Some(Law::Mu),
        "al" | "alaw" | "pcma" => Some(Law::A),
        _ => None,
    };
    if let Some(law) = law {
        input(path)?.read_to_end(&mut bytes)?;
        return Ok(Leg::G711(law, bytes));
    }
    let mut file = wav::Reader::new(input(path)?)?;
    let format = file.header().format;
    ensure!(format.channels == 1, "a leg has one channel, this has {}", format.channels);
    let mut chunk = [0; 1 << 16];
    loop {
        let len = file.read_bytes(&mut chunk)?;
        if len == 0 {
            break;
        }
        bytes.extend_from_slice(&chunk[..len]);
    }
    Ok(match format.encoding {
        wav::Encoding::G711(law) if format.rate == 8000 => Leg::G711(law, bytes),
        wav::Encoding::Pcm16 => {
            let pairs = bytes.chunks_exact(2);
            let samples = pairs.map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
            Leg::Pcm16(samples, format.rate)
        }
        _ => bail!("G.711 at {} Hz is not telephone sound", format.rate),
    })
}
