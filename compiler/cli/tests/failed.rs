//! What fails in apply, and where it says that this was written: the call of a kind first.

#![allow(clippy::unwrap_used)]
mod support;

use serde_json::Value as Json;
use std::fs;
use support::Project;

const MAIN: &str = r#"
provider "ssh" { records = "../records" }

note "milk" {
  text = "x"
}

resource "terraform_data" "plain" {
  input = tonumber(note.milk.said)
}

resource "ssh_command" "plain" {
  host    = { transport = "local" }
  command = "exit 4"
}
"#;

const NOTE: &str = r#"
kind "note" {
  implementation "plain" {}
}

variable "text" {
  type = string
}

output "said" {
  type = string
}
"#;

const PLAIN: &str = r#"
resource "terraform_data" "first" {
  input = var.text

  lifecycle {
    postcondition {
      condition     = length(self.id) > 100
      error_message = "Too short."
    }
  }
}

resource "terraform_data" "second" {}

resource "terraform_data" "third" {
  input = tonumber(terraform_data.second.id)
}

resource "ssh_command" "no" {
  host    = { transport = "local" }
  command = "exit 3"
}

inner "a" {
  text = terraform_data.second.id
}

output "said" {
  value = terraform_data.second.id

  precondition {
    condition     = terraform_data.second.id == "x"
    error_message = "No."
  }
}
"#;

const INNER: &str = r#"
kind "inner" {
  implementation "one" {}
}

variable "text" {
  type = string

  validation {
    condition     = var.text == "no"
    error_message = "Not so."
  }
}
"#;

fn project() -> Project {
    let p = Project::new(MAIN);
    for directory in ["note/plain", "inner/one"] {
        fs::create_dir_all(p.root().join("kinds").join(directory)).unwrap();
    }
    p.write("kinds/note/kind.hcl", NOTE);
    p.write("kinds/note/plain/main.hcl", PLAIN);
    p.write("kinds/inner/kind.hcl", INNER);
    let inner = "resource \"terraform_data\" \"in\" {\n  input = var.text\n}\n";
    p.write("kinds/inner/one/main.hcl", inner);
    p
}

/// The failures that a command tells, a line each: what failed, and the places with what is said
/// there, the primary one first.
fn failures(p: &Project, line: &str) -> Vec<String> {
    let said = p.check(&format!("{line} --format json"), 1, "");
    let documents = said.out.lines().map(|l| serde_json::from_str(l).unwrap());
    let failed = documents.filter(|d: &Json| d["code"] == "LF0511");
    let mut lines: Vec<String> = failed
        .map(|d| {
            let spans = d["spans"].as_array().unwrap();
            assert!(spans.iter().skip(1).all(|s| s["primary"] == false), "{d}");
            let place = |s: &Json| {
                let (file, line) = (s["file"].as_str().unwrap(), &s["start"]["line"]);
                format!("{file}:{line} {}", s["label"].as_str().unwrap())
            };
            let places: Vec<_> = spans.iter().map(place).collect();
            let places = places.join(" < ");
            format!("{}: {}", d["address"].as_str().unwrap(), places.trim())
        })
        .collect();
    lines.sort();
    lines
}

const TOLD: [&str; 7] = [
    "note.milk.inner.a.var.text: main.hcl:4 in this call of `note` < \
     kinds/note/plain/main.hcl:24 in this call of `inner` < kinds/inner/kind.hcl:10 is false",
    "note.milk.output.said: main.hcl:4 in this call of `note` < \
     kinds/note/plain/main.hcl:32 is false",
    "note.milk.ssh_command.no: main.hcl:4 in this call of `note` < kinds/note/plain/main.hcl:21",
    "note.milk.terraform_data.first: main.hcl:4 in this call of `note` < \
     kinds/note/plain/main.hcl:7 is false",
    "note.milk.terraform_data.third: main.hcl:4 in this call of `note` < \
     kinds/note/plain/main.hcl:16 in this call",
    "ssh_command.plain: main.hcl:14",
    "terraform_data.plain: main.hcl:9 in this call",
];

#[test]
fn what_fails_points_to_the_call_first() {
    let p = project();
    p.check("init", 0, "");
    assert_eq!(failures(&p, "apply --auto-approve"), TOLD);
    // Also what was planned before.
    let p = project();
    p.check("init", 0, "");
    p.check("plan --out ../saved", 0, "saved");
    assert_eq!(failures(&p, "apply --plan ../saved"), TOLD);
}
