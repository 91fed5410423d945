//! The phases in their order, for any front end: load, open, plan, apply.
//!
//! ```text
//! load      files ─▶ Loaded            every problem that needs no look at the world
//! Session   store ─▶ State             with the lease where something will be written
//!   settle                             what an interrupted run left open
//!   plan    step ─▶ reads ─▶ step …    until the planner has no more questions
//!   apply   Plan ─▶ Events ─▶ State
//! ```
//! It knows no concrete provider and prints nothing.

mod by_hand;
mod given_again;
mod kinds;
mod load;
mod plan_loop;
mod recorder;
mod session;
mod stale;
mod understood;

pub use by_hand::{at, outcome};
pub use config::Cache;
pub use executor::{
    Event, Failed, RecordError, Report, Settled, Skipped, Verdict, Watch, settle_command,
};
pub use load::{Inputs, Loaded, load, load_again};
pub use plan_loop::Planned;
pub use planner::{Declaration, Options, Providers, Refresh, Scene};
pub use recorder::{MemoryRecorder, error_of};
pub use session::{Session, Setup};
pub use stale::{Stale, stale};
pub use understood::Understood;
