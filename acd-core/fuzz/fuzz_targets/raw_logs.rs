//! Bytes as an event log and as a snapshot: `cargo +nightly fuzz run raw_logs`.
#![no_main]

#[allow(dead_code, reason = "each target uses its own half")]
#[path = "../../tests/it/raw_events.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| harness::parse(bytes));
