//! A party's sound as sound files hold it.

use std::io::Read;
use std::path::Path;

use anyhow::{bail, ensure};
use media_core::g711::Law;
use media_core::record::tlr::{Channel, Coding};
use media_core::record::{Format, Samples};
use media_core::wav::{self, Encoding};

use crate::open::input;

/// One channel of a file.
pub(crate) enum Leg {
    G711(Law, Vec<u8>),
    Pcm16(Vec<i16>, u32),
}

impl Leg {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::G711(_, codes) => codes.len(),
            Self::Pcm16(samples, _) => samples.len(),
        }
    }

    pub(crate) fn rate(&self) -> usize {
        if let Self::Pcm16(_, rate) = self { *rate as usize } else { 8000 }
    }

    pub(crate) fn second(&self, second: usize) -> Samples<'_> {
        let at = |second: usize| (second * self.rate()).min(self.len());
        let part = at(second)..at(second + 1);
        match self {
            Self::G711(Law::Mu, codes) => Samples::Ulaw(&codes[part]),
            Self::G711(Law::A, codes) => Samples::Alaw(&codes[part]),
            Self::Pcm16(samples, _) => Samples::Pcm16(&samples[part]),
        }
    }

    pub(crate) fn channel(&self, name: &str) -> Channel {
        match self {
            Self::G711(Law::Mu, _) => Channel::telephone(Format::Ulaw, name),
            Self::G711(Law::A, _) => Channel::telephone(Format::Alaw, name),
            Self::Pcm16(_, rate) => Channel {
                coding: Coding::Lossless(Format::Pcm16),
                rate: *rate,
                name: name.to_owned(),
            },
        }
    }
}

/// What a file without a header holds, by the ending Asterisk gives it.
fn raw_encoding(ending: &str) -> Option<(Encoding, u32)> {
    Some(match ending {
        "ul" | "ulaw" | "mu" | "ulw" | "pcm" | "pcmu" => (Encoding::G711(Law::Mu), 8000),
        "al" | "alaw" | "alw" | "pcma" => (Encoding::G711(Law::A), 8000),
        "sln" | "raw" => (Encoding::Pcm16, 8000),
        "sln44" => (Encoding::Pcm16, 44_100),
        "sln12" | "sln16" | "sln24" | "sln32" | "sln48" | "sln96" | "sln192" => {
            (Encoding::Pcm16, ending[3..].parse::<u32>().ok()? * 1000)
        }
        _ => return None,
    })
}

/// The channels of a sound file, each a leg; `raw_channels` of them where it has no header.
pub(crate) fn read(path: &Path, raw_channels: u16) -> anyhow::Result<Vec<Leg>> {
    let mut bytes = Vec::new();
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    let mut big_endian = false;
    let (encoding, rate, channels) = if let Some((encoding, rate)) = raw_encoding(ending) {
        input(path)?.read_to_end(&mut bytes)?;
        (encoding, rate, raw_channels)
    } else {
        let mut file = wav::Reader::new(input(path)?)?;
        let wav::Header { container, format, .. } = file.header();
        big_endian = container == wav::Container::Au;
        let mut chunk = [0; 1 << 16];
        loop {
            let len = file.read_bytes(&mut chunk)?;
            if len == 0 {
                break;
            }
            bytes.extend_from_slice(&chunk[..len]);
        }
        (format.encoding, format.rate, format.channels)
    };
    ensure!(channels <= 255, "a recording has at most 255 channels, this has {channels}");
    // A crash may have cut the last frame short.
    let width = usize::from(channels);
    let frames = bytes.chunks_exact(encoding.bytes() * width);
    Ok(match encoding {
        Encoding::G711(law) if rate == 8000 => {
            let own = |n: usize| frames.clone().map(|frame| frame[n]).collect();
            (0..width).map(|n| Leg::G711(law, own(n))).collect()
        }
        Encoding::Pcm16 => {
            let word = if big_endian { i16::from_be_bytes } else { i16::from_le_bytes };
            let sample = |frame: &[u8], n: usize| word([frame[2 * n], frame[2 * n + 1]]);
            let own = |n: usize| frames.clone().map(|frame| sample(frame, n)).collect();
            (0..width).map(|n| Leg::Pcm16(own(n), rate)).collect()
        }
        Encoding::G711(_) => bail!("G.711 at {rate} Hz is not telephone sound"),
    })
}
