//! The formats as text. Nothing that is in a name can end a line or forge a field.

use core::fmt::{self, Write};

use super::Sink;

/// Manager events as Asterisk sends them: `Key: value` lines, an empty line after each event.
#[derive(Clone, Debug, Default)]
pub struct AmiText<W>(
    /// Where the text goes.
    pub W,
);

impl<W: Write> Sink for AmiText<W> {
    fn begin(&mut self, event: &str) -> fmt::Result {
        self.field("Event", format_args!("{event}"))
    }

    fn field(&mut self, key: &str, value: fmt::Arguments<'_>) -> fmt::Result {
        write!(self.0, "{key}: ")?;
        let blank = |c: char, out: &mut W| out.write_char(if c.is_control() { ' ' } else { c });
        write!(Each(&mut self.0, blank), "{value}")?;
        self.0.write_str("\r\n")
    }

    fn end(&mut self) -> fmt::Result {
        self.0.write_str("\r\n")
    }
}

/// Lines of `queue_log`: values between bars.
#[derive(Clone, Debug, Default)]
pub struct QueueLogText<W>(
    /// Where the text goes.
    pub W,
);

impl<W: Write> Sink for QueueLogText<W> {
    fn begin(&mut self, _: &str) -> fmt::Result {
        Ok(())
    }

    fn field(&mut self, key: &str, value: fmt::Arguments<'_>) -> fmt::Result {
        if key != "Time" {
            self.0.write_char('|')?;
        }
        let plain = |c: char, out: &mut W| match c {
            '|' => out.write_char('_'),
            c if c.is_control() => out.write_char(' '),
            c => out.write_char(c),
        };
        write!(Each(&mut self.0, plain), "{value}")
    }

    fn end(&mut self) -> fmt::Result {
        self.0.write_char('\n')
    }
}

/// Events as FreeSWITCH's event socket sends them in plain form: values with `%` codes for what
/// is not plain, an empty line after each event.
#[derive(Clone, Debug, Default)]
pub struct CallCenterText<W>(
    /// Where the text goes.
    pub W,
);

impl<W: Write> Sink for CallCenterText<W> {
    fn begin(&mut self, action: &str) -> fmt::Result {
        self.field("Event-Name", format_args!("CUSTOM"))?;
        self.field("Event-Subclass", format_args!("callcenter::info"))?;
        self.field("CC-Action", format_args!("{action}"))
    }

    fn field(&mut self, key: &str, value: fmt::Arguments<'_>) -> fmt::Result {
        write!(self.0, "{key}: ")?;
        let coded = |c: char, out: &mut W| {
            if c.is_ascii_alphanumeric() || "-_.~!*'(),/$".contains(c) {
                return out.write_char(c);
            }
            let mut bytes = [0; 4];
            c.encode_utf8(&mut bytes).bytes().try_for_each(|byte| write!(out, "%{byte:02X}"))
        };
        write!(Each(&mut self.0, coded), "{value}")?;
        self.0.write_char('\n')
    }

    fn end(&mut self) -> fmt::Result {
        self.0.write_char('\n')
    }
}

/// Text whose characters are written one by one, each as the function says.
struct Each<'w, W, F>(&'w mut W, F);

impl<W: Write, F: Fn(char, &mut W) -> fmt::Result> Write for Each<'_, W, F> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| (self.1)(c, self.0))
    }
}
