//! `landfall console` from standard input.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;
use std::process::Stdio;
use support::{Project, Said};

fn asked(project: &Project, line: &str, input: &str) -> Said {
    let mut command = project.command(line);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    Said {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

/// Each expression with its answer, in a project.
fn check(main: &str, pairs: &[(&str, &str)]) {
    let project = Project::new(main);
    let input: String = pairs.iter().map(|(text, _)| format!("{text}\n")).collect();
    let said = asked(&project, "console", &input);
    let answers: Vec<&str> = said.out.lines().collect();
    let expected: Vec<&str> = pairs.iter().map(|(_, answer)| *answer).collect();
    assert_eq!(answers, expected, "{}", said.err);
    let wrong = expected.iter().any(|answer| answer.starts_with("error: "));
    assert_eq!(said.code, i32::from(wrong), "{}", said.err);
}

#[test]
fn an_answer_a_line() {
    check(
        "",
        &[
            ("1 + 2", "3"),
            ("[1, { a = \"x\\n\" }]", "[1, {\"a\" = \"x\\n\"}]"),
            ("tolist([\"a\"])", "tolist([\"a\"])"),
            ("type({ a = [1] })", "object({ a = tuple([number]) })"),
            ("timestamp()", "(known after apply)"),
            ("sensitive(\"hunter2\")", "(sensitive)"),
            ("upper(<<-EOT\n  a\n  EOT\n)", "\"A\\n\""),
            ("# nothing\n\n2", "2"),
        ],
    );
}

#[test]
fn what_is_wrong_is_told_on_its_line() {
    check(
        "",
        &[
            ("1", "1"),
            (
                "[1,",
                "error: line 2, column 1: LF0005: a `[` is never closed (its `]` is missing)",
            ),
            (
                "nothing.at_all",
                "error: line 3, column 1: LF0121: there is nothing named `nothing` (unknown name)",
            ),
            ("2", "2"),
        ],
    );
}

const MAIN: &str = r#"
variable "name" {
  default = "Ann"
}
variable "needed" {}
variable "secret" {
  default   = "hunter2"
  sensitive = true
}
locals {
  greeting = "Hello, ${var.name}"
}
resource "terraform_data" "made" {
  input = "x"
}
output "greeting" {
  value = local.greeting
}
"#;

#[test]
fn names_stand_for_what_they_are_in_the_root_module() {
    check(
        MAIN,
        &[
            ("local.greeting", "\"Hello, Ann\""),
            ("output.greeting", "\"Hello, Ann\""),
            (
                "output.greting",
                "error: line 3, column 8: LF0121: there is no output `greting` (not declared in this module)",
            ),
            ("var.secret", "(sensitive)"),
            ("\"<${var.secret}>\"", "\"<(sensitive)>\""),
            ("var.needed", "(known after apply)"),
            ("terraform_data.made.output", "(known after apply)"),
            ("templatestring(local.greeting, {})", "\"Hello, Ann\""),
            ("path.module", "\".\""),
            ("terraform.workspace", "\"default\""),
        ],
    );
}

const RECORDED: &str = r#"
variable "input" {
  default = "old"
}

resource "terraform_data" "made" {
  for_each = toset(["a", "b"])
  input    = "${each.key} ${var.input}"
}

resource "random_password" "key" {
  length = 20
}

data "environment_variable" "path" {
  name = "PATH"
}

note "milk" {}

output "all" {
  value = [for key, made in terraform_data.made : made.output]
}

output "key" {
  value     = random_password.key.result
  sensitive = true
}

output "path" {
  value = nonsensitive(data.environment_variable.path.value) != ""
}
"#;

#[test]
fn what_is_recorded_is_at_hand() {
    let project = Project::new(RECORDED);
    std::fs::create_dir_all(project.root().join("kinds/note/plain")).unwrap();
    project.write(
        "kinds/note/kind.hcl",
        "kind \"note\" {\n  implementation \"plain\" {}\n}\noutput \"said\" {\n  type = string\n}\n",
    );
    project.write(
        "kinds/note/plain/main.hcl",
        "resource \"terraform_data\" \"n\" {\n  input = \"milk\"\n}\noutput \"said\" {\n  value = terraform_data.n.output\n}\n",
    );
    project.check("init", 0, "");
    project.check("apply --auto-approve", 0, "");
    // What is configured since then is not there yet.
    project.write("main.hcl", &RECORDED.replace("\"old\"", "\"new\""));
    let pairs = [
        ("terraform_data.made[\"a\"].output", "\"a old\""),
        ("length(terraform_data.made[\"b\"].id)", "36"),
        ("keys(terraform_data.made)", "[\"a\", \"b\"]"),
        ("output.all", "[\"a old\", \"b old\"]"),
        ("output.all[1]", "\"b old\""),
        ("output.key", "(sensitive)"),
        ("random_password.key.length", "20"),
        (
            "data.environment_variable.path.value",
            "(known after apply)",
        ),
        ("output.path", "true"),
        ("note.milk.said", "\"milk\""),
        ("upper(\"${note.milk.said}!\")", "\"MILK!\""),
        (
            "type(output)",
            "error: line 12, column 6: LF0127: `output` alone is no value (expected `output.NAME`)",
        ),
    ];
    let input: String = pairs.iter().map(|(text, _)| format!("{text}\n")).collect();
    let said = asked(&project, "console", &input);
    let expected: Vec<&str> = pairs.iter().map(|(_, answer)| *answer).collect();
    let answers: Vec<&str> = said.out.lines().collect();
    assert_eq!(answers, expected, "{}", said.err);
}

#[test]
fn a_directory_without_a_project_will_do() {
    let project = Project::new("");
    std::fs::remove_file(project.root().join("main.hcl")).unwrap();
    let said = asked(&project, "console", "cidrhost(\"10.0.0.0/8\", 1)\n");
    assert_eq!((said.out.as_str(), said.code), ("\"10.0.0.1\"\n", 0));
}

#[test]
fn programs_get_documents() {
    let project = Project::new("");
    let said = asked(&project, "console --format json", "1\nx\n");
    let lines: Vec<serde_json::Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["value"], 1);
    assert_eq!(lines[0]["value_type"], "number");
    assert_eq!(lines[1]["type"], "refused");
    assert_eq!(lines[1]["line"], 2);
    assert_eq!(lines[1]["problems"][0]["code"], "LF0121");
    assert_eq!(said.code, 1);
}
