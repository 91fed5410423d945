//! Schemas: what a provider says of its resources, before any of them exists.

use crate::{Type, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a provider offers.
#[derive(Clone, Debug, Default)]
pub struct ProviderSchema {
    /// The body of a `provider` block.
    pub config: BlockSchema,
    /// Managed resources by type.
    pub resources: BTreeMap<&'static str, ResourceSchema>,
    /// Data sources by type.
    pub data: BTreeMap<&'static str, DataSchema>,
    /// Ephemeral resources by type: arguments and results, none of which is recorded.
    pub ephemerals: BTreeMap<&'static str, DataSchema>,
    /// Functions by name, called as `provider::NAME::FUNCTION()`.
    pub functions: BTreeMap<&'static str, FunctionSchema>,
}

/// A managed resource type.
#[derive(Clone, Debug, Default)]
pub struct ResourceSchema {
    /// The version of the attributes; recorded with each object.
    pub version: u32,
    /// What it is, in a sentence or two.
    pub doc: &'static str,
    /// Attributes and nested blocks.
    pub block: BlockSchema,
    /// How an object whose creation was interrupted is found again.
    pub identity: IdentityClass,
    /// How long an object may stay invisible after its creation was acknowledged, in ms.
    pub settle_window_ms: u64,
    /// Whether it exists in the state alone, so that nothing outside is ever read.
    pub recorded_only: bool,
    /// Whether deleting or replacing it destroys data.
    pub holds_data: bool,
    /// Whether it lives on a machine, is one, or neither.
    pub containment: Containment,
    /// Whether its delete acts elsewhere than on the machine that it lives on, so that it is
    /// deleted also when the machine goes.
    pub deregisters: bool,
    /// What the create, update and delete of it do to those who use it, next to what the
    /// attributes say.
    pub effects: Vec<Effect>,
    /// Checks that a rollout can wait for.
    pub gates: Vec<Gate>,
    /// Whether what was there before can be put back.
    pub undo: Undo,
    /// How long an operation may take, in ms, where the user says nothing.
    pub timeout_ms: u64,
}

/// Whether a resource lives on a machine.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Containment {
    /// It is not bound to a machine.
    #[default]
    None,
    /// It lives on the machine whose host value stands in this attribute.
    On(&'static str),
    /// It is a machine, and gives out its host value in this attribute.
    Machine(&'static str),
}

/// How an object is found again whose creation was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum IdentityClass {
    /// The API honours a client token: the create is sent again.
    ClientToken,
    /// It is tagged as it is created.
    TagAtCreation,
    /// The name that is asked for is unique.
    UniqueName,
    /// Its place is its identity: a path on a host.
    #[default]
    NaturalKey,
    /// Nothing tells: creations are one at a time, compared with a listing taken before.
    None,
}

/// Whether a change can be taken back with what was recorded before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Undo {
    /// By planning from the new object to the recorded one.
    #[default]
    FromRecord,
    /// It cannot.
    Impossible,
}

/// What a change does to those who use the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Data is gone afterwards.
    DestroysData,
    /// It cannot be taken back.
    Irreversible,
    /// It does not answer for a while.
    Downtime,
    /// A process starts anew.
    Restarts,
    /// The object is another one afterwards.
    Replaces,
    /// It can be reached from more places than before.
    Exposes,
    /// A secret is another one afterwards.
    RotatesSecret,
    /// What somebody else made becomes Landfall's.
    TakesOver,
}

impl Effect {
    /// The word for it in a plan.
    pub fn word(self) -> &'static str {
        match self {
            Effect::DestroysData => "destroys data",
            Effect::Irreversible => "irreversible",
            Effect::Downtime => "downtime",
            Effect::Restarts => "restarts",
            Effect::Replaces => "replaces",
            Effect::Exposes => "exposes",
            Effect::RotatesSecret => "rotates secret",
            Effect::TakesOver => "takes over",
        }
    }
}

/// A check that a rollout can wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Its name.
    pub name: &'static str,
    /// What it means to pass.
    pub doc: &'static str,
}

/// A data source.
#[derive(Clone, Debug, Default)]
pub struct DataSchema {
    /// What it is.
    pub doc: &'static str,
    /// Arguments and results.
    pub block: BlockSchema,
    /// The attribute with the host that it asks, where it asks one.
    pub on: Option<&'static str>,
}

/// A function of a provider.
#[derive(Clone, Debug)]
pub struct FunctionSchema {
    /// What it does.
    pub doc: &'static str,
    /// Its parameters in order.
    pub parameters: Vec<(&'static str, Type)>,
    /// What it gives.
    pub result: Type,
}

/// Attributes and nested blocks of a body.
#[derive(Clone, Debug, Default)]
pub struct BlockSchema {
    /// By name, in the order of the documentation.
    pub attributes: Vec<Attribute>,
    /// By name, in the order of the documentation.
    pub blocks: Vec<NestedBlock>,
}

impl BlockSchema {
    /// The attribute of a name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.name == name)
    }

