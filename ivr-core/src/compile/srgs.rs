//! SRGS grammars for DTMF (W3C Speech Recognition Grammar Specification 1.0, XML form) and the
//! `builtin:` types of VoiceXML 2.0, as patterns.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use roxmltree::{Document, Node};

use super::automaton::{LONGEST, Pattern};
use crate::grammar::symbol;

/// Rules may refer to each other so deeply; recursion is no regular grammar.
const DEEPEST: usize = 32;
/// And so often in all: references to references multiply.
const MOST: usize = 2_000;

type Read<T> = Result<T, String>;

/// A grammar as a document writes it: XML, or a `builtin:` address.
pub(super) fn read(text: &str) -> Read<Pattern> {
    match text.trim().strip_prefix("builtin:") {
        Some(builtin) => built_in(builtin),
        None => grammar(text),
    }
}

fn grammar(text: &str) -> Read<Pattern> {
    let document = Document::parse(text).map_err(|e| format!("not XML: {e}"))?;
    let root = document.root_element();
    if root.tag_name().name() != "grammar" || root.attribute("mode") != Some("dtmf") {
        return Err("this should be a <grammar> with mode=\"dtmf\"".to_string());
    }
    let first =
        root.children().filter(|n| n.has_tag_name_of("rule")).find_map(|n| n.attribute("id"));
    let name = root.attribute("root").or(first).ok_or("the grammar has no rule")?;
    let mut left = MOST;
    rule(root, name, 0, &mut left)
}

/// Grammars come with and without their namespace.
trait Named {
    fn has_tag_name_of(&self, name: &str) -> bool;
}

