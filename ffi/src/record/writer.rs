//! # Recording: a call
//!
//! Positions count the samples of a channel from the start of the call: take them from RTP
//! timestamps, not from a clock. What a channel leaves out is a gap, and reads as silence.

use core::ffi::{c_char, c_void};

use media_core::record::tlr::{Call, ClockPoint, Coding, Mark, TlrError};
use media_core::record::{Format, Samples};

use super::channel;
use super::config::{kind_of_mark, tl_mark, tl_recording_config, tl_recording_meta};
use super::recorder::{Desk, tl_recorder};
use crate::aside::aside;
use crate::config::read;
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{c_text, c_text_or, given, input, path, store_if_wanted, writable_or_null};
use crate::tl_status;

/// One call being recorded.
#[derive(Debug)]
pub struct tl_recording {
    _opaque: [u8; 0],
}

#[derive(Debug)]
pub(crate) struct Taking {
    /// `None` once it is finished.
    call: Option<Call>,
    codings: Vec<Coding>,
    _alive: std::sync::Arc<()>,
}

impl Kind for tl_recording {
    const MAGIC: u32 = u32::from_le_bytes(*b"tTak");
    type Value = Taking;
}

impl Taking {
    fn call(&mut self) -> Result<&mut Call, Failure> {
        self.call.as_mut().ok_or_else(|| Failure::argument("the recording is finished"))
    }

    fn channel(&self, number: u32) -> Result<u8, Failure> {
        let channel = channel(number)?;
        if usize::from(channel) < self.codings.len() {
            return Ok(channel);
        }
        Err(TlrError::Channel(channel).into())
    }
}

/// What opens the file, once there is a place for the recording.
///
/// # Safety
/// The header's contract for objects, pointers and texts.
unsafe fn begin(
    recorder: *const tl_recorder,
    path: *const c_char,
    config: *const tl_recording_config,
) -> Result<impl FnOnce(()) -> Result<Taking, Failure>, Failure> {
    // SAFETY: as this function's own contract.
    let (path, config) = unsafe { (self::path(path, "path")?, read(config, "config")?) };
    // SAFETY: as above.
    let (head, options) = unsafe { (config.head()?, config.options()?) };
    Ok(move |()| {
        let codings = head.channels.iter().map(|channel| channel.coding).collect();
        let open = |desk: &Desk| {
            let call = aside(|| desk.recorder.open(path, &head, options))??;
            Ok(Taking { call: Some(call), codings, _alive: desk.alive.clone() })
        };
        // SAFETY: as above.
        unsafe { object::peek(recorder, open) }?
    })
}

/// Begins the recording of a call in a new file at `path`, with a NUL; a file that is there already
/// is not touched. Any number of threads may begin recordings of one recorder at the same time.
/// Waits for the file system, and a passphrase costs half a second: not for a media thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_new(
    recorder: *const tl_recorder,
    path: *const c_char,
    config: *const tl_recording_config,
    recording: *mut *mut tl_recording,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers and texts.
    guard("tl_recording_new", || unsafe {
        object::create(recording, |_| Ok(()), begin(recorder, path, config)?)
    })
}

/// How many bytes a recording takes. What it hands to the thread lies in the recorder's queue; names and
/// texts of it are kept in memory from the allocator.
#[unsafe(no_mangle)]
pub extern "C" fn tl_recording_size() -> usize {
    object::fixed_size::<tl_recording>()
}

/// As `tl_recording_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_init(
    memory: *mut c_void,
    size: usize,
    recorder: *const tl_recorder,
    path: *const c_char,
    config: *const tl_recording_config,
    recording: *mut *mut tl_recording,
) -> tl_status {
    let block = (memory.cast(), size);
    // SAFETY: the header's contract for objects, pointers, texts and blocks of memory.
    guard("tl_recording_init", || unsafe {
        object::init(block, recording, |_| Ok(()), begin(recorder, path, config)?)
    })
}

/// Ends a recording without waiting; one that was not finished is closed by the thread. NULL is
/// fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_free(recording: *mut tl_recording) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_recording_free", recording) }
}

