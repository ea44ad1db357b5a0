//! The thread behind a [`Recorder`](super::Recorder): what it is told, and what it does.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::time::Duration;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Instant;

use super::content::{ClockPoint, Mark};
use super::error::TlrError;
use super::writer::Writer;
use crate::record::{Format, Samples};

/// Bytes of sound one message carries: 20 ms of linear samples at 8 kHz, 40 ms of G.711.
pub(super) const FRAME: usize = 320;

/// What a recording is written into.
pub(super) trait Disk: Write {
    /// Returns when all that was written would survive a loss of power.
    fn sync(&self) -> io::Result<()>;
}

impl Disk for File {
    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

#[allow(
    clippy::large_enum_variant,
    reason = "nearly all are frames, and a box for each would allocate in the media thread"
)]
pub(super) enum Message<D = File> {
    Open(u64, Arc<State>, Box<Writer<D>>),
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

struct Open<D> {
    state: Arc<State>,
    writer: Box<Writer<D>>,
    /// Bytes known to be on the disk.
    synced: u64,
}

/// Does what the messages say, until nobody can send any more.
pub(super) fn record(receiver: &Receiver<Message>, sync_every: Option<Duration>) {
    let (start, mut desk) = (Instant::now(), Desk::new(sync_every));
    loop {
        let message = match desk.deadline() {
            Some(at) => match receiver.recv_timeout(at.saturating_sub(start.elapsed())) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            },
            None => match receiver.recv() {
                Ok(message) => Some(message),
                Err(_) => return,
            },
        };
        desk.handle(start.elapsed(), message);
    }
}

/// All calls being recorded: the thread's work, but for its clock and its queue.
struct Desk<D> {
    calls: HashMap<u64, Open<D>>,
    sync_every: Option<Duration>,
    /// When the files were forced to the disk last, after the start.
    synced: Duration,
    /// Whether a file has grown since.
    grown: bool,
}

impl<D: Disk> Desk<D> {
    fn new(sync_every: Option<Duration>) -> Self {
        Self { calls: HashMap::new(), sync_every, synced: Duration::ZERO, grown: false }
    }

    /// When to be called again without a message; not before one comes, if `None`.
    fn deadline(&self) -> Option<Duration> {
        self.sync_every.filter(|_| self.grown).map(|every| self.synced.saturating_add(every))
    }

    /// Does what a message says, and syncs if it is time.
    fn handle(&mut self, now: Duration, message: Option<Message<D>>) {
        if let Some(message) = message {
            self.grown |= self.obey(message);
        }
        if self.deadline().is_some_and(|at| at <= now) {
            self.calls.values_mut().for_each(Open::sync);
            (self.synced, self.grown) = (now, false);
        }
    }

    /// Whether there is something to sync after it.
    fn obey(&mut self, message: Message<D>) -> bool {
        let call = match &message {
            Message::Finish(call, _) | Message::Open(call, ..) => *call,
            Message::Frame { call, .. }
            | Message::Packet { call, .. }
            | Message::LongPacket { call, .. } => *call,
            Message::Mark(call, _) | Message::Clock(call, _) | Message::Meta(call, _) => *call,
        };
        match message {
            Message::Open(_, state, writer) => {
                self.calls.insert(call, Open { state, writer, synced: 0 });
            }
            Message::Finish(_, reply) => {
                // Nobody may be waiting any more.
                let _ = reply.send(self.calls.remove(&call).map_or(Ok(()), Open::finish));
            }
            more => {
                if let Some(open) = self.calls.get_mut(&call) {
                    let result = open.take(more);
                    open.keep(result);
                }
            }
        }
        self.calls.get(&call).is_some_and(|open| open.writer.len() > open.synced)
    }
}

