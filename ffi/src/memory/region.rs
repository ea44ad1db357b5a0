//! The library's allocator: a region that was handed over, or the system's.
//!
//! Inside a region blocks are found by TLSF (crate rlsf): constant time, and no more lost between
//! blocks than a thirty-second of their size. Whose a block is, its address says, so that blocks of
//! the system and of the region live beside each other, and a region may come and go at any time.

use core::cell::UnsafeCell;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, Ordering};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Once;

use rlsf::{GRANULARITY, Tlsf};

use super::lock::Lock;
use super::tl_memory_stats;
use crate::guard::Failure;
use crate::tl_status;

/// Everything that Rust code of the library allocates comes from here.
#[global_allocator]
static HEAP: Heap = Heap::new();

/// Free blocks by size: 28 powers of two from `GRANULARITY` on, each in 32 steps.
type Lists = Tlsf<'static, u32, u32, 28, 32>;

struct Heap {
    /// Whether there is a region: all that a library without one looks at.
    active: AtomicBool,
    prepared: Once,
    lock: Lock,
    inside: UnsafeCell<Inside>,
}

// SAFETY: `inside` is only looked at under the lock; the blocks in it are whoever's they were given to.
unsafe impl Sync for Heap {}

struct Inside {
    lists: Lists,
    start: usize,
    stats: tl_memory_stats,
}

/// What a block takes in the region, or for a great alignment at most: rlsf rounds up, and puts a header of half a granule
/// before it, and before that whatever an alignment beyond that asks for.
fn footprint(layout: Layout) -> u64 {
    let before = layout.align().max(GRANULARITY / 2);
    (layout.size() + before).next_multiple_of(GRANULARITY) as u64
}

impl Inside {
    fn holds(&self, block: *mut u8) -> bool {
        (block.addr().wrapping_sub(self.start) as u64) < self.stats.size
    }

    fn take(&mut self, layout: Layout) -> Option<NonNull<u8>> {
        // The region may have gone since the caller looked.
        if self.stats.size == 0 {
            return None;
        }
        let Some(block) = self.lists.allocate(layout) else {
            self.stats.overflows += 1;
            self.stats.overflowed += layout.size() as u64;
            return None;
        };
        self.stats.blocks += 1;
        self.grow(footprint(layout));
        Some(block)
    }

    fn grow(&mut self, by: u64) {
        self.stats.used += by;
        self.stats.peak = self.stats.peak.max(self.stats.used);
    }

    /// # Safety
    /// `block` was given by some allocator of the process, for this layout, and lives.
    unsafe fn give_back(&mut self, block: *mut u8, layout: Layout) -> bool {
        if !self.holds(block) {
            return false;
        }
        // SAFETY: a live block in the region came from `take`; it is not NULL, as the region is not.
        unsafe { self.lists.deallocate(NonNull::new_unchecked(block), layout.align()) };
        self.stats.blocks -= 1;
        self.stats.used -= footprint(layout);
        true
    }

    /// Makes a block shorter where it is, if it lies here.
    ///
    /// # Safety
    /// As [`give_back`](Self::give_back); `to` has the same alignment and is not longer.
    unsafe fn shorten(&mut self, block: *mut u8, from: Layout, to: Layout) -> bool {
        if !self.holds(block) {
            return false;
        }
        // SAFETY: as in `give_back`.
        let same = unsafe { self.lists.reallocate(NonNull::new_unchecked(block), to) };
        debug_assert!(same.is_some_and(|same| same.as_ptr() == block));
        self.stats.used -= footprint(from);
        self.grow(footprint(to));
        true
    }
}

/// Why a region is not accepted, or not given back.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    Already,
    TooSmall,
    None,
    Blocks(u64),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Already => Self::new(tl_status::TL_ERR_IN_USE, "there is a region already"),
            Refusal::TooSmall => Self::new(tl_status::TL_ERR_MEMORY, "the region is too small"),
            Refusal::None => Self::argument("there is no region"),
            Refusal::Blocks(blocks) => Self::new(
                tl_status::TL_ERR_IN_USE,
                format_args!("{blocks} blocks of the region are in use"),
            ),
        }
    }
}

impl Heap {
    const fn new() -> Self {
        Self {
            active: AtomicBool::new(false),
            prepared: Once::new(),
            lock: Lock::new(),
            inside: UnsafeCell::new(Inside {
                lists: Lists::new(),
                start: 0,
                stats: tl_memory_stats {
                    size: 0,
                    used: 0,
                    peak: 0,
                    blocks: 0,
                    overflows: 0,
                    overflowed: 0,
                    reserved: [0; 2],
                },
            }),
        }
    }

    /// Runs `work`, which must neither allocate nor panic, alone.
    fn with<R>(&self, work: impl FnOnce(&mut Inside) -> R) -> R {
        // SAFETY: the lock says that nobody else is inside.
        self.lock.with(|| work(unsafe { &mut *self.inside.get() }))
    }

    /// Apart from `alloc`, so that who has no region pays for no more than a look.
    #[inline(never)]
    fn take(&self, layout: Layout) -> Option<NonNull<u8>> {
        self.with(|inside| inside.take(layout))
    }

