//! Values in words, and the scenarios of the example flows.

use std::ffi::{CString, c_char};
use std::fs;
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};

use ivr_core::rehearse::{flow_of, run_scenarios};
use ivr_core::say::{Kind, Say, pieces};
use ivr_core::{Decimal, Flow, Time, Value};
use trunkline::*;

const KINDS: [Kind; 11] = [
    Kind::Cardinal,
    Kind::Count,
    Kind::Ordinal,
    Kind::Digits,
    Kind::Phone,
    Kind::Decimal,
    Kind::Money,
    Kind::Date,
    Kind::Time,
    Kind::Duration,
    Kind::Minutes,
];

/// The words through C, and the texts of the pieces; the code when it is refused.
fn through_c(language: &str, kind: u32, value: Value<'_>) -> Result<(String, Vec<u16>), tl_status> {
    let language = CString::new(language).expect("no NUL");
    let text = if let Value::Text(text) = value { text } else { "" };
    let text = CString::new(text).expect("no NUL");
    let (value_type, integer) = match value {
        Value::Int(n) => (1, n),
        Value::Decimal(d) => (2, d.units),
        Value::Bool(b) => (3, b.into()),
        Value::Text(_) => (4, 0),
        Value::Time(t) => (5, t.0),
    };
    let value =
        tl_ivr_value { name: null(), value_type, reserved: 0, integer, text: text.as_ptr() };
    let (mut said, mut ids, mut len, mut count) = ([0u8; 1024], [0u16; 128], 0, 0);
    // SAFETY: texts with a NUL, and places as large as is said.
    let statuses = unsafe {
        let to = said.as_mut_ptr().cast::<c_char>();
        [
            tl_say_text(null(), language.as_ptr(), kind, &value, to, said.len(), &mut len),
            tl_say_pieces(
                null(),
                language.as_ptr(),
                kind,
                &value,
                ids.as_mut_ptr(),
                ids.len(),
                &mut count,
            ),
        ]
    };
    assert_eq!(statuses[0], statuses[1]);
    if statuses[0] != tl_status::TL_OK {
        return Err(statuses[0]);
    }
    Ok((String::from_utf8(said[..len].to_vec()).expect("UTF-8"), ids[..count].to_vec()))
}

#[test]
fn values_are_spoken_alike() {
    let numbers =
        [0, 1, 2, 10, 12, 21, 101, 110, 1_001, 10_100, 99_999, 2_000_000, 1_700_000_000_000];
    let mut values: Vec<Value<'_>> =
        vec![Value::Bool(true), Value::Text("138*#A"), Value::Text("x")];
    for n in numbers.into_iter().flat_map(|n| [n, -n]) {
        values.extend([Value::Int(n), Value::Decimal(Decimal { units: n }), Value::Time(Time(n))]);
    }
    values.push(Value::Int(i64::MAX));
    let mut spoken = 0;
    for language in ["zh", "en-GB", "xx"] {
        for (number, kind) in (1..).zip(KINDS) {
            for &value in &values {
                let c = through_c(language, number, value);
                let rust = Say::new(language, kind, value).map(|say| {
                    let ids: Vec<_> = say.pieces().map(|piece| piece.id).collect();
                    (say.to_string(), ids)
                });
                spoken += usize::from(rust.is_ok());
                assert_eq!(c, rust.map_err(|_| tl_status::TL_ERR_IVR_SAY), "{kind:?} {value:?}");
            }
        }
    }
    assert!(spoken > 200, "only {spoken}");
    assert!(pieces("zh").count() > 20);
}

/// A text that lives as long as the object.
fn borrowed(ask: impl FnOnce(*mut *const c_char, *mut usize) -> tl_status) -> String {
    let (mut text, mut len) = (null(), 0);
    assert_eq!(ask(&raw mut text, &raw mut len), tl_status::TL_OK);
    // SAFETY: the header's contract for such texts.
    let bytes = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), len) };
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn plays_alike(path: &Path) {
    let source = fs::read_to_string(path).expect("a scenario file");
    let flow = flow_of(&source, "x").expect("the flow's name");
    let document = fs::read_to_string(path.with_file_name(&flow)).expect("the flow");
    let program = ivr_core::compile(&document, "flow").expect("a sound flow");
    let flow = Flow::load(&program).expect("a program");
    let rust = run_scenarios(&flow, &source, "x").expect("sound scenarios");

    let (mut loaded, mut rehearsal) = (null_mut(), null_mut());
    let mut info = std::mem::MaybeUninit::<tl_ivr_rehearsal_info>::uninit();
    // SAFETY: bytes with their length, and places that are there; read only after success.
    let info = unsafe {
        let ok = |status| assert_eq!(status, tl_status::TL_OK);
        ok(tl_ivr_flow_new(program.as_ptr(), program.len(), &raw mut loaded));
        let (text, len) = (source.as_ptr().cast(), source.len());
        ok(tl_ivr_rehearsal_new(loaded, text, len, null(), &raw mut rehearsal));
        ok(tl_ivr_rehearsal_get_info(rehearsal, info.as_mut_ptr()));
        info.assume_init()
    };
    // SAFETY: live objects.
    let (transcript, report) = unsafe {
        (
            borrowed(|text, len| tl_ivr_rehearsal_transcript(rehearsal, text, len)),
            borrowed(|text, len| tl_ivr_rehearsal_report(rehearsal, text, len)),
        )
    };
    assert_eq!(transcript, rust.transcript(), "{}", path.display());
    assert!(rust.passed() && info.failed == 0, "{report}");
    assert_eq!(info.scenarios as usize, rust.outcomes.len());
    assert_eq!((info.exits_taken as usize, info.exits as usize), rust.coverage.exits());
    assert!(report.ends_with(&rust.coverage.to_string()));
    // SAFETY: made above, and freed once.
    unsafe {
        assert_eq!(tl_ivr_rehearsal_free(rehearsal), tl_status::TL_OK);
        assert_eq!(tl_ivr_flow_free(loaded), tl_status::TL_OK);
    }
}

#[test]
fn the_scenarios_of_the_examples_play_alike() {
    let flows = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/flows"));
    let files = fs::read_dir(flows).expect("the examples").map(|entry| entry.expect("one").path());
    let mut played = 0;
    for path in files.filter(|path| path.to_string_lossy().ends_with(".ivrtest.yaml")) {
        plays_alike(&path);
        played += 1;
    }
    assert!(played > 0);
}
