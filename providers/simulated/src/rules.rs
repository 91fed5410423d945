//! What changes of the simulated provider's own types lead to.

use model::{AttrPath, Effect, Fingerprint, Type, Unknown, Value, differences};
use provider::{Host, PlanAnswer, PlanRequest, ProviderProblem};
use std::sync::Arc;

/// What a change leads to.
pub(crate) fn plan(request: &PlanRequest<'_>) -> PlanAnswer {
    match request.ty {
        "sim_disk" => disk(request),
        "sim_record" => record(request),
        "sim_service" => service(request),
        _ => moved(request, PlanAnswer::default()),
    }
}

/// Problems of a configuration.
pub(crate) fn validate(config: &Value) -> Vec<ProviderProblem> {
    let fail = config.get("fail").and_then(Value::as_str);
    let known = ["create", "update", "delete", "preflight"];
    let unknown = fail.filter(|f| !known.contains(f)).map(|fail| {
        ProviderProblem::error(format!("`fail` is {fail:?}, which nothing is called"))
            .at(AttrPath::name("fail"))
            .help(format!("say one of {}", known.join(", ")))
    });
    unknown.into_iter().collect()
}

/// A disk can't shrink.
fn disk(request: &PlanRequest<'_>) -> PlanAnswer {
    let size = |v: &Value| v.get("size").and_then(Value::as_i64);
    let before = request.prior.and_then(size);
    match (before, size(request.proposed)) {
        (Some(before), Some(after)) if after < before => replaces("size", Effect::DestroysData),
        // Nobody knows yet: the worst.
        (Some(_), None) => replaces("size", Effect::DestroysData),
        _ => PlanAnswer::default(),
    }
}

fn record(request: &PlanRequest<'_>) -> PlanAnswer {
    let content = request
        .proposed
        .get("content")
        .cloned()
        .unwrap_or(Value::NULL);
    let known = !content.has_unknown() && !content.has_secret();
    let unchanged = |p: &&Value| same(p.get("content"), Some(&content));
    let checksum = match request
        .prior
        .filter(unchanged)
        .and_then(|p| p.get("checksum"))
    {
        Some(checksum) if !content.has_unknown() => checksum.clone(),
        _ if known => Fingerprint::of(&content).to_hex()[..16].into(),
        _ => Value::Unknown(Arc::new(Unknown::of(Type::String).not_null())),
    };
    let planned = Some(request.proposed.with("checksum", checksum));
    let answer = PlanAnswer {
        planned,
        ..PlanAnswer::default()
    };
    taken_over(request, moved(request, answer))
}

/// A service starts anew, and is another revision, when what it runs on changes.
fn service(request: &PlanRequest<'_>) -> PlanAnswer {
    let causes = ["version", "environment"];
    let change = |p: &Value| {
        causes
            .iter()
            .any(|a| !same(p.get(a), request.proposed.get(a)))
    };
    let planned = request.prior.is_some_and(change).then(|| {
        let unknown = Value::Unknown(Arc::new(Unknown::of(Type::String).not_null()));
        request.proposed.with("revision", unknown)
    });
    moved(
        request,
        PlanAnswer {
            planned,
            ..PlanAnswer::default()
        },
    )
}

/// What is on a machine does not move to another; another address of the same is no move.
fn moved(request: &PlanRequest<'_>, mut answer: PlanAnswer) -> PlanAnswer {
    let host = |v: &Value| {
        v.get("host")
            .filter(|h| !h.is_null())
            .map(Host::identity_key)
    };
    if !crate::schemas::SCHEMA
        .resources
        .get(request.ty)
        .is_some_and(|s| matches!(s.containment, model::Containment::On(_)))
    {
        return answer;
    }
    if let Some(prior) = request.prior
        && (host(prior) != host(request.proposed) || host(request.proposed) == Some(None))
    {
        answer.replaced.push(AttrPath::name("host"));
    }
    answer
}

/// What stands at the place already: equal, taken as it is; different, refused unless told.
fn taken_over(request: &PlanRequest<'_>, mut answer: PlanAnswer) -> PlanAnswer {
    let Some(existing) = request.existing.filter(|_| request.prior.is_none()) else {
        return answer;
    };
    let adopt = request.config.get("existing").and_then(Value::as_str) == Some("adopt");
    if same(existing.get("content"), request.proposed.get("content")) {
        answer.adopts = true;
    } else if adopt {
        answer.adopts = true;
        answer.effects.push(Effect::TakesOver);
    } else {
        answer.problems.push(
            ProviderProblem::error("another record stands at this place already")
                .at(AttrPath::name("name"))
                .help("say `existing = \"adopt\"` to take it over, or choose another name"),
        );
    }
    answer
}

fn replaces(attribute: &str, effect: Effect) -> PlanAnswer {
    PlanAnswer {
        replaced: vec![AttrPath::name(attribute)],
        effects: vec![effect],
        ..PlanAnswer::default()
    }
}

fn same(before: Option<&Value>, after: Option<&Value>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => {
            !after.has_unknown() && differences(before, after).is_empty()
        }
        (one, other) => one.or(other).is_none_or(Value::is_null),
    }
}
