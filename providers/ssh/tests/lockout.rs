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
    assert_eq!(
        machine.run("ls -d /var/lib/landfall/armed* 2>/dev/null || true"),
        ""
    );
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
