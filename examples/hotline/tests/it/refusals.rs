//! What the server does not take, and how it says so.

use crate::scenario::{Offer, Scenario};
use crate::server::Server;
use crate::sipp::Run;

#[test]
fn no_common_codec_is_488_and_no_such_number_404() {
    let server = Server::start();
    Run::new("wrong-codecs", Scenario::invite(Offer::Unusable).refused(488))
        .calls(5, 5)
        .passes(&server);
    Run::new("no-such-line", Scenario::invite(Offer::Pcma).refused(404)).to("999").passes(&server);
    server.assert_idle();
    assert_eq!(server.calls().len(), 0, "a refused INVITE is no call");
    server.stop();
}

#[test]
fn a_phone_registers_with_its_password_only() {
    let server = Server::start();
    let phone = |name, user, password, code| {
        Run::new(name, Scenario::register(user, password, 5060, code)).passes(&server);
    };
    phone("right-password", "1001", "one", 200);
    phone("wrong-password", "1001", "two", 403);
    // As a wrong password: an answer of its own would tell which users there are.
    phone("no-such-user", "1999", "one", 403);
    server.stop();
}
