//! The media of one call: a task that turns every 20 ms what its parties say into what they hear,
//! plays prompts and music, finds keys, records.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use media_core::dtmf::Key;
use media_core::tone::{Answer, AnswerConfig, AnswerDetector, AnswerEvent};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::leg::{MediaLeg, Received};
use super::sound::{Clip, FRAME, Music, Player, beep};
use super::voicemail::{Voicemail, VoicemailLimits};
use crate::live::{Kind, Live};
use crate::recording::{Recorder, Recording, Sound};
use crate::sdp::Agreed;
use crate::sip::LegId;

/// What a call's media is told.
#[derive(Debug)]
pub(crate) enum Command {
    /// Plays clips to the caller, instead of whatever was playing.
    Play { op: u32, clips: Vec<Clip> },
    /// Stops the playing or the voicemail of `op`, if that is still going on.
    Stop { op: u32 },
    /// Music while nothing else is to be heard.
    Hold(bool),
    /// Connects the caller; the recording begins with them.
    Caller { leg: Box<MediaLeg>, recording: PathBuf, started_ms: i64 },
    /// Connects an agent.
    Bridge { agent: Box<MediaLeg> },
    /// Takes the agent away.
    Unbridge,
    /// Takes the agent away, and connects them in the call that is told by this.
    PassAgent { to: mpsc::UnboundedSender<Command> },
    /// Records a message of the caller's.
    Voicemail { op: u32, path: PathBuf, limits: VoicemailLimits, beep: bool },
    /// Tells a person from a machine by what the caller, whom we called, says from now on.
    Listen(AnswerConfig),
    /// A leg's far end changed where it listens.
    Change { leg: LegId, agreed: Agreed },
    /// A key that came by other ways than media.
    Key(Key),
    /// Ends the task; the recording gets this metadata.
    End { metadata: Map<String, Value> },
}

/// What a call's media tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// Everything of `op` has been played.
    Played { op: u32 },
    /// The caller pressed a key.
    Key(Key),
    /// The agent pressed a key.
    AgentKey(Key),
    /// Who it is that was called.
    Answered(Answer),
    /// The machine that was called has beeped.
    Beep,
    /// The voicemail of `op` is complete: by itself, or because it was stopped.
    Voicemail { op: u32, ms: u32 },
    /// A party has sent nothing for too long.
    Silent { leg: LegId },
}

/// What a call's media needs to begin.
pub(crate) struct Start {
    pub(crate) recorder: Recorder,
    pub(crate) music: Clip,
    pub(crate) live: Live,
    pub(crate) silence_limit: Duration,
    /// Reports are sent with this number, which names the call.
    pub(crate) call: u64,
    pub(crate) reports: mpsc::UnboundedSender<(u64, Report)>,
}

/// Starts the task, with nobody connected yet; it ends with [`Command::End`], or when the sender is dropped.
pub(crate) fn start(start: Start) -> mpsc::UnboundedSender<Command> {
    let (sender, commands) = mpsc::unbounded_channel();
    let guard = start.live.guard(Kind::Task);
    tokio::spawn(async move {
        CallMedia::new(start).run(commands).await;
        drop(guard);
    });
    sender
}

/// The caller's leg and what is recorded of the call.
struct Caller {
    leg: Box<MediaLeg>,
    recording: Recording,
}

struct CallMedia {
    caller: Option<Caller>,
    agent: Option<Box<MediaLeg>>,
    /// How the legs that left the call went.
    parted: Vec<Value>,
    player: Player,
    /// The operation the player works on; `None` once its end was reported.
    playing: Option<u32>,
    music: Music,
    beep: Clip,
    hold: bool,
    fade: media_core::mix::Fade,
    recorder: Recorder,
    voicemail: Option<(u32, Voicemail)>,
    listener: Option<Box<AnswerDetector>>,
    silence_limit: Duration,
    silence_told: bool,
    call: u64,
    reports: mpsc::UnboundedSender<(u64, Report)>,
}

impl CallMedia {
    fn new(start: Start) -> CallMedia {
        CallMedia {
            caller: None,
            agent: None,
            parted: Vec::new(),
            player: Player::default(),
            playing: None,
            music: Music::new(Arc::clone(&start.music)),
            beep: beep(),
            hold: false,
            fade: media_core::mix::Fade::new(media_core::mix::Gain::SILENT),
            recorder: start.recorder,
            voicemail: None,
            listener: None,
            silence_limit: start.silence_limit,
            silence_told: false,
            call: start.call,
            reports: start.reports,
        }
    }

