//! # Status codes
//!
//! Every function that can fail returns a `tl_status`: zero is success, a negative code is a
//! failure, `TL_DONE` says that there is nothing more to take. A failing call has changed nothing
//! and written nothing through its output pointers, unless it says otherwise. Codes keep their
//! number for ever; a retired number is never used again.

use core::ffi::c_char;

/// What a call came to.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum tl_status {
    /// Done as asked.
    TL_OK = 0,
    /// Nothing (more) to take. Not a failure.
    TL_DONE = 1,

    /// A pointer that must not be NULL was NULL.
    TL_ERR_NULL = -1,
    /// An argument is outside its range; the last-error text names it.
    TL_ERR_ARGUMENT = -2,
    /// A struct's `struct_size` is smaller than its first version, or larger than this library
    /// knows with something set in the part it does not know.
    TL_ERR_STRUCT_SIZE = -3,
    /// A block of memory is not aligned to `TL_ALIGN`, or a pointer not to its type.
    TL_ERR_ALIGN = -4,
    /// A block of memory is smaller than the matching `tl_*_size` says.
    TL_ERR_MEMORY = -5,
    /// The operating system gave no memory.
    TL_ERR_NO_MEMORY = -6,
    /// A fault inside the library. The object it happened in is out of use from now on, every
    /// other object is not affected. Please report the last-error text.
    TL_ERR_PANIC = -7,
    /// The object is out of use after an earlier `TL_ERR_PANIC`; it can only be freed.
    TL_ERR_POISONED = -8,
    /// Another call is inside the object: two threads used it at the same time.
    TL_ERR_BUSY = -9,
    /// The pointer is not a live object of this type.
    TL_ERR_OBJECT = -10,
    /// A text is not UTF-8.
    TL_ERR_UTF8 = -11,
    /// An output buffer is too small; the size it needs was stored where the function says.
    TL_ERR_BUFFER = -12,
    /// What the object has to say must be polled first: there is no room for more.
    TL_ERR_UNDRAINED = -13,
    /// Objects made from this one are still alive: free them first.
    TL_ERR_IN_USE = -14,
    /// The library was built without this part; the last-error text names the feature.
    TL_ERR_UNSUPPORTED = -15,

    /// Routing: no such queue, or it was removed.
    TL_ERR_ACD_NO_QUEUE = -100,
    /// Routing: no such agent, or it was removed.
    TL_ERR_ACD_NO_AGENT = -101,
    /// Routing: no such call, or it has left or was completed.
    TL_ERR_ACD_NO_CALL = -102,
    /// Routing: no such offer, or it has ended.
    TL_ERR_ACD_NO_OFFER = -103,
    /// Routing: no such class of calls.
    TL_ERR_ACD_NO_CLASS = -104,
    /// Routing: no such profile of agents.
    TL_ERR_ACD_NO_PROFILE = -105,
    /// Routing: the agent is a member of this queue already.
    TL_ERR_ACD_ALREADY_MEMBER = -106,
    /// Routing: the agent is not a member of this queue.
    TL_ERR_ACD_NOT_MEMBER = -107,
    /// Routing: the call is not in the state that this input is for.
    TL_ERR_ACD_WRONG_STATE = -108,
    /// Routing: the queue still holds calls or members.
    TL_ERR_ACD_QUEUE_IN_USE = -109,
    /// Routing: a table is full; the last-error text names it, and it is one of the limits.
    TL_ERR_ACD_FULL = -110,
    /// Routing: the clock went back.
    TL_ERR_ACD_TIME_BACKWARDS = -111,
    /// Routing: a configuration value is out of range or contradicts another.
    TL_ERR_ACD_CONFIG = -112,
    /// Routing: the bytes are not a snapshot that these limits can go on from.
    TL_ERR_ACD_SNAPSHOT = -113,
    /// Routing: the question about staffing has no answer; the last-error text says why.
    TL_ERR_ACD_STAFFING = -114,
    /// Routing: the configuration text has errors; its messages say which and where.
    TL_ERR_ACD_TEXT = -115,
    /// Routing: the bytes are not an event log.
    TL_ERR_ACD_NOT_A_LOG = -116,
    /// Routing: an event log of a version that this library does not read.
    TL_ERR_ACD_LOG_VERSION = -117,
    /// Routing: the log breaks off here; what came before is sound.
    TL_ERR_ACD_LOG_TRUNCATED = -118,
    /// Routing: the log is damaged here; what came before is sound.
    TL_ERR_ACD_LOG_DAMAGED = -119,
    /// Routing: the engine is not in the state in which the log has it here.
    TL_ERR_ACD_LOG_DIVERGED = -120,
    /// Routing: no room in the log's buffer; keep what is in it and clear it.
    TL_ERR_ACD_LOG_FULL = -121,
    /// Routing: no log is being written, or one is already.
    TL_ERR_ACD_LOG_STATE = -122,
    /// Routing: no such contact of a campaign.
    TL_ERR_ACD_NO_CONTACT = -123,
    /// Routing: the contact must not be called now: out of hours, suspended, on the do-not-call list,
    /// or no agent to spare.
    TL_ERR_ACD_NOT_NOW = -124,
    /// Routing: another contact of the campaign has this number.
    TL_ERR_ACD_TWICE = -125,
    /// Routing: the campaign has no such zone.
    TL_ERR_ACD_NO_ZONE = -126,
    /// Routing: meant for another term of office.
    TL_ERR_ACD_WRONG_EPOCH = -127,
    /// Routing: another queue has this tag.
    TL_ERR_ACD_DUPLICATE_QUEUE = -128,
    /// Routing: another agent has this tag.
    TL_ERR_ACD_DUPLICATE_AGENT = -129,
    /// Routing: no such rule, or it was removed.
    TL_ERR_ACD_NO_RULE = -130,
    /// Routing: calls wait by the rule still.
    TL_ERR_ACD_RULE_IN_USE = -131,
    /// Routing: refused for another reason; the last-error text says which.
    TL_ERR_ACD = -199,

    /// Dialogue: the document has errors; its messages say which and where.
    TL_ERR_IVR_DOCUMENT = -200,
    /// Dialogue: the bytes are not a program that this library can run.
    TL_ERR_IVR_PROGRAM = -201,
    /// Dialogue: not a key of a telephone.
    TL_ERR_IVR_DIGIT = -202,
    /// Dialogue: the flow has more variables than a session has room for.
    TL_ERR_IVR_VARIABLES = -203,
    /// Dialogue: the value cannot be spoken so; the last-error text says why.
    TL_ERR_IVR_SAY = -204,
    /// Dialogue: the bytes are no snapshot of a session on this program.
    TL_ERR_IVR_SNAPSHOT = -205,
    /// Dialogue: the menus of another system cannot be taken over; the last-error text says why.
    TL_ERR_IVR_IMPORT = -206,
    /// Dialogue: the session stands where the other version of the flow has no such place.
    TL_ERR_IVR_MIGRATE = -207,
    /// Dialogue: refused for another reason; the last-error text says which.
    TL_ERR_IVR = -299,

    /// Media: the datagram is not RTP.
    TL_ERR_RTP_MALFORMED = -300,
    /// Media: not a sound file that this library reads or writes; the last-error text says why.
    TL_ERR_SOUND_FILE = -301,
    /// Media: the file system said no; the last-error text has its reason.
    TL_ERR_SOUND_IO = -302,

    /// Recording: the file system said no; the last-error text has its reason.
    TL_ERR_RECORD_IO = -400,
    /// Recording: the file is not a `.tlr` recording.
    TL_ERR_RECORD_NOT_TLR = -401,
    /// Recording: a later version of the format.
    TL_ERR_RECORD_VERSION = -402,
    /// Recording: the file, or the part asked for, is damaged.
    TL_ERR_RECORD_DAMAGED = -403,
    /// Recording: it is encrypted, and no key was given.
    TL_ERR_RECORD_LOCKED = -404,
    /// Recording: the key or passphrase does not open it.
    TL_ERR_RECORD_WRONG_KEY = -405,
    /// Recording: there is no such channel.
    TL_ERR_RECORD_CHANNEL = -406,
    /// Recording: the channel is stored in another format.
    TL_ERR_RECORD_FORMAT = -407,
    /// Recording: the channel already reaches beyond this position.
    TL_ERR_RECORD_BACKWARDS = -408,
    /// Recording: a text or a list is longer than the format holds.
    TL_ERR_RECORD_TOO_LONG = -409,
    /// Recording: to try the passphrase would take more than `passphrase_mib` allows.
    TL_ERR_RECORD_TOO_COSTLY = -410,
    /// Recording: refused for another reason; the last-error text says which.
    TL_ERR_RECORD = -499,
}

