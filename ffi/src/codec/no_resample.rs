//! What stands for the converter in a library built without: an object of which there never is one.

use crate::guard::Failure;

#[derive(Debug)]
pub(crate) enum Converter {}

pub(super) fn converter(_from: u32, _to: u32) -> Result<Converter, Failure> {
    Err(super::built_without("resample"))
}

impl Converter {
    pub(super) fn feed(&mut self, _: &[i16]) {
        match *self {}
    }

    pub(super) fn finish(&mut self) {
        match *self {}
    }

    pub(super) fn take(&mut self, _: &mut [i16]) -> usize {
        match *self {}
    }
}
