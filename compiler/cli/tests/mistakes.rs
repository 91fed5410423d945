//! Mistakes that users make with whole projects, and what they are told.

#![allow(clippy::unwrap_used)]
mod support;

use support::Project;

const MAIN: &str = r#"
project "shop" {}

resource "random_password" "key" {
  length = 20
}

resource "terraform_data" "each" {
  for_each = toset(["a", "b"])
  input    = each.key
}

output "all" {
  value = [for each in terraform_data.each : each.output]
}
"#;

/// A project that was applied.
fn applied() -> Project {
    let p = Project::new(MAIN);
    p.check("init", 0, "Your key is made, too: ");
    p.check("apply --auto-approve", 0, "3 created");
    p
}

#[test]
fn an_address_that_is_nothing_is_never_passed_over() {
    let p = applied();
    for (flag, wrong, told) in [
        (
            "--target",
            "terraform_data.eac",
            "did you mean `terraform_data.each`?",
        ),
        (
            "--target",
            "terraform_data.each[\"c\"]",
            "did you mean `terraform_data.each[\"a\"]`?",
        ),
        (
            "--target",
            "terraform_data.each[a]",
            "did you mean `terraform_data.each[\"a\"]`?",
        ),
        ("--exclude", "terraform_data.each[\"c\"]", "names nothing"),
        (
            "--replace",
            "random_password.kei",
            "did you mean `random_password.key`?",
        ),
        (
            "--replace",
            "terraform_data.each",
            "did you mean `terraform_data.each[\"a\"]`?",
        ),
    ] {
        let said = p.check(&format!("plan {flag} {wrong}"), 1, "LF0312");
        assert!(said.err.contains(told), "{wrong}: {}", said.err);
    }
    p.check("plan --target terraform_data.each[\"b\"]", 0, "No changes.");
    p.check(
        "plan --exclude terraform_data.each[\"b\"]",
        0,
        "No changes.",
    );
    p.check("plan --replace random_password.key", 0, "1 to replace");
}

#[test]
fn an_object_keeps_its_type_and_takes_no_place_of_another() {
    let p = applied();
    let wrong = "state mv random_password.key terraform_data.x";
    p.check(wrong, 1, "it is a random_password, and stays one");
    let taken = "state mv terraform_data.each[\"a\"] terraform_data.each[\"b\"]";
    p.check(taken, 1, "there is an object already");
    p.check("plan", 0, "No changes.");
}

#[test]
fn a_state_of_another_project_is_refused() {
    let p = applied();
    p.write("main.hcl", &MAIN.replace("shop", "other"));
    for line in ["plan", "apply --auto-approve", "init", "state list", "show"] {
        p.check(line, 1, "is of shop/default");
    }
    p.write("main.hcl", MAIN);
    p.check("plan", 0, "No changes.");
}

#[test]
fn what_is_wrong_with_a_state_says_which_and_what_to_do() {
    let p = applied();
    let place = p.root().join(".landfall/default");
    for file in std::fs::read_dir(&place).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    let file = place.join("state.db");
    std::fs::write(&file, "no database").unwrap();
    let said = p.check("plan", 1, "damaged");
    assert!(said.err.contains("state.db"), "{}", said.err);
    assert!(said.err.contains("--accept-rollback"), "{}", said.err);
    std::fs::remove_dir_all(p.root().join(".landfall/default")).unwrap();
    std::fs::write(p.root().join(".landfall/default"), "").unwrap();
    p.check("plan", 1, "can't be opened");
}

#[test]
fn an_output_that_is_not_there_names_those_that_are() {
    let p = applied();
    p.check("output --raw al", 1, "did you mean `all`?");
    p.check("output --raw nothing_like_it", 1, "recorded are: all");
    p.check("output all", 1, "landfall output --raw all");
    p.check("destroy --auto-approve", 0, "3 deleted");
    let said = p.check("output", 0, "There are no outputs.");
    assert_eq!(said.out, "");
}

#[test]
fn a_file_that_is_no_text_or_not_there_is_named() {
    let p = Project::new("output \"x\" {\n  value = file(\"no${1 + 1}.txt\")\n}\n");
    p.check("init", 0, "made");
    p.check("plan", 1, "`no2.txt`: there is no such file");
    std::fs::write(p.root().join("main.hcl"), b"\xff\xfea\x00").unwrap();
    p.check("validate", 1, "UTF-16");
    std::fs::write(p.root().join("main.hcl"), b"# a\n# \xe4\n").unwrap();
    p.check("validate", 1, "line 2 is not UTF-8");
}

#[test]
fn the_state_stays_out_of_git() {
    let p = Project::new("");
    p.check("init", 0, "made");
    let ignored = std::fs::read_to_string(p.root().join(".landfall/.gitignore")).unwrap();
    assert_eq!(ignored, "*\n");
}

#[test]
fn values_are_validated_before_anything_is_contacted() {
    let p = Project::new(
        r#"
variable "port" {
  default = 99999
  validation {
    condition     = var.port < 65536
    error_message = "no port"
  }
}

resource "ssh_file" "a" {
  host = { address = "192.0.2.1" }
  path = "relative"
}

data "ssh_facts" "b" {
  host = { address = "192.0.2.1" }
}

output "sum" {
  value = 1 + "a"
}

output "later" {
  value = jsondecode(data.ssh_facts.b.os)
}
"#,
    );
    let said = p.check("validate", 1, "4 errors");
    for told in ["no port", "ssh_file.a: `path`", "`+` works on numbers"] {
        assert!(said.err.contains(told), "{told}: {}", said.err);
    }
}

#[test]
fn a_store_that_does_not_answer_is_named_without_its_password() {
    let p = Project::new("project \"x\" {\n  store = \"postgres://u:hidden@127.0.0.1:9/db\"\n}\n");
    let said = p.check("plan", 1, "PostgreSQL at 127.0.0.1:9");
    assert!(!said.err.contains("hidden"), "{}", said.err);
}
