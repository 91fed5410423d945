//! A disk that is full in the middle of things: said so, and nothing half-written stays.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use model::{ObjectId, Value};
use provider::{Certainty, Failure, Operation};
use std::fs;
use support::small::Small;
use support::{World, words};

/// A world whose files go to a small file system.
async fn on_small_disk() -> (World, Small) {
    let world = World::local().await;
    let small = Small::at(&world.path("small"), 64);
    (world, small)
}

/// A world whose records go there.
async fn with_small_records() -> (World, Small) {
    let world = World::local().await;
    let small = Small::at(&world.records(), 256);
    (world, small)
}

fn file(world: &World, name: &str, bytes: usize) -> [(&'static str, Value); 2] {
    [
        ("path", world.at(name)),
        ("content", "x".repeat(bytes).into()),
    ]
}

fn creation(world: &World, ty: &'static str, fields: &[(&str, Value)]) -> Operation {
    let plan = world.plan(ty, &world.config(ty, fields), None, None);
    world.creation(ty, ObjectId::random(), plan)
}

/// It says what the host said and what to do, and that nothing was changed.
#[track_caller]
fn check(failure: &Failure, expected: &[&str]) {
    let said = words(&failure.problem);
    for text in [&["No space left on device", "make room"], expected].concat() {
        assert!(said.contains(text), "{text:?} is not in:\n{said}");
    }
    assert_eq!(failure.certainty, Certainty::NotDone);
    assert_eq!(failure.partial, None);
}

/// Names below a directory of records, of whatever depth.
fn everything(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![world.records()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            found.push(path.file_name().unwrap().to_str().unwrap().to_string());
            open.push(path);
        }
    }
    found
}

#[tokio::test]
async fn of_a_batch_the_one_that_does_not_fit_fails_alone() {
    let (world, small) = on_small_disk().await;
    let batch = [("small/a", 1000), ("small/b", 100_000), ("small/c", 1000)]
        .map(|(name, bytes)| creation(&world, "ssh_file", &file(&world, name, bytes)));
    let outcomes = world.apply_all(batch.to_vec()).await;
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
    check(
        outcomes[1].as_ref().unwrap_err(),
        &["small/b could not be written"],
    );
    assert_eq!(small.names(), ["a", "c"]);
    let gone = batch[1].ownership.object.to_string();
    assert!(!everything(&world).contains(&gone), "no record stays");
}

#[tokio::test]
async fn what_was_there_stays_whole() {
    let (world, small) = on_small_disk().await;
    let made = world
        .create("ssh_file", &file(&world, "small/f", 100))
        .await
        .unwrap();
    small.fill_up_to(0);
    let failed = world.update(&made, &file(&world, "small/f", 40_000)).await;
    check(
        &failed.unwrap_err(),
        &["small/f could not be written; it is as it was"],
    );
    assert_eq!(fs::read(world.path("small/f")).unwrap().len(), 100);
    assert_eq!(small.names(), ["f"]);
    // With room again, the same goes through.
    small.empty();
    world
        .update(&made, &file(&world, "small/f", 40_000))
        .await
        .unwrap();
    assert_eq!(fs::read(world.path("small/f")).unwrap().len(), 40_000);
}

#[tokio::test]
async fn records_without_room_keep_everything_as_it_is() {
    let (world, small) = with_small_records().await;
    let made = world
        .create("ssh_file", &file(&world, "f", 100))
        .await
        .unwrap();
    small.fill_up_to(0);
    let failed = world.update(&made, &file(&world, "f", 200)).await;
    check(&failed.unwrap_err(), &["records", "nothing was changed"]);
    assert_eq!(fs::read(world.path("f")).unwrap().len(), 100);
    let failed = world.create("ssh_file", &file(&world, "g", 100)).await;
    check(&failed.unwrap_err(), &["records", "nothing was changed"]);
    assert!(!world.path("g").exists());
    small.empty();
    world.delete(&made).await.unwrap();
    assert!(!world.path("f").exists());
}

#[tokio::test]
async fn what_can_not_be_kept_is_not_taken_over() {
    let (world, small) = with_small_records().await;
    fs::write(world.path("theirs"), "t".repeat(100_000)).unwrap();
    let adopted = [
        ("path", world.at("theirs")),
        ("content", "ours".into()),
        ("existing", "adopt".into()),
    ];
    small.fill_up_to(60_000);
    let failed = world.create("ssh_file", &adopted).await;
    check(&failed.unwrap_err(), &["records", "nothing was changed"]);
    assert_eq!(fs::read(world.path("theirs")).unwrap().len(), 100_000);
    let left = everything(&world);
    assert!(!left.iter().any(|n| n.starts_with("original")), "{left:?}");
    small.empty();
    let made = world.create("ssh_file", &adopted).await.unwrap();
    world.delete(&made).await.unwrap();
    assert_eq!(fs::read(world.path("theirs")).unwrap().len(), 100_000);
}

#[tokio::test]
async fn a_command_that_fills_the_disk_fails_what_comes_after_it() {
    let (world, small) = with_small_records().await;
    let records = world.records().display().to_string();
    let fill = format!("cat /dev/zero > '{records}/filling'; true");
    let fields = [("command", fill.into()), ("undo", "true".into())];
    let batch = vec![
        creation(&world, "ssh_command", &fields),
        creation(&world, "ssh_file", &file(&world, "f", 10)),
    ];
    let outcomes = world.apply_all(batch.clone()).await;
    check(
        outcomes[1].as_ref().unwrap_err(),
        &["records", "nothing was changed"],
    );
    assert!(!world.path("f").exists());
    small.empty();
    let again = world.apply_all(vec![batch[1].clone()]).await.remove(0);
    assert!(again.is_ok(), "{again:?}");
}
