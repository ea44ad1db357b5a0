//! One integration-test binary: every module below is one behaviour.

mod city_hotline;
mod collect;
mod collect_model;
mod compiler;
mod decompile;
mod driver;
mod expressions;
mod flows;
mod generate;
mod harness;
mod import;
mod invariants;
mod memory;
mod migrate;
mod retries;
mod robust;
mod saying;
mod schedules;
mod schema;
mod teaching;
mod transcripts;
