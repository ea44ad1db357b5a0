//! How a program's words are laid out: every record is a run of 32-bit little-endian words, every
//! field knows how many it takes, how to read itself and how to be found wrong.

use core::marker::PhantomData;

#[cfg(feature = "std")]
use super::layout::Layout;
use super::{LoadError, check::Checker};

/// What stands for "nothing here" in a field that may be empty.
pub(crate) const NONE: u32 = u32::MAX;

/// The words of a program, read in place from bytes of any alignment.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a>(pub(crate) &'a [u8]);

/// The bytes of the longest record.
const LONGEST: usize = 4 * 16;

impl<'a> Words<'a> {
    /// A record's words, found to be there once, so that its fields need no second look; zeros
    /// beyond the end, which validation has ruled out.
    #[inline(always)]
    pub(crate) fn run(self, at: usize, count: usize) -> Self {
        static ZEROS: [u8; LONGEST] = [0; LONGEST];
        let start = at.wrapping_mul(4);
        match self.0.get(start..start.wrapping_add(count * 4)) {
            Some(run) => Words(run),
            None => Words(ZEROS.get(..count * 4).unwrap_or_default()),
        }
    }

    #[inline]
    pub(crate) fn len(self) -> usize {
        self.0.len() / 4
    }

    /// The word at an index; zero beyond the end, which validation has ruled out.
    #[inline(always)]
    pub(crate) fn get(self, at: usize) -> u32 {
        let start = at.wrapping_mul(4);
        match self.0.get(start..start.wrapping_add(4)) {
            Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
            _ => 0,
        }
    }
}

/// One field of a record.
pub(crate) trait Field: Copy {
    const WORDS: usize;
    fn get(words: Words<'_>, at: usize) -> Self;
    #[cfg(feature = "std")]
    fn put(self, out: &mut alloc::vec::Vec<u32>);
    fn check(self, checker: &mut Checker<'_>) -> Result<(), LoadError>;
    /// Lays what the field refers to down anew; the field as it is called there.
    #[cfg(feature = "std")]
    fn lay(self, layout: &mut Layout<'_>) -> Self {
        let _ = layout;
        self
    }
}

impl Field for u32 {
    const WORDS: usize = 1;

    #[inline(always)]
    fn get(words: Words<'_>, at: usize) -> Self {
        words.get(at)
    }

    #[cfg(feature = "std")]
    fn put(self, out: &mut alloc::vec::Vec<u32>) {
        out.push(self);
    }

    fn check(self, _: &mut Checker<'_>) -> Result<(), LoadError> {
        Ok(())
    }
}

impl Field for i64 {
    const WORDS: usize = 2;

    #[inline(always)]
    fn get(words: Words<'_>, at: usize) -> Self {
        let low = u64::from(words.get(at));
        let high = u64::from(words.get(at + 1));
        (low | high << 32) as Self
    }

    #[cfg(feature = "std")]
    fn put(self, out: &mut alloc::vec::Vec<u32>) {
        out.push(self as u32);
        out.push((self >> 32) as u32);
    }

    fn check(self, _: &mut Checker<'_>) -> Result<(), LoadError> {
        Ok(())
    }
}

/// Defines fields of one word that name something by index.
macro_rules! indices {
    ($($(#[$doc:meta])* $name:ident: $what:literal in $count:ident $(, $lay:ident)?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) u32);

        impl Field for $name {
            const WORDS: usize = 1;

            #[inline(always)]
    fn get(words: Words<'_>, at: usize) -> Self {
                Self(words.get(at))
            }

            #[cfg(feature = "std")]
            fn put(self, out: &mut alloc::vec::Vec<u32>) {
                out.push(self.0);
            }

            fn check(self, checker: &mut Checker<'_>) -> Result<(), LoadError> {
                if self.0 < checker.$count {
                    Ok(())
                } else {
                    Err(checker.wrong($what))
                }
            }

            $(#[cfg(feature = "std")]
            fn lay(self, layout: &mut Layout<'_>) -> Self {
                layout.$lay(self)
            })?
        }
    )*};
}

indices! {
    /// A string of the pool.
    Str: "string" in strings, string;
    /// A node.
    NodeId: "node" in nodes;
    /// A variable.
    VarId: "variable" in vars;
    /// A prompt resource.
    PromptId: "prompt" in prompts;
    /// A flow of the document.
    FlowId: "flow" in flows;
    /// A schedule.
    ScheduleId: "schedule" in schedules;
    /// A language.
    LangId: "language" in languages;
    /// A digit automaton.
    DfaId: "automaton" in dfas, dfa;
}

/// A field that may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opt<T>(pub(crate) Option<T>);

impl<T> Opt<T> {
    #[cfg(feature = "std")]
    pub(crate) const NONE: Self = Self(None);
}

impl<T: Field> Field for Opt<T> {
    const WORDS: usize = 1;

    #[inline(always)]
    fn get(words: Words<'_>, at: usize) -> Self {
        if words.get(at) == NONE { Self(None) } else { Self(Some(T::get(words, at))) }
    }

    #[cfg(feature = "std")]
    fn put(self, out: &mut alloc::vec::Vec<u32>) {
        match self.0 {
            Some(field) => field.put(out),
            None => out.push(NONE),
        }
    }

    fn check(self, checker: &mut Checker<'_>) -> Result<(), LoadError> {
        self.0.map_or(Ok(()), |field| field.check(checker))
    }

    #[cfg(feature = "std")]
    fn lay(self, layout: &mut Layout<'_>) -> Self {
        Self(self.0.map(|field| field.lay(layout)))
    }
}

/// A list of records: the index of a word that counts them, with the records behind it.
pub(crate) struct List<R> {
    pub(crate) at: u32,
    record: PhantomData<R>,
}

impl<R> Clone for List<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for List<R> {}

impl<R> core::fmt::Debug for List<R> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "List@{}", self.at)
    }
}

