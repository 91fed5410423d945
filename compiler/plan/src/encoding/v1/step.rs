//! Steps on disk, a line each.

use super::context::{EncodedOption, Reading, Writing, decode_private};
use super::reason::{EncodedReason, decode_reason, encode_reason};
use super::scope::{EncodedDeferred, decode_deferred, encode_deferred};
use super::words::{EncodedAction, EncodedEffect};
use crate::Step;
use serde::{Deserialize, Serialize};
use state::ProviderKey;
use state::encoding::v1::{EncodingError, Text};
use std::ops::Not;

/// A step.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedStep<'a> {
    #[serde(rename = "at", borrow)]
    address: Text<'a>,
    #[serde(rename = "do")]
    action: EncodedAction,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object: Option<Text<'a>>,
    #[serde(rename = "why", default, skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<EncodedReason<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    effects: Vec<EncodedEffect>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: EncodedOption<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: EncodedOption<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deferred: Option<EncodedDeferred<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    waits_for: Vec<usize>,
    #[serde(rename = "by")]
    provider: Text<'a>,
    #[serde(rename = "v")]
    schema_version: u32,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    private: Text<'a>,
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    container: Option<Text<'a>>,
    #[serde(rename = "deps", default, skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<Text<'a>>,
    #[serde(rename = "by_kind", default, skip_serializing_if = "Option::is_none")]
    implementation: Option<Text<'a>>,
    #[serde(rename = "cbd", default, skip_serializing_if = "Not::not")]
    create_before_destroy: bool,
    #[serde(default, skip_serializing_if = "Not::not")]
    protected: bool,
    timeout_ms: u64,
    expected_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pair: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rollout: Option<usize>,
    #[serde(default, skip_serializing_if = "Not::not")]
    undoable: bool,
}

pub(super) fn encode_step<'a>(step: &'a Step, writing: &mut Writing<'a>) -> EncodedStep<'a> {
    let deferred = step.deferred.as_ref();
    EncodedStep {
        address: step.address.to_string().into(),
        action: step.action.into(),
        object: step.object.map(|id| id.to_string().into()),
        reasons: step.reasons.iter().map(encode_reason).collect(),
        effects: step.effects.iter().map(|e| (*e).into()).collect(),
        before: writing.maybe(step.before.as_ref()),
        after: writing.maybe(step.after.as_ref()),
        deferred: deferred.map(|d| encode_deferred(d, writing)),
        waits_for: step.waits_for.clone(),
        provider: (&step.provider.0).into(),
        schema_version: step.schema_version,
        private: Text::of_bytes(&step.private),
        container: step.container.as_ref().map(Text::from),
        dependencies: step
            .dependencies
            .iter()
            .map(|d| d.to_string().into())
            .collect(),
        implementation: step.implementation.as_ref().map(Text::from),
        create_before_destroy: step.create_before_destroy,
        protected: step.protected,
        timeout_ms: step.timeout_ms,
        expected_ms: step.expected_ms,
        pair: step.pair,
        rollout: step.rollout,
        undoable: step.undoable,
    }
}

pub(super) fn decode_step(
    step: &EncodedStep<'_>,
    reading: &mut Reading<'_>,
) -> Result<Step, EncodingError> {
    let reasons = step.reasons.iter();
    let reasons: Result<_, _> = reasons
        .map(|r| decode_reason(r, &mut reading.names))
        .collect();
    let dependencies = step.dependencies.iter();
    let dependencies: Result<Vec<_>, _> = dependencies.map(|d| reading.names.address(d)).collect();
    let waits_for: Result<_, _> = step.waits_for.iter().map(|s| reading.step(*s)).collect();
    let deferred = step.deferred.as_ref();
    Ok(Step {
        address: reading.names.address(&step.address)?,
        action: step.action.into(),
        object: step.object.as_ref().map(Text::parse).transpose()?,
        reasons: reasons?,
        effects: step.effects.iter().map(|e| (*e).into()).collect(),
        before: reading.maybe(&step.before)?,
        after: reading.maybe(&step.after)?,
        deferred: deferred.map(|d| decode_deferred(d, reading)).transpose()?,
        waits_for: waits_for?,
        provider: ProviderKey(reading.names.name(&step.provider)),
        schema_version: step.schema_version,
        private: decode_private(&step.private)?,
        container: step.container.as_ref().map(|c| reading.names.name(c)),
        dependencies: dependencies?.into(),
        implementation: step.implementation.as_ref().map(|i| reading.names.name(i)),
        create_before_destroy: step.create_before_destroy,
        protected: step.protected,
        timeout_ms: step.timeout_ms,
        expected_ms: step.expected_ms,
        pair: step.pair.map(|s| reading.step(s)).transpose()?,
        rollout: step.rollout.map(|r| reading.rollout(r)).transpose()?,
        undoable: step.undoable,
    })
}
