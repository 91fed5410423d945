//! Looking at things: in bulk, one question to the world.

use super::{Link, place, unasked};
use crate::invent;
use crate::world::{Owner, Reply, Request, Seen};
use model::{Containment, ResourceSchema, Value};
use provider::{
    ImportAnswer, ImportRequest, Imported, Made, ProviderProblem, ReadAnswer, ReadRequest,
};

impl Link {
    pub(super) async fn read_all(&self, batch: Vec<ReadRequest>) -> Vec<ReadAnswer> {
        self.pause("read").await;
        let questions = batch.iter().map(|r| self.where_is(r)).collect();
        let replies = match self.many(questions).await {
            Ok(replies) => replies,
            Err(problem) => {
                return batch
                    .iter()
                    .map(|_| ReadAnswer::Failed(problem.clone()))
                    .collect();
            }
        };
        let mut answers = Vec::with_capacity(batch.len());
        for (request, reply) in batch.iter().zip(replies) {
            let seen = match first(reply) {
                Some(seen) => Some(seen),
                None => self.recorded(request).await,
            };
            answers.push(self.read_one(request, seen));
        }
        answers
    }

    /// The answers to several questions, asked together.
    pub(super) async fn many(&self, all: Vec<Request>) -> Result<Vec<Reply>, ProviderProblem> {
        let count = all.len();
        match self
            .world
            .ask(Request::Many(all))
            .await
            .map_err(|lost| unasked(&lost))?
        {
            Reply::Many(replies) if replies.len() == count => Ok(replies),
            _ => Err(ProviderProblem::error(
                "the simulated world answered something else",
            )),
        }
    }

    /// Of a twin: what is recorded is taken to exist, unless it was ended in this world.
    pub(super) async fn adopt(&self, ty: &str, owner: Owner, attributes: &Value) -> Option<Seen> {
        if !self.twin || attributes.has_unknown() {
            return None;
        }
        let schema = self.resource(ty).ok()?;
        let thing = place::thing(schema, ty, &self.region, Some(owner), attributes);
        first(self.world.ask(Request::Adopt(Box::new(thing))).await.ok()?)
    }

    async fn recorded(&self, request: &ReadRequest) -> Option<Seen> {
        let owner = Owner::new(request.lineage, request.object?);
        self.adopt(&request.ty, owner, &request.attributes).await
    }

    fn where_is(&self, request: &ReadRequest) -> Request {
        let ty = request.ty.clone();
        if let (Some(number), _) = place::unpack(&request.private) {
            return Request::Get { number };
        }
        if let Some(object) = request.object {
            return Request::Owned {
                ty,
                owner: Owner::new(request.lineage, object),
            };
        }
        let schema = self.schema.resources.get(request.ty.as_str());
        let key = schema.and_then(|s| place::key(s, &self.region, &request.attributes));
        match key {
            Some(key) => Request::Keyed { ty, key },
            None => Request::Many(Vec::new()),
        }
    }

    fn read_one(&self, request: &ReadRequest, seen: Option<Seen>) -> ReadAnswer {
        let schema = match self.resource(&request.ty) {
            Ok(schema) => schema,
            Err(problem) => return ReadAnswer::Failed(problem),
        };
        let Some(seen) = seen.filter(|s| self.shows(s) && s.thing.ty == request.ty) else {
            return ReadAnswer::Absent;
        };
        let what = format!("read {}", seen.thing.number);
        if self.faults.read_fails(&what, self.attempt(&what)) {
            return ReadAnswer::Failed(ProviderProblem::error("the simulated API is confused"));
        }
        if !seen.reachable && matches!(schema.containment, Containment::On(_)) {
            return ReadAnswer::Unreachable(stopped());
        }
        let owner = seen.thing.owner.as_ref().and_then(Owner::ids);
        let mut made = place::made(&seen.thing, place::unpack(&request.private).1);
        if !request.all {
            made.attributes = without_singles(schema, &made.attributes, &request.attributes);
        }
        ReadAnswer::Present { made, owner }
    }

    pub(super) async fn import_one(&self, request: &ImportRequest) -> ImportAnswer {
        let schema = self.resource(&request.ty)?;
        self.pause("import").await;
        if self.twin {
            // A twin takes what is to be imported to be as its block says.
            let known = request
                .config
                .as_fields()
                .into_iter()
                .flat_map(model::Fields::iter);
            let known = known.filter(|(_, v)| !v.is_null() && !v.has_unknown());
            let known = Value::object(known.map(|(n, v)| (n.clone(), v.expose())));
            let config = known.with("id", Value::from(request.id.as_str()));
            let name = invent::short(&request.id);
            let attributes = invent::imported(&schema.block, &config, &name);
            return Ok(Imported {
                made: Made {
                    attributes,
                    private: Vec::new(),
                },
                owner: None,
            });
        }
        let all = Request::Since {
            ty: request.ty.clone(),
            age_us: u64::MAX,
        };
        let Reply::Things(seen) = self.world.ask(all).await.map_err(|lost| unasked(&lost))? else {
            return Err(ProviderProblem::error(
                "the simulated world answered something else",
            ));
        };
        let named = |s: &&Seen| {
            ["id", "name"].iter().any(|attribute| {
                s.thing.attributes.get(attribute).and_then(Value::as_str) == Some(&request.id)
            })
        };
        let found = seen.iter().filter(|s| self.shows(s)).find(named);
        if found.is_some_and(|s| !s.reachable) && matches!(schema.containment, Containment::On(_)) {
            return Err(stopped().retryable());
        }
        let imported = |s: &Seen| Imported {
            made: place::made(&s.thing, &[]),
            owner: s.thing.owner.as_ref().and_then(Owner::ids),
        };
        found.map(imported).ok_or_else(|| {
            ProviderProblem::error(format!(
                "there is no `{}` of the id {:?}",
                request.ty, request.id
            ))
        })
    }
}

fn stopped() -> ProviderProblem {
    ProviderProblem::error("the simulated machine is stopped").help("set `running = true` on it")
}

/// The thing that a reply is about, the first of several.
pub(super) fn first(reply: Reply) -> Option<Seen> {
    match reply {
        Reply::Thing(seen) => Some(*seen),
        Reply::Things(all) => all.into_iter().next(),
        _ => None,
    }
}

/// What an API gives only one by one stays as recorded.
fn without_singles(schema: &ResourceSchema, read: &Value, recorded: &Value) -> Value {
    let singles = schema.block.attributes.iter().filter(|a| a.read_singly);
    singles.fold(read.clone(), |read, a| match recorded.get(&a.name) {
        Some(value) if !value.has_unknown() => read.with(&a.name, value.clone()),
        _ => read,
    })
}
