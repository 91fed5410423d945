//! `ignore_changes`: paths that stay as they are.

use model::{AttrPath, PathStep, Value};

/// The configuration with one path as the prior object has it.
pub fn with_prior(config: &Value, prior: &Value, path: &AttrPath) -> Value {
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
        _ => config.clone(),
    }
}
