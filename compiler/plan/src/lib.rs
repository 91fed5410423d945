//! Decided changes with their reasons, effects and order, and all that is needed to carry them
//! out. It does not know how they were decided.

mod check;
mod check_block;
mod condition;
mod containment;
pub mod encoding;
mod ignored;
mod left_out;
mod loads;
mod outputs;
mod plan;
mod propose;
mod reconcile;
mod record;
mod refine;
mod rests;
mod rollout;
mod scope;
mod step;
mod write_only;

pub use check::check;
pub use check_block::{Assertion, CheckBlock, ScopedData, Verdict, said};
pub use condition::{Check, When};
pub use containment::{lives_on, machine_of};
pub use encoding::SavedPlan;
pub use ignored::ignoring;
pub use left_out::LeftOut;
pub use loads::load_files;
pub use outputs::OutputChange;
pub use plan::{
    Digest, Drift, Header, Later, Moved, Plan, PlanMode, ProviderUse, Rests, Settling, Unread,
};
pub use propose::{changes, conceal, propose, shape};
pub use reconcile::reconcile;
pub use record::with_content;
pub use refine::refines;
pub use rests::{digest_of, digest_of_import};
pub use rollout::{Begins, Rollout, RolloutInstance, Strategy, wanted};
pub use scope::{Captured, Keyed, ModuleScope, Repetition, ScopeId, Scopes};
pub use step::{Action, Deferred, Reason, Step, StepId};
pub use write_only::{
    has_write_only, is_part_of as is_write_only, sealed_write_only, without_write_only,
};
