//! `ssh_file` on this machine: the whole life of a file, and everything that may meet it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use model::Value;
use provider::{Action, FindAnswer, ReadAnswer};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use support::{World, check_fails, sealed, secret, words};

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[tokio::test]
async fn is_made_read_changed_and_gone_without_a_trace() {
    let world = World::local().await;
    let path = world.path("it's a \"file\" $HOME");
    let fields = |content: &str, mode: &str| {
        [
            ("path", path.display().to_string().into()),
            ("content", content.into()),
            ("mode", mode.into()),
        ]
    };
    let made = world
        .create("ssh_file", &fields("one\n", "0640"))
        .await
        .unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "one\n");
    assert_eq!(mode(&path), 0o640);
    let owner = made.made.attributes.get("owner").and_then(Value::as_str);
    assert!(owner.is_some_and(|o| !o.is_empty()));

    let read = world.refreshed(&made).await;
    assert_eq!(read.made, made.made, "a second look finds no difference");

    let changed = world.update(&made, &fields("two\n", "0600")).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "two\n");
    assert_eq!(mode(&path), 0o600);
    assert!(
        world
            .records()
            .join(world.lineage.to_string())
            .join("objects")
            .exists()
    );

    world.delete(&changed).await.unwrap();
    assert!(!path.exists());
    assert!(
        !world.records().exists(),
        "the last object takes the records along"
    );
    assert!(matches!(world.read(&changed).await, ReadAnswer::Absent));
}

#[tokio::test]
async fn drift_is_read_with_its_content() {
    let world = World::local().await;
    let fields = [("path", world.at("f")), ("content", "mine\n".into())];
    let made = world.create("ssh_file", &fields).await.unwrap();
    for (content, shown) in [
        (b"theirs\n".to_vec(), "theirs\n"),
        (vec![0xff, 0, 1], "(another content of 3 bytes, not text)"),
        (
            vec![b'x'; 70_000],
            "(another content of 70000 bytes, too long to be shown)",
        ),
    ] {
        fs::write(world.path("f"), content).unwrap();
        let read = world.refreshed(&made).await;
        assert_eq!(read.made.attributes.get("content"), Some(&shown.into()));
        assert_ne!(
            read.made.attributes.get("content_sha256"),
            made.made.attributes.get("content_sha256")
        );
    }
    world.update(&made, &fields).await.unwrap();
    assert_eq!(fs::read_to_string(world.path("f")).unwrap(), "mine\n");
}

#[tokio::test]
async fn a_large_or_binary_file_that_is_as_recorded_reads_as_recorded() {
    let world = World::local().await;
    let large = "0123456789".repeat(200_000);
    let made = world
        .create(
            "ssh_file",
            &[
                ("path", world.at("large")),
                ("content", large.as_str().into()),
            ],
        )
        .await
        .unwrap();
    assert_eq!(fs::read_to_string(world.path("large")).unwrap(), large);
    assert_eq!(world.refreshed(&made).await.made, made.made);
    let made = world
        .create(
            "ssh_file",
            &[("path", world.at("bin")), ("content_base64", "AP+A".into())],
        )
        .await
        .unwrap();
    assert_eq!(fs::read(world.path("bin")).unwrap(), [0, 0xff, 0x80]);
    assert_eq!(world.refreshed(&made).await.made, made.made);
    fs::write(world.path("bin"), [1]).unwrap();
    let read = world.refreshed(&made).await.made;
    assert_eq!(read.attributes.get("content_base64"), Some(&"AQ==".into()));
}

#[tokio::test]
async fn what_is_there_and_equal_is_adopted_and_stays() {
    let world = World::local().await;
    fs::write(world.path("f"), "same").unwrap();
    fs::set_permissions(world.path("f"), fs::Permissions::from_mode(0o644)).unwrap();
    let fields = [("path", world.at("f")), ("content", "same".into())];
    let made = world.create("ssh_file", &fields).await.unwrap();
    world.delete(&made).await.unwrap();
    assert_eq!(fs::read_to_string(world.path("f")).unwrap(), "same");

    // Changed by us, it is put back.
    let made = world.create("ssh_file", &fields).await.unwrap();
    let made = world
        .update(
            &made,
            &[("path", world.at("f")), ("content", "other".into())],
        )
        .await
        .unwrap();
    assert_eq!(fs::read_to_string(world.path("f")).unwrap(), "other");
    world.delete(&made).await.unwrap();
    assert_eq!(fs::read_to_string(world.path("f")).unwrap(), "same");
    assert!(!world.records().exists());
}

