//! Many calls recorded at once by one thread of their own.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{Builder, JoinHandle};

use super::content::{ClockPoint, Head, Mark, MarkKind};
use super::error::TlrError;
use super::recording::{FRAME, Message, State, record};
use super::writer::{Options, Writer, check_packet};
use crate::record::Samples;

/// How a [`Recorder`] works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Messages (frames, marks) that may wait; the memory for all is taken at the start, about 400
    /// bytes each.
    pub queue: usize,
    /// How long what was written may wait until it is forced to the disk, with that of all other
    /// calls: zero forces each block at once, `None` leaves it to the system until a call ends. A
    /// file that is finished is forced in any case.
    pub sync_every: Option<Duration>,
}

impl Default for Policy {
    /// 65,536 messages (a second of 650 two-party calls), synced every five seconds.
    fn default() -> Self {
        Self { queue: 1 << 16, sync_every: Some(Duration::from_secs(5)) }
    }
}

/// A thread that records any number of calls.
///
/// A media thread hands it frames through [`Call`] and never waits: when the queue is full the
/// frame is dropped, counted, and marked in the recording as soon as there is room.
#[derive(Debug)]
pub struct Recorder {
    sender: Option<SyncSender<Message>>,
    thread: Option<JoinHandle<()>>,
    next: AtomicU64,
    dropped: Arc<AtomicU64>,
}

impl Recorder {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`TlrError::Io`] when the system gives none.
    pub fn start(policy: Policy) -> Result<Self, TlrError> {
        let (sender, receiver) = sync_channel(policy.queue);
        let thread = Builder::new()
            .name("tlr-recorder".into())
            .spawn(move || record(&receiver, policy.sync_every))?;
        let next = AtomicU64::new(0);
        Ok(Self { sender: Some(sender), thread: Some(thread), next, dropped: Arc::default() })
    }

    /// Begins a recording in a new file. Waits for the file system and, when the queue is full, for
    /// the thread: not for a media thread.
    ///
    /// # Errors
    /// As [`Writer::create`], and [`TlrError::Io`] when the file is there already.
    pub fn open(&self, path: &Path, head: &Head, options: Options) -> Result<Call, TlrError> {
        let file = File::options().write(true).create_new(true).open(path)?;
        let writer = Writer::create(file, head, options)?;
        let sender = self.sender.clone().ok_or(TlrError::Io(io::ErrorKind::BrokenPipe))?;
        let call = self.next.fetch_add(1, Ordering::Relaxed);
        let state = Arc::<State>::default();
        sender
            .send(Message::Open(call, Arc::clone(&state), Box::new(writer)))
            .map_err(|_| TlrError::Io(io::ErrorKind::BrokenPipe))?;
        let parties = alloc::vec![Party::default(); head.channels.len()];
        let (owed, dropped) = (Vec::with_capacity(OWED), Arc::clone(&self.dropped));
        Ok(Call { call, sender, state, parties, owed, dropped: 0, dropped_by_all: dropped })
    }

    /// Samples dropped because the queue was full, over all calls.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl Drop for Recorder {
    /// Waits until every [`Call`] is finished or gone and its file closed.
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported where it happened.
            let _ = thread.join();
        }
    }
}

/// Pauses whose marks may wait for room in the queue before more memory is taken.
const OWED: usize = 16;

#[derive(Clone, Copy, Default)]
struct Party {
    /// The stretch dropped since a frame was last taken.
    lost: Option<(u64, u64)>,
    paused: Option<u64>,
}

/// One call being recorded. Dropped unfinished, it is closed without anybody waiting, what was lost
/// or paused at its end marked; if there is no room in the queue even for that, its file stays
/// unclosed, for [`recover`](super::recover).
pub struct Call {
    call: u64,
    sender: SyncSender<Message>,
    state: Arc<State>,
    /// By channel.
    parties: Vec<Party>,
    /// Marks of pauses for which there was no room in the queue yet.
    owed: Vec<Mark>,
    dropped: u64,
    dropped_by_all: Arc<AtomicU64>,
}

impl Drop for Call {
    fn drop(&mut self) {
        // After `finish` this finds nothing to do.
        self.owe_the_last();
        self.settle();
        let (reply, _) = sync_channel(1);
        let _ = self.sender.try_send(Message::Finish(self.call, reply));
    }
}

