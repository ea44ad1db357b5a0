//! Lists of people who are called: `[[campaign]]`.

use std::ops::Range;
use std::path::PathBuf;

use acd_core::Time;
use acd_core::calendar::{Calendar, Offset, Period};
use acd_core::outbound::{self, CampaignConfig, RetryRule, RetryRules};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use toml::Spanned;

use super::callback::Retry;
use super::check::{NO_DURATION, is_duration};
use super::rails::{self, Guard, Machines};
use super::{Config, is_number, millis};

/// Changes of a time zone's offset are known for so many years ahead.
const YEARS: i64 = 10;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A list of people, and how they are called.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Campaign {
    pub(crate) name: Spanned<String>,
    /// A CSV file, relative to the configuration: a column `number`, maybe `priority`; all others
    /// are shown to the agent.
    pub(crate) contacts: Spanned<PathBuf>,
    /// A file of numbers that are not called, one a line.
    pub(crate) do_not_call: Option<Spanned<PathBuf>>,
    /// What whoever answers meets; its queue node gives them to an agent.
    pub(crate) flow: Spanned<PathBuf>,
    /// The outbound group: its idle agents are who is dialled for.
    pub(crate) queue: Spanned<String>,
    /// The number shown to whoever is called.
    pub(crate) caller_id: Spanned<String>,
    /// Where the hours hold, as the IANA database names it.
    pub(crate) timezone: Spanned<String>,
    /// When people may be called.
    pub(crate) hours: Spanned<Vec<Hours>>,
    /// More than 100 is predictive: more calls than idle agents, as far as the cap lets it.
    #[serde(default = "default_dials")]
    pub(crate) dials_per_100_agents: u16,
    /// The cap: so many thousandths of those who answer may find no agent.
    #[serde(default = "default_abandoned")]
    pub(crate) abandoned_per_mille: u16,
    /// What the cap is counted over; everything since the start where it is left out.
    pub(crate) abandoned_period: Option<SignedDuration>,
    /// The outcomes of a call that are a success; where there are none, that somebody spoke with an
    /// agent and wants to be called.
    #[serde(default)]
    pub(crate) success: Vec<String>,
    /// When it stops of itself, and when it may do more.
    pub(crate) guard: Option<Guard>,
    /// Answering machines are told from people.
    pub(crate) machines: Option<Machines>,
    /// The agents take callers, too, and are spared for them.
    pub(crate) blend: Option<Blend>,
    /// How long the telephone rings there.
    #[serde(default = "default_ring")]
    pub(crate) ring: SignedDuration,
    #[serde(default)]
    pub(crate) retry: Retry,
    /// When somebody who answered and found no agent is called again, once.
    #[serde(default = "default_again")]
    pub(crate) abandoned_again: SignedDuration,
}

/// Days and times of day.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Hours {
    /// `mon-fri`, or a day.
    days: String,
    /// `09:00-12:00`, in order.
    hours: Vec<String>,
}

/// When idle agents are used for calling out, in percent of those at work.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Blend {
    /// From so many idle on.
    start: u8,
    /// Until no more than so many are.
    stop: u8,
    /// So many idle agents are always left to callers.
    #[serde(default)]
    reserve: u32,
}

fn default_dials() -> u16 {
    100
}
fn default_abandoned() -> u16 {
    30
}
fn default_ring() -> SignedDuration {
    SignedDuration::from_secs(25)
}
fn default_again() -> SignedDuration {
    SignedDuration::from_hours(24)
}

impl Campaign {
    /// When a contact that was not reached is called again.
    pub(crate) fn rules(&self) -> RetryRules {
        let after = |duration, tries| RetryRule { after_ms: millis(duration).into(), tries };
        let default = RetryRules::default();
        let abandoned = after(self.abandoned_again, 2);
        let tries = self.retry.tries.unwrap_or(default.machine.tries);
        let machine = self.machines.as_ref().map(|machines| after(machines.again, tries));
        let machine = machine.unwrap_or(default.machine);
        self.retry.over(RetryRules { abandoned, machine, ..default })
    }

    /// How the engine is to work.
    pub(crate) fn engine(&self) -> CampaignConfig {
        let intensified = self.guard.and_then(|guard| guard.dials_per_100_agents);
        let blend = self.blend.map(|blend| outbound::Blend {
            on_per_mille: u16::from(blend.start) * 10,
            off_per_mille: u16::from(blend.stop) * 10,
            reserve: blend.reserve,
            dialling: false,
        });
        CampaignConfig {
            mode: rails::mode(self.dials_per_100_agents),
            intensified: intensified.map(rails::mode),
            cap_per_mille: self.abandoned_per_mille,
            period_ms: self.abandoned_period.map(|period| millis(period).into()),
            retry: self.rules(),
            rails: self.guard.map(Guard::rails),
            blend,
            ..CampaignConfig::default()
        }
    }

