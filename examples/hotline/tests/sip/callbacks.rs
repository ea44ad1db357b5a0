//! Callers who hang up and are called back when their turn comes.

use crate::ear::Heard;
use crate::pcap::{Stream, samples_of};
use crate::recordings;
use crate::scenario::{Offer, Scenario};
use crate::server::{Call, Contact, Server};
use crate::sipp::{Run, Running, phone, registered, shipped_pcap};

const RULES: &str = r#"
[[line]]
number = "110"
flow = "{flows}/callback.yaml"

[[callback]]
name = "callback"
queue = "desk"
caller-id = "100"
prefixes = ["6", "555"]
prompt = "Callback."
ring = "1s"
retry = { tries = 2, busy = "1500ms" }
"#;

/// The callback first, and then whoever waited all the time.
const TURNS: [&str; 3] = ["calling back", "connected", "connected"];

/// A caller on line 110 who waits, then presses keys, half a second apart, and is hung up on.
fn asks(server: &Server, caller: &str, keys: &[&str]) -> Running {
    let press = |stream: Stream, keys: &&str| stream.events(keys, 101).silence(25);
    let keys = keys.iter().fold(Stream::new(), press).write(server.folder(), caller);
    let scenario = Scenario::invite_from(caller, Offer::Pcma).answered().ack().pause(1000);
    Run::new("asks", scenario.play(&keys).hung_up()).to("110").start(server)
}

/// What the gateway's telephone does when it is called.
fn outside(server: &Server, scenario: Scenario) -> Running {
    Run::new("outside", scenario).at(server.gateway(), server.free_media()).start(server)
}

#[test]
fn a_caller_keeps_the_place_and_is_called_back_before_whoever_came_later() {
    let server = Server::start_with_gateway(RULES);
    let first = asks(&server, "601", &["*", "1"]);
    server.wait_for_events("queued", 1);
    let waits = Scenario::invite_from("602", Offer::Pcma).answered().ack().hung_up();
    let second = Run::new("waits", waits).to("110").start(&server);
    server.wait_for_events("queued", 2);
    first.passes();
    // The callback is in the queue instead of its caller: behind the other by the clock.
    server.wait_for_events("queued", 3);
    assert_eq!(server.callbacks(), [Contact::new("601", 0, None, None)]);
    let speech = shipped_pcap("g711a.pcap");
    let answers = Scenario::agent_rings().agent_answers(300).play(&speech).hung_up();
    let called = outside(&server, answers);
    // The agent takes both calls, one after the other, and hangs up.
    let takes = Scenario::agent_rings().agent_answers(0).pause(5000).agent_bye();
    let agent = registered(&server, "1001", "one", takes).calls(2, 10).start(&server);
    called.passes();
    agent.passes();
    second.passes();
    server.assert_idle();
    assert_eq!(server.kinds_of(&["calling back", "connected"]), TURNS);
    let calls = server.calls();
    let rows: Vec<_> = calls.iter().map(Call::summary).collect();
    assert_eq!(
        rows,
        [
            ("601", "in", "callback", None),
            ("602", "in", "answered", Some("1001")),
            ("601", "callback", "answered", Some("1001")),
        ]
    );
    let done = Contact::new("601", 1, Some("answered"), Some("answered"));
    assert_eq!(server.callbacks(), [done]);
    // The agent's phone sends back what it hears: both sides of the recording hold the words.
    let mut recordings = recordings::files(&server.folder().join("data/recordings"));
    recordings.retain(|path| path.to_string_lossy().ends_with("-00000003-601.wav"));
    assert_eq!(recordings.len(), 1, "one recording of the third call");
    for samples in recordings::channels(&recordings[0]) {
        let side = Heard { packets: 0, streams: 1, samples };
        let share = side.share_of(&samples_of(&speech)[..24_000]);
        assert!(share > 0.9, "the recording holds {share:.2} of what was said");
    }
    server.stop();
}

#[test]
fn a_number_that_is_not_reached_is_tried_again_and_given_up() {
    let server = Server::start_with_gateway(RULES);
    let refused = asks(&server, "603", &["*", "2", "999#"]);
    asks(&server, "604", &["*", "2", "5551234#"]).passes();
    refused.passes();
    assert_eq!(server.events("callback refused"), 1);
    let server = server.restart();
    assert_eq!(server.callbacks(), [Contact::new("5551234", 0, None, None)]);
    let called = outside(&server, Scenario::agent_rings().agent_refuses(486));
    let answers = Scenario::agent_rings().agent_answers(0).hung_up();
    let agent = phone(&server, "1001", "one", answers.clone());
    called.passes();
    agent.passes();
    assert_eq!(server.callbacks(), [Contact::new("5551234", 1, Some("busy"), None)]);
    // The second try meets a telephone that nobody picks up.
    let called = outside(&server, Scenario::agent_rings().agent_cancelled());
    let agent = phone(&server, "1001", "one", answers);
    called.passes();
    agent.passes();
    server.wait_for_events("callback", 3);
    server.assert_idle();
    let given_up = Contact::new("5551234", 2, Some("no answer"), Some("given up"));
    assert_eq!(server.callbacks(), [given_up]);
    assert_eq!(server.call_of("603").outcome, "completed");
    assert_eq!(server.call_of("604").outcome, "callback");
    let calls = server.calls();
    let rows: Vec<_> = calls.iter().skip(2).map(Call::summary).collect();
    let tried = |outcome| ("5551234", "callback", outcome, Some("1001"));
    assert_eq!(rows, [tried("busy"), tried("no answer")]);
    server.stop();
}
