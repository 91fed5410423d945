//! The list of providers: each a cargo feature.

use driver::Providers;
use provider::Provider;
use state::State;
use std::sync::Arc;

/// Every provider that was built in.
fn all() -> Vec<Arc<dyn Provider>> {
    vec![
        #[cfg(feature = "builtin")]
        Arc::new(provider_builtin::Builtin),
        #[cfg(feature = "simulated")]
        Arc::new(provider_simulated::Simulated::default()),
        #[cfg(feature = "ssh")]
        Arc::new(provider_ssh::SshProvider),
        #[cfg(feature = "sandbox")]
        Arc::new(provider_sandbox::SandboxProvider::new()),
    ]
}

/// The providers as they are.
pub(crate) fn real() -> Providers {
    Providers::new(all())
}

/// Their simulated twins, in one world; what is recorded in the state is taken to exist in it.
#[cfg(feature = "simulated")]
pub(crate) fn twins(state: &State) -> Providers {
    use provider::ConnectionIdentity;
    use provider_simulated::{Twin, World};
    let world = Arc::new(World::default());
    let twin = |real: Arc<dyn Provider>| {
        let name = real.name();
        let twin = Twin::in_world(real, world.clone());
        // Elsewhere than where they were recorded, objects would count as other ones.
        let record = state.providers.values().find(|r| &*r.provider == name);
        match record {
            Some(record) => twin.with_identity(ConnectionIdentity(record.identity.clone())),
            None => twin,
        }
    };
    Providers::new(
        all()
            .into_iter()
            .map(|real| Arc::new(twin(real)) as Arc<dyn Provider>),
    )
}

/// Without the simulated provider there is nothing to rehearse on.
#[cfg(not(feature = "simulated"))]
pub(crate) fn twins(_state: &State) -> Providers {
    Providers::default()
}