fn write<D: Disk>(
    writer: &mut Writer<D>,
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

impl<D: Disk> Open<D> {
    fn take(&mut self, message: Message<D>) -> Result<(), TlrError> {
        let writer = &mut self.writer;
        match message {
            Message::Frame { channel, format, position, len, bytes, .. } => {
                write(writer, channel, format, position, len, &bytes)
            }
            Message::Packet { channel, position, samples, len, bytes, .. } => {
                writer.packet(channel, position, samples, &bytes[..usize::from(len)])
            }
            Message::LongPacket { channel, position, samples, bytes, .. } => {
                writer.packet(channel, position, samples, &bytes)
            }
            Message::Mark(_, mark) => writer.mark(&mark),
            Message::Clock(_, point) => writer.clock(&point),
            Message::Meta(_, pair) => writer.meta(&pair.0, &pair.1),
            // A call's beginning and end are its desk's.
            Message::Open(..) | Message::Finish(..) => Ok(()),
        }
    }

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
            let result = self.writer.get_ref().sync();
            self.keep(result.map_err(TlrError::from));
        }
    }

    fn finish(self) -> Result<(), TlrError> {
        if let Some(error) = self.state.error() {
            return Err(error);
        }
        Ok(self.writer.finish()?.sync()?)
    }
}

#[cfg(test)]
mod tests {
    use alloc::rc::Rc;
    use alloc::vec::Vec;
    use core::cell::{Cell, RefCell};
    use std::io::Cursor;
    use std::sync::mpsc::sync_channel;

    use super::super::{Channel, Head, Options, Unlock, recover, verify};
    use super::*;

    /// A disk that counts how often it is forced, and fails on demand as a broken one does.
    #[derive(Clone, Default)]
    struct Counting {
        written: Rc<RefCell<Vec<u8>>>,
        /// How much was written when it was forced, each time.
        synced: Rc<RefCell<Vec<usize>>>,
        /// No more is written than this, if not 0.
        room: Rc<Cell<usize>>,
        /// What forcing it gives, if not 0, and what writing gives when the room is used up.
        error: Rc<Cell<i32>>,
    }

    impl Write for Counting {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut written = self.written.borrow_mut();
            let room = match self.room.get() {
                0 => bytes.len(),
                room => room.saturating_sub(written.len()).min(bytes.len()),
            };
            if room == 0 && !bytes.is_empty() {
                return Err(io::Error::from_raw_os_error(self.error.get()));
            }
            written.extend_from_slice(&bytes[..room]);
            Ok(room)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Disk for Counting {
        fn sync(&self) -> io::Result<()> {
            self.synced.borrow_mut().push(self.written.borrow().len());
            match self.error.get() {
                0 => Ok(()),
                error => Err(io::Error::from_raw_os_error(error)),
            }
        }
    }

    /// As Linux numbers them.
    const EIO: i32 = 5;
    const ENOSPC: i32 = 28;

    /// A desk and its clock, in milliseconds.
    struct Bench {
        desk: Desk<Counting>,
        now: u64,
    }

    impl Bench {
        fn new(sync_every: Option<u64>) -> Self {
            Self { desk: Desk::new(sync_every.map(Duration::from_millis)), now: 0 }
        }

        fn tell(&mut self, message: Message<Counting>) {
            self.desk.handle(Duration::from_millis(self.now), Some(message));
        }

        /// Begins a call of one channel, in blocks of 100 ms.
        fn open(&mut self, call: u64) -> (Counting, Arc<State>) {
            let (disk, state) = (Counting::default(), Arc::<State>::default());
            let channels = alloc::vec![Channel::telephone(Format::Ulaw, "caller")];
            let options = Options { block_ms: 100, ..Options::new([1; 16]) };
            let head = Head { channels, ..Head::default() };
            let writer = Writer::create(disk.clone(), &head, options).unwrap();
            self.tell(Message::Open(call, Arc::clone(&state), Box::new(writer)));
            (disk, state)
        }

        /// A frame of 20 ms, as many milliseconds later; the clock's wakings in between are kept.
        fn frame(&mut self, call: u64, n: u64) {
            let before = self.now;
            self.now += 20;
            while let Some(at) = self.desk.deadline().filter(|at| at.as_millis() < self.now.into())
            {
                assert!(at.as_millis() >= before.into(), "a time that is past wakes for ever");
                self.desk.handle(at, None);
            }
            let (channel, format, position, len) = (0, Format::Ulaw, n * 160, 160);
            let bytes = core::array::from_fn(|i| 0x80 | (i * i + n as usize) as u8);
            self.tell(Message::Frame { call, channel, format, position, len, bytes });
        }

        fn finish(&mut self, call: u64) -> Result<(), TlrError> {
            let (reply, answer) = sync_channel(1);
            self.tell(Message::Finish(call, reply));
            answer.recv().unwrap()
        }
    }

