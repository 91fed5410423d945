//! `ignore_changes`: paths that stay as they are.

use model::{AttrPath, PathStep, Value};

/// The configuration with one path as the prior object has it.
pub fn with_prior(config: &Value, prior: &Value, path: &AttrPath) -> Value {
    fn set(at: &Value, steps: &[PathStep], value: &Value) -> Value {
        match (steps, at) {
            ([], _) => value.clone(),
            ([PathStep::Name(name), rest @ ..], _) => {
                let inner = at.get(name).cloned().unwrap_or(Value::NULL);
                let inner = set(&inner, rest, value);
                match at {
                    Value::Map(map) => {
                        let entries = map.entries.iter().map(|(k, v)| (k.clone(), v.clone()));
                        let changed = [(name.clone(), inner)];
                        Value::map(map.element.clone(), entries.chain(changed))
                    }
                    _ => at.with(name, inner),
                }
            }
            ([PathStep::Index(index), rest @ ..], Value::Tuple(items)) => {
                let mut items = items.to_vec();
                if let Some(item) = items.get_mut(*index) {
                    *item = set(item, rest, value);
                }
                Value::tuple(items)
            }
            ([PathStep::Index(index), rest @ ..], Value::List(list)) => {
                let mut items = list.items.clone();
                if let Some(item) = items.get_mut(*index) {
                    *item = set(item, rest, value);
                }
                Value::list(list.element.clone(), items)
            }
            _ => at.clone(),
        }
    }
    match path.get(prior) {
        Some(value) if !path.0.is_empty() => set(config, &path.0, value),
        _ => config.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Type, show};

    /// The configuration with `path` as in a prior object in which all is `old`.
    fn check(path: AttrPath, expected: &str) {
        assert_eq!(
            show(&with_prior(&object("new"), &object("old"), &path)),
            expected
        );
    }

    fn object(text: &str) -> Value {
        let entries = |name: &'static str| [(name, Value::from(text)), ("both", text.into())];
        let own = if text == "old" { "theirs" } else { "mine" };
        Value::object([
            (
                "list",
                Value::list(Type::String, vec![text.into(), text.into()]),
            ),
            ("map", Value::map(Type::String, entries(own))),
            (
                "tuple",
                Value::tuple(vec![Value::object([("a", text.into())])]),
            ),
        ])
    }

    const NEW_MAP: &str = r#"{ both = "new", mine = "new" }"#;
    const NEW_TUPLE: &str = r#"[{ a = "new" }]"#;

    fn of(list: &str, map: &str, tuple: &str) -> String {
        format!("{{ list = {list}, map = {map}, tuple = {tuple} }}")
    }

    #[test]
    fn only_what_is_named_stays() {
        let list = AttrPath::name("list");
        let new_list = r#"["new", "new"]"#;
        let kept = of(r#"["old", "old"]"#, NEW_MAP, NEW_TUPLE);
        check(list.clone(), &kept);
        check(list.item(1), &of(r#"["new", "old"]"#, NEW_MAP, NEW_TUPLE));
        let inside = AttrPath::name("tuple").item(0).then("a");
        check(inside, &of(new_list, NEW_MAP, r#"[{ a = "old" }]"#));
    }

    #[test]
    fn an_entry_of_a_map_stays_beside_the_new_ones() {
        let list = r#"["new", "new"]"#;
        let map = AttrPath::name("map");
        let both = r#"{ both = "old", mine = "new" }"#;
        check(map.then("both"), &of(list, both, NEW_TUPLE));
        let theirs = r#"{ both = "new", mine = "new", theirs = "old" }"#;
        check(map.then("theirs"), &of(list, theirs, NEW_TUPLE));
    }

    #[test]
    fn what_was_not_there_and_what_is_everything_keep_nothing() {
        let new = of(r#"["new", "new"]"#, NEW_MAP, NEW_TUPLE);
        for path in [
            AttrPath::name("nothing"),
            AttrPath::name("list").item(7),
            AttrPath::name("map").then("mine"),
            AttrPath::root(),
        ] {
            check(path, &new);
        }
    }
}
