//! From a step to the operation that a provider is asked for: finished, and held against the plan.

use crate::refused::{Refused, told};
use crate::run::Run;
use model::{Address, BlockSchema, ObjectId, ResourceSchema, Token, Value};
use plan::{Action, Step, StepId};
use provider::{Action as Ask, Operation, Ownership, PlanRequest, ProviderProblem};
use state::{Change, Durations, Event, Intent, Object, Status};
use std::sync::Arc;

/// What a step comes to.
pub(crate) enum Prepared {
    /// A provider has to be asked.
    Ask(Box<Asked>),
    /// There is nothing to do any more.
    Nothing,
}

/// An operation, with the intent that is recorded before it.
pub(crate) struct Asked {
    pub(crate) step: StepId,
    pub(crate) operation: Operation,
    pub(crate) intent: Intent,
    /// As planned, finished; of a delete, as it was.
    pub(crate) planned: Value,
}

/// A step planned again, with what is known by now.
pub(crate) struct Replanned {
    pub(crate) planned: Value,
    pub(crate) private: Option<Arc<[u8]>>,
    /// Paths whose change takes another object, next to those that the schema names.
    pub(crate) replaced: Vec<model::AttrPath>,
    /// Whether the configuration still has something unknown in it.
    pub(crate) open: bool,
}

