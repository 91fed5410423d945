//! `landfall explain` and `landfall graph`: what a code means, and all that is known of a resource.

#![allow(clippy::unwrap_used)]
mod support;

use serde_json::Value as Json;
use support::Project;

const MAIN: &str = r#"
module "keys" {
  source = "./keys"
  count  = 1
}

locals {
  note = { key = module.keys[0].key }
}

resource "terraform_data" "first" {
  input = "x"
}

resource "terraform_data" "a" {
  for_each         = toset(["x", "y"])
  input            = local.note
  triggers_replace = terraform_data.first.id
}

resource "terraform_data" "last" {
  depends_on = [terraform_data.a]
}
"#;

const KEYS: &str = r#"
resource "random_password" "key" {
  length = 20
}

output "key" {
  value     = random_password.key.result
  sensitive = true
}
"#;

fn project() -> Project {
    let p = Project::new(MAIN);
    std::fs::create_dir(p.root().join("keys")).unwrap();
    p.write("keys/main.hcl", KEYS);
    p
}

#[test]
fn a_code_is_explained_without_a_project() {
    let p = Project::new("this is = = no HCL {");
    let said = p.check("explain LF0121", 0, "LF0121: a name that is not declared");
    assert!(
        said.out.contains("\n      input = var.siez\n"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("                  ^^^^ LF0121"),
        "{}",
        said.out
    );
    assert!(!said.out.contains("```"), "{}", said.out);
    p.check("explain lf140", 0, "landfall validate --var sise=2");
    p.check("explain LF9", 0, "LF0009: ");
    p.check("explain LF0999", 1, "there is no problem `LF0999`");
    let said = p.check("explain LF0121 --format json", 0, "");
    let document: Json = serde_json::from_str(said.out.trim()).unwrap();
    assert_eq!(document["code"], "LF0121");
}

#[test]
fn a_resource_that_is_only_declared_is_explained() {
    let p = project();
    p.check("init", 0, "");
    let said = p.check("explain terraform_data.a", 0, "terraform_data.a\n");
    for line in [
        "  declared: main.hcl:15:1, with for_each\n",
        "  provider: builtin\n",
        "  terraform_data.first (named in `triggers_replace`, main.hcl:18:22)\n",
        "  module.keys.random_password.key (through local.note, module.keys.output.key)\n",
        "\nNeeded by\n  terraform_data.last\n",
        "\nRecorded\n  nothing yet\n",
    ] {
        assert!(said.out.contains(line), "no {line:?} in\n{}", said.out);
    }
    let said = p.check("explain module.keys.random_password.key", 0, "");
    let called = "  declared: keys/main.hcl:2:1\n  provider: builtin\n  called by: module.keys at main.hcl:2:1\n";
    assert!(said.out.contains(called), "{}", said.out);
    p.check(
        "explain terraform_data.last",
        0,
        "terraform_data.a (named in `depends_on`, main.hcl:21:1)",
    );
}

#[test]
fn what_is_recorded_and_how_it_came_to_that_is_told() {
    let p = project();
    p.check("init", 0, "");
    p.check("apply --auto-approve", 0, "5 created");
    p.write("main.hcl", &MAIN.replace("\"x\", \"y\"", "\"x\", \"z\""));
    p.check("apply --auto-approve", 0, "");
    let said = p.check("explain terraform_data.a", 0, "Last changes");
    let changes = said.out.split("Last changes").nth(1).unwrap();
    assert_eq!(changes.matches(" created (by ").count(), 3, "{changes}");
    assert_eq!(changes.matches(" deleted (by ").count(), 1, "{changes}");
    assert!(said.out.contains("terraform_data.a[\"z\"]"), "{}", said.out);
    assert!(said.out.contains("(sensitive)"), "{}", said.out);
    let said = p.check("explain terraform_data.a[\"y\"] --format json", 0, "");
    let document: Json = serde_json::from_str(said.out.trim()).unwrap();
    assert_eq!(document["changes"].as_array().unwrap().len(), 2);
    assert_eq!(document["recorded"].as_array().unwrap().len(), 0);
    assert_eq!(document["depends_on"][0]["argument"], "triggers_replace");
    // What is not declared any more is known by what is recorded.
    p.write("main.hcl", "");
    p.check("explain terraform_data.last", 0, "declared: not any more");
    p.check(
        "explain module.keys[0].random_password.key",
        0,
        "declared: not any more",
    );
}

#[test]
fn what_is_nowhere_is_refused_by_name() {
    let p = project();
    p.check("init", 0, "");
    p.check(
        "explain terraform_data.frist",
        1,
        "did you mean `terraform_data.first`?",
    );
    p.check("explain terraform_data", 1, "LF0520");
}

#[test]
fn a_graph_is_lines_dot_or_json() {
    let p = project();
    let said = p.check("graph", 0, "");
    assert!(
        said.out.contains("terraform_data.a\n  after terraform_data.first\n  after module.keys.random_password.key\n"),
        "{}",
        said.out
    );
    let dot = p.check("graph --as dot", 0, "").out;
    assert!(
        dot.starts_with("digraph {\n") && dot.ends_with("}\n"),
        "{dot}"
    );
    assert!(
        dot.contains("  \"terraform_data.last\" -> \"terraform_data.a\"\n"),
        "{dot}"
    );
    let json = p.check("graph --format json", 0, "").out;
    let document: Json = serde_json::from_str(json.trim()).unwrap();
    assert_eq!(document["resources"].as_array().unwrap().len(), 4);
}
