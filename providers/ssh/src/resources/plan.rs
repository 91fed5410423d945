//! The plan rules that all types share: another machine, and what stands at the place already.

use super::Resource;
use crate::private::Private;
use crate::values::{Same, same};
use model::{AttrPath, Effect, Value};
use provider::{Host, PlanAnswer, PlanRequest, ProviderProblem};

/// The rule that all types share, then the type's own.
pub(crate) fn plan(resource: &dyn Resource, request: &PlanRequest<'_>) -> PlanAnswer {
    let mut answer = resource.plan(request);
    if let Some(prior) = request.prior
        && moved_host(prior, request.proposed)
    {
        answer.replaced.push(AttrPath::name("host"));
    }
    answer
}

/// Whether it would stand on another machine: the id decides, not the address.
fn moved_host(prior: &Value, proposed: &Value) -> bool {
    let key = |v: &Value| v.get("host").and_then(Host::identity_key);
    match (key(prior), key(proposed)) {
        (Some(was), Some(will)) => was != will,
        // A machine that is not known yet is a new one.
        (_, will) => will.is_none(),
    }
}

/// How what stands there compares with what is wanted.
pub(crate) enum Compared {
    /// It is the same.
    Equal,
    /// These attributes differ.
    Differs(Vec<&'static str>),
    /// That is not known yet.
    Open,
}

/// Compares what stands at the place with what is wanted, by these attributes.
pub(crate) fn compare(
    existing: &Value,
    request: &PlanRequest<'_>,
    names: &[&'static str],
) -> Compared {
    let wanted = request.proposed;
    // What the configuration leaves open is taken as it stands there.
    let open = |name: &&str| {
        request.config.get(name).is_none_or(Value::is_null)
            && wanted.get(name).is_some_and(Value::has_unknown)
    };
    let names = names.iter().filter(|n| !open(n));
    let all: Vec<_> = names.map(|n| (*n, same(existing, wanted, n))).collect();
    let differ: Vec<_> = all
        .iter()
        .filter(|(_, s)| *s == Same::No)
        .map(|(n, _)| *n)
        .collect();
    match (differ.is_empty(), all.iter().any(|(_, s)| *s == Same::Open)) {
        (false, _) => Compared::Differs(differ),
        (true, true) => Compared::Open,
        (true, false) => Compared::Equal,
    }
}

/// The plan of making what may stand there already: equal, adopted; different, refused, or
/// taken over where the configuration says so. `what` names it for the user.
pub(crate) fn plan_create(
    request: &PlanRequest<'_>,
    compared: &[&'static str],
    what: &str,
    state: impl Fn(&Value) -> Option<String>,
) -> PlanAnswer {
    let planned = Some(request.proposed.clone());
    let Some(existing) = request.existing else {
        let private = Some(Private::seen("absent").encode());
        return PlanAnswer {
            planned,
            private,
            ..PlanAnswer::default()
        };
    };
    let private = state(existing).map(|s| Private::seen(s).encode());
    let answer = PlanAnswer {
        planned,
        private,
        ..PlanAnswer::default()
    };
    let adopt = crate::values::text(request.proposed, "existing").as_deref() == Some("adopt");
    match compare(existing, request, compared) {
        Compared::Equal => PlanAnswer {
            adopts: true,
            ..answer
        },
        Compared::Differs(_) | Compared::Open if adopt => PlanAnswer {
            adopts: true,
            effects: vec![Effect::TakesOver],
            ..answer
        },
        Compared::Differs(names) => PlanAnswer {
            problems: vec![exists(what, &names)],
            ..answer
        },
        Compared::Open => answer,
    }
}

fn exists(what: &str, names: &[&'static str]) -> ProviderProblem {
    let names: Vec<_> = names.iter().map(|n| format!("`{n}`")).collect();
    ProviderProblem::error(format!(
        "{what} is there already, and differs in {}",
        names.join(", ")
    ))
    .help(
        "set `existing = \"adopt\"` to take it over (what was there is kept on the host and \
             put back on destroy), or make the configuration equal to what is there",
    )
    .at(AttrPath::name("existing"))
}
