//! A connection of the provider: what is asked of many hosts, a round trip a host.

mod apply;
mod find;
mod import;
mod preflight;
mod prove;
mod read;
mod vanished;

use crate::resources::{self, Resource};
use crate::session::{Session, Sessions, Settings};
use async_trait::async_trait;
use model::Value;
use provider::{
    Answers, Connection, ConnectionIdentity, DataAnswer, DataRequest, FindAnswer, FindRequest,
    Foreseen, Gone, Host, ImportAnswer, ImportRequest, Made, Operation, ProviderProblem,
    ReadAnswer, ReadRequest,
};
use std::collections::BTreeMap;

/// One configuration of the provider.
pub(crate) struct SshConnection {
    sessions: Sessions,
}

impl SshConnection {
    pub(crate) fn new(settings: Settings) -> SshConnection {
        SshConnection {
            sessions: Sessions::new(settings),
        }
    }

    async fn session(&self, host: &Host) -> Session {
        self.sessions.with(host).await
    }

    /// The host of an object, with the user that it is logged in as.
    fn host(&self, attributes: &Value) -> Option<Host> {
        let host = attributes.get("host").and_then(Host::from_value)?;
        Some(self.sessions.with_user(host))
    }

    fn by_host<'a>(&self, attributes: impl Iterator<Item = &'a Value>) -> Grouped {
        let mut grouped = Grouped {
            hosts: BTreeMap::new(),
            nowhere: Vec::new(),
        };
        for (i, attributes) in attributes.enumerate() {
            match self.host(attributes) {
                Some(host) => {
                    let key = crate::session::key(&host);
                    grouped
                        .hosts
                        .entry(key)
                        .or_insert_with(|| (host, Vec::new()))
                        .1
                        .push(i);
                }
                None => grouped.nowhere.push(i),
            }
        }
        grouped
    }
}

#[async_trait]
impl Connection for SshConnection {
    /// Hosts are told apart by their own ids; there is nothing else that it is connected to.
    fn identity(&self) -> ConnectionIdentity {
        ConnectionIdentity("ssh".into())
    }

    async fn read(&self, batch: Vec<ReadRequest>) -> Vec<ReadAnswer> {
        read::read(self, batch).await
    }

    async fn data(&self, batch: Vec<DataRequest>) -> Vec<DataAnswer> {
        read::data(self, batch).await
    }

    async fn apply(&self, batch: Vec<Operation>, answers: Answers) {
        apply::apply(self, batch, answers).await;
    }

    async fn find(&self, batch: Vec<FindRequest>) -> Vec<FindAnswer> {
        find::find(self, batch).await
    }

    async fn import(&self, request: ImportRequest) -> ImportAnswer {
        import::import(self, request).await
    }

    async fn gate(&self, ty: &str, gate: &str, made: &Made) -> Result<bool, ProviderProblem> {
        read::gate(self, ty, gate, made).await
    }

    async fn vanished(&self, gone: Vec<Gone>) {
        vanished::vanished(self, gone).await;
    }

    async fn preflight(&self, changes: &[Operation]) -> Vec<Foreseen> {
        preflight::preflight(self, changes).await
    }

    async fn close(&self) {
        self.sessions.close().await;
    }
}

/// The requests of each host, by their position in the batch.
struct Grouped {
    /// By session.
    hosts: BTreeMap<String, (Host, Vec<usize>)>,
    /// Those whose host can't be told.
    nowhere: Vec<usize>,
}

fn unknown_host() -> ProviderProblem {
    ProviderProblem::error("the host is not known yet").help("apply what makes the host first")
}

fn resource(ty: &str) -> Result<&'static dyn Resource, ProviderProblem> {
    resources::of(ty)
        .ok_or_else(|| ProviderProblem::error(format!("there is no resource type `{ty}`")))
}

/// Puts answers that came host by host back in the order of the requests.
fn in_order<T>(length: usize, answers: Vec<(usize, T)>, missing: impl Fn() -> T) -> Vec<T> {
    let mut ordered: Vec<Option<T>> = (0..length).map(|_| None).collect();
    for (i, answer) in answers {
        ordered[i] = Some(answer);
    }
    ordered
        .into_iter()
        .map(|a| a.unwrap_or_else(&missing))
        .collect()
}
