//! A rollout under way: which instances took the new version, and what it waits for.

use model::{Address, Key};
use std::sync::Arc;

/// Where a rollout stands. A resource, module call or kind call has at most one.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    /// What rolls: the address of the block without an instance key.
    pub of: Arc<str>,
    /// The plan that began it.
    pub plan: Arc<str>,
    /// Instances that took the new version and passed their gate, in the order they did.
    pub promoted: Vec<Option<Key>>,
    /// Instances that are changed but have not passed yet.
    pub under_way: Vec<Option<Key>>,
    /// Instances that still have the old version.
    pub waiting: Vec<Option<Key>>,
    /// What it is doing.
    pub phase: RolloutPhase,
    /// Objects that the rollout changed, to be undone in reverse.
    pub changed: Vec<Address>,
}

/// What a rollout is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolloutPhase {
    /// Going from batch to batch.
    Rolling,
    /// Waiting for somebody to promote the canaries.
    AwaitingPromotion,
    /// Going back.
    Reverting,
    /// Every instance has the new version.
    Done,
    /// Every instance has the old version again.
    Reverted,
}
