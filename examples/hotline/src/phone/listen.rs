//! Waiting for a sound one knows: how a caller tells one prompt from another.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::check;
use super::voice::RATE;
use super::{Call, CallState};

/// How much of a sound's beginning needs to be heard to know it, in samples.
const RECOGNISED: usize = RATE * 9 / 10;

/// How often a listener stops to think whether this was it.
const ATTENTION: Duration = Duration::from_millis(250);

/// Where a sound was heard, in samples of the call's timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Where it began.
    pub(crate) begin: usize,
    /// Where it ends if it is not cut short.
    pub(crate) end: usize,
}

impl Call {
    /// Waits until the beginning of `sound` is heard after sample `from`; [`None`] when the call
    /// ends before, or it takes longer than `limit`.
    pub(crate) async fn hears(&self, sound: &[i16], from: usize, limit: Duration) -> Option<Heard> {
        let head = &sound[..sound.len().min(RECOGNISED)];
        let until = Instant::now() + limit;
        let mut from = from;
        loop {
            // Looked at before the sound is: what came last is listened to as well.
            let over = self.state() != CallState::Answered || Instant::now() >= until;
            let tail = self.heard_since(from);
            let found = check::find(head, &tail);
            if found.windows_found > 0 && found.windows_found * 3 >= found.windows * 2 {
                let begin = (from as i64 + found.lag).max(0) as usize;
                return Some(Heard { begin, end: begin + sound.len() });
            }
            if over {
                return None;
            }
            // What was searched in full need not be searched again.
            from += tail.len().saturating_sub(2 * head.len());
            sleep(ATTENTION).await;
        }
    }
}
