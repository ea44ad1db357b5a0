//! An object as C sees it: an opaque pointer to a header and a value, alone in its memory.

use core::marker::PhantomData;
use core::sync::atomic::{AtomicU32, Ordering};

use crate::arena::Arena;
use crate::guard::{Failure, Outcome, caught, guard};
use crate::tl_status;

/// Ties an opaque C type to the Rust value behind it.
pub(crate) trait Kind {
    /// Four letters that stand at the head of every live object of this type, so that a pointer
    /// to something else, or to a freed object in the caller's memory, is refused.
    const MAGIC: u32;
    type Value;
}

/// Nobody is inside; numbers up to `MOST_READERS` say how many only look.
const READY: u32 = 0;
const MOST_READERS: u32 = u32::MAX - 2;
const BUSY: u32 = u32::MAX - 1;
const POISONED: u32 = u32::MAX;

#[repr(C)]
struct Object<K: Kind> {
    magic: AtomicU32,
    state: AtomicU32,
    /// Bytes to give back to the allocator; 0 when the memory is the caller's.
    heap: usize,
    kind: PhantomData<K>,
    value: K::Value,
}

fn not_an_object() -> Failure {
    Failure::new(tl_status::TL_ERR_OBJECT, "the pointer is not a live object of this type")
}

/// # Safety
/// A pointer that is not NULL must point to memory that was an object of some type.
unsafe fn find<K: Kind>(this: *const K) -> Result<*mut Object<K>, Failure> {
    let object = this.cast::<Object<K>>().cast_mut();
    if object.is_null() {
        return Err(Failure::null("the object"));
    }
    if !object.is_aligned() {
        return Err(not_an_object());
    }
    // SAFETY: the memory was an object, so a word can be read at its head; only the atomic is
    // borrowed, because another thread may be inside.
    let magic = unsafe { &(*object).magic };
    if magic.load(Ordering::Acquire) != K::MAGIC {
        return Err(not_an_object());
    }
    Ok(object)
}

fn refusal(state: u32) -> Failure {
    if state == POISONED {
        let text = "the object is out of use after an earlier fault";
        return Failure::new(tl_status::TL_ERR_POISONED, text);
    }
    Failure::new(tl_status::TL_ERR_BUSY, "another call is inside the object")
}

/// Takes the object for one call.
fn claim(state: &AtomicU32) -> Result<(), Failure> {
    match state.compare_exchange(READY, BUSY, Ordering::Acquire, Ordering::Relaxed) {
        Ok(_) => Ok(()),
        Err(other) => Err(refusal(other)),
    }
}

/// One more look at an object that any number of threads may look at together.
struct Look<'a>(&'a AtomicU32);

impl<'a> Look<'a> {
    fn begin(state: &'a AtomicU32) -> Result<Self, Failure> {
        let more = |readers: u32| (readers < MOST_READERS).then(|| readers + 1);
        match state.fetch_update(Ordering::Acquire, Ordering::Relaxed, more) {
            Ok(_) => Ok(Self(state)),
            Err(other) => Err(refusal(other)),
        }
    }
}

impl Drop for Look<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Release);
    }
}

/// Runs `inside` on the value behind `this`, alone: the body of nearly every exported function.
///
/// # Safety
/// A pointer that is not NULL must point to memory that was an object of some type.
pub(crate) unsafe fn enter<K: Kind>(
    name: &'static str,
    this: *const K,
    inside: impl FnOnce(&mut K::Value) -> Outcome,
) -> tl_status {
    let mut entered = None;
    let (status, panicked) = caught(name, || {
        // SAFETY: as this function's own contract.
        let object = unsafe { find(this) }?;
        // SAFETY: the magic says that it is a live object; only the atomic is borrowed.
        let state = unsafe { &(*object).state };
        claim(state)?;
        entered = Some(state);
        // SAFETY: the state says that nobody else is inside, so the value is ours alone.
        inside(unsafe { &mut (*object).value })
    });
    if let Some(state) = entered {
        state.store(if panicked { POISONED } else { READY }, Ordering::Release);
    }
    status
}

/// As [`enter`], for a function of two objects of different types.
///
/// # Safety
/// As [`enter`], of both.
pub(crate) unsafe fn enter_both<A: Kind, B: Kind>(
    name: &'static str,
    (one, other): (*const A, *const B),
    inside: impl FnOnce(&mut A::Value, &mut B::Value) -> Outcome,
) -> tl_status {
    let mut entered = [None; 2];
    let (status, panicked) = caught(name, || {
        // SAFETY: as this function's own contract; of live objects only the atomics are borrowed.
        let (one, state) = unsafe {
            let one = find(one)?;
            (one, &(*one).state)
        };
        claim(state)?;
        entered[0] = Some(state);
        // SAFETY: as above.
        let (other, state) = unsafe {
            let other = find(other)?;
            (other, &(*other).state)
        };
        claim(state)?;
        entered[1] = Some(state);
        // SAFETY: the states say that nobody else is inside, so both values are ours alone; two
        // types have two magics, so they are not the same object.
        unsafe { inside(&mut (*one).value, &mut (*other).value) }
    });
    for state in entered.into_iter().flatten() {
        state.store(if panicked { POISONED } else { READY }, Ordering::Release);
    }
    status
}

