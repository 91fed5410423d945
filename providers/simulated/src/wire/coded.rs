//! Values as JSON without loss. Secrets travel in clear where they are open: a world is what is
//! outside, and its users hand it what they would hand to any API.

use model::{Field, Fingerprint, List, Map, Number, ObjectType, Secret, Type, Value};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map as Json, Value as J, json};
use std::sync::Arc;

pub(crate) fn serialize<S: Serializer>(value: &Value, to: S) -> Result<S::Ok, S::Error> {
    encode(value).serialize(to)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Value, D::Error> {
    decode(&J::deserialize(from)?).ok_or_else(|| D::Error::custom("not a value"))
}

/// Identity classes.
pub(crate) mod class {
    use model::IdentityClass;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    const CLASSES: [(&str, IdentityClass); 5] = [
        ("client token", IdentityClass::ClientToken),
        ("tag at creation", IdentityClass::TagAtCreation),
        ("unique name", IdentityClass::UniqueName),
        ("natural key", IdentityClass::NaturalKey),
        ("none", IdentityClass::None),
    ];

    pub(crate) fn serialize<S: Serializer>(
        class: &IdentityClass,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        CLASSES
            .iter()
            .find(|(_, c)| c == class)
            .map(|(name, _)| name)
            .serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<IdentityClass, D::Error> {
        let name = String::deserialize(from)?;
        let class = CLASSES
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, class)| *class);
        class.ok_or_else(|| D::Error::custom("not an identity class"))
    }
}

fn encode(value: &Value) -> J {
    let items = |items: &[Value]| J::Array(items.iter().map(encode).collect());
    let list = |l: &List| json!([encode_type(&l.element), items(&l.items)]);
    let fields =
        |f: &model::Fields| J::Object(f.iter().map(|(n, v)| (n.to_string(), encode(v))).collect());
    match value {
        Value::Null(ty) => json!({ "null": encode_type(ty) }),
        Value::Bool(b) => J::Bool(*b),
        Value::String(s) => J::String(s.to_string()),
        Value::Number(n) => json!({ "number": n.to_string() }),
        Value::List(l) => json!({ "list": list(l) }),
        Value::Set(l) => json!({ "set": list(l) }),
        Value::Tuple(values) => items(values),
        Value::Map(m) => json!({ "map": [encode_type(&m.element), fields(&m.entries)] }),
        Value::Object(f) => json!({ "object": fields(f) }),
        Value::Unknown(u) => json!({ "unknown": encode_type(&u.ty) }),
        Value::Secret(s) => match s.expose() {
            Some(value) => encode(value),
            None => json!({ "sealed": [s.fingerprint.to_hex(), encode_type(&s.ty)] }),
        },
        Value::Mixed(m) => match m.expose() {
            Some(text) => J::String(text),
            None => encode(&Value::Secret(Arc::new(m.to_secret()))),
        },
    }
}

fn decode(json: &J) -> Option<Value> {
    let items = |j: &J| {
        j.as_array()?
            .iter()
            .map(decode)
            .collect::<Option<Vec<Value>>>()
    };
    let typed = |j: &J| Some((decode_type(j.get(0)?)?, items(j.get(1)?)?));
    let fields = |j: &J| -> Option<model::Fields> {
        let fields = j.as_object()?.iter();
        let fields: Option<Vec<_>> = fields
            .map(|(n, v)| Some((Arc::<str>::from(n.as_str()), decode(v)?)))
            .collect();
        Some(fields?.into_iter().collect())
    };
    let (tag, inner) = match json {
        J::Bool(b) => return Some(Value::Bool(*b)),
        J::String(s) => return Some(Value::string(s.as_str())),
        J::Array(_) => return Some(Value::tuple(items(json)?)),
        J::Object(object) => object.iter().next()?,
        J::Null | J::Number(_) => return None,
    };
    Some(match tag.as_str() {
        "null" => Value::Null(decode_type(inner)?),
        "number" => Value::Number(inner.as_str()?.parse::<Number>().ok()?),
        "list" => typed(inner).map(|(ty, items)| Value::list(ty, items))?,
        "set" => typed(inner).map(|(ty, items)| Value::set(ty, items))?,
        "map" => {
            let (element, entries) = (decode_type(inner.get(0)?)?, fields(inner.get(1)?)?);
            Value::Map(Arc::new(Map { element, entries }))
        }
        "object" => Value::Object(Arc::new(fields(inner)?)),
        "unknown" => Value::unknown(decode_type(inner)?),
        "sealed" => {
            let fingerprint = Fingerprint::from_hex(inner.get(0)?.as_str()?)?;
            Value::Secret(Arc::new(Secret::sealed(
                fingerprint,
                decode_type(inner.get(1)?)?,
            )))
        }
        _ => return None,
    })
}

