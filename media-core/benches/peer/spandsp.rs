//! spandsp as a peer, if the machine has its library (Debian: libspandsp2).
#![allow(dead_code, reason = "each benchmark uses a part")]

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

use libloading::Library;

type Pointer = *mut c_void;

pub(crate) struct Spandsp(Library);

impl Spandsp {
    pub(crate) fn load() -> Option<Self> {
        // SAFETY: the library's initialisers do nothing but register its own data.
        let library = unsafe { Library::new("libspandsp.so.2") };
        library.ok().map(Self)
    }

    /// # Safety
    /// `T` must be the type of the function of this name in spandsp's headers.
    unsafe fn function<T: Copy>(&self, name: &str) -> T {
        // SAFETY: the caller's promise.
        *unsafe { self.0.get::<T>(name.as_bytes()) }.expect("spandsp 0.0.6 has it")
    }

    pub(crate) fn dtmf(&self) -> Dtmf {
        // SAFETY: the types are those of dtmf.h; a null state asks for one from the heap.
        unsafe {
            let init: unsafe extern "C" fn(Pointer, Pointer, Pointer) -> Pointer =
                self.function("dtmf_rx_init");
            Dtmf {
                state: init(null_mut(), null_mut(), null_mut()),
                rx: self.function("dtmf_rx"),
                get: self.function("dtmf_rx_get"),
                free: self.function("dtmf_rx_free"),
            }
        }
    }

    /// The sound of keys as spandsp makes it.
    pub(crate) fn dial(&self, keys: &str, on_ms: c_int, off_ms: c_int) -> Vec<i16> {
        // SAFETY: the types are those of dtmf.h; the buffer has room for the samples asked for.
        unsafe {
            let init: unsafe extern "C" fn(Pointer) -> Pointer = self.function("dtmf_tx_init");
            let timing: unsafe extern "C" fn(Pointer, c_int, c_int) =
                self.function("dtmf_tx_set_timing");
            let put: unsafe extern "C" fn(Pointer, *const c_char, c_int) -> c_int =
                self.function("dtmf_tx_put");
            let tx: unsafe extern "C" fn(Pointer, *mut i16, c_int) -> c_int =
                self.function("dtmf_tx");
            let free: unsafe extern "C" fn(Pointer) -> c_int = self.function("dtmf_tx_free");
            let state = init(null_mut());
            timing(state, on_ms, off_ms);
            put(state, keys.as_ptr().cast(), keys.len() as c_int);
            let mut pcm = Vec::new();
            loop {
                let mut frame = [0i16; 160];
                let n = tx(state, frame.as_mut_ptr(), 160);
                if n <= 0 {
                    break;
                }
                pcm.extend(&frame[..n as usize]);
            }
            free(state);
            pcm
        }
    }

    /// So many samples of a tone of fax machines and modems, as spandsp makes it.
    pub(crate) fn modem_tone(&self, kind: Modem, samples: usize) -> Vec<i16> {
        let mut pcm = vec![0; samples];
        // SAFETY: the types are those of modem_connect_tones.h; the slice has as many samples.
        let made = unsafe {
            let init: unsafe extern "C" fn(Pointer, c_int) -> Pointer =
                self.function("modem_connect_tones_tx_init");
            let tx: unsafe extern "C" fn(Pointer, *mut i16, c_int) -> c_int =
                self.function("modem_connect_tones_tx");
            let free: unsafe extern "C" fn(Pointer) -> c_int =
                self.function("modem_connect_tones_tx_free");
            let state = init(null_mut(), kind as c_int);
            let made = tx(state, pcm.as_mut_ptr(), samples as c_int);
            free(state);
            made
        };
        pcm.truncate(made.max(0) as usize);
        pcm
    }

    /// Whether spandsp hears such a tone.
    pub(crate) fn hears(&self, kind: Modem, pcm: &[i16]) -> bool {
        // SAFETY: the types are those of modem_connect_tones.h; no callback is given.
        unsafe {
            let init: unsafe extern "C" fn(Pointer, c_int, Pointer, Pointer) -> Pointer =
                self.function("modem_connect_tones_rx_init");
            let rx: unsafe extern "C" fn(Pointer, *const i16, c_int) -> c_int =
                self.function("modem_connect_tones_rx");
            let get: unsafe extern "C" fn(Pointer) -> c_int =
                self.function("modem_connect_tones_rx_get");
            let free: unsafe extern "C" fn(Pointer) -> c_int =
                self.function("modem_connect_tones_rx_free");
            let state = init(null_mut(), kind as c_int, null_mut(), null_mut());
            rx(state, pcm.as_ptr(), pcm.len() as c_int);
            let heard = get(state);
            free(state);
            heard != 0
        }
    }

