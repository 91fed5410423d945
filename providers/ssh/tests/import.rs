//! Importing what stands on this machine, by path.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use model::{ObjectId, Value};
use provider::{Action, ImportAnswer, ImportRequest};
use std::fs;
use support::{Object, World, words};

async fn import(world: &World, ty: &str, id: &str, config: &Value) -> ImportAnswer {
    let request = ImportRequest {
        ty: ty.into(),
        id: id.into(),
        config: config.clone(),
    };
    world.connection.import(request).await
}

fn text(value: &Value, name: &str) -> String {
    let found = value.get(name).and_then(Value::as_str);
    found.unwrap_or_default().to_string()
}

#[tokio::test]
async fn a_file_comes_as_it_is_and_is_changed_in_place() {
    let world = World::local().await;
    let path = world.path("f");
    fs::write(&path, "old\n").unwrap();
    let id = path.display().to_string();
    let fields = [("path", id.as_str().into()), ("content", "new\n".into())];
    let config = world.config("ssh_file", &fields);
    let found = import(&world, "ssh_file", &id, &config).await.unwrap();
    assert_eq!(text(&found.made.attributes, "content"), "old\n");
    assert_eq!(found.owner, None);
    let object = Object {
        ty: "ssh_file",
        id: ObjectId::random(),
        made: found.made,
    };
    let answer = world.plan("ssh_file", &config, Some(&object), None);
    assert!(answer.replaced.is_empty());
    let action = Action::Update {
        prior: object.made.attributes.clone(),
        planned: answer.planned.unwrap(),
    };
    let private = object.made.private.clone();
    let operation = world.operation("ssh_file", object.id, action, private);
    let made = world.apply(operation).await.unwrap().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new\n");

    // It bears our mark now, and what was there before comes back in the end.
    let again = import(&world, "ssh_file", &id, &config).await.unwrap();
    assert_eq!(again.owner, Some((world.lineage, object.id)));
    world.delete(&Object { made, ..object }).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old\n");
}

#[tokio::test]
async fn what_is_as_wanted_is_only_marked() {
    let world = World::local().await;
    let path = world.path("d");
    fs::create_dir(&path).unwrap();
    let id = path.display().to_string();
    let config = world.config("ssh_directory", &[("path", id.as_str().into())]);
    let found = import(&world, "ssh_directory", &id, &config).await.unwrap();
    let object = Object {
        ty: "ssh_directory",
        id: ObjectId::random(),
        made: found.made,
    };
    let answer = world.plan("ssh_directory", &config, Some(&object), None);
    let action = Action::Update {
        prior: object.made.attributes.clone(),
        planned: answer.planned.unwrap(),
    };
    let private = object.made.private.clone();
    let operation = world.operation("ssh_directory", object.id, action, private);
    let made = world.apply(operation).await.unwrap().unwrap();
    let again = import(&world, "ssh_directory", &id, &config).await.unwrap();
    assert_eq!(again.owner, Some((world.lineage, object.id)));
    world.delete(&Object { made, ..object }).await.unwrap();
    assert!(path.exists(), "it was there before");
}

#[tokio::test]
async fn what_is_not_there_or_has_no_id_is_refused() {
    let world = World::local().await;
    let path = world.path("nothing").display().to_string();
    let refused = async |ty: &str, id: &str, fields: &[(&str, Value)], expected: &str| {
        let config = world.config(ty, fields);
        let problem = import(&world, ty, id, &config).await.unwrap_err();
        assert!(words(&problem).contains(expected), "{problem:?}");
    };
    let file = [("path", path.as_str().into()), ("content", "".into())];
    refused("ssh_file", &path, &file, "there is no `ssh_file`").await;
    let user = [("name", "landfall-nobody".into())];
    refused(
        "ssh_user",
        "landfall-nobody",
        &user,
        "there is no `ssh_user`",
    )
    .await;
    let command = [("command", "true".into())];
    refused("ssh_command", "x", &command, "can't be imported").await;
    let key = [("user", "root".into()), ("key", "x".into())];
    refused(
        "ssh_authorized_key",
        "root",
        &key,
        "the user, a blank, and the key",
    )
    .await;
}

/// Nobody knows what is on a machine that does not answer: that is no refusal of the id.
#[tokio::test]
async fn a_host_that_does_not_answer_may_later() {
    let world = World::local().await;
    let path = world.path("f").display().to_string();
    let nowhere = Value::object([("address", "127.0.0.1".into()), ("port", Value::int(1))]);
    let nowhere = model::convert(&nowhere, &provider::host_type()).unwrap();
    let config = world.config("ssh_file", &[("path", path.as_str().into())]);
    let elsewhere = config.with("host", nowhere);
    let problem = import(&world, "ssh_file", &path, &elsewhere).await;
    let problem = problem.err().unwrap();
    assert!(problem.retryable, "{problem:?}");
    let problem = import(&world, "ssh_file", &path, &config).await;
    let problem = problem.err().unwrap();
    assert!(!problem.retryable, "{problem:?}");
}
