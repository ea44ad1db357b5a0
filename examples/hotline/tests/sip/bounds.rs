//! Campaigns that stop of themselves, or do more, by what agents say of their calls.

use crate::campaigns::{CAMPAIGN, outside};
use crate::pcap::Stream;
use crate::scenario::Scenario;
use crate::server::{Contact, Server};
use crate::sipp::{Run, registered};

/// The campaign of this list, with codes for its agents and more of its keys.
fn campaign(contacts: &str, more: &str) -> Server {
    let codes = "codes = { \"*1\" = \"sold\", \"*7\" = \"do-not-call\", \"*8\" = \"complaint\" }\n";
    let campaign = CAMPAIGN
        .replace("contacts.csv", contacts)
        .replace("strategy = \"random\"\n", &format!("strategy = \"random\"\n{codes}"));
    Server::start_with_gateway(&format!("{campaign}{more}"))
}

/// A campaign that calls some of the same people, when it has agents.
const ANOTHER: &str = r#"
[[campaign]]
name = "offers"
contacts = "{flows}/contacts.csv"
flow = "{flows}/campaign.yaml"
queue = "desk"
caller-id = "100"
timezone = "Asia/Shanghai"
hours = [{ days = "mon-sun", hours = ["00:00-24:00"] }]
"#;

/// The agent's phone, which takes so many calls, keys a code into each and hangs up.
fn agent(server: &Server, code: &str, calls: u32) -> Run {
    let keys = Stream::new().events(code, 101).write(server.folder(), &format!("code-{code}"));
    let talks = Scenario::agent_rings().agent_answers(0).pause(300).play(&keys).pause(700);
    registered(server, "1003", "three", talks.agent_bye()).silent().calls(calls, 10)
}

/// Somebody who answers and listens.
fn listens() -> Scenario {
    Scenario::agent_rings().agent_answers(0).hung_up()
}

#[test]
fn a_complaint_stops_a_campaign_until_somebody_has_looked_after_it() {
    let more = "guard = { complaints = 0 }\nabandoned-period = \"3s\"\n";
    let server = campaign("contacts.csv", more);
    let called = outside(&server, listens(), 1);
    let complains = agent(&server, "*8", 1).start(&server);
    called.passes();
    complains.passes();
    server.wait_for_events("campaign suspended", 1);
    assert_eq!(server.details_of("campaign suspended"), ["renewals: too many complaints"]);
    server.wait_for_events("campaign period", 1);
    let period =
        "renewals: 1 answered, 0 of them without an agent, 0 not answered, 0 being dialled";
    assert_eq!(server.details_of("campaign period"), [period]);
    let server = server.restart();
    // The phone comes back, and nobody is dialled.
    let agents = server.events("agent");
    let sells = agent(&server, "*1", 1).start(&server);
    server.wait_for_events("agent", agents + 1);
    server.signal("USR2");
    let called = outside(&server, listens(), 1);
    called.passes();
    sells.passes();
    server.wait_for_events("campaign over", 1);
    server.assert_idle();
    let kinds = server.kinds_of(&["dialled", "campaign suspended", "campaign resumed"]);
    assert_eq!(kinds, ["dialled", "campaign suspended", "campaign resumed", "dialled"]);
    assert_eq!(
        server.contacts(),
        [
            Contact::new("701", 1, Some("sold"), Some("reached")),
            Contact::new("702", 1, Some("complaint"), Some("complaint")),
            Contact::new("703", 0, None, Some("do not call")),
        ]
    );
    server.stop();
}

#[test]
fn a_dial_counts_in_the_period_in_which_it_was_made() {
    let server = campaign("contacts.csv", "abandoned-period = \"2s\"\n");
    // It is answered when the period of the dial is over.
    let called = outside(&server, Scenario::agent_rings().agent_answers(2500).hung_up(), 1);
    let sells = agent(&server, "*1", 1).start(&server);
    called.passes();
    sells.passes();
    server.wait_for_events("campaign period", 1);
    let period =
        "renewals: 1 answered, 0 of them without an agent, 0 not answered, 0 being dialled";
    assert_eq!(server.details_of("campaign period")[..1], [period]);
    let kinds = server.kinds_of(&["campaign period", "connected"]);
    assert_eq!(kinds[..2].iter().filter(|kind| *kind == "campaign period").count(), 1, "{kinds:?}");
    server.stop_with_calls();
}

#[test]
fn too_few_successes_stop_a_campaign() {
    let guard =
        "success = [\"sold\"]\nguard = { complaints = 9, success-below = 50, sample = 1 }\n";
    let server = campaign("four.csv", &format!("{guard}{ANOTHER}"));
    let called = outside(&server, listens(), 1);
    let refused = agent(&server, "*7", 1).start(&server);
    called.passes();
    refused.passes();
    server.wait_for_events("campaign suspended", 1);
    server.assert_idle();
    assert_eq!(server.details_of("campaign suspended"), ["renewals: too few successes"]);
    // Nobody else was called, and whoever wants no calls gets none of the other campaign either.
    let sql = "SELECT campaign || ': ' || number || ', ' || tries || ', ' || outcome FROM contacts
               ORDER BY campaign";
    let refused = ["offers: 701, 0, do not call", "renewals: 701, 1, do not call"];
    assert_eq!(server.texts(sql), refused);
    server.stop();
}

#[test]
fn many_successes_let_a_campaign_dial_more() {
    let more = "success = [\"sold\"]\nabandoned-per-mille = 1000\n\
                guard = { complaints = 0, success-above = 50, sample = 1, \
                dials-per-100-agents = 300 }\n";
    let server = campaign("four.csv", more);
    let called = outside(&server, listens(), 4);
    let sells = agent(&server, "*1", 4).start(&server);
    called.passes();
    server.assert_idle();
    drop(sells);
    let kinds = server.kinds_of(&["dialled", "campaign intensified"]);
    let [dialled, intensified] = ["dialled", "campaign intensified"];
    assert_eq!(kinds, [dialled, intensified, dialled, dialled, dialled]);
    server.stop();
}
