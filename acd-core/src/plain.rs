//! Values as bytes, little-endian, field after field: what snapshots and state hashes are made of.

use crate::time::Time;

/// Where bytes go: into a buffer, or into a hash.
pub(crate) trait Sink {
    fn word(&mut self, word: u64, bytes: usize);
}

/// Where bytes come from. Reads past the end give zeros and are remembered.
pub(crate) struct Source<'a> {
    bytes: &'a [u8],
    pub(crate) failed: bool,
}

impl<'a> Source<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, failed: false }
    }

    pub(crate) fn word(&mut self, bytes: usize) -> u64 {
        let Some((head, rest)) = self.bytes.split_at_checked(bytes) else {
            self.failed = true;
            return 0;
        };
        self.bytes = rest;
        head.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// A code that stands for nothing.
    pub(crate) fn unknown<T: Default>(&mut self) -> T {
        self.failed = true;
        T::default()
    }
}

/// A value that can be written and read back.
pub(crate) trait Plain: Sized {
    fn put(&self, sink: &mut dyn Sink);
    fn get(source: &mut Source<'_>) -> Self;
}

/// Integers as they are.
macro_rules! integers {
    ($($int:ty),*) => {$(
        impl Plain for $int {
            fn put(&self, sink: &mut dyn Sink) {
                sink.word(*self as u64, size_of::<Self>());
            }
            fn get(source: &mut Source<'_>) -> Self {
                source.word(size_of::<Self>()) as Self
            }
        }
    )*};
}
integers!(u8, u16, u32, u64, i32);

impl Plain for bool {
    fn put(&self, sink: &mut dyn Sink) {
        sink.word(u64::from(*self), 1);
    }

    fn get(source: &mut Source<'_>) -> Self {
        match source.word(1) {
            0 => false,
            1 => true,
            _ => source.unknown(),
        }
    }
}

impl<T: Plain> Plain for Option<T> {
    fn put(&self, sink: &mut dyn Sink) {
        self.is_some().put(sink);
        if let Some(value) = self {
            value.put(sink);
        }
    }

    fn get(source: &mut Source<'_>) -> Self {
        bool::get(source).then(|| T::get(source))
    }
}

impl<T: Plain + Copy + Default, const N: usize> Plain for [T; N] {
    fn put(&self, sink: &mut dyn Sink) {
        self.iter().for_each(|value| value.put(sink));
    }

    fn get(source: &mut Source<'_>) -> Self {
        let mut all = [T::default(); N];
        all.iter_mut().for_each(|value| *value = T::get(source));
        all
    }
}

impl<A: Plain, B: Plain> Plain for (A, B) {
    fn put(&self, sink: &mut dyn Sink) {
        self.0.put(sink);
        self.1.put(sink);
    }

    fn get(source: &mut Source<'_>) -> Self {
        (A::get(source), B::get(source))
    }
}

impl<A: Plain, B: Plain, C: Plain> Plain for (A, B, C) {
    fn put(&self, sink: &mut dyn Sink) {
        self.0.put(sink);
        self.1.put(sink);
        self.2.put(sink);
    }

    fn get(source: &mut Source<'_>) -> Self {
        (A::get(source), B::get(source), C::get(source))
    }
}

impl Plain for Time {
    fn put(&self, sink: &mut dyn Sink) {
        self.0.put(sink);
    }

    fn get(source: &mut Source<'_>) -> Self {
        Self(u64::get(source))
    }
}

/// A structure field after field, or an enumeration by code.
macro_rules! plain {
    (struct $name:ty { $($field:ident),* $(,)? }) => {
        impl $crate::plain::Plain for $name {
            fn put(&self, sink: &mut dyn $crate::plain::Sink) {
                $(self.$field.put(sink);)*
            }
            fn get(source: &mut $crate::plain::Source<'_>) -> Self {
                Self { $($field: $crate::plain::Plain::get(source)),* }
            }
        }
    };
    (enum $name:ident { $($code:literal $variant:ident $(($($value:ident),*))? $({$($field:ident),*})?),* $(,)? }) => {
        impl $crate::plain::Plain for $name {
            fn put(&self, sink: &mut dyn $crate::plain::Sink) {
                match self {
                    $(Self::$variant $(($($value),*))? $({$($field),*})? => {
                        sink.word($code, 1);
                        $($($value.put(sink);)*)?
                        $($($field.put(sink);)*)?
                    })*
                }
            }
            fn get(source: &mut $crate::plain::Source<'_>) -> Self {
                match source.word(1) {
                    $($code => {
                        $($(let $value = $crate::plain::Plain::get(source);)*)?
                        $($(let $field = $crate::plain::Plain::get(source);)*)?
                        Self::$variant $(($($value),*))? $({$($field),*})?
                    })*
                    _ => source.unknown(),
                }
            }
        }
    };
}
pub(crate) use plain;

/// A hash of words: FNV-1a over 64 bits, stirred so that every bit counts.
#[derive(Clone, Copy)]
pub(crate) struct Hash(pub(crate) u64);

impl Hash {
    pub(crate) const START: Self = Self(0xCBF2_9CE4_8422_2325);
}

impl Sink for Hash {
    fn word(&mut self, word: u64, _: usize) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = (mixed ^ (mixed >> 29)).wrapping_mul(0x0000_0100_0000_01B3);
    }
}

/// A buffer; what does not fit is counted all the same.
pub(crate) struct Buffer<'a> {
    bytes: &'a mut [u8],
    pub(crate) len: usize,
}

impl<'a> Buffer<'a> {
    pub(crate) fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes, len: 0 }
    }
}

impl Sink for Buffer<'_> {
    fn word(&mut self, word: u64, bytes: usize) {
        for (i, byte) in word.to_le_bytes().into_iter().take(bytes).enumerate() {
            if let Some(place) = self.bytes.get_mut(self.len + i) {
                *place = byte;
            }
        }
        self.len += bytes;
    }
}
