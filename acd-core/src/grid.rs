//! A table of queues by kinds (classes of calls, profiles of agents): where the list for each
//! pair begins, and a bit for each that has somebody in it.

use crate::error::{Error, Table};
use crate::plain::{Plain, Sink, Source};
use crate::slab::NIL;
use crate::storage::Storage;

pub(crate) struct Grid<'a> {
    first: Storage<'a, u32>,
    some: Storage<'a, u64>,
    kinds: usize,
}

impl<'a> Grid<'a> {
    pub(crate) fn new(
        mut first: Storage<'a, u32>,
        mut some: Storage<'a, u64>,
        rows: usize,
        kinds: usize,
    ) -> Result<Self, Error> {
        if first.len() < rows * kinds || some.len() < rows * words(kinds) {
            return Err(Error::Full(Table::Index));
        }
        first.fill(NIL);
        some.fill(0);
        Ok(Self { first, some, kinds })
    }

    pub(crate) fn put(&self, sink: &mut dyn Sink) {
        self.first.iter().for_each(|first| first.put(sink));
        self.some.iter().for_each(|some| some.put(sink));
    }

    pub(crate) fn get(&mut self, source: &mut Source<'_>) {
        self.first.iter_mut().for_each(|x| *x = Plain::get(source));
        self.some.iter_mut().for_each(|x| *x = Plain::get(source));
    }

    pub(crate) fn kinds(&self) -> u16 {
        self.kinds as u16
    }

    /// The first of the list of a pair.
    pub(crate) fn first(&self, row: u32, kind: u16) -> u32 {
        self.first[row as usize * self.kinds + usize::from(kind)]
    }

    pub(crate) fn set_first(&mut self, row: u32, kind: u16, first: u32) {
        self.first[row as usize * self.kinds + usize::from(kind)] = first;
    }

    pub(crate) fn set_some(&mut self, row: u32, kind: u16, some: bool) {
        let word = row as usize * words(self.kinds) + usize::from(kind / 64);
        let bit = 1 << (kind % 64);
        if some {
            self.some[word] |= bit;
        } else {
            self.some[word] &= !bit;
        }
    }

    /// The kinds of a row that have somebody and are in the mask.
    pub(crate) fn among(&self, row: u32, mask: &[u64]) -> impl Iterator<Item = u16> {
        let some = self.some_of(row).iter();
        some.zip(mask).zip(0..).flat_map(|((some, mask), word)| bits(some & mask, word))
    }

    /// The kinds of a row that have somebody.
    pub(crate) fn filled(&self, row: u32) -> impl Iterator<Item = u16> {
        self.some_of(row).iter().zip(0..).flat_map(|(some, word)| bits(*some, word))
    }

    fn some_of(&self, row: u32) -> &[u64] {
        let words = words(self.kinds);
        let start = row as usize * words;
        &self.some[start..start + words]
    }
}

/// The numbers of the bits of one word among many.
fn bits(mut bits: u64, word: u16) -> impl Iterator<Item = u16> {
    core::iter::from_fn(move || {
        let bit = bits.trailing_zeros() as u16;
        bits &= bits.wrapping_sub(1);
        (bit < 64).then_some(word * 64 + bit)
    })
}

/// Words that so many bits take.
pub(crate) const fn words(bits: usize) -> usize {
    bits.div_ceil(64)
}
