//! Environments, and values from outside.

use super::{check_with, config_with, run};
use crate::Request;
use eval::ExprKind;
use model::Value;

const VARIABLES: &str = r#"
variable "name" {
  type = string
}
variable "sizes" {
  type    = list(number)
  default = []
}
variable "free" {
  default = null
}
"#;

fn vars(vars: &[(&str, &str)]) -> Request {
    let vars = vars
        .iter()
        .map(|(n, v)| (n.to_string(), v.to_string()))
        .collect();
    Request {
        vars,
        ..Request::default()
    }
}

fn in_environment(name: &str) -> Request {
    Request {
        environment: Some(name.into()),
        ..Request::default()
    }
}

#[track_caller]
fn check_input(request: &Request, text: &str, name: &str, value: Value, origin: &str) {
    let config = config_with(text, request);
    let input = &config.inputs[name];
    assert_eq!(crate::constant::of_expr(&input.value), Some(value));
    assert_eq!(input.origin, origin);
}

#[test]
fn the_later_source_wins() {
    let text = format!(
        "environment \"e\" {{\n  inputs = {{ name = \"block\" }}\n}}\n{VARIABLES}\n\
         --- a.vars\nname = \"file\"\n"
    );
    let mut request = Request::default();
    check_input(
        &request,
        &text,
        "name",
        "block".into(),
        "`inputs` of the environment `e`",
    );
    request.env_vars = vec![("LANDFALL_VAR_name".into(), "process".into())];
    check_input(
        &request,
        &text,
        "name",
        "process".into(),
        "LANDFALL_VAR_name",
    );
    request.var_files = vec!["a.vars".into()];
    check_input(&request, &text, "name", "file".into(), "a.vars");
    request.vars = vec![("name".into(), "x".into()), ("name".into(), "line".into())];
    check_input(&request, &text, "name", "line".into(), "--var name");
}

#[test]
fn text_is_an_expression_where_the_type_is_no_primitive_one() {
    let request = vars(&[("name", "[1]"), ("sizes", "[1, \"2\"]"), ("free", "[1]")]);
    let config = config_with(VARIABLES, &request);
    let kind = |name: &str| &config.inputs[name].value.kind;
    assert_eq!(*kind("name"), ExprKind::Literal("[1]".into()));
    assert_eq!(*kind("free"), ExprKind::Literal("[1]".into()));
    assert!(matches!(kind("sizes"), ExprKind::Tuple(items) if items.len() == 2));
}

#[test]
fn who_only_looks_for_the_state_needs_no_values() {
    let request = Request {
        values_optional: true,
        ..Request::default()
    };
    let config = config_with("variable \"a\" {\n}\n", &request);
    assert!(config.inputs.is_empty());
}

#[test]
fn all_that_is_missing_is_said_at_once() {
    check_with(
        r#"
        variable "a" {
      # ^^^^^^^^^^^^ LF0142 no value for the variables `a` and `c` & and here & LANDFALL_VAR_a
        }
        variable "b" {
        }
        variable "c" {
          type = string
        }
        "#,
        &vars(&[("b", "")]),
    );
}

#[test]
fn values_that_nothing_takes_or_that_are_wrong() {
    let request = vars(&[
        ("nmae", "x"),
        ("name", "x"),
        ("sizes", "[\"a\"]"),
        ("free", "x"),
    ]);
    check_with(
        &format!(
            "#! LF0140 `--var nmae=…` & did you mean `name`?\n{VARIABLES}\n\
             --- --var sizes\n\n#! LF0000"
        )
        .replace("--- --var sizes\n\n#! LF0000", ""),
        &vars(&[("nmae", "x"), ("name", "x")]),
    );
    let (_, problems, sources) = run(VARIABLES, &request);
    let wrong = problems.iter().find(|p| p.code == "LF0143").unwrap();
    assert_eq!(sources.slice(wrong.primary().unwrap()), "[\"a\"]");
    assert!(
        wrong.labels[0].text.contains("a number required"),
        "{wrong:#?}"
    );
    let (_, problems, _) = run(VARIABLES, &vars(&[("name", "x"), ("sizes", "[1,,")]));
    assert_eq!(
        problems.iter().map(|p| p.code).collect::<Vec<_>>(),
        ["LF0143"]
    );
}

