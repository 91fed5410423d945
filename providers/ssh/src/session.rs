//! The sessions with hosts: one a host, opened when first needed and kept.

use crate::runner::look::digest;
use crate::transport::Transport;
use crate::transport::local::Local;
use crate::transport::ssh::Ssh;
use provider::Host;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex as Slot, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore};

/// At most this many handshakes at once with one address.
const HANDSHAKES: usize = 8;

/// How long a host is given to tidy up at the end.
const TIDYING: Duration = Duration::from_secs(5);

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
            false => Arc::new(self.ssh(host)),
        }
    }

    fn ssh(&self, host: &Host) -> Ssh {
        let jump = host.jump_host.as_deref().map(|jump| self.jump(jump));
        let address = (host.address.clone(), host.port);
        let turns = held(&self.handshakes)
            .entry(address)
            .or_insert_with(|| Arc::new(Semaphore::new(HANDSHAKES)))
            .clone();
        Ssh::new(host.clone(), self.settings.clone(), jump, turns)
    }

    fn jump(&self, host: &Host) -> Arc<Ssh> {
        let made = Arc::new(self.ssh(host));
        held(&self.jumps).entry(key(host)).or_insert(made).clone()
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
