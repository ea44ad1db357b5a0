//! `queue_log`, line by line.

use acd_core::render::*;
use acd_core::*;

use super::{Stage, morning};

#[test]
fn a_queue_log_reads_as_asterisk_writes_it() {
    let mut stage = morning();
    let said = stage.said();
    let expected = "\
        1700000000|NONE|NONE|Ann|AGENTLOGIN|PJSIP/ann\n\
        1700000000|17.1|sales|NONE|ENTERQUEUE||5550100|1|Ada\n\
        1700000002|17.1|sales|Ann|CONNECT|2|b-1|2\n\
        1700000063|17.1|sales|Ann|COMPLETECALLER|2|61|1\n\
        1700000063|17.1|sales|NONE|ENTERQUEUE||5550100|1|Ada\n\
        1700000073|17.1|sales|Ann|RINGNOANSWER|10000\n\
        1700000074|17.1|sales|Ann|RINGNOANSWER|0\n\
        1700000074|NONE|NONE|Ann|PAUSEALL|Auto-Pause\n\
        1700000080|17.1|sales|NONE|ABANDON|1|1|16\n\
        1700000080|17.1|sales|NONE|ENTERQUEUE||5550100|1|Ada\n\
        1700000081|17.1|sales|NONE|EXITWITHKEY|#|1|1|1\n\
        1700000081|17.1|sales|NONE|ENTERQUEUE||5550100|1|Ada\n\
        1700000082|17.1|sales|NONE|WITHDRAW|1|1|1\n\
        1700000082|NONE|NONE|Ben|AGENTLOGIN|PJSIP/ann\n\
        1700000083|17.1|back|Ben|CONNECT|2|b-1|1\n\
        1700000090|17.1|back|Ben|ATTENDEDTRANSFER|LINK|PJSIP/x|PJSIP/y|2|7|1\n\
        1700000090|17.1|back|NONE|ENTERQUEUE||5550100|1|Ada\n\
        1700000091|17.1|back|Ben|RINGCANCELED|1250\n\
        1700000091|17.1|back|NONE|ABANDON|1|1|1\n\
        1700000095|NONE|NONE|Ann|UNPAUSEALL|Auto-Pause\n\
        1700000095|NONE|NONE|Ann|AGENTLOGOFF|PJSIP/ann|95\n";
    let expected: String = expected.lines().map(|line| format!("{}\n", line.trim())).collect();
    assert_eq!(said, expected);
}

#[test]
fn every_way_to_leave_and_to_pass_on_has_its_line() {
    let mut stage = Stage::new();
    let config = QueueConfig {
        max_wait_ms: Some(3_000),
        leave_empty: EmptyRule::LoggedOut,
        ..QueueConfig::default()
    };
    let queue = stage.queue("q", config);
    let agent = stage.agent(1, queue);
    for (n, line) in [
        "BLINDTRANSFER|900|default|0|1|1",
        "ATTENDEDTRANSFER|BRIDGE|b-9|0|1|1",
        "ATTENDEDTRANSFER|APP|VoiceMail|0|1|1",
    ]
    .into_iter()
    .enumerate()
    {
        stage.at(n as u64 * 2_000);
        let call = stage.arrive(queue);
        stage.accept(1);
        stage.at(n as u64 * 2_000 + 1_000).give(Input::Complete { call, by: EndedBy::Transfer });
        let said = stage.said();
        assert!(said.contains(line), "{said}");
    }
    let call = stage.arrive(queue);
    stage.accept(1);
    stage.give(Input::Complete { call, by: EndedBy::Agent });
    assert!(stage.said().contains("COMPLETEAGENT|0|0|1"));
    stage.give(Input::AgentState { agent, state: AgentRequest::NotReady(4) });
    assert!(stage.said().contains("PAUSEALL|lunch"));
    stage.give(Input::SetPause { agent, queue, paused: Some(4) });
    assert_eq!(stage.said(), "1700000005|NONE|q|Ann|PAUSE|lunch\n");
    stage.give(Input::SetPause { agent, queue, paused: None });
    assert_eq!(stage.said(), "1700000005|NONE|q|Ann|UNPAUSE|lunch\n");
    stage.arrive(queue);
    stage.at(20_000);
    assert!(stage.said().contains("EXITWITHTIMEOUT|1|1|3"));
    stage.arrive(queue);
    stage.arrive(queue);
    stage.at(21_000).give(Input::AgentState { agent, state: AgentRequest::LoggedOut });
    let said = stage.said();
    assert!(said.contains("EXITEMPTY|1|1|1") && said.contains("EXITEMPTY|1|2|1"), "{said}");
    let mut text = QueueLogText(String::new());
    queue_log::line(Time(5_000), "NONE", "q", "Ann", "PENALTY", &[&7], &mut text).expect("text");
    assert_eq!(text.0, "5|NONE|q|Ann|PENALTY|7\n");
}
