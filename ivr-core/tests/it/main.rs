//! One integration-test binary: every module below is one behaviour.

mod city_hotline;
mod collect;
mod compiler;
mod decompile;
mod driver;
mod expressions;
mod flows;
mod generate;
mod import;
mod invariants;
mod robust;
mod saying;
mod schedules;
mod schema;
mod transcripts;
