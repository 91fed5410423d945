//! Signals, kills and two at once, through the program: what is under way ends well, what has not
//! begun does not begin, and the next run goes on. Commands run on this machine itself.

#![allow(clippy::unwrap_used)]
mod support;

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use support::Project;

/// Two commands, one after the other. The first ends once `go` is there.
fn project() -> Project {
    let p = Project::new("");
    let root = p.root();
    let root = root.display();
    p.write(
        "main.hcl",
        &format!(
            r#"
provider "ssh" {{ records = "{root}/records" }}
locals {{ host = {{ id = "here", address = "localhost", transport = "local" }} }}
resource "ssh_command" "first" {{
  host    = local.host
  command = "echo x >> {root}/began; while ! [ -e {root}/go ]; do sleep 0.05; done; echo x >> {root}/first"
}}
resource "ssh_command" "second" {{
  host       = local.host
  command    = "echo x >> {root}/second"
  depends_on = [ssh_command.first]
}}
"#
        ),
    );
    p.check("init", 0, "");
    p
}

/// How many times a command left its mark.
fn marks(p: &Project, name: &str) -> usize {
    std::fs::read_to_string(p.root().join(name)).map_or(0, |text| text.lines().count())
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// An apply that is in the middle of its first command.
fn under_way(p: &Project) -> Child {
    let mut command = p.command("apply --auto-approve");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = child.spawn().unwrap();
    until("the command begins", || marks(p, "began") > 0);
    child
}

fn signal(child: &Child, name: &str) {
    let pid = child.id().to_string();
    let mut kill = std::process::Command::new("kill");
    assert!(kill.args([name, &pid]).status().unwrap().success());
}

fn ended(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    let both = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(both).unwrap())
}

#[test]
fn the_first_signal_lets_what_is_under_way_end() {
    for name in ["-INT", "-TERM"] {
        let p = project();
        let child = under_way(&p);
        signal(&child, name);
        p.write("go", "");
        let (code, said) = ended(child);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("interrupted"), "{said}");
        assert_eq!((marks(&p, "first"), marks(&p, "second")), (1, 0));
        // The lease was given back, and nothing is done twice.
        p.check("apply --auto-approve", 0, "1 created");
        assert_eq!((marks(&p, "first"), marks(&p, "second")), (1, 1));
    }
}

#[test]
fn the_second_signal_ends_it_at_once() {
    let p = project();
    let child = under_way(&p);
    signal(&child, "-INT");
    // The second counts once the first was heard, whichever way they arrive.
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "-INT");
    let (code, said) = ended(child);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!((marks(&p, "first"), marks(&p, "second")), (0, 0));
    p.write("go", "");
    p.check("apply --auto-approve", 0, "");
    assert_eq!((marks(&p, "began"), marks(&p, "second")), (1, 1));
}

#[test]
fn the_second_of_two_sees_who_holds_the_lease() {
    let p = project();
    let child = under_way(&p);
    let said = p.check("apply --auto-approve", 4, "holds the state: `apply`");
    assert!(said.err.contains(&child.id().to_string()), "{}", said.err);
    p.check("plan", 0, "Somebody changes things right now");
    let mut waiting = p.command("apply --auto-approve --lock-timeout 60s");
    let waiting = waiting.stdout(Stdio::piped()).stderr(Stdio::piped());
    let waiting = waiting.spawn().unwrap();
    p.write("go", "");
    assert_eq!(ended(child).0, Some(0));
    let (code, said) = ended(waiting);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!((marks(&p, "first"), marks(&p, "second")), (1, 1));
}

#[test]
fn an_owner_whose_lease_was_taken_away_begins_nothing_more() {
    let p = project();
    let child = under_way(&p);
    p.check("unlock", 1, "--auto-approve");
    p.check("unlock --auto-approve", 0, "The lease is ended.");
    p.write("go", "");
    let (code, said) = ended(child);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(marks(&p, "second"), 0);
    p.check("apply --auto-approve", 0, "");
    assert_eq!(
        (marks(&p, "began"), marks(&p, "first"), marks(&p, "second")),
        (1, 1, 1)
    );
}

#[test]
fn who_comes_after_one_that_was_killed_does_not_wait_for_its_lease() {
    let p = project();
    let mut child = under_way(&p);
    child.kill().unwrap();
    child.wait().unwrap();
    p.write("go", "");
    p.check("apply --auto-approve", 0, "");
    assert_eq!(
        (marks(&p, "began"), marks(&p, "first"), marks(&p, "second")),
        (1, 1, 1)
    );
    p.check("plan --detailed-exitcode", 0, "No changes.");
}
