//! The program as its users run it: commands in, exit codes and output out.

#![allow(clippy::unwrap_used)]
mod support;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use support::Project;

const MAIN: &str = r#"
variable "n" {
  type    = number
  default = 1
}

resource "random_password" "p" {
  length = 24
}

resource "terraform_data" "a" {
  input = { note = file("note.txt"), n = var.n, password = random_password.p.result }
}

output "password" {
  value     = random_password.p.result
  sensitive = true
}

output "note" {
  value = trimspace(file("note.txt"))
}
"#;

#[test]
fn from_nothing_to_something_and_back() {
    let p = Project::new(MAIN);
    p.check("validate", 0, "2 resource blocks");
    p.check("plan", 1, "landfall init");
    p.check("init", 0, "The state is made");
    p.check("init", 0, "your key opens it");
    p.check(
        "plan",
        0,
        "Plan: 2 to create, 0 to update, 0 to replace, 0 to destroy.",
    );
    p.check("plan --detailed-exitcode", 2, "2 to create");
    p.check("apply", 1, "--auto-approve");
    p.check("apply --auto-approve", 0, "2 created");
    p.check("plan --detailed-exitcode", 0, "No changes.");
    p.check("state list", 0, "terraform_data.a");
    p.check("destroy --auto-approve", 0, "2 deleted");
    p.check("show", 0, "Nothing is recorded.");
}

#[test]
fn a_secret_is_seen_only_by_who_asks_for_it() {
    let p = Project::new(MAIN);
    p.check("init", 0, "");
    p.check("plan --out ../saved", 0, "saved");
    p.check("apply --plan ../saved", 0, "2 created");
    let secret = p.run("output --raw password").out;
    assert_eq!(secret.len(), 24);
    for line in [
        "output",
        "show",
        "show --format json",
        "output --format json",
        "state pull",
        "plan",
        "state show random_password.p",
        "state history",
        "plan --var n=2 --format json",
        "apply --var n=3 --auto-approve --format json",
        "state list --format json",
    ] {
        let said = p.run(line);
        assert!(
            !format!("{}{}", said.out, said.err).contains(&secret),
            "landfall {line}"
        );
    }
    for line in [
        "output --reveal",
        "show --reveal",
        "state show random_password.p --reveal",
    ] {
        p.check(line, 0, &secret);
    }
    for file in files_below(p.dir.path()) {
        let bytes = std::fs::read(&file).unwrap();
        let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
        assert!(!found, "{} holds the secret", file.display());
    }
}

#[test]
fn a_saved_plan_is_used_once_and_exactly() {
    let p = Project::new(MAIN);
    p.check("init", 0, "");
    p.check("plan --out ../saved", 0, "saved");
    p.check("show --plan ../saved", 0, "2 to create");
    p.check("apply --plan ../saved", 0, "2 created");
    p.check("apply --plan ../saved", 3, "applied before");

    p.check("plan --out ../file --var n=2", 0, "1 to update");
    p.check("apply --plan ../file", 3, "a value of its variables");
    p.write("note.txt", "changed\n");
    p.check("apply --plan ../file --var n=2", 3, "note.txt");
    p.write("note.txt", "remember the milk\n");

    p.check("apply --var n=5 --auto-approve", 0, "1 updated");
    p.check("apply --plan ../file --var n=2", 3, "moved on");
    p.check("apply --plan main.hcl", 1, "no plan");
    p.check("plan --detailed-exitcode --var n=5", 0, "No changes.");
}

#[test]
fn all_problems_come_in_one_run() {
    let broken = r#"
resource "terraform_data" "a" {
  inptu = 1
}

output "x" {
  value = terraform_data.nowhere.output
}

output "y" {
  value = var.missing
}
"#;
    let p = Project::new(broken);
    let said = p.check("validate", 1, "3 errors");
    for expected in [
        "inptu",
        "did you mean `input`",
        "nowhere",
        "missing",
        "main.hcl:3:3",
    ] {
        assert!(said.err.contains(expected), "{expected} in\n{}", said.err);
    }
    let json = p.run("validate --format json").out;
    let lines: Vec<serde_json::Value> = json
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines
            .iter()
            .all(|l| l["type"] == "problem" && l["spans"][0]["file"] == "main.hcl")
    );
}

