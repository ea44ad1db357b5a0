//! # Routing: in the words of Asterisk and FreeSWITCH
//!
//! Outputs as Asterisk's manager events (AMI) and lines of `queue_log` (fields as of Asterisk 22), and
//! as FreeSWITCH's `callcenter::info` events (1.10): what was made to read those keeps working.
//!
//! Every function puts none, one or several events into `text`, which has room for `room` bytes, a NUL
//! included, and stores in `len` how long they are without; `names` must not be NULL. When the room is
//! too small, it returns `TL_ERR_BUFFER`, and `len` says how long they are: nothing has changed, ask
//! again. Nothing that is in a name can end a line or forge a field.

use core::ffi::c_char;
use core::fmt::{self, Write};

use acd_core::render::{self, AmiText, CallCenterText, Names, QueueLogText, Seen, Sink};
use acd_core::{AgentId, AgentState, QueueId, Time};

use super::engine::tl_acd;
use super::follower::{Following, tl_acd_follower};
use super::names::{Directory, tl_acd_names};
use super::queue::tl_acd_queue_config;
use super::unknown;
use crate::config::Growing;
use crate::guard::{Failure, Outcome, guard};
use crate::object::{enter, enter_both};
use crate::pointers::{c_text, c_text_or, given, write_text};
use crate::tl_status;
use crate::values::{option64, tl_time};

/// How events are written.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_form {
    /// As those systems write them: `Key: value` lines of AMI, lines of a `queue_log` file,
    /// FreeSWITCH's plain events with `%` codes.
    TL_ACD_FORM_TEXT = 0,
    /// One by one, for a PBX's own functions: the event's name, then each key and its value, all with
    /// a NUL, and an empty name after the last event as after the last key of each.
    TL_ACD_FORM_FIELDS = 1,
}

#[derive(Clone, Copy)]
enum Words {
    Ami,
    QueueLog,
    CallCenter,
}

/// Fields as they are, each with a NUL.
struct Fields<W>(W);

/// Leaves out what would end a field.
struct NoNul<'w, W>(&'w mut W);

impl<W: Write> Write for NoNul<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.split('\0').try_for_each(|part| self.0.write_str(part))
    }
}

impl<W: Write> Sink for Fields<W> {
    fn begin(&mut self, event: &str) -> fmt::Result {
        write!(self.0, "{event}\0")
    }

    fn field(&mut self, key: &str, value: fmt::Arguments<'_>) -> fmt::Result {
        write!(self.0, "{key}\0")?;
        NoNul(&mut self.0).write_fmt(value)?;
        self.0.write_char('\0')
    }

    fn end(&mut self) -> fmt::Result {
        self.0.write_char('\0')
    }
}

/// What a renderer puts into a sink, as text.
struct Rendered<F> {
    words: Words,
    fields: bool,
    render: F,
}

impl<F: Fn(&mut dyn Sink) -> fmt::Result> fmt::Display for Rendered<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.words {
            _ if self.fields => (self.render)(&mut Fields(f)),
            Words::Ami => (self.render)(&mut AmiText(f)),
            Words::QueueLog => (self.render)(&mut QueueLogText(f)),
            Words::CallCenter => (self.render)(&mut CallCenterText(f)),
        }
    }
}

/// A text of the caller's, and where its length goes.
type Place = (*mut c_char, usize, *mut usize);

/// # Safety
/// The place is as [`write_text`] wants it.
unsafe fn write(
    to: Place,
    words: Words,
    form: u32,
    render: impl Fn(&mut dyn Sink) -> fmt::Result,
) -> Outcome {
    let fields = match form {
        0 => false,
        1 => true,
        other => return unknown("form", other),
    };
    // SAFETY: as this function's own contract.
    unsafe { write_text(to, &Rendered { words, fields, render }) }?;
    Ok(tl_status::TL_OK)
}

/// The output that the follower saw last as AMI events. A change of an agent's state is a
/// `QueueMemberStatus` for each of its queues. Must be asked before the engine is told the next thing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_render_ami(
    follower: *const tl_acd_follower,
    acd: *const tl_acd,
    names: *const tl_acd_names,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter_both("tl_acd_render_ami", (follower, acd), |this, routing| {
            let (names, seen) = (Directory::new(names)?, this.seen()?);
            write((text, room, len), Words::Ami, names.form, |sink| {
                render::ami::render(seen, &routing.engine, &names, sink)
            })
        })
    }
}

