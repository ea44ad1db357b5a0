//! `include/trunkline.h` is generated from the sources, committed, and compared here.
//!
//! Every source file with something exported is one section of the header, in the order below;
//! the file's own `//!` text opens it. After a change of the C interface:
//! `BLESS=1 cargo test -p trunkline-ffi --test header`, and read the difference.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cbindgen::{
    Builder, Config, DocumentationStyle, EnumConfig, ExportConfig, Language, LineEndingStyle,
    RenameRule, Style,
};

const SECTIONS: &[&str] = &[
    "version",
    "status",
    "last_error",
    "values",
    "memory",
    "acd/limits",
    "acd/strategy",
    "acd/queue",
    "acd/agent",
    "acd/call",
    "acd/output",
    "acd/engine",
    "acd/setup",
    "acd/input",
    "acd/log",
    "acd/change",
    "acd/query",
    "acd/stored",
    "acd/list",
    "acd/explain",
    "acd/follower",
    "acd/names",
    "acd/render",
    "acd/stats",
    "acd/reports",
    "acd/sums",
    "acd/door",
    "acd/calendar",
    "acd/duty",
    "acd/campaign",
    "acd/contacts",
    "acd/dialling",
    "acd/pacing",
    "acd/alone",
    "acd/staffing",
    "acd/text",
    "acd/text/sim",
    "ivr/document",
    "ivr/flow",
    "ivr/about",
    "ivr/output",
    "ivr/session",
    "ivr/input",
    "ivr/keep",
    "ivr/say",
    "ivr/trial",
    "ivr/coverage",
    "ivr/rehearse",
    "g711",
    "dtmf",
    "dtmf/suppressor",
    "tones",
    "tones/line",
    "tones/own",
    "rtp",
    "events",
    "rtcp",
    "rtcp/items",
    "rtp/sender",
    "jitter",
    "voice",
    "mix",
    "mix/conference",
    "codec",
    "wav",
    "wav/file",
    "record/block",
    "record/recorder",
    "record/config",
    "record/writer",
    "record/reader",
    "record/tables",
    "record/check",
    "record/rewrite",
];

/// Sections that a library without std does not have.
const WITH_STD: &[&str] = &[
    "memory",
    "acd/text",
    "acd/text/sim",
    "ivr/document",
    "ivr/trial",
    "ivr/coverage",
    "ivr/rehearse",
    "codec",
    "wav/file",
    "record/recorder",
    "record/config",
    "record/writer",
    "record/reader",
    "record/tables",
    "record/check",
    "record/rewrite",
];

const OPENING: &str = include_str!("../include/opening.h");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The `//!` text of a source file as one C comment, its Markdown title underlined.
fn prologue(source: &str) -> String {
    let mut comment = format!("/* {}\n", "=".repeat(75));
    let text = source.lines().map_while(|line| line.strip_prefix("//!"));
    // A fence is for rustdoc alone.
    for line in text.filter(|line| !line.trim_start().starts_with("```")) {
        let line = line.strip_prefix("# ").or(line.strip_prefix(" # ")).unwrap_or(line);
        let text = format!(" * {}", line.trim_start());
        comment.push_str(text.trim_end());
        comment.push('\n');
    }
    comment + " */\n"
}

/// Types declared in a source file; cbindgen leaves out one that the same file does not use.
fn types(source: &str) -> Vec<String> {
    source
        .lines()
        .filter_map(|line| {
            let mut words =
                line.strip_prefix("pub ")?.split(|c: char| !c.is_alphanumeric() && c != '_');
            let declares = ["enum", "struct", "union", "type"].contains(&words.next()?);
            declares.then(|| words.next().unwrap_or_default().to_owned())
        })
        .collect()
}

fn section(name: &str) -> String {
    let path = root().join(format!("src/{name}.rs"));
    let source = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let config = Config {
        language: Language::C,
        cpp_compat: true,
        style: Style::Both,
        documentation_style: DocumentationStyle::Doxy,
        no_includes: true,
        usize_is_size_t: true,
        line_endings: LineEndingStyle::LF,
        tab_width: 4,
        line_length: 100,
        export: ExportConfig { include: types(&source), ..ExportConfig::default() },
        enumeration: EnumConfig { rename_variants: RenameRule::None, ..EnumConfig::default() },
        ..Config::default()
    };
    let bindings = Builder::new()
        .with_config(config)
        .with_src(&path)
        .with_define("feature", "std", "TL_STD")
        .generate()
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).unwrap();
    // One `extern "C"` around the whole header is enough.
    let text = text
        .replace("#ifdef __cplusplus\nextern \"C\" {\n#endif // __cplusplus\n", "")
        .replace("#ifdef __cplusplus\n}  // extern \"C\"\n#endif  // __cplusplus\n", "");
    let text = tidied(text.trim());
    if WITH_STD.contains(&name) {
        return format!("{}\n#if defined(TL_STD)\n\n{text}\n\n#endif\n", prologue(&source));
    }
    format!("{}\n{text}\n", prologue(&source))
}

/// cbindgen's output with one-line comments on one line, and the conditionals around every enum
/// replaced by the macro that `opening.h` defines for them.
fn tidied(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut tidy = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let rest = &lines[at + 1..];
        if let ["#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L", size, _, " {", ..] = rest
        {
            let name = line.strip_prefix("enum ").unwrap();
            let size = size.trim().trim_start_matches(": ");
            tidy.push(format!("TL_ENUM({name}, {size}) {{"));
            at += 5;
        } else if line == "#ifndef __cplusplus" {
            at += 7; // the typedef of the enum above
        } else if line.trim() == "/**" && rest.get(1).is_some_and(|end| end.trim() == "*/") {
            let text = rest[0].trim().trim_start_matches("* ");
            tidy.push(line.replace("/**", &format!("/** {text} */")));
            at += 3;
        } else {
            tidy.push(line.to_owned());
            at += 1;
        }
    }
    tidy.join("\n")
}

