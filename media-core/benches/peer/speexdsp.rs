//! speexdsp as a peer, if the machine has its library (Debian: libspeexdsp1).
#![allow(dead_code, reason = "each benchmark uses a part")]

use std::ffi::{c_char, c_int, c_void};

use libloading::Library;

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
    _library: Library,
    state: *mut c_void,
    ctl: unsafe extern "C" fn(*mut c_void, c_int, *mut c_void) -> c_int,
    put: unsafe extern "C" fn(*mut c_void, *const SpeexPacket),
    get: unsafe extern "C" fn(*mut c_void, *mut SpeexPacket, i32, *mut i32) -> c_int,
    tick: unsafe extern "C" fn(*mut c_void),
    destroy: unsafe extern "C" fn(*mut c_void),
}

impl SpeexJitter {
    /// A buffer for frames of `step` timestamp units; `margin` is its delay knob, in frames.
    pub(crate) fn open(step: i32, margin: i32) -> Option<Self> {
        // SAFETY: the library has no initialisers, and the types are those of speex_jitter.h.
        unsafe {
            let library = Library::new("libspeexdsp.so.1").ok()?;
            let init: unsafe extern "C" fn(c_int) -> *mut c_void =
                *library.get(b"jitter_buffer_init").ok()?;
            let ctl: unsafe extern "C" fn(*mut c_void, c_int, *mut c_void) -> c_int =
                *library.get(b"jitter_buffer_ctl").ok()?;
            let state = init(step);
            let mut margin = margin * step;
            ctl(state, 0, (&raw mut margin).cast());
            Some(SpeexJitter {
                state,
                ctl,
                put: *library.get(b"jitter_buffer_put").ok()?,
                get: *library.get(b"jitter_buffer_get").ok()?,
                tick: *library.get(b"jitter_buffer_tick").ok()?,
                destroy: *library.get(b"jitter_buffer_destroy").ok()?,
                _library: library,
            })
        }
    }

    /// Its other knob: the share of packets that may come late, in percent.
    pub(crate) fn allow_late(&mut self, mut percent: i32) {
        // SAFETY: JITTER_BUFFER_SET_MAX_LATE_RATE takes an integer.
        unsafe { (self.ctl)(self.state, 10, (&raw mut percent).cast()) };
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

impl Drop for SpeexJitter {
    fn drop(&mut self) {
        // SAFETY: the state came from jitter_buffer_init and is not used again.
        unsafe { (self.destroy)(self.state) };
    }
}
