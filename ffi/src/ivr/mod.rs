//! Dialogue: ivr-core in C.

#[cfg(feature = "std")]
mod document;
mod flow;
mod input;
mod output;
mod pack;
#[cfg(feature = "std")]
mod rehearse;
mod say;
mod session;

#[cfg(feature = "std")]
pub use document::*;
pub use flow::*;
pub use input::*;
pub use output::*;
#[cfg(feature = "std")]
pub use rehearse::*;
pub use say::*;
pub use session::*;
