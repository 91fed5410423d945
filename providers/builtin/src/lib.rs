//! The built-in provider: `terraform_data`, `random_password`, `random_id`, environment variables.
//! Nothing of it exists outside of the state, so it needs no connection and no lane.

mod connection;
mod entropy;
mod environment_variable;
mod resources;

use async_trait::async_trait;
use connection::Recorded;
use model::{ProviderSchema, Value};
use provider::{Connection, PlanAnswer, PlanRequest, Provider, ProviderProblem};
use resources::{RESOURCES, resource};
use std::sync::{Arc, LazyLock};

/// The provider of resources that exist in the state alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Builtin;

static SCHEMA: LazyLock<Arc<ProviderSchema>> = LazyLock::new(|| {
    let resources = RESOURCES.iter().map(|r| (r.name(), r.schema())).collect();
    let password = resources::random_password::ephemeral();
    Arc::new(ProviderSchema {
        resources,
        ephemerals: [("random_password", password)].into(),
        data: [(environment_variable::TYPE, environment_variable::schema())].into(),
        ..ProviderSchema::default()
    })
});

#[async_trait]
impl Provider for Builtin {
    fn name(&self) -> &'static str {
        "builtin"
    }

    fn schema(&self) -> Arc<ProviderSchema> {
        SCHEMA.clone()
    }

    fn move_from(&self, from: &str, to: &str, attributes: Value) -> Result<Value, ProviderProblem> {
        resource(to)?.move_from(from, attributes)
    }

    fn validate(&self, ty: &str, config: &Value) -> Vec<ProviderProblem> {
        resource(ty).map_or_else(|p| vec![p], |r| r.validate(config))
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        match resource(request.ty) {
            Ok(resource) => resource.plan(request),
            Err(problem) => PlanAnswer {
                problems: vec![problem],
                ..PlanAnswer::default()
            },
        }
    }

    async fn connect(&self, _config: Value) -> Result<Arc<dyn Connection>, ProviderProblem> {
        Ok(Arc::new(Recorded))
    }
}

#[cfg(test)]
mod tests;
