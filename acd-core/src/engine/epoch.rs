//! Whose word counts when two engines take themselves for the one in charge.

use super::Engine;
use crate::error::Error;
use crate::event::Input;
use crate::time::Time;

impl Engine<'_> {
    /// Which term of office this is: see [`begin_epoch`](Self::begin_epoch).
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// A new term of office begins: of a follower that takes over, having replayed the log so far.
    /// Whatever was meant for an earlier one is refused by [`handle_in`](Self::handle_in) from now
    /// on, be it from the node that was in charge or late from a phone that it rang.
    ///
    /// ```
    /// use acd_core::{Engine, Error, Input, Limits, Time};
    /// let mut engine = Engine::with_capacity(Limits::default())?;
    /// engine.begin_epoch(7)?;
    /// engine.handle_in(7, Time(1), Input::Tick)?;
    /// let stale = engine.handle_in(6, Time(2), Input::Tick);
    /// assert_eq!(stale, Err(Error::WrongEpoch { current: 7, given: 6 }));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::WrongEpoch`]: it is not later than the one before.
    pub fn begin_epoch(&mut self, epoch: u64) -> Result<(), Error> {
        if epoch <= self.epoch {
            return Err(Error::WrongEpoch { current: self.epoch, given: epoch });
        }
        self.epoch = epoch;
        Ok(())
    }

    /// As [`handle`](Self::handle), for what is meant for this term of office alone.
    ///
    /// # Errors
    /// [`Error::WrongEpoch`]: it was meant for another; or as `handle`.
    pub fn handle_in(&mut self, epoch: u64, now: Time, input: Input) -> Result<(), Error> {
        self.check_epoch(epoch)?;
        self.handle(now, input)
    }

    /// Whether this is the current term of office.
    ///
    /// # Errors
    /// [`Error::WrongEpoch`]: it is not.
    pub fn check_epoch(&self, epoch: u64) -> Result<(), Error> {
        if epoch == self.epoch {
            Ok(())
        } else {
            Err(Error::WrongEpoch { current: self.epoch, given: epoch })
        }
    }
}
