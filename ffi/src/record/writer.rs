//! # Recording: writing calls
//!
//! A recorder is one thread that writes any number of calls, each into a `.tlr` file of its own:
//! lossless, smaller than half of G.711, whole up to the last second whatever stops the machine.
//! A media thread hands frames over and never waits for the disk. The format is open:
//! docs/recording-format.md. The recorder is the one object of this library with a thread.

use core::ffi::c_char;
use std::time::Duration;

use media_core::record::tlr::{
    Call, Channel, Coding, Cost, Head, Mark, MarkKind, Options, Policy, Recorder, Seal, Signer,
    TlrError,
};
use media_core::record::{Format, Level, Samples};

use super::channel;
use crate::config::{Growing, optional, read};
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{
    c_text, c_text_or_empty, given, input, path, store, store_if_wanted, writable_or_null,
};
use crate::tl_status;
use crate::values::{TL_NONE32, option32, tl_time};

/// The thread that writes recordings.
#[derive(Debug)]
pub struct tl_recorder {
    _opaque: [u8; 0],
}

/// The recorder, and one count for it and each of its recordings that is still alive.
#[derive(Debug)]
pub(crate) struct Desk {
    recorder: Recorder,
    alive: std::sync::Arc<()>,
}

impl Kind for tl_recorder {
    const MAGIC: u32 = u32::from_le_bytes(*b"tRec");
    type Value = Desk;
}

/// How a recorder works.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_recorder_config {
    /// Set by `tl_recorder_defaults`.
    pub struct_size: u32,
    /// Frames and marks that may wait for the thread, some 400 bytes each, taken at once. Default:
    /// 65,536, a second of 650 calls.
    pub queue: u32,
    /// How often what was written is forced to the disk; `TL_NONE32` leaves that to the system.
    /// Default: 5,000.
    pub sync_every_ms: u32,
    /// Must be 0.
    pub reserved: u32,
}

// SAFETY: repr(C), only u32 fields.
unsafe impl Growing for tl_recorder_config {
    const FIRST_SIZE: usize = 16;

    fn defaults() -> Self {
        let policy = Policy::default();
        Self {
            struct_size: size_of::<Self>() as u32,
            queue: policy.queue as u32,
            sync_every_ms: policy.sync_every.map_or(TL_NONE32, |every| every.as_millis() as u32),
            reserved: 0,
        }
    }
}

/// Fills in the default configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recorder_defaults(config: *mut tl_recorder_config) -> tl_status {
    guard("tl_recorder_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store(config, "config", tl_recorder_config::defaults()) }?;
        Ok(tl_status::TL_OK)
    })
}

/// Starts a recorder. `config` may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recorder_new(
    config: *const tl_recorder_config,
    recorder: *mut *mut tl_recorder,
) -> tl_status {
    guard("tl_recorder_new", || {
        // SAFETY: the header's contract for pointers.
        let config = unsafe { optional(config) }?;
        let sync_every = option32(config.sync_every_ms);
        let policy = Policy {
            queue: config.queue as usize,
            sync_every: sync_every.map(|ms| Duration::from_millis(ms.into())),
        };
        if recorder.is_null() {
            return Err(Failure::null("recorder"));
        }
        let desk = Desk { recorder: Recorder::start(policy)?, alive: std::sync::Arc::default() };
        // SAFETY: the header's contract for pointers.
        unsafe { object::create(recorder, |_| Ok(()), |()| Ok(desk)) }
    })
}

/// Waits until all is written, and ends the thread. Refused with `TL_ERR_IN_USE` while one of its
/// recordings is not freed. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recorder_free(recorder: *mut tl_recorder) -> tl_status {
    let busy = |desk: &Desk| match std::sync::Arc::strong_count(&desk.alive) - 1 {
        0 => Ok(()),
        n => Err(Failure::new(
            tl_status::TL_ERR_IN_USE,
            format_args!("{n} of its recordings are not freed"),
        )),
    };
    // SAFETY: the header's contract for objects.
    unsafe { object::free_unless("tl_recorder_free", recorder, busy) }
}

