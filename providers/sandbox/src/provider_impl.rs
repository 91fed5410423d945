//! The provider before any connection: schema, validation, planning.

use crate::attributes::{self, MACHINE};
use crate::connection::SandboxConnection;
use crate::schema::schema;
use crate::site::Site;
use async_trait::async_trait;
use model::{AttrPath, ProviderSchema, Value};
use provider::{Connection, PlanAnswer, PlanRequest, Provider, ProviderProblem};
use std::sync::{Arc, LazyLock};

static SCHEMA: LazyLock<Arc<ProviderSchema>> = LazyLock::new(|| Arc::new(schema()));

/// The provider of sandbox machines.
#[derive(Clone, Debug)]
pub struct SandboxProvider {
    site: Site,
}

impl SandboxProvider {
    /// With machines at the usual place.
    pub fn new() -> SandboxProvider {
        SandboxProvider::at(Site::usual())
    }

    /// With machines of a site.
    pub fn at(site: Site) -> SandboxProvider {
        SandboxProvider { site }
    }
}

impl Default for SandboxProvider {
    fn default() -> SandboxProvider {
        SandboxProvider::new()
    }
}

#[async_trait]
impl Provider for SandboxProvider {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    fn schema(&self) -> Arc<ProviderSchema> {
        SCHEMA.clone()
    }

    fn validate(&self, ty: &str, config: &Value) -> Vec<ProviderProblem> {
        match ty {
            MACHINE => attributes::problems(config),
            _ => Vec::new(),
        }
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        if request.existing.is_some() && request.prior.is_none() {
            return refused(
                ProviderProblem::error("a machine of that name is there already")
                    .help("choose another name, or remove it: `landfall sandbox list`")
                    .at(AttrPath::name("name")),
            );
        }
        // Whatever it does now: an apply leaves it running.
        let planned = request.proposed.with("state", "running".into());
        if request.prior.is_some() {
            return PlanAnswer {
                planned: Some(planned),
                ..Default::default()
            };
        }
        match attributes::planned_host() {
            Ok(host) => PlanAnswer {
                planned: Some(planned.with("host", host)),
                ..Default::default()
            },
            Err(problem) => refused(problem),
        }
    }

    async fn connect(&self, _config: Value) -> Result<Arc<dyn Connection>, ProviderProblem> {
        Ok(Arc::new(SandboxConnection::new(self.site.clone())))
    }
}

fn refused(problem: ProviderProblem) -> PlanAnswer {
    PlanAnswer {
        problems: vec![problem],
        ..Default::default()
    }
}
