//! The structs of the header lie in C where they lie in Rust.
//!
//! `layout/structs.rs` names every field of every public struct, `c/layout.c` asserts the places that
//! this compiler gave them in every C compiler. After a struct has come or changed:
//!
//! 1. where a field has gone or has another name, take the struct's line out of `layout/structs.rs`,
//!    or this does not compile;
//! 2. bless the header (see `header.rs`), from which `layout/structs.rs` is written;
//! 3. `BLESS=1 cargo test -p trunkline-ffi --test layout` twice: the first run writes
//!    `layout/structs.rs`, the second is compiled with it and writes `c/layout.c`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use trunkline::*;

/// A struct's name, size, alignment, and the place of each field.
type Layout = (&'static str, usize, usize, Vec<(&'static str, usize)>);

macro_rules! layouts {
    ($($name:ident { $($field:ident),* })*) => {
        fn layouts() -> Vec<Layout> {
            vec![$((
                stringify!($name),
                size_of::<$name>(),
                align_of::<$name>(),
                vec![$((stringify!($field), std::mem::offset_of!($name, $field))),*],
            )),*]
        }
    };
}

include!("layout/structs.rs");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Every `pub struct` with public fields, in the order of the header.
fn structs() -> String {
    let header = fs::read_to_string(root().join("include/trunkline.h")).expect("a header");
    let mut text = String::from("// Written by the test; see layout.rs.\nlayouts! {\n");
    for part in header.split("\ntypedef struct ").skip(1) {
        let Some((name, rest)) = part.split_once(" {\n") else {
            continue;
        };
        if name.contains(|c: char| !c.is_alphanumeric() && c != '_') {
            continue;
        }
        let body = rest.split("\n} ").next().expect("an end");
        let mut fields = Vec::new();
        let mut comment = false;
        for line in body.lines().map(str::trim) {
            comment |= line.starts_with("/**");
            if !comment {
                let declared = line.trim_end_matches(';').split('[').next().unwrap_or_default();
                let field = declared.rsplit([' ', '*']).next().unwrap_or_default();
                fields.push(field.to_owned());
            }
            comment &= !line.ends_with("*/");
        }
        writeln!(text, "    {name} {{ {} }}", fields.join(", ")).expect("a string");
    }
    text + "}\n"
}

fn assertions() -> String {
    let mut text = String::from(
        "/* Written by tests/layout.rs: where each field lies on a 64-bit machine. */\n\
         #include \"check.h\"\n\n\
         #define LIES(type, field, at) \\\n    \
         _Static_assert(offsetof(type, field) == at, #type \".\" #field)\n\
         #define MEASURES(type, size, align) \\\n    \
         _Static_assert(sizeof(type) == size && _Alignof(type) == align, #type)\n\n\
         #if UINTPTR_MAX > 0xFFFFFFFF\n",
    );
    for (name, size, align, fields) in layouts() {
        writeln!(text, "MEASURES({name}, {size}, {align});").expect("a string");
        for (field, at) in fields {
            writeln!(text, "LIES({name}, {field}, {at});").expect("a string");
        }
    }
    text + "#endif\n\nint main(void)\n{\n    return 0;\n}\n"
}

fn same(file: &str, fresh: &str) {
    let path = root().join("tests").join(file);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, fresh).expect("written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let differs = committed.lines().zip(fresh.lines()).find(|(old, new)| old != new);
    assert!(differs.is_none(), "{file}: BLESS=1 writes it anew: {differs:?}");
    assert_eq!(committed.len(), fresh.len(), "{file}: BLESS=1 writes it anew");
}

#[test]
fn every_struct_of_the_header_is_listed() {
    assert!(layouts().len() > 30, "only {} structs", layouts().len());
    same("layout/structs.rs", &structs());
}

#[test]
#[cfg(target_pointer_width = "64")]
fn c_asserts_what_rust_laid_out() {
    same("c/layout.c", &assertions());
}
