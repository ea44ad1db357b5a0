//! SRTP and SRTCP (RFC 3711, RFC 7714): what a leg's packets go through on their way to the network
//! and back, without allocating.
//!
//! Put together from the primitives of RustCrypto rather than taken from a crate: those for WebRTC
//! bring thirty others, keep state for every source an unauthenticated packet names, and accept
//! SRTCP that says of itself that it is not encrypted without looking at its tag; libsrtp is C.
//! Tested with libsrtp's own vectors, and with libsrtp and FFmpeg at the other end.

use std::fmt;

use aes::Aes128;
use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes128Gcm, KeyInit as _};
use ctr::cipher::{KeyIvInit as _, StreamCipher as _};
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

type Ctr = ctr::Ctr128BE<Aes128>;

/// The longest key with its salt, in bytes.
const LONGEST_MASTER: usize = 30;
const KEY: usize = 16;
/// The index of an SRTCP packet has 31 bits; the 32nd says that the packet is encrypted.
const ENCRYPTED: u32 = 1 << 31;
/// What of an SRTCP packet is never encrypted: header and source.
const RTCP_HEAD: usize = 8;
/// How many sources of one far end are remembered.
const SOURCES: usize = 4;
/// The most bytes that protection adds to a packet.
pub(crate) const OVERHEAD: usize = 20;

/// How packets are encrypted and authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suite {
    /// AES in counter mode, tags of 80 bits.
    AesCm80,
    /// The same, with tags of 32 bits for RTP.
    AesCm32,
    /// AES-GCM, tags of 128 bits.
    AesGcm,
}

impl Suite {
    /// All, the one we would rather have first.
    pub(crate) const ALL: [Suite; 3] = [Suite::AesGcm, Suite::AesCm80, Suite::AesCm32];

    /// Its name in SDP (RFC 4568 §6.2, RFC 7714 §14.1).
    pub(crate) fn name(self) -> &'static str {
        match self {
            Suite::AesCm80 => "AES_CM_128_HMAC_SHA1_80",
            Suite::AesCm32 => "AES_CM_128_HMAC_SHA1_32",
            Suite::AesGcm => "AEAD_AES_128_GCM",
        }
    }

    /// Bytes of key and salt together.
    fn master(self) -> usize {
        match self {
            Suite::AesCm80 | Suite::AesCm32 => KEY + 14,
            Suite::AesGcm => KEY + 12,
        }
    }

    fn rtp_tag(self) -> usize {
        match self {
            Suite::AesCm80 => 10,
            Suite::AesCm32 => 4,
            Suite::AesGcm => 16,
        }
    }

    fn rtcp_tag(self) -> usize {
        match self {
            Suite::AesCm80 | Suite::AesCm32 => 10,
            Suite::AesGcm => 16,
        }
    }
}

/// A master key with its salt. It is never printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct MasterKey {
    suite: Suite,
    bytes: [u8; LONGEST_MASTER],
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.suite.name())
    }
}

impl MasterKey {
    /// A key out of an SDP, if it is as long as its suite's are.
    pub(crate) fn new(suite: Suite, given: &[u8]) -> Option<MasterKey> {
        let mut bytes = [0; LONGEST_MASTER];
        (given.len() == suite.master()).then(|| bytes[..given.len()].copy_from_slice(given))?;
        Some(MasterKey { suite, bytes })
    }

    /// A new one; `None` where the system has no randomness.
    pub(crate) fn random(suite: Suite) -> Option<MasterKey> {
        let mut bytes = [0; LONGEST_MASTER];
        getrandom::fill(&mut bytes[..suite.master()]).ok()?;
        Some(MasterKey { suite, bytes })
    }

    pub(crate) fn suite(&self) -> Suite {
        self.suite
    }

    /// Key and salt, for an SDP.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.suite.master()]
    }
}

/// What SDP agreed on for a stream: each end encrypts with its own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) ours: MasterKey,
    pub(crate) theirs: MasterKey,
}

/// The keys of a session derived from a master key (RFC 3711 §4.3), for RTP or for RTCP.
struct Session {
    key: [u8; KEY],
    salt: [u8; 14],
    auth: Hmac<Sha1>,
    gcm: Option<Aes128Gcm>,
}

