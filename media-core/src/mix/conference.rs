//! A call of as many as there are.

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, vec};

use super::{Fade, Gain, Supervision, hear};

/// Where the gains are.
#[derive(Debug)]
enum Cells<'a> {
    Borrowed(&'a mut [Fade]),
    #[cfg(feature = "alloc")]
    Owned(Box<[Fade]>),
}

impl Cells<'_> {
    fn slice(&self) -> &[Fade] {
        match self {
            Self::Borrowed(cells) => cells,
            #[cfg(feature = "alloc")]
            Self::Owned(cells) => cells,
        }
    }

    fn slice_mut(&mut self) -> &mut [Fade] {
        match self {
            Self::Borrowed(cells) => cells,
            #[cfg(feature = "alloc")]
            Self::Owned(cells) => cells,
        }
    }
}

/// As [`Bridge`](super::Bridge), of as many parties as are asked for when it is made, and with any
/// number of supervisors. Nobody hears anybody at first.
///
/// ```
/// use media_core::mix::{Conference, Supervision};
///
/// # #[cfg(feature = "alloc")] {
/// let (caller, agent, expert, supervisor) = (0, 1, 2, 3);
/// let mut call = Conference::with_capacity(4);
/// call.join(caller, agent);
/// call.join(caller, expert);
/// call.join(agent, expert);
/// call.supervise(supervisor, agent, Supervision::Whisper);
/// let voices = [[1000; 160], [200; 160], [30; 160], [4; 160]];
/// let mut ears = [[0; 160]; 4];
/// call.mix(&voices.each_ref().map(|v| &v[..]), &mut ears.each_mut().map(|e| &mut e[..]));
/// // Once the fades are over: of the three, the agent alone hears the supervisor.
/// assert_eq!(ears.map(|ear| ear[159]), [230, 1034, 1200, 1230]);
/// # }
/// ```
#[derive(Debug)]
pub struct Conference<'a> {
    parties: usize,
    /// The gains that a party hears the others by, side by side, one party after the other.
    cells: Cells<'a>,
}

#[cfg(feature = "alloc")]
impl Conference<'static> {
    /// One of so many parties, its N² gains on the heap.
    #[must_use]
    pub fn with_capacity(parties: u16) -> Self {
        let parties = usize::from(parties);
        Self { parties, cells: Cells::Owned(vec![Fade::default(); parties * parties].into()) }
    }
}

impl<'a> Conference<'a> {
    /// One of so many parties in the caller's memory, of which N² cells are used. `None`: they are
    /// fewer.
    #[must_use]
    pub fn new(cells: &'a mut [Fade], parties: usize) -> Option<Self> {
        let cells = cells.get_mut(..parties.checked_mul(parties)?)?;
        cells.fill(Fade::default());
        Some(Self { parties, cells: Cells::Borrowed(cells) })
    }

    /// How many parties there are.
    #[must_use]
    pub const fn parties(&self) -> usize {
        self.parties
    }

    /// Where the gain from one party to another is, if both exist.
    const fn at(&self, from: usize, to: usize) -> Option<usize> {
        if from < self.parties && to < self.parties { Some(to * self.parties + from) } else { None }
    }

    /// From the next sample on, `to` hears `from` with this gain (fading over). Parties that do
    /// not exist are ignored; a party may be routed to itself (an echo test).
    pub fn route(&mut self, from: usize, to: usize, gain: Gain) {
        if let Some(at) = self.at(from, to) {
            self.cells.slice_mut()[at].to(gain);
        }
    }

    /// Both hear each other.
    pub fn join(&mut self, a: usize, b: usize) {
        self.route(a, b, Gain::UNITY);
        self.route(b, a, Gain::UNITY);
    }

    /// The gain from one party to another, once the fade is over.
    #[must_use]
    pub fn gain(&self, from: usize, to: usize) -> Gain {
        self.at(from, to).map_or(Gain::SILENT, |at| self.cells.slice()[at].target())
    }

    /// Changes what one party hears of all others and who of them hears it: whispering, `agent` alone
    /// does. Between the others nothing changes.
    pub fn supervise(&mut self, supervisor: usize, agent: usize, what: Supervision) {
        let on = |yes| if yes { Gain::UNITY } else { Gain::SILENT };
        for other in (0..self.parties).filter(|other| *other != supervisor) {
            let heard = match what {
                Supervision::Away | Supervision::Monitor => false,
                Supervision::Whisper => other == agent,
                Supervision::Barge => true,
            };
            self.route(other, supervisor, on(what != Supervision::Away));
            self.route(supervisor, other, on(heard));
        }
    }

    /// What one party hears of a frame of everybody, in the order of the parties. Once a frame for
    /// each party, for one that does not listen too: its fades go on. A voice shorter than the ear is
    /// followed by silence, and one that is missing is silent.
    pub fn hear<'v>(
        &mut self,
        to: usize,
        voices: impl IntoIterator<Item = &'v [i16], IntoIter: Clone>,
        ear: &mut [i16],
    ) {
        let row = self.parties.checked_mul(to).zip(self.parties.checked_mul(to.wrapping_add(1)));
        match row.and_then(|(start, end)| self.cells.slice_mut().get_mut(start..end)) {
            Some(row) => hear(row, voices.into_iter(), ear),
            None => ear.fill(0),
        }
    }

    /// One frame of everybody: what each said into what each hears.
    pub fn mix(&mut self, voices: &[&[i16]], ears: &mut [&mut [i16]]) {
        for (to, ear) in ears.iter_mut().enumerate() {
            self.hear(to, voices.iter().copied(), ear);
        }
    }
}
