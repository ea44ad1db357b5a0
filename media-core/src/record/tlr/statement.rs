//! Checkpoints and the close: the whole chain at a point, and who vouches for it.

use alloc::vec::Vec;

use super::crypto::{Signer, signature_holds};
use super::frame::Chain;
use super::wire::Fields;

const SIGNED: u8 = 1;
const RECOVERED: u8 = 2;
const CLOSING: u8 = 4;
const CONTEXT: &[u8] = b"trunkline tlr 1 statement";

/// What a checkpoint or close states: the chain after all records before it.
pub(super) struct Statement {
    id: [u8; 16],
    flags: u8,
    pub(super) chain: Chain,
    /// Who signed it, and the signature.
    pub(super) signature: Option<([u8; 32], [u8; 64])>,
}

impl Statement {
    pub(super) fn new(id: &[u8; 16], chain: &Chain, closing: bool, recovered: bool) -> Self {
        let flags = if closing { CLOSING } else { 0 } | if recovered { RECOVERED } else { 0 };
        Self { id: *id, flags, chain: *chain, signature: None }
    }

    /// The record's body, signed if there is a signer.
    pub(super) fn bytes(&self, signer: Option<&Signer>) -> Vec<u8> {
        let flags = self.flags | if signer.is_some() { SIGNED } else { 0 };
        let mut out = Vec::from([flags]);
        out.extend_from_slice(&self.chain.0);
        if let Some(signer) = signer {
            out.extend_from_slice(&signer.public());
            out.extend_from_slice(&signer.sign(&self.message()));
        }
        out
    }

    pub(super) fn parse(id: &[u8; 16], body: &[u8]) -> Option<Self> {
        let mut fields = Fields(body);
        let flags = fields.byte()?;
        let chain = Chain(fields.array()?);
        let signature =
            if flags & SIGNED != 0 { Some((fields.array()?, fields.array()?)) } else { None };
        Some(Self { id: *id, flags: flags & !SIGNED, chain, signature })
    }

    pub(super) fn recovered(&self) -> bool {
        self.flags & RECOVERED != 0
    }

    pub(super) fn signature_holds(&self) -> bool {
        self.signature.is_some_and(|(public, signature)| {
            signature_holds(&public, &self.message(), &signature)
        })
    }

    fn message(&self) -> Vec<u8> {
        [CONTEXT, &self.id, &[self.flags], &self.chain.0].concat()
    }
}
