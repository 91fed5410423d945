//! Rollouts that are a part of a plan, on disk.

use super::context::Reading;
use super::names::{EncodedKey, decode_key, encode_key};
use super::words::EncodedStrategy;
use crate::Rollout;
use serde::{Deserialize, Serialize};
use state::encoding::v1::{EncodingError, Text};

/// A rollout.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedRollout<'a> {
    #[serde(borrow)]
    of: Text<'a>,
    strategy: EncodedStrategy,
    max_parallel: usize,
    min_healthy_ms: u64,
    healthy_deadline_ms: u64,
    progress_deadline_ms: u64,
    canary: usize,
    auto_promote: bool,
    auto_revert: bool,
    gate: Option<Text<'a>>,
    instances: Vec<(Option<EncodedKey<'a>>, Vec<usize>)>,
}

pub(super) fn encode_rollout(rollout: &Rollout) -> EncodedRollout<'_> {
    let instances = rollout.instances.iter();
    EncodedRollout {
        of: (&rollout.of).into(),
        strategy: rollout.strategy.into(),
        max_parallel: rollout.max_parallel,
        min_healthy_ms: rollout.min_healthy_ms,
        healthy_deadline_ms: rollout.healthy_deadline_ms,
        progress_deadline_ms: rollout.progress_deadline_ms,
        canary: rollout.canary,
        auto_promote: rollout.auto_promote,
        auto_revert: rollout.auto_revert,
        gate: rollout.gate.as_ref().map(Text::from),
        instances: instances
            .map(|(key, steps)| (encode_key(key.as_ref()), steps.clone()))
            .collect(),
    }
}

pub(super) fn decode_rollout(
    rollout: &EncodedRollout<'_>,
    reading: &mut Reading<'_>,
) -> Result<Rollout, EncodingError> {
    let mut instances = Vec::with_capacity(rollout.instances.len());
    for (key, steps) in &rollout.instances {
        let steps: Result<_, _> = steps.iter().map(|s| reading.step(*s)).collect();
        instances.push((decode_key(key.as_ref(), &mut reading.names), steps?));
    }
    Ok(Rollout {
        of: reading.names.name(&rollout.of),
        strategy: rollout.strategy.into(),
        max_parallel: rollout.max_parallel,
        min_healthy_ms: rollout.min_healthy_ms,
        healthy_deadline_ms: rollout.healthy_deadline_ms,
        progress_deadline_ms: rollout.progress_deadline_ms,
        canary: rollout.canary,
        auto_promote: rollout.auto_promote,
        auto_revert: rollout.auto_revert,
        gate: rollout.gate.as_ref().map(|g| reading.names.name(g)),
        instances,
    })
}
