//! The table of invariants is true: every test it names is there and says the number.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The invariants there are.
fn numbers() -> BTreeSet<u8> {
    let all = [1..=16, 20..=23, 30..=45, 50..=59];
    all.into_iter().flatten().collect()
}

/// Numbers a test says it is about: `INV-03`, `INV-01 to INV-12`, `inv_40` in its name.
fn said(text: &str) -> BTreeSet<u8> {
    let mut all = BTreeSet::new();
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').peekable();
    let number = |word: &str| word.strip_prefix("INV-").and_then(|n| n.get(..2)?.parse().ok());
    let mut range: Option<u8> = None;
    while let Some(word) = words.next() {
        if let Some(n) = number(word) {
            all.extend(range.take().unwrap_or(n)..=n);
            let mut next = words.clone();
            if next.next() == Some("to") && next.next().and_then(number).is_some() {
                range = Some(n);
            }
        } else if word == "inv" {
            all.extend(words.peek().and_then(|n| n.parse::<u8>().ok()));
        }
    }
    all
}

/// Every test by module and name, with the numbers it says.
fn tests() -> BTreeMap<String, BTreeSet<u8>> {
    let mut all = BTreeMap::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    for entry in fs::read_dir(folder).expect("tests") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ext| ext != "rs") {
            continue;
        }
        let module = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let (mut docs, mut is_test) = (String::new(), false);
        for line in fs::read_to_string(&path).expect("text").lines().map(str::trim) {
            if let Some(doc) = line.strip_prefix("///") {
                docs.push_str(doc);
                docs.push('\n');
            } else if line.starts_with("#[") {
                is_test |= line == "#[test]";
            } else {
                if let (true, Some(rest)) = (is_test, line.strip_prefix("fn ")) {
                    let name = rest.split('(').next().expect("a name");
                    let text = format!("{docs} {}", name.replace('_', " "));
                    all.insert(format!("{module}::{name}"), said(&text));
                }
                docs.clear();
                is_test = false;
            }
        }
    }
    all
}

#[test]
fn every_invariant_has_its_tests() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("INVARIANTS.md");
    let table = fs::read_to_string(path).expect("the table");
    let tests = tests();
    assert!(tests.len() > 100, "only {} tests found", tests.len());
    let mut missing = numbers();
    for row in table.lines().filter(|line| line.starts_with("| INV-")) {
        let number: u8 = row[6..8].parse().expect("a number");
        assert!(missing.remove(&number), "INV-{number:02} is not one, or there twice");
        let proofs: Vec<&str> = row
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| !name.starts_with("Engine::"))
            .collect();
        assert!(!proofs.is_empty(), "INV-{number:02} has no test");
        for proof in proofs {
            let says = tests.get(proof).unwrap_or_else(|| panic!("no test {proof}"));
            assert!(says.contains(&number), "{proof} does not say INV-{number:02}: {says:?}");
        }
    }
    assert_eq!(missing, BTreeSet::new(), "invariants without a row");
}

#[test]
fn numbers_are_read_as_they_are_written() {
    let of = |text: &str| said(text).into_iter().collect::<Vec<_>>();
    assert_eq!(of("INV-01 to INV-04, INV-14: what"), [1, 2, 3, 4, 14]);
    assert_eq!(of("inv 57 inv 58 no rule"), [57, 58]);
    assert_eq!(of("nothing of the kind, 12"), []);
}
