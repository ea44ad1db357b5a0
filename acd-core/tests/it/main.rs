//! The engine's behaviours, a module each.
#![cfg(feature = "alloc")]

mod calendar;
mod desk;
mod life;
mod strategies;
