#![no_main]

// The same as the property tests do on a stable compiler, with inputs of libFuzzer's choice.
#[path = "../../tests/it/harness.rs"]
#[allow(dead_code, reason = "one target of several")]
mod harness;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| harness::wav(bytes));