/// The output that was seen last, by a renderer that needs no engine beside it.
///
/// # Safety
/// The place is as [`write_text`] wants it, the names as the header's contract has them.
unsafe fn say(
    following: &Following,
    names: *const tl_acd_names,
    to: Place,
    words: Words,
    render: fn(&Seen, &dyn Names, &mut dyn Sink) -> fmt::Result,
) -> Outcome {
    // SAFETY: as this function's own contract.
    unsafe {
        let (names, seen) = (Directory::new(names)?, following.seen()?);
        write(to, words, names.form, |sink| render(seen, &names, sink))
    }
}

/// The output that the follower saw last as lines of `queue_log`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_render_queue_log(
    follower: *const tl_acd_follower,
    names: *const tl_acd_names,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_render_queue_log", follower, |this| {
            say(this, names, (text, room, len), Words::QueueLog, render::queue_log::render)
        })
    }
}

/// The output that the follower saw last as `callcenter::info` events.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_render_callcenter(
    follower: *const tl_acd_follower,
    names: *const tl_acd_names,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_render_callcenter", follower, |this| {
            say(this, names, (text, room, len), Words::CallCenter, render::callcenter::render)
        })
    }
}

/// What you did with a member of a queue, of which the engine says nothing.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_member_event {
    /// Added to the queue: tell after it is in.
    TL_ACD_MEMBER_ADDED = 1,
    /// Taken out of the queue: tell before it is out.
    TL_ACD_MEMBER_REMOVED = 2,
    /// Its penalty was changed.
    TL_ACD_MEMBER_PENALTY = 3,
    /// Whether it is rung while in use was changed.
    TL_ACD_MEMBER_RING_IN_USE = 4,
}

/// A member and what happened to it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_member_news {
    /// The agent.
    pub agent: u64,
    /// The queue.
    pub queue: u64,
    /// A `tl_acd_member_event`.
    pub event: u32,
    /// Must be 0.
    pub reserved: u32,
}

/// AMI's `QueueMemberAdded`, `-Removed`, `-Penalty` or `-Ringinuse`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_render_ami_member(
    follower: *const tl_acd_follower,
    acd: *const tl_acd,
    news: *const tl_acd_member_news,
    names: *const tl_acd_names,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    use render::ami::MemberEvent;
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter_both("tl_acd_render_ami_member", (follower, acd), |this, routing| {
            let (names, news) = (Directory::new(names)?, given(news, "news")?);
            let event = match news.event {
                1 => MemberEvent::Added,
                2 => MemberEvent::Removed,
                3 => MemberEvent::Penalty,
                4 => MemberEvent::RingInUse,
                other => return unknown("event", other),
            };
            let member = (AgentId::from_raw(news.agent), QueueId::from_raw(news.queue));
            routing.member_view(member.0, member.1)?;
            write((text, room, len), Words::Ami, names.form, |sink| {
                let engine = &routing.engine;
                render::ami::member(event, member, engine, &this.follower, &names, sink)
            })
        })
    }
}

/// AMI's `AgentDump`: the agent hung up while it listened to what the call is about.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_render_ami_agent_dump(
    call_tag: u64,
    agent_tag: u64,
    queue: u64,
    names: *const tl_acd_names,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_acd_render_ami_agent_dump", || unsafe {
        let (names, queue) = (Directory::new(names)?, QueueId::from_raw(queue));
        write((text, room, len), Words::Ami, names.form, |sink| {
            render::ami::agent_dump(call_tag, agent_tag, queue, &names, sink)
        })
    })
}

/// AMI's answer to `QueueStatus`, for one queue, or all of them with `TL_NONE`: each with its members
/// and callers, and `QueueStatusComplete`. Where Asterisk has a running average of times, this is the
/// average of all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_render_ami_queue_status(
    follower: *const tl_acd_follower,
    acd: *const tl_acd,
    queue: u64,
    names: *const tl_acd_names,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter_both("tl_acd_render_ami_queue_status", (follower, acd), |this, routing| {
            let (names, only) = (Directory::new(names)?, option64(queue).map(QueueId::from_raw));
            write((text, room, len), Words::Ami, names.form, |sink| {
                render::ami::queue_status(only, &routing.engine, &this.follower, &names, sink)
            })
        })
    }
}

/// AMI's answer to `QueueSummary`, for one queue, or all of them with `TL_NONE`, and
/// `QueueSummaryComplete`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_render_ami_queue_summary(
    acd: *const tl_acd,
    queue: u64,
    names: *const tl_acd_names,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for objects and pointers with a count.
    unsafe {
        enter("tl_acd_render_ami_queue_summary", acd, |routing| {
            let (names, only) = (Directory::new(names)?, option64(queue).map(QueueId::from_raw));
            write((text, room, len), Words::Ami, names.form, |sink| {
                render::ami::queue_summary(only, &routing.engine, &names, sink)
            })
        })
    }
}

