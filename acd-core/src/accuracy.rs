//! How good the predictions of the wait were.

use crate::engine::{Engine, Estimates};
use crate::event::Output;
use crate::id::{CallId, QueueId};
#[cfg(feature = "alloc")]
use crate::limits::Limits;
use crate::storage::Storage;
use crate::time::Time;

/// The running error of one predictor in one queue: prediction less wait, in ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EstimateError {
    /// Predictions that have been compared with a wait.
    pub count: u64,
    /// The sum of their errors: above 0, waits were shorter than predicted.
    pub sum_ms: i64,
    /// The sum of their errors without the sign.
    pub absolute_sum_ms: u64,
}

impl EstimateError {
    /// The mean error, in ms; 0 without a prediction. Towards 0 is better, either sign.
    #[must_use]
    pub fn mean_ms(&self) -> i64 {
        self.sum_ms / i64::try_from(self.count.max(1)).unwrap_or(i64::MAX)
    }

    /// The mean absolute error, in ms; 0 without a prediction.
    #[must_use]
    pub fn mean_absolute_ms(&self) -> u64 {
        self.absolute_sum_ms / self.count.max(1)
    }

    fn note(&mut self, predicted: Option<u64>, waited: u64) {
        let Some(predicted) = predicted else {
            return;
        };
        let off = i64::try_from(predicted.abs_diff(waited)).unwrap_or(i64::MAX);
        let signed = if predicted < waited { -off } else { off };
        self.count += 1;
        self.sum_ms = self.sum_ms.saturating_add(signed);
        self.absolute_sum_ms = self.absolute_sum_ms.saturating_add(off as u64);
    }
}

/// The running errors of the three predictors of [`Estimates`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EstimateErrors {
    /// Of [`Estimates::by_length_ms`].
    pub by_length: EstimateError,
    /// Of [`Estimates::by_last_served_ms`].
    pub by_last_served: EstimateError,
    /// Of [`Estimates::by_first_ms`].
    pub by_first: EstimateError,
}

/// One slot of an [`Accuracy`]. Opaque; [`Default`] makes an empty one.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccuracySlot<T>(T);

/// What was predicted for a call that waits, if one does: which, when it joined, and what.
pub type Prediction = Option<(CallId, Time, Estimates)>;

/// Compares what was predicted for each call when it joined with how long it then waited for an
/// agent, by queue.
///
/// A call that rings somewhere at once needs no prediction and is not counted; nor is one that
/// leaves unanswered or for another queue: how long it would have waited nobody knows.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use acd_core::*;
///
/// let limits = Limits::default();
/// let mut engine = Engine::with_capacity(limits)?;
/// let mut accuracy = Accuracy::with_capacity(limits);
/// let queue = engine.add_queue(QueueConfig::default())?;
/// engine.handle(Time(0), Input::Arrive(CallConfig::new(queue)))?;
/// while let Some((at, output)) = engine.poll_at() {
///     accuracy.see(&engine, at, &output);
/// }
/// assert_eq!(accuracy.of(queue), EstimateErrors::default()); // nothing to compare with yet
/// # }
/// # Ok::<(), acd_core::Error>(())
/// ```
pub struct Accuracy<'a> {
    calls: Storage<'a, AccuracySlot<Prediction>>,
    queues: Storage<'a, AccuracySlot<EstimateErrors>>,
}

impl core::fmt::Debug for Accuracy<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Accuracy").field("calls", &self.calls.len()).finish_non_exhaustive()
    }
}

#[cfg(feature = "alloc")]
impl Accuracy<'static> {
    /// For an engine of these limits, its memory taken from the heap now.
    #[must_use]
    pub fn with_capacity(limits: Limits) -> Self {
        Self {
            calls: Storage::owned(limits.calls as usize, AccuracySlot::default()),
            queues: Storage::owned(limits.queues as usize, AccuracySlot::default()),
        }
    }
}

impl<'a> Accuracy<'a> {
    /// In the caller's memory: as many slots as the engine has calls and queues. What has no slot
    /// is not counted.
    #[must_use]
    pub fn new(
        calls: &'a mut [AccuracySlot<Prediction>],
        queues: &'a mut [AccuracySlot<EstimateErrors>],
    ) -> Self {
        calls.fill(AccuracySlot::default());
        queues.fill(AccuracySlot::default());
        Self { calls: calls.into(), queues: queues.into() }
    }

    /// The running errors in a queue.
    #[must_use]
    pub fn of(&self, queue: QueueId) -> EstimateErrors {
        self.queues.get(queue.index() as usize).map_or_else(Default::default, |slot| slot.0)
    }

    /// Takes one output in, each read before the engine is told the next thing.
    pub fn see(&mut self, engine: &Engine<'_>, at: Time, output: &Output) {
        match *output {
            Output::Joined { call, .. } => {
                let waits = engine.call_state(call) == Ok(crate::CallState::Waiting);
                let estimates = engine.estimates(call).ok().filter(|_| waits);
                if let Some(slot) = self.calls.get_mut(call.index() as usize) {
                    slot.0 = estimates.map(|estimates| (call, at, estimates));
                }
            }
            Output::Connected { call, queue, .. } => {
                let Some((joined, estimates)) = self.take(call) else {
                    return;
                };
                let waited = at.since(joined);
                if let Some(AccuracySlot(errors)) = self.queues.get_mut(queue.index() as usize) {
                    errors.by_length.note(estimates.by_length_ms, waited);
                    errors.by_last_served.note(estimates.by_last_served_ms, waited);
                    errors.by_first.note(estimates.by_first_ms, waited);
                }
            }
            Output::Moved { call, .. } | Output::Left { call, .. } => drop(self.take(call)),
            _ => {}
        }
    }

    fn take(&mut self, call: CallId) -> Option<(Time, Estimates)> {
        let slot = self.calls.get_mut(call.index() as usize)?;
        let (of, joined, estimates) = slot.0.take()?;
        (of == call).then_some((joined, estimates))
    }
}
