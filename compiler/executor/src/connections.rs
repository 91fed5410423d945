//! Connections of providers, made when first needed, and kept.

use model::{Fingerprint, Value};
use provider::{Connection, Provider, ProviderProblem};
use state::ProviderKey;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{Mutex, OnceCell};

type Slot = Arc<OnceCell<Result<Arc<dyn Connection>, ProviderProblem>>>;

/// Connections by provider configuration.
#[derive(Default)]
pub struct Connections {
    open: Mutex<HashMap<(ProviderKey, Fingerprint), Slot>>,
}

impl Connections {
    /// None yet.
    pub fn new() -> Connections {
        Connections::default()
    }

    /// The connection of a configuration; connects where there is none yet.
    ///
    /// # Errors
    /// Where the provider refuses; the same again at each call.
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
            let connected = provider.connect(config).await;
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
