//! The routing engine of Trunkline: who gets which call, and when.
//!
//! An [`Engine`] is a passive value. It owns no socket, thread, clock or randomness: it is told
//! what happened ([`Engine::handle`]), says what to do ([`Engine::poll`]) and when it wants to be
//! woken ([`Engine::deadline`]). The same inputs give the same outputs, everywhere.
//!
//! ```
//! # #[cfg(feature = "alloc")] {
//! use acd_core::*;
//!
//! let mut engine = Engine::with_capacity(Limits::default())?;
//! let sales = engine.add_queue(QueueConfig { tag: 800, ..QueueConfig::default() })?;
//! let ann = engine.add_agent(AgentConfig { tag: 101, ..AgentConfig::default() })?;
//! engine.join_queue(ann, sales, Membership::default())?;
//!
//! let mut now = Time::from_secs(1_000);
//! let state = AgentRequest::Available;
//! engine.handle(now, Input::AgentState { agent: ann, state })?;
//! engine.handle(now, Input::Arrive(CallConfig { tag: 7, ..CallConfig::new(sales) }))?;
//!
//! let mut ringing = None;
//! while let Some(output) = engine.poll() {
//!     if let Output::Offer { offer, agent_tag, .. } = output {
//!         ringing = Some((offer, agent_tag)); // ring that phone
//!     }
//! }
//! let (offer, phone) = ringing.expect("Ann is free");
//! assert_eq!(phone, 101);
//!
//! now = now.plus(2_000); // she answers
//! engine.handle(now, Input::Accept { offer })?;
//! let connected = core::iter::from_fn(|| engine.poll())
//!     .find(|output| matches!(output, Output::Connected { waited_ms: 2_000, .. }));
//! assert!(connected.is_some());
//! # }
//! # Ok::<(), acd_core::Error>(())
//! ```
//!
//! # What is where
//!
//! - [`Engine`]: calls, agents, queues, offers; [`Strategy`] and [`Order`]: who gets the call;
//!   [`CallOrder`]: which call the agent gets; [`RelaxStep`] and [`Overflow`]: what changes while it waits; [`WhyWaiting`] and [`WhyIdle`]:
//!   why it still does, [`Choice`] why an offer was made; [`Accuracy`]: how good predictions of the
//!   wait were; [`Engine::snapshot`] and [`Engine::restore`].
//! - [`calendar`]: working hours; [`DutyGroup`]: agents who serve a queue in such hours only.
//!   [`admission`]: who gets in. [`outbound`]: calling out.
//! - [`staffing`]: Erlang B, C and A, rosters. [`sim`]: a call centre to experiment with (`std`).
//! - [`log`]: everything an engine was told, and its replay.
//! - [`render`]: the outputs as AMI, `queue_log` and `callcenter::info` say them.
//! - [`stats`]: numbers as a fold over the outputs.
//!
//! # Without an allocator
//!
//! Features are `std` (default), which includes `alloc`, or none. All memory is taken when an
//! engine is made, from the heap ([`Engine::with_capacity`]) or from the caller
//! ([`Engine::new`]); nothing is allocated afterwards.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod admission;
pub mod calendar;
pub mod log;
pub mod outbound;
pub mod render;

#[cfg(feature = "std")]
#[cfg_attr(docsrs, doc(cfg(feature = "std")))]
pub mod sim;
pub mod staffing;
pub mod stats;

mod accuracy;
mod agent;
mod call;
mod calls;
mod choice;
mod duty;
mod engine;
mod error;
mod event;
mod grid;
mod id;
mod leg;
mod limits;
mod member;
mod penalty;
mod plain;
mod queue;
mod ranks;
mod relax;
mod ring;
mod select;
mod service_level;
mod shelf;
mod skill;
mod slab;
mod storage;
mod tags;
mod time;
mod timer;
mod tree;

pub use accuracy::{Accuracy, AccuracySlot, EstimateError, EstimateErrors, Prediction};
pub use agent::{
    AgentConfig, AgentCounters, AgentRequest, AgentState, Capacity, Medium, REASON_MISSED,
};
pub use call::{CallConfig, CallState};
pub use calls::PlaceSlot;
pub use choice::{AgentReason, Choice};
pub use duty::DutyGroup;
pub use engine::{
    CallView, Engine, Estimates, MemberView, NextCall, Staff, Starvation, WhyIdle, WhyWaiting,
};
pub use error::{Error, Table};
pub use event::{EndedBy, Input, LeaveReason, OfferEnd, Output, RefuseReason, RejectCause};
pub use id::{AgentId, CallId, OfferId, QueueId, RuleId};
pub use limits::{
    AgentSlot, CallSlot, DetailSlot, EngineStorage, Limits, LineSlot, MemberSlot, OfferSlot,
    PoolSlot, QueueSlot, RankSlot, RuleSlot,
};
pub use member::Membership;
pub use penalty::PenaltyRaise;
pub use queue::{Delays, EmptyRule, QueueConfig, QueueCounters};
pub use relax::{GhostSlot, Overflow, RelaxStep, TierRules};
pub use ring::OutputSlot;
pub use select::{
    Asterisk, CallCenter, CallOrder, CallReason, Order, Ring, Start, Strategy, Term,
    asterisk_bucket,
};
pub use service_level::{Level, ServiceLevel};
pub use skill::{ClassId, ProfileId, Skill, SkillRange};
pub use tags::TagSlot;
pub use time::Time;
pub use timer::{AlarmSlot, TimerSlot};
