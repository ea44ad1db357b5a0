//! What holds for every flow and whatever happens: the numbered invariants of the design.

use ivr_core::{
    EndReason, Flow, Input, Op, OpResult, Output, Program, QueueOutcome, Session, SessionConfig,
    SnapshotError, Time, TransferOutcome, Value, compile,
};
use proptest::prelude::*;

use crate::driver::MONDAY_TEN;
use crate::generate::{Event, document, events, specs};

/// A call that checks the invariants at every step and writes its trace down.
struct Watched<'f> {
    flow: &'f Flow<'f>,
    session: Session,
    now: Time,
    trace: Vec<String>,
    /// The trace without what is spoken.
    path: Vec<String>,
    play: Option<Op>,
    host: Option<Op>,
    /// A recording that was told to stop and has not said yet how long it is.
    stopped: Option<Op>,
    recording: bool,
    pressed: u32,
    hung_up: bool,
    ends: usize,
    last_op: u32,
    secrets: bool,
}

impl<'f> Watched<'f> {
    fn new(flow: &'f Flow<'f>, language: &str) -> Self {
        let config =
            SessionConfig { caller: "123", now: MONDAY_TEN, language, ..Default::default() };
        let mut call = Self {
            flow,
            session: Session::new(flow, config).unwrap(),
            now: MONDAY_TEN,
            trace: Vec::new(),
            path: Vec::new(),
            play: None,
            host: None,
            stopped: None,
            recording: false,
            pressed: 0,
            hung_up: false,
            ends: 0,
            last_op: 0,
            secrets: false,
        };
        call.input(Input::Start);
        call
    }

    fn new_op(&mut self, op: Op) {
        assert!(op.0 > self.last_op, "an operation's number came twice");
        self.last_op = op.0;
    }

    fn input(&mut self, input: Input<'_>) {
        let over = self.session.is_over();
        let ended_before = self.ends;
        if !over && matches!(input, Input::Digit(_)) {
            self.pressed += 1;
        }
        self.hung_up |= matches!(input, Input::Hangup);
        self.session.handle(self.flow, self.now, input).unwrap();
        let mut outputs = 0;
        while let Some(output) = self.session.poll(self.flow) {
            outputs += 1;
            assert!(outputs < 10_000, "invariant 1: no end of outputs");
            assert_eq!(self.ends, 0, "invariant 4: {output:?} after the end");
            let shown = format!("{output:?}");
            if self.secrets {
                assert!(!shown.contains("9753"), "invariant 17: {shown}");
            }
            let mut op = None;
            match output {
                Output::Play { op: play, prompts, language, .. } => {
                    assert!(!self.hung_up, "invariant 5: play after hang-up");
                    assert!(self.play.is_none(), "invariant 6: two plays at once");
                    self.play = Some(play);
                    op = Some(play);
                    self.trace.push(format!("{language} {prompts:?}"));
                    self.path.push("play".into());
                }
                Output::Stop { op } => {
                    if self.play == Some(op) {
                        self.play = None;
                    } else {
                        assert_eq!(self.host.take(), Some(op), "stopped what is not under way");
                        self.stopped = self.recording.then_some(op);
                    }
                    self.trace.push(shown.clone());
                    self.path.push(shown);
                }
                Output::Query { op: new, .. } => {
                    assert!(self.host.is_none(), "invariant 6");
                    self.host = Some(new);
                    self.recording = false;
                    op = Some(new);
                    self.trace.push(shown.clone());
                    self.path.push(shown);
                }
                Output::Queue { op: new, .. }
                | Output::Record { op: new, .. }
                | Output::Transfer { op: new, .. } => {
                    assert!(!self.hung_up, "invariant 5: {shown}");
                    assert!(self.host.is_none() && self.play.is_none(), "invariant 6");
                    self.recording = shown.starts_with("Record");
                    self.host = Some(new);
                    op = Some(new);
                    self.trace.push(shown.clone());
                    self.path.push(shown);
                }
                Output::End { reason } => {
                    self.ends += 1;
                    assert!(self.play.is_none() && self.host.is_none(), "invariant 4: loose ends");
                    assert!(
                        !self.hung_up
                            || matches!(reason, EndReason::CallerHungUp | EndReason::Error(_))
                    );
                    self.trace.push(shown.clone());
                    self.path.push(shown);
                }
                _ => {
                    self.trace.push(shown.clone());
                    self.path.push(shown);
                }
            }
            if let Some(op) = op {
                self.new_op(op);
            }
        }
        assert!(self.ends <= 1);
        if over {
            assert_eq!(self.ends, ended_before);
        }
        self.resting();
    }

