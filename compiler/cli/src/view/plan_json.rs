//! A plan as one JSON document, for scripts and reviews. Nothing in it is secret.

use crate::view::json::{optional, value};
use crate::view::plan::Counts;
use crate::view::reason;
use model::{Effect, Fingerprint, Secret, Value, differences};
use plan::Strategy;
use plan::{
    Action, Begins, Drift, Later, LeftOut, OutputChange, Plan, PlanMode, Reason, Rollout,
    RolloutInstance, Settling, Step,
};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Grows with each change that is not an addition.
const FORMAT: u32 = 1;

/// The document.
pub(crate) fn document(plan: &Plan) -> Json {
    let header = &plan.header;
    json!({
        "type": "plan",
        "format": FORMAT,
        "landfall": header.version,
        "project": &*header.project,
        "environment": &*header.environment,
        "lineage": header.lineage.map(|l| l.to_string()),
        "planned_at": header.planned_at,
        "mode": mode(header.mode),
        "partial": header.partial,
        "changes": plan.has_changes(),
        "summary": summary(plan),
        "effects": plan.effects().iter().map(|e| effect_name(*e)).collect::<Json>(),
        "steps": plan.steps.iter().map(step).collect::<Json>(),
        "drift": plan.refreshed.iter().map(drift).collect::<Json>(),
        "moved": plan.moved.iter()
            .map(|m| json!({
                "object": m.object.to_string(),
                "from": m.from.to_string(),
                "to": m.to.to_string(),
            }))
            .collect::<Json>(),
        "outputs": outputs(&plan.outputs),
        "rollouts": plan.rollouts.iter().map(rollout).collect::<Json>(),
        "later": plan.later.iter().map(later).collect::<Json>(),
        "not_planned": plan.left_out.iter().map(left_out).collect::<Json>(),
        "settling": plan.settling.iter().map(settling).collect::<Json>(),
        "checks": plan.check_blocks.iter()
            .map(|c| json!({ "address": c.address.to_string(), "status": c.verdict.word() }))
            .collect::<Json>(),
        "unread": { "objects": plan.unread.objects, "attributes": plan.unread.attributes },
    })
}

/// How many objects meet which fate.
pub(crate) fn summary(plan: &Plan) -> Json {
    let counts = Counts::of(plan);
    json!({
        "create": counts.create,
        "update": counts.update,
        "replace": counts.replace,
        "destroy": counts.destroy,
        "adopt": counts.adopt,
        "import": counts.import,
        "goes_with_machine": counts.goes_with,
        "record": counts.record,
        "forget": counts.forget,
        "read": counts.read,
    })
}

/// An action's name that scripts can rely on.
pub(crate) fn action_name(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Adopt => "adopt",
        Action::Import => "import",
        Action::Update => "update",
        Action::Delete => "delete",
        Action::GoesWith => "goes_with",
        Action::Record => "record",
        Action::Forget => "forget",
        Action::Read => "read",
        Action::Barrier => "barrier",
    }
}

fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::DestroysData => "destroys_data",
        Effect::Irreversible => "irreversible",
        Effect::Downtime => "downtime",
        Effect::Restarts => "restarts",
        Effect::Replaces => "replaces",
        Effect::Exposes => "exposes",
        Effect::RotatesSecret => "rotates_secret",
        Effect::TakesOver => "takes_over",
    }
}

fn mode(mode: PlanMode) -> &'static str {
    match mode {
        PlanMode::Apply => "apply",
        PlanMode::Destroy => "destroy",
        PlanMode::RefreshOnly => "refresh_only",
    }
}

fn step(step: &Step) -> Json {
    json!({
        "address": step.address.to_string(),
        "action": action_name(step.action),
        "object": step.object.map(|o| o.to_string()),
        "reasons": step.reasons.iter().map(reason_json).collect::<Json>(),
        "effects": step.effects.iter().map(|e| effect_name(*e)).collect::<Json>(),
        "before": side(step.before.as_ref(), step.after.as_ref()),
        "after": side(step.after.as_ref(), step.before.as_ref()),
        "changed": changed(step.before.as_ref(), step.after.as_ref()),
        "waits_for": step.waits_for,
        "pair": step.pair,
        "create_before_destroy": step.create_before_destroy,
        "protected": step.protected,
        "container": step.container.as_deref(),
        "provider": &*step.provider.0,
        "rollout": step.rollout,
        "timeout_ms": step.timeout_ms,
    })
}

fn reason_json(reason: &Reason) -> Json {
    let mut json = json!({ "kind": reason::kind(reason), "text": reason::in_words(reason) });
    match reason {
        Reason::Configured(paths) | Reason::Forced(paths) => {
            json["paths"] = paths.iter().map(ToString::to_string).collect();
        }
        Reason::Upstream(resources) => {
            json["resources"] = resources.iter().map(ToString::to_string).collect();
        }
        Reason::Imported(id) => json["id"] = id.clone().into(),
        Reason::MachineGoes(machine) => json["machine"] = machine.to_string().into(),
        _ => {}
    }
    json
}

