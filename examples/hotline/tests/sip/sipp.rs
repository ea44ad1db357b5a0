//! Running sipp: an independent SIP user agent with real RTP.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::scenario::Scenario;
use crate::server::Server;

/// The captures that come with sipp.
pub(crate) fn shipped_pcap(name: &str) -> PathBuf {
    Path::new("/usr/share/sip-tester").join(name)
}

/// How a scenario is run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    scenario: Scenario,
    name: &'static str,
    number: String,
    calls: u32,
    per_second: u32,
    limit: Duration,
    lost: u32,
    local: Option<(u16, u16)>,
    echo: bool,
    transport: &'static str,
    digest_uri: Option<String>,
}

impl Run {
    /// One call to line 100.
    pub(crate) fn new(name: &'static str, scenario: Scenario) -> Run {
        Run {
            scenario,
            name,
            number: "100".into(),
            calls: 1,
            per_second: 10,
            limit: Duration::from_secs(40),
            lost: 0,
            local: None,
            echo: false,
            transport: "u1",
            digest_uri: None,
        }
    }

    pub(crate) fn to(self, number: &str) -> Run {
        Run { number: number.into(), ..self }
    }

    pub(crate) fn calls(self, calls: u32, per_second: u32) -> Run {
        Run { calls, per_second, ..self }
    }

    /// Percent of the datagrams that sipp drops, its own and the server's.
    pub(crate) fn lost(self, lost: u32) -> Run {
        Run { lost, ..self }
    }

    /// Own SIP and media port, instead of free ones of the server's slot.
    pub(crate) fn at(self, sip: u16, media: u16) -> Run {
        Run { local: Some((sip, media)), ..self }
    }

    /// Sends back what arrives on the media port.
    pub(crate) fn echo(self) -> Run {
        Run { echo: true, ..self }
    }

    /// By TCP, all its calls on one connection.
    pub(crate) fn by_tcp(self) -> Run {
        Run { transport: "t1", ..self }
    }

    /// By TCP, each of its calls on a connection of its own.
    pub(crate) fn by_tcp_each(self) -> Run {
        Run { transport: "tn", ..self }
    }

    /// Proves who it is for a call to this number; without this, for what registers.
    pub(crate) fn proven_to(self, number: &str, server: &Server) -> Run {
        Run { digest_uri: Some(format!("{number}@{}", server.sip())), ..self.to(number) }
    }

    /// Sends nothing but what its scenario plays.
    pub(crate) fn silent(self) -> Run {
        Run { echo: false, ..self }
    }

    /// Starts sipp and returns at once.
    pub(crate) fn start(self, server: &Server) -> Running {
        let (sip, media) = self.local.unwrap_or_else(|| (server.free_port(), server.free_media()));
        let files = server.folder().join(format!("{}-{sip}", self.name));
        fs::create_dir_all(&files).expect("a folder for sipp's files");
        let scenario = files.join("scenario.xml");
        fs::write(&scenario, self.scenario.xml()).expect("a scenario file");
        let limit = self.limit.as_secs().to_string();
        let mut command = Command::new("sipp");
        command
            .arg(server.sip().to_string())
            .arg("-sf")
            .arg(&scenario)
            .args([
                "-t",
                self.transport,
                "-max_socket",
                "1000",
                "-s",
                &self.number,
                "-i",
                "127.0.0.1",
                "-mi",
                "127.0.0.1",
            ])
            .args(["-p", &sip.to_string(), "-mp", &media.to_string()])
            .args(["-m", &self.calls.to_string(), "-r", &self.per_second.to_string()])
            .args(["-l", "1000", "-nostdin", "-timeout", &limit, "-timeout_error"])
            .args(["-trace_err", "-error_file"])
            .arg(files.join("errors.log"))
            .args(["-trace_msg", "-message_file"])
            .arg(files.join("messages.log"))
            .current_dir(&files)
            .stdin(Stdio::null())
            .stdout(File::create(files.join("stdout")).expect("a file for sipp's screens"))
            .stderr(File::create(files.join("stderr")).expect("a file for sipp's complaints"));
        if let Some(uri) = self.digest_uri {
            command.args(["-auth_uri", &uri]);
        }
        if self.lost > 0 {
            command.args(["-lost", &self.lost.to_string()]);
        }
        if self.echo {
            command.arg("-rtp_echo");
        }
        let child = command.spawn().expect("sipp starts: is sip-tester installed?");
        Running { child, files, name: self.name }
    }

    /// Runs to the end and requires that every call went as its scenario says.
    pub(crate) fn passes(self, server: &Server) {
        self.start(server).passes();
    }
}

/// Registers the phone of an agent, which is then to live as `scenario` says; it sends back what it
/// hears.
pub(crate) fn registered(server: &Server, user: &str, password: &str, scenario: Scenario) -> Run {
    let (sip, media) = (server.free_port(), server.free_media());
    let register = Scenario::register(user, password, sip, 200);
    Run::new("register", register).at(sip, media).passes(server);
    Run::new("agent", scenario).at(sip, media).echo()
}

/// The same, begun.
pub(crate) fn phone(server: &Server, user: &str, password: &str, scenario: Scenario) -> Running {
    registered(server, user, password, scenario).start(server)
}

/// A sipp at work; it is ended with the test.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    files: PathBuf,
    name: &'static str,
}

impl Running {
    /// Waits for the end and requires that every call went as its scenario says.
    pub(crate) fn passes(mut self) {
        let status = self.child.wait().expect("sipp can be waited for");
        assert!(status.success(), "{}", self.story(status));
    }

    /// The dialog of the call it makes or takes, once it is answered, as a Replaces (RFC 3891) for
    /// the server in a URI.
    pub(crate) fn dialog(&self) -> String {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let messages = self.read("messages.log");
            let answer = messages.split("\n-------").find(|text| text.contains("SIP/2.0 200 "));
            let answer = answer.unwrap_or_default();
            let line = |name: &str| answer.lines().find_map(|line| line.strip_prefix(name));
            let tag = |name: &str| Some(line(name)?.split_once(";tag=")?.1.trim());
            if let (Some(id), Some(to), Some(from)) =
                (line("Call-ID: "), tag("To: "), tag("From: "))
            {
                let takes = answer.contains("message sent");
                let (servers, phones) = if takes { (from, to) } else { (to, from) };
                let id = id.trim().replace('@', "%40");
                return format!("{id}%3Bto-tag%3D{servers}%3Bfrom-tag%3D{phones}");
            }
            assert!(Instant::now() < deadline, "no answer in {messages}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The folder it works in.
    pub(crate) fn files(&self) -> &Path {
        &self.files
    }

    fn read(&self, name: &str) -> String {
        let text = fs::read(self.files.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    }

    /// What a person needs to see why the scenario failed.
    fn story(&self, status: ExitStatus) -> String {
        let messages = self.read("messages.log");
        let start = messages.len().saturating_sub(12_000);
        let start = (start..=messages.len()).find(|&i| messages.is_char_boundary(i)).unwrap_or(0);
        format!(
            "sipp scenario `{}` ended with {status}\n--- errors\n{}{}\n--- messages\n{}",
            self.name,
            self.read("stderr"),
            self.read("errors.log"),
            &messages[start..]
        )
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone after `passes`.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
