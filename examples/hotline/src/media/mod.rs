//! The sound of the call centre: sockets, legs, calls, prompts, music, messages.

pub(crate) mod call;
pub(crate) mod leg;
pub(crate) mod ports;
pub(crate) mod sound;
pub(crate) mod srtp;
pub(crate) mod voicemail;