/// # Safety
/// The header's contract for objects and pointers.
unsafe fn write<'a>(
    name: &'static str,
    recording: *mut tl_recording,
    (number, position): (u32, u64),
    taken: *mut u32,
    samples: impl FnOnce(Format) -> Result<Samples<'a>, Failure>,
) -> tl_status {
    // SAFETY: as this function's own contract.
    unsafe {
        enter(name, recording, |taking| {
            writable_or_null(taken, "taken")?;
            let channel = taking.channel(number)?;
            let samples = match taking.codings[usize::from(channel)] {
                Coding::Lossless(format) => samples(format)?,
                _ => return Err(TlrError::Format(channel).into()),
            };
            let all = taking.call()?.write(channel, position, samples)?;
            store_if_wanted(taken, "taken", all.into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Hands over `count` codes of a G.711 channel, the first of which is sample number `position` of
/// the channel; what lies between that and the end so far is a gap. Never waits and never
/// allocates. Stores 1 in `taken`, which may be NULL, or 0 when some were left out because the
/// thread cannot keep up. An earlier failure of the disk is reported here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_write_codes(
    recording: *mut tl_recording,
    channel: u32,
    position: u64,
    codes: *const u8,
    count: usize,
    taken: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        write("tl_recording_write_codes", recording, (channel, position), taken, |format| {
            let codes = input(codes, count, "codes")?;
            match format {
                Format::Ulaw => Ok(Samples::Ulaw(codes)),
                Format::Alaw => Ok(Samples::Alaw(codes)),
                _ => Err(TlrError::Format(self::channel(channel)?).into()),
            }
        })
    }
}

/// As `tl_recording_write_codes`, `count` samples for a channel of 16-bit linear samples.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_write_pcm(
    recording: *mut tl_recording,
    channel: u32,
    position: u64,
    pcm: *const i16,
    count: usize,
    taken: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        write("tl_recording_write_pcm", recording, (channel, position), taken, |format| {
            let pcm = input(pcm, count, "pcm")?;
            match format {
                Format::Pcm16 => Ok(Samples::Pcm16(pcm)),
                _ => Err(TlrError::Format(self::channel(channel)?).into()),
            }
        })
    }
}

/// Hands over one Opus packet of `samples` samples at 48,000 a second, for an Opus channel; the
/// rest as `tl_recording_write_codes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_write_packet(
    recording: *mut tl_recording,
    channel: u32,
    position: u64,
    samples: u32,
    packet: *const u8,
    len: usize,
    taken: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_recording_write_packet", recording, |taking| {
            writable_or_null(taken, "taken")?;
            let channel = taking.channel(channel)?;
            if taking.codings[usize::from(channel)] != Coding::Opus {
                return Err(TlrError::Format(channel).into());
            }
            let packet = input(packet, len, "packet")?;
            let all = taking.call()?.packet(channel, position, samples, packet)?;
            store_if_wanted(taken, "taken", all.into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Pauses a channel from `position` on, for a card number: until `tl_recording_resume` its sound is
/// refused here and reaches neither queue nor disk.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_pause(
    recording: *mut tl_recording,
    channel: u32,
    position: u64,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_recording_pause", recording, |taking| {
            let channel = taking.channel(channel)?;
            taking.call()?.pause(channel, position);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Ends a pause at `position`; the stretch is marked as `TL_MARK_PAUSED`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_resume(
    recording: *mut tl_recording,
    channel: u32,
    position: u64,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_recording_resume", recording, |taking| {
            let channel = taking.channel(channel)?;
            taking.call()?.resume(channel, position);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Notes that sample `position` of a channel was heard `micros` microseconds after the start: some
/// of these, and the channels stay side by side however their clocks run. Does not wait; `taken` as
/// above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_add_clock(
    recording: *mut tl_recording,
    channel: u32,
    position: u64,
    micros: u64,
    taken: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_recording_add_clock", recording, |taking| {
            writable_or_null(taken, "taken")?;
            let channel = taking.channel(channel)?;
            let all = taking.call()?.clock(ClockPoint { channel, position, micros })?;
            store_if_wanted(taken, "taken", all.into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Adds what became known during the call; a later value of a key counts. Does not wait, but takes
/// memory from the allocator; `taken` as above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_add_meta(
    recording: *mut tl_recording,
    meta: *const tl_recording_meta,
    taken: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers and texts.
    unsafe {
        enter("tl_recording_add_meta", recording, |taking| {
            writable_or_null(taken, "taken")?;
            let meta = given(meta, "meta")?;
            let (key, value) = (c_text(meta.key, "key")?, c_text(meta.value, "value")?);
            let all = taking.call()?.meta(key, value)?;
            store_if_wanted(taken, "taken", all.into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Adds a mark. Does not wait; `taken` as above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_add_mark(
    recording: *mut tl_recording,
    mark: *const tl_mark,
    taken: *mut u32,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers and texts.
    unsafe {
        enter("tl_recording_add_mark", recording, |taking| {
            writable_or_null(taken, "taken")?;
            let mark = given(mark, "mark")?;
            let channel = taking.channel(mark.channel)?;
            let kind = kind_of_mark(mark.kind)?;
            let text = c_text_or(mark.text, "", "text")?.into();
            let (position, len) = (mark.position, mark.length);
            let all = taking.call()?.mark(Mark { channel, position, len, kind, text })?;
            store_if_wanted(taken, "taken", all.into())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Closes the recording and waits until it is on its way to the disk: not for a media thread. What
/// the disk refused, now or before, is reported; `tl_recording_recover` makes a whole file of what
/// is there. The object can only be freed afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_finish(recording: *mut tl_recording) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_recording_finish", recording, |taking| {
            taking.call()?;
            if let Some(call) = taking.call.take() {
                aside(|| call.finish())??;
            }
            Ok(tl_status::TL_OK)
        })
    }
}
