//! Values in values: whatever goes through them stays within a small stack, or refuses.

#![allow(clippy::expect_used)]

mod support;

use model::{Type, Value};
use std::collections::BTreeMap;
use support::{Files, Variables, run_with, secret};

/// As many collections in each other as there may be.
const DEEPEST: usize = 128;

fn nested(depth: usize, wrap: fn(Value) -> Value) -> Value {
    (0..depth).fold("x".into(), |inside, _| wrap(inside))
}

fn tuple(inside: Value) -> Value {
    Value::tuple(vec![inside])
}

fn object(inside: Value) -> Value {
    Value::object([("a", inside)])
}

fn list(inside: Value) -> Value {
    Value::list(inside.ty(), vec![inside])
}

/// With values that are as deep as may be, and one that is the secret form of such a one.
fn run(text: &str) -> Result<Value, &'static str> {
    let variables = BTreeMap::from([
        ("tuple", nested(DEEPEST, tuple)),
        ("object", nested(DEEPEST, object)),
        ("list", nested(DEEPEST, list)),
        ("hidden", secret(nested(DEEPEST, tuple), true)),
        ("later", Value::unknown(nested(DEEPEST, list).ty())),
        ("any", Value::unknown(Type::Any)),
    ]);
    run_with(text, &Variables(variables), &Files::default()).map_err(|problem| problem.code)
}

/// On a thread as small as those that providers are called on.
fn on_a_small_stack(work: fn()) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work);
    if let Err(panic) = thread.expect("a thread").join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn one_more_is_refused() {
    on_a_small_stack(|| {
        for name in ["tuple", "object", "list", "hidden"] {
            assert!(run(name).is_ok(), "{name}");
            for deeper in [
                format!("[{name}]"),
                format!("{{ a = {name} }}"),
                format!("tolist([{name}])"),
            ] {
                assert_eq!(run(&deeper), Err("LF0228"), "{deeper}");
            }
            let shallower = format!("length([{name}])");
            assert_eq!(run(&shallower), Ok(1.into()), "{shallower}");
        }
    });
}

#[test]
fn text_that_is_decoded_is_no_deeper() {
    on_a_small_stack(|| {
        let brackets = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        for function in ["jsondecode", "yamldecode"] {
            let decoded = |n| run(&format!("{function}(\"{}\")", brackets(n)));
            assert!(decoded(DEEPEST - 1).is_ok(), "{function}");
            assert!(decoded(10_000).is_err(), "{function}");
        }
    });
}

#[test]
fn whatever_takes_a_deep_value_answers() {
    on_a_small_stack(|| {
        let operations = [
            "{} == {}",
            "{} == [{}]",
            "toset([{}, {}])",
            "[for x in {} : [x, {}]]",
            "{}[*].a",
            "true ? {} : [{}]",
            "true ? [[1]] : {}",
            "\"${jsonencode({})}\"",
            "{}[0]",
            "later_unknown ? {} : {}",
        ];
        let functions = landfall_eval::function_names().flat_map(|name| {
            [
                format!("{name}({{}})"),
                format!("{name}({{}}, {{}})"),
                format!("{name}([{{}}], [{{}}])"),
            ]
        });
        let all = operations.map(String::from).into_iter().chain(functions);
        for operation in all {
            for name in ["tuple", "object", "list", "hidden", "later"] {
                // That it comes back is all that counts.
                let _ = run(&operation.replace("{}", name));
            }
        }
    });
}
