//! `landfall sandbox list`, `down` and `doctor`, as the command line calls them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::asking::{config, plan};
use common::{World, possible, traces};
use landfall_provider_sandbox::{Health, Which, doctor, down, list};
use model::ObjectId;

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_list_check_and_remove() {
    if !possible() {
        return;
    }
    let world = World::new("down").await;
    let batch =
        ["left", "right"].map(|n| world.create(ObjectId::random(), &plan(None, &config(n, &[]))));
    let made = world.apply(batch.to_vec()).await;
    assert!(made.iter().all(Result::is_ok), "{made:?}");
    // One of them with a record that nobody can read.
    std::fs::write(world.site.dir().join("machines/left/meta.json"), "{").unwrap();
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "the_commands_in_a_process_of_their_own",
            "--exact",
            "--nocapture",
        ])
        .env("LANDFALL_SANDBOX_DIR", world.site.dir())
        .env("LANDFALL_SANDBOX_TEST", "down")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(traces(&world.site), Vec::<String>::new());
}

/// The public functions take the site from the environment, so that they run in a process that
/// [`the_commands_list_check_and_remove`] starts.
#[tokio::test(flavor = "multi_thread")]
async fn the_commands_in_a_process_of_their_own() {
    if std::env::var("LANDFALL_SANDBOX_TEST").as_deref() != Ok("down") {
        return;
    }
    assert!(list().unwrap_err().message.contains("left/meta.json"));
    assert!(
        down(Which::Named(vec!["none".into()]), false)
            .await
            .is_err()
    );
    assert_eq!(
        down(Which::Named(vec!["left".into()]), false)
            .await
            .unwrap(),
        ["left"]
    );
    let there = list().unwrap();
    let seen: Vec<_> = there.iter().map(|m| (m.name.as_str(), m.state)).collect();
    assert_eq!(seen, [("right", "running")]);
    assert_eq!(there[0].made_as, "sandbox_machine.test");
    let checks = doctor().await;
    let bad: Vec<_> = checks.iter().filter(|c| c.health == Health::Bad).collect();
    assert!(bad.is_empty(), "{bad:?}");
    assert!(
        checks
            .iter()
            .any(|c| c.seen.contains("right") && c.seen.contains("running"))
    );
    assert_eq!(down(Which::All, false).await.unwrap(), ["right"]);
    assert!(list().unwrap().is_empty());
}