/// Stores how many samples were left out because the thread could not keep up, over all calls. A
/// recording marks each such stretch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recorder_dropped(
    recorder: *const tl_recorder,
    samples: *mut u64,
) -> tl_status {
    guard("tl_recorder_dropped", || {
        // SAFETY: the header's contract for objects and pointers.
        unsafe {
            let dropped = object::peek(recorder, |desk| desk.recorder.dropped())?;
            store(samples, "samples", dropped)?;
        }
        Ok(tl_status::TL_OK)
    })
}

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
}

/// How a channel is stored.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_recording_coding {
    /// µ-law codes as they are on the wire; the number is `TL_G711_ULAW`'s.
    TL_RECORDING_ULAW = 0,
    /// A-law codes as they are on the wire; the number is `TL_G711_ALAW`'s.
    TL_RECORDING_ALAW = 8,
    /// 16-bit linear samples.
    TL_RECORDING_PCM16 = 16,
    /// Opus packets as they were on the wire. Only in files that were read.
    TL_RECORDING_OPUS = 32,
}

/// How hard to compress.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_recording_level {
    /// While the call lasts: thousands of channels a processor.
    TL_RECORDING_LIVE = 0,
    /// Smaller, hundreds of times real time.
    TL_RECORDING_FAST = 1,
    /// For packing again at night.
    TL_RECORDING_HIGH = 2,
    /// For the archive.
    TL_RECORDING_MAX = 3,
}

/// One party's channel.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_recording_channel {
    /// Whose it is, for example "caller", with a NUL; NULL is "".
    pub name: *const c_char,
    /// A `tl_recording_coding`.
    pub coding: u32,
    /// Samples a second; 0 is 8,000.
    pub rate: u32,
}

/// Something known of the call: its id, numbers, direction, queue, agent.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_recording_meta {
    /// Its name, with a NUL.
    pub key: *const c_char,
    /// What it is, with a NUL.
    pub value: *const c_char,
}

/// What is recorded, how, and for whom.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_recording_config {
    /// Set by `tl_recording_defaults`.
    pub struct_size: u32,
    /// A `tl_recording_level`. Default: live.
    pub level: u32,
    /// When position 0 of every channel is. Default: 0.
    pub started: tl_time,
    /// The channels; one at least, 255 at most.
    pub channels: *const tl_recording_channel,
    /// What is known of the call. Default: none.
    pub meta: *const tl_recording_meta,
    /// How many channels.
    pub channel_count: u32,
    /// How many entries of `meta`.
    pub meta_count: u32,
    /// Sound in one block: what a crash may lose, and what a seek decodes. Default: 1,000.
    pub block_ms: u32,
    /// Blocks from one checkpoint, signed if there is a signer, to the next; 0 for none. Default:
    /// 64.
    pub checkpoint_every: u32,
    /// Names the file, different for each. Default: all 0, from the system's randomness.
    pub id: [u8; 16],
    /// The seed, 32 bytes, of the Ed25519 key that vouches for the recording. Default: NULL.
    pub signer: *const u8,
    /// X25519 public keys, 32 bytes each, of those who may read it. Default: NULL, everybody.
    pub recipients: *const u8,
    /// Whoever knows it may read it too, with a NUL. Default: NULL.
    pub passphrase: *const c_char,
    /// How many recipients.
    pub recipient_count: u32,
    /// 1: an encrypted recording's `meta` is readable by everybody. Default: 0.
    pub clear_head: u32,
}

// SAFETY: repr(C), begins with a u32; two u32, a u64, two pointers, four u32, 16 bytes, three
// pointers, two u32: no padding before the end on any machine, and any bits make a pointer.
unsafe impl Growing for tl_recording_config {
    const FIRST_SIZE: usize = 56 + 5 * size_of::<usize>();

    fn defaults() -> Self {
        let options = Options::new([0; 16]);
        Self {
            struct_size: size_of::<Self>() as u32,
            level: tl_recording_level::TL_RECORDING_LIVE as u32,
            started: 0,
            channels: core::ptr::null(),
            meta: core::ptr::null(),
            channel_count: 0,
            meta_count: 0,
            block_ms: options.block_ms,
            checkpoint_every: options.checkpoint_every,
            id: [0; 16],
            signer: core::ptr::null(),
            recipients: core::ptr::null(),
            passphrase: core::ptr::null(),
            recipient_count: 0,
            clear_head: 0,
        }
    }
}

fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::new(tl_status::TL_ERR_RECORD_IO, format_args!("no randomness: {error}"))
    })?;
    Ok(bytes)
}

/// # Safety
/// `key` is NULL or 32 readable bytes.
pub(super) unsafe fn key(key: *const u8, name: &'static str) -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    // SAFETY: as this function's own contract.
    bytes.copy_from_slice(unsafe { input(key, 32, name) }?);
    Ok(bytes)
}

impl tl_recording_channel {
    /// # Safety
    /// The header's contract for texts.
    unsafe fn channel(&self) -> Result<Channel, Failure> {
        Ok(Channel {
            coding: match self.coding {
                0 => Coding::Lossless(Format::Ulaw),
                8 => Coding::Lossless(Format::Alaw),
                16 => Coding::Lossless(Format::Pcm16),
                other => return Err(Failure::argument(format_args!("coding is {other}"))),
            },
            rate: if self.rate == 0 { 8000 } else { self.rate },
            // SAFETY: as this function's own contract.
            name: unsafe { c_text_or_empty(self.name, "a channel's name") }?.into(),
        })
    }
}

impl tl_recording_config {
    /// # Safety
    /// The header's contract for pointers and texts.
    unsafe fn head(&self) -> Result<Head, Failure> {
        let mut head = Head {
            started_ms: i64::try_from(self.started)
                .map_err(|_| Failure::argument("started is beyond the end of time"))?,
            ..Head::default()
        };
        // SAFETY: as this function's own contract.
        unsafe {
            for channel in input(self.channels, self.channel_count as usize, "channels")? {
                head.channels.push(channel.channel()?);
            }
            for meta in input(self.meta, self.meta_count as usize, "meta")? {
                let key = c_text(meta.key, "a key of meta")?;
                head.meta.push((key.into(), c_text(meta.value, "a value of meta")?.into()));
            }
        }
        if head.channels.is_empty() {
            return Err(Failure::argument("a recording has one channel at least"));
        }
        Ok(head)
    }

    /// # Safety
    /// The header's contract for pointers and texts.
    unsafe fn options(&self) -> Result<Options, Failure> {
        let id = if self.id == [0; 16] { random()? } else { self.id };
        let level = match self.level {
            0 => Level::Live,
            1 => Level::Fast,
            2 => Level::High,
            3 => Level::Max,
            other => return Err(Failure::argument(format_args!("level is {other}"))),
        };
        let mut options = Options {
            level,
            block_ms: self.block_ms,
            checkpoint_every: self.checkpoint_every,
            ..Options::new(id)
        };
        if !self.signer.is_null() {
            // SAFETY: as this function's own contract.
            options.signer = Some(Signer::from_seed(unsafe { key(self.signer, "signer") }?));
        }
        if self.recipient_count > 0 || !self.passphrase.is_null() {
            // SAFETY: as this function's own contract.
            options.seal = Some(unsafe { self.seal() }?);
        }
        Ok(options)
    }

    /// # Safety
    /// The header's contract for pointers and texts.
    unsafe fn seal(&self) -> Result<Seal, Failure> {
        let mut seal = Seal::new(random()?);
        if self.recipient_count > 255 {
            return Err(TlrError::TooLong(self.recipient_count as usize).into());
        }
        let bytes = self.recipient_count as usize * 32;
        // SAFETY: as this function's own contract.
        for public in unsafe { input(self.recipients, bytes, "recipients") }?.chunks_exact(32) {
            let mut key = [0; 32];
            key.copy_from_slice(public);
            seal = seal.recipient(key);
        }
        if !self.passphrase.is_null() {
            // SAFETY: as this function's own contract.
            let passphrase = unsafe { c_text(self.passphrase, "passphrase") }?;
            seal = seal.passphrase(passphrase, Cost::default());
        }
        Ok(if self.clear_head != 0 { seal.clear_head() } else { seal })
    }
}

