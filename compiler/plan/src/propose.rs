//! The proposed object: what the user wrote, what they left open taken from the prior object,
//! from defaults, or unknown. The planner and the executor share it, so that what is finished
//! at apply is made by the same rule.

use model::{
    AttrPath, Attribute, BlockSchema, ConvertError, Difference, FingerprintKey, NestedBlock,
    Nesting, Unknown, Value, convert,
};
use std::sync::Arc;

/// The configuration as an object with every attribute and block of the schema, each of its
/// type, inside of nested blocks too; null where the user said nothing.
///
/// # Errors
/// Where a value is not of its attribute's type, with the path.
pub fn shape(schema: &BlockSchema, written: &Value) -> Result<Value, ConvertError> {
    if written.is_unknown() {
        return Ok(written.clone());
    }
    let mut fields = Vec::with_capacity(schema.attributes.len() + schema.blocks.len());
    for attribute in &schema.attributes {
        let value = match written.get(&attribute.name) {
            None => Value::Null(attribute.ty.clone()),
            Some(value) => convert(value, &attribute.ty).map_err(|e| inside(&attribute.name, e))?,
        };
        fields.push((&*attribute.name, value));
    }
    for block in &schema.blocks {
        let ty = block.ty();
        let value = match (written.get(&block.name), block.nesting) {
            (None, Nesting::Single) => Value::Null(ty),
            (None, Nesting::Map) => Value::map(block.block.ty(), Vec::<(&str, _)>::new()),
            (None, Nesting::Set) => Value::set(block.block.ty(), Vec::new()),
            (None, Nesting::List) => Value::list(block.block.ty(), Vec::new()),
            (Some(value), nesting) => {
                nested(&block.block, nesting, value).map_err(|e| inside(&block.name, e))?
            }
        };
        fields.push((&*block.name, value));
    }
    Ok(Value::object(fields))
}

fn nested(schema: &BlockSchema, nesting: Nesting, value: &Value) -> Result<Value, ConvertError> {
    if value.is_null() || value.is_unknown() {
        return Ok(value.clone());
    }
    match nesting {
        Nesting::Single => shape(schema, value),
        Nesting::Map => {
            let fields = value.as_fields().cloned().unwrap_or_default();
            let entries: Result<Vec<_>, ConvertError> = fields
                .iter()
                .map(|(k, v)| Ok((k.clone(), shape(schema, v)?)))
                .collect();
            Ok(Value::map(schema.ty(), entries?))
        }
        Nesting::List | Nesting::Set => {
            let items: Result<Vec<_>, _> = value
                .as_items()
                .unwrap_or(&[])
                .iter()
                .enumerate()
                .map(|(i, v)| shape(schema, v).map_err(|e| at_item(i, e)))
                .collect();
            Ok(match nesting {
                Nesting::Set => Value::set(schema.ty(), items?),
                _ => Value::list(schema.ty(), items?),
            })
        }
    }
}

/// The proposed object. `config` has the shape that [`shape`] gives.
pub fn propose(schema: &BlockSchema, config: &Value, prior: Option<&Value>) -> Value {
    let Value::Object(fields) = config else {
        return config.clone();
    };
    Value::object(fields.iter().map(|(name, value)| {
        let proposed = match (schema.attribute(name), schema.block(name)) {
            (Some(attribute), _) => attribute_value(attribute, value, prior),
            (None, Some(block)) => blocks(block, value, prior.and_then(|p| p.get(name))),
            (None, None) => value.clone(),
        };
        (name.clone(), proposed)
    }))
}

/// Nested blocks, each beside the one that stood at its place before.
fn blocks(block: &NestedBlock, config: &Value, prior: Option<&Value>) -> Value {
    let schema = &*block.block;
    match config {
        Value::Object(_) if block.nesting == Nesting::Single => propose(schema, config, prior),
        Value::Map(map) => Value::map(
            map.element.clone(),
            map.entries
                .iter()
                .map(|(k, v)| (k.clone(), propose(schema, v, prior.and_then(|p| p.get(k))))),
        ),
        Value::List(list) => {
            let before = prior.and_then(Value::as_items).unwrap_or(&[]);
            let items = list.items.iter().enumerate();
            let items = items.map(|(i, v)| propose(schema, v, before.get(i)));
            Value::list(list.element.clone(), items.collect())
        }
        Value::Set(set) => {
            let before = prior.and_then(Value::as_items).unwrap_or(&[]);
            let items = set.items.iter().map(|v| {
                let same = before.iter().find(|b| agrees(schema, v, b));
                propose(schema, v, same)
            });
            Value::set(set.element.clone(), items.collect())
        }
        other => other.clone(),
    }
}

/// Whether a block of a set is the one that stood there before: all that the user says is so.
fn agrees(schema: &BlockSchema, config: &Value, prior: &Value) -> bool {
    let attributes = schema.attributes.iter().all(|a| {
        let (config, prior) = (config.get(&a.name), prior.get(&a.name));
        match config {
            Some(Value::Null(_)) | None => match &a.default {
                Some(default) => prior == Some(default),
                None => a.is_computed() || prior.is_none_or(Value::is_null),
            },
            config => config == prior,
        }
    });
    let blocks = schema.blocks.iter().all(|b| {
        let (config, prior) = (config.get(&b.name), prior.get(&b.name));
        config == prior
            || matches!((config, prior), (Some(config), Some(prior))
                if blocks(b, config, Some(prior)) == *prior)
    });
    attributes && blocks
}

/// What differs between an object and what it is to become. What is handed to the provider only
/// where somebody gives it differs only where it is given.
pub fn changes(schema: &BlockSchema, before: &Value, after: &Value) -> Vec<Difference> {
    let given = |d: &Difference| {
        let not_given = d.after.as_ref().is_none_or(Value::is_null);
        !(not_given && crate::write_only::is_part_of(schema, &d.path))
    };
    let mut found = model::differences(before, after);
    found.retain(given);
    found
}

