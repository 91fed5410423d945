//! The smaller parts of a plan on disk: outputs, connections, what waits, what is settled.

use super::context::{EncodedOption, Reading, Writing};
use super::scope::{EncodedCaptured, EncodedDeferred, decode_captured, decode_deferred};
use super::scope::{encode_captured, encode_deferred};
use super::words::EncodedChange;
use crate::{Later, LeftOut, OutputChange, ProviderUse, Settling};
use serde::{Deserialize, Serialize};
use state::encoding::v1::{EncodedValue, EncodingError, Text};
use state::{Change, ProviderKey};
use std::sync::Arc;

/// An output that changes.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedOutputChange<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    before: EncodedOption<'a>,
    after: EncodedOption<'a>,
    deferred: Option<EncodedCaptured<'a>>,
    sensitive: bool,
}

/// A connection.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedProviderUse<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    provider: Text<'a>,
    config: EncodedValue<'a>,
    deferred: Option<EncodedDeferred<'a>>,
}

/// What waits for a later stage.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedLater<'a> {
    #[serde(borrow)]
    what: Text<'a>,
    why: Text<'a>,
    waits_for: Vec<Text<'a>>,
}

/// What is left out.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedLeftOut<'a> {
    #[serde(borrow)]
    what: Text<'a>,
    link: Option<Text<'a>>,
    cause: Text<'a>,
    #[serde(rename = "at")]
    address: Option<Text<'a>>,
    object: Option<Text<'a>>,
    dependencies: Vec<Text<'a>>,
}

/// An operation that is settled first.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedSettling<'a> {
    #[serde(borrow)]
    token: Text<'a>,
    #[serde(rename = "at")]
    address: Text<'a>,
    change: EncodedChange,
    unclear: Option<Text<'a>>,
}

pub(super) fn encode_output<'a>(
    (name, output): (&'a Arc<str>, &'a OutputChange),
    writing: &mut Writing<'a>,
) -> EncodedOutputChange<'a> {
    let deferred = output.deferred.as_ref();
    EncodedOutputChange {
        name: name.into(),
        before: writing.maybe(output.before.as_ref()),
        after: writing.maybe(output.after.as_ref()),
        deferred: deferred.map(|d| encode_captured(d, writing)),
        sensitive: output.sensitive,
    }
}

pub(super) fn decode_output(
    output: &EncodedOutputChange<'_>,
    reading: &mut Reading<'_>,
) -> Result<(Arc<str>, OutputChange), EncodingError> {
    let deferred = output.deferred.as_ref();
    let decoded = OutputChange {
        before: reading.maybe(&output.before)?,
        after: reading.maybe(&output.after)?,
        deferred: deferred.map(|d| decode_captured(d, reading)).transpose()?,
        sensitive: output.sensitive,
    };
    Ok((reading.names.name(&output.name), decoded))
}

pub(super) fn encode_provider<'a>(
    (key, used): (&'a ProviderKey, &'a ProviderUse),
    writing: &mut Writing<'a>,
) -> EncodedProviderUse<'a> {
    let deferred = used.deferred.as_ref();
    EncodedProviderUse {
        key: (&key.0).into(),
        provider: (&used.provider).into(),
        config: writing.value(&used.config),
        deferred: deferred.map(|d| encode_deferred(d, writing)),
    }
}

pub(super) fn decode_provider(
    used: &EncodedProviderUse<'_>,
    reading: &mut Reading<'_>,
) -> Result<(ProviderKey, ProviderUse), EncodingError> {
    let deferred = used.deferred.as_ref();
    let decoded = ProviderUse {
        provider: reading.names.name(&used.provider),
        config: reading.value(&used.config)?,
        deferred: deferred.map(|d| decode_deferred(d, reading)).transpose()?,
    };
    Ok((ProviderKey(reading.names.name(&used.key)), decoded))
}

pub(super) fn encode_left_out(left: &LeftOut) -> EncodedLeftOut<'_> {
    EncodedLeftOut {
        what: left.what.as_str().into(),
        link: left.link.as_deref().map(Into::into),
        cause: left.cause.as_str().into(),
        address: left.address.as_ref().map(|a| a.to_string().into()),
        object: left.object.map(|o| o.to_string().into()),
        dependencies: left
            .dependencies
            .iter()
            .map(|d| d.to_string().into())
            .collect(),
    }
}

pub(super) fn decode_left_out(
    left: &EncodedLeftOut<'_>,
    reading: &mut Reading<'_>,
) -> Result<LeftOut, EncodingError> {
    let dependencies = left.dependencies.iter();
    let dependencies: Result<Vec<_>, _> = dependencies.map(|d| reading.names.address(d)).collect();
    let address = left.address.as_ref();
    Ok(LeftOut {
        what: left.what.0.to_string(),
        link: left.link.as_ref().map(|l| l.0.to_string()),
        cause: left.cause.0.to_string(),
        address: address.map(|a| reading.names.address(a)).transpose()?,
        object: left.object.as_ref().map(|o| o.parse()).transpose()?,
        dependencies: dependencies?.into(),
    })
}

pub(super) fn encode_later(later: &Later) -> EncodedLater<'_> {
    EncodedLater {
        what: later.what.as_str().into(),
        why: later.why.as_str().into(),
        waits_for: later.waits_for.iter().map(|w| w.as_str().into()).collect(),
    }
}

pub(super) fn decode_later(later: &EncodedLater<'_>) -> Later {
    Later {
        what: later.what.0.to_string(),
        why: later.why.0.to_string(),
        waits_for: later.waits_for.iter().map(|w| w.0.to_string()).collect(),
    }
}

pub(super) fn encode_settling(settling: &Settling) -> Result<EncodedSettling<'_>, EncodingError> {
    let changes = [Change::Create, Change::Update, Change::Delete];
    let change = changes.into_iter().find(|c| c.word() == settling.change);
    let unknown = || EncodingError(format!("`{}` is no change of an object", settling.change));
    Ok(EncodedSettling {
        token: settling.token.to_string().into(),
        address: settling.address.to_string().into(),
        change: change.ok_or_else(unknown)?.into(),
        unclear: settling.unclear.as_deref().map(Text::from),
    })
}

pub(super) fn decode_settling(
    settling: &EncodedSettling<'_>,
    reading: &mut Reading<'_>,
) -> Result<Settling, EncodingError> {
    Ok(Settling {
        token: settling.token.parse()?,
        address: reading.names.address(&settling.address)?,
        change: Change::from(settling.change).word(),
        unclear: settling.unclear.as_ref().map(|u| u.0.to_string()),
    })
}