impl Named for Node<'_, '_> {
    fn has_tag_name_of(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

fn rule(root: Node<'_, '_>, name: &str, depth: usize, left: &mut usize) -> Read<Pattern> {
    if depth > DEEPEST {
        return Err(format!("rule `{name}` refers to itself"));
    }
    *left = left.checked_sub(1).ok_or("the rules refer to each other too often")?;
    let mut rules = root.children().filter(|n| n.has_tag_name_of("rule"));
    let found = rules.find(|n| n.attribute("id") == Some(name));
    let found = found.ok_or_else(|| format!("there is no rule `{name}`"))?;
    sequence(root, found, depth, left)
}

fn sequence(
    root: Node<'_, '_>,
    node: Node<'_, '_>,
    depth: usize,
    left: &mut usize,
) -> Read<Pattern> {
    let mut parts = Vec::new();
    for child in node.children() {
        if child.is_text() {
            for token in child.text().unwrap_or_default().split_whitespace() {
                parts.push(key(token.trim_matches('"'))?);
            }
        } else if child.is_element() {
            match child.tag_name().name() {
                "item" => parts.push(item(root, child, depth, left)?),
                "one-of" => {
                    let items = child.children().filter(|n| n.has_tag_name_of("item"));
                    let all: Read<Vec<_>> = items.map(|n| item(root, n, depth, left)).collect();
                    parts.push(Pattern::Either(all?));
                }
                "token" => parts.push(key(child.text().unwrap_or_default().trim())?),
                "ruleref" => match (child.attribute("uri"), child.attribute("special")) {
                    (Some(uri), None) => {
                        let name = uri.strip_prefix('#');
                        let name = name.ok_or_else(|| format!("`{uri}` lies in another file"))?;
                        parts.push(rule(root, name, depth + 1, left)?);
                    }
                    (None, Some("NULL")) => {}
                    // Nothing matches it.
                    (None, Some("VOID")) => parts.push(Pattern::Symbols(0)),
                    _ => return Err("a <ruleref> has a local `uri`, NULL or VOID".to_string()),
                },
                // What a match means is the flow's affair.
                "tag" | "example" => {}
                other => return Err(format!("<{other}> has no meaning in a grammar of keys")),
            }
        }
    }
    Ok(Pattern::Sequence(parts))
}

fn item(root: Node<'_, '_>, node: Node<'_, '_>, depth: usize, left: &mut usize) -> Read<Pattern> {
    let inner = sequence(root, node, depth, left)?;
    let Some(repeat) = node.attribute("repeat") else {
        return Ok(inner);
    };
    let wrong = || format!("`{repeat}` is no repeat: write 3, 2-4 or 2-");
    let number = |text: &str| {
        let n = text.trim().parse::<u32>().ok().filter(|n| *n <= LONGEST);
        n.ok_or_else(wrong)
    };
    let (min, max) = match repeat.split_once('-') {
        Some((min, "")) => (number(min)?, None),
        Some((min, max)) => (number(min)?, Some(number(max)?)),
        None => (number(repeat)?, Some(number(repeat)?)),
    };
    if max.is_some_and(|max| max < min) {
        return Err(wrong());
    }
    Ok(Pattern::Repeat(Box::new(inner), min, max))
}

fn key(token: &str) -> Read<Pattern> {
    let named = match token {
        "star" => "*",
        "pound" | "hash" => "#",
        _ => token,
    };
    let found = match named.as_bytes() {
        [byte] => symbol(*byte),
        _ => None,
    };
    found.map(|s| Pattern::Symbols(1 << s)).ok_or_else(|| format!("`{token}` is no key"))
}

/// VoiceXML 2.0, appendix P, as far as keys go: `dtmf/digits?minlength=3;maxlength=5`.
fn built_in(address: &str) -> Read<Pattern> {
    let address = address.strip_prefix("dtmf/").unwrap_or(address);
    let (name, query) = address.split_once('?').unwrap_or((address, ""));
    let mut values = Vec::new();
    for part in query.split([';', '&']).filter(|p| !p.is_empty()) {
        let (name, value) = part.split_once('=').ok_or_else(|| format!("`{part}` has no value"))?;
        values.push((name, value));
    }
    let value = |name: &str| values.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
    let length = |name: &str| match value(name) {
        None => Ok(None),
        Some(text) => match text.parse::<u32>().ok().filter(|n| (1..=LONGEST).contains(n)) {
            Some(n) => Ok(Some(n)),
            None => Err(format!("`{name}` is a number from 1 to {LONGEST}")),
        },
    };
    let one = |keys: &str| Pattern::literal(keys).ok_or_else(|| format!("`{keys}` are no keys"));
    Ok(match name {
        "digits" => {
            let exact = length("length")?;
            let min = exact.or(length("minlength")?).unwrap_or(1);
            let max = exact.or(length("maxlength")?).unwrap_or(LONGEST);
            if max < min {
                return Err("`maxlength` is less than `minlength`".to_string());
            }
            Pattern::digits(min, max)
        }
        "boolean" => {
            let (yes, no) = (value("y").unwrap_or("1"), value("n").unwrap_or("2"));
            Pattern::Either(alloc::vec![one(yes)?, one(no)?])
        }
        // A year, a month, a day.
        "date" => Pattern::parse("[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")
            .map_err(|(_, message)| message)?,
        "time" => Pattern::parse("([01][0-9]|2[0-3])[0-5][0-9]").map_err(|(_, m)| m)?,
        // The star is the decimal point.
        "number" | "currency" => Pattern::parse(r".{1,16}(\*.{1,4})?").map_err(|(_, m)| m)?,
        "phone" => Pattern::parse(r".{1,20}(\*.{1,8})?").map_err(|(_, m)| m)?,
        _ => return Err(format!("there is no built-in `{name}` for keys")),
    })
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::super::automaton::build;
    use super::read;
    use crate::grammar::symbol;

    /// Whether a grammar takes some keys.
    fn takes(text: &str, keys: &str) -> bool {
        let automaton = build(&[(read(text).unwrap(), 0)]).unwrap();
        let mut at = 0_u16;
        for key in keys.bytes() {
            match automaton.states.get(usize::from(at)) {
                Some(state) => at = state.next(symbol(key).unwrap()),
                None => return false,
            }
        }
        automaton.states.get(usize::from(at)).is_some_and(|s| s.accept != 0)
    }

    /// The example of SRGS, section 5: a PIN of four digits, or * followed by a known one.
    const PIN: &str = r##"<?xml version="1.0"?>
<grammar mode="dtmf" version="1.0" root="pin" xmlns="http://www.w3.org/2001/06/grammar">
  <rule id="digit">
    <one-of>
      <item> 0 </item> <item> 1 </item> <item> 2 </item> <item> 3 </item> <item> 4 </item>
      <item> 5 </item> <item> 6 </item> <item> 7 </item> <item> 8 </item> <item> 9 </item>
    </one-of>
  </rule>
  <rule id="pin" scope="public">
    <one-of>
      <item><item repeat="4"><ruleref uri="#digit"/></item> # </item>
      <item> * 9 <tag>helpdesk</tag></item>
    </one-of>
  </rule>
</grammar>"##;

    #[test]
    fn the_example_of_the_specification() {
        for (keys, good) in
            [("1234#", true), ("*9", true), ("1234", false), ("123#", false), ("", false)]
        {
            assert_eq!(takes(PIN, keys), good, "{keys}");
        }
    }

    #[test]
    fn built_in_types() {
        for (grammar, keys, good) in [
            ("builtin:dtmf/digits?minlength=3;maxlength=5", "12345", true),
            ("builtin:dtmf/digits?minlength=3;maxlength=5", "12", false),
            ("builtin:digits?length=4", "1234", true),
            ("builtin:dtmf/boolean", "1", true),
            ("builtin:dtmf/boolean?y=7;n=9", "9", true),
            ("builtin:dtmf/boolean?y=7;n=9", "1", false),
            ("builtin:date", "20261122", true),
            ("builtin:date", "20261322", false),
            ("builtin:time", "2359", true),
            ("builtin:time", "2460", false),
            ("builtin:currency", "12*50", true),
            ("builtin:phone", "62010000*123", true),
        ] {
            assert_eq!(takes(grammar, keys), good, "{grammar} {keys}");
        }
    }

    #[test]
    fn repeats() {
        let with = |repeat: &str| {
            format!(
                "<grammar mode='dtmf'><rule id='a'><item repeat='{repeat}'>1</item></rule></grammar>"
            )
        };
        assert!(
            takes(&with("2-3"), "111") && takes(&with("0-1"), "") && takes(&with("2-"), "1111")
        );
        assert!(
            !takes(&with("2-3"), "1") && !takes(&with("2-3"), "1111") && !takes(&with("2"), "1")
        );
    }

    #[test]
    fn what_is_no_grammar_says_so() {
        for wrong in [
            "",
            "<grammar/>",
            "<grammar mode='voice'><rule id='a'>1</rule></grammar>",
            "<grammar mode='dtmf'/>",
            "<grammar mode='dtmf' root='b'><rule id='a'>1</rule></grammar>",
            "<grammar mode='dtmf'><rule id='a'>one</rule></grammar>",
            "<grammar mode='dtmf'><rule id='a'><ruleref uri='#a'/></rule></grammar>",
            "<grammar mode='dtmf'><rule id='a'><ruleref uri='x.xml#a'/></rule></grammar>",
            "<grammar mode='dtmf'><rule id='a'><item repeat='4-2'>1</item></rule></grammar>",
            "<grammar mode='dtmf'><rule id='a'><item repeat='99'>1</item></rule></grammar>",
            "<grammar mode='dtmf'><rule id='a'><video/></rule></grammar>",
            "builtin:dtmf/speech",
            "builtin:digits?length=99",
            "builtin:digits?minlength=5;maxlength=3",
            "builtin:digits?length",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
