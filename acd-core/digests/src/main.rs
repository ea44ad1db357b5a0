//! What the engine says, comes to and writes down must not depend on the machine: this prints digests
//! of it, and ends with status 1 where one is not the known one.

use std::process::ExitCode;

#[path = "../../tests/it/choices.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod choices;
#[path = "../../tests/it/desk.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod desk;
#[path = "../../tests/it/golden.rs"]
mod golden;
#[path = "../../tests/it/ledger.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod ledger;
#[path = "../../tests/it/world.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod world;

fn main() -> ExitCode {
    let (digest, bits) = (golden::digest(), usize::BITS);
    println!("{} of {bits} bits: {digest:x?}", std::env::consts::ARCH);
    if digest == golden::KNOWN {
        return ExitCode::SUCCESS;
    }
    eprintln!("the known digests are {:x?}", golden::KNOWN);
    ExitCode::FAILURE
}
