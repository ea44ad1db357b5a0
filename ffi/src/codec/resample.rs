//! Conversion of sample rates by media-core.

use media_core::resample::Resampler;

use crate::guard::Failure;

#[derive(Debug)]
pub(crate) struct Converter {
    resampler: Resampler,
    /// What is finished and has not been taken, from `taken` on.
    finished: Vec<i16>,
    taken: usize,
}

pub(super) fn converter(from: u32, to: u32) -> Result<Converter, Failure> {
    let resampler = Resampler::new(from, to).map_err(Failure::argument)?;
    Ok(Converter { resampler, finished: Vec::new(), taken: 0 })
}

impl Converter {
    pub(super) fn feed(&mut self, pcm: &[i16]) {
        self.finished.drain(..self.taken);
        self.taken = 0;
        self.resampler.process(pcm, &mut self.finished);
    }

    pub(super) fn finish(&mut self) {
        self.resampler.finish(&mut self.finished);
    }

    pub(super) fn take(&mut self, out: &mut [i16]) -> usize {
        let left = &self.finished[self.taken..];
        let count = left.len().min(out.len());
        out[..count].copy_from_slice(&left[..count]);
        self.taken += count;
        count
    }
}
