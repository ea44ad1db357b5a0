//! Agents who call somebody themselves, and pass their caller on to whomever they reached.

use std::fs;

use crate::ear::Ear;
use crate::g711::Law;
use crate::pcap::{Stream, samples_of};
use crate::scenario::{Offer, Scenario};
use crate::server::{Call, Server};
use crate::sipp::{Run, Running, phone, registered, shipped_pcap};

/// A caller who presses 1 for an agent.
fn asks_for_an_agent(server: &Server, caller: &str) -> Scenario {
    let key = Stream::new().events("1", 101).write(server.folder(), &format!("one-{caller}"));
    Scenario::invite_from(caller, Offer::Pcma).answered().ack().pause(700).play(&key).pause(300)
}

/// Agent 1001's phone, with a call of its own to 1002.
fn calls_a_colleague(server: &Server, scenario: Scenario) -> Running {
    Run::new("own-call", scenario).proven_to("1002", server).start(server)
}

/// Requires that these agents were held by a call, and take calls again.
fn assert_available(server: &Server, agents: &[&str]) {
    let states = server.details_of("agent");
    for agent in agents {
        let states: Vec<_> = states.iter().filter(|state| state.starts_with(agent)).collect();
        assert_eq!(states.last(), Some(&&format!("{agent}: available")));
        assert!(states.len() > 1, "never held: {states:?}");
    }
}

#[test]
fn an_agent_asks_a_colleague_and_passes_the_caller_on() {
    let server = Server::start();
    let refers = Scenario::agent_rings().agent_answers(0).pause(3000);
    let refers = refers.agent_refers_to_own_call("1002", "replaces", 200).hung_up();
    let first = registered(&server, "1001", "one", refers).silent().start(&server);
    let answers = Scenario::agent_rings().agent_answers(300).hung_up();
    let second = phone(&server, "1002", "two", answers);
    let media = server.free_media();
    let ear = Ear::beside(media);
    // What the caller says is heard by nobody before the second agent has the call, who sends it back.
    let said = samples_of(&shipped_pcap("g711a.pcap"))[12_800..28_800].to_vec();
    let words = Stream::later().audio(&said, Law::A).write(server.folder(), "words");
    let scenario = asks_for_an_agent(&server, "571").pause(4500).play(&words).pause(3000).bye();
    let caller = Run::new("passed-on", scenario).at(server.free_port(), media).start(&server);
    server.wait_for_events("connected", 1);
    let own = calls_a_colleague(&server, Scenario::agent_invites("1001", "one", 200).hung_up());
    let dialog = own.dialog();
    server.wait_for_events("connected", 2);
    fs::write(first.files().join("replaces"), dialog).expect("a file for sipp");
    own.passes();
    first.passes();
    second.passes();
    caller.passes();
    let share = ear.heard(Law::A).share_of(&said);
    // Whether they are connected, not how well it sounds: by chance it is an eighth.
    assert!(share > 0.5, "only {share:.2} of the caller's words came back");
    server.assert_idle();
    let calls = server.calls();
    let rows: Vec<_> = calls.iter().map(Call::summary).collect();
    let transferred = ("571", "in", "transferred", Some("1002"));
    assert_eq!(rows, [transferred, ("1001", "agent", "answered", Some("1002"))]);
    assert_available(&server, &["1001", "1002"]);
    server.stop();
}

#[test]
fn a_caller_is_passed_on_while_the_colleague_still_rings() {
    let server = Server::start();
    let takes = Scenario::agent_rings().agent_answers(0).hung_up();
    let first = phone(&server, "1001", "one", takes);
    let second = Scenario::agent_rings().agent_answers(4000).hung_up();
    let second = phone(&server, "1002", "two", second);
    let caller = Run::new("passed-on", asks_for_an_agent(&server, "573").pause(8000).bye());
    let caller = caller.start(&server);
    server.wait_for_events("connected", 1);
    // This phone says so in the call it made itself.
    let refers = Scenario::agent_invites("1001", "one", 200).pause(1500);
    let refers = refers.refers_in_own_call("1001", "573", "replaces").hung_up();
    let own = calls_a_colleague(&server, refers);
    fs::write(own.files().join("replaces"), first.dialog()).expect("a file for sipp");
    own.passes();
    first.passes();
    caller.passes();
    second.passes();
    server.assert_idle();
    let kinds = server.kinds_of(&["connected", "completed"]);
    assert_eq!(kinds, ["connected", "completed", "connected"], "it rang when the first had gone");
    let calls = server.calls();
    let rows: Vec<_> = calls.iter().map(Call::summary).collect();
    let passed_on = ("573", "in", "transferred", Some("1002"));
    assert_eq!(rows, [passed_on, ("1001", "agent", "passed on", None)]);
    server.stop();
}

#[test]
fn a_transfer_to_a_call_that_is_not_there_leaves_agent_and_caller_together() {
    let server = Server::start();
    let refers = Scenario::agent_rings().agent_answers(0).pause(500);
    let refers = refers.agent_refers_to_own_call("1002", "replaces", 481).pause(500).hung_up();
    let agent = phone(&server, "1001", "one", refers);
    let nobody = "nobody%40127.0.0.1%3Bto-tag%3Da%3Bfrom-tag%3Db";
    fs::write(agent.files().join("replaces"), nobody).expect("a file for sipp");
    Run::new("stays", asks_for_an_agent(&server, "572").pause(4000).bye()).passes(&server);
    agent.passes();
    server.assert_idle();
    let call = server.call_of("572");
    assert_eq!((call.outcome.as_str(), call.agent.as_deref()), ("answered", Some("1001")));
    server.stop();
}

#[test]
fn only_registered_agents_with_their_password_call_colleagues() {
    let server = Server::start();
    let stranger = Scenario::invite_from("1001", Offer::Pcma).refused(404);
    Run::new("stranger", stranger).to("1002").passes(&server);
    let first = phone(&server, "1001", "one", Scenario::agent_rings());
    let wrong = Scenario::agent_invites("1001", "two", 403);
    Run::new("wrong-password", wrong).proven_to("1002", &server).passes(&server);
    // There is no such colleague, none whose phone is there, or it is the caller.
    for (called, status) in [("1999", 404), ("1002", 480), ("1001", 486)] {
        let nobody = Scenario::agent_invites("1001", "one", status);
        Run::new("nobody", nobody).proven_to(called, &server).passes(&server);
    }
    let refusals = [
        "1001 to 1999: no agent, and there is no gateway",
        "1001 to 1002: logged out",
        "1001 to 1001: the agent's own phone",
    ];
    assert_eq!(server.details_of("call refused"), refusals);
    let answers = Scenario::agent_rings().agent_answers(0).pause(1000).agent_bye();
    let second = phone(&server, "1002", "two", answers);
    calls_a_colleague(&server, Scenario::agent_invites("1001", "one", 200).hung_up()).passes();
    second.passes();
    drop(first);
    server.assert_idle();
    let calls = server.calls();
    let outcomes: Vec<_> = calls.iter().map(|call| call.outcome.as_str()).collect();
    assert_eq!(outcomes, ["answered"], "what is refused is no call");
    assert_available(&server, &["1001", "1002"]);
    server.stop();
}
