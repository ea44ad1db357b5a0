//! # Recording: reading
//!
//! Opens finished, unfinished and damaged recordings, and reads any stretch of any channel; what
//! was never recorded or is lost reads as silence. Every function here may wait for the disk.

use core::ffi::{CStr, c_char, c_void};
use std::ffi::CString;
use std::fs::File;
use std::io::{BufReader, BufWriter};

use media_core::record::Format;
use media_core::record::tlr::{Coding, Limits, Reader, Stretch, TlrError, Unlock};

use super::block::tl_recording_coding;
use super::config::{key, mark_kind, tl_mark, tl_recording_channel, tl_recording_meta};
use super::{channel, io_failure};
use crate::config::{Growing, optional, store_defaults};
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{c_text, output, path, store, store_if_wanted, writable, writable_or_null};
use crate::tl_status;
use crate::values::{option64, tl_time};

/// A recording that is read.
#[derive(Debug)]
pub struct tl_reader {
    _opaque: [u8; 0],
}

/// What the reader says in words, with NULs.
#[derive(Debug, Default)]
struct Texts {
    channels: Vec<CString>,
    meta: Vec<(CString, CString)>,
    marks: Vec<CString>,
}

#[derive(Debug)]
pub(crate) struct Reading {
    pub(super) reader: Reader<BufReader<File>>,
    texts: Texts,
}

impl Kind for tl_reader {
    const MAGIC: u32 = u32::from_le_bytes(*b"tRdr");
    type Value = Reading;
}

/// A NUL inside a text would end it for C.
fn c_string(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

impl Reading {
    fn new(reader: Reader<BufReader<File>>) -> Self {
        let mut this = Self { reader, texts: Texts::default() };
        this.say();
        this
    }

    fn say(&mut self) {
        let head = self.reader.head();
        self.texts = Texts {
            channels: head.channels.iter().map(|channel| c_string(&channel.name)).collect(),
            meta: head.meta.iter().map(|(key, value)| (c_string(key), c_string(value))).collect(),
            marks: self.reader.marks().iter().map(|mark| c_string(&mark.text)).collect(),
        };
    }
}

/// What a reader opens encrypted recordings with.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_reader_config {
    /// Set by `tl_reader_defaults`.
    pub struct_size: u32,
    /// The most that the passphrase may take, in MiB of Argon2 memory times passes: a file says
    /// itself what it takes. Default: 0, which is 1,024.
    pub passphrase_mib: u32,
    /// An X25519 secret key, 32 bytes. Default: NULL.
    pub secret: *const u8,
    /// A passphrase, with a NUL. Default: NULL. Not both.
    pub passphrase: *const c_char,
}

// SAFETY: repr(C), begins with a u32; two u32, two pointers, and any bits make a pointer.
unsafe impl Growing for tl_reader_config {
    const FIRST_SIZE: usize = 8 + 2 * size_of::<usize>();

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            passphrase_mib: 0,
            secret: core::ptr::null(),
            passphrase: core::ptr::null(),
        }
    }
}

impl tl_reader_config {
    pub(super) fn limits(&self) -> Limits {
        match self.passphrase_mib {
            0 => Limits::default(),
            mib => Limits::default().passphrase_mib(mib.into()),
        }
    }

    /// # Safety
    /// The header's contract for pointers and texts.
    pub(super) unsafe fn unlock(&self) -> Result<Unlock, Failure> {
        // SAFETY: as this function's own contract.
        unsafe {
            match (self.secret.is_null(), self.passphrase.is_null()) {
                (true, true) => Ok(Unlock::Nothing),
                (false, true) => Ok(Unlock::Secret(key(self.secret, "secret")?)),
                (true, false) => {
                    Ok(Unlock::Passphrase(c_text(self.passphrase, "passphrase")?.into()))
                }
                (false, false) => {
                    Err(Failure::argument("secret and passphrase exclude each other"))
                }
            }
        }
    }
}

/// Fills in the default configuration: no key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_defaults(
    config: *mut tl_reader_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_reader_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// What opens the file, once there is a place for the reader.
///
/// # Safety
/// The header's contract for pointers and texts.
unsafe fn open(
    path: *const c_char,
    config: *const tl_reader_config,
) -> Result<impl FnOnce(()) -> Result<Reading, Failure>, Failure> {
    // SAFETY: as this function's own contract.
    let (path, config) = unsafe { (self::path(path, "path")?, optional(config)?) };
    // SAFETY: as above.
    let (unlock, limits) = (unsafe { config.unlock() }?, config.limits());
    Ok(move |()| {
        let file = File::open(path).map_err(|error| io_failure(path, &error))?;
        Ok(Reading::new(Reader::open_within(BufReader::new(file), &unlock, &limits)?))
    })
}

