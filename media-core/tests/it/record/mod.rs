//! The recording codec and its container.

mod blocks;
#[cfg(feature = "tlr")]
mod container;
#[cfg(feature = "tlr")]
mod crypto;
#[cfg(feature = "tlr")]
mod damage;
#[cfg(feature = "tlr")]
mod kill;
#[cfg(feature = "tlr")]
mod play;
#[cfg(feature = "tlr")]
mod python;
#[cfg(feature = "tlr")]
mod recorder;
mod signals;
