//! An operation whose end nobody knows, through the program: what it holds back, and how a person
//! settles it. The simulated world lives in the test, so that it outlives each run.

#![allow(clippy::unwrap_used)]
use provider_simulated::{Endpoint, Reply, Request, World, serve};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// A project with a command that ends without anybody learning how.
struct Project {
    dir: TempDir,
    world: Arc<World>,
    _runtime: tokio::runtime::Runtime,
}

impl Project {
    fn new() -> Project {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("shop")).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let world = Arc::new(World::default());
        let listen: Endpoint = format!("unix:{}", dir.path().join("world").display())
            .parse()
            .unwrap();
        let (ready, is_ready) = std::sync::mpsc::channel();
        let served = world.clone();
        runtime.spawn(async move {
            let ready = move |_| ready.send(()).unwrap();
            serve(served, &listen, Duration::from_secs(600), ready).await
        });
        is_ready.recv_timeout(Duration::from_secs(10)).unwrap();
        let project = Project {
            dir,
            world,
            _runtime: runtime,
        };
        project.write(1000, 0);
        project
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("shop")
    }

    fn write(&self, unclear: u32, n: u32) {
        let text = format!(
            r#"
provider "simulated" {{
  world   = "unix:{}"
  unclear = {unclear}
}}
resource "sim_command" "migrate" {{ name = "migrate" }}
resource "terraform_data" "above" {{ input = sim_command.migrate.name }}
resource "terraform_data" "aside" {{ input = {n} }}
"#,
            self.dir.path().join("world").display()
        );
        std::fs::write(self.root().join("main.hcl"), text).unwrap();
    }

    fn runs(&self) -> u64 {
        match self.world.answer(Request::Report) {
            Reply::Report(report) => report.runs["migrate"],
            other => panic!("{other:?}"),
        }
    }

    /// Runs it, and expects this exit code and these texts in one of the outputs.
    fn check(&self, line: &str, code: i32, expected: &[&str]) {
        let output = Command::new(env!("CARGO_BIN_EXE_landfall"))
            .args(line.split(' '))
            .current_dir(self.root())
            .env_clear()
            .env("HOME", self.dir.path())
            .env("PATH", "/usr/bin:/bin")
            .env("USER", "ann")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let both = [output.stdout, output.stderr].concat();
        let both = String::from_utf8(both).unwrap();
        let words: Vec<&str> = both.split_whitespace().collect();
        let both = words.join(" ");
        assert_eq!(output.status.code(), Some(code), "landfall {line}\n{both}");
        for expected in expected {
            assert!(
                both.contains(expected),
                "landfall {line}: no {expected:?} in\n{both}"
            );
        }
    }

    /// To where nobody knows how the command ended.
    fn unclear() -> Project {
        let p = Project::new();
        p.check("init", 0, &[]);
        p.check("apply --auto-approve", 1, &["nobody knows"]);
        assert_eq!(p.runs(), 1);
        p
    }
}

const DONE: &str = "state settle sim_command.migrate --as done";
const NOT_DONE: &str = "state settle sim_command.migrate --as not-done";

#[test]
fn what_does_not_depend_on_it_goes_on_and_the_command_that_settles_is_named() {
    let p = Project::unclear();
    p.write(1000, 1);
    p.check("apply --auto-approve", 1, &["1 updated", DONE, NOT_DONE]);
    p.check("plan --out ../saved", 0, &[]);
    p.check("apply --plan ../saved", 3, &[DONE]);
    std::fs::write(
        p.root().join("main.hcl"),
        format!(
            "provider \"simulated\" {{ world = \"unix:{}\" }}\n",
            p.dir.path().join("world").display()
        ),
    )
    .unwrap();
    p.check("apply --auto-approve", 1, &["nothing new was begun", DONE]);
    p.check("state list", 0, &["terraform_data.aside"]);
    assert_eq!(p.runs(), 1);
}

#[test]
fn said_to_be_done_it_is_recorded_and_not_run_again() {
    let p = Project::unclear();
    p.check(DONE, 1, &["nobody to ask", "by ann", "create", "migrate"]);
    p.check(&format!("{DONE} --auto-approve"), 0, &["Settled as done"]);
    p.check(&format!("{DONE} --auto-approve"), 1, &["no operation"]);
    p.check(
        "state history",
        0,
        &["ann on", DONE, "created sim_command.migrate"],
    );
    p.check("apply --auto-approve", 0, &["1 created"]);
    p.check("plan --detailed-exitcode", 0, &["No changes."]);
    assert_eq!(p.runs(), 1);
}

#[test]
fn said_not_to_be_done_it_is_run_by_the_next_apply() {
    let p = Project::unclear();
    p.check(
        &format!("{NOT_DONE} --auto-approve"),
        0,
        &["Settled as not-done"],
    );
    p.check("state history", 0, &["ann on", NOT_DONE]);
    p.write(0, 0);
    p.check("apply --auto-approve", 0, &["2 created"]);
    p.check("plan --detailed-exitcode", 0, &["No changes."]);
    assert_eq!(p.runs(), 2);
}
