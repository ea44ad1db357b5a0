//! # Dialogue: what a flow is about
//!
//! What it asks of its host, what it may play, and the flow as a person reads it. Lists store as many
//! rows as there is `room` for, and in `count` how many there are. Their texts have no NUL, and live as
//! long as the program: that of `tl_ivr_flow_new` until the flow and every session on it have ended.

use core::ffi::c_char;

use ivr_core::{PromptText, Service, ServiceKind};

use super::flow::tl_ivr_flow;
#[cfg(feature = "std")]
use crate::guard::Outcome;
use crate::guard::{Failure, guard};
use crate::object::peek;
#[cfg(feature = "std")]
use crate::pointers::{c_text, text, write_text};
use crate::pointers::{list, store};
use crate::tl_status;

/// What a name of a flow stands for.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_ivr_service_kind {
    /// A queue that callers wait in.
    TL_IVR_SERVICE_QUEUE = 1,
    /// A query that the host answers.
    TL_IVR_SERVICE_QUERY = 2,
    /// Somebody a caller is transferred to.
    TL_IVR_SERVICE_TRANSFER = 3,
}

/// A name that a node of a flow gives its host.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_ivr_service {
    /// The node's name.
    pub node: *const c_char,
    /// Its length.
    pub node_len: usize,
    /// The name, as the host will be given it.
    pub name: *const c_char,
    /// Its length.
    pub name_len: usize,
    /// A `tl_ivr_service_kind`; 0 for one newer than this header.
    pub kind: u32,
    /// 0.
    pub reserved: u32,
}

impl tl_ivr_service {
    fn new(of: &Service<'_>) -> Self {
        use tl_ivr_service_kind as K;
        let kind = match of.kind {
            ServiceKind::Queue => K::TL_IVR_SERVICE_QUEUE as u32,
            ServiceKind::Query => K::TL_IVR_SERVICE_QUERY as u32,
            ServiceKind::Transfer => K::TL_IVR_SERVICE_TRANSFER as u32,
            _ => 0,
        };
        Self {
            node: of.node.as_ptr().cast(),
            node_len: of.node.len(),
            name: of.name.as_ptr().cast(),
            name_len: of.name.len(),
            kind,
            reserved: 0,
        }
    }
}

/// Lists every queue, query and transfer target that the document names outright; what an expression
/// computes is known only during a call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_flow_list_services(
    flow: *const tl_ivr_flow,
    rows: *mut tl_ivr_service,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    guard("tl_ivr_flow_list_services", || unsafe {
        peek(flow, |loaded| {
            let all = loaded.flow.services().map(|service| tl_ivr_service::new(&service));
            list((rows, room, count), "rows", all)
        })?
    })
}

/// A recorded file or a text that a program may play, in one language.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_ivr_prompt {
    /// The name of the prompt it belongs to; of length 0 for one written inside a node.
    pub prompt: *const c_char,
    /// Its length.
    pub prompt_len: usize,
    /// Its language.
    pub language: *const c_char,
    /// Its length.
    pub language_len: usize,
    /// The recorded file, or NULL.
    pub file: *const c_char,
    /// Its length.
    pub file_len: usize,
    /// The text, or NULL.
    pub text: *const c_char,
    /// Its length.
    pub text_len: usize,
}

impl tl_ivr_prompt {
    fn new(of: &PromptText<'_>) -> Self {
        let parts = |text: Option<&str>| {
            text.map_or((core::ptr::null(), 0), |text| (text.as_ptr().cast(), text.len()))
        };
        let (file, file_len) = parts(of.file);
        let (text, text_len) = parts(of.text);
        Self {
            prompt: of.prompt.as_ptr().cast(),
            prompt_len: of.prompt.len(),
            language: of.language.as_ptr().cast(),
            language_len: of.language.len(),
            file,
            file_len,
            text,
            text_len,
        }
    }
}

/// Lists every file and text that a program may play: what must be recorded. The same may come more
/// than once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_flow_list_prompts(
    flow: *const tl_ivr_flow,
    rows: *mut tl_ivr_prompt,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    guard("tl_ivr_flow_list_prompts", || unsafe {
        peek(flow, |loaded| {
            let all = loaded.flow.prompts().map(|prompt| tl_ivr_prompt::new(&prompt));
            list((rows, room, count), "rows", all)
        })?
    })
}

/// What a flow is.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_ivr_flow_info {
    /// Its name, without a NUL, in the program.
    pub name: *const c_char,
    /// Its length.
    pub name_len: usize,
    /// Which program it is: its checksum.
    pub id: u32,
    /// Bytes of variables that a session on it needs.
    pub variable_bytes: u32,
    /// For later versions; 0.
    pub reserved: [u64; 2],
}

