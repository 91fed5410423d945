//! Calls of kinds and modules where commands take addresses: `explain`, `graph`, `state`, and the
//! options that choose a part.

#![allow(clippy::unwrap_used)]
mod support;

use serde_json::Value as Json;
use std::fs;
use support::Project;

const MAIN: &str = r#"
variable "loud" { default = false }

note "milk" {
  text = "milk"
  loud = var.loud
}

note "the shop" {
  for_each = toset(["a", "b.c"])
  text     = each.key
}

resource "terraform_data" "outside" {
  input = note.milk.said
}
"#;

const NOTE: &str = r#"
kind "note" {
  doc = "Something to remember."

  implementation "loud" { when = var.loud }
  implementation "plain" {}
}

variable "text" {
  type = string
}

variable "loud" {
  type    = bool
  default = false
}

output "said" {
  type = string
}
"#;

const PLAIN: &str = r#"
resource "terraform_data" "note" {
  input = var.text
}

box "inner" {
  count = 2
  of    = terraform_data.note.output
}

output "said" {
  value = box.inner[0].out
}
"#;

const LOUD: &str = r#"
resource "terraform_data" "note" {
  input = upper(var.text)
}

output "said" {
  value = terraform_data.note.output
}
"#;

const BOX: &str = r#"
kind "box" {
  implementation "one" {}
}

variable "of" {
  type = string
}

output "out" {
  type = string
}
"#;

const ONE: &str = r#"
resource "terraform_data" "box" {
  input = var.of
}

output "out" {
  value = terraform_data.box.output
}
"#;

fn project() -> Project {
    let p = Project::new(MAIN);
    for directory in ["note/plain", "note/loud", "box/one"] {
        fs::create_dir_all(p.root().join("kinds").join(directory)).unwrap();
    }
    p.write("kinds/note/kind.hcl", NOTE);
    p.write("kinds/note/plain/main.hcl", PLAIN);
    p.write("kinds/note/loud/main.hcl", LOUD);
    p.write("kinds/box/kind.hcl", BOX);
    p.write("kinds/box/one/main.hcl", ONE);
    p
}

fn applied() -> Project {
    let p = project();
    p.check("init", 0, "");
    p.check("apply --auto-approve", 0, "10 created");
    p
}

/// Runs it with arguments that have spaces in them.
fn check(p: &Project, line: &[&str], code: i32, expected: &[&str]) -> String {
    let mut command = p.command(line[0]);
    let output = command.args(&line[1..]).output().unwrap();
    let both = [output.stdout, output.stderr].concat();
    let both = String::from_utf8(both).unwrap();
    assert_eq!(output.status.code(), Some(code), "{line:?}\n{both}");
    for expected in expected {
        assert!(
            both.contains(expected),
            "{line:?}: no {expected:?} in\n{both}"
        );
    }
    both
}

#[test]
fn a_resource_inside_of_a_kind_is_explained() {
    let p = project();
    p.check("init", 0, "");
    // Nobody knows yet which one serves.
    let address = "note.milk.terraform_data.note";
    check(
        &p,
        &["explain", address],
        0,
        &[
            "  declared: kinds/note/plain/main.hcl:2:1, where plain serves\n",
            "  declared: kinds/note/loud/main.hcl:2:1, where loud serves\n",
            "  called by: note.milk at main.hcl:4:1\n",
            "  terraform_data.outside\n",
        ],
    );
    p.check("apply --auto-approve", 0, "");
    let told = check(&p, &["explain", address], 0, &["where plain serves"]);
    assert!(!told.contains("where loud serves"), "{told}");
    let address = "note[\"the shop\"][\"a\"].box.inner[1].terraform_data.box";
    check(
        &p,
        &["explain", address],
        0,
        &[
            "  called by: note[\"the shop\"] at main.hcl:9:1\n",
            "  called by: box.inner at kinds/note/plain/main.hcl:6:1\n",
            "  note[\"the shop\"].terraform_data.note (if served by plain) \
             (through note[\"the shop\"].box.inner.var.of)\n",
            "  implementation: plain/one\n",
        ],
    );
}

