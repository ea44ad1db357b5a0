//! Trying flows without a telephone: a caller and a host that follow a script, in virtual time.
//!
//! [`Rehearsal`] is one call under the hand of whoever tries: every output becomes a line of its
//! log. [`run_scenarios`] plays scenario files against a flow and measures which nodes and exits
//! they reach.
//!
//! ```
//! use ivr_core::{Flow, SessionConfig, Time, compile, rehearse::Rehearsal};
//!
//! let program = compile("
//! name: hello
//! languages: [en]
//! start: hello
//! nodes:
//!   hello: { type: play, prompt: Hello there., next: hangup }
//! ", "hello.yaml").unwrap();
//! let flow = Flow::load(&program).unwrap();
//! let mut call = Rehearsal::start(&flow, SessionConfig::default()).unwrap();
//! call.listen();
//! assert_eq!(call.take(), ["en: Hello there.", "hello -> next", "end Finished"]);
//! ```

mod call;
mod coverage;
mod scenario;
mod transcript;

pub use call::Rehearsal;
pub use coverage::Coverage;
pub use scenario::{Outcome, Report, flow_of, run_scenarios};
