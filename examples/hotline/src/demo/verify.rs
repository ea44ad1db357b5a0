//! What the phones saw and heard, against the server's call records and recordings.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use media_core::wav::Reader;
use rusqlite::{Connection, OpenFlags};

use super::caller::Seen;
use super::floor::{Floor, Talk};
use super::script::{First, Outcome, Plan, Then};
use crate::phone::{Call, check};

/// The share of the speech that must be found. What is missing on a busy machine is where a
/// jitter buffer has moved its playout.
const ENOUGH: f32 = 0.85;

/// Speech this close to either end of a conversation may be on its way when it ends.
const EDGE: Duration = Duration::from_millis(400);

/// The result of one call.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) number: String,
    pub(super) plan: String,
    /// How it went, as the phone saw it; [`None`] if it did not go as scripted.
    pub(super) outcome: Option<Outcome>,
    /// From the invitation to the end.
    pub(super) length: Option<Duration>,
    pub(super) waited: Option<Duration>,
    pub(super) talked: Option<Duration>,
    /// The least share of speech that reached one end from the other, 0 to 1.
    pub(super) heard: Option<f32>,
    /// The least share of speech found in the recordings.
    pub(super) recorded: Option<f32>,
    /// Everything that is not as it should be.
    pub(super) problems: Vec<String>,
}

/// A call record of the server's.
#[derive(Debug)]
struct Record {
    outcome: String,
    agent: Option<String>,
    keys: String,
    rating: Option<i64>,
    language: Option<String>,
    recording: Option<String>,
    voicemail: Option<String>,
}

/// Compares everything with everything.
pub(super) fn verify(all: &[Seen], floor: &Floor, folder: &Path) -> anyhow::Result<Vec<Row>> {
    let records = records(&folder.join("hotline.db"))?;
    let served = floor.talks();
    Ok(all
        .iter()
        .map(|seen| {
            let mut row = Row {
                number: seen.script.number.to_owned(),
                plan: seen.script.plan.describe(),
                outcome: seen.outcome.clone().ok(),
                length: None,
                waited: None,
                talked: None,
                heard: None,
                recorded: None,
                problems: Vec::new(),
            };
            row.compare(seen, floor, &served, records.get(seen.script.number), folder);
            row
        })
        .collect())
}

impl Row {
    /// Whether the call went as scripted in every respect.
    pub(super) fn is_good(&self) -> bool {
        self.outcome.is_some() && self.problems.is_empty()
    }

    fn problem(&mut self, what: impl Into<String>) {
        self.problems.push(what.into());
    }

    fn expect(&mut self, what: &str, is: &str, should_be: &str) {
        if is != should_be {
            self.problem(format!("{what} is `{is}`, should be `{should_be}`"));
        }
    }

    fn compare(
        &mut self,
        seen: &Seen,
        floor: &Floor,
        served: &[Talk],
        records: Option<&Vec<Record>>,
        folder: &Path,
    ) {
        let plan = &seen.script.plan;
        match &seen.outcome {
            Ok(outcome) if *outcome == plan.outcome() => {}
            Ok(outcome) => self.problem(format!("went {}", outcome.name())),
            Err(why) => self.problem(why.clone()),
        }
        let Some(call) = &seen.call else { return };
        let times = call.times();
        self.length = times.over.map(|over| over - times.placed);
        self.conversation(seen, call);
        self.order(seen, floor, served);
        match records.map(Vec::as_slice) {
            Some([record]) => {
                self.record(seen, record);
                self.recordings(seen, call, record, folder);
            }
            records => {
                let count = records.map_or(0, <[_]>::len);
                self.problem(format!("{count} call records instead of one"));
            }
        }
    }

    /// What caller and agent heard of each other.
    fn conversation(&mut self, seen: &Seen, call: &Call) {
        let Some(talk) = &seen.talk else { return };
        let Some((from, to)) = talk.span() else {
            return;
        };
        self.waited = seen.queued.map(|queued| from.saturating_duration_since(queued));
        self.talked = Some(to - from);
        let (from, to) = (from + EDGE, to - EDGE);
        for (who, speaker, listener) in [("caller", &talk.call, call), ("agent", call, &talk.call)]
        {
            let (Some(said), Some(heard)) = (speaker.said(), listener.heard()) else {
                continue;
            };
            let share = check::find(said.between(from, to), &heard.samples).share();
            self.heard = Some(self.heard.map_or(share, |least| least.min(share)));
            if share < ENOUGH {
                self.problem(format!("the {who} heard {:.0} % of the other", share * 100.0));
            }
        }
    }

    /// The order in which callers were served.
    fn order(&mut self, seen: &Seen, floor: &Floor, served: &[Talk]) {
        let Plan::Agent { vip, first_agent_away, .. } = seen.script.plan else {
            return;
        };
        let Some(talk) = &seen.talk else { return };
        if first_agent_away {
            match floor.missed_by(seen.script.number) {
                None => self.problem("no agent let it ring"),
                Some(agent) if agent == talk.agent => {
                    self.problem("came back to the agent who is away");
                }
                Some(_) => {}
            }
        }
        if vip {
            let before = |t: &&Talk| t.call.times().answered < talk.call.times().answered;
            let place = served.iter().filter(before).count();
            // Three agents have the first three callers; nobody else was to come before.
            if place > 3 {
                self.problem(format!("{place} callers were served before the VIP"));
            }
        }
    }

