//! Bytes as events of an engine: `cargo +nightly fuzz run raw_events`.
#![no_main]

#[allow(dead_code, reason = "each target uses its own half")]
#[path = "../../tests/it/raw_events.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| drop(harness::run(bytes)));
