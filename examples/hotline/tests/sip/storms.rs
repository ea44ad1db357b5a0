//! Messages that come again and again, get lost, or never come.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::raw::{Raw, Response};
use crate::scenario::{Offer, Scenario};
use crate::server::Server;
use crate::sipp::Run;

#[test]
fn a_lossy_network_only_costs_time() {
    let server = Server::start();
    let scenario = Scenario::call(Offer::Pcma).pause(1000).bye();
    // A fifth of the datagrams is lost, both ways: RFC 3261 §17's timers must repair it.
    Run::new("lossy", scenario).calls(20, 10).lost(20).passes(&server);
    // Where sipp lost its ACK and its BYE, only the server's timers end the leg (64 × T1).
    server.wait_long_for("legs", 0, Duration::from_secs(45));
    server.stop();
}

#[test]
fn the_same_invite_many_times_is_one_call() {
    let server = Server::start();
    let raw = Raw::new(&server);
    let invite = raw.invite("storm", server.free_media());
    (0..50).for_each(|_| raw.send(&invite));
    let ok = raw.final_response("storm", "INVITE");
    assert_eq!(ok.code, 200);
    (0..20).for_each(|_| raw.send(&invite));
    let mut tags: BTreeSet<String> = raw
        .collect(Duration::from_millis(300))
        .iter()
        .filter(|r| r.code == 200 && r.is_for("storm", "INVITE"))
        .map(Response::to_tag)
        .collect();
    tags.insert(ok.to_tag());
    assert_eq!(tags.len(), 1, "one dialog: {tags:?}");
    (0..20).for_each(|_| raw.send(raw.request("ACK", "storm", &ok.to_tag(), "", "")));
    server.wait_for("calls", 1);
    assert_eq!(server.live()["ports"], 1);
    (0..20).for_each(|_| raw.send(&invite));
    let bye = raw.request("BYE", "storm", &ok.to_tag(), "", "");
    (0..20).for_each(|_| raw.send(&bye));
    assert_eq!(raw.final_response("storm", "BYE").code, 200);
    // Late copies of everything, when the call is over.
    for message in [&invite, &bye] {
        (0..5).for_each(|_| raw.send(message));
    }
    raw.send(raw.request("ACK", "storm", &ok.to_tag(), "", ""));
    raw.assert_answers("after-the-storm");
    server.assert_idle();
    assert_eq!(server.calls().len(), 1);
    server.stop();
}

#[test]
fn a_caller_who_never_acknowledges_is_let_go() {
    let server = Server::start();
    let raw = Raw::new(&server);
    raw.send(raw.invite("no-ack", server.free_media()));
    assert_eq!(raw.final_response("no-ack", "INVITE").code, 200);
    let again = raw.collect(Duration::from_secs(2));
    assert!(again.iter().any(|r| r.code == 200), "the 200 is sent again until the ACK");
    // 64 × T1 after the 200 the server gives up (RFC 3261 §13.3.1.4).
    server.wait_long_for("legs", 0, Duration::from_secs(45));
    server.stop();
}

#[test]
fn requests_outside_any_dialog_change_nothing() {
    let server = Server::start();
    let raw = Raw::new(&server);
    raw.send(raw.request("BYE", "stray", ";tag=nobody", "", ""));
    assert_eq!(raw.final_response("stray", "BYE").code, 481);
    raw.send(raw.request("CANCEL", "stray", "", "", ""));
    assert_eq!(raw.final_response("stray", "CANCEL").code, 481);
    raw.send(raw.request("ACK", "stray", ";tag=nobody", "", ""));
    raw.assert_answers("after-strays");
    server.stop();
}
