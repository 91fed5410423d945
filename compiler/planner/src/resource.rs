//! A resource block: its connection, its instances, and what of them has to be read.

use crate::dependencies::Depends;
use crate::expand::NotExpanded;
use crate::graph::{Item, Rank, provider_node};
use crate::loads::item_span;
use crate::observed::{Ask, Read};
use crate::pass::{ConnectionValue, InstanceId, Pass, ResourceValue};
use crate::sites::SiteId;
use config::{ProviderConfig, ProviderName, Resource, ResourceKey};
use diagnostics::{Problem, Span};
use eval::{Expr, Reference};
use model::{Address, AttributeUse, BlockSchema, Fingerprint, Mode, ResourceAddress, Type, Value};
use plan::PlanMode;
use provider::{ProviderProblem, Severity};
use state::ProviderKey;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// A resource block inside one module instance; while one of its instances is decided on, with
/// what that one depends on.
pub(crate) struct Block<'c> {
    pub(crate) rank: Rank,
    pub(crate) module: InstanceId,
    pub(crate) resource: &'c Resource,
    /// The body, shared with whatever is deferred.
    pub(crate) body: Arc<Expr>,
    pub(crate) address: ResourceAddress,
    pub(crate) connection: ConnectionValue,
    /// What a step of it is recorded to depend on.
    pub(crate) dependencies: Arc<[Address]>,
    /// Data sources that it depends on.
    pub(crate) data: Arc<[Address]>,
    /// Whether it names, through whatever, something of a later stage.
    pub(crate) hangs_on_later: bool,
}

impl<'a> Pass<'a> {
    pub(crate) fn resource(&mut self, rank: Rank, site: SiteId, key: &ResourceKey) {
        let module = self.prepared().module(self.input.config, site);
        let resource = &module.resources[key];
        let Some(usual) = self.connection(site, &resource.provider) else {
            return;
        };
        self.imports_to(site, key);
        let body = Arc::new(resource.body.clone());
        for id in self.of_site[site].clone() {
            let Some(connection) = self.connection_seen_from(id, resource, &usual) else {
                continue;
            };
            let address = ResourceAddress {
                module: self.modules[id].path.clone(),
                mode: resource.mode,
                ty: resource.ty.clone(),
                name: resource.name.clone(),
            };
            let shared = self.shared(rank, id);
            let hangs_on_later = self.prepared().needs[rank]
                .iter()
                .any(|n| self.later_ranks.contains(n));
            let mut block = Block {
                rank,
                module: id,
                resource,
                body: body.clone(),
                address,
                connection,
                dependencies: shared.managed.clone(),
                data: shared.data.clone(),
                hangs_on_later,
            };
            let value = self.block(&mut block, &shared);
            self.modules[id].resources.insert(key.clone(), value);
        }
        self.imports_without_instance(site, key);
    }

    fn block(&mut self, block: &mut Block<'_>, shared: &Rc<Depends>) -> ResourceValue {
        let repetition = Pass::repetition(&block.resource.repeat);
        let open = || ResourceValue {
            repetition,
            instances: Vec::new(),
            value: Value::unknown(Type::Any),
        };
        if let Some(why) = self.behind_left_out(shared.all()) {
            self.leave_out_block(block, why);
            return self.block_as_recorded(block);
        }
        if block.connection.config.has_unknown() {
            let why = "the configuration of its provider is known after apply";
            let provider = format!("provider.{}", block.connection.key.0);
            self.put_off(block, why, vec![provider]);
            return open();
        }
        let over = self.repeated_over(block.rank, block.module);
        if let Some(why) = self.behind_left_out_whole(over.all()) {
            self.leave_out_block(block, why);
            return self.block_as_recorded(block);
        }
        let ahead = self.comes_later(shared);
        if let Some(ahead) = ahead.or_else(|| self.comes_later(&over)) {
            self.put_off(block, "what it depends on comes later", ahead);
            return open();
        }
        let expanded = match self.expand(&block.resource.repeat, block.module) {
            Ok((_, instances)) => instances,
            Err(NotExpanded::Later) => {
                let waits = block.dependencies.iter().map(ToString::to_string).collect();
                self.put_off(
                    block,
                    "how many instances it has is known after apply",
                    waits,
                );
                return open();
            }
            Err(NotExpanded::Refused) => {
                self.unexpanded.insert(block.address.clone());
                return open();
            }
        };
        if block.hangs_on_later
            && expanded
                .iter()
                .any(|(_, each)| self.is_open_body(block, each))
        {
            self.put_off(block, "what it is made of comes later", Vec::new());
            return open();
        }
        let own = self.own(block.rank, block.module, shared, expanded.iter());
        let all = own.iter().flatten();
        if let Some(ahead) = all.into_iter().find_map(|own| self.comes_later(own)) {
            self.put_off(block, "what it depends on comes later", ahead);
            return open();
        }
        let mut instances = Vec::with_capacity(expanded.len());
        let mut values = Vec::with_capacity(expanded.len());
        for (index, (key, each)) in expanded.into_iter().enumerate() {
            if let Some(own) = &own {
                block.dependencies = own[index].managed.clone();
                block.data = own[index].data.clone();
            }
            let address = block.address.instance(key.clone());
            if let Some(by_key) = &block.resource.provider_key {
                let (module, name) = (block.module, &block.resource.provider);
                match self.connection_by_key(module, name, Some(by_key), &each) {
                    Some(connection) => block.connection = connection,
                    None => {
                        let recorded = self.as_recorded(&address);
                        self.configured.insert(address);
                        values.push((key, recorded));
                        continue;
                    }
                }
            }
            let value = match self.instance_stays_out(block, &address, own.is_some()) {
                true => self.as_recorded(&address),
                false => match block.resource.mode {
                    Mode::Managed => self.managed(block, &key, &each),
                    Mode::Data => self.data(block, &key, &each),
                    Mode::Ephemeral => self.ephemeral(block, &key, &each),
                },
            };
            instances.push((key.clone(), address));
            values.push((key, value));
        }
        ResourceValue {
            repetition,
            instances,
            value: repetition.collect(values),
        }
    }