    /// What holds whenever a session waits.
    fn resting(&self) {
        let session = &self.session;
        if session.is_over() {
            assert_eq!(session.deadline(), None);
            assert_eq!(self.ends, 1, "invariant 4: over without an end");
            return;
        }
        assert!(!self.hung_up || self.host.is_some(), "invariant 5: idle after hang-up");
        match session.deadline() {
            Some(deadline) => assert!(deadline >= self.now, "invariant 8: a deadline in the past"),
            None => assert!(
                self.play.is_some() || self.host.is_some(),
                "invariant 8: waits for nothing"
            ),
        }
        let accounted = session.used_digits()
            + session.dropped_digits()
            + u32::try_from(session.pending_digits()).unwrap();
        assert_eq!(accounted, self.pressed, "invariant 9: digits are lost or made");
    }

    /// What is due now, happens now.
    fn settle(&mut self) {
        while self.session.deadline().is_some_and(|d| d <= self.now) {
            self.input(Input::Tick);
        }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Digit(d) => self.input(Input::Digit(*d)),
            Event::Played => {
                if let Some(op) = self.play.take() {
                    self.input(Input::Done { op, result: OpResult::Finished });
                }
            }
            Event::Answer(how) => {
                if let Some(op) = self.host.take().or(self.stopped.take()) {
                    self.done(op, *how);
                }
            }
            Event::Stale(op, how) => {
                let op = Op(*op);
                self.settle();
                if ![self.play, self.host, self.stopped].contains(&Some(op)) {
                    let before = self.session.clone();
                    self.done(op, *how);
                    assert!(before == self.session, "invariant 7: a stale result");
                }
            }
            Event::Update(n) => {
                let op = self.host.unwrap_or(Op(0));
                let (position, estimate_ms) = (u32::from(*n), u32::from(*n) * 10_000);
                self.input(Input::QueueUpdate { op, position, estimate_ms });
            }
            Event::Answered => {
                let op = self.host.unwrap_or(Op(0));
                self.input(Input::Answered { op });
            }
            Event::Hangup => self.input(Input::Hangup),
            Event::Start => {
                self.settle();
                let before = self.session.clone();
                self.input(Input::Start);
                assert!(before == self.session, "a second start");
            }
            Event::Deadline => {
                if let Some(deadline) = self.session.deadline() {
                    if deadline > self.now {
                        // Invariant 8: too early, nothing happens but that time is known.
                        let mut early = self.session.clone();
                        let before = Time(deadline.0 - 1);
                        early.handle(self.flow, before, Input::Tick).unwrap();
                        assert!(early.poll(self.flow).is_none(), "invariant 8: early tick");
                        assert_eq!(early.deadline(), Some(deadline));
                    }
                    self.now = deadline;
                    self.input(Input::Tick);
                }
            }
            Event::Wait(ms) => {
                self.now = self.now + *ms;
                self.input(Input::Tick);
            }
        }
    }

    fn done(&mut self, op: Op, how: u8) {
        let values = [
            ("n", if how % 3 == 0 { Value::Text("17") } else { Value::Int(i64::from(how)) }),
            ("t", Value::Text("北京市朝阳区的一条街")),
            ("ok", Value::Bool(how % 2 == 0)),
        ];
        let result = match how % 16 {
            0..=3 => OpResult::QueryOk(&values),
            4 => OpResult::QueryFailed,
            5 => OpResult::QueueEnded { outcome: QueueOutcome::Answered },
            6 => OpResult::QueueEnded { outcome: QueueOutcome::Full },
            7 => OpResult::QueueEnded { outcome: QueueOutcome::Timeout },
            8 => OpResult::Recorded { ms: u32::from(how) * 50 },
            9 => OpResult::Recorded { ms: 500 },
            10 => OpResult::Transferred { outcome: TransferOutcome::Answered },
            11 => OpResult::Transferred { outcome: TransferOutcome::Busy },
            12 => OpResult::Transferred { outcome: TransferOutcome::Rejected },
            13 => OpResult::Failed,
            14 => OpResult::QueueEnded { outcome: QueueOutcome::ExitKey },
            _ => OpResult::Finished,
        };
        self.input(Input::Done { op, result });
    }
}

