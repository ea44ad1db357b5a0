//! The keys of SRTP as SDP carries them: `a=crypto` lines (RFC 4568).

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};

use crate::media::srtp::{MasterKey, Suite};

/// Base64 that bears padding left out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// What stands before a key.
const INLINE: &str = "inline:";

/// One line: the key its sender encrypts with, and the number by which an answer names the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) tag: u32,
    pub(crate) key: MasterKey,
}

impl Line {
    /// A new key for each suite, in the order they are offered.
    pub(crate) fn fresh() -> Vec<Line> {
        let keys = Suite::ALL.into_iter().filter_map(MasterKey::random);
        (1..).zip(keys).map(|(tag, key)| Line { tag, key }).collect()
    }

    /// Reads the value of an attribute `crypto`. `None` for what cannot be used as it stands: suites
    /// not known, several keys or a key identifier, parameters that would change what is sent.
    pub(crate) fn parse(value: &str) -> Option<Line> {
        let mut words = value.split_ascii_whitespace();
        let tag = words.next().filter(|tag| tag.len() < 10)?.parse().ok()?;
        let suite = words.next()?;
        let suite =
            Suite::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(suite))?;
        let mut key = words.next()?.strip_prefix(INLINE)?.split('|');
        let bytes = BASE64.decode(key.next()?).ok()?;
        // What may follow is how long the key lives, which is longer than any call, and which key
        // of several a packet is protected with.
        if key.any(|more| more.contains([':', ';'])) {
            return None;
        }
        // Hints how packets may overtake each other, and what may be left unknown, change nothing.
        if words.any(|word| !word.starts_with("WSH=") && !word.starts_with('-')) {
            return None;
        }
        Some(Line { tag, key: MasterKey::new(suite, &bytes)? })
    }

    /// The value of the attribute.
    pub(crate) fn value(&self) -> String {
        let (tag, suite) = (self.tag, self.key.suite().name());
        format!("{tag} {suite} {INLINE}{}", BASE64.encode(self.key.as_bytes()))
    }
}

/// A text, such as a trace of messages, without the keys in it.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let mut parts = text.split(INLINE);
    let Some(first) = parts.next().filter(|first| first.len() < text.len()) else {
        return Cow::Borrowed(text);
    };
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let mut out = first.to_owned();
    for part in parts {
        out.push_str(INLINE);
        out.push_str("***");
        out.push_str(part.trim_start_matches(is_key));
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";

    fn line(text: &str) -> Option<Line> {
        Line::parse(&text.replace("KEY", KEY))
    }

    #[test]
    fn a_line_is_read_and_written() {
        let read = line("1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^20").unwrap();
        assert_eq!((read.tag, read.key.suite()), (1, Suite::AesCm80));
        assert_eq!(read.key.as_bytes(), b"wDfvg&T+)xG7@fb5jU,RaA}\\|p0%*#");
        assert_eq!(read.value(), format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"));
        assert!(line("7 aes_cm_128_hmac_sha1_32 inline:KEY WSH=128 -x=1").is_some());
        for fresh in Line::fresh() {
            assert_eq!(Line::parse(&fresh.value()), Some(fresh));
            let bare = fresh.value();
            assert_eq!(Line::parse(bare.trim_end_matches('=')), Some(fresh), "without padding");
        }
    }

    #[test]
    fn a_line_that_cannot_be_followed_is_none() {
        for text in [
            "",
            "1",
            "x AES_CM_128_HMAC_SHA1_80 inline:KEY",
            "99999999999 AES_CM_128_HMAC_SHA1_80 inline:KEY",
            "1 F8_128_HMAC_SHA1_80 inline:KEY",
            "1 AEAD_AES_128_GCM inline:KEY",
            "1 AES_CM_128_HMAC_SHA1_80 KEY",
            "1 AES_CM_128_HMAC_SHA1_80 inline:",
            "1 AES_CM_128_HMAC_SHA1_80 inline:KEYKEY",
            "1 AES_CM_128_HMAC_SHA1_80 inline:%%%%",
            "1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^20|1:4",
            "1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^20;inline:KEY",
            "1 AES_CM_128_HMAC_SHA1_80 inline:KEY UNENCRYPTED_SRTCP",
            "1 AES_CM_128_HMAC_SHA1_80 inline:KEY KDR=1",
        ] {
            assert_eq!(line(text), None, "{text}");
        }
    }

    #[test]
    fn traces_hold_no_keys() {
        let trace =
            format!("a=crypto:1 X inline:{KEY}|2^20\\r\\na=crypto:2 Y inline:{KEY}==\\r\\n");
        let said = "a=crypto:1 X inline:***|2^20\\r\\na=crypto:2 Y inline:***\\r\\n";
        assert_eq!(masked(&trace), said);
        assert!(matches!(masked("nothing to hide"), Cow::Borrowed(_)));
    }
}