    pub(crate) fn g711(&self, a_law: bool) -> G711 {
        // SAFETY: the types are those of g711.h; G711_ALAW is 0, G711_ULAW 1.
        unsafe {
            let init: unsafe extern "C" fn(Pointer, c_int) -> Pointer = self.function("g711_init");
            G711 {
                state: init(null_mut(), c_int::from(!a_law)),
                encode: self.function("g711_encode"),
                decode: self.function("g711_decode"),
                transcode: self.function("g711_transcode"),
                free: self.function("g711_free"),
            }
        }
    }

    pub(crate) fn plc(&self) -> Plc {
        // SAFETY: the types are those of plc.h; a null state asks for one from the heap.
        unsafe {
            let init: unsafe extern "C" fn(Pointer) -> Pointer = self.function("plc_init");
            Plc {
                state: init(null_mut()),
                rx: self.function("plc_rx"),
                fill: self.function("plc_fillin"),
                free: self.function("plc_free"),
            }
        }
    }
}

/// Tones of `modem_connect_tones.h`, by its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Modem {
    /// Fax calling.
    Cng = 1,
    /// Answer: plain, with reversals of phase, with its level swinging, with both.
    Ans = 2,
    AnsPr = 3,
    Ansam = 4,
    AnsamPr = 5,
}

pub(crate) struct Dtmf {
    state: Pointer,
    rx: unsafe extern "C" fn(Pointer, *const i16, c_int) -> c_int,
    get: unsafe extern "C" fn(Pointer, *mut c_char, c_int) -> usize,
    free: unsafe extern "C" fn(Pointer) -> c_int,
}

impl Dtmf {
    pub(crate) fn detect(&mut self, pcm: &[i16]) {
        // SAFETY: the state is alive and the slice has as many samples as said.
        unsafe { (self.rx)(self.state, pcm.as_ptr(), pcm.len() as c_int) };
    }

    pub(crate) fn keys(&mut self) -> String {
        let mut buffer = [0u8; 129];
        // SAFETY: the buffer has room for 128 characters and a zero.
        let n = unsafe { (self.get)(self.state, buffer.as_mut_ptr().cast(), 128) };
        buffer[..n].iter().map(|&b| char::from(b)).collect()
    }
}

impl Drop for Dtmf {
    fn drop(&mut self) {
        // SAFETY: the state came from dtmf_rx_init and is not used again.
        unsafe { (self.free)(self.state) };
    }
}

pub(crate) struct G711 {
    state: Pointer,
    encode: unsafe extern "C" fn(Pointer, *mut u8, *const i16, c_int) -> c_int,
    decode: unsafe extern "C" fn(Pointer, *mut i16, *const u8, c_int) -> c_int,
    transcode: unsafe extern "C" fn(Pointer, *mut u8, *const u8, c_int) -> c_int,
    free: unsafe extern "C" fn(Pointer) -> c_int,
}

impl G711 {
    pub(crate) fn encode(&mut self, pcm: &[i16], codes: &mut [u8]) {
        let n = pcm.len().min(codes.len()) as c_int;
        // SAFETY: both slices have n elements.
        unsafe { (self.encode)(self.state, codes.as_mut_ptr(), pcm.as_ptr(), n) };
    }

    pub(crate) fn decode(&mut self, codes: &[u8], pcm: &mut [i16]) {
        let n = pcm.len().min(codes.len()) as c_int;
        // SAFETY: both slices have n elements.
        unsafe { (self.decode)(self.state, pcm.as_mut_ptr(), codes.as_ptr(), n) };
    }

    pub(crate) fn transcode(&mut self, input: &[u8], output: &mut [u8]) {
        let n = input.len().min(output.len()) as c_int;
        // SAFETY: both slices have n elements.
        unsafe { (self.transcode)(self.state, output.as_mut_ptr(), input.as_ptr(), n) };
    }
}

impl Drop for G711 {
    fn drop(&mut self) {
        // SAFETY: the state came from g711_init and is not used again.
        unsafe { (self.free)(self.state) };
    }
}

/// `plc.c`, which Asterisk uses too.
pub(crate) struct Plc {
    state: Pointer,
    rx: unsafe extern "C" fn(Pointer, *mut i16, c_int) -> c_int,
    fill: unsafe extern "C" fn(Pointer, *mut i16, c_int) -> c_int,
    free: unsafe extern "C" fn(Pointer) -> c_int,
}

impl Plc {
    pub(crate) fn received(&mut self, frame: &mut [i16]) {
        // SAFETY: the state is alive and the slice has as many samples as said.
        unsafe { (self.rx)(self.state, frame.as_mut_ptr(), frame.len() as c_int) };
    }

    pub(crate) fn conceal(&mut self, frame: &mut [i16]) {
        // SAFETY: as above.
        unsafe { (self.fill)(self.state, frame.as_mut_ptr(), frame.len() as c_int) };
    }
}

impl Drop for Plc {
    fn drop(&mut self) {
        // SAFETY: the state came from plc_init and is not used again.
        unsafe { (self.free)(self.state) };
    }
}
