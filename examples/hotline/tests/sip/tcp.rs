//! SIP over TCP: an ordinary user agent calls, many times on one connection, and once on each of many.

use crate::scenario::{Offer, Scenario};
use crate::server::Server;
use crate::sipp::Run;

#[test]
fn callers_come_by_tcp() {
    let tcp = "[tcp]\nlisten = \"{sip}\"\n\n[rtp]";
    let server = Server::start_with(|config| config.replace("[rtp]", tcp));
    let call = || Scenario::call(Offer::Pcma).pause(100).bye();
    let many = Run::new("one-connection", call()).by_tcp().calls(20, 40).start(&server);
    Run::new("own-connections", call()).by_tcp_each().calls(10, 20).passes(&server);
    // Given up while it rings, and a refusal: what belongs to the INVITE's own transaction.
    let given_up = Scenario::invite(Offer::Pcma).cancel_after(100);
    Run::new("given-up", given_up).to("101").by_tcp().passes(&server);
    Run::new("refused", Scenario::invite(Offer::Unusable).refused(488)).by_tcp().passes(&server);
    many.passes();
    server.assert_idle();
    assert_eq!(server.calls().len(), 30);
    server.stop();
}
