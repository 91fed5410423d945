//! Takes back what a rollout changed: instance by instance, backwards, from before-images.

use crate::run::Run;
use model::{Token, Value};
use plan::{Action, Step, StepId};
use provider::{Action as Ask, Answer, Operation, ProviderProblem, answers};
use state::{Change, Event, Intent, Object, Outcome, Recorded};
use std::sync::Arc;

impl Run<'_> {
    /// Takes back every step of a rollout that was done; false where one could not be.
    pub(crate) async fn revert(&mut self, index: usize) -> bool {
        let rolls = |id: &StepId| self.plan.steps[*id].rollout == Some(index);
        let done = self.done_in_order.iter().rev().copied();
        let steps: Vec<StepId> = done.filter(rolls).collect();
        let mut whole = true;
        for id in steps {
            if let Err(problem) = self.take_back(id).await {
                self.fail_step_again(id, *problem);
                whole = false;
            }
        }
        whole
    }

    fn fail_step_again(&mut self, id: StepId, problem: ProviderProblem) {
        let step = &self.plan.steps[id];
        let failed = crate::Failed {
            address: step.address.clone(),
            action: step.action,
            problem: problem.help("the rollout could not be taken back in full; plan again"),
            elapsed_ms: 0,
        };
        self.context
            .watch
            .tell(crate::Event::Failed(failed.clone()));
        self.report.failed.push(failed);
    }

    async fn take_back(&mut self, id: StepId) -> Result<(), Box<ProviderProblem>> {
        let step = &self.plan.steps[id];
        let now = self.state.at(&step.address).cloned();
        let before = step.before.clone();
        match (step.action, now, before) {
            // It stayed after all, and was only changed.
            (Action::Create, Some(now), Some(before)) if self.kept.contains(&id) => {
                self.change_back(step, &now, before).await
            }
            // The object is another one than before: it goes, and the old one is made again,
            // unless it is still there.
            (Action::Create, Some(now), _) if let Some(old) = self.old_one(step) => {
                self.operate(step, Change::Delete, Some(&now), now.attributes.clone())
                    .await?;
                self.put_back(old).await
            }
            (Action::Create, Some(now), before) if step.replaces() => {
                self.operate(step, Change::Delete, Some(&now), now.attributes.clone())
                    .await?;
                let before = self.without_computed(step, before.unwrap_or(Value::NULL));
                self.operate(step, Change::Create, None, before).await
            }
            (Action::Create | Action::Adopt, Some(now), _) => {
                self.operate(step, Change::Delete, Some(&now), now.attributes.clone())
                    .await
            }
            (Action::Update, Some(now), Some(before)) => self.change_back(step, &now, before).await,
            (Action::Record, Some(now), _) => match self.before.get(&now.id) {
                Some(before) => self.put_back(before.clone()).await,
                None => Ok(()),
            },
            // An old object that was deleted before its new one could be made.
            (Action::Delete, None, Some(before)) => {
                let before = self.without_computed(step, before);
                self.operate(step, Change::Create, None, before).await
            }
            _ => Ok(()),
        }
    }

    async fn change_back(
        &mut self,
        step: &Step,
        now: &Arc<Object>,
        before: Value,
    ) -> Result<(), Box<ProviderProblem>> {
        if model::differences(&now.attributes, &before).is_empty() {
            return match self.before.get(&now.id) {
                Some(before) => self.put_back(before.clone()).await,
                None => Ok(()),
            };
        }
        self.operate(step, Change::Update, Some(now), before).await
    }

    /// The object that a new one was made beside, where it is still there.
    fn old_one(&self, step: &Step) -> Option<Arc<Object>> {
        let old = self.plan.steps[step.pair?].object?;
        self.state.objects.get(&old)?;
        self.before.get(&old).cloned()
    }

    async fn put_back(&mut self, object: Arc<Object>) -> Result<(), Box<ProviderProblem>> {
        if self.state.objects.get(&object.id) == Some(&object) {
            return Ok(());
        }
        match self
            .record(vec![Event::Put(Box::new(Object::clone(&object)))])
            .await
        {
            true => Ok(()),
            false => Err(Box::new(ProviderProblem::error(
                "nothing could be recorded any more",
            ))),
        }
    }

    /// What the provider decided of the old object, it decides again.
    fn without_computed(&self, step: &Step, before: Value) -> Value {
        let Some(schema) = self.schema(step.address.ty()) else {
            return before;
        };
        let mut config = before;
        for attribute in schema.block.attributes.iter().filter(|a| a.is_computed()) {
            config = config.with(attribute.name, Value::Null(attribute.ty.clone()));
        }
        let proposed = plan::propose(&schema.block, &config, None);
        let Some(provider) = self.provider(&step.provider) else {
            return proposed;
        };
        let answer = provider.plan(&provider::PlanRequest {
            ty: step.address.ty(),
            prior: None,
            config: &config,
            proposed: &proposed,
            private: &[],
            existing: None,
        });
        let planned = answer.planned.unwrap_or(proposed);
        plan::conceal(&schema.block, &planned, self.context.fingerprints)
    }

    /// One operation with its intent and its outcome, waited for.
    async fn operate(
        &mut self,
        step: &Step,
        change: Change,
        prior: Option<&Arc<Object>>,
        to: Value,
    ) -> Result<(), Box<ProviderProblem>> {
        let token = Token::random();
        let id = prior.map_or_else(model::ObjectId::random, |p| p.id);
        // As it was, but for what is changed back: dependencies, protection.
        let mut becomes = prior
            .map(|p| Object::clone(self.before.get(&p.id).unwrap_or(p)))
            .unwrap_or_else(|| self.new_object(step, id));
        becomes.attributes = to.clone();
        let action = match (change, prior) {
            (Change::Create, _) => Ask::Create {
                planned: to.clone(),
            },
            (Change::Update, Some(p)) => Ask::Update {
                prior: p.attributes.clone(),
                planned: to.clone(),
            },
            _ => Ask::Delete { prior: to.clone() },
        };
        let private: Arc<[u8]> = prior.map_or_else(|| Arc::from([]), |p| p.private.clone());
        let intent = Intent {
            token,
            object: id,
            address: step.address.clone(),
            change,
            attributes: to.clone(),
            private: private.clone(),
            provider: step.provider.clone(),
            becomes: (change != Change::Delete).then(|| Box::new(becomes.clone())),
            deposes: None,
        };
        let connection = self.connection(&step.provider).await.map_err(Box::new)?;
        if !self.record(vec![Event::Intent(intent)]).await {
            return Err(Box::new(ProviderProblem::error(
                "nothing could be recorded any more",
            )));
        }
        let operation = Operation {
            token,
            ownership: self.ownership(id, &step.address),
            ty: step.address.ty().to_string(),
            action,
            private: private.to_vec(),
            timeout_ms: step.timeout_ms,
        };
        let (sender, mut receiver) = answers();
        connection.apply(vec![operation], sender).await;
        let mut last = None;
        while let Some((_, answer)) = receiver.recv().await {
            if !matches!(answer, Answer::Progress(_)) {
                last = Some(answer);
            }
        }
        let (recorded, problem) = self.taken_back(change, becomes, last);
        let event = Event::Outcome(Outcome { token, recorded });
        if !self.record(vec![event]).await {
            return Err(Box::new(ProviderProblem::error(
                "nothing could be recorded any more",
            )));
        }
        problem.map_or(Ok(()), |p| Err(Box::new(p)))
    }

    fn taken_back(
        &self,
        change: Change,
        mut becomes: Object,
        answer: Option<Answer>,
    ) -> (Recorded, Option<ProviderProblem>) {
        let schema = self.schema(becomes.address.ty());
        match answer {
            Some(Answer::Done(_)) if change == Change::Delete => (Recorded::Removed, None),
            Some(Answer::Done(Some(made))) => {
                if let Some(schema) = schema {
                    let (planned, key) = (&becomes.attributes, self.context.fingerprints);
                    let value =
                        plan::reconcile(&schema.block, Some(planned), &made.attributes, key);
                    becomes.attributes = plan::with_content(&value, key);
                    becomes.container = plan::lives_on(schema, &becomes.attributes);
                }
                becomes.private = Arc::from(made.private);
                (Recorded::Object(Box::new(becomes)), None)
            }
            Some(Answer::Failed(failure)) => {
                let recorded = match failure.certainty {
                    provider::Certainty::NotDone => Recorded::NotDone,
                    provider::Certainty::Unknown => Recorded::Unclear {
                        message: failure.problem.message.clone(),
                    },
                };
                (recorded, Some(failure.problem))
            }
            _ => {
                let problem = ProviderProblem::error("the provider ended without an answer");
                (
                    Recorded::Unclear {
                        message: problem.message.clone(),
                    },
                    Some(problem),
                )
            }
        }
    }

    pub(crate) fn new_object(&self, step: &Step, id: model::ObjectId) -> Object {
        Object {
            id,
            address: step.address.clone(),
            status: state::Status::Ready,
            schema_version: step.schema_version,
            attributes: Value::NULL,
            private: Arc::from([]),
            provider: step.provider.clone(),
            container: step.container.clone(),
            dependencies: step.dependencies.clone(),
            create_before_destroy: step.create_before_destroy,
            protected: step.protected,
            implementation: None,
            durations: state::Durations::default(),
            changed_at_ms: 0,
            changed_by: self.context.user.clone(),
        }
    }
}
