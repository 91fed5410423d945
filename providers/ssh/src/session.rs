//! The sessions with hosts: one a host, opened when first needed and kept.

use crate::runner::look::digest;
use crate::transport::Transport;
use crate::transport::local::Local;
use provider::{Host, ProviderProblem};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Mutex;

/// How hosts are reached, whatever host it is.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The file of known hosts; none where there is no home directory.
    pub(crate) known_hosts: Option<PathBuf>,
    /// The socket of the agent.
    pub(crate) agent: Option<PathBuf>,
    /// The directory of the records on a host.
    pub(crate) records: String,
    /// How long to wait for a connection.
    pub(crate) connect_s: u64,
}

/// All sessions of one connection of the provider.
pub(crate) struct Sessions {
    settings: Settings,
    hosts: Mutex<HashMap<String, Session>>,
}

/// A session with one host.
#[derive(Clone)]
pub(crate) struct Session {
    /// The way there.
    pub(crate) transport: Arc<dyn Transport>,
    /// Held while operations are under way: a host does one batch at a time.
    pub(crate) working: Arc<Mutex<()>>,
}

impl Sessions {
    pub(crate) fn new(settings: Settings) -> Sessions {
        Sessions {
            settings,
            hosts: Mutex::default(),
        }
    }

    /// The directory of the records on a host.
    pub(crate) fn records(&self) -> &str {
        &self.settings.records
    }

    /// The session with a host. Nothing is sent yet.
    pub(crate) async fn with(&self, host: &Host) -> Result<Session, ProviderProblem> {
        let mut hosts = self.hosts.lock().await;
        if let Some(session) = hosts.get(&key(host)) {
            return Ok(session.clone());
        }
        let transport = self.transport(host)?;
        let session = Session {
            transport,
            working: Arc::default(),
        };
        hosts.insert(key(host), session.clone());
        Ok(session)
    }

    /// Ends all of them.
    pub(crate) async fn close(&self) {
        let hosts = std::mem::take(&mut *self.hosts.lock().await);
        futures::future::join_all(hosts.values().map(|s| s.transport.close())).await;
    }

    fn transport(&self, host: &Host) -> Result<Arc<dyn Transport>, ProviderProblem> {
        match host.local {
            true => Ok(Arc::new(Local {
                become_root: host.become_root,
            })),
            false => Err(ProviderProblem::error(
                "only the transport `local` is there",
            )),
        }
    }
}

/// What makes two host values one session.
pub(crate) fn key(host: &Host) -> String {
    let secret = host.private_key.as_ref().map(|k| k.expose());
    let secret = secret
        .as_ref()
        .and_then(|k| k.as_str())
        .map(|k| digest(k.as_bytes()));
    format!(
        "{:?}",
        (
            (
                host.local,
                host.become_root,
                &host.user,
                &host.address,
                host.port
            ),
            (&host.identity, secret, &host.host_key),
            host.jump_host.as_deref().map(key),
        )
    )
}
