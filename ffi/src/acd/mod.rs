//! Routing: acd-core in C.

mod config;
mod engine;
mod output;

pub use config::*;
pub use engine::*;
pub use output::*;
