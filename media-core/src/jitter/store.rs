//! Where packets wait: payloads in blocks of one arena, their records in order of timestamp.

/// Bytes of a block: 10 ms of G.711.
const BLOCK: usize = 80;
/// Blocks of the arena, one bit each in a word.
const BLOCKS: usize = 64;
/// The most packets waiting at once.
const PACKETS: usize = 64;

/// What a packet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Audio,
    ComfortNoise,
}

/// A waiting packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// Timestamp, unwrapped.
    pub(super) at: i64,
    pub(super) sequence: u16,
    pub(super) kind: Kind,
    len: u16,
    block: u8,
}

const EMPTY: Record = Record { at: 0, sequence: 0, kind: Kind::Audio, len: 0, block: 0 };

/// Why a packet was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// A packet of this timestamp is here already.
    Duplicate,
    /// No block, no record.
    Full,
}

#[derive(Clone, Debug)]
pub(super) struct Store {
    arena: [u8; BLOCK * BLOCKS],
    /// A set bit is a free block.
    free: u64,
    records: [Record; PACKETS],
    len: usize,
}

impl Store {
    pub(super) const fn new() -> Self {
        Store { arena: [0; BLOCK * BLOCKS], free: u64::MAX, records: [EMPTY; PACKETS], len: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn first(&self) -> Option<&Record> {
        self.records[..self.len].first()
    }

    pub(super) fn payload(&self, record: &Record) -> &[u8] {
        let start = usize::from(record.block) * BLOCK;
        self.arena.get(start..start + usize::from(record.len)).unwrap_or(&[])
    }

    /// Whether a payload of this length could ever be taken.
    pub(super) const fn fits(len: usize) -> bool {
        len > 0 && len <= BLOCK * BLOCKS / 4
    }

    pub(super) fn insert(
        &mut self,
        at: i64,
        sequence: u16,
        kind: Kind,
        payload: &[u8],
    ) -> Result<(), Refused> {
        // Packets mostly come in order: the search from the end ends at once.
        let mut place = self.len;
        while place > 0 && self.records[place - 1].at >= at {
            if self.records[place - 1].at == at {
                return Err(Refused::Duplicate);
            }
            place -= 1;
        }
        let block = if self.len < PACKETS { self.take(payload.len()) } else { None };
        let block = block.ok_or(Refused::Full)?;
        let start = usize::from(block) * BLOCK;
        self.arena[start..start + payload.len()].copy_from_slice(payload);
        self.records.copy_within(place..self.len, place + 1);
        self.records[place] = Record { at, sequence, kind, len: payload.len() as u16, block };
        self.len += 1;
        Ok(())
    }

    pub(super) fn remove_first(&mut self) {
        if self.len > 0 {
            let Record { len, block, .. } = self.records[0];
            self.free |= blocks(usize::from(len)) << block;
            self.records.copy_within(1..self.len, 0);
            self.len -= 1;
        }
    }

    pub(super) fn clear(&mut self) {
        self.free = u64::MAX;
        self.len = 0;
    }

    /// The first run of free blocks long enough.
    fn take(&mut self, len: usize) -> Option<u8> {
        let need = len.div_ceil(BLOCK);
        let mut runs = self.free;
        // A bit stays set where `done` blocks from it on are free.
        let mut done = 1;
        while done < need {
            let step = done.min(need - done);
            runs &= runs >> step;
            done += step;
        }
        let block = runs.trailing_zeros() as u8;
        if usize::from(block) >= BLOCKS {
            return None;
        }
        self.free &= !(blocks(len) << block);
        Some(block)
    }
}

/// As many low bits as `len` bytes need blocks; fewer than all, as [`Store::fits`] says.
const fn blocks(len: usize) -> u64 {
    (1 << len.div_ceil(BLOCK)) - 1
}
