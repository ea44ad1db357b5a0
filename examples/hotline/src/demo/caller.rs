//! One caller, acting out a script.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::cues::Cues;
use super::floor::{Floor, Talk};
use super::script::{Case, First, Outcome, Plan, Script, Then};
use crate::phone::{Call, CallOptions, CallState, End, Heard, Phone, RATE, check};

/// The languages of the flow.
const CHINESE: &str = "zh";
const ENGLISH: &str = "en";

/// Keys of the menu.
const TO_AGENT: &str = "1";
const TO_SELF_SERVICE: &str = "2";

/// How long a caller listens for the next prompt.
const ATTENTION_SPAN: Duration = Duration::from_secs(15);
/// How long a caller waits for an agent.
const QUEUE_SPAN: Duration = Duration::from_secs(60);
/// The share of a spoken answer that must have been heard.
const ENOUGH: f32 = 0.85;
/// How long a caller speaks onto the answering machine.
const MESSAGE: Duration = Duration::from_millis(3500);

/// What a caller has met.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) script: Script,
    /// How it went, or what was not as scripted.
    pub(super) outcome: Result<Outcome, String>,
    /// The call, if one could be placed.
    pub(super) call: Option<Call>,
    /// The conversation with an agent.
    pub(super) talk: Option<Talk>,
    /// When the caller asked for an agent.
    pub(super) queued: Option<Instant>,
    /// All keys pressed.
    pub(super) keys: String,
}

/// Lives one caller's call.
pub(super) async fn live(
    script: Script,
    begin: Instant,
    phone: Arc<Phone>,
    called: String,
    cues: Arc<Cues>,
    floor: Arc<Floor>,
) -> Seen {
    sleep_until(begin + Duration::from_millis(script.at_ms)).await;
    let options =
        CallOptions { codecs: vec![script.law], keys: script.keys, ..CallOptions::default() };
    let mut seen = Seen {
        outcome: Err("not placed".into()),
        call: None,
        talk: None,
        queued: None,
        keys: String::new(),
        script,
    };
    match phone.call(&called, options).await {
        Ok(call) => {
            let mut caller = Caller {
                call: call.clone(),
                cues,
                floor,
                language: CHINESE,
                place: 0,
                seen: &mut seen,
            };
            let outcome = caller.act().await;
            // A script that went wrong leaves nothing behind.
            let _ = call.hang_up().await;
            seen.call = Some(call);
            seen.outcome = outcome;
        }
        Err(error) => seen.outcome = Err(error.to_string()),
    }
    seen
}

struct Caller<'a> {
    call: Call,
    cues: Arc<Cues>,
    floor: Arc<Floor>,
    language: &'static str,
    /// Up to where the timeline was listened to.
    place: usize,
    seen: &'a mut Seen,
}

