//! One step of a plan: a change of one object, decided.

use crate::ScopeId;
use eval::{Expr, Reference};
use model::{Address, AttrPath, Effect, ObjectId, Value};
use state::ProviderKey;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The index of a step in [`crate::Plan::steps`].
pub type StepId = usize;

/// A change of one object, or a read that has to wait for changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What the configuration calls it.
    pub address: Address,
    /// What is done.
    pub action: Action,
    /// The recorded object; none for a create. Of an import, the object that it bears the mark of.
    pub object: Option<ObjectId>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What it does to those who use the object, the gravest first.
    pub effects: Vec<Effect>,
    /// The object as it is.
    pub before: Option<Value>,
    /// The object as it will be, as far as known.
    pub after: Option<Value>,
    /// Finishes `after` where it is not wholly known or open.
    pub deferred: Option<Deferred>,
    /// Steps that have to be done before.
    pub waits_for: Vec<StepId>,
    /// The connection that it goes through.
    pub provider: ProviderKey,
    /// The version of the schema of `after`.
    pub schema_version: u32,
    /// Provider-private data that goes along.
    pub private: Arc<[u8]>,
    /// The id of the machine that it lives on, where known.
    pub container: Option<Arc<str>>,
    /// The nearest managed objects that it depends on, to be recorded; without a key, every
    /// instance.
    pub dependencies: Arc<[Address]>,
    /// To be recorded: what serves the kinds that it stands in, the outermost first.
    pub implementation: Option<Arc<str>>,
    /// To be recorded.
    pub create_before_destroy: bool,
    /// To be recorded: whether it may not be destroyed.
    pub protected: bool,
    /// How long it may take, in ms.
    pub timeout_ms: u64,
    /// How long it took last time, in ms; guides which one goes first.
    pub expected_ms: u64,
    /// The other half of a replacement.
    pub pair: Option<StepId>,
    /// The rollout that it is a part of: an index into [`crate::Plan::rollouts`].
    pub rollout: Option<usize>,
    /// Whether it can be taken back with what is recorded.
    pub undoable: bool,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Makes an object.
    Create,
    /// Takes an object as it stands into the state.
    Adopt,
    /// Brings an object that a user named by its id under management, and changes it.
    Import,
    /// Changes an object in place.
    Update,
    /// Ends an object.
    Delete,
    /// Records that an object is gone with its machine; nothing is asked of anybody.
    GoesWith,
    /// Records something about an object; nothing is asked of anybody (protection lifted).
    Record,
    /// Drops an object from the state and leaves it where it is.
    Forget,
    /// Reads a data source.
    Read,
    /// Nothing: what waits for many steps waits for this one instead.
    Barrier,
}

impl Action {
    /// Whether a provider is asked to change something.
    pub fn changes(self) -> bool {
        matches!(
            self,
            Action::Create | Action::Adopt | Action::Import | Action::Update | Action::Delete
        )
    }

    /// The word for it in a plan.
    pub fn word(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Adopt => "adopt",
            Action::Import => "import",
            Action::Update => "update",
            Action::Delete => "delete",
            Action::GoesWith => "goes with its machine",
            Action::Record => "record",
            Action::Forget => "forget",
            Action::Read => "read",
            Action::Barrier => "wait",
        }
    }
}

/// Why a step is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is in the configuration and not in the state.
    New,
    /// The configuration says something else at these paths.
    Configured(Vec<AttrPath>),
    /// These paths take another object.
    Forced(Vec<AttrPath>),
    /// Something that it depends on changes, so that these paths are known after apply.
    Upstream(Vec<Address>),
    /// Somebody else changed it.
    Drifted,
    /// It was gone.
    Vanished,
    /// Its creation failed half-way.
    Tainted,
    /// It was replaced before, and is what is left over.
    Deposed,
    /// `--replace`
    Asked,
    /// `replace_triggered_by`
    Triggered(String),
    /// It is not in the configuration any more.
    Unconfigured,
    /// Its instance key is not there any more.
    InstanceGone,
    /// `destroy`
    Destroy,
    /// Its machine is another one.
    OtherMachine,
    /// Its machine goes.
    MachineGoes(Address),
    /// The block that protected it says so no more.
    ProtectionLifted,
    /// It is protected from now on.
    ProtectionSet,
    /// `removed { lifecycle { destroy = false } }`
    Removed,
    /// The arguments are known after apply, or what it depends on changes first.
    ReadLater,
    /// Something of the same kind stands there already.
    StandsThere,
    /// An `import` block names it, by this id; none where that is sensitive.
    Imported(Option<String>),
    /// What it went through is another account, region or endpoint.
    OtherConnection,
    /// Another implementation serves the kind.
    OtherImplementation,
}

/// How to finish what a plan could not know or see.
#[derive(Clone, Debug, PartialEq)]
pub struct Deferred {
    /// The body as the configuration has it.
    pub body: Arc<Expr>,
    /// The module instance that it stands in.
    pub scope: ScopeId,
    /// `each.key`, `each.value`, `count.index`.
    pub instance: BTreeMap<Reference, Value>,
    /// Paths of the prior object that `ignore_changes` leaves as they are.
    pub ignored: Vec<AttrPath>,
}

impl Step {
    /// A step of which only address, action and connection are set.
    pub fn new(address: Address, action: Action, provider: ProviderKey) -> Step {
        Step {
            address,
            action,
            object: None,
            reasons: Vec::new(),
            effects: Vec::new(),
            before: None,
            after: None,
            deferred: None,
            waits_for: Vec::new(),
            provider,
            schema_version: 0,
            private: Arc::from([]),
            container: None,
            dependencies: Arc::from([]),
            implementation: None,
            create_before_destroy: false,
            protected: false,
            timeout_ms: 0,
            expected_ms: 0,
            pair: None,
            rollout: None,
            undoable: true,
        }
    }

    /// Whether it is one half of a replacement.
    pub fn replaces(&self) -> bool {
        self.pair.is_some()
    }
}
