//! What came of an operation: recorded, tried again, or left open to be settled.

use crate::context::Event as Told;
use crate::run::{Message, OpenEnd, Run, UnderWay};
use model::{ObjectId, Token, Value};
use plan::{Step, StepId};
use provider::{Action as Ask, Answer, Certainty, Failure, Made, ProviderProblem};
use state::{Durations, Event, Object, Outcome, Recorded, Status};
use std::sync::Arc;
use std::time::Duration;

/// The most times that an operation is sent.
const MOST_ATTEMPTS: u32 = 8;
/// The longest wait between two of them, in ms.
const LONGEST_WAIT_MS: u64 = 30_000;

/// An operation that ended, once its outcome is durable.
pub(crate) struct Ended {
    pub(crate) token: Token,
    pub(crate) under_way: UnderWay,
    pub(crate) problem: Option<ProviderProblem>,
    /// Whether nobody knows its end: it is asked for before the run ends.
    pub(crate) unclear: bool,
}

impl Run<'_> {
    /// The events of an answer; none where the operation is not over.
    pub(crate) fn outcome(&mut self, token: Token, answer: Answer) -> Option<(Vec<Event>, Ended)> {
        if let Answer::Failed(failure) = &answer
            && self.tries_again(token, failure)
        {
            return None;
        }
        let under_way = self.under_way.remove(&token)?;
        let elapsed_ms = under_way.began.elapsed().as_millis() as u64;
        let (recorded, problem) = match answer {
            Answer::Progress(_) => return None,
            Answer::Done(made) => self.done(&under_way, made, elapsed_ms),
            Answer::Failed(failure) => self.failed(&under_way, *failure),
        };
        let unclear = matches!(recorded, Recorded::Unclear { .. });
        let event = Event::Outcome(Outcome { token, recorded });
        Some((
            vec![event],
            Ended {
                token,
                under_way,
                problem,
                unclear,
            },
        ))
    }

    /// What a batch left without an answer.
    pub(crate) fn unanswered(&mut self, sent: Vec<(Token, u32)>) -> Vec<(Vec<Event>, Ended)> {
        // One that is to be tried again has been answered, and waits; or it was sent again in
        // another batch.
        let silent = |(token, attempt): &(Token, u32)| {
            let now = self.under_way.get(token).map(|u| u.attempts);
            now == Some(*attempt) && !self.retrying.contains(token)
        };
        let waiting = sent.into_iter().filter(silent).map(|(token, _)| token);
        let waiting: Vec<Token> = waiting.collect();
        Self::silent(waiting)
            .filter_map(|(token, answer)| self.outcome(token, answer))
            .collect()
    }

    /// Once the outcome is durable: tells of it, and makes room for what waited.
    pub(crate) async fn ended(&mut self, ended: Ended) {
        let Ended {
            token,
            under_way,
            problem,
            unclear,
        } = ended;
        let elapsed_ms = under_way.began.elapsed().as_millis() as u64;
        let address = &self.plan.steps[under_way.step].address;
        let (failed, attempts) = (problem.is_some(), under_way.attempts);
        tracing::debug!(%address, %token, elapsed_ms, attempts, failed, unclear, "it ended");
        self.leaves_lane(&under_way.lane);
        match problem {
            None => self.done_well(under_way.step, elapsed_ms, false),
            // Nobody knows: it is asked for once nothing else is under way.
            Some(problem) if unclear => self.open_ends.push(OpenEnd {
                token,
                step: under_way.step,
                problem,
                elapsed_ms,
            }),
            Some(problem) => self.fail(under_way.step, problem, elapsed_ms),
        }
    }

    fn tries_again(&mut self, token: Token, failure: &Failure) -> bool {
        let certain = failure.certainty == Certainty::NotDone && failure.partial.is_none();
        if !failure.retryable || !certain || self.stopping {
            return false;
        }
        let Some(under_way) = self.under_way.get(&token) else {
            return false;
        };
        let step = &self.plan.steps[under_way.step];
        let waited = under_way.began.elapsed().as_millis() as u64;
        if under_way.attempts >= MOST_ATTEMPTS || waited > step.timeout_ms.max(1000) {
            return false;
        }
        let doubled = 250u64 << under_way.attempts.min(7);
        // Spread, so that those who were refused together don't come back together.
        let spread = u64::from(token.0[0]) * doubled / 512;
        let after_ms = failure
            .retry_after_ms
            .unwrap_or(doubled + spread)
            .min(LONGEST_WAIT_MS);
        self.context.watch.tell(Told::Retry {
            address: step.address.clone(),
            message: failure.problem.message.clone(),
            after_ms,
        });
        self.retrying.insert(token);
        let sender = self.sender.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            let _ = sender.send(Message::Again(token));
        });
        true
    }

    fn done(
        &self,
        under_way: &UnderWay,
        made: Option<Made>,
        elapsed_ms: u64,
    ) -> (Recorded, Option<ProviderProblem>) {
        if matches!(under_way.operation.action, Ask::Delete { .. }) {
            return (Recorded::Removed, None);
        }
        let Some(made) = made else {
            let problem = ProviderProblem::error("the provider gave nothing for what it made");
            let message = problem.message.clone();
            return (Recorded::Unclear { message }, Some(problem));
        };
        let step = &self.plan.steps[under_way.step];
        let broken = match self.schema(step.address.ty()) {
            Some(schema) => {
                provider::check::outcome(schema, step.address.ty(), &under_way.planned, &made)
            }
            None => Vec::new(),
        };
        let mut object = self.as_made(under_way, &made);
        match under_way.operation.action {
            Ask::Create { .. } => object.durations.create_ms = Some(elapsed_ms),
            _ => object.durations.update_ms = Some(elapsed_ms),
        }
        let problem = (!broken.is_empty()).then(|| {
            let mut problem = ProviderProblem::error("a provider broke its contract")
                .help("this is a bug of the provider; what it made is recorded as it is");
            problem.details = broken;
            problem
        });
        (Recorded::Object(Box::new(object)), problem)
    }

    fn failed(
        &self,
        under_way: &UnderWay,
        failure: Failure,
    ) -> (Recorded, Option<ProviderProblem>) {
        let creates = matches!(under_way.operation.action, Ask::Create { .. });
        let recorded = match (&failure.partial, failure.certainty) {
            (Some(made), _) => {
                let mut object = self.as_made(under_way, made);
                // Whether it came as far as to what nobody can read is not known.
                if let Some(schema) = self.schema(object.address.ty()) {
                    object.attributes = plan::without_write_only(&schema.block, &object.attributes);
                }
                if creates {
                    object.status = Status::Tainted;
                }
                Recorded::Object(Box::new(object))
            }
            (None, Certainty::NotDone) => Recorded::NotDone,
            (None, Certainty::Unknown) => Recorded::Unclear {
                message: failure.problem.message.clone(),
            },
        };
        (recorded, Some(failure.problem))
    }

    /// The object to be recorded: secrets as secrets, each with the fingerprint of its content.
    fn as_made(&self, under_way: &UnderWay, made: &Made) -> Object {
        let intent = self.state.open.get(&under_way.operation.token);
        let becomes = intent.and_then(|o| o.intent.becomes.as_deref().cloned());
        let mut object = becomes.unwrap_or_else(|| self.fallback(under_way));
        object.attributes = self.recordable(&under_way.step, &under_way.planned, &made.attributes);
        object.private = Arc::from(made.private.as_slice());
        let schema = self.schema(object.address.ty());
        object.container = schema.and_then(|s| plan::lives_on(s, &object.attributes));
        object
    }

    fn recordable(&self, step: &StepId, planned: &Value, made: &Value) -> Value {
        let Some(schema) = self.schema(self.plan.steps[*step].address.ty()) else {
            return made.clone();
        };
        let value = plan::reconcile(
            &schema.block,
            Some(planned),
            made,
            self.context.fingerprints,
        );
        let value = plan::sealed_write_only(&schema.block, &value, self.context.fingerprints);
        plan::with_content(&value, self.context.fingerprints)
    }

    /// Only where an intent is not open any more, which the log does not allow.
    fn fallback(&self, under_way: &UnderWay) -> Object {
        let id = under_way.operation.ownership.object;
        match self.state.objects.get(&id) {
            Some(object) => Object::clone(object),
            None => self.new_object(&self.plan.steps[under_way.step], id),
        }
    }
    fn new_object(&self, step: &Step, id: ObjectId) -> Object {
        Object {
            id,
            address: step.address.clone(),
            status: Status::Ready,
            schema_version: step.schema_version,
            attributes: Value::NULL,
            private: Arc::from([]),
            provider: step.provider.clone(),
            container: step.container.clone(),
            dependencies: step.dependencies.clone(),
            create_before_destroy: step.create_before_destroy,
            protected: step.protected,
            implementation: step.implementation.clone(),
            durations: Durations::default(),
            changed_at_ms: 0,
            changed_by: self.context.user.clone(),
        }
    }
}
