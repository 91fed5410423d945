//! Events on disk.

use super::lease::{EncodedLease, decode_lease, encode_lease};
use super::object::{decode_output, encode_output};
use super::rollout::{EncodedMove, decode_move, encode_move};
use super::rollout::{EncodedRollout, decode_rollout, encode_rollout};
use super::{Decoder, EncodedObject, EncodedOutput, EncodedProvider, EncodedValue, EncodingError};
use super::{SecretsIn, SecretsOut, Text, check_depth};
use super::{decode_object, decode_provider, encode_object, encode_provider, encode_value};
use crate::{Change, Event, Intent, Outcome, ProviderKey, Recorded};
use model::Value;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // each is its namesake in `Event`
pub enum EncodedEvent<'a> {
    Begun {
        #[serde(borrow)]
        lineage: Text<'a>,
        project: Text<'a>,
        environment: Text<'a>,
    },
    LeaseTaken(EncodedLease<'a>),
    LeaseRenewed {
        epoch: u64,
    },
    LeaseEnded {
        epoch: u64,
    },
    ProviderConnected(EncodedProvider<'a>),
    Intent(Box<EncodedIntent<'a>>),
    Outcome(Box<EncodedOutcome<'a>>),
    Put(Box<EncodedObject<'a>>),
    Forgotten(Text<'a>),
    Vanished(Text<'a>),
    Moved {
        object: Text<'a>,
        to: Text<'a>,
    },
    Outputs(Vec<EncodedOutput<'a>>),
    PlanApplied(Text<'a>),
    Rollout(Box<EncodedRollout<'a>>),
    RolloutMoved {
        of: Text<'a>,
        by: EncodedMove<'a>,
    },
    KeysChanged {
        generation: u64,
        what: Text<'a>,
        keyring: Text<'a>,
    },
}

/// An intent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncodedIntent<'a> {
    #[serde(borrow)]
    token: Text<'a>,
    object: Text<'a>,
    at: Text<'a>,
    change: EncodedChange,
    /// Absent where they are those of `becomes`; in an array of its own, since it may be null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attrs: Option<(EncodedValue<'a>,)>,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    private: Text<'a>,
    by: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    becomes: Option<EncodedObject<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deposes: Option<Text<'a>>,
}

/// An outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncodedOutcome<'a> {
    #[serde(borrow)]
    token: Text<'a>,
    recorded: EncodedRecorded<'a>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EncodedRecorded<'a> {
    #[serde(borrow)]
    Object(Box<EncodedObject<'a>>),
    Removed,
    NotDone,
    Unclear(Text<'a>),
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EncodedChange {
    Create,
    Update,
    Delete,
}

/// An event as bytes; the values of its secrets go into `secrets`.
///
/// # Errors
/// Where a value is nested too deeply to be recorded.
pub fn encode_event(event: &Event, secrets: &mut SecretsOut) -> Result<Vec<u8>, EncodingError> {
    let bytes = serde_json::to_vec(&encoded(event, secrets))?;
    check_depth(&bytes)?;
    Ok(bytes)
}

/// The event of these bytes; its secrets are open where `secrets` has their values.
///
/// # Errors
/// Where they are none.
pub fn decode_event(bytes: &[u8], secrets: &SecretsIn) -> Result<Event, EncodingError> {
    let encoded: EncodedEvent<'_> = serde_json::from_slice(bytes)?;
    decoded(&encoded, &mut Decoder::new(secrets))
}

fn encoded<'a>(event: &'a Event, secrets: &mut SecretsOut) -> EncodedEvent<'a> {
    match event {
        Event::Begun {
            lineage,
            project,
            environment,
        } => EncodedEvent::Begun {
            lineage: lineage.to_string().into(),
            project: project.into(),
            environment: environment.into(),
        },
        Event::LeaseTaken(lease) => EncodedEvent::LeaseTaken(encode_lease(lease)),
        Event::LeaseRenewed { epoch } => EncodedEvent::LeaseRenewed { epoch: *epoch },
        Event::LeaseEnded { epoch } => EncodedEvent::LeaseEnded { epoch: *epoch },
        Event::ProviderConnected(record) => {
            EncodedEvent::ProviderConnected(encode_provider(record, secrets))
        }
        Event::Intent(intent) => EncodedEvent::Intent(Box::new(encode_intent(intent, secrets))),
        Event::Outcome(outcome) => EncodedEvent::Outcome(Box::new(EncodedOutcome {
            token: outcome.token.to_string().into(),
            recorded: match &outcome.recorded {
                Recorded::Object(o) => EncodedRecorded::Object(Box::new(encode_object(o, secrets))),
                Recorded::Removed => EncodedRecorded::Removed,
                Recorded::NotDone => EncodedRecorded::NotDone,
                Recorded::Unclear { message } => EncodedRecorded::Unclear(message.as_str().into()),
            },
        })),
        Event::Put(object) => EncodedEvent::Put(Box::new(encode_object(object, secrets))),
        Event::Forgotten(id) => EncodedEvent::Forgotten(id.to_string().into()),
        Event::Vanished(id) => EncodedEvent::Vanished(id.to_string().into()),
        Event::Moved { object, to } => EncodedEvent::Moved {
            object: object.to_string().into(),
            to: to.to_string().into(),
        },
        Event::Outputs(outputs) => {
            EncodedEvent::Outputs(outputs.iter().map(|o| encode_output(o, secrets)).collect())
        }
        Event::PlanApplied(plan) => EncodedEvent::PlanApplied(plan.into()),
        Event::Rollout(rollout) => {
            EncodedEvent::Rollout(Box::new(encode_rollout(rollout, secrets)))
        }
        Event::RolloutMoved { of, by } => EncodedEvent::RolloutMoved {
            of: of.into(),
            by: encode_move(by, secrets),
        },
        Event::KeysChanged {
            generation,
            what,
            keyring,
        } => EncodedEvent::KeysChanged {
            generation: *generation,
            what: what.as_str().into(),
            keyring: Text::of_bytes(keyring),
        },
    }
}

fn decoded(event: &EncodedEvent<'_>, decoder: &mut Decoder<'_>) -> Result<Event, EncodingError> {
    Ok(match event {
        EncodedEvent::Begun {
            lineage,
            project,
            environment,
        } => Event::Begun {
            lineage: lineage.parse()?,
            project: decoder.name(project),
            environment: decoder.name(environment),
        },
        EncodedEvent::LeaseTaken(lease) => Event::LeaseTaken(decode_lease(lease)),
        EncodedEvent::LeaseRenewed { epoch } => Event::LeaseRenewed { epoch: *epoch },
        EncodedEvent::LeaseEnded { epoch } => Event::LeaseEnded { epoch: *epoch },
        EncodedEvent::ProviderConnected(record) => {
            Event::ProviderConnected(decode_provider(record, decoder)?)
        }
        EncodedEvent::Intent(intent) => Event::Intent(decode_intent(intent, decoder)?),
        EncodedEvent::Outcome(outcome) => Event::Outcome(Outcome {
            token: outcome.token.parse()?,
            recorded: match &outcome.recorded {
                EncodedRecorded::Object(o) => {
                    Recorded::Object(Box::new(decode_object(o, decoder)?))
                }
                EncodedRecorded::Removed => Recorded::Removed,
                EncodedRecorded::NotDone => Recorded::NotDone,
                EncodedRecorded::Unclear(message) => Recorded::Unclear {
                    message: message.0.to_string(),
                },
            },
        }),
        EncodedEvent::Put(object) => Event::Put(Box::new(decode_object(object, decoder)?)),
        EncodedEvent::Forgotten(id) => Event::Forgotten(id.parse()?),
        EncodedEvent::Vanished(id) => Event::Vanished(id.parse()?),
        EncodedEvent::Moved { object, to } => Event::Moved {
            object: object.parse()?,
            to: decoder.address(to)?,
        },
        EncodedEvent::Outputs(outputs) => {
            let outputs: Result<_, _> = outputs.iter().map(|o| decode_output(o, decoder)).collect();
            Event::Outputs(outputs?)
        }
        EncodedEvent::PlanApplied(plan) => Event::PlanApplied(Arc::from(&*plan.0)),
        EncodedEvent::Rollout(rollout) => Event::Rollout(decode_rollout(rollout, decoder)?),
        EncodedEvent::RolloutMoved { of, by } => Event::RolloutMoved {
            of: decoder.name(of),
            by: decode_move(by, decoder)?,
        },
        EncodedEvent::KeysChanged {
            generation,
            what,
            keyring,
        } => Event::KeysChanged {
            generation: *generation,
            what: what.0.to_string(),
            keyring: keyring.fingerprint()?.0,
        },
    })
}

/// Whether the attributes are the very ones that the object gets: not only equal ones, since
/// equal secrets may be open here and sealed there.
fn shares_attributes(intent: &Intent) -> bool {
    let becomes = intent.becomes.as_ref().map(|o| &o.attributes);
    match (&intent.attributes, becomes) {
        (Value::Object(a), Some(Value::Object(b))) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

pub(super) fn encode_intent<'a>(intent: &'a Intent, secrets: &mut SecretsOut) -> EncodedIntent<'a> {
    EncodedIntent {
        token: intent.token.to_string().into(),
        object: intent.object.to_string().into(),
        at: intent.address.to_string().into(),
        change: match intent.change {
            Change::Create => EncodedChange::Create,
            Change::Update => EncodedChange::Update,
            Change::Delete => EncodedChange::Delete,
        },
        attrs: match shares_attributes(intent) {
            true => None,
            false => Some((encode_value(&intent.attributes, secrets),)),
        },
        private: Text::of_bytes(&intent.private),
        by: (&intent.provider.0).into(),
        becomes: intent.becomes.as_ref().map(|o| encode_object(o, secrets)),
        deposes: intent.deposes.map(|id| id.to_string().into()),
    }
}

pub(super) fn decode_intent(
    intent: &EncodedIntent<'_>,
    decoder: &mut Decoder<'_>,
) -> Result<Intent, EncodingError> {
    let becomes = match &intent.becomes {
        Some(object) => Some(Box::new(decode_object(object, decoder)?)),
        None => None,
    };
    let attributes = match (&intent.attrs, &becomes) {
        (Some((attributes,)), _) => attributes.decode(decoder)?,
        (None, Some(object)) => object.attributes.clone(),
        (None, None) => return Err(EncodingError("an intent has no attributes".into())),
    };
    Ok(Intent {
        token: intent.token.parse()?,
        object: intent.object.parse()?,
        address: decoder.address(&intent.at)?,
        change: match intent.change {
            EncodedChange::Create => Change::Create,
            EncodedChange::Update => Change::Update,
            EncodedChange::Delete => Change::Delete,
        },
        attributes,
        private: match intent.private.is_empty() {
            true => Arc::default(),
            false => intent.private.bytes()?.into(),
        },
        provider: ProviderKey(decoder.name(&intent.by)),
        becomes,
        deposes: match &intent.deposes {
            Some(id) => Some(id.parse()?),
            None => None,
        },
    })
}
