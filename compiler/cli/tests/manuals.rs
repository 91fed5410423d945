//! The manuals of kinds: `landfall explain kind`, the READMEs of the library, which are the same
//! text, and the examples in them, which are really planned.
//!
//! `LANDFALL_WRITE=1 cargo test -p landfall-cli --test manuals` writes the READMEs anew.

#![allow(clippy::unwrap_used)]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use support::Project;

/// The directories of the library's kinds.
fn library() -> Vec<PathBuf> {
    let stdlib = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stdlib");
    let entries = fs::read_dir(stdlib).unwrap().map(|e| e.unwrap().path());
    let kinds: Vec<_> = entries.filter(|p| p.join("kind.hcl").exists()).collect();
    assert!(kinds.len() >= 2, "{kinds:?}");
    kinds
}

fn manual(project: &Project, kind: &str) -> String {
    let said = project.check(&format!("explain kind {kind} --format json"), 0, "");
    let document: serde_json::Value = serde_json::from_str(said.out.trim()).unwrap();
    document["text"].as_str().unwrap().to_string()
}

#[test]
fn readmes_are_what_the_interfaces_say() {
    // It needs no project.
    let project = Project::new("this is = = no HCL {");
    for directory in library() {
        let name = directory
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let wanted = manual(&project, &name);
        let path = directory.join("README.md");
        if std::env::var_os("LANDFALL_WRITE").is_some() {
            fs::write(&path, wanted).unwrap();
            continue;
        }
        assert!(
            fs::read_to_string(&path).unwrap_or_default() == wanted,
            "stdlib/{name}/README.md is not what kind.hcl says; write it anew: \
             LANDFALL_WRITE=1 cargo test -p landfall-cli --test manuals"
        );
        assert!(wanted.contains("```hcl"), "{name} has no example");
    }
}

#[test]
fn everything_in_the_library_is_described() {
    let project = Project::new("");
    for directory in library() {
        let name = directory
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let text = manual(&project, &name);
        for line in text.lines().filter(|l| l.starts_with("- ")) {
            assert!(line.contains(": "), "{name}: {line}");
        }
    }
}

#[test]
fn examples_are_planned() {
    for directory in library() {
        let example = fs::read_to_string(directory.join("example/main.hcl")).unwrap();
        let project = Project::new(&example);
        let named = example
            .lines()
            .filter_map(|l| l.strip_prefix("environment \""));
        let mut environments: Vec<_> = named.filter_map(|l| Some(l.split_once('"')?.0)).collect();
        if environments.is_empty() {
            environments.push("default");
        }
        for environment in environments {
            let line = format!("apply {environment} --rehearse --auto-approve");
            let said = project.run_with(&line, &[("SHOP_TOKEN", "t0ken")]);
            let both = format!("{}{}", said.out, said.err);
            assert_eq!(said.code, 0, "{}: {both}", directory.display());
            assert!(both.contains("created"), "{both}");
        }
    }
}

const NOTE: &str = r#"
kind "note" {
  doc = "Something to remember."

  implementation "loud" { when = var.loud == true }
  implementation "quiet" {}
}

variable "text" {
  type        = string
  description = "What to remember."
}

variable "loud" {
  type    = bool
  default = false
}

variable "tags" {
  type = list(object({ name = string, value = optional(string) }))
  default = [
    { name = "a" },
  ]
  sensitive = true
}

variable "about" {
  type    = kind.note
  default = null
}

output "said" {
  type      = string
  sensitive = true
}

output "parts" {
  type = list(object({ b = string, a = optional(number), c = optional(bool, true), d = any }))
}
"#;

#[test]
fn a_kind_of_ones_own_has_a_manual_too() {
    let p = Project::new("environment \"a\" {}\nenvironment \"b\" {}\n");
    for directory in ["loud", "quiet", "example"] {
        fs::create_dir_all(p.root().join("kinds/note").join(directory)).unwrap();
    }
    p.write("kinds/note/kind.hcl", NOTE);
    let output = "output \"said\" { value = var.text }\noutput \"parts\" { value = [] }\n";
    let loud = format!("# Cries it\n# out.\n\n# No more.\n{output}");
    p.write("kinds/note/loud/main.hcl", &loud);
    p.write("kinds/note/quiet/main.hcl", output);
    p.write(
        "kinds/note/example/main.hcl",
        "note \"a\" {\n  text = \"x\"\n}\n",
    );
    let wanted = r#"# note

Something to remember.

```hcl
note "a" {
  text = "x"
}
```

## Takes

- `text` (`string`, required): What to remember.
- `loud` (`bool`, else `false`)
- `tags` (`list(object({ name = string, value = optional(string) }))`, else `[ { name = "a" }, ]`, also as `tags { … }`, secret)
- `about` (`kind.note`, optional)

A call takes `count`, `for_each`, `depends_on`, `target` and `rollout`, too.

## Gives out

- `said` (`string`, secret)
- `parts` (`list(object)`)
  - `a` (`number`, optional)
  - `b` (`string`)
  - `c` (`bool`, else `true`)
  - `d` (`any`)

## Served by

The first of these whose condition holds:

- `loud`, when `var.loud == true`: Cries it out.
- `quiet`, else
"#;
    assert_eq!(manual(&p, "note"), wanted);
    p.check("explain kind note", 0, "Something to remember.");
    p.check("explain kind noet", 1, "did you mean `note`?");
    p.check("explain kind", 1, "there are `note`, `secret`, `server`");
    p.write("kinds/note/quiet/main.hcl", "locals { x = nothing }\n");
    p.check("explain kind note", 1, "lacks the output `said`");
}