#[test]
fn json_is_one_document_a_line() {
    let p = Project::new(MAIN);
    p.check("init", 0, "");
    let plan: serde_json::Value = serde_json::from_str(&p.run("plan --format json").out).unwrap();
    assert_eq!(plan["summary"]["create"], 2);
    let applied = p.run("apply --auto-approve --format json").out;
    let types: Vec<String> = applied
        .lines()
        .map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()["type"].to_string())
        .collect();
    assert_eq!(types.first().unwrap(), "\"plan\"");
    assert_eq!(types.last().unwrap(), "\"applied\"");
    assert_eq!(types.iter().filter(|t| *t == "\"step_done\"").count(), 2);
}

#[test]
fn states_are_mended_by_hand() {
    let p = Project::new(MAIN);
    p.check("init", 0, "");
    p.check("apply --auto-approve", 0, "2 created");
    let pulled = p.run("state pull").out;
    p.write("pulled.json", &pulled);
    p.check("state push pulled.json", 0, "Nothing had to be recorded");
    p.check("state mv terraform_data.a terraform_data.b", 0, "1 change");
    p.check("state list", 0, "terraform_data.b");
    p.check(
        "state rm terraform_data.a",
        1,
        "did you mean terraform_data.b?",
    );
    p.check("state rm terraform_data.b", 0, "1 change");
    p.check("state push pulled.json", 1, "--force");
    p.check("state push pulled.json --force", 0, "1 change");
    p.check("plan --detailed-exitcode", 0, "No changes.");
    p.check("state history", 0, "state push");
    p.check("state keys list", 0, "opens everything");
    p.check("state keys rotate", 0, "opens everything");
    p.check("plan --detailed-exitcode", 0, "No changes.");
}

#[test]
fn a_rehearsal_touches_nothing() {
    let p = Project::new(MAIN);
    p.check("apply --rehearse --auto-approve", 0, "2 created");
    assert!(!p.root().join(".landfall").exists());
    p.check("init", 0, "");
    let before = p.run("state pull").out;
    p.check("apply --rehearse --auto-approve", 0, "2 created");
    assert_eq!(p.run("state pull").out, before);
}

#[test]
fn without_a_terminal_there_are_no_colours_and_a_reader_may_go_away() {
    let p = Project::new(MAIN);
    let said = p.check("graph", 0, "random_password.p");
    assert!(!said.out.contains('\u{1b}') && !said.err.contains('\u{1b}'));
    p.check(
        "graph --as dot",
        0,
        "\"terraform_data.a\" -> \"random_password.p\"",
    );
    p.check("completions bash", 0, "landfall");
    let mut child = p
        .command("completions zsh")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert_eq!(ended.status.code(), Some(0));
}

#[test]
fn help_tells_the_exit_codes() {
    let p = Project::new(MAIN);
    p.check("--help", 0, "later stages remain");
    p.check("apply --help", 0, "Example:");
    p.check("nonsense", 1, "nonsense");
    p.check("-C nowhere plan", 1, "nowhere");
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files_below(&path)),
            false => found.push(path),
        }
    }
    found
}

#[test]
fn a_state_that_is_gone_is_missed() {
    let p = Project::new(MAIN);
    p.check("init", 0, "");
    p.check("apply --auto-approve", 0, "2 created");
    std::fs::remove_dir_all(p.root().join(".landfall")).unwrap();
    p.check("init", 1, "is gone");
    p.check("plan", 1, "is gone");
    p.check("init --accept-rollback", 0, "The state is made");
    p.check("plan", 0, "2 to create");
    p.check("apply --auto-approve", 0, "2 created");
    p.check("destroy --auto-approve", 0, "2 deleted");
    std::fs::remove_dir_all(p.root().join(".landfall")).unwrap();
    p.check("init", 0, "The state is made");
}
