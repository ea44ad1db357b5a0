#![no_main]

// The same as the property tests do on a stable compiler, with inputs of libFuzzer's choice.
#[path = "../../tests/it/record/signals.rs"]
#[allow(dead_code)]
mod signals;
#[path = "../../tests/it/record/survive.rs"]
#[allow(dead_code)]
mod survive;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    survive::block(bytes);
    survive::tone(bytes);
});
