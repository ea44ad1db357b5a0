//! A third language without code: Spanish, by the rules in a document.

use ivr_core::say::{self, GREATEST, Kind, Say, SayError};
use ivr_core::{Decimal, Flow, Session, SessionConfig, Time, Value, compile};

use crate::decompile::comes_back;
use crate::driver::start;

const SPANISH: &str = include_str!("spanish.yaml");

/// A document whose only language is taught like this.
fn taught(rules: &str, kinds: &str) -> String {
    format!(
        "
name: t
languages: [xx]
variables: {{ n: int }}
say: {{ xx: {{ rules: {rules}, kinds: {kinds} }} }}
start: a
nodes: {{ a: {{ type: play, prompt: {{ say: n }}, next: hangup }} }}
"
    )
}

#[test]
fn spanish_is_spoken_by_a_table() {
    let program = compile(SPANISH, "spanish.yaml").unwrap_or_else(|e| panic!("{e}"));
    assert!(program.warnings().is_empty(), "{}", program.warnings());
    let flow = Flow::load(&program).unwrap();
    let say = |kind, value| Say::new_in(&flow, "es-ES", kind, value).unwrap().to_string();
    for (n, text) in [
        (0, "cero"),
        (16, "dieciséis"),
        (21, "veintiuno"),
        (31, "treinta y uno"),
        (100, "cien"),
        (101, "ciento uno"),
        (1_000, "mil"),
        (21_000, "veintiún mil"),
        (31_001, "treinta y un mil uno"),
        (1_000_000, "un millón"),
        (701_000_500, "setecientos un millones quinientos"),
        (1_000_000_000, "mil millones"),
        (2_000_001_000_000, "dos billones un millón"),
        (GREATEST, "diez mil billones"),
        (-7, "menos siete"),
    ] {
        assert_eq!(say(Kind::Cardinal, Value::Int(n)), text, "{n}");
    }
    assert_eq!(say(Kind::Count, Value::Int(21)), "veintiún");
    assert_eq!(say(Kind::Digits, Value::Text("10*#")), "uno cero asterisco almohadilla");
    let decimal = Decimal::parse("-3.05").unwrap();
    assert_eq!(say(Kind::Decimal, Value::Decimal(decimal)), "menos tres coma cero cinco");
    assert_eq!(say(Kind::Money, Value::Int(100)), "un euro");
    assert_eq!(say(Kind::Money, Value::Int(2_101)), "veintiún euros con un céntimo");
    assert_eq!(say(Kind::Date, Value::Time(Time(0))), "uno de enero de mil novecientos setenta");
    // What the table does not say how to speak.
    let ordinal = Say::new_in(&flow, "es", Kind::Ordinal, Value::Int(1));
    assert_eq!(ordinal.err(), Some(SayError::Language));
    // The languages of this crate are there all the same.
    let chinese = Say::new_in(&flow, "zh", Kind::Cardinal, Value::Int(12)).unwrap();
    assert_eq!(chinese.to_string(), "十二");
}

#[test]
fn a_session_speaks_it_and_its_pieces_can_be_recorded() {
    let program = compile(SPANISH, "spanish.yaml").unwrap();
    let flow = Flow::load(&program).unwrap();
    let mut call = start(&flow, Time(0));
    call.expect("es: Son cero y cero euros el uno de enero de mil novecientos setenta");
    assert!(Session::new(&flow, SessionConfig::default()).is_ok());
    let pieces: Vec<_> = say::pieces_in(&flow, "es").collect();
    assert!(pieces.len() > 60 && pieces.iter().any(|p| p.text == "veintiún"));
    for n in (0..2_000).chain([999_999_999_999, GREATEST]) {
        let say = Say::new_in(&flow, "es", Kind::Money, Value::Int(n)).unwrap();
        for piece in say.pieces() {
            assert_eq!(pieces[usize::from(piece.id)], piece);
        }
    }
    assert_eq!(say::pieces_in(&flow, "en").count(), say::pieces("en").count());
    assert_eq!(say::pieces_in(&flow, "fr").count(), 0);
}

#[test]
fn invariant_14_what_was_taught_comes_back() {
    comes_back(&compile(SPANISH, "spanish.yaml").unwrap());
    let odd = taught(
        "{ a: { 7: { divide: 3, say: ['~', \"x y\", { exactly: [{ if: hour12, is: 2, say: z }] }, { quotient: b }] }, 0: x }, b: {} }",
        "{ number: [{ part: number, by: a }, { if_digits: [] }] }",
    );
    comes_back(&compile(&odd, "odd.yaml").unwrap_or_else(|e| panic!("{e}")));
}

#[test]
fn rules_that_are_wrong_are_refused() {
    for (rules, kinds, code) in [
        ("{ a: { x: y } }", "{}", "wrong-number"),
        ("{ a: { 1: { rest: b } } }", "{}", "unknown-rules"),
        ("{ a: { 1: { dance: b } } }", "{}", "unknown-field"),
        ("{ a: { 1: { divide: 0, say: x } } }", "{}", "wrong-number"),
        ("{ a: { 0: x } }", "{ number: { part: colour, by: a } }", "unknown-part"),
        ("{ a: { 0: x } }", "{ numbers: x }", "unknown-field"),
        // Round in circles, with and without an end of the steps; never deep enough; silent.
        ("{ a: { 0: { quotient: a } } }", "{ number: { part: number, by: a } }", "endless-rules"),
        (
            "{ a: { 0: [{ quotient: a }, x] } }",
            "{ number: { part: number, by: a } }",
            "endless-rules",
        ),
        ("{ a: { 1: x } }", "{ number: { part: number, by: a } }", "endless-rules"),
        // Not what the node wants said.
        ("{ a: { 0: x } }", "{ ordinal: { part: number, by: a } }", "unknown-language"),
    ] {
        let error = compile(&taught(rules, kinds), "t.yaml").unwrap_err();
        assert!(error.iter().any(|d| d.code == code), "{code}: {error}");
    }
}
