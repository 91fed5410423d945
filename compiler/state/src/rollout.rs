//! A rollout under way: which instances took the new version, what it waits for, and what was
//! there before.

use crate::Object;
use model::{Address, Fingerprint, Key};
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
    /// Instances that are being changed, or are changed but have not passed yet.
    pub under_way: Vec<Option<Key>>,
    /// Instances that still have the old version.
    pub waiting: Vec<Option<Key>>,
    /// What it is doing.
    pub phase: RolloutPhase,
    /// What it began to change, as it was before, in the order in which instances began.
    pub before: Vec<Before>,
    /// What its instances were to become when it began; none where that was not recorded.
    pub wanted: Option<Wanted>,
}

/// What the instances of a rollout were to become.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The digest of the configuration that said so.
    pub config: Fingerprint,
    /// Of each instance a fingerprint of what was planned for it.
    pub instances: Vec<(Option<Key>, Fingerprint)>,
}

/// What stood at an address before a rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    /// The instance that it is a part of.
    pub instance: Option<Key>,
    /// What the configuration calls it.
    pub address: Address,
    /// The object; none where there was nothing.
    pub object: Option<Arc<Object>>,
}

/// What a rollout is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolloutPhase {
    /// Going from batch to batch.
    Rolling,
    /// Waiting for somebody to promote what is new.
    AwaitingPromotion,
    /// Going back.
    Reverting,
    /// Every instance has the new version.
    Done,
    /// Every instance has the old version again.
    Reverted,
}

impl RolloutPhase {
    /// Whether nothing is left of it.
    pub fn is_over(self) -> bool {
        matches!(self, RolloutPhase::Done | RolloutPhase::Reverted)
    }
}

/// How a rollout went on.
#[derive(Clone, Debug, PartialEq)]
pub enum RolloutMove {
    /// An instance is about to be changed.
    Began {
        /// Which.
        instance: Option<Key>,
        /// What it is made of, as it was.
        before: Vec<Before>,
    },
    /// An instance passed its gate.
    Passed(Option<Key>),
    /// It does something else from now on.
    Phase(RolloutPhase),
}

impl Rollout {
    /// Takes a move into account.
    pub(crate) fn go_on(&mut self, by: &RolloutMove) {
        match by {
            RolloutMove::Began { instance, before } => {
                self.take_out(instance);
                self.under_way.push(instance.clone());
                for image in before {
                    // What it was before the rollout is what counts, however often it is changed.
                    if !self.before.iter().any(|b| b.address == image.address) {
                        self.before.push(image.clone());
                    }
                }
            }
            RolloutMove::Passed(instance) => {
                self.take_out(instance);
                self.promoted.push(instance.clone());
            }
            RolloutMove::Phase(phase) => self.phase = *phase,
        }
    }

    fn take_out(&mut self, instance: &Option<Key>) {
        for list in [&mut self.promoted, &mut self.under_way, &mut self.waiting] {
            list.retain(|i| i != instance);
        }
    }
}
