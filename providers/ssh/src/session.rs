//! The sessions with hosts: one a host, opened when first needed and kept.

mod way;

use crate::config::SshConfig;
use crate::runner::look::digest;
use crate::transport::local::Local;
use crate::transport::ssh::Ssh;
use crate::transport::{NoWay, Transport};
use provider::{Host, ProviderProblem};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex as Slot, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore};

/// At most this many handshakes at once with one address.
const HANDSHAKES: usize = 8;

/// How long a host is given to tidy up at the end.
const TIDYING: Duration = Duration::from_secs(5);

/// How hosts are reached: what the provider's configuration says, and of one host what ssh's does.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The configuration of ssh, where one is to be read.
    pub(crate) ssh_config: Option<PathBuf>,
    /// The files of known hosts; the user's own where nothing is said.
    pub(crate) known_hosts: Option<Vec<PathBuf>>,
    /// The socket of the agent; that of the environment where nothing is said.
    pub(crate) agent: Option<PathBuf>,
    /// What a host is tried with that names no key.
    pub(crate) keys: Keys,
    /// The name that the host is known by, where it is another one.
    pub(crate) host_key_alias: Option<String>,
    /// The directory of the records on a host.
    pub(crate) records: String,
    /// How long to wait for a connection.
    pub(crate) connect_s: u64,
}

/// Key files that ssh's configuration names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    pub(crate) files: Vec<PathBuf>,
    /// Whether no other keys are tried.
    pub(crate) only: bool,
}

/// All sessions of one connection of the provider.
pub(crate) struct Sessions {
    pub(super) settings: Settings,
    /// The user's configuration of ssh, read when first needed.
    pub(super) config: OnceLock<Result<SshConfig, ProviderProblem>>,
    hosts: Mutex<HashMap<String, Session>>,
    /// One connection to a jump host serves all that go through it.
    jumps: Slot<HashMap<String, Arc<Ssh>>>,
    handshakes: Slot<HashMap<(String, u16), Arc<Semaphore>>>,
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
            config: OnceLock::new(),
            hosts: Mutex::default(),
            jumps: Slot::default(),
            handshakes: Slot::default(),
        }
    }

    /// The directory of the records on a host.
    pub(crate) fn records(&self) -> &str {
        &self.settings.records
    }

    /// How long to wait for a connection, in seconds.
    pub(crate) fn connect_s(&self) -> u64 {
        self.settings.connect_s
    }

    /// The session with a host. Nothing is sent yet.
    pub(crate) async fn with(&self, host: &Host) -> Session {
        let mut hosts = self.hosts.lock().await;
        let made = || Session {
            transport: self.transport(host),
            working: Arc::default(),
        };
        hosts.entry(key(host)).or_insert_with(made).clone()
    }

    /// Ends all of them, once they have tidied up: the last answer comes before that.
    pub(crate) async fn close(&self) {
        let hosts = std::mem::take(&mut *self.hosts.lock().await);
        let idle = futures::future::join_all(hosts.values().map(|s| s.working.lock()));
        let _ = tokio::time::timeout(TIDYING, idle).await;
        futures::future::join_all(hosts.values().map(|s| s.transport.close())).await;
        let jumps = std::mem::take(&mut *held(&self.jumps));
        futures::future::join_all(jumps.values().map(|j| j.close())).await;
    }

    fn transport(&self, host: &Host) -> Arc<dyn Transport> {
        match host.local {
            true => Arc::new(Local {
                become_root: host.become_root,
            }),
            false => match self.ssh(host, &[]) {
                Ok(ssh) => Arc::new(ssh),
                Err(problem) => Arc::new(NoWay(problem)),
            },
        }
    }

    /// The way to a host, past those that are on it already.
    pub(super) fn ssh(&self, host: &Host, trail: &[&str]) -> Result<Ssh, ProviderProblem> {
        let way = self.way(host, trail)?;
        let trail = [trail, &[&host.address]].concat();
        let jump = match &way.jump {
            Some(jump) => Some(self.jump(jump, &trail)?),
            None => None,
        };
        let address = (way.host.address.clone(), way.host.port);
        let turns = held(&self.handshakes)
            .entry(address)
            .or_insert_with(|| Arc::new(Semaphore::new(HANDSHAKES)))
            .clone();
        Ok(Ssh::new(way.host, way.settings, jump, turns))
    }

    fn jump(&self, host: &Host, trail: &[&str]) -> Result<Arc<Ssh>, ProviderProblem> {
        let made = Arc::new(self.ssh(host, trail)?);
        Ok(held(&self.jumps).entry(key(host)).or_insert(made).clone())
    }
}

fn held<T>(slot: &Slot<T>) -> std::sync::MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What makes two host values one session.
pub(crate) fn key(host: &Host) -> String {
    let secret = host.private_key.as_ref().map(|k| k.expose());
    let secret = secret
        .as_ref()
        .and_then(|k| k.as_str())
        .map(|k| digest(k.as_bytes()));
    let to = (
        host.local,
        host.become_root,
        &host.user,
        &host.address,
        host.port,
    );
    let by = (&host.identity, secret, &host.host_key);
    format!("{:?}", (to, by, host.jump_host.as_deref().map(key)))
}
