//! Carrying out operations, with what may go wrong on the way.

use super::{Link, Moment, place, read::first, unasked};
use crate::faults::Fate;
use crate::invent;
use crate::world::{Create, Lost, Owner, Reply, Request, Seen, Thing};
use model::{Containment, IdentityClass, ResourceSchema, Value};
use provider::{Action, Answers, Failure, Made, Operation, ProviderProblem};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Boxed, since most operations don't fail.
type Failed = Box<Failure>;

/// Whether an object was told to fail at this: at `create`, `update`, `delete`, `preflight`.
pub(super) fn fails(operation: &Operation, at: &str) -> bool {
    attributes(operation).get("fail").and_then(Value::as_str) == Some(at)
}

impl Link {
    /// Carries out one operation and reports it once.
    pub(super) async fn answer(&self, operation: &Operation, answers: &Answers) {
        let token = operation.token;
        if let Some(made) = self.remembered(token) {
            return answers.done(token, made);
        }
        let deadline = Duration::from_millis(operation.timeout_ms);
        let outcome = timeout(deadline, self.carry_out(operation))
            .await
            .unwrap_or_else(|_| {
                Err(unclear(ProviderProblem::error(format!(
                    "the simulated API did not answer within {} ms",
                    operation.timeout_ms
                ))))
            });
        match outcome {
            Ok(made) => {
                self.remember(token, made.clone());
                answers.done(token, made);
            }
            Err(failure) => answers.failed(token, *failure),
        }
    }

    async fn carry_out(&self, operation: &Operation) -> Result<Option<Made>, Failed> {
        let token = operation.token.to_string();
        let fate = self.faults.fate(&token, self.attempt(&token));
        let half = fate.latency / 2;
        self.moment(Moment::Before(operation.token));
        wait(half).await;
        self.before(operation, &fate)?;
        let done = match &operation.action {
            Action::Create { planned } => self.create(operation, planned, &fate).await,
            Action::Update { prior, planned } => self.update(operation, prior, planned).await,
            Action::Delete { prior } => self.delete(operation, prior).await,
        };
        self.moment(Moment::After(operation.token));
        wait(half).await;
        match (done, fate.lost) {
            (Ok(_), true) => Err(unclear(ProviderProblem::error(
                "the connection broke before the simulated API answered",
            ))),
            (done, _) => done,
        }
    }

    fn before(&self, operation: &Operation, fate: &Fate) -> Result<(), Failed> {
        if fate.throttled {
            let mut failure = Failure::refused(ProviderProblem::error(
                "the simulated API had too many requests",
            ))
            .retryable();
            failure.retry_after_ms = Some(self.faults.retry_after_ms);
            return Err(Box::new(failure));
        }
        if fate.refused {
            let problem = ProviderProblem::error("the simulated API is busy");
            return Err(Box::new(Failure::refused(problem).retryable()));
        }
        let at = match operation.action {
            Action::Create { .. } => "create",
            Action::Update { .. } => "update",
            Action::Delete { .. } => "delete",
        };
        match !self.twin && fails(operation, at) {
            true => Err(refused(
                ProviderProblem::error(format!("the object was told to fail at its {at}"))
                    .help("change its attribute `fail`"),
            )),
            false => Ok(()),
        }
    }

    async fn create(
        &self,
        operation: &Operation,
        planned: &Value,
        fate: &Fate,
    ) -> Result<Option<Made>, Failed> {
        let schema = self.resource(&operation.ty).map_err(refused)?;
        if schema.identity == IdentityClass::TagAtCreation
            && let Some(seen) = self.tagged(operation).await?
        {
            return self
                .made(&seen, operation, &seen.thing.attributes)
                .map(Some);
        }
        let filled = invent::fill(schema, planned, &name(operation));
        let create = self.creation(schema, operation, &filled, fate);
        let (unknown, takes) = (create.end_unknown, Duration::from_micros(create.takes_us));
        let seen = match self
            .world
            .ask(Request::Create(Box::new(create)))
            .await
            .map_err(lost)?
        {
            Reply::Thing(seen) => seen,
            Reply::Taken(seen) if seen.thing.owner == Some((&operation.ownership).into()) => seen,
            Reply::Taken(_) => {
                return Err(refused(
                    ProviderProblem::error("the name is taken in the simulated world")
                        .help("choose another name, or import the object that has it"),
                ));
            }
            _ => return Err(confused()),
        };
        wait(takes).await;
        if unknown {
            return Err(unclear(ProviderProblem::error(
                "the command began; nobody knows how it ended",
            )));
        }
        self.made(&seen, operation, &filled).map(Some)
    }

    fn creation(
        &self,
        schema: &ResourceSchema,
        operation: &Operation,
        filled: &Value,
        fate: &Fate,
    ) -> Create {
        let owner = Some(Owner::from(&operation.ownership));
        let thing = place::thing(schema, &operation.ty, &self.region, owner, filled);
        // Only what has an end of its own can end without anybody learning of it.
        let command = operation.ty == "sim_command";
        let runs = filled
            .get("name")
            .filter(|_| command)
            .and_then(Value::as_str);
        Create {
            thing: Thing {
                complete: !fate.partial || command,
                ..thing
            },
            class: schema.identity,
            token: operation.token.to_string(),
            remembers: remembers(schema),
            runs: runs.map(str::to_string),
            takes_us: delay(filled).as_micros().try_into().unwrap_or(u64::MAX),
            end_unknown: command && fate.unclear,
            hidden_us: fate.hidden.as_micros().try_into().unwrap_or(u64::MAX),
        }
    }

