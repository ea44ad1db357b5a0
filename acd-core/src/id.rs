//! Names of things: an index and the generation of the slot it points into.

use crate::plain::{Plain, Sink, Source};

/// Defines one kind of generation-tagged handle.
macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// The slot's index and how often it has been reused: a handle kept too long names
        /// nothing, never somebody else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            pub(crate) const fn new(index: u32, generation: u32) -> Self {
                Self(((generation as u64) << 32) | index as u64)
            }

            #[allow(dead_code, reason = "each kind of handle uses its own share")]
            pub(crate) const fn index(self) -> u32 {
                (self.0 & 0xFFFF_FFFF) as u32
            }

            #[allow(dead_code, reason = "each kind of handle uses its own share")]
            pub(crate) const fn generation(self) -> u32 {
                (self.0 >> 32) as u32
            }

            /// The handle as a number, for a foreign function or a log.
            #[must_use]
            pub const fn raw(self) -> u64 {
                self.0
            }

            /// The handle back from its number. Any number will do: one that names nothing is
            /// refused where it is used.
            #[must_use]
            pub const fn from_raw(raw: u64) -> Self {
                Self(raw)
            }
        }

        impl Plain for $name {
            fn put(&self, sink: &mut dyn Sink) {
                self.0.put(sink);
            }
            fn get(source: &mut Source<'_>) -> Self {
                Self(u64::get(source))
            }
        }
    };
}

handle! {
    /// Names a queue.
    QueueId
}
handle! {
    /// Names an agent.
    AgentId
}
handle! {
    /// Names a call from its arrival until it has left or is completed.
    CallId
}
handle! {
    /// Names one offer of one call to one agent, until the offer has ended.
    OfferId
}
handle! {
    /// Names a rule: steps of relaxation that calls bring along.
    RuleId
}
