//! # Dialogue: trying a flow without a telephone
//!
//! Plays the scenarios of an `.ivrtest.yaml` text against a flow, in virtual time: a caller and a host
//! that follow a script. Takes memory from the allocator.

use core::ffi::{c_char, c_void};

use ivr_core::rehearse::{Report, flow_of, run_scenarios};

use super::about::tl_ivr_name;
use super::flow::tl_ivr_flow;
use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter, peek};
use crate::pointers::{c_text_or, lend, list, store, text, writable, write_text};
use crate::tl_status;

/// How a file of scenarios went.
#[derive(Debug)]
pub struct tl_ivr_rehearsal {
    _opaque: [u8; 0],
}

#[derive(Debug)]
pub(crate) struct Rehearsed {
    report: Option<Report>,
    /// What is wrong with the text; else what happened, as a person reads it.
    messages: String,
    transcript: String,
}

impl Rehearsed {
    fn report(&self) -> Result<&Report, Failure> {
        let wrong = || Failure::first_of(tl_status::TL_ERR_IVR_DOCUMENT, &self.messages);
        self.report.as_ref().ok_or_else(wrong)
    }
}

impl Kind for tl_ivr_rehearsal {
    const MAGIC: u32 = u32::from_le_bytes(*b"tReh");
    type Value = Rehearsed;
}

fn told(report: &Report) -> String {
    use std::fmt::Write as _;
    let mut said = String::new();
    for outcome in &report.outcomes {
        let _ = match &outcome.failure {
            None => writeln!(said, "ok      {}", outcome.name),
            Some(failure) => writeln!(said, "FAILED  {}\n{failure}", outcome.name),
        };
    }
    let _ = write!(said, "{}", report.coverage);
    said
}

impl Rehearsed {
    /// # Safety
    /// The header's contract for objects.
    unsafe fn new(flow: *const tl_ivr_flow, source: &str, file: &str) -> Result<Self, Failure> {
        // SAFETY: as this function's own contract.
        let played = unsafe { peek(flow, |loaded| run_scenarios(&loaded.flow, source, file)) }?;
        Ok(match played {
            Ok(report) => Self {
                messages: told(&report),
                transcript: report.transcript(),
                report: Some(report),
            },
            Err(errors) => {
                Self { report: None, messages: errors.to_string(), transcript: String::new() }
            }
        })
    }
}

/// What messages call a text without a name.
const FILE: &str = "flow.ivrtest.yaml";

/// Plays every scenario of a text of `len` bytes against a flow. `file` is the name that messages show,
/// with a NUL; it may be NULL. A text with errors gives an object too: ask it for its report.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_rehearsal_new(
    flow: *const tl_ivr_flow,
    source: *const c_char,
    len: usize,
    file: *const c_char,
    rehearsal: *mut *mut tl_ivr_rehearsal,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers and texts.
    guard("tl_ivr_rehearsal_new", || unsafe {
        let (source, file) = (text(source, len, "source")?, c_text_or(file, FILE, "file")?);
        object::create(rehearsal, |_| Ok(()), |()| Rehearsed::new(flow, source, file))
    })
}

/// How many bytes a rehearsal takes. What happened in it is kept in memory from the allocator.
#[unsafe(no_mangle)]
pub extern "C" fn tl_ivr_rehearsal_size() -> usize {
    object::fixed_size::<tl_ivr_rehearsal>()
}

/// As `tl_ivr_rehearsal_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_rehearsal_init(
    memory: *mut c_void,
    size: usize,
    flow: *const tl_ivr_flow,
    source: *const c_char,
    len: usize,
    file: *const c_char,
    rehearsal: *mut *mut tl_ivr_rehearsal,
) -> tl_status {
    // SAFETY: the header's contract for objects, pointers, texts and blocks of memory.
    guard("tl_ivr_rehearsal_init", || unsafe {
        let (source, file) = (text(source, len, "source")?, c_text_or(file, FILE, "file")?);
        let block = (memory.cast(), size);
        object::init(block, rehearsal, |_| Ok(()), |()| Rehearsed::new(flow, source, file))
    })
}

/// Ends a rehearsal. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_rehearsal_free(rehearsal: *mut tl_ivr_rehearsal) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_ivr_rehearsal_free", rehearsal) }
}

