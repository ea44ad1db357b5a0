//! sipp scenarios put together from the message fragments in `tests/sipp`.

use std::fmt::Write as _;
use std::path::Path;

/// What the caller offers in its SDP.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Offer {
    /// A-law and telephone-event as payload type 101.
    Pcma,
    /// µ-law and telephone-event as payload type 96.
    Pcmu,
    /// A-law alone: keys can only come in-band.
    PcmaInBand,
    /// µ-law alone.
    PcmuInBand,
    /// G.729 and GSM, which the server does not speak.
    Unusable,
}

impl Offer {
    fn formats(self) -> &'static str {
        match self {
            Offer::Pcma => "8 101",
            Offer::Pcmu => "0 96",
            Offer::PcmaInBand => "8",
            Offer::PcmuInBand => "0",
            Offer::Unusable => "18 3",
        }
    }

    /// The `a=` lines of the media description; sipp writes their CR LF.
    fn rtpmaps(self) -> &'static str {
        match self {
            Offer::Pcma => {
                "a=rtpmap:8 PCMA/8000\n    a=rtpmap:101 telephone-event/8000\n    a=fmtp:101 0-16"
            }
            Offer::Pcmu => {
                "a=rtpmap:0 PCMU/8000\n    a=rtpmap:96 telephone-event/8000\n    a=fmtp:96 0-16"
            }
            Offer::PcmaInBand => "a=rtpmap:8 PCMA/8000",
            Offer::PcmuInBand => "a=rtpmap:0 PCMU/8000",
            Offer::Unusable => "a=rtpmap:18 G729/8000\n    a=rtpmap:3 GSM/8000",
        }
    }
}

/// A scenario under construction; each method appends one step.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    steps: String,
    caller: String,
}

impl Scenario {
    fn empty() -> Scenario {
        Scenario { steps: String::new(), caller: "13800000000".into() }
    }

    fn then(mut self, fragment: &str, values: &[(&str, &str)]) -> Scenario {
        let mut text = fragment.replace("{caller}", &self.caller);
        for (key, value) in values {
            text = text.replace(&format!("{{{key}}}"), value);
        }
        self.steps.push_str(&text);
        self
    }

    // ---- a caller ------------------------------------------------------------------------------

    /// An INVITE, nothing more.
    pub(crate) fn invite(offer: Offer) -> Scenario {
        Scenario::invite_from("13800000000", offer)
    }

    /// An INVITE from a given number.
    pub(crate) fn invite_from(caller: &str, offer: Offer) -> Scenario {
        let scenario = Scenario { caller: caller.into(), ..Scenario::empty() };
        scenario.then(
            include_str!("../sipp/invite.xml"),
            &[("formats", offer.formats()), ("rtpmaps", offer.rtpmaps())],
        )
    }

    /// A call that has been answered.
    pub(crate) fn call(offer: Offer) -> Scenario {
        Scenario::invite(offer).answered().ack()
    }

    /// Expects the 200 to the INVITE.
    pub(crate) fn answered(self) -> Scenario {
        self.then(include_str!("../sipp/answered.xml"), &[])
    }

    /// Acknowledges the 200.
    pub(crate) fn ack(self) -> Scenario {
        self.then(include_str!("../sipp/ack.xml"), &[])
    }

    /// Expects a refusal of the INVITE and acknowledges it.
    pub(crate) fn refused(self, code: u16) -> Scenario {
        self.then(include_str!("../sipp/refused.xml"), &[("code", &code.to_string())])
            .then(include_str!("../sipp/ack_refusal.xml"), &[])
    }

    /// Gives up `ms` after it rings.
    pub(crate) fn cancel_after(self, ms: u32) -> Scenario {
        self.then(include_str!("../sipp/cancel.xml"), &[("ringing", &ms.to_string())])
            .then(include_str!("../sipp/ack_refusal.xml"), &[])
    }

    /// Plays a capture file and goes on at once: sipp plays in the background.
    pub(crate) fn play(mut self, pcap: &Path) -> Scenario {
        let pcap = pcap.display();
        writeln!(self.steps, "  <nop><action><exec play_pcap_audio=\"{pcap}\"/></action></nop>")
            .expect("a String takes everything");
        self
    }

    pub(crate) fn pause(mut self, ms: u32) -> Scenario {
        writeln!(self.steps, "  <pause milliseconds=\"{ms}\"/>")
            .expect("a String takes everything");
        self
    }

