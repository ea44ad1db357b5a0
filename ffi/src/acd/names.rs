//! # Routing: the names of queues, callers and agents
//!
//! The engine knows numbers; wallboards want names. Where outputs are told in the words of Asterisk or
//! FreeSWITCH, hand in the names of what they are about: of the one call and agent of an output, or of
//! everybody. What is not named is empty there.
//!
//! A struct that is all 0 but for its key is a good start: a text that is NULL is what its field says,
//! else "". A text counts up to its first byte that is not UTF-8.

use core::ffi::{CStr, c_char};

use acd_core::QueueId;
use acd_core::render::{AgentName, Channel, Names, Transfer};

use crate::config::{Growing, read, store_defaults};
use crate::guard::{Failure, guard};
use crate::pointers::input;
use crate::tl_status;

/// A channel: the caller's, or the agent's leg. Texts end in a NUL.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_channel {
    /// Its name, `PJSIP/trunk-00000001`.
    pub name: *const c_char,
    /// What it is told apart by; FreeSWITCH's session UUID.
    pub uniqueid: *const c_char,
    /// What tells its conversation apart.
    pub linkedid: *const c_char,
    /// Who calls: the number.
    pub caller_id_num: *const c_char,
    /// Who calls: the name.
    pub caller_id_name: *const c_char,
    /// Who it is connected with: the number.
    pub connected_line_num: *const c_char,
    /// Who it is connected with: the name.
    pub connected_line_name: *const c_char,
    /// Its language. NULL: "en".
    pub language: *const c_char,
    /// Whom to bill.
    pub account_code: *const c_char,
    /// Where it is in the dial plan: the context.
    pub context: *const c_char,
    /// The extension; FreeSWITCH's DNIS.
    pub exten: *const c_char,
    /// FreeSWITCH's UUID of the member of the queue.
    pub member_uuid: *const c_char,
    /// The address it was opened with (`ENTERQUEUE`'s url).
    pub url: *const c_char,
    /// What the bridge with the agent is told apart by (`CONNECT`'s bridgeduniqueid).
    pub bridge_id: *const c_char,
    /// Why it was hung up. NULL: "NORMAL_CLEARING".
    pub hangup_cause: *const c_char,
    /// Its state in words. NULL: "Up", and number 6.
    pub state_desc: *const c_char,
    /// Its state by number, at most 255, if `state_desc` is set.
    pub state: u32,
    /// The priority in the dial plan. 0: 1.
    pub priority: u32,
    /// Must be NULL.
    pub reserved: [*const c_char; 2],
}

/// Where a call was passed on to.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_transfer {
    /// Without asking: to extension `to` in `context`.
    TL_ACD_TRANSFER_BLIND = 0,
    /// Into the bridge `to`.
    TL_ACD_TRANSFER_BRIDGE = 1,
    /// Into the application `to`.
    TL_ACD_TRANSFER_APPLICATION = 2,
    /// By linking the channels `to` and `context`.
    TL_ACD_TRANSFER_LINK = 3,
}

/// A queue's name.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_queue_name {
    /// The queue's handle.
    pub queue: u64,
    /// Its name, with a NUL.
    pub name: *const c_char,
}

/// A caller.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_caller {
    /// The call's tag.
    pub tag: u64,
    /// The caller's channel.
    pub channel: tl_acd_channel,
    /// A conversation that ended in a transfer: whereto, with a NUL.
    pub transfer_to: *const c_char,
    /// What goes with it, with a NUL.
    pub transfer_context: *const c_char,
    /// A `tl_acd_transfer`.
    pub transfer: u32,
    /// Must be 0.
    pub reserved: u32,
}