impl<R> List<R> {
    /// The empty list: word 0 of every program is a zero.
    pub(crate) const EMPTY: Self = Self { at: 0, record: PhantomData };

    /// Writes records behind others.
    #[cfg(feature = "std")]
    pub(crate) fn write(words: &mut alloc::vec::Vec<u32>, records: &[R]) -> Self
    where
        R: Field,
    {
        if records.is_empty() {
            return Self::EMPTY;
        }
        let at = words.len() as u32;
        words.push(records.len() as u32);
        records.iter().for_each(|record| record.put(words));
        Self { at, record: PhantomData }
    }
}

impl<R: Field> List<R> {
    #[inline(always)]
    pub(crate) fn len(self, words: Words<'_>) -> u32 {
        words.get(self.at as usize)
    }

    /// The record at an index below [`Self::len`].
    #[inline(always)]
    pub(crate) fn at(self, words: Words<'_>, index: u32) -> R {
        R::get(words, self.at as usize + 1 + index as usize * R::WORDS)
    }

    /// The record at an index, if there is one.
    #[inline(always)]
    pub(crate) fn get(self, words: Words<'_>, index: u32) -> Option<R> {
        (index < self.len(words)).then(|| self.at(words, index))
    }

    pub(crate) fn iter<'a>(self, words: Words<'a>) -> impl Iterator<Item = R> + use<'a, R> {
        (0..self.len(words)).map(move |index| self.at(words, index))
    }
}

impl<R: Field> Field for List<R> {
    const WORDS: usize = 1;

    #[inline(always)]
    fn get(words: Words<'_>, at: usize) -> Self {
        Self { at: words.get(at), record: PhantomData }
    }

    #[cfg(feature = "std")]
    fn put(self, out: &mut alloc::vec::Vec<u32>) {
        out.push(self.at);
    }

    fn check(self, checker: &mut Checker<'_>) -> Result<(), LoadError> {
        let words = checker.words;
        let count = self.len(words);
        checker.span(self.at, count, R::WORDS)?;
        for record in self.iter(words) {
            record.check(checker)?;
        }
        Ok(())
    }

    #[cfg(feature = "std")]
    fn lay(self, layout: &mut Layout<'_>) -> Self {
        let records: alloc::vec::Vec<R> =
            self.iter(layout.from).map(|record| record.lay(layout)).collect();
        layout.list(&records)
    }
}

/// Defines records: their fields in order, and from that how they are read, written and checked.
macro_rules! records {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name {
            $($(#[$fdoc])* pub(crate) $field: $ty,)*
        }

        impl $crate::program::words::Field for $name {
            const WORDS: usize = 0 $(+ <$ty as $crate::program::words::Field>::WORDS)*;

            #[allow(unused, reason = "the last field needs no next one, an empty record nothing")]
            #[inline(always)]
            fn get(words: $crate::program::words::Words<'_>, at: usize) -> Self {
                let words = words.run(at, Self::WORDS);
                let mut at = 0;
                $(
                    let $field = <$ty as $crate::program::words::Field>::get(words, at);
                    at += <$ty as $crate::program::words::Field>::WORDS;
                )*
                Self { $($field,)* }
            }

            #[cfg(feature = "std")]
            #[allow(unused_variables, reason = "an empty record writes nothing")]
            fn put(self, out: &mut alloc::vec::Vec<u32>) {
                $($crate::program::words::Field::put(self.$field, out);)*
            }

            #[allow(unused_variables, reason = "an empty record has nothing to check")]
            fn check(
                self,
                checker: &mut $crate::program::check::Checker<'_>,
            ) -> Result<(), $crate::program::LoadError> {
                $($crate::program::words::Field::check(self.$field, checker)?;)*
                Ok(())
            }

            #[cfg(feature = "std")]
            #[allow(unused_variables, reason = "an empty record refers to nothing")]
            fn lay(self, layout: &mut $crate::program::layout::Layout<'_>) -> Self {
                Self { $($field: $crate::program::words::Field::lay(self.$field, layout),)* }
            }
        }
    )*};
}
pub(crate) use records;
