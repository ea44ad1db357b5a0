//! The caller hangs up at every stage of a call.

use crate::g711::Law;
use crate::pcap::Stream;
use crate::scenario::{Offer, Scenario};
use crate::server::Server;
use crate::sipp::{Run, Running};

/// A call that presses `keys`, and `ms` later hangs up.
fn hang_up_after(server: &Server, caller: &str, keys: &str, ms: u32) -> Scenario {
    let name = format!("keys-{caller}");
    let pcap = Stream::new().events(keys, 101).write(server.folder(), &name);
    let pressing = keys.len() as u32 * 200;
    Scenario::invite_from(caller, Offer::Pcma)
        .answered()
        .ack()
        .pause(700)
        .play(&pcap)
        .pause(pressing + ms)
        .bye()
}

#[test]
fn bye_at_every_stage_leaves_nothing() {
    let server = Server::start();
    // (caller, keys pressed, milliseconds until the BYE, the outcome on record): in the welcome, at
    // the end of it, asked for a number, hearing it read back, before the beep, and after it.
    let stages = [
        ("201", "", 0, "abandoned"),
        ("202", "", 4000, "abandoned"),
        ("203", "2", 300, "abandoned"),
        ("204", "21995", 300, "abandoned"),
        ("205", "3", 100, "abandoned"),
        ("206", "3", 3000, "voicemail"),
    ];
    let running: Vec<_> = stages
        .iter()
        .map(|&(caller, keys, ms, _)| {
            Run::new("bye-at-stage", hang_up_after(&server, caller, keys, ms)).start(&server)
        })
        .collect();
    running.into_iter().for_each(Running::passes);
    server.assert_idle();
    for (caller, _, _, outcome) in stages {
        let call = server.call_of(caller);
        assert_eq!((&*call.outcome, &*call.ended_by), (outcome, "caller"), "call of {caller}");
    }
    server.stop();
}

#[test]
fn bye_before_the_first_packet_and_at_once_after_the_ack() {
    let server = Server::start();
    Run::new("bye-at-once", Scenario::call(Offer::Pcma).bye()).calls(20, 20).passes(&server);
    server.stop();
}

#[test]
fn cancel_while_it_rings() {
    let server = Server::start();
    let slow = |ms| Scenario::invite(Offer::Pcma).cancel_after(ms);
    // Line 101 rings for three seconds before it answers.
    Run::new("cancel", slow(500)).to("101").calls(5, 5).passes(&server);
    Run::new("cancel-at-once", slow(0)).to("101").calls(5, 5).passes(&server);
    server.stop();
}

#[test]
fn a_caller_who_stays_silent_is_still_served() {
    let server = Server::start();
    // No packet ever comes from the caller; what it hears must not depend on that.
    let media = server.free_media();
    let ear = crate::ear::Ear::beside(media);
    let scenario = Scenario::call(Offer::PcmuInBand).pause(2000).bye();
    Run::new("no-media", scenario).at(server.free_port(), media).passes(&server);
    let heard = ear.heard(Law::Mu);
    assert!(heard.packets >= 80, "only {} packets in two seconds", heard.packets);
    assert!(heard.level() > 100.0, "nothing to hear: {}", heard.level());
    server.stop();
}
