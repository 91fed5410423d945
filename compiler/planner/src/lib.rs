//! From configuration, state and what was read to a plan: expand, order, evaluate, compare.
//! Synchronous and deterministic; it never awaits, and asks for reads by returning them.

mod capture;
mod checks;
mod circles;
mod conditions;
mod containment;
mod data;
mod decide;
mod deletes;
mod dependencies;
mod each;
mod ephemeral;
mod expand;
mod graph;
mod imports;
mod input;
mod keyed;
mod left_out;
mod loads;
mod making;
mod moves;
mod nearest;
mod observed;
mod order;
mod outline;
mod outputs;
mod pass;
mod providers;
mod references;
mod replacement;
mod resource;
mod rollout;
mod scope;
mod seen;
mod selection;
mod serve;
mod sites;
mod standing;
mod step;
mod ways;

pub use graph::Prepared;
pub use input::{Input, Options, Problems, Refresh, Round};
pub use observed::{Ask, Observed, Read, ReadKey};
pub use providers::Providers;
pub use step::step;
