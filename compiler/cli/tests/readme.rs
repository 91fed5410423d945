//! What the README tells a newcomer to do, done.

#![allow(clippy::unwrap_used)]
mod support;

use support::Project;

/// The first project of the README, with its places moved to a directory of the test's own.
fn first_project(place: &str) -> String {
    let readme = include_str!("../../../README.md");
    let section = readme
        .split("## A first project of your own")
        .nth(1)
        .unwrap();
    let hcl = section.split("```hcl\n").nth(1).unwrap();
    let hcl = hcl.split("```").next().unwrap();
    assert!(hcl.contains("/tmp/first"), "{hcl}");
    let records = format!("\nprovider \"ssh\" {{\n  records = \"{place}/records\"\n}}\n");
    hcl.replace("/tmp/first", &format!("{place}/first")) + &records
}

#[test]
fn the_first_project_is_made_mended_and_taken_away() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().to_str().unwrap();
    let p = Project::new(&first_project(place));
    let file = dir.path().join("first/app.env");
    p.check("init", 0, "The state is made: first/default");
    p.check("apply --auto-approve", 0, "3 created");
    let made = std::fs::read_to_string(&file).unwrap();
    assert!(made.starts_with("GREETING=hello\nKEY="), "{made}");
    std::fs::write(&file, format!("{made}BY_HAND=1\n")).unwrap();
    p.check("plan", 0, "Changed outside of Landfall since the last run");
    p.check("apply --auto-approve", 0, "1 updated");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), made);
    p.check("destroy --auto-approve", 0, "3 deleted");
    assert!(!dir.path().join("first").exists());
}
