//! A recording's sound, for players.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, bail};
use media_core::record::tlr::{Reader, Shape, Stretch, TlrError};
use serde_json::json;

use crate::cli::{Key, Part};
use crate::open::{Input, make, reader};
use crate::progress::{Watched, bar};
use crate::{flac, opus, packets};

/// What is as long is written only if asked for: a wrong position makes years of silence.
const LONGEST_DAYS: u64 = 7;

pub(crate) fn play(path: &Path, part: &Part, key: &Key) -> anyhow::Result<()> {
    let mut reader = reader(path, key)?;
    let stretch = stretch(&reader, part)?;
    let out = BufWriter::new(std::io::stdout().lock());
    match reader.export_wav(&stretch, out) {
        // The player has heard enough.
        Err(TlrError::Io(std::io::ErrorKind::BrokenPipe)) => Ok(()),
        result => Ok(result.map(drop)?),
    }
}

/// Takes a recording's frames, interleaved, and what is left to do after the last.
pub(crate) trait Sink {
    fn frames(&mut self, frames: &[i16]) -> anyhow::Result<()>;
    fn finish(self: Box<Self>) -> anyhow::Result<()>;
}

pub(crate) fn export(
    path: &Path,
    to: &Path,
    part: &Part,
    bitrate: u32,
    key: &Key,
    as_json: bool,
) -> anyhow::Result<()> {
    let mut reader = reader(path, key)?;
    let stretch = stretch(&reader, part)?;
    let shape = reader.shape(&stretch).context("cannot play these channels")?;
    let days = shape.frames / u64::from(shape.rate) / 86_400;
    if days >= LONGEST_DAYS && part.to.is_none() {
        bail!("it says it lasts {days} days, which would fill the disk: say up to where (--to)");
    }
    let format = to.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    if !["wav", "flac", "opus", "ogg"].contains(&&*format) {
        bail!("the file to make is named .wav, .flac, .opus or .ogg");
    }
    make(to, |file| {
        if format == "wav" {
            // Complete at once, and the only one that may be longer than its format knows.
            let bytes = shape.frames.saturating_mul(2 * u64::from(shape.channels));
            let mut out = BufWriter::new(Watched::new(file, bytes, "exporting", as_json));
            reader.export_wav(&stretch, &mut out)?;
            let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?.into_inner();
            return Ok(file.sync_all()?);
        }
        if let ("opus" | "ogg", Some(channel)) = (&*format, packets::only_opus(&reader, &stretch)) {
            return packets::copy(&mut reader, channel, &stretch, file, as_json);
        }
        let sink: Box<dyn Sink> = match &*format {
            "flac" => Box::new(flac::Encoder::new(file, shape)?),
            _ => Box::new(opus::Encoder::new(file, shape, bitrate)?),
        };
        copy(&mut reader, &stretch, shape, sink, as_json)
    })?;
    if as_json {
        let seconds = shape.frames as f64 / f64::from(shape.rate);
        let said = json!({
            "file": to, "rate": shape.rate, "channels": shape.channels, "seconds": seconds,
        });
        println!("{said}");
    }
    Ok(())
}

fn copy(
    reader: &mut Reader<Input>,
    stretch: &Stretch,
    shape: Shape,
    mut sink: Box<dyn Sink>,
    as_json: bool,
) -> anyhow::Result<()> {
    let bar = bar(shape.frames, "exporting", as_json);
    let mut failed = None;
    let played = reader.play(stretch, |frames| {
        bar.inc((frames.len() / usize::from(shape.channels)) as u64);
        sink.frames(frames).map_err(|error| {
            failed = Some(error);
            TlrError::Io(std::io::ErrorKind::Other)
        })
    });
    bar.finish_and_clear();
    match failed {
        Some(error) => return Err(error),
        None => played?,
    };
    sink.finish()
}

fn stretch(reader: &Reader<Input>, part: &Part) -> anyhow::Result<Stretch> {
    let micros = |seconds: f64| (seconds.max(0.0) * 1e6) as u64;
    let Some(wanted) = &part.mark else {
        let (from, to) = (micros(part.from), part.to.map(micros));
        return Ok(Stretch { from, to, mixed: part.mixed, channel: part.channel });
    };
    let marks = reader.marks();
    let by_number = wanted.parse().ok().and_then(|number: usize| marks.get(number));
    let by_text = || marks.iter().find(|mark| mark.text.contains(&**wanted));
    let mark = by_number.or_else(by_text).with_context(|| format!("there is no mark {wanted}"))?;
    let at = |position| reader.micros_at(mark.channel, position);
    Ok(Stretch {
        from: at(mark.position).saturating_sub(micros(part.around)),
        to: Some(at(mark.position.saturating_add(mark.len)).saturating_add(micros(part.around))),
        mixed: part.mixed,
        channel: part.channel,
    })
}

/// Writes all, to the disk.
pub(crate) fn sync(out: BufWriter<File>) -> anyhow::Result<()> {
    let mut file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.flush()?;
    Ok(file.sync_all()?)
}