/// An agent, as wallboards know it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_agent_name {
    /// The agent's tag.
    pub tag: u64,
    /// The name: AMI's MemberName, FreeSWITCH's CC-Agent.
    pub name: *const c_char,
    /// The device that rings: AMI's Interface, FreeSWITCH's contact.
    pub interface: *const c_char,
    /// The device whose state counts.
    pub state_interface: *const c_char,
    /// "static", "dynamic" or "realtime". NULL: "static".
    pub membership: *const c_char,
    /// FreeSWITCH: "callback" or "uuid-standby". NULL: "callback".
    pub kind: *const c_char,
    /// FreeSWITCH: the machine. NULL: "single_box".
    pub system: *const c_char,
    /// The channel of its leg.
    pub channel: tl_acd_channel,
    /// 1: it is rung while it is in use.
    pub ring_in_use: u32,
    /// Must be 0.
    pub reserved: u32,
}

/// The word for a reason of being not ready.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_reason_name {
    /// The reason, as `tl_acd_set_agent_state` has it.
    pub reason: u64,
    /// The word, with a NUL.
    pub name: *const c_char,
}

/// Names, and how what they are put into is written. Lists may be in any order; one in the order of its
/// keys is searched faster.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_names {
    /// Set by `tl_acd_names_defaults`.
    pub struct_size: u32,
    /// A `tl_acd_form`. Default: text.
    pub form: u32,
    /// Queues. Default: NULL, here and below.
    pub queues: *const tl_acd_queue_name,
    /// How many. Default: 0, here and below.
    pub queue_count: usize,
    /// Callers.
    pub callers: *const tl_acd_caller,
    /// How many.
    pub caller_count: usize,
    /// Agents.
    pub agents: *const tl_acd_agent_name,
    /// How many.
    pub agent_count: usize,
    /// Reasons; 65,535, too many missed offers, is "Auto-Pause" if it is not here.
    pub reasons: *const tl_acd_reason_name,
    /// How many.
    pub reason_count: usize,
}

// SAFETY: repr(C), begins with a u32; two u32, then words that are as wide as a pointer each, so
// there is no padding; a pointer of any bits is a value.
unsafe impl Growing for tl_acd_names {
    const FIRST_SIZE: usize = 8 + 8 * size_of::<*const ()>();

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            form: 0,
            queues: core::ptr::null(),
            queue_count: 0,
            callers: core::ptr::null(),
            caller_count: 0,
            agents: core::ptr::null(),
            agent_count: 0,
            reasons: core::ptr::null(),
            reason_count: 0,
        }
    }
}

/// Fills in no names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_names_defaults(
    names: *mut tl_acd_names,
    struct_size: usize,
) -> tl_status {
    guard("tl_acd_names_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(names, "names", struct_size) }
    })
}

/// The names a caller handed in, for as long as its call lasts: every text in them was vouched for.
#[derive(Debug)]
pub(super) struct Directory<'a> {
    pub(super) form: u32,
    queues: &'a [tl_acd_queue_name],
    callers: &'a [tl_acd_caller],
    agents: &'a [tl_acd_agent_name],
    reasons: &'a [tl_acd_reason_name],
}

impl Directory<'_> {
    /// # Safety
    /// `names` is NULL or as the header has it, with all texts in it, for as long as the result
    /// lives.
    pub(super) unsafe fn new(names: *const tl_acd_names) -> Result<Self, Failure> {
        // SAFETY: as this function's own contract.
        unsafe {
            let names = read(names, "names")?;
            Ok(Self {
                form: names.form,
                queues: input(names.queues, names.queue_count, "names->queues")?,
                callers: input(names.callers, names.caller_count, "names->callers")?,
                agents: input(names.agents, names.agent_count, "names->agents")?,
                reasons: input(names.reasons, names.reason_count, "names->reasons")?,
            })
        }
    }

    fn of_call(&self, tag: u64) -> Option<&tl_acd_caller> {
        find(self.callers, tag, |caller| caller.tag)
    }
}

