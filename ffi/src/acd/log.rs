//! # Routing: event log and replay
//!
//! A log is a snapshot and every change that the engine was told after it. Made again one by one they
//! bring another engine with the same limits into the same state, with the same outputs on the way.

use core::ffi::c_void;
use core::ops::Deref;

use acd_core::log::{Change, LogError, LogReader, LogWriter};
use acd_core::{Engine, Error, Input, Output, Time};

use super::engine::tl_acd;
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter, enter_both};
use crate::pointers::{input, output, store, writable};
use crate::tl_status;

/// An engine, and the log of what it is told. Reading needs the engine alone; a change goes through
/// [`Routing::change`], so that none is missing in the log.
#[derive(Debug)]
pub(crate) struct Routing {
    /// To be polled, or set up in what is no change of its state.
    pub(super) engine: Engine<'static>,
    log: Option<LogWriter<'static>>,
    /// The output polled last, for those who count and follow what the engine says.
    polled: Option<(Time, Output)>,
}

impl Deref for Routing {
    type Target = Engine<'static>;

    fn deref(&self) -> &Self::Target {
        &self.engine
    }
}

impl Routing {
    pub(super) fn new(engine: Engine<'static>) -> Self {
        Self { engine, log: None, polled: None }
    }

    /// Has `make` tell the engine; `change` says the same for the log, if one is being written.
    pub(super) fn change<T, E: Into<LogError>>(
        &mut self,
        change: impl FnOnce() -> Result<Change, LogError>,
        make: impl FnOnce(&mut Engine<'static>) -> Result<T, E>,
    ) -> Result<T, Failure> {
        Ok(match &mut self.log {
            None => make(&mut self.engine).map_err(Into::into)?,
            Some(log) => log.record(&change()?, &mut self.engine, make)?,
        })
    }

    /// As [`change`](Self::change), where a log can hold the change whatever it is.
    pub(super) fn make(&mut self, change: &Change) -> Result<(), Failure> {
        self.change(|| Ok(*change), |engine| change.make(engine))
    }

    pub(super) fn handle(&mut self, now: Time, input: Input) -> Result<(), Failure> {
        self.change(|| Ok(Change::Input(now, input)), |engine| engine.handle(now, input))
    }

    /// The next output, with its instant.
    pub(super) fn poll(&mut self) -> Option<(Time, Output)> {
        let next = self.engine.poll_at()?;
        self.polled = Some(next);
        Some(next)
    }

    /// The output polled last.
    pub(super) fn polled(&self) -> Result<(Time, Output), Failure> {
        self.polled.ok_or_else(|| Failure::argument("nothing has been polled from the engine yet"))
    }

    fn log(&mut self) -> Result<(&mut LogWriter<'static>, &Engine<'static>), Failure> {
        let text = "no log is being written";
        let log = self.log.as_mut();
        let log = log.ok_or_else(|| Failure::new(tl_status::TL_ERR_ACD_LOG_STATE, text))?;
        Ok((log, &self.engine))
    }
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        use tl_status as S;
        let status = match error {
            LogError::Refused(refused) => return refused.into(),
            LogError::NotALog => S::TL_ERR_ACD_NOT_A_LOG,
            LogError::Version(_) => S::TL_ERR_ACD_LOG_VERSION,
            LogError::Truncated(_) => S::TL_ERR_ACD_LOG_TRUNCATED,
            LogError::Damaged(_) => S::TL_ERR_ACD_LOG_DAMAGED,
            LogError::Diverged { .. } => S::TL_ERR_ACD_LOG_DIVERGED,
            LogError::Full => S::TL_ERR_ACD_LOG_FULL,
            LogError::TooLong => S::TL_ERR_ARGUMENT,
            _ => S::TL_ERR_ACD,
        };
        Self::new(status, error)
    }
}

