//! What the configuration of ssh says of a real sshd on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use model::Value;
use std::fs;
use support::World;
use support::sshd::{Sshd, check_refused, check_works};

/// A world on a host that ssh's configuration knows, by the name `web`.
async fn named(sshd: &Sshd, config: &str, fields: &[(&str, Value)]) -> World {
    let path = sshd.at("ssh_config");
    fs::write(&path, config).unwrap();
    let mut all = vec![("address", "web".into())];
    all.retain(|(n, _)| fields.iter().all(|(f, _)| f != n));
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
async fn a_host_value_that_says_all_is_not_asked_about() {
    let sshd = Sshd::start();
    let fields = [
        ("id", "machine-1".into()),
        ("address", "127.0.0.1".into()),
        ("port", Value::int(sshd.port.into())),
        ("user", "root".into()),
        ("identity", sshd.at("user_key").display().to_string().into()),
        ("host_key", sshd.host_key().into()),
    ];
    let for_all = "Host *\n  ProxyJump bastion\n  HostName elsewhere.invalid\n";
    check_works(&named(&sshd, for_all, &fields).await).await;
    let refused = named(&sshd, for_all, &fields[1..]).await;
    check_refused(&refused, &["elsewhere.invalid"]).await;
}
