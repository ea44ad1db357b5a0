//! Callers whom the flow transfers: to an agent's phone, or through a gateway.

use crate::ear::Ear;
use crate::g711::Law;
use crate::pcap::{Stream, samples_of};
use crate::scenario::{Offer, Scenario};
use crate::server::Server;
use crate::sipp::{self, Run, Running, shipped_pcap};

/// Registers phone 1001 and then lets it live as `scenario` says.
fn phone(server: &Server, scenario: Scenario) -> Running {
    sipp::phone(server, "1001", "one", scenario)
}

/// A caller who presses one key.
fn presses(server: &Server, caller: &str, key: &str) -> Scenario {
    let key = Stream::new().events(key, 101).write(server.folder(), &format!("key-{caller}"));
    Scenario::invite_from(caller, Offer::Pcma).answered().ack().pause(700).play(&key).pause(300)
}

#[test]
fn a_bridged_transfer_comes_back_to_the_flow() {
    let server = Server::start();
    let answers = Scenario::agent_rings().agent_answers(300).pause(6000).agent_bye();
    let agent = phone(&server, answers);
    let media = server.free_media();
    let ear = Ear::beside(media);
    let speech = shipped_pcap("g711a.pcap");
    let rating = Stream::later().events("4", 101).write(server.folder(), "four");
    let scenario = presses(&server, "501", "4").pause(1500).play(&speech);
    let scenario = scenario.pause(9000).play(&rating).hung_up();
    Run::new("bridged", scenario).at(server.free_port(), media).passes(&server);
    agent.passes();
    // The phone sends back what it hears for about five of the seven seconds of speech.
    let heard = ear.heard(Law::A);
    let share = heard.share_of(&samples_of(&speech)[..24_000]);
    assert!(share > 0.9, "only {share:.2} of the caller's words came back");
    server.assert_idle();
    let call = server.call_of("501");
    assert_eq!((call.outcome.as_str(), call.agent.as_deref()), ("transferred", Some("1001")));
    assert_eq!(call.rating, Some(4), "the survey followed");
    server.stop();
}

#[test]
fn a_blind_transfer_outlives_its_flow() {
    let server = Server::start();
    let agent = phone(&server, Scenario::agent_rings().agent_answers(300).hung_up());
    let scenario = presses(&server, "511", "5").pause(3000).bye();
    Run::new("caller-first", scenario).passes(&server);
    agent.passes();
    server.assert_idle();
    let call = server.call_of("511");
    assert_eq!((call.outcome.as_str(), call.ended_by.as_str()), ("transferred", "caller"));
    let agent = phone(&server, Scenario::agent_rings().agent_answers(0).pause(2000).agent_bye());
    Run::new("agent-first", presses(&server, "512", "5").hung_up()).passes(&server);
    agent.passes();
    server.assert_idle();
    assert_eq!(server.call_of("512").ended_by, "agent");
    server.stop();
}

#[test]
fn a_target_that_does_not_take_the_call_leaves_the_caller_in_the_menu() {
    let server = Server::start();
    // Nobody has registered; then the phone rings out; then it is busy. The menu goes on each time.
    Run::new("nobody", presses(&server, "521", "4").pause(1000).bye()).passes(&server);
    assert_eq!(server.events("transfer refused"), 1);
    let agent = phone(&server, Scenario::agent_rings().agent_cancelled());
    let again = Stream::later().events("21995", 101).write(server.folder(), "again");
    let scenario = presses(&server, "522", "4").pause(3500).play(&again).pause(2500).bye();
    Run::new("rings-out", scenario).passes(&server);
    agent.passes();
    assert_eq!(server.call_of("522").keys, "421995", "the keys after it were the menu's again");
    let agent = phone(&server, Scenario::agent_rings().agent_refuses(486));
    Run::new("busy", presses(&server, "523", "4").pause(1500).bye()).passes(&server);
    agent.passes();
    server.assert_idle();
    assert_eq!(server.events("transfer ended"), 2);
    // The agent who was held for the transfers takes calls of the queue again.
    let agent = phone(&server, Scenario::agent_rings().agent_answers(0).hung_up());
    Run::new("queue", presses(&server, "524", "1").pause(3000).bye()).passes(&server);
    agent.passes();
    server.assert_idle();
    assert_eq!(server.call_of("524").outcome, "answered");
    server.stop();
}

#[test]
fn the_caller_hangs_up_while_the_target_rings() {
    let server = Server::start();
    let agent = phone(&server, Scenario::agent_rings().agent_cancelled());
    Run::new("gives-up", presses(&server, "531", "5").pause(1000).bye()).passes(&server);
    agent.passes();
    server.assert_idle();
    assert_eq!(server.call_of("531").outcome, "abandoned");
    server.stop();
}

#[test]
fn numbers_of_nobody_go_through_the_gateway() {
    let server = Server::start_with_gateway("");
    let answers = Scenario::agent_rings().agent_answers(200).pause(1500).agent_bye();
    let far =
        Run::new("far", answers).at(server.gateway(), server.free_media()).echo().start(&server);
    Run::new("outside", presses(&server, "541", "6").hung_up()).passes(&server);
    far.passes();
    server.assert_idle();
    let call = server.call_of("541");
    assert_eq!((call.outcome.as_str(), call.agent.as_deref()), ("transferred", Some("5551234")));
    server.stop();
}

#[test]
fn an_agent_transfers_by_the_key_of_the_phone() {
    let server = Server::start();
    let refers = Scenario::agent_rings().agent_answers(0).pause(500).agent_refers("1002", 200);
    let first = phone(&server, refers.hung_up());
    let answers = Scenario::agent_rings().agent_answers(300).pause(1500).agent_bye();
    let second = sipp::phone(&server, "1002", "two", answers);
    let rating = Stream::later().events("3", 101).write(server.folder(), "three");
    let scenario = presses(&server, "551", "1").pause(5500).play(&rating).hung_up();
    Run::new("passed-on", scenario).passes(&server);
    first.passes();
    second.passes();
    server.assert_idle();
    let call = server.call_of("551");
    assert_eq!((call.outcome.as_str(), call.agent.as_deref()), ("transferred", Some("1002")));
    assert_eq!(call.rating, Some(3), "the survey followed the second conversation");
    server.stop();
}

#[test]
fn a_transfer_to_nobody_leaves_agent_and_caller_together() {
    let server = Server::start();
    // That agent's phone is not there: as for a call, 480.
    let refers = Scenario::agent_rings().agent_answers(0).pause(500).agent_refers("1002", 480);
    let agent = phone(&server, refers.pause(500).hung_up());
    Run::new("stays", presses(&server, "561", "1").pause(4000).bye()).passes(&server);
    agent.passes();
    server.assert_idle();
    let call = server.call_of("561");
    assert_eq!((call.outcome.as_str(), call.agent.as_deref()), ("answered", Some("1001")));
    server.stop();
}
