//! Work that waits, done where it leaves nothing behind.
//!
//! Starting a thread or waiting on a channel makes Rust's std keep thread-local state with a
//! destructor in the thread that does so, and until that thread ends the system keeps the library
//! mapped: a PBX could not unload its module. So a short-lived thread does it, whose end takes all
//! of that away; it costs some tens of microseconds in functions that wait for a disk anyway.

use crate::guard::Failure;

/// Runs `work` on a thread of its own, and waits for it.
#[cfg(unix)]
pub(crate) fn aside<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R, Failure> {
    use core::ffi::c_void;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    struct Job<W, R> {
        work: Option<W>,
        done: Option<std::thread::Result<R>>,
        fault: String,
    }

    extern "C" fn run<W: FnOnce() -> R, R>(job: *mut c_void) -> *mut c_void {
        // SAFETY: `aside` hands this very job over, and leaves it alone until this thread ends.
        let job = unsafe { &mut *job.cast::<Job<W, R>>() };
        if let Some(work) = job.work.take() {
            let done = crate::guard::noted(|| catch_unwind(AssertUnwindSafe(work)));
            if done.is_err() {
                job.fault = crate::last_error::text();
            }
            job.done = Some(done);
        }
        core::ptr::null_mut()
    }

    fn start<W: FnOnce() -> R + Send, R: Send>(job: &mut Job<W, R>) -> Result<(), Failure> {
        let mut thread = core::mem::MaybeUninit::uninit();
        // SAFETY: `thread` is written before it is read; the job outlives the thread, which is
        // joined here, and both what it takes along and what it brings back are `Send`.
        let refused = unsafe {
            let job = (&raw mut *job).cast();
            match libc::pthread_create(thread.as_mut_ptr(), core::ptr::null(), run::<W, R>, job) {
                0 => libc::pthread_join(thread.assume_init(), core::ptr::null_mut()),
                refused => refused,
            }
        };
        match refused {
            0 => Ok(()),
            code => Err(Failure::new(
                crate::tl_status::TL_ERR_NO_MEMORY,
                format_args!("no thread: {}", std::io::Error::from_raw_os_error(code)),
            )),
        }
    }

    let mut job = Job { work: Some(work), done: None, fault: String::new() };
    start(&mut job)?;
    match job.done {
        Some(Ok(result)) => Ok(result),
        Some(Err(payload)) => {
            crate::last_error::set(format_args!("{}", job.fault));
            resume_unwind(payload)
        }
        None => Err(Failure::new(crate::tl_status::TL_ERR_PANIC, "the thread did nothing")),
    }
}

/// Runs `work`: only Unix modules are unloaded while their threads live on.
#[cfg(not(unix))]
pub(crate) fn aside<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R, Failure> {
    Ok(work())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::guard;
    use crate::tl_status;

    #[test]
    fn brings_back_what_was_done() {
        let mut here = 1;
        assert_eq!(aside(|| std::mem::replace(&mut here, 2)).unwrap(), 1);
        assert_eq!(here, 2);
    }

    #[test]
    fn a_panic_is_the_callers() {
        let broken = || aside(|| -> tl_status { panic!("the wheel broke") });
        assert_eq!(guard("tl_x", broken), tl_status::TL_ERR_PANIC);
        assert!(crate::last_error::text().contains("the wheel broke"));
    }
}
