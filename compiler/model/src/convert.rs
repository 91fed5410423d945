//! Conversion of values to types.

mod collections;

use crate::unify::{may_convert, resolved};
use crate::{AttrPath, Fields, ObjectType, Type, Unknown, Value, show_type};
use collections::{as_set, elements, entries, instances};
use std::fmt;
use std::sync::Arc;

/// Why a value is not of a type: where in it, and what.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvertError {
    /// Where in the value.
    pub path: AttrPath,
    /// What was expected there, and what is there.
    pub message: String,
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.0.is_empty() {
            true => f.write_str(&self.message),
            false => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

impl std::error::Error for ConvertError {}

/// The value as one of the type `to`.
///
/// # Errors
/// Where the value, or something in it, has no form of that type. No message holds a value.
pub fn convert(value: &Value, to: &Type) -> Result<Value, ConvertError> {
    let root = AttrPath::root();
    if !to.has_scalar() {
        return at(value, to, &root);
    }
    let base = at(value, &to.base(), &root);
    let converted = base.map_err(|error| meant(error, to))?;
    meaning(&converted, to, &root)?;
    Ok(converted)
}

/// Where a scalar was wanted, what it looks like says more than its base.
fn meant(error: ConvertError, to: &Type) -> ConvertError {
    match (to, error.path.0.is_empty()) {
        (Type::Scalar(scalar), true) => ConvertError {
            message: format!("{} required", scalar.looks_like()),
            ..error
        },
        _ => error,
    }
}

/// Whether every scalar that is known has its meaning.
fn meaning(value: &Value, ty: &Type, path: &AttrPath) -> Result<(), ConvertError> {
    let open;
    let value = match value {
        Value::Secret(_) | Value::Mixed(_) => {
            open = value.expose();
            &open
        }
        plain => plain,
    };
    match (value, ty) {
        (Value::Null(_) | Value::Unknown(_) | Value::Secret(_) | Value::Mixed(_), _) => Ok(()),
        (_, Type::Scalar(scalar)) => match scalar.fits(value) {
            true => Ok(()),
            false => Err(ConvertError {
                path: path.clone(),
                message: format!("{} required", scalar.looks_like()),
            }),
        },
        (_, Type::List(element) | Type::Set(element)) => {
            let mut items = value.as_items().unwrap_or(&[]).iter().enumerate();
            items.try_for_each(|(i, v)| meaning(v, element, &path.item(i)))
        }
        (_, Type::Tuple(types)) => {
            let items = value.as_items().unwrap_or(&[]).iter().zip(types.iter());
            let mut items = items.enumerate();
            items.try_for_each(|(i, (v, t))| meaning(v, t, &path.item(i)))
        }
        (_, Type::Map(element)) => {
            let fields = value.as_fields().cloned().unwrap_or_default();
            let mut fields = fields.iter();
            fields.try_for_each(|(k, v)| meaning(v, element, &path.then(k)))
        }
        (_, Type::Object(object)) => {
            let fields = value.as_fields().cloned().unwrap_or_default();
            let of = |name: &Arc<str>| object.fields.get(name).map(|f| &f.ty);
            let mut fields = fields.iter().filter_map(|(k, v)| Some((k, v, of(k)?)));
            fields.try_for_each(|(k, v, ty)| meaning(v, ty, &path.then(k)))
        }
        _ => Ok(()),
    }
}

fn at(value: &Value, to: &Type, path: &AttrPath) -> Result<Value, ConvertError> {
    let refuse = || {
        Err(ConvertError {
            path: path.clone(),
            message: format!("{} required, found {}", article(to), article(&value.ty())),
        })
    };
    Ok(match (value, to) {
        (_, Type::Any) => value.clone(),
        (Value::Null(from), _) if may_convert(from, to) => Value::Null(resolved(from, to)),
        (Value::Unknown(unknown), _) => return unknown_as(unknown, to).map_or_else(refuse, Ok),
        (Value::Secret(secret), _) => {
            if secret.ty == *to {
                return Ok(value.clone());
            }
            let inner = secret.expose().map(|v| at(v, to, path)).transpose()?;
            let mut converted = crate::Secret::clone(secret);
            converted.fingerprint = secret.fingerprint.converted(to);
            let mut fresh = match inner {
                Some(inner) => crate::Secret::open(converted.fingerprint, inner).typed(to.clone()),
                None if may_convert(&secret.ty, to) => {
                    crate::Secret::sealed(converted.fingerprint, to.clone())
                }
                None => return refuse(),
            };
            fresh.ephemeral = secret.ephemeral;
            Value::Secret(Arc::new(fresh))
        }
        (Value::Mixed(_), Type::String) => value.clone(),
        (Value::Mixed(mixed), _) => {
            return at(&Value::Secret(Arc::new(mixed.to_secret())), to, path);
        }
        (Value::Bool(_), Type::Bool)
        | (Value::Number(_), Type::Number)
        | (Value::String(_), Type::String) => value.clone(),
        (Value::Bool(b), Type::String) => Value::string(if *b { "true" } else { "false" }),
        (Value::Number(n), Type::String) => Value::string(n.to_string()),
        (Value::String(s), Type::Number) => match s.parse() {
            Ok(number) => Value::Number(number),
            Err(_) => return refuse(),
        },
        (Value::String(s), Type::Bool) => match &**s {
            "true" | "1" => Value::Bool(true),
            "false" | "0" => Value::Bool(false),
            _ => return refuse(),
        },
        (Value::List(list) | Value::Set(list), Type::List(element) | Type::Set(element))
            if !may_convert(&list.element, element) =>
        {
            return refuse();
        }
        (Value::Map(map), Type::Map(element)) if !may_convert(&map.element, element) => {
            return refuse();
        }
        (Value::List(_) | Value::Set(_) | Value::Tuple(_), Type::List(element)) => {
            let unify = matches!(value, Value::Tuple(_));
            let (element, items) = elements(value, element, unify, path)?;
            Value::list(element, items)
        }
        (Value::List(_) | Value::Set(_) | Value::Tuple(_), Type::Set(element)) => {
            let (element, items) = elements(value, element, false, path)?;
            as_set(element, items)
        }
        (Value::List(_) | Value::Set(_) | Value::Tuple(_), Type::Tuple(types)) => {
            let items = value.as_items().unwrap_or(&[]);
            if items.len() != types.len() {
                return refuse();
            }
            let items: Result<_, _> = items
                .iter()
                .zip(types.iter())
                .enumerate()
                .map(|(i, (v, t))| at(v, t, &path.item(i)))
                .collect();
            Value::tuple(items?)
        }
        (Value::Map(_) | Value::Object(_), Type::List(element)) if element.is_kind() => {
            let items = instances(value, element, path);
            let items: Result<_, _> = items.iter().map(|v| at(v, element, path)).collect();
            Value::list(Type::clone(element), items?)
        }
        (Value::Map(_) | Value::Object(_), Type::Map(element)) => {
            let (element, entries) = entries(value, element, path)?;
            Value::map(element, entries)
        }
        (Value::Map(_) | Value::Object(_), Type::Object(object)) => {
            let fields = value.as_fields().cloned().unwrap_or_default();
            object_as(&fields, object, path)?
        }
        _ => return refuse(),
    })
}

fn object_as(fields: &Fields, object: &ObjectType, path: &AttrPath) -> Result<Value, ConvertError> {
    let mut converted = Vec::with_capacity(object.fields.len());
    let mut missing = Vec::new();
    for (name, field) in &object.fields {
        let given = fields
            .get(name)
            .filter(|v| !(v.is_null() && field.default.is_some()));
        match (given, &field.default) {
            (Some(value), _) => {
                converted.push((name.clone(), at(value, &field.ty, &path.then(name))?));
            }
            (None, Some(default)) => converted.push((name.clone(), default.clone())),
            (None, None) if field.optional => {
                converted.push((name.clone(), Value::Null(field.ty.clone())));
            }
            (None, None) => missing.push(format!("`{name}`")),
        }
    }
    if missing.is_empty() {
        return Ok(Value::object(converted));
    }
    let (noun, verb) = if missing.len() == 1 {
        ("attribute", "is")
    } else {
        ("attributes", "are")
    };
    Err(ConvertError {
        path: path.clone(),
        message: format!("{noun} {} {verb} required", missing.join(", ")),
    })
}

fn unknown_as(unknown: &Arc<Unknown>, to: &Type) -> Option<Value> {
    if !may_convert(&unknown.ty, to) {
        return None;
    }
    let mut converted = Unknown::clone(unknown);
    converted.ty = resolved(&unknown.ty, to);
    // Different values may become equal ones.
    if matches!(converted.ty, Type::Set(_)) && unknown.ty != converted.ty {
        converted.min_length = converted.min_length.min(1);
    }
    if unknown.ty != *to && *to != Type::String {
        converted.prefix = None;
    }
    Some(Value::Unknown(Arc::new(converted)))
}

fn article(ty: &Type) -> String {
    match ty {
        Type::Any => "a value".into(),
        Type::Bool => "a bool".into(),
        Type::Number => "a number".into(),
        Type::String => "a string".into(),
        Type::List(one) => match &**one {
            Type::Object(of) if of.kind.is_some() => {
                let kind = of.kind.as_deref().unwrap_or_default();
                format!("instances of the kind `{kind}`")
            }
            _ => format!("a {}", show_type(ty)),
        },
        Type::Set(_) => format!("a {}", show_type(ty)),
        Type::Map(_) => format!("a {}", show_type(ty)),
        Type::Tuple(items) => format!("a tuple of {}", items.len()),
        Type::Scalar(scalar) => scalar.looks_like(),
        Type::Object(o) => {
            if let Some(kind) = &o.kind {
                return format!("an instance of the kind `{kind}`");
            }
            let required = o.fields.iter().filter(|(_, f)| !f.optional);
            let mut names: Vec<_> = required.map(|(n, _)| format!("`{n}`")).collect();
            if names.is_empty() {
                return "an object".into();
            }
            if names.len() > 6 {
                names.truncate(6);
                names.push("…".into());
            }
            format!("an object with {}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: Value, to: Type, expected: Result<Value, &str>) {
        let converted = convert(&value, &to).map_err(|e| e.to_string());
        assert_eq!(converted, expected.map_err(String::from));
    }

    #[test]
    fn primitives() {
        check("12".into(), Type::Number, Ok(12.into()));
        check(true.into(), Type::String, Ok("true".into()));
        check(
            "yes".into(),
            Type::Bool,
            Err("a bool required, found a string"),
        );
        check(1.into(), Type::Bool, Err("a bool required, found a number"));
        check(Value::NULL, Type::Bool, Ok(Value::Null(Type::Bool)));
    }

    #[test]
    fn what_an_object_needs_is_named_and_what_it_may_have_is_not() {
        let object = |fields: &[(&str, bool)]| {
            let field = |optional| Field {
                ty: Type::String,
                optional,
                default: None,
            };
            let fields = fields.iter().map(|(n, o)| (Arc::from(*n), field(*o)));
            Type::Object(Arc::new(ObjectType {
                fields: fields.collect(),
                kind: None,
            }))
        };
        check(
            "192.0.2.1".into(),
            object(&[("address", false), ("port", true)]),
            Err("an object with `address` required, found a string"),
        );
        check(
            1.into(),
            object(&[("port", true)]),
            Err("an object required, found a number"),
        );
    }

    #[test]
    fn collections_take_the_common_type() {
        let tuple = Value::tuple(vec![1.into(), "a".into()]);
        let strings = Value::list(Type::String, vec!["1".into(), "a".into()]);
        check(tuple.clone(), Type::list(Type::Any), Ok(strings));
        check(
            tuple,
            Type::list(Type::Number),
            Err("[1]: a number required, found a string"),
        );
    }

    #[test]
    fn objects_take_defaults_and_name_what_is_missing() {
        let mut object = ObjectType::default();
        let field = |optional, default| Field {
            ty: Type::Number,
            optional,
            default,
        };
        object.fields.insert("a".into(), field(false, None));
        object
            .fields
            .insert("b".into(), field(true, Some(7.into())));
        let ty = Type::Object(Arc::new(object));
        check(
            Value::object([("a", "1".into()), ("z", 1.into())]),
            ty.clone(),
            Ok(Value::object([("a", 1.into()), ("b", 7.into())])),
        );
        check(
            Value::object([("b", 1.into())]),
            ty,
            Err("attribute `a` is required"),
        );
    }

    use crate::Field;

    #[test]
    fn unknown_keeps_what_is_known_of_it() {
        let unknown = Value::Unknown(Arc::new(Unknown::of(Type::Any).not_null()));
        let converted = convert(&unknown, &Type::String).unwrap();
        assert!(matches!(converted, Value::Unknown(u) if u.ty == Type::String && u.not_null));
        assert!(convert(&Value::unknown(Type::Bool), &Type::list(Type::Any)).is_err());
    }
}
