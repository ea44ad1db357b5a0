//! What the C functions say, beside what the cores say when they are asked from Rust: byte for byte.

#[path = "parity/render.rs"]
mod render;
#[path = "parity/sim.rs"]
mod sim;
#[path = "parity/words.rs"]
mod words;
