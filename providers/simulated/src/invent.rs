//! Values for what a provider decides: by type, and the same for the same object.

use model::{
    AttributeUse, BlockSchema, Containment, Fields, NestedBlock, Nesting, ResourceSchema, Type,
    Unknown, Value, convert,
};
use std::sync::Arc;

/// The planned object with everything unknown made up. `name` stands for the object.
pub(crate) fn fill(schema: &ResourceSchema, planned: &Value, name: &str) -> Value {
    let Value::Object(fields) = planned else {
        return planned.clone();
    };
    let filled = fields.iter().map(|(attribute, value)| {
        let known = schema.block.attribute(attribute);
        let value = match known {
            Some(a) if a.write_only => Value::Null(a.ty.clone()),
            _ if !value.has_unknown() => value.clone(),
            Some(a)
                if value.is_unknown()
                    && matches!(schema.containment, Containment::Machine(n) if n == a.name) =>
            {
                host(&a.ty, name)
            }
            _ => fill_one(value, attribute, known.is_some_and(|a| a.sensitive), name),
        };
        (attribute.clone(), value)
    });
    Value::object(filled)
}

/// What a data source gives for its arguments.
pub(crate) fn results(block: &BlockSchema, config: &Value, name: &str) -> Value {
    let attributes = block.attributes.iter().map(|a| {
        let given = config.get(&a.name).filter(|v| !v.is_null()).cloned();
        let value = given
            .or_else(|| a.default.clone())
            .unwrap_or_else(|| match a.is_computed() {
                true => invent(
                    &Unknown::of(a.ty.clone()).sensitive(a.sensitive),
                    &a.name,
                    name,
                ),
                false => Value::Null(a.ty.clone()),
            });
        (&*a.name, value)
    });
    let blocks = block.blocks.iter().map(|b| {
        (
            &*b.name,
            config.get(&b.name).cloned().unwrap_or_else(|| nothing(b)),
        )
    });
    Value::object(attributes.chain(blocks))
}

/// An object of which somebody knows an id alone.
pub(crate) fn imported(block: &BlockSchema, given: &Value, name: &str) -> Value {
    let required = block
        .attributes
        .iter()
        .filter(|a| a.usage == AttributeUse::Required);
    let given = required.fold(given.clone(), |given, a| match given.get(&a.name) {
        Some(_) => given,
        None => given.with(&a.name, invent(&Unknown::of(a.ty.clone()), &a.name, name)),
    });
    results(block, &given, name)
}

/// A short name made of any text.
pub(crate) fn short(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..10].to_string()
}

/// What a nested block is where nobody wrote one.
fn nothing(block: &NestedBlock) -> Value {
    let body = block.block.ty();
    match block.nesting {
        Nesting::Single => Value::Null(body),
        Nesting::List => Value::list(body, Vec::new()),
        Nesting::Set => Value::set(body, Vec::new()),
        Nesting::Map => Value::map(body, Vec::<(&str, Value)>::new()),
    }
}

/// A value with everything unknown in it made up; what is known of it stays.
fn fill_one(value: &Value, attribute: &str, sensitive: bool, name: &str) -> Value {
    if let Value::Object(fields) = value {
        return Value::object(
            fields
                .iter()
                .map(|(field, v)| (field.clone(), fill_one(v, field, sensitive, name))),
        );
    }
    let mut count = 0;
    value.rewrite(&mut |inner| match inner {
        Value::Unknown(unknown) => {
            count += 1;
            let unknown = Unknown::clone(unknown).sensitive(sensitive);
            let name = if count == 1 {
                name.to_string()
            } else {
                format!("{name}-{count}")
            };
            Some(invent(&unknown, attribute, &name))
        }
        _ => None,
    })
}

fn invent(unknown: &Unknown, attribute: &str, name: &str) -> Value {
    let value = invent_raw(unknown, attribute, name);
    // An open element type becomes that of what is inside.
    convert(&value, &unknown.ty).unwrap_or(value)
}

fn invent_raw(unknown: &Unknown, attribute: &str, name: &str) -> Value {
    let inner = |ty: &Type, attribute: &str| {
        invent(
            &Unknown::of(ty.clone()).sensitive(unknown.sensitive),
            attribute,
            name,
        )
    };
    let items = |element: &Type| {
        // One, so that what takes the first finds it, or as many as were promised.
        let count = unknown
            .min_length
            .max(1)
            .min(unknown.max_length.unwrap_or(usize::MAX));
        (0..count)
            .map(|i| match i {
                0 => inner(element, attribute),
                i => inner(element, &format!("{attribute}{i}")),
            })
            .collect::<Vec<_>>()
    };
    match &unknown.ty {
        Type::Scalar(scalar) => inner(&scalar.base(), attribute),
        Type::Bool => true.into(),
        Type::Number => Value::int(i64::from(byte(attribute, name)) + 1),
        Type::Any | Type::String => {
            let text = text(attribute, name, unknown.sensitive);
            format!("{}{text}", unknown.prefix.as_deref().unwrap_or_default()).into()
        }
        Type::List(element) => Value::list(Type::clone(element), items(element)),
        Type::Set(element) => Value::set(Type::clone(element), items(element)),
        Type::Map(element) => Value::map(Type::clone(element), [(name, inner(element, attribute))]),
        Type::Tuple(types) => Value::tuple(types.iter().map(|t| inner(t, attribute)).collect()),
        Type::Object(object) => Value::Object(Arc::new(
            object
                .fields
                .iter()
                .map(|(n, f)| (n.clone(), inner(&f.ty, n)))
                .collect::<Fields>(),
        )),
    }
}

