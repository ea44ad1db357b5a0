//! The lock around the region. It neither allocates nor leaves anything with a thread, as std's own
//! does not promise to.

#[cfg(unix)]
pub(super) struct Lock(core::cell::UnsafeCell<libc::pthread_mutex_t>);

// SAFETY: a mutex is made to be used by many threads.
#[cfg(unix)]
unsafe impl Sync for Lock {}

#[cfg(unix)]
impl Lock {
    pub(super) const fn new() -> Self {
        Self(core::cell::UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER))
    }

    /// Makes who holds the lock as urgent as who waits for it: a media thread of high priority then
    /// waits for a few instructions of another, not for whoever runs instead of that one.
    ///
    /// # Safety
    /// Nobody uses the lock yet.
    pub(super) unsafe fn inherit_priority(&self) {
        #[cfg(target_os = "linux")]
        // SAFETY: the attributes are initialised before they are used, and the mutex is nobody's.
        // Where the system has no such locks the plain one stays.
        unsafe {
            let mut attributes = core::mem::MaybeUninit::uninit();
            let attributes = attributes.as_mut_ptr();
            if libc::pthread_mutexattr_init(attributes) == 0 {
                if libc::pthread_mutexattr_setprotocol(attributes, libc::PTHREAD_PRIO_INHERIT) == 0
                    && libc::pthread_mutex_init(self.0.get(), attributes) != 0
                {
                    self.0.get().write(libc::PTHREAD_MUTEX_INITIALIZER);
                }
                libc::pthread_mutexattr_destroy(attributes);
            }
        }
    }

    /// Runs `work`, which must not panic, alone.
    pub(super) fn with<R>(&self, work: impl FnOnce() -> R) -> R {
        // SAFETY: the mutex is initialised, stays where it is, and `work` does not come back here.
        unsafe { libc::pthread_mutex_lock(self.0.get()) };
        let result = work();
        // SAFETY: locked above, by this thread.
        unsafe { libc::pthread_mutex_unlock(self.0.get()) };
        result
    }
}

#[cfg(not(unix))]
pub(super) struct Lock(std::sync::Mutex<()>);

#[cfg(not(unix))]
impl Lock {
    pub(super) const fn new() -> Self {
        Self(std::sync::Mutex::new(()))
    }

    pub(super) unsafe fn inherit_priority(&self) {}

    pub(super) fn with<R>(&self, work: impl FnOnce() -> R) -> R {
        let _held = self.0.lock();
        work()
    }
}