/// Fills in the default configuration; the channels are still to be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_defaults(config: *mut tl_recording_config) -> tl_status {
    guard("tl_recording_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store(config, "config", tl_recording_config::defaults()) }?;
        Ok(tl_status::TL_OK)
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
    guard("tl_recording_new", || {
        if recording.is_null() {
            return Err(Failure::null("recording"));
        }
        // SAFETY: the header's contract for objects, pointers and texts.
        unsafe {
            let path = self::path(path, "path")?;
            let config = read(config, "config")?;
            let (head, options) = (config.head()?, config.options()?);
            let codings = head.channels.iter().map(|channel| channel.coding).collect();
            let taking = object::peek(recorder, |desk| {
                let call = Some(desk.recorder.open(path, &head, options)?);
                Ok::<_, Failure>(Taking { call, codings, _alive: desk.alive.clone() })
            })??;
            object::create(recording, |_| Ok(()), |()| Ok(taking))
        }
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
            let channel = channel(number)?;
            let samples = match taking.codings.get(usize::from(channel)) {
                Some(Coding::Lossless(format)) => samples(*format)?,
                Some(_) => return Err(TlrError::Format(channel).into()),
                None => return Err(TlrError::Channel(channel).into()),
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

/// What a mark stands for.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_mark_kind {
    /// A remark.
    TL_MARK_NOTE = 1,
    /// A key was pressed; the text is the key, or `*` when it is secret.
    TL_MARK_KEY = 2,
    /// Packets of this stretch never came.
    TL_MARK_LOSS = 3,
    /// The party was on hold.
    TL_MARK_HOLD = 4,
    /// The sender was silent and sent nothing.
    TL_MARK_SILENCE = 5,
    /// The stretch holds concealment, not what was said.
    TL_MARK_CONCEALED = 6,
    /// The party joined here.
    TL_MARK_JOINED = 7,
    /// The party was transferred here.
    TL_MARK_TRANSFERRED = 8,
    /// Recording was paused, and the sound never stored.
    TL_MARK_PAUSED = 9,
    /// The recorder was overloaded, and this stretch is missing.
    TL_MARK_OVERLOAD = 10,
}

const KINDS: [(MarkKind, tl_mark_kind); 10] = [
    (MarkKind::Note, tl_mark_kind::TL_MARK_NOTE),
    (MarkKind::Key, tl_mark_kind::TL_MARK_KEY),
    (MarkKind::Loss, tl_mark_kind::TL_MARK_LOSS),
    (MarkKind::Hold, tl_mark_kind::TL_MARK_HOLD),
    (MarkKind::Silence, tl_mark_kind::TL_MARK_SILENCE),
    (MarkKind::Concealed, tl_mark_kind::TL_MARK_CONCEALED),
    (MarkKind::Joined, tl_mark_kind::TL_MARK_JOINED),
    (MarkKind::Transferred, tl_mark_kind::TL_MARK_TRANSFERRED),
    (MarkKind::Paused, tl_mark_kind::TL_MARK_PAUSED),
    (MarkKind::Overload, tl_mark_kind::TL_MARK_OVERLOAD),
];

/// The number of a mark's kind; 0 for one newer than the header.
pub(super) fn mark_kind(kind: MarkKind) -> u32 {
    KINDS.iter().find(|(known, _)| *known == kind).map_or(0, |(_, number)| *number as u32)
}

/// Something that happened on a channel, or a stretch of it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_mark {
    /// A `tl_mark_kind`; 0 in a file for a kind newer than this header.
    pub kind: u32,
    /// Which channel.
    pub channel: u32,
    /// Where it begins, in samples.
    pub position: u64,
    /// How many samples it lasts; 0 for a moment.
    pub length: u64,
    /// In words, with a NUL; NULL is "".
    pub text: *const c_char,
}

/// Adds a mark, without waiting. Stores 1 in `taken`, which may be NULL, or 0 when the thread
/// cannot keep up.
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
            let channel = channel(mark.channel)?;
            if usize::from(channel) >= taking.codings.len() {
                return Err(TlrError::Channel(channel).into());
            }
            let (kind, _) = *KINDS
                .iter()
                .find(|(_, number)| *number as u32 == mark.kind)
                .ok_or_else(|| Failure::argument(format_args!("kind is {}", mark.kind)))?;
            let text = c_text_or_empty(mark.text, "text")?.into();
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
                call.finish()?;
            }
            Ok(tl_status::TL_OK)
        })
    }
}