impl Session {
    const RTP: u8 = 0;
    const RTCP: u8 = 3;

    fn derive(master: &MasterKey, label: u8) -> Session {
        let (key, salt) = master.bytes.split_at(KEY);
        let fill = |label: u8, out: &mut [u8]| {
            let mut iv = [0; 16];
            iv[..salt.len()].copy_from_slice(salt);
            iv[7] ^= label;
            keystream(key, &iv, out);
        };
        let (mut session, mut mac, mut own) = ([0; KEY], [0; 20], [0; 14]);
        fill(label, &mut session);
        fill(label + 1, &mut mac);
        fill(label + 2, &mut own[..master.suite.master() - KEY]);
        let gcm = (master.suite == Suite::AesGcm).then(|| Aes128Gcm::new(&session.into()));
        // HMAC takes keys of any length.
        let auth = Hmac::new_from_slice(&mac).unwrap_or_else(|_| Hmac::new(&Default::default()));
        Session { key: session, salt: own, auth, gcm }
    }

    /// The salt with source and index in it, of which AES-GCM takes the first 12 bytes as they
    /// stand two further on (RFC 7714 §8.1), and counter mode all (RFC 3711 §4.1.1).
    fn iv(&self, place: usize, ssrc: u32, index: u64) -> [u8; 16] {
        let mut iv = [0; 16];
        iv[..14].copy_from_slice(&self.salt);
        let packet = ssrc.to_be_bytes().into_iter().chain(index.to_be_bytes().into_iter().skip(2));
        iv[place..].iter_mut().zip(packet).for_each(|(byte, more)| *byte ^= more);
        iv
    }

    fn nonce(&self, ssrc: u32, index: u64) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce.copy_from_slice(&self.iv(2, ssrc, index)[..12]);
        nonce
    }

    fn crypt(&self, ssrc: u32, index: u64, data: &mut [u8]) {
        keystream(&self.key, &self.iv(4, ssrc, index), data);
    }

    fn tag(&self, data: &[u8], more: &[u8]) -> Hmac<Sha1> {
        self.auth.clone().chain_update(data).chain_update(more)
    }
}

/// Adds AES-CTR's keystream, which is longer than any packet.
fn keystream(key: &[u8], iv: &[u8], data: &mut [u8]) {
    if let Ok(mut cipher) = Ctr::new_from_slices(key, iv) {
        cipher.apply_keystream(data);
    }
}

/// Which packets of one source were received; a packet is taken once (RFC 3711 §3.3.2).
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    /// The greatest index that was authentic.
    top: Option<u64>,
    /// The bit n is of the index `top - n`.
    seen: u128,
}

impl Window {
    /// The index of a packet with this sequence number: how often the number began anew is guessed
    /// (RFC 3711 §3.3.1).
    fn guess(&self, sequence: u16) -> Option<u64> {
        let Some(top) = self.top else {
            return Some(sequence.into());
        };
        let (rounds, last) = (top >> 16, top as u16);
        let rounds = match (last < 0x8000, sequence) {
            (true, sequence) if sequence > last + 0x8000 => rounds.checked_sub(1)?,
            (false, sequence) if sequence < last - 0x8000 => rounds + 1,
            _ => rounds,
        };
        (rounds <= u32::MAX.into()).then_some(rounds << 16 | u64::from(sequence))
    }

    fn is_new(&self, index: u64) -> bool {
        match self.top {
            Some(top) if index <= top => {
                let age = top - index;
                age < u128::BITS.into() && self.seen >> age & 1 == 0
            }
            _ => true,
        }
    }

    fn with(self, index: u64) -> Window {
        let top = self.top.unwrap_or(index);
        if index > top {
            let shift = u32::try_from(index - top).unwrap_or(u128::BITS);
            return Window {
                top: Some(index),
                seen: self.seen.checked_shl(shift).unwrap_or(0) | 1,
            };
        }
        let age = u32::try_from(top - index).unwrap_or(u128::BITS);
        Window { top: Some(top), seen: self.seen | 1u128.checked_shl(age).unwrap_or(0) }
    }
}

/// The windows of the latest sources that sent something authentic.
#[derive(Debug, Default)]
struct Sources {
    windows: [Option<(u32, Window)>; SOURCES],
    oldest: usize,
}

