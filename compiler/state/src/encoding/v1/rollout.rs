//! Rollouts under way on disk.

use super::{Decoder, EncodedObject, EncodingError, SecretsOut, Text};
use super::{decode_object, encode_object};
use crate::{Before, Rollout, RolloutMove, RolloutPhase, Wanted};
use model::Key;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A rollout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncodedRollout<'a> {
    #[serde(borrow)]
    of: Text<'a>,
    plan: Text<'a>,
    promoted: Vec<EncodedKey<'a>>,
    under_way: Vec<EncodedKey<'a>>,
    waiting: Vec<EncodedKey<'a>>,
    phase: EncodedPhase,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    before: Vec<EncodedBefore<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wanted: Option<EncodedWanted<'a>>,
}

/// What the instances were to become.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct EncodedWanted<'a> {
    #[serde(borrow)]
    config: Text<'a>,
    of: Vec<(EncodedKey<'a>, Text<'a>)>,
}

/// How a rollout went on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EncodedMove<'a> {
    /// An instance is about to be changed.
    Began {
        /// Which.
        #[serde(borrow)]
        instance: EncodedKey<'a>,
        /// What it is made of, as it was.
        before: Vec<EncodedBefore<'a>>,
    },
    /// An instance passed its gate.
    Passed(EncodedKey<'a>),
    /// It does something else from now on.
    Phase(EncodedPhase),
}

/// What stood at an address before a rollout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncodedBefore<'a> {
    #[serde(borrow)]
    instance: EncodedKey<'a>,
    at: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    was: Option<EncodedObject<'a>>,
}

/// An instance's key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EncodedKey<'a> {
    /// There is only one.
    One,
    /// `count`
    Index(u64),
    /// `for_each`
    #[serde(borrow)]
    Name(Text<'a>),
}

/// What a rollout is doing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // each is its namesake in `RolloutPhase`
pub enum EncodedPhase {
    Rolling,
    AwaitingPromotion,
    Reverting,
    Done,
    Reverted,
}

pub(super) fn encode_rollout<'a>(
    rollout: &'a Rollout,
    secrets: &mut SecretsOut,
) -> EncodedRollout<'a> {
    EncodedRollout {
        of: (&rollout.of).into(),
        plan: (&rollout.plan).into(),
        promoted: encode_keys(&rollout.promoted),
        under_way: encode_keys(&rollout.under_way),
        waiting: encode_keys(&rollout.waiting),
        phase: encode_phase(rollout.phase),
        before: encode_before(&rollout.before, secrets),
        wanted: rollout.wanted.as_ref().map(encode_wanted),
    }
}

fn encode_wanted(wanted: &Wanted) -> EncodedWanted<'_> {
    let of = wanted.instances.iter();
    EncodedWanted {
        config: Text::of_bytes(&wanted.config.0),
        of: of
            .map(|(key, to)| (encode_key(key), Text::of_bytes(&to.0)))
            .collect(),
    }
}

fn decode_wanted(
    wanted: &EncodedWanted<'_>,
    decoder: &mut Decoder<'_>,
) -> Result<Wanted, EncodingError> {
    let mut instances = Vec::with_capacity(wanted.of.len());
    for (key, to) in &wanted.of {
        instances.push((decode_key(key, decoder), to.fingerprint()?));
    }
    Ok(Wanted {
        config: wanted.config.fingerprint()?,
        instances,
    })
}

pub(super) fn decode_rollout(
    rollout: &EncodedRollout<'_>,
    decoder: &mut Decoder<'_>,
) -> Result<Rollout, EncodingError> {
    Ok(Rollout {
        of: decoder.name(&rollout.of),
        plan: decoder.name(&rollout.plan),
        promoted: decode_keys(&rollout.promoted, decoder),
        under_way: decode_keys(&rollout.under_way, decoder),
        waiting: decode_keys(&rollout.waiting, decoder),
        phase: decode_phase(rollout.phase),
        before: decode_before(&rollout.before, decoder)?,
        wanted: match &rollout.wanted {
            Some(wanted) => Some(decode_wanted(wanted, decoder)?),
            None => None,
        },
    })
}

