//! The engine's behaviours, a module each.
#![cfg(feature = "alloc")]

mod admission;
mod calendar;
mod call_order;
mod campaign;
mod choices;
mod clerk;
mod compat;
mod desk;
mod estimates;
mod fuzzing;
mod invariants;
mod ledger;
mod levels;
mod life;
mod memory;
mod outbound;
mod raw_events;
mod render;
mod reports;
mod scenarios;
mod sim;
mod small_worlds;
mod staffing;
mod strategies;
mod tiers;
mod world;
