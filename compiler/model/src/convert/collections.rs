//! Conversion of collections: what their items have in common, where the type leaves that open.

use super::{ConvertError, at};
use crate::unify::unify_loosely;
use crate::{AttrPath, Part, Type, Unknown, Value};
use std::sync::Arc;

/// Where several instances of a kind are taken, one stands for a list of one, and those of a call
/// with `for_each` for all of them.
pub(super) fn instances(value: &Value, kind: &Type, path: &AttrPath) -> Vec<Value> {
    match at(value, kind, path) {
        Ok(_) => vec![value.clone()],
        Err(_) => {
            let fields = value.as_fields().cloned().unwrap_or_default();
            fields.values().cloned().collect()
        }
    }
}

/// A set of these. Two of which one is not known may turn out equal: then how many there are is
/// not known either, nor which.
pub(super) fn as_set(element: Type, items: Vec<Value>) -> Value {
    if items.len() < 2 || !items.iter().any(Value::has_unknown) {
        return Value::set(element, items);
    }
    let (open, known): (Vec<Value>, Vec<Value>) = items.into_iter().partition(Value::has_unknown);
    let ephemeral = |v: &Value| match v {
        Value::Unknown(u) => u.ephemeral,
        Value::Secret(s) => s.ephemeral,
        Value::Mixed(m) => m
            .parts()
            .iter()
            .any(|p| matches!(p, Part::Secret(s) if s.ephemeral)),
        _ => false,
    };
    let mut all = open.iter().chain(&known);
    let ephemeral = all.clone().any(|v| v.any(&ephemeral));
    let sensitive = all.any(Value::has_secret);
    let known = Value::set(element.clone(), known);
    let known = known.as_items().map_or(0, <[Value]>::len);
    Value::Unknown(Arc::new(Unknown {
        sensitive,
        ephemeral,
        not_null: true,
        min_length: known.max(1),
        max_length: Some(known + open.len()),
        ..Unknown::of(Type::set(element))
    }))
}

pub(super) fn elements(
    collection: &Value,
    element: &Type,
    unify: bool,
    path: &AttrPath,
) -> Result<(Type, Vec<Value>), ConvertError> {
    let items = collection.as_items().unwrap_or(&[]);
    if let (Value::List(list) | Value::Set(list), Type::Any) = (collection, element) {
        return Ok((list.element.clone(), items.to_vec()));
    }
    let wanted = common(items.iter(), element, path)?;
    if wanted == Type::Any && !alike(items) {
        return Err(no_common_type(path));
    }
    let each = items.iter().enumerate();
    let converted: Result<Vec<_>, _> = each.map(|(i, v)| at(v, &wanted, &path.item(i))).collect();
    let (element, converted) = (wanted, converted?);
    if element.is_exact() {
        return Ok((element, converted));
    }
    let element = settled(converted.iter(), element, unify, path)?;
    if !unify {
        return Ok((element, converted));
    }
    let each = converted.iter().enumerate();
    let converted: Result<_, _> = each.map(|(i, v)| at(v, &element, &path.item(i))).collect();
    let converted: Vec<Value> = converted?;
    // What has a type in common may still stay as it is.
    let element = settled(converted.iter(), element, false, path)?;
    Ok((element, converted))
}

type Entries = Vec<(Arc<str>, Value)>;

pub(super) fn entries(
    collection: &Value,
    element: &Type,
    path: &AttrPath,
) -> Result<(Type, Entries), ConvertError> {
    let fields = collection.as_fields().cloned().unwrap_or_default();
    let all = |fields: &mut dyn Iterator<Item = (&Arc<str>, &Value)>, to: &Type| {
        let converted = fields.map(|(k, v)| Ok((k.clone(), at(v, to, &path.then(k))?)));
        converted.collect::<Result<Entries, ConvertError>>()
    };
    if let (Value::Map(map), Type::Any) = (collection, element) {
        return Ok((map.element.clone(), all(&mut fields.iter(), &Type::Any)?));
    }
    let element = common(fields.values(), element, path)?;
    let converted = all(&mut fields.iter(), &element)?;
    if element.is_exact() {
        return Ok((element, converted));
    }
    let unify = matches!(
        element,
        Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Object(_)
    );
    let element = settled(converted.iter().map(|(_, v)| v), element, unify, path)?;
    if !unify {
        return Ok((element, converted));
    }
    let converted = all(&mut converted.iter().map(|(k, v)| (k, v)), &element)?;
    let element = settled(converted.iter().map(|(_, v)| v), element, false, path)?;
    Ok((element, converted))
}

/// Of what a constraint leaves open, the values say what it is: one type for all of them.
fn settled<'a>(
    values: impl Iterator<Item = &'a Value>,
    element: Type,
    unify: bool,
    path: &AttrPath,
) -> Result<Type, ConvertError> {
    let mut types = values.filter(told).map(Value::ty).peekable();
    if types.peek().is_none() {
        return Ok(element);
    }
    if unify {
        return unify_loosely(types).ok_or_else(|| no_common_type(path));
    }
    // Null may stand beside any others.
    let mut types = types.filter(|ty| *ty != Type::Any);
    let Some(first) = types.next() else {
        return Ok(element);
    };
    match types.all(|ty| ty == first) {
        true => Ok(first),
        false => Err(no_common_type(path)),
    }
}

/// Whether items without a common type that is known may still come to be of one.
fn alike(items: &[Value]) -> bool {
    let mut types = items.iter().filter(told).map(Value::ty);
    types.next().is_none_or(|first| types.all(|ty| ty == first))
}

/// Whether the value says what its type is.
fn told(value: &&Value) -> bool {
    match value {
        Value::Unknown(unknown) => unknown.ty != Type::Any,
        Value::Secret(secret) => secret.ty != Type::Any,
        _ => true,
    }
}

/// Where the constraint leaves the element's type open, the common type of what is there.
fn common<'a>(
    values: impl Iterator<Item = &'a Value>,
    constraint: &Type,
    path: &AttrPath,
) -> Result<Type, ConvertError> {
    if *constraint != Type::Any {
        return Ok(constraint.clone());
    }
    let mut values = values.map(Value::ty).peekable();
    if values.peek().is_none() {
        return Ok(Type::Any);
    }
    unify_loosely(values).ok_or_else(|| no_common_type(path))
}

fn no_common_type(path: &AttrPath) -> ConvertError {
    ConvertError {
        path: path.clone(),
        message: "values of one type required, found some without a common type".into(),
    }
}
