//! `check` blocks and ephemeral resources on disk.

use super::context::{Reading, Writing};
use super::expr::Index;
use super::scope::{EncodedDeferred, decode_deferred, encode_deferred};
use crate::{Assertion, CheckBlock, ScopedData, Verdict};
use serde::{Deserialize, Serialize};
use state::ProviderKey;
use state::encoding::v1::{EncodingError, Text};

/// A check.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedCheckBlock<'a> {
    #[serde(rename = "at", borrow)]
    address: Text<'a>,
    scope: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<EncodedData<'a>>,
    /// Of each, the condition and what to say.
    assertions: Vec<(Index, Index)>,
    verdict: EncodedVerdict,
}

/// A data source of a check, or an ephemeral resource.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedData<'a> {
    #[serde(rename = "at", borrow)]
    address: Text<'a>,
    #[serde(rename = "by")]
    provider: Text<'a>,
    deferred: EncodedDeferred<'a>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EncodedVerdict {
    Holds,
    Open,
    Fails,
}

pub(super) fn encode_check_block<'a>(
    check: &'a CheckBlock,
    writing: &mut Writing<'a>,
) -> EncodedCheckBlock<'a> {
    let data = check.data.as_ref().map(|data| encode_data(data, writing));
    let mut add = |expr| writing.exprs.add(expr, &mut writing.secrets);
    let assertions = check.assertions.iter();
    EncodedCheckBlock {
        address: check.address.to_string().into(),
        scope: check.scope,
        data,
        assertions: assertions
            .map(|a| (add(&a.condition), add(&a.error_message)))
            .collect(),
        verdict: match check.verdict {
            Verdict::Holds => EncodedVerdict::Holds,
            Verdict::Open => EncodedVerdict::Open,
            Verdict::Fails => EncodedVerdict::Fails,
        },
    }
}

pub(super) fn encode_data<'a>(data: &'a ScopedData, writing: &mut Writing<'a>) -> EncodedData<'a> {
    EncodedData {
        address: data.address.to_string().into(),
        provider: (&data.provider.0).into(),
        deferred: encode_deferred(&data.deferred, writing),
    }
}

pub(super) fn decode_data(
    data: &EncodedData<'_>,
    reading: &mut Reading<'_>,
) -> Result<ScopedData, EncodingError> {
    Ok(ScopedData {
        address: reading.names.address(&data.address)?,
        provider: ProviderKey(reading.names.name(&data.provider)),
        deferred: decode_deferred(&data.deferred, reading)?,
    })
}

pub(super) fn decode_check_block(
    check: &EncodedCheckBlock<'_>,
    reading: &mut Reading<'_>,
) -> Result<CheckBlock, EncodingError> {
    let data = check.data.as_ref();
    let data = data.map(|data| decode_data(data, reading)).transpose()?;
    let mut assertions = Vec::with_capacity(check.assertions.len());
    for (condition, error_message) in &check.assertions {
        assertions.push(Assertion {
            condition: Box::new(reading.exprs.take(*condition)?),
            error_message: Box::new(reading.exprs.take(*error_message)?),
        });
    }
    Ok(CheckBlock {
        address: reading.names.address(&check.address)?,
        scope: reading.scope(check.scope)?,
        data,
        assertions,
        verdict: match check.verdict {
            EncodedVerdict::Holds => Verdict::Holds,
            EncodedVerdict::Open => Verdict::Open,
            EncodedVerdict::Fails => Verdict::Fails,
        },
    })
}
