//! FLAC files, by crate flacenc, block by block.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};

use anyhow::{anyhow, ensure};
use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, Stream, StreamInfo};
use flacenc::config;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Context, Fill, FrameBuf};
use media_core::record::tlr::Shape;

use crate::export::{Sink, sync};

/// Samples of each channel in a block.
const BLOCK: usize = 4096;
const BITS: usize = 16;

pub(crate) struct Encoder {
    out: BufWriter<File>,
    config: Verified<config::Encoder>,
    info: StreamInfo,
    context: Context,
    channels: usize,
    /// Interleaved samples of the block in the making.
    pending: Vec<i32>,
    blocks: usize,
}

impl Encoder {
    pub(crate) fn new(file: File, shape: Shape) -> anyhow::Result<Self> {
        let channels = usize::from(shape.channels);
        ensure!(channels <= 8, "FLAC has at most 8 channels: export them --mixed");
        let config = config::Encoder::default().into_verified();
        let config = config.map_err(|(_, error)| anyhow!("FLAC settings: {error}"))?;
        let info = StreamInfo::new(shape.rate as usize, channels, BITS);
        let info = info.map_err(|error| anyhow!("FLAC cannot hold this: {error}"))?;
        let mut out = BufWriter::new(file);
        // Room for the header, which knows the sum of all samples.
        out.write_all(&header(&info)?)?;
        let context = Context::new(BITS, channels);
        let pending = Vec::with_capacity(BLOCK * channels);
        Ok(Self { out, config, info, context, channels, pending, blocks: 0 })
    }

    fn block(&mut self) -> anyhow::Result<()> {
        let wrong = |error: &dyn std::fmt::Display| anyhow!("FLAC: {error}");
        let frames = self.pending.len() / self.channels;
        let buffer = FrameBuf::with_size(self.channels, frames);
        let mut buffer = buffer.map_err(|error| wrong(&error))?;
        buffer.fill_interleaved(&self.pending).map_err(|error| wrong(&error))?;
        self.context.fill_interleaved(&self.pending).map_err(|error| wrong(&error))?;
        let frame =
            flacenc::encode_fixed_size_frame(&self.config, &buffer, self.blocks, &self.info)
                .map_err(|error| wrong(&error))?;
        self.info.update_frame_info(&frame);
        let mut sink = ByteSink::new();
        frame.write(&mut sink).map_err(|error| wrong(&error))?;
        self.out.write_all(sink.as_slice())?;
        self.blocks += 1;
        self.pending.clear();
        Ok(())
    }
}

fn header(info: &StreamInfo) -> anyhow::Result<Vec<u8>> {
    let mut sink = ByteSink::new();
    let written = Stream::with_stream_info(info.clone()).write(&mut sink);
    written.map_err(|error| anyhow!("FLAC: {error}"))?;
    Ok(sink.into_inner())
}

impl Sink for Encoder {
    fn frames(&mut self, frames: &[i16]) -> anyhow::Result<()> {
        let whole = BLOCK * self.channels;
        let mut rest = frames;
        while !rest.is_empty() {
            let len = rest.len().min(whole - self.pending.len());
            self.pending.extend(rest[..len].iter().map(|x| i32::from(*x)));
            rest = &rest[len..];
            if self.pending.len() == whole {
                self.block()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        if !self.pending.is_empty() {
            self.block()?;
        }
        // The last block, which may be shorter, does not count.
        let sizes = self.info.set_block_sizes(BLOCK, BLOCK);
        sizes.map_err(|error| anyhow!("FLAC: {error}"))?;
        self.info.set_total_samples(self.context.total_samples());
        self.info.set_md5_digest(&self.context.md5_digest());
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(&header(&self.info)?)?;
        sync(self.out)
    }
}