/// How many scenarios went how, and what they reached together.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_ivr_rehearsal_info {
    /// Scenarios.
    pub scenarios: u32,
    /// Those of them that failed.
    pub failed: u32,
    /// Exits of nodes that some scenario took.
    pub exits_taken: u32,
    /// Exits that there are.
    pub exits: u32,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

/// Stores how it went. With errors in the text: `TL_ERR_IVR_DOCUMENT`, here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_rehearsal_get_info(
    rehearsal: *const tl_ivr_rehearsal,
    info: *mut tl_ivr_rehearsal_info,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_rehearsal_get_info", rehearsal, |this| {
            let report = this.report()?;
            let (taken, all) = report.coverage.exits();
            let failed = report.outcomes.iter().filter(|one| one.failure.is_some()).count();
            let filled = tl_ivr_rehearsal_info {
                scenarios: report.outcomes.len() as u32,
                failed: failed as u32,
                exits_taken: taken as u32,
                exits: all as u32,
                reserved: [0; 2],
            };
            store(info, "info", filled)?;
            Ok(tl_status::TL_OK)
        })
    }
}

/// Stores where the name of scenario `number`, from 0 on, and what went wrong in it are; `failure` is of
/// length 0 when all is well. Texts without a NUL that live as long as the object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_rehearsal_get_scenario(
    rehearsal: *const tl_ivr_rehearsal,
    number: u32,
    name: *mut *const c_char,
    name_len: *mut usize,
    failure: *mut *const c_char,
    failure_len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_rehearsal_get_scenario", rehearsal, |this| {
            writable(name, "name")?;
            writable(name_len, "name_len")?;
            writable(failure, "failure")?;
            writable(failure_len, "failure_len")?;
            let missing = || Failure::argument(format_args!("there is no scenario {number}"));
            let of = this.report()?.outcomes.get(number as usize).ok_or_else(missing)?;
            let wrong = of.failure.as_deref().unwrap_or_default();
            lend((name, "name"), name_len, of.name.as_bytes())?;
            lend((failure, "failure"), failure_len, wrong.as_bytes())
        })
    }
}

/// Stores where the report is, `*len` bytes of text without a NUL that live as long as the object: each
/// scenario, what failed, and which exits nobody took; or what is wrong with the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_rehearsal_report(
    rehearsal: *const tl_ivr_rehearsal,
    report: *mut *const c_char,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_rehearsal_report", rehearsal, |this| {
            lend((report, "report"), len, this.messages.as_bytes())
        })
    }
}

/// Stores where the transcripts of all scenarios are, as `tl_ivr_rehearsal_report`: what went into each
/// session and came out of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_rehearsal_transcript(
    rehearsal: *const tl_ivr_rehearsal,
    transcript: *mut *const c_char,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_rehearsal_transcript", rehearsal, |this| {
            this.report()?;
            lend((transcript, "transcript"), len, this.transcript.as_bytes())
        })
    }
}

/// As `tl_ivr_coverage_list_missed`, the exits that no scenario took. The texts live as long as the
/// object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_rehearsal_list_missed(
    rehearsal: *const tl_ivr_rehearsal,
    missed: *mut tl_ivr_name,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_ivr_rehearsal_list_missed", rehearsal, |this| {
            let all = this.report()?.coverage.missed().map(tl_ivr_name::exit);
            list((missed, room, count), "missed", all)
        })
    }
}

/// Writes the path of the flow that a scenario text is for, as it names it, from where the text's file
/// is, into `path`, which has room for `room` bytes, a NUL included, and stores its length without in
/// `path_len`; when the room is too small, returns `TL_ERR_BUFFER`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_rehearsal_flow(
    source: *const c_char,
    len: usize,
    path: *mut c_char,
    room: usize,
    path_len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers and texts.
    guard("tl_ivr_rehearsal_flow", || unsafe {
        let source = text(source, len, "source")?;
        let named = flow_of(source, "flow.ivrtest.yaml")
            .map_err(|errors| Failure::new(tl_status::TL_ERR_IVR_DOCUMENT, errors))?;
        write_text((path, room, path_len), &named)?;
        Ok(tl_status::TL_OK)
    })
}
