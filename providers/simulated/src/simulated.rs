//! The simulated provider with types of its own.

use crate::connection::{Hook, Link};
use crate::schemas::SCHEMA;
use crate::{Endpoint, Faults, Outside, Remote, World, rules};
use async_trait::async_trait;
use model::{Containment, ProviderSchema, Value};
use provider::{Connection, Host, Lane, PlanAnswer, PlanRequest, Provider, ProviderProblem};
use std::sync::{Arc, Mutex};

/// The simulated provider, and the world that its connections share unless they are told
/// another.
#[derive(Clone, Default)]
pub struct Simulated {
    world: Arc<World>,
    outside: Option<Arc<dyn Outside>>,
    faults: Faults,
    hook: Option<Hook>,
}

impl Simulated {
    /// One with an empty world in this process.
    pub fn new() -> Simulated {
        Simulated::default()
    }

    /// The same, with these faults where the configuration names none.
    pub fn with_faults(mut self, faults: Faults) -> Simulated {
        self.faults = faults;
        self
    }

    /// The same, with something called before and after each request.
    pub fn with_hook(mut self, hook: Hook) -> Simulated {
        self.hook = Some(hook);
        self
    }

    /// The same, in this world where the configuration names none.
    pub fn with_outside(mut self, outside: Arc<dyn Outside>) -> Simulated {
        self.outside = Some(outside);
        self
    }

    /// The world in this process, for a test to look at.
    pub fn world(&self) -> Arc<World> {
        self.world.clone()
    }
}

#[async_trait]
impl Provider for Simulated {
    fn name(&self) -> &'static str {
        "simulated"
    }

    fn schema(&self) -> Arc<ProviderSchema> {
        SCHEMA.clone()
    }

    /// Records of version 0 called the content `body`.
    fn upgrade(&self, ty: &str, version: u32, attributes: Value) -> Result<Value, ProviderProblem> {
        match (ty, version, attributes.as_fields()) {
            ("sim_record", 0, Some(old)) => {
                let fields = old.iter().filter(|(name, _)| &***name != "body");
                let fields = fields.map(|(name, value)| (name.clone(), value.clone()));
                let content = old.get("body").cloned().unwrap_or(Value::NULL);
                Ok(Value::object(fields).with("content", content))
            }
            _ => Err(ProviderProblem::error(format!(
                "there was never a `{ty}` with version {version} of its schema"
            ))),
        }
    }

    /// A ticket becomes a bucket of that name.
    fn move_from(&self, from: &str, to: &str, attributes: Value) -> Result<Value, ProviderProblem> {
        if (from, to) != ("sim_ticket", "sim_bucket") {
            return Err(ProviderProblem::error(format!(
                "a `{from}` can't become a `{to}`"
            )));
        }
        let get = |name| attributes.get(name).cloned().unwrap_or(Value::NULL);
        Ok(Value::object([
            ("name", get("title")),
            ("public", false.into()),
            ("policy", "none".into()),
            ("id", get("id")),
            ("fail", get("fail")),
            ("delay_ms", get("delay_ms")),
        ]))
    }

    fn validate(&self, _ty: &str, config: &Value) -> Vec<ProviderProblem> {
        rules::validate(config)
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        rules::plan(request)
    }

    fn call(&self, function: &str, arguments: &[Value]) -> Result<Value, ProviderProblem> {
        match (function, arguments) {
            ("reverse", [Value::String(text)]) => Ok(text.chars().rev().collect::<String>().into()),
            _ => Err(ProviderProblem::error(format!(
                "there is no function `{function}`"
            ))),
        }
    }

    fn lane(&self, ty: &str, attributes: &Value) -> Lane {
        let on = SCHEMA.resources.get(ty).and_then(|s| match s.containment {
            Containment::On(name) => attributes.get(name).and_then(Host::identity_key),
            _ => None,
        });
        Lane(on.map_or_else(
            || "simulated".into(),
            |host| format!("simulated host {host}"),
        ))
    }

    async fn connect(&self, config: Value) -> Result<Arc<dyn Connection>, ProviderProblem> {
        let config = config.expose();
        let world: Arc<dyn Outside> = match config.get("world").and_then(Value::as_str) {
            Some(endpoint) => {
                let endpoint: Endpoint = endpoint.parse().map_err(|e: String| {
                    ProviderProblem::error(e).at(model::AttrPath::name("world"))
                })?;
                Arc::new(Remote::new(endpoint))
            }
            None => match &self.outside {
                Some(outside) => outside.clone(),
                None => self.world.clone(),
            },
        };
        let configured = Faults::from_config(&config);
        let region = config
            .get("region")
            .and_then(Value::as_str)
            .unwrap_or("here");
        Ok(Arc::new(Link {
            schema: SCHEMA.clone(),
            world,
            faults: match configured == Faults::default() {
                true => self.faults.clone(),
                false => configured,
            },
            hook: self.hook.clone(),
            region: region.into(),
            identity: None,
            twin: false,
            memory: Mutex::default(),
        }))
    }
}
