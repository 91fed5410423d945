//! Saved plans: what they rest on, and what has to be given again when they are applied.

#![allow(clippy::unwrap_used)]
mod support;

use std::fs;
use support::Project;

/// What is imported stands on this computer, in a file outside of the project.
const IMPORT: &str = r#"
provider "ssh" {
  records = "../records"
}

import {
  to = ssh_file.note
  id = "NOTE"
}

resource "ssh_file" "note" {
  host    = { transport = "local" }
  path    = "NOTE"
  content = "eggs\n"
}
"#;

#[test]
fn what_is_imported_is_looked_at_again() {
    let p = Project::new("");
    let note = p.dir.path().join("note");
    p.write("main.hcl", &IMPORT.replace("NOTE", note.to_str().unwrap()));
    p.check("init", 0, "");
    for (before, now, code) in [
        ("milk\n", "cream\n", 3),
        ("milk\n", "", 3),
        ("milk\n", "milk\n", 0),
    ] {
        fs::write(&note, before).unwrap();
        p.check("plan --out ../saved", 0, "import");
        match now {
            "" => fs::remove_file(&note).unwrap(),
            now => fs::write(&note, now).unwrap(),
        }
        let said = p.check("apply --plan ../saved", code, "ssh_file.note");
        match code {
            0 => assert_eq!(fs::read_to_string(&note).unwrap(), "eggs\n"),
            _ => assert!(said.err.contains("not as it was any more"), "{}", said.err),
        }
    }
}

const EPHEMERAL: &str = r#"
variable "records" {
  ephemeral = true
  default   = "../nowhere/else"
}

variable "n" {
  default = "1"
}

provider "ssh" {
  records = var.records
}

resource "ssh_file" "note" {
  host    = { transport = "local" }
  path    = "NOTE"
  content = "${var.n}\n"
}
"#;

#[test]
fn ephemeral_values_are_given_again_and_others_stay() {
    let p = Project::new("");
    let note = p.dir.path().join("note");
    p.write(
        "main.hcl",
        &EPHEMERAL.replace("NOTE", note.to_str().unwrap()),
    );
    p.check("init", 0, "");
    let records = p.dir.path().join("hunter2");
    let with = format!("--var records={} --var n=2", records.display());
    p.check(&format!("plan --out ../saved {with}"), 0, "1 to create");
    let saved = fs::read(p.dir.path().join("saved")).unwrap();
    assert!(!saved.windows(7).any(|w| w == b"hunter2"));
    let said = p.check(
        "apply --plan ../saved --var n=2",
        3,
        "a value of its variables",
    );
    let told = "`records` is ephemeral: a plan that was made with a value of it does not keep it";
    let text = said.err.replace("\n  │ ", " ");
    assert!(text.contains(told), "{}", said.err);
    let changed = with.replace("n=2", "n=3");
    p.check(
        &format!("apply --plan ../saved {changed}"),
        3,
        "nothing was changed",
    );
    assert!(!note.exists());
    p.check(&format!("apply --plan ../saved {with}"), 0, "1 created");
    assert_eq!(fs::read_to_string(&note).unwrap(), "2\n");
    assert!(records.exists());
    // What is there by now is looked at with it, too.
    let with = with.replace("n=2", "n=4");
    p.check(&format!("plan --out ../saved {with}"), 0, "1 to update");
    fs::write(&note, "by hand\n").unwrap();
    p.check(&format!("apply --plan ../saved {with}"), 3, "ssh_file.note");
    fs::write(&note, "2\n").unwrap();
    p.check(&format!("apply --plan ../saved {with}"), 0, "1 updated");
    assert!(!p.dir.path().join("nowhere").exists());
}
