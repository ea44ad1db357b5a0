//! The twenty-four callers and what each of them does.

use std::time::Duration;

use media_core::g711::Law;

use crate::phone::KeysBy::{self, InBand, TelephoneEvent};

/// One caller.
#[derive(Debug, Clone)]
pub(super) struct Script {
    /// The number they call from.
    pub(super) number: &'static str,
    /// When they call, in milliseconds from the beginning.
    pub(super) at_ms: u64,
    pub(super) law: Law,
    pub(super) keys: KeysBy,
    pub(super) plan: Plan,
}

/// What a caller wants.
#[derive(Debug, Clone)]
pub(super) enum Plan {
    /// To talk to an agent.
    Agent {
        first: First,
        vip: bool,
        /// How long the two talk.
        talk: Duration,
        then: Then,
        /// The first agent this caller is offered to does not answer.
        first_agent_away: bool,
    },
    /// To hear how their case stands.
    SelfService { first: First, case: Case },
    /// To leave a message, because the office is closed.
    Voicemail,
    /// To leave a message instead of waiting for the agents any longer.
    VoicemailFromQueue { patience: Duration },
    /// To wait this long for an agent, not longer.
    Abandon { patience: Duration },
    /// Nothing any more: hangs up during the welcome.
    HangUp,
    /// Anything; but is on the blacklist.
    Blacklisted,
}

/// What a caller does in the menu before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// Nothing.
    Choose,
    /// Listens to it again (0).
    Repeat,
    /// Changes to English (9).
    English,
}

/// How a conversation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// The caller hangs up.
    CallerHangsUp,
    /// The agent hangs up, the caller gives this mark.
    Rates(u8),
    /// The agent hangs up, the caller too when asked for a mark.
    RefusesToRate,
}

/// How a call went, for the last line and the call records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    Answered,
    SelfServed,
    Voicemail,
    Abandoned,
    Refused,
}

impl Outcome {
    pub(super) const ALL: [Outcome; 5] = [
        Outcome::Answered,
        Outcome::SelfServed,
        Outcome::Voicemail,
        Outcome::Abandoned,
        Outcome::Refused,
    ];

    /// As people and the call records say it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Outcome::Answered => "answered",
            Outcome::SelfServed => "self-served",
            Outcome::Voicemail => "voicemail",
            Outcome::Abandoned => "abandoned",
            Outcome::Refused => "refused",
        }
    }
}

impl Plan {
    /// How the call goes if all is well.
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Plan::Agent { .. } => Outcome::Answered,
            Plan::SelfService { .. } => Outcome::SelfServed,
            Plan::Voicemail | Plan::VoicemailFromQueue { .. } => Outcome::Voicemail,
            Plan::Abandon { .. } | Plan::HangUp => Outcome::Abandoned,
            Plan::Blacklisted => Outcome::Refused,
        }
    }

    /// The plan in a few words.
    pub(super) fn describe(&self) -> String {
        let first = |first: &First| match first {
            First::Choose => "",
            First::Repeat => "menu again, ",
            First::English => "in English, ",
        };
        match self {
            Plan::Agent { first: f, vip, then, first_agent_away, .. } => format!(
                "{}{}agent{}{}",
                if *vip { "VIP, " } else { "" },
                first(f),
                if *first_agent_away { " (first one away)" } else { "" },
                match then {
                    Then::CallerHangsUp => String::new(),
                    Then::Rates(mark) => format!(", rates {mark}"),
                    Then::RefusesToRate => ", does not rate".into(),
                }
            ),
            Plan::SelfService { first: f, case } => format!("{}case {}", first(f), case.number),
            Plan::Voicemail => "leaves a message, office closed".into(),
            Plan::VoicemailFromQueue { .. } => "leaves the queue for a message".into(),
            Plan::Abandon { patience } => format!("gives up after {} s", patience.as_secs()),
            Plan::HangUp => "hangs up in the welcome".into(),
            Plan::Blacklisted => "on the blacklist".into(),
        }
    }
}

/// A case that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Case {
    /// Six digits.
    pub(super) number: &'static str,
    /// Still worked on.
    pub(super) open: bool,
    /// How long it has been, or was.
    pub(super) days: u16,
}

/// All cases of the database.
pub(super) const CASES: [Case; 4] = [
    Case { number: "202611", open: true, days: 3 },
    Case { number: "314159", open: false, days: 15 },
    Case { number: "271828", open: true, days: 42 },
    Case { number: "141421", open: false, days: 101 },
];

