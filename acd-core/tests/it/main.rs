//! The engine's behaviours, a module each.
#![cfg(feature = "alloc")]

mod admission;
mod calendar;
mod call_order;
mod campaign;
mod capacity;
mod choices;
mod clerk;
mod compat;
mod desk;
mod errors;
mod estimates;
mod fairness;
mod fuzzing;
mod golden;
mod heads;
mod invariant_table;
mod invariants;
mod ledger;
mod levels;
mod life;
mod lines;
mod memory;
mod outbound;
mod penalties;
mod raw_events;
mod render;
mod reports;
mod sameness;
mod scenarios;
mod sim;
mod small_worlds;
mod staffing;
mod strategies;
mod tiers;
mod world;
