//! What is handed to the provider in a create or an update, and never given back: recorded is
//! only its fingerprint, which tells whether somebody gives another.

use model::{AttrPath, Attribute, BlockSchema, FingerprintKey, Secret, Value};
use std::sync::Arc;

/// The value without anything of it, for whoever may not see it.
pub fn without_write_only(schema: &BlockSchema, value: &Value) -> Value {
    given(schema, value).fold(value.clone(), |rest, (a, _)| {
        rest.with(&a.name, Value::Null(a.ty.clone()))
    })
}

/// The value as it is recorded: of each only the type and the fingerprint.
pub fn sealed_write_only(schema: &BlockSchema, value: &Value, key: &FingerprintKey) -> Value {
    given(schema, value).fold(value.clone(), |rest, (a, given)| {
        let sealed = match key.conceal(given) {
            _ if given.has_ephemeral() => Value::Null(a.ty.clone()),
            Value::Secret(secret) => {
                let content = secret.expose().map(|open| key.fingerprint(open));
                let sealed = Secret::sealed(secret.fingerprint, a.ty.clone());
                Value::Secret(Arc::new(sealed.with_content(content.or(secret.content))))
            }
            _ => Value::Null(a.ty.clone()),
        };
        rest.with(&a.name, sealed)
    })
}

/// Whether anything of it was given.
pub fn has_write_only(schema: &BlockSchema, value: &Value) -> bool {
    given(schema, value).next().is_some()
}

/// Whether a path leads to it.
pub fn is_part_of(schema: &BlockSchema, path: &AttrPath) -> bool {
    let attribute = path.first().and_then(|name| schema.attribute(name));
    attribute.is_some_and(|a| a.write_only)
}

fn given<'v>(
    schema: &'v BlockSchema,
    value: &'v Value,
) -> impl Iterator<Item = (&'v Attribute, &'v Value)> {
    let write_only = schema.attributes.iter().filter(|a| a.write_only);
    let given = write_only.filter_map(|a| Some((a, value.get(&a.name)?)));
    given.filter(|(_, value)| !value.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{changes, conceal};
    use model::Type;

    fn schema() -> BlockSchema {
        let text = |name| Attribute::new(name, Type::String, "");
        let write_only = Attribute {
            write_only: true,
            ..text("given")
        };
        BlockSchema {
            attributes: vec![text("kept"), write_only],
            blocks: Vec::new(),
        }
    }

    fn key() -> FingerprintKey {
        FingerprintKey::new([7; 32])
    }

    fn object(given: Value) -> Value {
        let value = Value::object([("kept", "k".into()), ("given", given)]);
        conceal(&schema(), &value, &key())
    }

    fn recorded(given: &str) -> Value {
        sealed_write_only(&schema(), &object(given.into()), &key())
    }

    #[test]
    fn nothing_of_it_is_recorded_but_the_fingerprint() {
        let recorded = recorded("hunter2");
        assert!(recorded.has_sealed());
        assert!(!format!("{recorded:?}").contains("hunter2"));
        let without = without_write_only(&schema(), &recorded);
        assert!(without.get("given").is_some_and(Value::is_null));
    }

    #[test]
    fn another_one_is_a_change_and_none_is_not() {
        let check = |given: Value, count: usize| {
            let found = changes(&schema(), &recorded("hunter2"), &object(given));
            assert_eq!(found.len(), count, "{found:?}");
        };
        check("hunter2".into(), 0);
        check("hunter3".into(), 1);
        check(Value::Null(Type::String), 0);
        check(Value::unknown(Type::String), 1);
    }
}
