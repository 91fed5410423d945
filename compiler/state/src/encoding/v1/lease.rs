//! Leases and rollouts on disk.

use super::{Decoder, EncodingError, Text};
use crate::{Lease, LeaseOwner, Rollout, RolloutPhase};
use model::Key;
use serde::{Deserialize, Serialize};

/// A lease.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncodedLease<'a> {
    epoch: u64,
    #[serde(borrow)]
    user: Text<'a>,
    host: Text<'a>,
    process: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<Text<'a>>,
    command: Text<'a>,
    time_to_live_ms: u64,
    taken_at_ms: u64,
    renewed_at_ms: u64,
}

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
    changed: Vec<Text<'a>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EncodedKey<'a> {
    One,
    Index(u64),
    #[serde(borrow)]
    Name(Text<'a>),
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EncodedPhase {
    Rolling,
    AwaitingPromotion,
    Reverting,
    Done,
    Reverted,
}

pub(super) fn encode_lease(lease: &Lease) -> EncodedLease<'_> {
    EncodedLease {
        epoch: lease.epoch,
        user: lease.owner.user.as_str().into(),
        host: lease.owner.host.as_str().into(),
        process: lease.owner.process,
        run: lease.owner.run.as_deref().map(Text::from),
        command: lease.owner.command.as_str().into(),
        time_to_live_ms: lease.time_to_live_ms,
        taken_at_ms: lease.taken_at_ms,
        renewed_at_ms: lease.renewed_at_ms,
    }
}

pub(super) fn decode_lease(lease: &EncodedLease<'_>) -> Lease {
    Lease {
        epoch: lease.epoch,
        owner: LeaseOwner {
            user: lease.user.0.to_string(),
            host: lease.host.0.to_string(),
            process: lease.process,
            run: lease.run.as_ref().map(|r| r.0.to_string()),
            command: lease.command.0.to_string(),
        },
        time_to_live_ms: lease.time_to_live_ms,
        taken_at_ms: lease.taken_at_ms,
        renewed_at_ms: lease.renewed_at_ms,
    }
}

pub(super) fn encode_rollout(rollout: &Rollout) -> EncodedRollout<'_> {
    EncodedRollout {
        of: (&rollout.of).into(),
        plan: (&rollout.plan).into(),
        promoted: encode_keys(&rollout.promoted),
        under_way: encode_keys(&rollout.under_way),
        waiting: encode_keys(&rollout.waiting),
        phase: match rollout.phase {
            RolloutPhase::Rolling => EncodedPhase::Rolling,
            RolloutPhase::AwaitingPromotion => EncodedPhase::AwaitingPromotion,
            RolloutPhase::Reverting => EncodedPhase::Reverting,
            RolloutPhase::Done => EncodedPhase::Done,
            RolloutPhase::Reverted => EncodedPhase::Reverted,
        },
        changed: rollout
            .changed
            .iter()
            .map(|a| a.to_string().into())
            .collect(),
    }
}

pub(super) fn decode_rollout(
    rollout: &EncodedRollout<'_>,
    decoder: &mut Decoder<'_>,
) -> Result<Rollout, EncodingError> {
    let changed: Result<Vec<_>, _> = rollout.changed.iter().map(|a| decoder.address(a)).collect();
    Ok(Rollout {
        of: decoder.name(&rollout.of),
        plan: decoder.name(&rollout.plan),
        promoted: decode_keys(&rollout.promoted, decoder),
        under_way: decode_keys(&rollout.under_way, decoder),
        waiting: decode_keys(&rollout.waiting, decoder),
        phase: match rollout.phase {
            EncodedPhase::Rolling => RolloutPhase::Rolling,
            EncodedPhase::AwaitingPromotion => RolloutPhase::AwaitingPromotion,
            EncodedPhase::Reverting => RolloutPhase::Reverting,
            EncodedPhase::Done => RolloutPhase::Done,
            EncodedPhase::Reverted => RolloutPhase::Reverted,
        },
        changed: changed?,
    })
}

fn encode_keys(keys: &[Option<Key>]) -> Vec<EncodedKey<'_>> {
    keys.iter()
        .map(|key| match key {
            None => EncodedKey::One,
            Some(Key::Index(i)) => EncodedKey::Index(*i),
            Some(Key::Name(name)) => EncodedKey::Name(name.into()),
        })
        .collect()
}

fn decode_keys(keys: &[EncodedKey<'_>], decoder: &mut Decoder<'_>) -> Vec<Option<Key>> {
    keys.iter()
        .map(|key| match key {
            EncodedKey::One => None,
            EncodedKey::Index(i) => Some(Key::Index(*i)),
            EncodedKey::Name(name) => Some(Key::Name(decoder.name(name))),
        })
        .collect()
}
