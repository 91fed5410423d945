//! Reading: all that is asked of a host in one look, many hosts at once.

use super::{SshConnection, in_order, resource, unknown_host};
use crate::private::Private;
use crate::resources::nothing_unknown;
use crate::runner::look::{Look, Seen};
use provider::{DataAnswer, DataRequest, Host, Made, ProviderProblem, ReadAnswer, ReadRequest};

pub(crate) async fn read(on: &SshConnection, batch: Vec<ReadRequest>) -> Vec<ReadAnswer> {
    let grouped = on.by_host(batch.iter().map(|r| &r.attributes));
    let looks = grouped.hosts.values().map(|(host, indices)| async {
        let requests: Vec<_> = indices.iter().map(|i| &batch[*i]).collect();
        let answers = read_host(on, host, &requests).await;
        indices.iter().copied().zip(answers).collect::<Vec<_>>()
    });
    let answers = futures::future::join_all(looks)
        .await
        .into_iter()
        .flatten()
        .collect();
    in_order(batch.len(), answers, || {
        ReadAnswer::Unreachable(unknown_host())
    })
}

async fn read_host(on: &SshConnection, host: &Host, requests: &[&ReadRequest]) -> Vec<ReadAnswer> {
    let mut look = Look::default();
    for request in requests {
        if let (Ok(resource), Ok(private)) =
            (resource(&request.ty), Private::decode(&request.private))
        {
            resource.look(&request.attributes, &private, &mut look);
        }
    }
    match on.look(host, &look).await {
        Ok(seen) => requests.iter().map(|r| answer(r, &seen)).collect(),
        Err(problem) => requests
            .iter()
            .map(|_| ReadAnswer::Unreachable(problem.clone()))
            .collect(),
    }
}

impl SshConnection {
    /// One round trip.
    pub(super) async fn look(&self, host: &Host, look: &Look) -> Result<Seen, ProviderProblem> {
        let session = self.session(host).await;
        let seen = look.run(&*session.transport, self.sessions.records()).await;
        seen.map_err(|trouble| trouble.problem())
    }
}

fn answer(request: &ReadRequest, seen: &Seen) -> ReadAnswer {
    try_answer(request, seen).unwrap_or_else(ReadAnswer::Failed)
}

fn try_answer(request: &ReadRequest, seen: &Seen) -> Result<ReadAnswer, ProviderProblem> {
    let resource = resource(&request.ty)?;
    let private = Private::decode(&request.private)?;
    let place = resource.place(&request.attributes);
    let owner = place
        .and_then(|p| seen.owners.get(&p))
        .and_then(|o| o.ids());
    if let (None, Some((lineage, object))) = (request.object, owner)
        && lineage != request.lineage
    {
        return Err(ProviderProblem::error(
            "another state of Landfall owns this place on the host",
        )
        .detail(format!("its lineage is {lineage}, its object {object}"))
        .help("remove it from the other configuration first, or choose another place"));
    }
    Ok(
        match resource.read_object(request.object, &request.attributes, &private, seen)? {
            Some(made) => {
                let attributes = nothing_unknown(resource, &made.attributes);
                ReadAnswer::Present {
                    made: Made { attributes, ..made },
                    owner,
                }
            }
            None => ReadAnswer::Absent,
        },
    )
}

pub(crate) async fn data(on: &SshConnection, batch: Vec<DataRequest>) -> Vec<DataAnswer> {
    let grouped = on.by_host(batch.iter().map(|r| &r.config));
    let looks = grouped.hosts.values().map(|(host, indices)| async {
        let look = Look {
            facts: true,
            ..Look::default()
        };
        let seen = on.look(host, &look).await;
        let answer = |i: &usize| (*i, data_answer(&batch[*i], &seen));
        indices.iter().map(answer).collect::<Vec<_>>()
    });
    let answers = futures::future::join_all(looks)
        .await
        .into_iter()
        .flatten()
        .collect();
    in_order(batch.len(), answers, || Err(unknown_host()))
}

fn data_answer(request: &DataRequest, seen: &Result<Seen, ProviderProblem>) -> DataAnswer {
    match request.ty.as_str() {
        "ssh_facts" => {
            let seen = seen.as_ref().map_err(Clone::clone)?;
            Ok(crate::resources::facts::answer(&request.config, seen))
        }
        ty => Err(ProviderProblem::error(format!(
            "there is no data source `{ty}`"
        ))),
    }
}

pub(crate) async fn gate(
    on: &SshConnection,
    ty: &str,
    gate: &str,
    made: &Made,
) -> Result<bool, ProviderProblem> {
    let resource = resource(ty)?;
    let (private, host) = (
        Private::decode(&made.private)?,
        on.host(&made.attributes).ok_or_else(unknown_host)?,
    );
    let mut look = Look::default();
    resource.look(&made.attributes, &private, &mut look);
    let seen = on.look(&host, &look).await?;
    resource.gate(gate, &made.attributes, &seen)
}
