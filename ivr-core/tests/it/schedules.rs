//! Opening hours against chrono-tz, an independent time-zone database.

use chrono::{Datelike, TimeZone, Timelike};
use chrono_tz::Tz;
use ivr_core::{Flow, Program, Time, compile};

use crate::driver::start;

fn document(zone: &str) -> String {
    format!(
        "
name: hours
languages: [en]
schedules:
  s:
    zone: {zone}
    open:
      - {{ days: mon-fri, hours: [09:00-12:00, 13:30-18:00] }}
      - {{ days: sat, hours: 22:00-02:00 }}
    holidays: [2026-05-01, {{ from: 2026-12-24, to: 2027-01-02, name: Winter }}]
    workdays: [2026-05-02, {{ date: 2026-05-03, as: sat }}]
    special: [{{ date: 2026-07-01, hours: 10:00-11:00 }}]
start: s
nodes:
  s: {{ type: schedule, schedule: s, on: {{ open: hangup, closed: hangup, holiday: hangup }} }}
"
    )
}

fn program(zone: &str) -> Program {
    compile(&document(zone), "hours.yaml").unwrap_or_else(|e| panic!("{e}"))
}

fn state(flow: &Flow<'_>, ms: i64) -> String {
    let mut call = start(flow, Time(ms));
    call.take()[0].trim_start_matches("s -> ").to_string()
}

/// The same hours, told by chrono.
fn oracle(zone: Tz, ms: i64) -> &'static str {
    let local = zone.timestamp_millis_opt(ms).unwrap();
    let date = (local.year(), local.month(), local.day());
    let minute = local.hour() * 60 + local.minute();
    let winter = matches!(date, (2026, 12, 24..) | (2027, 1, 1..=2));
    if date == (2026, 5, 1) || winter {
        return "holiday";
    }
    let weekday = match date {
        (2026, 5, 2) => 0,
        (2026, 5, 3) => 5,
        (2026, 7, 1) => {
            return if (600..660).contains(&minute) { "open" } else { "closed" };
        }
        _ => local.weekday().num_days_from_monday(),
    };
    let open = match weekday {
        0..=4 => (540..720).contains(&minute) || (810..1080).contains(&minute),
        5 => minute >= 1320,
        _ => minute < 120,
    };
    if open { "open" } else { "closed" }
}

const ZONES: [&str; 6] = [
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
];

#[test]
fn invariant_19_twenty_years_agree_with_chrono_tz() {
    for name in ZONES {
        let program = program(name);
        let flow = Flow::load(&program).unwrap();
        let zone: Tz = name.parse().unwrap();
        let start = 1_577_836_800_000_i64;
        // A step that is no divisor of a day meets every minute of the day in time.
        let mut at = start;
        while at < start + 20 * 31_556_952_000 {
            assert_eq!(state(&flow, at), oracle(zone, at), "{name} {at}");
            at += 8_117 * 60_000 + 37_000;
        }
    }
}

/// The changes of a zone's clock in twenty years, to the hour.
fn changes(zone: Tz) -> Vec<i64> {
    let offset = |at: i64| {
        let local = zone.timestamp_millis_opt(at).unwrap().naive_local();
        local.and_utc().timestamp() - at / 1000
    };
    let hours = (0..20 * 8_766).map(|hour| 1_577_836_800_000 + hour * 3_600_000);
    hours.filter(|&at| offset(at) != offset(at - 3_600_000)).collect()
}

#[test]
fn invariant_19_every_change_of_the_clock_agrees() {
    let mut met = 0;
    for name in ZONES {
        let program = program(name);
        let flow = Flow::load(&program).unwrap();
        let zone: Tz = name.parse().unwrap();
        for change in changes(zone) {
            met += 1;
            for minute in -180..180 {
                for second in [-1, 0] {
                    let at = change + minute * 60_000 + second * 1_000;
                    assert_eq!(state(&flow, at), oracle(zone, at), "{name} {at}");
                }
            }
        }
    }
    // New York, Berlin and Lord Howe, twice a year.
    assert!(met >= 3 * 40, "{met}");
}

#[test]
fn every_edge_of_the_hours_agrees() {
    for name in ZONES {
        let program = program(name);
        let flow = Flow::load(&program).unwrap();
        let zone: Tz = name.parse().unwrap();
        // A quarter of an hour is the finest of them, also of Kathmandu's offset.
        for quarter in (0..370 * 96).step_by(37) {
            for second in [-1, 0, 1] {
                let at = 1_767_225_600_000 + quarter * 900_000 + second * 1_000;
                assert_eq!(state(&flow, at), oracle(zone, at), "{name} {at}");
            }
        }
    }
}
