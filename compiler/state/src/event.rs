//! The events that change a state. The log is a list of these; the state is what they add up to.

use crate::{Lease, Object, Output, ProviderKey, ProviderRecord, Rollout, RolloutMove};
use model::{Address, Lineage, ObjectId, Token, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The first of every log.
    Begun {
        /// Made once, never changed.
        lineage: Lineage,
        /// The project's name.
        project: Arc<str>,
        /// The environment's name.
        environment: Arc<str>,
    },
    /// Somebody may write from now on, and nobody else.
    LeaseTaken(Lease),
    /// The owner is alive.
    LeaseRenewed {
        /// The lease's.
        epoch: u64,
    },
    /// The owner is done.
    LeaseEnded {
        /// The lease's.
        epoch: u64,
    },
    /// Objects are made through this connection from now on.
    ProviderConnected(ProviderRecord),
    /// A provider is about to be asked for a change.
    Intent(Intent),
    /// What came of it.
    Outcome(Outcome),
    /// What is recorded of an object was brought up to date: a read, an import, a taint.
    Put(Box<Object>),
    /// An object is not Landfall's any more; it still exists.
    Forgotten(ObjectId),
    /// A read found that an object is gone.
    Vanished(ObjectId),
    /// An object has another address.
    Moved {
        /// Which.
        object: ObjectId,
        /// From now on.
        to: Address,
    },
    /// The root module's outputs are these.
    Outputs(BTreeMap<Arc<str>, Output>),
    /// A saved plan was used; it can't be used again.
    PlanApplied(Arc<str>),
    /// A rollout began; one that was recorded of the same block is no more.
    Rollout(Rollout),
    /// A rollout went on or ended.
    RolloutMoved {
        /// What rolls.
        of: Arc<str>,
        /// How.
        by: RolloutMove,
    },
    /// Recipients of the keys came or went, or the keys were made anew.
    KeysChanged {
        /// Grows by one with each new pair of keys.
        generation: u64,
        /// What was done, in words.
        what: String,
        /// The digest of the keyring that goes along in the log.
        keyring: [u8; 32],
    },
}

/// A provider is about to be asked for a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// The operation.
    pub token: Token,
    /// The object; of a create, one that nobody has seen yet.
    pub object: ObjectId,
    /// Its address.
    pub address: Address,
    /// What is asked for.
    pub change: Change,
    /// The attributes as planned; of a delete, as they were.
    pub attributes: Value,
    /// Provider-private data that goes along.
    pub private: Arc<[u8]>,
    /// The connection.
    pub provider: ProviderKey,
    /// Everything to record of the object once it is there, with the attributes as planned.
    /// None for a delete.
    pub becomes: Option<Box<Object>>,
    /// Of a create that replaces: the object that becomes deposed in the same moment.
    pub deposes: Option<ObjectId>,
}

/// What a provider is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// To make an object.
    Create,
    /// To change it in place.
    Update,
    /// To end it.
    Delete,
}

impl Change {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Change::Create => "create",
            Change::Update => "update",
            Change::Delete => "delete",
        }
    }
}

/// What came of an intent.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The operation.
    pub token: Token,
    /// What came of it.
    pub recorded: Recorded,
}

/// What an outcome records.
#[derive(Clone, Debug, PartialEq)]
pub enum Recorded {
    /// The object is like this now, complete or tainted.
    Object(Box<Object>),
    /// The object is gone.
    Removed,
    /// Nothing was changed.
    NotDone,
    /// Nobody knows whether it was done: the intent stays open and is settled later.
    Unclear {
        /// In words.
        message: String,
    },
}
