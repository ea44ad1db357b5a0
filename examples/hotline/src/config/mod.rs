//! The configuration file: TOML, read once, every mistake named by key and line.

mod callback;
mod campaign;
mod check;
mod rails;
mod streams;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use rsipstack::sip::Uri;
use serde::Deserialize;
use toml::Spanned;

pub(crate) use self::callback::{Callback, is_number};
pub(crate) use self::campaign::Campaign;
pub(crate) use self::check::LONGEST_CODE;
pub(crate) use self::rails::Machines;
pub(crate) use self::streams::{Listen, Srtp, Tcp, Tls};

/// Everything `hotline serve` can be told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    pub(crate) sip: Sip,
    pub(crate) tcp: Option<Tcp>,
    pub(crate) tls: Option<Tls>,
    #[serde(default)]
    pub(crate) rtp: Rtp,
    pub(crate) storage: Storage,
    #[serde(default)]
    pub(crate) recordings: Recordings,
    #[serde(default)]
    pub(crate) prompts: Prompts,
    #[serde(default)]
    pub(crate) clock: ClockConfig,
    #[serde(default)]
    pub(crate) lists: Lists,
    #[serde(default, rename = "query")]
    pub(crate) queries: Vec<QueryConfig>,
    #[serde(default, rename = "line")]
    pub(crate) lines: Vec<Line>,
    #[serde(default, rename = "queue")]
    pub(crate) queues: Vec<Queue>,
    #[serde(default, rename = "agent")]
    pub(crate) agents: Vec<Agent>,
    #[serde(default, rename = "callback")]
    pub(crate) callbacks: Vec<Callback>,
    #[serde(default, rename = "campaign")]
    pub(crate) campaigns: Vec<Campaign>,
    /// Where all this stands, for errors that only show later.
    #[serde(skip)]
    source: Source,
}

/// A configuration file and its text.
#[derive(Clone, Debug, Default)]
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    fn error(&self, span: Option<Range<usize>>, key: &str, why: String) -> ConfigError {
        let before = |s: Range<usize>| &self.text[..s.start.min(self.text.len())];
        ConfigError {
            path: self.path.clone(),
            line: span.map_or(1, |s| 1 + before(s).matches('\n').count()),
            key: key.into(),
            why,
        }
    }
}

/// Where SIP is spoken.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Sip {
    /// UDP address to listen at.
    pub(crate) listen: SocketAddr,
    /// Realm of the digest challenge for agents' phones.
    #[serde(default = "default_realm")]
    pub(crate) realm: String,
    /// Calls at once; more are refused with 503.
    #[serde(default = "default_max_calls")]
    pub(crate) max_calls: usize,
    /// `host:port` of the SIP server that numbers which are no agent's are called through, with
    /// `;transport=tls` or `=tcp` if not by UDP.
    pub(crate) gateway: Option<Spanned<String>>,
}

/// Where media goes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Rtp {
    /// Address written into SDP; the SIP address where it is left out.
    pub(crate) address: Option<IpAddr>,
    /// First and last UDP port, `"20000-20999"`: even ones carry RTP, the odd ones above them RTCP.
    pub(crate) ports: Spanned<String>,
    /// Whether it is SRTP.
    pub(crate) srtp: Srtp,
    /// A call whose far end sends nothing for this long is ended.
    pub(crate) silence_limit: SignedDuration,
}

/// Where recordings, voicemail and the database are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Storage {
    /// Folder; made if missing. Holds `hotline.db`, `recordings/` and `voicemail/`.
    pub(crate) folder: PathBuf,
}

/// How calls are recorded.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Recordings {
    pub(crate) format: RecordingFormat,
}

/// What a recording is. Voicemail is WAV in any case: mail programs and browsers play it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RecordingFormat {
    /// 16-bit WAV, for any player.
    #[default]
    Wav,
    /// Trunkline's own, lossless, a third of the size and whole after a crash: `rec` reads it.
    Tlr,
}

impl RecordingFormat {
    /// The end of a file's name.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Tlr => "tlr",
        }
    }
}

/// What callers hear.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Prompts {
    /// Folder of the made prompts, one folder a language; made by espeak-ng where missing.
    pub(crate) folder: PathBuf,
    /// A folder of recorded prompts that take the place of made ones of the same name.
    pub(crate) recorded: Option<PathBuf>,
    /// A WAV file of music on hold; a built-in melody where it is left out.
    pub(crate) music: Option<PathBuf>,
    /// espeak-ng's voice for each language of the flows.
    pub(crate) voices: HashMap<String, String>,
    /// How fast it speaks.
    pub(crate) words_per_minute: u16,
}

