//! The proposed object: what the user wrote, what they left open taken from the prior object,
//! from defaults, or unknown. The planner and the executor share it, so that what is finished
//! at apply is made by the same rule.

use model::{AttrPath, Attribute, BlockSchema, ConvertError, Nesting, Unknown, Value, convert};
use std::sync::Arc;

/// The configuration as an object with every attribute and block of the schema, each of its
/// type; null where the user said nothing.
///
/// # Errors
/// Where a value is not of its attribute's type, with the path.
pub fn shape(schema: &BlockSchema, written: &Value) -> Result<Value, ConvertError> {
    if written.is_unknown() {
        return Ok(written.clone());
    }
    let mut fields = Vec::with_capacity(schema.attributes.len() + schema.blocks.len());
    for attribute in &schema.attributes {
        let value = match written.get(attribute.name) {
            None => Value::Null(attribute.ty.clone()),
            Some(value) => convert(value, &attribute.ty).map_err(|e| inside(attribute.name, e))?,
        };
        fields.push((attribute.name, value));
    }
    for block in &schema.blocks {
        let ty = block.ty();
        let value = match (written.get(block.name), block.nesting) {
            (None, Nesting::Single) => Value::Null(ty),
            (None, Nesting::Map) => Value::map(block.block.ty(), Vec::<(&str, _)>::new()),
            (None, Nesting::Set) => Value::set(block.block.ty(), Vec::new()),
            (None, Nesting::List) => Value::list(block.block.ty(), Vec::new()),
            (Some(value), nesting) => {
                nested(&block.block, nesting, value).map_err(|e| inside(block.name, e))?
            }
        };
        fields.push((block.name, value));
    }
    Ok(Value::object(fields))
}

fn nested(schema: &BlockSchema, nesting: Nesting, value: &Value) -> Result<Value, ConvertError> {
    if value.is_null() || value.is_unknown() {
        return Ok(value.clone());
    }
    match nesting {
        Nesting::Single => Ok(propose(schema, &shape(schema, value)?, None)),
        Nesting::Map => {
            let fields = value.as_fields().cloned().unwrap_or_default();
            let entries: Result<Vec<_>, ConvertError> = fields
                .iter()
                .map(|(k, v)| Ok((k.clone(), propose(schema, &shape(schema, v)?, None))))
                .collect();
            Ok(Value::map(schema.ty(), entries?))
        }
        Nesting::List | Nesting::Set => {
            let items: Result<Vec<_>, _> = value
                .as_items()
                .unwrap_or(&[])
                .iter()
                .enumerate()
                .map(|(i, v)| {
                    let shaped = shape(schema, v).map_err(|e| at_item(i, e))?;
                    Ok(propose(schema, &shaped, None))
                })
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
        let proposed = match schema.attribute(name) {
            Some(attribute) => attribute_value(attribute, value, prior),
            None => value.clone(),
        };
        (name.clone(), proposed)
    }))
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
    match prior.and_then(|p| p.get(attribute.name)) {
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

    #[test]
    fn a_wrong_type_names_its_path() {
        let written = Value::object([("path", Value::tuple(vec![]))]);
        let error = shape(&schema(), &written).unwrap_err().to_string();
        assert_eq!(error, "path: a string required, found a tuple of 0");
    }
}
