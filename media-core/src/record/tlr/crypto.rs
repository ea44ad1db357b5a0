//! Who may read a recording, and who vouches for it.
//!
//! XChaCha20-Poly1305 or AES-256-GCM seals record bodies under a key of the file's own; that key is wrapped for
//! each recipient, by X25519 or under a passphrase through Argon2id. Ed25519 signs the chain.
//! Randomness is handed in: take it from the operating system.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use aes_gcm::Aes256Gcm;
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use x25519_dalek::{PublicKey, StaticSecret};

use super::error::TlrError;
use super::frame::FileHeader;
use super::wire::Fields;

/// Bytes sealing adds to a body.
pub(super) const TAG: usize = 16;
const WRAPPED: usize = 32 + TAG;
const X25519: u8 = 1;
const PASSPHRASE: u8 = 2;
/// The most Argon2 memory a file may ask of its reader, in KiB.
const MAX_MEMORY: u32 = 1 << 18;
const MAX_PASSES: u32 = 16;
const MAX_LANES: u32 = 16;
/// What all passphrase locks of a file may ask for together, in KiB times passes: as much as the
/// costliest one.
const MAX_WORK: u64 = MAX_MEMORY as u64 * MAX_PASSES as u64;

/// What seals the records of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cipher {
    /// XChaCha20-Poly1305: quick on every processor.
    #[default]
    XChaCha20Poly1305,
    /// AES-256-GCM (NIST SP 800-38D), where a rule asks for it.
    Aes256Gcm,
}

/// What Argon2id costs whoever tries a passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB, at most 262,144.
    pub memory: u32,
    /// Passes over it, at most 16.
    pub passes: u32,
    /// Lanes, at most 16.
    pub lanes: u32,
}

impl Default for Cost {
    /// The second choice RFC 9106 recommends: 64 MiB, 3 passes, 4 lanes.
    fn default() -> Self {
        Self { memory: 1 << 16, passes: 3, lanes: 4 }
    }
}

/// What it takes to try all these passphrase locks of a file, in KiB times passes.
fn work(costs: impl Iterator<Item = Cost>) -> u64 {
    costs.fold(0, |work, cost| work.saturating_add(u64::from(cost.memory) * u64::from(cost.passes)))
}

/// What a reader is ready to spend on a file that somebody else may have made to cost it dear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most that a passphrase may take, in KiB of Argon2 memory times passes, for all
    /// passphrase locks of the file together. It bounds the memory, too.
    pub passphrase_work: u64,
}

impl Limits {
    /// These, but that a passphrase may take so many MiB of Argon2 memory times passes.
    #[must_use]
    pub const fn passphrase_mib(self, mib: u64) -> Self {
        Self { passphrase_work: mib.saturating_mul(1024) }
    }
}

impl Default for Limits {
    /// A GiB times one pass, about a second: five locks of the default [`Cost`].
    fn default() -> Self {
        Self { passphrase_work: 1 << 20 }
    }
}

enum Recipient {
    Key([u8; 32]),
    Passphrase(String, Cost),
}

/// Encryption of one file: its data key and for whom it is wrapped.
pub struct Seal {
    entropy: [u8; 32],
    recipients: Vec<Recipient>,
    pub(super) cipher: Cipher,
    pub(super) clear_head: bool,
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal").field("recipients", &self.recipients.len()).finish_non_exhaustive()
    }
}

impl Seal {
    /// `entropy` is 32 bytes of the operating system's randomness, used for this one file.
    #[must_use]
    pub fn new(entropy: [u8; 32]) -> Self {
        Self { entropy, recipients: Vec::new(), cipher: Cipher::default(), clear_head: false }
    }

    /// Lets the owner of this X25519 public key read the file.
    #[must_use]
    pub fn recipient(mut self, public: [u8; 32]) -> Self {
        self.recipients.push(Recipient::Key(public));
        self
    }

    /// Lets whoever knows the passphrase read the file. All passphrases of a file together may cost
    /// 4 GiB times passes, twenty at the default cost; readers are ready to spend a quarter of that
    /// unless their [`Limits`] say otherwise.
    #[must_use]
    pub fn passphrase(mut self, passphrase: &str, cost: Cost) -> Self {
        self.recipients.push(Recipient::Passphrase(passphrase.into(), cost));
        self
    }

    /// Seals with this cipher instead of XChaCha20-Poly1305.
    #[must_use]
    pub fn cipher(mut self, cipher: Cipher) -> Self {
        self.cipher = cipher;
        self
    }

    /// Leaves the head and later metadata readable by everybody.
    #[must_use]
    pub fn clear_head(mut self) -> Self {
        self.clear_head = true;
        self
    }

    pub(super) fn key(&self, id: &[u8; 16]) -> DataKey {
        DataKey::new(self.cipher, &self.derive("trunkline tlr 1 data key", &[]), *id)
    }

