//! Callers who are called back: `[[callback]]`, and the rules by which numbers are tried again.

use std::ops::Range;

use acd_core::outbound::{RetryRule, RetryRules};
use jiff::SignedDuration;
use serde::Deserialize;
use toml::Spanned;

use super::check::{NO_DURATION, is_duration};
use super::{Config, millis};

/// More callbacks than this are a mistake: their memory is taken at start.
const MAX_OPEN: usize = 100_000;

/// How callers who would rather not wait are called back.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Callback {
    /// The query by which a flow asks for it: that of a `callback` node is `callback`.
    pub(crate) name: Spanned<String>,
    /// Where the caller's place is kept, and whose agents call back.
    pub(crate) queue: Spanned<String>,
    /// The number shown to whoever is called back.
    pub(crate) caller_id: Spanned<String>,
    /// Numbers that begin otherwise are not called; all are where it is empty.
    #[serde(default)]
    pub(crate) prefixes: Vec<String>,
    /// No more callbacks than this are open at once.
    #[serde(default = "default_max")]
    pub(crate) max: usize,
    /// How long the telephone rings there.
    #[serde(default = "default_ring")]
    pub(crate) ring: SignedDuration,
    #[serde(default)]
    pub(crate) retry: Retry,
    /// What the agent hears before the number is called, in which language.
    #[serde(default = "default_prompt")]
    pub(crate) prompt: String,
    #[serde(default = "default_language")]
    pub(crate) language: String,
}

/// When a number that was not reached is tried again, and how often in all.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Retry {
    /// Tries in all.
    pub(crate) tries: Option<u8>,
    /// After it was busy.
    pub(crate) busy: Option<SignedDuration>,
    /// After nobody answered.
    pub(crate) no_answer: Option<SignedDuration>,
    /// After the network or the agent's phone failed.
    pub(crate) failed: Option<SignedDuration>,
}

fn default_max() -> usize {
    100
}
fn default_ring() -> SignedDuration {
    SignedDuration::from_secs(30)
}
fn default_prompt() -> String {
    "This is a callback. The number is being called.".into()
}
fn default_language() -> String {
    "en".into()
}

impl Callback {
    /// When a callback that came to nothing is tried again; the person is waiting for it, so sooner
    /// than a campaign would.
    pub(crate) fn rules(&self) -> RetryRules {
        let after = |minutes: u64| RetryRule { after_ms: minutes * 60_000, tries: 3 };
        self.retry.over(RetryRules {
            busy: after(2),
            no_answer: after(10),
            congestion: after(2),
            ..RetryRules::default()
        })
    }
}

impl Retry {
    /// These rules where they say something, and others where they do not.
    pub(crate) fn over(self, others: RetryRules) -> RetryRules {
        let rule = |after: Option<SignedDuration>, other: RetryRule| RetryRule {
            after_ms: after.map_or(other.after_ms, |after| millis(after).into()),
            tries: self.tries.unwrap_or(other.tries),
        };
        RetryRules {
            busy: rule(self.busy, others.busy),
            no_answer: rule(self.no_answer, others.no_answer),
            congestion: rule(self.failed, others.congestion),
            ..others
        }
    }

    /// What its types cannot say: the key, and what is wrong with it.
    pub(super) fn check(self) -> Result<(), (&'static str, String)> {
        if self.tries == Some(0) {
            return Err(("retry.tries", "must be more than zero".into()));
        }
        let durations = [
            ("retry.busy", self.busy),
            ("retry.no-answer", self.no_answer),
            ("retry.failed", self.failed),
        ];
        match durations.into_iter().find(|(_, after)| after.is_some_and(|d| !is_duration(d))) {
            Some((key, _)) => Err((key, NO_DURATION.into())),
            None => Ok(()),
        }
    }
}

impl Config {
    /// What the types of the callbacks cannot say.
    pub(super) fn check_callbacks(&self) -> Result<(), (Range<usize>, String, String)> {
        for (index, callback) in self.callbacks.iter().enumerate() {
            let name = callback.name.get_ref();
            let wrong = |of: &Spanned<String>, key: &str, why: String| {
                Err((of.span(), format!("callback.{key}"), why))
            };
            let asked_for = |other: &Spanned<String>| other.get_ref() == name;
            if self.callbacks[..index].iter().any(|other| asked_for(&other.name)) {
                return wrong(&callback.name, "name", format!("there are two callbacks `{name}`"));
            }
            if self.queries.iter().any(|query| asked_for(&query.name)) {
                let why = format!("there is a query named `{name}` as well");
                return wrong(&callback.name, "name", why);
            }
            let queue = callback.queue.get_ref();
            if !self.queues.iter().any(|other| other.name.get_ref() == queue) {
                let why = format!("there is no queue named `{queue}`");
                return wrong(&callback.queue, "queue", why);
            }
            if self.sip.gateway.is_none() {
                let why =
                    format!("of `{name}` needs sip.gateway, through which numbers are called");
                return wrong(&callback.name, "name", why);
            }
            if !is_number(callback.caller_id.get_ref()) {
                let why = format!("`{}` is no number", callback.caller_id.get_ref());
                return wrong(&callback.caller_id, "caller-id", why);
            }
            if !(1..=MAX_OPEN).contains(&callback.max) {
                let why = format!("of `{name}` must be from 1 to {MAX_OPEN}");
                return wrong(&callback.name, "max", why);
            }
            if !is_duration(callback.ring) {
                return wrong(&callback.name, "ring", format!("of `{name}` {NO_DURATION}"));
            }
            if let Err((key, why)) = callback.retry.check() {
                return wrong(&callback.name, key, format!("of `{name}` {why}"));
            }
        }
        Ok(())
    }
}

/// Whether a text can be called, or shown as who calls.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (1..=32).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit() || b == b'*')
}
