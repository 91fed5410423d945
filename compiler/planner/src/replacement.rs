//! Whether a change takes another object, and why.

use crate::pass::Pass;
use crate::references::mentions;
use crate::resource::Block;
use eval::Reference;
use model::{AttrPath, Containment, Difference, Mode, ResourceSchema, Value};
use plan::{Action, Reason};
use provider::{Host, PlanAnswer};
use state::{Object, Status};

impl Pass<'_> {
    /// Why an object has to be replaced; empty where it can stay.
    pub(crate) fn replacement_reasons(
        &self,
        block: &Block<'_>,
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
        reasons.extend(self.triggers(block));
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
    fn triggers(&self, block: &Block<'_>) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for expr in &block.resource.lifecycle.replace_triggered_by {
            let mut named = None;
            mentions(expr, &mut |m| {
                if let Reference::Resource(Mode::Managed, ty, name) = m.reference {
                    named = Some((ty.clone(), name.clone()));
                }
            });
            let Some((ty, name)) = named else { continue };
            let path = attributes_behind(expr);
            let module = &self.modules[block.module].path;
            let changes = self.plan.steps.iter().any(|step| {
                let resource = &step.address.resource;
                let same = resource.ty == ty && resource.name == name && resource.module == *module;
                same && matches!(step.action, Action::Create | Action::Update) && {
                    let before = step.before.as_ref().and_then(|b| path.get(b));
                    let after = step.after.as_ref().and_then(|a| path.get(a));
                    step.before.is_some() && before != after
                }
            });
            if changes {
                reasons.push(Reason::Triggered(format!("{ty}.{name}")));
            }
        }
        reasons
    }
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

/// The attributes behind the resource's name: `.input` of `terraform_data.a[0].input`.
fn attributes_behind(expr: &eval::Expr) -> AttrPath {
    match &expr.kind {
        eval::ExprKind::Attribute(source, name) => match source.kind {
            eval::ExprKind::Reference(_) => AttrPath::name(name),
            _ => attributes_behind(source).then(name),
        },
        eval::ExprKind::Index(source, _) => attributes_behind(source),
        _ => AttrPath::root(),
    }
}
