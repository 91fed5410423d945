//! What the names in a plan's deferred expressions stand for.

use eval::{Expr, Reference};
use model::{Address, Key, Mode, ModulePath, Type, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The index of a [`ModuleScope`] in [`Scopes`].
pub type ScopeId = usize;

/// The names of every module instance that a deferred expression stands in or looks into.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Scopes {
    /// By [`ScopeId`].
    pub modules: Vec<ModuleScope>,
    /// Instances of data sources that were read for the plan.
    pub data: BTreeMap<Address, Value>,
}

/// The names of one module instance, as far as deferred expressions use them.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ModuleScope {
    /// Which.
    pub module: ModulePath,
    /// The names.
    pub names: BTreeMap<Reference, Captured>,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Captured {
    /// What was known.
    Value(Value),
    /// To be evaluated when what it names is known.
    Expr {
        /// The expression.
        expr: Box<Expr>,
        /// The module instance that it stands in.
        scope: ScopeId,
        /// What it is converted to.
        ty: Type,
        /// Whether the result is sensitive.
        sensitive: bool,
        /// `each.key` and the like of a module call's inputs.
        instance: BTreeMap<Reference, Value>,
    },
    /// The instances of a resource, as they are after their steps.
    Resource {
        /// Managed or data.
        mode: Mode,
        /// Whether there are keys, and of which kind.
        repetition: Repetition,
        /// The instances in the order of their keys.
        instances: Keyed<Address>,
    },
    /// The instances of a module call: for each, the outputs by name.
    Module {
        /// Whether there are keys, and of which kind.
        repetition: Repetition,
        /// The instances in the order of their keys.
        instances: Keyed<BTreeMap<Arc<str>, Captured>>,
    },
}

/// Whether a block has instance keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// One instance without a key.
    Once,
    /// Keys from 0.
    Count,
    /// Names.
    ForEach,
}

/// Instances by key, in order.
pub type Keyed<T> = Vec<(Option<Key>, T)>;

impl Repetition {
    /// The value of a block from the values of its instances.
    pub fn collect(self, instances: impl IntoIterator<Item = (Option<Key>, Value)>) -> Value {
        let mut instances = instances.into_iter();
        match self {
            Repetition::Once => instances.next().map_or(Value::NULL, |(_, v)| v),
            Repetition::Count => Value::tuple(instances.map(|(_, v)| v).collect()),
            Repetition::ForEach => Value::object(instances.filter_map(|(key, v)| match key {
                Some(Key::Name(name)) => Some((name, v)),
                _ => None,
            })),
        }
    }
}
