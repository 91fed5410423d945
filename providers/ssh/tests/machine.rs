//! Everything that changes a whole machine, on throwaway machines: packages, accounts, keys, units.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use landfall_provider_ssh::SshProvider;
use model::{ObjectId, Type, Value};
use provider::conformance::{self, Case};
use provider::{Action, Operation, ReadAnswer, ReadRequest};
use support::machine::{Machine, assert_same, possible, snapshot};
use support::{Object, World, check_fails, words};

const SERVICE: &str = "[Service]\nExecStart=/bin/sh -c 'echo version ONE; exec sleep 1000'\n\
                       [Install]\nWantedBy=multi-user.target\n";

/// Looks at all of them at once: no difference to what was made.
async fn check_settled(world: &World, objects: &[Object]) {
    for object in objects {
        let read = world.refreshed(object).await.made;
        assert_eq!(read.attributes, object.made.attributes, "{}", object.ty);
        assert_eq!(
            String::from_utf8_lossy(&read.private),
            String::from_utf8_lossy(&object.made.private),
            "{}",
            object.ty
        );
    }
}

fn strings(items: &[&str]) -> Value {
    Value::set(
        Type::String,
        items.iter().map(|i| Value::from(*i)).collect(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_keys_and_units_come_and_go_without_a_trace() {
    if !possible() {
        return;
    }
    let machine = Machine::new("accounts").await;
    machine.run("groupadd theirs; useradd -m -s /bin/sh -c Theirs theirs-too; mkdir /srv/x");
    let before = snapshot(&machine);
    let world = machine.world().await;
    let mut made = Vec::new();

    made.push(
        world
            .create(
                "ssh_group",
                &[("name", "crew".into()), ("gid", 4242.into())],
            )
            .await
            .unwrap(),
    );
    made.push(
        world
            .create("ssh_group", &[("name", "theirs".into())])
            .await
            .unwrap(),
    );
    let user = [
        ("name", "deploy".into()),
        ("groups", strings(&["crew", "theirs"])),
        ("comment", "Who deploys".into()),
        ("shell", "/bin/bash".into()),
    ];
    made.push(world.create("ssh_user", &user).await.unwrap());
    let groups = machine.run("id -Gn deploy | tr ' ' '\\n' | sort");
    assert_eq!(groups, "crew\ndeploy\ntheirs\n");
    assert_eq!(
        machine.run("getent passwd deploy | cut -d: -f5-"),
        "Who deploys:/home/deploy:/bin/bash\n"
    );
    assert_eq!(machine.run("stat -c %U /home/deploy").trim(), "deploy");

    check_fails(
        world
            .create(
                "ssh_user",
                &[("name", "theirs-too".into()), ("shell", "/bin/bash".into())],
            )
            .await,
        "differs in `shell`",
    );
    let adopted = [
        ("name", "theirs-too".into()),
        ("shell", "/bin/bash".into()),
        ("existing", "adopt".into()),
    ];
    made.push(world.create("ssh_user", &adopted).await.unwrap());

    for key in [
        "AAAAC3NzaC1lZDI1NTE5AAAAIO7N0pF9H2bRhaHGiLV9nqTQHPCGQRo1Fq1GX0sKz9Qy",
        "AAAAC3NzaC1lZDI1NTE5AAAAILXlxGyGJzWVZz9pVwzyVNnGLyWDkZyo1FtZNuGQfDlS",
    ] {
        let line = format!("ssh-ed25519 {key} me@home");
        let fields = [("user", "deploy".into()), ("key", line.as_str().into())];
        made.push(world.create("ssh_authorized_key", &fields).await.unwrap());
        assert!(
            machine
                .run("cat /home/deploy/.ssh/authorized_keys")
                .contains(&line)
        );
    }
    assert_eq!(
        machine.run("stat -c '%a %U %G' /home/deploy/.ssh /home/deploy/.ssh/authorized_keys"),
        "700 deploy deploy\n600 deploy deploy\n"
    );

    let unit = [("name", "mine.service".into()), ("content", SERVICE.into())];
    made.push(world.create("ssh_systemd_unit", &unit).await.unwrap());
    assert_eq!(
        machine.run("systemctl is-active mine; systemctl is-enabled mine"),
        "active\nenabled\n"
    );
    check_settled(&world, &made).await;

    // Drift of each kind is seen.
    machine.run("usermod -s /bin/sh deploy; systemctl stop mine; groupmod -g 5555 crew");
    let seen = |object: &Object| {
        let (world, object) = (&world, object.clone());
        async move { world.refreshed(&object).await.made.attributes }
    };
    assert_eq!(seen(&made[0]).await.get("gid"), Some(&5555.into()));
    assert_eq!(seen(&made[2]).await.get("shell"), Some(&"/bin/sh".into()));
    assert_eq!(seen(&made[6]).await.get("running"), Some(&false.into()));
    made[0] = world
        .update(&made[0], &[("name", "crew".into()), ("gid", 4242.into())])
        .await
        .unwrap();
    made[2] = world.update(&made[2], &user).await.unwrap();
    made[6] = world.update(&made[6], &unit).await.unwrap();
    check_settled(&world, &made).await;

    for object in made.iter().rev() {
        world
            .delete(object)
            .await
            .unwrap_or_else(|f| panic!("{}: {}", object.ty, words(&f.problem)));
    }
    assert_same(&before, &snapshot(&machine));
}

#[tokio::test(flavor = "multi_thread")]
async fn units_restart_when_told_and_show_their_log_when_they_fail() {
    if !possible() {
        return;
    }
    let machine = Machine::new("units").await;
    let world = machine.world().await;
    let pid = || machine.run("systemctl show -p MainPID mine");
    let unit = |content: &str, on: &str| {
        [
            ("name", "mine.service".into()),
            ("content", content.into()),
            ("restart_on", on.into()),
        ]
    };
    let made = world
        .create("ssh_systemd_unit", &unit(SERVICE, "a"))
        .await
        .unwrap();
    let first = pid();
    let again = world.update(&made, &unit(SERVICE, "a")).await.unwrap();
    assert_eq!(pid(), first, "nothing to do");
    let again = world.update(&again, &unit(SERVICE, "b")).await.unwrap();
    let second = pid();
    assert_ne!(second, first, "restart_on changed");
    let again = world
        .update(&again, &unit(&SERVICE.replace("ONE", "TWO"), "b"))
        .await
        .unwrap();
    assert_ne!(pid(), second, "its content changed");
    assert!(
        machine
            .run("journalctl -u mine -o cat")
            .contains("version TWO")
    );
    assert!(
        world
            .connection
            .gate("ssh_systemd_unit", "active", &again.made)
            .await
            .unwrap()
    );

    let broken = "[Service]\nExecStart=/bin/sh -c 'echo the port is taken >&2; exit 7'\n";
    let failure = world.update(&again, &unit(broken, "b")).await;
    let failure = check_fails(failure, "does not start");
    let text = words(&failure.problem);
    assert!(text.contains("the port is taken"), "{text}");
    assert!(failure.partial.is_some());
    assert_eq!(
        world.refreshed(&again).await.made.attributes.get("running"),
        Some(&false.into())
    );
    assert!(
        world
            .connection
            .gate("ssh_systemd_unit", "active", &again.made)
            .await
            .is_err()
    );
    let mended = world.update(&again, &unit(SERVICE, "b")).await.unwrap();
    assert_eq!(machine.run("systemctl is-active mine"), "active\n");

    // Cut off between the file and the restart: the next look says so.
    let lineage = world.lineage.to_string();
    machine.run(&format!(
        "touch /var/lib/landfall/{lineage}/objects/{}/restart",
        mended.id
    ));
    assert_eq!(
        world
            .refreshed(&mended)
            .await
            .made
            .attributes
            .get("running"),
        Some(&false.into())
    );
    let third = pid();
    let mended = world.update(&mended, &unit(SERVICE, "b")).await.unwrap();
    assert_ne!(pid(), third);
    assert_eq!(
        world
            .refreshed(&mended)
            .await
            .made
            .attributes
            .get("running"),
        Some(&true.into())
    );

    // A unit that something else brought is steered, and left as it was.
    machine.run(
        "printf '[Service]\\nExecStart=/bin/sleep 1000\\n[Install]\\nWantedBy=multi-user.target\\n' \
         >/usr/lib/systemd/system/theirs.service; systemctl daemon-reload",
    );
    let state = || machine.run("systemctl is-active theirs; systemctl is-enabled theirs; true");
    assert_eq!(state(), "inactive\ndisabled\n");
    let theirs = world
        .create("ssh_systemd_unit", &[("name", "theirs.service".into())])
        .await;
    assert_eq!(state(), "active\nenabled\n");
    world.delete(&theirs.unwrap()).await.unwrap();
    assert_eq!(state(), "inactive\ndisabled\n");
    world.delete(&mended).await.unwrap();
    check_fails(
        world
            .create("ssh_systemd_unit", &[("name", "no-such.service".into())])
            .await,
        "there is no unit no-such.service",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_come_together_and_go_with_what_came_along() {
    if !possible() {
        return;
    }
    let machine = Machine::new("packages").await;
    // So that nothing of the lists counts as a difference.
    machine.run("apt-get update -q >/dev/null");
    let before = snapshot(&machine);
    let world = machine.world().await;
    let operation = |name: &str| -> Operation {
        let config = world.config("ssh_package", &[("name", name.into())]);
        let plan = world.plan("ssh_package", &config, None, None);
        world.creation("ssh_package", ObjectId::random(), plan)
    };
    let batch = ["nginx-light", "tree", "no-such-package-anywhere"]
        .map(operation)
        .to_vec();
    let foreseen = world.connection.preflight(&batch).await;
    assert_eq!(foreseen.len(), 1, "{foreseen:?}");
    assert_eq!(foreseen[0].tokens, [batch[2].token]);
    let said = words(&foreseen[0].problem);
    assert!(said.contains("Unable to locate package no-such"), "{said}");
    let outcomes = world.apply_all(batch.clone()).await;
    check_fails(
        outcomes[2].clone(),
        "there is no package no-such-package-anywhere",
    );
    let batch = ["tree", "nginx-light"].iter().zip([&batch[1], &batch[0]]);
    let mut made: Vec<Object> = Vec::new();
    for ((name, operation), outcome) in batch.zip([&outcomes[1], &outcomes[0]]) {
        let outcome = outcome
            .as_ref()
            .unwrap_or_else(|f| panic!("{name}: {}", words(&f.problem)));
        let id = operation.ownership.object;
        made.push(Object {
            ty: "ssh_package",
            id,
            made: outcome.clone().unwrap(),
        });
    }
    assert_eq!(machine.run("systemctl is-active nginx"), "active\n");
    // Its maintainer scripts make what its purge leaves behind.
    assert_eq!(machine.run("ls /var/www/html"), "index.nginx-debian.html\n");
    check_settled(&world, &made).await;
    // What was there before is adopted, and stays.
    let sudo = world
        .create("ssh_package", &[("name", "openssh-server".into())])
        .await
        .unwrap();
    check_fails(
        world
            .create(
                "ssh_package",
                &[("name", "tree".into()), ("version", "0.0.1".into())],
            )
            .await,
        "differs in `version`",
    );
    // Two that are not there at once, one apt for both.
    let both = world.apply_all(["jq", "bc"].map(operation).to_vec()).await;
    assert!(both.iter().all(Result::is_ok), "{both:?}");
    let logged = machine.run("grep -c '^Commandline.*jq bc' /var/log/apt/history.log");
    assert_eq!(logged.trim(), "1");
    for (outcome, name) in both.into_iter().zip(["jq", "bc"]) {
        let made = outcome.unwrap().unwrap();
        let action = Action::Delete {
            prior: made.attributes,
        };
        let id = machine.run(&format!(
            "grep -l ' package:{name}$' /var/lib/landfall/*/objects/*/manifest | cut -d/ -f7"
        ));
        let id: ObjectId = id.trim().parse().unwrap();
        let gone = world.operation("ssh_package", id, action, made.private);
        world.apply(gone).await.unwrap();
    }
    made.push(sudo);
    for object in made.iter().rev() {
        world
            .delete(object)
            .await
            .unwrap_or_else(|f| panic!("{}", words(&f.problem)));
    }
    assert!(matches!(world.read(&made[0]).await, ReadAnswer::Absent));
    machine.run("dpkg-query -W openssh-server");
    assert_same(&before, &snapshot(&machine));
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract_on_a_machine_as_another_user_that_becomes_root() {
    if !possible() {
        return;
    }
    let machine = Machine::new("contract").await;
    let world = machine.world().await;
    machine.run(
        "useradd -m -s /bin/sh admin; cp -r /root/.ssh /home/admin/; chown -R admin: /home/admin; \
         apt-get install -q -y sudo >/dev/null 2>&1 || { apt-get update -q && \
         apt-get install -q -y sudo; } >/dev/null",
    );
    let admin = world.host.with("user", "admin".into());
    // Without `become`, what only root can write is refused with the way out.
    let mut as_admin = machine.world().await;
    as_admin.host = admin.clone();
    let file = [
        ("path", "/etc/landfall-test".into()),
        ("content", "x".into()),
    ];
    let failure = as_admin.create("ssh_file", &file).await;
    check_fails(failure, "set `become = true`");
    as_admin.host = admin.with("become", true.into());
    check_fails(
        as_admin.create("ssh_file", &file).await,
        "could not become root",
    );
    machine.run("echo 'admin ALL=(root) NOPASSWD: /bin/sh' >/etc/sudoers.d/admin");

    let host = as_admin.host.clone();
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO7N0pF9H2bRhaHGiLV9nqTQHPCGQRo1Fq1GX0sKz9Qy";
    let with = |comment: &str| Value::from(format!("{key} {comment}"));
    let h = || ("host", host.clone());
    let cases = [
        Case::new("ssh_file", [h(), file[0].clone(), file[1].clone()]).changed([
            h(),
            file[0].clone(),
            ("content", "y".into()),
        ]),
        Case::new("ssh_directory", [h(), ("path", "/srv/d".into())]).changed([
            h(),
            ("path", "/srv/d".into()),
            ("mode", "0700".into()),
        ]),
        Case::new("ssh_group", [h(), ("name", "crew".into())]).changed([
            h(),
            ("name", "crew".into()),
            ("gid", 4242.into()),
        ]),
        Case::new("ssh_user", [h(), ("name", "deploy".into())]).changed([
            h(),
            ("name", "deploy".into()),
            ("comment", "Who deploys".into()),
        ]),
        Case::new(
            "ssh_authorized_key",
            [h(), ("user", "admin".into()), ("key", with("a"))],
        )
        .changed([h(), ("user", "admin".into()), ("key", with("b"))]),
        Case::new(
            "ssh_systemd_unit",
            [
                h(),
                ("name", "x.service".into()),
                ("content", SERVICE.into()),
            ],
        )
        .changed([
            h(),
            ("name", "x.service".into()),
            ("content", SERVICE.into()),
            ("running", false.into()),
        ]),
        Case::new("ssh_command", [h(), ("command", "true".into())]).changed([
            h(),
            ("command", "true".into()),
            ("undo", "true".into()),
        ]),
        Case::new("ssh_package", [h(), ("name", "tree".into())]),
    ];
    let broken = conformance::run(&SshProvider, &*as_admin.connection, &cases).await;
    assert_eq!(broken, Vec::<String>::new());
    machine.run("test ! -e /var/lib/landfall");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_things_of_all_kinds_are_read_at_once() {
    if !possible() {
        return;
    }
    let machine = Machine::new("fifty").await;
    let world = machine.world().await;
    let mut batch = Vec::new();
    let mut request = |ty: &str, fields: &[(&str, Value)]| {
        let attributes = world.proposed(ty, &world.config(ty, fields), None);
        batch.push(ReadRequest {
            ty: ty.into(),
            attributes,
            private: Vec::new(),
            all: false,
            lineage: world.lineage,
            object: None,
        });
    };
    for i in 0..30 {
        let path = format!("/etc/{}", ["passwd", "hostname", "no-such"][i % 3]);
        request(
            "ssh_file",
            &[("path", path.into()), ("content", "x".into())],
        );
    }
    for name in ["openssh-server", "systemd", "no-such", "dbus", "coreutils"] {
        request("ssh_package", &[("name", name.into())]);
        request(
            "ssh_systemd_unit",
            &[("name", format!("{name}.service").into())],
        );
        request("ssh_user", &[("name", "root".into())]);
        request("ssh_directory", &[("path", format!("/{name}").into())]);
    }
    world.connection.read(batch.clone()).await;
    let mut best = std::time::Duration::MAX;
    for _ in 0..5 {
        let begun = std::time::Instant::now();
        let answers = world.connection.read(batch.clone()).await;
        best = best.min(begun.elapsed());
        let failed = answers
            .iter()
            .find(|a| matches!(a, ReadAnswer::Failed(_) | ReadAnswer::Unreachable(_)));
        assert!(failed.is_none(), "{failed:?}");
    }
    println!("50 things read in {best:?}");
    assert!(best.as_millis() < 300, "{best:?}");
}
