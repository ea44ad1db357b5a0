//! People whom a campaign calls, and the machines that answer for them.

use crate::campaigns::{CAMPAIGN, outside};
use crate::g711::Law;
use crate::pcap::{Stream, samples_of};
use crate::recordings;
use crate::scenario::Scenario;
use crate::server::{Contact, Server};
use crate::sipp::{registered, shipped_pcap};

/// Samples of a second.
const SECOND: usize = 8000;

/// The campaign with one contact and more of its keys.
fn campaign(more: &str) -> Server {
    Server::start_with_gateway(&format!("{}{more}", CAMPAIGN.replace("contacts.csv", "one.csv")))
}

/// A telephone that is picked up and greets.
fn greets(server: &Server, name: &str, greeting: &[i16]) -> Scenario {
    let quiet = [0; SECOND / 2];
    let greeting = Stream::new().audio(&quiet, Law::A).audio(greeting, Law::A);
    let greeting = greeting.audio(&[0; 10 * SECOND], Law::A).write(server.folder(), name);
    Scenario::agent_rings().agent_answers(200).play(&greeting)
}

/// So many milliseconds of speech.
fn speech(ms: usize) -> Vec<i16> {
    // The capture begins with silence.
    samples_of(&shipped_pcap("g711a.pcap"))[12_800..][..ms * SECOND / 1000].to_vec()
}

/// What a machine says: a greeting of two seconds, and a beep.
fn greeting_and_beep() -> Vec<i16> {
    let tone = |n: u32| (8000.0 * (f64::from(n) * std::f64::consts::PI / 4.0).sin()) as i16;
    [speech(2000), vec![0; SECOND / 4], (0..3200).map(tone).collect()].concat()
}

#[test]
fn a_person_who_says_hello_is_given_an_agent_whose_phone_is_asked_to_answer() {
    let server = campaign("machines = {}\n");
    let says_hello = greets(&server, "hello", &speech(500)).hung_up();
    let called = outside(&server, says_hello, 1);
    let answers = Scenario::agent_rings_at_once().agent_answers(0).pause(800).agent_bye();
    let agent = registered(&server, "1003", "three", answers).start(&server);
    called.passes();
    agent.passes();
    server.wait_for_events("campaign over", 1);
    server.assert_idle();
    assert_eq!(server.details_of("answered by"), ["a person"]);
    let reached = Contact::new("701", 1, Some("answered"), Some("reached"));
    assert_eq!(server.contacts(), [reached]);
    server.stop();
}

#[test]
fn a_machine_is_told_a_message_after_its_beep() {
    let server = campaign("machines = { flow = \"{flows}/message.yaml\" }\n");
    let machine = greets(&server, "machine", &greeting_and_beep()).hung_up();
    let called = outside(&server, machine, 1);
    let agent = registered(&server, "1003", "three", Scenario::agent_rings()).start(&server);
    called.passes();
    drop(agent);
    server.wait_for_events("campaign over", 1);
    server.assert_idle();
    let kinds = server.kinds_of(&["answered by", "offered", "beep", "ended"]);
    assert_eq!(kinds, ["answered by", "beep", "ended"], "no agent was troubled");
    assert_eq!(server.details_of("answered by"), ["a machine"]);
    let left = Contact::new("701", 1, Some("message left"), Some("message left"));
    assert_eq!(server.contacts(), [left]);
    let call = server.call_of("701");
    assert_eq!((call.outcome.as_str(), call.ended_by.as_str()), ("message left", "flow"));
    let mut recorded = recordings::files(&server.folder().join("data/recordings"));
    recorded.retain(|path| path.extension().is_some_and(|extension| extension == "wav"));
    let [said, heard] = recordings::channels(&recorded[0]);
    let beeped = said.iter().rposition(|sample| sample.abs() > 5000).expect("a beep");
    let spoke = heard.iter().position(|sample| sample.abs() > 500).expect("a message");
    assert!(beeped < spoke, "the message began at {spoke}, before the beep ended at {beeped}");
    server.stop();
}

#[test]
fn a_machine_that_is_told_nothing_is_called_again() {
    let again = "machines = { greeting = \"600ms\", again = \"1s\" }\n";
    let server = campaign(again);
    let machine = greets(&server, "machine", &speech(2000)).hung_up();
    let called = outside(&server, machine, 2);
    let agent = registered(&server, "1003", "three", Scenario::agent_rings()).start(&server);
    called.passes();
    drop(agent);
    server.wait_for_events("campaign over", 1);
    server.assert_idle();
    let given_up = Contact::new("701", 2, Some("machine"), Some("machine"));
    assert_eq!(server.contacts(), [given_up]);
    let machines = |call: &crate::server::Call| call.outcome == "machine";
    assert!(server.calls().iter().all(machines), "{:?}", server.calls());
    assert_eq!(server.events("offered"), 0);
    server.stop();
}
