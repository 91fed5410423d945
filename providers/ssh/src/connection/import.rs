//! Importing: what stands on a host at the place that an id names.

use super::{SshConnection, resource, unknown_host};
use crate::private::Private;
use crate::resources::nothing_unknown;
use crate::runner::look::Look;
use provider::{ImportAnswer, ImportRequest, Imported, Made, ProviderProblem};

pub(crate) async fn import(on: &SshConnection, request: ImportRequest) -> ImportAnswer {
    let resource = resource(&request.ty)?;
    let attributes = resource.named(&request.id, &request.config)?;
    let host = on.host(&attributes).ok_or_else(unknown_host)?;
    let mut look = Look::default();
    resource.look(&attributes, &Private::default(), &mut look);
    let seen = on.look(&host, &look).await;
    let seen = seen.map_err(ProviderProblem::retryable)?;
    let made = resource.read(&attributes, &Private::default(), &seen)?;
    let Some(made) = made else {
        return Err(ProviderProblem::error(format!(
            "there is no `{}` {:?} on the host",
            request.ty, request.id
        ))
        .help("leave the import out, and it is made"));
    };
    let owner = resource.place(&attributes);
    let owner = owner.and_then(|p| seen.owners.get(&p)?.ids());
    Ok(Imported {
        made: Made {
            attributes: nothing_unknown(resource, &made.attributes),
            ..made
        },
        owner,
    })
}
