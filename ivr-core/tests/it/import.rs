//! FreeSWITCH's menus, and grammars in the flows of others.

use ivr_core::{Flow, ImportError, compile, import_freeswitch};

use crate::driver::{MONDAY_TEN, start};

/// In the manner of FreeSWITCH's demo, every action once.
const MENUS: &str = r#"
<include>
  <menu name="demo ivr" greet-long="phrase:demo_menu" greet-short="say:Choose again"
        invalid-sound="ivr/invalid.wav" exit-sound="voicemail/goodbye.wav" timeout="10000"
        inter-digit-timeout="2000" max-failures="2" max-timeouts="2" digit-len="4">
    <entry action="menu-exec-app" digits="1" param="bridge sofia/internal/888@conference"/>
    <entry action="menu-exec-app" digits="2" param="transfer 9996 XML default"/>
    <entry action="menu-exec-app" digits="3" param="set it's=1"/>
    <entry action="menu-exec-app" digits="4" param="playback news.wav"/>
    <entry action="menu-exec-app" digits="5" param="hangup"/>
    <entry action="menu-sub" digits="6" param="sub"/>
    <entry action="menu-play-sound" digits="7" param="say:Seven"/>
    <entry action="menu-exit" digits="8"/>
    <entry action="menu-exec-app" digits="/^(10[01][0-9])$/" param="transfer $1 XML features"/>
    <entry action="menu-top" digits="9"/>
  </menu>
  <menu name="sub" greet-long="sub.wav">
    <entry action="menu-back" digits="*"/>
    <entry action="menu-exec-app" digits="/^(\d{4})$/" param="bridge user/$1@home"/>
  </menu>
</include>"#;

#[test]
fn freeswitch_menus_run_unchanged() {
    let document = import_freeswitch(MENUS, "demo").unwrap();
    let program = compile(&document, "demo.yaml").unwrap_or_else(|e| panic!("{document}\n{e}"));
    let flow = Flow::load(&program).unwrap();
    let pressed = |keys: &str| {
        let mut call = start(&flow, MONDAY_TEN);
        call.expect("en: [phrase:demo_menu]");
        call.press(keys);
        call.wait(2_000);
        call
    };
    pressed("1").expect("transfer bridged sofia/internal/888@conference");
    pressed("2").expect("transfer blind 9996");
    pressed("3").expect("query app app=set data=it's=1 extension=");
    pressed("4").expect("en: [news.wav]");
    pressed("5").expect("end Finished");
    pressed("6").expect("en: [sub.wav]");
    pressed("7").expect("en: Seven");
    pressed("8").expect("en: [voicemail/goodbye.wav]");
    pressed("1013").expect("transfer blind 1013");
    pressed("9").expect("en: [phrase:demo_menu]");
    let mut call = pressed("6*");
    call.expect("en: [sub.wav]");
    call.expect("en: [phrase:demo_menu]");
    pressed("62345").expect("transfer bridged user/2345@home");
    let mut call = pressed("0");
    call.expect("en: [ivr/invalid.wav] Choose again");
    call.press("0");
    call.expect("en: [voicemail/goodbye.wav]");
    let mut call = pressed("");
    call.listen();
    call.wait(10_000);
    call.expect("en: Choose again");
}

#[test]
fn menus_that_cannot_be_taken_over_say_where() {
    let import =
        |entries: &str| import_freeswitch(&format!("<menu name='m'>\n{entries}</menu>"), "m");
    assert!(matches!(import("<entry"), Err(ImportError::Xml(_))));
    assert_eq!(import_freeswitch("<x/>", "m"), Err(ImportError::Empty));
    for wrong in [
        "<entry action='menu-exit'/>",
        "<entry action='menu-dance' digits='1'/>",
        "<entry action='menu-sub' digits='1' param='nowhere'/>",
        "<entry action='menu-exec-app' digits='/^(1|2)9$/' param='transfer $1 XML d'/>",
        "<entry action='menu-exec-app' digits='/^1*(2)$/' param='transfer $1 XML d'/>",
    ] {
        assert!(matches!(import(wrong), Err(ImportError::Menu { line: 2, .. })), "{wrong}");
    }
}

