//! Schedules: zones from the time-zone database, periods, holidays, make-up days.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZoneDatabase;

use super::diagnostic::nearest;
use super::fields::Fields;
use super::{Compiler, Fault};
use crate::document::{Content, Node};
use crate::program::records::{Offset, Period, Schedule, Special};
use crate::program::words::{List, Opt, ScheduleId, Str};
use crate::schedule::days_from_civil;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// A program knows a zone's offsets from 2020 on, for thirty years.
const FIRST: &str = "2020-01-01T00:00:00Z";
const LAST: &str = "2050-01-01T00:00:00Z";

/// Own periods of a special day, as in [`Special::like`].
const OWN: u32 = 8;

impl<'d> Compiler<'d> {
    pub(super) fn schedules(
        &mut self,
        node: &'d Node,
        zone: Option<&'d Node>,
    ) -> Result<(), Fault> {
        for (name, key, spec) in self.entries(node, "schedules")? {
            self.identifier(name, key.span, "a schedule")?;
            if let Ok(schedule) = self.one_schedule(name, spec, zone) {
                self.schedule_ids.insert(name, ScheduleId(self.schedules.len() as u32));
                self.schedules.push(schedule);
            }
        }
        Ok(())
    }

    fn one_schedule(
        &mut self,
        name: &str,
        spec: &'d Node,
        zone: Option<&'d Node>,
    ) -> Result<Schedule, Fault> {
        let mut fields = Fields::new(self, spec, "a schedule")?;
        let own = fields.take("zone");
        let (open, holidays) = (fields.need(self, "open")?, fields.take("holidays"));
        let (workdays, special) = (fields.take("workdays"), fields.take("special"));
        let span = fields.span;
        fields.finish(self);
        let Some(zone) = own.or(zone) else {
            let help = "add `zone: Asia/Shanghai`, or `timezone` for the whole document";
            let message = format!("whose time does `{name}` keep?");
            return Err(self.error("missing", span, message, Some(help.into())));
        };
        let (zone, offsets) = self.offsets(zone)?;
        let mut periods = Vec::new();
        for item in self.items(open) {
            let mut fields = Fields::new(self, item, "opening hours")?;
            let (days, hours) = (fields.need(self, "days")?, fields.need(self, "hours")?);
            fields.finish(self);
            let days = self.days(days)?;
            self.hours(hours, days, &mut periods)?;
        }
        let specials = self.specials(holidays, workdays, special)?;
        Ok(Schedule {
            name: self.string(name),
            zone,
            offsets,
            periods: self.list(&periods),
            specials: self.list(&specials),
        })
    }

    fn offsets(&mut self, node: &'d Node) -> Result<(Str, List<Offset>), Fault> {
        let name = self.text(node, "a time zone")?;
        let database = TimeZoneDatabase::bundled();
        let Ok(zone) = database.get(name) else {
            let all: Vec<_> = database.available().map(|n| format!("{n}")).collect();
            let help = nearest(name, all.iter().map(alloc::string::String::as_str))
                .map(|near| format!("did you mean `{near}`?"));
            let message = format!("there is no time zone `{name}`");
            return Err(self.error("unknown-zone", node.span, message, help));
        };
        let moment = |text: &str| text.parse::<Timestamp>().unwrap_or(Timestamp::UNIX_EPOCH);
        let (first, last) = (moment(FIRST), moment(LAST));
        let offset = |from: i64, seconds: i32| Offset { from, seconds: seconds as u32 };
        let mut offsets = alloc::vec![offset(i64::MIN, zone.to_offset(first).seconds())];
        for change in zone.following(first).take_while(|c| c.timestamp() < last) {
            offsets.push(offset(change.timestamp().as_millisecond(), change.offset().seconds()));
        }
        // A change of name alone changes nothing here.
        offsets.dedup_by_key(|o| o.seconds);
        Ok((self.string(name), self.list(&offsets)))
    }

    /// `mon-fri`, `sat`, or a list of these.
    fn days(&mut self, node: &'d Node) -> Result<u32, Fault> {
        let mut mask = 0;
        for item in self.items(node) {
            let text = self.text(item, "days")?;
            let day = |name: &str| DAYS.iter().position(|d| *d == name.trim());
            let (from, to) = text.split_once('-').unwrap_or((text, text));
            let (Some(from), Some(to)) = (day(from), day(to)) else {
                let help = Some(format!("write `mon-fri` or `[mon, wed]`; {}", DAYS.join(", ")));
                let message = format!("`{text}` are no days");
                return Err(self.error("days", item.span, message, help));
            };
            let mut at = from;
            loop {
                mask |= 1 << at;
                if at == to {
                    break;
                }
                at = (at + 1) % 7;
            }
        }
        Ok(mask)
    }

