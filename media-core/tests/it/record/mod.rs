//! The recording codec and its container.

mod blocks;
mod signals;
