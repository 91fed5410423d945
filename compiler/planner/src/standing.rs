//! What stands at an address now: as recorded, brought up to date by what was read.

use crate::decide::Case;
use crate::left_out::Silent;
use crate::observed::Ask;
use crate::pass::Pass;
use crate::replacement::other_machine;
use crate::resource::Block;
use model::{Containment, Fingerprint, IdentityClass, Value, differences};
use plan::reconcile;
use provider::{Host, ReadAnswer, ReadRequest};
use state::Object;
use std::sync::Arc;

/// What stands at an address now.
pub(crate) enum Standing {
    /// It has been asked; the answer comes with the next round.
    Asked,
    /// Nothing, as far as known; something may stand at its place that nobody recorded.
    Nothing {
        existing: Option<Value>,
        vanished: bool,
    },
    /// The object, as it is.
    Object(Arc<Object>),
    /// Nobody can tell, which is reported, or why it is left out.
    Refused,
}

impl Pass<'_> {
    /// What stands at the address: recorded, brought up to date by what was read.
    pub(crate) fn standing(&mut self, block: &Block<'_>, case: &Case<'_>) -> Standing {
        let object = self.object_at(case.address).cloned();
        let object = match object.map(|o| self.upgraded(block, case, o)) {
            Some(None) => return Standing::Refused,
            Some(Some(object)) => Some(object),
            None => None,
        };
        if case.schema.recorded_only {
            return match object {
                Some(object) => Standing::Object(object),
                None => Standing::Nothing {
                    existing: None,
                    vanished: false,
                },
            };
        }
        match object {
            Some(object) => self.stands_recorded(block, case, object),
            None => self.stands_unrecorded(block, case),
        }
    }

    fn upgraded(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        object: Arc<Object>,
    ) -> Option<Arc<Object>> {
        if object.schema_version == case.schema.version {
            return Some(object);
        }
        let provider = self.input.providers.get(&block.connection.name)?;
        let attributes = object.attributes.clone();
        match provider.upgrade(&block.resource.ty, object.schema_version, attributes) {
            Ok(attributes) => {
                let mut upgraded = Object::clone(&object);
                upgraded.attributes = attributes;
                upgraded.schema_version = case.schema.version;
                let upgraded = Arc::new(upgraded);
                self.brought_up.insert(object.id, upgraded.clone());
                Some(upgraded)
            }
            Err(problem) => {
                self.report("LF0320", block, case.address, problem);
                None
            }
        }
    }

    fn stands_recorded(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        object: Arc<Object>,
    ) -> Standing {
        use crate::Refresh;
        let skip = match self.input.options.refresh {
            Refresh::None => true,
            Refresh::Touched => self.is_settled(block, case, &object),
            Refresh::Bulk | Refresh::All => false,
        };
        // On a machine that is another one from now on, there is nothing of it to be read.
        let moves_away = other_machine(case.schema, &object, &case.config);
        if skip || (moves_away && !self.machine_stays(&object)) {
            self.plan.unread.objects += usize::from(skip);
            return Standing::Object(object);
        }
        let mut asked = object.attributes.clone();
        if let Containment::On(attribute) = case.schema.containment
            && !moves_away
            && let Some(host) = case
                .config
                .get(attribute)
                .filter(|h| Host::from_value(h).is_some())
        {
            asked = asked.with(attribute, host.clone());
        }
        let connection = self.connection_of_object(&object, &block.connection);
        self.read_object(&connection, case.schema, &object, asked)
            .map_or(Standing::Asked, |answer| {
                self.answered(block, case, object, answer)
            })
    }

    fn answered(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        object: Arc<Object>,
        answer: ReadAnswer,
    ) -> Standing {
        match self.brought_up_to_date(case.schema, &object, answer) {
            Ok(Some(object)) => Standing::Object(object),
            Ok(None) => Standing::Nothing {
                existing: None,
                vanished: true,
            },
            Err(None) => Standing::Object(object),
            Err(Some((silent, problem))) => {
                let problem = self.told("LF0321", block, case.address, problem);
                self.leave_unreached(case.address, silent, problem, &block.dependencies);
                Standing::Refused
            }
        }
    }

    /// Whether what is to be made would stand on a host that is known not to answer, which
    /// leaves it out.
    pub(crate) fn is_behind_silence(&mut self, block: &Block<'_>, case: &Case<'_>) -> bool {
        let Containment::On(attribute) = case.schema.containment else {
            return false;
        };
        let host = case.config.get(attribute);
        let Some(id) = host.and_then(Host::identity_key) else {
            return false;
        };
        let Some(problem) = self.silent(&id) else {
            return false;
        };
        let silent = self.silent_host(&id, host);
        let problem = self.told("LF0321", block, case.address, problem);
        self.leave_unreached(case.address, silent, problem, &block.dependencies);
        true
    }

    /// Whether the object would stay as recorded, for `--refresh=touched`.
    fn is_settled(&self, block: &Block<'_>, case: &Case<'_>, object: &Object) -> bool {
        let proposed = plan::propose(&case.schema.block, &case.config, Some(&object.attributes));
        let answer = self.ask_plan(
            block,
            case,
            Some(&object.attributes),
            &proposed,
            &object.private,
            None,
        );
        let planned = answer.and_then(|a| a.planned).unwrap_or(proposed);
        differences(&object.attributes, &planned).is_empty()
    }

    /// Nothing is recorded: on a host, something may stand at the place all the same.
    fn stands_unrecorded(&mut self, block: &Block<'_>, case: &Case<'_>) -> Standing {
        let nothing = Standing::Nothing {
            existing: None,
            vanished: false,
        };
        let natural = case.schema.identity == IdentityClass::NaturalKey;
        let Containment::On(attribute) = case.schema.containment else {
            return nothing;
        };
        let host = case.config.get(attribute);
        if host.and_then(Host::from_value).is_none() || host.and_then(Host::identity_key).is_none()
        {
            return nothing;
        }
        if self.is_behind_silence(block, case) {
            return Standing::Refused;
        }
        if !natural {
            return nothing;
        }
        let proposed = plan::propose(&case.schema.block, &case.config, None);
        let Some(lineage) = self.input.state.lineage.or(Some(model::Lineage([0; 10]))) else {
            return nothing;
        };
        let request = ReadRequest {
            ty: block.resource.ty.to_string(),
            attributes: proposed.clone(),
            private: Vec::new(),
            all: false,
            lineage,
            object: None,
        };
        let of = Fingerprint::of(&Value::tuple(vec![
            Value::string(block.resource.ty.clone()),
            Value::string(block.connection.key.0.clone()),
            block.connection.config.clone(),
            proposed.clone(),
        ]));
        let key = Fingerprint::derive("look", &[of]);
        match self.input.observed.objects.get(&key).cloned() {
            None => {
                self.ask(
                    key,
                    block,
                    case.address.clone(),
                    Ask::Object(Box::new(request)),
                );
                Standing::Asked
            }
            Some(ReadAnswer::Absent) => nothing,
            Some(ReadAnswer::Present { made, .. }) => {
                let fingerprints = self.input.world.fingerprints;
                let known = Some(&proposed);
                let existing = reconcile(&case.schema.block, known, &made.attributes, fingerprints);
                Standing::Nothing {
                    existing: Some(existing),
                    vanished: false,
                }
            }
            // Started by this plan, or looked at above.
            Some(ReadAnswer::Unreachable(_)) => nothing,
            Some(ReadAnswer::Failed(problem)) => {
                let silent = Silent::Place(case.address.clone());
                let problem = self.told("LF0321", block, case.address, problem);
                self.leave_unreached(case.address, silent, problem, &block.dependencies);
                Standing::Refused
            }
        }
    }
}
