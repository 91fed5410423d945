//! A connection to a world: what a provider does between the core and an API, with the faults
//! that a network and a busy API add.

mod apply;
mod find;
mod place;
mod read;

pub(crate) use place::{pack, unpack};

use crate::faults::Faults;
use crate::invent;
use crate::world::{Lost, Outside, Reply, Request, Seen};
use async_trait::async_trait;
use model::{IdentityClass, Lineage, ProviderSchema, ResourceSchema, Token, Value};
use provider::{
    Answers, Connection, ConnectionIdentity, DataAnswer, DataRequest, FindAnswer, FindRequest,
    Foreseen, Found, ImportAnswer, ImportRequest, Listed, Made, Operation, ProviderProblem,
    ReadAnswer, ReadRequest,
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What is about to happen, or just did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A request is about to go out.
    Before(Token),
    /// The world did it; nobody but the world knows.
    After(Token),
}

/// Called at each moment; a test may end the process there.
pub type Hook = Arc<dyn Fn(Moment) + Send + Sync>;

/// A connection to a world.
pub(crate) struct Link {
    pub(crate) schema: Arc<ProviderSchema>,
    pub(crate) world: Arc<dyn Outside>,
    pub(crate) faults: Faults,
    pub(crate) hook: Option<Hook>,
    pub(crate) region: String,
    /// What it passes for; none stands for the region.
    pub(crate) identity: Option<ConnectionIdentity>,
    /// Whether it stands in for another provider: recorded objects are taken to exist.
    pub(crate) twin: bool,
    pub(crate) memory: Mutex<Memory>,
}

/// What a connection remembers of its own requests.
#[derive(Default)]
pub(crate) struct Memory {
    attempts: HashMap<String, u32>,
    done: HashMap<Token, Option<Made>>,
}

#[async_trait]
impl Connection for Link {
    fn identity(&self) -> ConnectionIdentity {
        let own = || ConnectionIdentity(format!("simulated/{}", self.region));
        self.identity.clone().unwrap_or_else(own)
    }

    async fn read(&self, batch: Vec<ReadRequest>) -> Vec<ReadAnswer> {
        self.read_all(batch).await
    }

    async fn data(&self, batch: Vec<DataRequest>) -> Vec<DataAnswer> {
        self.pause("data").await;
        batch.into_iter().map(|r| self.look_up(&r)).collect()
    }

    async fn apply(&self, batch: Vec<Operation>, answers: Answers) {
        futures::future::join_all(batch.iter().map(|o| self.answer(o, &answers))).await;
    }

    async fn find(&self, batch: Vec<FindRequest>) -> Vec<FindAnswer> {
        self.find_all(batch).await
    }

    async fn list(&self, lineage: Lineage) -> Result<Vec<Listed>, ProviderProblem> {
        self.pause("list").await;
        let request = Request::List {
            lineage: lineage.to_string(),
        };
        let Reply::Things(seen) = self.world.ask(request).await.map_err(|l| unasked(&l))? else {
            return Ok(Vec::new());
        };
        let tagged = |s: &Seen| {
            self.resource(&s.thing.ty)
                .is_ok_and(|r| r.identity != IdentityClass::None)
        };
        let listed = seen
            .into_iter()
            .filter(|s| self.shows(s) && tagged(s))
            .filter_map(|seen| {
                let owner = seen.thing.owner.as_ref()?.ids()?;
                let made = place::made(&seen.thing, &[]);
                Some(Listed {
                    ty: seen.thing.ty,
                    owner,
                    found: Found::Exact,
                    made,
                })
            });
        Ok(listed.collect())
    }

    async fn import(&self, request: ImportRequest) -> ImportAnswer {
        self.import_one(&request).await
    }

    async fn gate(&self, ty: &str, gate: &str, made: &Made) -> Result<bool, ProviderProblem> {
        if !self.resource(ty)?.gates.iter().any(|g| g.name == gate) {
            return Err(ProviderProblem::error(format!(
                "`{ty}` has no gate `{gate}`"
            )));
        }
        self.pause(gate).await;
        match self.twin {
            true => Ok(true),
            false => self.healthy(made).await,
        }
    }

    async fn preflight(&self, changes: &[Operation]) -> Vec<Foreseen> {
        let told = changes
            .iter()
            .filter(|o| !self.twin && apply::fails(o, "preflight"));
        told.map(|o| {
            let problem = ProviderProblem::error(format!("a `{}` was told to fail", o.ty));
            Foreseen::of(vec![o.token], problem)
        })
        .collect()
    }
}

impl Link {
    fn resource(&self, ty: &str) -> Result<&ResourceSchema, ProviderProblem> {
        self.schema.resources.get(ty).ok_or_else(|| {
            ProviderProblem::error(format!(
                "the simulated provider has no resource type `{ty}`"
            ))
        })
    }

    /// Whether readers see it, in this connection's region.
    fn shows(&self, seen: &Seen) -> bool {
        seen.visible && seen.thing.region == self.region
    }

    /// The next number of an attempt at something.
    fn attempt(&self, what: &str) -> u32 {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let attempts = memory.attempts.entry(what.into()).or_default();
        *attempts += 1;
        *attempts - 1
    }

    fn remembered(&self, token: Token) -> Option<Option<Made>> {
        let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.done.get(&token).cloned()
    }

    fn remember(&self, token: Token, made: Option<Made>) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.done.insert(token, made);
    }

    /// Waits as long as a question takes.
    async fn pause(&self, what: &str) {
        let latency = self.faults.fate(what, self.attempt(what)).latency;
        if latency > Duration::ZERO {
            tokio::time::sleep(latency).await;
        }
    }

    fn look_up(&self, request: &DataRequest) -> DataAnswer {
        let schema = self.schema.data.get(request.ty.as_str()).ok_or_else(|| {
            ProviderProblem::error(format!("there is no data source `{}`", request.ty))
        })?;
        let key = request.config.get("key").and_then(Value::as_str);
        if !self.twin && key == Some("missing") {
            return Err(ProviderProblem::error(
                "there is nothing by the key \"missing\"",
            ));
        }
        let config = request.config.expose();
        let name = invent::short(&format!("{} {}", request.ty, model::show(&config)));
        Ok(invent::results(&schema.block, &config, &name))
    }

    async fn healthy(&self, made: &Made) -> Result<bool, ProviderProblem> {
        let (number, _) = place::unpack(&made.private);
        let Some(number) = number else {
            return Ok(false);
        };
        let reply = self
            .world
            .ask(Request::Get { number })
            .await
            .map_err(|l| unasked(&l))?;
        let Reply::Thing(seen) = reply else {
            return Ok(false);
        };
        let attributes = &seen.thing.attributes;
        let after = attributes
            .get("healthy_after_ms")
            .and_then(Value::as_i64)
            .unwrap_or(0);
        let well = attributes.get("healthy").and_then(Value::as_bool) != Some(false);
        Ok(well && seen.settled_us / 1000 >= u64::try_from(after).unwrap_or(0))
    }
}

/// A question that could not be asked, in words.
fn unasked(lost: &Lost) -> ProviderProblem {
    ProviderProblem::error("the simulated world did not answer")
        .detail(lost.why.clone())
        .help(
            "start it with `landfall-simulated-world`, or leave `world` out of the provider block",
        )
}
