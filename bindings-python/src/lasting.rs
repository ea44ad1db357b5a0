//! Python objects that hold both a core's value and what that value borrows.

/// The same reference, for as long as its holder likes.
///
/// # Safety
/// Whoever holds it keeps what it refers to in place, unchanged and alive until after its last use,
/// and hands out nothing that lives longer.
pub(crate) const unsafe fn forever<T: ?Sized>(of: &T) -> &'static T {
    // SAFETY: the caller's promise.
    unsafe { &*std::ptr::from_ref(of) }
}