/// Opens the recording at `path`, with a NUL. `config` may be NULL: no key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_new(
    path: *const c_char,
    config: *const tl_reader_config,
    reader: *mut *mut tl_reader,
) -> tl_status {
    // SAFETY: the header's contract for pointers and texts.
    guard("tl_reader_new", || unsafe { object::create(reader, |_| Ok(()), open(path, config)?) })
}

/// How many bytes a reader takes. Index, marks and texts of the file are kept in memory from the
/// allocator.
#[unsafe(no_mangle)]
pub extern "C" fn tl_reader_size() -> usize {
    object::fixed_size::<tl_reader>()
}

/// As `tl_reader_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_init(
    memory: *mut c_void,
    size: usize,
    path: *const c_char,
    config: *const tl_reader_config,
    reader: *mut *mut tl_reader,
) -> tl_status {
    let block = (memory.cast(), size);
    // SAFETY: the header's contract for pointers, texts and blocks of memory.
    guard("tl_reader_init", || unsafe {
        object::init(block, reader, |_| Ok(()), open(path, config)?)
    })
}

/// Ends a reader and closes its file. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_free(reader: *mut tl_reader) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_reader_free", reader) }
}

/// What a recording holds.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_reader_info {
    /// When position 0 of every channel was.
    pub started: tl_time,
    /// Channels.
    pub channels: u32,
    /// Entries of metadata.
    pub meta: u32,
    /// Marks.
    pub marks: u32,
    /// Stretches of the file that hold nothing whole; 0 in a file that was finished, which
    /// `tl_recording_verify` looks into.
    pub damaged: u32,
    /// 1 if the file was finished, or recovered.
    pub finished: u32,
    /// 0.
    pub reserved: u32,
    /// When the last channel ends, in microseconds after `started`.
    pub duration_us: u64,
    /// For later versions; 0.
    pub later: [u64; 2],
}

