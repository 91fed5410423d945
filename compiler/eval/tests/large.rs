//! What is large or deep is answered or refused, and takes neither all memory nor the stack.

#![allow(clippy::expect_used)]

mod support;

use model::Value;
use support::{Files, Variables, run, run_with};

fn refused(text: &str) -> &'static str {
    run(text).expect_err(text).code
}

#[test]
fn what_comes_to_too_much_is_refused() {
    let million = "[for a in range(1024) : [for b in range(1024) : [for c in range(1024) : c]]]";
    for text in [
        million,
        "range(1000000000)",
        "range(0, 1, 0.0000001)",
        "format(\"%1000000000s\", 1)",
        "setproduct(range(1024), range(1024), range(1024))",
        "\"%{ for a in range(1024) }%{ for b in range(1024) }%{ for c in range(1024) }x%{ endfor }%{ endfor }%{ endfor }\"",
        "pow(10, 1000)",
        "indent(1000000000, \"a\\nb\")",
    ] {
        refused(text);
    }
}

#[test]
fn what_doubles_itself_is_refused() {
    let mut variables = Variables::default();
    variables.0.insert("x", "0123456789".repeat(100_000).into());
    for text in [
        "\"%{ for i in range(100) }${x}%{ endfor }\"",
        "replace(x, \"0\", x)",
        "replace(x, \"/[0-9]/\", \"$0$0\")",
        "join(x, range(100))",
        "join(\"\", [for i in range(100) : x])",
        "format(join(\"\", [for i in range(100) : \"%[1]s\"]), x)",
    ] {
        let Err(problem) = run_with(text, &variables, &Files::default()) else {
            panic!("{text} was not refused");
        };
        assert!(
            matches!(problem.code, "LF0223" | "LF0228"),
            "{text}: {problem:?}"
        );
    }
}

#[test]
fn ten_thousand_keys_are_no_matter() {
    let pairs = |i: i64| (format!("key{i}"), Value::object([("n", Value::int(i))]));
    let mut variables = Variables::default();
    variables
        .0
        .insert("x", Value::object((0..10_000).map(pairs)));
    for text in [
        "length(x)",
        "length({ for k, v in x : k => v.n })",
        "length(merge(x, { a = 1 }))",
        "length(keys(x))",
        "length(tomap(x))",
        "length(toset(values(x)))",
        "length(distinct(values(x)))",
        "length(setunion(values(x), [{ n = 1 }]))",
        "length(flatten([for k, v in x : [v, v]]))",
        "length(jsondecode(jsonencode(x)))",
        "length(yamldecode(yamlencode(x)))",
        "length(values(x)[*].n)",
        "length({ for k, v in x : \"all\" => v... })",
        "x == x ? 1 : 0",
        "length(zipmap(keys(x), values(x)))",
        "length([for k, v in x : lookup(x, k, null)])",
    ] {
        let found = run_with(text, &variables, &Files::default());
        assert!(found.is_ok(), "{text}: {found:?}");
    }
}

#[test]
fn depth_does_not_take_the_stack() {
    let mut value = Value::NULL;
    for _ in 0..200 {
        value = Value::tuple(vec![value]);
    }
    let mut variables = Variables::default();
    variables.0.insert("x", value);
    for text in [
        "jsonencode(x)",
        "flatten(x)",
        "x == x",
        "length(toset([x, x]))",
        "yamlencode(x)",
    ] {
        let found = run_with(text, &variables, &Files::default());
        assert!(found.is_ok(), "{text}: {found:?}");
    }
    let deep = format!(
        "jsondecode(\"{}{}\")",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    refused(&deep);
    let deep = format!(
        "yamldecode(\"{}{}\")",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    refused(&deep);
}
