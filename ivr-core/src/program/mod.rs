//! The compiled program, `.ivrb`: validated once, then read in place.
//!
//! ```text
//! bytes 0..4    "IVRB"
//!       4..6    format version, little-endian like everything below
//!       6..8    zero
//!       8..12   length of the whole program in bytes
//!      12..16   CRC-32 (IEEE 802.3) of everything from byte 16 on
//!      16..20   number of words
//!      20..24   number of strings
//!      24..     the words; the root record begins at word 1
//!               the string table: offset and length of each string, two words each
//!               the string pool, UTF-8
//! ```

pub(crate) mod check;
mod crc;
#[cfg(feature = "std")]
pub(crate) mod layout;
pub(crate) mod records;
mod services;
pub(crate) mod words;

use check::Checker;
use records::{self as r, Root};
use words::{Field, LangId, List, NodeId, Str, VarId, Words};

pub(crate) use crc::crc32;
pub use services::{Service, ServiceKind};

use crate::{Type, prompt::PromptTexts};

/// The first four bytes of every program.
pub const MAGIC: [u8; 4] = *b"IVRB";
/// The version this crate writes and reads.
pub const VERSION: u16 = 2;

pub(crate) const HEADER: usize = 24;

/// Why bytes are not a program this crate can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The bytes do not begin like a program.
    #[error("not an .ivrb program")]
    NotAProgram,
    /// The program was made by another version of the compiler.
    #[error("program format {0}, this crate reads {VERSION}: compile the document again")]
    Version(u16),
    /// The program is cut off or has something behind it.
    #[error("the program says it has {says} bytes and has {has}")]
    Length {
        /// Bytes by its header.
        says: u32,
        /// Bytes there are.
        has: usize,
    },
    /// The program was damaged.
    #[error("the program's checksum is wrong: it was damaged")]
    Checksum,
    /// Something inside points nowhere.
    #[error("{what} out of range at word {at}")]
    Wrong {
        /// What it is.
        what: &'static str,
        /// The word where it was found.
        at: u32,
    },
    /// Checking would cost out of all proportion to the size.
    #[error("the program's parts overlap too much to be checked")]
    TooComplex,
}

/// A validated program, borrowed. Copying it copies a few words.
///
/// Keep the bytes alive as long as a session runs on them: a session stays on the version it began
/// with, and refuses another.
#[derive(Clone, Copy)]
pub struct Flow<'a> {
    pub(crate) words: Words<'a>,
    strings: &'a [u8],
    pool: &'a str,
    id: u32,
    pub(crate) root: Root,
}

impl core::fmt::Debug for Flow<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Flow({:?}, id {:08x})", self.name(), self.id)
    }
}

impl<'a> Flow<'a> {
    /// Validates a program once; afterwards nothing in it can lead the machine astray.
    ///
    /// # Errors
    /// When the bytes are not a program, are of another version, or are damaged.
    pub fn load(bytes: &'a [u8]) -> Result<Self, LoadError> {
        let (header, rest) = bytes.split_at_checked(HEADER).ok_or(LoadError::NotAProgram)?;
        if !header.starts_with(&MAGIC) {
            return Err(LoadError::NotAProgram);
        }
        let head = Words(header);
        let version = head.get(1) as u16;
        if version != VERSION {
            return Err(LoadError::Version(version));
        }
        let says = head.get(2);
        if says as usize != bytes.len() {
            return Err(LoadError::Length { says, has: bytes.len() });
        }
        let id = head.get(3);
        if crc32(bytes.get(16..).unwrap_or_default()) != id {
            return Err(LoadError::Checksum);
        }
        let cut = LoadError::Wrong { what: "section", at: 0 };
        let (words, rest) = split_words(rest, head.get(4)).ok_or(cut)?;
        let count = head.get(5);
        let (strings, pool) = count.checked_mul(2).and_then(|n| split_words(rest, n)).ok_or(cut)?;
        let pool =
            core::str::from_utf8(pool).map_err(|_| LoadError::Wrong { what: "UTF-8", at: 0 })?;
        let words = Words(words);
        if words.len() < 1 + Root::WORDS || words.get(0) != 0 {
            return Err(cut);
        }
        let flow = Self { words, strings, pool, id, root: Root::get(words, 1) };
        for index in 0..count {
            if flow.find(Str(index)).is_none() {
                return Err(LoadError::Wrong { what: "string", at: index });
            }
        }
        Checker::new(words, count).program(flow.root)?;
        Ok(flow)
    }

