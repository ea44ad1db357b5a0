//! The sound of a recording: block by block as it was written, or any stretch as linear samples.

use alloc::vec::Vec;
use std::io::{Read, Seek};

use super::Reader;
use crate::record::block::memory_for;
use crate::record::law::{ALAW, ULAW};
use crate::record::tlr::content::{self, Coding, IndexEntry};
use crate::record::tlr::error::TlrError;
use crate::record::tlr::frame::Kind;
use crate::record::tlr::opened::open_body;
use crate::record::tlr::play::OPUS_STEP;
use crate::record::{Format, Samples, SamplesMut, block_info, decode_beside, decode_in};

/// The samples of one block, as they were given to the writer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sound {
    /// G.711 bytes of the channel's law.
    G711(Vec<u8>),
    /// 16-bit linear.
    Pcm16(Vec<i16>),
    /// Opus packets and the samples each covers.
    Packets(Vec<(u32, Vec<u8>)>),
}

/// The block read last.
pub(super) struct Cached {
    offset: u64,
    channel: u8,
    /// `None` if it is damaged.
    samples: Option<Vec<i16>>,
}

impl<R: Read + Seek> Reader<R> {
    /// Fills `out` with a channel's linear samples from `position` on; what was never recorded or
    /// is lost is silence. Returns how many samples of `out` were recorded.
    ///
    /// With the feature `opus`, an Opus channel is decoded to 8 kHz: every sixth position of its
    /// 48 kHz clock is a sample.
    ///
    /// # Errors
    /// [`TlrError::Channel`], [`TlrError::Format`] for an Opus channel without the feature,
    /// [`TlrError::Io`].
    pub fn read(&mut self, channel: u8, position: u64, out: &mut [i16]) -> Result<usize, TlrError> {
        let known =
            self.head.channels.get(usize::from(channel)).ok_or(TlrError::Channel(channel))?;
        let coding = known.coding;
        let step = match coding {
            Coding::Lossless(_) => 1,
            Coding::Opus if cfg!(feature = "opus") => OPUS_STEP,
            Coding::Opus => return Err(TlrError::Format(channel)),
        };
        out.fill(0);
        let from = self.first_beyond(channel, position);
        // From here on in samples heard.
        let position = position / step;
        let end = position.saturating_add(out.len() as u64);
        let mut recorded = 0;
        for i in from..self.index.len() {
            let entry = self.index[i];
            let at = entry.position / step;
            if entry.channel != channel || at >= end {
                break;
            }
            let Some(samples) = self.linear(i, coding)? else {
                continue;
            };
            let stop = at.saturating_add(samples.len() as u64);
            let (start, stop) = (at.max(position), end.min(stop));
            if start < stop {
                let to = &mut out[(start - position) as usize..(stop - position) as usize];
                let skip = (start - at) as usize;
                to.copy_from_slice(&samples[skip..skip + to.len()]);
                recorded += to.len();
            }
        }
        Ok(recorded)
    }

    /// One block's sound as it was written.
    ///
    /// # Errors
    /// [`TlrError::Damaged`] when it is not there whole, [`TlrError::Io`].
    pub fn sound(&mut self, entry: &IndexEntry) -> Result<Sound, TlrError> {
        let damaged = TlrError::Damaged(entry.offset);
        let (kind, body) = self.body(entry)?;
        if kind == Kind::Pair {
            let pair = content::parse_pair(&body).ok_or(damaged)?;
            let first = unpack(pair.blocks[0], None, pair.len).ok_or(damaged)?;
            if entry.channel == pair.channels[0] {
                return Ok(first);
            }
            let law = self.head.channels.get(usize::from(pair.channels[0])).map(|c| c.coding);
            let other = match &first {
                Sound::Pcm16(samples) => Samples::Pcm16(samples),
                Sound::G711(codes) if law == Some(Coding::Lossless(Format::Alaw)) => {
                    Samples::Alaw(codes)
                }
                Sound::G711(codes) => Samples::Ulaw(codes),
                Sound::Packets(_) => return Err(damaged),
            };
            return unpack(pair.blocks[1], Some(other), pair.len).ok_or(damaged);
        }
        let (.., len, block) = content::parse_place(&body).ok_or(damaged)?;
        if kind == Kind::Packets {
            let packets = content::parse_packets(block).ok_or(damaged)?;
            return Ok(Sound::Packets(packets.into_iter().map(|(n, p)| (n, p.into())).collect()));
        }
        unpack(block, None, len).ok_or(damaged)
    }

