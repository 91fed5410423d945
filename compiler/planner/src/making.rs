//! Steps that make or change an object: what the provider plans, what is recorded of it, and
//! why.

use crate::decide::Case;
use crate::pass::Pass;
use crate::resource::Block;
use diagnostics::Problem;
use model::{AttributeUse, Difference, Effect, ResourceSchema, Undo, Value};
use plan::{Action, Deferred, Reason, Step, lives_on};
use provider::{PlanAnswer, PlanRequest};
use state::Object;
use std::sync::Arc;

impl Pass<'_> {
    pub(crate) fn ask_plan(
        &self,
        block: &Block<'_>,
        case: &Case<'_>,
        prior: Option<&Value>,
        proposed: &Value,
        private: &[u8],
        existing: Option<&Value>,
    ) -> Option<PlanAnswer> {
        let provider = self.input.providers.get(&block.connection.name)?;
        let (ty, config) = (&*block.resource.ty, &case.config);
        Some(provider.plan(&PlanRequest {
            ty,
            prior,
            config,
            proposed,
            private,
            existing,
        }))
    }

    /// The provider's answer, checked, with its problems reported.
    pub(crate) fn planned(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        prior: Option<&Object>,
        existing: Option<&Value>,
    ) -> Option<(Value, PlanAnswer)> {
        let before = prior.map(|o| &o.attributes);
        let proposed = plan::propose(&case.schema.block, &case.config, before);
        let private = prior.map_or(&[][..], |o| &o.private);
        let mut answer = self.ask_plan(block, case, before, &proposed, private, existing)?;
        if answer.planned.is_some() {
            let (ty, config) = (&*block.resource.ty, &case.config);
            let proposed = &proposed;
            let request = PlanRequest {
                ty,
                prior: before,
                config,
                proposed,
                private,
                existing,
            };
            for broken in provider::check::plan(case.schema, &request, &answer) {
                self.sink.push(
                    Problem::error("LF0390", "a provider broke its contract")
                        .on(case.address)
                        .detail(broken)
                        .help("this is a bug of the provider; nothing was changed"),
                );
            }
        }
        let mut refused = false;
        for problem in std::mem::take(&mut answer.problems) {
            refused |= problem.severity == provider::Severity::Error;
            self.report("LF0322", block, case.address, problem);
        }
        if refused {
            return None;
        }
        let planned = answer.planned.take().unwrap_or(proposed);
        let key = self.input.world.fingerprints;
        Some((plan::conceal(&case.schema.block, &planned, key), answer))
    }

    pub(crate) fn made_step(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        action: Action,
        planned: &Value,
        answer: &PlanAnswer,
    ) -> Step {
        self.uses(&block.connection);
        let mut step = Step::new(case.address.clone(), action, block.connection.key.clone());
        step.after = Some(planned.clone());
        step.schema_version = case.schema.version;
        step.container = lives_on(case.schema, planned);
        step.dependencies = block.dependencies.clone();
        step.implementation = self.implementation(block);
        step.create_before_destroy = self.creates_first(block);
        step.protected = self.protects(block, case.schema);
        step.undoable = case.schema.undo == Undo::FromRecord && !answer.irreversible;
        if answer.irreversible {
            step.effects.push(Effect::Irreversible);
        }
        let name = match action {
            Action::Update => "update",
            _ => "create",
        };
        let asked = block.resource.timeouts.get(name).copied();
        step.timeout_ms = asked.unwrap_or(case.schema.timeout_ms);
        if let Some(object) = self.object_at(case.address) {
            step.private = object.private.clone();
            step.expected_ms = object.durations.create_ms.unwrap_or(0);
        }
        if let Some(private) = &answer.private {
            step.private = Arc::from(private.as_slice());
        } else if matches!(action, Action::Create | Action::Adopt) {
            step.private = Arc::from([]);
        }
        if !case.handed.is_empty() && action != Action::Record {
            step.after = Some(crate::ephemeral::still_to_come(planned, case.handed));
        }
        if case.config.has_unknown() || planned.has_sealed() || !case.handed.is_empty() {
            let (body, instance) =
                crate::each::finishable(&block.body, &block.resource.repeat, case.each);
            step.deferred = Some(Deferred {
                body,
                scope: block.module,
                instance,
                ignored: block.resource.lifecycle.ignore_changes.clone(),
            });
        }
        step
    }

    /// What serves the kinds that a block stands in.
    pub(crate) fn implementation(&self, block: &Block<'_>) -> Option<Arc<str>> {
        let site = self.modules[block.module].site;
        self.prepared().sites[site].implementation.clone()
    }

    pub(crate) fn creates_first(&self, block: &Block<'_>) -> bool {
        self.prepared()
            .create_first
            .get(&block.rank)
            .copied()
            .unwrap_or(false)
    }

    pub(crate) fn protects(&self, block: &Block<'_>, schema: &ResourceSchema) -> bool {
        block.resource.lifecycle.prevent_destroy
            || (self.input.config.environment.protected && schema.holds_data)
    }

    pub(crate) fn without_ignored(
        &self,
        block: &Block<'_>,
        case: &Case<'_>,
        object: &Object,
    ) -> Value {
        let ignored = &block.resource.lifecycle.ignore_changes;
        let (schema, config) = (&case.schema.block, &case.config);
        plan::ignoring(schema, config, &object.attributes, ignored)
    }

    pub(crate) fn update_reasons(
        &self,
        block: &Block<'_>,
        schema: &ResourceSchema,
        object: &Object,
        found: &[Difference],
    ) -> Vec<Reason> {
        let drift = self.drift.get(&object.id);
        let (mut drifted, mut upstream) = (false, false);
        let mut configured = Vec::new();
        for difference in found {
            let path = &difference.path;
            let attribute = path.first().and_then(|n| schema.block.attribute(n));
            // What the provider alone decides follows from something else.
            if attribute.is_some_and(|a| a.usage == AttributeUse::Computed) {
                continue;
            }
            let recorded = drift.and_then(|d| path.get(&d.before));
            if difference.after.as_ref().is_some_and(Value::has_unknown) {
                upstream = true;
            } else if drift.is_some() && recorded == difference.after.as_ref() {
                drifted = true;
            } else {
                configured.push(path.clone());
            }
        }
        let mut reasons = Vec::new();
        if drifted {
            reasons.push(Reason::Drifted);
        }
        if !configured.is_empty() {
            reasons.push(Reason::Configured(configured));
        }
        if upstream {
            let resources = block.dependencies.iter();
            let changing = resources.filter(|r| self.changes_before(std::slice::from_ref(r)));
            reasons.push(Reason::Upstream(changing.cloned().collect()));
        }
        if reasons.is_empty() {
            let paths = found.iter().map(|d| d.path.clone());
            reasons.push(Reason::Configured(paths.collect()));
        }
        reasons
    }
}

/// What these differences do to those who use the object.
pub(crate) fn effects_of(schema: &ResourceSchema, found: &[Difference]) -> Vec<Effect> {
    let names = found.iter().filter_map(|d| d.path.first());
    names
        .filter_map(|name| schema.block.attribute(name))
        .flat_map(|a| a.effects.iter().copied())
        .collect()
}
