//! Equality as the language means it: of values of one type, undecided where unknown.

use crate::marks;
use model::{Fields, List, Type, Unknown, Value};

/// Whether two values are equal; none where that hangs on something unknown.
/// Secrets must have been exposed before.
pub(crate) fn equal(a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::Unknown(u), other) | (other, Value::Unknown(u)) => with_unknown(u, other),
        (Value::Null(_), Value::Null(_)) => Some(true),
        (Value::Null(_), _) | (_, Value::Null(_)) => Some(false),
        (Value::Bool(a), Value::Bool(b)) => Some(a == b),
        (Value::Number(a), Value::Number(b)) => Some(a == b),
        (Value::String(a), Value::String(b)) => Some(a == b),
        (Value::List(a), Value::List(b)) => match alike(a, b) {
            true => items(&a.items, &b.items),
            false => Some(false),
        },
        (Value::Set(a), Value::Set(b)) => {
            let unknown = a.items.iter().chain(&b.items).any(Value::has_unknown);
            match unknown {
                true => None,
                false if alike(a, b) => items(&a.items, &b.items),
                false => Some(false),
            }
        }
        (Value::Tuple(a), Value::Tuple(b)) => items(a, b),
        (Value::Map(a), Value::Map(b)) => {
            let filled = !a.entries.is_empty() && !b.entries.is_empty();
            match same(&a.element, &b.element, filled) {
                true => fields(&a.entries, &b.entries),
                false => Some(false),
            }
        }
        (Value::Object(a), Value::Object(b)) => fields(a, b),
        _ => Some(marks::is_secret(a) && marks::is_secret(b) && a == b),
    }
}

fn alike(a: &List, b: &List) -> bool {
    let filled = !a.items.is_empty() && !b.items.is_empty();
    same(&a.element, &b.element, filled)
}

/// Where a type is left open, the items tell; of none nothing does.
fn same(a: &Type, b: &Type, filled: bool) -> bool {
    a == b || (filled && !(a.is_exact() && b.is_exact()))
}

fn with_unknown(unknown: &Unknown, other: &Value) -> Option<bool> {
    let never = match other {
        Value::Null(_) => unknown.not_null,
        Value::String(s) => unknown
            .prefix
            .as_ref()
            .is_some_and(|p| !s.starts_with(&**p)),
        Value::List(_) | Value::Set(_) | Value::Map(_) => {
            let length = length(other);
            length < unknown.min_length || unknown.max_length.is_some_and(|max| length > max)
        }
        _ => false,
    };
    let known_apart = unknown.ty.is_primitive()
        && !matches!(other, Value::Null(_) | Value::Unknown(_))
        && unknown.ty != other.ty();
    if never || known_apart {
        Some(false)
    } else {
        None
    }
}

fn length(value: &Value) -> usize {
    value
        .as_items()
        .map_or_else(|| value.as_fields().map_or(0, Fields::len), <[Value]>::len)
}

fn items(a: &[Value], b: &[Value]) -> Option<bool> {
    if a.len() != b.len() {
        return Some(false);
    }
    all(a.iter().zip(b).map(|(a, b)| equal(a, b)))
}

fn fields(a: &Fields, b: &Fields) -> Option<bool> {
    if !a.keys().eq(b.keys()) {
        return Some(false);
    }
    all(a.values().zip(b.values()).map(|(a, b)| equal(a, b)))
}

/// One definite difference decides, whatever is unknown besides.
fn all(pairs: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for pair in pairs {
        match pair {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}
