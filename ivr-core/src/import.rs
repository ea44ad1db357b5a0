//! Menus of other systems as flow documents.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use roxmltree::{Document, Node};

/// Why menus cannot be taken over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The text is no XML.
    #[error("not XML: {0}")]
    Xml(String),
    /// There is no `<menu>` in it.
    #[error("there is no <menu>")]
    Empty,
    /// Something a menu cannot do here.
    #[error("line {line}: {what}")]
    Menu {
        /// Where.
        line: u32,
        /// What.
        what: String,
    },
}

/// FreeSWITCH's `ivr_menus` (`conf/ivr_menus/*.xml`) as a flow document that compiles as it is.
///
/// Menus, sub-menus, back, top and exit, played sounds and phrases, transfers, bridges and `hangup`
/// become what they are here; any other application is a query `app` to the host, with its name,
/// its data and the digits that were pressed. Entries of the same digits are done one after the
/// other, the first regular expression that matches is the one taken, `$1` is what it captured. The
/// first menu is where callers begin. Sounds keep their names as recorded files; `say:` texts stay
/// texts. What a menu may also have and is not taken over: `confirm-macro` and its like, the voice
/// of synthesised texts, `digit-len` (the longest entry says it).
///
/// # Errors
/// When the text is no XML, has no menu, or has an entry that no caller could press here.
///
/// ```
/// let document = ivr_core::import_freeswitch(r#"
/// <menu name="main" greet-long="hello.wav" timeout="10000" max-failures="3">
///   <entry action="menu-exec-app" digits="1" param="transfer 1000 XML default"/>
/// </menu>"#, "main").unwrap();
/// assert!(ivr_core::compile(&document, "main.yaml").is_ok());
/// ```
pub fn import_freeswitch(xml: &str, name: &str) -> Result<String, ImportError> {
    let document = Document::parse(xml).map_err(|e| ImportError::Xml(e.to_string()))?;
    let menus = document.descendants().filter(|n| n.has_tag_name("menu"));
    let menus: Vec<Node<'_, '_>> = menus.filter(|n| n.attribute("name").is_some()).collect();
    let first = menus.first().ok_or(ImportError::Empty)?;
    let mut import =
        Import { nodes: String::new(), parents: BTreeMap::new(), top: node_of(first), extra: 0 };
    for menu in &menus {
        for entry in menu.children().filter(|n| n.has_tag_name("entry")) {
            if entry.attribute("action") == Some("menu-sub") {
                let sub = node_named(entry.attribute("param").unwrap_or_default());
                import.parents.entry(sub).or_insert_with(|| node_of(menu));
            }
        }
    }
    for menu in &menus {
        import.menu(menu)?;
    }
    Ok(format!(
        "name: {}\nlanguages: [en]\nvariables:\n  extension: {{ type: digits, max: 32 }}\n  \
         target: {{ type: text, max: 80 }}\nstart: {}\nnodes:\n{}",
        quoted(name),
        quoted(&import.top),
        import.nodes
    ))
}

struct Import {
    nodes: String,
    /// Where `menu-back` goes: the first menu that leads to each.
    parents: BTreeMap<String, String>,
    top: String,
    extra: usize,
}

fn node_named(name: &str) -> String {
    let safe = |c: char| {
        if c.is_alphanumeric() || c == '_' || c == '-' { c } else { '_' }
    };
    format!("menu_{}", name.chars().map(safe).collect::<String>())
}

fn node_of(menu: &Node<'_, '_>) -> String {
    node_named(menu.attribute("name").unwrap_or_default())
}

/// A YAML string in double quotes.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text constant of an expression.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn sound(name: &str) -> String {
    match name.strip_prefix("say:") {
        Some(text) => format!("{{ text: {} }}", quoted(text)),
        None => format!("{{ file: {} }}", quoted(name)),
    }
}

fn fail<T>(node: &Node<'_, '_>, what: &str) -> Result<T, ImportError> {
    let at = node.document().text_pos_at(node.range().start);
    Err(ImportError::Menu { line: at.row, what: what.to_string() })
}

