//! The recording codec and its container.

mod blocks;
#[cfg(feature = "tlr")]
mod container;
#[cfg(feature = "tlr")]
mod crypto;
#[cfg(feature = "tlr")]
mod damage;
mod signals;
