//! A call under way taken over to a version of its flow that was put right.

use ivr_core::{
    Flow, Input, MigrateError, Op, OpResult, Output, Program, PromptItem, Session, SessionConfig,
    SessionError, Time, compile,
};

const OLD: &str = "
name: shop
languages: [en, zh]
variables: { order: { type: digits, max: 6 }, tries: int }
start: welcome
nodes:
  welcome: { type: play, prompt: { en: Welcome, zh: 欢迎 }, next: menu }
  menu:
    type: menu
    prompt: { en: Press one, zh: 请按一 }
    options: { 1: number, 2: sales }
    noinput: { en: Are you there, zh: 您还在吗 }
    reprompt: false
    tries: 2
    on: { noinput: hangup, nomatch: hangup }
  number:
    type: collect
    prompt: { en: Your order, zh: 订单号 }
    into: order
    pattern: '[0-9]{4}'
    next: sales
    on: { noinput: menu, nomatch: menu }
  sales: { type: queue, queue: sales, next: hangup, on: { failed: hangup } }
";

fn program(text: &str) -> Program {
    compile(text, "shop.yaml").unwrap_or_else(|e| panic!("{e}"))
}

/// What there is to do, in short, and the last operation among it.
fn drain(session: &mut Session, flow: &Flow<'_>) -> (Vec<String>, Op) {
    let (mut said, mut last) = (Vec::new(), Op(0));
    while let Some(output) = session.poll(flow) {
        said.push(match output {
            Output::Play { op, prompts, .. } => {
                last = op;
                let heard = prompts.filter_map(|p| match p {
                    PromptItem::Text(text) => Some(text.to_string()),
                    _ => None,
                });
                heard.collect::<Vec<_>>().join(" ")
            }
            Output::Queue { op, queue, .. } => {
                last = op;
                format!("queue {queue}")
            }
            Output::Trace { node, exit } => format!("{node} -> {exit}"),
            other => format!("{other:?}"),
        });
    }
    (said, last)
}

/// A call that has heard the menu's prompt and may press keys.
fn at_the_menu(flow: &Flow<'_>) -> Session {
    let config = SessionConfig { trace: false, ..SessionConfig::default() };
    let mut session = Session::new(flow, config).unwrap();
    session.handle(flow, Time(0), Input::Start).unwrap();
    for ms in [1000, 2000] {
        let (_, op) = drain(&mut session, flow);
        session.handle(flow, Time(ms), Input::Done { op, result: OpResult::Finished }).unwrap();
    }
    assert_eq!(drain(&mut session, flow).0.len(), 0);
    session
}

#[test]
fn what_was_collected_goes_on_under_the_new_rules() {
    // Order numbers have five digits now, there is a new key, and what came first is gone.
    let new = OLD
        .replace("[0-9]{4}", "[0-9]{5}")
        .replace("2: sales", "2: sales, 3: number")
        .replace("start: welcome", "start: menu")
        .replace("  welcome: { type: play, prompt: { en: Welcome, zh: 欢迎 }, next: menu }\n", "")
        .replace("order:", "name: { type: text, max: 9 }, order:");
    let (old, new) = (program(OLD), program(&new));
    let (old, new) = (Flow::load(&old).unwrap(), Flow::load(&new).unwrap());
    let mut session = at_the_menu(&old);
    for (ms, key) in [(2100, b'1'), (2300, b'4'), (2400, b'0'), (2500, b'7')] {
        session.handle(&old, Time(ms), Input::Digit(key)).unwrap();
        drain(&mut session, &old);
    }
    let deadline = session.deadline();
    let mut session = session.migrate(&old, &new).unwrap();
    assert_eq!(session.deadline(), deadline, "the inter-digit timer runs on");
    assert!(session.handle(&old, Time(2500), Input::Tick).is_err());
    session.handle(&new, Time(2600), Input::Digit(b'1')).unwrap();
    assert_eq!(drain(&mut session, &new).0.len(), 0, "four digits are not enough any more");
    session.handle(&new, Time(2700), Input::Digit(b'9')).unwrap();
    assert_eq!(drain(&mut session, &new).0, ["queue sales"]);
}