impl Import {
    fn menu(&mut self, menu: &Node<'_, '_>) -> Result<(), ImportError> {
        let name = node_of(menu);
        let attribute = |name: &str| menu.attribute(name).filter(|v| !v.is_empty());
        let number = |name: &str, default: u32| match attribute(name) {
            None => Ok(default),
            Some(text) => text.parse().or_else(|_| fail(menu, &format!("`{name}` is no number"))),
        };
        let long = attribute("greet-long").map_or("[]".to_string(), sound);
        let short = attribute("greet-short").map_or(long.clone(), sound);
        let wrong = attribute("invalid-sound").map(sound);
        let wrong = wrong.map_or(format!("[{short}]"), |w| format!("[[{w}, {short}]]"));
        if attribute("pin").is_some() {
            return fail(menu, "a menu behind a `pin`: ask for it with a `collect` node");
        }
        let mut options = String::new();
        let mut patterns: Vec<(String, String)> = Vec::new();
        for (digits, entries) in grouped(menu)? {
            let expression = digits.strip_prefix('/').and_then(|d| d.strip_suffix('/'));
            let pattern = expression.map(Pattern::new);
            let mut target = name.clone();
            // The last one first: each leads to the one behind it.
            for entry in entries.iter().rev() {
                target = self.target(entry, &name, &target, pattern.as_ref())?;
            }
            match pattern {
                None => {
                    let _ = write!(options, "{}: {}, ", quoted(digits), quoted(&target));
                }
                Some(pattern) => patterns.push((pattern.keys, target)),
            }
        }
        let tries = number("max-failures", 3)?.max(1);
        let silences = number("max-timeouts", 3)?.max(1);
        let (first, inter) = (number("timeout", 10_000)?, number("inter-digit-timeout", 2_000)?);
        let bye = format!("{name}.exit");
        let mut at_last = |attribute_name| match attribute(attribute_name) {
            Some(app) => {
                let node = self.application(app, &name, &bye, None)?;
                Ok(self.add(&name, &node))
            }
            None => Ok(bye.clone()),
        };
        let failed = at_last("exec-on-max-failures")?;
        let silent = at_last("exec-on-max-timeouts")?;
        let all: Vec<&str> = patterns.iter().map(|(pattern, _)| pattern.as_str()).collect();
        let (all, to) = (all.join("|"), self.matched(&name, &patterns));
        let how = match (options.is_empty(), to) {
            (true, None) => return fail(menu, "a menu without an entry"),
            // What only expressions match is no choice but a number.
            (true, Some(to)) => format!(
                "    type: collect\n    pattern: {}\n    into: extension\n    next: {}\n    \
                 terminators: \"\"\n",
                quoted(&all),
                quoted(&to)
            ),
            (false, None) => format!("    type: menu\n    options: {{ {options}}}\n"),
            (false, Some(to)) => format!(
                "    type: menu\n    options: {{ {options}}}\n    extension: {{ pattern: {}, into: \
                 extension, to: {} }}\n",
                quoted(&all),
                quoted(&to)
            ),
        };
        let _ = write!(
            self.nodes,
            "  {}:\n{how}    prompt: {long}\n    noinput: [{short}]\n    nomatch: {wrong}\n    \
             reprompt: false\n    first_digit: {first}ms\n    inter_digit: {inter}ms\n    \
             max_nomatch: {tries}\n    max_noinput: {silences}\n    \
             on: {{ noinput: {}, nomatch: {} }}\n",
            quoted(&name),
            quoted(&silent),
            quoted(&failed),
        );
        let exit = attribute("exit-sound").map_or("[]".to_string(), sound);
        let _ = writeln!(
            self.nodes,
            "  {}: {{ type: play, prompt: {exit}, next: hangup }}",
            quoted(&bye)
        );
        Ok(())
    }

    /// Where the digits that some pattern matched lead to.
    fn matched(&mut self, menu: &str, patterns: &[(String, String)]) -> Option<String> {
        let (last, others) = patterns.split_last()?;
        if others.is_empty() {
            return Some(last.1.clone());
        }
        let mut cases = String::new();
        for (pattern, to) in others {
            let when = format!("matches(extension, {})", literal(pattern));
            let _ = write!(cases, "{{ when: {}, to: {} }}, ", quoted(&when), quoted(to));
        }
        let branch = format!("{{ type: branch, cases: [{cases}], else: {} }}", quoted(&last.1));
        Some(self.add(menu, &branch))
    }

    /// The node an entry leads to, made if need be; `next` is where it goes on.
    fn target(
        &mut self,
        entry: &Node<'_, '_>,
        menu: &str,
        next: &str,
        pattern: Option<&Pattern>,
    ) -> Result<String, ImportError> {
        let param = entry.attribute("param").unwrap_or_default();
        let play =
            |sound: String| format!("{{ type: play, prompt: {sound}, next: {} }}", quoted(next));
        let node = match entry.attribute("action").unwrap_or_default() {
            "menu-exit" => return Ok(format!("{menu}.exit")),
            "menu-top" => return Ok(self.top.clone()),
            "menu-back" => {
                return Ok(self.parents.get(menu).cloned().unwrap_or(self.top.clone()));
            }
            "menu-sub" => {
                let sub = node_named(param);
                if !entry
                    .document()
                    .descendants()
                    .any(|n| n.has_tag_name("menu") && node_of(&n) == sub)
                {
                    return fail(entry, &format!("there is no menu `{param}`"));
                }
                return Ok(sub);
            }
            "menu-play-sound" => play(sound(param)),
            "menu-say-phrase" => play(sound(&format!("phrase:{param}"))),
            "menu-call-transfer" => {
                let app = format!("transfer {param}");
                self.application(&app, menu, next, pattern).or_else(|e| e.at(entry))?
            }
            "menu-exec-app" => {
                self.application(param, menu, next, pattern).or_else(|e| e.at(entry))?
            }
            other => return fail(entry, &format!("there is no action `{other}`")),
        };
        Ok(self.add(menu, &node))
    }