/// Reads from the value behind `this` for a call that is about another object. Any number of
/// threads may do so at the same time.
///
/// # Safety
/// As [`enter`].
pub(crate) unsafe fn peek<K: Kind, R>(
    this: *const K,
    read: impl FnOnce(&K::Value) -> R,
) -> Result<R, Failure>
where
    K::Value: Sync,
{
    // SAFETY: as this function's own contract.
    let object = unsafe { find(this) }?;
    // SAFETY: a live object; only the atomic is borrowed.
    let _look = Look::begin(unsafe { &(*object).state })?;
    // SAFETY: while somebody looks, nobody writes to the value.
    Ok(read(unsafe { &(*object).value }))
}

/// How many bytes an object needs whose tables `lay` takes from the arena.
pub(crate) fn size<K: Kind, S>(
    lay: impl FnOnce(&mut Arena) -> Result<S, Failure>,
) -> Result<usize, Failure> {
    let mut tape = Arena::measure();
    tape.one::<Object<K>>()?;
    lay(&mut tape)?;
    Ok(tape.used())
}

/// How many bytes an object without tables takes.
pub(crate) const fn fixed_size<K: Kind>() -> usize {
    size_of::<Object<K>>().next_multiple_of(crate::TL_ALIGN)
}

/// Builds an object at the start of a block: `lay` takes its tables from the memory behind it,
/// `build` makes the value from them.
///
/// # Safety
/// `memory` is NULL or valid for `len` bytes until the object is freed, and touched by nobody
/// else; `out` is NULL or writable.
pub(crate) unsafe fn init<K: Kind, S>(
    (memory, len): (*mut u8, usize),
    out: *mut *mut K,
    lay: impl Fn(&mut Arena) -> Result<S, Failure>,
    build: impl FnOnce(S) -> Result<K::Value, Failure>,
) -> Outcome {
    // SAFETY: the very same contract.
    unsafe { place(memory, len, 0, out, lay, build) }
}

/// # Safety
/// As [`init`].
unsafe fn place<K: Kind, S>(
    memory: *mut u8,
    len: usize,
    heap: usize,
    out: *mut *mut K,
    lay: impl Fn(&mut Arena) -> Result<S, Failure>,
    build: impl FnOnce(S) -> Result<K::Value, Failure>,
) -> Outcome {
    if out.is_null() {
        return Err(Failure::null("out"));
    }
    // SAFETY: the caller vouches for the memory.
    let mut arena = unsafe { Arena::over(memory, len) }?;
    // Some blocks would do by where they happen to lie: what is too short once is so always.
    let needed = size::<K, S>(&lay)?;
    if len < needed {
        return Err(Failure::new(
            tl_status::TL_ERR_MEMORY,
            format_args!("a block of {len} bytes is too small, {needed} are needed"),
        ));
    }
    let Some(place) = arena.one::<Object<K>>()? else {
        return Err(not_an_object());
    };
    let value = build(lay(&mut arena)?)?;
    // SAFETY: the arena gave `place` for exactly this type, and nobody reads it before it is
    // written; the caller vouches for `out`.
    unsafe {
        place.write(Object {
            magic: AtomicU32::new(K::MAGIC),
            state: AtomicU32::new(READY),
            heap,
            kind: PhantomData,
            value,
        });
        out.write(place.cast());
    }
    Ok(tl_status::TL_OK)
}

/// Builds an object in memory from the allocator.
///
/// # Safety
/// `out` is NULL or writable.
#[cfg(feature = "std")]
pub(crate) unsafe fn create<K: Kind, S>(
    out: *mut *mut K,
    lay: impl Fn(&mut Arena) -> Result<S, Failure>,
    build: impl FnOnce(S) -> Result<K::Value, Failure>,
) -> Outcome {
    if out.is_null() {
        return Err(Failure::null("out"));
    }
    let size = size::<K, S>(&lay)?;
    let layout = layout(size)?;
    // SAFETY: an object is never of size zero.
    let memory = unsafe { std::alloc::alloc(layout) };
    if memory.is_null() {
        return Err(Failure::new(
            tl_status::TL_ERR_NO_MEMORY,
            format_args!("no memory for {size} bytes"),
        ));
    }
    // SAFETY: the block is `size` fresh bytes that only the object will use.
    let outcome = unsafe { place(memory, size, size, out, lay, build) };
    if outcome.is_err() {
        // SAFETY: allocated above with this layout, and no object came to live in it.
        unsafe { std::alloc::dealloc(memory, layout) };
    }
    outcome
}

