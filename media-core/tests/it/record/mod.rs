//! The recording codec and its container.

#[cfg(feature = "tlr")]
mod before;
mod blocks;
#[cfg(feature = "tlr")]
mod container;
#[cfg(feature = "tlr")]
mod crypto;
#[cfg(feature = "tlr")]
mod damage;
#[cfg(feature = "tlr")]
mod echo;
#[cfg(feature = "tlr")]
mod hostile;
#[cfg(feature = "tlr")]
mod kill;
#[cfg(feature = "tlr")]
mod long;
#[cfg(feature = "tlr")]
mod play;
mod prompts;
#[cfg(feature = "tlr")]
mod python;
#[cfg(feature = "tlr")]
mod recorder;
#[cfg(feature = "tlr")]
mod rewrite;
mod same_bits;
mod signals;
#[cfg(feature = "tlr")]
mod survive;
mod tones;