    #[test]
    fn never_means_when_the_call_ends() {
        let mut bench = Bench::new(None);
        let (disk, _) = bench.open(1);
        (0..500).for_each(|n| bench.frame(1, n));
        assert!(disk.synced.borrow().is_empty());
        assert_eq!(bench.desk.deadline(), None);
        bench.finish(1).unwrap();
        assert_eq!(*disk.synced.borrow(), [disk.written.borrow().len()]);
    }

    #[test]
    fn no_time_at_all_means_every_block() {
        let mut bench = Bench::new(Some(0));
        let (disk, _) = bench.open(1);
        assert_eq!(disk.synced.borrow().len(), 1, "the head");
        for n in 0..50 {
            bench.frame(1, n);
            assert_eq!(disk.synced.borrow().len() as u64, 1 + (n + 1) / 5, "frame {n}");
            assert_eq!(disk.synced.borrow().last(), Some(&disk.written.borrow().len()));
            assert_eq!(bench.desk.deadline(), None, "nothing is left to wake for");
        }
        bench.finish(1).unwrap();
        assert_eq!(disk.synced.borrow().len(), 12);
    }

    #[test]
    fn a_period_batches_all_calls_and_lets_no_byte_wait_longer() {
        let mut bench = Bench::new(Some(1000));
        let disks: Vec<_> = (0..3).map(|call| bench.open(call).0).collect();
        let mut written: [Vec<(u64, usize)>; 3] = Default::default();
        for n in 0..500 {
            for call in 0..3 {
                // Frames of all three at the same time.
                bench.now -= if call > 0 { 20 } else { 0 };
                bench.frame(call, n);
                let (disk, written) = (&disks[call as usize], &mut written[call as usize]);
                written.push((bench.now, disk.written.borrow().len()));
                let safe = disk.synced.borrow().last().copied().unwrap_or(0);
                let oldest = written.iter().find(|(_, len)| *len > safe);
                assert!(oldest.is_none_or(|(since, _)| bench.now - since <= 1000));
            }
        }
        // Ten seconds, and a sync each.
        for disk in &disks {
            assert_eq!(disk.synced.borrow().len(), 10);
        }
        // Nobody speaks: what is left is synced in its time, and then nothing wakes the thread.
        bench.desk.handle(Duration::from_secs(11), None);
        assert_eq!(bench.desk.deadline(), None);
        let counts: Vec<_> = disks.iter().map(|disk| disk.synced.borrow().len()).collect();
        bench.desk.handle(Duration::from_secs(60), None);
        assert!(disks.iter().map(|disk| disk.synced.borrow().len()).eq(counts));
    }

    #[test]
    fn a_disk_that_cannot_sync_fails_its_call_and_no_other() {
        let mut bench = Bench::new(Some(1000));
        let ((ill, told), (well, fine)) = (bench.open(1), bench.open(2));
        ill.error.set(EIO);
        (0..100).for_each(|n| (1..3).for_each(|call| bench.frame(call, n)));
        assert_eq!((told.error(), fine.error()), (Some(TlrError::Device), None));
        assert_eq!(bench.finish(1), Err(TlrError::Device));
        assert_eq!(bench.finish(2), Ok(()));
        assert!(verify(Cursor::new(&*well.written.borrow())).unwrap().is_intact());
    }

    #[test]
    fn a_full_or_broken_disk_fails_its_call_and_leaves_what_it_took() {
        let full = TlrError::Io(io::ErrorKind::StorageFull);
        for (error, want) in [(ENOSPC, full), (EIO, TlrError::Device)] {
            for room in (300..1500).step_by(37) {
                let mut bench = Bench::new(None);
                let (disk, state) = bench.open(1);
                disk.error.set(error);
                disk.room.set(room);
                (0..100).for_each(|n| bench.frame(1, n));
                assert_eq!(state.error(), Some(want), "{room}");
                assert_eq!(bench.finish(1), Err(want));
                let (written, mut whole) = (disk.written.borrow(), Vec::new());
                let found =
                    recover(Cursor::new(&*written), &mut whole, &Unlock::Nothing, None).unwrap();
                assert!(found.damaged.iter().all(|range| range.end == room as u64));
                assert!(verify(Cursor::new(&whole)).unwrap().is_intact());
            }
        }
    }
}
