//! What the server does not take, and how it says so.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use md5::{Digest, Md5};

use crate::raw::Raw;
use crate::scenario::{Offer, Scenario};
use crate::server::{Server, prompts};
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

/// Sends `request` of dialog `id` and returns the final response's code and one header of it.
fn refusal(raw: &Raw, id: &str, method: &str, request: String, header: &str) -> (u16, String) {
    raw.send(request);
    let response = raw.final_response(id, method);
    if method == "INVITE" {
        raw.send(raw.request("ACK", id, &response.to_tag(), "", ""));
    }
    (response.code, response.header(header).unwrap_or_default().to_owned())
}

#[test]
fn what_is_no_proper_request_is_told_why() {
    let server = Server::start();
    let raw = Raw::new(&server);
    let media = server.free_media();
    let refused = |id: &str, from: &str, to: &str, header: &str| {
        let request = raw.invite(id, media);
        let start = request.find(from).expect("it is there");
        let end = start + from.len();
        let request = format!("{}{to}{}", &request[..start], &request[end..]);
        refusal(&raw, id, "INVITE", request, header)
    };
    let (code, why) = refused("no-contact", "Contact: ", "X-Contact: ", "Warning");
    assert_eq!((code, why.as_str()), (400, "399 trunkline \"no Contact that can be read\""));
    let unknown = refused("extension", "Contact: ", "Require: foo\r\nContact: ", "Unsupported");
    assert_eq!(unknown, (420, "foo".into()));
    let body = refused("body", "application/sdp", "text/plain", "Accept");
    assert_eq!(body, (415, "application/sdp".into()));
    let message = raw.request("MESSAGE", "message", "", "", "");
    let (code, allowed) = refusal(&raw, "message", "MESSAGE", message, "Allow");
    assert_eq!(code, 405);
    assert!(allowed.contains("INVITE") && !allowed.contains("MESSAGE"), "{allowed}");
    let bye = raw.request("BYE", "no-dialog", "", "", "");
    assert_eq!(refusal(&raw, "no-dialog", "BYE", bye, "Warning").0, 481);
    server.assert_idle();
    assert_eq!(server.calls().len(), 0);
    server.stop();
}

#[test]
fn a_call_that_would_hear_itself_is_refused() {
    let server = Server::start();
    let raw = Raw::new(&server);
    let invite = raw.invite("echo", server.media_ports().start);
    let (code, why) = refusal(&raw, "echo", "INVITE", invite, "Warning");
    assert_eq!(code, 488);
    assert!(why.contains("media port of ours"), "{why}");
    server.assert_idle();
    server.stop();
}

#[test]
fn more_callers_than_places_may_try_again_later() {
    let server = Server::start_with(|config| config.replace("[rtp]", "max-calls = 2\n\n[rtp]"));
    let raw = Raw::new(&server);
    // Never acknowledged: a place is taken by the INVITE already.
    for id in ["first", "second"] {
        raw.send(raw.invite(id, server.free_media()));
        assert_eq!(raw.final_response(id, "INVITE").code, 200);
    }
    let third = raw.invite("third", server.free_media());
    let (code, later) = refusal(&raw, "third", "INVITE", third, "Retry-After");
    assert_eq!((code, later.as_str()), (503, "10"));
    for id in ["first", "second"] {
        raw.send(raw.request("ACK", id, "", "", ""));
    }
    server.stop_with_calls();
}