/// By halving where the list is in order, else one by one.
fn find<T>(all: &[T], key: u64, of: impl Fn(&T) -> u64) -> Option<&T> {
    match all.binary_search_by_key(&key, &of) {
        Ok(at) => all.get(at),
        Err(_) => all.iter().find(|one| of(one) == key),
    }
}

/// # Safety
/// As [`CStr::from_ptr`], or NULL.
pub(super) unsafe fn text(pointer: *const c_char, otherwise: &str) -> &str {
    if pointer.is_null() {
        return otherwise;
    }
    // SAFETY: as this function's own contract.
    let bytes = unsafe { CStr::from_ptr(pointer) }.to_bytes();
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(end) => core::str::from_utf8(&bytes[..end.valid_up_to()]).unwrap_or_default(),
    }
}

/// # Safety
/// Every text of it is NULL or ends in a NUL.
unsafe fn channel(of: &tl_acd_channel) -> Channel<'_> {
    let up = of.state_desc.is_null();
    // SAFETY: as this function's own contract.
    unsafe {
        Channel {
            name: text(of.name, ""),
            state: if up { 6 } else { u8::try_from(of.state).unwrap_or(u8::MAX) },
            state_desc: text(of.state_desc, "Up"),
            caller_id_num: text(of.caller_id_num, ""),
            caller_id_name: text(of.caller_id_name, ""),
            connected_line_num: text(of.connected_line_num, ""),
            connected_line_name: text(of.connected_line_name, ""),
            language: text(of.language, "en"),
            account_code: text(of.account_code, ""),
            context: text(of.context, ""),
            exten: text(of.exten, ""),
            priority: of.priority.max(1),
            uniqueid: text(of.uniqueid, ""),
            linkedid: text(of.linkedid, ""),
            member_uuid: text(of.member_uuid, ""),
            url: text(of.url, ""),
            bridge_id: text(of.bridge_id, ""),
            hangup_cause: text(of.hangup_cause, "NORMAL_CLEARING"),
        }
    }
}

impl Names for Directory<'_> {
    fn queue(&self, queue: QueueId) -> &str {
        let found = find(self.queues, queue.raw(), |one| one.queue);
        // SAFETY: the texts were vouched for when the directory was made, here and below.
        found.map_or("", |one| unsafe { text(one.name, "") })
    }

    fn caller(&self, call_tag: u64) -> Channel<'_> {
        // SAFETY: as above.
        self.of_call(call_tag).map_or_else(Channel::default, |of| unsafe { channel(&of.channel) })
    }

    fn agent(&self, agent_tag: u64) -> AgentName<'_> {
        let Some(of) = find(self.agents, agent_tag, |one| one.tag) else {
            return AgentName::default();
        };
        // SAFETY: as above.
        unsafe {
            AgentName {
                name: text(of.name, ""),
                interface: text(of.interface, ""),
                state_interface: text(of.state_interface, ""),
                membership: text(of.membership, "static"),
                ring_in_use: of.ring_in_use != 0,
                kind: text(of.kind, "callback"),
                system: text(of.system, "single_box"),
                channel: channel(&of.channel),
            }
        }
    }

    fn reason(&self, code: u16) -> &str {
        let missed = if code == acd_core::REASON_MISSED { "Auto-Pause" } else { "" };
        let found = find(self.reasons, code.into(), |one| one.reason);
        // SAFETY: as above.
        found.map_or(missed, |one| unsafe { text(one.name, "") })
    }

    fn transfer(&self, call_tag: u64) -> Transfer<'_> {
        let Some(of) = self.of_call(call_tag) else {
            return Transfer::Blind { exten: "", context: "" };
        };
        // SAFETY: as above.
        let (to, with) = unsafe { (text(of.transfer_to, ""), text(of.transfer_context, "")) };
        match of.transfer {
            1 => Transfer::ToBridge(to),
            2 => Transfer::ToApplication(to),
            3 => Transfer::Link(to, with),
            _ => Transfer::Blind { exten: to, context: with },
        }
    }
}
