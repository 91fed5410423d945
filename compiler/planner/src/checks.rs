//! `check` blocks: what they find wrong is a warning, and what can't be told yet is told at the
//! end of apply, when their own data sources are read again.

use crate::graph::Rank;
use crate::observed::Ask;
use crate::pass::{InstanceId, Pass, ResourceValue};
use crate::resource::Block;
use crate::sites::SiteId;
use config::{CheckBlock, Condition, Resource};
use diagnostics::Problem;
use model::{Address, Fingerprint, ResourceAddress, Type, Value, convert, show_type};
use plan::{Assertion, Deferred, PlanMode, Repetition, ScopedData, Verdict};
use provider::DataRequest;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Pass<'_> {
    /// Looks at a check in every instance of its module. With a part of the configuration left
    /// out, or everything on its way out, there is nothing to be said.
    pub(crate) fn check_block(&mut self, rank: Rank, site: SiteId, name: &Arc<str>) {
        if self.selection.is_partial() || self.input.options.mode == PlanMode::Destroy {
            return;
        }
        let check = &self.prepared().module(self.input.config, site).checks[name];
        for id in self.of_site[site].clone() {
            if self.node_behind_left_out(rank, id).is_none() {
                self.check_in(rank, id, name, check);
            }
        }
    }

    fn check_in(&mut self, rank: Rank, id: InstanceId, name: &Arc<str>, check: &CheckBlock) {
        let address = self.name_of(id, "check", name);
        let data = match &check.data {
            None => None,
            Some(data) => match self.scoped(rank, id, &address, data) {
                Some(data) => Some(data),
                None => return,
            },
        };
        let mut verdict = Verdict::Holds;
        for assertion in &check.assertions {
            verdict = verdict.and(self.assertion(id, &address, assertion));
        }
        let assertions = check.assertions.iter().map(|a| Assertion {
            condition: Box::new(a.condition.clone()),
            error_message: Box::new(a.error_message.clone()),
        });
        self.plan.check_blocks.push(plan::CheckBlock {
            address,
            scope: id,
            data,
            assertions: assertions.collect(),
            verdict,
        });
    }

    /// The check's own data source: its value is there for the assertions; unknown where it is
    /// not read yet, or can't be. None where its arguments are wrong, which is reported.
    fn scoped(
        &mut self,
        rank: Rank,
        id: InstanceId,
        check: &Address,
        data: &Resource,
    ) -> Option<ScopedData> {
        let site = self.modules[id].site;
        let connection = self.connection(site, &data.provider)?;
        let body = Arc::new(data.body.clone());
        let resource = ResourceAddress {
            module: self.modules[id].path.clone(),
            mode: data.mode,
            ty: data.ty.clone(),
            name: data.name.clone(),
        };
        let depends = self.behind_node(rank, id).cloned().unwrap_or_default();
        let block = Block {
            rank,
            module: id,
            resource: data,
            body: body.clone(),
            address: resource.clone(),
            connection,
            dependencies: depends.managed,
            data: depends.data,
            hangs_on_later: false,
        };
        let value = self.scoped_value(&block, check)?;
        let address = resource.instance(None);
        let key = (data.mode, data.ty.clone(), data.name.clone());
        let instances = vec![(None, address.clone())];
        let repetition = Repetition::Once;
        self.modules[id].resources.insert(
            key.clone(),
            ResourceValue {
                repetition,
                instances,
                value,
            },
        );
        self.scoped.insert((id, key));
        self.uses(&block.connection);
        Some(ScopedData {
            address,
            provider: block.connection.key,
            deferred: Deferred {
                body,
                scope: id,
                instance: BTreeMap::new(),
                ignored: Vec::new(),
            },
        })
    }

    fn scoped_value(&mut self, block: &Block<'_>, check: &Address) -> Option<Value> {
        let (_, schema) = self.input.providers.data(&block.resource.ty)?;
        let written = self.evaluate(&block.body, block.module, &BTreeMap::new());
        let config = self.shaped(&schema.block, &block.body, written, block.resource.span)?;
        if !self.required(&schema.block, block, &config) {
            return None;
        }
        let result = plan::propose(&schema.block, &config, None);
        let waits = self.changes_before(&block.dependencies);
        if config.has_unknown() || block.connection.config.has_unknown() || waits {
            return Some(result);
        }
        let address = block.address.instance(None);
        let read = self.data_key(block, &config);
        Some(match self.input.observed.data.get(&read) {
            Some(Ok(value)) => {
                let key = self.input.world.fingerprints;
                plan::reconcile(&schema.block, Some(&result), value, key)
            }
            Some(Err(problem)) => {
                let mut told = self.told("LF0359", block, &address, problem.clone());
                told.severity = diagnostics::Severity::Warning;
                self.sink
                    .push(told.detail(format!("{check} can't be decided without it")));
                result
            }
            None => {
                let request = DataRequest {
                    ty: block.resource.ty.to_string(),
                    config: config.expose(),
                };
                self.ask(read, block, address, Ask::Data(request));
                result
            }
        })
    }

    /// Stands for the question of a data source.
    pub(crate) fn data_key(&self, block: &Block<'_>, config: &Value) -> Fingerprint {
        let of = Fingerprint::of(&Value::tuple(vec![
            Value::string(block.resource.ty.clone()),
            Value::string(block.connection.key.0.clone()),
            block.connection.config.clone(),
            config.clone(),
        ]));
        Fingerprint::derive("data", &[of])
    }

    fn assertion(&mut self, id: InstanceId, check: &Address, assertion: &Condition) -> Verdict {
        let none = BTreeMap::new();
        let Some(held) = self.try_evaluate(&assertion.condition, id, &none) else {
            return Verdict::Open;
        };
        let held = held.expose();
        if held.has_unknown() || held.has_sealed() {
            return Verdict::Open;
        }
        let span = assertion.condition.span;
        match convert(&held, &Type::Bool) {
            Ok(Value::Bool(true)) => Verdict::Holds,
            Ok(Value::Bool(false)) => {
                let words = self.try_evaluate(&assertion.error_message, id, &none);
                let said = plan::said(words.as_ref());
                let warning = Problem::warning("LF0358", format!("{check} does not hold"));
                self.sink.push(warning.at(span, "is false").detail(said));
                Verdict::Fails
            }
            _ => {
                let problem = Problem::error("LF0309", "a condition has to be true or false");
                let is = format!("is {}", show_type(&held.ty()));
                self.sink.push(problem.at(span, is));
                Verdict::Open
            }
        }
    }
}