/// Begins a log in the caller's buffer of `room` bytes: a snapshot now, and from now on every change
/// that the engine accepts. The buffer must be left alone, but for reading, until `tl_acd_log_end` or
/// `tl_acd_free`. `TL_ERR_ACD_LOG_FULL`: the snapshot (see `tl_acd_snapshot`) and 24 bytes do not
/// fit.
///
/// While a log is written, everything that tells the engine something has three more reasons to
/// refuse, and nothing has changed then: `TL_ERR_ACD_LOG_FULL`, clear it first (2,054 bytes free are
/// always enough); `TL_ERR_UNDRAINED`, poll until `TL_DONE` before each change;
/// `TL_ERR_ARGUMENT`, more than 32 skills or steps of relaxation at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_log_begin(
    acd: *mut tl_acd,
    bytes: *mut u8,
    room: usize,
) -> tl_status {
    // SAFETY: the header's contract for objects; the caller leaves the buffer to the log.
    unsafe {
        enter("tl_acd_log_begin", acd, |routing| {
            if routing.log.is_some() {
                let text = "a log is being written already";
                return Err(Failure::new(tl_status::TL_ERR_ACD_LOG_STATE, text));
            }
            routing.log = Some(LogWriter::begin(output(bytes, room, "bytes")?, &routing.engine)?);
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores how many bytes of the buffer are written. They can be kept elsewhere at any time: a log
/// ends anywhere between two changes, and is the bytes of all its buffers one after another.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_log_len(acd: *const tl_acd, len: *mut usize) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_log_len", acd, |routing| {
            store(len, "len", routing.log()?.0.bytes().len())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Empties the buffer, when what was in it has been kept elsewhere: the log goes on at its start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_log_clear(acd: *mut tl_acd) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_log_clear", acd, |routing| {
            routing.log()?.0.clear();
            Ok(tl_status::TL_OK)
        })
    }
}

/// Adds the hash of the engine's state, with which a replay compares its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_log_checkpoint(acd: *mut tl_acd) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_log_checkpoint", acd, |routing| {
            let (log, engine) = routing.log()?;
            log.checkpoint(engine)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Ends the log: the buffer is the caller's again, with what `tl_acd_log_len` said is in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_log_end(acd: *mut tl_acd) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter("tl_acd_log_end", acd, |routing| {
            routing.log()?;
            routing.log = None;
            Ok(tl_status::TL_OK)
        })
    }
}

/// A log that is read.
#[derive(Debug)]
pub struct tl_acd_replay {
    _opaque: [u8; 0],
}

impl Kind for tl_acd_replay {
    const MAGIC: u32 = u32::from_le_bytes(*b"tRpl");
    type Value = LogReader<'static>;
}

/// Stores in `size` how many bytes a replay takes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_size(size: *mut usize) -> tl_status {
    guard("tl_acd_replay_size", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store(size, "size", object::fixed_size::<tl_acd_replay>()) }?;
        Ok(tl_status::TL_OK)
    })
}

/// Opens a log of `len` bytes, which must stay where they are, unchanged, until
/// `tl_acd_replay_free`; in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_init(
    memory: *mut c_void,
    size: usize,
    log: *const u8,
    len: usize,
    replay: *mut *mut tl_acd_replay,
) -> tl_status {
    // SAFETY: the header's contract for pointers and blocks of memory; the log stays as it is.
    guard("tl_acd_replay_init", || unsafe {
        let log = input(log, len, "log")?;
        let open = |()| Ok(LogReader::new(log)?);
        object::init((memory.cast(), size), replay, |_| Ok(()), open)
    })
}

/// As `tl_acd_replay_init`, in memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_new(
    log: *const u8,
    len: usize,
    replay: *mut *mut tl_acd_replay,
) -> tl_status {
    // SAFETY: the header's contract for pointers; the log stays as it is.
    guard("tl_acd_replay_new", || unsafe {
        let log = input(log, len, "log")?;
        object::create(replay, |_| Ok(()), |()| Ok(LogReader::new(log)?))
    })
}

/// Ends a replay. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_free(replay: *mut tl_acd_replay) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_acd_replay_free", replay) }
}

/// Stores where in the log the snapshot lies that it begins with, and its length: for
/// `tl_acd_restore_new` or `tl_acd_restore_init`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_snapshot(
    replay: *const tl_acd_replay,
    snapshot: *mut *const u8,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_replay_snapshot", replay, |reader| {
            writable(len, "len")?;
            store(snapshot, "snapshot", reader.snapshot().as_ptr())?;
            store(len, "len", reader.snapshot().len())?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores the byte of the log at which the next change begins.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_position(
    replay: *const tl_acd_replay,
    position: *mut u64,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_acd_replay_position", replay, |reader| {
            store(position, "position", LogReader::position(reader))?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Makes the next change of the log in an engine, which must have been polled until `TL_DONE`; poll
/// it again afterwards. At a checkpoint the states are compared. `TL_DONE`: the log has ended. After
/// a failure both stay where they are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_replay_next(
    replay: *mut tl_acd_replay,
    acd: *mut tl_acd,
) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe {
        enter_both(
            "tl_acd_replay_next",
            (replay.cast_const(), acd.cast_const()),
            |reader, routing| {
                let mut ahead = reader.clone();
                let Some(change) = ahead.next().transpose()? else {
                    return Ok(tl_status::TL_DONE);
                };
                if routing.is_busy() {
                    return Err(Error::Undrained.into());
                }
                routing.make(&change)?;
                *reader = ahead;
                Ok(tl_status::TL_OK)
            },
        )
    }
}
