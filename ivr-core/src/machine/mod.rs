//! The session: one caller's way through a flow.
//!
//! `handle` takes an input in, `poll` walks on from there until it has something to say or must
//! wait. A session holds no reference: the flow is handed in each time, so sessions can be copied,
//! stored and moved while the program stays where it is.

mod collect;
mod emit;
mod host;
mod input;
mod io;
mod migrate;
mod session;
mod snapshot;
mod state;
mod step;
pub(crate) mod vars;

pub use io::{
    Args, Argument, EndReason, Evaluated, Fault, Input, Keys, Op, OpResult, Output, QueueOutcome,
    TransferKind, TransferOutcome,
};
pub use migrate::MigrateError;
pub use session::{LargeSession, Session, SessionConfig, SessionError, SessionOf};
pub use snapshot::SnapshotError;
pub(crate) use state::State;
#[cfg(feature = "std")]
pub(crate) use step::more_general;

use crate::expr::{Env, Scratch, eval, eval_plain};
use crate::program::Flow;
use crate::program::records::{Expr, Node};
use crate::value::Value;

/// A session and its flow, together for one call of `handle` or `poll`.
struct Machine<'m, 'f> {
    flow: &'m Flow<'f>,
    state: &'m mut State,
    vars: &'m mut [u8],
}

impl Machine<'_, '_> {
    fn env(&self) -> Env<'_> {
        Env { flow: self.flow, state: self.state, vars: self.vars }
    }

    fn node(&self) -> Node {
        self.flow.node(self.state.node)
    }

    /// An expression's value, and what to do with it.
    fn with<R>(&self, expr: Expr, use_it: impl FnOnce(Value<'_>) -> R) -> Option<R> {
        let env = self.env();
        if let Some(value) = eval_plain(env, expr) {
            return value.whole().map(use_it);
        }
        let mut scratch = Scratch::new();
        let value = eval(env, expr, &mut scratch);
        value.value(&scratch).ok().map(use_it)
    }
}
