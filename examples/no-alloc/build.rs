//! Compiles the flow into the program that `src/dialogue.rs` carries.

use std::{env, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=flow.yaml");
    let document = fs::read_to_string("flow.yaml").expect("flow.yaml is beside this file");
    let program = ivr_core::compile(&document, "flow.yaml").unwrap_or_else(|e| panic!("{e}"));
    let out = env::var_os("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("flow.ivrb"), &*program).expect("the directory is there");
}