/// Stores what a flow is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_flow_get_info(
    flow: *const tl_ivr_flow,
    info: *mut tl_ivr_flow_info,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers.
    guard("tl_ivr_flow_get_info", || unsafe {
        let filled = peek(flow, |loaded| tl_ivr_flow_info {
            name: loaded.flow.name().as_ptr().cast(),
            name_len: loaded.flow.name().len(),
            id: loaded.flow.id(),
            variable_bytes: loaded.flow.variable_bytes() as u32,
            reserved: [0; 2],
        })?;
        store(info, "info", filled)?;
        Ok(tl_status::TL_OK)
    })
}

/// Which names of a flow.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_ivr_names {
    /// Its languages, the default one first.
    TL_IVR_LANGUAGES = 1,
    /// Its nodes.
    TL_IVR_NODES = 2,
    /// The exits of every node.
    TL_IVR_EXITS = 3,
}

/// A name in a flow, as traces give it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_ivr_name {
    /// The name.
    pub name: *const c_char,
    /// Its length.
    pub name_len: usize,
    /// Of an exit: its node's name, else NULL.
    pub node: *const c_char,
    /// Its length.
    pub node_len: usize,
}

impl tl_ivr_name {
    fn new(name: &str) -> Self {
        let (node, node_len) = (core::ptr::null(), 0);
        Self { name: name.as_ptr().cast(), name_len: name.len(), node, node_len }
    }

    pub(super) fn exit((node, name): (&str, &str)) -> Self {
        Self { node: node.as_ptr().cast(), node_len: node.len(), ..Self::new(name) }
    }
}

/// Lists the names that `which`, a `tl_ivr_names`, says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_flow_list_names(
    flow: *const tl_ivr_flow,
    which: u32,
    rows: *mut tl_ivr_name,
    room: usize,
    count: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    guard("tl_ivr_flow_list_names", || unsafe {
        peek(flow, |loaded| {
            let to = (rows, room, count);
            match which {
                1 => list(to, "rows", loaded.flow.languages().map(tl_ivr_name::new)),
                2 => list(to, "rows", loaded.flow.nodes().map(tl_ivr_name::new)),
                3 => list(to, "rows", loaded.flow.exits().map(tl_ivr_name::exit)),
                other => Err(Failure::argument(format_args!("which is {other}"))),
            }
        })?
    })
}

/// How a flow is drawn or written.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_ivr_picture {
    /// As a Mermaid flowchart.
    TL_IVR_MERMAID = 1,
    /// As a Graphviz graph.
    TL_IVR_DOT = 2,
    /// As a document that compiles to the same program.
    TL_IVR_DOCUMENT = 3,
}

/// Writes a flow, as the `tl_ivr_picture` says, into `text`, which has room for `room` bytes, a NUL
/// included, and stores its length without in `len`; when the room is too small, returns
/// `TL_ERR_BUFFER`. Takes memory from the allocator.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_flow_draw(
    flow: *const tl_ivr_flow,
    picture: u32,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    guard("tl_ivr_flow_draw", || unsafe {
        let drawn = peek(flow, |loaded| {
            Ok(match picture {
                1 => loaded.flow.mermaid(),
                2 => loaded.flow.dot(),
                3 => loaded.flow.decompile(),
                other => return Err(Failure::argument(format_args!("picture is {other}"))),
            })
        })??;
        written((text, room, len), &drawn)
    })
}

/// Writes FreeSWITCH's `ivr_menus` (an XML text of `len` bytes) as a document that compiles as it is,
/// named `name`, with a NUL, into `document`, as `tl_ivr_flow_draw`.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_ivr_import_freeswitch(
    xml: *const c_char,
    len: usize,
    name: *const c_char,
    document: *mut c_char,
    room: usize,
    document_len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count and texts.
    guard("tl_ivr_import_freeswitch", || unsafe {
        let (xml, name) = (text(xml, len, "xml")?, c_text(name, "name")?);
        let made = ivr_core::import_freeswitch(xml, name)
            .map_err(|error| Failure::new(tl_status::TL_ERR_IVR_IMPORT, error))?;
        written((document, room, document_len), &made)
    })
}

/// # Safety
/// The place is as [`write_text`] wants it.
#[cfg(feature = "std")]
unsafe fn written(to: (*mut c_char, usize, *mut usize), what: &str) -> Outcome {
    // SAFETY: as this function's own contract.
    unsafe { write_text(to, &what) }?;
    Ok(tl_status::TL_OK)
}
