//! What one plan can't hold, through the program: later stages, and what could not be reached.

#![allow(clippy::unwrap_used)]
mod support;

use support::Project;

const LATER: &str = r#"
resource "random_id" "a" { byte_length = 4 }
resource "terraform_data" "of" {
  for_each = toset([random_id.a.hex])
  input    = each.key
}
"#;

#[test]
fn a_later_stage_is_named_and_comes_with_the_next_run() {
    let p = Project::new(LATER);
    p.check("init", 0, "");
    p.check("plan", 0, "terraform_data.of");
    p.check("apply --auto-approve", 5, "later");
    p.check("state list", 0, "random_id.a");
    p.check("apply --auto-approve", 0, "1 created");
    p.check("plan --detailed-exitcode", 0, "No changes.");
}

#[test]
fn all_stages_come_in_one_run_where_that_is_asked_for() {
    let p = Project::new(LATER);
    p.check("init", 0, "");
    p.check("apply --auto-approve --all-stages", 0, "");
    p.check("plan --detailed-exitcode", 0, "No changes.");
}

#[test]
fn a_host_that_is_down_keeps_its_own_out_and_is_an_error() {
    let p = Project::new(
        r#"
resource "ssh_file" "there" {
  host    = { id = "down", address = "127.0.0.1", port = 1, identity = "none" }
  path    = "/tmp/never"
  content = "x"
}
resource "terraform_data" "here" { input = 1 }
"#,
    );
    p.check("init", 0, "");
    let said = p.check("plan", 1, "Not planned");
    assert!(said.out.contains("1 to create"), "{}", said.out);
    p.check("apply --auto-approve", 1, "1 created");
    let listed = p.run("state list").out;
    assert!(
        listed.contains("terraform_data.here") && !listed.contains("ssh_file"),
        "{listed}"
    );
    p.check("plan --detailed-exitcode", 1, "Not planned");
}