/// After each function that fills in a struct which grows, a macro of its name that hands in how long
/// the struct is for this caller: a library that knows more fields writes no further.
fn with_sizes(header: &str) -> String {
    const SIZE: &str = "size_t struct_size);";
    // cbindgen writes `struct` before the types of the same file only.
    let sized = |parameter: &str| {
        let of = parameter.split_once(" *").map(|(of, _)| of.trim_start_matches("struct "));
        let body = of.and_then(|of| header.split_once(&format!("struct {of} {{")));
        let first = body.and_then(|(_, body)| body.split_once(';'));
        first.is_some_and(|(first, _)| first.ends_with("uint32_t struct_size"))
    };
    let mut whole = String::new();
    let mut prototype = String::new();
    for line in header.lines() {
        whole.push_str(line);
        whole.push('\n');
        if line.starts_with("tl_status tl_") {
            prototype.clear();
        }
        prototype.push_str(line);
        let Some(head) = prototype.strip_suffix(SIZE) else { continue };
        let (name, given) = head["tl_status ".len()..].split_once('(').expect("a prototype");
        let given: Vec<&str> = given.split(',').map(str::trim).filter(|p| !p.is_empty()).collect();
        let own =
            |parameter: &str| parameter.rsplit([' ', '*']).next().unwrap_or_default().to_owned();
        let names: Vec<String> = given.iter().map(|parameter| own(parameter)).collect();
        let filled: Vec<&&str> = given.iter().filter(|parameter| sized(parameter)).collect();
        assert_eq!(filled.len(), 1, "{name} fills in one struct");
        let arguments: Vec<String> = names.iter().map(|name| format!("({name})")).collect();
        let size = format!("sizeof *({})", own(filled[0]));
        let (names, arguments) = (names.join(", "), arguments.join(", "));
        whole.push_str(&format!("#define {name}({names}) \\\n    ({name})({arguments}, {size})\n"));
        prototype.clear();
    }
    whole
}

fn header() -> String {
    let mut header = OPENING.to_owned();
    for name in SECTIONS {
        header.push('\n');
        header.push_str(&section(name));
    }
    header.push_str("\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* TRUNKLINE_H */\n");
    while header.contains("\n\n\n") {
        header = header.replace("\n\n\n", "\n\n");
    }
    with_sizes(&header)
}

#[test]
fn header_is_what_the_sources_say() {
    let path = root().join("include/trunkline.h");
    let fresh = header();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    if let Some((n, (old, new))) =
        committed.lines().zip(fresh.lines()).enumerate().find(|(_, (old, new))| old != new)
    {
        panic!(
            "include/trunkline.h:{}: the sources have changed; BLESS=1 writes it anew\n- {old}\n+ {new}",
            n + 1
        );
    }
    assert_eq!(committed.len(), fresh.len(), "include/trunkline.h: BLESS=1 writes it anew");
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Nothing is exported that the header does not declare.
#[test]
fn every_exported_function_is_in_the_header() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut exported = BTreeSet::new();
    for file in &files {
        let source = fs::read_to_string(file).unwrap();
        let mut lines = source.lines();
        while lines.any(|line| line.trim() == "#[unsafe(no_mangle)]") {
            let function = lines.find(|line| line.contains(" fn ")).unwrap();
            let name = function.split(" fn ").nth(1).unwrap().split('(').next().unwrap();
            if name.starts_with("tl_") {
                exported.insert(name.to_owned());
            }
        }
    }
    let header = header();
    let missing: Vec<_> =
        exported.iter().filter(|name| !header.contains(&format!("{name}("))).collect();
    assert!(missing.is_empty(), "not in the header: {missing:?}");
    assert!(exported.len() >= 3);
}

/// What can be made in memory from the allocator can be made in the caller's, and asked for its size.
#[test]
fn every_object_has_both_lives() {
    let header = header();
    let functions: BTreeSet<&str> = header
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("tl_"))
        .collect();
    let made: Vec<&str> = functions.iter().filter_map(|name| name.strip_suffix("_new")).collect();
    assert!(made.len() > 40, "{made:?}");
    for object in made {
        assert!(functions.contains(&*format!("{object}_init")), "{object} has no init");
        // From a snapshot comes an object as large as any other of its kind.
        let kind = object.strip_suffix("_restore").unwrap_or(object);
        assert!(functions.contains(&*format!("{kind}_size")), "{kind} has no size");
    }
}

/// `tl_status_text` knows every code, and no other.
#[test]
fn every_status_has_a_sentence() {
    let source = fs::read_to_string(root().join("src/status.rs")).unwrap();
    let numbers = |between: fn(&str) -> Option<&str>| -> BTreeSet<i32> {
        source.lines().filter_map(between).filter_map(|n| n.trim().parse().ok()).collect()
    };
    let codes = numbers(|line| {
        Some(line.strip_prefix("    TL_")?.split_once(" = ")?.1.trim_end_matches(','))
    });
    let texts = numbers(|line| Some(line.split_once(" => c\"")?.0));
    assert_eq!(codes, texts);
    assert!(codes.len() > 60);
}
