//! Connections of providers, made when first needed, and kept.

use model::{Fingerprint, Value};
use provider::{Connection, Provider, ProviderProblem};
use state::ProviderKey;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OnceCell};

/// How often a connection is tried that the provider says may work a little later.
const MOST_ATTEMPTS: u32 = 6;
/// How long before the second try, in ms; twice as long before each one after it.
const FIRST_PAUSE_MS: u64 = 250;

type Slot = Arc<OnceCell<Result<Arc<dyn Connection>, ProviderProblem>>>;

/// Connections by provider configuration.
#[derive(Default)]
pub struct Connections {
    open: Mutex<HashMap<(ProviderKey, Fingerprint), Slot>>,
    /// Ephemeral resources that are open.
    pub(crate) opened: Mutex<Vec<crate::ephemeral::Held>>,
}

impl Connections {
    /// None yet.
    pub fn new() -> Connections {
        Connections::default()
    }

    /// The connection of a configuration; connects where there is none yet. What the provider
    /// says may work a little later is tried again, so often and no more.
    ///
    /// # Errors
    /// Where the provider refuses; the same again at each call, so that everything that goes
    /// through it waits once and not each for itself.
    pub async fn get(
        &self,
        key: &ProviderKey,
        provider: &dyn Provider,
        config: &Value,
    ) -> Result<Arc<dyn Connection>, ProviderProblem> {
        let config = config.expose();
        if config.has_sealed() {
            return Err(ProviderProblem::error(format!(
                "the configuration of the provider `{}` holds a secret that is sealed",
                key.0
            ))
            .help("give the secrets key too: without it, nothing can be reached through it"));
        }
        let slot = {
            let mut open = self.open.lock().await;
            open.entry((key.clone(), Fingerprint::of(&config)))
                .or_default()
                .clone()
        };
        let connect = async {
            let connected = connect(provider, config).await;
            let refused = connected.is_err();
            tracing::debug!(provider = &*key.0, refused, "connected");
            connected
        };
        slot.get_or_init(|| connect).await.clone()
    }

    /// Ends all of them.
    pub async fn close(&self) {
        for (_, slot) in self.open.lock().await.drain() {
            if let Some(Ok(connection)) = slot.get() {
                connection.close().await;
            }
        }
    }
}

async fn connect(
    provider: &dyn Provider,
    config: Value,
) -> Result<Arc<dyn Connection>, ProviderProblem> {
    let mut attempt = 1;
    loop {
        match provider.connect(config.clone()).await {
            Err(problem) if problem.retryable && attempt < MOST_ATTEMPTS => {}
            Err(problem) if problem.retryable => {
                return Err(problem.detail(format!("tried {attempt} times")));
            }
            answer => return answer,
        }
        let pause_ms = FIRST_PAUSE_MS << (attempt - 1);
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        attempt += 1;
    }
}