fn encode_type(ty: &Type) -> J {
    match ty {
        Type::Any => json!("any"),
        Type::Bool => json!("bool"),
        Type::Number => json!("number"),
        Type::String => json!("string"),
        // Values alone go over the wire, and no value has the type of a scalar.
        Type::Scalar(scalar) => encode_type(&scalar.base()),
        Type::List(t) => json!({ "list": encode_type(t) }),
        Type::Set(t) => json!({ "set": encode_type(t) }),
        Type::Map(t) => json!({ "map": encode_type(t) }),
        Type::Tuple(types) => json!({ "tuple": types.iter().map(encode_type).collect::<Vec<_>>() }),
        Type::Object(object) => {
            let field = |f: &Field| {
                json!([
                    encode_type(&f.ty),
                    f.optional,
                    f.default.as_ref().map(encode)
                ])
            };
            let fields: Json<String, J> = object
                .fields
                .iter()
                .map(|(n, f)| (n.to_string(), field(f)))
                .collect();
            json!({ "object": fields })
        }
    }
}

fn decode_type(json: &J) -> Option<Type> {
    match json.as_str() {
        Some("any") => return Some(Type::Any),
        Some("bool") => return Some(Type::Bool),
        Some("number") => return Some(Type::Number),
        Some("string") => return Some(Type::String),
        _ => {}
    }
    let (tag, inner) = json.as_object()?.iter().next()?;
    Some(match tag.as_str() {
        "list" => Type::list(decode_type(inner)?),
        "set" => Type::set(decode_type(inner)?),
        "map" => Type::map(decode_type(inner)?),
        "tuple" => {
            let types: Option<Vec<_>> = inner.as_array()?.iter().map(decode_type).collect();
            Type::Tuple(types?.into())
        }
        "object" => {
            let field = |j: &J| {
                let default = match j.get(2)? {
                    J::Null => None,
                    default => Some(decode(default)?),
                };
                Some(Field {
                    ty: decode_type(j.get(0)?)?,
                    optional: j.get(1)?.as_bool()?,
                    default,
                })
            };
            let fields: Option<_> = inner
                .as_object()?
                .iter()
                .map(|(n, j)| Some((Arc::from(n.as_str()), field(j)?)))
                .collect();
            Type::Object(Arc::new(ObjectType {
                fields: fields?,
                kind: None,
            }))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        let sealed = Secret::sealed(Fingerprint([7; 32]), Type::String);
        let values = [
            Value::Null(provider::host_type()),
            Value::Number("123456789012345678901234567890.5".parse().unwrap()),
            Value::list(Type::map(Type::Bool), Vec::new()),
            Value::set(Type::String, vec!["b".into(), "a".into()]),
            Value::tuple(vec![true.into(), 1.into(), Value::NULL]),
            Value::map(Type::Number, [("a b", 1.into())]),
            Value::object([("null", "x".into()), ("s", Value::Secret(Arc::new(sealed)))]),
            Value::Null(Type::Tuple([Type::Any, Type::set(Type::Number)].into())),
        ];
        for value in values {
            let text = encode(&value).to_string();
            assert_eq!(
                decode(&serde_json::from_str(&text).unwrap()),
                Some(value),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_value() {
        for text in [
            "null",
            "1",
            "{}",
            r#"{"list":1}"#,
            r#"{"number":"x"}"#,
            r#"{"what":[]}"#,
        ] {
            assert_eq!(decode(&serde_json::from_str(text).unwrap()), None, "{text}");
        }
    }
}
