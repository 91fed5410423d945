//! The transport `ssh` against a real sshd on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use model::Value;
use provider::{ReadAnswer, ReadRequest};
use std::fs;
use std::process::Command;
use support::sshd::{Sshd, check_refused, check_works, file, run, world};
use support::{check_fails, words};

#[tokio::test]
async fn through_a_jump_host_that_is_checked_too() {
    let (jump, sshd) = (Sshd::start(), Sshd::start());
    let known = fs::read_to_string(jump.at("known_hosts")).unwrap();
    let own = fs::read_to_string(sshd.at("known_hosts")).unwrap();
    fs::write(sshd.at("known_hosts"), format!("{own}{known}")).unwrap();
    let through = world(&sshd, &[("jump_host", jump.host(&[]))]).await;
    check_works(&through).await;
    assert_eq!(jump.count(), 0, "nothing is run on the jump host");

    fs::write(sshd.at("known_hosts"), own).unwrap();
    let through = world(&sshd, &[("jump_host", jump.host(&[]))]).await;
    check_refused(&through, &["is not known", "jump host"]).await;
}

#[tokio::test]
async fn becomes_root_by_sudo_or_says_why_not() {
    let sshd = Sshd::start();
    let become_root = [("become", true.into())];
    if Command::new("sudo").arg("-V").output().is_ok() {
        check_works(&world(&sshd, &become_root).await).await;
    }
    let sudo = sshd.at("bin").join("sudo");
    fs::write(
        &sudo,
        "#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n",
    )
    .unwrap();
    run(&["chmod", "755", &sudo.display().to_string()]);
    let refused = world(&sshd, &become_root).await;
    check_refused(
        &refused,
        &[
            "could not become root",
            "a password is required",
            "NOPASSWD",
        ],
    )
    .await;
}

#[tokio::test]
async fn who_does_not_get_in_or_become_root_hears_so_before_the_first_change() {
    let sshd = Sshd::start();
    fs::write(
        sshd.at("bin").join("sudo"),
        "#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n",
    )
    .unwrap();
    run(&["chmod", "755", &sshd.at("bin/sudo").display().to_string()]);
    let stranger = [("user", "nobody-such".into())];
    for (fields, expected) in [
        ([("become", true.into())], "could not become root"),
        (stranger, "lets nobody in as nobody-such"),
    ] {
        let world = world(&sshd, &fields).await;
        let config = world.config("ssh_file", &file(&world));
        let plan = world.plan("ssh_file", &config, None, None);
        let change = world.creation("ssh_file", model::ObjectId::random(), plan);
        let foreseen = world.connection.preflight(&[change]).await;
        assert_eq!(foreseen.len(), 1, "{foreseen:?}");
        let said = words(&foreseen[0].problem);
        assert!(said.contains(expected), "{said}");
    }
    let world = world(&sshd, &[]).await;
    let before = sshd.count();
    let config = world.config("ssh_file", &file(&world));
    let change = || {
        let plan = world.plan("ssh_file", &config, None, None);
        world.creation("ssh_file", model::ObjectId::random(), plan)
    };
    assert_eq!(world.connection.preflight(&[change(), change()]).await, []);
    assert_eq!(sshd.count(), before + 1, "one exec a host");
}

#[tokio::test]
async fn an_unknown_host_is_refused_with_its_fingerprint() {
    let sshd = Sshd::start();
    fs::write(sshd.at("known_hosts"), "").unwrap();
    check_refused(
        &world(&sshd, &[]).await,
        &["is not known", "SHA256:", "ssh-keyscan"],
    )
    .await;
}

#[tokio::test]
async fn a_changed_host_key_is_refused_with_both_fingerprints() {
    let (sshd, other) = (Sshd::start(), Sshd::start());
    sshd.know(&other.host_key());
    let expected = [
        "is not the one that is known",
        "it shows",
        "expected",
        "ssh-keygen -f",
    ];
    check_refused(&world(&sshd, &[]).await, &expected).await;
    let pinned = [("host_key", other.host_key().into())];
    check_refused(
        &world(&sshd, &pinned).await,
        &["is not the one that is known"],
    )
    .await;
    assert_eq!(sshd.count(), 0);
}

#[tokio::test]
async fn a_host_that_is_known_by_another_kind_of_key_is_refused_in_other_words() {
    let sshd = Sshd::start();
    let rsa = sshd.at("rsa").display().to_string();
    run(&[
        "ssh-keygen",
        "-q",
        "-t",
        "rsa",
        "-b",
        "2048",
        "-N",
        "",
        "-f",
        &rsa,
    ]);
    let key = fs::read_to_string(sshd.at("rsa.pub")).unwrap();
    let key = key.split(' ').take(2).collect::<Vec<_>>().join(" ");
    sshd.know(&key);
    let expected = [
        "is known as ssh-rsa only",
        "it shows ssh-ed25519",
        "ssh-keyscan",
    ];
    check_refused(&world(&sshd, &[]).await, &expected).await;
    let pinned = world(&sshd, &[("host_key", key.into())]).await;
    check_refused(&pinned, &["is known as ssh-rsa only", "ed25519_key.pub"]).await;
}

