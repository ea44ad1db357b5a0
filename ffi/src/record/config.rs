//! # Recording: what is recorded, and how

use core::ffi::c_char;

use media_core::record::tlr::{
    Channel, Cipher, Coding, Cost, Head, MarkKind, Options, Seal, Signer, TlrError,
};

use super::block::{format, level, tl_recording_level};
use crate::config::{Growing, store_defaults};
use crate::guard::{Failure, guard};
use crate::pointers::{c_text, c_text_or, input, output};
use crate::tl_status;
use crate::values::tl_time;

/// One party's channel.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_recording_channel {
    /// Whose it is, for example "caller", with a NUL; NULL is "".
    pub name: *const c_char,
    /// A `tl_recording_coding`.
    pub coding: u32,
    /// Samples a second; 0 is 8,000, and 48,000 for Opus.
    pub rate: u32,
}

/// Something known of the call: its id, numbers, direction, queue, agent.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_recording_meta {
    /// Its name, with a NUL.
    pub key: *const c_char,
    /// What it is, with a NUL.
    pub value: *const c_char,
}

/// What is recorded, how, and for whom.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_recording_config {
    /// Set by `tl_recording_defaults`.
    pub struct_size: u32,
    /// A `tl_recording_level`. Default: live.
    pub level: u32,
    /// When position 0 of every channel is. Default: 0.
    pub started: tl_time,
    /// The channels; one at least, 255 at most.
    pub channels: *const tl_recording_channel,
    /// What is known of the call. Default: none.
    pub meta: *const tl_recording_meta,
    /// How many channels.
    pub channel_count: u32,
    /// How many entries of `meta`.
    pub meta_count: u32,
    /// Sound in one block: what a crash may lose, and what a seek decodes. Default: 1,000.
    pub block_ms: u32,
    /// Blocks from one checkpoint, signed if there is a signer, to the next; 0 for none. Default:
    /// 64.
    pub checkpoint_every: u32,
    /// Names the file, different for each. Default: all 0, from the system's randomness.
    pub id: [u8; 16],
    /// The seed, 32 bytes, of the Ed25519 key that vouches for the recording. Default: NULL.
    pub signer: *const u8,
    /// X25519 public keys, 32 bytes each, of those who may read it. Default: NULL, everybody.
    pub recipients: *const u8,
    /// Whoever knows it may read it too, with a NUL. Default: NULL.
    pub passphrase: *const c_char,
    /// How many recipients.
    pub recipient_count: u32,
    /// 1: an encrypted recording's `meta` is readable by everybody. Default: 0.
    pub clear_head: u32,
    /// What encrypts it: a `tl_recording_cipher`. Default: XChaCha20-Poly1305.
    pub cipher: u32,
    /// What the passphrase costs whoever tries one, in KiB of Argon2id memory, at most 262,144. Default:
    /// 65,536, as RFC 9106 recommends.
    pub passphrase_kib: u32,
    /// Passes over it, at most 16. Default: 3.
    pub passphrase_passes: u32,
    /// Lanes, at most 16. Default: 4.
    pub passphrase_lanes: u32,
}

/// What encrypts a recording.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_recording_cipher {
    /// XChaCha20-Poly1305: quick on every processor.
    TL_RECORDING_XCHACHA20_POLY1305 = 0,
    /// AES-256-GCM (NIST SP 800-38D), where a rule asks for it.
    TL_RECORDING_AES_256_GCM = 1,
}

// SAFETY: repr(C), begins with a u32; two u32, a u64, two pointers, four u32, 16 bytes, three
// pointers, six u32: no padding before the end on any machine, and any bits make a pointer.
unsafe impl Growing for tl_recording_config {
    const FIRST_SIZE: usize = 56 + 5 * size_of::<usize>();

    fn defaults() -> Self {
        let (options, cost) = (Options::new([0; 16]), Cost::default());
        Self {
            struct_size: size_of::<Self>() as u32,
            level: tl_recording_level::TL_RECORDING_LIVE as u32,
            started: 0,
            channels: core::ptr::null(),
            meta: core::ptr::null(),
            channel_count: 0,
            meta_count: 0,
            block_ms: options.block_ms,
            checkpoint_every: options.checkpoint_every,
            id: [0; 16],
            signer: core::ptr::null(),
            recipients: core::ptr::null(),
            passphrase: core::ptr::null(),
            recipient_count: 0,
            clear_head: 0,
            cipher: tl_recording_cipher::TL_RECORDING_XCHACHA20_POLY1305 as u32,
            passphrase_kib: cost.memory,
            passphrase_passes: cost.passes,
            passphrase_lanes: cost.lanes,
        }
    }
}

fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::new(tl_status::TL_ERR_RECORD_IO, format_args!("no randomness: {error}"))
    })?;
    Ok(bytes)
}

/// # Safety
/// `key` is NULL or 32 readable bytes.
pub(super) unsafe fn key(key: *const u8, name: &'static str) -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    // SAFETY: as this function's own contract.
    bytes.copy_from_slice(unsafe { input(key, 32, name) }?);
    Ok(bytes)
}

impl tl_recording_channel {
    /// # Safety
    /// The header's contract for texts.
    unsafe fn channel(&self) -> Result<Channel, Failure> {
        Ok(Channel {
            coding: match self.coding {
                32 => Coding::Opus,
                lossless => Coding::Lossless(format(lossless)?),
            },
            rate: match (self.rate, self.coding) {
                (0, 32) => 48_000,
                (0, _) => 8000,
                (rate, _) => rate,
            },
            // SAFETY: as this function's own contract.
            name: unsafe { c_text_or(self.name, "", "a channel's name") }?.into(),
        })
    }
}

impl tl_recording_config {
    /// # Safety
    /// The header's contract for pointers and texts.
    pub(super) unsafe fn head(&self) -> Result<Head, Failure> {
        let mut head = Head {
            started_ms: i64::try_from(self.started)
                .map_err(|_| Failure::argument("started is beyond the end of time"))?,
            ..Head::default()
        };
        // SAFETY: as this function's own contract.
        unsafe {
            for channel in input(self.channels, self.channel_count as usize, "channels")? {
                head.channels.push(channel.channel()?);
            }
            head.meta = self.meta()?;
        }
        if head.channels.is_empty() {
            return Err(Failure::argument("a recording has one channel at least"));
        }
        Ok(head)
    }

    /// # Safety
    /// The header's contract for pointers and texts.
    pub(super) unsafe fn meta(&self) -> Result<Vec<(String, String)>, Failure> {
        // SAFETY: as this function's own contract.
        let all = unsafe { input(self.meta, self.meta_count as usize, "meta") }?;
        let texts = |meta: &tl_recording_meta| {
            // SAFETY: as this function's own contract.
            unsafe {
                let key = c_text(meta.key, "a key of meta")?;
                Ok((key.into(), c_text(meta.value, "a value of meta")?.into()))
            }
        };
        all.iter().map(texts).collect()
    }

    /// # Safety
    /// The header's contract for pointers and texts.
    pub(super) unsafe fn options(&self) -> Result<Options, Failure> {
        let id = if self.id == [0; 16] { random()? } else { self.id };
        let mut options = Options {
            level: level(self.level)?,
            block_ms: self.block_ms,
            checkpoint_every: self.checkpoint_every,
            ..Options::new(id)
        };
        if !self.signer.is_null() {
            // SAFETY: as this function's own contract.
            options.signer = Some(Signer::from_seed(unsafe { key(self.signer, "signer") }?));
        }
        if self.recipient_count > 0 || !self.passphrase.is_null() {
            // SAFETY: as this function's own contract.
            options.seal = Some(unsafe { self.seal() }?);
        }
        Ok(options)
    }

    fn cost(&self) -> Result<Cost, Failure> {
        let (memory, passes) = (self.passphrase_kib, self.passphrase_passes);
        let lanes = self.passphrase_lanes;
        let fits = (1..=16).contains(&lanes)
            && (lanes * 8..=262_144).contains(&memory)
            && (1..=16).contains(&passes);
        if fits {
            return Ok(Cost { memory, passes, lanes });
        }
        let text = format_args!("a passphrase of {memory} KiB, {passes} passes, {lanes} lanes");
        Err(Failure::argument(text))
    }

    /// # Safety
    /// The header's contract for pointers and texts.
    unsafe fn seal(&self) -> Result<Seal, Failure> {
        let mut seal = Seal::new(random()?).cipher(match self.cipher {
            0 => Cipher::XChaCha20Poly1305,
            1 => Cipher::Aes256Gcm,
            other => return Err(Failure::argument(format_args!("cipher is {other}"))),
        });
        if self.recipient_count > 255 {
            return Err(TlrError::TooLong(self.recipient_count as usize).into());
        }
        let bytes = self.recipient_count as usize * 32;
        // SAFETY: as this function's own contract.
        for public in unsafe { input(self.recipients, bytes, "recipients") }?.chunks_exact(32) {
            let mut key = [0; 32];
            key.copy_from_slice(public);
            seal = seal.recipient(key);
        }
        if !self.passphrase.is_null() {
            // SAFETY: as this function's own contract.
            let passphrase = unsafe { c_text(self.passphrase, "passphrase") }?;
            seal = seal.passphrase(passphrase, self.cost()?);
        }
        Ok(if self.clear_head != 0 { seal.clear_head() } else { seal })
    }
}

