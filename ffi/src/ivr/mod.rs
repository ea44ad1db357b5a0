//! Dialogue: ivr-core in C.

#[cfg(feature = "std")]
mod document;
mod flow;
mod input;
mod output;
mod pack;
mod session;

#[cfg(feature = "std")]
pub use document::*;
pub use flow::*;
pub use input::*;
pub use output::*;
pub use session::*;
