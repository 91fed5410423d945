//! What differs between two values, by path.

use crate::{AttrPath, PathStep, Value};
use std::sync::Arc;

/// One difference: the innermost path at which the two have no common shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where.
    pub path: AttrPath,
    /// What was there; none where there was nothing.
    pub before: Option<Value>,
    /// What will be there; none where nothing will be.
    pub after: Option<Value>,
}

/// All differences of two values, in the order of their paths.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&AttrPath::root(), Some(before), Some(after), &mut found);
    found
}

fn compare(
    path: &AttrPath,
    before: Option<&Value>,
    after: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    if before == after {
        return;
    }
    if let (Some(b), Some(a)) = (before, after) {
        if let (Some(bf), Some(af)) = (b.as_fields(), a.as_fields()) {
            let mut names: Vec<&Arc<str>> = bf.keys().chain(af.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let path = path.step(PathStep::Name(name.clone()));
                compare(&path, bf.get(name), af.get(name), found);
            }
            return;
        }
        let ordered = |v: &Value| matches!(v, Value::List(_) | Value::Tuple(_));
        if let (true, true, Some(bi), Some(ai)) =
            (ordered(b), ordered(a), b.as_items(), a.as_items())
        {
            for i in 0..bi.len().max(ai.len()) {
                compare(&path.item(i), bi.get(i), ai.get(i), found);
            }
            return;
        }
        // A list and a tuple, or a map and an object, of the same content are no difference.
        if b.is_null() && a.is_null() {
            return;
        }
    }
    found.push(Difference {
        path: path.clone(),
        before: before.cloned(),
        after: after.cloned(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;

    #[test]
    fn names_the_innermost_path() {
        let before = Value::object([
            ("a", Value::object([("x", 1.into()), ("y", 2.into())])),
            ("l", Value::list(Type::String, vec!["p".into()])),
        ]);
        let after = Value::object([
            ("a", Value::object([("x", 1.into()), ("y", 3.into())])),
            ("l", Value::list(Type::String, vec!["p".into(), "q".into()])),
        ]);
        let paths: Vec<_> = differences(&before, &after)
            .iter()
            .map(|d| d.path.to_string())
            .collect();
        assert_eq!(paths, ["a.y", "l[1]"]);
        assert!(differences(&after, &after).is_empty());
    }

    #[test]
    fn nulls_of_two_types_are_the_same() {
        assert!(differences(&Value::NULL, &Value::Null(Type::String)).is_empty());
    }
}
