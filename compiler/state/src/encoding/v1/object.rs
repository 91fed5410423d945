//! Objects, provider connections and outputs on disk.

use super::{Decoder, EncodedValue, EncodingError, SecretsOut, Text, encode_value};
use crate::{Durations, Object, Output, ProviderKey, ProviderRecord, Status};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncodedObject<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(rename = "at")]
    address: Text<'a>,
    /// `t`ainted, `d`eposed.
    #[serde(rename = "is", default, skip_serializing_if = "Text::is_empty")]
    status: Text<'a>,
    #[serde(rename = "v")]
    schema_version: u32,
    #[serde(rename = "attrs")]
    attributes: EncodedValue<'a>,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    private: Text<'a>,
    #[serde(rename = "by")]
    provider: Text<'a>,
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    container: Option<Text<'a>>,
    #[serde(rename = "deps", default, skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<Text<'a>>,
    #[serde(rename = "cbd", default, skip_serializing_if = "std::ops::Not::not")]
    create_before_destroy: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    protected: bool,
    #[serde(rename = "impl", default, skip_serializing_if = "Option::is_none")]
    implementation: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    create_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    update_ms: Option<u64>,
    #[serde(rename = "ms")]
    changed_at_ms: u64,
    #[serde(rename = "who")]
    changed_by: Text<'a>,
}

/// A provider's connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncodedProvider<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    provider: Text<'a>,
    identity: Text<'a>,
    config: EncodedValue<'a>,
}

/// An output of the root module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncodedOutput<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    value: EncodedValue<'a>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
}

/// Encodes an object.
pub fn encode_object<'a>(object: &'a Object, secrets: &mut SecretsOut) -> EncodedObject<'a> {
    let status = match object.status {
        Status::Ready => "",
        Status::Tainted => "t",
        Status::Deposed => "d",
    };
    EncodedObject {
        id: object.id.to_string().into(),
        address: object.address.to_string().into(),
        status: status.into(),
        schema_version: object.schema_version,
        attributes: encode_value(&object.attributes, secrets),
        private: Text::of_bytes(&object.private),
        provider: (&object.provider.0).into(),
        container: object.container.as_ref().map(Text::from),
        dependencies: object
            .dependencies
            .iter()
            .map(|d| d.to_string().into())
            .collect(),
        create_before_destroy: object.create_before_destroy,
        protected: object.protected,
        implementation: object.implementation.as_ref().map(Text::from),
        create_ms: object.durations.create_ms,
        update_ms: object.durations.update_ms,
        changed_at_ms: object.changed_at_ms,
        changed_by: (&object.changed_by).into(),
    }
}

/// Decodes an object.
///
/// # Errors
/// Where it is none.
pub fn decode_object(
    object: &EncodedObject<'_>,
    decoder: &mut Decoder<'_>,
) -> Result<Object, EncodingError> {
    let status = match &*object.status.0 {
        "" => Status::Ready,
        "t" => Status::Tainted,
        "d" => Status::Deposed,
        _ => {
            return Err(EncodingError(
                "an object has a status that is not known".into(),
            ));
        }
    };
    let dependencies: Result<Vec<_>, _> = object
        .dependencies
        .iter()
        .map(|d| decoder.address(d))
        .collect();
    Ok(Object {
        id: object.id.parse()?,
        address: decoder.address(&object.address)?,
        status,
        schema_version: object.schema_version,
        attributes: object.attributes.decode(decoder)?,
        private: match object.private.is_empty() {
            true => Arc::default(),
            false => object.private.bytes()?.into(),
        },
        provider: ProviderKey(decoder.name(&object.provider)),
        container: object.container.as_ref().map(|c| decoder.name(c)),
        dependencies: dependencies?.into(),
        create_before_destroy: object.create_before_destroy,
        protected: object.protected,
        implementation: object.implementation.as_ref().map(|i| decoder.name(i)),
        durations: Durations {
            create_ms: object.create_ms,
            update_ms: object.update_ms,
        },
        changed_at_ms: object.changed_at_ms,
        changed_by: decoder.name(&object.changed_by),
    })
}

/// Encodes a provider's connection.
pub fn encode_provider<'a>(
    record: &'a ProviderRecord,
    secrets: &mut SecretsOut,
) -> EncodedProvider<'a> {
    EncodedProvider {
        key: (&record.key.0).into(),
        provider: (&record.provider).into(),
        identity: record.identity.as_str().into(),
        config: encode_value(&record.config, secrets),
    }
}

/// Decodes a provider's connection.
///
/// # Errors
/// Where it is none.
pub fn decode_provider(
    record: &EncodedProvider<'_>,
    decoder: &mut Decoder<'_>,
) -> Result<ProviderRecord, EncodingError> {
    Ok(ProviderRecord {
        key: ProviderKey(decoder.name(&record.key)),
        provider: decoder.name(&record.provider),
        identity: record.identity.0.to_string(),
        config: record.config.decode(decoder)?,
    })
}

pub(super) fn encode_output<'a>(
    (name, output): (&'a Arc<str>, &'a Output),
    secrets: &mut SecretsOut,
) -> EncodedOutput<'a> {
    EncodedOutput {
        name: name.into(),
        value: encode_value(&output.value, secrets),
        sensitive: output.sensitive,
    }
}

pub(super) fn decode_output(
    output: &EncodedOutput<'_>,
    decoder: &mut Decoder<'_>,
) -> Result<(Arc<str>, Output), EncodingError> {
    let decoded = Output {
        value: output.value.decode(decoder)?,
        sensitive: output.sensitive,
    };
    Ok((decoder.name(&output.name), decoded))
}
