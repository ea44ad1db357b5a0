//! Routing: acd-core in C.

mod agent;
mod alone;
mod calendar;
mod call;
mod campaign;
mod change;
mod contacts;
mod dialling;
mod door;
mod duty;
mod engine;
mod explain;
mod follower;
mod input;
mod limits;
mod list;
mod log;
mod names;
mod output;
mod pacing;
mod query;
mod queue;
mod render;
mod reports;
mod setup;
mod staffing;
mod stats;
mod stored;
mod strategy;
mod sums;
#[cfg(feature = "std")]
mod text;

pub use agent::*;
pub use alone::*;
pub use calendar::*;
pub use call::*;
pub use campaign::*;
pub use change::*;
pub use contacts::*;
pub use dialling::*;
pub use door::*;
pub use duty::*;
pub use engine::*;
pub use explain::*;
pub use follower::*;
pub use input::*;
pub use limits::*;
pub use list::*;
pub use log::*;
pub use names::*;
pub use output::*;
pub use pacing::*;
pub use query::*;
pub use queue::*;
pub use render::*;
pub use reports::*;
pub use setup::*;
pub use staffing::*;
pub use stats::*;
pub use stored::*;
pub use strategy::*;
pub use sums::*;
#[cfg(feature = "std")]
pub use text::*;

use crate::guard::Failure;

pub(super) fn small<T: TryFrom<u32>>(value: u32, name: &'static str) -> Result<T, Failure> {
    T::try_from(value).map_err(|_| Failure::argument(format_args!("{name} is {value}")))
}

fn unknown<T>(name: &'static str, value: u32) -> Result<T, Failure> {
    Err(Failure::argument(format_args!("{name} is {value}")))
}
