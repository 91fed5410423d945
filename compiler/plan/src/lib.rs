//! Decided changes with their reasons, effects and order, and all that is needed to carry them
//! out. It does not know how they were decided.

mod check;
mod outputs;
mod plan;
mod propose;
mod refine;
mod scope;
mod step;

pub use check::check;
pub use outputs::OutputChange;
pub use plan::{
    Digest, Drift, Header, Later, Plan, PlanMode, ProviderUse, Rests, Settling, Unread,
};
pub use propose::{propose, shape};
pub use refine::refines;
pub use scope::{Captured, Keyed, ModuleScope, Repetition, ScopeId, Scopes};
pub use step::{Action, Deferred, Reason, Rollout, Step, StepId, Strategy};
