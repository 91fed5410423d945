//! What is never recorded: ephemeral resources, and where values that come from them may go.

use crate::loads::item_span;
use crate::observed::Ask;
use crate::pass::Pass;
use crate::resource::Block;
use diagnostics::{Problem, Span};
use eval::Reference;
use model::{BlockSchema, Key, Type, Unknown, Value};
use plan::{Deferred, ScopedData};
use provider::DataRequest;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Pass<'_> {
    /// An ephemeral resource's instance: opened for this plan where it can be, else in apply.
    pub(crate) fn ephemeral(
        &mut self,
        block: &Block<'_>,
        key: &Option<Key>,
        each: &BTreeMap<Reference, Value>,
    ) -> Value {
        let address = block.address.instance(key.clone());
        let begun = (self.plan.steps.len(), self.plan.checks.len());
        self.preconditions(block, &address, each);
        let value = self.opened(block, key, each);
        let value = self.input.world.fingerprints.conceal_ephemeral(&value);
        self.postconditions(block, &address, each, &value, begun);
        value
    }

    fn opened(
        &mut self,
        block: &Block<'_>,
        key: &Option<Key>,
        each: &BTreeMap<Reference, Value>,
    ) -> Value {
        let address = block.address.instance(key.clone());
        let open = Value::unknown(Type::Any);
        let Some((_, schema)) = self.input.providers.ephemeral(&block.resource.ty) else {
            return open;
        };
        let written = self.evaluate(&block.body, block.module, each);
        let Some(config) = self.shaped(&schema.block, &block.body, written, block.resource.span)
        else {
            return open;
        };
        if !self.required(&schema.block, block, &config) {
            return open;
        }
        self.uses(&block.connection);
        let (body, instance) = crate::each::finishable(&block.body, &block.resource.repeat, each);
        self.plan.ephemerals.push(ScopedData {
            address: address.clone(),
            provider: block.connection.key.clone(),
            deferred: Deferred {
                body,
                scope: block.module,
                instance,
                ignored: Vec::new(),
            },
        });
        let result = plan::propose(&schema.block, &config, None);
        if config.has_unknown() || self.changes_before(&block.dependencies) {
            return result;
        }
        let read = self.data_key(block, &config);
        match self.input.observed.opened.get(&read) {
            Some(Ok(value)) => value.clone(),
            Some(Err(problem)) => {
                let told = self.told("LF0362", block, &address, problem.clone());
                self.sink.push(told);
                result
            }
            None => {
                let request = DataRequest {
                    ty: block.resource.ty.to_string(),
                    config: config.expose(),
                };
                self.ask(read, block, address, Ask::Open(request));
                result
            }
        }
    }

    /// The arguments with something ephemeral in them; only those that are never recorded may
    /// have it, which is reported of others.
    pub(crate) fn handed(
        &mut self,
        schema: &BlockSchema,
        block: &Block<'_>,
        config: &Value,
    ) -> Vec<Arc<str>> {
        let mut handed = Vec::new();
        for name in ephemeral_names(schema, config) {
            if schema.attribute(&name).is_some_and(|a| a.write_only) {
                handed.push(name);
                continue;
            }
            let span = item_span(&block.body, &name).unwrap_or(block.resource.span);
            self.ephemeral_here(span, &format!("`{name}` is recorded"));
        }
        handed
    }

    /// Reports what is ephemeral in a body of which everything is recorded.
    pub(crate) fn refuse_ephemeral(&mut self, block: &Block<'_>, config: &Value) {
        let Some(fields) = config.as_fields() else {
            return;
        };
        let wrong: Vec<Arc<str>> = fields
            .iter()
            .filter(|(_, value)| value.has_ephemeral())
            .map(|(name, _)| name.clone())
            .collect();
        for name in wrong {
            let span = item_span(&block.body, &name).unwrap_or(block.resource.span);
            self.ephemeral_here(span, &format!("`{name}` is recorded"));
        }
    }

    /// Reports an ephemeral value where none may be.
    pub(crate) fn ephemeral_here(&mut self, span: Span, why: &str) {
        self.sink.push(
            Problem::error("LF0360", "an ephemeral value can't stand here")
                .at(span, why)
                .help(
                    "what is never recorded goes to providers, to arguments that are never \
                     recorded either, and to what is ephemeral itself",
                ),
        );
    }

    /// Reports an ephemeral value that is handed to what does not say that it takes one.
    pub(crate) fn not_declared_ephemeral(&mut self, span: Span, what: &str, declared: Span) {
        self.sink.push(
            Problem::error("LF0361", format!("the value of `{what}` is ephemeral"))
                .at(span, "never recorded")
                .and(declared, "declared without `ephemeral = true`")
                .help(format!(
                    "write `ephemeral = true` in `{what}`, or hand something else on"
                )),
        );
    }
}

fn ephemeral_names(schema: &BlockSchema, config: &Value) -> Vec<Arc<str>> {
    let blocks = schema.blocks.iter().map(|b| &*b.name);
    let all = schema.attributes.iter().map(|a| &*a.name).chain(blocks);
    all.filter(|name| config.get(name).is_some_and(Value::has_ephemeral))
        .map(Arc::from)
        .collect()
}

/// The planned value, with those arguments left to apply.
pub(crate) fn still_to_come(planned: &Value, handed: &[Arc<str>]) -> Value {
    handed.iter().fold(planned.clone(), |planned, name| {
        let ty = planned.get(name).map_or(Type::Any, Value::ty);
        let mut unknown = Unknown::of(ty).sensitive(true);
        unknown.ephemeral = true;
        planned.with(name, Value::Unknown(Arc::new(unknown)))
    })
}