    /// What of these is of a later stage; what is only left out is not.
    fn comes_later(&self, depends: &Depends) -> Option<Vec<String>> {
        if self.unexpanded.is_empty() || self.behind_left_out(depends.all()).is_some() {
            return None;
        }
        let later = depends
            .all()
            .filter(|d| self.unexpanded.contains(&d.resource));
        let later: Vec<String> = later.map(ToString::to_string).collect();
        (!later.is_empty()).then_some(later)
    }

    /// Leaves an instance out that depends on something left out which not all need.
    fn instance_stays_out(&mut self, block: &Block<'_>, address: &Address, own: bool) -> bool {
        if !own {
            return false;
        }
        let needed = block.dependencies.iter().chain(block.data.iter());
        let Some(why) = self.behind_left_out(needed) else {
            return false;
        };
        self.leave_out_instance(address, why, &block.dependencies);
        true
    }

    /// What expressions see of a block that is left as it is.
    fn block_as_recorded(&self, block: &Block<'_>) -> ResourceValue {
        let repetition = Pass::repetition(&block.resource.repeat);
        let all = block.address.instance(None);
        let recorded = self.objects_at(&all).into_iter();
        let (instances, values): (Vec<_>, Vec<_>) = recorded
            .filter_map(|id| self.object(id))
            .map(|object| {
                let key = object.address.key.clone();
                let value = (key.clone(), object.attributes.clone());
                ((key, object.address.clone()), value)
            })
            .unzip();
        let value = match values.is_empty() {
            true => Value::unknown(Type::Any),
            false => repetition.collect(values),
        };
        ResourceValue {
            repetition,
            instances,
            value,
        }
    }

    /// Leaves a block to a later stage; its objects stay as they are.
    fn put_off(&mut self, block: &Block<'_>, why: &str, waits_for: Vec<String>) {
        self.unexpanded.insert(block.address.clone());
        self.later_ranks.insert(block.rank);
        if self.input.options.any_values {
            self.try_body(block);
        }
        if self.input.options.mode != PlanMode::Destroy {
            self.later(block.address.to_string(), why, waits_for);
        }
    }

    /// Whether the body of an instance has something unknown in it. Problems are reported when
    /// it is evaluated for good.
    fn is_open_body(&self, block: &Block<'_>, each: &BTreeMap<Reference, Value>) -> bool {
        let names = crate::scope::Names {
            pass: self,
            module: block.module,
            each,
            this: None,
        };
        eval::evaluate(&block.body, &names, self.input.world).is_ok_and(|v| v.has_unknown())
    }

    /// Evaluates a provider block.
    pub(crate) fn connection_of(&mut self, site: SiteId, name: &ProviderName) {
        let block = &self.prepared().module(self.input.config, site).providers[name];
        let Some(id) = self.of_site[site].first().copied() else {
            return;
        };
        if let Some(for_each) = &block.for_each {
            return self.connections_by_key(site, id, name, block, for_each);
        }
        let key = self.provider_key(site, name);
        if let Some(connection) = self.one_configured(id, name, block, key, &BTreeMap::new()) {
            self.connections.insert((site, name.clone()), connection);
        }
    }

    pub(crate) fn one_configured(
        &mut self,
        id: InstanceId,
        name: &ProviderName,
        block: &ProviderConfig,
        key: ProviderKey,
        each: &BTreeMap<Reference, Value>,
    ) -> Option<ConnectionValue> {
        let schema = self.input.providers.schema(&name.name)?;
        let written = self.evaluate(&block.body, id, each);
        let config = self.shaped(&schema.config, &block.body, written, block.span);
        let config = config.unwrap_or_else(|| Value::unknown(Type::Any));
        let ephemeral = config.has_ephemeral();
        Some(ConnectionValue {
            key,
            name: name.name.clone(),
            config,
            deferred: ephemeral.then(|| plan::Deferred {
                body: Arc::new(block.body.clone()),
                scope: id,
                instance: each.clone(),
                ignored: Vec::new(),
            }),
        })
    }

