//! Debian's libspandsp and libspeexdsp, loaded if they are there: nothing links against them.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::transmute_copy;

unsafe extern "C" {
    fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

const RTLD_NOW: c_int = 2;

struct Library(*mut c_void);

impl Library {
    fn open(name: &CStr) -> Option<Self> {
        // SAFETY: a null-terminated name; the libraries' initialisers have no preconditions.
        let library = unsafe { dlopen(name.as_ptr(), RTLD_NOW) };
        (!library.is_null()).then_some(Library(library))
    }

    /// SAFETY: `F` must be the function pointer type of the symbol.
    unsafe fn get<F: Copy>(&self, name: &CStr) -> Option<F> {
        // SAFETY: an open library and a null-terminated name.
        let symbol = unsafe { dlsym(self.0, name.as_ptr()) };
        // SAFETY: the caller vouches for the type; function pointers are as wide as `void *`.
        (!symbol.is_null()).then(|| unsafe { transmute_copy(&symbol) })
    }
}

/// spandsp's `plc.c`, the algorithm Asterisk uses.
pub(crate) struct SpandspPlc {
    state: *mut c_void,
    rx: unsafe extern "C" fn(*mut c_void, *mut i16, c_int) -> c_int,
    fill: unsafe extern "C" fn(*mut c_void, *mut i16, c_int) -> c_int,
}

impl SpandspPlc {
    pub(crate) fn open() -> Option<Self> {
        let library = Library::open(c"libspandsp.so.2")?;
        // SAFETY: the prototypes of spandsp/plc.h.
        unsafe {
            let init: unsafe extern "C" fn(*mut c_void) -> *mut c_void =
                library.get(c"plc_init")?;
            let state = init(std::ptr::null_mut());
            let (rx, fill) = (library.get(c"plc_rx")?, library.get(c"plc_fillin")?);
            (!state.is_null()).then_some(SpandspPlc { state, rx, fill })
        }
    }

    pub(crate) fn received(&mut self, frame: &mut [i16]) {
        // SAFETY: a live state and the frame's own length.
        unsafe { (self.rx)(self.state, frame.as_mut_ptr(), frame.len() as c_int) };
    }

    pub(crate) fn conceal(&mut self, frame: &mut [i16]) {
        // SAFETY: as above.
        unsafe { (self.fill)(self.state, frame.as_mut_ptr(), frame.len() as c_int) };
    }
}