#[test]
fn a_digest_is_good_once_and_for_its_own_place() {
    let server = Server::start();
    let raw = Raw::new(&server);
    let register = |id: &str, more: &str| {
        let request = raw.request("REGISTER", id, "", more, "");
        raw.send(request.replace("To: <sip:100@", "To: <sip:1001@"));
        raw.final_response(id, "REGISTER")
    };
    let challenge = register("ask", "");
    assert_eq!(challenge.code, 401);
    let header = challenge.header("WWW-Authenticate").expect("a challenge").to_owned();
    let nonce = header.split("nonce=\"").nth(1).and_then(|n| n.split('"').next()).expect("a nonce");
    let digest = |uri: &str| {
        let hash = |text: String| {
            Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        let secret = hash("1001:trunkline:one".into());
        let place = hash(format!("REGISTER:{uri}"));
        let response = hash(format!("{secret}:{nonce}:00000001:abc:auth:{place}"));
        format!(
            "Authorization: Digest username=\"1001\", realm=\"trunkline\", nonce=\"{nonce}\", \
             uri=\"{uri}\", qop=auth, nc=00000001, cnonce=\"abc\", algorithm=MD5, \
             response=\"{response}\"\r\n"
        )
    };
    let elsewhere = register("elsewhere", &digest("sip:100@198.51.100.1"));
    assert_eq!(elsewhere.code, 400, "made for another place");
    let here = digest(&format!("sip:100@{}", server.sip()));
    assert_eq!(register("good", &here).code, 200);
    let replayed = register("replayed", &here);
    let again = replayed.header("WWW-Authenticate").unwrap_or_default();
    assert_eq!(replayed.code, 401, "the same count twice");
    assert!(again.contains("stale=true"), "{again}");
    server.stop();
}

#[test]
fn requests_of_a_call_are_answered_in_any_order() {
    let server = Server::start();
    let raw = Raw::new(&server);
    for round in 0..20 {
        let id = format!("overtaken-{round}");
        raw.send(raw.invite(&id, server.free_media()));
        let ok = raw.final_response(&id, "INVITE");
        let tag = ok.to_tag();
        let info = |sequence: u32, branch: &str| {
            let text = raw.request("INFO", &id, &tag, "", "");
            text.replace("CSeq: 1 INFO", &format!("CSeq: {sequence} INFO"))
                .replace("-INFO;rport", &format!("-{branch};rport"))
        };
        // Both are there before the server has read either.
        raw.send(raw.request("ACK", &id, &tag, "", ""));
        raw.send(info(5, "five"));
        let answers = raw.collect(Duration::from_millis(400));
        let codes: Vec<u16> =
            answers.iter().filter(|r| r.is_for(&id, "INFO")).map(|r| r.code).collect();
        assert_eq!(codes, [200], "round {round}: answered at once, without a retransmission");
        raw.send(info(4, "four"));
        assert_eq!(raw.final_response(&id, "INFO").code, 500, "a number out of order");
        raw.send(raw.request("BYE", &id, &tag, "", "").replace("CSeq: 2", "CSeq: 6"));
        assert_eq!(raw.final_response(&id, "BYE").code, 200);
    }
    server.stop();
}

/// What `hotline check` says of the shared configuration with one thing changed.
fn check(from: &str, to: &str) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let flows = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flows");
    let config = include_str!("../hotline.toml")
        .replace("{sip}", "127.0.0.1:5060")
        .replace("{rtp}", "20000-20099")
        .replace("{flows}", &flows.display().to_string())
        .replace(from, to)
        .replace("{prompts}", &prompts().display().to_string());
    let file = folder.path().join("hotline.toml");
    std::fs::write(&file, config).expect("a configuration file");
    let checked = Command::new(env!("CARGO_BIN_EXE_hotline"))
        .args(["check", "--config"])
        .arg(&file)
        .output()
        .expect("hotline starts");
    assert!(!folder.path().join("data").exists(), "a check makes no database");
    (checked.status.success(), String::from_utf8_lossy(&checked.stderr).into_owned())
}

#[test]
fn a_configuration_that_would_fail_a_call_is_refused_before_any() {
    // The prompts are made by the first server that starts; a good check would make them too.
    drop(Server::start());
    let (good, said) = check("", "");
    assert!(good, "{said}");
    let (good, said) = check("UPDATE calls", "UPDATE cals");
    assert!(!good && said.contains("hotline.toml:44: query.sql: of `rate`: "), "{said}");
    assert!(said.contains("no such table: cals"), "{said}");
    let (good, said) = check("name = \"rate\"", "name = \"rating\"");
    assert!(!good && said.contains("node `rate` asks for the query `rate`"), "{said}");
    let (good, said) = check("\"desk\"", "\"tresen\"");
    assert!(!good && said.contains("node `agent` asks for the queue `desk`"), "{said}");
}
