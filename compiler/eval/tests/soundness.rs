//! What is known beside something unknown stays true, whatever the unknown turns out to be.

mod support;

use model::{Type, Unknown, Value};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use support::{Files, Variables, run_with, secret};

/// The names that are unknown at first, with what they may turn out to be.
fn later() -> Vec<(&'static str, Type, Vec<Value>)> {
    let strings = |items: &[&str]| {
        Value::list(
            Type::String,
            items.iter().map(|i| Value::from(*i)).collect(),
        )
    };
    let texts = [
        "",
        "a",
        "7",
        "true",
        "\u{301}b",
        "a-b",
        "[1]",
        "é",
        "10.0.0.0/8",
    ];
    vec![
        ("text", Type::String, texts.map(Value::from).into()),
        (
            "number",
            Type::Number,
            [0, 1, 2, -3, 1000].map(Value::int).into(),
        ),
        ("flag", Type::Bool, vec![true.into(), false.into()]),
        (
            "list",
            Type::list(Type::String),
            vec![strings(&[]), strings(&["a"]), strings(&["b", "a", "b"])],
        ),
        (
            "any",
            Type::Any,
            vec![
                1.into(),
                "a".into(),
                Value::tuple(vec![1.into(), "a".into()]),
                Value::object([("a", 1.into())]),
                strings(&["x"]),
            ],
        ),
    ]
}

fn piece() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "text",
        "number",
        "flag",
        "list",
        "any",
        "text",
        "number",
        "list",
        "password",
        "1",
        "\"a\"",
        "\"\"",
        "null",
        "true",
        "false",
        "[]",
        "[1, \"a\"]",
        "{ a = text }",
        "[text, \"b\"]",
        "\"pre-${text}\"",
        "\"${password}${text}\"",
        "toset([text, \"a\"])",
        "tolist([number, 1])",
        "{ a = number, b = [flag] }",
        "tomap({ a = text })",
        "0",
        "2",
        "\"-\"",
        "\"%s|%v\"",
    ])
    .prop_map(String::from)
}

fn expression() -> impl Strategy<Value = String> {
    // What makes something new with each call, or makes secrets plain, is another matter.
    let not_here = [
        "bcrypt",
        "uuid",
        "timestamp",
        "nonsensitive",
        "issensitive",
        "rsadecrypt",
    ];
    let names: Vec<&'static str> = landfall_eval::function_names()
        .filter(|name| !not_here.contains(name))
        .collect();
    piece().prop_recursive(3, 16, 3, move |inner| {
        let names = names.clone();
        let operators = vec!["+", "-", "*", "==", "!=", "<", "&&", "||"];
        prop_oneof![
            4 => (prop::sample::select(names), prop::collection::vec(inner.clone(), 0..4))
                .prop_map(|(name, arguments)| format!("{name}({})", arguments.join(", "))),
            2 => (inner.clone(), prop::sample::select(operators), inner.clone())
                .prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            2 => (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}[{b}]")),
            1 => inner.clone().prop_map(|a| format!("{a}[*].a")),
            1 => inner.clone().prop_map(|a| format!("{a}.a")),
            1 => (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("[for x in {a} : [x, {b}]]")),
            1 => (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("{{ for k, x in {a} : \"${{k}}-\" => x if {b} }}")),
            1 => (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("\"<${{{a}}}%{{ for x in {b} }}${{x}}%{{ endfor }}>\"")),
            1 => (inner.clone(), inner).prop_map(|(a, b)| format!("[{a}, {b}]")),
        ]
    })
}

/// The result with each name standing for one of its values; for an unknown without a choice.
fn result(text: &str, choice: Option<&[usize]>) -> Result<Value, String> {
    let mut variables = BTreeMap::from([("password", secret("hunter2".into(), true))]);
    for (i, (name, ty, values)) in later().into_iter().enumerate() {
        let value = match choice {
            None => Value::unknown(ty),
            Some(choice) => values[choice[i] % values.len()].clone(),
        };
        variables.insert(name, value);
    }
    run_with(text, &Variables(variables), &Files::default()).map_err(|p| p.message)
}

/// What of the earlier result the later one is not, in words.
fn contradiction(before: &Value, after: &Value) -> Option<String> {
    let plain = after.expose();
    let differs = || Some(format!("{before:?} became {after:?}"));
    if after.has_secret() && !before.has_secret() {
        return Some(format!("{before:?} lost that it is sensitive: {after:?}"));
    }
    match before {
        Value::Unknown(unknown) => broken(unknown, &plain),
        Value::Secret(_) | Value::Mixed(_) => match before.expose() == plain {
            true => None,
            false => differs(),
        },
        // How many there are is not known, and so nor which is which.
        Value::Set(_) if before.has_unknown() => None,
        Value::Tuple(_) | Value::List(_) | Value::Set(_) => {
            let same_kind = std::mem::discriminant(before) == std::mem::discriminant(&plain);
            let (a, b) = (before.as_items()?, plain.as_items().unwrap_or(&[]));
            match same_kind && a.len() == b.len() {
                true => pairs(a.iter(), after),
                false => differs(),
            }
        }
        Value::Object(_) | Value::Map(_) => {
            let same_kind = std::mem::discriminant(before) == std::mem::discriminant(&plain);
            let same_names = before.as_fields()?.keys().eq(plain.as_fields()?.keys());
            match same_kind && same_names {
                true => pairs(before.as_fields()?.values(), after),
                false => differs(),
            }
        }
        Value::Null(_) => (!after.is_null()).then(differs).flatten(),
        _ => (*before != plain).then(differs).flatten(),
    }
}

fn pairs<'a>(before: impl Iterator<Item = &'a Value>, after: &Value) -> Option<String> {
    let whole = after.expose();
    // Inside of what is secret as a whole nothing is marked for itself.
    let children: Vec<&Value> = match after {
        Value::Secret(_) | Value::Mixed(_) => whole.children().collect(),
        open => open.children().collect(),
    };
    before
        .zip(children)
        .find_map(|(before, after)| contradiction(before, after))
}

fn broken(unknown: &Arc<Unknown>, after: &Value) -> Option<String> {
    let wrong = |what: &str| Some(format!("{what} of {unknown:?}: {after:?}"));
    if after.is_null() {
        return unknown.not_null.then(|| wrong("not null")).flatten();
    }
    if unknown.ty.is_exact() && after.ty() != unknown.ty && after.ty().is_exact() {
        return wrong("the type");
    }
    let prefix = unknown.prefix.as_deref().unwrap_or("");
    if after.as_str().is_some_and(|s| !s.starts_with(prefix)) {
        return wrong("the prefix");
    }
    if matches!(after, Value::List(_) | Value::Set(_) | Value::Map(_)) {
        let length = after.children().count();
        if length < unknown.min_length || unknown.max_length.is_some_and(|max| length > max) {
            return wrong("the length");
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8 * ProptestConfig::default().cases, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_known_stays_true(text in expression(), choice in prop::collection::vec(0usize..9, 5)) {
        let before = result(&text, None);
        let after = result(&text, Some(&choice));
        // That it is refused later is no contradiction: a text may turn out to be no number.
        if let (Ok(before), Ok(after)) = (&before, &after) {
            let found = contradiction(before, after);
            prop_assert!(found.is_none(), "{}: {}", text, found.unwrap_or_default());
        }
    }
}
