//! What cannot be read causes no further problems.

use super::{Request, check, run};

/// The codes of all problems but those of the syntax.
fn codes(text: &str) -> Vec<&'static str> {
    let (_, problems, _) = run(text, &Request::default());
    let syntax = |code: &str| code.starts_with("LF000") || code.starts_with("LF001");
    assert!(problems.iter().any(|p| syntax(p.code)), "{problems:#?}");
    problems
        .iter()
        .map(|p| p.code)
        .filter(|code| !syntax(code))
        .collect()
}

#[test]
fn a_broken_value_is_neither_missing_nor_of_the_wrong_type() {
    let text = "resource \"ssh_file\" \"x\" {\n  host = {}\n  path = ]\n  content = \"\"\n}\n\
                locals {\n  a = ssh_file.x.path\n}\n";
    assert_eq!(codes(text), [""; 0]);
}

#[test]
fn names_that_a_broken_block_may_declare_are_not_unknown() {
    let text = "variable \"a\"\n  default = 1\n}\nlocals {\n  x = var.a\n  y = var.other\n}\n";
    assert_eq!(codes(text), ["LF0121"]);
}

#[test]
fn arguments_that_a_broken_body_may_hold_are_not_missing() {
    let text = "resource \"ssh_file\" \"x\" {\n  host = {}\n  path \"a\"\n  content = \"\"\n}\n";
    assert_eq!(codes(text), [""; 0]);
}

#[test]
fn what_is_whole_is_checked_all_the_same() {
    let text = "locals {\n  a = ]\n}\nresource \"ssh_fiel\" \"x\" {\n}\n";
    assert_eq!(codes(text), ["LF0124"]);
}

#[test]
fn what_a_wrong_brace_puts_outside_of_its_block_is_no_problem_of_its_own() {
    let text =
        "resource \"terraform_data\" \"x\" {\n  input = 1\n}}\n  lifecycle {\n  }\n  a = 1\n";
    assert_eq!(codes(text), [""; 0]);
    let text = "locals {\n  a = ]\n}\nlocal {\n}\n";
    assert_eq!(codes(text), ["LF0110"]);
}

#[test]
fn a_variable_with_a_mistake_in_it_is_not_without_a_value() {
    assert_eq!(
        codes("variable \"a\" {\n  type = number, default = 1\n}\n"),
        [""; 0]
    );
}

#[test]
fn what_is_written_under_a_wrong_name_is_not_missing_as_well() {
    check(
        r#"
        output "a" {
          valeu = 1
        # ^^^^^ LF0113 did you mean `value`?
        }
        module "m" {
          source = "./m"
          sise   = 1
        # ^^^^ LF0105 did you mean `size`?
        }
        --- m/main.hcl
        variable "size" {}
        "#,
    );
    check(
        r#"
        module "m" {
      # ^^^^^^^^^^ LF0106 needs `size`
          source = "./m"
        }
        --- m/main.hcl
        variable "size" {}
        "#,
    );
}

#[test]
fn functions_are_looked_up_where_nothing_will_be_evaluated() {
    check(
        r#"
        locals {
          a = uper("x")
          #   ^^^^ LF0220 did you mean `upper`?
          b = upper("x", "y")
          #   ^^^^^ LF0221 too many arguments
          c = [try(uper("x"), 1), true ? 1 : uper("x"), upper([]...)]
          d = var.all
          #       ^^^ LF0121
        }
        "#,
    );
    // Otherwise evaluation tells.
    check("locals {\n  a = uper(\"x\")\n}\n");
}

#[test]
fn of_hundreds_of_unknown_names_all_are_told_and_the_first_with_what_was_meant() {
    let lines = |i: usize| format!("  name_{i} = local.nmae_{i}\n");
    let text: String = (0..600).map(lines).collect();
    let (_, problems, _) = run(&format!("locals {{\n{text}}}\n"), &Request::default());
    assert_eq!(problems.len(), 600);
    let meant = |p: &&diagnostics::Problem| {
        let help = p.help.as_deref().unwrap_or_default();
        help.starts_with("did you mean")
    };
    assert_eq!(problems.iter().filter(meant).count(), 100);
}