/// The paths that differ: there a secret's change is visible, which the values don't show.
fn changed(before: Option<&Value>, after: Option<&Value>) -> Json {
    let (Some(before), Some(after)) = (before, after) else {
        return Json::Array(Vec::new());
    };
    differences(before, after)
        .iter()
        .map(|d| d.path.to_string())
        .collect()
}

fn drift(drift: &Drift) -> Json {
    json!({
        "address": drift.address.to_string(),
        "object": drift.id.to_string(),
        "gone": drift.after.is_none(),
        "before": side(Some(&drift.before), drift.after.as_ref()),
        "after": side(drift.after.as_ref(), Some(&drift.before)),
        "changed": changed(Some(&drift.before), drift.after.as_ref()),
    })
}

fn outputs(outputs: &BTreeMap<Arc<str>, OutputChange>) -> Json {
    let side = |v: Option<&Value>, other: Option<&Value>, sensitive: bool| match v {
        Some(_) if sensitive => json!({ "sensitive": true }),
        v => side(v, other),
    };
    let one = |c: &OutputChange| {
        json!({
            "before": side(c.before.as_ref(), c.after.as_ref(), c.sensitive),
            "after": side(c.after.as_ref(), c.before.as_ref(), c.sensitive),
            "sensitive": c.sensitive,
        })
    };
    Json::Object(
        outputs
            .iter()
            .map(|(name, c)| (name.to_string(), one(c)))
            .collect(),
    )
}

fn rollout(rollout: &Rollout) -> Json {
    let strategy = match rollout.strategy {
        Strategy::Rolling => "rolling",
        Strategy::BlueGreen => "blue_green",
        Strategy::Canary => "canary",
        Strategy::AllAtOnce => "all_at_once",
    };
    let begins = match rollout.begins {
        Begins::Anew => "anew",
        Begins::Resumes => "resumes",
        Begins::Promotes => "promotes",
        Begins::Reverts => "reverts",
        Begins::Supersedes => "supersedes",
        Begins::Forgets => "forgets",
    };
    json!({
        "of": &*rollout.of,
        "begins": begins,
        "strategy": strategy,
        "max_parallel": rollout.max_parallel,
        "canary": rollout.canary,
        "auto_promote": rollout.auto_promote,
        "auto_revert": rollout.auto_revert,
        "gate": rollout.gate.as_deref(),
        "min_healthy_ms": rollout.min_healthy_ms,
        "healthy_deadline_ms": rollout.healthy_deadline_ms,
        "progress_deadline_ms": rollout.progress_deadline_ms,
        "instances": rollout.instances.iter()
            .map(rollout_instance)
            .collect::<Json>(),
    })
}

fn rollout_instance(instance: &RolloutInstance) -> Json {
    let gates = instance.gates.iter();
    json!({
        "key": instance.key.as_ref().map(ToString::to_string),
        "steps": instance.steps,
        "gates": gates
            .map(|(address, gate)| json!({ "address": address.to_string(), "gate": &**gate }))
            .collect::<Json>(),
        "begun": instance.begun,
    })
}

fn later(later: &Later) -> Json {
    json!({ "what": later.what, "why": later.why, "waits_for": later.waits_for })
}

fn left_out(left: &LeftOut) -> Json {
    json!({ "what": left.what, "why": left.why(), "cause": left.cause })
}

fn settling(open: &Settling) -> Json {
    json!({
        "token": open.token.to_string(),
        "address": open.address.to_string(),
        "change": open.change,
        "unclear": open.unclear,
    })
}

/// One side of a change. Where only the other side says that something is a secret, this side
/// may hold the same secret without saying so: it is hidden here too.
fn side(this: Option<&Value>, other: Option<&Value>) -> Json {
    match (this, other) {
        (Some(this), Some(other)) => value(&hide_like(this, other)),
        _ => optional(this),
    }
}

fn hide_like(this: &Value, other: &Value) -> Value {
    if !other.has_secret() || matches!(this, Value::Null(_) | Value::Unknown(_)) {
        return this.clone();
    }
    match (this.as_fields(), other.as_fields()) {
        (Some(fields), Some(others)) => {
            let one = |(name, v): (&Arc<str>, &Value)| {
                let v = others
                    .get(name)
                    .map_or_else(|| v.clone(), |o| hide_like(v, o));
                (name.clone(), v)
            };
            return Value::object(fields.iter().map(one));
        }
        _ if this.has_secret() => return this.clone(),
        _ => {}
    }
    match (this.as_items(), other.as_items()) {
        (Some(items), Some(others)) if items.len() == others.len() => Value::tuple(
            items
                .iter()
                .zip(others)
                .map(|(v, o)| hide_like(v, o))
                .collect(),
        ),
        _ => hidden(this),
    }
}

fn hidden(value: &Value) -> Value {
    Value::Secret(Arc::new(Secret::sealed(Fingerprint::of(value), value.ty())))
}
