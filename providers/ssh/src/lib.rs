//! The provider `ssh`: files, packages, users, units and commands on hosts, without an agent.
//! It opens no session before something is asked of a host.

mod config;
mod connection;
mod private;
mod quote;
mod resources;
mod runner;
mod session;
mod transport;
mod values;

use async_trait::async_trait;
use connection::SshConnection;
use model::{Attribute, BlockSchema, ProviderSchema, Type, Value};
use provider::{Connection, Host, Lane, PlanAnswer, PlanRequest, Provider, ProviderProblem};
pub use quote::quote;
use session::{Keys, Settings};
use std::path::PathBuf;
use std::sync::Arc;

/// Where the runner keeps its records on a host, unless told otherwise.
const RECORDS: &str = "/var/lib/landfall";

/// The provider.
#[derive(Clone, Copy, Debug, Default)]
pub struct SshProvider;

#[async_trait]
impl Provider for SshProvider {
    fn name(&self) -> &'static str {
        "ssh"
    }

    fn schema(&self) -> Arc<ProviderSchema> {
        Arc::new(ProviderSchema {
            config: config_schema(),
            resources: resources::all()
                .iter()
                .map(|r| (r.name(), r.schema()))
                .collect(),
            data: [("ssh_facts", resources::facts::schema())].into(),
            ..ProviderSchema::default()
        })
    }

    fn validate(&self, ty: &str, config: &Value) -> Vec<ProviderProblem> {
        let mut problems = resources::host::validate(config);
        if let Some(resource) = resources::of(ty) {
            problems.extend(resource.validate(config));
        }
        problems
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        resources::of(request.ty).map_or_else(PlanAnswer::default, |r| resources::plan(r, request))
    }

    fn lane(&self, _ty: &str, attributes: &Value) -> Lane {
        Lane(
            attributes
                .get("host")
                .and_then(Host::identity_key)
                .unwrap_or_default(),
        )
    }

    async fn connect(&self, config: Value) -> Result<Arc<dyn Connection>, ProviderProblem> {
        Ok(Arc::new(SshConnection::new(settings(&config))))
    }
}

fn config_schema() -> BlockSchema {
    let text = |name, doc| Attribute::new(name, Type::String, doc);
    BlockSchema {
        attributes: vec![
            text(
                "known_hosts",
                "The file of known hosts; what ssh's configuration says, or `~/.ssh/known_hosts`, \
                 without it.",
            ),
            text(
                "ssh_config",
                "The configuration of ssh that fills in what a host value leaves out; \
                 `~/.ssh/config` without it, and \"none\" for none.",
            ),
            text(
                "agent",
                "The socket of the agent; what ssh's configuration says, or `SSH_AUTH_SOCK`, without it.",
            ),
            text("records", "The directory of the records on a host.").or(RECORDS),
            Attribute::new(
                "connect_timeout",
                Type::Number,
                "Seconds to wait for a connection.",
            )
            .or(Value::int(15)),
        ],
        blocks: Vec::new(),
    }
}

fn settings(config: &Value) -> Settings {
    let home = std::env::home_dir();
    let path = |name| values::text(config, name).map(PathBuf::from);
    let ssh_config = path("ssh_config").or(home.map(|h| h.join(".ssh/config")));
    Settings {
        ssh_config: ssh_config.filter(|p| p.as_os_str() != "none"),
        known_hosts: path("known_hosts").map(|p| vec![p]),
        agent: path("agent"),
        keys: Keys::default(),
        host_key_alias: None,
        records: values::text(config, "records").unwrap_or_else(|| RECORDS.into()),
        connect_s: values::number(config, "connect_timeout")
            .and_then(|n| u64::try_from(n).ok())
            .unwrap_or(15)
            .max(1),
    }
}
