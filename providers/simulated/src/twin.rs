//! A stand-in for any provider: it plans as the real one does, and acts on a simulated world.
//! It contacts nothing and needs no credentials.

use crate::connection::{Link, pack, unpack};
use crate::{Faults, World};
use async_trait::async_trait;
use model::{ProviderSchema, Value};
use provider::{
    Connection, ConnectionIdentity, Lane, PlanAnswer, PlanRequest, Provider, ProviderProblem,
};
use std::sync::{Arc, Mutex};

/// A provider's simulated twin.
pub struct Twin {
    real: Arc<dyn Provider>,
    world: Arc<World>,
    faults: Faults,
    identity: Option<ConnectionIdentity>,
}

impl Twin {
    /// The twin of a provider, with an empty world of its own. What is recorded in the state is
    /// taken to exist in it.
    pub fn of(real: Arc<dyn Provider>) -> Twin {
        Twin::in_world(real, Arc::new(World::default()))
    }

    /// The twin of a provider in a world that it shares with others: what is on a machine goes
    /// with it, whichever providers made them.
    pub fn in_world(real: Arc<dyn Provider>, world: Arc<World>) -> Twin {
        Twin {
            real,
            world,
            faults: Faults::default(),
            identity: None,
        }
    }

    /// The same, with faults.
    pub fn with_faults(mut self, faults: Faults) -> Twin {
        self.faults = faults;
        self
    }

    /// The same, passing for this connection: that at which the state's objects were recorded,
    /// since elsewhere they would count as other ones.
    pub fn with_identity(mut self, identity: ConnectionIdentity) -> Twin {
        self.identity = Some(identity);
        self
    }

    /// The world, to look at.
    pub fn world(&self) -> Arc<World> {
        self.world.clone()
    }
}

#[async_trait]
impl Provider for Twin {
    fn name(&self) -> &'static str {
        self.real.name()
    }

    fn schema(&self) -> Arc<ProviderSchema> {
        self.real.schema()
    }

    fn upgrade(&self, ty: &str, version: u32, attributes: Value) -> Result<Value, ProviderProblem> {
        self.real.upgrade(ty, version, attributes)
    }

    fn move_from(&self, from: &str, to: &str, attributes: Value) -> Result<Value, ProviderProblem> {
        self.real.move_from(from, to, attributes)
    }

    fn validate(&self, ty: &str, config: &Value) -> Vec<ProviderProblem> {
        self.real.validate(ty, config)
    }

    /// The real one's plan; the number that the world gave the object stays before its own data.
    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        let (number, private) = unpack(request.private);
        let mut answer = self.real.plan(&PlanRequest {
            private,
            ..request.clone()
        });
        answer.private = answer.private.map(|private| pack(number, &private));
        answer
    }

    fn call(&self, function: &str, arguments: &[Value]) -> Result<Value, ProviderProblem> {
        self.real.call(function, arguments)
    }

    fn lane(&self, ty: &str, attributes: &Value) -> Lane {
        self.real.lane(ty, attributes)
    }

    fn lane_width(&self) -> usize {
        self.real.lane_width()
    }

    async fn connect(&self, _config: Value) -> Result<Arc<dyn Connection>, ProviderProblem> {
        Ok(Arc::new(Link {
            schema: self.real.schema(),
            world: self.world.clone(),
            faults: self.faults.clone(),
            hook: None,
            region: "rehearsal".into(),
            identity: self.identity.clone(),
            twin: true,
            memory: Mutex::default(),
        }))
    }
}