impl core::fmt::Debug for Call {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Call").field("call", &self.call).finish_non_exhaustive()
    }
}

impl Call {
    /// Hands over samples, as [`Writer::write`] takes them, without waiting or allocating; returns
    /// whether all were taken. Frames up to 320 bytes go in one piece.
    ///
    /// # Errors
    /// What the thread met with this call before; the call records no more then.
    /// [`TlrError::Channel`] for one that is not there.
    pub fn write(
        &mut self,
        channel: u8,
        position: u64,
        samples: Samples<'_>,
    ) -> Result<bool, TlrError> {
        let count = self.admit(channel, position, samples.len() as u64)? as usize;
        let format = samples.format();
        let step = FRAME / format.bytes();
        let mut taken = true;
        for from in (0..count).step_by(step) {
            let len = step.min(count - from);
            let mut bytes = [0; FRAME];
            match samples {
                Samples::Ulaw(s) | Samples::Alaw(s) => {
                    bytes[..len].copy_from_slice(&s[from..from + len]);
                }
                Samples::Pcm16(s) => {
                    for (to, x) in bytes.chunks_exact_mut(2).zip(&s[from..from + len]) {
                        to.copy_from_slice(&x.to_le_bytes());
                    }
                }
            }
            let (call, position, count) = (self.call, position + from as u64, len as u16);
            let frame = Message::Frame { call, channel, format, position, len: count, bytes };
            taken &= self.offer(channel, position, len as u64, frame)?;
        }
        Ok(taken)
    }

    /// Hands over an Opus packet, as [`Writer::packet`] takes it, without waiting, and without
    /// allocating if it has at most 320 bytes; returns whether it was taken.
    ///
    /// # Errors
    /// As [`write`](Self::write), [`TlrError::TooLong`] for a packet over 65,535 bytes, and
    /// [`TlrError::Block`] for one over 2²² samples.
    pub fn packet(
        &mut self,
        channel: u8,
        position: u64,
        samples: u32,
        packet: &[u8],
    ) -> Result<bool, TlrError> {
        check_packet(samples, packet)?;
        // A packet cannot be cut where a pause begins: none of it is kept.
        if self.admit(channel, position, samples.into())? < u64::from(samples) {
            return Ok(true);
        }
        let (call, mut bytes) = (self.call, [0; FRAME]);
        let message = match bytes.get_mut(..packet.len()) {
            Some(front) => {
                front.copy_from_slice(packet);
                let len = packet.len() as u16;
                Message::Packet { call, channel, position, samples, len, bytes }
            }
            None => {
                let bytes = packet.into();
                Message::LongPacket { call, channel, position, samples, bytes }
            }
        };
        self.offer(channel, position, samples.into(), message)
    }

    /// Adds a mark, if there is room in the queue for it; returns whether there was.
    ///
    /// # Errors
    /// What the thread met with this call before.
    pub fn mark(&mut self, mark: Mark) -> Result<bool, TlrError> {
        self.tell(Message::Mark(self.call, mark))
    }

    /// Notes where a channel's clock stands, if there is room in the queue; returns whether there
    /// was.
    ///
    /// # Errors
    /// What the thread met with this call before.
    pub fn clock(&mut self, point: ClockPoint) -> Result<bool, TlrError> {
        self.tell(Message::Clock(self.call, point))
    }

    /// Adds metadata that became known during the call, if there is room in the queue; returns
    /// whether there was. A later value of a key counts.
    ///
    /// # Errors
    /// What the thread met with this call before.
    pub fn meta(&mut self, key: &str, value: &str) -> Result<bool, TlrError> {
        self.tell(Message::Meta(self.call, Box::new((key.into(), value.into()))))
    }

    /// Pauses a channel from this position on: until [`resume`](Self::resume) its sound is refused
    /// here and reaches no queue, buffer or disk, whatever the thread is doing. Does nothing for a
    /// channel that is paused already or not there.
    pub fn pause(&mut self, channel: u8, position: u64) {
        if let Some(party) = self.parties.get_mut(usize::from(channel)) {
            party.paused.get_or_insert(position);
        }
    }

