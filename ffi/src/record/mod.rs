//! Recording: media-core's codec and container in C.

mod block;
#[cfg(feature = "std")]
mod check;
#[cfg(feature = "std")]
mod config;
#[cfg(feature = "std")]
mod failure;
#[cfg(feature = "std")]
mod reader;
#[cfg(feature = "std")]
mod recorder;
#[cfg(feature = "std")]
mod rewrite;
#[cfg(feature = "std")]
mod tables;
#[cfg(feature = "std")]
mod writer;

pub use block::*;
#[cfg(feature = "std")]
pub use {check::*, config::*, reader::*, recorder::*, rewrite::*, tables::*, writer::*};

#[cfg(feature = "std")]
use failure::{channel, io_failure};