    fn find(&self, Str(index): Str) -> Option<&'a str> {
        let at = Words(self.strings);
        let index = (index as usize).checked_mul(2)?;
        let start = at.get(index) as usize;
        let end = start.checked_add(at.get(index + 1) as usize)?;
        self.pool.get(start..end)
    }

    pub(crate) fn str(&self, id: Str) -> &'a str {
        self.find(id).unwrap_or_default()
    }

    /// The document's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.str(self.root.name)
    }

    /// Which program this is: its checksum. Sessions remember it.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The languages, the default one first.
    pub fn languages(&self) -> impl Iterator<Item = &'a str> {
        let flow = *self;
        self.root.languages.iter(self.words).map(move |id| flow.str(id))
    }

    pub(crate) fn language(&self, index: u8) -> &'a str {
        self.root.languages.get(self.words, u32::from(index)).map_or("", |id| self.str(id))
    }

    /// The index of a language by its name.
    pub(crate) fn language_index(&self, name: &str) -> Option<LangId> {
        (0..).zip(self.languages()).find(|(_, l)| *l == name).map(|(i, _)| LangId(i))
    }

    /// Every recorded file and every text in every language: what an embedder needs to have, or to
    /// synthesise, before the first call.
    #[must_use]
    pub fn prompts(&self) -> PromptTexts<'a> {
        PromptTexts::new(*self)
    }

    /// The names of the nodes, as traces give them.
    pub fn nodes(&self) -> impl Iterator<Item = &'a str> {
        let flow = *self;
        self.list(self.root.nodes).map(move |n| flow.str(n.name))
    }

    /// Every exit of every node: the node's name and the exit's, as traces give them.
    pub fn exits(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let flow = *self;
        self.list(self.root.nodes).flat_map(move |node| {
            let exits = flow.list(node.exits);
            exits.map(move |exit| (flow.str(node.name), flow.str(exit.name)))
        })
    }

    /// How many bytes of variables a session needs.
    #[must_use]
    pub fn variable_bytes(&self) -> usize {
        self.list(self.root.vars)
            .filter_map(|v| variable_size(v).map(|size| v.at as usize + size))
            .max()
            .unwrap_or(0)
    }

    pub(crate) fn list<R: Field + 'a>(
        &self,
        list: List<R>,
    ) -> impl Iterator<Item = R> + use<'a, R> {
        list.iter(self.words)
    }

    pub(crate) fn node(&self, NodeId(index): NodeId) -> r::Node {
        self.root.nodes.at(self.words, index)
    }

    pub(crate) fn body<R: Field>(&self, node: r::Node) -> R {
        R::get(self.words, node.body as usize)
    }

    pub(crate) fn var(&self, VarId(index): VarId) -> r::Var {
        self.root.vars.at(self.words, index)
    }
}

/// The bytes a variable takes in a session: numbers eight, a truth value one, text its length and
/// as much as it may grow to.
pub(crate) fn variable_size(var: r::Var) -> Option<usize> {
    Some(match Type::from_code(var.ty)? {
        Type::Int | Type::Decimal | Type::Time => 8,
        Type::Bool => 1,
        Type::Text | Type::Digits => 1 + usize::from(u8::try_from(var.max).ok()?),
    })
}

fn split_words(bytes: &[u8], count: u32) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked((count as usize).checked_mul(4)?)
}