/// For demonstrations and tests: the moment the wall clock shows when the program starts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct ClockConfig {
    pub(crate) start: Option<Timestamp>,
}

/// Callers known in advance; more can be written into the database's `callers` table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Lists {
    pub(crate) blacklist: Vec<String>,
    pub(crate) vip: Vec<String>,
}

/// Something a flow may ask by name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct QueryConfig {
    pub(crate) name: Spanned<String>,
    /// One SQL statement on the database; `:name` is an argument of the flow's query, `:call`,
    /// `:caller` and `:called` the call's own.
    pub(crate) sql: Spanned<String>,
}

/// A number that can be called, and the flow its callers meet.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Line {
    pub(crate) number: Spanned<String>,
    /// The flow document, relative to the configuration file.
    pub(crate) flow: Spanned<PathBuf>,
    /// How long the caller hears ringing before the call is answered.
    #[serde(default)]
    pub(crate) ring: SignedDuration,
}

/// A queue and how it offers its calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Queue {
    pub(crate) name: Spanned<String>,
    #[serde(default)]
    pub(crate) strategy: Strategy,
    /// How long an agent's phone rings before the call goes to the next.
    #[serde(default = "default_ring")]
    pub(crate) ring: SignedDuration,
    /// An agent who missed a call is not offered the same call again for so long; others are.
    #[serde(default = "default_retry")]
    pub(crate) retry: SignedDuration,
    /// Time an agent has for notes after each call.
    #[serde(default)]
    pub(crate) wrap_up: SignedDuration,
    /// A caller waits no longer than this.
    pub(crate) max_wait: Option<SignedDuration>,
    /// No more callers than this wait at once.
    pub(crate) max_waiting: Option<u32>,
    /// When the position is first told, and how often after that.
    pub(crate) announce_first: Option<SignedDuration>,
    pub(crate) announce_every: Option<SignedDuration>,
    /// An agent who misses this many offers in a row is set not ready.
    pub(crate) missed_limit: Option<u16>,
    /// What an agent may press while talking, and the outcome it gives the call.
    #[serde(default)]
    pub(crate) codes: BTreeMap<String, String>,
}

/// Which of the available agents is offered a call.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Strategy {
    RingAll,
    #[default]
    LongestIdle,
    FewestCalls,
    RoundRobin,
    Linear,
    Random,
}

/// An agent and the phone that registers for them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Agent {
    /// SIP user name of the phone.
    pub(crate) id: Spanned<String>,
    pub(crate) name: String,
    pub(crate) password: String,
    /// Names of the queues served; the order is the agent's preference.
    pub(crate) queues: Vec<Spanned<String>>,
    /// Lower is offered first.
    #[serde(default)]
    pub(crate) penalty: u16,
}

fn default_realm() -> String {
    "trunkline".into()
}
fn default_max_calls() -> usize {
    500
}
fn default_ring() -> SignedDuration {
    SignedDuration::from_secs(15)
}
fn default_retry() -> SignedDuration {
    SignedDuration::from_secs(30)
}

impl Default for Rtp {
    fn default() -> Rtp {
        Rtp {
            address: None,
            ports: Spanned::new(0..0, "20000-21999".into()),
            srtp: Srtp::Off,
            silence_limit: SignedDuration::from_secs(30),
        }
    }
}

impl Default for Prompts {
    fn default() -> Prompts {
        let voices = [("zh", "cmn"), ("en", "en-us")];
        Prompts {
            folder: "prompts".into(),
            recorded: None,
            music: None,
            voices: voices.map(|(language, voice)| (language.into(), voice.into())).into(),
            words_per_minute: 165,
        }
    }
}

impl Rtp {
    /// The even ports of the range.
    ///
    /// # Errors
    /// A text that says what is wrong with the range.
    pub(crate) fn range(&self) -> Result<Range<u16>, String> {
        let text = self.ports.get_ref();
        let (first, last) = text
            .split_once('-')
            .and_then(|(a, b)| Some((a.trim().parse::<u16>().ok()?, b.trim().parse::<u16>().ok()?)))
            .ok_or_else(|| format!("`{text}` is not a range of ports such as \"20000-20999\""))?;
        let first = first.checked_add(first % 2).ok_or("no even port in the range")?;
        if first < 1024 || last <= first {
            return Err(format!("`{text}` holds no pair of ports above 1023"));
        }
        Ok(first..last)
    }
}

