//! Exceptions, one family a core, each with the name of what was wrong.

use pyo3::exceptions::{PyException, PyOSError};
use pyo3::prelude::*;

pyo3::create_exception!(
    trunkline,
    Error,
    PyException,
    "Whatever Trunkline refuses.\n\n\
     `code` names the reason, `subject` is the number it is about and `limit` what that may be at \
     most or has to be; each of these two is None where the reason has none."
);
pyo3::create_exception!(
    trunkline.media,
    MediaError,
    Error,
    "A frame, a packet, a file or a setting of the media layer is not what it must be.\n\n\
     `code` names the reason: frame (`subject` samples are no frame, the longest has `limit`), \
     no_room (for a packet in `limit` bytes), settings; \
     short, version (`subject`, where `limit` is read), padding, packet_type (`subject`), unwritable, \
     undrained, busy (with event `subject`), no_duration; not_sound, coding (format `subject`), \
     malformed (at byte `subject`), header."
);

pyo3::create_exception!(
    trunkline.record,
    RecordError,
    Error,
    "A recording cannot be written, read or opened.\n\n\
     `code` names the reason (not_tlr, header_damaged, version, damaged, no_head, locked, \
     wrong_key, too_costly, channel, format, backwards, too_long, block); `subject` is the version, \
     byte, channel, position or cost it is about, or None."
);

pyo3::create_exception!(
    trunkline.acd,
    AcdError,
    Error,
    "The routing engine refused an input or a configuration, and is as it was before.\n\n\
     `code` names the reason (no_queue, no_agent, no_call, no_offer, no_class, no_profile, \
     already_member, not_member, wrong_state, queue_in_use, full, time_backwards, undrained, \
     snapshot, config, calendar); `subject` is the handle or instant it is about, or None."
);

pyo3::create_exception!(
    trunkline.outbound,
    CampaignError,
    AcdError,
    "A campaign refused an input or a contact, and is as it was before.\n\n\
     `code` names the reason (no_contact, wrong_state, not_now, twice, no_zone, full, \
     time_backwards, undrained, config, snapshot); `subject` is the contact, number, calendar or \
     instant it is about, or None."
);

pyo3::create_exception!(
    trunkline.ivr,
    IvrError,
    Error,
    "The dialogue engine refused a program, a key or a session.\n\n\
     `code` names the reason: not_a_program, version (`subject`, where `limit` is read), length \
     (`subject` bytes, where there must be `limit`), checksum, wrong (`subject` is the word), \
     too_complex; not_a_key (`subject` is its code point), variables (`subject` bytes, where \
     `limit` fit), wrong_flow (program `subject`, where `limit` is its own); xml, no_menu, menu \
     (`subject` is the line); document (a CompileError)."
);
pyo3::create_exception!(
    trunkline.ivr,
    CompileError,
    IvrError,
    "A document is not a flow. The text shows everything that is wrong, as a compiler does; \
     `diagnostics` holds it as a list of `Diagnostic` (level, code, message, line, column, help), \
     `file` is the name the document was given."
);

/// Why something is refused, as the fields of [`Error`].
#[derive(Clone, Copy)]
pub(crate) struct Reason {
    code: &'static str,
    subject: Option<u64>,
    limit: Option<u64>,
}

impl Reason {
    /// A reason by its name.
    pub(crate) const fn new(code: &'static str) -> Self {
        Self { code, subject: None, limit: None }
    }

    /// The number it is about, if it is about one.
    pub(crate) const fn about(self, subject: Option<u64>) -> Self {
        Self { subject, ..self }
    }

    /// What that number may be at most or has to be.
    pub(crate) const fn limit(self, limit: u64) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// The exception with this reason in its fields.
    pub(crate) fn within(self, exception: PyErr) -> PyErr {
        Python::attach(|py| {
            let value = exception.value(py);
            let set = value
                .setattr("code", self.code)
                .and_then(|()| value.setattr("subject", self.subject))
                .and_then(|()| value.setattr("limit", self.limit));
            match set {
                Ok(()) => exception,
                Err(other) => other,
            }
        })
    }
}

/// An error of the file system, with the file's name.
pub(crate) fn of_file(path: &std::path::Path, error: &std::io::Error) -> PyErr {
    let name = path.display().to_string();
    match error.raw_os_error() {
        Some(number) => PyOSError::new_err((number, error.to_string(), name)),
        None => PyOSError::new_err(format!("{name}: {error}")),
    }
}

pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("Error", py.get_type::<Error>())?;
    module.add("AcdError", py.get_type::<AcdError>())?;
    module.add("CampaignError", py.get_type::<CampaignError>())?;
    module.add("IvrError", py.get_type::<IvrError>())?;
    module.add("CompileError", py.get_type::<CompileError>())?;
    module.add("RecordError", py.get_type::<RecordError>())?;
    module.add("MediaError", py.get_type::<MediaError>())
}
