//! `landfall fmt`: which files it changes, what it says of them, and how it ends.

#![allow(clippy::unwrap_used)]
mod support;

use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Stdio;
use support::{Project, Said};

const BAD: &str = "locals {\na=1 # one\n}\n";
const GOOD: &str = "locals {\n  a = 1 # one\n}\n";

/// A project with files of all sorts.
fn project() -> Project {
    let p = Project::new(BAD);
    std::fs::create_dir(p.root().join("sub")).unwrap();
    p.write("good.hcl", GOOD);
    p.write("sub/bad.hcl", BAD);
    p.write("values.txt", "a   = 1\n");
    p
}

fn read(p: &Project, name: &str) -> String {
    std::fs::read_to_string(p.root().join(name)).unwrap()
}

fn with_input(p: &Project, line: &str, input: &str) -> Said {
    let mut command = p.command(line);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let done = child.wait_with_output().unwrap();
    Said {
        out: String::from_utf8(done.stdout).unwrap(),
        err: String::from_utf8(done.stderr).unwrap(),
        code: done.status.code().unwrap(),
    }
}

#[test]
fn the_directory_is_laid_out_and_changed_files_are_named() {
    let p = project();
    assert_eq!(p.check("fmt", 0, "").out, "main.hcl\n");
    assert_eq!(read(&p, "main.hcl"), GOOD);
    assert_eq!(read(&p, "sub/bad.hcl"), BAD);
    assert_eq!(read(&p, "values.txt"), "a   = 1\n");
    assert_eq!(p.check("fmt", 0, "").out, "");
    assert_eq!(p.check("fmt --recursive", 0, "").out, "sub/bad.hcl\n");
    assert_eq!(p.check("fmt values.txt sub", 0, "").out, "values.txt\n");
    assert_eq!(read(&p, "values.txt"), "a = 1\n");
    assert_eq!(p.check("-C sub fmt --check", 0, "").out, "");
}

#[test]
fn a_check_names_files_and_changes_none() {
    let p = project();
    assert_eq!(
        p.check("fmt --check --recursive", 1, "").out,
        "main.hcl\nsub/bad.hcl\n"
    );
    assert_eq!(read(&p, "main.hcl"), BAD);
    p.check("fmt --check good.hcl", 0, "");
}

#[test]
fn a_diff_is_shown_and_nothing_is_changed() {
    let p = project();
    let diff = "--- a/main.hcl\n+++ b/main.hcl\n@@ -1,3 +1,3 @@\n locals {\n-a=1 # one\n+  a = 1 # one\n }\n";
    assert_eq!(p.check("fmt --diff", 0, "").out, diff);
    assert_eq!(p.check("fmt --diff --check", 1, "").out, diff);
    assert_eq!(read(&p, "main.hcl"), BAD);
    let json = p.check("fmt --diff --format json", 0, "").out;
    let document: serde_json::Value = serde_json::from_str(json.trim()).unwrap();
    assert_eq!(document["type"], "formatted");
    assert_eq!(document["diff"], diff);
}

#[test]
fn standard_input_comes_back_laid_out() {
    let p = project();
    assert_eq!(with_input(&p, "fmt -", BAD).out, GOOD);
    assert_eq!(with_input(&p, "fmt - --check", GOOD).code, 0);
    assert_eq!(with_input(&p, "fmt - --check", BAD).code, 1);
    let wrong = with_input(&p, "fmt -", "a = [\n");
    assert_eq!((wrong.code, wrong.out.as_str()), (1, ""));
    assert!(wrong.err.contains("<stdin>:1"), "{}", wrong.err);
    assert_eq!(read(&p, "main.hcl"), BAD);
}

#[test]
fn a_file_with_a_mistake_stays_and_the_others_are_laid_out() {
    let p = project();
    p.write("a_mistake.hcl", "a=\nb=1\n");
    p.write("no_text.hcl", "x");
    std::fs::write(p.root().join("no_text.hcl"), b"a = \"\xff\"\n").unwrap();
    let said = p.check("fmt", 1, "a_mistake.hcl:1");
    assert!(said.err.contains("line 1 is not UTF-8"), "{}", said.err);
    assert_eq!(said.out, "main.hcl\n");
    assert_eq!(read(&p, "a_mistake.hcl"), "a=\nb=1\n");
    p.check("fmt nowhere.hcl", 1, "nowhere.hcl can't be read");
}

#[test]
fn permissions_and_links_stay() {
    let p = project();
    let path = p.root().join("main.hcl");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    symlink("values.txt", p.root().join("link.hcl")).unwrap();
    p.check("fmt", 0, "");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    assert!(p.root().join("link.hcl").is_symlink());
    assert_eq!(read(&p, "values.txt"), "a = 1\n");
    let hidden = std::fs::read_dir(p.root()).unwrap().filter(|e| {
        let name = e.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with('.')
    });
    assert_eq!(hidden.count(), 0);
}
