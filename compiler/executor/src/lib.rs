//! Carries a plan out, recording each step before the next; asks providers; settles what an
//! interrupted run left behind. It decides nothing: what would decide is not linked.

mod apply;
mod batch;
mod begin;
mod by_hand;
mod check_blocks;
mod conditional;
mod conditions;
mod connections;
mod context;
mod dependents;
mod ephemeral;
mod finish;
mod machines;
mod open_ends;
mod operation;
mod outcome;
mod preflight;
mod read;
mod refused;
mod rollout;
mod run;
mod schedule;
mod settle;
mod trace;
mod undo;
mod vanished;

pub use apply::apply;
pub use by_hand::{Verdict, blocking, by_hand, command as settle_command};
pub use connections::Connections;
pub use context::{Cancel, Context, Event, Failed, RecordError, Recorder, Report, Skipped, Watch};
pub use ephemeral::finished_configs;
pub use read::{Answered, Question, Reading, read};
pub use settle::{Settled, settle};