    /// As `take`.
    ///
    /// # Safety
    /// That of [`Inside::give_back`].
    #[inline(never)]
    unsafe fn give_back(&self, block: *mut u8, layout: Layout) -> bool {
        // SAFETY: the very same contract.
        self.with(|inside| unsafe { inside.give_back(block, layout) })
    }

    /// # Safety
    /// `memory` is valid for `size` bytes until the region ends, and touched by nobody else.
    unsafe fn begin(&self, memory: NonNull<u8>, size: usize) -> Result<(), Refusal> {
        // SAFETY: the lock is used where a region is active, and by the functions that come by here
        // first.
        self.prepared.call_once(|| unsafe { self.lock.inherit_priority() });
        let whole = NonNull::slice_from_raw_parts(memory, size);
        self.with(|inside| {
            if inside.stats.size > 0 {
                return Err(Refusal::Already);
            }
            let mut lists = Lists::new();
            // SAFETY: as this function's own contract.
            if unsafe { lists.insert_free_block_ptr(whole) }.is_none() {
                return Err(Refusal::TooSmall);
            }
            let stats = tl_memory_stats { size: size as u64, ..tl_memory_stats::default() };
            *inside = Inside { lists, start: memory.addr().get(), stats };
            self.active.store(true, Ordering::Release);
            Ok(())
        })
    }

    fn stats(&self) -> tl_memory_stats {
        if !self.active.load(Ordering::Acquire) {
            return tl_memory_stats::default();
        }
        self.with(|inside| inside.stats)
    }

    fn end(&self) -> Result<(), Refusal> {
        if !self.active.load(Ordering::Acquire) {
            return Err(Refusal::None);
        }
        self.with(|inside| match (inside.stats.size, inside.stats.blocks) {
            (0, _) => Err(Refusal::None),
            (_, 0) => {
                inside.stats = tl_memory_stats::default();
                self.active.store(false, Ordering::Release);
                Ok(())
            }
            (_, blocks) => Err(Refusal::Blocks(blocks)),
        })
    }
}