/// A short fixed English sentence for a code, or "unknown status". The text is static.
#[unsafe(no_mangle)]
pub extern "C" fn tl_status_text(status: i32) -> *const c_char {
    text(status).as_ptr()
}

fn text(status: i32) -> &'static core::ffi::CStr {
    match status {
        0 => c"success",
        1 => c"nothing more to take",
        -1 => c"a required pointer is NULL",
        -2 => c"an argument is outside its range",
        -3 => c"a struct_size does not fit this library",
        -4 => c"memory is not aligned",
        -5 => c"the block of memory is too small",
        -6 => c"out of memory",
        -7 => c"a fault inside the library",
        -8 => c"the object is out of use after a fault",
        -9 => c"another thread is inside the object",
        -10 => c"not a live object of this type",
        -11 => c"a text is not UTF-8",
        -12 => c"the output buffer is too small",
        -13 => c"outputs must be polled first",
        -14 => c"objects made from this one are still alive",
        -15 => c"the library was built without this part",
        -100 => c"no such queue",
        -101 => c"no such agent",
        -102 => c"no such call",
        -103 => c"no such offer",
        -104 => c"no such class of calls",
        -105 => c"no such profile of agents",
        -106 => c"the agent is in this queue already",
        -107 => c"the agent is not in this queue",
        -108 => c"the call is not in a state for this",
        -109 => c"the queue is in use",
        -110 => c"a routing table is full",
        -111 => c"the clock went back",
        -112 => c"the routing configuration is wrong",
        -113 => c"not a snapshot for these limits",
        -114 => c"the question about staffing has no answer",
        -115 => c"the configuration text has errors",
        -116 => c"not an event log",
        -117 => c"an event log of another version",
        -118 => c"the event log breaks off",
        -119 => c"the event log is damaged",
        -120 => c"the engine is not in the state of the event log",
        -121 => c"no room in the event log's buffer",
        -122 => c"no event log is being written, or one is already",
        -123 => c"no such contact",
        -124 => c"the contact must not be called now",
        -125 => c"another contact has this number",
        -126 => c"no such zone",
        -127 => c"meant for another epoch",
        -128 => c"another queue has this tag",
        -129 => c"another agent has this tag",
        -130 => c"no such rule",
        -131 => c"calls wait by the rule still",
        -199 => c"refused by the routing engine",
        -200 => c"the document has errors",
        -201 => c"not a program that can be run",
        -202 => c"not a key of a telephone",
        -203 => c"too many variables for a session",
        -204 => c"the value cannot be spoken so",
        -205 => c"not a snapshot of a session on this program",
        -206 => c"the menus cannot be taken over",
        -207 => c"no such place in the other version of the flow",
        -299 => c"refused by the dialogue engine",
        -300 => c"the datagram is not RTP",
        -301 => c"not a sound file of a known kind",
        -302 => c"the sound file could not be read or written",
        -400 => c"the file system said no",
        -401 => c"not a recording",
        -402 => c"a later version of the recording format",
        -403 => c"the recording is damaged",
        -404 => c"the recording is encrypted",
        -405 => c"the key does not open the recording",
        -406 => c"no such channel in the recording",
        -407 => c"the channel is stored in another format",
        -408 => c"the channel already reaches beyond this position",
        -409 => c"more than a recording can hold",
        -410 => c"the passphrase would take more work than the limit allows",
        -499 => c"refused by the recorder",
        _ => c"unknown status",
    }
}
