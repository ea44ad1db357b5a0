//! What keeps a campaign in bounds: `guard`, `machines` and the period of its cap.

use std::path::PathBuf;

use acd_core::outbound::{GuardRails, Mode};
use jiff::SignedDuration;
use media_core::tone::AnswerConfig;
use serde::Deserialize;
use toml::Spanned;

use super::check::{NO_DURATION, is_duration};
use super::{Campaign, millis};

/// What the share of abandoned calls may be counted over.
const PERIODS: std::ops::RangeInclusive<SignedDuration> =
    SignedDuration::from_secs(1)..=SignedDuration::from_hours(31 * 24);

/// When a campaign stops of itself, and when it may do more; shares are percent of those who spoke
/// with an agent.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Guard {
    /// More complaints than this suspend it.
    complaints: u32,
    /// A smaller share of successes than this suspends it.
    #[serde(default)]
    success_below: u8,
    /// A larger one than this, without a complaint, intensifies it.
    #[serde(default = "all")]
    success_above: u8,
    /// Shares say nothing before so many.
    #[serde(default = "default_sample")]
    sample: u32,
    /// How it dials while it is intensified.
    pub(super) dials_per_100_agents: Option<u16>,
}

/// How answering machines are told from people, and what becomes of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Machines {
    /// What a machine is told after its beep; without one it is hung up on.
    pub(crate) flow: Option<Spanned<PathBuf>>,
    /// How long its beep is waited for.
    pub(crate) beep: SignedDuration,
    /// When a contact whose machine was hung up on is called again.
    pub(super) again: SignedDuration,
    /// A greeting of this length is a machine's.
    greeting: SignedDuration,
    /// So much silence after a shorter one makes it a person's.
    silence: SignedDuration,
    /// Whoever is neither by then counts as a person.
    decision: SignedDuration,
}

fn all() -> u8 {
    100
}
fn default_sample() -> u32 {
    100
}

impl Default for Machines {
    fn default() -> Machines {
        let AnswerConfig { greeting, silence_after, total, .. } = AnswerConfig::default();
        let ms = |ms: u32| SignedDuration::from_millis(ms.into());
        Machines {
            flow: None,
            beep: SignedDuration::from_secs(30),
            again: SignedDuration::from_hours(4),
            greeting: ms(greeting),
            silence: ms(silence_after),
            decision: ms(total),
        }
    }
}

impl Guard {
    /// The limits as the engine takes them.
    pub(super) fn rails(self) -> GuardRails {
        GuardRails {
            complaints_max: self.complaints,
            success_min_per_mille: u16::from(self.success_below) * 10,
            success_high_per_mille: u16::from(self.success_above) * 10,
            sample_min: self.sample,
        }
    }
}

impl Machines {
    /// How the detector decides.
    pub(crate) fn detector(&self) -> AnswerConfig {
        AnswerConfig {
            greeting: millis(self.greeting),
            silence_after: millis(self.silence),
            total: millis(self.decision),
            ..AnswerConfig::default()
        }
    }
}

/// So many dials for a hundred agents.
pub(super) fn mode(dials_per_100_agents: u16) -> Mode {
    match dials_per_100_agents {
        100 => Mode::Progressive,
        dials_per_100_agents => Mode::Predictive { dials_per_100_agents },
    }
}

impl Campaign {
    /// The most calls that may be dialled for a hundred agents, at whatever pace.
    pub(crate) fn most_dials_per_100_agents(&self) -> u16 {
        let intensified = self.guard.and_then(|guard| guard.dials_per_100_agents);
        self.dials_per_100_agents.max(intensified.unwrap_or(0))
    }

    /// What the types of the bounds cannot say: the key, and what is wrong with it.
    pub(super) fn check_bounds(&self) -> Result<(), (&'static str, String)> {
        let is_pace = |dials: &u16| (100..=1_000).contains(dials);
        if !is_pace(&self.dials_per_100_agents) {
            return Err(("dials-per-100-agents", "must be from 100 to 1000".into()));
        }
        if self.abandoned_per_mille > 1_000 {
            return Err(("abandoned-per-mille", "must be from 0 to 1000".into()));
        }
        if self.abandoned_period.is_some_and(|period| !PERIODS.contains(&period)) {
            return Err(("abandoned-period", "must be from a second to 31 days".into()));
        }
        if let Some(guard) = self.guard {
            if guard.success_above > 100 || guard.success_below >= guard.success_above {
                let why = "success-below must be below success-above, and that at most 100";
                return Err(("guard", why.into()));
            }
            if guard.dials_per_100_agents.is_some_and(|dials| !is_pace(&dials)) {
                return Err(("guard.dials-per-100-agents", "must be from 100 to 1000".into()));
            }
        }
        let Some(machines) = &self.machines else {
            return Ok(());
        };
        let durations = [
            ("machines.beep", machines.beep),
            ("machines.again", machines.again),
            ("machines.greeting", machines.greeting),
            ("machines.silence", machines.silence),
            ("machines.decision", machines.decision),
        ];
        match durations.into_iter().find(|(_, duration)| !is_duration(*duration)) {
            Some((key, _)) => Err((key, NO_DURATION.into())),
            None => Ok(()),
        }
    }
}
