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

/// `JitterBufferPacket` of speex/speex_jitter.h.
#[repr(C)]
struct SpeexPacket {
    data: *mut c_char,
    len: u32,
    timestamp: u32,
    span: u32,
    sequence: u16,
    user_data: u32,
}

/// What speexdsp's jitter buffer gives for one frame.
pub(crate) enum SpeexGot {
    Packet,
    Missing,
    Insert(usize),
}

/// speexdsp's jitter buffer.
pub(crate) struct SpeexJitter {
    state: *mut c_void,
    put: unsafe extern "C" fn(*mut c_void, *const SpeexPacket),
    get: unsafe extern "C" fn(*mut c_void, *mut SpeexPacket, i32, *mut i32) -> c_int,
    tick: unsafe extern "C" fn(*mut c_void),
}

impl SpeexJitter {
    /// A buffer for frames of `step` timestamp units; `margin` is its delay knob, in frames.
    pub(crate) fn open(step: i32, margin: i32) -> Option<Self> {
        let library = Library::open(c"libspeexdsp.so.1")?;
        // SAFETY: the prototypes of speex/speex_jitter.h.
        unsafe {
            let init: unsafe extern "C" fn(c_int) -> *mut c_void =
                library.get(c"jitter_buffer_init")?;
            let ctl: unsafe extern "C" fn(*mut c_void, c_int, *mut c_void) -> c_int =
                library.get(c"jitter_buffer_ctl")?;
            let state = init(step);
            let mut margin = margin * step;
            ctl(state, 0, (&raw mut margin).cast());
            Some(SpeexJitter {
                state,
                put: library.get(c"jitter_buffer_put")?,
                get: library.get(c"jitter_buffer_get")?,
                tick: library.get(c"jitter_buffer_tick")?,
            })
        }
    }

    pub(crate) fn put(&mut self, sequence: u16, timestamp: u32, span: u32, payload: &[u8]) {
        let packet = SpeexPacket {
            data: payload.as_ptr().cast_mut().cast(),
            len: payload.len() as u32,
            timestamp,
            span,
            sequence,
            user_data: 0,
        };
        // SAFETY: the buffer copies the payload before it returns.
        unsafe { (self.put)(self.state, &raw const packet) };
    }

    pub(crate) fn get(&mut self, span: u32, payload: &mut [u8]) -> SpeexGot {
        let mut packet = SpeexPacket {
            data: payload.as_mut_ptr().cast(),
            len: payload.len() as u32,
            timestamp: 0,
            span: 0,
            sequence: 0,
            user_data: 0,
        };
        let mut offset = 0;
        // SAFETY: the packet names a writable payload and its length.
        let code = unsafe { (self.get)(self.state, &raw mut packet, span as i32, &raw mut offset) };
        // SAFETY: a live state.
        unsafe { (self.tick)(self.state) };
        match code {
            0 => SpeexGot::Packet,
            2 => SpeexGot::Insert(packet.span as usize),
            _ => SpeexGot::Missing,
        }
    }
}