#[cfg(feature = "std")]
fn layout(size: usize) -> Result<std::alloc::Layout, Failure> {
    std::alloc::Layout::from_size_align(size, crate::TL_ALIGN)
        .map_err(|_| Failure::argument("the limits ask for more memory than the machine has"))
}

/// Ends an object: drops its value, and gives memory from [`create`] back.
///
/// # Safety
/// As [`enter`]; the pointer is not used again.
pub(crate) unsafe fn free<K: Kind>(name: &'static str, this: *mut K) -> tl_status {
    // SAFETY: the very same contract.
    unsafe { free_unless(name, this, |_| Ok(())) }
}

/// As [`free`], unless `refuse` has a reason to keep the object alive.
///
/// # Safety
/// As [`free`].
pub(crate) unsafe fn free_unless<K: Kind>(
    name: &'static str,
    this: *mut K,
    refuse: impl FnOnce(&K::Value) -> Result<(), Failure>,
) -> tl_status {
    guard(name, || {
        if this.is_null() {
            return Ok(tl_status::TL_OK);
        }
        // SAFETY: as this function's own contract.
        let object = unsafe { find(this) }?;
        // SAFETY: a live object; only the atomics are borrowed.
        let (magic, state) = unsafe { (&(*object).magic, &(*object).state) };
        // A value that a panic went through may be in any state: it is left alone, not dropped.
        let sound = match claim(state) {
            Ok(()) => true,
            Err(failure) if failure.status == tl_status::TL_ERR_POISONED => false,
            Err(failure) => return Err(failure),
        };
        if sound {
            // SAFETY: claimed, so the value is ours alone.
            refuse(unsafe { &(*object).value }).inspect_err(|_| {
                state.store(READY, Ordering::Release);
            })?;
        }
        magic.store(0, Ordering::Release);
        // SAFETY: claimed, so nobody is inside; the magic is gone, so nobody will be again, and
        // the memory was allocated by `create` with this very layout if `heap` is not 0.
        unsafe {
            if sound {
                core::ptr::drop_in_place(&raw mut (*object).value);
            }
            #[cfg(feature = "std")]
            {
                let heap = (*object).heap;
                if heap != 0 {
                    std::alloc::dealloc(object.cast(), layout(heap)?);
                }
            }
        }
        Ok(tl_status::TL_OK)
    })
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use std::cell::Cell;

    thread_local! {
        /// Values that live: of one test, as each has a thread.
        static LIVE: Cell<usize> = const { Cell::new(0) };
    }

    struct Counted(&'static mut [u32]);

    impl Drop for Counted {
        fn drop(&mut self) {
            LIVE.set(LIVE.get() - 1);
        }
    }

    #[derive(Debug)]
    struct tl_sample;

    impl Kind for tl_sample {
        const MAGIC: u32 = u32::from_le_bytes(*b"test");
        type Value = Counted;
    }

    fn lay(arena: &mut Arena) -> Result<&'static mut [u32], Failure> {
        arena.table(8, 3u32)
    }

    fn build(table: &'static mut [u32]) -> Result<Counted, Failure> {
        LIVE.set(LIVE.get() + 1);
        Ok(Counted(table))
    }

    /// The whole life of an object: used, claimed twice, broken by a panic, freed, and freed again.
    #[test]
    fn a_life() {
        let mut sample = core::ptr::null_mut::<tl_sample>();
        // SAFETY: `sample` comes from `create`, and is in the caller's block below.
        unsafe {
            assert_eq!(create(&raw mut sample, lay, build).unwrap(), tl_status::TL_OK);
            let sum = |s: &mut Counted| {
                assert_eq!(s.0.iter().sum::<u32>(), 24);
                Ok(tl_status::TL_DONE)
            };
            assert_eq!(enter("tl_x", sample, sum), tl_status::TL_DONE);
            let again = |_: &mut Counted| {
                assert_eq!(enter("tl_x", sample, sum), tl_status::TL_ERR_BUSY);
                assert_eq!(free("tl_x", sample), tl_status::TL_ERR_BUSY);
                Ok(tl_status::TL_OK)
            };
            assert_eq!(enter("tl_x", sample, again), tl_status::TL_OK);
            assert_eq!(free("tl_x", sample), tl_status::TL_OK);
            assert_eq!(LIVE.get(), 0);

            let size = size::<tl_sample, _>(lay).unwrap();
            let mut block = vec![0u128; size.div_ceil(16)];
            let memory = block.as_mut_ptr().cast::<u8>();
            let short = init((memory, size - 16), &raw mut sample, lay, build);
            assert_eq!(short.unwrap_err().status, tl_status::TL_ERR_MEMORY);
            init((memory, size), &raw mut sample, lay, build).unwrap();
            assert_eq!(enter("tl_x", sample, |_| panic!("broken")), tl_status::TL_ERR_PANIC);
            assert_eq!(enter("tl_x", sample, sum), tl_status::TL_ERR_POISONED);
            assert_eq!(free("tl_x", sample), tl_status::TL_OK);
            assert_eq!(free("tl_x", sample), tl_status::TL_ERR_OBJECT);
            assert_eq!(enter("tl_x", sample, sum), tl_status::TL_ERR_OBJECT);
            assert_eq!(LIVE.get(), 1, "a broken value is not dropped");
        }
    }

    #[derive(Debug)]
    struct tl_other;

    impl Kind for tl_other {
        const MAGIC: u32 = u32::from_le_bytes(*b"othr");
        type Value = u32;
    }

    /// Both are taken or neither is, and a fault puts both out of use.
    #[test]
    fn two_objects_at_once() {
        let mut one = core::ptr::null_mut::<tl_other>();
        let mut other = core::ptr::null_mut::<tl_sample>();
        // SAFETY: both come from `create`.
        unsafe {
            create(&raw mut one, |_| Ok(()), |()| Ok(5)).unwrap();
            let nobody = (one.cast_const(), core::ptr::null::<tl_sample>());
            let nothing = |_: &mut u32, _: &mut Counted| Ok(tl_status::TL_OK);
            assert_eq!(enter_both("tl_x", nobody, nothing), tl_status::TL_ERR_NULL);
            create(&raw mut other, lay, build).unwrap();
            let both = (one.cast_const(), other.cast_const());
            let sum = |one: &mut u32, other: &mut Counted| {
                assert_eq!(*one + other.0[0], 8);
                assert_eq!(enter("tl_x", both.0, |_| panic!()), tl_status::TL_ERR_BUSY);
                assert_eq!(enter("tl_x", both.1, |_| panic!()), tl_status::TL_ERR_BUSY);
                Ok(tl_status::TL_DONE)
            };
            assert_eq!(enter_both("tl_x", both, sum), tl_status::TL_DONE);
            assert_eq!(enter_both("tl_x", both, |_, _| panic!()), tl_status::TL_ERR_PANIC);
            assert_eq!(enter("tl_x", both.0, |_| panic!()), tl_status::TL_ERR_POISONED);
            assert_eq!(enter("tl_x", both.1, |_| panic!()), tl_status::TL_ERR_POISONED);
            assert_eq!(free("tl_x", one), tl_status::TL_OK);
            assert_eq!(free("tl_x", other), tl_status::TL_OK);
        }
    }

    /// Looking excludes nobody but those who change; a reason to stay keeps the object as it was.
    #[test]
    fn looks_do_not_exclude_each_other() {
        let mut sample = core::ptr::null_mut::<tl_sample>();
        // SAFETY: `sample` comes from `create`.
        unsafe {
            create(&raw mut sample, lay, build).unwrap();
            let sum = peek(sample, |outer| {
                let inner = peek(sample, |inner| inner.0.iter().sum::<u32>()).unwrap();
                let busy = enter("tl_x", sample, |_| Ok(tl_status::TL_OK));
                assert_eq!(busy, tl_status::TL_ERR_BUSY);
                assert_eq!(free("tl_x", sample), tl_status::TL_ERR_BUSY);
                inner + outer.0[0]
            });
            assert_eq!(sum.unwrap(), 27);
            let stay = |_: &Counted| Err(Failure::argument("not yet"));
            assert_eq!(free_unless("tl_x", sample, stay), tl_status::TL_ERR_ARGUMENT);
            assert_eq!(enter("tl_x", sample, |_| Ok(tl_status::TL_OK)), tl_status::TL_OK);
            assert_eq!(free("tl_x", sample), tl_status::TL_OK);
        }
    }

    #[test]
    fn null_is_refused_and_freeing_it_is_fine() {
        let null = core::ptr::null_mut::<tl_sample>();
        // SAFETY: NULL is allowed everywhere.
        unsafe {
            assert_eq!(enter("tl_x", null, |_| Ok(tl_status::TL_OK)), tl_status::TL_ERR_NULL);
            assert_eq!(free("tl_x", null), tl_status::TL_OK);
        }
    }
}