fn text(attribute: &str, name: &str, sensitive: bool) -> String {
    let word = |w| attribute.split('_').any(|part| part == w);
    if sensitive {
        return blake3::hash(format!("secret {attribute} of {name}").as_bytes()).to_hex()[..32]
            .to_string();
    }
    match attribute {
        "id" => format!("sim-{name}"),
        _ if word("ip") || word("ipv4") || word("address") => address(name),
        _ => format!("sim-{name}-{attribute}"),
    }
}

/// An address of a range that is for documentation alone: nothing ever answers there.
fn address(name: &str) -> String {
    format!("192.0.2.{}", byte("address", name).max(1))
}

fn byte(what: &str, name: &str) -> u8 {
    blake3::hash(format!("{what} of {name}").as_bytes()).as_bytes()[0]
}

/// A host value of a machine that nothing can reach.
fn host(ty: &Type, name: &str) -> Value {
    let Type::Object(object) = ty else {
        return invent(&Unknown::of(ty.clone()), "host", name);
    };
    let fields = object.fields.iter().map(|(field, f)| {
        let value = match &**field {
            "id" => format!("sim-{name}").into(),
            "address" => address(name).into(),
            "host_key" => format!("ssh-ed25519 SIMULATED{name}").into(),
            _ => f
                .default
                .clone()
                .unwrap_or_else(|| Value::Null(f.ty.clone())),
        };
        (field.clone(), value)
    });
    Value::object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Attribute;

    fn check(ty: Type) {
        let unknown = Unknown::of(ty.clone());
        let value = invent(&unknown, "thing", "x");
        assert_eq!(convert(&value, &ty), Ok(value.clone()), "{ty:?}");
        assert!(!value.has_unknown());
        assert_eq!(value, invent(&unknown, "thing", "x"));
    }

    #[test]
    fn invents_values_of_any_type() {
        for ty in [Type::Bool, Type::Number, Type::String, Type::Any] {
            check(ty.clone());
            check(Type::list(ty.clone()));
            check(Type::set(Type::map(ty.clone())));
            check(Type::object([
                ("a", ty.clone()),
                ("b", Type::Tuple([ty].into())),
            ]));
        }
        check(provider::host_type());
    }

    #[test]
    fn secrets_look_random_and_differ_between_objects() {
        let secret = |name| invent(&Unknown::of(Type::String).sensitive(true), "password", name);
        assert_ne!(secret("a"), secret("b"));
        assert!(!secret("a").as_str().unwrap().contains("sim"));
    }

    #[test]
    fn a_machine_gives_out_a_host_that_nothing_can_reach() {
        let value = host(&provider::host_type(), "x");
        assert_eq!(convert(&value, &provider::host_type()), Ok(value.clone()));
        let host = provider::Host::from_value(&value).unwrap();
        assert_eq!(host.id.as_deref(), Some("sim-x"));
        assert!(host.address.starts_with("192.0.2."));
    }

    #[test]
    fn what_is_known_of_an_unknown_comes_true() {
        let unknown = Unknown {
            prefix: Some("p-".into()),
            ..Unknown::of(Type::String)
        };
        assert!(
            invent(&unknown, "id", "x")
                .as_str()
                .unwrap()
                .starts_with("p-")
        );
        let unknown = Unknown {
            min_length: 3,
            ..Unknown::of(Type::set(Type::String))
        };
        assert_eq!(
            invent(&unknown, "a", "x").as_items().map(<[Value]>::len),
            Some(3)
        );
    }

    #[test]
    fn what_is_known_of_a_planned_host_stays() {
        let schema = ResourceSchema {
            containment: Containment::Machine("host"),
            block: BlockSchema {
                attributes: vec![Attribute::new("host", provider::host_type(), "").computed()],
                blocks: Vec::new(),
            },
            ..ResourceSchema::default()
        };
        let host = host(&provider::host_type(), "x").with("id", "known".into());
        let host = host.with("address", Value::unknown(Type::String));
        let filled = fill(&schema, &Value::object([("host", host)]), "y");
        let host = filled.get("host").unwrap();
        assert_eq!(host.get("id"), Some(&"known".into()));
        assert_eq!(host.get("address"), Some(&address("y").into()));
    }
}
