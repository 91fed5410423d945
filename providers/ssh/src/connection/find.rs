//! Settling operations whose end is unknown, by the host's own records and by what stands there.

use super::{SshConnection, in_order, resource, unknown_host};
use crate::private::Private;
use crate::resources::{Resource, nothing_unknown};
use crate::runner::look::{Look, Seen};
use model::Value;
use provider::{FindAnswer, FindRequest, Found, Host, Made, ProviderProblem};

/// How long to wait for a runner that is still at work.
const WAIT_S: u64 = 60;

pub(crate) async fn find(on: &SshConnection, batch: Vec<FindRequest>) -> Vec<FindAnswer> {
    let grouped = on.by_host(batch.iter().map(|r| &r.attributes));
    let looks = grouped.hosts.values().map(|(host, indices)| async {
        let requests: Vec<_> = indices.iter().map(|i| &batch[*i]).collect();
        let answers = find_host(on, host, &requests).await;
        indices.iter().copied().zip(answers).collect::<Vec<_>>()
    });
    let answers = futures::future::join_all(looks)
        .await
        .into_iter()
        .flatten()
        .collect();
    in_order(batch.len(), answers, || FindAnswer::Failed(unknown_host()))
}

async fn find_host(on: &SshConnection, host: &Host, requests: &[&FindRequest]) -> Vec<FindAnswer> {
    let record = |r: &&FindRequest| format!("{}/{}", r.ownership.lineage, r.token);
    let records = requests.iter().map(record).collect();
    let mut look = Look {
        records,
        wait_s: WAIT_S,
        ..Look::default()
    };
    for request in requests {
        if let Ok(resource) = resource(&request.ty) {
            resource.look(&request.attributes, &Private::default(), &mut look);
        }
    }
    match on.look(host, &look).await {
        Ok(seen) => requests.iter().map(|r| answer(r, &seen)).collect(),
        Err(problem) => requests
            .iter()
            .map(|_| FindAnswer::Failed(problem.clone()))
            .collect(),
    }
}

fn answer(request: &FindRequest, seen: &Seen) -> FindAnswer {
    if seen.busy {
        return FindAnswer::NotYetSure;
    }
    settle(request, seen).unwrap_or_else(FindAnswer::Failed)
}

fn settle(request: &FindRequest, seen: &Seen) -> Result<FindAnswer, ProviderProblem> {
    let resource = resource(&request.ty)?;
    let record = seen
        .records
        .get(&request.token.to_string())
        .map_or("none", String::as_str);
    if !resource.repeatable() && record == "start" && request.action != "update" {
        return Ok(FindAnswer::Unclear(unclear(seen)));
    }
    let owned = owned(request, resource, seen);
    let gone = request.action == "create" || request.action == "delete";
    if gone && !owned {
        return Ok(FindAnswer::Absent);
    }
    // What was recorded before tells nothing of the content now: it is taken from the host.
    let private = Private::decode(&request.private)?.unseen();
    let Some(made) = resource.read_object(
        Some(request.ownership.object),
        &request.attributes,
        &private,
        seen,
    )?
    else {
        return Ok(FindAnswer::Absent);
    };
    let made = Made {
        attributes: nothing_unknown(resource, &made.attributes),
        ..made
    };
    let whole = record == "done" || agrees(&request.attributes, &made.attributes);
    Ok(
        match request.action == "create" && (!whole || record == "failed") {
            true => FindAnswer::Incomplete { made },
            false => FindAnswer::Found {
                made,
                found: Found::Exact,
            },
        },
    )
}

/// Whether the host's records name the object as the owner of its place.
fn owned(request: &FindRequest, resource: &dyn Resource, seen: &Seen) -> bool {
    let object = (request.ownership.lineage, request.ownership.object);
    let by_id = seen.owners.values().any(|o| o.ids() == Some(object));
    let place = resource
        .place(&request.attributes)
        .and_then(|p| seen.owners.get(&p));
    by_id && place.is_none_or(|o| o.ids() == Some(object))
}

/// Whether all that was planned has come about, as far as that was known.
fn agrees(planned: &Value, made: &Value) -> bool {
    let Some(fields) = planned.as_fields() else {
        return false;
    };
    fields.iter().all(|(name, planned)| {
        planned.has_unknown()
            || made.get(name).is_some_and(|m| {
                *m == *planned || !planned.has_sealed() && m.expose() == planned.expose()
            })
    })
}

fn unclear(seen: &Seen) -> ProviderProblem {
    ProviderProblem::error("it was started on the host, and the host was cut off before its end")
        .detail(format!(
            "looked as the user {}; nobody is at work on it any more",
            seen.user
        ))
        .help("look on the host whether it did its work; it is not repeated by itself")
}
