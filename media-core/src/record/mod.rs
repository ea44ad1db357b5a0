//! Recording: a lossless codec for telephone calls.
//!
//! [`encode`] and [`decode`] turn the samples of one channel over a stretch of time (a second, by
//! custom) into a block that needs no other to be read, and back to the same bits on every machine.
//! They keep nothing, and allocate nothing but the working memory of the highest level, which a
//! caller may bring along ([`encode_in`], [`decode_in`]): no level needs an allocator. Where one
//! party's voice comes back on the other's channel, [`encode_beside`] makes use of it. A whole call in a file is [`tlr`]'s (feature `tlr`).

mod block;
mod coder;
mod deep;
#[cfg(feature = "alloc")]
mod echo;
mod front;
mod law;
mod live;
mod model;
mod range;
mod shape;
mod spread;
#[cfg(feature = "tlr")]
pub mod tlr;
mod tone;

pub use block::{
    BlockError, BlockInfo, Level, MAX_HEADER, MAX_SAMPLES, MEMORY, Samples, SamplesMut, block_info,
    decode, decode_beside, decode_in, encode, encode_beside, encode_in,
};
#[cfg(feature = "alloc")]
pub use echo::find_echo;
pub use law::Format;
