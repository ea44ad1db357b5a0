//! # Dialogue: compiling a document
//!
//! A flow is written as a YAML or JSON document and compiled into a program, the bytes of an
//! `.ivrb` file. Compiling takes memory from the allocator; running a program does not.

use core::ffi::{c_char, c_void};

use ivr_core::Program;

use crate::guard::{Failure, guard};
use crate::object::{self, Kind, enter};
use crate::pointers::{c_text_or, lend, text};
use crate::tl_status;

/// A compiled document: its program, and what the compiler has to say.
#[derive(Debug)]
pub struct tl_ivr_document {
    _opaque: [u8; 0],
}

#[derive(Debug)]
pub(crate) struct Compiled {
    program: Option<Program>,
    messages: String,
}

impl Kind for tl_ivr_document {
    const MAGIC: u32 = u32::from_le_bytes(*b"tDoc");
    type Value = Compiled;
}

impl Compiled {
    fn new(source: &str, file: &str) -> Self {
        match ivr_core::compile(source, file) {
            Ok(program) => {
                let messages = program.warnings().to_string();
                Self { program: Some(program), messages }
            }
            Err(errors) => Self { program: None, messages: errors.to_string() },
        }
    }
}

/// What messages call a text without a name.
const FILE: &str = "flow";

/// Compiles a document of `len` bytes, YAML or JSON. `file` is the name that messages show, with a
/// NUL; it may be NULL. A document with errors gives an object too: ask it for its messages.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_document_new(
    source: *const c_char,
    len: usize,
    file: *const c_char,
    document: *mut *mut tl_ivr_document,
) -> tl_status {
    // SAFETY: the header's contract for pointers and texts.
    guard("tl_ivr_document_new", || unsafe {
        let (source, file) = (text(source, len, "source")?, c_text_or(file, FILE, "file")?);
        object::create(document, |_| Ok(()), |()| Ok(Compiled::new(source, file)))
    })
}

/// How many bytes a document takes. Its program and messages are kept in memory from the allocator.
#[unsafe(no_mangle)]
pub extern "C" fn tl_ivr_document_size() -> usize {
    object::fixed_size::<tl_ivr_document>()
}

/// As `tl_ivr_document_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_document_init(
    memory: *mut c_void,
    size: usize,
    source: *const c_char,
    len: usize,
    file: *const c_char,
    document: *mut *mut tl_ivr_document,
) -> tl_status {
    // SAFETY: the header's contract for pointers, texts and blocks of memory.
    guard("tl_ivr_document_init", || unsafe {
        let (source, file) = (text(source, len, "source")?, c_text_or(file, FILE, "file")?);
        let block = (memory.cast(), size);
        object::init(block, document, |_| Ok(()), |()| Ok(Compiled::new(source, file)))
    })
}

/// Ends a document. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_document_free(document: *mut tl_ivr_document) -> tl_status {
    // SAFETY: the header's contract for objects.
    unsafe { object::free("tl_ivr_document_free", document) }
}

/// Stores where the program is, `*len` bytes that live as long as the document. When the document
/// has errors: `TL_ERR_IVR_DOCUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_document_program(
    document: *const tl_ivr_document,
    program: *mut *const u8,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_document_program", document, |compiled| {
            let Some(bytes) = &compiled.program else {
                let status = tl_status::TL_ERR_IVR_DOCUMENT;
                return Err(Failure::first_of(status, &compiled.messages));
            };
            lend((program, "program"), len, bytes)
        })
    }
}

/// Stores where the compiler's messages are, `*len` bytes of text without a NUL that live as long
/// as the document: errors and warnings with file, line and column, as a person reads them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_document_messages(
    document: *const tl_ivr_document,
    messages: *mut *const c_char,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    unsafe {
        enter("tl_ivr_document_messages", document, |compiled| {
            lend((messages, "messages"), len, compiled.messages.as_bytes())
        })
    }
}
