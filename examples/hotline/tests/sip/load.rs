//! Two hundred calls, twenty a second.

use std::time::Duration;

use crate::scenario::{Offer, Scenario};
use crate::server::Server;
use crate::sipp::{Run, shipped_pcap};

#[test]
fn two_hundred_calls_at_twenty_a_second_and_none_fails() {
    let server = Server::start();
    let scenario =
        Scenario::call(Offer::Pcma).pause(200).play(&shipped_pcap("g711a.pcap")).pause(4000).bye();
    let run = Run::new("load", scenario).calls(200, 20).start(&server);
    let mut most = 0;
    for _ in 0..16 {
        std::thread::sleep(Duration::from_millis(500));
        most = most.max(server.live()["calls"]);
    }
    run.passes();
    assert!(most >= 60, "only {most} calls at once: this was no load");
    server.assert_idle();
    assert_eq!(server.calls().len(), 200);
    server.stop();
}