    /// The clear body of a block's record, which is the one the index means.
    pub(in crate::record::tlr) fn body(
        &mut self,
        entry: &IndexEntry,
    ) -> Result<(Kind, Vec<u8>), TlrError> {
        let damaged = TlrError::Damaged(entry.offset);
        let head = self.scanner.record_at(entry.offset)?.ok_or(damaged)?;
        let body = open_body(&head, self.scanner.record(), self.key.as_ref()).ok_or(damaged)?;
        let mut places = content::places(head.kind, &body).into_iter().flatten();
        let meant = (entry.channel, entry.position, entry.len);
        if places.any(|place| place == meant) {
            Ok((head.kind, body.into_owned()))
        } else {
            Err(damaged)
        }
    }

    /// The linear samples of a block of the index, kept until another is asked for; `None` if it is
    /// damaged.
    fn linear(&mut self, i: usize, coding: Coding) -> Result<Option<&[i16]>, TlrError> {
        let entry = self.index[i];
        let (offset, channel) = (entry.offset, entry.channel);
        if self.cached.as_ref().is_none_or(|c| (c.offset, c.channel) != (offset, channel)) {
            let samples = match self.sound(&entry) {
                Ok(Sound::G711(codes)) => {
                    let alaw = coding == Coding::Lossless(Format::Alaw);
                    let law = if alaw { &ALAW } else { &ULAW };
                    Some(codes.iter().map(|c| law.value[law.cell(*c)]).collect())
                }
                Ok(Sound::Pcm16(samples)) => Some(samples),
                #[cfg(feature = "opus")]
                Ok(Sound::Packets(packets)) => {
                    let before = i.checked_sub(1).map(|i| self.index[i]);
                    let before = before.filter(|b| {
                        b.channel == entry.channel
                            && b.position.saturating_add(b.len) == entry.position
                    });
                    if let (false, Some(before)) = (self.opus.is_at(&entry), before) {
                        // A decoder remembers: the block before brings it into step.
                        if let Ok(Sound::Packets(packets)) = self.sound(&before) {
                            self.opus.decode(&before, &packets);
                        }
                    }
                    Some(self.opus.decode(&entry, &packets))
                }
                #[cfg(not(feature = "opus"))]
                Ok(Sound::Packets(_)) => None,
                Err(TlrError::Damaged(_) | TlrError::Block(_)) => None,
                Err(error) => return Err(error),
            };
            self.cached = Some(Cached { offset, channel, samples });
        }
        Ok(self.cached.as_ref().and_then(|cached| cached.samples.as_deref()))
    }
}

/// The samples of a block that should hold so many; `None` if it does not.
fn unpack(block: &[u8], other: Option<Samples<'_>>, len: u64) -> Option<Sound> {
    let info = block_info(block).ok().filter(|info| info.samples as u64 == len)?;
    let mut memory = memory_for(block);
    let mut decode = |out: SamplesMut<'_>| match other {
        Some(other) => decode_beside(block, other, &mut memory, out),
        None => decode_in(block, &mut memory, out),
    };
    if info.format == Format::Pcm16 {
        let mut samples = alloc::vec![0; info.samples];
        decode(SamplesMut::Pcm16(&mut samples)).ok()?;
        Some(Sound::Pcm16(samples))
    } else {
        let mut codes = alloc::vec![0; info.samples];
        decode(SamplesMut::G711(&mut codes)).ok()?;
        Some(Sound::G711(codes))
    }
}