    fn derive(&self, purpose: &str, more: &[u8]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key(purpose);
        hasher.update(&self.entropy);
        hasher.update(more);
        hasher.finalize().into()
    }

    /// The body of the keys record.
    pub(super) fn wrap(&self, id: &[u8; 16]) -> Result<Vec<u8>, TlrError> {
        let data_key = self.derive("trunkline tlr 1 data key", &[]);
        let count = u8::try_from(self.recipients.len());
        let mut out = Vec::from([count.map_err(|_| TlrError::TooLong(self.recipients.len()))?]);
        let costs = self.recipients.iter().filter_map(|recipient| match recipient {
            Recipient::Passphrase(_, cost) => Some(*cost),
            Recipient::Key(_) => None,
        });
        let work = work(costs);
        if work > MAX_WORK {
            return Err(TlrError::TooCostly(work));
        }
        for (number, recipient) in self.recipients.iter().enumerate() {
            let secret = self.derive("trunkline tlr 1 recipient", &number.to_le_bytes()[..4]);
            let wrapping = match recipient {
                Recipient::Key(public) => {
                    let secret = StaticSecret::from(secret);
                    let ephemeral = PublicKey::from(&secret).to_bytes();
                    out.push(X25519);
                    out.extend_from_slice(public);
                    out.extend_from_slice(&ephemeral);
                    exchange(&secret, public, &ephemeral, public).ok_or(TlrError::WrongKey)?
                }
                Recipient::Passphrase(passphrase, cost) => {
                    let salt = &secret[..16];
                    out.push(PASSPHRASE);
                    out.extend_from_slice(salt);
                    for number in [cost.memory, cost.passes, cost.lanes] {
                        out.extend_from_slice(&number.to_le_bytes());
                    }
                    stretch(passphrase, salt, *cost).ok_or(TlrError::WrongKey)?
                }
            };
            let mut wrapped = Vec::from(data_key);
            Sealer::new(self.cipher, &wrapping)
                .seal(&[0; 24], id, &mut wrapped)
                .ok_or(TlrError::WrongKey)?;
            out.extend_from_slice(&wrapped);
        }
        Ok(out)
    }
}

/// What a reader opens encrypted recordings with.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Unlock {
    /// Nothing: clear recordings only.
    #[default]
    Nothing,
    /// An X25519 secret key.
    Secret([u8; 32]),
    /// A passphrase.
    Passphrase(String),
}

impl fmt::Debug for Unlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Secret(_) => "Secret(..)",
            Self::Passphrase(_) => "Passphrase(..)",
        })
    }
}

impl Unlock {
    /// The data key in a keys record, if this opens it; [`TlrError::TooCostly`] where to try would
    /// take more than the limits allow.
    pub(super) fn open(
        &self,
        keys: &[u8],
        header: &FileHeader,
        limits: &Limits,
    ) -> Result<Option<DataKey>, TlrError> {
        let locks = parse_locks(keys).unwrap_or_default();
        let work = work(locks.iter().filter_map(|(lock, _)| match (self, lock) {
            (Self::Passphrase(_), Lock::Passphrase { cost, .. }) => Some(*cost),
            _ => None,
        }));
        if work > limits.passphrase_work {
            return Err(TlrError::TooCostly(work));
        }
        Ok(locks.iter().find_map(|(lock, wrapped)| {
            let mut key = Vec::from(*wrapped);
            let sealer = Sealer::new(header.cipher, &self.wrapping(lock)?);
            sealer.open(&[0; 24], &header.id, &mut key)?;
            let key: [u8; 32] = key.try_into().ok()?;
            Some(DataKey::new(header.cipher, &key, header.id))
        }))
    }

    /// The wrapping key of a lock that this may open.
    fn wrapping(&self, lock: &Lock) -> Option<[u8; 32]> {
        match (self, lock) {
            (Self::Secret(secret), Lock::X25519 { public, ephemeral }) => {
                let secret = StaticSecret::from(*secret);
                (PublicKey::from(&secret).to_bytes() == *public)
                    .then(|| exchange(&secret, ephemeral, ephemeral, public))
                    .flatten()
            }
            (Self::Passphrase(passphrase), Lock::Passphrase { salt, cost }) => {
                stretch(passphrase, salt, *cost)
            }
            _ => None,
        }
    }
}

/// What a wrapped key is locked with.
enum Lock {
    X25519 { public: [u8; 32], ephemeral: [u8; 32] },
    Passphrase { salt: [u8; 16], cost: Cost },
}