impl Run<'_> {
    /// What a changing step comes to, now that everything it waits for is done.
    pub(crate) fn prepare(&self, id: StepId) -> Result<Prepared, Box<Refused>> {
        let step = &self.plan.steps[id];
        match step.action {
            Action::Delete => self.prepare_delete(id, step),
            // Its machine stays, so it has to be taken off it.
            Action::GoesWith => self.prepare_delete(id, step),
            _ if self.kept.contains(&id) => self.prepare_update(id, step, true),
            Action::Update => self.prepare_update(id, step, false),
            Action::Import => self.prepare_import(id, step),
            _ => self.prepare_create(id, step),
        }
    }

    fn prepare_create(&self, id: StepId, step: &Step) -> Result<Prepared, Box<Refused>> {
        let (planned, private) = self.finished(step, None)?;
        let object = ObjectId::random();
        let deposes = match step.pair {
            Some(_) => self.state.current.get(&step.address).copied(),
            None => None,
        };
        let becomes = self.becomes(step, object, &planned, &private, None);
        let action = Ask::Create {
            planned: planned.clone(),
        };
        Ok(self.asked(
            id,
            step,
            object,
            Change::Create,
            action,
            planned,
            private,
            Some(becomes),
            deposes,
        ))
    }

    /// What is imported is changed in place, from how it was found; nothing is recorded of it
    /// before that is done.
    fn prepare_import(&self, id: StepId, step: &Step) -> Result<Prepared, Box<Refused>> {
        let object = step.object.unwrap_or_else(ObjectId::random);
        let prior = step.before.clone().unwrap_or(Value::NULL);
        let found = self.becomes(step, object, &prior, &step.private, None);
        let (planned, private) = self.finished(step, Some(&found))?;
        let becomes = self.becomes(step, object, &planned, &private, None);
        let action = Ask::Update {
            prior,
            planned: planned.clone(),
        };
        Ok(self.asked(
            id,
            step,
            object,
            Change::Update,
            action,
            planned,
            private,
            Some(becomes),
            None,
        ))
    }

    fn prepare_update(
        &self,
        id: StepId,
        step: &Step,
        kept: bool,
    ) -> Result<Prepared, Box<Refused>> {
        let Some(recorded) = self.recorded(step, kept) else {
            return Err(Box::<Refused>::from(ProviderProblem::error(
                "the object is not recorded any more",
            )));
        };
        let (planned, private) = self.finished(step, Some(&recorded))?;
        let schema = self.schema(step.address.ty());
        if schema
            .is_some_and(|s| plan::changes(&s.block, &recorded.attributes, &planned).is_empty())
        {
            return Ok(Prepared::Nothing);
        }
        let becomes = self.becomes(step, recorded.id, &planned, &private, Some(&recorded));
        let prior = recorded.attributes.clone();
        let action = Ask::Update {
            prior,
            planned: planned.clone(),
        };
        Ok(self.asked(
            id,
            step,
            recorded.id,
            Change::Update,
            action,
            planned,
            private,
            Some(becomes),
            None,
        ))
    }

    fn prepare_delete(&self, id: StepId, step: &Step) -> Result<Prepared, Box<Refused>> {
        let Some(recorded) = step
            .object
            .and_then(|o| self.state.objects.get(&o))
            .cloned()
        else {
            return Ok(Prepared::Nothing);
        };
        let prior = recorded.attributes.clone();
        let action = Ask::Delete {
            prior: prior.clone(),
        };
        let private = recorded.private.clone();
        Ok(self.asked(
            id,
            step,
            recorded.id,
            Change::Delete,
            action,
            prior,
            private,
            None,
            None,
        ))
    }

    fn recorded(&self, step: &Step, kept: bool) -> Option<Arc<Object>> {
        match kept {
            true => self.state.at(&step.address).cloned(),
            false => step
                .object
                .and_then(|o| self.state.objects.get(&o))
                .cloned(),
        }
    }

    #[allow(clippy::too_many_arguments)] // the parts of one operation, each of its own kind
    fn asked(
        &self,
        id: StepId,
        step: &Step,
        object: ObjectId,
        change: Change,
        action: Ask,
        planned: Value,
        private: Arc<[u8]>,
        becomes: Option<Object>,
        deposes: Option<ObjectId>,
    ) -> Prepared {
        let token = Token::random();
        let schema = self.schema(step.address.ty());
        let operation = Operation {
            token,
            ownership: self.ownership(object, &step.address),
            ty: step.address.ty().to_string(),
            action: match schema {
                Some(schema) => without_given(&schema.block, action),
                None => action,
            },
            private: private.to_vec(),
            timeout_ms: step.timeout_ms,
        };
        let fingerprints = self.context.fingerprints;
        let recorded = match schema {
            Some(schema) => plan::sealed_write_only(&schema.block, &planned, fingerprints),
            None => planned.clone(),
        };
        let intent = Intent {
            token,
            object,
            address: step.address.clone(),
            change,
            attributes: recorded,
            private,
            provider: step.provider.clone(),
            becomes: becomes.map(Box::new),
            deposes,
        };
        Prepared::Ask(Box::new(Asked {
            step: id,
            operation,
            intent,
            planned,
        }))
    }

    pub(crate) fn ownership(&self, object: ObjectId, address: &Address) -> Ownership {
        Ownership {
            lineage: self.state.lineage.unwrap_or(model::Lineage([0; 10])),
            object,
            hint: address.to_string(),
            epoch: self.context.epoch,
        }
    }

    /// The planned attributes with nothing unknown or sealed left that the core could finish;
    /// refused where they are other than the plan allows.
    fn finished(
        &self,
        step: &Step,
        prior: Option<&Object>,
    ) -> Result<(Value, Arc<[u8]>), Box<Refused>> {
        let after = step.after.clone().unwrap_or(Value::NULL);
        let Some(_) = &step.deferred else {
            return Ok((after, step.private.clone()));
        };
        let again = self.replanned(step, prior)?;
        if again.open {
            return Err(Box::<Refused>::from(
                ProviderProblem::error("something that it is made of is still not known")
                    .help("plan again: what it depends on did not come about as planned"),
            ));
        }
        let planned = again.planned;
        if let Some(path) = plan::refines(&after, &planned) {
            return Err(Box::<Refused>::from(
                ProviderProblem::error(format!(
                    "`{path}` came out other than planned, so nothing was changed"
                ))
                .help("plan again: what it depends on became something else than was planned"),
            ));
        }
        let private = match (again.private, prior) {
            (Some(private), _) => private,
            (None, Some(prior)) => prior.private.clone(),
            (None, None) => step.private.clone(),
        };
        Ok((planned, private))
    }

    /// A deferred step, planned again with everything that is known by now.
    pub(crate) fn replanned(
        &self,
        step: &Step,
        prior: Option<&Object>,
    ) -> Result<Replanned, Box<Refused>> {
        let (Some(deferred), Some(schema)) = (&step.deferred, self.schema(step.address.ty()))
        else {
            return Ok(Replanned {
                planned: step.after.clone().unwrap_or(Value::NULL),
                private: None,
                replaced: Vec::new(),
                open: false,
            });
        };
        let attributes = prior.map(|o| &o.attributes);
        let body = self.body(deferred)?;
        let (body, problems) = plan::load_files(&schema.block, body, self.context.world);
        if let Some((_, problem)) = problems.into_iter().next() {
            return Err(Box::new(told(problem)));
        }
        let refused = |e: model::ConvertError| {
            Box::<Refused>::from(ProviderProblem::error(format!(
                "a value has a wrong type: {e}"
            )))
        };
        let mut config = plan::shape(&schema.block, &body).map_err(refused)?;
        config = plan::conceal(&schema.block, &config, self.context.fingerprints);
        if let Some(problem) = crate::ephemeral::left_behind(&config) {
            return Err(problem.into());
        }
        let taints = step.reasons.contains(&plan::Reason::Tainted);
        let replaced = step.before.as_ref().filter(|_| step.replaces() && !taints);
        if let Some(prior) = attributes.or(replaced) {
            config = plan::ignoring(&schema.block, &config, prior, &deferred.ignored);
        }
        let proposed = plan::propose(&schema.block, &config, attributes);
        let Some(provider) = self.provider(&step.provider) else {
            return Err(Box::<Refused>::from(ProviderProblem::error(
                "its provider is not there",
            )));
        };
        let ty = &**step.address.ty();
        let private = prior.map_or(&*step.private, |o| &*o.private);
        let problems = provider.validate(ty, &config);
        let mut answer = provider.plan(&PlanRequest {
            ty,
            prior: attributes,
            config: &config,
            proposed: &proposed,
            private,
            existing: None,
        });
        let wrong = problems
            .into_iter()
            .chain(std::mem::take(&mut answer.problems));
        if let Some(problem) = wrong
            .into_iter()
            .find(|p| p.severity == provider::Severity::Error)
        {
            return Err(problem.into());
        }
        let planned = answer.planned.unwrap_or(proposed);
        Ok(Replanned {
            planned: plan::conceal(&schema.block, &planned, self.context.fingerprints),
            private: answer.private.map(Arc::from),
            replaced: answer.replaced,
            open: config.has_unknown(),
        })
    }

    /// What is recorded of the object once it is there, with the attributes as planned.
    fn becomes(
        &self,
        step: &Step,
        id: ObjectId,
        planned: &Value,
        private: &Arc<[u8]>,
        prior: Option<&Object>,
    ) -> Object {
        let schema = self.schema(step.address.ty());
        Object {
            id,
            address: step.address.clone(),
            status: Status::Ready,
            schema_version: step.schema_version,
            attributes: match schema {
                Some(schema) => {
                    let fingerprints = self.context.fingerprints;
                    plan::sealed_write_only(&schema.block, planned, fingerprints)
                }
                None => planned.clone(),
            },
            private: private.clone(),
            provider: step.provider.clone(),
            container: schema.and_then(|s| plan::lives_on(s, planned)),
            dependencies: step.dependencies.clone(),
            create_before_destroy: step.create_before_destroy,
            protected: step.protected,
            implementation: step.implementation.clone(),
            durations: prior.map_or_else(Durations::default, |p| p.durations),
            changed_at_ms: 0,
            changed_by: self.context.user.clone(),
        }
    }

    pub(crate) fn schema(&self, ty: &str) -> Option<&ResourceSchema> {
        self.context
            .schemas
            .values()
            .find_map(|s| s.resources.get(ty))
    }

    /// What a step that asks nobody records.
    pub(crate) fn recorded_only(&self, step: &Step) -> Vec<Event> {
        let Some(object) = step.object.and_then(|o| self.state.objects.get(&o)) else {
            return Vec::new();
        };
        match step.action {
            Action::Forget => vec![Event::Forgotten(object.id)],
            Action::GoesWith => vec![Event::Vanished(object.id)],
            Action::Record => {
                let mut now = Object::clone(object);
                now.attributes = match &step.after {
                    Some(after) if !after.has_unknown() => {
                        plan::with_content(after, self.context.fingerprints)
                    }
                    _ => now.attributes,
                };
                now.container = step.container.clone().or(now.container);
                now.dependencies = step.dependencies.clone();
                now.implementation = step.implementation.clone();
                now.create_before_destroy = step.create_before_destroy;
                now.protected = step.protected;
                vec![Event::Put(Box::new(now))]
            }
            _ => Vec::new(),
        }
    }
}

/// Of what was there before, a provider gets nothing that it is only ever handed.
pub(crate) fn without_given(schema: &BlockSchema, action: Ask) -> Ask {
    match action {
        Ask::Create { .. } => action,
        Ask::Update { prior, planned } => Ask::Update {
            prior: plan::without_write_only(schema, &prior),
            planned,
        },
        Ask::Delete { prior } => Ask::Delete {
            prior: plan::without_write_only(schema, &prior),
        },
    }
}