impl Sources {
    fn of(&self, ssrc: u32) -> Window {
        let known = self.windows.iter().flatten().find(|(of, _)| *of == ssrc);
        known.map_or_else(Window::default, |(_, window)| *window)
    }

    fn keep(&mut self, ssrc: u32, window: Window) {
        let is_its = |slot: &&mut Option<(u32, Window)>| slot.is_some_and(|(of, _)| of == ssrc);
        if let Some(slot) = self.windows.iter_mut().find(is_its) {
            *slot = Some((ssrc, window));
            return;
        }
        self.windows[self.oldest] = Some((ssrc, window));
        self.oldest = (self.oldest + 1) % SOURCES;
    }
}

/// One direction of a stream with its RTCP.
struct Direction {
    suite: Suite,
    rtp: Session,
    rtcp: Session,
}

impl Direction {
    fn new(master: &MasterKey) -> Direction {
        let derive = |label| Session::derive(master, label);
        Direction { suite: master.suite, rtp: derive(Session::RTP), rtcp: derive(Session::RTCP) }
    }
}

/// Protects what is sent.
pub(crate) struct Outbound {
    keys: Direction,
    window: Window,
    /// Index of the next RTCP packet; as everybody else, we begin with 1.
    report: u32,
}

/// Takes the protection off what is received.
pub(crate) struct Inbound {
    keys: Direction,
    rtp: Sources,
    rtcp: Sources,
}

impl Outbound {
    pub(crate) fn new(master: &MasterKey) -> Outbound {
        Outbound { keys: Direction::new(master), window: Window::default(), report: 1 }
    }

    /// Protects the RTP packet in the first `len` bytes; what it takes then, if there is room for
    /// the [`OVERHEAD`].
    pub(crate) fn rtp(&mut self, buffer: &mut [u8], len: usize) -> Option<usize> {
        let keys = &self.keys.rtp;
        let head = rtp_head(buffer.get(..len)?)?;
        let (ssrc, sequence) = (word(buffer, 8)?, half(buffer, 2)?);
        let index = self.window.guess(sequence)?;
        let (packet, room) = buffer.split_at_mut(len);
        let tag = room.get_mut(..self.keys.suite.rtp_tag())?;
        let (head, body) = packet.split_at_mut(head);
        if let Some(gcm) = &keys.gcm {
            let nonce = keys.nonce(ssrc, index).into();
            tag.copy_from_slice(&gcm.encrypt_inout_detached(&nonce, head, body.into()).ok()?);
        } else {
            keys.crypt(ssrc, index, body);
            let full = keys.tag(packet, &rounds(index)).finalize().into_bytes();
            tag.copy_from_slice(&full[..tag.len()]);
        }
        self.window = self.window.with(index);
        Some(len + self.keys.suite.rtp_tag())
    }

    /// The same of an RTCP packet.
    pub(crate) fn rtcp(&mut self, buffer: &mut [u8], len: usize) -> Option<usize> {
        let keys = &self.keys.rtcp;
        let ssrc = word(buffer.get(..len)?, 4)?;
        let index = self.report;
        let mark = (index | ENCRYPTED).to_be_bytes();
        let tag_len = self.keys.suite.rtcp_tag();
        let whole = buffer.get_mut(..len + 4 + tag_len)?;
        let (packet, room) = whole.split_at_mut(len);
        let (head, body) = packet.split_at_mut(RTCP_HEAD);
        if let Some(gcm) = &keys.gcm {
            let nonce = keys.nonce(ssrc, index.into()).into();
            let known = rtcp_known(head, mark)?;
            let tag = gcm.encrypt_inout_detached(&nonce, &known, body.into()).ok()?;
            room[..tag_len].copy_from_slice(&tag);
            room[tag_len..].copy_from_slice(&mark);
        } else {
            keys.crypt(ssrc, index.into(), body);
            room[..4].copy_from_slice(&mark);
            let tag = keys.tag(packet, &mark).finalize().into_bytes();
            room[4..].copy_from_slice(&tag[..tag_len]);
        }
        // Not even a call of a thousand years has so many reports.
        self.report = (self.report + 1) % ENCRYPTED;
        Some(len + 4 + tag_len)
    }
}

