//! One integration-test binary: every module below is one behaviour.

mod record;