fn program(text: &str) -> Program {
    compile(text, "made-up.yaml").unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// The same document with its nodes the other way round.
fn backwards(text: &str) -> String {
    let (head, nodes) = text.split_once("  n0:").unwrap();
    let nodes = format!("  n0:{nodes}");
    let nodes: Vec<&str> = nodes.lines().rev().collect();
    format!("{head}{}\n", nodes.join("\n"))
}

fn run<'f>(flow: &'f Flow<'f>, language: &str, events: &[Event]) -> Watched<'f> {
    let mut call = Watched::new(flow, language);
    for event in events {
        call.event(event);
    }
    call
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Invariants 1 and 4 to 9 are asserted at every step of every run below.
    #[test]
    fn invariants_1_4_5_6_7_8_9_hold_at_every_step(specs in specs(), events in events()) {
        let program = program(&document(&specs));
        let flow = Flow::load(&program).unwrap();
        run(&flow, "", &events);
    }

    #[test]
    fn invariant_2_the_same_call_twice_is_the_same(specs in specs(), events in events()) {
        let (one, two) = (program(&document(&specs)), program(&document(&specs)));
        prop_assert_eq!(&one[..], &two[..]);
        let (one, two) = (Flow::load(&one).unwrap(), Flow::load(&two).unwrap());
        let (one, two) = (run(&one, "", &events), run(&two, "", &events));
        prop_assert_eq!(one.trace, two.trace);
        prop_assert!(one.session == two.session);
    }

    #[test]
    fn invariant_3_a_snapshot_is_invisible(specs in specs(), events in events()) {
        let program = program(&document(&specs));
        let flow = Flow::load(&program).unwrap();
        let plain = run(&flow, "", &events);
        let mut moved = Watched::new(&flow, "");
        for event in &events {
            let mut bytes = [0; 1024];
            let len = moved.session.save(&mut bytes).unwrap();
            let restored = Session::restore(&flow, &bytes[..len]).unwrap();
            prop_assert!(restored == moved.session);
            moved.session = restored;
            moved.event(event);
        }
        prop_assert_eq!(plain.trace, moved.trace);
    }

    /// The compiler does not optimise; what it may choose is where things lie.
    #[test]
    fn invariant_15_another_layout_gives_the_same_trace(specs in specs(), events in events()) {
        let text = document(&specs);
        let other = program(&backwards(&text));
        let program = program(&text);
        prop_assert!(specs.len() < 2 || *program != *other);
        let (one, two) = (Flow::load(&program).unwrap(), Flow::load(&other).unwrap());
        prop_assert_eq!(run(&one, "", &events).trace, run(&two, "", &events).trace);
    }

    #[test]
    fn invariant_17_secrets_are_never_shown(
        specs in specs(),
        mut events in events(),
        at in any::<prop::sample::Index>(),
    ) {
        let program = program(&document(&specs).replace("into: d", "into: pin"));
        let flow = Flow::load(&program).unwrap();
        let at = if events.is_empty() { 0 } else { at.index(events.len()) };
        let typed = b"9753#".iter().map(|d| Event::Digit(*d));
        events.splice(at..at, typed);
        let mut call = Watched::new(&flow, "");
        call.secrets = true;
        for event in &events {
            call.event(event);
        }
    }

    #[test]
    fn invariant_18_a_language_changes_only_the_words(specs in specs(), events in events()) {
        let program = program(&document(&specs));
        let flow = Flow::load(&program).unwrap();
        let (zh, en) = (run(&flow, "zh", &events), run(&flow, "en", &events));
        prop_assert_eq!(zh.path, en.path);
    }

    #[test]
    fn invariant_22_a_session_stays_on_its_version(specs in specs(), more in specs(), events in events()) {
        let (old, new) = (program(&document(&specs)), program(&document(&more)));
        let (old, new) = (Flow::load(&old).unwrap(), Flow::load(&new).unwrap());
        prop_assume!(old.id() != new.id());
        let alone = run(&old, "", &events);
        let mut call = Watched::new(&old, "");
        for event in &events {
            let before = call.session.clone();
            prop_assert!(call.session.handle(&new, call.now, Input::Hangup).is_err());
            prop_assert!(call.session.poll(&new).is_none());
            prop_assert!(before == call.session);
            call.event(event);
        }
        prop_assert_eq!(alone.trace, call.trace);
        let mut bytes = [0; 1024];
        let len = call.session.save(&mut bytes).unwrap();
        let refused = Session::restore(&new, &bytes[..len]);
        prop_assert_eq!(refused.err(), Some(SnapshotError::WrongFlow(old.id())));
    }

    /// To and fro at every rest, between versions that differ only in where things lie.
    #[test]
    fn a_migration_between_equal_versions_is_invisible(specs in specs(), events in events()) {
        let text = document(&specs);
        let (there, here) = (program(&backwards(&text)), program(&text));
        let (there, here) = (Flow::load(&there).unwrap(), Flow::load(&here).unwrap());
        let plain = run(&here, "", &events);
        let mut moved = Watched::new(&here, "");
        for event in &events {
            let to = if moved.flow.id() == here.id() { &there } else { &here };
            moved.session = moved.session.migrate(moved.flow, to).unwrap();
            moved.flow = to;
            moved.event(event);
        }
        prop_assert_eq!(plain.trace, moved.trace);
    }

    #[test]
    fn invariant_23_sessions_do_not_touch_each_other(
        specs in specs(),
        calls in proptest::collection::vec(events(), 2..6),
    ) {
        let program = program(&document(&specs));
        let flow = Flow::load(&program).unwrap();
        let alone: Vec<_> = calls.iter().map(|events| run(&flow, "", events).trace).collect();
        let mut together: Vec<_> = calls.iter().map(|_| Watched::new(&flow, "")).collect();
        for step in 0..60 {
            for (call, events) in together.iter_mut().zip(&calls) {
                if let Some(event) = events.get(step) {
                    call.event(event);
                }
            }
        }
        let together: Vec<_> = together.into_iter().map(|call| call.trace).collect();
        prop_assert_eq!(alone, together);
    }
}

/// A chain of sub-flows, each calling the next.
fn chain(deep: usize) -> String {
    let mut text = String::from(
        "name: chain\nlanguages: [en]\nstart: c\nnodes:\n  c: { type: call, flow: f1, next: hangup }\nflows:\n",
    );
    for i in 1..=deep {
        let node = if i < deep {
            format!("{{ type: call, flow: f{}, next: return }}", i + 1)
        } else {
            "{ type: goto, next: return }".to_string()
        };
        text += &format!("  f{i}: {{ start: c, nodes: {{ c: {node} }} }}\n");
    }
    text
}

#[test]
fn invariant_13_calls_are_eight_deep_and_balanced() {
    for (deep, end) in [(1, "Finished"), (8, "Finished"), (9, "Error(Stack)")] {
        let program = program(&chain(deep));
        let flow = Flow::load(&program).unwrap();
        let call = Watched::new(&flow, "");
        let last = call.trace.last().unwrap();
        assert!(last.contains(end), "{deep}: {last}");
    }
}

#[test]
fn invariant_13_going_round_does_not_grow_the_stack() {
    let text = "
name: round
languages: [en]
start: m
nodes:
  m: { type: menu, prompt: { text: one }, options: { 1: c }, on: { noinput: m, nomatch: m } }
  c: { type: call, flow: f, next: m }
on: { noinput: m }
flows:
  f:
    start: m
    nodes:
      m: { type: menu, prompt: { text: two }, options: { 1: return }, tries: 1, on: { nomatch: m } }
";
    let program = program(text);
    let flow = Flow::load(&program).unwrap();
    let mut call = Watched::new(&flow, "");
    for _ in 0..100 {
        // Into the sub-flow, and out of it by a handler of the application.
        call.event(&Event::Digit(b'1'));
        call.event(&Event::Played);
        call.event(&Event::Deadline);
        assert_eq!(call.ends, 0, "{:?}", call.trace.last());
    }
}

#[test]
fn invariant_1_a_circle_without_a_turn_ends_the_call() {
    let text = "
name: circle
languages: [en]
variables: { n: int }
start: a
nodes:
  a: { type: set, values: { n: n + 1 }, next: b }
  b: { type: goto, next: a }
";
    let program = program(text);
    assert!(program.warnings().iter().any(|w| w.code == "endless"));
    let flow = Flow::load(&program).unwrap();
    let call = Watched::new(&flow, "");
    assert_eq!(call.trace.last().unwrap(), "End { reason: Error(Loop) }");
}