#[test]
fn text_where_an_expression_is_due_is_told_how_to_write_it() {
    for text in ["x", "eu-west", "[1, 2"] {
        let (_, problems, _) = run(VARIABLES, &vars(&[("name", "x"), ("sizes", text)]));
        let codes: Vec<_> = problems.iter().map(|p| p.code).collect();
        assert_eq!(codes, ["LF0143"], "{text}");
        assert!(
            problems[0]
                .help
                .as_deref()
                .unwrap()
                .contains("`[\"a\", \"b\"]`")
        );
    }
}

#[test]
fn values_in_a_file() {
    let request = Request {
        var_files: vec!["x.vars".into(), "none.vars".into()],
        ..Request::default()
    };
    check_with(
        &format!(
            "#! LF0144 none.vars\n{VARIABLES}\n--- x.vars\n{}",
            r#"
            name  = "x"
            naem  = "x"
          # ^^^^ LF0141 did you mean `name`?
            sizes = {}
            #       ^^ LF0143 a list(number) required
            free  = var.name
            #       ^^^^^^^^ LF0131 a value from outside may not refer to anything
            more {
          # ^^^^ LF0144 only `name = value` stands here
            }
            "#
        ),
        &request,
    );
}

#[test]
fn a_secret_is_in_no_message_and_no_excerpt() {
    let text = "variable \"pin\" {\n  type = number\n  sensitive = true\n}\n\
                variable \"pins\" {\n  type = list(number)\n  sensitive = true\n  default = []\n}\n";
    let file = |values: &str| {
        (format!("{text}--- x.vars\n{values}\n"), {
            Request {
                var_files: vec!["x.vars".into()],
                ..vars(&[])
            }
        })
    };
    let line = |given: &[(&str, &str)]| (text.to_string(), vars(given));
    for (text, request) in [
        line(&[("pin", "hunter2")]),
        line(&[("pin", "1"), ("pins", "[hunter2")]),
        line(&[("pin", "1"), ("pins", "[\"hunter2\"]")]),
        line(&[("pin", "1"), ("pins", "tolist([var.hunter2, 1, 2, 3])")]),
        file("pin = \"hunter2\""),
        file("pin = hunter2 hunter2\nx = 1"),
        file("  pin \"hunter2\""),
        file("pin = 1\npins = [\n  \"hunter2\",\n  hunter2.a\n]\nother = 1"),
    ] {
        let (_, problems, sources) = run(&text, &request);
        assert!(!problems.is_empty(), "{text}");
        assert!(
            !format!("{problems:?}").contains("hunter2"),
            "{problems:#?}"
        );
        assert!(
            sources
                .ids()
                .all(|id| !sources.text(id).contains("hunter2")),
            "{text}"
        );
        for label in problems.iter().flat_map(|p| &p.labels) {
            assert!(
                label.span.end as usize <= sources.text(label.span.file).len(),
                "{label:?}"
            );
        }
    }
}

#[test]
fn the_environment_is_the_only_one_or_the_one_asked_for() {
    let two = "environment \"a\" {\n  protected = true\n}\nenvironment \"b\" {\n}\n";
    assert!(config_with(two, &in_environment("a")).environment.protected);
    assert!(!config_with(two, &in_environment("b")).environment.protected);
    assert_eq!(
        &*config_with("environment \"a\" {\n}\n", &Request::default())
            .environment
            .name,
        "a"
    );
    assert_eq!(
        &*config_with("locals {\n}\n", &in_environment("default"))
            .environment
            .name,
        "default"
    );
    check_with(
        &format!("#! LF0145 There are `a` and `b` & landfall plan a\n{two}"),
        &Request::default(),
    );
    check_with(
        &format!("#! LF0145 there are `a` and `b`\n{two}"),
        &in_environment("production"),
    );
    check_with(
        "#! LF0145 `default` alone\nlocals {\n}\n",
        &in_environment("production"),
    );
}

#[test]
fn inputs_of_an_environment() {
    check_with(
        r#"
        environment "e" {
          target = shs
          #        ^^^ LF0125 did you mean `ssh`?
          inputs = {
            naem  = "x"
          # ^^^^ LF0140 did you mean `name`?
            sizes = 1
            #       ^ LF0130 `sizes` has the wrong type
            name  = local.x
            #       ^^^^^^^ LF0131 an input may not refer to anything
          }
        }
        environment "f" {
          inputs = 5
          #        ^ LF0133
        }
        variable "name" {
          default = ""
        }
        variable "sizes" {
          type    = list(number)
          default = []
        }
        "#,
        &in_environment("e"),
    );
}
