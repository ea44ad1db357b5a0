//! The one way out of the library: a failure becomes a code and a text, a panic too.

use crate::tl_status;
#[cfg(feature = "std")]
use core::cell::Cell;
use core::fmt;

/// A code and, where there is a thread to keep it for, the sentence that explains it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: tl_status,
    #[cfg(feature = "std")]
    detail: String,
}

impl Failure {
    pub(crate) fn new(status: tl_status, detail: impl fmt::Display) -> Self {
        #[cfg(not(feature = "std"))]
        let _ = detail;
        Self {
            status,
            #[cfg(feature = "std")]
            detail: ToString::to_string(&detail),
        }
    }

    /// The sentence.
    #[cfg(feature = "std")]
    pub(crate) fn text(&self) -> &str {
        &self.detail
    }

    /// What is wrong with a text, as far as the first of its messages says it.
    #[cfg(feature = "std")]
    pub(crate) fn first_of(status: tl_status, messages: &str) -> Self {
        Self::new(status, messages.lines().next().unwrap_or_default())
    }

    pub(crate) fn null(argument: &'static str) -> Self {
        Self::new(tl_status::TL_ERR_NULL, format_args!("{argument} is NULL"))
    }

    pub(crate) fn argument(detail: impl fmt::Display) -> Self {
        Self::new(tl_status::TL_ERR_ARGUMENT, detail)
    }
}

/// What the inside of an exported function returns; the status of success is `TL_OK` or `TL_DONE`.
pub(crate) type Outcome = Result<tl_status, Failure>;

/// Runs the inside of the exported function `name`.
pub(crate) fn guard(name: &'static str, inside: impl FnOnce() -> Outcome) -> tl_status {
    caught(name, inside).0
}

/// Runs `inside`, and also tells whether it panicked.
pub(crate) fn caught(name: &'static str, inside: impl FnOnce() -> Outcome) -> (tl_status, bool) {
    #[cfg(feature = "std")]
    {
        let _inside = Inside::enter();
        // The state a panic leaves behind is never looked at again: the object is poisoned.
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(inside)) {
            Ok(outcome) => (report(name, outcome), false),
            Err(payload) => {
                // Dropping a payload may itself panic; there is nothing in it that we need.
                #[allow(clippy::mem_forget, reason = "see above")]
                core::mem::forget(payload);
                (tl_status::TL_ERR_PANIC, true)
            }
        }
    }
    #[cfg(not(feature = "std"))]
    (report(name, inside()), false)
}

fn report(name: &'static str, outcome: Outcome) -> tl_status {
    match outcome {
        Ok(status) => status,
        Err(failure) => {
            #[cfg(feature = "std")]
            crate::last_error::set(format_args!("{name}: {}", failure.detail));
            #[cfg(not(feature = "std"))]
            let _ = name;
            failure.status
        }
    }
}

#[cfg(feature = "std")]
std::thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Runs `inside` with the text of a panic in it noted on this thread.
#[cfg(all(feature = "std", unix))]
pub(crate) fn noted<R>(inside: impl FnOnce() -> R) -> R {
    let _inside = Inside::enter();
    inside()
}

#[cfg(feature = "std")]
type Hook = Box<dyn Fn(&std::panic::PanicHookInfo<'_>) + Sync + Send>;

/// While one lives, a panic on this thread is ours: its message goes to the last-error text
/// instead of the host's standard error.
#[cfg(feature = "std")]
struct Inside;

#[cfg(feature = "std")]
impl Inside {
    fn enter() -> Self {
        static HOOK: std::sync::Once = std::sync::Once::new();
        // Kept here and not in the closure below, which then takes no memory: the first call into the
        // library would leave a block of the allocator behind for ever.
        static OTHERS: std::sync::OnceLock<Hook> = std::sync::OnceLock::new();
        HOOK.call_once(|| {
            OTHERS.get_or_init(std::panic::take_hook);
            std::panic::set_hook(Box::new(|panic| {
                if DEPTH.get() > 0 {
                    crate::last_error::set(format_args!("fault: {panic}"));
                } else if let Some(others) = OTHERS.get() {
                    others(panic);
                }
            }));
        });
        DEPTH.set(DEPTH.get() + 1);
        Self
    }
}

#[cfg(feature = "std")]
impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use core::ffi::CStr;

    fn last_error() -> String {
        // SAFETY: the text is NUL-terminated and lives as long as this thread.
        unsafe { CStr::from_ptr(crate::tl_last_error()) }.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_failure_leaves_its_code_and_its_text() {
        let status = guard("tl_x", || Err(Failure::null("config")));
        assert_eq!(status, tl_status::TL_ERR_NULL);
        assert_eq!(last_error(), "tl_x: config is NULL");
    }

    #[test]
    fn a_panic_becomes_a_code_and_says_where() {
        let status = guard("tl_x", || panic!("the {} broke", "wheel"));
        assert_eq!(status, tl_status::TL_ERR_PANIC);
        let text = last_error();
        assert!(text.contains("guard.rs:"), "{text}");
        assert!(text.contains("the wheel broke"), "{text}");
        assert_eq!(DEPTH.get(), 0);
    }
}
