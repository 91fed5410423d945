//! Rollouts that are a part of a plan, on disk.

use super::context::Reading;
use super::names::{EncodedKey, decode_key, encode_key};
use super::words::{EncodedBegins, EncodedStrategy};
use crate::{Rollout, RolloutInstance};
use serde::{Deserialize, Serialize};
use state::encoding::v1::{EncodingError, Text};

/// A rollout.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedRollout<'a> {
    #[serde(borrow)]
    of: Text<'a>,
    begins: EncodedBegins,
    strategy: EncodedStrategy,
    max_parallel: usize,
    min_healthy_ms: u64,
    healthy_deadline_ms: u64,
    progress_deadline_ms: u64,
    canary: usize,
    auto_promote: bool,
    auto_revert: bool,
    gate: Option<Text<'a>>,
    instances: Vec<EncodedInstance<'a>>,
    promotion: Option<usize>,
}

/// An instance.
#[derive(Serialize, Deserialize)]
struct EncodedInstance<'a> {
    #[serde(borrow)]
    key: Option<EncodedKey<'a>>,
    steps: Vec<usize>,
    gates: Vec<(Text<'a>, Text<'a>)>,
    begun: bool,
}

pub(super) fn encode_rollout(rollout: &Rollout) -> EncodedRollout<'_> {
    EncodedRollout {
        of: (&rollout.of).into(),
        begins: rollout.begins.into(),
        strategy: rollout.strategy.into(),
        max_parallel: rollout.max_parallel,
        min_healthy_ms: rollout.min_healthy_ms,
        healthy_deadline_ms: rollout.healthy_deadline_ms,
        progress_deadline_ms: rollout.progress_deadline_ms,
        canary: rollout.canary,
        auto_promote: rollout.auto_promote,
        auto_revert: rollout.auto_revert,
        gate: rollout.gate.as_ref().map(Text::from),
        instances: rollout.instances.iter().map(encode_instance).collect(),
        promotion: rollout.promotion,
    }
}

fn encode_instance(instance: &RolloutInstance) -> EncodedInstance<'_> {
    let gates = instance.gates.iter();
    EncodedInstance {
        key: encode_key(instance.key.as_ref()),
        steps: instance.steps.clone(),
        gates: gates
            .map(|(address, gate)| (address.to_string().into(), gate.into()))
            .collect(),
        begun: instance.begun,
    }
}

pub(super) fn decode_rollout(
    rollout: &EncodedRollout<'_>,
    reading: &mut Reading<'_>,
) -> Result<Rollout, EncodingError> {
    let mut instances = Vec::with_capacity(rollout.instances.len());
    for instance in &rollout.instances {
        instances.push(decode_instance(instance, reading)?);
    }
    Ok(Rollout {
        of: reading.names.name(&rollout.of),
        begins: rollout.begins.into(),
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
        promotion: rollout.promotion.map(|s| reading.step(s)).transpose()?,
    })
}

fn decode_instance(
    instance: &EncodedInstance<'_>,
    reading: &mut Reading<'_>,
) -> Result<RolloutInstance, EncodingError> {
    let steps: Result<_, _> = instance.steps.iter().map(|s| reading.step(*s)).collect();
    let mut gates = Vec::with_capacity(instance.gates.len());
    for (address, gate) in &instance.gates {
        gates.push((reading.names.address(address)?, reading.names.name(gate)));
    }
    Ok(RolloutInstance {
        key: decode_key(instance.key.as_ref(), &mut reading.names),
        steps: steps?,
        gates,
        begun: instance.begun,
    })
}
