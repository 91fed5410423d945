//! What is recorded: objects, the events that change them, and the state that they add up to.
//! It knows neither configuration nor plans, and no form on disk but the one in `encoding`.

mod dependencies;
mod dependents;
pub mod encoding;
mod event;
mod fold;
mod object;
mod rollout;
mod state;

pub use dependencies::dependencies;
pub use dependents::Dependents;
pub use event::{Change, Event, Intent, Outcome, Recorded};
pub use object::{Durations, Object, ProviderKey, ProviderRecord, Status};
pub use rollout::{Before, Rollout, RolloutMove, RolloutPhase, Wanted};
pub use state::{Lease, LeaseOwner, OpenIntent, Output, Position, State};
