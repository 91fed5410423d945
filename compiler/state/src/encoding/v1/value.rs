//! Values on disk. Null, booleans, strings and objects are JSON's own; whatever else is an array
//! that begins with a letter for its kind.

use super::{Decoder, EncodedType, EncodingError, SecretsIn, SecretsOut, Text};
use super::{decode_type, encode_type};
use model::{Fields, List, Map, Mixed, Number, Part, Secret, Unknown, Value};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

type Entries<'a> = Vec<(Text<'a>, EncodedValue<'a>)>;

/// A value.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // each is its namesake in `model::Value`
pub enum EncodedValue<'a> {
    Null,
    TypedNull(Box<EncodedType<'a>>),
    Bool(bool),
    Int(i64),
    Decimal(Text<'a>),
    String(Text<'a>),
    List(Box<EncodedType<'a>>, Vec<EncodedValue<'a>>),
    Set(Box<EncodedType<'a>>, Vec<EncodedValue<'a>>),
    Map(Box<EncodedType<'a>>, Vec<(Text<'a>, EncodedValue<'a>)>),
    Tuple(Vec<EncodedValue<'a>>),
    Object(Vec<(Text<'a>, EncodedValue<'a>)>),
    Unknown(Box<EncodedUnknown<'a>>),
    Secret(Box<EncodedSecret<'a>>),
    /// The fingerprint of the whole, where it was taken, and the pieces.
    Mixed(Option<Text<'a>>, Vec<EncodedValue<'a>>),
}

/// What is known of an unknown.
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize)]
pub struct EncodedUnknown<'a> {
    #[serde(rename = "t", borrow)]
    ty: EncodedType<'a>,
    #[serde(rename = "s", default, skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
    #[serde(rename = "e", default, skip_serializing_if = "std::ops::Not::not")]
    ephemeral: bool,
    #[serde(rename = "n", default, skip_serializing_if = "std::ops::Not::not")]
    not_null: bool,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    prefix: Option<Text<'a>>,
    #[serde(rename = "min", default)]
    min_length: usize,
    #[serde(rename = "max", default, skip_serializing_if = "Option::is_none")]
    max_length: Option<usize>,
}

/// A secret without its value.
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize)]
pub struct EncodedSecret<'a> {
    #[serde(rename = "f", borrow)]
    fingerprint: Text<'a>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    content: Option<Text<'a>>,
    #[serde(rename = "t")]
    ty: EncodedType<'a>,
    #[serde(rename = "e", default, skip_serializing_if = "std::ops::Not::not")]
    ephemeral: bool,
    /// Which of the list of values.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    reference: Option<u32>,
}

/// Encodes a value; the values of its secrets go into `secrets`.
pub fn encode_value<'a>(value: &'a Value, secrets: &mut SecretsOut) -> EncodedValue<'a> {
    match value {
        Value::Null(model::Type::Any) => EncodedValue::Null,
        Value::Null(ty) => EncodedValue::TypedNull(Box::new(encode_type(ty, secrets))),
        Value::Bool(b) => EncodedValue::Bool(*b),
        Value::Number(n) => match n.as_i64() {
            Some(int) => EncodedValue::Int(int),
            None => EncodedValue::Decimal(n.to_string().into()),
        },
        Value::String(s) => EncodedValue::String(s.into()),
        Value::List(l) => {
            EncodedValue::List(element(&l.element, secrets), items(&l.items, secrets))
        }
        Value::Set(l) => EncodedValue::Set(element(&l.element, secrets), items(&l.items, secrets)),
        Value::Map(m) => {
            EncodedValue::Map(element(&m.element, secrets), entries(&m.entries, secrets))
        }
        Value::Tuple(values) => EncodedValue::Tuple(items(values, secrets)),
        Value::Object(fields) => EncodedValue::Object(entries(fields, secrets)),
        Value::Unknown(u) => EncodedValue::Unknown(Box::new(EncodedUnknown {
            ty: encode_type(&u.ty, secrets),
            sensitive: u.sensitive,
            ephemeral: u.ephemeral,
            not_null: u.not_null,
            prefix: u.prefix.as_ref().map(Text::from),
            min_length: u.min_length,
            max_length: u.max_length,
        })),
        Value::Secret(s) => encode_secret(s, secrets),
        Value::Mixed(m) => EncodedValue::Mixed(
            m.content.map(|c| Text::of_bytes(&c.0)),
            m.parts()
                .iter()
                .map(|part| match part {
                    Part::Text(t) => EncodedValue::String(t.into()),
                    Part::Secret(s) => encode_secret(s, secrets),
                })
                .collect(),
        ),
    }
}

/// Decodes a value; secrets are open where `secrets` has their values.
///
/// # Errors
/// Where it is none.
pub fn decode_value(value: &EncodedValue<'_>, secrets: &SecretsIn) -> Result<Value, EncodingError> {
    value.decode(&mut Decoder::new(secrets))
}

