//! `callcenter::info` events, with their headers.

use super::morning;

#[test]
fn callcenter_events_have_all_their_fields() {
    let stage = morning();
    let channel = [
        "Channel-Name",
        "Unique-ID",
        "Caller-Caller-ID-Name",
        "Caller-Caller-ID-Number",
        "Caller-Destination-Number",
    ];
    let member =
        ["CC-Member-UUID", "CC-Member-Session-UUID", "CC-Member-CID-Name", "CC-Member-CID-Number"];
    let agent = [
        "CC-Agent",
        "CC-Agent-System",
        "CC-Agent-UUID",
        "CC-Agent-Called-Time",
        "CC-Agent-Answered-Time",
    ];
    let join = |parts: &[&[&'static str]]| parts.concat();
    let lists = [
        ("members-count", join(&[&["CC-Queue", "CC-Count", "CC-Selection"]])),
        ("agent-status-change", join(&[&["CC-Agent", "CC-Agent-Status"]])),
        ("agent-state-change", join(&[&["CC-Agent", "CC-Agent-State"]])),
        (
            "agent-offering",
            join(&[
                &["CC-Queue", "CC-Agent", "CC-Agent-Type", "CC-Agent-System"],
                &member,
                &["CC-Member-DNIS"],
            ]),
        ),
        (
            "agent-max-no-answer",
            join(&[&[
                "CC-Agent",
                "CC-Agent-No-Answer-Count",
                "CC-Agent-No-Answer-Status",
                "CC-Member-UUID",
                "CC-Member-Session-UUID",
            ]]),
        ),
        (
            "bridge-agent-start",
            join(&[
                &channel,
                &["CC-Queue"],
                &agent,
                &["CC-Member-Joined-Time"],
                &member,
                &["CC-Member-DNIS"],
            ]),
        ),
        (
            "bridge-agent-end",
            join(&[
                &channel,
                &["CC-Queue", "CC-Hangup-Cause"],
                &agent,
                &["CC-Member-Joined-Time", "CC-Agent-Bridged", "CC-Bridge-Terminated-Time"],
                &member,
            ]),
        ),
        (
            "bridge-agent-fail",
            join(&[
                &["CC-Queue", "CC-Hangup-Cause", "CC-Agent", "CC-Agent-System"],
                &["CC-Agent-Called-Time", "CC-Agent-Aborted-Time"],
                &member,
                &["CC-Member-Joined-Time"],
            ]),
        ),
        ("member-queue-start", join(&[&channel, &["CC-Queue"], &member])),
        ("member-queue-resume", join(&[&channel, &["CC-Queue"], &member])),
    ];
    for (event, keys) in &lists {
        let heard = stage.centre.of(event);
        assert!(!heard.is_empty(), "no {event}");
        for fields in heard {
            let said: Vec<&str> = fields.iter().map(|(key, _)| key.as_str()).collect();
            assert_eq!(&said, keys, "{event}");
        }
    }
    // The last one: cancelled, or terminated with who had it.
    for fields in stage.centre.of("member-queue-end") {
        let said: Vec<&str> = fields.iter().map(|(key, _)| key.as_str()).collect();
        let mut keys =
            vec!["CC-Queue", "CC-Member-Leaving-Time", "CC-Member-Joined-Time", "CC-Cause"];
        let cause = &fields[3].1;
        if cause == "Terminated" {
            keys.push("CC-Hangup-Cause");
            keys.extend(agent);
        } else {
            assert_eq!(cause, "Cancel");
            keys.push("CC-Cancel-Reason");
            if fields[4].1 == "EXIT_WITH_KEY" {
                keys.push("CC-Exit-Key");
            }
        }
        keys.extend(member);
        assert_eq!(said, keys);
    }
    let ends: Vec<&str> =
        stage.centre.of("member-queue-end").iter().map(|f| f[4].1.as_str()).collect();
    assert_eq!(
        ends,
        ["NORMAL_CLEARING", "BREAK_OUT", "EXIT_WITH_KEY", "NONE", "NORMAL_CLEARING", "BREAK_OUT"]
    );
    let failures: Vec<&str> =
        stage.centre.of("bridge-agent-fail").iter().map(|f| f[1].1.as_str()).collect();
    assert_eq!(failures, ["NO_ANSWER", "USER_BUSY", "ORIGINATOR_CANCEL"]);
    let known = lists.iter().map(|(event, _)| *event).chain(["member-queue-end"]);
    let known: Vec<&str> = known.collect();
    assert!(stage.centre.0.iter().all(|(event, _)| known.contains(&event.as_str())));
    assert_eq!(stage.centre.value("agent-max-no-answer", "CC-Agent-No-Answer-Count"), "2");
}
