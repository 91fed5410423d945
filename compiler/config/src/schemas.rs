//! Schemas, looked up by resource type.

use model::{BlockSchema, Gate, Mode, ProviderSchema};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What the providers offer.
pub(crate) struct Schemas<'a> {
    providers: &'a BTreeMap<String, Arc<ProviderSchema>>,
    managed: HashMap<&'static str, &'a str>,
    data: HashMap<&'static str, &'a str>,
    ephemerals: HashMap<&'static str, &'a str>,
}

impl<'a> Schemas<'a> {
    pub(crate) fn new(providers: &'a BTreeMap<String, Arc<ProviderSchema>>) -> Schemas<'a> {
        let mut managed = HashMap::new();
        let mut data = HashMap::new();
        let mut ephemerals = HashMap::new();
        for (name, schema) in providers {
            for ty in schema.resources.keys() {
                managed.entry(*ty).or_insert(name.as_str());
            }
            for ty in schema.data.keys() {
                data.entry(*ty).or_insert(name.as_str());
            }
            for ty in schema.ephemerals.keys() {
                ephemerals.entry(*ty).or_insert(name.as_str());
            }
        }
        Schemas {
            providers,
            managed,
            data,
            ephemerals,
        }
    }

    /// The provider that has a resource type.
    pub(crate) fn provider_of(&self, mode: Mode, ty: &str) -> Option<&'a str> {
        self.index(mode).get(ty).copied()
    }

    /// The body of a resource type, as that provider has it.
    pub(crate) fn body(&self, mode: Mode, ty: &str) -> Option<&'a BlockSchema> {
        let provider = &self.providers[self.provider_of(mode, ty)?];
        match mode {
            Mode::Managed => provider.resources.get(ty).map(|r| &r.block),
            Mode::Data => provider.data.get(ty).map(|d| &d.block),
            Mode::Ephemeral => provider.ephemerals.get(ty).map(|d| &d.block),
        }
    }

    /// What a rollout of a resource type can wait for.
    pub(crate) fn gates(&self, ty: &str) -> &'a [Gate] {
        self.provider_of(Mode::Managed, ty)
            .and_then(|name| self.providers[name].resources.get(ty))
            .map_or(&[], |r| &r.gates)
    }

    /// The body of a `provider` block.
    pub(crate) fn config(&self, provider: &str) -> Option<&'a BlockSchema> {
        self.providers.get(provider).map(|p| &p.config)
    }

    /// The names of all providers.
    pub(crate) fn providers(&self) -> impl Iterator<Item = &'a str> {
        self.providers.keys().map(String::as_str)
    }

    /// All types, for "did you mean".
    pub(crate) fn types(&self, mode: Mode) -> impl Iterator<Item = &'static str> {
        self.index(mode).keys().copied()
    }

    fn index(&self, mode: Mode) -> &HashMap<&'static str, &'a str> {
        match mode {
            Mode::Managed => &self.managed,
            Mode::Data => &self.data,
            Mode::Ephemeral => &self.ephemerals,
        }
    }
}