    /// The hours as a calendar, which lives as long as the program.
    ///
    /// # Errors
    /// What is wrong with them, or with the time zone.
    pub(crate) fn calendar(&self, now: Timestamp) -> Result<Calendar<'static>, String> {
        let mut week: [Vec<Period>; 7] = Default::default();
        for Hours { days, hours } in self.hours.get_ref() {
            let periods: Vec<Period> =
                hours.iter().map(|text| period(text)).collect::<Result<_, _>>()?;
            for day in day_range(days)? {
                week[day].extend(&periods);
            }
        }
        let calendar = Calendar {
            offsets: offsets(self.timezone.get_ref(), now)?.leak(),
            week: week.map(|periods| &*periods.leak()),
            days: &[],
        };
        calendar.check().map_err(|error| error.to_string())?;
        Ok(calendar)
    }
}

/// `mon-fri`, `sat` as places in the week.
fn day_range(text: &str) -> Result<Range<usize>, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let day = |name: &str| DAYS.iter().position(|day| *day == name.trim());
    match (day(first), day(last)) {
        (Some(first), Some(last)) if first <= last => Ok(first..last + 1),
        _ => Err(format!("`{text}` is no day, nor days such as \"mon-fri\"")),
    }
}

/// `09:00-12:00`.
fn period(text: &str) -> Result<Period, String> {
    let minute = |clock: &str| {
        let (hour, minute) = clock.trim().split_once(':')?;
        let (hour, minute): (u8, u8) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour <= 24 && minute < 60).then_some((hour, minute))
    };
    let parts = text.split_once('-').and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
    let ((from, from_minute), (to, to_minute)) =
        parts.ok_or_else(|| format!("`{text}` are no hours such as \"09:00-12:00\""))?;
    Ok(Period::of(from, from_minute, to, to_minute))
}

/// The time zone's offset now and as it will change.
fn offsets(name: &str, now: Timestamp) -> Result<Vec<Offset>, String> {
    let zone = TimeZone::get(name).map_err(|error| error.to_string())?;
    let moment = |at: Timestamp| Time::from_ms(u64::try_from(at.as_millisecond()).unwrap_or(0));
    let seconds = |at: Timestamp| zone.to_offset(at).seconds();
    let mut offsets = vec![Offset { from: moment(now), seconds: seconds(now) }];
    let end = now.as_second() + YEARS * 366 * 86_400;
    let changes = zone.following(now).map(|change| change.timestamp());
    let changes = changes.take_while(|at| at.as_second() < end);
    offsets.extend(changes.map(|at| Offset { from: moment(at), seconds: seconds(at) }));
    Ok(offsets)
}

impl Config {
    /// What the types of the campaigns cannot say.
    pub(super) fn check_campaigns(&self) -> Result<(), (Range<usize>, String, String)> {
        for (index, campaign) in self.campaigns.iter().enumerate() {
            let name = campaign.name.get_ref();
            let span = || campaign.name.span();
            let wrong = |span: Range<usize>, key: &str, why: String| {
                Err((span, format!("campaign.{key}"), why))
            };
            if self.campaigns[..index].iter().any(|other| other.name.get_ref() == name) {
                return wrong(span(), "name", format!("there are two campaigns `{name}`"));
            }
            let queue = campaign.queue.get_ref();
            if !self.queues.iter().any(|other| other.name.get_ref() == queue) {
                let why = format!("there is no queue named `{queue}`");
                return wrong(campaign.queue.span(), "queue", why);
            }
            if self.sip.gateway.is_none() {
                let why =
                    format!("of `{name}` needs sip.gateway, through which numbers are called");
                return wrong(span(), "name", why);
            }
            if !is_number(campaign.caller_id.get_ref()) {
                let why = format!("`{}` is no number", campaign.caller_id.get_ref());
                return wrong(campaign.caller_id.span(), "caller-id", why);
            }
            if let Err(why) = offsets(campaign.timezone.get_ref(), Timestamp::now()) {
                return wrong(campaign.timezone.span(), "timezone", why);
            }
            if let Err(why) = campaign.calendar(Timestamp::now()) {
                return wrong(campaign.hours.span(), "hours", why);
            }
            if let Err((key, why)) = campaign.check_bounds() {
                return wrong(span(), key, format!("of `{name}` {why}"));
            }
            if campaign.blend.is_some_and(|b| b.start > 100 || b.stop >= b.start) {
                let why = format!("of `{name}`: stop must be below start, and start at most 100");
                return wrong(span(), "blend", why);
            }
            for (key, of) in
                [("ring", campaign.ring), ("abandoned-again", campaign.abandoned_again)]
            {
                if !is_duration(of) {
                    return wrong(span(), key, format!("of `{name}` {NO_DURATION}"));
                }
            }
            if let Err((key, why)) = campaign.retry.check() {
                return wrong(span(), key, format!("of `{name}` {why}"));
            }
        }
        Ok(())
    }
}