/// A configuration that cannot be used: where, and why.
#[derive(Debug)]
pub(crate) struct ConfigError {
    path: PathBuf,
    line: usize,
    key: String,
    why: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ConfigError { path, line, key, why } = self;
        write!(f, "{}:{line}: ", path.display())?;
        if !key.is_empty() {
            write!(f, "{key}: ")?;
        }
        f.write_str(why)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads and checks a configuration file; relative paths in it count from its folder.
    ///
    /// # Errors
    /// [`ConfigError`] naming the line and the key.
    pub(crate) fn load(path: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError {
            path: path.into(),
            line: 0,
            key: String::new(),
            why: format!("cannot be read: {error}"),
        })?;
        Config::parse(&text, path)
    }

    /// Checks `text` as if it were read from `path`.
    ///
    /// # Errors
    /// [`ConfigError`] naming the line and the key.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Config, ConfigError> {
        let source = Source { path: path.into(), text: text.into() };
        let mut config: Config = toml::from_str(text).map_err(|error| {
            let key = error.span().map_or_else(String::new, |span| key_at(text, span.start));
            source.error(error.span(), &key, error.message().into())
        })?;
        config.check().map_err(|(span, key, why)| source.error(Some(span), &key, why))?;
        config.source = source;
        let folder = path.parent().unwrap_or(Path::new("."));
        let from_here = |path: &mut Spanned<PathBuf>| {
            *path = Spanned::new(path.span(), folder.join(path.get_ref()));
        };
        config.lines.iter_mut().for_each(|line| from_here(&mut line.flow));
        for campaign in &mut config.campaigns {
            from_here(&mut campaign.flow);
            from_here(&mut campaign.contacts);
            campaign.do_not_call.iter_mut().for_each(from_here);
            let machines = campaign.machines.iter_mut();
            machines.filter_map(|machines| machines.flow.as_mut()).for_each(from_here);
        }
        if let Some(tls) = &mut config.tls {
            let files = [&mut tls.certificate, &mut tls.key];
            files.into_iter().chain(&mut tls.ca).for_each(from_here);
        }
        config.storage.folder = folder.join(&config.storage.folder);
        config.prompts.folder = folder.join(&config.prompts.folder);
        for path in [&mut config.prompts.recorded, &mut config.prompts.music].into_iter().flatten()
        {
            *path = folder.join(&*path);
        }
        Ok(config)
    }

    /// An error about what stands at `span` of this file.
    pub(crate) fn error(&self, span: Range<usize>, key: &str, why: String) -> ConfigError {
        self.source.error(Some(span), key, why)
    }

    /// The address far ends are told to send their media to.
    pub(crate) fn media_address(&self) -> IpAddr {
        self.rtp.address.unwrap_or(self.sip.listen.ip())
    }

    /// How a number that is no agent's is called, if such numbers are called at all.
    pub(crate) fn through_gateway(&self, number: &str) -> Option<Uri> {
        let written = self.sip.gateway.as_ref()?.get_ref();
        let (gateway, _) = streams::gateway(written);
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        let uri = Uri::try_from(format!("sip:{number}@{written}").as_str()).ok()?;
        (gateway.chars().all(plain) && uri.user() == Some(number)).then_some(uri)
    }
}

/// The key of the line that holds byte `at`, with its table, for errors of the TOML reader itself.
fn key_at(text: &str, at: usize) -> String {
    let start = text[..at.min(text.len())].rfind('\n').map_or(0, |i| i + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    let table = text[..start]
        .lines()
        .rev()
        .chain(std::iter::empty())
        .find_map(|l| l.trim().strip_prefix('[').map(|l| l.trim_matches(['[', ']', ' '])))
        .unwrap_or_default();
    match line.split_once('=') {
        Some((key, _)) if !table.is_empty() => format!("{table}.{}", key.trim()),
        Some((key, _)) => key.trim().into(),
        None => line.trim().trim_matches(['[', ']']).into(),
    }
}

/// A configured duration in milliseconds; durations were checked not to be negative.
pub(crate) fn millis(duration: SignedDuration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