#[test]
fn a_call_is_explained() {
    let p = applied();
    check(
        &p,
        &["explain", "note.milk"],
        0,
        &[
            "note.milk\n  kind: note: Something to remember.\n",
            "  called: note.milk at main.hcl:4:1\n  served by: plain\n",
            "\n  note.milk.box.inner[0].terraform_data.box\n",
        ],
    );
    check(
        &p,
        &["explain", "note[\"the shop\"][\"b.c\"].box.inner"],
        0,
        &["  kind: box\n", "  served by: one\n"],
    );
    let said = check(
        &p,
        &["explain", "note[\"the shop\"]", "--format", "json"],
        0,
        &[],
    );
    let document: Json = serde_json::from_str(said.trim()).unwrap();
    assert_eq!(document["implementations"][0], "plain");
    assert_eq!(document["recorded"].as_array().unwrap().len(), 6);
    p.write("main.hcl", "");
    check(&p, &["explain", "note.milk"], 0, &["called: not any more"]);
}

#[test]
fn a_graph_says_what_is_there_only_perhaps() {
    let p = project();
    let said = p.check("graph", 0, "");
    let wanted = "terraform_data.outside\n  \
                  after note.milk.terraform_data.note (if served by loud)\n  \
                  after note.milk.box.inner.terraform_data.box (if served by plain/one)\n";
    assert!(said.out.contains(wanted), "{}", said.out);
    let dot = p.check("graph --as dot", 0, "").out;
    let mut lines: Vec<&str> = dot.lines().collect();
    lines.sort_unstable();
    let all = lines.len();
    lines.dedup();
    assert_eq!(lines.len(), all, "{dot}");
    let json = p.check("graph --format json", 0, "").out;
    let document: Json = serde_json::from_str(json.trim()).unwrap();
    let resources = document["resources"].as_array().unwrap();
    let loud = |r: &&Json| r["implementation"] == "loud";
    assert_eq!(resources.iter().filter(loud).count(), 2);
}

#[test]
fn calls_choose_a_part() {
    let p = applied();
    p.write(
        "kinds/box/one/main.hcl",
        &ONE.replace("= var.of", "= \"${var.of}!\""),
    );
    for (flag, address, changed) in [
        ("--target", "note.milk", "2 to update"),
        ("--target", "note[\"the shop\"]", "4 to update"),
        (
            "--target",
            "note[\"the shop\"][\"a\"].box.inner[0]",
            "1 to update",
        ),
        ("--exclude", "note[\"the shop\"]", "3 to update"),
    ] {
        check(&p, &["plan", flag, address], 0, &[changed]);
    }
    check(
        &p,
        &["plan", "--target", "note[\"the shop\"][\"x\"]"],
        1,
        &["did you mean `note[\"the shop\"]"],
    );
    check(
        &p,
        &["plan", "--replace", "note.milk"],
        1,
        &["names a call, not an object", "such as `note.milk."],
    );
}

#[test]
fn the_state_knows_calls() {
    let p = applied();
    check(
        &p,
        &["state", "show", "note.milk"],
        1,
        &["it is a call, and this takes one object in it"],
    );
    check(
        &p,
        &["state", "mv", "note[\"the shop\"]", "note.milk"],
        0,
        &["6 changes"],
    );
    let list = p.check("state list", 0, "").out;
    assert!(
        list.contains("note.milk[\"b.c\"].box.inner[1].terraform_data.box\n"),
        "{list}"
    );
    check(
        &p,
        &["state", "mv", "note.milk", "note.milk"],
        1,
        &["one lies in the other"],
    );
    check(
        &p,
        &["state", "mv", "note.milk[\"a\"]", "note.milk[\"b.c\"]"],
        1,
        &["there is an object at"],
    );
    check(
        &p,
        &["state", "mv", "note.milk[\"a\"]", "module.m"],
        0,
        &["3 changes"],
    );
    check(
        &p,
        &["state", "rm", "module.m", "note.milk[\"b.c\"]"],
        0,
        &["6 changes"],
    );
    let list = p.check("state list", 0, "").out;
    assert_eq!(list.lines().count(), 4, "{list}");
}
