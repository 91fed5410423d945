//! The transport `ssh` against a real sshd on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use model::Value;
use provider::{ReadAnswer, ReadRequest};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};
use support::sshd::{Sshd, run};
use support::{World, check_fails, words};

async fn world(sshd: &Sshd, fields: &[(&str, Value)]) -> World {
    World::on(sshd.host(fields), &sshd.config()).await
}

fn file(world: &World) -> [(&'static str, Value); 2] {
    [("path", world.at("f")), ("content", "over ssh\n".into())]
}

/// A file goes there and comes back.
async fn check_works(world: &World) {
    let made = world.create("ssh_file", &file(world)).await.unwrap();
    assert_eq!(fs::read_to_string(world.path("f")).unwrap(), "over ssh\n");
    assert_eq!(world.refreshed(&made).await.made, made.made);
    world.delete(&made).await.unwrap();
    assert!(!world.path("f").exists());
    world.connection.close().await;
}

async fn check_refused(world: &World, expected: &[&str]) {
    let failure = world.create("ssh_file", &file(world)).await.unwrap_err();
    let words = words(&failure.problem);
    for part in expected {
        assert!(words.contains(part), "expected {part:?} in:\n{words}");
    }
    assert!(!world.path("f").exists());
}

#[tokio::test]
async fn by_a_key_file() {
    let sshd = Sshd::start();
    check_works(&world(&sshd, &[]).await).await;
}

#[tokio::test]
async fn by_a_key_in_the_host_value_and_a_pinned_host_key() {
    let sshd = Sshd::start();
    fs::remove_file(sshd.at("known_hosts")).unwrap();
    let key = fs::read_to_string(sshd.at("user_key")).unwrap();
    let fields = [
        ("identity", Value::NULL),
        ("private_key", support::secret(&key)),
        ("host_key", sshd.host_key().into()),
    ];
    check_works(&world(&sshd, &fields).await).await;
}

/// Another key of the user's, which the sshd knows.
fn another_key(sshd: &Sshd, words: &[&str]) -> Value {
    let key = sshd.at("another_key").display().to_string();
    run(&[&["ssh-keygen", "-q", "-f", &key], words].concat());
    fs::copy(sshd.at("another_key.pub"), sshd.at("authorized_keys")).unwrap();
    key.into()
}

#[tokio::test]
async fn by_rsa_key_files_of_all_forms() {
    for (form, bits) in [
        ("RFC4716", "2048"),
        ("RFC4716", "3072"),
        ("PEM", "2048"),
        ("PKCS8", "2048"),
    ] {
        let sshd = Sshd::start();
        let key = another_key(&sshd, &["-t", "rsa", "-b", bits, "-m", form, "-N", ""]);
        check_works(&world(&sshd, &[("identity", key)]).await).await;
    }
}

#[tokio::test]
async fn rsa_signs_by_what_the_host_takes_but_never_by_sha_1() {
    let words = ["-t", "rsa", "-b", "2048", "-N", ""];
    let sshd = Sshd::with("PubkeyAcceptedAlgorithms rsa-sha2-256");
    let key = another_key(&sshd, &words);
    check_works(&world(&sshd, &[("identity", key)]).await).await;
    let sshd = Sshd::with("PubkeyAcceptedAlgorithms ssh-rsa");
    let key = another_key(&sshd, &words);
    let refused = world(&sshd, &[("identity", key)]).await;
    check_refused(
        &refused,
        &[
            "by rsa-sha2-512",
            "by rsa-sha2-256",
            "RSA by SHA-1 only",
            "Ed25519",
        ],
    )
    .await;
}

#[tokio::test]
async fn a_key_with_a_passphrase_is_for_the_agent() {
    let sshd = Sshd::start();
    for (kind, form) in [
        ("ed25519", "RFC4716"),
        ("rsa", "PEM"),
        ("rsa", "PKCS8"),
        ("rsa", "RFC4716"),
    ] {
        let _ = fs::remove_file(sshd.at("another_key"));
        let key = another_key(&sshd, &["-t", kind, "-m", form, "-N", "a passphrase"]);
        let refused = world(&sshd, &[("identity", key)]).await;
        check_refused(
            &refused,
            &[
                "another_key can't be used: it needs a passphrase",
                "ssh-add",
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn what_is_no_key_is_refused_with_what_would_be_one() {
    let sshd = Sshd::start();
    fs::write(
        sshd.at("no_key"),
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
    )
    .unwrap();
    let key = sshd.at("no_key").display().to_string().into();
    let refused = world(&sshd, &[("identity", key)]).await;
    check_refused(&refused, &["no_key can't be used", "Ed25519, ECDSA or RSA"]).await;
}

/// An agent of the test's own, which holds one key.
struct Agent(std::process::Child);

impl Agent {
    fn with(sshd: &Sshd, key: &str) -> (Agent, String) {
        let socket = sshd.at("agent").display().to_string();
        let agent = Command::new("ssh-agent")
            .args(["-D", "-a", &socket])
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let agent = Agent(agent);
        let deadline = Instant::now() + Duration::from_secs(5);
        while !sshd.at("agent").exists() {
            assert!(Instant::now() < deadline);
            std::thread::sleep(Duration::from_millis(20));
        }
        let added = Command::new("ssh-add")
            .args(["-q", key])
            .env("SSH_AUTH_SOCK", &socket)
            .status()
            .unwrap();
        assert!(added.success());
        (agent, socket)
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn by_the_agent() {
    for kind in ["ed25519", "rsa"] {
        let sshd = Sshd::start();
        let key = another_key(&sshd, &["-t", kind, "-N", ""]);
        let (_agent, socket) = Agent::with(&sshd, key.as_str().unwrap());
        let mut config = sshd.config();
        config.push(("agent", socket.into()));
        let world = World::on(sshd.host(&[("identity", Value::NULL)]), &config).await;
        check_works(&world).await;
    }
}

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

/// A world on a host that ssh's configuration knows, by the name `web`.
async fn named(sshd: &Sshd, config: &str, fields: &[(&str, Value)]) -> World {
    let path = sshd.at("ssh_config");
    fs::write(&path, config).unwrap();
    let mut all = vec![("address", "web".into())];
    all.extend(fields.iter().cloned());
    let config = [("ssh_config", path.display().to_string().into())];
    World::on(support::host(&all), &config).await
}

#[tokio::test]
async fn by_what_the_configuration_of_ssh_says() {
    let (jump, sshd) = (Sshd::start(), Sshd::start());
    let known = fs::read_to_string(jump.at("known_hosts")).unwrap();
    let own = fs::read_to_string(sshd.at("known_hosts")).unwrap();
    fs::write(sshd.at("known_hosts"), format!("{own}{known}")).unwrap();
    let at = |name: &str| sshd.at(name).display().to_string();
    let blocks = |user: &str| {
        format!(
            "Host web\n  Port {}\n  User {user}\n  IdentityFile {}\n\
             Host bastion\n  Port {}\n  IdentityFile {}\n\
             Host *\n  HostName 127.0.0.1\n  UserKnownHostsFile {}\n  IdentitiesOnly yes\n  \
             ProxyJump bastion\n",
            sshd.port,
            at("user_key"),
            jump.port,
            jump.at("user_key").display(),
            at("known_hosts"),
        )
    };
    check_works(&named(&sshd, &blocks("root"), &[]).await).await;
    // What the host value says counts, and nothing else is asked.
    let fields = [("user", "root".into()), ("jump_host", jump.host(&[]))];
    check_works(&named(&sshd, &blocks("nobody-such"), &fields).await).await;
    let refused = named(&sshd, &blocks("nobody-such"), &[]).await;
    check_refused(&refused, &["lets nobody in as nobody-such", "user_key"]).await;
    let keyless = blocks("root").replace("user_key", "host_key");
    let refused = named(&sshd, &keyless, &[]).await;
    check_refused(&refused, &["host_key", "lets nobody in"]).await;
}

#[tokio::test]
async fn what_the_configuration_of_ssh_can_not_do_here_is_told() {
    let sshd = Sshd::start();
    let refused = named(&sshd, "Host web\n  ProxyCommand nc %h %p\n", &[]).await;
    check_refused(
        &refused,
        &["ssh_config line 2", "ProxyCommand", "jump_host"],
    )
    .await;
    let refused = named(&sshd, "Port none\n", &[]).await;
    check_refused(&refused, &["ssh_config line 1", "no port"]).await;
}

#[tokio::test]
async fn an_alias_stands_for_the_name_in_known_hosts() {
    let sshd = Sshd::start();
    fs::write(
        sshd.at("known_hosts"),
        format!("cluster {}\n", sshd.host_key()),
    )
    .unwrap();
    let config = format!(
        "HostName 127.0.0.1\nPort {}\nIdentityFile {}\nUserKnownHostsFile none {}\nHostKeyAlias cluster\n",
        sshd.port,
        sshd.at("user_key").display(),
        sshd.at("known_hosts").display()
    );
    check_works(&named(&sshd, &config, &[]).await).await;
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
async fn a_refused_key_says_what_was_tried() {
    let (sshd, other) = (Sshd::start(), Sshd::start());
    let identity = other.at("user_key").display().to_string();
    let world = world(&sshd, &[("identity", identity.as_str().into())]).await;
    check_refused(
        &world,
        &["lets nobody in as root", &identity, "authorized_keys"],
    )
    .await;
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
