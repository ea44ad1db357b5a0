//! How far a long command is, on standard error where that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for so many steps; nothing is shown where nobody looks, or of what is done at once.
pub(crate) fn bar(total: u64, what: &str, as_json: bool) -> ProgressBar {
    if as_json {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} [{bar:40}] {percent}% {eta}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
    ProgressBar::new(total).with_style(style).with_message(what.to_owned())
}
