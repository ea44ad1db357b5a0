//! One integration-test binary: every module below is one behaviour.

mod agc;
mod answer;
mod answer_speech;
mod cng;
mod dtmf;
mod event;
mod g711;
#[cfg(feature = "std")]
mod harness;
mod jitter;
#[cfg(feature = "std")]
mod memory;
mod mix;
#[cfg(feature = "opus")]
mod ogg;
#[cfg(feature = "opus")]
mod opus;
mod peer;
mod plc;
mod quality;
mod record;
#[cfg(feature = "resample")]
mod resample;
#[cfg(feature = "std")]
mod robust;
mod rtcp;
mod rtp;
mod signal;
mod talk_off;
mod tone;
mod vad;
mod wav;
#[cfg(feature = "std")]
mod wav_peers;
