//! Ogg Opus files (RFC 7845), by libopus and crate ogg.

use std::fs::File;
use std::io::BufWriter;

use anyhow::{Context, ensure};
use audiopus::coder;
use audiopus::{Application, Bitrate, Channels, SampleRate};
use media_core::record::tlr::Shape;
use media_core::resample::Resampler;
use ogg::{PacketWriteEndInfo, PacketWriter};

use crate::export::{Sink, sync};

/// The stream's serial number: a file holds one stream, so any will do.
pub(crate) const SERIAL: u32 = 0x746c_7201;
/// Granules, at 48 kHz, of a 20 ms packet.
const STEP: u64 = 960;

/// A new Ogg file of Opus sound.
pub(crate) type OggFile = PacketWriter<'static, BufWriter<File>>;

/// Begins a file: its two headers. `skip` granules at the front are not to be played; `rate` is what
/// the sound had.
pub(crate) fn ogg_file(file: File, channels: u8, skip: u16, rate: u32) -> anyhow::Result<OggFile> {
    let mut out = PacketWriter::new(BufWriter::new(file));
    let mut head = b"OpusHead\x01".to_vec();
    head.push(channels);
    head.extend_from_slice(&skip.to_le_bytes());
    head.extend_from_slice(&rate.to_le_bytes());
    // No gain; channels in the common order.
    head.extend_from_slice(&[0, 0, 0]);
    out.write_packet(head, SERIAL, PacketWriteEndInfo::EndPage, 0)?;
    let mut tags = b"OpusTags".to_vec();
    tags.extend_from_slice(&9u32.to_le_bytes());
    tags.extend_from_slice(b"trunkline");
    tags.extend_from_slice(&0u32.to_le_bytes());
    out.write_packet(tags, SERIAL, PacketWriteEndInfo::EndPage, 0)?;
    Ok(out)
}

pub(crate) struct Encoder {
    out: OggFile,
    opus: coder::Encoder,
    /// One a channel, where libopus does not take the recording's rate.
    resamplers: Vec<Resampler>,
    channels: usize,
    /// Samples of each channel in a packet.
    frame: usize,
    /// Interleaved samples of the packet in the making.
    pending: Vec<i16>,
    /// The packet that waits to hear whether it is the last, and packets so far.
    waiting: Option<Vec<u8>>,
    packets: u64,
    /// Granules of silence the coder puts in front, and granules of sound taken.
    skip: u64,
    sound: u64,
    rate: u64,
}

impl Encoder {
    pub(crate) fn new(file: File, shape: Shape, bitrate: u32) -> anyhow::Result<Self> {
        ensure!(shape.channels <= 2, "Opus has two channels: export them --mixed");
        let (rate, coded_at) = match shape.rate {
            8000 => (SampleRate::Hz8000, 8000),
            12_000 => (SampleRate::Hz12000, 12_000),
            16_000 => (SampleRate::Hz16000, 16_000),
            24_000 => (SampleRate::Hz24000, 24_000),
            _ => (SampleRate::Hz48000, 48_000),
        };
        let stereo = shape.channels == 2;
        // Two parties are not a stereo picture: the coder for voices would mix them.
        let (channels, mode) = if stereo {
            (Channels::Stereo, Application::Audio)
        } else {
            (Channels::Mono, Application::Voip)
        };
        let mut opus = coder::Encoder::new(rate, channels, mode).context("no Opus encoder")?;
        let total = bitrate.saturating_mul(shape.channels.into()).min(510_000) as i32;
        opus.set_bitrate(Bitrate::BitsPerSecond(total)).context("Opus refuses the bit rate")?;
        let skip = u64::from(opus.lookahead()?) * 48_000 / coded_at;
        let mut resamplers = Vec::new();
        if u64::from(shape.rate) != coded_at {
            for _ in 0..shape.channels {
                resamplers.push(Resampler::new(shape.rate, coded_at as u32)?);
            }
        }
        let out = ogg_file(file, shape.channels as u8, skip as u16, shape.rate)?;
        Ok(Self {
            out,
            opus,
            resamplers,
            channels: shape.channels.into(),
            frame: coded_at as usize / 50,
            pending: Vec::new(),
            waiting: None,
            packets: 0,
            skip,
            sound: 0,
            rate: coded_at,
        })
    }

    fn take(&mut self, frames: &[i16]) -> anyhow::Result<()> {
        self.sound += (frames.len() / self.channels) as u64 * 48_000 / self.rate;
        self.pending.extend_from_slice(frames);
        let whole = self.frame * self.channels;
        let ready = self.pending.len() / whole * whole;
        let pending = self.pending.split_off(ready);
        let full = std::mem::replace(&mut self.pending, pending);
        full.chunks_exact(whole).try_for_each(|frame| self.packet(frame))
    }

    fn packet(&mut self, frame: &[i16]) -> anyhow::Result<()> {
        let mut packet = vec![0; 4000];
        let len = self.opus.encode(frame, &mut packet)?;
        packet.truncate(len);
        if let Some(before) = self.waiting.replace(packet) {
            self.packets += 1;
            // A page a second.
            let end = self.packets % 50 == 0;
            let end =
                if end { PacketWriteEndInfo::EndPage } else { PacketWriteEndInfo::NormalPacket };
            self.out.write_packet(before, SERIAL, end, self.packets * STEP)?;
        }
        Ok(())
    }
}

impl Sink for Encoder {
    fn frames(&mut self, frames: &[i16]) -> anyhow::Result<()> {
        if self.resamplers.is_empty() {
            return self.take(frames);
        }
        let parties: Vec<Vec<i16>> = (self.resamplers.iter_mut().enumerate())
            .map(|(channel, resampler)| {
                let own: Vec<i16> =
                    frames.iter().skip(channel).step_by(self.channels).copied().collect();
                let mut out = Vec::new();
                resampler.process(&own, &mut out);
                out
            })
            .collect();
        self.take(&interleaved(&parties))
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        let rest: Vec<Vec<i16>> = (self.resamplers.iter_mut())
            .map(|resampler| {
                let mut out = Vec::new();
                resampler.finish(&mut out);
                out
            })
            .collect();
        self.take(&interleaved(&rest))?;
        // What the coder still holds comes out behind silence; players cut that off.
        let end = self.skip + self.sound;
        let whole = self.frame * self.channels;
        while self.packets * STEP + if self.waiting.is_some() { STEP } else { 0 } < end.max(1) {
            let mut frame = std::mem::take(&mut self.pending);
            frame.resize(whole, 0);
            self.packet(&frame)?;
        }
        let last = self.waiting.take().unwrap_or_default();
        self.out.write_packet(last, SERIAL, PacketWriteEndInfo::EndStream, end)?;
        sync(self.out.into_inner())
    }
}

fn interleaved(parties: &[Vec<i16>]) -> Vec<i16> {
    let len = parties.iter().map(Vec::len).min().unwrap_or(0);
    (0..len).flat_map(|i| parties.iter().map(move |party| party[i])).collect()
}
