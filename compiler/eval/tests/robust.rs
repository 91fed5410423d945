//! Whatever is written, the evaluator answers.

mod support;

use proptest::prelude::*;

/// Pieces that expressions are made of.
fn piece() -> impl Strategy<Value = String> {
    let names: Vec<&'static str> = landfall_eval::function_names().collect();
    prop_oneof![
        3 => prop::sample::select(vec![
            "1", "-1", "0.5", "1e300", "\"a\"", "\"\"", "null", "true", "[]", "{}", "password", "pin",
            "later", "later_list", "later_any", "names", "account", "[1, \"a\"]", "{ a = 1 }", "yes",
            "\"a${password}\"", "tolist([\"x\"])", "toset([1])", "later_bool", "99999999999999999999",
            "text", "json", "several", "holder", "jsondecode(json)", "holder.p", "account.age", "\"10.0.0.0/8\"", "\"2020-01-01T00:00:00Z\"", "\"%s %d\"", "\"[[\"", "\"/(/\"",
        ]).prop_map(String::from),
        1 => prop::sample::select(names).prop_map(|n| format!("{n}()")),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    let names: Vec<&'static str> = landfall_eval::function_names().collect();
    piece().prop_recursive(4, 24, 3, move |inner| {
        let names = names.clone();
        prop_oneof![
            (
                prop::sample::select(names),
                prop::collection::vec(inner.clone(), 0..4),
                any::<bool>()
            )
                .prop_map(|(name, arguments, expand)| {
                    let dots = if expand && !arguments.is_empty() {
                        "..."
                    } else {
                        ""
                    };
                    format!("{name}({}{dots})", arguments.join(", "))
                }),
            (
                inner.clone(),
                prop::sample::select(vec!["+", "-", "*", "/", "%", "==", "<", "&&", "||"]),
                inner.clone()
            )
                .prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}[{b}]")),
            inner.clone().prop_map(|a| format!("{a}[*].a")),
            inner.clone().prop_map(|a| format!("{a}.a")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[for x in {a} : [x, {b}]]")),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("{{ for k, x in {a} : k => x if {b} }}")),
            inner
                .clone()
                .prop_map(|a| format!("\"<${{{a}}}%{{ for x in {a} }}${{x}}%{{ endfor }}>\"")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("[{a}, {{ ({a}) = {b} }}]")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6 * ProptestConfig::default().cases, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn evaluation_never_panics_and_seals_alike(text in expression()) {
        let open = support::run(&text);
        let sealed = support::run_sealed(&text);
        if let Err(problem) = &open {
            prop_assert!(!format!("{problem:?}").contains("hunter2"), "{text}: {problem:?}");
        }
        if let Ok(value) = &open {
            prop_assert!(!format!("{value:?}").contains("hunter2") || text.contains("nonsensitive"), "{text}");
        }
        // `try`, `can` and what makes secrets plain see more where the value is at hand.
        let looks = ["try(", "can(", "nonsensitive", "sensitive("].iter().any(|f| text.contains(f));
        // Something unknown may be met only where the secret could be opened.
        let unknown = [&open, &sealed].iter().any(|r| r.as_ref().is_ok_and(|v| v.has_unknown()));
        if let (Ok(open), Ok(sealed), false) = (&open, &sealed, looks || unknown) {
            prop_assert_eq!(
                model::Fingerprint::of(open), model::Fingerprint::of(sealed),
                "{}: {:?} {:?}", text, open, sealed
            );
        }
    }
}
