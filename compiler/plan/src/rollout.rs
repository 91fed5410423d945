//! Rollouts of a plan: which instances change, how, and what each has to pass. How they go is the
//! executor's.

use crate::{Step, StepId};
use model::{Address, Fingerprint, Key, Value};
use std::sync::Arc;

/// A rollout: how the instances of a resource or a module call are changed, batch by batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    /// The address of the block without an instance key.
    pub of: Arc<str>,
    /// What it makes of one that was recorded.
    pub begins: Begins,
    /// How.
    pub strategy: Strategy,
    /// The most instances under way at once.
    pub max_parallel: usize,
    /// How long an instance must pass its gates without a break, in ms.
    pub min_healthy_ms: u64,
    /// How long an instance may take to pass its gates, in ms.
    pub healthy_deadline_ms: u64,
    /// How long no instance may have become healthy, in ms; 0 for ever.
    pub progress_deadline_ms: u64,
    /// How many instances go first; none where they have been promoted.
    pub canary: usize,
    /// Whether what goes first is promoted without anybody's say.
    pub auto_promote: bool,
    /// Whether a failure takes back what was changed.
    pub auto_revert: bool,
    /// The gate that was asked for: the name of a check that the resource's schema declares.
    pub gate: Option<Arc<str>>,
    /// The instances in their order.
    pub instances: Vec<RolloutInstance>,
    /// The step that is done once what is new is promoted: what depends on the instances, and the
    /// end of the old ones, waits for it. None where each instance counts for itself.
    pub promotion: Option<StepId>,
}

/// An instance that changes, or was changed and has not passed yet.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutInstance {
    /// Which.
    pub key: Option<Key>,
    /// Everything that changes it, in its order.
    pub steps: Vec<StepId>,
    /// What has to be healthy: objects, each with the check that its schema names.
    pub gates: Vec<(Address, Arc<str>)>,
    /// Whether an earlier run has begun to change it: it passes before any other begins.
    pub begun: bool,
}

/// How a rollout stands to one that was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// Nothing was recorded.
    Anew,
    /// It goes on where the recorded one stopped.
    Resumes,
    /// It promotes what was waiting for that, and goes on.
    Promotes,
    /// The recorded one was going back: it does so to the end, and nothing else is done.
    Reverts,
    /// The configuration changed in the middle: it takes the place of the recorded one.
    Supersedes,
    /// The configuration has nothing any more that rolls: the recorded one is forgotten.
    Forgets,
}

/// How instances take a new version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// `max_parallel` at a time.
    Rolling,
    /// New ones beside the old ones, then the old ones go.
    BlueGreen,
    /// A few first, and the rest once they are promoted.
    Canary,
    /// All of them.
    AllAtOnce,
}

impl Rollout {
    /// One of which only the name and what it makes of the recorded one are set.
    pub fn bare(of: Arc<str>, begins: Begins) -> Rollout {
        Rollout {
            of,
            begins,
            strategy: Strategy::Rolling,
            max_parallel: 1,
            min_healthy_ms: 0,
            healthy_deadline_ms: 0,
            progress_deadline_ms: 0,
            canary: 0,
            auto_promote: false,
            auto_revert: false,
            gate: None,
            instances: Vec::new(),
            promotion: None,
        }
    }

    /// The steps of all instances.
    pub fn steps(&self) -> impl Iterator<Item = StepId> {
        self.instances.iter().flat_map(|i| i.steps.iter().copied())
    }
}

/// A fingerprint of what these steps are to make, whatever is still to be known of it.
pub fn wanted<'s>(steps: impl IntoIterator<Item = &'s Step>) -> Fingerprint {
    let open = |v: &Value| v.is_unknown().then(|| Value::string("known after apply"));
    let made = steps.into_iter().filter_map(|step| {
        let after = step.after.as_ref()?.rewrite(&mut |v| open(v));
        let address = Value::string(step.address.to_string());
        Some((&step.address, Value::tuple(vec![address, after])))
    });
    let mut made: Vec<_> = made.collect();
    made.sort_by(|a, b| a.0.cmp(b.0));
    Fingerprint::of(&Value::tuple(made.into_iter().map(|(_, v)| v).collect()))
}