pub(super) fn encode_move<'a>(by: &'a RolloutMove, secrets: &mut SecretsOut) -> EncodedMove<'a> {
    match by {
        RolloutMove::Began { instance, before } => EncodedMove::Began {
            instance: encode_key(instance),
            before: encode_before(before, secrets),
        },
        RolloutMove::Passed(instance) => EncodedMove::Passed(encode_key(instance)),
        RolloutMove::Phase(phase) => EncodedMove::Phase(encode_phase(*phase)),
    }
}

pub(super) fn decode_move(
    by: &EncodedMove<'_>,
    decoder: &mut Decoder<'_>,
) -> Result<RolloutMove, EncodingError> {
    Ok(match by {
        EncodedMove::Began { instance, before } => RolloutMove::Began {
            instance: decode_key(instance, decoder),
            before: decode_before(before, decoder)?,
        },
        EncodedMove::Passed(instance) => RolloutMove::Passed(decode_key(instance, decoder)),
        EncodedMove::Phase(phase) => RolloutMove::Phase(decode_phase(*phase)),
    })
}

fn encode_before<'a>(before: &'a [Before], secrets: &mut SecretsOut) -> Vec<EncodedBefore<'a>> {
    let encoded = before.iter().map(|image| EncodedBefore {
        instance: encode_key(&image.instance),
        at: image.address.to_string().into(),
        was: image.object.as_ref().map(|o| encode_object(o, secrets)),
    });
    encoded.collect()
}

fn decode_before(
    before: &[EncodedBefore<'_>],
    decoder: &mut Decoder<'_>,
) -> Result<Vec<Before>, EncodingError> {
    let mut decoded = Vec::with_capacity(before.len());
    for image in before {
        decoded.push(Before {
            instance: decode_key(&image.instance, decoder),
            address: decoder.address(&image.at)?,
            object: match &image.was {
                Some(object) => Some(Arc::new(decode_object(object, decoder)?)),
                None => None,
            },
        });
    }
    Ok(decoded)
}

fn encode_phase(phase: RolloutPhase) -> EncodedPhase {
    match phase {
        RolloutPhase::Rolling => EncodedPhase::Rolling,
        RolloutPhase::AwaitingPromotion => EncodedPhase::AwaitingPromotion,
        RolloutPhase::Reverting => EncodedPhase::Reverting,
        RolloutPhase::Done => EncodedPhase::Done,
        RolloutPhase::Reverted => EncodedPhase::Reverted,
    }
}

fn decode_phase(phase: EncodedPhase) -> RolloutPhase {
    match phase {
        EncodedPhase::Rolling => RolloutPhase::Rolling,
        EncodedPhase::AwaitingPromotion => RolloutPhase::AwaitingPromotion,
        EncodedPhase::Reverting => RolloutPhase::Reverting,
        EncodedPhase::Done => RolloutPhase::Done,
        EncodedPhase::Reverted => RolloutPhase::Reverted,
    }
}

fn encode_keys(keys: &[Option<Key>]) -> Vec<EncodedKey<'_>> {
    keys.iter().map(encode_key).collect()
}

fn decode_keys(keys: &[EncodedKey<'_>], decoder: &mut Decoder<'_>) -> Vec<Option<Key>> {
    keys.iter().map(|key| decode_key(key, decoder)).collect()
}

fn encode_key(key: &Option<Key>) -> EncodedKey<'_> {
    match key {
        None => EncodedKey::One,
        Some(Key::Index(i)) => EncodedKey::Index(*i),
        Some(Key::Name(name)) => EncodedKey::Name(name.into()),
    }
}

fn decode_key(key: &EncodedKey<'_>, decoder: &mut Decoder<'_>) -> Option<Key> {
    match key {
        EncodedKey::One => None,
        EncodedKey::Index(i) => Some(Key::Index(*i)),
        EncodedKey::Name(name) => Some(Key::Name(decoder.name(name))),
    }
}