/// Fills in the default configuration; the channels are still to be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_defaults(
    config: *mut tl_recording_config,
    struct_size: usize,
) -> tl_status {
    guard("tl_recording_defaults", || {
        // SAFETY: the header's contract for pointers.
        unsafe { store_defaults(config, "config", struct_size) }
    })
}

/// The public half of a secret key, 32 bytes each.
///
/// # Safety
/// Both are NULL or 32 bytes, to read and to write.
unsafe fn public_half(
    secret: *const u8,
    public_key: *mut u8,
    half: impl FnOnce([u8; 32]) -> [u8; 32],
) -> Result<tl_status, Failure> {
    // SAFETY: as this function's own contract.
    unsafe {
        let to = output(public_key, 32, "public_key")?;
        to.copy_from_slice(&half(key(secret, "secret")?));
    }
    Ok(tl_status::TL_OK)
}

/// Writes the X25519 public key, 32 bytes, of a reader's secret key, 32 random bytes: what goes among
/// the `recipients`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_recipient_key(
    secret: *const u8,
    public_key: *mut u8,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_recording_recipient_key", || unsafe {
        public_half(secret, public_key, media_core::record::tlr::public_key)
    })
}

/// Writes the Ed25519 public key, 32 bytes, of a `signer`'s seed: what a report names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tl_recording_signer_key(
    secret: *const u8,
    public_key: *mut u8,
) -> tl_status {
    // SAFETY: the header's contract for pointers.
    guard("tl_recording_signer_key", || unsafe {
        public_half(secret, public_key, |seed| Signer::from_seed(seed).public())
    })
}

/// What a mark stands for.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_mark_kind {
    /// A remark.
    TL_MARK_NOTE = 1,
    /// A key was pressed; the text is the key, or `*` when it is secret.
    TL_MARK_KEY = 2,
    /// Packets of this stretch never came.
    TL_MARK_LOSS = 3,
    /// The party was on hold.
    TL_MARK_HOLD = 4,
    /// The sender was silent and sent nothing.
    TL_MARK_SILENCE = 5,
    /// The stretch holds concealment, not what was said.
    TL_MARK_CONCEALED = 6,
    /// The party joined here.
    TL_MARK_JOINED = 7,
    /// The party was transferred here.
    TL_MARK_TRANSFERRED = 8,
    /// Recording was paused, and the sound never stored.
    TL_MARK_PAUSED = 9,
    /// The recorder was overloaded, and this stretch is missing.
    TL_MARK_OVERLOAD = 10,
}

const KINDS: [(MarkKind, tl_mark_kind); 10] = [
    (MarkKind::Note, tl_mark_kind::TL_MARK_NOTE),
    (MarkKind::Key, tl_mark_kind::TL_MARK_KEY),
    (MarkKind::Loss, tl_mark_kind::TL_MARK_LOSS),
    (MarkKind::Hold, tl_mark_kind::TL_MARK_HOLD),
    (MarkKind::Silence, tl_mark_kind::TL_MARK_SILENCE),
    (MarkKind::Concealed, tl_mark_kind::TL_MARK_CONCEALED),
    (MarkKind::Joined, tl_mark_kind::TL_MARK_JOINED),
    (MarkKind::Transferred, tl_mark_kind::TL_MARK_TRANSFERRED),
    (MarkKind::Paused, tl_mark_kind::TL_MARK_PAUSED),
    (MarkKind::Overload, tl_mark_kind::TL_MARK_OVERLOAD),
];

/// The number of a mark's kind; 0 for one newer than the header.
pub(super) fn mark_kind(kind: MarkKind) -> u32 {
    KINDS.iter().find(|(known, _)| *known == kind).map_or(0, |(_, number)| *number as u32)
}

/// The kind of this number.
pub(super) fn kind_of_mark(number: u32) -> Result<MarkKind, Failure> {
    let known = KINDS.iter().find(|(_, known)| *known as u32 == number);
    known.map(|(kind, _)| *kind).ok_or_else(|| Failure::argument(format_args!("kind is {number}")))
}

/// Something that happened on a channel, or a stretch of it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct tl_mark {
    /// A `tl_mark_kind`; 0 in a file for a kind newer than this header.
    pub kind: u32,
    /// Which channel.
    pub channel: u32,
    /// Where it begins, in samples.
    pub position: u64,
    /// How many samples it lasts; 0 for a moment.
    pub length: u64,
    /// In words, with a NUL; NULL is "".
    pub text: *const c_char,
}