fn element<'a>(ty: &'a model::Type, secrets: &mut SecretsOut) -> Box<EncodedType<'a>> {
    Box::new(encode_type(ty, secrets))
}

fn items<'a>(values: &'a [Value], secrets: &mut SecretsOut) -> Vec<EncodedValue<'a>> {
    values.iter().map(|v| encode_value(v, secrets)).collect()
}

fn entries<'a>(fields: &'a Fields, secrets: &mut SecretsOut) -> Entries<'a> {
    fields
        .iter()
        .map(|(name, value)| (name.into(), encode_value(value, secrets)))
        .collect()
}

fn encode_secret<'a>(secret: &'a Arc<Secret>, secrets: &mut SecretsOut) -> EncodedValue<'a> {
    EncodedValue::Secret(Box::new(EncodedSecret {
        fingerprint: Text::of_bytes(&secret.fingerprint.0),
        content: secret.content.map(|c| Text::of_bytes(&c.0)),
        ty: encode_type(&secret.ty, secrets),
        ephemeral: secret.ephemeral,
        reference: secrets.add(secret),
    }))
}

impl EncodedValue<'_> {
    /// Decodes it.
    ///
    /// # Errors
    /// Where it is no value.
    pub fn decode(&self, decoder: &mut Decoder<'_>) -> Result<Value, EncodingError> {
        Ok(match self {
            EncodedValue::Null => Value::NULL,
            EncodedValue::TypedNull(ty) => Value::Null(decode_type(ty, decoder)?),
            EncodedValue::Bool(b) => Value::Bool(*b),
            EncodedValue::Int(int) => Value::int(*int),
            EncodedValue::Decimal(text) => Value::Number(text.parse::<Number>()?),
            EncodedValue::String(text) => Value::string(&*text.0),
            EncodedValue::List(ty, values) => Value::List(decode_list(ty, values, decoder)?),
            EncodedValue::Set(ty, values) => Value::Set(decode_list(ty, values, decoder)?),
            EncodedValue::Map(ty, values) => Value::Map(Arc::new(Map {
                element: decode_type(ty, decoder)?,
                entries: decode_entries(values, decoder)?,
            })),
            EncodedValue::Tuple(values) => Value::tuple(decode_items(values, decoder)?),
            EncodedValue::Object(fields) => {
                Value::Object(Arc::new(decode_entries(fields, decoder)?))
            }
            EncodedValue::Unknown(u) => Value::Unknown(Arc::new(Unknown {
                ty: decode_type(&u.ty, decoder)?,
                sensitive: u.sensitive,
                ephemeral: u.ephemeral,
                not_null: u.not_null,
                prefix: u.prefix.as_ref().map(|p| Arc::from(&*p.0)),
                min_length: u.min_length,
                max_length: u.max_length,
            })),
            EncodedValue::Secret(s) => Value::Secret(Arc::new(s.decode(decoder)?)),
            EncodedValue::Mixed(content, parts) => {
                let parts: Result<Vec<_>, _> =
                    parts.iter().map(|p| decode_part(p, decoder)).collect();
                match (Mixed::join(parts?), content) {
                    (Value::Mixed(mixed), Some(content)) => {
                        let content = Some(content.fingerprint()?);
                        Value::Mixed(Arc::new(mixed.with_content(content)))
                    }
                    (value, _) => value,
                }
            }
        })
    }
}

impl EncodedSecret<'_> {
    fn decode(&self, decoder: &mut Decoder<'_>) -> Result<Secret, EncodingError> {
        let fingerprint = self.fingerprint.fingerprint()?;
        let content = match &self.content {
            Some(content) => Some(content.fingerprint()?),
            None => None,
        };
        let ty = decode_type(&self.ty, decoder)?;
        let value = match self.reference {
            Some(reference) => decoder.secrets.get(reference)?.cloned(),
            None => None,
        };
        let mut secret = match value {
            Some(value) => Secret::open(fingerprint, value),
            None => Secret::sealed(fingerprint, ty.clone()),
        }
        .with_content(content);
        secret.ty = ty;
        secret.ephemeral = self.ephemeral;
        Ok(secret)
    }
}

fn decode_part(part: &EncodedValue<'_>, decoder: &mut Decoder<'_>) -> Result<Part, EncodingError> {
    match part {
        EncodedValue::String(text) => Ok(Part::Text(Arc::from(&*text.0))),
        EncodedValue::Secret(s) => Ok(Part::Secret(Arc::new(s.decode(decoder)?))),
        _ => Err(EncodingError(
            "a piece of a string is neither text nor a secret".into(),
        )),
    }
}

