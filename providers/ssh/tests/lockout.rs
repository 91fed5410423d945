//! Changes that would lock their owner out of a machine: the machine puts them back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use model::Value;
use provider::{FindAnswer, Operation};
use std::time::{Duration, Instant};
use support::machine::{Machine, possible};
use support::{Object, World, check_fails};

const BACK: &str = "put back because no new connection could be made";

fn file(path: &str, content: &str) -> [(&'static str, Value); 2] {
    [("path", path.into()), ("content", content.into())]
}

fn creation(world: &World, ty: &'static str, fields: &[(&str, Value)]) -> Operation {
    let config = world.config(ty, fields);
    let answer = world.plan(ty, &config, None, None);
    world.creation(ty, model::ObjectId::random(), answer)
}

/// Nothing of a trial is left on the machine.
fn check_disarmed(machine: &Machine) {
    let left = "ls -d /var/lib/landfall/armed* /etc/systemd/system/landfall-armed* \
                /etc/systemd/system/multi-user.target.wants/landfall-armed* 2>/dev/null || true";
    assert_eq!(machine.run(left), "");
}

/// A world that logs in as another user than the test does.
async fn as_admin(machine: &Machine) -> World {
    machine.run(
        "useradd -m admin && cp -r /root/.ssh /home/admin/ && chown -R admin: /home/admin && \
         echo 'admin ALL=(root) NOPASSWD: /bin/sh' >/etc/sudoers.d/admin && command -v sudo",
    );
    let mut world = machine.world().await;
    world.host = machine
        .host()
        .with("user", "admin".into())
        .with("become", true.into());
    world
}

/// Begins a change that locks Landfall out, and lets nobody prove it.
async fn arm(world: &World, machine: &Machine, change: Operation) {
    let connection = world.connection.clone();
    let client = tokio::spawn(async move {
        let (sender, _receiver) = provider::answers();
        connection.apply(vec![change], sender).await;
    });
    let deadline = Instant::now() + Duration::from_secs(20);
    while !machine
        .try_run("test -d /var/lib/landfall/armed && test -e /etc/ssh/sshd_config.d/z.conf")
    {
        assert!(Instant::now() < deadline, "it was never armed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    client.abort();
    let _ = client.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_armed_when_the_machine_went_down_is_put_back_when_it_starts() {
    if !possible() {
        return;
    }
    let mut machine = Machine::new("armed").await;
    let world = as_admin(&machine).await;
    let fields = file("/etc/ssh/sshd_config.d/z.conf", "DenyUsers admin\n");
    let locking = creation(&world, "ssh_file", &fields);
    arm(&world, &machine, locking.clone()).await;
    let enabled = "systemctl is-enabled landfall-armed.service";
    assert_eq!(machine.run(enabled), "enabled\n");
    machine.restart().await;
    let deadline = Instant::now() + Duration::from_secs(30);
    while !machine.try_run("test ! -e /etc/ssh/sshd_config.d/z.conf") {
        assert!(Instant::now() < deadline, "it was not put back");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    check_disarmed(&machine);
    // It is in effect: Landfall gets in, and hears that it was put back.
    let mut again = machine.world().await;
    again.host = machine
        .host()
        .with("user", "admin".into())
        .with("become", true.into());
    again.lineage = world.lineage;
    let found = again.find(&locking).await;
    assert!(matches!(found, FindAnswer::Absent), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sshd_is_started_with_and_the_packages_that_let_in_are_guarded() {
    if !possible() {
        return;
    }
    let machine = Machine::new("ways-in").await;
    let world = machine.world().await;
    let drop_in = "/etc/systemd/system/ssh.service.d/x.conf";
    let directory = [("path", "/etc/systemd/system/ssh.service.d".into())];
    let directory = world.create("ssh_directory", &directory).await.unwrap();
    let good = file(drop_in, "[Service]\nEnvironment=HARMLESS=1\n");
    let good = world.create("ssh_file", &good).await;
    let good: Object = good.unwrap_or_else(|f| panic!("{}", support::words(&f.problem)));
    assert!(
        machine
            .run("systemctl show ssh -p Environment")
            .contains("HARMLESS=1")
    );
    let broken = "[Service]\nExecStart=\nExecStart=/bin/false\n";
    let failed = world.update(&good, &file(drop_in, broken)).await;
    check_fails(failed, "did not take effect in sshd");
    assert!(machine.run(&format!("cat {drop_in}")).contains("HARMLESS"));
    assert_eq!(machine.run("systemctl is-active ssh"), "active\n");
    let elsewhere = "[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -D -p 2244\n";
    check_fails(world.update(&good, &file(drop_in, elsewhere)).await, BACK);
    assert!(machine.run(&format!("cat {drop_in}")).contains("HARMLESS"));
    world.delete(&good).await.unwrap();
    world.delete(&directory).await.unwrap();
    check_disarmed(&machine);

    machine.run(
        "set -e; mkdir -p /srv/repo/anti/DEBIAN; cd /srv/repo
         printf 'Package: anti-ssh\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x.invalid>\n' \
           >anti/DEBIAN/control
         printf 'Conflicts: openssh-server\nDescription: x\n' >>anti/DEBIAN/control
         dpkg-deb -b anti anti.deb >/dev/null
         { cat anti/DEBIAN/control; echo Filename: ./anti.deb; echo Size: $(stat -c %s anti.deb)
           echo SHA256: $(sha256sum anti.deb | cut -d ' ' -f 1); } >Packages
         echo 'deb [trusted=yes] file:/srv/repo ./' >/etc/apt/sources.list
         rm -rf /etc/apt/sources.list.d/*; apt-get update -q >/dev/null",
    );
    let anti = world
        .create("ssh_package", &[("name", "anti-ssh".into())])
        .await;
    let failure = check_fails(anti, "apt would take away what Landfall needs");
    assert!(support::words(&failure.problem).contains("openssh-server"));
    machine.run("dpkg-query -W openssh-server && test ! -e /var/lib/landfall");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_locks_out_is_put_back_and_what_does_not_stays() {
    if !possible() {
        return;
    }
    let machine = Machine::new("lockout").await;
    let world = machine.world().await;
    let conf = "/etc/ssh/sshd_config.d/landfall.conf";

    let good = world
        .create("ssh_file", &file(conf, "X11Forwarding no\n"))
        .await;
    let good: Object = good.unwrap_or_else(|f| panic!("{}", support::words(&f.problem)));
    check_disarmed(&machine);

    let refused = world.update(&good, &file(conf, "NoSuchOption yes\n")).await;
    let failure = check_fails(refused, "`sshd -t` refuses what was written");
    assert!(support::words(&failure.problem).contains("NoSuchOption"));
    assert_eq!(machine.run(&format!("cat {conf}")), "X11Forwarding no\n");

    let locking = world.update(&good, &file(conf, "DenyUsers root\n")).await;
    check_fails(locking, BACK);
    assert_eq!(machine.run(&format!("cat {conf}")), "X11Forwarding no\n");
    check_disarmed(&machine);
    assert_eq!(world.refreshed(&good).await.made, good.made);

    // A client that is killed proves nothing: the machine puts it back, and `find` says so.
    let locking = creation(
        &world,
        "ssh_file",
        &file("/etc/ssh/sshd_config.d/z.conf", "DenyUsers root\n"),
    );
    let other = machine.world().await;
    let sent = (other.connection.clone(), locking.clone());
    let client = tokio::spawn(async move {
        let (sender, _receiver) = provider::answers();
        sent.0.apply(vec![sent.1], sender).await;
    });
    let deadline = Instant::now() + Duration::from_secs(20);
    while machine.try_run("true") {
        assert!(Instant::now() < deadline, "it never locked anybody out");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    client.abort();
    let _ = client.await;
    other.connection.close().await;
    let deadline = Instant::now() + Duration::from_secs(100);
    while !machine.try_run("true") {
        assert!(Instant::now() < deadline, "it was never put back");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let found = world.find(&locking).await;
    assert!(matches!(found, FindAnswer::Absent), "{found:?}");
    machine.run("test ! -e /etc/ssh/sshd_config.d/z.conf");
    check_disarmed(&machine);

    world.delete(&good).await.unwrap();
    machine.run("test ! -e /var/lib/landfall");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firewall_that_drops_ssh_is_put_back() {
    if !possible() {
        return;
    }
    let machine = Machine::new("firewall").await;
    let world = machine.world().await;
    machine
        .run("command -v nft || { apt-get update -q; apt-get install -q -y nftables; } >/dev/null");
    machine.run("systemctl start nftables");
    let rules = |rule: &str| {
        let text = format!(
            "flush ruleset\ntable inet f {{\n chain i {{\n  type filter hook input priority 0;\n  {rule}\n }}\n}}\n"
        );
        let mut fields = file("/etc/nftables.conf", &text).to_vec();
        fields.push(("existing", "adopt".into()));
        fields
    };
    let good = world.create("ssh_file", &rules("tcp dport 23 drop")).await;
    let good: Object = good.unwrap_or_else(|f| panic!("{}", support::words(&f.problem)));
    assert!(machine.run("nft list ruleset").contains("dport 23"));
    check_fails(world.update(&good, &rules("tcp dport 22 drop")).await, BACK);
    assert!(
        machine
            .run("cat /etc/nftables.conf")
            .contains("dport 23 drop")
    );
    assert!(machine.run("nft list ruleset").contains("dport 23"));
    check_fails(
        world.update(&good, &rules("nonsense")).await,
        "`nft -c` refuses",
    );
    check_disarmed(&machine);
    assert_eq!(world.refreshed(&good).await.made, good.made);
}
