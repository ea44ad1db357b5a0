//! The engine's outputs in the words of others: Asterisk's manager events (AMI) and `queue_log`,
//! FreeSWITCH's `callcenter::info`; so that dashboards made for those keep working.
//!
//! A [`Follower`] sees every output and adds what the formats want to know beside it (a
//! [`Seen`]); [`ami`], [`queue_log`] and [`callcenter`] put it into fields. Names, numbers and
//! channels are the embedder's, handed in as [`Names`]. Fields go to a [`Sink`]: text as those
//! systems write it ([`AmiText`], [`QueueLogText`], [`CallCenterText`]), or anything else.
//!
//! ```
//! # #[cfg(feature = "alloc")] {
//! use acd_core::render::*;
//! use acd_core::*;
//!
//! struct Directory;
//! impl Names for Directory {
//!     fn queue(&self, _: QueueId) -> &str { "sales" }
//!     fn caller(&self, _: u64) -> Channel<'_> {
//!         Channel { uniqueid: "1700000000.7", caller_id_num: "5550100", ..Channel::default() }
//!     }
//! }
//!
//! let limits = Limits::default();
//! let mut engine = Engine::with_capacity(limits)?;
//! let mut follower = Follower::with_capacity(limits);
//! let queue = engine.add_queue(QueueConfig::default())?;
//! let mut log = QueueLogText(String::new());
//! engine.handle(Time::from_secs(1_700_000_000), Input::Arrive(CallConfig::new(queue)))?;
//! while let Some((at, output)) = engine.poll_at() {
//!     let seen = follower.see(&engine, at, &output);
//!     queue_log::render(&seen, &Directory, &mut log).expect("a string");
//! }
//! assert_eq!(log.0, "1700000000|1700000000.7|sales|NONE|ENTERQUEUE||5550100|1\n");
//! # }
//! # Ok::<(), acd_core::Error>(())
//! ```
//!
//! The field lists are those of Asterisk 22 and FreeSWITCH 1.10. Where those systems say nothing
//! of an event (an offer lost to a faster agent has no line in `queue_log`, a caller's new priority
//! no word in any of them), nothing is written.

pub mod ami;
pub mod callcenter;
pub mod queue_log;

mod seen;
mod text;

pub use seen::{AgentFacts, CallFacts, Follower, FollowerSlot, Seen};
pub use text::{AmiText, CallCenterText, QueueLogText};

use core::fmt;

use crate::id::QueueId;

/// A channel, as AMI describes it; the caller's, or the agent's leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel<'a> {
    /// Its name, `PJSIP/trunk-00000001`.
    pub name: &'a str,
    /// Its state by number.
    pub state: u8,
    /// Its state in words.
    pub state_desc: &'a str,
    /// Who calls: the number.
    pub caller_id_num: &'a str,
    /// Who calls: the name.
    pub caller_id_name: &'a str,
    /// Who it is connected with: the number.
    pub connected_line_num: &'a str,
    /// Who it is connected with: the name.
    pub connected_line_name: &'a str,
    /// Its language.
    pub language: &'a str,
    /// Whom to bill.
    pub account_code: &'a str,
    /// Where it is in the dial plan: the context.
    pub context: &'a str,
    /// The extension; FreeSWITCH's DNIS.
    pub exten: &'a str,
    /// The priority.
    pub priority: u32,
    /// What it is told apart by; FreeSWITCH's session UUID.
    pub uniqueid: &'a str,
    /// What tells its conversation apart.
    pub linkedid: &'a str,
    /// FreeSWITCH's UUID of the member of the queue.
    pub member_uuid: &'a str,
    /// The address it was opened with (`ENTERQUEUE`'s url).
    pub url: &'a str,
    /// What the bridge with the agent is told apart by (`CONNECT`'s bridgeduniqueid).
    pub bridge_id: &'a str,
    /// Why it was hung up.
    pub hangup_cause: &'a str,
}

impl Default for Channel<'_> {
    fn default() -> Self {
        Self {
            name: "",
            state: 6,
            state_desc: "Up",
            caller_id_num: "",
            caller_id_name: "",
            connected_line_num: "",
            connected_line_name: "",
            language: "en",
            account_code: "",
            context: "",
            exten: "",
            priority: 1,
            uniqueid: "",
            linkedid: "",
            member_uuid: "",
            url: "",
            bridge_id: "",
            hangup_cause: "NORMAL_CLEARING",
        }
    }
}

/// An agent, as dashboards know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentName<'a> {
    /// The name: AMI's MemberName, FreeSWITCH's CC-Agent.
    pub name: &'a str,
    /// The device that rings: AMI's Interface, FreeSWITCH's contact.
    pub interface: &'a str,
    /// The device whose state counts.
    pub state_interface: &'a str,
    /// `static`, `dynamic` or `realtime`.
    pub membership: &'a str,
    /// Whether it is rung while it is in use.
    pub ring_in_use: bool,
    /// FreeSWITCH: `callback` or `uuid-standby`.
    pub kind: &'a str,
    /// FreeSWITCH: the machine.
    pub system: &'a str,
    /// The channel of its leg.
    pub channel: Channel<'a>,
}

impl Default for AgentName<'_> {
    fn default() -> Self {
        Self {
            name: "",
            interface: "",
            state_interface: "",
            membership: "static",
            ring_in_use: false,
            kind: "callback",
            system: "single_box",
            channel: Channel::default(),
        }
    }
}

/// Where a call was passed on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transfer<'a> {
    /// Without asking.
    Blind {
        /// The extension.
        exten: &'a str,
        /// The context.
        context: &'a str,
    },
    /// Into a bridge.
    ToBridge(&'a str),
    /// Into an application.
    ToApplication(&'a str),
    /// By linking two channels.
    Link(&'a str, &'a str),
}

/// The embedder's names for what the engine knows by number. What is left out is empty.
pub trait Names {
    /// A queue's name.
    fn queue(&self, queue: QueueId) -> &str;

    /// The caller's channel, by the call's tag.
    fn caller(&self, call_tag: u64) -> Channel<'_> {
        let _ = call_tag;
        Channel::default()
    }

    /// An agent, by its tag.
    fn agent(&self, agent_tag: u64) -> AgentName<'_> {
        let _ = agent_tag;
        AgentName::default()
    }

    /// The word for a reason of being not ready.
    fn reason(&self, code: u16) -> &str {
        if code == crate::REASON_MISSED { "Auto-Pause" } else { "" }
    }

    /// Where the agent passed the call on to.
    fn transfer(&self, call_tag: u64) -> Transfer<'_> {
        let _ = call_tag;
        Transfer::Blind { exten: "", context: "" }
    }
}

/// Where fields go, event by event.
pub trait Sink {
    /// An event of this name begins.
    ///
    /// # Errors
    /// As whatever is written to says.
    fn begin(&mut self, event: &str) -> fmt::Result;

    /// One field of it.
    ///
    /// # Errors
    /// As whatever is written to says.
    fn field(&mut self, key: &str, value: fmt::Arguments<'_>) -> fmt::Result;

    /// It is complete.
    ///
    /// # Errors
    /// As whatever is written to says.
    fn end(&mut self) -> fmt::Result;
}

/// A number of thousandths as seconds, the rest cut off as those systems do.
fn seconds(ms: u64) -> u64 {
    ms / 1_000
}

/// Puts fields into a sink one after another.
macro_rules! fields {
    ($sink:expr, $($key:literal: $value:expr),* $(,)?) => {
        $($sink.field($key, format_args!("{}", $value))?;)*
    };
}
use fields;