    /// Hangs up and expects the 200.
    pub(crate) fn bye(self) -> Scenario {
        self.bye_sent().then("  <recv response=\"200\"/>\n", &[])
    }

    /// Sends a BYE and leaves what comes back to the next step.
    pub(crate) fn bye_sent(self) -> Scenario {
        self.then(include_str!("../sipp/bye.xml"), &[])
    }

    /// Expects the far end to hang up, for agents and callers alike.
    pub(crate) fn hung_up(self) -> Scenario {
        self.then(include_str!("../sipp/bye_received.xml"), &[])
    }

    // ---- an agent's phone ----------------------------------------------------------------------

    /// A phone that has been called and rings.
    pub(crate) fn agent_rings() -> Scenario {
        Scenario::empty()
            .then("  <recv request=\"INVITE\" rrs=\"true\"/>\n", &[])
            .then(include_str!("../sipp/agent_ringing.xml"), &[])
    }

    /// The same of one that is asked to answer by itself.
    pub(crate) fn agent_rings_at_once() -> Scenario {
        Scenario::empty()
            .then(include_str!("../sipp/agent_asked_to_answer.xml"), &[])
            .then(include_str!("../sipp/agent_ringing.xml"), &[])
    }

    /// The agent picks up.
    pub(crate) fn agent_answers(self, after_ms: u32) -> Scenario {
        // From a pause of 0 ms sipp was seen not to wake before the next message.
        let ringing = after_ms.max(10).to_string();
        self.then(include_str!("../sipp/agent_answers.xml"), &[("ringing", &ringing)])
    }

    /// The agent hangs up first.
    pub(crate) fn agent_bye(self) -> Scenario {
        self.then(include_str!("../sipp/agent_bye.xml"), &[])
    }

    /// The agent transfers the caller by the phone's key; the phone is told what comes of it.
    pub(crate) fn agent_refers(self, target: &str, status: u16) -> Scenario {
        self.refers(target, "", status)
    }

    /// The same to somebody whom the phone has called itself. The dialog of that call stands in this
    /// file when it comes to that.
    pub(crate) fn agent_refers_to_own_call(
        self,
        target: &str,
        file: &str,
        status: u16,
    ) -> Scenario {
        self.refers(target, &format!("?Replaces=[file name={file}]"), status)
    }

    fn refers(self, target: &str, replaces: &str, status: u16) -> Scenario {
        let status = status.to_string();
        let values = [("target", target), ("replaces", replaces), ("status", &status)];
        self.then(include_str!("../sipp/agent_refers.xml"), &values)
            .then(include_str!("../sipp/refer_told.xml"), &values)
    }

    /// The same in the call that the agent's phone made, after [`Scenario::agent_invites`].
    pub(crate) fn refers_in_own_call(self, user: &str, target: &str, file: &str) -> Scenario {
        let values = [("user", user), ("target", target), ("file", file), ("status", "200")];
        self.then(include_str!("../sipp/agent_refers_in_own_call.xml"), &values)
            .then(include_str!("../sipp/refer_told.xml"), &values)
    }

    /// An agent's phone that calls somebody itself, and the answer its password deserves.
    pub(crate) fn agent_invites(user: &str, password: &str, code: u16) -> Scenario {
        let via = match code {
            200 => "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport",
            _ => "[last_Via:]",
        };
        let code = code.to_string();
        let values = [("user", user), ("password", password), ("code", &code), ("via", via)];
        Scenario::empty().then(include_str!("../sipp/agent_invites.xml"), &values)
    }

    /// The agent does not take the call.
    pub(crate) fn agent_refuses(self, code: u16) -> Scenario {
        self.then(include_str!("../sipp/agent_refuses.xml"), &[("code", &code.to_string())])
    }

    /// Expects the server to stop the ringing.
    pub(crate) fn agent_cancelled(self) -> Scenario {
        self.then(include_str!("../sipp/agent_cancelled.xml"), &[])
    }

    /// A phone that registers, and the answer its password deserves.
    pub(crate) fn register(user: &str, password: &str, contact: u16, code: u16) -> Scenario {
        Scenario::empty().then(
            include_str!("../sipp/register.xml"),
            &[
                ("user", user),
                ("password", password),
                ("contact", &contact.to_string()),
                ("expires", "600"),
                ("code", &code.to_string()),
            ],
        )
    }

    /// The scenario as sipp reads it.
    pub(crate) fn xml(&self) -> String {
        let steps = &self.steps;
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<scenario name=\"call\">\n{steps}</scenario>\n"
        )
    }
}
