//! People whom the centre calls from a list.

use crate::scenario::Scenario;
use crate::server::{Call, Contact, Server};
use crate::sipp::{Run, Running, registered};

/// A campaign of the agents of one queue; what is added at the end is more of its keys.
pub(crate) const CAMPAIGN: &str = r#"
[[queue]]
name = "sales"
strategy = "random"

[[agent]]
id = "1003"
name = "Agent Three"
password = "three"
queues = ["sales"]

[[campaign]]
name = "renewals"
contacts = "{flows}/contacts.csv"
do-not-call = "{flows}/do-not-call.txt"
flow = "{flows}/campaign.yaml"
queue = "sales"
caller-id = "100"
timezone = "Asia/Shanghai"
hours = [{ days = "mon-sun", hours = ["00:00-24:00"] }]
retry = { tries = 2, busy = "3s" }
"#;

/// What the telephones of the list do in so many calls.
pub(crate) fn outside(server: &Server, scenario: Scenario, calls: u32) -> Running {
    let run = Run::new("outside", scenario).calls(calls, 10);
    run.at(server.gateway(), server.free_media()).start(server)
}

/// The agent's phone, which does the same with both calls.
fn agent(server: &Server, scenario: Scenario) -> Running {
    registered(server, "1003", "three", scenario).calls(2, 10).start(server)
}

#[test]
fn a_list_is_called_as_agents_are_idle() {
    let server = Server::start_with_gateway(CAMPAIGN);
    let called =
        outside(&server, Scenario::agent_rings().agent_answers(200).pause(1200).agent_bye(), 2);
    let agent = agent(&server, Scenario::agent_rings().agent_answers(0).hung_up());
    called.passes();
    agent.passes();
    server.wait_for_events("campaign over", 1);
    server.assert_idle();
    // The higher priority first, and with one agent one after the other.
    let kinds = server.kinds_of(&["dialled", "connected", "ended"]);
    assert_eq!(kinds, ["dialled", "connected", "ended", "dialled", "connected", "ended"]);
    let calls = server.calls();
    let rows: Vec<_> = calls.iter().map(Call::summary).collect();
    let spoke = |number| (number, "out", "answered", Some("1003"));
    assert_eq!(rows, [spoke("702"), spoke("701")]);
    assert_eq!(
        server.contacts(),
        [
            Contact::new("701", 1, Some("answered"), Some("reached")),
            Contact::new("702", 1, Some("answered"), Some("reached")),
            Contact::new("703", 0, None, Some("do not call")),
        ]
    );
    server.stop();
}

#[test]
fn a_list_goes_on_after_a_restart_and_nobody_is_called_too_often() {
    let server = Server::start_with_gateway(CAMPAIGN);
    let called = outside(&server, Scenario::agent_rings().agent_refuses(486), 2);
    let idle = registered(&server, "1003", "three", Scenario::agent_rings());
    called.passes();
    drop(idle);
    server.wait_for_events("not reached", 2);
    let server = server.restart();
    let busy = |number| Contact::new(number, 1, Some("busy"), None);
    assert_eq!(server.contacts()[..2], [busy("701"), busy("702")]);
    // The second time they answer, but the agent does not: they are told so and hung up on.
    let called = outside(&server, Scenario::agent_rings().agent_answers(0).hung_up(), 2);
    let agent = agent(&server, Scenario::agent_rings().agent_cancelled());
    called.passes();
    agent.passes();
    server.wait_for_events("campaign over", 1);
    server.assert_idle();
    let left = |number| Contact::new(number, 2, Some("abandoned"), Some("abandoned"));
    assert_eq!(server.contacts()[..2], [left("701"), left("702")]);
    let calls = server.calls();
    let outcomes: Vec<&str> = calls.iter().map(|call| call.outcome.as_str()).collect();
    assert_eq!(outcomes, ["busy", "busy", "abandoned", "abandoned"]);
    assert!(calls.iter().all(|call| call.direction == "out"));
    server.stop();
}
