//! Tones of the network: what a caller hears of a call's progress, made and recognised.
//!
//! A country's tones are data ([`Plan`]): frequencies and a cadence each. [`Generator`] plays
//! them, [`Supervisor`] recognises them on lines that have no other signalling. [`FaxDetector`],
//! [`BeepDetector`] and [`AnswerDetector`] tell who or what has answered an outbound call.
//!
//! ```
//! use media_core::tone::{Generator, Heard, Meaning, Plan, Supervisor};
//!
//! let busy = Plan::CHINA.tone(Meaning::Busy).expect("every plan has one");
//! let mut generator = Generator::new(busy, -10);
//! let mut supervisor = Supervisor::new(&Plan::CHINA);
//! let mut heard = None;
//! for _ in 0..150 {
//!     let mut frame = [0; 160];
//!     generator.generate(&mut frame);
//!     supervisor.listen(&frame, |h: Heard| heard = Some(h.meaning));
//! }
//! assert_eq!(heard, Some(Meaning::Busy));
//! ```

mod answer;
mod beep;
mod fax;
mod generator;
mod lines;
mod oscillator;
mod plan;
mod supervisor;

pub use answer::{Answer, AnswerConfig, AnswerDetector, AnswerEvent};
pub use beep::{Beep, BeepDetector};
pub use fax::{FaxDetector, FaxTone};
pub use generator::Generator;
pub(crate) use oscillator::limit;
pub use oscillator::{Oscillator, amplitude};
pub use plan::{BEEP, Cadence, FAX_ANSWER, FAX_CALLING, Meaning, Plan, Step, Tone};
pub use supervisor::{FREQUENCIES_MAX, Heard, Supervisor};
