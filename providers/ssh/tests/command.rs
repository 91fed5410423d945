//! `ssh_command` and `ssh_directory` on this machine, and what becomes of a run that is cut off.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use model::{Token, Type, Value};
use provider::{Action, FindAnswer, Operation, ReadAnswer, answers};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};
use support::sshd::Sshd;
use support::{World, check_fails, secret, words};

fn poll(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn count(world: &World, name: &str) -> usize {
    fs::read_to_string(world.path(name))
        .unwrap_or_default()
        .lines()
        .count()
}

#[tokio::test]
async fn a_command_is_run_once_with_its_environment_and_undone() {
    let world = World::local().await;
    let environment = Value::map(Type::String, [("WORD", secret("it's $HOME"))]);
    let fields = [
        (
            "command",
            "pwd >>log; printf '%s\\n' \"$WORD\" >>log; cat >>log".into(),
        ),
        ("undo", "echo undone >>log".into()),
        ("environment", environment),
        ("working_dir", world.at(""))
            .1
            .as_str()
            .map_or(("working_dir", Value::NULL), |p| {
                ("working_dir", p.trim_end_matches('/').into())
            }),
    ];
    let made = world.create("ssh_command", &fields).await.unwrap();
    let here = world.dir.path().display().to_string();
    assert_eq!(
        fs::read_to_string(world.path("log")).unwrap(),
        format!("{here}\nit's $HOME\n")
    );
    assert_eq!(
        world.refreshed(&made).await.made.attributes,
        made.made.attributes
    );
    assert_eq!(count(&world, "log"), 2, "reading runs nothing");
    let mut changed = fields.clone();
    changed[1].1 = "echo undone otherwise >>log".into();
    let made = world.update(&made, &changed).await.unwrap();
    assert_eq!(count(&world, "log"), 2, "another undo runs nothing");
    world.delete(&made).await.unwrap();
    assert!(
        fs::read_to_string(world.path("log"))
            .unwrap()
            .ends_with("undone otherwise\n")
    );
    assert!(!world.records().exists());
}

#[tokio::test]
async fn creates_and_check_make_a_command_needless() {
    let world = World::local().await;
    let path = world.path("flag").display().to_string();
    let run = format!("echo x >>'{}'; touch '{path}'", world.path("log").display());
    for (name, value) in [
        ("creates", path.clone()),
        ("check", format!("test -e '{path}'")),
    ] {
        let fields = [
            ("command", run.as_str().into()),
            (name, value.as_str().into()),
        ];
        let _ = fs::remove_file(world.path("flag"));
        let before = count(&world, "log");
        let made = world.create("ssh_command", &fields).await.unwrap();
        assert_eq!(count(&world, "log"), before + 1, "{name}");
        world.delete(&made).await.unwrap();
        let made = world.create("ssh_command", &fields).await.unwrap();
        assert_eq!(count(&world, "log"), before + 1, "{name}");
        fs::remove_file(world.path("flag")).unwrap();
        let gone = matches!(world.read(&made).await, ReadAnswer::Absent);
        assert_eq!(gone, name == "creates");
        world.delete(&made).await.unwrap();
    }
}

#[tokio::test]
async fn a_command_that_fails_tells_its_last_words_but_no_secret() {
    let world = World::local().await;
    let environment = Value::map(Type::String, [("PASSWORD", "hunter2hunter2".into())]);
    let fields = [
        (
            "command",
            "echo \"bad password $PASSWORD\" >&2; exit 3".into(),
        ),
        ("environment", environment),
    ];
    let failure = check_fails(world.create("ssh_command", &fields).await, "exit code 3");
    let words = words(&failure.problem);
    assert!(words.contains("bad password (sensitive)"), "{words}");
    assert!(failure.partial.is_some(), "it may have done a part");
}

#[tokio::test]
async fn a_command_that_takes_too_long_is_stopped() {
    let world = World::local().await;
    let config = world.config("ssh_command", &[("command", "sleep 60".into())]);
    let plan = world.plan("ssh_command", &config, None, None);
    let mut operation = world.creation("ssh_command", model::ObjectId::random(), plan);
    operation.timeout_ms = 1000;
    let begun = Instant::now();
    check_fails(world.apply(operation).await, "did not end in time");
    assert!(begun.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn a_command_that_leaves_something_behind_ends_all_the_same() {
    let world = World::local().await;
    let log = world.path("pid").display().to_string();
    let run = format!("sleep 30 & echo $! >'{log}'");
    let begun = Instant::now();
    let made = world
        .create("ssh_command", &[("command", run.as_str().into())])
        .await
        .unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10));
    world.delete(&made).await.unwrap();
    let pid = fs::read_to_string(world.path("pid")).unwrap();
    Command::new("kill").arg(pid.trim()).status().unwrap();
}

/// A batch of a slow command, a second one and a file; the client goes away in the first.
async fn cut_off(world: &World) -> Vec<Operation> {
    let line = |name: &str| format!("echo x >>'{}'", world.path(name).display());
    let commands = [
        format!("{}; sleep 2; {}", line("first"), line("first")),
        line("second"),
    ];
    let mut batch: Vec<Operation> = Vec::new();
    for command in commands {
        let config = world.config("ssh_command", &[("command", command.as_str().into())]);
        let plan = world.plan("ssh_command", &config, None, None);
        batch.push(world.creation("ssh_command", model::ObjectId::random(), plan));
    }
    let config = world.config(
        "ssh_file",
        &[("path", world.at("f")), ("content", "x".into())],
    );
    let plan = world.plan("ssh_file", &config, None, None);
    batch.push(world.creation("ssh_file", model::ObjectId::random(), plan));
    batch
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_client_is_settled_and_nothing_runs_twice() {
    let sshd = Sshd::start();
    let world = World::on(sshd.host(&[]), &sshd.config()).await;
    let batch = cut_off(&world).await;
    let (sender, _receiver) = answers();
    let (connection, sent) = (world.connection.clone(), batch.clone());
    let client = tokio::spawn(async move { connection.apply(sent, sender).await });
    poll("the first command runs", || count(&world, "first") == 1);
    client.abort();
    let _ = client.await;
    // Its connection ends with the client: as if it had been killed.
    world.connection.close().await;

    let found = world.find(&batch[0]).await;
    assert!(
        matches!(found, FindAnswer::Found { .. }),
        "waits for it: {found:?}"
    );
    assert_eq!(count(&world, "first"), 2, "it came to its end by itself");
    for operation in &batch[1..] {
        let found = world.find(operation).await;
        assert!(
            matches!(found, FindAnswer::Absent),
            "never begun: {found:?}"
        );
    }
    assert_eq!(count(&world, "second"), 0);
    let again = world.apply_all(batch).await;
    assert!(again.iter().all(Result::is_ok), "{again:?}");
    assert_eq!((count(&world, "first"), count(&world, "second")), (2, 1));
    assert!(world.path("f").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_runner_leaves_a_command_unclear_and_it_is_not_repeated() {
    let world = World::local().await;
    let line = format!("echo x >>'{}'", world.path("log").display());
    // The runner is the parent of what runs the command.
    let command = format!("{line}; kill -9 $(ps -o ppid= -p $PPID | tr -d ' '); sleep 1");
    let config = world.config("ssh_command", &[("command", command.as_str().into())]);
    let plan = world.plan("ssh_command", &config, None, None);
    let operation = world.creation("ssh_command", model::ObjectId::random(), plan);
    let failure = world.apply(operation.clone()).await.unwrap_err();
    assert_eq!(
        failure.certainty,
        provider::Certainty::Unknown,
        "{failure:?}"
    );
    poll("the command ended", || count(&world, "log") == 1);
    let found = world.find(&operation).await;
    assert!(matches!(found, FindAnswer::Unclear(_)), "{found:?}");
    let again = world.apply(operation).await;
    check_fails(again, "nobody knows how it ended");
    assert_eq!(count(&world, "log"), 1);
}

#[tokio::test]
async fn a_file_whose_writing_was_cut_off_is_settled_by_what_stands_there() {
    let world = World::local().await;
    let fields = [("path", world.at("f")), ("content", "whole".into())];
    let made = world.create("ssh_file", &fields).await.unwrap();
    let config = world.config("ssh_file", &fields);
    let plan = world.plan("ssh_file", &config, None, None);
    let operation = world.creation("ssh_file", made.id, plan);
    // As a runner leaves it that was killed: begun, not ended.
    let lineage = world.records().join(world.lineage.to_string());
    let record = lineage.join("ops").join(operation.token.to_string());
    fs::write(&record, "start 1 x ssh_file\n").unwrap();
    fs::remove_file(
        lineage
            .join("objects")
            .join(made.id.to_string())
            .join("ready"),
    )
    .unwrap();
    assert!(matches!(
        world.find(&operation).await,
        FindAnswer::Found { .. }
    ));
    fs::write(world.path("f"), "half").unwrap();
    assert!(matches!(
        world.find(&operation).await,
        FindAnswer::Incomplete { .. }
    ));
    fs::remove_file(world.path("f")).unwrap();
    assert!(matches!(world.find(&operation).await, FindAnswer::Absent));
    // What was begun and never finished leaves its place to the next.
    let next = world.create("ssh_file", &fields).await.unwrap();
    world.delete(&next).await.unwrap();
    assert!(!world.path("f").exists());
}

#[tokio::test]
async fn a_directory_is_made_changed_and_goes_when_it_is_empty() {
    let world = World::local().await;
    let fields = |mode: &str| [("path", world.at("d")), ("mode", mode.into())];
    let mode = || fs::metadata(world.path("d")).unwrap().permissions().mode() & 0o7777;
    let made = world
        .create("ssh_directory", &fields("0750"))
        .await
        .unwrap();
    assert_eq!(mode(), 0o750);
    assert_eq!(world.refreshed(&made).await.made, made.made);
    let made = world.update(&made, &fields("2755")).await.unwrap();
    assert_eq!(mode(), 0o2755);
    fs::write(world.path("d/theirs"), "x").unwrap();
    world.delete(&made).await.unwrap();
    assert!(world.path("d/theirs").exists(), "what is not ours stays");

    check_fails(
        world.create("ssh_directory", &fields("0700")).await,
        "differs in `mode`",
    );
    let adopt = [fields("0700").to_vec(), vec![("existing", "adopt".into())]].concat();
    let made = world.create("ssh_directory", &adopt).await.unwrap();
    assert_eq!(mode(), 0o700);
    world.delete(&made).await.unwrap();
    assert_eq!(mode(), 0o2755, "put back as it was");
    fs::remove_file(world.path("d/theirs")).unwrap();
    let made = world
        .create("ssh_directory", &fields("2755"))
        .await
        .unwrap();
    world.delete(&made).await.unwrap();
    assert!(world.path("d").exists(), "it was there before");
    assert!(!world.records().exists());
}

#[tokio::test]
async fn a_file_in_a_directory_of_the_same_batch() {
    let world = World::local().await;
    let operation = |ty: &'static str, fields: &[(&str, Value)]| {
        let plan = world.plan(ty, &world.config(ty, fields), None, None);
        world.creation(ty, model::ObjectId::random(), plan)
    };
    let batch = vec![
        operation("ssh_directory", &[("path", world.at("d"))]),
        operation(
            "ssh_file",
            &[("path", world.at("d/f")), ("content", "x".into())],
        ),
    ];
    let outcomes = world.apply_all(batch.clone()).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let deletions: Vec<_> = batch
        .iter()
        .zip(&outcomes)
        .rev()
        .map(|(o, outcome)| {
            let made = outcome.clone().unwrap().unwrap();
            let action = Action::Delete {
                prior: made.attributes,
            };
            Operation {
                token: Token::random(),
                action,
                private: made.private,
                ..o.clone()
            }
        })
        .collect();
    let outcomes = world.apply_all(deletions).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert!(!world.path("d").exists() && !world.records().exists());
}