/// A line of `queue_log`. Texts end in a NUL.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_acd_log_line {
    /// When.
    pub at: tl_time,
    /// The call's unique id, or "NONE".
    pub call: *const c_char,
    /// The queue's name, or "NONE".
    pub queue: *const c_char,
    /// The agent's name, or "NONE".
    pub agent: *const c_char,
    /// What happened.
    pub event: *const c_char,
    /// What goes with it; NULL is "".
    pub data: [*const c_char; 6],
    /// How many of them there are.
    pub data_count: u32,
    /// Must be 0.
    pub reserved: u32,
}

/// A line of `queue_log` of your own: `QUEUESTART`, `ADDMEMBER`, `OUTCALL` and whatever there is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_render_queue_log_line(
    line: *const tl_acd_log_line,
    names: *const tl_acd_names,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_acd_render_queue_log_line", || unsafe {
        let (names, line) = (Directory::new(names)?, given(line, "line")?);
        let mut data = [""; 6];
        let used = line.data.get(..line.data_count as usize);
        let used = used.ok_or_else(|| {
            Failure::argument(format_args!("data_count is {}, of 6 at most", line.data_count))
        })?;
        for (text, from) in data.iter_mut().zip(used) {
            *text = c_text_or(*from, "", "line->data")?;
        }
        let data = data.each_ref().map(|text| text as &dyn fmt::Display);
        let (call, queue) = (c_text(line.call, "line->call")?, c_text(line.queue, "line->queue")?);
        let (agent, event) =
            (c_text(line.agent, "line->agent")?, c_text(line.event, "line->event")?);
        write((text, room, len), Words::QueueLog, names.form, |sink| {
            let at = Time::from_ms(line.at);
            render::queue_log::line(at, call, queue, agent, event, &data[..used.len()], sink)
        })
    })
}

/// What you did with an agent, or were asked of one, in `callcenter::info`.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_acd_agent_action {
    /// `agent-add`.
    TL_ACD_AGENT_ADD = 1,
    /// `agent-status-get`: its state is `with`, a `tl_acd_agent_state`.
    TL_ACD_AGENT_STATUS_GET = 2,
    /// `agent-state-get`: its state is `with`, a `tl_acd_agent_state`.
    TL_ACD_AGENT_STATE_GET = 3,
    /// `agent-uuid-get`: the `uniqueid` of its channel.
    TL_ACD_AGENT_UUID_GET = 4,
    /// `agent-contact-change`: its `interface` is another.
    TL_ACD_AGENT_CONTACT_CHANGE = 5,
}

fn state(state: u32) -> Result<AgentState, Failure> {
    Ok(match state {
        1 => AgentState::LoggedOut,
        2 => AgentState::Available,
        3 => AgentState::NotReady(0),
        4 => AgentState::Ringing,
        5 => AgentState::Talking,
        6 => AgentState::WrapUp,
        other => return unknown("the agent's state", other),
    })
}

/// The `callcenter::info` event of a `tl_acd_agent_action`, with what it says it goes with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_render_callcenter_agent(
    action: u32,
    agent_tag: u64,
    with: u32,
    names: *const tl_acd_names,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    use render::callcenter::AgentAction;
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_acd_render_callcenter_agent", || unsafe {
        let names = Directory::new(names)?;
        let contact = Names::agent(&names, agent_tag).interface;
        let action = match action {
            1 => AgentAction::Add,
            2 => AgentAction::StatusGet(state(with)?),
            3 => AgentAction::StateGet(state(with)?),
            4 => AgentAction::UuidGet,
            5 => AgentAction::ContactChange(contact),
            other => return unknown("action", other),
        };
        write((text, room, len), Words::CallCenter, names.form, |sink| {
            render::callcenter::agent(action, agent_tag, &names, sink)
        })
    })
}

/// `members-count` over all queues, in `callcenter::info`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_render_callcenter_count(
    count: u32,
    names: *const tl_acd_names,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_acd_render_callcenter_count", || unsafe {
        let names = Directory::new(names)?;
        write((text, room, len), Words::CallCenter, names.form, |sink| {
            render::callcenter::all_members(count, sink)
        })
    })
}

/// Writes the name that `queues.conf` has for a `tl_acd_strategy` of no further options into `text`,
/// the nearest for one that it does not know.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_acd_render_ami_strategy(
    strategy: u32,
    text: *mut c_char,
    room: usize,
    len: *mut usize,
) -> tl_status {
    // SAFETY: the header's contract for pointers with a count.
    guard("tl_acd_render_ami_strategy", || unsafe {
        let queue = tl_acd_queue_config { strategy, ..tl_acd_queue_config::defaults() };
        write_text((text, room, len), &render::ami::strategy(queue.strategy()?))?;
        Ok(tl_status::TL_OK)
    })
}
