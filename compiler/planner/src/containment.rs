//! Machines and what lives on them; and reading objects where they live.

use crate::left_out::Silent;
use crate::observed::Ask;
use crate::pass::{ConnectionValue, Pass};
use diagnostics::Problem;
use model::{Containment, Fingerprint, ResourceSchema, Value};
use plan::{Action, Drift, Rests, digest_of, machine_of, reconcile};
use provider::{ProviderProblem, ReadAnswer, ReadRequest};
use state::{Object, ProviderKey};
use std::sync::Arc;

impl Pass<'_> {
    /// Whether the machine that an object lives on is there and stays.
    pub(crate) fn machine_stays(&self, object: &Object) -> bool {
        let Some(container) = &object.container else {
            return true;
        };
        !self
            .machine_steps(container)
            .any(|a| matches!(a, Action::Delete | Action::GoesWith))
    }

    /// Whether a step of this plan does anything to a machine.
    pub(crate) fn machine_changes(&self, id: &str) -> bool {
        self.machine_steps(id).next().is_some()
    }

    fn machine_steps(&self, id: &str) -> impl Iterator<Item = Action> {
        self.plan
            .steps
            .iter()
            .filter(|s| s.action.changes())
            .filter_map(move |step| {
                let (_, schema) = self.input.providers.resource(step.address.ty())?;
                if !matches!(schema.containment, Containment::Machine(_)) {
                    return None;
                }
                let object = step.object.and_then(|o| self.object(o))?;
                (machine_of(schema, &object.attributes).as_deref() == Some(id))
                    .then_some(step.action)
            })
    }

    /// The answer to the question how an object is; asks where there is none yet.
    pub(crate) fn read_object(
        &mut self,
        connection: &ConnectionValue,
        schema: &ResourceSchema,
        object: &Object,
        asked: Value,
    ) -> Option<ReadAnswer> {
        let asked = plan::without_write_only(&schema.block, &asked);
        let of = Fingerprint::of(&Value::tuple(vec![
            Value::string(object.address.ty().clone()),
            Value::string(connection.key.0.clone()),
            connection.config.clone(),
            Value::string(object.id.to_string()),
            asked.clone(),
        ]));
        let key = Fingerprint::derive("read", &[of]);
        if let Some(answer) = self.input.observed.objects.get(&key) {
            let digest = digest_of(answer);
            self.plan.rests.push(Rests {
                address: object.address.clone(),
                object: Some(object.id),
                provider: connection.key.clone(),
                asked,
                private: object.private.clone(),
                digest,
            });
            self.uses(connection);
            return Some(answer.clone());
        }
        let request = ReadRequest {
            ty: object.address.ty().to_string(),
            attributes: asked,
            private: object.private.to_vec(),
            all: self.input.options.refresh == crate::Refresh::All,
            lineage: self.input.state.lineage?,
            object: Some(object.id),
        };
        self.ask_through(
            key,
            connection,
            object.address.clone(),
            Ask::Object(Box::new(request)),
        );
        None
    }

    /// The object as the answer says it is; none where it is gone. Without a problem where nobody
    /// can tell now, which is no harm.
    pub(crate) fn brought_up_to_date(
        &mut self,
        schema: &ResourceSchema,
        object: &Arc<Object>,
        answer: ReadAnswer,
    ) -> Result<Option<Arc<Object>>, Option<(Silent, ProviderProblem)>> {
        match answer {
            ReadAnswer::Present { made, .. } => {
                for broken in provider::check::read(schema, object.address.ty(), &made) {
                    self.sink.push(
                        Problem::error("LF0390", "a provider broke its contract")
                            .on(&object.address)
                            .detail(broken)
                            .help("this is a bug of the provider; nothing was changed"),
                    );
                }
                let key = self.input.world.fingerprints;
                let known = Some(&object.attributes);
                let attributes = reconcile(&schema.block, known, &made.attributes, key);
                let attributes = with_recorded_way(schema, object, attributes);
                if model::differences(&object.attributes, &attributes).is_empty() {
                    return Ok(Some(object.clone()));
                }
                Ok(Some(self.drifted(object, attributes, made.private)))
            }
            ReadAnswer::Absent => {
                self.drift.insert(
                    object.id,
                    Drift {
                        address: object.address.clone(),
                        before: object.attributes.clone(),
                        after: None,
                        object: None,
                        id: object.id,
                    },
                );
                Ok(None)
            }
            ReadAnswer::Unreachable(problem) => {
                let container = object.container.clone().unwrap_or_else(|| Arc::from(""));
                if self.machine_changes(&container) {
                    return Err(None);
                }
                if self.input.options.forget_unreachable {
                    return self.brought_up_to_date(schema, object, ReadAnswer::Absent);
                }
                let host = match schema.containment {
                    Containment::On(attribute) => object.attributes.get(attribute),
                    _ => None,
                };
                let silent = match container.is_empty() {
                    true => Silent::Place(object.address.clone()),
                    false => self.silent_host(&container, host),
                };
                let more = "to plan without what is on it, say `--forget-unreachable`: its objects \
                            are taken out of the state and nothing of them is deleted";
                let help = match &problem.help {
                    Some(help) => format!("{help}; {more}"),
                    None => more.to_string(),
                };
                Err(Some((silent, problem.help(help))))
            }
            ReadAnswer::Failed(problem) => {
                Err(Some((Silent::Place(object.address.clone()), problem)))
            }
        }
    }

    /// The connection that an object is behind: that of its block, unless that leads somewhere
    /// else by now. "Not found" counts only where the object was made.
    pub(crate) fn connection_of_object(
        &mut self,
        object: &Object,
        present: &ConnectionValue,
    ) -> ConnectionValue {
        let state = self.input.state;
        let now = self.input.observed.identities.get(&present.key);
        let then = state.providers.get(&object.provider);
        match (now, then) {
            (Some(now), Some(then)) if *now != then.identity => {
                if object.provider != present.key {
                    return self.connection_of_record(&object.provider);
                }
                let key = format!("{}@{}", object.provider.0, then.identity);
                ConnectionValue {
                    key: ProviderKey(key.into()),
                    name: then.provider.clone(),
                    config: then.config.clone(),
                    deferred: None,
                }
            }
            _ => present.clone(),
        }
    }

    /// A saved plan rests on nothing that it leaves out.
    pub(crate) fn rest_on_what_was_read(&mut self) {
        let mut rests = std::mem::take(&mut self.plan.rests);
        if !self.plan.left_out.is_empty() {
            rests.retain(|r| !self.is_left_out(&r.address));
        }
        self.plan.rests = rests;
    }

    fn drifted(
        &mut self,
        object: &Arc<Object>,
        attributes: Value,
        private: Vec<u8>,
    ) -> Arc<Object> {
        let mut now = Object::clone(object);
        now.attributes = attributes;
        now.private = Arc::from(private);
        let now = Arc::new(now);
        self.brought_up.insert(object.id, now.clone());
        self.drift.insert(
            object.id,
            Drift {
                address: object.address.clone(),
                before: object.attributes.clone(),
                after: Some(now.attributes.clone()),
                object: Some(Box::new(Object::clone(&now))),
                id: object.id,
            },
        );
        now
    }
}

/// How a machine is reached is the configuration's to say, and nothing that drifts.
fn with_recorded_way(schema: &ResourceSchema, object: &Object, attributes: Value) -> Value {
    match schema.containment {
        Containment::On(name) => match object.attributes.get(name) {
            Some(way) => attributes.with(name, way.clone()),
            None => attributes,
        },
        _ => attributes,
    }
}
