//! A data source's instance: read for the plan where it can be, else in apply at its place.

use crate::left_out::Silent;
use crate::observed::Ask;
use crate::pass::Pass;
use crate::resource::Block;
use eval::Reference;
use model::{Address, Key, Type, Value};
use plan::PlanMode;
use provider::{DataRequest, Host, ProviderProblem};
use std::collections::BTreeMap;

impl Pass<'_> {
    /// A data source's instance: its result, where it can be read now.
    pub(crate) fn data(
        &mut self,
        block: &Block<'_>,
        key: &Option<Key>,
        each: &BTreeMap<Reference, Value>,
    ) -> Value {
        let address = block.address.instance(key.clone());
        if self.stays_out(block, &address) {
            return Value::unknown(Type::Any);
        }
        let begun = (self.plan.steps.len(), self.plan.checks.len());
        self.preconditions(block, &address, each);
        let value = self.data_value(block, &address, each);
        self.postconditions(block, &address, each, &value, begun);
        value
    }

    fn data_value(
        &mut self,
        block: &Block<'_>,
        address: &Address,
        each: &BTreeMap<Reference, Value>,
    ) -> Value {
        let address = address.clone();
        let Some((_, schema)) = self.input.providers.data(&block.resource.ty) else {
            return Value::unknown(Type::Any);
        };
        let written = self.evaluate(&block.body, block.module, each);
        let Some(config) = self.shaped(&schema.block, &block.body, written, block.resource.span)
        else {
            return Value::unknown(Type::Any);
        };
        if !self.required(&schema.block, block, &config) {
            return Value::unknown(Type::Any);
        }
        self.refuse_ephemeral(block, &config);
        let result = plan::propose(&schema.block, &config, None);
        let ends = self.input.options.mode == PlanMode::Destroy;
        let waits = !ends && self.changes_before(&block.dependencies);
        if ends && config.has_unknown() {
            return result;
        }
        if config.has_unknown() || waits {
            self.read_later(block, &address, each, config, &result);
            return result;
        }
        let request = DataRequest {
            ty: block.resource.ty.to_string(),
            config: config.expose(),
        };
        let read = self.data_key(block, &config);
        match self.input.observed.data.get(&read) {
            Some(Ok(value)) => {
                let key = self.input.world.fingerprints;
                let value = plan::reconcile(&schema.block, Some(&result), value, key);
                self.plan.scopes.data.insert(address, value.clone());
                value
            }
            Some(Err(problem)) => {
                let host = schema.on.and_then(|on| result.get(on));
                self.data_unread(block, &address, host, problem.clone());
                result
            }
            None => {
                self.ask(read, block, address, Ask::Data(request));
                result
            }
        }
    }

    fn data_unread(
        &mut self,
        block: &Block<'_>,
        address: &Address,
        host: Option<&Value>,
        problem: ProviderProblem,
    ) {
        let silent = match host.and_then(Host::identity_key) {
            Some(id) => self.silent_host(&id, host),
            None => Silent::Place(address.clone()),
        };
        let problem = self.told("LF0317", block, address, problem);
        self.leave_unreached(address, silent, problem, &block.dependencies);
    }

    fn read_later(
        &mut self,
        block: &Block<'_>,
        address: &Address,
        each: &BTreeMap<Reference, Value>,
        config: Value,
        result: &Value,
    ) {
        self.uses(&block.connection);
        let mut step = plan::Step::new(
            address.clone(),
            plan::Action::Read,
            block.connection.key.clone(),
        );
        step.reasons.push(plan::Reason::ReadLater);
        step.before = Some(config);
        step.after = Some(result.clone());
        step.dependencies = block.dependencies.clone();
        step.timeout_ms = 120_000;
        let (body, instance) = crate::each::finishable(&block.body, &block.resource.repeat, each);
        step.deferred = Some(plan::Deferred {
            body,
            scope: block.module,
            instance,
            ignored: Vec::new(),
        });
        let id = self.push(step);
        self.waits_for_data(id, block);
    }
}
