//! Agents who serve a queue in the hours of a calendar only.

use crate::calendar::{Calendar, State};
use crate::engine::Engine;
use crate::id::{AgentId, QueueId};
use crate::log::Change;
use crate::member::Membership;
use crate::time::Time;

/// An on-duty group: agents who are members of a queue in its hours, and not outside them.
///
/// It changes nothing itself. It says what is due, and whoever drives the engine makes it so, by
/// way of the event log if there is one; then asks again, at the latest when the hours change.
/// A call that is being talked with goes on; an offer ends when its agent goes off duty.
///
/// ```
/// use acd_core::calendar::{Calendar, Period};
/// use acd_core::*;
///
/// let mut engine = Engine::with_capacity(Limits::default())?;
/// let queue = engine.add_queue(QueueConfig::default())?;
/// let agent = engine.add_agent(AgentConfig::default())?;
/// let night = [Period::of(0, 0, 6, 0), Period::of(22, 0, 24, 0)];
/// let group = DutyGroup {
///     queue,
///     members: &[(agent, Membership::default())],
///     hours: Calendar { week: [&night; 7], ..Calendar::default() },
/// };
/// let staff = |now, engine: &mut Engine<'_>| -> Result<u32, log::LogError> {
///     while let Some(change) = group.due(engine, now) {
///         change.make(engine)?;
///         while engine.poll().is_some() {} // an offer may have ended
///     }
///     Ok(engine.staff(queue)?.members)
/// };
/// assert_eq!(staff(Time::from_secs(5 * 3600), &mut engine), Ok(1));
/// assert_eq!(group.hours.next_change(Time::from_secs(5 * 3600)), Some(Time::from_secs(6 * 3600)));
/// assert_eq!(staff(Time::from_secs(6 * 3600), &mut engine), Ok(0));
/// # Ok::<(), acd_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DutyGroup<'a> {
    /// Which queue they serve.
    pub queue: QueueId,
    /// Who, and in which place.
    pub members: &'a [(AgentId, Membership)],
    /// When.
    pub hours: Calendar<'a>,
}

impl DutyGroup<'_> {
    /// What has to be done next, that the queue is served at this instant by those on duty: an
    /// agent joins it or leaves it. `None`: nothing.
    #[must_use]
    pub fn due(&self, engine: &Engine<'_>, now: Time) -> Option<Change> {
        let on_duty = self.hours.state(now) == State::Open;
        self.members.iter().find_map(|&(agent, place)| {
            let serves = engine.member_view(agent, self.queue).is_ok();
            match (on_duty, serves) {
                (true, false) => Some(Change::JoinQueue(agent, self.queue, place)),
                (false, true) => Some(Change::LeaveQueue(agent, self.queue)),
                _ => None,
            }
        })
    }
}
