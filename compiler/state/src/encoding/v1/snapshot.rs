//! A whole state on disk: a line for what there is one of, then a line an object, so that
//! neither reading nor writing holds a second tree of the whole.

use super::event::{EncodedIntent, decode_intent, encode_intent};
use super::lease::{EncodedLease, decode_lease, encode_lease};
use super::object::{decode_output, encode_output};
use super::rollout::{EncodedRollout, decode_rollout, encode_rollout};
use super::{Decoder, EncodedObject, EncodedOutput, EncodedProvider, EncodingError, Text};
use super::{SecretsIn, SecretsOut, check_depth, decode_object, encode_object};
use super::{decode_provider, encode_provider};
use crate::{Object, OpenIntent, State, Status};
use model::{Address, ObjectId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
struct Head<'a> {
    format: u32,
    #[serde(borrow)]
    lineage: Option<Text<'a>>,
    project: Text<'a>,
    environment: Text<'a>,
    position: u64,
    changed: u64,
    epoch: u64,
    lease: Option<EncodedLease<'a>>,
    objects: usize,
    providers: Vec<EncodedProvider<'a>>,
    open: Vec<EncodedOpen<'a>>,
    outputs: Vec<EncodedOutput<'a>>,
    applied_plans: Vec<Text<'a>>,
    rollouts: Vec<EncodedRollout<'a>>,
    key_generation: u64,
}

#[derive(Serialize, Deserialize)]
struct EncodedOpen<'a> {
    #[serde(borrow)]
    intent: EncodedIntent<'a>,
    at_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unclear: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deposed_from: Option<Text<'a>>,
}

/// A state as bytes; the values of its secrets go into `secrets`.
///
/// # Errors
/// Where a value is nested too deeply to be recorded.
pub fn encode_snapshot(state: &State, secrets: &mut SecretsOut) -> Result<Vec<u8>, EncodingError> {
    let head = Head {
        format: 1,
        lineage: state.lineage.map(|l| l.to_string().into()),
        project: (&state.project).into(),
        environment: (&state.environment).into(),
        position: state.position,
        changed: state.changed,
        epoch: state.epoch,
        lease: state.lease.as_ref().map(encode_lease),
        objects: state.objects.len(),
        providers: state
            .providers
            .values()
            .map(|p| encode_provider(p, secrets))
            .collect(),
        open: state
            .open
            .values()
            .map(|o| encode_open(o, secrets))
            .collect(),
        outputs: state
            .outputs
            .iter()
            .map(|o| encode_output(o, secrets))
            .collect(),
        applied_plans: state.applied_plans.iter().map(Text::from).collect(),
        rollouts: state
            .rollouts
            .values()
            .map(|r| encode_rollout(r, secrets))
            .collect(),
        key_generation: state.key_generation,
    };
    let mut bytes = Vec::with_capacity(1024 + 512 * state.objects.len());
    serde_json::to_writer(&mut bytes, &head)?;
    // In this order, since that of an address's deposed objects tells their age.
    let deposed = state.deposed.values().flatten();
    for id in state.current.values().chain(deposed) {
        if let Some(object) = state.objects.get(id) {
            bytes.push(b'\n');
            serde_json::to_writer(&mut bytes, &encode_object(object, secrets))?;
        }
    }
    check_depth(&bytes)?;
    Ok(bytes)
}

/// The state of these bytes; its secrets are open where `secrets` has their values.
///
/// # Errors
/// Where they are none.
pub fn decode_snapshot(bytes: &[u8], secrets: &SecretsIn) -> Result<State, EncodingError> {
    let mut lines = bytes.split(|b| *b == b'\n');
    let head: Head<'_> = serde_json::from_slice(lines.next().unwrap_or_default())?;
    if head.format != 1 {
        return Err(EncodingError(format!(
            "a state of format {}, of which this version knows only 1",
            head.format
        )));
    }
    let mut decoder = Decoder::new(secrets);
    let mut state = decode_head(&head, &mut decoder)?;
    let mut objects = Vec::with_capacity(head.objects);
    for line in lines {
        let object: EncodedObject<'_> = serde_json::from_slice(line)?;
        objects.push(Arc::new(decode_object(&object, &mut decoder)?));
    }
    if objects.len() != head.objects {
        return Err(EncodingError("a state is cut short".into()));
    }
    link(&mut state, objects);
    Ok(state)
}

fn link(state: &mut State, objects: Vec<Arc<Object>>) {
    let current = objects.iter().filter(|o| o.status != Status::Deposed);
    // Sorted already: a tree made of it at once costs no search for each.
    let current: BTreeMap<Address, ObjectId> = current.map(|o| (o.address.clone(), o.id)).collect();
    state.current = current;
    for object in objects.iter().filter(|o| o.status == Status::Deposed) {
        let ids = state.deposed.entry(object.address.clone()).or_default();
        ids.push(object.id);
    }
    state.objects = objects.into_iter().map(|o| (o.id, o)).collect();
}

fn decode_head(head: &Head<'_>, decoder: &mut Decoder<'_>) -> Result<State, EncodingError> {
    let mut state = State {
        project: decoder.name(&head.project),
        environment: decoder.name(&head.environment),
        position: head.position,
        changed: head.changed,
        epoch: head.epoch,
        lease: head.lease.as_ref().map(decode_lease),
        applied_plans: head
            .applied_plans
            .iter()
            .map(|p| Arc::from(&*p.0))
            .collect(),
        key_generation: head.key_generation,
        ..State::default()
    };
    if let Some(lineage) = &head.lineage {
        state.lineage = Some(lineage.parse()?);
    }
    for record in &head.providers {
        let record = decode_provider(record, decoder)?;
        state.providers.insert(record.key.clone(), Arc::new(record));
    }
    for open in &head.open {
        let open = decode_open(open, decoder)?;
        state.open.insert(open.intent.token, open);
    }
    for output in &head.outputs {
        let (name, output) = decode_output(output, decoder)?;
        state.outputs.insert(name, output);
    }
    for rollout in &head.rollouts {
        let rollout = decode_rollout(rollout, decoder)?;
        state.rollouts.insert(rollout.of.clone(), rollout);
    }
    Ok(state)
}

fn encode_open<'a>(open: &'a OpenIntent, secrets: &mut SecretsOut) -> EncodedOpen<'a> {
    EncodedOpen {
        intent: encode_intent(&open.intent, secrets),
        at_ms: open.at_ms,
        unclear: open.unclear.as_deref().map(Text::from),
        deposed_from: open.deposed_from.map(|status| {
            Text::from(match status {
                Status::Ready => "r",
                Status::Tainted => "t",
                Status::Deposed => "d",
            })
        }),
    }
}

fn decode_open(
    open: &EncodedOpen<'_>,
    decoder: &mut Decoder<'_>,
) -> Result<OpenIntent, EncodingError> {
    Ok(OpenIntent {
        intent: decode_intent(&open.intent, decoder)?,
        at_ms: open.at_ms,
        unclear: open.unclear.as_ref().map(|u| u.0.to_string()),
        deposed_from: match open.deposed_from.as_ref().map(|t| &*t.0) {
            None => None,
            Some("r") => Some(Status::Ready),
            Some("t") => Some(Status::Tainted),
            Some(_) => Some(Status::Deposed),
        },
    })
}