#[tokio::test]
async fn what_is_there_and_differs_is_refused_or_taken_over_and_put_back() {
    let world = World::local().await;
    fs::write(world.path("f"), "theirs").unwrap();
    fs::set_permissions(world.path("f"), fs::Permissions::from_mode(0o600)).unwrap();
    let refused = [("path", world.at("f")), ("content", "mine".into())];
    check_fails(
        world.create("ssh_file", &refused).await,
        "differs in `content`, `mode`",
    );

    for (on_destroy, after) in [
        (Value::Null(model::Type::String), Some("theirs")),
        ("restore".into(), Some("theirs")),
        ("keep".into(), Some("mine")),
        ("delete".into(), None),
    ] {
        fs::write(world.path("f"), "theirs").unwrap();
        fs::set_permissions(world.path("f"), fs::Permissions::from_mode(0o600)).unwrap();
        let fields = [
            ("path", world.at("f")),
            ("content", "mine".into()),
            ("existing", "adopt".into()),
            ("on_destroy", on_destroy),
        ];
        let made = world.create("ssh_file", &fields).await.unwrap();
        assert_eq!(fs::read_to_string(world.path("f")).unwrap(), "mine");
        world.delete(&made).await.unwrap();
        assert_eq!(fs::read_to_string(world.path("f")).ok().as_deref(), after);
        if after == Some("theirs") {
            assert_eq!(mode(&world.path("f")), 0o600);
        }
        assert!(!world.records().exists());
    }
}

#[tokio::test]
async fn what_moved_since_the_plan_is_left_alone() {
    let world = World::local().await;
    let fields = [("path", world.at("f")), ("content", "one".into())];
    let made = world.create("ssh_file", &fields).await.unwrap();
    fs::write(world.path("f"), "hands off").unwrap();
    let planned = made.made.attributes.with("content", "two".into());
    let action = Action::Update {
        prior: made.made.attributes.clone(),
        planned,
    };
    let operation = world.operation("ssh_file", made.id, action, made.made.private.clone());
    let failure = check_fails(world.apply(operation).await, "changed since the plan");
    assert_eq!(failure.certainty, provider::Certainty::NotDone);
    check_fails(
        world.delete_as(&made, made.made.clone()).await,
        "changed since the plan",
    );
    assert_eq!(fs::read_to_string(world.path("f")).unwrap(), "hands off");
    world.delete(&made).await.unwrap();
}

#[tokio::test]
async fn places_that_cannot_be_written_say_why() {
    let world = World::local().await;
    let file = |path: Value| [("path", path), ("content", "x".into())];
    check_fails(
        world.create("ssh_file", &file(world.at("no/such/f"))).await,
        "`ssh_directory`",
    );
    fs::create_dir(world.path("dir")).unwrap();
    check_fails(
        world.create("ssh_file", &file(world.at("dir"))).await,
        "is a directory",
    );
    symlink("/etc/passwd", world.path("link")).unwrap();
    check_fails(
        world.create("ssh_file", &file(world.at("link"))).await,
        "is a symbolic link",
    );
    let owner = [
        ("path", world.at("f")),
        ("content", "x".into()),
        ("owner", "nobody-here".into()),
    ];
    let failure = check_fails(world.create("ssh_file", &owner).await, "nobody-here");
    assert!(
        words(&failure.problem).contains("invalid user"),
        "{failure:?}"
    );
    assert!(!world.path("f").exists());
    assert!(!world.records().exists());
    assert_eq!(
        fs::read_dir(world.dir.path()).unwrap().count(),
        2,
        "no leftovers"
    );
}

#[tokio::test]
async fn a_token_that_was_done_is_answered_not_repeated() {
    let world = World::local().await;
    let fields = [("path", world.at("f")), ("content", "one".into())];
    let config = world.config("ssh_file", &fields);
    let id = model::ObjectId::random();
    let operation = world.creation("ssh_file", id, world.plan("ssh_file", &config, None, None));
    let first = world.apply(operation.clone()).await.unwrap();
    fs::write(world.path("f"), "changed since").unwrap();
    world.apply(operation.clone()).await.unwrap();
    assert_eq!(
        fs::read_to_string(world.path("f")).unwrap(),
        "changed since"
    );
    fs::write(world.path("f"), "one").unwrap();
    match world.find(&operation).await {
        FindAnswer::Found { made, .. } => assert_eq!(Some(made), first),
        other => panic!("{other:?}"),
    }
    let unheard = provider::Operation {
        token: model::Token::random(),
        ..operation
    };
    assert!(matches!(
        world.find(&unheard).await,
        FindAnswer::Found { .. }
    ));
}

#[tokio::test]
async fn what_was_never_begun_is_absent() {
    let world = World::local().await;
    fs::write(world.path("f"), "one").unwrap();
    let config = world.config(
        "ssh_file",
        &[("path", world.at("f")), ("content", "one".into())],
    );
    let answer = world.plan("ssh_file", &config, None, None);
    let operation = world.creation("ssh_file", model::ObjectId::random(), answer);
    assert!(matches!(world.find(&operation).await, FindAnswer::Absent));
}

