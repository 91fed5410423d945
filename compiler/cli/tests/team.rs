//! A project whose state is in PostgreSQL, through the program.

#![allow(clippy::unwrap_used)]
#[path = "../../store/tests/support/postgres.rs"]
mod postgres;
mod support;

use std::time::{Duration, Instant};
use support::Project;

const MAIN: &str = r#"
project "shop" { store = "env:SHOP_STATE" }
resource "random_password" "p" { length = 24 }
resource "terraform_data" "a" { input = random_password.p.result }
"#;

#[test]
fn two_people_share_a_state() {
    let server = postgres::Server::start();
    let (ann, bob) = (Project::new(MAIN), Project::new(MAIN));
    let run = |who: &Project, line: &str, expected: (i32, &str)| {
        let said = who.run_with(line, &[("SHOP_STATE", &server.url())]);
        let both = format!("{}{}", said.out, said.err);
        assert_eq!(said.code, expected.0, "landfall {line}\n{both}");
        assert!(both.contains(expected.1), "landfall {line}\n{both}");
        both
    };
    let deadline = Instant::now() + Duration::from_secs(60);
    while ann.run_with("init", &[("SHOP_STATE", &server.url())]).code != 0 {
        assert!(Instant::now() < deadline, "the server answers");
        std::thread::sleep(Duration::from_millis(100));
    }
    run(&ann, "apply --auto-approve", (0, "2 created"));
    // The state is there, and no key of hers opens it.
    run(&bob, "plan", (1, "landfall init"));
    let told = run(&bob, "init", (1, "keys add"));
    let public = told.split("your public key is ").nth(1).unwrap();
    let public = public.split_whitespace().next().unwrap();
    run(
        &ann,
        &format!("state keys add {public} --name bob"),
        (0, "bob"),
    );
    run(&bob, "plan --detailed-exitcode", (0, "No changes."));
    run(
        &bob,
        "apply --auto-approve --replace random_password.p",
        (0, "1 deleted"),
    );
    run(&ann, "state history", (0, "apply"));
    run(&ann, "destroy --auto-approve", (0, "2 deleted"));
    // Nothing of it lies in the project.
    assert!(!ann.root().join(".landfall/default/state.db").exists());
}

#[test]
fn a_database_that_is_down_is_named() {
    let p = Project::new(MAIN);
    let nowhere = [("SHOP_STATE", "postgres://ann:hunter2@127.0.0.1:1/shop")];
    let said = p.run_with("plan", &nowhere);
    let both = format!("{}{}", said.out, said.err);
    assert_eq!(said.code, 1, "{both}");
    assert!(
        both.contains("127.0.0.1") && !both.contains("hunter2"),
        "{both}"
    );
    let said = p.run("plan");
    assert!(said.err.contains("SHOP_STATE"), "{}", said.err);
}