    pub(crate) fn provider_key(&self, site: SiteId, name: &ProviderName) -> ProviderKey {
        let node = crate::circles::name(
            &self.prepared().sites,
            &(site, Item::Provider(name.clone())),
        );
        let own = node.replace("provider.", "");
        ProviderKey(Arc::from(match &name.alias {
            Some(alias) => format!("{own}.{alias}"),
            None => own,
        }))
    }

    /// The connection that a resource's provider name means at a site.
    pub(crate) fn connection(
        &mut self,
        site: SiteId,
        name: &ProviderName,
    ) -> Option<ConnectionValue> {
        if let Some((at, Item::Provider(found))) =
            provider_node(self.input.config, &self.prepared().sites, site, name)
        {
            let one = self.connections.get(&(at, found.clone())).cloned();
            return one.or_else(|| self.any_of_keys(at, &found));
        }
        let schema = self.input.providers.schema(&name.name)?;
        let empty = Value::object([("", Value::NULL); 0]);
        let config = plan::shape(&schema.config, &empty).ok()?;
        let config = plan::propose(&schema.config, &config, None);
        let key = ProviderKey(name.name.clone());
        Some(ConnectionValue {
            key,
            name: name.name.clone(),
            config,
            deferred: None,
        })
    }

    /// The body in the shape of its schema; none where it has a problem, which is reported.
    pub(crate) fn shaped(
        &mut self,
        schema: &BlockSchema,
        body: &Expr,
        written: Value,
        header: Span,
    ) -> Option<Value> {
        match plan::shape(schema, &written) {
            Ok(config) => Some(plan::conceal(
                schema,
                &config,
                self.input.world.fingerprints,
            )),
            Err(error) => {
                let span = error
                    .path
                    .first()
                    .and_then(|n| item_span(body, n))
                    .unwrap_or(header);
                let message = match error.path.first() {
                    Some(name) => format!("`{name}` has a value of a wrong type"),
                    None => "the body has a wrong type".to_string(),
                };
                let problem = Problem::error("LF0315", message);
                self.sink.push(problem.at(span, error.to_string()));
                None
            }
        }
    }

    /// Required attributes that turned out to be null.
    pub(crate) fn required(
        &mut self,
        schema: &BlockSchema,
        block: &Block<'_>,
        config: &Value,
    ) -> bool {
        let mut fine = true;
        for attribute in &schema.attributes {
            let is_null = matches!(config.get(&attribute.name), Some(Value::Null(_)));
            if attribute.usage == AttributeUse::Required && is_null {
                let span = item_span(&block.body, &attribute.name).unwrap_or(block.resource.span);
                self.sink.push(
                    Problem::error("LF0316", format!("`{}` is null", attribute.name))
                        .at(span, "a value is required here")
                        .on(&block.address),
                );
                fine = false;
            }
        }
        fine
    }

    /// Reports a provider's problem.
    pub(crate) fn report(
        &mut self,
        code: &'static str,
        block: &Block<'_>,
        address: &Address,
        problem: ProviderProblem,
    ) {
        let problem = self.told(code, block, address, problem);
        self.sink.push(problem);
    }

    /// A provider's problem, with the place where the user wrote what it is about.
    pub(crate) fn told(
        &self,
        code: &'static str,
        block: &Block<'_>,
        address: &Address,
        problem: ProviderProblem,
    ) -> Problem {
        let mut reported = match problem.severity {
            Severity::Error => Problem::error(code, problem.message),
            Severity::Warning => Problem::warning(code, problem.message),
        };
        let span = problem
            .path
            .as_ref()
            .and_then(|p| p.first())
            .and_then(|n| item_span(&block.body, n));
        reported = reported
            .at(span.unwrap_or(block.resource.span), "")
            .on(address);
        reported.details = problem.details;
        reported.help = problem.help;
        reported
    }

    /// A step that uses data sources comes after those that are read in apply.
    pub(crate) fn waits_for_data(&mut self, step: plan::StepId, block: &Block<'_>) {
        if !block.data.is_empty() {
            self.data_waits.insert(step, block.data.clone());
        }
    }

    /// Whether any of these objects is to be changed.
    pub(crate) fn changes_before(&self, dependencies: &[Address]) -> bool {
        let changes = |d: &Address| match d.key {
            Some(_) => self.changing_instances.contains(d),
            None => self.changing.contains_key(&d.resource),
        };
        let unexpanded = |d: &Address| self.unexpanded.contains(&d.resource);
        dependencies.iter().any(|d| unexpanded(d) || changes(d))
    }

    pub(crate) fn ask(&mut self, key: Fingerprint, block: &Block<'_>, address: Address, ask: Ask) {
        self.ask_through(key, &block.connection.clone(), address, ask);
    }

    pub(crate) fn ask_through(
        &mut self,
        key: Fingerprint,
        connection: &ConnectionValue,
        address: Address,
        ask: Ask,
    ) {
        if self.asked.insert(key) {
            self.reads.push(Read {
                key,
                provider: connection.key.clone(),
                provider_name: connection.name.clone(),
                config: connection.config.clone(),
                address,
                ask,
            });
        }
    }
}
