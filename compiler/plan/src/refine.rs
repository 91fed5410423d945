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
    use model::{Fingerprint, Mixed, Part, Secret, Type, Unknown};
    use std::sync::Arc;

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

    fn unknown(with: impl FnOnce(&mut Unknown)) -> Value {
        let mut unknown = Unknown::of(Type::String);
        with(&mut unknown);
        Value::Unknown(Arc::new(unknown))
    }

    #[test]
    fn what_is_known_of_an_unknown_is_kept_to() {
        let prefix = || unknown(|u| u.prefix = Some("arn:".into()));
        check(prefix(), "arn:1".into(), None);
        check(prefix(), "1".into(), Some(""));
        check(prefix(), Value::NULL, None);
        check(unknown(|u| u.not_null = true), Value::NULL, Some(""));
        check(unknown(|u| u.not_null = true), "".into(), None);
        check(unknown(|_| {}), Value::unknown(Type::String), None);
    }

    fn set(items: Vec<Value>) -> Value {
        Value::set(Type::String, items)
    }

    #[test]
    fn a_set_is_the_same_unless_something_in_it_was_unknown() {
        let unknown = || Value::unknown(Type::String);
        check(set(vec!["a".into()]), set(vec!["a".into()]), None);
        check(set(vec!["a".into()]), set(vec!["b".into()]), Some(""));
        check(
            set(vec!["a".into()]),
            set(vec!["a".into(), "b".into()]),
            Some(""),
        );
        check(
            set(vec![unknown(), "a".into()]),
            set(vec!["a".into(), "b".into()]),
            None,
        );
        // Two unknowns may turn out to be one and the same.
        check(
            set(vec![unknown(), "a".into()]),
            set(vec!["a".into()]),
            None,
        );
    }

    #[test]
    fn a_list_is_compared_item_by_item() {
        let list = |items| Value::list(Type::String, items);
        check(
            list(vec!["a".into(), "b".into()]),
            list(vec!["a".into(), "c".into()]),
            Some("[1]"),
        );
        check(list(vec!["a".into()]), list(vec![]), Some(""));
        check(list(vec!["a".into()]), Value::tuple(vec!["a".into()]), None);
    }

    #[test]
    fn an_object_has_the_same_names() {
        let object = |name: &'static str| Value::object([(name, 1.into())]);
        check(object("a"), object("b"), Some(""));
        check(object("a"), Value::NULL, Some(""));
        check(Value::NULL, Value::Null(Type::String), None);
    }

    fn secret(fingerprint: u8, text: Option<&str>) -> Part {
        let fingerprint = Fingerprint([fingerprint; 32]);
        Part::Secret(Arc::new(match text {
            Some(text) => Secret::open(fingerprint, text.into()),
            None => Secret::sealed(fingerprint, Type::String),
        }))
    }

    #[test]
    fn a_secret_is_compared_by_its_value_where_that_is_at_hand() {
        let whole = |part: Part| Mixed::join([part]);
        let mixed = |part: Part| Mixed::join([Part::Text("x".into()), part]);
        check(whole(secret(1, Some("s"))), "s".into(), None);
        check(whole(secret(1, Some("s"))), "t".into(), Some(""));
        check("s".into(), whole(secret(1, Some("s"))), None);
        check(
            whole(secret(1, Some("s"))),
            whole(secret(2, Some("s"))),
            None,
        );
        check(mixed(secret(1, Some("s"))), "xs".into(), None);
        check(mixed(secret(1, Some("s"))), "xt".into(), Some(""));
        // Sealed, nobody can tell.
        check(whole(secret(1, None)), whole(secret(2, Some("s"))), None);
        check(mixed(secret(1, None)), "anything".into(), None);
    }
}