    async fn update(
        &self,
        operation: &Operation,
        prior: &Value,
        planned: &Value,
    ) -> Result<Option<Made>, Failed> {
        let schema = self.resource(&operation.ty).map_err(refused)?;
        let Some(seen) = self.locate(operation, prior).await? else {
            return Err(refused(
                ProviderProblem::error("the object is not in the simulated world any more")
                    .help("plan again: it will be made anew"),
            ));
        };
        // What was imported is nobody's yet.
        let owner = Owner::from(&operation.ownership);
        if !self.twin && seen.thing.owner.as_ref() != Some(&owner) {
            let number = seen.thing.number;
            let owner = Some(owner);
            let own = Request::Own { number, owner };
            self.world.ask(own).await.map_err(lost)?;
        }
        // By the operation too: what changes with each change is another value then.
        let name = format!("{}-{}", name(operation), &operation.token.to_string()[..4]);
        let filled = invent::fill(schema, planned, &name);
        let request = Request::Update {
            number: seen.thing.number,
            token: Some(operation.token.to_string()),
            attributes: filled.expose(),
        };
        wait(delay(&filled)).await;
        match self.world.ask(request).await.map_err(lost)? {
            Reply::Thing(seen) => self.made(&seen, operation, &filled).map(Some),
            _ => Err(confused()),
        }
    }

    async fn delete(&self, operation: &Operation, prior: &Value) -> Result<Option<Made>, Failed> {
        let Some(seen) = self.locate(operation, prior).await? else {
            return Ok(None);
        };
        let linger = Duration::from_millis(self.faults.linger_ms);
        let request = Request::Delete {
            number: seen.thing.number,
            token: Some(operation.token.to_string()),
            linger_us: linger.as_micros().try_into().unwrap_or(u64::MAX),
        };
        self.world.ask(request).await.map_err(lost)?;
        wait(linger).await;
        Ok(None)
    }

    /// The object of an operation, as it is now.
    async fn locate(&self, operation: &Operation, prior: &Value) -> Result<Option<Seen>, Failed> {
        let owner = Owner::from(&operation.ownership);
        let request = match place::unpack(&operation.private) {
            (Some(number), _) => Request::Get { number },
            (None, _) => Request::Owned {
                ty: operation.ty.clone(),
                owner: owner.clone(),
            },
        };
        let here = |s: &Seen| s.thing.region == self.region && s.thing.ty == operation.ty;
        match first(self.world.ask(request).await.map_err(lost)?).filter(here) {
            Some(seen) => Ok(Some(seen)),
            None => Ok(self.adopt(&operation.ty, owner, prior).await),
        }
    }

    /// What bears the tag of an operation's object already.
    async fn tagged(&self, operation: &Operation) -> Result<Option<Seen>, Failed> {
        let owner = Owner::from(&operation.ownership);
        let request = Request::Owned {
            ty: operation.ty.clone(),
            owner,
        };
        let Reply::Things(seen) = self.world.ask(request).await.map_err(lost)? else {
            return Err(confused());
        };
        Ok(seen.into_iter().find(|s| self.shows(s) && !s.leaving))
    }

    /// The object as it is; `filled` where that is the same, since it bears marks of secrets.
    fn made(&self, seen: &Seen, operation: &Operation, filled: &Value) -> Result<Made, Failed> {
        let mut made = place::made(&seen.thing, place::unpack(&operation.private).1);
        if made.attributes == filled.expose() {
            made.attributes = filled.clone();
        }
        match seen.thing.complete {
            true => Ok(made),
            false => Err(Box::new(Failure::partial(
                ProviderProblem::error("the simulated API stopped half way"),
                made,
            ))),
        }
    }

    fn moment(&self, moment: Moment) {
        if let Some(hook) = &self.hook {
            hook(moment);
        }
    }
}

/// Whether the other side keeps a record of tokens: an API that honours them, a host's runner.
pub(super) fn remembers(schema: &ResourceSchema) -> bool {
    schema.identity == IdentityClass::ClientToken
        || matches!(schema.containment, Containment::On(_))
}

/// What the values that are made up for an object are named after.
fn name(operation: &Operation) -> String {
    operation.ownership.object.to_string()[..10].to_string()
}

fn attributes(operation: &Operation) -> &Value {
    match &operation.action {
        Action::Create { planned } | Action::Update { planned, .. } => planned,
        Action::Delete { prior } => prior,
    }
}

/// How long an object was told to take.
fn delay(attributes: &Value) -> Duration {
    let ms = attributes
        .get("delay_ms")
        .and_then(Value::as_i64)
        .unwrap_or(0);
    Duration::from_millis(ms.try_into().unwrap_or(0))
}

async fn wait(time: Duration) {
    if time > Duration::ZERO {
        sleep(time).await;
    }
}

fn lost(lost: Lost) -> Failed {
    match lost.sent {
        true => unclear(unasked(&lost)),
        false => refused(unasked(&lost)),
    }
}

fn confused() -> Failed {
    unclear(ProviderProblem::error(
        "the simulated world answered something else",
    ))
}

fn refused(problem: ProviderProblem) -> Failed {
    Box::new(Failure::refused(problem))
}

fn unclear(problem: ProviderProblem) -> Failed {
    Box::new(Failure::unclear(problem))
}