#[tokio::test]
async fn a_revoked_host_key_is_refused() {
    let sshd = Sshd::start();
    let known = fs::read_to_string(sshd.at("known_hosts")).unwrap();
    fs::write(
        sshd.at("known_hosts"),
        format!("{known}@revoked * {}\n", sshd.host_key()),
    )
    .unwrap();
    check_refused(&world(&sshd, &[]).await, &["is revoked"]).await;
}

#[tokio::test]
async fn who_does_not_listen_is_unreachable() {
    let sshd = Sshd::start();
    let world = world(&sshd, &[("port", Value::int(1))]).await;
    let proposed = world.proposed("ssh_file", &world.config("ssh_file", &file(&world)), None);
    match world.look("ssh_file", &proposed).await {
        ReadAnswer::Unreachable(problem) => {
            let words = words(&problem);
            assert!(
                words.contains("127.0.0.1 port 1: Connection refused"),
                "{words}"
            );
            assert!(words.contains("no sshd listens there"), "{words}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn many_things_are_read_by_one_program() {
    let sshd = Sshd::start();
    let world = world(&sshd, &[]).await;
    let mut batch = Vec::new();
    for i in 0..60 {
        let name = format!("f{i}");
        fs::write(world.path(&name), format!("content {i}")).unwrap();
        let fields = [("path", world.at(&name)), ("content", "x".into())];
        let attributes = world.proposed("ssh_file", &world.config("ssh_file", &fields), None);
        batch.push(ReadRequest {
            ty: "ssh_file".into(),
            attributes,
            private: Vec::new(),
            all: false,
            lineage: world.lineage,
            object: None,
        });
    }
    world.connection.read(batch[..1].to_vec()).await;
    let before = sshd.count();
    let answers = world.connection.read(batch).await;
    assert_eq!(sshd.count() - before, 1, "one program");
    for (i, answer) in answers.iter().enumerate() {
        let ReadAnswer::Present { made, .. } = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(
            made.attributes.get("content"),
            Some(&format!("content {i}").into())
        );
    }
}

#[tokio::test]
async fn more_at_once_than_sshd_has_sessions() {
    let sshd = Sshd::start();
    let world = world(&sshd, &[]).await;
    let proposed = world.proposed("ssh_file", &world.config("ssh_file", &file(&world)), None);
    let looks = (0..30).map(|_| world.look("ssh_file", &proposed));
    let answers = futures::future::join_all(looks).await;
    assert!(
        answers.iter().all(|a| matches!(a, ReadAnswer::Absent)),
        "{answers:?}"
    );
}

#[tokio::test]
async fn more_handshakes_at_once_than_sshd_takes() {
    let sshd = Sshd::start();
    let worlds = futures::future::join_all((0..20).map(|_| world(&sshd, &[]))).await;
    let looks = worlds.iter().map(|w| async {
        let proposed = w.proposed("ssh_file", &w.config("ssh_file", &file(w)), None);
        w.look("ssh_file", &proposed).await
    });
    let answers = futures::future::join_all(looks).await;
    assert!(
        answers.iter().all(|a| matches!(a, ReadAnswer::Absent)),
        "{answers:?}"
    );
}

#[tokio::test]
async fn a_connection_that_was_lost_is_made_anew() {
    let sshd = Sshd::start();
    let world = world(&sshd, &[]).await;
    let made = world.create("ssh_file", &file(&world)).await.unwrap();
    // The sshd processes of this connection are children of the one that listens.
    let children = Command::new("pgrep")
        .args(["-P", &sshd.pid().to_string()])
        .output()
        .unwrap();
    for pid in String::from_utf8(children.stdout)
        .unwrap()
        .split_whitespace()
    {
        run(&["kill", pid]);
    }
    assert_eq!(world.refreshed(&made).await.made, made.made);
}

#[tokio::test]
async fn facts_are_told() {
    let sshd = Sshd::start();
    let world = world(&sshd, &[]).await;
    let config = Value::object([("host", world.host.clone())]);
    let request = provider::DataRequest {
        ty: "ssh_facts".into(),
        config,
    };
    let facts = world
        .connection
        .data(vec![request])
        .await
        .remove(0)
        .unwrap();
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    assert_eq!(facts.get("kernel"), Some(&release.trim().into()));
    assert_eq!(facts.get("os"), Some(&"debian".into()));
    assert!(
        facts
            .get("cpus")
            .and_then(Value::as_i64)
            .is_some_and(|n| n > 0)
    );
    assert!(
        facts
            .get("memory")
            .and_then(Value::as_i64)
            .is_some_and(|n| n > 1 << 20)
    );
    assert!(facts.get("addresses").and_then(Value::as_items).is_some());
    check_fails(
        Err::<(), _>(provider::Failure::refused(
            world
                .connection
                .data(vec![provider::DataRequest {
                    ty: "ssh_moon".into(),
                    config: facts,
                }])
                .await
                .remove(0)
                .unwrap_err(),
        )),
        "no data source `ssh_moon`",
    );
}