    fn record(&mut self, seen: &Seen, record: &Record) {
        let plan = &seen.script.plan;
        self.expect("the record's outcome", &record.outcome, plan.outcome().name());
        self.expect("the record's keys", &record.keys, &seen.keys);
        let agent = seen.talk.as_ref().map_or("none", |talk| &talk.agent);
        self.expect("the record's agent", record.agent.as_deref().unwrap_or("none"), agent);
        let (rating, english) = match plan {
            Plan::Agent { first, then, .. } => {
                let rating = match then {
                    Then::Rates(mark) => Some(i64::from(*mark)),
                    Then::CallerHangsUp | Then::RefusesToRate => None,
                };
                (rating, *first == First::English)
            }
            Plan::SelfService { first, .. } => (None, *first == First::English),
            _ => (None, false),
        };
        if record.rating != rating {
            self.problem(format!("the record's rating is {:?}", record.rating));
        }
        let language = if english { "en" } else { "zh" };
        self.expect("the record's language", record.language.as_deref().unwrap_or(""), language);
    }

    fn recordings(&mut self, seen: &Seen, call: &Call, record: &Record, folder: &Path) {
        let (Some(said), Some(heard)) = (call.said(), call.heard()) else {
            return;
        };
        match read(record.recording.as_deref(), folder, 2) {
            Ok(channels) => {
                self.recorded("left channel", &said.samples, &channels[0]);
                if let Some(talk) = &seen.talk
                    && let (Some((from, to)), Some(agent)) = (talk.span(), talk.call.said())
                {
                    let spoken = agent.between(from + EDGE, to - EDGE);
                    self.recorded("right channel", spoken, &channels[1]);
                }
                let played = check::find(&channels[1], &heard.samples);
                if played.windows > 0 && seen.talk.is_none() {
                    self.heard = Some(played.share());
                }
                if played.share() < ENOUGH {
                    let share = played.share() * 100.0;
                    self.problem(format!("the caller heard {share:.0} % of the right channel"));
                }
            }
            Err(error) => self.problem(format!("recording: {error:#}")),
        }
        if seen.script.plan.outcome() == Outcome::Voicemail {
            match read(record.voicemail.as_deref(), folder, 1) {
                Ok(channels) => self.message(&channels[0], &said.samples),
                Err(error) => self.problem(format!("voicemail: {error:#}")),
            }
        }
    }

    /// The share of what was said that is in a recording.
    fn recorded(&mut self, what: &str, said: &[i16], recording: &[i16]) {
        let found = check::find(said, recording);
        if found.windows == 0 {
            return;
        }
        let share = found.share();
        self.recorded = Some(self.recorded.map_or(share, |least| least.min(share)));
        if share < ENOUGH {
            self.problem(format!("{:.0} % of the speech is in the {what}", share * 100.0));
        }
    }

    /// All that was recorded as a message is what the caller said.
    fn message(&mut self, message: &[i16], said: &[i16]) {
        let found = check::find(message, said);
        // Three and a half seconds are spoken, with pauses.
        if found.windows < 5 || found.share() < ENOUGH {
            self.problem(format!(
                "voicemail: {} of {} pieces are the caller's",
                found.windows_found, found.windows
            ));
        }
    }
}

fn records(path: &Path) -> anyhow::Result<HashMap<String, Vec<Record>>> {
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .with_context(|| path.display().to_string())?;
    let mut statement = database.prepare(
        "SELECT caller, outcome, agent, keys, rating, language, recording, voicemail FROM calls",
    )?;
    let mut rows = statement.query([])?;
    let mut records: HashMap<String, Vec<Record>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let record = Record {
            outcome: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
            agent: row.get(2)?,
            keys: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
            rating: row.get(4)?,
            language: row.get(5)?,
            recording: row.get(6)?,
            voicemail: row.get(7)?,
        };
        records.entry(row.get(0)?).or_default().push(record);
    }
    Ok(records)
}

/// The channels of a recording.
fn read(path: Option<&str>, folder: &Path, channels: usize) -> anyhow::Result<Vec<Vec<i16>>> {
    let path = folder.join(path.context("the call record names none")?);
    let named = || path.display().to_string();
    let mut reader = Reader::new(BufReader::new(File::open(&path).with_context(named)?))?;
    let format = reader.header().format;
    anyhow::ensure!(
        usize::from(format.channels) == channels && format.rate == 8000,
        "{} has {} channels at {} Hz",
        path.display(),
        format.channels,
        format.rate
    );
    let mut samples = Vec::new();
    let mut piece = [0; 8192];
    loop {
        match reader.read(&mut piece)? {
            0 => break,
            n => samples.extend_from_slice(&piece[..n]),
        }
    }
    Ok((0..channels)
        .map(|channel| samples.iter().skip(channel).step_by(channels).copied().collect())
        .collect())
}
