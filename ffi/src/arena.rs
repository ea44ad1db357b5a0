//! Cutting a caller's block of memory into an object and its tables.

use crate::guard::Failure;
use crate::{TL_ALIGN, tl_status};

/// A block that is being cut up, or, with no memory under it, a measuring tape: the same code that
/// lays an object out therefore also says how large it is, and the two cannot disagree.
pub(crate) struct Arena {
    base: *mut u8,
    len: usize,
    used: usize,
}

impl Arena {
    /// An arena that only measures; every table it gives is empty.
    pub(crate) fn measure() -> Self {
        Self { base: core::ptr::null_mut(), len: usize::MAX / 2, used: 0 }
    }

    /// # Safety
    /// `memory` must be valid for reads and writes of `len` bytes for as long as anything taken
    /// from the arena lives, and nothing else may touch it.
    pub(crate) unsafe fn over(memory: *mut u8, len: usize) -> Result<Self, Failure> {
        if memory.is_null() {
            return Err(Failure::null("memory"));
        }
        if memory.addr() % TL_ALIGN != 0 {
            return Err(Failure::new(
                tl_status::TL_ERR_ALIGN,
                format_args!("memory at {memory:p} is not aligned to {TL_ALIGN}"),
            ));
        }
        Ok(Self { base: memory, len: len.min(isize::MAX as usize), used: 0 })
    }

    /// Bytes cut off so far, rounded up to whole alignments.
    pub(crate) fn used(&self) -> usize {
        self.used.next_multiple_of(TL_ALIGN)
    }

    fn cut(&mut self, size: Option<usize>, align: usize) -> Result<usize, Failure> {
        // A block begins at a multiple of TL_ALIGN, no more is known before there is one: while
        // measuring, a table that wants to begin at a line of the cache may have to wait the longest.
        let start = if align <= TL_ALIGN {
            self.used.checked_next_multiple_of(align)
        } else if self.base.is_null() {
            let start = self.used.checked_next_multiple_of(TL_ALIGN);
            start.and_then(|start| start.checked_add(align - TL_ALIGN))
        } else {
            let here = self.base.addr().checked_add(self.used);
            let start = here.and_then(|here| here.checked_next_multiple_of(align));
            start.map(|start| start - self.base.addr())
        };
        let end = start.zip(size).and_then(|(start, size)| start.checked_add(size));
        match start.zip(end) {
            Some((start, end)) if end <= self.len => {
                self.used = end;
                Ok(start)
            }
            _ if self.base.is_null() => Err(Failure::argument(
                "the limits ask for more memory than the machine can address",
            )),
            _ => Err(Failure::new(
                tl_status::TL_ERR_MEMORY,
                format_args!("a block of {} bytes is too small for these limits", self.len),
            )),
        }
    }

    /// Room for one `T`, not yet written; `None` while measuring.
    pub(crate) fn one<T>(&mut self) -> Result<Option<*mut T>, Failure> {
        let start = self.cut(Some(size_of::<T>()), align_of::<T>())?;
        if self.base.is_null() {
            return Ok(None);
        }
        // SAFETY: `cut` proved that start + size_of::<T>() lies within the block.
        Ok(Some(unsafe { self.base.add(start) }.cast()))
    }

    /// A table of `n` empty slots.
    pub(crate) fn slots<T: Default + Clone + 'static>(
        &mut self,
        n: u32,
    ) -> Result<&'static mut [T], Failure> {
        self.table(n as usize, T::default())
    }

    /// A table of `n` copies of `empty`.
    pub(crate) fn table<T: Clone + 'static>(
        &mut self,
        n: usize,
        empty: T,
    ) -> Result<&'static mut [T], Failure> {
        let start = self.cut(n.checked_mul(size_of::<T>()), align_of::<T>())?;
        if self.base.is_null() {
            return Ok(&mut []);
        }
        const { assert!(!core::mem::needs_drop::<T>()) };
        // SAFETY: `cut` proved that the n elements lie within the block, and it never gives the
        // same bytes twice; block and `start` together are aligned to T; each element is
        // written before the slice exists. The caller of `over` vouched for the lifetime.
        unsafe {
            let first: *mut T = self.base.add(start).cast();
            for i in 0..n {
                first.add(i).write(empty.clone());
            }
            Ok(core::slice::from_raw_parts_mut(first, n))
        }
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    #[repr(align(16))]
    struct Block([u8; 256]);

    fn lay(arena: &mut Arena) -> Result<(&'static mut [u64], &'static mut [u8]), Failure> {
        let _head: Option<*mut u32> = arena.one()?;
        let bytes = arena.table(3, 7u8)?;
        Ok((arena.table(4, 9u64)?, bytes))
    }

    #[test]
    fn measures_exactly_what_it_takes() {
        let mut tape = Arena::measure();
        lay(&mut tape).unwrap();
        assert_eq!(tape.used(), 48); // 4 + 3, up to 8, + 32, up to 16

        let mut block = Box::new(Block([0; 256]));
        // SAFETY: the block outlives everything taken from it in this test.
        let mut arena = unsafe { Arena::over(block.0.as_mut_ptr(), 40) }.unwrap();
        let (words, bytes) = lay(&mut arena).unwrap();
        assert_eq!(words, [9; 4]);
        assert_eq!(bytes, [7; 3]);
        assert_eq!(arena.used(), tape.used());
    }

    #[repr(align(64))]
    #[derive(Clone)]
    struct Wide([u8; 64]);

    impl Default for Wide {
        fn default() -> Self {
            Self([0; 64])
        }
    }

    fn lay_wide(arena: &mut Arena) -> Result<&'static mut [Wide], Failure> {
        arena.table(5, 1u8)?;
        arena.slots(2)
    }

    #[test]
    fn a_table_of_lines_begins_at_a_line_wherever_the_block_does() {
        let mut tape = Arena::measure();
        lay_wide(&mut tape).unwrap();
        let mut block = Box::new([Wide([0; 64]), Wide([0; 64]), Wide([0; 64]), Wide([0; 64])]);
        for from in [0, 16, 32, 48] {
            let start = block[0].0.as_mut_ptr().wrapping_add(from);
            // SAFETY: from + used is at most 48 + 192; nothing of the last turn lives any more.
            let mut arena = unsafe { Arena::over(start, tape.used()) }.unwrap();
            let lines = lay_wide(&mut arena).unwrap();
            assert_eq!((lines.len(), lines.as_ptr().addr() % 64), (2, 0));
        }
    }

    #[test]
    fn refuses_a_short_a_crooked_and_an_absent_block() {
        let mut block = Box::new(Block([0; 256]));
        let base = block.0.as_mut_ptr();
        // SAFETY: as above.
        let mut arena = unsafe { Arena::over(base, 39) }.unwrap();
        assert_eq!(lay(&mut arena).unwrap_err().status, tl_status::TL_ERR_MEMORY);
        // SAFETY: as above.
        let crooked = unsafe { Arena::over(base.add(8), 100) };
        assert_eq!(crooked.err().unwrap().status, tl_status::TL_ERR_ALIGN);
        // SAFETY: no memory at all.
        let absent = unsafe { Arena::over(core::ptr::null_mut(), 100) };
        assert_eq!(absent.err().unwrap().status, tl_status::TL_ERR_NULL);

        let mut tape = Arena::measure();
        let too_many = tape.table(usize::MAX / 4, 0u64).unwrap_err();
        assert_eq!(too_many.status, tl_status::TL_ERR_ARGUMENT);
    }
}