/// The value with everything that the schema calls sensitive as a secret, nested blocks
/// included.
pub fn conceal(schema: &BlockSchema, value: &Value, key: &FingerprintKey) -> Value {
    let Value::Object(fields) = value else {
        return value.clone();
    };
    if !holds_sensitive(schema) {
        return value.clone();
    }
    Value::object(fields.iter().map(|(name, value)| {
        let concealed = match (schema.attribute(name), schema.block(name)) {
            (Some(a), _) if (a.sensitive || a.write_only) && !value.is_null() => key.conceal(value),
            (None, Some(block)) => conceal_blocks(&block.block, value, key),
            _ => value.clone(),
        };
        (name.clone(), concealed)
    }))
}

fn conceal_blocks(schema: &BlockSchema, value: &Value, key: &FingerprintKey) -> Value {
    let items = |items: &[Value]| items.iter().map(|v| conceal(schema, v, key)).collect();
    match value {
        Value::Object(_) => conceal(schema, value, key),
        Value::List(list) => Value::list(list.element.clone(), items(&list.items)),
        Value::Set(set) => Value::set(set.element.clone(), items(&set.items)),
        Value::Map(map) => Value::map(
            map.element.clone(),
            map.entries
                .iter()
                .map(|(k, v)| (k.clone(), conceal(schema, v, key))),
        ),
        other => other.clone(),
    }
}

fn holds_sensitive(schema: &BlockSchema) -> bool {
    schema
        .attributes
        .iter()
        .any(|a| a.sensitive || a.write_only)
        || schema.blocks.iter().any(|b| holds_sensitive(&b.block))
}

fn attribute_value(attribute: &Attribute, config: &Value, prior: Option<&Value>) -> Value {
    if !matches!(config, Value::Null(_)) {
        return config.clone();
    }
    if let Some(default) = &attribute.default {
        return default.clone();
    }
    if !attribute.is_computed() {
        return config.clone();
    }
    match prior.and_then(|p| p.get(&attribute.name)) {
        Some(value) => value.clone(),
        None => Value::Unknown(Arc::new(
            Unknown::of(attribute.ty.clone()).sensitive(attribute.sensitive),
        )),
    }
}

fn inside(name: &str, mut error: ConvertError) -> ConvertError {
    let mut path = AttrPath::name(name);
    path.0.append(&mut error.path.0);
    error.path = path;
    error
}

fn at_item(index: usize, mut error: ConvertError) -> ConvertError {
    let mut path = AttrPath::root().item(index);
    path.0.append(&mut error.path.0);
    error.path = path;
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Type;

    fn schema() -> BlockSchema {
        BlockSchema {
            attributes: vec![
                Attribute::new("path", Type::String, "Where.").required(),
                Attribute::new("mode", Type::String, "Rights.").or("0644"),
                Attribute::new("id", Type::String, "Which.").computed(),
            ],
            blocks: Vec::new(),
        }
    }

    fn check(written: Value, prior: Option<Value>, expected: &str) {
        let config = shape(&schema(), &written).unwrap();
        assert_eq!(
            model::show(&propose(&schema(), &config, prior.as_ref())),
            expected
        );
    }

    #[test]
    fn what_is_left_open_comes_from_default_prior_or_is_unknown() {
        let written = Value::object([("path", "/a".into())]);
        check(
            written.clone(),
            None,
            r#"{ id = (known after apply), mode = "0644", path = "/a" }"#,
        );
        let prior = Value::object([("id", "7".into()), ("mode", "0600".into())]);
        check(
            written,
            Some(prior),
            r#"{ id = "7", mode = "0644", path = "/a" }"#,
        );
    }

    fn nesting(nesting: Nesting) -> BlockSchema {
        BlockSchema {
            attributes: Vec::new(),
            blocks: vec![NestedBlock {
                name: "disk".into(),
                nesting,
                block: Arc::new(schema()),
                ..NestedBlock::default()
            }],
        }
    }

    /// What is written, planned beside what was made of it, is what was made of it.
    fn comes_back(kind: Nesting, written: Value, prior: Value) {
        let schema = nesting(kind);
        let config = shape(&schema, &Value::object([("disk", written)])).unwrap();
        let prior = Value::object([("disk", prior)]);
        assert_eq!(propose(&schema, &config, Some(&prior)), prior, "{kind:?}");
        assert!(propose(&schema, &config, None).has_unknown(), "{kind:?}");
    }

    #[test]
    fn what_a_provider_decided_inside_of_blocks_stays() {
        let written = Value::object([("path", "/a".into())]);
        let made = Value::object([
            ("path", "/a".into()),
            ("mode", "0644".into()),
            ("id", "7".into()),
        ]);
        let ty = schema().ty();
        comes_back(Nesting::Single, written.clone(), made.clone());
        let one = |v: &Value| vec![v.clone()];
        comes_back(
            Nesting::List,
            Value::tuple(one(&written)),
            Value::list(ty.clone(), one(&made)),
        );
        comes_back(
            Nesting::Set,
            Value::tuple(one(&written)),
            Value::set(ty.clone(), one(&made)),
        );
        comes_back(
            Nesting::Map,
            Value::object([("k", written)]),
            Value::map(ty, [("k", made)]),
        );
    }

    #[test]
    fn a_wrong_type_names_its_path() {
        let written = Value::object([("path", Value::tuple(vec![]))]);
        let error = shape(&schema(), &written).unwrap_err().to_string();
        assert_eq!(error, "path: a string required, found a tuple of 0");
    }
}
