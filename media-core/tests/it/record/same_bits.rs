//! The bits of a block are the format: whatever machine made it, these are they.

use super::signals;

#[path = "../../../digests/src/digests.rs"]
mod digests;

/// `BLESS=1` writes what came out, when the format has a new coding.
#[test]
fn blocks_and_codes_are_the_same_bits_everywhere() {
    let lines = digests::lines();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/digests/known.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, lines.join("\n") + "\n").unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap();
    let other: Vec<_> = lines.iter().zip(known.lines()).filter(|(a, b)| a != b).collect();
    assert!(other.is_empty() && lines.len() == known.lines().count(), "{other:#?}");
}