fn decode_items(
    values: &[EncodedValue<'_>],
    decoder: &mut Decoder<'_>,
) -> Result<Vec<Value>, EncodingError> {
    values.iter().map(|v| v.decode(decoder)).collect()
}

fn decode_list(
    element: &EncodedType<'_>,
    values: &[EncodedValue<'_>],
    decoder: &mut Decoder<'_>,
) -> Result<Arc<List>, EncodingError> {
    Ok(Arc::new(List {
        element: decode_type(element, decoder)?,
        items: decode_items(values, decoder)?,
    }))
}

fn decode_entries(
    entries: &[(Text<'_>, EncodedValue<'_>)],
    decoder: &mut Decoder<'_>,
) -> Result<Fields, EncodingError> {
    entries
        .iter()
        .map(|(name, value)| Ok((decoder.name(name), value.decode(decoder)?)))
        .collect()
}

impl Serialize for EncodedValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            EncodedValue::Null => serializer.serialize_unit(),
            EncodedValue::Bool(b) => serializer.serialize_bool(*b),
            EncodedValue::String(text) => serializer.serialize_str(&text.0),
            EncodedValue::Object(fields) => Object(fields).serialize(serializer),
            EncodedValue::TypedNull(ty) => tagged(serializer, "0", Some(ty), NONE),
            EncodedValue::Int(int) => tagged(serializer, "n", Some(int), NONE),
            EncodedValue::Decimal(text) => tagged(serializer, "d", Some(text), NONE),
            EncodedValue::List(ty, values) => tagged(serializer, "l", Some(ty), values),
            EncodedValue::Set(ty, values) => tagged(serializer, "e", Some(ty), values),
            EncodedValue::Map(ty, values) => tagged(serializer, "m", Some(ty), [Object(values)]),
            EncodedValue::Tuple(values) => tagged(serializer, "t", None::<u8>, values),
            EncodedValue::Unknown(unknown) => tagged(serializer, "u", Some(unknown), NONE),
            EncodedValue::Secret(secret) => tagged(serializer, "x", Some(secret), NONE),
            EncodedValue::Mixed(None, parts) => tagged(serializer, "p", None::<u8>, parts),
            EncodedValue::Mixed(content, parts) => tagged(serializer, "q", Some(content), parts),
        }
    }
}

const NONE: [u8; 0] = [];

fn tagged<S: Serializer>(
    serializer: S,
    tag: &str,
    first: Option<impl Serialize>,
    rest: impl IntoIterator<Item = impl Serialize>,
) -> Result<S::Ok, S::Error> {
    let mut seq = serializer.serialize_seq(None)?;
    seq.serialize_element(tag)?;
    if let Some(first) = first {
        seq.serialize_element(&first)?;
    }
    for item in rest {
        seq.serialize_element(&item)?;
    }
    seq.end()
}

struct Object<'a>(&'a [(Text<'a>, EncodedValue<'a>)]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

struct Entered<'a>(Entries<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for Entered<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entered<'a>, D::Error> {
        match EncodedValue::deserialize(deserializer)? {
            EncodedValue::Object(entries) => Ok(Entered(entries)),
            _ => Err(D::Error::custom("a map has no entries")),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for EncodedValue<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<EncodedValue<'a>, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = EncodedValue<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<EncodedValue<'de>, E> {
        Ok(EncodedValue::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<EncodedValue<'de>, E> {
        Ok(EncodedValue::Bool(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<EncodedValue<'de>, E> {
        Ok(EncodedValue::String(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<EncodedValue<'de>, E> {
        Ok(EncodedValue::String(text.to_string().into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EncodedValue<'de>, A::Error> {
        let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(4));
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(EncodedValue::Object(entries))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<EncodedValue<'de>, A::Error> {
        let tag: Text<'de> = first(&mut seq)?;
        let value = match &*tag.0 {
            "0" => EncodedValue::TypedNull(first(&mut seq)?),
            "n" => EncodedValue::Int(first(&mut seq)?),
            "d" => EncodedValue::Decimal(first(&mut seq)?),
            "l" => EncodedValue::List(first(&mut seq)?, rest(&mut seq)?),
            "e" => EncodedValue::Set(first(&mut seq)?, rest(&mut seq)?),
            "m" => EncodedValue::Map(first(&mut seq)?, first::<Entered<'de>, _>(&mut seq)?.0),
            "t" => EncodedValue::Tuple(rest(&mut seq)?),
            "u" => EncodedValue::Unknown(first(&mut seq)?),
            "x" => EncodedValue::Secret(first(&mut seq)?),
            "p" => EncodedValue::Mixed(None, rest(&mut seq)?),
            "q" => EncodedValue::Mixed(first(&mut seq)?, rest(&mut seq)?),
            _ => return Err(A::Error::custom("a value of a kind that is not known")),
        };
        match seq.next_element::<serde::de::IgnoredAny>()? {
            Some(_) => Err(A::Error::custom("more than a value")),
            None => Ok(value),
        }
    }
}

fn first<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(seq: &mut A) -> Result<T, A::Error> {
    seq.next_element()?
        .ok_or_else(|| A::Error::custom("a value is cut short"))
}

fn rest<'de, A: SeqAccess<'de>>(seq: &mut A) -> Result<Vec<EncodedValue<'de>>, A::Error> {
    let mut values = Vec::new();
    while let Some(value) = seq.next_element()? {
        values.push(value);
    }
    Ok(values)
}
