//! Ordinary calls: what the caller says arrives, what it hears is one clean stream.

use std::time::Duration;

use crate::ear::Ear;
use crate::g711::Law;
use crate::pcap::Stream;
use crate::raw::Raw;
use crate::scenario::{Offer, Scenario};
use crate::server::Server;
use crate::sipp::{Run, shipped_pcap};

#[test]
fn plain_calls_with_captured_audio() {
    let server = Server::start();
    let media = server.free_media();
    let ear = Ear::beside(media);
    // 30 ms frames and real arrival times, 7 seconds of speech.
    let scenario =
        Scenario::call(Offer::Pcma).pause(200).play(&shipped_pcap("g711a.pcap")).pause(4000).bye();
    Run::new("pcma", scenario.clone()).at(server.free_port(), media).passes(&server);
    let heard = ear.heard(Law::A);
    // 4.2 seconds of 20 ms frames, from one source; the load of the machine may delay the start.
    assert!((180..=215).contains(&heard.packets), "{} packets", heard.packets);
    assert_eq!(heard.streams, 1);
    assert!(heard.level() > 100.0, "nothing to hear: {}", heard.level());
    Run::new("pcma-many", scenario).calls(5, 5).passes(&server);
    server.assert_idle();
    assert_eq!(server.calls().len(), 6);
    server.stop();
}

#[test]
fn a_mu_law_caller_hears_mu_law() {
    let server = Server::start();
    let media = server.free_media();
    let ear = Ear::beside(media);
    let hum: Vec<i16> = (0..16_000).map(|n| ((n % 40) * 200 - 4000) as i16).collect();
    let pcap = Stream::new().audio(&hum, Law::Mu).write(server.folder(), "hum");
    let scenario = Scenario::call(Offer::Pcmu).play(&pcap).pause(2500).bye();
    Run::new("pcmu", scenario).at(server.free_port(), media).passes(&server);
    let heard = ear.heard(Law::Mu);
    assert!(heard.packets >= 100, "{} packets", heard.packets);
    assert!(heard.level() > 100.0, "nothing to hear: {}", heard.level());
    server.stop();
}

#[test]
fn ctrl_c_with_a_call_up_ends_cleanly() {
    let server = Server::start();
    let call = Run::new("drained", Scenario::call(Offer::Pcma).hung_up()).start(&server);
    server.wait_for("calls", 1);
    // A second of its welcome, so that a recording or a prompt is under way.
    std::thread::sleep(Duration::from_secs(1));
    server.stop_with_calls();
    call.passes();
}

#[test]
fn behind_nat_the_far_end_is_told_the_outer_address() {
    let outer = "[rtp]\naddress = \"127.0.0.77\"";
    let server = Server::start_with(|config| config.replace("[rtp]", outer));
    let raw = Raw::new(&server);
    raw.send(raw.invite("nat", server.free_media()));
    let ok = raw.final_response("nat", "INVITE");
    assert!(ok.body().contains("c=IN IP4 127.0.0.77\r\n"), "{}", ok.body());
    assert!(ok.header("Contact").is_some_and(|c| c.contains("127.0.0.1")), "SIP stays where it is");
    raw.send(raw.request("ACK", "nat", &ok.to_tag(), "", ""));
    raw.send(raw.request("BYE", "nat", &ok.to_tag(), "", ""));
    assert_eq!(raw.final_response("nat", "BYE").code, 200);
    server.stop();
}

#[test]
fn a_far_end_that_answers_no_bye_does_not_keep_the_program() {
    let server = Server::start();
    let raw = Raw::new(&server);
    raw.send(raw.invite("deaf", server.free_media()));
    let ok = raw.final_response("deaf", "INVITE");
    raw.send(raw.request("ACK", "deaf", &ok.to_tag(), "", ""));
    server.wait_for("calls", 1);
    // Ended by the program within its own limits, not by the BYE's 32 seconds of retransmission.
    server.stop_with_calls();
}
