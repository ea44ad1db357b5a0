//! # Keys in the speech band (DTMF)
//!
//! Finding them to ITU-T Q.24, and making their sound. Keys are characters: '0' to '9', '*', '#',
//! 'A' to 'D'.

use core::ffi::{c_char, c_void};

use media_core::dtmf::{Detection, Detector, Generator, Key};

use crate::guard::{Failure, Outcome, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{input, output, store, writable};
use crate::tl_status;

mod suppressor;
pub use suppressor::*;

/// A detector of keys in one direction of one call.
#[derive(Debug)]
pub struct tl_dtmf {
    _opaque: [u8; 0],
}

/// Detections that wait to be polled.
const WAITING: usize = 32;
/// No two detections can be nearer, by Q.24's shortest tones and pauses.
const APART: usize = 160;

/// Detections in the order of their hearing, until they are polled.
#[derive(Debug)]
struct Heard {
    waiting: [Option<Detection>; WAITING],
    first: usize,
    count: usize,
}

impl Heard {
    fn new() -> Self {
        Self { waiting: [None; WAITING], first: 0, count: 0 }
    }

    /// Refuses so many samples when what they can say may not fit beside what already waits.
    fn make_room(&self, samples: usize) -> Result<(), Failure> {
        if samples / APART + 2 > WAITING - self.count {
            return Err(Failure::new(
                tl_status::TL_ERR_UNDRAINED,
                "poll the keys found so far, or hand in at most 4,800 samples at a time",
            ));
        }
        Ok(())
    }

    fn push(&mut self, detection: Detection) {
        if self.count < WAITING {
            self.waiting[(self.first + self.count) % WAITING] = Some(detection);
            self.count += 1;
        }
    }

    fn pop(&mut self) -> Option<Detection> {
        if self.count == 0 {
            return None;
        }
        let next = self.waiting[self.first].take();
        self.first = (self.first + 1) % WAITING;
        self.count -= 1;
        next
    }

    /// # Safety
    /// `event` is NULL or writable.
    unsafe fn poll(&mut self, event: *mut tl_dtmf_event) -> Outcome {
        writable(event, "event")?;
        let Some(detection) = self.pop() else {
            return Ok(tl_status::TL_DONE);
        };
        // SAFETY: as this function's own contract.
        unsafe { store(event, "event", tl_dtmf_event::new(detection)) }?;
        Ok(tl_status::TL_OK)
    }
}

#[derive(Debug)]
pub(crate) struct Listener {
    detector: Detector,
    heard: Heard,
}

impl Kind for tl_dtmf {
    const MAGIC: u32 = u32::from_le_bytes(*b"tDtm");
    type Value = Listener;
}

impl Listener {
    #[allow(clippy::unnecessary_wraps, reason = "the shape of every builder")]
    fn new((): ()) -> Result<Self, Failure> {
        Ok(Self { detector: Detector::new(), heard: Heard::new() })
    }
}

/// What a detector has heard.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_dtmf_kind {
    /// A key has been pressed.
    TL_DTMF_DOWN = 1,
    /// It has been let go.
    TL_DTMF_UP = 2,
}

/// A key pressed or let go.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_dtmf_event {
    /// A `tl_dtmf_kind`.
    pub kind: u32,
    /// The key, as a character.
    pub key: c_char,
    /// Down: the stronger of its two tones, in dBm0; full scale is +3.
    pub level: i8,
    /// 0.
    pub reserved: u16,
    /// Where its tone began, in samples since the detector began, to about 4 ms.
    pub start: u64,
    /// Up: how long it lasted in samples, to about 8 ms.
    pub duration: u64,
}

fn character(key: Key) -> c_char {
    key.to_char() as u8 as c_char
}

impl tl_dtmf_event {
    fn new(detection: Detection) -> Self {
        let (kind, key, level, start, duration) = match detection {
            Detection::Down { key, start, level } => {
                (tl_dtmf_kind::TL_DTMF_DOWN, key, level, start, 0)
            }
            Detection::Up { key, start, duration } => {
                (tl_dtmf_kind::TL_DTMF_UP, key, 0, start, duration)
            }
        };
        Self { kind: kind as u32, key: character(key), level, reserved: 0, start, duration }
    }
}

/// How many bytes a detector takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_dtmf_size() -> usize {
    object::fixed_size::<tl_dtmf>()
}

/// Makes a detector in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_dtmf_init(
    memory: *mut c_void,
    size: usize,
    dtmf: *mut *mut tl_dtmf,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory.
    guard("tl_dtmf_init", || unsafe {
        object::init((memory.cast(), size), dtmf, |_| Ok(()), Listener::new)
    })
}

/// Makes a detector in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_dtmf_new(dtmf: *mut *mut tl_dtmf) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_dtmf_new", || unsafe { object::create(dtmf, |_| Ok(()), Listener::new) })
}

/// Ends a detector. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_dtmf_free(dtmf: *mut tl_dtmf) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_dtmf_free", dtmf) }
}

/// Listens to `samples` PCM samples at 8,000 a second, a frame of any size up to 4,800. The answer
/// does not depend on how the sound is cut into frames. Poll afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_dtmf_listen(
    dtmf: *mut tl_dtmf,
    pcm: *const i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_dtmf_listen", dtmf, |listener| {
            let pcm = input(pcm, samples, "pcm")?;
            listener.heard.make_room(samples)?;
            let Listener { detector, heard } = listener;
            detector.detect(pcm, |detection| heard.push(detection));
            Ok(tl_status::TL_OK)
        })
    }
}

/// Ends a key that is held, at the end of a call or when the sound before is to be forgotten. Poll
/// afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_dtmf_reset(dtmf: *mut tl_dtmf) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_dtmf_reset", dtmf, |listener| {
            listener.heard.make_room(0)?;
            let Listener { detector, heard } = listener;
            detector.reset(|detection| heard.push(detection));
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the next key pressed or let go in `event`, or returns `TL_DONE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_dtmf_poll(dtmf: *mut tl_dtmf, event: *mut tl_dtmf_event) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe { enter("tl_dtmf_poll", dtmf, |listener| listener.heard.poll(event)) }
}

/// Stores the key that is held now, as a character, or returns `TL_DONE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_dtmf_held(dtmf: *const tl_dtmf, key: *mut c_char) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_dtmf_held", dtmf, |listener| {
            writable(key, "key")?;
            let Some(held) = listener.detector.held() else {
                return Ok(tl_status::TL_DONE);
            };
            store(key, "key", character(held))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Writes the sound of a key, `samples` samples at 8,000 a second, its low and its high tone at
/// these levels in dBm0. The high one is usually 1 to 3 dB stronger, as lines weaken it more: -8
/// and -6 are usual. ITU-T Q.24 wants at least 40 ms (320 samples) of tone and as much pause.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_dtmf_tone(
    key: c_char,
    low_dbm0: i8,
    high_dbm0: i8,
    pcm: *mut i16,
    samples: usize,
) -> tl_status {
    guard("tl_dtmf_tone", || {
        // SAFETY: the header's contract for pointers with a count.
        let pcm = unsafe { output(pcm, samples, "pcm") }?;
        let key = Key::from_char(char::from(key as u8))
            .ok_or_else(|| Failure::argument(format_args!("key {} is none", key as u8)))?;
        let mut generator = Generator::new();
        generator.start(key, samples as u64, low_dbm0, high_dbm0);
        generator.generate(pcm);
        Ok(tl_status::TL_OK)
    })
}
