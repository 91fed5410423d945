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