// SAFETY: every block is either one of the region's, which are as long and aligned as was asked for and
// no two of which overlap, or the system's; which it is its address says. Whoever has a block of the
// region also sees that there is one: it came from behind the lock, and cannot go while the block lives.
unsafe impl GlobalAlloc for Heap {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if self.active.load(Ordering::Acquire) {
            if let Some(block) = self.take(layout) {
                return block.as_ptr();
            }
        }
        // SAFETY: as this function's own contract.
        unsafe { System.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if self.active.load(Ordering::Acquire) {
            if let Some(block) = self.take(layout) {
                // SAFETY: the block is that long.
                unsafe { block.as_ptr().write_bytes(0, layout.size()) };
                return block.as_ptr();
            }
        }
        // SAFETY: as this function's own contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as this function's own contract.
        unsafe {
            if !self.active.load(Ordering::Acquire) || !self.give_back(block, layout) {
                System.dealloc(block, layout);
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as this function's own contract; the layout of the new size is valid by it.
        unsafe {
            if !self.active.load(Ordering::Acquire) {
                return System.realloc(block, layout, size);
            }
            let wanted = Layout::from_size_align_unchecked(size, layout.align());
            if size <= layout.size() && self.with(|inside| inside.shorten(block, layout, wanted)) {
                return block;
            }
            // Copied outside of the lock: inside, everybody would wait as long as that takes.
            let longer = self.alloc(wanted);
            if !longer.is_null() {
                longer.copy_from_nonoverlapping(block, layout.size().min(size));
                self.dealloc(block, layout);
            }
            longer
        }
    }
}

/// # Safety
/// `memory` is valid for `size` bytes until the region ends, and touched by nobody else.
pub(super) unsafe fn begin(memory: NonNull<u8>, size: usize) -> Result<(), Failure> {
    // SAFETY: the very same contract.
    Ok(unsafe { HEAP.begin(memory, size) }?)
}

#[allow(clippy::unnecessary_wraps, reason = "a library without regions has no answer")]
pub(super) fn stats() -> Result<tl_memory_stats, Failure> {
    Ok(HEAP.stats())
}

pub(super) fn end() -> Result<(), Failure> {
    Ok(HEAP.end()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(align(16))]
    struct Region([u8; 1 << 16]);

    impl Region {
        fn start(&mut self) -> NonNull<u8> {
            NonNull::from(&mut self.0).cast()
        }
    }

    fn region() -> Box<Region> {
        Box::new(Region([0xA5; 1 << 16]))
    }

    struct Held {
        block: *mut u8,
        layout: Layout,
        fill: u8,
    }

    impl Held {
        /// Whoever writes into another's block is found out.
        fn is_whole(&self) -> bool {
            // SAFETY: a live block of that length, which was filled.
            let bytes = unsafe { core::slice::from_raw_parts(self.block, self.layout.size()) };
            bytes.iter().all(|byte| *byte == self.fill)
        }
    }

    /// Takes, resizes and gives back blocks of all sizes and alignments by the numbers of `seed`, some
    /// of which do not fit; then gives back all.
    fn churn(heap: &Heap, mut seed: u64, rounds: usize) {
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((seed >> 33) % below) as usize
        };
        let mut held: Vec<Held> = Vec::new();
        for round in 0..rounds {
            let layout = Layout::from_size_align(1 + next(3000), 1 << next(8)).unwrap();
            let fill = round as u8;
            // SAFETY: blocks are given back once, with the layout they were taken with.
            unsafe {
                match next(4) {
                    0 | 1 => {
                        let zeroed = next(2) == 0;
                        let block =
                            if zeroed { heap.alloc_zeroed(layout) } else { heap.alloc(layout) };
                        assert!(!block.is_null() && block.addr() % layout.align() == 0);
                        if zeroed {
                            assert!(Held { block, layout, fill: 0 }.is_whole());
                        }
                        block.write_bytes(fill, layout.size());
                        held.push(Held { block, layout, fill });
                    }
                    2 if !held.is_empty() => {
                        let at = next(held.len() as u64);
                        let one = &mut held[at];
                        let kept = one.layout.size().min(layout.size());
                        one.block = heap.realloc(one.block, one.layout, layout.size());
                        one.layout =
                            Layout::from_size_align(layout.size(), one.layout.align()).unwrap();
                        assert!(one.block.addr() % one.layout.align() == 0);
                        let old = Layout::from_size_align(kept, 1).unwrap();
                        assert!(Held { block: one.block, layout: old, fill: one.fill }.is_whole());
                        one.block.write_bytes(one.fill, one.layout.size());
                    }
                    _ if !held.is_empty() => {
                        let one = held.swap_remove(next(held.len() as u64));
                        assert!(one.is_whole());
                        heap.dealloc(one.block, one.layout);
                    }
                    _ => {}
                }
            }
        }
        for one in held {
            assert!(one.is_whole());
            // SAFETY: as above.
            unsafe { heap.dealloc(one.block, one.layout) };
        }
    }

    #[test]
    fn blocks_are_whole_and_all_come_back() {
        let (heap, mut memory) = (Heap::new(), region());
        churn(&heap, 1, 500); // the system's
        assert_eq!(heap.stats(), tl_memory_stats::default());
        // SAFETY: the region outlives the heap's use of it.
        unsafe { heap.begin(memory.start(), 1 << 16) }.unwrap();
        churn(&heap, 2, 20_000);
        let stats = heap.stats();
        assert_eq!((stats.used, stats.blocks), (0, 0));
        assert!(stats.peak > 50_000, "{stats:?}");
        assert!(
            stats.overflows > 100 && stats.overflowed > 1000 * stats.overflows / 2,
            "{stats:?}"
        );
        // Nothing is lost between the blocks: all of it can be taken as one again.
        let nearly_all = Layout::from_size_align((1 << 16) - (1 << 12), 16).unwrap();
        // SAFETY: given back with the same layout.
        unsafe {
            let block = heap.alloc(nearly_all);
            assert!(heap.with(|inside| inside.holds(block)));
            heap.dealloc(block, nearly_all);
        }
        heap.end().unwrap();
        churn(&heap, 3, 500);
        assert_eq!(heap.stats(), tl_memory_stats::default());
    }

    #[test]
    fn threads_share_it() {
        let (heap, mut memory) = (Heap::new(), region());
        // SAFETY: the region outlives the heap's use of it.
        unsafe { heap.begin(memory.start(), 1 << 16) }.unwrap();
        std::thread::scope(|scope| {
            for seed in 0..3 {
                let heap = &heap;
                scope.spawn(move || churn(heap, seed, 3000));
            }
        });
        assert_eq!(heap.stats().blocks, 0);
        heap.end().unwrap();
    }

    #[test]
    fn a_region_comes_once_and_goes_when_nothing_lies_in_it() {
        let (heap, mut memory, mut other) = (Heap::new(), region(), region());
        let layout = Layout::new::<u64>();
        // SAFETY: the regions outlive the heap's use of them; blocks are given back once.
        unsafe {
            assert_eq!(heap.end(), Err(Refusal::None));
            assert_eq!(heap.begin(memory.start(), 48), Err(Refusal::TooSmall));
            let before = heap.alloc(layout);
            heap.begin(memory.start(), 1 << 16).unwrap();
            assert_eq!(heap.begin(other.start(), 1 << 16), Err(Refusal::Already));
            let block = heap.alloc(layout);
            assert_eq!(heap.stats().used, footprint(layout));
            assert_eq!(heap.end(), Err(Refusal::Blocks(1)));
            // What was the system's before goes back there.
            heap.dealloc(before, layout);
            assert_eq!(heap.stats().blocks, 1);
            heap.dealloc(block, layout);
            heap.end().unwrap();
            assert_eq!(heap.end(), Err(Refusal::None));
            heap.begin(other.start(), 1 << 16).unwrap();
            heap.end().unwrap();
        }
    }
}
