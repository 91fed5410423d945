//! What cannot be read causes no further problems.

use super::{Request, run};

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