#[test]
fn a_prompt_is_heard_to_its_end_and_the_next_is_the_new_one() {
    let new = program(&OLD.replace("Press one", "Please press one"));
    let old = program(OLD);
    let (old, new) = (Flow::load(&old).unwrap(), Flow::load(&new).unwrap());
    let mut session = Session::new(&old, SessionConfig::default()).unwrap();
    session.handle(&old, Time(0), Input::Start).unwrap();
    let (_, op) = drain(&mut session, &old);
    let mut session = session.migrate(&old, &new).unwrap();
    session.handle(&new, Time(900), Input::Done { op, result: OpResult::Finished }).unwrap();
    assert_eq!(drain(&mut session, &new).0, ["welcome -> next", "Please press one"]);
}

#[test]
fn a_caller_in_a_queue_stays_there() {
    let new = program(&OLD.replace("queue: sales, next: hangup", "queue: sales, next: menu"));
    let old = program(OLD);
    let (old, new) = (Flow::load(&old).unwrap(), Flow::load(&new).unwrap());
    let mut session = at_the_menu(&old);
    session.handle(&old, Time(2100), Input::Digit(b'2')).unwrap();
    let (said, op) = drain(&mut session, &old);
    assert_eq!(said, ["queue sales"]);
    let mut session = session.migrate(&old, &new).unwrap();
    let result = OpResult::QueueEnded { outcome: ivr_core::QueueOutcome::Answered };
    session.handle(&new, Time(60_000), Input::Done { op, result }).unwrap();
    assert_eq!(drain(&mut session, &new).0, ["Press one"]);
}

#[test]
fn what_cannot_go_on_is_refused_with_its_place() {
    let old = program(OLD);
    let old = Flow::load(&old).unwrap();
    let node = |name: &str| old.nodes().position(|n| n == name).unwrap();
    let refused = |session: &Session, text: &str| {
        let new = program(text);
        let new = Flow::load(&new).unwrap();
        let before = session.clone();
        let error = session.migrate(&old, &new).unwrap_err();
        assert!(*session == before);
        error
    };
    let mut session = at_the_menu(&old);
    let renamed = OLD.replace("  menu:", "  choice:").replace("next: menu", "next: choice");
    let renamed =
        renamed.replace("noinput: menu, nomatch: menu", "noinput: choice, nomatch: choice");
    assert_eq!(refused(&session, &renamed), MigrateError::Node(node("menu")));
    assert_eq!(
        refused(&session, &OLD.replace("tries: int", "tries: bool")),
        MigrateError::Variable(1)
    );
    let chinese = OLD.replace("[en, zh]", "[zh]").replace("en: Welcome, ", "");
    let chinese = chinese
        .replace("en: Press one, ", "")
        .replace("en: Are you there, ", "")
        .replace("en: Your order, ", "");
    assert_eq!(refused(&session, &chinese), MigrateError::Language);
    let wide = OLD.replace("max: 6 }", "max: 200 }");
    assert!(matches!(
        refused(&session, &wide),
        MigrateError::Session(SessionError::Variables { has: 160, .. })
    ));

    // In the no-input prompt, which the other version does not have.
    let deadline = session.deadline().unwrap();
    session.handle(&old, deadline, Input::Tick).unwrap();
    assert_eq!(refused(&session, OLD), MigrateError::Outputs);
    assert_eq!(drain(&mut session, &old).0, ["Are you there"]);
    let silent = OLD.replace(
        "    noinput: { en: Are you there, zh: 您还在吗 }
",
        "",
    );
    assert_eq!(refused(&session, &silent), MigrateError::Prompt(node("menu")));

    let other = program(&OLD.replace("shop", "market"));
    let other = Flow::load(&other).unwrap();
    assert!(matches!(
        session.migrate(&other, &old),
        Err(MigrateError::Session(SessionError::WrongFlow { .. }))
    ));
}
