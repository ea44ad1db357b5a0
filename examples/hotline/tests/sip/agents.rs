//! Calls that reach an agent: a second sipp is the agent's phone.

use crate::ear::Ear;
use crate::g711::Law;
use crate::pcap::{Stream, samples_of};
use crate::scenario::{Offer, Scenario};
use crate::server::Server;
use crate::sipp::{Run, phone, shipped_pcap};

/// A caller who presses 1 for an agent.
fn asks_for_an_agent(server: &Server, caller: &str) -> Scenario {
    let key = Stream::new().events("1", 101).write(server.folder(), &format!("one-{caller}"));
    Scenario::invite_from(caller, Offer::Pcma).answered().ack().pause(700).play(&key).pause(300)
}

#[test]
fn caller_and_agent_hear_each_other() {
    let server = Server::start();
    let agent = phone(&server, "1001", "one", Scenario::agent_rings().agent_answers(300).hung_up());
    let media = server.free_media();
    let ear = Ear::beside(media);
    let speech = shipped_pcap("g711a.pcap");
    let scenario = asks_for_an_agent(&server, "301").pause(2000).play(&speech).pause(8000).bye();
    Run::new("bridged", scenario).at(server.free_port(), media).passes(&server);
    agent.passes();
    // The agent's phone sends back what it hears: both directions carried it.
    let said = samples_of(&speech);
    let heard = ear.heard(Law::A);
    let share = heard.share_of(&said);
    assert!(share > 0.9, "only {share:.2} of the caller's words came back");
    server.assert_idle();
    let call = server.call_of("301");
    assert_eq!((call.outcome.as_str(), call.agent.as_deref()), ("answered", Some("1001")));
    server.stop();
}

#[test]
fn the_agent_hangs_up_first_and_the_caller_rates() {
    let server = Server::start();
    let agent = phone(
        &server,
        "1001",
        "one",
        Scenario::agent_rings().agent_answers(0).pause(1000).agent_bye(),
    );
    let rating = Stream::later().events("5", 101).write(server.folder(), "five");
    let scenario = asks_for_an_agent(&server, "302").pause(4000).play(&rating).hung_up();
    Run::new("rates", scenario).passes(&server);
    agent.passes();
    server.assert_idle();
    let call = server.call_of("302");
    assert_eq!((call.outcome.as_str(), call.rating), ("answered", Some(5)));
    server.stop();
}

#[test]
fn the_caller_hangs_up_while_the_agents_phone_rings() {
    let server = Server::start();
    let agent = phone(&server, "1001", "one", Scenario::agent_rings().agent_cancelled());
    let scenario = asks_for_an_agent(&server, "303").pause(2500).bye();
    Run::new("gives-up", scenario).passes(&server);
    agent.passes();
    server.assert_idle();
    assert_eq!(server.call_of("303").outcome, "abandoned");
    server.stop();
}

#[test]
fn the_caller_hangs_up_in_the_survey() {
    let server = Server::start();
    let agent = phone(
        &server,
        "1001",
        "one",
        Scenario::agent_rings().agent_answers(0).pause(500).agent_bye(),
    );
    let scenario = asks_for_an_agent(&server, "304").pause(3500).bye();
    Run::new("no-rating", scenario).passes(&server);
    agent.passes();
    server.assert_idle();
    let call = server.call_of("304");
    assert_eq!((call.outcome.as_str(), call.rating), ("answered", None));
    server.stop();
}
