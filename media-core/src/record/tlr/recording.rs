//! The thread behind a [`Recorder`](super::Recorder): what it is told, and what it does.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::time::Duration;
use std::collections::HashMap;
use std::fs::File;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Instant;

use super::content::{ClockPoint, Mark};
use super::error::TlrError;
use super::writer::Writer;
use crate::record::{Format, Samples};

/// Bytes of sound one message carries: 20 ms of linear samples at 8 kHz, 40 ms of G.711.
pub(super) const FRAME: usize = 320;

#[allow(
    clippy::large_enum_variant,
    reason = "nearly all are frames, and a box for each would allocate in the media thread"
)]
pub(super) enum Message {
    Open(u64, Arc<State>, Box<Writer<File>>),
    Frame { call: u64, channel: u8, format: Format, position: u64, len: u16, bytes: [u8; FRAME] },
    Packet { call: u64, channel: u8, position: u64, samples: u32, len: u16, bytes: [u8; FRAME] },
    LongPacket { call: u64, channel: u8, position: u64, samples: u32, bytes: Box<[u8]> },
    Mark(u64, Mark),
    Clock(u64, ClockPoint),
    Meta(u64, Box<(String, String)>),
    Finish(u64, SyncSender<Result<(), TlrError>>),
}

#[derive(Default)]
pub(super) struct State {
    error: Mutex<Option<TlrError>>,
}

impl State {
    pub(super) fn error(&self) -> Option<TlrError> {
        *self.error.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn fail(&self, error: TlrError) {
        *self.error.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(error);
    }
}

struct Open {
    state: Arc<State>,
    writer: Box<Writer<File>>,
    synced: u64,
}

/// Does what the messages say, until nobody can send any more.
pub(super) fn record(receiver: &Receiver<Message>, sync_every: Option<Duration>) {
    let mut calls: HashMap<u64, Open> = HashMap::new();
    let mut synced = Instant::now();
    loop {
        let message = match sync_every {
            Some(every) => match receiver.recv_timeout(every.saturating_sub(synced.elapsed())) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            },
            None => match receiver.recv() {
                Ok(message) => Some(message),
                Err(_) => return,
            },
        };
        if let Some(message) = message {
            obey(&mut calls, message);
        }
        if sync_every.is_some_and(|every| synced.elapsed() >= every) {
            calls.values_mut().for_each(Open::sync);
            synced = Instant::now();
        }
    }
}

fn obey(calls: &mut HashMap<u64, Open>, message: Message) {
    let (call, result) = match message {
        Message::Open(call, state, writer) => {
            calls.insert(call, Open { state, writer, synced: 0 });
            return;
        }
        Message::Finish(call, reply) => {
            // Nobody may be waiting any more.
            let _ = reply.send(calls.remove(&call).map_or(Ok(()), Open::finish));
            return;
        }
        Message::Frame { call, channel, format, position, len, bytes } => (call, {
            let write =
                |open: &mut Open| write(&mut open.writer, channel, format, position, len, &bytes);
            calls.get_mut(&call).map(write)
        }),
        Message::Packet { call, channel, position, samples, len, bytes } => (call, {
            let packet = &bytes[..usize::from(len)];
            let write = |open: &mut Open| open.writer.packet(channel, position, samples, packet);
            calls.get_mut(&call).map(write)
        }),
        Message::LongPacket { call, channel, position, samples, bytes } => (call, {
            let write = |open: &mut Open| open.writer.packet(channel, position, samples, &bytes);
            calls.get_mut(&call).map(write)
        }),
        Message::Mark(call, mark) => {
            (call, calls.get_mut(&call).map(|open| open.writer.mark(&mark)))
        }
        Message::Clock(call, point) => {
            (call, calls.get_mut(&call).map(|open| open.writer.clock(&point)))
        }
        Message::Meta(call, pair) => {
            (call, calls.get_mut(&call).map(|open| open.writer.meta(&pair.0, &pair.1)))
        }
    };
    if let (Some(open), Some(result)) = (calls.get(&call), result) {
        open.keep(result);
    }
}

fn write(
    writer: &mut Writer<File>,
    channel: u8,
    format: Format,
    position: u64,
    len: u16,
    bytes: &[u8; FRAME],
) -> Result<(), TlrError> {
    let len = usize::from(len);
    match format {
        Format::Ulaw => writer.write(channel, position, Samples::Ulaw(&bytes[..len])),
        Format::Alaw => writer.write(channel, position, Samples::Alaw(&bytes[..len])),
        Format::Pcm16 => {
            let mut samples = [0; FRAME / 2];
            for (x, pair) in samples.iter_mut().zip(bytes.chunks_exact(2)) {
                *x = i16::from_le_bytes([pair[0], pair[1]]);
            }
            writer.write(channel, position, Samples::Pcm16(&samples[..len]))
        }
    }
}

impl Open {
    /// A first error is the call's for good; later ones follow from it.
    fn keep(&self, result: Result<(), TlrError>) {
        if let Err(error) = result {
            if self.state.error().is_none() {
                self.state.fail(error);
            }
        }
    }

    fn sync(&mut self) {
        if self.writer.len() > self.synced {
            self.synced = self.writer.len();
            let result = self.writer.get_ref().sync_data();
            self.keep(result.map_err(TlrError::from));
        }
    }

    fn finish(self) -> Result<(), TlrError> {
        if let Some(error) = self.state.error() {
            return Err(error);
        }
        Ok(self.writer.finish()?.sync_data()?)
    }
}
