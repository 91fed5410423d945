//! The providers that there are, by name and by resource type.

use model::{DataSchema, FunctionSchema, ProviderSchema, ResourceSchema, Value};
use provider::Provider;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The providers that there are.
#[derive(Clone, Default)]
pub struct Providers {
    by_name: BTreeMap<String, (Arc<dyn Provider>, Arc<ProviderSchema>)>,
    resources: HashMap<&'static str, String>,
}

impl Providers {
    /// These providers; of a type that two have, the first one's counts.
    pub fn new(providers: impl IntoIterator<Item = Arc<dyn Provider>>) -> Providers {
        let mut all = Providers::default();
        for provider in providers {
            let (name, schema) = (provider.name().to_string(), provider.schema());
            for ty in schema.resources.keys() {
                all.resources.entry(ty).or_insert_with(|| name.clone());
            }
            all.by_name.insert(name, (provider, schema));
        }
        all
    }

    /// The provider of a name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Provider>> {
        self.by_name.get(name).map(|(provider, _)| provider)
    }

    /// Its schema.
    pub fn schema(&self, name: &str) -> Option<&Arc<ProviderSchema>> {
        self.by_name.get(name).map(|(_, schema)| schema)
    }

    /// The provider and the schema of a managed resource type.
    pub fn resource(&self, ty: &str) -> Option<(&Arc<dyn Provider>, &ResourceSchema)> {
        let (provider, schema) = self.by_name.get(self.resources.get(ty)?)?;
        Some((provider, schema.resources.get(ty)?))
    }

    /// The provider and the schema of a data source type.
    pub fn data(&self, ty: &str) -> Option<(&Arc<dyn Provider>, &DataSchema)> {
        self.by_name
            .values()
            .find_map(|(p, s)| Some((p, s.data.get(ty)?)))
    }

    /// The provider and the schema of an ephemeral resource type.
    pub fn ephemeral(&self, ty: &str) -> Option<(&Arc<dyn Provider>, &DataSchema)> {
        self.by_name
            .values()
            .find_map(|(p, s)| Some((p, s.ephemerals.get(ty)?)))
    }

    /// The schemas by provider name.
    pub fn schemas(&self) -> BTreeMap<String, Arc<ProviderSchema>> {
        self.by_name
            .iter()
            .map(|(name, (_, schema))| (name.clone(), schema.clone()))
            .collect()
    }
}

impl eval::Functions for Providers {
    fn schema(&self, provider: &str, function: &str) -> Option<&FunctionSchema> {
        self.by_name
            .get(provider)
            .and_then(|(_, schema)| schema.functions.get(function))
    }

    fn call(&self, provider: &str, function: &str, arguments: &[Value]) -> Result<Value, String> {
        match self.get(provider) {
            Some(provider) => provider.call(function, arguments).map_err(|p| p.message),
            None => Err(format!("there is no provider `{provider}`")),
        }
    }
}
