//! The state: what all events of a log add up to. How they do is in `fold`.

use crate::{Dependents, Intent, Object, ProviderKey, ProviderRecord, Rollout, Status};
use model::{Address, Lineage, ObjectId, Token, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// How many events a log has; the first has position 1.
pub type Position = u64;

/// Everything recorded of one environment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Made once, never changed; none before the first event.
    pub lineage: Option<Lineage>,
    /// The project's name.
    pub project: Arc<str>,
    /// The environment's name.
    pub environment: Arc<str>,
    /// How many events it is made of.
    pub position: Position,
    /// The position of the last event that changed an object, an output or a rollout.
    pub changed: Position,
    /// The highest epoch that any lease had.
    pub epoch: u64,
    /// Who may write; none after a lease was ended.
    pub lease: Option<Lease>,
    /// Every object by id.
    pub objects: HashMap<ObjectId, Arc<Object>>,
    /// The current object of each address.
    pub current: BTreeMap<Address, ObjectId>,
    /// Deposed objects of each address, the oldest first.
    pub deposed: BTreeMap<Address, Vec<ObjectId>>,
    /// Provider connections by configuration name.
    pub providers: BTreeMap<ProviderKey, Arc<ProviderRecord>>,
    /// Operations whose end is not recorded.
    pub open: BTreeMap<Token, OpenIntent>,
    /// Outputs of the root module.
    pub outputs: BTreeMap<Arc<str>, Output>,
    /// Saved plans that were used.
    pub applied_plans: BTreeSet<Arc<str>>,
    /// Rollouts that have not ended.
    pub rollouts: BTreeMap<Arc<str>, Rollout>,
    /// The generation of the keys that seal what is recorded now.
    pub key_generation: u64,
    /// An index of the objects.
    pub dependents: Dependents,
}

/// An operation whose end is not recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenIntent {
    /// What was to be done.
    pub intent: Intent,
    /// When the intent became durable, ms since 1970 by the store's clock.
    pub at_ms: u64,
    /// What is known of its end, in words, where an outcome said that nobody knows.
    pub unclear: Option<String>,
    /// What the object that the intent deposed was before. Set by the fold.
    pub deposed_from: Option<Status>,
}

/// An output of the root module.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its value.
    pub value: Value,
    /// Whether it was declared sensitive.
    pub sensitive: bool,
}

/// The right to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Lease {
    /// Grows by one with each lease.
    pub epoch: u64,
    /// Who has it.
    pub owner: LeaseOwner,
    /// How long it lasts after it was taken or renewed, in ms.
    pub time_to_live_ms: u64,
    /// When it was taken, ms since 1970 by the store's clock. Set by the fold.
    pub taken_at_ms: u64,
    /// When it was last renewed, likewise.
    pub renewed_at_ms: u64,
}

impl Lease {
    /// Whether the owner has let it run out, at a time of the store's clock.
    pub fn is_over(&self, now_ms: u64) -> bool {
        now_ms >= self.renewed_at_ms.saturating_add(self.time_to_live_ms)
    }
}

/// Who has a lease.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LeaseOwner {
    /// The user.
    pub user: String,
    /// The computer.
    pub host: String,
    /// The process id.
    pub process: u32,
    /// What tells, in the same place, whether the process is still the same one: the computer's
    /// boot and the space of process ids, then when it started.
    pub place: Option<String>,
    /// A link to the CI run.
    pub run: Option<String>,
    /// What it does: `apply`, `state rm`.
    pub command: String,
}

impl State {
    /// The current object of an address.
    pub fn at(&self, address: &Address) -> Option<&Arc<Object>> {
        self.current
            .get(address)
            .and_then(|id| self.objects.get(id))
    }

    /// Deposed objects of an address.
    pub fn deposed_at(&self, address: &Address) -> impl Iterator<Item = &Arc<Object>> {
        self.deposed
            .get(address)
            .into_iter()
            .flatten()
            .filter_map(|id| self.objects.get(id))
    }
}