    async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        // After a hiccup of the machine the missed frames are made up for, or the far end's
        // timeline and the recording would slip.
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut metadata = Map::new();
        loop {
            tokio::select! {
                biased;
                command = commands.recv() => match command {
                    None => break,
                    Some(Command::End { metadata: given }) => {
                        metadata = given;
                        break;
                    }
                    Some(command) => self.obey(command),
                },
                _ = tick.tick() => self.tick(),
                received = receive_if(self.caller.as_mut().map(|caller| &mut caller.leg)) => {
                    if let Received::Key(key) = received {
                        self.key(key);
                    }
                }
                received = receive_if(self.agent.as_mut()) => {
                    if let Received::Key(key) = received {
                        self.tell(Report::AgentKey(key));
                    }
                }
            }
        }
        if let Some((_, voicemail)) = self.voicemail.take() {
            voicemail.end();
        }
        self.parted.extend(self.agent.map(|agent| agent.finish()));
        if let Some(caller) = self.caller {
            metadata.insert("caller_media".into(), caller.leg.finish());
            metadata.insert("agent_media".into(), Value::Array(self.parted));
            caller.recording.finish(metadata);
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Play { op, clips } => {
                self.player.play(clips);
                self.playing = Some(op);
            }
            Command::Stop { op } => {
                if self.playing == Some(op) {
                    self.player.stop();
                    self.playing = None;
                }
                if self.voicemail.as_ref().is_some_and(|(of, _)| *of == op) {
                    self.end_voicemail();
                }
            }
            Command::Hold(hold) => self.hold = hold,
            Command::Caller { leg, recording, started_ms } => {
                self.fall_silent();
                let sound = Sound::Call { law: leg.law(), started_ms };
                let recording = self.recorder.begin(recording, sound);
                self.caller = Some(Caller { leg, recording });
            }
            Command::Bridge { agent } => {
                self.fall_silent();
                self.agent = Some(agent);
            }
            Command::Unbridge => {
                self.parted.extend(self.agent.take().map(|agent| agent.finish()));
            }
            Command::PassAgent { to } => {
                if let Some(agent) = self.agent.take() {
                    // A call that has ended meanwhile drops the leg's media with the command.
                    to.send(Command::Bridge { agent }).ok();
                }
            }
            Command::Voicemail { op, path, limits, beep } => {
                self.playing = None;
                self.player.play(if beep { vec![self.beep.clone()] } else { Vec::new() });
                let recording = self.recorder.begin(path, Sound::Voicemail);
                self.voicemail = Some((op, Voicemail::new(recording, limits)));
            }
            Command::Listen(config) => {
                self.listener = Some(Box::new(AnswerDetector::new(config)));
            }
            Command::Change { leg, agreed } => {
                let caller = self.caller.as_mut().map(|caller| &mut caller.leg);
                let legs = caller.into_iter().chain(&mut self.agent);
                for changed in legs.filter(|of| of.id == leg) {
                    changed.change(agreed);
                }
            }
            Command::Key(key) => self.key(key),
            Command::End { .. } => {}
        }
    }

    /// Nothing but what the parties say is to be heard.
    fn fall_silent(&mut self) {
        self.player.stop();
        self.playing = None;
        self.hold = false;
        self.silence_told = false;
    }

    fn key(&mut self, key: Key) {
        if let Some(agent) = &mut self.agent {
            agent.press(key);
        }
        self.tell(Report::Key(key));
    }

    fn tick(&mut self) {
        let (mut said, mut answered) = ([0; FRAME], [0; FRAME]);
        if let Some(key) = self.caller.as_mut().and_then(|caller| caller.leg.pull(&mut said)) {
            self.key(key);
        }
        self.listen(&said);
        let mut heard = [0; FRAME];
        let prompt = self.player.pull(&mut heard);
        if let Some(agent) = &mut self.agent {
            let key = agent.pull(&mut answered);
            // Who is alone hears what is played.
            agent.send(if self.caller.is_some() { &said } else { &heard });
            media_core::mix::add(&mut heard, &answered);
            if let Some(key) = key {
                self.tell(Report::AgentKey(key));
            }
        }
        let music = self.hold && !prompt && self.agent.is_none() && self.voicemail.is_none();
        self.fade.to(match music {
            true => media_core::mix::Gain::UNITY,
            false => media_core::mix::Gain::SILENT,
        });
        if music || !self.fade.is_still() {
            let mut tune = [0; FRAME];
            self.music.pull(&mut tune);
            self.fade.add(&mut heard, &tune);
        }
        if let Some(caller) = &mut self.caller {
            caller.leg.send(&heard);
            let both = said.iter().zip(&heard).flat_map(|(l, r)| [*l, *r]).collect();
            caller.recording.write(both);
        }
        // The message begins when the beep has ended.
        let leaving = self.voicemail.as_mut().filter(|_| !prompt);
        if leaving.is_some_and(|(_, voicemail)| voicemail.frame(&said)) {
            self.end_voicemail();
        }
        if !self.player.is_playing()
            && let Some(op) = self.playing.take()
        {
            self.tell(Report::Played { op });
        }
        self.watch_silence();
    }

    fn listen(&mut self, said: &[i16]) {
        let Some(listener) = &mut self.listener else {
            return;
        };
        let (call, reports) = (self.call, &self.reports);
        let mut knows_all = false;
        listener.detect(said, |event| {
            let report = match event {
                AnswerEvent::Answered(answer) => Report::Answered(answer),
                AnswerEvent::Beep(_) => Report::Beep,
            };
            // After a machine's greeting comes its beep.
            knows_all |= report != Report::Answered(Answer::Machine);
            reports.send((call, report)).ok();
        });
        if knows_all {
            self.listener = None;
        }
    }

    fn end_voicemail(&mut self) {
        if let Some((op, voicemail)) = self.voicemail.take() {
            let ms = voicemail.end();
            self.tell(Report::Voicemail { op, ms });
        }
    }

    fn watch_silence(&mut self) {
        let limit = u64::try_from(self.silence_limit.as_micros()).unwrap_or(u64::MAX);
        let legs = [self.caller.as_ref().map(|caller| &*caller.leg), self.agent.as_deref()];
        let silent = legs.into_iter().flatten().find(|leg| leg.silent_us() > limit);
        if let Some(leg) = silent.map(|leg| leg.id)
            && !self.silence_told
        {
            self.silence_told = true;
            self.tell(Report::Silent { leg });
        }
    }

    fn tell(&self, report: Report) {
        // Fails only while the program ends.
        self.reports.send((self.call, report)).ok();
    }
}

async fn receive_if(leg: Option<&mut Box<MediaLeg>>) -> Received {
    match leg {
        Some(leg) => leg.receive().await,
        None => std::future::pending().await,
    }
}