    /// The nested block of a name.
    pub fn block(&self, name: &str) -> Option<&NestedBlock> {
        self.blocks.iter().find(|b| b.name == name)
    }

    /// All names, for "did you mean".
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.attributes
            .iter()
            .map(|a| &*a.name)
            .chain(self.blocks.iter().map(|b| &*b.name))
    }

    /// The type of the body as an object.
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|a| (&*a.name, a.ty.clone()));
        let blocks = self.blocks.iter().map(|b| (&*b.name, b.ty()));
        Type::object(attributes.chain(blocks))
    }
}

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AttributeUse {
    /// The user, always.
    Required,
    /// The user, or nobody.
    #[default]
    Optional,
    /// The provider alone.
    Computed,
    /// The user, and where they say nothing, the provider.
    OptionalComputed,
}

/// An attribute.
#[derive(Clone, Debug, Default)]
pub struct Attribute {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its type.
    pub ty: Type,
    /// Who sets it.
    pub usage: AttributeUse,
    /// What stands in where the user says nothing.
    pub default: Option<Value>,
    /// Whether it is always a secret.
    pub sensitive: bool,
    /// Whether it is handed to the provider in a create and an update, and never given back:
    /// recorded is its fingerprint alone. Null in an update stands for what was handed over last.
    pub write_only: bool,
    /// Whether another value takes another object.
    pub replaces: bool,
    /// Whether the API gives it only one object at a time, so that a bulk read leaves it out.
    pub read_singly: bool,
    /// Whether its value is a file's path whose content goes to another attribute: that one's
    /// name. The core reads the file; a provider never does.
    pub loads_into: Option<&'static str>,
    /// What another value does to those who use the object.
    pub effects: Vec<Effect>,
    /// What it means.
    pub doc: &'static str,
}

impl Attribute {
    /// An optional attribute.
    pub fn new(name: impl Into<Cow<'static, str>>, ty: Type, doc: &'static str) -> Attribute {
        Attribute {
            name: name.into(),
            ty,
            doc,
            ..Default::default()
        }
    }

    /// Set by the user, always.
    pub fn required(mut self) -> Attribute {
        self.usage = AttributeUse::Required;
        self
    }

    /// Set by the provider alone.
    pub fn computed(mut self) -> Attribute {
        self.usage = AttributeUse::Computed;
        self
    }

    /// Set by the user, and where they say nothing, by the provider.
    pub fn optional_computed(mut self) -> Attribute {
        self.usage = AttributeUse::OptionalComputed;
        self
    }

    /// With a value for where the user says nothing.
    pub fn or(mut self, value: impl Into<Value>) -> Attribute {
        self.default = Some(value.into());
        self
    }

    /// Always a secret.
    pub fn sensitive(mut self) -> Attribute {
        self.sensitive = true;
        self
    }

    /// Another value takes another object.
    pub fn replaces(mut self) -> Attribute {
        self.replaces = true;
        self
    }

    /// Another value has this effect.
    pub fn effect(mut self, effect: Effect) -> Attribute {
        self.effects.push(effect);
        self
    }

    /// A file's path whose content goes to the attribute `target`.
    pub fn loads_into(mut self, target: &'static str) -> Attribute {
        self.loads_into = Some(target);
        self
    }

    /// Whether the provider may decide the value.
    pub fn is_computed(&self) -> bool {
        matches!(
            self.usage,
            AttributeUse::Computed | AttributeUse::OptionalComputed
        )
    }
}

/// How often a nested block may stand, and what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Nesting {
    /// At most once; an object, or null.
    #[default]
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// With a label; a map of objects.
    Map,
}

/// A nested block.
#[derive(Clone, Debug, Default)]
pub struct NestedBlock {
    /// Its name.
    pub name: Cow<'static, str>,
    /// How often, and what becomes of it.
    pub nesting: Nesting,
    /// The least number of them.
    pub min: usize,
    /// The greatest number of them.
    pub max: Option<usize>,
    /// Its body.
    pub block: Arc<BlockSchema>,
    /// What it means.
    pub doc: &'static str,
}

impl NestedBlock {
    /// The type of the attribute that it becomes.
    pub fn ty(&self) -> Type {
        match self.nesting {
            Nesting::Single => self.block.ty(),
            Nesting::List => Type::list(self.block.ty()),
            Nesting::Set => Type::set(self.block.ty()),
            Nesting::Map => Type::map(self.block.ty()),
        }
    }
}