#[tokio::test]
async fn another_owner_and_an_older_lease_are_refused() {
    let mut world = World::local().await;
    let fields = [("path", world.at("f")), ("content", "one".into())];
    let made = world.create("ssh_file", &fields).await.unwrap();
    let config = world.config("ssh_file", &fields);

    let operation = world.creation(
        "ssh_file",
        model::ObjectId::random(),
        world.plan("ssh_file", &config, None, None),
    );
    let failure = check_fails(
        world.apply(operation.clone()).await,
        "something else that Landfall",
    );
    assert!(words(&failure.problem).contains(&made.id.to_string()));

    let mine = world.lineage;
    world.lineage = model::Lineage::random();
    check_fails(
        world.create("ssh_file", &fields).await,
        "another state of Landfall",
    );
    world.lineage = mine;

    world.epoch = 5;
    world
        .update(&made, &[("path", world.at("f")), ("content", "two".into())])
        .await
        .unwrap();
    world.epoch = 4;
    check_fails(world.update(&made, &fields).await, "has seen epoch 5");
    assert_eq!(fs::read_to_string(world.path("f")).unwrap(), "two");
}

#[tokio::test]
async fn a_sealed_content_that_is_as_recorded_reads_as_recorded() {
    let world = World::local().await;
    let fields = [
        ("path", world.at("f")),
        ("content", secret("hunter2")),
        ("mode", "0600".into()),
    ];
    let mut made = world.create("ssh_file", &fields).await.unwrap();
    let attributes = made.made.attributes.with("content", sealed("hunter2"));
    made.made.attributes = attributes.with("content_sha256", sealed("digest"));
    let read = world.refreshed(&made).await;
    assert_eq!(read.made.attributes, made.made.attributes);
    fs::write(world.path("f"), "other").unwrap();
    let read = world.refreshed(&made).await;
    assert_eq!(read.made.attributes.get("content"), Some(&"other".into()));
}

#[tokio::test]
async fn many_files_in_one_batch_stay_in_order_and_one_failure_stops_no_other() {
    let world = World::local().await;
    let operation = |name: &str| {
        let fields = [("path", world.at(name)), ("content", name.into())];
        let config = world.config("ssh_file", &fields);
        let plan = world.plan("ssh_file", &config, None, None);
        world.creation("ssh_file", model::ObjectId::random(), plan)
    };
    let batch = vec![operation("a"), operation("no/b"), operation("c")];
    let outcomes = world.apply_all(batch).await;
    assert!(
        outcomes[0].is_ok() && outcomes[1].is_err() && outcomes[2].is_ok(),
        "{outcomes:?}"
    );
    assert!(world.path("c").exists());
}

#[tokio::test]
async fn what_somebody_took_away_is_made_again_and_leaves_no_record() {
    let world = World::local().await;
    let fields = |name: &str| [("path", world.at(name)), ("content", "x".into())];
    for name in ["f", "with blank", "back\\slash"] {
        world.create("ssh_file", &fields(name)).await.unwrap();
        fs::remove_file(world.path(name)).unwrap();
        // The core makes it anew, as another object.
        let again = world.create("ssh_file", &fields(name)).await.unwrap();
        world.delete(&again).await.unwrap();
        assert!(!world.records().exists(), "{name}");
    }
    // One that vanishes and is never made again goes with the last of the others.
    world.create("ssh_file", &fields("vanishes")).await.unwrap();
    let other = world.create("ssh_file", &fields("other")).await.unwrap();
    fs::remove_file(world.path("vanishes")).unwrap();
    world.delete(&other).await.unwrap();
    assert!(!world.records().exists());
}

#[tokio::test]
async fn a_secret_shows_nowhere_on_the_host() {
    let world = World::local().await;
    let word = "correct-horse-battery-staple";
    let coded = "Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ";
    let file = [
        ("path", world.at("f")),
        ("content", secret(word)),
        ("mode", "0600".into()),
    ];
    let environment = Value::map(model::Type::String, [("WORD", secret(word))]);
    let wait = format!("touch '{}'; sleep 1", world.path("running").display());
    let command = [
        ("command", wait.as_str().into()),
        ("environment", environment),
    ];
    let operation = |ty: &'static str, fields: &[(&str, Value)]| {
        let plan = world.plan(ty, &world.config(ty, fields), None, None);
        world.creation(ty, model::ObjectId::random(), plan)
    };
    let batch = vec![
        operation("ssh_file", &file),
        operation("ssh_command", &command),
    ];
    let running = world.path("running");
    let watch = std::thread::spawn(move || {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while !running.exists() {
            assert!(std::time::Instant::now() < deadline);
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let lines = fs::read_dir("/proc").unwrap().flatten();
        let lines = lines.filter_map(|e| fs::read(e.path().join("cmdline")).ok());
        lines
            .map(|l| String::from_utf8_lossy(&l).into_owned())
            .collect::<Vec<_>>()
    });
    let outcomes = world.apply_all(batch).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let lines = watch.join().unwrap();
    assert!(
        !lines.iter().any(|l| l.contains(word) || l.contains(coded)),
        "{lines:?}"
    );
    let found = std::process::Command::new("grep")
        .args([
            "-rlaF",
            "-e",
            word,
            "-e",
            coded,
            &world.dir.path().display().to_string(),
        ])
        .output()
        .unwrap();
    let found = String::from_utf8(found.stdout).unwrap();
    assert_eq!(
        found.trim(),
        world.path("f").display().to_string(),
        "only the file itself"
    );
}
