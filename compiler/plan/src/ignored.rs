//! `ignore_changes`: paths that stay as they are.

use model::{AttrPath, BlockSchema, PathStep, Value};

/// The configuration with these paths as the prior object has them. What is never given back is
/// not given anew.
pub fn ignoring(schema: &BlockSchema, config: &Value, prior: &Value, paths: &[AttrPath]) -> Value {
    paths.iter().fold(config.clone(), |config, path| {
        let attribute = path.first().and_then(|name| schema.attribute(name));
        match attribute.filter(|a| a.write_only) {
            Some(a) => config.with(&a.name, Value::Null(a.ty.clone())),
            None => with_prior(&config, prior, path),
        }
    })
}

fn with_prior(config: &Value, prior: &Value, path: &AttrPath) -> Value {
    fn set(at: &Value, steps: &[PathStep], value: &Value) -> Value {
        match (steps, at) {
            ([], _) => value.clone(),
            ([PathStep::Name(name), rest @ ..], _) => {
                let inner = at.get(name).cloned().unwrap_or(Value::NULL);
                let inner = set(&inner, rest, value);
                match at {
                    Value::Map(map) => {
                        let entries = map.entries.iter().map(|(k, v)| (k.clone(), v.clone()));
                        let changed = [(name.clone(), inner)];
                        Value::map(map.element.clone(), entries.chain(changed))
                    }
                    _ => at.with(name, inner),
                }
            }
            ([PathStep::Index(index), rest @ ..], Value::Tuple(items)) => {
                let mut items = items.to_vec();
                if let Some(item) = items.get_mut(*index) {
                    *item = set(item, rest, value);
                }
                Value::tuple(items)
            }
            ([PathStep::Index(index), rest @ ..], Value::List(list)) => {
                let mut items = list.items.clone();
                if let Some(item) = items.get_mut(*index) {
                    *item = set(item, rest, value);
                }
                Value::list(list.element.clone(), items)
            }
            _ => at.clone(),
        }
    }
    match path.get(prior) {
        Some(value) if !path.0.is_empty() => set(config, &path.0, value),
        None => without(config, prior, &path.0),
        _ => config.clone(),
    }
}

/// What is not there stays away: a key that the prior object's map does not have.
fn without(config: &Value, prior: &Value, path: &[PathStep]) -> Value {
    let [PathStep::Name(name), rest @ ..] = path else {
        return config.clone();
    };
    match (config, rest.is_empty(), prior.get(name)) {
        (Value::Map(map), true, None) if prior.as_fields().is_some() || prior.is_null() => {
            let kept = map.entries.iter().filter(|(k, _)| *k != name);
            Value::map(
                map.element.clone(),
                kept.map(|(k, v)| (k.clone(), v.clone())),
            )
        }
        (_, false, Some(prior)) => match config.get(name) {
            Some(inner) => {
                let inner = without(inner, prior, rest);
                match config {
                    Value::Map(map) => {
                        let entries = map.entries.iter().map(|(k, v)| (k.clone(), v.clone()));
                        Value::map(map.element.clone(), entries.chain([(name.clone(), inner)]))
                    }
                    _ => config.with(name, inner),
                }
            }
            None => config.clone(),
        },
        _ => config.clone(),
    }
}
