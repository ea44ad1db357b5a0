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
/// Menus, sub-menus, back, top and exit, played sounds, transfers, bridges and `hangup` become what
/// they are here; any other application is a query `app` to the host, with its name and data. The
/// first menu is where callers begin. Sounds keep their names as recorded files; `say:` texts stay
/// texts.
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

/// A text constant of an expression, as a YAML string.
fn constant(text: &str) -> String {
    quoted(&format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")))
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
        let mut options = String::new();
        let mut extension = String::new();
        for entry in menu.children().filter(|n| n.has_tag_name("entry")) {
            let Some(digits) = entry.attribute("digits") else {
                return fail(&entry, "an entry without `digits`");
            };
            let expression = digits.strip_prefix('/').and_then(|d| d.strip_suffix('/'));
            let target = self.target(&entry, &name, expression.is_some())?;
            match expression {
                None => {
                    let _ = write!(options, "{}: {}, ", quoted(digits), quoted(&target));
                }
                Some(_) if !extension.is_empty() => {
                    return fail(&entry, "a menu has one regular expression here");
                }
                Some(e) => {
                    let e = e.trim_start_matches('^').trim_end_matches('$').replace("\\d", ".");
                    extension = format!(
                        "    extension: {{ pattern: {}, into: extension, to: {} }}\n",
                        quoted(&e),
                        quoted(&target)
                    );
                }
            }
        }
        if options.is_empty() {
            // A menu of nothing but a regular expression still needs a key of its own.
            return fail(menu, "a menu without a plain entry");
        }
        let bye = format!("{name}.exit");
        let tries = number("max-failures", 3)?.max(1);
        let silences = number("max-timeouts", 3)?.max(1);
        let (first, inter) = (number("timeout", 10_000)?, number("inter-digit-timeout", 2_000)?);
        let _ = write!(
            self.nodes,
            "  {}:\n    type: menu\n    prompt: {long}\n    noinput: [{short}]\n    \
             nomatch: {wrong}\n    reprompt: false\n    first_digit: {first}ms\n    \
             inter_digit: {inter}ms\n    max_nomatch: {tries}\n    max_noinput: {silences}\n    \
             options: {{ {options}}}\n{extension}    on: {{ noinput: {bye}, nomatch: {bye} }}\n",
            quoted(&name),
            bye = quoted(&bye),
        );
        let exit = attribute("exit-sound").map_or("[]".to_string(), sound);
        let _ = writeln!(
            self.nodes,
            "  {}: {{ type: play, prompt: {exit}, next: hangup }}",
            quoted(&bye)
        );
        Ok(())
    }

    /// The node an entry leads to, made if need be.
    fn target(
        &mut self,
        entry: &Node<'_, '_>,
        menu: &str,
        extension: bool,
    ) -> Result<String, ImportError> {
        let param = entry.attribute("param").unwrap_or_default();
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
            "menu-play-sound" => {
                format!("{{ type: play, prompt: {}, next: {} }}", sound(param), quoted(menu))
            }
            "menu-exec-app" => self.application(param, menu, extension),
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

    fn application(&mut self, param: &str, menu: &str, extension: bool) -> String {
        let (app, data) = param.split_once(' ').unwrap_or((param, ""));
        let kind = match app {
            "bridge" => "bridged",
            "transfer" => "blind",
            "hangup" => return "{ type: hangup }".to_string(),
            "playback" => {
                return format!(
                    "{{ type: play, prompt: {}, next: {} }}",
                    sound(data),
                    quoted(menu)
                );
            }
            _ => {
                return format!(
                    "{{ type: query, query: app, args: {{ app: {}, data: {}, extension: extension }}, \
                     next: {menu}, on: {{ failed: {menu} }} }}",
                    constant(app),
                    constant(data),
                    menu = quoted(menu),
                );
            }
        };
        // Of a transfer the extension is enough: the dialplan is the host's.
        let to = if kind == "blind" { data.split(' ').next().unwrap_or(data) } else { data };
        let exits = format!("answered: hangup, failed: {}", quoted(menu));
        if !extension || !to.contains("$1") {
            return format!(
                "{{ type: transfer, kind: {kind}, to: {}, on: {{ {exits} }} }}",
                quoted(to)
            );
        }
        let transfer =
            format!("{{ type: transfer, kind: {kind}, to: \"= target\", on: {{ {exits} }} }}");
        let next = self.add(menu, &transfer);
        let parts: Vec<String> = to
            .split("$1")
            .map(|part| format!("'{}'", part.replace('\\', "\\\\").replace('\'', "\\'")))
            .collect();
        let target = parts.join(" + extension + ");
        format!(
            "{{ type: set, values: {{ target: {} }}, next: {}, on: {{ error: {} }} }}",
            quoted(&target),
            quoted(&next),
            quoted(menu)
        )
    }
}
