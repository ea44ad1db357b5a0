//! Recording: a lossless codec for telephone calls.
//!
//! [`encode`] and [`decode`] turn the samples of one channel over a stretch of time (a second, by
//! custom) into a block that needs no other to be read, and back to the same bits on every machine.
//! They allocate nothing and keep nothing. A whole call in a file is [`tlr`]'s (feature `tlr`).

mod block;
mod deep;
mod law;
mod live;
mod model;
mod range;
mod shape;
mod spread;
#[cfg(feature = "tlr")]
pub mod tlr;

pub use block::{
    BlockError, BlockInfo, Level, MAX_HEADER, MAX_SAMPLES, Samples, SamplesMut, block_info, decode,
    encode,
};
pub use law::Format;