/// The locks of a keys record and what each wraps.
fn parse_locks(keys: &[u8]) -> Option<Vec<(Lock, [u8; WRAPPED])>> {
    let mut fields = Fields(keys);
    let mut locks = Vec::new();
    for _ in 0..fields.byte()? {
        let lock = match fields.byte()? {
            X25519 => Lock::X25519 { public: fields.array()?, ephemeral: fields.array()? },
            PASSPHRASE => {
                let salt = fields.array()?;
                let memory = u32::from_le_bytes(fields.array()?);
                let passes = u32::from_le_bytes(fields.array()?);
                let lanes = u32::from_le_bytes(fields.array()?);
                Lock::Passphrase { salt, cost: Cost { memory, passes, lanes } }
            }
            _ => return None,
        };
        locks.push((lock, fields.array()?));
    }
    Some(locks)
}

/// The X25519 public key that belongs to a secret, to be given to [`Seal::recipient`].
#[must_use]
pub fn public_key(secret: [u8; 32]) -> [u8; 32] {
    PublicKey::from(&StaticSecret::from(secret)).to_bytes()
}

/// A wrapping key from a Diffie-Hellman exchange; `None` for a key of low order.
fn exchange(
    secret: &StaticSecret,
    theirs: &[u8; 32],
    ephemeral: &[u8; 32],
    public: &[u8; 32],
) -> Option<[u8; 32]> {
    let shared = secret.diffie_hellman(&PublicKey::from(*theirs));
    shared.was_contributory().then(|| {
        let mut hasher = blake3::Hasher::new_derive_key("trunkline tlr 1 x25519 wrap");
        hasher.update(shared.as_bytes());
        hasher.update(ephemeral);
        hasher.update(public);
        hasher.finalize().into()
    })
}

/// A wrapping key from a passphrase; `None` when the cost is out of bounds.
fn stretch(passphrase: &str, salt: &[u8], cost: Cost) -> Option<[u8; 32]> {
    if cost.memory > MAX_MEMORY || cost.passes > MAX_PASSES || cost.lanes > MAX_LANES {
        return None;
    }
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(32)).ok()?;
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut key)
        .ok()?;
    Some(key)
}

/// A cipher with its key. AES-256-GCM takes the last twelve bytes of a nonce.
#[derive(Clone)]
enum Sealer {
    XChaCha20Poly1305(XChaCha20Poly1305),
    /// Boxed: its key schedule is long.
    Aes256Gcm(Box<Aes256Gcm>),
}

impl Sealer {
    fn new(cipher: Cipher, key: &[u8; 32]) -> Self {
        match cipher {
            Cipher::XChaCha20Poly1305 => {
                Self::XChaCha20Poly1305(XChaCha20Poly1305::new(&(*key).into()))
            }
            Cipher::Aes256Gcm => Self::Aes256Gcm(Box::new(Aes256Gcm::new(&(*key).into()))),
        }
    }

    fn seal(&self, nonce: &[u8; 24], more: &[u8], body: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::XChaCha20Poly1305(c) => c.encrypt_in_place(&(*nonce).into(), more, body).ok(),
            Self::Aes256Gcm(c) => c.encrypt_in_place(&short(nonce).into(), more, body).ok(),
        }
    }

    fn open(&self, nonce: &[u8; 24], more: &[u8], body: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::XChaCha20Poly1305(c) => c.decrypt_in_place(&(*nonce).into(), more, body).ok(),
            Self::Aes256Gcm(c) => c.decrypt_in_place(&short(nonce).into(), more, body).ok(),
        }
    }
}

fn short(nonce: &[u8; 24]) -> [u8; 12] {
    let mut short = [0; 12];
    short.copy_from_slice(&nonce[12..]);
    short
}

/// Seals and opens the bodies of one file.
#[derive(Clone)]
pub(super) struct DataKey {
    sealer: Sealer,
    id: [u8; 16],
}

impl DataKey {
    fn new(cipher: Cipher, key: &[u8; 32], id: [u8; 16]) -> Self {
        Self { sealer: Sealer::new(cipher, key), id }
    }

    /// The file's id, the record's number, four zeros: never twice under one key.
    fn nonce(&self, number: u32) -> [u8; 24] {
        let mut nonce = [0; 24];
        nonce[..16].copy_from_slice(&self.id);
        nonce[16..20].copy_from_slice(&number.to_le_bytes());
        nonce
    }

    pub(super) fn seal(&self, number: u32, head: &[u8], body: &mut Vec<u8>) -> Option<()> {
        self.sealer.seal(&self.nonce(number), head, body)
    }

    pub(super) fn open(&self, number: u32, head: &[u8], body: &mut Vec<u8>) -> Option<()> {
        self.sealer.open(&self.nonce(number), head, body)
    }
}

/// An Ed25519 key that vouches for recordings.
#[derive(Clone)]
pub struct Signer(SigningKey);

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({:02x?}..)", &self.public()[..4])
    }
}

impl Signer {
    /// The key with this 32-byte secret seed (RFC 8032).
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// Its public half, which a verifier trusts.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

pub(super) fn signature_holds(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(public)
        .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}
