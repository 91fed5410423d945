//! Types on disk.

use super::{Decoder, EncodedValue, EncodingError, SecretsOut, Text, encode_value};
use model::{Field, ObjectType, Scalar, Type};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)] // each is its namesake in `model::Type`
pub enum EncodedType<'a> {
    #[serde(rename = "a")]
    Any,
    #[serde(rename = "b")]
    Bool,
    #[serde(rename = "n")]
    Number,
    #[serde(rename = "s")]
    String,
    #[serde(rename = "l", borrow)]
    List(Box<EncodedType<'a>>),
    #[serde(rename = "e")]
    Set(Box<EncodedType<'a>>),
    #[serde(rename = "m")]
    Map(Box<EncodedType<'a>>),
    #[serde(rename = "t")]
    Tuple(Vec<EncodedType<'a>>),
    #[serde(rename = "o")]
    Object(Vec<EncodedField<'a>>),
    /// Of a kind: its name, and what an instance gives out.
    #[serde(rename = "i")]
    Kind(Text<'a>, Vec<EncodedField<'a>>),
    /// By the word that names it.
    #[serde(rename = "k")]
    Scalar(Text<'a>),
    /// By its words.
    #[serde(rename = "w")]
    Enum(Vec<Text<'a>>),
}

/// An attribute of an object type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncodedField<'a> {
    /// Its name.
    #[serde(rename = "n", borrow)]
    pub name: Text<'a>,
    /// Its type.
    #[serde(rename = "t")]
    pub ty: EncodedType<'a>,
    /// Whether it may be left out.
    #[serde(rename = "o", default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// What stands in for it; in an array of its own, since it may be null.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub default: Option<(Box<EncodedValue<'a>>,)>,
}

/// Encodes a type.
pub fn encode_type<'a>(ty: &'a Type, secrets: &mut SecretsOut) -> EncodedType<'a> {
    match ty {
        Type::Any => EncodedType::Any,
        Type::Bool => EncodedType::Bool,
        Type::Number => EncodedType::Number,
        Type::String => EncodedType::String,
        Type::List(t) => EncodedType::List(Box::new(encode_type(t, secrets))),
        Type::Set(t) => EncodedType::Set(Box::new(encode_type(t, secrets))),
        Type::Map(t) => EncodedType::Map(Box::new(encode_type(t, secrets))),
        Type::Tuple(items) => {
            EncodedType::Tuple(items.iter().map(|t| encode_type(t, secrets)).collect())
        }
        Type::Object(object) => {
            let encode = |(name, field): (&'a Arc<str>, &'a Field)| EncodedField {
                name: name.into(),
                ty: encode_type(&field.ty, secrets),
                optional: field.optional,
                default: field
                    .default
                    .as_ref()
                    .map(|v| (Box::new(encode_value(v, secrets)),)),
            };
            let fields = object.fields.iter().map(encode).collect();
            match &object.kind {
                Some(kind) => EncodedType::Kind(kind.into(), fields),
                None => EncodedType::Object(fields),
            }
        }
        Type::Scalar(Scalar::Enum(words)) => {
            EncodedType::Enum(words.iter().map(Into::into).collect())
        }
        Type::Scalar(scalar) => EncodedType::Scalar(scalar.word().into()),
    }
}

/// Decodes a type.
///
/// # Errors
/// Where it is none.
pub fn decode_type(ty: &EncodedType<'_>, decoder: &mut Decoder<'_>) -> Result<Type, EncodingError> {
    Ok(match ty {
        EncodedType::Any => Type::Any,
        EncodedType::Bool => Type::Bool,
        EncodedType::Number => Type::Number,
        EncodedType::String => Type::String,
        EncodedType::List(t) => Type::list(decode_type(t, decoder)?),
        EncodedType::Set(t) => Type::set(decode_type(t, decoder)?),
        EncodedType::Map(t) => Type::map(decode_type(t, decoder)?),
        EncodedType::Tuple(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(|t| decode_type(t, decoder)).collect();
            Type::Tuple(items?.into())
        }
        EncodedType::Object(fields) => decode_object(fields, None, decoder)?,
        EncodedType::Kind(kind, fields) => {
            let kind = decoder.name(kind);
            decode_object(fields, Some(kind), decoder)?
        }
        EncodedType::Scalar(word) => {
            let mut plain = Scalar::PLAIN.into_iter();
            let named = plain.find(|scalar| scalar.word() == &*word.0);
            let unknown = || EncodingError(format!("`{}` is no type", &*word.0));
            Type::Scalar(named.ok_or_else(unknown)?)
        }
        EncodedType::Enum(words) => {
            let words = words.iter().map(|word| decoder.name(word));
            Type::Scalar(Scalar::Enum(words.collect()))
        }
    })
}

fn decode_object(
    encoded: &[EncodedField<'_>],
    kind: Option<Arc<str>>,
    decoder: &mut Decoder<'_>,
) -> Result<Type, EncodingError> {
    let mut fields = ObjectType::default().fields;
    for field in encoded {
        let default = match &field.default {
            Some((default,)) => Some(default.decode(decoder)?),
            None => None,
        };
        let decoded = Field {
            ty: decode_type(&field.ty, decoder)?,
            optional: field.optional,
            default,
        };
        fields.insert(decoder.name(&field.name), decoded);
    }
    Ok(Type::Object(Arc::new(ObjectType { fields, kind })))
}
