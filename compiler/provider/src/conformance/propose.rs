//! A configuration as the core hands it to a provider, from the few attributes of a test.

use model::{Attribute, BlockSchema, Fields, NestedBlock, Nesting, Type, Unknown, Value, convert};
use std::sync::Arc;

/// The configuration with all attributes: null where nothing was said, each of its type.
///
/// # Errors
/// Where something in it is not of its type, or not in the schema.
pub fn complete(block: &BlockSchema, config: &Value) -> Result<Value, String> {
    let given = config.as_fields().cloned().unwrap_or_default();
    if let Some(name) = given
        .keys()
        .find(|n| !block.names().any(|known| known == &***n))
    {
        return Err(format!("there is no attribute `{name}`"));
    }
    let mut fields = Fields::default();
    for attribute in &block.attributes {
        let value = given.get(&attribute.name).unwrap_or(&Value::NULL);
        let value = convert(value, &attribute.ty);
        fields.insert(
            (*attribute.name).into(),
            value.map_err(|e| format!("{}: {e}", attribute.name))?,
        );
    }
    for nested in &block.blocks {
        let value = bodies(nested, given.get(&nested.name), &mut |_, v| {
            complete(&nested.block, v)
        })?;
        fields.insert((*nested.name).into(), value);
    }
    Ok(Value::Object(Arc::new(fields)))
}

/// A complete configuration with what the provider decides taken over from the prior object, or
/// unknown where there is none, and defaults filled in.
pub fn propose(block: &BlockSchema, prior: Option<&Value>, config: &Value) -> Value {
    let mut fields = Fields::default();
    for attribute in &block.attributes {
        let value = config.get(&attribute.name).filter(|v| !v.is_null());
        let value = value
            .cloned()
            .unwrap_or_else(|| left_open(attribute, prior));
        fields.insert((*attribute.name).into(), value);
    }
    for nested in &block.blocks {
        let prior = prior.and_then(|p| p.get(&nested.name));
        let proposed = bodies(nested, config.get(&nested.name), &mut |key, body| {
            Ok(propose(
                &nested.block,
                prior.and_then(|p| same_body(p, key)),
                body,
            ))
        });
        fields.insert((*nested.name).into(), proposed.unwrap_or(Value::NULL));
    }
    Value::Object(Arc::new(fields))
}

fn left_open(attribute: &Attribute, prior: Option<&Value>) -> Value {
    match (&attribute.default, prior) {
        (Some(default), _) => default.clone(),
        (None, Some(prior)) if attribute.is_computed() => {
            prior.get(&attribute.name).cloned().unwrap_or(Value::NULL)
        }
        (None, None) if attribute.is_computed() => Value::Unknown(Arc::new(
            Unknown::of(attribute.ty.clone()).sensitive(attribute.sensitive),
        )),
        (None, _) => Value::Null(attribute.ty.clone()),
    }
}

/// Which of several bodies: none for a single one, a map's key, an item's number.
type Key<'a> = Option<(&'a str, usize)>;

fn same_body<'a>(prior: &'a Value, key: Key<'_>) -> Option<&'a Value> {
    match (key, prior) {
        (None, _) => Some(prior).filter(|p| !p.is_null()),
        (Some((name, _)), Value::Map(map)) => map.entries.get(name),
        (Some((_, i)), _) => prior.as_items().and_then(|items| items.get(i)),
    }
}

/// Does `with` to each body of a nested block.
fn bodies(
    nested: &NestedBlock,
    value: Option<&Value>,
    with: &mut dyn FnMut(Key<'_>, &Value) -> Result<Value, String>,
) -> Result<Value, String> {
    let value = value.filter(|v| !v.is_null());
    let ty = nested.block.ty();
    let items = || {
        value
            .and_then(Value::as_items)
            .unwrap_or(&[])
            .iter()
            .enumerate()
    };
    Ok(match nested.nesting {
        Nesting::Single => match value {
            Some(body) => with(None, body)?,
            None => Value::Null(ty),
        },
        Nesting::List | Nesting::Set => {
            let done: Result<Vec<_>, _> = items().map(|(i, v)| with(Some(("", i)), v)).collect();
            match nested.nesting {
                Nesting::Set => Value::set(ty, done?),
                _ => Value::list(ty, done?),
            }
        }
        Nesting::Map => map_bodies(ty, value, with)?,
    })
}

fn map_bodies(
    ty: Type,
    value: Option<&Value>,
    with: &mut dyn FnMut(Key<'_>, &Value) -> Result<Value, String>,
) -> Result<Value, String> {
    let entries = value
        .and_then(Value::as_fields)
        .cloned()
        .unwrap_or_default();
    let done: Result<Vec<_>, String> = entries
        .iter()
        .map(|(name, v)| Ok((name.clone(), with(Some((name, 0)), v)?)))
        .collect();
    Ok(Value::map(ty, done?))
}
