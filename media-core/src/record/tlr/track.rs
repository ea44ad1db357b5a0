//! What a writer keeps of a channel between two blocks.

use alloc::vec::Vec;

use super::content::{Channel, Coding, PEAK_MS, Peaks};
use super::writer::Options;
use crate::record::law::{ALAW, ULAW};
use crate::record::{Format, MAX_SAMPLES, Samples};

/// Columns of the picture before a part of it is written: 102 seconds.
const PEAKS_PART: u64 = 1024;

pub(super) enum Pending {
    Bytes(Vec<u8>),
    Pcm(Vec<i16>),
    /// Packets as stored, their number, and the samples they cover.
    Packets(Vec<u8>, u64, u64),
}

/// One channel of a recording being written.
pub(super) struct Track {
    pub(super) coding: Coding,
    pub(super) rate: u32,
    pub(super) block: usize,
    /// Whether blocks end where those of the other channel do.
    aligned: bool,
    /// Where the pending block begins.
    pub(super) start: u64,
    pub(super) pending: Pending,
    pub(super) peaks: Peaks,
    pub(super) paused: Option<u64>,
}

impl Track {
    pub(super) fn new(number: u8, channel: &Channel, options: &Options) -> Self {
        let samples = u64::from(channel.rate) * u64::from(options.block_ms) / 1000;
        let most = options.level.max_samples().min(MAX_SAMPLES / 4);
        let block = samples.clamp(1, most as u64) as usize;
        let pending = match channel.coding {
            Coding::Lossless(Format::Pcm16) => Pending::Pcm(Vec::with_capacity(block)),
            Coding::Lossless(_) => Pending::Bytes(Vec::with_capacity(block)),
            Coding::Opus => Pending::Packets(Vec::new(), 0, 0),
        };
        Self {
            coding: channel.coding,
            rate: channel.rate,
            block,
            aligned: options.echo,
            start: 0,
            pending,
            peaks: Peaks { channel: number, first: 0, levels: Vec::new() },
            paused: None,
        }
    }

    pub(super) fn pending_len(&self) -> u64 {
        match &self.pending {
            Pending::Bytes(b) => b.len() as u64,
            Pending::Pcm(s) => s.len() as u64,
            Pending::Packets(.., samples) => *samples,
        }
    }

    /// How many samples the pending block will hold.
    pub(super) fn capacity(&self) -> u64 {
        let block = self.block as u64;
        if self.aligned { block - self.start % block } else { block }
    }

    /// Forgets the pending block, which was written.
    pub(super) fn clear(&mut self) {
        self.start = self.end();
        match &mut self.pending {
            Pending::Bytes(b) => b.clear(),
            Pending::Pcm(s) => s.clear(),
            Pending::Packets(bytes, count, covered) => {
                bytes.clear();
                (*count, *covered) = (0, 0);
            }
        }
    }

    pub(super) fn end(&self) -> u64 {
        self.start + self.pending_len()
    }

    pub(super) fn samples(&self) -> Option<Samples<'_>> {
        match (&self.pending, self.coding) {
            (Pending::Bytes(b), Coding::Lossless(Format::Ulaw)) => Some(Samples::Ulaw(b)),
            (Pending::Bytes(b), _) => Some(Samples::Alaw(b)),
            (Pending::Pcm(s), _) => Some(Samples::Pcm16(s)),
            (Pending::Packets(..), _) => None,
        }
    }

    /// Samples a column of the picture covers.
    fn column(&self) -> u64 {
        (u64::from(self.rate) * u64::from(PEAK_MS) / 1000).max(1)
    }

    /// A part of the picture that the pending samples cannot change, when it is time to write one.
    pub(super) fn picture_part(&mut self) -> Option<Peaks> {
        let reached = self.start / self.column();
        let columns = reached - self.peaks.first;
        if columns < PEAKS_PART {
            return None;
        }
        let whole = self.peaks.levels.len().min(usize::try_from(columns).unwrap_or(usize::MAX));
        let Peaks { channel, first, .. } = self.peaks;
        let levels: Vec<u8> = self.peaks.levels.drain(..whole).collect();
        self.peaks.first = reached;
        (!levels.is_empty()).then_some(Peaks { channel, first, levels })
    }

    /// Adds the pending samples to the picture.
    pub(super) fn draw(&mut self) {
        let (step, before) = (self.column(), self.peaks.first);
        let (start, mut levels) = (self.start, core::mem::take(&mut self.peaks.levels));
        let mut add = |i: usize, value: i16| {
            // Less than a part and a block: `picture_part` was asked before.
            let at = ((start + i as u64) / step - before) as usize;
            if levels.len() <= at {
                levels.resize(at + 1, 0);
            }
            levels[at] = levels[at].max((value.unsigned_abs() >> 8).min(127) as u8);
        };
        match self.samples() {
            Some(Samples::Ulaw(b)) => {
                b.iter().enumerate().for_each(|(i, c)| add(i, ULAW.value[ULAW.cell(*c)]));
            }
            Some(Samples::Alaw(b)) => {
                b.iter().enumerate().for_each(|(i, c)| add(i, ALAW.value[ALAW.cell(*c)]));
            }
            Some(Samples::Pcm16(s)) => s.iter().enumerate().for_each(|(i, x)| add(i, *x)),
            None => {}
        }
        self.peaks.levels = levels;
    }
}
