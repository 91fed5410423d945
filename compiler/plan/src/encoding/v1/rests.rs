//! What a plan rests on and what reads found, on disk, a line each; and what moves.

use super::context::{EncodedOption, Reading, Writing};
use super::context::{decode_digest, decode_private, encode_digest};
use crate::{Drift, Moved, Rests};
use serde::{Deserialize, Serialize};
use state::ProviderKey;
use state::encoding::v1::{
    EncodedObject, EncodedValue, EncodingError, Text, decode_object, encode_object,
};

/// What a decision rests on.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedRests<'a> {
    #[serde(rename = "at", borrow)]
    address: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object: Option<Text<'a>>,
    #[serde(rename = "by")]
    provider: Text<'a>,
    asked: EncodedValue<'a>,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    private: Text<'a>,
    digest: Text<'a>,
}

/// What a read found.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedDrift<'a> {
    #[serde(rename = "at", borrow)]
    address: Text<'a>,
    id: Text<'a>,
    before: EncodedValue<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: EncodedOption<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object: Option<Box<EncodedObject<'a>>>,
}

/// What gets another address.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedMoved<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    from: Text<'a>,
    to: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    becomes: Option<Box<EncodedObject<'a>>>,
}

pub(super) fn encode_moved<'a>(moved: &'a Moved, writing: &mut Writing<'a>) -> EncodedMoved<'a> {
    let becomes = moved.becomes.as_deref();
    EncodedMoved {
        id: moved.object.to_string().into(),
        from: moved.from.to_string().into(),
        to: moved.to.to_string().into(),
        becomes: becomes.map(|o| Box::new(encode_object(o, &mut writing.secrets))),
    }
}

pub(super) fn decode_moved(
    moved: &EncodedMoved<'_>,
    reading: &mut Reading<'_>,
) -> Result<Moved, EncodingError> {
    let becomes = moved.becomes.as_deref();
    let becomes = becomes.map(|o| decode_object(o, &mut reading.names));
    Ok(Moved {
        object: moved.id.parse()?,
        from: reading.names.address(&moved.from)?,
        to: reading.names.address(&moved.to)?,
        becomes: becomes.transpose()?.map(Box::new),
    })
}

pub(super) fn encode_rests<'a>(rests: &'a Rests, writing: &mut Writing<'a>) -> EncodedRests<'a> {
    EncodedRests {
        address: rests.address.to_string().into(),
        object: rests.object.map(|id| id.to_string().into()),
        provider: (&rests.provider.0).into(),
        asked: writing.value(&rests.asked),
        private: Text::of_bytes(&rests.private),
        digest: encode_digest(&rests.digest),
    }
}

pub(super) fn decode_rests(
    rests: &EncodedRests<'_>,
    reading: &mut Reading<'_>,
) -> Result<Rests, EncodingError> {
    Ok(Rests {
        address: reading.names.address(&rests.address)?,
        object: rests.object.as_ref().map(Text::parse).transpose()?,
        provider: ProviderKey(reading.names.name(&rests.provider)),
        asked: reading.value(&rests.asked)?,
        private: decode_private(&rests.private)?,
        digest: decode_digest(&rests.digest)?,
    })
}

pub(super) fn encode_drift<'a>(drift: &'a Drift, writing: &mut Writing<'a>) -> EncodedDrift<'a> {
    let object = drift.object.as_deref();
    EncodedDrift {
        address: drift.address.to_string().into(),
        id: drift.id.to_string().into(),
        before: writing.value(&drift.before),
        after: writing.maybe(drift.after.as_ref()),
        object: object.map(|o| Box::new(encode_object(o, &mut writing.secrets))),
    }
}

pub(super) fn decode_drift(
    drift: &EncodedDrift<'_>,
    reading: &mut Reading<'_>,
) -> Result<Drift, EncodingError> {
    let object = drift.object.as_deref();
    let object = object.map(|o| decode_object(o, &mut reading.names));
    Ok(Drift {
        address: reading.names.address(&drift.address)?,
        before: reading.value(&drift.before)?,
        after: reading.maybe(&drift.after)?,
        object: object.transpose()?.map(Box::new),
        id: drift.id.parse()?,
    })
}
