//! Real machines: made, reached, changed, stopped, removed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::asking::{banner, config, free_port, keeps_contract, plan, poll, wait_for_state};
use common::{World, planned, possible, run, site_tag, text, traces};
use landfall_provider_sandbox::SandboxProvider;
use model::{ObjectId, Token, Type, Value};
use provider::conformance::{self, Case};
use provider::{Action, Certainty, ReadAnswer};
use std::net::UdpSocket;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn two_machines_are_made_at_once_and_leave_nothing() {
    if !possible() {
        return;
    }
    let world = World::new("two").await;
    assert_eq!(traces(&world.site), Vec::<String>::new());
    let objects = [ObjectId::random(), ObjectId::random()];
    let batch = vec![
        world.create(objects[0], &planned("one", &[])),
        world.create(objects[1], &planned("two", &[])),
    ];
    let made: Vec<_> = world
        .apply(batch)
        .await
        .into_iter()
        .map(|o| o.unwrap().unwrap())
        .collect();
    for (made, name) in made.iter().zip(["one", "two"]) {
        assert_eq!(world.on(made, "hostname").trim(), name);
        assert_eq!(
            world.on(made, "systemctl is-system-running --wait").trim(),
            "running"
        );
        assert_eq!(text(made, "state"), "running");
    }
    assert_ne!(text(&made[0], "address"), text(&made[1], "address"));
    assert_ne!(text(&made[0], "host_key"), text(&made[1], "host_key"));
    // Each has its own machine id, and its own control group: a restart here is none there.
    assert_ne!(
        world.on(&made[0], "cat /etc/machine-id"),
        world.on(&made[1], "cat /etc/machine-id")
    );
    let main_pid = "systemctl show -p MainPID ssh";
    let before = world.on(&made[1], main_pid);
    world.on(&made[0], "systemctl restart ssh");
    assert_eq!(world.on(&made[1], main_pid), before);
    let batch = objects
        .iter()
        .zip(&made)
        .map(|(o, m)| world.delete(*o, m))
        .collect();
    for outcome in world.apply(batch).await {
        assert_eq!(outcome.unwrap(), None);
    }
    assert!(matches!(
        world.read(objects[0], &made[0].attributes).await,
        ReadAnswer::Absent
    ));
    assert_eq!(traces(&world.site), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_stops_and_the_next_plan_starts_it() {
    if !possible() {
        return;
    }
    let world = World::new("stop").await;
    let object = ObjectId::random();
    let planned = plan(None, &config("stops", &[]));
    let made = world
        .one(world.create(object, &planned))
        .await
        .unwrap()
        .unwrap();
    keeps_contract(&planned, &made);
    world.on(&made, "echo kept > /root/file; sync");
    world.ssh(&made, "systemctl poweroff");
    let stopped = wait_for_state(&world, object, &made, "stopped").await;
    // Nothing but its state is another one; the plan puts that right.
    assert_eq!(
        stopped.attributes.with("state", "running".into()),
        made.attributes
    );
    let replanned = plan(Some(&stopped.attributes), &config("stops", &[]));
    assert_eq!(replanned, made.attributes);
    let update = Action::Update {
        prior: stopped.attributes,
        planned: replanned.clone(),
    };
    let update = world.operation(object, Token::random(), update);
    let started = world.one(update).await.unwrap().unwrap();
    keeps_contract(&replanned, &started);
    assert_eq!(started, made);
    assert_eq!(world.on(&started, "cat /root/file").trim(), "kept");
    // A machine restarts by itself where it is told to.
    let boot = "systemctl show -p KernelTimestampMonotonic -p UserspaceTimestampMonotonic; \
                stat -c %Y.%X /run/systemd/system";
    let before = world.on(&started, boot);
    world.ssh(&started, "systemctl reboot");
    poll("it answers after a restart", || {
        let output = world.ssh(&started, boot);
        output.status.success() && String::from_utf8_lossy(&output.stdout) != before
    });
    // Ended from outside, with nothing of it left running.
    let mine = format!("directory={}/", world.site.dir().display());
    let pids = run("pgrep", &["-f", &mine]);
    assert!(pids.lines().count() > 1, "a keeper and nspawn: {pids}");
    for pid in pids.lines() {
        run("kill", &["-9", pid]);
    }
    let killed = wait_for_state(&world, object, &made, "stopped").await;
    // As after a restart of the computer: no network is left, no group, no rule.
    let tag = site_tag(&world.site);
    run("ip", &["netns", "delete", &format!("{tag}-stops")]);
    run("ip", &["link", "delete", &format!("{tag}0")]);
    run("nft", &["delete", "table", "ip", &format!("{tag}_sandbox")]);
    let update = Action::Update {
        prior: killed.attributes,
        planned: replanned,
    };
    let again = world
        .one(world.operation(object, Token::random(), update))
        .await;
    assert_eq!(again.unwrap().unwrap(), made);
    assert_eq!(world.on(&made, "cat /root/file").trim(), "kept");
    world.one(world.delete(object, &made)).await.unwrap();
    assert_eq!(traces(&world.site), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_install_ports_are_published_and_memory_is_limited() {
    if !possible() {
        return;
    }
    let world = World::new("uses").await;
    let object = ObjectId::random();
    let port = free_port();
    let ports = |here: u16| {
        (
            "ports",
            Value::map(Type::Number, [(here.to_string(), Value::int(22))]),
        )
    };
    let first = plan(
        None,
        &config("uses", &[ports(port), ("memory", 256.into())]),
    );
    let made = world
        .one(world.create(object, &first))
        .await
        .unwrap()
        .unwrap();
    keeps_contract(&first, &made);
    world.on(
        &made,
        "apt-get -q update && apt-get -q install -y --no-install-recommends hello",
    );
    assert!(world.on(&made, "hello").contains("Hello"));
    // Through loopback, and only there.
    assert_eq!(banner(port).as_deref(), Some("SSH-"));
    // More than it may have is refused to a process, not to the machine.
    let much = world.ssh(&made, "head -c 600m /dev/zero | tail -c 600m | wc -c");
    assert_ne!(
        String::from_utf8_lossy(&much.stdout).trim(),
        (600 << 20).to_string()
    );
    world.on(&made, "true");
    // Other ports and no limit, in place.
    let other = free_port();
    let second = plan(Some(&made.attributes), &config("uses", &[ports(other)]));
    let update = Action::Update {
        prior: made.attributes.clone(),
        planned: second.clone(),
    };
    let changed = world
        .one(world.operation(object, Token::random(), update))
        .await
        .unwrap()
        .unwrap();
    keeps_contract(&second, &changed);
    assert_eq!(banner(other).as_deref(), Some("SSH-"));
    assert_eq!(banner(port), None);
    let much = world.on(&changed, "head -c 600m /dev/zero | tail -c 600m | wc -c");
    assert_eq!(much.trim(), (600 << 20).to_string());
    // What is taken is refused, before anything is made.
    let taken = plan(None, &config("other", &[ports(other)]));
    let refused = world
        .one(world.create(ObjectId::random(), &taken))
        .await
        .unwrap_err();
    assert!(
        refused
            .problem
            .message
            .contains("taken by the machine `uses`"),
        "{refused:?}"
    );
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let here = listener.local_addr().unwrap().port();
    let taken = plan(None, &config("other", &[ports(here)]));
    let refused = world
        .one(world.create(ObjectId::random(), &taken))
        .await
        .unwrap_err();
    assert!(
        refused
            .problem
            .message
            .contains("a process of this computer"),
        "{refused:?}"
    );
    assert_eq!(
        (refused.certainty, refused.partial),
        (Certainty::NotDone, None)
    );
    // A machine reaches no service on this computer's loopback, whatever it does to get there.
    let service = UdpSocket::bind("127.0.0.1:0").unwrap();
    service
        .set_read_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    let tag = site_tag(&world.site);
    let (namespace, table) = (format!("{tag}-uses"), format!("{tag}_sandbox"));
    let gateway = world.on(&changed, "ip route show default");
    let gateway = gateway.split(' ').nth(2).unwrap();
    let send = format!(
        "echo 1 > /proc/sys/net/ipv4/conf/host0/route_localnet; \
         ip route del local 127.0.0.0/8 dev lo table local; \
         ip route del local 127.0.0.1 dev lo table local; \
         ip route replace 127.0.0.1/32 via {gateway} src {}; \
         echo hello > /dev/udp/127.0.0.1/{}",
        text(&changed, "address"),
        service.local_addr().unwrap().port()
    );
    let mut received = [0; 16];
    run("ip", &["netns", "exec", &namespace, "bash", "-c", &send]);
    assert!(service.recv(&mut received).is_err());
    // It is the guard that does it.
    run("nft", &["flush", "chain", "ip", &table, "guard"]);
    run("ip", &["netns", "exec", &namespace, "bash", "-c", &send]);
    assert_eq!(service.recv(&mut received).unwrap(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_is_kept() {
    if !possible() {
        return;
    }
    let world = World::new("contract").await;
    let ports = || {
        let port = free_port().to_string();
        ("ports", Value::map(Type::Number, [(port, Value::int(22))]))
    };
    let case = Case::new(common::TYPE, [("name", "contract".into())]);
    let case = case.changed([("name", "contract".into()), ports()]);
    let provider = SandboxProvider::at(world.site.clone());
    let broken = conformance::run(&provider, &*world.connection, &[case]).await;
    assert_eq!(broken, Vec::<String>::new());
    assert_eq!(traces(&world.site), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_belongs_to_one_object_and_a_token_is_one_machine() {
    if !possible() {
        return;
    }
    let world = World::new("name").await;
    let other = World::at(world.site.dir().to_path_buf(), model::Lineage::random()).await;
    let object = ObjectId::random();
    let planned = plan(None, &config("mine", &[]));
    let create = world.create(object, &planned);
    let made = world.one(create.clone()).await.unwrap().unwrap();
    assert_eq!(
        world.one(create).await.unwrap().unwrap(),
        made,
        "the same token again"
    );
    for (world, whose) in [(&other, "another project"), (&world, "another resource")] {
        let refused = world
            .one(world.create(ObjectId::random(), &planned))
            .await
            .unwrap_err();
        assert!(refused.problem.message.contains(whose), "{refused:?}");
        assert_eq!(refused.partial, None);
    }
    // Whose it is, is told to whoever asks by name; by object it is found only by its owner.
    let request = provider::ReadRequest {
        ty: common::TYPE.into(),
        attributes: planned.clone(),
        private: Vec::new(),
        all: false,
        lineage: other.lineage,
        object: None,
    };
    match other.connection.read(vec![request]).await.remove(0) {
        ReadAnswer::Present { owner, .. } => assert_eq!(owner, Some((world.lineage, object))),
        answer => panic!("{answer:?}"),
    }
    assert!(matches!(
        other.read(object, &planned).await,
        ReadAnswer::Absent
    ));
    assert!(
        other
            .connection
            .list(other.lineage)
            .await
            .unwrap()
            .is_empty()
    );
    let listed = world.connection.list(world.lineage).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].owner, (world.lineage, object));
    assert!(
        world
            .connection
            .gate(common::TYPE, "reachable", &made)
            .await
            .unwrap()
    );
    // A run of an earlier lease comes too late.
    let mut late = world.delete(object, &made);
    late.ownership.epoch = 0;
    let refused = world.one(late).await.unwrap_err();
    assert!(
        refused.problem.message.contains("later lease"),
        "{refused:?}"
    );
    // Another object's delete does nothing to it.
    assert_eq!(other.one(other.delete(object, &made)).await.unwrap(), None);
    assert_eq!(wait_for_state(&world, object, &made, "running").await, made);
}