    /// `09:00-12:00`, or a list of these; beyond midnight counts to the day it began.
    fn hours(&mut self, node: &'d Node, days: u32, periods: &mut Vec<Period>) -> Result<(), Fault> {
        let mut before: Option<(u32, u32)> = None;
        for item in self.items(node) {
            let text = self.text(item, "hours")?;
            let parts = text
                .split_once('-')
                .and_then(|(from, to)| Some((minutes(from.trim())?, minutes(to.trim())?)));
            let Some((from, to)) = parts.filter(|(from, to)| from != to && *from < 1440) else {
                let help = Some("write them like `09:00-17:30`, the day's end is `24:00`".into());
                let message = format!("`{text}` are no hours");
                return Err(self.error("hours", item.span, message, help));
            };
            if before.is_some_and(|(a, b)| from < b && a < to) {
                let message = "these hours overlap the ones before";
                self.warn("hours", item.span, message.into(), None);
            }
            before = Some((from, to));
            if from < to {
                periods.push(Period { days, from, to });
            } else {
                let next = (days << 1 | days >> 6) & 0x7F;
                periods.push(Period { days, from, to: 1440 });
                periods.push(Period { days: next, from: 0, to });
            }
        }
        Ok(())
    }

    fn specials(
        &mut self,
        holidays: Option<&'d Node>,
        workdays: Option<&'d Node>,
        own: Option<&'d Node>,
    ) -> Result<Vec<Special>, Fault> {
        let mut days = BTreeMap::new();
        for item in holidays.map_or(&[] as &[_], |n| self.items(n)) {
            let (dates, name, _) = self.dates(item, &[])?;
            self.mark(item, &mut days, &dates, name, 0, List::EMPTY);
        }
        for item in workdays.map_or(&[] as &[_], |n| self.items(n)) {
            let (dates, name, extra) = self.dates(item, &["as"])?;
            let like = match extra {
                Some(node) => self.days(node)?,
                None => 1,
            };
            if like.count_ones() != 1 {
                let message = "a make-up day is like one day of the week".into();
                return Err(self.error("days", item.span, message, None));
            }
            self.mark(item, &mut days, &dates, name, like.trailing_zeros() + 1, List::EMPTY);
        }
        for item in own.map_or(&[] as &[_], |n| self.items(n)) {
            let (dates, name, extra) = self.dates(item, &["hours"])?;
            let mut periods = Vec::new();
            if let Some(hours) = extra {
                self.hours(hours, 0x7F, &mut periods)?;
            }
            let periods = self.list(&periods);
            self.mark(item, &mut days, &dates, name, OWN, periods);
        }
        Ok(days.into_values().collect())
    }

    fn mark(
        &mut self,
        item: &Node,
        days: &mut BTreeMap<i64, Special>,
        dates: &[i64],
        name: Option<Str>,
        like: u32,
        periods: List<Period>,
    ) {
        for &day in dates {
            let special = Special { day: day as i32 as u32, name: Opt(name), like, periods };
            if days.insert(day, special).is_some() {
                let help = Some("a day is a holiday, a make-up day or a special one".into());
                self.error("duplicate", item.span, "a day is here twice".into(), help);
                return;
            }
        }
    }

    /// A date, or `{ date: … }`, or `{ from: …, to: … }`, perhaps with a name and one more field.
    #[allow(clippy::type_complexity, reason = "the three are taken apart at once")]
    fn dates(
        &mut self,
        item: &'d Node,
        extra: &[&'static str],
    ) -> Result<(Vec<i64>, Option<Str>, Option<&'d Node>), Fault> {
        if !matches!(item.content, Content::Mapping(_)) {
            return Ok((alloc::vec![self.date(item)?], None, None));
        }
        let mut fields = Fields::new(self, item, "a special day")?;
        let (one, from, to) = (fields.take("date"), fields.take("from"), fields.take("to"));
        let name = fields.take("name");
        let extra = extra.iter().find_map(|name| fields.take(name));
        fields.finish(self);
        let name = match name {
            Some(name) => {
                let name = self.text(name, "a name")?;
                Some(self.string(name))
            }
            None => None,
        };
        let days = match (one, from, to) {
            (Some(one), None, None) => alloc::vec![self.date(one)?],
            (None, Some(from), Some(to)) => {
                let (first, last) = (self.date(from)?, self.date(to)?);
                if last < first || last - first > 366 {
                    let message = "this should be from a day to a later one".into();
                    return Err(self.error("date", to.span, message, None));
                }
                (first..=last).collect()
            }
            _ => {
                let message = "a special day has a `date`, or a `from` and a `to`".into();
                return Err(self.error("date", item.span, message, None));
            }
        };
        Ok((days, name, extra))
    }

    fn date(&mut self, node: &'d Node) -> Result<i64, Fault> {
        let text = self.text(node, "a date")?;
        match text.parse::<Date>() {
            Ok(date) if text.len() == 10 => {
                Ok(days_from_civil(date.year().into(), date.month().into(), date.day().into()))
            }
            _ => {
                let help = Some("write it like 2026-05-01".into());
                let message = format!("`{text}` is no date");
                Err(self.error("date", node.span, message, help))
            }
        }
    }
}

fn minutes(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    if hour > 24 || minute > 59 {
        return None;
    }
    Some(hour * 60 + minute).filter(|all| *all <= 1440)
}
