//! What a host lacks is told before the first change, and nothing is changed for it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use model::{ObjectId, Value};
use provider::{Action, Foreseen, Operation};
use support::small::Small;
use support::{World, host, words};

fn creation(world: &World, ty: &'static str, fields: &[(&str, Value)]) -> Operation {
    let plan = world.plan(ty, &world.config(ty, fields), None, None);
    world.creation(ty, ObjectId::random(), plan)
}

fn file(world: &World, path: Value, bytes: usize) -> Operation {
    let content = "x".repeat(bytes).into();
    creation(world, "ssh_file", &[("path", path), ("content", content)])
}

fn check(foreseen: &[Foreseen], concerned: &[&Operation], expected: &[&str]) {
    let [one] = foreseen else {
        panic!("one problem, not {foreseen:#?}")
    };
    let tokens: Vec<_> = concerned.iter().map(|o| o.token).collect();
    assert_eq!(one.tokens, tokens);
    let said = words(&one.problem);
    for text in expected {
        assert!(said.contains(text), "{text:?} is not in:\n{said}");
    }
}

#[tokio::test]
async fn a_full_file_system_is_told_of_what_goes_there() {
    let world = World::local().await;
    let small = Small::at(&world.path("small"), 64);
    let (there, below) = (world.at("small/f"), world.at("small/not/yet/f"));
    let changes = [
        file(&world, world.at("elsewhere"), 100_000),
        file(&world, there.clone(), 100_000),
    ];
    let at = world.path("small").display().to_string();
    let foreseen = world.connection.preflight(&changes).await;
    check(
        &foreseen,
        &[&changes[1]],
        &["no room", &at, "64K", "make room"],
    );
    let below = [file(&world, below, 100_000)];
    let foreseen = world.connection.preflight(&below).await;
    check(&foreseen, &[&below[0]], &["no room", "64K"]);
    let fits = [file(&world, there, 1000)];
    assert_eq!(world.connection.preflight(&fits).await, []);
    assert_eq!(small.names(), Vec::<String>::new());
    assert!(!world.records().exists(), "nothing is changed");
}

#[tokio::test]
async fn what_may_make_room_in_between_is_believed_to() {
    let world = World::local().await;
    let _small = Small::at(&world.path("small"), 64);
    let fields = [("command", "true".into()), ("undo", "true".into())];
    let changes = [
        creation(&world, "ssh_command", &fields),
        file(&world, world.at("small/f"), 100_000),
    ];
    assert_eq!(world.connection.preflight(&changes).await, []);
}

#[tokio::test]
async fn records_without_room_concern_all_that_is_done_there() {
    let world = World::local().await;
    let small = Small::at(&world.records(), 64);
    small.fill_up_to(4096);
    let records = world.records().display().to_string();
    let made = file(&world, world.at("f"), 10);
    let gone = Operation {
        action: Action::Delete {
            prior: world.config("ssh_file", &[("path", world.at("g"))]),
        },
        ..made.clone()
    };
    let changes = [made, gone];
    let foreseen = world.connection.preflight(&changes).await;
    check(
        &foreseen,
        &[&changes[0], &changes[1]],
        &["records", &records],
    );
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_told_once_and_one_that_is_not_known_not_at_all() {
    let mut world = World::local().await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = i64::from(nobody.local_addr().unwrap().port());
    drop(nobody);
    world.host = host(&[("address", "127.0.0.1".into()), ("port", port.into())]);
    let changes = [
        file(&world, "/srv/a".into(), 1),
        file(&world, "/srv/b".into(), 1),
    ];
    let foreseen = world.connection.preflight(&changes).await;
    check(
        &foreseen,
        &[&changes[0], &changes[1]],
        &["can't be reached", "refused"],
    );
    world.host = Value::unknown(provider::host_type());
    let later = [file(&world, "/srv/a".into(), 1)];
    assert_eq!(world.connection.preflight(&later).await, []);
}

#[tokio::test]
async fn units_need_systemd() {
    let world = World::local().await;
    let fields = [("name", "no-such.service".into()), ("content", "".into())];
    let unit = creation(&world, "ssh_systemd_unit", &fields);
    let foreseen = world
        .connection
        .preflight(std::slice::from_ref(&unit))
        .await;
    match std::path::Path::new("/run/systemd/system").exists() {
        true => assert_eq!(foreseen, []),
        false => check(
            &foreseen,
            &[&unit],
            &["not run by systemd", "first process"],
        ),
    }
    // Taking one away needs none.
    let gone = Operation {
        action: Action::Delete {
            prior: world.config("ssh_systemd_unit", &fields),
        },
        ..unit
    };
    assert_eq!(world.connection.preflight(&[gone]).await, []);
}
