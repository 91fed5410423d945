//! Whether a change takes another object, and why.

use crate::pass::Pass;
use crate::resource::Block;
use crate::sites::serves_still;
use eval::{Expr, ExprKind, Reference};
use model::{AttrPath, Containment, Difference, Key, Mode, ResourceAddress, ResourceSchema, Value};
use plan::{Action, Reason};
use provider::{Host, PlanAnswer};
use state::{Object, Status};
use std::collections::BTreeMap;

impl Pass<'_> {
    /// Why an object has to be replaced; empty where it can stay.
    #[allow(clippy::too_many_arguments)] // all that the decision rests on
    pub(crate) fn replacement_reasons(
        &self,
        block: &Block<'_>,
        each: &BTreeMap<Reference, Value>,
        schema: &ResourceSchema,
        object: &Object,
        planned: &Value,
        differences: &[Difference],
        answer: &PlanAnswer,
    ) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if object.status == Status::Tainted {
            reasons.push(Reason::Tainted);
        }
        if self.input.options.replaces.contains(&object.address) {
            reasons.push(Reason::Asked);
        }
        if other_machine(schema, object, planned) {
            reasons.push(Reason::OtherMachine);
        }
        let identity = self.input.observed.identities.get(&block.connection.key);
        let recorded = self.input.state.providers.get(&object.provider);
        if let (Some(now), Some(then)) = (identity, recorded)
            && *now != then.identity
        {
            reasons.push(Reason::OtherConnection);
        }
        let now = self.prepared().sites[self.modules[block.module].site]
            .implementation
            .as_ref();
        if !serves_still(object.implementation.as_ref(), now) {
            reasons.push(Reason::OtherImplementation);
        }
        reasons.extend(self.triggers(block, each));
        let mut forced: Vec<AttrPath> = differences
            .iter()
            .filter(|d| {
                d.path
                    .first()
                    .and_then(|n| schema.block.attribute(n))
                    .is_some_and(|a| a.replaces)
            })
            .map(|d| d.path.clone())
            .collect();
        for path in &answer.replaced {
            let differs = differences
                .iter()
                .any(|d| d.path.starts_with(path) || path.starts_with(&d.path));
            if differs && !forced.contains(path) {
                forced.push(path.clone());
            }
        }
        if !forced.is_empty() {
            reasons.push(Reason::Forced(forced));
        }
        reasons
    }

    /// `replace_triggered_by`: what it names changes in this plan.
    fn triggers(&self, block: &Block<'_>, each: &BTreeMap<Reference, Value>) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for expr in &block.resource.lifecycle.replace_triggered_by {
            let Some(named) = self.trigger(expr, block, each) else {
                continue;
            };
            let steps = self.changing.get(&named.resource).into_iter().flatten();
            let changes = steps.map(|id| &self.plan.steps[*id]).any(|step| {
                let (Some(before), Some(after)) = (&step.before, &step.after) else {
                    return false;
                };
                named
                    .key
                    .as_ref()
                    .is_none_or(|k| step.address.key.as_ref() == Some(k))
                    && matches!(step.action, Action::Create | Action::Update)
                    && named.path.get(before) != named.path.get(after)
            });
            if changes {
                let resource = &named.resource;
                reasons.push(Reason::Triggered(format!(
                    "{}.{}",
                    resource.ty, resource.name
                )));
            }
        }
        reasons
    }

    fn trigger(
        &self,
        expr: &Expr,
        block: &Block<'_>,
        each: &BTreeMap<Reference, Value>,
    ) -> Option<Trigger> {
        match &expr.kind {
            ExprKind::Reference(Reference::Resource(Mode::Managed, ty, name)) => Some(Trigger {
                resource: ResourceAddress::managed(
                    self.modules[block.module].path.clone(),
                    ty,
                    name,
                ),
                key: None,
                path: AttrPath::root(),
            }),
            ExprKind::Attribute(source, name) => {
                let source = self.trigger(source, block, each)?;
                let path = source.path.then(name);
                Some(Trigger { path, ..source })
            }
            ExprKind::Index(source, index) => {
                let source = self.trigger(source, block, each)?;
                let names = crate::scope::Names {
                    pass: self,
                    module: block.module,
                    each,
                    this: None,
                };
                let index = eval::evaluate(index, &names, self.input.world).ok();
                Some(match (source.path.0.is_empty(), index) {
                    (true, Some(Value::String(name))) => Trigger {
                        key: Some(Key::Name(name)),
                        ..source
                    },
                    (true, Some(index)) => Trigger {
                        key: index
                            .as_i64()
                            .and_then(|i| i.try_into().ok())
                            .map(Key::Index),
                        ..source
                    },
                    (false, Some(Value::String(name))) => Trigger {
                        path: source.path.then(&name),
                        ..source
                    },
                    (false, Some(index)) => match index.as_i64().and_then(|i| i.try_into().ok()) {
                        Some(i) => Trigger {
                            path: source.path.item(i),
                            ..source
                        },
                        None => source,
                    },
                    (_, None) => source,
                })
            }
            _ => None,
        }
    }
}

/// What a `replace_triggered_by` names.
struct Trigger {
    resource: ResourceAddress,
    /// One instance, or all of them.
    key: Option<Key>,
    /// The attribute, or the whole.
    path: AttrPath,
}

/// Whether what is planned lives on another machine than the object. A machine that is not known
/// yet is another one.
pub(crate) fn other_machine(schema: &ResourceSchema, object: &Object, planned: &Value) -> bool {
    let Containment::On(attribute) = schema.containment else {
        return false;
    };
    let Some(recorded) = &object.container else {
        return false;
    };
    let host = planned.get(attribute);
    match host.and_then(Host::identity_key) {
        Some(id) => id != **recorded,
        None => true,
    }
}
