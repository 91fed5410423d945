//! Conversions, and what marks a value as sensitive.

use super::{Answer, Context, Fault, Function, Want, nullable};
use crate::marks;
use model::{Secret, Type, Unknown, Value, convert};
use std::sync::Arc;

const VALUE: super::Parameter = nullable("value", Want::Any);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("ephemeralasnull", &[VALUE], Want::Any, ephemeralasnull).raw(),
    Function::new("issensitive", &[VALUE], Want::Bool, issensitive).raw(),
    Function::new("nonsensitive", &[VALUE], Want::Any, nonsensitive).raw(),
    Function::new("sensitive", &[VALUE], Want::Any, sensitive).raw(),
    Function::new("tobool", &[VALUE], Want::Bool, |_, a| to(a, Type::Bool)).raw(),
    Function::new("tolist", &[VALUE], Want::Any, |_, a| {
        to(a, Type::list(Type::Any))
    })
    .raw(),
    Function::new("tomap", &[VALUE], Want::Any, |_, a| {
        to(a, Type::map(Type::Any))
    })
    .raw(),
    Function::new("tonumber", &[VALUE], Want::Number, |_, a| {
        to(a, Type::Number)
    })
    .raw(),
    Function::new("toset", &[VALUE], Want::Any, |_, a| {
        to(a, Type::set(Type::Any))
    })
    .raw(),
    Function::new("tostring", &[VALUE], Want::String, |_, a| {
        to(a, Type::String)
    })
    .raw(),
];

fn to(a: &[Value], ty: Type) -> Answer {
    convert(&a[0], &ty).map_err(|e| Fault::of(0, e.to_string()))
}

/// Makes a fingerprint under the state's key, and one of the content, to be compared with what a
/// provider reads.
fn sensitive(context: &Context<'_>, a: &[Value]) -> Answer {
    Ok(match &a[0] {
        already @ (Value::Secret(_) | Value::Mixed(_)) => already.clone(),
        Value::Unknown(unknown) => {
            Value::Unknown(Arc::new(Unknown::clone(unknown).sensitive(true)))
        }
        value if value.has_unknown() => {
            marks::unknown_value(value.ty(), &[value]).rewrite(&mut |v| match v {
                Value::Unknown(u) => {
                    Some(Value::Unknown(Arc::new(Unknown::clone(u).sensitive(true))))
                }
                _ => None,
            })
        }
        value if value.has_sealed() => marks::lift(
            "sensitive",
            &[value],
            || value.ty(),
            |v| Ok::<_, Fault>(v[0].clone()),
        )?,
        value => {
            let open = value.expose();
            let fingerprint = match value.has_secret() {
                true => model::Fingerprint::derive("sensitive", &[marks::fingerprint(value)]),
                false => context.world.fingerprints.fingerprint(value),
            };
            let content = context.world.fingerprints.fingerprint(&open);
            let mut secret = Secret::open(fingerprint, open).with_content(Some(content));
            secret.ephemeral = marks::is_ephemeral(value);
            Value::Secret(Arc::new(secret))
        }
    })
}

/// What is sealed can't be shown, and so stays what it is.
fn nonsensitive(_: &Context<'_>, a: &[Value]) -> Answer {
    let value = &a[0];
    if marks::is_ephemeral(value) {
        return Err(Fault::of(0, "an ephemeral value can't be made a plain one"));
    }
    let shown = value.rewrite(&mut |v| match v {
        Value::Unknown(u) if u.sensitive => {
            let mut plain = Unknown::clone(u);
            plain.sensitive = false;
            Some(Value::Unknown(Arc::new(plain)))
        }
        _ => None,
    });
    Ok(shown.expose())
}

fn issensitive(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(match &a[0] {
        Value::Unknown(u) if !u.sensitive => {
            Value::Unknown(Arc::new(Unknown::of(Type::Bool).not_null()))
        }
        Value::Unknown(_) => true.into(),
        // What stands inside does not count: its attributes can be asked one by one.
        value => marks::is_secret(value).into(),
    })
}

fn ephemeralasnull(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(a[0].rewrite(&mut |v| match v {
        Value::Secret(_) | Value::Mixed(_) | Value::Unknown(_) if marks::is_ephemeral(v) => {
            Some(Value::Null(v.ty()))
        }
        _ => None,
    }))
}
