//! Who logs in over SSH, and by which key: a real sshd on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use model::Value;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};
use support::World;
use support::sshd::{Sshd, check_refused, check_works, run, world};

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
