use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::document::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The flow runs, but hardly as meant.
    Warning,
    /// There is no program.
    Error,
}

/// Something wrong in a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub level: Level,
    /// A short name to look it up by, `unknown-node` for example.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What would make it right.
    pub help: Option<String>,
    len: usize,
}

/// Everything the compiler has to say about a document, shown like a Rust compiler's messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    file: String,
    list: Vec<Diagnostic>,
    /// The text of each line that a diagnostic is about.
    lines: Vec<String>,
}

impl Diagnostics {
    pub(crate) fn new(file: &str) -> Self {
        Self { file: file.to_string(), ..Self::default() }
    }

    pub(crate) fn push(
        &mut self,
        level: Level,
        code: &'static str,
        span: Span,
        message: String,
        help: Option<String>,
    ) {
        self.list.push(Diagnostic {
            level,
            code,
            message,
            line: span.line.max(1),
            column: span.column.max(1),
            help,
            len: span.len,
        });
    }

    /// Puts everything in the order of the document and keeps the lines to show.
    pub(crate) fn finish(mut self, source: &str) -> Self {
        self.list.sort_by_key(|d| (core::cmp::Reverse(d.level), d.line, d.column));
        let lines: Vec<&str> = source.lines().collect();
        let line =
            |d: &Diagnostic| lines.get(d.line - 1).map_or(String::new(), ToString::to_string);
        self.lines = self.list.iter().map(line).collect();
        self
    }

    /// The diagnostics: errors first, each kind in the order of the document.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether there is an error among them.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.level == Level::Error)
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (d, line)) in self.list.iter().zip(&self.lines).enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            let level = match d.level {
                Level::Error => "error",
                Level::Warning => "warning",
            };
            writeln!(f, "{level}[{}]: {}", d.code, d.message)?;
            let number = d.line.to_string();
            let margin = number.len();
            writeln!(f, "{:margin$}--> {}:{}:{}", "", self.file, d.line, d.column)?;
            writeln!(f, "{:margin$} |", "")?;
            writeln!(f, "{number} | {line}")?;
            // Chinese characters take two columns of a terminal.
            let wide = |c: char| if c as u32 >= 0x1100 { 2 } else { 1 };
            let before: usize = line.chars().take(d.column - 1).map(wide).sum();
            let under: usize = line.chars().skip(d.column - 1).take(d.len).map(wide).sum();
            writeln!(f, "{:margin$} | {:before$}{}", "", "", "^".repeat(under.max(1)))?;
            if let Some(help) = &d.help {
                writeln!(f, "{:margin$} = help: {help}", "")?;
            }
        }
        Ok(())
    }
}

impl core::error::Error for Diagnostics {}

/// The candidate most like a word, when one is near enough to be what was meant.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let near = |c: &'a str| (distance(word, c), c);
    let best = candidates.into_iter().map(near).min_by_key(|(d, _)| *d)?;
    (best.0 <= word.chars().count().max(3) / 3).then_some(best.1)
}

/// Edits from one word to another, a swap of neighbours counting once.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut rows: [Vec<usize>; 3] = [(0..=b.len()).collect(), Vec::new(), Vec::new()];
    for i in 1..=a.len() {
        let mut row = alloc::vec![i];
        for j in 1..=b.len() {
            let change = rows[0][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(rows[0][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[1][j - 2] + 1);
            }
            row.push(least);
        }
        rows.rotate_right(1);
        rows[0] = row;
    }
    rows[0].last().copied().unwrap_or(0)
}