/// The numbers of the lists.
pub(super) const VIP: &str = "13800000888";
pub(super) const BLACKLIST: [&str; 2] = ["13900000666", "13900000667"];

/// All callers, in the order in which they call.
pub(super) fn callers() -> Vec<Script> {
    let seconds = Duration::from_secs;
    let agent = |talk, then| Plan::Agent {
        first: First::Choose,
        vip: false,
        talk: seconds(talk),
        then,
        first_agent_away: false,
    };
    let service = |case| Plan::SelfService { first: First::Choose, case };
    let abandon = |patience| Plan::Abandon { patience: seconds(patience) };
    // (milliseconds, number, keys, plan); the codec alternates.
    let table: Vec<(u64, &'static str, KeysBy, Plan)> = vec![
        // Three for the three agents, who are busy with them for a while.
        (0, "13800000101", TelephoneEvent, agent(14, Then::Rates(5))),
        (300, "13800000102", InBand, agent(14, Then::Rates(4))),
        (600, "13800000103", TelephoneEvent, agent(15, Then::CallerHangsUp)),
        (1_200, "13800000201", InBand, service(CASES[0])),
        (2_000, BLACKLIST[0], TelephoneEvent, Plan::Blacklisted),
        // These wait, and the VIP who calls after them is served before them.
        (3_000, "13800000104", InBand, agent(5, Then::Rates(3))),
        (3_600, "13800000105", InBand, agent(5, Then::RefusesToRate)),
        (4_200, "13800000301", InBand, abandon(3)),
        (
            4_800,
            VIP,
            TelephoneEvent,
            Plan::Agent {
                first: First::Choose,
                vip: true,
                talk: seconds(5),
                then: Then::Rates(5),
                first_agent_away: false,
            },
        ),
        (5_400, "13800000401", InBand, Plan::VoicemailFromQueue { patience: seconds(3) }),
        (6_000, "13800000302", TelephoneEvent, abandon(4)),
        (6_500, "13800000303", InBand, abandon(3)),
        (7_000, "13800000202", TelephoneEvent, service(CASES[1])),
        (9_000, "13800000106", InBand, agent(4, Then::Rates(2))),
        (10_500, "13800000501", TelephoneEvent, Plan::HangUp),
        (
            13_000,
            "13800000107",
            TelephoneEvent,
            Plan::Agent {
                first: First::English,
                vip: false,
                talk: seconds(5),
                then: Then::Rates(5),
                first_agent_away: false,
            },
        ),
        (15_000, BLACKLIST[1], InBand, Plan::Blacklisted),
        (18_000, "13800000203", InBand, Plan::SelfService { first: First::Repeat, case: CASES[2] }),
        (
            20_000,
            "13800000108",
            TelephoneEvent,
            Plan::Agent {
                first: First::Choose,
                vip: false,
                talk: seconds(5),
                then: Then::Rates(1),
                first_agent_away: true,
            },
        ),
        (
            22_000,
            "13800000204",
            TelephoneEvent,
            Plan::SelfService { first: First::English, case: CASES[3] },
        ),
        (24_000, "13800000109", InBand, agent(5, Then::CallerHangsUp)),
        // The office closes for lunch half a minute after the beginning.
        (33_000, "13800000402", TelephoneEvent, Plan::Voicemail),
        (34_000, "13800000403", InBand, Plan::Voicemail),
        (35_000, "13800000404", TelephoneEvent, Plan::Voicemail),
    ];
    let laws = [Law::A, Law::Mu].into_iter().cycle();
    table
        .into_iter()
        .zip(laws)
        .map(|((at_ms, number, keys, plan), law)| Script { number, at_ms, law, keys, plan })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callers_are_what_is_announced() {
        let callers = callers();
        assert_eq!(callers.len(), 24);
        let count = |outcome| callers.iter().filter(|c| c.plan.outcome() == outcome).count();
        assert_eq!(Outcome::ALL.map(count), [10, 4, 4, 4, 2]);
        let by_tones = callers.iter().filter(|c| c.keys == InBand).count();
        assert_eq!(by_tones, 12);
        let mut numbers: Vec<_> = callers.iter().map(|c| c.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 24);
        assert!(callers.is_sorted_by_key(|c| c.at_ms));
    }
}
