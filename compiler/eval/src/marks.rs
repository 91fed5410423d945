//! What spreads from operands to results: secret, ephemeral, unknown.

use model::{Fingerprint, Mixed, Part, Secret, Type, Unknown, Value, convert};
use std::sync::Arc;

/// The fingerprint that a value counts by as an input of an operation.
pub(crate) fn fingerprint(value: &Value) -> Fingerprint {
    match value {
        Value::Secret(secret) => secret.fingerprint,
        Value::Mixed(mixed) => mixed.fingerprint(),
        other => Fingerprint::of(other),
    }
}

/// Whether the value as a whole is a secret. A container of secrets is none.
pub(crate) fn is_secret(value: &Value) -> bool {
    matches!(value, Value::Secret(_) | Value::Mixed(_))
}

/// Whether anything in it must not be recorded.
pub(crate) fn is_ephemeral(value: &Value) -> bool {
    value.any(&|v| match v {
        Value::Secret(s) => s.ephemeral,
        Value::Unknown(u) => u.ephemeral,
        Value::Mixed(m) => m
            .parts()
            .iter()
            .any(|p| matches!(p, Part::Secret(s) if s.ephemeral)),
        _ => false,
    })
}

/// What an operation gives while one of its inputs is unknown.
pub(crate) fn unknown(ty: Type, inputs: &[&Value]) -> Unknown {
    let mut unknown = Unknown::of(ty).sensitive(inputs.iter().any(|v| v.has_secret()));
    unknown.ephemeral = unknown.sensitive && inputs.iter().any(|v| is_ephemeral(v));
    unknown
}

pub(crate) fn unknown_value(ty: Type, inputs: &[&Value]) -> Value {
    Value::Unknown(Arc::new(unknown(ty, inputs)))
}

/// What `operation` makes of inputs of which some are, or hold, secrets: a secret, open where
/// `body` could be given all inputs in clear.
pub(crate) fn lift<E>(
    operation: &str,
    inputs: &[&Value],
    ty: impl FnOnce() -> Type,
    body: impl FnOnce(&[Value]) -> Result<Value, E>,
) -> Result<Value, E> {
    let fingerprints: Vec<_> = inputs.iter().map(|v| fingerprint(v)).collect();
    let fingerprint = Fingerprint::derive(operation, &fingerprints);
    let ephemeral = inputs.iter().any(|v| is_ephemeral(v));
    let open: Vec<Value> = inputs.iter().map(|v| v.expose()).collect();
    let ty = ty();
    let mut secret = if open.iter().any(Value::has_sealed) {
        Secret::sealed(fingerprint, ty)
    } else {
        match body(&open)? {
            Value::Unknown(u) => {
                let mut unknown = Unknown::clone(&u).sensitive(true);
                unknown.ephemeral |= ephemeral;
                return Ok(Value::Unknown(Arc::new(unknown)));
            }
            value => {
                let value = convert(&value, &ty).unwrap_or(value);
                Secret::open(fingerprint, value).typed(ty)
            }
        }
    };
    secret.ephemeral = ephemeral;
    Ok(Value::Secret(Arc::new(secret)))
}

/// The value with nothing but type and fingerprint of each secret in it.
pub(crate) fn sealed(value: Value) -> Value {
    let closed = |s: &Secret| {
        let mut sealed = Secret::sealed(s.fingerprint, s.ty.clone()).with_content(s.content);
        sealed.ephemeral = s.ephemeral;
        Arc::new(sealed)
    };
    match value.has_secret() {
        false => value,
        true => value.rewrite(&mut |v| match v {
            Value::Secret(s) => Some(Value::Secret(closed(s))),
            Value::Mixed(mixed) => Some(Mixed::join(mixed.parts().iter().map(|p| match p {
                Part::Text(text) => Part::Text(text.clone()),
                Part::Secret(s) => Part::Secret(closed(s)),
            }))),
            _ => None,
        }),
    }
}

/// The value as a part of a string that is put together.
///
/// # Errors
/// The value itself, where it is none that a string can hold.
pub(crate) fn part(value: &Value) -> Option<Part> {
    Some(match value {
        Value::String(s) => Part::Text(s.clone()),
        Value::Number(n) => Part::Text(Arc::from(n.to_string())),
        Value::Bool(b) => Part::Text(Arc::from(if *b { "true" } else { "false" })),
        Value::Secret(s) if s.ty.is_primitive() || s.ty == Type::Any => {
            match s.expose() {
                Some(Value::String(_) | Value::Number(_) | Value::Bool(_)) | None => {}
                Some(_) => return None,
            }
            Part::Secret(s.clone())
        }
        _ => return None,
    })
}
