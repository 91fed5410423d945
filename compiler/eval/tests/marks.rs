//! What is sensitive or ephemeral stays so through whatever is made of it: what another value in
//! its place would change is marked, all of it.

mod support;

use model::{Fingerprint, Part, Secret, Value};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use support::{Files, Variables, run_with};

/// One value that is looked after, and another one in its place.
const VALUES: [[&str; 2]; 4] = [["hunter2", "x"], ["7", "8"], ["true", "false"], ["", "é"]];

fn marked(value: Value, ephemeral: bool) -> Value {
    let mut secret = Secret::open(Fingerprint::of(&value), value);
    secret.ephemeral = ephemeral;
    Value::Secret(Arc::new(secret))
}

fn piece() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "token",
        "token",
        "tokens",
        "holder",
        "\"<${token}>\"",
        "[token, \"a\"]",
        "{ a = token }",
        "1",
        "2",
        "\"a\"",
        "\"\"",
        "null",
        "true",
        "[]",
        "[1, \"a\"]",
        "{}",
        "names",
        "toset([token, \"a\"])",
        "tolist([\"a\", token])",
        "\"-\"",
        "0",
        "\"%s|%v\"",
        "text",
        "later",
    ])
    .prop_map(String::from)
}

fn expression() -> impl Strategy<Value = String> {
    // These show what they are given, or whether there was anything to show.
    let shows = [
        "nonsensitive",
        "issensitive",
        "ephemeralasnull",
        "can",
        "try",
        "bcrypt",
        "uuid",
        "timestamp",
    ];
    let names: Vec<&'static str> = landfall_eval::function_names()
        .filter(|name| !shows.contains(name))
        .collect();
    piece().prop_recursive(4, 20, 3, move |inner| {
        let names = names.clone();
        let operators = vec!["+", "-", "*", "/", "%", "==", "!=", "<", "&&", "||"];
        prop_oneof![
            5 => (prop::sample::select(names), prop::collection::vec(inner.clone(), 0..4), any::<bool>())
                .prop_map(|(name, arguments, expand)| {
                    let dots = if expand && !arguments.is_empty() { "..." } else { "" };
                    format!("{name}({}{dots})", arguments.join(", "))
                }),
            2 => (inner.clone(), prop::sample::select(operators), inner.clone())
                .prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            2 => (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} == \"7\" ? {b} : {c})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}[{b}]")),
            1 => inner.clone().prop_map(|a| format!("{a}[*].a")),
            1 => inner.clone().prop_map(|a| format!("{a}.a")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[for x in {a} : [x, {b}]]")),
            1 => (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("[for x in {a} : 1 if x == {b}]")),
            1 => (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("{{ for k, x in {a} : \"${{x}}\" => {b}... }}")),
            1 => (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("\"<${{{a}}}%{{ for x in {b} }}${{x}}%{{ endfor }}>\"")),
            1 => inner.clone().prop_map(|a| format!("\"%{{ if {a} == \"7\" }}yes%{{ endif }}\"")),
            1 => (inner.clone(), inner).prop_map(|(a, b)| format!("[{a}, {{ ({a}) = {b} }}]")),
        ]
    })
}

/// The result with that value in place of what is looked after.
fn result(text: &str, value: &str, ephemeral: bool) -> Option<Value> {
    let token = marked(value.into(), ephemeral);
    let both = Value::tuple(vec!["a".into(), value.into()]);
    let variables = BTreeMap::from([
        ("tokens", Value::tuple(vec!["a".into(), token.clone()])),
        ("holder", marked(Value::object([("a", both)]), ephemeral)),
        ("token", token),
        ("names", Value::tuple(vec!["7".into(), "x".into()])),
        ("text", "7".into()),
        ("later", Value::unknown(model::Type::String)),
    ]);
    run_with(text, &Variables(variables), &Files::default()).ok()
}

/// With nothing in the place of what is marked.
fn unmarked(value: &Value, ephemeral: bool) -> Value {
    let counts = |s: &Secret| !ephemeral || s.ephemeral;
    value.rewrite(&mut |v| match v {
        Value::Secret(s) if counts(s) => Some(Value::NULL),
        Value::Mixed(m) => Some(Value::tuple(
            m.parts()
                .iter()
                .map(|part| match part {
                    Part::Secret(s) if counts(s) => Value::NULL,
                    Part::Secret(s) => Value::Secret(s.clone()).expose(),
                    Part::Text(text) => Value::String(text.clone()),
                })
                .collect(),
        )),
        // Of what is marked and not known yet, nothing is said.
        Value::Unknown(u) if u.sensitive && (!ephemeral || u.ephemeral) => Some(Value::NULL),
        _ => None,
    })
}

fn check(text: &str, ephemeral: bool) -> Result<(), TestCaseError> {
    for [value, other] in VALUES {
        let results = [value, other].map(|v| result(text, v, ephemeral));
        let [Some(a), Some(b)] = results else {
            continue;
        };
        let shown = [&a, &b].map(|v| unmarked(v, ephemeral).expose());
        prop_assert_eq!(&shown[0], &shown[1], "{}: {:?} and {:?}", text, a, b);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6 * ProptestConfig::default().cases, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_sensitive_is_shown(text in expression()) {
        check(&text, false)?;
    }

    #[test]
    fn nothing_ephemeral_is_recorded(text in expression()) {
        check(&text, true)?;
    }
}
