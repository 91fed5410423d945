//! What a step of the planner looks at, and what it answers.

use crate::{Observed, Prepared, Providers, Read};
use config::Config;
use diagnostics::Problem;
use eval::World;
use model::Address;
use plan::{Plan, PlanMode};
use state::State;

/// Everything that a step may look at. Same input, same answer.
pub struct Input<'a> {
    /// What is wanted.
    pub config: &'a Config,
    /// Its order.
    pub prepared: &'a Prepared,
    /// The providers that there are.
    pub providers: &'a Providers,
    /// What is recorded.
    pub state: &'a State,
    /// What was read so far.
    pub observed: &'a Observed,
    /// Files, functions, fingerprints, the time.
    pub world: &'a World<'a>,
    /// What the user asked for.
    pub options: &'a Options,
}

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What the plan is for.
    pub mode: PlanMode,
    /// How much is read.
    pub refresh: Refresh,
    /// Only these and what they depend on, where there are any; as addresses or prefixes of them.
    pub targets: Vec<String>,
    /// Without these and what depends on them.
    pub excludes: Vec<String>,
    /// These are replaced.
    pub replaces: Vec<Address>,
    /// What stands on machines that can't be reached is taken as gone with them.
    pub forget_unreachable: bool,
    /// The directory that commands are run in: `path.cwd`.
    pub working_directory: String,
    /// Landfall's version.
    pub version: String,
    /// Whether the root's variables stand for any value: what hangs on them is left open, and
    /// bodies are looked at whose instances nobody can count.
    pub any_values: bool,
}

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Refresh {
    /// All objects; attributes that an API gives only singly are left out.
    #[default]
    Bulk,
    /// All objects and attributes.
    All,
    /// Only objects whose configuration differs from what is recorded.
    Touched,
    /// Nothing but data sources.
    None,
}

/// What a step answers.
#[derive(Debug)]
pub enum Round {
    /// These have to be read first.
    Reads(Vec<Read>),
    /// The plan, and what is wrong.
    Plan(Box<Plan>, Problems),
}

/// What is wrong with a plan.
#[derive(Debug, Default)]
pub struct Problems {
    /// With an error among these, it must not be applied.
    pub refusing: Vec<Problem>,
    /// What could not be looked at; the plan leaves it out, and may be applied.
    pub unreached: Vec<Problem>,
}
