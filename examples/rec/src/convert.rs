//! Recordings to sound files and back.

use std::io::{BufWriter, Read, Seek, Write};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use media_core::g711::Law;
use media_core::record::tlr::{Channel, Coding, Head, Options, Reader, Sound, Writer};
use media_core::record::{Format, Level, Samples};
use media_core::wav;

use crate::open::{input, level, output, reader};
use crate::{Key, Stretch};

pub(crate) fn play(path: &Path, stretch: &Stretch, key: &Key) -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    write_wav(&mut reader(path, key)?, stretch, &mut out)
}

pub(crate) fn export(path: &Path, to: &Path, stretch: &Stretch, key: &Key) -> anyhow::Result<()> {
    let mut reader = reader(path, key)?;
    write_wav(&mut reader, stretch, &mut BufWriter::new(output(to)?))
}

/// Channels side by side, or added up.
fn write_wav<R: Read + Seek>(
    reader: &mut Reader<R>,
    stretch: &Stretch,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let channels = reader.head().channels.len();
    let rate = reader.head().channels.first().context("the recording has no channels")?.rate;
    let alike = |c: &Channel| c.rate == rate && matches!(c.coding, Coding::Lossless(_));
    ensure!(reader.head().channels.iter().all(alike), "the channels differ in rate or are Opus");
    let end = (0..channels).map(|c| reader.end(c as u8)).max().unwrap_or(0);
    let position = |seconds: f64| ((seconds * f64::from(rate)) as u64).min(end);
    let from = position(stretch.from);
    let to = stretch.to.map_or(end, position).max(from);

    let width = if stretch.mixed { 1 } else { channels };
    let encoding = wav::Encoding::Pcm16;
    let format = wav::Format { encoding, channels: width as u16, rate };
    let header = wav::Header::new(format, Some((to - from) * 2 * width as u64));
    let mut bytes = [0; wav::Header::MAX_LEN];
    let len = header.write(&mut bytes)?;
    out.write_all(&bytes[..len])?;

    let mut sounds = vec![vec![0; rate as usize]; channels];
    let mut at = from;
    while at < to {
        let len = (to - at).min(u64::from(rate)) as usize;
        for (channel, sound) in sounds.iter_mut().enumerate() {
            reader.read(channel as u8, at, &mut sound[..len])?;
        }
        for i in 0..len {
            let all = sounds.iter().map(|sound| sound[i]);
            if stretch.mixed {
                let sum = all.map(i32::from).sum::<i32>().clamp(-32768, 32767) as i16;
                out.write_all(&sum.to_le_bytes())?;
            } else {
                for sample in all {
                    out.write_all(&sample.to_le_bytes())?;
                }
            }
        }
        at += len as u64;
    }
    Ok(out.flush()?)
}

/// A party's sound as it was in its file.
enum Leg {
    G711(Law, Vec<u8>),
    Pcm16(Vec<i16>, u32),
}

pub(crate) fn import(
    path: &Path,
    legs: &[std::path::PathBuf],
    started_ms: i64,
    meta: &[String],
    level_name: &str,
) -> anyhow::Result<()> {
    let level = level(level_name)?;
    let mut head = Head { started_ms, ..Head::default() };
    for pair in meta {
        let (key, value) = pair.split_once('=').context("metadata is KEY=VALUE")?;
        head.meta.push((key.into(), value.into()));
    }
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
    let mut writer = create(path, &head, level)?;
    // A second of each in turn, as a call would have come.
    let seconds = sounds.iter().map(|leg| match leg {
        Leg::G711(_, codes) => codes.len().div_ceil(8000),
        Leg::Pcm16(samples, rate) => samples.len().div_ceil(*rate as usize),
    });
    for second in 0..seconds.max().unwrap_or(0) {
        for (channel, leg) in (0..).zip(&sounds) {
            let rate = if let Leg::Pcm16(_, rate) = leg { *rate as usize } else { 8000 };
            let at = second * rate;
            let part = |len: usize| at.min(len)..(at + rate).min(len);
            let samples = match leg {
                Leg::G711(Law::Mu, codes) => Samples::Ulaw(&codes[part(codes.len())]),
                Leg::G711(Law::A, codes) => Samples::Alaw(&codes[part(codes.len())]),
                Leg::Pcm16(samples, _) => Samples::Pcm16(&samples[part(samples.len())]),
            };
            if !samples.is_empty() {
                writer.write(channel, at as u64, samples)?;
            }
        }
    }
    close(writer)
}

fn read_leg(path: &Path) -> anyhow::Result<Leg> {
    let mut bytes = Vec::new();
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    match extension {
        "ul" | "ulaw" | "pcmu" => {
            input(path)?.read_to_end(&mut bytes)?;
            return Ok(Leg::G711(Law::Mu, bytes));
        }
        "al" | "alaw" | "pcma" => {
            input(path)?.read_to_end(&mut bytes)?;
            return Ok(Leg::G711(Law::A, bytes));
        }
        _ => {}
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

pub(crate) fn repack(path: &Path, to: &Path, level_name: &str, key: &Key) -> anyhow::Result<()> {
    let level = level(level_name)?;
    let mut reader = reader(path, key)?;
    let mut writer = create(to, reader.head(), level)?;
    for mark in reader.marks() {
        writer.mark(mark)?;
    }
    for point in reader.clocks() {
        writer.clock(point)?;
    }
    let mut entries = reader.index().to_vec();
    // In the order they were recorded, so that the channels stay side by side.
    entries.sort_by_key(|entry| entry.offset);
    for entry in entries {
        let (channel, position) = (entry.channel, entry.position);
        let coding = reader.head().channels.get(usize::from(channel)).map(|c| c.coding);
        match (reader.sound(&entry)?, coding) {
            (Sound::G711(codes), Some(Coding::Lossless(Format::Alaw))) => {
                writer.write(channel, position, Samples::Alaw(&codes))?;
            }
            (Sound::G711(codes), _) => writer.write(channel, position, Samples::Ulaw(&codes))?,
            (Sound::Pcm16(samples), _) => {
                writer.write(channel, position, Samples::Pcm16(&samples))?;
            }
            (Sound::Packets(packets), _) => {
                let mut at = position;
                for (samples, packet) in packets {
                    writer.packet(channel, at, samples, &packet)?;
                    at += u64::from(samples);
                }
            }
            _ => bail!("a kind of sound not known here"),
        }
    }
    close(writer)
}

type Output = Writer<BufWriter<std::fs::File>>;

fn create(path: &Path, head: &Head, level: Level) -> anyhow::Result<Output> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    // An archive is read from front to back: longer blocks cost less.
    let block_ms = if level >= Level::High { 10_000 } else { 1000 };
    let options = Options { level, block_ms, ..Options::new(id) };
    Ok(Writer::create(BufWriter::new(output(path)?), head, options)?)
}

fn close(writer: Output) -> anyhow::Result<()> {
    let file = writer.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    Ok(file.sync_all()?)
}