impl Caller<'_> {
    async fn act(&mut self) -> Result<Outcome, String> {
        match self.call.answered(ATTENTION_SPAN).await {
            Some(CallState::Answered) => {}
            state => return Err(format!("not answered: {state:?}")),
        }
        match self.seen.script.plan.clone() {
            Plan::Blacklisted => {
                self.hear("refused").await?;
                self.far_end_hangs_up().await?;
                Ok(Outcome::Refused)
            }
            Plan::HangUp => {
                self.hear("welcome").await?;
                self.hang_up().await?;
                Ok(Outcome::Abandoned)
            }
            Plan::Voicemail => {
                self.menu(First::Choose, TO_AGENT).await?;
                self.hear("closed").await?;
                self.leave_message().await
            }
            Plan::SelfService { first, case } => {
                self.menu(first, TO_SELF_SERVICE).await?;
                self.ask_for(case).await
            }
            Plan::Agent { first, talk, then, .. } => {
                self.menu(first, TO_AGENT).await?;
                self.hear("to_agent").await?;
                self.talk(talk, then).await
            }
            Plan::Abandon { patience } => {
                self.menu(First::Choose, TO_AGENT).await?;
                let prompt = self.hear("to_agent").await?;
                self.wait_until(prompt.end).await;
                sleep(patience).await;
                self.hang_up().await?;
                Ok(Outcome::Abandoned)
            }
            Plan::VoicemailFromQueue { patience } => {
                self.menu(First::Choose, TO_AGENT).await?;
                let prompt = self.hear("to_agent").await?;
                self.wait_until(prompt.end).await;
                sleep(patience).await;
                self.press("*").await;
                self.leave_message().await
            }
        }
    }

    async fn menu(&mut self, first: First, key: &str) -> Result<(), String> {
        self.hear("welcome").await?;
        self.hear("main_menu").await?;
        match first {
            First::Choose => {}
            First::Repeat => {
                self.press("0").await;
                self.hear("main_menu").await?;
            }
            First::English => {
                self.press("9").await;
                self.language = ENGLISH;
                self.hear("main_menu").await?;
            }
        }
        self.press(key).await;
        if key == TO_AGENT {
            self.seen.queued = Some(Instant::now());
        }
        Ok(())
    }

    async fn ask_for(&mut self, case: Case) -> Result<Outcome, String> {
        self.hear("enter_case").await?;
        self.press(case.number).await;
        let told = self.cues.case(self.language, case)?;
        let heard = self.call.hears(&told, self.place, ATTENTION_SPAN).await;
        let heard = heard.ok_or("did not hear how the case stands")?;
        self.wait_until(heard.end).await;
        let share = check::find(&told, &self.call.heard_since(heard.begin)).share();
        if share < ENOUGH {
            return Err(format!("heard {:.0} % of how the case stands", share * 100.0));
        }
        self.hang_up().await?;
        Ok(Outcome::SelfServed)
    }

    async fn talk(&mut self, talk: Duration, then: Then) -> Result<Outcome, String> {
        let with = self.floor.talk_to(self.seen.script.number, QUEUE_SPAN).await;
        let with = with.ok_or("no agent answered")?;
        self.seen.talk = Some(with.clone());
        self.call.talk(true);
        if then == Then::CallerHangsUp {
            sleep(talk).await;
            self.hang_up().await?;
            return Ok(Outcome::Answered);
        }
        with.call.over(talk + ATTENTION_SPAN).await.ok_or("the agent did not hang up")?;
        self.call.talk(false);
        self.place = self.call.heard_since(0).len().saturating_sub(RATE / 2);
        self.hear("rate_us").await?;
        match then {
            Then::Rates(mark) => {
                self.press(&mark.to_string()).await;
                self.hear("thanks").await?;
                self.far_end_hangs_up().await?;
            }
            Then::RefusesToRate | Then::CallerHangsUp => self.hang_up().await?,
        }
        Ok(Outcome::Answered)
    }

    async fn leave_message(&mut self) -> Result<Outcome, String> {
        let prompt = self.hear("leave_message").await?;
        self.wait_until(prompt.end).await;
        // The beep is over half a second after the prompt.
        sleep(Duration::from_millis(500)).await;
        self.call.talk(true);
        sleep(MESSAGE).await;
        self.call.talk(false);
        self.press("#").await;
        self.hear("message_kept").await?;
        self.hear("thanks").await?;
        self.far_end_hangs_up().await?;
        Ok(Outcome::Voicemail)
    }

    /// Listens until the call's timeline has come to this sample.
    async fn wait_until(&self, place: usize) {
        let left = place.saturating_sub(self.call.heard_since(0).len());
        sleep(Duration::from_millis((left * 1000 / RATE) as u64 + 100)).await;
    }

    /// Waits for a prompt of the flow.
    async fn hear(&mut self, prompt: &str) -> Result<Heard, String> {
        let sound = self.cues.prompt(self.language, prompt)?;
        let heard = self.call.hears(&sound, self.place, ATTENTION_SPAN).await;
        let heard = heard.ok_or_else(|| format!("did not hear {}/{prompt}", self.language))?;
        self.place = heard.begin + RATE / 2;
        Ok(heard)
    }

    async fn press(&mut self, keys: &str) {
        self.seen.keys.push_str(keys);
        self.call.press(keys).await;
    }

    async fn hang_up(&mut self) -> Result<(), String> {
        self.call.hang_up().await.map_err(|error| error.to_string())?;
        self.ended_by(End::Near).await
    }

    async fn far_end_hangs_up(&mut self) -> Result<(), String> {
        self.ended_by(End::Far).await
    }

    async fn ended_by(&mut self, end: End) -> Result<(), String> {
        match self.call.over(ATTENTION_SPAN).await {
            Some(CallState::Ended(by)) if by == end => Ok(()),
            state => Err(format!("ended {state:?} instead of by {end:?}")),
        }
    }
}
