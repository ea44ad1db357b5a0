//! Keys, however they are sent: the record of the call must show them.

use std::path::Path;

use crate::g711::Law;
use crate::pcap::Stream;
use crate::scenario::{Offer, Scenario};
use crate::server::Server;
use crate::sipp::{Run, shipped_pcap};

/// Calls, plays `pcap` when the menu is open, and requires the keys on record.
fn presses(server: &Server, caller: &str, offer: Offer, pcap: &Path, ms: u32, keys: &str) {
    let scenario =
        Scenario::invite_from(caller, offer).answered().ack().pause(700).play(pcap).pause(ms).bye();
    Run::new("keys", scenario).passes(server);
    server.assert_idle();
    assert_eq!(server.call_of(caller).keys, keys, "keys of {caller}, {offer:?}");
}

/// Self-service asks for a number of four digits.
const KEYS: &str = "21995";

#[test]
fn telephone_events_of_a_careful_sender() {
    let server = Server::start();
    let folder = server.folder();
    let a = Stream::new().events(KEYS, 101).write(folder, "events-101");
    presses(&server, "401", Offer::Pcma, &a, 2500, KEYS);
    let mu = Stream::new().events(KEYS, 96).write(folder, "events-96");
    presses(&server, "402", Offer::Pcmu, &mu, 2500, KEYS);
    server.stop();
}

#[test]
fn telephone_events_of_an_odd_sender() {
    let server = Server::start();
    // The captures that come with sipp start an event with duration 0, count at 16 kHz on an
    // 8 kHz stream, and repeat the end under one sequence number. It is one key all the same.
    let pcap = shipped_pcap("dtmf_2833_2.pcap");
    presses(&server, "411", Offer::Pcma, &pcap, 1500, "2");
    server.stop();
}

#[test]
fn tones_in_the_audio() {
    let server = Server::start();
    let folder = server.folder();
    let a = Stream::new().tones(KEYS, Law::A).write(folder, "tones-a");
    presses(&server, "421", Offer::PcmaInBand, &a, 2500, KEYS);
    let mu = Stream::new().tones(KEYS, Law::Mu).write(folder, "tones-mu");
    presses(&server, "422", Offer::PcmuInBand, &mu, 2500, KEYS);
    server.stop();
}
