//! The dialogue engine of Trunkline: flows, menus, digits, prompts.
//!
//! A flow is a document (YAML or JSON) that [`compile`] turns into a program; [`Flow::load`]
//! validates the program once and reads it in place; a [`Session`] walks one caller through it.
//! A session owns no clock, socket, thread or memory: hand it inputs with their time, drain what it
//! wants done, and call it no later than its deadline.
//!
//! ```
//! use ivr_core::{Flow, Input, OpResult, Output, Session, SessionConfig, Time};
//!
//! # #[cfg(feature = "std")] {
//! let document = "
//! name: hello
//! languages: [en]
//! start: menu
//! nodes:
//!   menu:
//!     type: menu
//!     prompt: Press one.
//!     options: { 1: bye }
//!     on: { noinput: hangup, nomatch: hangup }
//!   bye: { type: play, prompt: Goodbye., next: hangup }
//! ";
//! let program = ivr_core::compile(document, "hello.yaml").unwrap();
//! let flow = Flow::load(&program).unwrap();
//!
//! let mut session = Session::new(&flow, SessionConfig::default()).unwrap();
//! session.handle(&flow, Time(0), Input::Start).unwrap();
//! let Some(Output::Play { op, .. }) = session.poll(&flow) else { panic!() };
//! session.handle(&flow, Time(900), Input::Digit(b'1')).unwrap();
//! assert!(matches!(session.poll(&flow), Some(Output::Stop { op: stopped }) if stopped == op));
//! # }
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "std")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[cfg(feature = "std")]
mod compile;
#[cfg(feature = "std")]
mod decompile;
#[cfg(feature = "std")]
mod document;
mod expr;
mod grammar;
#[cfg(feature = "std")]
mod graph;
#[cfg(feature = "std")]
mod import;
mod machine;
mod program;
mod prompt;
#[cfg(feature = "std")]
pub mod rehearse;
pub mod say;
mod schedule;
mod time;
mod value;

#[cfg(feature = "std")]
pub use compile::{Diagnostic, Diagnostics, Level, Program, compile, milliseconds};
pub use expr::ExprError;
#[cfg(feature = "std")]
pub use import::{ImportError, import_freeswitch};
pub use machine::{
    Args, Argument, EndReason, Evaluated, Fault, Input, Keys, LargeSession, MigrateError, Op,
    OpResult, Output, QueueOutcome, Session, SessionConfig, SessionError, SessionOf, SnapshotError,
    TransferKind, TransferOutcome,
};
pub use program::{Flow, LoadError, MAGIC, Service, ServiceKind, VERSION};
pub use prompt::{PromptItem, PromptText, PromptTexts, Prompts};
pub use time::Time;
pub use value::{DECIMAL_ONE, Decimal, Type, Value};
