//! Two parties whose voices may echo on each other's channel, block by block.

use alloc::vec::Vec;

use super::content::{Channel, Coding};
use super::error::TlrError;
use crate::record::echo::strongest;
use crate::record::{Level, Samples, encode_beside, encode_in};

/// Blocks that are coded alone after no echo was found, before another search.
const REST: u32 = 8;
/// Blocks in a row that an echo did not help before it is looked for elsewhere: while both talk,
/// or neither, nothing of it is heard.
const PATIENCE: u32 = 16;

/// The first two channels of one rate, and the echo found last.
pub(super) struct Pairing {
    pub(super) channels: [u8; 2],
    echo: Option<Echo>,
    rest: u32,
}

/// The voice of one channel is heard on the other.
#[derive(Clone, Copy)]
struct Echo {
    /// Whether it is the second channel's voice on the first.
    backwards: bool,
    shift: i32,
    /// Blocks since it helped.
    idle: u32,
}

/// Both channels' blocks, in the order they are written.
pub(super) struct Coded {
    pub(super) channels: [u8; 2],
    pub(super) blocks: [Vec<u8>; 2],
    /// Whether the second was coded beside the first.
    pub(super) beside: bool,
}

impl Pairing {
    pub(super) fn new(channels: &[Channel]) -> Option<Self> {
        let lossless = |c: &Channel| matches!(c.coding, Coding::Lossless(_));
        let mut known = (0u8..).zip(channels).filter(|(_, c)| lossless(c));
        let (first, channel) = known.next()?;
        let (second, _) = known.find(|(_, c)| c.rate == channel.rate)?;
        Some(Self { channels: [first, second], echo: None, rest: 0 })
    }

    pub(super) fn partner(&self, channel: u8) -> Option<u8> {
        let [a, b] = self.channels;
        if channel == a {
            Some(b)
        } else if channel == b {
            Some(a)
        } else {
            None
        }
    }

    /// Codes the same stretch of both channels, each alone or one beside the other, whichever is
    /// smaller.
    pub(super) fn encode(
        &mut self,
        sound: [Samples<'_>; 2],
        level: Level,
        memory: &mut [f64],
    ) -> Result<Coded, TlrError> {
        let echo = self.echo.or_else(|| self.search(sound));
        let order = if echo.is_some_and(|echo| echo.backwards) { [1, 0] } else { [0, 1] };
        let [first, second] = order.map(|i| sound[i]);
        let mut alone = |samples: Samples<'_>| {
            let mut block = alloc::vec![0; samples.max_block_len()];
            let len = encode_in(samples, level, memory, &mut block)?;
            block.truncate(len);
            Ok::<_, TlrError>(block)
        };
        let channels = order.map(|i: usize| self.channels[i]);
        let mut coded = Coded { channels, blocks: [alone(first)?, alone(second)?], beside: false };
        if let Some(echo) = echo {
            let mut block = alloc::vec![0; second.max_block_len()];
            let len = encode_beside(second, first, echo.shift, level, memory, &mut block)?;
            block.truncate(len);
            coded.beside = len < coded.blocks[1].len();
            if coded.beside {
                coded.blocks[1] = block;
            }
        }
        self.echo = echo
            .map(|echo| Echo { idle: if coded.beside { 0 } else { echo.idle + 1 }, ..echo })
            .filter(|echo| echo.idle < PATIENCE);
        Ok(coded)
    }

    fn search(&mut self, sound: [Samples<'_>; 2]) -> Option<Echo> {
        if self.rest > 0 {
            self.rest -= 1;
            return None;
        }
        let [a, b] = sound;
        let (forwards, backwards) = (strongest(b, a), strongest(a, b));
        let likeness = |found: Option<(i32, f64)>| found.map_or(0.0, |(_, likeness)| likeness);
        let turned = likeness(backwards) > likeness(forwards);
        let echo = if turned { backwards } else { forwards };
        let echo = echo.map(|(shift, _)| Echo { backwards: turned, shift, idle: 0 });
        self.rest = if echo.is_none() { REST } else { 0 };
        echo
    }
}
