//! Dialogue: ivr-core in C.

mod about;
#[cfg(feature = "std")]
mod coverage;
#[cfg(feature = "std")]
mod document;
mod flow;
mod input;
mod keep;
mod output;
mod pack;
#[cfg(feature = "std")]
mod rehearse;
mod say;
mod session;
#[cfg(feature = "std")]
mod trial;

pub use about::*;
#[cfg(feature = "std")]
pub use coverage::*;
#[cfg(feature = "std")]
pub use document::*;
pub use flow::*;
pub use input::*;
pub use keep::*;
pub use output::*;
#[cfg(feature = "std")]
pub use rehearse::*;
pub use say::*;
pub use session::*;
#[cfg(feature = "std")]
pub use trial::*;