/// Stores what the recording holds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_get_info(
    reader: *const tl_reader,
    info: *mut tl_reader_info,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_reader_get_info", reader, |reading| {
            let of = &reading.reader;
            let filled = tl_reader_info {
                started: u64::try_from(of.head().started_ms).unwrap_or(0),
                channels: of.head().channels.len() as u32,
                meta: of.head().meta.len() as u32,
                marks: of.marks().len() as u32,
                damaged: of.damage().len() as u32,
                finished: of.is_indexed().into(),
                reserved: 0,
                duration_us: of.duration(),
                later: [0; 2],
            };
            store(info, "info", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

pub(super) fn nothing_there(what: &str, number: u32) -> Failure {
    Failure::argument(format_args!("there is no {what} {number}"))
}

/// Stores what a channel is, and in `end`, which may be NULL, the position after its last sample.
/// The name lives until the reader is freed or follows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_get_channel(
    reader: *const tl_reader,
    number: u32,
    channel: *mut tl_recording_channel,
    end: *mut u64,
) -> tl_status {
    use tl_recording_coding as C;
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_reader_get_channel", reader, |reading| {
            writable_or_null(end, "end")?;
            let at = self::channel(number)?;
            let known = reading.reader.head().channels.get(usize::from(at));
            let known = known.ok_or(TlrError::Channel(at))?;
            let coding = match known.coding {
                Coding::Lossless(Format::Ulaw) => C::TL_RECORDING_ULAW as u32,
                Coding::Lossless(Format::Alaw) => C::TL_RECORDING_ALAW as u32,
                Coding::Lossless(Format::Pcm16) => C::TL_RECORDING_PCM16 as u32,
                Coding::Opus => C::TL_RECORDING_OPUS as u32,
                _ => TL_UNKNOWN_CODING,
            };
            let name = reading.texts.channels[usize::from(at)].as_ptr();
            let filled = tl_recording_channel { name, coding, rate: known.rate };
            store(channel, "channel", filled)?;
            store_if_wanted(end, "end", reading.reader.end(at))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// The coding of a channel that this library does not know.
pub const TL_UNKNOWN_CODING: u32 = 0xFFFF_FFFF;

/// Stores entry `number` of the metadata, from 0 on. Its texts live until the reader is freed or
/// follows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_get_meta(
    reader: *const tl_reader,
    number: u32,
    meta: *mut tl_recording_meta,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_reader_get_meta", reader, |reading| {
            let known = reading.texts.meta.get(number as usize);
            let (key, value) = known.ok_or_else(|| nothing_there("entry", number))?;
            let filled = tl_recording_meta { key: key.as_ptr(), value: value.as_ptr() };
            store(meta, "meta", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores mark `number`, from 0 on, in the order they were made. Its text lives until the reader is
/// freed or follows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_get_mark(
    reader: *const tl_reader,
    number: u32,
    mark: *mut tl_mark,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_reader_get_mark", reader, |reading| {
            let known = reading.reader.marks().get(number as usize);
            let known = known.ok_or_else(|| nothing_there("mark", number))?;
            let text: &CStr = &reading.texts.marks[number as usize];
            let filled = tl_mark {
                kind: mark_kind(known.kind),
                channel: known.channel.into(),
                position: known.position,
                length: known.len,
                text: text.as_ptr(),
            };
            store(mark, "mark", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Fills `pcm` with the `samples` linear samples of a channel from `position` on. Stores in
/// `recorded`, which may be NULL, how many of them were recorded; the others are silence.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_read(
    reader: *mut tl_reader,
    channel: u32,
    position: u64,
    pcm: *mut i16,
    samples: usize,
    recorded: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_reader_read", reader, |reading| {
            writable_or_null(recorded, "recorded")?;
            let channel = self::channel(channel)?;
            let pcm = output(pcm, samples, "pcm")?;
            let count = reading.reader.read(channel, position, pcm)?;
            store_if_wanted(recorded, "recorded", count)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// As `tl_reader_read`, from `micros` microseconds after the start on, and at the times of the
/// wall's clock: channels read this way stay side by side however their own clocks ran.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_read_at(
    reader: *mut tl_reader,
    channel: u32,
    micros: u64,
    pcm: *mut i16,
    samples: usize,
    recorded: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_reader_read_at", reader, |reading| {
            writable_or_null(recorded, "recorded")?;
            let channel = self::channel(channel)?;
            let pcm = output(pcm, samples, "pcm")?;
            let count = reading.reader.read_at(channel, micros, pcm)?;
            store_if_wanted(recorded, "recorded", count)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Draws the stretch of a channel between two positions into `columns` columns, each the greatest
/// magnitude of its part in 128ths of 32,768, from 0 to 128.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_picture(
    reader: *mut tl_reader,
    channel: u32,
    from: u64,
    to: u64,
    levels: *mut u8,
    columns: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_reader_picture", reader, |reading| {
            let channel = self::channel(channel)?;
            let levels = output(levels, columns, "levels")?;
            reading.reader.picture(channel, from, to, levels)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Reads on in a file that is still being written, and stores in `blocks` how much has come: blocks
/// of all channels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_follow(reader: *mut tl_reader, blocks: *mut usize) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_reader_follow", reader, |reading| {
            writable(blocks, "blocks")?;
            let more = reading.reader.follow()?;
            reading.say();
            store(blocks, "blocks", more)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Writes the stretch from `from_ms` to `to_ms` (`TL_NONE`: the end) into a new WAV file at `path`,
/// 16-bit, the channels side by side, or added up when `mixed` is 1. Each channel stands at the
/// times of the wall's clock, at the rate of the quickest one. Channels of different rates need the
/// feature `resample`, Opus the feature `opus`; `TL_ERR_RECORD_FORMAT` without.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_reader_export_wav(
    reader: *mut tl_reader,
    path: *const c_char,
    from_ms: u64,
    to_ms: u64,
    mixed: u32,
) -> tl_status {
    // SAFETY: the header's contract for objects and texts.
    unsafe {
        enter("tl_reader_export_wav", reader, |reading| {
            let path = self::path(path, "path")?;
            let stretch = Stretch {
                from: from_ms.saturating_mul(1000),
                to: option64(to_ms).map(|ms| ms.saturating_mul(1000)),
                mixed: mixed != 0,
                ..Stretch::default()
            };
            // A stretch that cannot be written leaves no file behind.
            reading.reader.shape(&stretch)?;
            let file = File::options().write(true).create_new(true).open(path);
            let file = file.map_err(|error| io_failure(path, &error))?;
            reading.reader.export_wav(&stretch, BufWriter::new(file))?;
            Ok(tl_status::TL_OK)
        })
    }
}