/// What real menus have besides: several expressions, a star in front of an extension, entries done
/// one after the other, phrases, and what happens after the last try.
const MORE: &str = r#"
<menus>
  <menu name="main" greet-long="main.wav" exit-sound="bye.wav" max-failures="1" max-timeouts="1"
        exec-on-max-failures="transfer 700 XML default" exec-on-max-timeouts="playback late.wav">
    <entry action="menu-exec-app" digits="1" param="set a=b"/>
    <entry action="menu-say-phrase" digits="1" param="sales"/>
    <entry action="menu-exec-app" digits="1" param="transfer 800 XML default"/>
    <entry action="menu-exec-app" digits="/^\*(\d{2})$/" param="bridge user/$1"/>
    <entry action="menu-exec-app" digits="/^(?:2\d{3})$/" param="transfer 2000 XML default"/>
    <entry action="menu-exec-app" digits="/^(3\d{3})$/" param="log INFO $1 dialled"/>
    <entry action="menu-sub" digits="5" param="numbers"/>
  </menu>
  <menu name="numbers">
    <entry action="menu-exec-app" digits="/^(\d{2,4})$/" param="transfer $1 XML default"/>
  </menu>
</menus>"#;

#[test]
fn menus_of_a_larger_office_run_unchanged() {
    let document = import_freeswitch(MORE, "office").unwrap();
    let program = compile(&document, "office.yaml").unwrap_or_else(|e| panic!("{document}\n{e}"));
    let flow = Flow::load(&program).unwrap();
    let pressed = |keys: &str| {
        let mut call = start(&flow, MONDAY_TEN);
        call.press(keys);
        call.wait(2_000);
        call
    };
    let mut call = pressed("1");
    call.expect("query app app=set data=a=b");
    call.found(&[]);
    call.expect("en: [phrase:sales]");
    call.listen();
    call.expect("transfer blind 800");
    pressed("*42").expect("transfer bridged user/42");
    pressed("2345").expect("transfer blind 2000");
    pressed("3456").expect("query app app=log data=INFO 3456 dialled extension=3456");
    pressed("5123").expect("transfer blind 123");
    pressed("0").expect("transfer blind 700");
    let mut call = pressed("");
    call.listen();
    call.wait(10_000);
    call.expect("en: [late.wav]");
    call.listen();
    call.expect("en: [bye.wav]");
    let pin = "<menu name='m' pin='1234'><entry action='menu-exit' digits='1'/></menu>";
    assert!(matches!(import_freeswitch(pin, "m"), Err(ImportError::Menu { line: 1, .. })));
}

#[test]
fn a_collection_takes_a_grammar() {
    let with = |grammar: &str| {
        format!(
            "
name: g
languages: [en]
variables: {{ d: {{ type: digits, max: 32 }} }}
start: a
nodes:
  a: {{ type: collect, prompt: [], into: d, grammar: {grammar:?}, tries: 1, next: got, on: {{ noinput: hangup, nomatch: hangup }} }}
  got: {{ type: attach, values: {{ d: d }}, next: hangup }}
"
        )
    };
    for (grammar, keys) in [
        ("builtin:dtmf/digits?minlength=2;maxlength=4", "1234"),
        ("<grammar mode='dtmf'><rule id='a'><item repeat='2-'>7</item>8</rule></grammar>", "7778"),
    ] {
        let program = compile(&with(grammar), "g.yaml").unwrap_or_else(|e| panic!("{e}"));
        let flow = Flow::load(&program).unwrap();
        let mut call = start(&flow, MONDAY_TEN);
        call.press(keys);
        call.expect(&format!("attach d={keys}"));
    }
    let error = compile(&with("<grammar mode='dtmf'/>"), "g.yaml").unwrap_err();
    assert_eq!(error.iter().next().map(|d| d.code), Some("grammar"));
}