    fn add(&mut self, menu: &str, node: &str) -> String {
        self.extra += 1;
        let name = format!("{menu}.{}", self.extra);
        let _ = writeln!(self.nodes, "  {}: {node}", quoted(&name));
        name
    }

    fn application(
        &mut self,
        param: &str,
        menu: &str,
        next: &str,
        pattern: Option<&Pattern>,
    ) -> Result<String, ImportError> {
        let (app, data) = param.split_once(' ').unwrap_or((param, ""));
        let captured =
            pattern.filter(|_| data.contains("$1")).map(Pattern::captured).transpose()?;
        let kind = match app {
            "bridge" => "bridged",
            "transfer" => "blind",
            "hangup" => return Ok("{ type: hangup }".to_string()),
            "playback" => {
                let sound = sound(data);
                return Ok(format!("{{ type: play, prompt: {sound}, next: {} }}", quoted(next)));
            }
            _ => {
                return Ok(format!(
                    "{{ type: query, query: app, args: {{ app: {}, data: {}, extension: extension }}, \
                     next: {next}, on: {{ failed: {next} }} }}",
                    quoted(&literal(app)),
                    quoted(&text_with(data, captured.as_deref())),
                    next = quoted(next),
                ));
            }
        };
        // Of a transfer the extension is enough: the dialplan is the host's.
        let to = if kind == "blind" { data.split(' ').next().unwrap_or(data) } else { data };
        let exits = format!("answered: hangup, failed: {}", quoted(menu));
        if captured.is_none() || !to.contains("$1") {
            return Ok(format!(
                "{{ type: transfer, kind: {kind}, to: {}, on: {{ {exits} }} }}",
                quoted(to)
            ));
        }
        let transfer =
            format!("{{ type: transfer, kind: {kind}, to: \"= target\", on: {{ {exits} }} }}");
        let dial = self.add(menu, &transfer);
        Ok(format!(
            "{{ type: set, values: {{ target: {} }}, next: {}, on: {{ error: {} }} }}",
            quoted(&text_with(to, captured.as_deref())),
            quoted(&dial),
            quoted(menu)
        ))
    }
}

impl ImportError {
    /// The same, and where.
    fn at<T>(self, node: &Node<'_, '_>) -> Result<T, Self> {
        match self {
            Self::Menu { what, .. } => fail(node, &what),
            other => Err(other),
        }
    }
}

/// A menu's entries: those of the same digits together, in the order they are done.
#[allow(clippy::type_complexity, reason = "a list of lists")]
fn grouped<'a, 'x>(menu: &Node<'a, 'x>) -> Result<Vec<(&'a str, Vec<Node<'a, 'x>>)>, ImportError> {
    let mut groups: Vec<(&str, Vec<Node<'_, '_>>)> = Vec::new();
    for entry in menu.children().filter(|n| n.has_tag_name("entry")) {
        let Some(digits) = entry.attribute("digits") else {
            return fail(&entry, "an entry without `digits`");
        };
        match groups.iter_mut().find(|(known, _)| *known == digits) {
            Some((_, entries)) => entries.push(entry),
            None => groups.push((digits, alloc::vec![entry])),
        }
    }
    Ok(groups)
}

/// A regular expression of FreeSWITCH's as a pattern of keys.
struct Pattern {
    keys: String,
}

impl Pattern {
    fn new(expression: &str) -> Self {
        let keys = expression.trim_start_matches('^').trim_end_matches('$');
        Self { keys: keys.replace("\\d", ".").replace("(?:", "(") }
    }

    /// The expression of what the first parentheses capture: all, or all but literal keys around.
    fn captured(&self) -> Result<String, ImportError> {
        let what = || "`$1` is neither all of the digits nor all but some fixed ones".to_string();
        let refused = || ImportError::Menu { line: 0, what: what() };
        let (before, rest) = self.keys.split_once('(').ok_or_else(refused)?;
        let (inner, behind) = rest.rsplit_once(')').ok_or_else(refused)?;
        let literal = |text: &str| {
            let keys = text.replace('\\', "");
            let fixed = keys.bytes().all(|key| crate::grammar::symbol(key).is_some());
            let repeats = text.contains('*') && !text.contains("\\*");
            if fixed && !repeats { Ok(keys.len()) } else { Err(refused()) }
        };
        if inner.contains('(') || self.keys.contains('|') {
            return Err(refused());
        }
        Ok(match (literal(before)?, literal(behind)?) {
            (0, 0) => "extension".to_string(),
            (before, 0) => format!("extension.substring({before}, size(extension))"),
            (before, behind) => {
                format!("extension.substring({before}, size(extension) - {behind})")
            }
        })
    }
}

/// A text as an expression, with what was captured in its place.
fn text_with(text: &str, captured: Option<&str>) -> String {
    match captured {
        None => literal(text),
        Some(captured) => {
            let parts: Vec<String> = text.split("$1").map(literal).collect();
            parts.join(&format!(" + {captured} + "))
        }
    }
}
