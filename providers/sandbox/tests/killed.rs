//! Runs that are killed, at any moment: what is left is found, and can be finished or removed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{World, planned, possible, run, traces};
use model::{Lineage, ObjectId, Token};
use provider::{Action, FindAnswer};
use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const WHAT: &str = "LANDFALL_SANDBOX_TEST";

/// The moments, in ms, at which a create is killed: close together while its parts are made, and
/// then through the boot.
fn moments() -> Vec<u64> {
    (0..180)
        .step_by(12)
        .chain((200..1000).step_by(100))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_create_is_found_and_finished_or_removed() {
    if !possible() {
        return;
    }
    let world = World::new("kill").await;
    // The base image is there before: its time is not what is cut here.
    let object = ObjectId::random();
    let made = world
        .one(world.create(object, &planned("first", &[])))
        .await
        .unwrap()
        .unwrap();
    world.one(world.delete(object, &made)).await.unwrap();
    assert_eq!(traces(&world.site), Vec::<String>::new());
    let mut seen = BTreeMap::new();
    for (i, moment) in moments().into_iter().enumerate() {
        let (object, token) = (ObjectId::random(), Token::random());
        kill_after(moment, "create", &world, object, token);
        let found = settle(&world, object, token, "create").await;
        let left = traces(&world.site);
        let stage = match &found {
            FindAnswer::Absent => {
                assert_eq!(left, Vec::<String>::new(), "absent after {moment} ms");
                "absent"
            }
            FindAnswer::Incomplete { .. } => "incomplete",
            FindAnswer::Found { .. } => "found",
            other => panic!("after {moment} ms: {other:?}"),
        };
        *seen.entry(stage).or_insert(0) += 1;
        if i % 2 == 0 {
            let create = Action::Create {
                planned: planned("victim", &[]),
            };
            let create = world.operation(object, token, create);
            let made = world.one(create).await.unwrap().unwrap();
            assert_eq!(
                world.on(&made, "hostname").trim(),
                "victim",
                "after {moment} ms"
            );
        }
        let delete = Action::Delete {
            prior: planned("victim", &[]),
        };
        world
            .one(world.operation(object, Token::random(), delete))
            .await
            .unwrap();
        assert_eq!(
            traces(&world.site),
            Vec::<String>::new(),
            "after {moment} ms"
        );
    }
    assert!(
        seen.contains_key("incomplete"),
        "the kills came too early or too late: {seen:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_delete_is_found_and_finished() {
    if !possible() {
        return;
    }
    let world = World::new("killdel").await;
    let mut seen = BTreeMap::new();
    for moment in (0..200).step_by(20) {
        let object = ObjectId::random();
        let made = world
            .one(world.create(object, &planned("victim", &[])))
            .await;
        let made = made.unwrap().unwrap();
        let token = Token::random();
        kill_after(moment, "delete", &world, object, token);
        let stage = match settle(&world, object, token, "delete").await {
            FindAnswer::Absent => "absent",
            FindAnswer::Incomplete { .. } => "incomplete",
            FindAnswer::Found { .. } => "found",
            other => panic!("after {moment} ms: {other:?}"),
        };
        *seen.entry(stage).or_insert(0) += 1;
        if stage != "absent" {
            world.one(world.delete(object, &made)).await.unwrap();
        }
        assert_eq!(
            traces(&world.site),
            Vec::<String>::new(),
            "after {moment} ms: {stage}"
        );
    }
    assert!(
        seen.contains_key("incomplete"),
        "the kills came too early or too late: {seen:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_build_of_an_image_ends_with_all_its_programs() {
    if !possible() {
        return;
    }
    let world = World::new("build").await;
    let images = world.site.dir().join("images");
    let (object, token) = (ObjectId::random(), Token::random());
    let mut child = victim("create", &world, object, token)
        .env("LANDFALL_SANDBOX_IMAGES", &images)
        .spawn()
        .unwrap();
    let inside = images.display().to_string();
    let building = || run("pgrep", &["-f", &inside]);
    wait("dpkg is there", || {
        run("find", &[&inside, "-name", "dpkg"]).contains("/usr/bin/dpkg")
    });
    assert!(building().lines().count() > 1);
    child.kill().unwrap();
    child.wait().unwrap();
    wait("the build ends", || building().is_empty());
    assert!(
        !run("ls", &["-A", &inside]).contains("-r1"),
        "half an image is none"
    );
    // Its machine was on record before, and nothing of it is left after its removal.
    let found = settle(&world, object, token, "create").await;
    assert!(matches!(found, FindAnswer::Incomplete { .. }), "{found:?}");
    let delete = Action::Delete {
        prior: planned("victim", &[]),
    };
    world
        .one(world.operation(object, Token::random(), delete))
        .await
        .unwrap();
    assert_eq!(traces(&world.site), Vec::<String>::new());
    std::fs::remove_dir_all(&images).unwrap();
}

fn wait(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: not in time");
        sleep(Duration::from_millis(50));
    }
}

/// Asks as the core does: again while nobody is sure.
async fn settle(world: &World, object: ObjectId, token: Token, action: &'static str) -> FindAnswer {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match world.find(object, token, action).await {
            FindAnswer::NotYetSure if Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            answer => return answer,
        }
    }
}

/// Runs an operation in a process of its own and kills it after a while.
fn kill_after(ms: u64, what: &str, world: &World, object: ObjectId, token: Token) {
    let mut child = victim(what, world, object, token).spawn().unwrap();
    sleep(Duration::from_millis(ms));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// This test's program again, to run an operation.
fn victim(what: &str, world: &World, object: ObjectId, token: Token) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["the_victim", "--exact", "--nocapture"])
        .env(WHAT, format!("{what} {} {object} {token}", world.lineage))
        .env("LANDFALL_SANDBOX_DIR", world.site.dir())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// The process that is killed.
#[tokio::test(flavor = "multi_thread")]
async fn the_victim() {
    let Ok(what) = std::env::var(WHAT) else {
        return;
    };
    let words: Vec<&str> = what.split(' ').collect();
    let lineage: Lineage = words[1].parse().unwrap();
    let dir = std::env::var("LANDFALL_SANDBOX_DIR").unwrap();
    // It must not clean up where it is not killed.
    let world = std::mem::ManuallyDrop::new(World::at(dir.into(), lineage).await);
    let action = match words[0] {
        "create" => Action::Create {
            planned: planned("victim", &[]),
        },
        _ => Action::Delete {
            prior: planned("victim", &[]),
        },
    };
    let (object, token) = (words[2].parse().unwrap(), words[3].parse().unwrap());
    world
        .one(world.operation(object, token, action))
        .await
        .unwrap();
}
