//! Whether what turned out is what was planned, with its unknowns filled in.

use model::{AttrPath, Value, convert};

/// The first path at which `actual` is not what `planned` allows; none where it keeps to it.
pub fn refines(planned: &Value, actual: &Value) -> Option<AttrPath> {
    at(planned, actual, &AttrPath::root())
}

fn at(planned: &Value, actual: &Value, path: &AttrPath) -> Option<AttrPath> {
    let broken = || Some(path.clone());
    match (planned, actual) {
        (Value::Unknown(unknown), actual) => {
            if unknown.not_null && actual.is_null() {
                return broken();
            }
            let prefix = unknown.prefix.as_deref().unwrap_or("");
            match actual {
                Value::String(s) if !s.starts_with(prefix) => broken(),
                _ if actual.is_null() || actual.is_unknown() => None,
                _ if convert(actual, &unknown.ty).is_err() => broken(),
                _ => None,
            }
        }
        // A tag of sensitivity that apply added or opened is no other value.
        (p, a) if p == a => None,
        (Value::Secret(_) | Value::Mixed(_), _) | (_, Value::Secret(_) | Value::Mixed(_)) => {
            let (p, a) = (planned.expose(), actual.expose());
            if p.has_sealed() || a.has_sealed() || p == a {
                None
            } else {
                broken()
            }
        }
        _ => match (planned.as_fields(), actual.as_fields()) {
            (Some(p), Some(a)) => {
                if p.keys().ne(a.keys()) {
                    return broken();
                }
                p.iter()
                    .zip(a.values())
                    .find_map(|((name, p), a)| at(p, a, &path.then(name)))
            }
            _ => match (planned.as_items(), actual.as_items()) {
                (Some(p), Some(a)) if p.len() == a.len() => {
                    let is_set = matches!(planned, Value::Set(_));
                    if is_set {
                        return if planned.has_unknown() {
                            None
                        } else {
                            broken()
                        };
                    }
                    p.iter()
                        .zip(a)
                        .enumerate()
                        .find_map(|(i, (p, a))| at(p, a, &path.item(i)))
                }
                (Some(_), Some(_)) if matches!(planned, Value::Set(_)) && planned.has_unknown() => {
                    None
                }
                _ if planned.is_null() && actual.is_null() => None,
                _ => broken(),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Type;

    fn check(planned: Value, actual: Value, broken: Option<&str>) {
        assert_eq!(
            refines(&planned, &actual).map(|p| p.to_string()).as_deref(),
            broken
        );
    }

    #[test]
    fn unknowns_may_become_anything_of_their_type() {
        let planned = Value::object([("a", Value::unknown(Type::String)), ("b", 1.into())]);
        let actual = |a: Value, b: i64| Value::object([("a", a), ("b", b.into())]);
        check(planned.clone(), actual("x".into(), 1), None);
        check(planned.clone(), actual(Value::tuple(vec![]), 1), Some("a"));
        check(planned, actual("x".into(), 2), Some("b"));
    }
}
