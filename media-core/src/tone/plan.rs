/// What a tone tells the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Meaning {
    /// The exchange waits for a number.
    Dial,
    /// The other telephone rings.
    Ringback,
    /// The other telephone is in use.
    Busy,
    /// The network has no way there at the moment (reorder, no circuit, congestion).
    Congestion,
    /// The number cannot be reached (number unobtainable, vacant code, special information).
    Unobtainable,
    /// A short mark: now speak.
    Beep,
    /// A fax machine or modem calls or answers.
    Fax,
}

/// A part of a cadence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Frequencies in Hz sounding together; 0 is none. Both 0: silence.
    pub hz: [u16; 2],
    /// How long, in milliseconds; 0 is for ever.
    pub ms: u16,
}

/// What follows the last step of a tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cadence {
    /// The first step again.
    Repeats,
    /// Silence.
    Once,
}

/// A tone: its meaning and its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tone<'a> {
    /// What it tells.
    pub meaning: Meaning,
    /// Its steps in order.
    pub steps: &'a [Step],
    /// What follows them.
    pub cadence: Cadence,
}

/// The tones of a network. Those of a country are in ITU-T's list of national tones (2010-02) beside
/// E.180, and in its operators' books; make your own for a PBX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan<'a> {
    /// Whose tones these are.
    pub name: &'a str,
    /// Several may have one meaning: each is recognised, the first is the one to play.
    pub tones: &'a [Tone<'a>],
}

const fn on(low: u16, high: u16, ms: u16) -> Step {
    Step { hz: [low, high], ms }
}

const fn off(ms: u16) -> Step {
    on(0, 0, ms)
}

const fn repeats(meaning: Meaning, steps: &[Step]) -> Tone<'_> {
    Tone { meaning, steps, cadence: Cadence::Repeats }
}

const fn once(meaning: Meaning, steps: &[Step]) -> Tone<'_> {
    Tone { meaning, steps, cadence: Cadence::Once }
}

/// The special information tone of ITU-T E.180, before an announcement.
const SPECIAL_INFORMATION: Tone<'static> =
    once(Meaning::Unobtainable, &[on(950, 0, 330), on(1400, 0, 330), on(1800, 0, 330), off(1000)]);

impl Plan<'static> {
    /// China (GB/T 3380): everything at 450 Hz, within 25 Hz.
    pub const CHINA: Self = Self {
        name: "China",
        tones: &[
            repeats(Meaning::Dial, &[on(450, 0, 0)]),
            repeats(Meaning::Ringback, &[on(450, 0, 1000), off(4000)]),
            repeats(Meaning::Busy, &[on(450, 0, 350), off(350)]),
            repeats(Meaning::Congestion, &[on(450, 0, 700), off(700)]),
            repeats(
                Meaning::Unobtainable,
                &[
                    on(450, 0, 100),
                    off(100),
                    on(450, 0, 100),
                    off(100),
                    on(450, 0, 100),
                    off(100),
                    on(450, 0, 400),
                    off(400),
                ],
            ),
            SPECIAL_INFORMATION,
            BEEP,
        ],
    };

    /// United States, Canada and their neighbours (precise tone plan, ITU-T E.300 supplement 3;
    /// TIA-464), with the special information tones of intercept and vacant code
    /// ([`Meaning::Unobtainable`]), reorder and no circuit ([`Meaning::Congestion`]).
    pub const NORTH_AMERICA: Self = Self {
        name: "North America",
        tones: &[
            repeats(Meaning::Dial, &[on(350, 440, 0)]),
            repeats(Meaning::Ringback, &[on(440, 480, 2000), off(4000)]),
            repeats(Meaning::Busy, &[on(480, 620, 500), off(500)]),
            repeats(Meaning::Congestion, &[on(480, 620, 250), off(250)]),
            once(Meaning::Unobtainable, &[on(914, 0, 274), on(1371, 0, 274), on(1777, 0, 380)]),
            once(Meaning::Unobtainable, &[on(985, 0, 380), on(1371, 0, 274), on(1777, 0, 380)]),
            once(Meaning::Congestion, &[on(914, 0, 274), on(1429, 0, 380), on(1777, 0, 380)]),
            once(Meaning::Congestion, &[on(985, 0, 380), on(1429, 0, 380), on(1777, 0, 380)]),
            BEEP,
        ],
    };

    /// United Kingdom (BT SIN 350: frequencies within 5 %, cadences within 10 %).
    pub const UNITED_KINGDOM: Self = Self {
        name: "United Kingdom",
        tones: &[
            repeats(Meaning::Dial, &[on(350, 440, 0)]),
            repeats(
                Meaning::Ringback,
                &[on(400, 450, 400), off(200), on(400, 450, 400), off(2000)],
            ),
            repeats(Meaning::Busy, &[on(400, 0, 375), off(375)]),
            repeats(Meaning::Congestion, &[on(400, 0, 400), off(350), on(400, 0, 225), off(525)]),
            repeats(Meaning::Unobtainable, &[on(400, 0, 0)]),
            SPECIAL_INFORMATION,
            BEEP,
        ],
    };

    /// Most of Europe, and mobile telephones (ETSI TS 122 001 annex F, ITU-T E.180's preferred
    /// values): 425 Hz.
    pub const ETSI: Self = Self {
        name: "ETSI",
        tones: &[
            repeats(Meaning::Dial, &[on(425, 0, 0)]),
            repeats(Meaning::Ringback, &[on(425, 0, 1000), off(4000)]),
            repeats(Meaning::Busy, &[on(425, 0, 500), off(500)]),
            repeats(Meaning::Congestion, &[on(425, 0, 200), off(200)]),
            SPECIAL_INFORMATION,
            BEEP,
        ],
    };
}

/// The mark before a recording: a second of 1,000 Hz.
pub const BEEP: Tone<'static> = once(Meaning::Beep, &[on(1000, 0, 1000)]);

/// CNG, by which a fax machine calls (ITU-T T.30 §4.1.1).
pub const FAX_CALLING: Tone<'static> = repeats(Meaning::Fax, &[on(1100, 0, 500), off(3000)]);

/// CED, by which one answers (ITU-T T.30 §4.1.2).
pub const FAX_ANSWER: Tone<'static> = once(Meaning::Fax, &[on(2100, 0, 3000)]);

impl<'a> Plan<'a> {
    /// The tone of a meaning: the first, where there are several.
    #[must_use]
    pub fn tone(&self, meaning: Meaning) -> Option<Tone<'a>> {
        self.tones.iter().find(|t| t.meaning == meaning).copied()
    }
}
