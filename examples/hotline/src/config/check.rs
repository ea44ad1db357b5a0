//! What the types of a configuration cannot say: ranges, duplicates, names that point nowhere.

use std::collections::HashSet;
use std::ops::Range;

use jiff::SignedDuration;

use super::Config;

/// Where, at which key, and what.
pub(super) type Mistake = (Range<usize>, &'static str, String);

/// More calls at once than this are a mistake: their memory is taken at start.
const MAX_CALLS: usize = 100_000;
/// What a duration must be, for the errors.
pub(super) const NO_DURATION: &str = "must be from a millisecond to a day";

/// No code of an agent's has more keys.
pub(crate) const LONGEST_CODE: usize = 8;

/// Whether a text is keys that an agent could press.
fn is_code(text: &str) -> bool {
    let is_key = |key: u8| key.is_ascii_digit() || matches!(key, b'*' | b'#' | b'A'..=b'D');
    (1..=LONGEST_CODE).contains(&text.len()) && text.bytes().all(is_key)
}

/// Whether a duration is one that a timer of a call can have.
pub(super) fn is_duration(duration: SignedDuration) -> bool {
    (SignedDuration::from_millis(1)..=SignedDuration::from_hours(24)).contains(&duration)
}

impl Config {
    /// What the types alone cannot say: ranges, duplicates, names that point nowhere.
    pub(super) fn check(&self) -> Result<(), (Range<usize>, String, String)> {
        let checked = self.check_centre().and_then(|()| self.check_streams());
        checked.map_err(|(span, key, why)| (span, key.to_owned(), why))?;
        self.check_callbacks()?;
        self.check_campaigns()
    }

    fn check_centre(&self) -> Result<(), Mistake> {
        self.rtp.range().map_err(|why| (self.rtp.ports.span(), "rtp.ports", why))?;
        if self.media_address().is_unspecified() {
            let why = "must be set where sip.listen is no address that far ends could send to";
            return Err((self.rtp.ports.span(), "rtp.address", why.into()));
        }
        if let Some(gateway) = &self.sip.gateway
            && self.through_gateway("1").is_none()
        {
            let why = format!("`{}` is no host and port of a SIP server", gateway.get_ref());
            return Err((gateway.span(), "sip.gateway", why));
        }
        if !(1..=MAX_CALLS).contains(&self.sip.max_calls) {
            return Err((0..0, "sip.max-calls", format!("must be from 1 to {MAX_CALLS}")));
        }
        if !is_duration(self.rtp.silence_limit) {
            return Err((self.rtp.ports.span(), "rtp.silence-limit", NO_DURATION.into()));
        }
        let mut queues = HashSet::new();
        for queue in &self.queues {
            let (name, span) = (queue.name.get_ref(), queue.name.span());
            if !queues.insert(name) {
                return Err((span, "queue.name", format!("there are two queues named `{name}`")));
            }
            let durations = [
                ("queue.ring", Some(queue.ring)),
                ("queue.retry", Some(queue.retry)),
                ("queue.max-wait", queue.max_wait),
                ("queue.announce-first", queue.announce_first),
                ("queue.announce-every", queue.announce_every),
            ];
            for (key, duration) in durations {
                if duration.is_some_and(|d| !is_duration(d)) {
                    return Err((span, key, format!("of `{name}` {NO_DURATION}")));
                }
            }
            if !queue.wrap_up.is_zero() && !is_duration(queue.wrap_up) {
                return Err((span, "queue.wrap-up", format!("of `{name}` {NO_DURATION}")));
            }
            if queue.missed_limit == Some(0) {
                let why = format!("of `{name}` must be more than zero");
                return Err((span, "queue.missed-limit", why));
            }
            for code in queue.codes.keys() {
                if !is_code(code) {
                    let why = format!("of `{name}`: `{code}` is not one to {LONGEST_CODE} keys");
                    return Err((span, "queue.codes", why));
                }
                let ends = |other: &&String| *other != code && other.ends_with(code.as_str());
                if let Some(longer) = queue.codes.keys().find(ends) {
                    let why = format!("of `{name}`: `{longer}` ends with `{code}`");
                    return Err((span, "queue.codes", why));
                }
            }
        }
        let mut agents = HashSet::new();
        for agent in &self.agents {
            let id = agent.id.get_ref();
            if id.is_empty() || agent.password.is_empty() {
                let why = "an agent needs a name for the phone and a password";
                return Err((agent.id.span(), "agent.id", why.into()));
            }
            if !agents.insert(id) {
                return Err((agent.id.span(), "agent.id", format!("there are two agents `{id}`")));
            }
            for queue in &agent.queues {
                if !queues.contains(queue.get_ref()) {
                    let why = format!("there is no queue named `{}`", queue.get_ref());
                    return Err((queue.span(), "agent.queues", why));
                }
            }
        }
        let mut queries = HashSet::new();
        for query in &self.queries {
            let name = query.name.get_ref();
            if !queries.insert(name) {
                let why = format!("there are two queries named `{name}`");
                return Err((query.name.span(), "query.name", why));
            }
        }
        let mut numbers = HashSet::new();
        for line in &self.lines {
            let number = line.number.get_ref();
            if !line.ring.is_zero() && !is_duration(line.ring) {
                let why = format!("of `{number}` {NO_DURATION}");
                return Err((line.number.span(), "line.ring", why));
            }
            if !numbers.insert(number) {
                let why = format!("there are two lines `{number}`");
                return Err((line.number.span(), "line.number", why));
            }
        }
        if self.lines.is_empty() {
            return Err((0..0, "line", "no [[line]]: there is no number to call".into()));
        }
        Ok(())
    }
}
