//! A model, its cells and a range coder at work on the samples of a block.

use super::block::{BlockError, Samples, SamplesMut};
use super::deep::{self, Fast, High, Max};
use super::front::Scheme;
use super::law::{ALAW, CELLS, Format, Law, ULAW};
use super::live::{self, Live};
use super::model::{Grid, Model, Port};
use super::range::ONE;
use super::tone::{Tone, Toned};

/// The channel a block is coded beside.
#[derive(Clone, Copy)]
pub(super) struct Other<'a> {
    pub(super) samples: Samples<'a>,
    /// How many samples later the newest of it that is listened to is heard.
    pub(super) shift: i32,
}

impl Other<'_> {
    #[inline]
    fn at(&self, i: usize) -> i16 {
        let at = i as i64 - i64::from(self.shift);
        usize::try_from(at).map_or(0, |at| self.samples.linear(at))
    }
}

/// What a block's samples are coded with.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) scheme: Scheme,
    pub(super) format: Format,
    pub(super) count: usize,
    /// The tone that they begin within.
    pub(super) tone: Option<&'a Tone>,
    pub(super) other: Option<Other<'a>>,
}

/// Runs a model over the samples.
pub(super) fn run<P: Port, T: Track>(
    job: Job<'_>,
    port: &mut P,
    track: &mut T,
    memory: &mut [f64],
) -> Result<(), BlockError> {
    let (need, room) = (deep::MAX_MEMORY, memory.len());
    let tables = memory.first_chunk_mut().ok_or(BlockError::NoMemory { need, room });
    let mut work = Work { job, port, track };
    match (job.scheme, job.other.is_some()) {
        (Scheme::Live, false) => work.code(&mut Live::<live::Deaf>::new()),
        (Scheme::Fast, false) => work.code(&mut Fast::<deep::Deaf>::new()),
        (Scheme::High(start), false) => work.toned(&mut High::alone(start)),
        (Scheme::Max(start), false) => work.toned(&mut Max::alone(start, tables?)),
        (Scheme::Live, true) => work.code(&mut Live::<live::Echo>::new()),
        (Scheme::Fast, true) => work.code(&mut Fast::<deep::Echo<16>>::new()),
        (Scheme::High(start), true) => work.toned(&mut High::beside(start)),
        (Scheme::Max(start), true) => work.toned(&mut Max::beside(start, tables?)),
    }
    Ok(())
}

struct Work<'a, P, T> {
    job: Job<'a>,
    port: &'a mut P,
    track: &'a mut T,
}

impl<P: Port, T: Track> Work<'_, P, T> {
    /// With a model that looks on while a tone lasts, if there is one.
    fn toned<M: Model>(&mut self, model: &mut M) {
        self.code(&mut Toned::new(model, self.job.tone));
    }

    #[inline]
    fn code<M: Model>(&mut self, model: &mut M) {
        match self.job.format {
            Format::Ulaw => self.stretch(model, |m, p, known| g711(m, p, &ULAW, known)),
            Format::Alaw => self.stretch(model, |m, p, known| g711(m, p, &ALAW, known)),
            Format::Pcm16 => self.stretch(model, pcm),
        }
    }

    /// Codes the samples through `sample`, and long runs of one value beside it: the model rests
    /// while they last.
    #[inline]
    fn stretch<M: Model>(&mut self, model: &mut M, sample: impl Fn(&mut M, &mut P, u16) -> u16) {
        let (mut last, mut run, mut same_again) = (0, 0, ONE / 2);
        for i in 0..self.job.count {
            let known = self.track.get(i);
            model.hear(self.job.other.map_or(0, |other| other.at(i)));
            if run >= RUN {
                let same = self.port.bit(known == last, same_again);
                if same {
                    same_again += (ONE - RARE - same_again) >> 4;
                    self.track.put(i, last);
                    continue;
                }
                same_again -= (same_again - RARE) >> 4;
                run = 0;
            }
            let value = sample(model, self.port, known);
            run = if value == last { run + 1 } else { 0 };
            last = value;
            self.track.put(i, value);
        }
    }
}

/// Equal samples in a row after which "the same again" becomes a decision of its own.
const RUN: u32 = 16;
/// The least chance of either answer to it.
const RARE: u32 = 32;

/// The samples beside a [`Port`]: an encoder's are read, a decoder's written.
pub(super) trait Track {
    fn get(&self, i: usize) -> u16;
    fn put(&mut self, i: usize, sample: u16);
}

pub(super) struct Input<'a>(pub(super) Samples<'a>);

impl Track for Input<'_> {
    #[inline]
    fn get(&self, i: usize) -> u16 {
        match self.0 {
            Samples::Ulaw(s) | Samples::Alaw(s) => u16::from(s[i]),
            Samples::Pcm16(s) => s[i] as u16,
        }
    }

    fn put(&mut self, _: usize, _: u16) {}
}

pub(super) struct Output<'a>(pub(super) SamplesMut<'a>);

impl Track for Output<'_> {
    fn get(&self, _: usize) -> u16 {
        0
    }

    #[inline]
    fn put(&mut self, i: usize, sample: u16) {
        match &mut self.0 {
            SamplesMut::G711(s) => s[i] = sample as u8,
            SamplesMut::Pcm16(s) => s[i] = sample as i16,
        }
    }
}

#[inline]
fn g711<M: Model, P: Port>(model: &mut M, port: &mut P, law: &Law, known: u16) -> u16 {
    model.forecast();
    let cell = model.cell(port, law, law.cell(known as u8)) & (CELLS - 1);
    model.update(law.value[cell]);
    u16::from(law.code(cell))
}

#[inline]
fn pcm<M: Model, P: Port>(model: &mut M, port: &mut P, known: u16) -> u16 {
    let grid = Grid::new(model.forecast());
    let (cell, part) = grid.split(known as i16);
    let cell = model.cell(port, &grid, cell);
    let value = grid.finish(port, cell, known as i16, part);
    model.update(value);
    value as u16
}
