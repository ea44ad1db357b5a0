//! Routing: acd-core in C.

mod config;
mod engine;
mod output;
mod query;

pub use config::*;
pub use engine::*;
pub use output::*;
pub use query::*;
