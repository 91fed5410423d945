//! Attributes and indexes.

use crate::evaluate::Eval;
use crate::{marks, problem};
use diagnostics::Span;
use model::{Fields, Mixed, Number, Secret, Type, Unknown, Value, convert};
use std::sync::Arc;

/// `source.name`
pub(crate) fn attribute(source: &Value, name: &Arc<str>, span: Span) -> Eval {
    match source {
        Value::Object(fields) => fields
            .get(name)
            .cloned()
            .ok_or_else(|| problem::no_attribute(fields, name, false, span)),
        Value::Map(map) => map
            .entries
            .get(name)
            .cloned()
            .ok_or_else(|| problem::no_attribute(&map.entries, name, true, span)),
        Value::Unknown(unknown) => match attribute_type(&unknown.ty, name) {
            Some(ty) => Ok(part_of_unknown(unknown, ty)),
            None => Err(problem::no_attribute_of_type(name, &unknown.ty, span)),
        },
        Value::Secret(secret) => {
            let ty = attribute_type(&secret.ty, name)
                .ok_or_else(|| problem::no_attribute_of_type(name, &secret.ty, span))?;
            let inner = secret
                .expose()
                .map(|v| attribute(v, name, span))
                .transpose()?;
            Ok(part_of_secret(secret, &format!(".{name}"), inner, ty))
        }
        other => Err(problem::not_an_object(other, name, span)),
    }
}

/// The type of an attribute, as far as a type tells; none where there can't be such a one.
pub(crate) fn attribute_type(ty: &Type, name: &str) -> Option<Type> {
    match ty {
        Type::Any => Some(Type::Any),
        Type::Map(element) => Some(Type::clone(element)),
        Type::Object(object) => object.fields.get(name).map(|f| f.ty.clone()),
        _ => None,
    }
}

fn part_of_unknown(unknown: &Unknown, ty: Type) -> Value {
    let mut part = Unknown::of(ty).sensitive(unknown.sensitive);
    part.ephemeral = unknown.ephemeral;
    Value::Unknown(Arc::new(part))
}

fn part_of_secret(secret: &Secret, operation: &str, inner: Option<Value>, ty: Type) -> Value {
    if let Some(inner @ Value::Unknown(_)) = &inner {
        return marks::unknown_value(inner.ty(), &[&Value::Secret(Arc::new(secret.clone()))]);
    }
    let part = secret.derive(operation, ty, |_| inner.unwrap_or(Value::NULL));
    Value::Secret(Arc::new(part))
}

/// `source[index]`
pub(crate) fn index(source: &Value, index: &Value, source_at: Span, at: Span) -> Eval {
    match source {
        Value::Null(_) => Err(problem::no_index(source, source_at)),
        Value::Mixed(mixed) => self::index(
            &Value::Secret(Arc::new(Mixed::to_secret(mixed))),
            index,
            source_at,
            at,
        ),
        Value::Unknown(unknown) => {
            let ty = element_type(&unknown.ty, index)
                .ok_or_else(|| problem::no_index(source, source_at))?;
            Ok(marks::unknown_value(ty, &[source, index]))
        }
        Value::Secret(secret) => {
            let ty = element_type(&secret.ty, index)
                .ok_or_else(|| problem::no_index(source, source_at))?;
            if index.is_unknown() {
                return Ok(marks::unknown_value(ty, &[source, index]));
            }
            lifted(source, index, source_at, at, ty)
        }
        _ if index.is_unknown() => {
            let ty = element_type(&source.ty(), index)
                .ok_or_else(|| problem::no_index(source, source_at))?;
            Ok(marks::unknown_value(ty, &[source, index]))
        }
        _ if marks::is_secret(index) => {
            let ty = element_type(&source.ty(), index)
                .ok_or_else(|| problem::no_index(source, source_at))?;
            if source.has_unknown() {
                return Ok(marks::unknown_value(ty, &[source, index]));
            }
            lifted(source, index, source_at, at, ty)
        }
        Value::List(list) => item(&list.items, index, at),
        Value::Tuple(items) => item(items, index, at),
        Value::Map(map) => entry(&map.entries, index, true, at),
        Value::Object(fields) => entry(fields, index, false, at),
        other => Err(problem::no_index(other, source_at)),
    }
}

fn lifted(source: &Value, at: &Value, source_span: Span, span: Span, ty: Type) -> Eval {
    marks::lift(
        "[]",
        &[source, at],
        || ty,
        |v| {
            index(&v[0], &v[1], source_span, span)
                .map_err(|_| problem::sensitive_message("there is no such item", span))
        },
    )
}

fn item(items: &[Value], index: &Value, at: Span) -> Eval {
    let number = convert(index, &Type::Number).ok().filter(|n| !n.is_null());
    let Some(Value::Number(number)) = number else {
        let message = format!(
            "an item is taken by a number, not by {}",
            problem::kind(index)
        );
        return Err(problem::bad_index(message, at));
    };
    match whole_index(&number) {
        Ok(i) => items
            .get(i)
            .cloned()
            .ok_or_else(|| problem::out_of_range(items.len(), at)),
        Err(message) => Err(problem::bad_index(message.into(), at)),
    }
}

fn whole_index(number: &Number) -> Result<usize, &'static str> {
    if !number.is_whole() {
        return Err("an index is a whole number");
    }
    if crate::arithmetic::is_negative(number) {
        return Err("an index can't be negative");
    }
    Ok(number.as_usize().unwrap_or(usize::MAX))
}

fn entry(fields: &Fields, index: &Value, map: bool, at: Span) -> Eval {
    let name = convert(index, &Type::String).ok().filter(|n| !n.is_null());
    let Some(Value::String(name)) = name else {
        let message = format!(
            "an entry is taken by a string, not by {}",
            problem::kind(index)
        );
        return Err(problem::bad_index(message, at));
    };
    fields
        .get(&name)
        .cloned()
        .ok_or_else(|| problem::no_attribute(fields, &name, map, at))
}

/// The type of an item, as far as types tell; none where the type has no items.
pub(crate) fn element_type(ty: &Type, index: &Value) -> Option<Type> {
    match ty {
        Type::Any => Some(Type::Any),
        Type::List(element) | Type::Map(element) => Some(Type::clone(element)),
        Type::Tuple(items) => Some(match index {
            Value::Number(n) => n
                .as_usize()
                .and_then(|i| items.get(i))
                .cloned()
                .unwrap_or_default(),
            // Which one it will be is not known: their type is, where it is one.
            _ => match items.first() {
                Some(first) if items.iter().all(|item| item == first) => first.clone(),
                _ => Type::Any,
            },
        }),
        Type::Object(object) => Some(match index {
            Value::String(name) => object
                .fields
                .get(name)
                .map(|f| f.ty.clone())
                .unwrap_or_default(),
            _ => Type::Any,
        }),
        _ => None,
    }
}
