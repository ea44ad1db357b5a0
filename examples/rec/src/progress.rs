//! How far a long command is, on standard error where that is a terminal.

use std::io::{self, Read, Seek, SeekFrom, Write};

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

/// A file whose bar shows how far it was read or written.
pub(crate) struct Watched<F> {
    file: F,
    at: u64,
    bar: ProgressBar,
}

impl<F> Watched<F> {
    /// `total` bytes.
    pub(crate) fn new(file: F, total: u64, what: &str, as_json: bool) -> Self {
        Self { file, at: 0, bar: bar(total, what, as_json) }
    }

    /// Takes the bar away.
    pub(crate) fn into_inner(self) -> F {
        self.bar.finish_and_clear();
        self.file
    }

    fn passed(&mut self, len: usize) -> usize {
        self.at += len as u64;
        self.bar.set_position(self.at);
        len
    }
}

impl<F: Read> Read for Watched<F> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let len = self.file.read(to)?;
        Ok(self.passed(len))
    }
}

impl<F: Write> Write for Watched<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = self.file.write(bytes)?;
        Ok(self.passed(len))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl<F: Seek> Seek for Watched<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        // Only what is read there counts: a look at the file's length is no progress.
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}