impl Inbound {
    pub(crate) fn new(master: &MasterKey) -> Inbound {
        let keys = Direction::new(master);
        Inbound { keys, rtp: Sources::default(), rtcp: Sources::default() }
    }

    /// Turns an SRTP packet into the RTP packet in it, which is so long; `None` if it is not
    /// authentic, or was there already. Nothing is remembered of a packet that is not authentic.
    pub(crate) fn rtp(&mut self, packet: &mut [u8]) -> Option<usize> {
        let keys = &self.keys.rtp;
        let len = packet.len().checked_sub(self.keys.suite.rtp_tag())?;
        let (packet, tag) = packet.split_at_mut(len);
        let head = rtp_head(packet)?;
        let (ssrc, sequence) = (word(packet, 8)?, half(packet, 2)?);
        let window = self.rtp.of(ssrc);
        let index = window.guess(sequence).filter(|index| window.is_new(*index))?;
        if let Some(gcm) = &keys.gcm {
            let (head, body) = packet.split_at_mut(head);
            let (nonce, tag) = (keys.nonce(ssrc, index).into(), (&*tag).try_into().ok()?);
            gcm.decrypt_inout_detached(&nonce, head, body.into(), tag).ok()?;
        } else {
            keys.tag(packet, &rounds(index)).verify_truncated_left(tag).ok()?;
            keys.crypt(ssrc, index, &mut packet[head..]);
        }
        self.rtp.keep(ssrc, window.with(index));
        Some(len)
    }

    /// The same of an SRTCP packet; one that is not encrypted is not taken.
    pub(crate) fn rtcp(&mut self, packet: &mut [u8]) -> Option<usize> {
        let keys = &self.keys.rtcp;
        let tag_len = self.keys.suite.rtcp_tag();
        let len = packet.len().checked_sub(4 + tag_len).filter(|len| *len >= RTCP_HEAD)?;
        let (packet, room) = packet.split_at_mut(len);
        let (tag, mark) = match keys.gcm {
            Some(_) => room.split_at(tag_len),
            None => {
                let (mark, tag) = room.split_at(4);
                (tag, mark)
            }
        };
        let (ssrc, mark) = (word(packet, 4)?, word(mark, 0)?);
        let index = u64::from(mark.checked_sub(ENCRYPTED)?);
        let window = self.rtcp.of(ssrc);
        if !window.is_new(index) {
            return None;
        }
        if let Some(gcm) = &keys.gcm {
            let (head, body) = packet.split_at_mut(RTCP_HEAD);
            let known = rtcp_known(head, mark.to_be_bytes())?;
            let (nonce, tag) = (keys.nonce(ssrc, index).into(), tag.try_into().ok()?);
            gcm.decrypt_inout_detached(&nonce, &known, body.into(), tag).ok()?;
        } else {
            keys.tag(packet, &mark.to_be_bytes()).verify_truncated_left(tag).ok()?;
            keys.crypt(ssrc, index, &mut packet[RTCP_HEAD..]);
        }
        self.rtcp.keep(ssrc, window.with(index));
        Some(len)
    }
}

/// What AES-GCM authenticates of an RTCP packet beside what it encrypts.
fn rtcp_known(head: &[u8], mark: [u8; 4]) -> Option<[u8; RTCP_HEAD + 4]> {
    let mut known = [0; RTCP_HEAD + 4];
    known[..RTCP_HEAD].copy_from_slice(head.get(..RTCP_HEAD)?);
    known[RTCP_HEAD..].copy_from_slice(&mark);
    Some(known)
}

/// How often the sequence number has begun anew.
fn rounds(index: u64) -> [u8; 4] {
    ((index >> 16) as u32).to_be_bytes()
}

/// How much of an RTP packet is in the clear: header, sources, extension.
fn rtp_head(packet: &[u8]) -> Option<usize> {
    let first = *packet.first()?;
    let mut head = 12 + 4 * usize::from(first & 0x0F);
    if first & 0x10 != 0 {
        head += 4 + 4 * usize::from(half(packet, head + 2)?);
    }
    (first >> 6 == 2 && head <= packet.len()).then_some(head)
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

#[cfg(test)]
#[path = "srtp_tests.rs"]
mod tests;
