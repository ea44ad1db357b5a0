//! How many a campaign dials, and when.

use crate::campaigns::{CAMPAIGN, outside};
use crate::scenario::{Offer, Scenario};
use crate::server::{Contact, Server};
use crate::sipp::{Run, Running, registered};

/// Agents beside 1003, and two calls for each of them, to four contacts.
fn predictive(more: &str) -> Server {
    let four = CAMPAIGN.replace("contacts.csv", "four.csv");
    Server::start_with_gateway(&format!(
        "{}{four}dials-per-100-agents = 200\n{more}",
        agent("1004", "four")
    ))
}

fn agent(id: &str, password: &str) -> String {
    format!(
        "[[agent]]\nid = \"{id}\"\nname = \"{id}\"\npassword = \"{password}\"\n\
         queues = [\"sales\"]\n"
    )
}

/// The agents' phones, which all do the same with up to four calls. The telephones outside do not
/// answer yet, so that all of them are idle.
fn phones(server: &Server, agents: &[(&str, &str)], scenario: &Scenario) -> Vec<Running> {
    let phones = agents.iter().map(|(user, password)| {
        registered(server, user, password, scenario.clone()).calls(4, 10).start(server)
    });
    phones.collect()
}

const TWO: [(&str, &str); 2] = [("1003", "three"), ("1004", "four")];

#[test]
fn more_are_dialled_than_agents_are_idle() {
    let server = predictive("abandoned-per-mille = 1000\n");
    let talks = Scenario::agent_rings().agent_answers(0).pause(3500).agent_bye();
    let phones = phones(&server, &TWO, &talks);
    server.wait_for_events("dialled", 4);
    let answers = Scenario::agent_rings().agent_answers(0).hung_up();
    let called = outside(&server, answers, 4);
    called.passes();
    server.wait_for_events("completed", 2);
    drop(phones);
    server.assert_idle();
    let calls = server.calls();
    let mut outcomes: Vec<_> = calls.iter().map(|call| call.outcome.as_str()).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["abandoned", "abandoned", "answered", "answered"]);
    let mut agents: Vec<_> = calls.iter().filter_map(|call| call.agent.as_deref()).collect();
    agents.sort_unstable();
    assert_eq!(agents, ["1003", "1004"]);
    let sql = "SELECT dials || ' ' || talked || ' ' || abandoned_per_mille FROM campaign_days";
    assert_eq!(server.texts(sql), ["4 2 500"]);
    server.stop();
}

#[test]
fn no_more_are_dialled_than_the_cap_allows() {
    let server = predictive("");
    let phones = phones(&server, &TWO, &Scenario::agent_rings());
    // The database has it that both are idle, and what came of that.
    server.wait_for_events("agent", 2);
    server.wait_for_events("dialled", 2);
    let called = outside(&server, Scenario::agent_rings().agent_refuses(486), 4);
    called.passes();
    server.wait_for_events("not reached", 4);
    drop(phones);
    let kinds = server.kinds_of(&["dialled", "not reached"]);
    let [dialled, not_reached] = ["dialled", "not reached"];
    let one_by_one =
        [dialled, dialled, not_reached, dialled, not_reached, dialled, not_reached, not_reached];
    assert_eq!(kinds, one_by_one, "nobody has answered: two agents, two calls");
    server.assert_idle();
    server.stop();
}

/// Three agents who take callers, too: those on line 110.
const BLENDED: &str = r#"
blend = { start = 90, stop = 34, reserve = 1 }

[[line]]
number = "110"
flow = "{flows}/campaign.yaml"
"#;

/// A caller who is in the queue at once, and hangs up after so long.
fn calls_in(server: &Server, caller: &str, ms: u32) -> Running {
    let scenario = Scenario::invite_from(caller, Offer::Pcma).answered().ack().pause(ms).bye();
    Run::new("calls-in", scenario).to("110").start(server)
}

#[test]
fn agents_who_take_callers_dial_when_enough_of_them_are_idle() {
    let four = CAMPAIGN.replace("contacts.csv", "four.csv").replace("3s", "2s");
    let agents = agent("1004", "four") + &agent("1005", "five");
    let server = Server::start_with_gateway(&format!("{agents}{four}{BLENDED}"));
    let three = [TWO[0], TWO[1], ("1005", "five")];
    let talks = Scenario::agent_rings().agent_answers(0).hung_up();
    let phones = phones(&server, &three, &talks);
    server.wait_for_events("agent", 3);
    server.wait_for_events("dialled", 2);
    let kinds = server.kinds_of(&["agent", "dialled"]);
    let one_is_left = ["agent", "agent", "dialled", "agent", "dialled"];
    assert_eq!(kinds, one_is_left, "as they came, one agent was left to callers");
    let busy = outside(&server, Scenario::agent_rings().agent_refuses(486), 8);
    server.wait_for_events("not reached", 4);
    // One of three agents is left idle: by the time the contacts are due again that is too few, and
    // when the first of the callers has gone, two are not enough.
    let callers = [calls_in(&server, "611", 3000), calls_in(&server, "612", 4000)];
    callers.into_iter().for_each(Running::passes);
    busy.passes();
    server.wait_for_events("campaign over", 1);
    drop(phones);
    let kinds = server.kinds_of(&["dialled", "completed"]);
    let (first, rest) = kinds.split_at(4);
    assert_eq!(first, ["dialled"; 4]);
    let again = ["completed", "completed", "dialled", "dialled", "dialled", "dialled"];
    assert_eq!(rest, again, "all agents are idle again");
    let gave_up = |number| Contact::new(number, 2, Some("busy"), Some("busy"));
    assert_eq!(server.contacts(), ["701", "702", "704", "705"].map(gave_up));
    server.assert_idle();
    server.stop();
}
