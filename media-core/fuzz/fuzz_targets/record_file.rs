#![no_main]

// The same as the property tests do on a stable compiler, with inputs of libFuzzer's choice: whole
// files, and records with good check sums behind the front of a real one.
#[path = "../../tests/it/record/signals.rs"]
#[allow(dead_code)]
mod signals;
#[path = "../../tests/it/record/survive.rs"]
#[allow(dead_code)]
mod survive;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    survive::file(bytes);
    survive::records(bytes);
});