    /// Ends a pause at this position; the stretch is marked as soon as the queue has room.
    pub fn resume(&mut self, channel: u8, position: u64) {
        let party = self.parties.get_mut(usize::from(channel));
        if let Some(from) = party.and_then(|party| party.paused.take()) {
            let (len, kind) = (position.saturating_sub(from), MarkKind::Paused);
            self.owed.push(Mark { channel, position: from, len, kind, text: String::new() });
            self.settle();
        }
    }

    /// Samples of this call dropped because the queue was full.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Closes the recording and waits until it is on its way to the disk.
    ///
    /// # Errors
    /// What the thread met with this call, now or before; the file can be recovered.
    pub fn finish(mut self) -> Result<(), TlrError> {
        let gone = TlrError::Io(io::ErrorKind::BrokenPipe);
        self.owe_the_last();
        for mark in core::mem::take(&mut self.owed) {
            self.sender.send(Message::Mark(self.call, mark)).map_err(|_| gone)?;
        }
        let (reply, answer) = sync_channel(1);
        self.sender.send(Message::Finish(self.call, reply)).map_err(|_| gone)?;
        answer.recv().map_err(|_| gone)?
    }

    /// At the end of the call: what no later frame will bring to be marked.
    fn owe_the_last(&mut self) {
        for channel in 0..self.parties.len() {
            // A pause that lasts to the end has no length of its own.
            if let Some(from) = self.parties[channel].paused {
                self.resume(channel as u8, from);
            }
            let overload = self.overload(channel as u8);
            self.owed.extend(overload);
        }
    }

    /// How many of the samples at a position may be handed on.
    fn admit(&self, channel: u8, position: u64, len: u64) -> Result<u64, TlrError> {
        if let Some(error) = self.state.error() {
            return Err(error);
        }
        let party = self.parties.get(usize::from(channel)).ok_or(TlrError::Channel(channel))?;
        if position.checked_add(len).is_none() {
            return Err(TlrError::Backwards { channel, expected: 0 });
        }
        Ok(party.paused.map_or(len, |from| from.saturating_sub(position).min(len)))
    }

    /// Sends sound, or counts it as dropped.
    fn offer(
        &mut self,
        channel: u8,
        position: u64,
        len: u64,
        sound: Message,
    ) -> Result<bool, TlrError> {
        if self.settle() && self.tell_of_loss(channel) && self.send(sound)? {
            return Ok(true);
        }
        let lost = &mut self.parties[usize::from(channel)].lost;
        let start = lost.map_or(position, |(start, _)| start);
        *lost = Some((start, position + len));
        self.dropped += len;
        self.dropped_by_all.fetch_add(len, Ordering::Relaxed);
        Ok(false)
    }

    fn tell(&mut self, message: Message) -> Result<bool, TlrError> {
        match self.state.error() {
            Some(error) => Err(error),
            None => self.send(message),
        }
    }

    /// Sends the marks that had to wait, in order; `false` when there is still no room.
    fn settle(&mut self) -> bool {
        while let Some(mark) = self.owed.first() {
            if !matches!(self.send(Message::Mark(self.call, mark.clone())), Ok(true)) {
                return false;
            }
            self.owed.remove(0);
        }
        true
    }

    fn overload(&mut self, channel: u8) -> Option<Mark> {
        let (position, end) = self.parties[usize::from(channel)].lost.take()?;
        let (len, kind) = (end - position, MarkKind::Overload);
        Some(Mark { channel, position, len, kind, text: String::new() })
    }

    /// Marks what was dropped on a channel; `false` when there is still no room.
    fn tell_of_loss(&mut self, channel: u8) -> bool {
        let before = self.parties[usize::from(channel)].lost;
        let Some(mark) = self.overload(channel) else {
            return true;
        };
        let told = matches!(self.send(Message::Mark(self.call, mark)), Ok(true));
        if !told {
            self.parties[usize::from(channel)].lost = before;
        }
        told
    }

    fn send(&self, message: Message) -> Result<bool, TlrError> {
        match self.sender.try_send(message) {
            Ok(()) => Ok(true),
            Err(TrySendError::Full(_)) => Ok(false),
            Err(TrySendError::Disconnected(_)) => Err(TlrError::Io(io::ErrorKind::BrokenPipe)),
        }
    }
}
