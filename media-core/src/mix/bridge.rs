//! A call between two and who listens in.

use super::{Fade, Gain, hear};

/// What a supervisor does on a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Supervision {
    /// Not on the call.
    Away,
    /// Hears both, is heard by nobody.
    Monitor,
    /// Hears both, is heard by the agent only.
    Whisper,
    /// A conference of three.
    Barge,
}

/// A matrix of gains between N parties: who hears whom, and how loudly.
///
/// For the few parties of a call (N² cells). How many they are may also be known only when the call is
/// there: [`Conference`](super::Conference). For large conferences see [`total`](super::total) and
/// [`others`](super::others).
///
/// ```
/// use media_core::mix::{Bridge, Supervision};
///
/// let mut call = Bridge::supervised(); // caller, agent, supervisor
/// call.supervise(Supervision::Whisper);
/// let voices = [[100; 160], [20; 160], [3; 160]];
/// let mut ears = [[0; 160]; 3];
/// let [caller, agent, supervisor] = &mut ears;
/// call.mix([&voices[0], &voices[1], &voices[2]], [caller, agent, supervisor]);
/// // Once the fade is over: the agent alone hears the supervisor.
/// assert_eq!(ears.map(|ear| ear[159]), [20, 103, 120]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Bridge<const N: usize> {
    /// `cells[to][from]`.
    cells: [[Fade; N]; N],
}

impl<const N: usize> Bridge<N> {
    /// Nobody hears anybody.
    #[must_use]
    pub const fn new() -> Self {
        Bridge { cells: [[Fade::new(Gain::SILENT); N]; N] }
    }

    /// From the next sample on, `to` hears `from` with this gain (fading over). Parties that do
    /// not exist are ignored; a party may be routed to itself (an echo test).
    pub fn route(&mut self, from: usize, to: usize, gain: Gain) {
        if let Some(cell) = self.cells.get_mut(to).and_then(|row| row.get_mut(from)) {
            cell.to(gain);
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
        self.cells.get(to).and_then(|row| row.get(from)).map_or(Gain::SILENT, Fade::target)
    }

    /// One frame of everybody: what each said into what each hears. A frame shorter than an
    /// output is followed by silence.
    pub fn mix(&mut self, inputs: [&[i16]; N], outputs: [&mut [i16]; N]) {
        for (row, out) in self.cells.iter_mut().zip(outputs) {
            hear(row, inputs.into_iter(), out);
        }
    }
}

impl<const N: usize> Default for Bridge<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl Bridge<3> {
    /// The caller's place.
    pub const CALLER: usize = 0;
    /// The agent's place.
    pub const AGENT: usize = 1;
    /// The supervisor's place.
    pub const SUPERVISOR: usize = 2;

    /// A call: caller and agent joined, the supervisor [`Supervision::Away`].
    #[must_use]
    pub fn supervised() -> Self {
        let mut bridge = Self::new();
        bridge.cells[Self::CALLER][Self::AGENT] = Fade::new(Gain::UNITY);
        bridge.cells[Self::AGENT][Self::CALLER] = Fade::new(Gain::UNITY);
        bridge
    }

    /// Changes what the supervisor hears and who hears the supervisor.
    pub fn supervise(&mut self, what: Supervision) {
        let on = |yes| if yes { Gain::UNITY } else { Gain::SILENT };
        let hears = on(what != Supervision::Away);
        self.route(Self::CALLER, Self::SUPERVISOR, hears);
        self.route(Self::AGENT, Self::SUPERVISOR, hears);
        let whisper = matches!(what, Supervision::Whisper | Supervision::Barge);
        self.route(Self::SUPERVISOR, Self::AGENT, on(whisper));
        self.route(Self::SUPERVISOR, Self::CALLER, on(what == Supervision::Barge));
    }
}
