//! Provider blocks with `for_each`: which of their configurations an instance goes through.

use crate::expand::NotExpanded;
use crate::pass::{ConnectionValue, InstanceId, Pass};
use crate::sites::SiteId;
use config::{ProviderConfig, ProviderName, Repeat, Resource};
use diagnostics::Problem;
use eval::{Expr, Reference};
use model::{Key, Type, Value};
use state::ProviderKey;
use std::collections::{BTreeMap, HashMap};

/// The configurations of each block with `for_each`; none where its keys are known after apply.
pub(crate) type Keyed = HashMap<(SiteId, ProviderName), Option<BTreeMap<Key, ConnectionValue>>>;

impl Pass<'_> {
    /// Evaluates a provider block with `for_each`.
    pub(crate) fn connections_by_key(
        &mut self,
        site: SiteId,
        id: InstanceId,
        name: &ProviderName,
        block: &ProviderConfig,
        for_each: &Expr,
    ) {
        let instances = match self.expand(&Repeat::ForEach(for_each.clone()), id) {
            Ok((_, instances)) => instances,
            Err(NotExpanded::Later) => {
                self.keyed.insert((site, name.clone()), None);
                return;
            }
            Err(NotExpanded::Refused) => Vec::new(),
        };
        let base = self.provider_key(site, name);
        let mut connections = BTreeMap::new();
        for (key, each) in instances {
            let Some(key) = key else { continue };
            let own = ProviderKey(format!("{}{key}", base.0).into());
            if let Some(one) = self.one_configured(id, name, block, own, &each) {
                connections.insert(key, one);
            }
        }
        self.keyed.insert((site, name.clone()), Some(connections));
    }

    /// One of them, where it does not matter which: to stand for what is the same for all.
    pub(crate) fn any_of_keys(&self, site: SiteId, name: &ProviderName) -> Option<ConnectionValue> {
        let connections = self.keyed.get(&(site, name.clone()))?;
        let first = connections.as_ref().and_then(|c| c.values().next());
        Some(match (connections, first) {
            (_, Some(first)) => first.clone(),
            (Some(_), None) => none_of(name, Value::NULL),
            (None, None) => none_of(name, Value::unknown(Type::Any)),
        })
    }

    /// The connection of a resource in one module instance; where it is another one for each
    /// instance of the resource, one that stands for them.
    pub(crate) fn connection_seen_from(
        &mut self,
        module: InstanceId,
        resource: &Resource,
        usual: &ConnectionValue,
    ) -> Option<ConnectionValue> {
        if self.keyed.is_empty() || resource.provider_key.is_some() {
            return Some(usual.clone());
        }
        self.connection_by_key(module, &resource.provider, None, &BTreeMap::new())
    }

    /// The connection that a name, and perhaps a key, mean in a module instance. None where there
    /// is no such key, which is reported.
    pub(crate) fn connection_by_key(
        &mut self,
        module: InstanceId,
        name: &ProviderName,
        key: Option<&Expr>,
        each: &BTreeMap<Reference, Value>,
    ) -> Option<ConnectionValue> {
        let site = self.modules[module].site;
        let declared = self.module_of(module).providers.get(name);
        if declared.is_some_and(|d| d.for_each.is_some()) {
            return self.of_key(site, module, name, key?, each);
        }
        let parent = self.modules[module].parent;
        let call = self.prepared().sites[site].call.clone();
        let (None, Some(parent), Some(call)) = (declared, parent, call) else {
            return self.connection(site, name);
        };
        let call = self.module_of(parent).calls.get(&call)?;
        let outer = call.providers.get(name).unwrap_or(name).clone();
        let key = call.provider_keys.get(name).cloned();
        let each = self.modules[module].each.clone();
        self.connection_by_key(parent, &outer, key.as_ref(), &each)
    }

    fn of_key(
        &mut self,
        site: SiteId,
        module: InstanceId,
        name: &ProviderName,
        expr: &Expr,
        each: &BTreeMap<Reference, Value>,
    ) -> Option<ConnectionValue> {
        let later = || Some(none_of(name, Value::unknown(Type::Any)));
        let value = self.try_evaluate(expr, module, each)?;
        let Some(Some(connections)) = self.keyed.get(&(site, name.clone())) else {
            return later();
        };
        if value.is_unknown() {
            return later();
        }
        let text = model::convert(&value, &Type::String).ok();
        let key = text.as_ref().and_then(Value::as_str);
        if let Some(found) = key.and_then(|k| connections.get(&Key::Name(k.into()))) {
            return Some(found.clone());
        }
        let known: Vec<String> = connections.keys().map(|k| format!("`{k}`")).collect();
        let help = match known.is_empty() {
            true => "its `for_each` is empty".to_string(),
            false => format!("its `for_each` has {}", known.join(", ")),
        };
        self.sink.push(
            Problem::error(
                "LF0363",
                format!("there is no such configuration of `{name}`"),
            )
            .at(expr.span, format!("is {}", model::show(&value)))
            .help(help),
        );
        None
    }
}

fn none_of(name: &ProviderName, config: Value) -> ConnectionValue {
    ConnectionValue {
        key: ProviderKey(name.to_string().into()),
        name: name.name.clone(),
        config,
        deferred: None,
    }
}
