//! # Media: whole sound files
//!
//! A reader and a writer have a file open, and may wait for the disk. The header of a long file takes
//! memory from the allocator while it is opened, nothing does afterwards.

use core::ffi::{c_char, c_void};
use std::fs::{File, OpenOptions};

use media_core::wav::{Container, FileError, Reader, Writer};

use super::tl_wav_header;
use crate::guard::{Failure, Outcome, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{given, input, output, path, store, writable};
use crate::tl_status;

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Header(error) => error.into(),
            other => Self::new(tl_status::TL_ERR_SOUND_IO, other),
        }
    }
}

/// # Safety
/// `name` is NULL or a path with a NUL.
unsafe fn open(name: *const c_char, how: &OpenOptions) -> Result<File, Failure> {
    // SAFETY: as this function's own contract.
    let path = unsafe { path(name, "path") }?;
    how.open(path).map_err(|error| {
        Failure::new(tl_status::TL_ERR_SOUND_IO, format_args!("{}: {error}", path.display()))
    })
}

/// A sound file that is read from front to back.
#[derive(Debug)]
pub struct tl_wav_reader {
    _opaque: [u8; 0],
}

impl Kind for tl_wav_reader {
    const MAGIC: u32 = u32::from_le_bytes(*b"tWvR");
    type Value = Reader<File>;
}

/// How many bytes a reader takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_wav_reader_size() -> usize {
    object::fixed_size::<tl_wav_reader>()
}

/// Opens the file at `path`, with a NUL, and reads its header; the reader is in the caller's block of
/// `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_reader_init(
    memory: *mut c_void,
    size: usize,
    path: *const c_char,
    reader: *mut *mut tl_wav_reader,
) -> tl_status {
    // SAFETY: the header's contract for pointers, texts and blocks of memory.
    guard("tl_wav_reader_init", || unsafe {
        let read = |()| Ok(Reader::new(open(path, File::options().read(true))?)?);
        object::init((memory.cast(), size), reader, |_| Ok(()), read)
    })
}

/// The same in memory from the allocator.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_reader_new(
    path: *const c_char,
    reader: *mut *mut tl_wav_reader,
) -> tl_status {
    // SAFETY: the header's contract for pointers and texts.
    guard("tl_wav_reader_new", || unsafe {
        let read = |()| Ok(Reader::new(open(path, File::options().read(true))?)?);
        object::create(reader, |_| Ok(()), read)
    })
}

/// Ends a reader and closes its file. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_reader_free(reader: *mut tl_wav_reader) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_wav_reader_free", reader) }
}

/// Stores what the file says about itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_reader_get_header(
    reader: *const tl_wav_reader,
    header: *mut tl_wav_header,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_wav_reader_get_header", reader, |reader| {
            store(header, "header", tl_wav_header::new(&reader.header()))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Reads up to `samples` samples, those of the channels side by side, as 16-bit PCM, and stores how
/// many; `TL_DONE` at the end. A file shorter than its header says ends where it ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_reader_read(
    reader: *mut tl_wav_reader,
    pcm: *mut i16,
    samples: usize,
    got: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_wav_reader_read", reader, |reader| {
            writable(got, "got")?;
            let pcm = output(pcm, samples, "pcm")?;
            let read = reader.read(pcm)?;
            store(got, "got", read)?;
            ended(read, samples)
        })
    }
}

/// As `tl_wav_reader_read`, `room` bytes of samples as they are stored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_reader_read_bytes(
    reader: *mut tl_wav_reader,
    bytes: *mut u8,
    room: usize,
    got: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_wav_reader_read_bytes", reader, |reader| {
            writable(got, "got")?;
            let bytes = output(bytes, room, "bytes")?;
            let read = reader.read_bytes(bytes)?;
            store(got, "got", read)?;
            ended(read, room)
        })
    }
}

fn ended(read: usize, wanted: usize) -> Outcome {
    Ok(if read == 0 && wanted > 0 { tl_status::TL_DONE } else { tl_status::TL_OK })
}

/// A sound file that is written.
#[derive(Debug)]
pub struct tl_wav_writer {
    _opaque: [u8; 0],
}

#[derive(Debug)]
pub(crate) struct Writing(Option<Writer<File>>);

impl Writing {
    fn writer(&mut self) -> Result<&mut Writer<File>, Failure> {
        self.0.as_mut().ok_or_else(|| Failure::argument("the file is finished"))
    }
}

impl Kind for tl_wav_writer {
    const MAGIC: u32 = u32::from_le_bytes(*b"tWvW");
    type Value = Writing;
}

/// # Safety
/// As the header has it of the two.
unsafe fn begin(path: *const c_char, header: *const tl_wav_header) -> Result<Writing, Failure> {
    // SAFETY: as this function's own contract.
    unsafe {
        let header = given(header, "header")?.header()?;
        let file = open(path, File::options().write(true).create_new(true))?;
        Ok(Writing(Some(match header.container {
            Container::Wav => Writer::new(file, header.format)?,
            Container::Au => Writer::new_au(file, header.format)?,
        })))
    }
}

/// How many bytes a writer takes.
#[unsafe(no_mangle)]
pub extern "C" fn tl_wav_writer_size() -> usize {
    object::fixed_size::<tl_wav_writer>()
}

/// Begins a new file at `path`, with a NUL; one that is there already is not touched. Of `header` all but
/// `data_bytes` counts. The writer is in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_writer_init(
    memory: *mut c_void,
    size: usize,
    path: *const c_char,
    header: *const tl_wav_header,
    writer: *mut *mut tl_wav_writer,
) -> tl_status {
    // SAFETY: the header's contract for pointers, texts and blocks of memory.
    guard("tl_wav_writer_init", || unsafe {
        object::init((memory.cast(), size), writer, |_| Ok(()), |()| begin(path, header))
    })
}

/// The same in memory from the allocator.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_writer_new(
    path: *const c_char,
    header: *const tl_wav_header,
    writer: *mut *mut tl_wav_writer,
) -> tl_status {
    // SAFETY: the header's contract for pointers and texts.
    guard("tl_wav_writer_new", || unsafe {
        object::create(writer, |_| Ok(()), |()| begin(path, header))
    })
}

/// Appends `samples` samples of 16-bit PCM, those of the channels side by side; companded where the
/// file is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_writer_write(
    writer: *mut tl_wav_writer,
    pcm: *const i16,
    samples: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_wav_writer_write", writer, |writing| {
            writing.writer()?.write(input(pcm, samples, "pcm")?)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Appends `len` bytes of samples as they are stored: codes, or PCM, little-endian in WAV
/// and big-endian in AU.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_writer_write_bytes(
    writer: *mut tl_wav_writer,
    bytes: *const u8,
    len: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_wav_writer_write_bytes", writer, |writing| {
            writing.writer()?.write_bytes(input(bytes, len, "bytes")?)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Brings the sizes in the header up to date now; they are once a second of sound anyway.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_writer_flush(writer: *mut tl_wav_writer) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_wav_writer_flush", writer, |writing| {
            writing.writer()?.flush()?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Completes and closes the file. The object can only be freed afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_writer_finish(writer: *mut tl_wav_writer) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_wav_writer_finish", writer, |writing| {
            writing.writer()?;
            if let Some(writer) = writing.0.take() {
                writer.finish()?;
            }
            Ok(tl_status::TL_OK)
        })
    }
}

/// Ends a writer; a file that was not finished is closed as it is, its sizes up to date to a second.
/// NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_wav_writer_free(writer: *mut tl_wav_writer) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_wav_writer_free", writer) }
}
