//! The plan rules and checks of each type: pure, no host is asked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use landfall_provider_ssh::SshProvider;
use model::{Effect, Type, Value};
use provider::{Made, PlanAnswer, Provider, check};
use support::{Object, World, sealed, words};

async fn planned(
    ty: &'static str,
    prior: Option<&[(&str, Value)]>,
    wanted: &[(&str, Value)],
    existing: Option<&[(&str, Value)]>,
) -> PlanAnswer {
    let world = World::local().await;
    let whole = |fields: &[(&str, Value)]| world.proposed(ty, &world.config(ty, fields), None);
    let object = prior.map(|fields| Object {
        ty,
        id: model::ObjectId::random(),
        made: Made {
            attributes: whole(fields),
            private: Vec::new(),
        },
    });
    let existing = existing.map(whole);
    world.plan(
        ty,
        &world.config(ty, wanted),
        object.as_ref(),
        existing.as_ref(),
    )
}

fn paths(answer: &PlanAnswer) -> Vec<String> {
    answer.replaced.iter().map(|p| p.to_string()).collect()
}

#[test]
fn the_schemas_are_sound() {
    for (ty, schema) in &SshProvider.schema().resources {
        assert_eq!(check::schema(ty, schema), Vec::<String>::new());
        assert!(!schema.doc.is_empty());
    }
}

async fn check_problem(ty: &'static str, fields: &[(&str, Value)], expected: Option<&str>) {
    let world = World::local().await;
    let problems = SshProvider.validate(ty, &world.config(ty, fields));
    let all = problems.iter().map(words).collect::<Vec<_>>().join("\n");
    match expected {
        Some(expected) => assert!(all.contains(expected), "{fields:?}: {all}"),
        None => assert!(problems.is_empty(), "{fields:?}: {all}"),
    }
}

#[tokio::test]
async fn paths_modes_and_contents_are_checked() {
    let file = |path: &str, name: &'static str, value: Value| {
        vec![
            ("path", path.into()),
            ("content", "x".into()),
            (name, value),
        ]
    };
    let null = Value::Null(Type::String);
    for (path, expected) in [
        ("/etc/x", None),
        ("/etc/with blank", None),
        ("etc/x", Some("is not an absolute path")),
        ("/etc/../x", Some("holds `.` or `..`")),
        ("/etc//x", Some("a slash too many")),
        ("/etc/x/", Some("a slash too many")),
        ("/etc/\n", Some("control character")),
    ] {
        check_problem("ssh_file", &file(path, "owner", null.clone()), expected).await;
    }
    for (mode, expected) in [
        ("0644", None),
        ("644", None),
        ("644x", Some("octal")),
        ("0999", Some("octal")),
        ("", Some("octal")),
    ] {
        check_problem("ssh_file", &file("/x", "mode", mode.into()), expected).await;
    }
    check_problem("ssh_file", &[("path", "/x".into())], Some("has no content")).await;
    let both = file("/x", "content_base64", "AAAA".into());
    check_problem("ssh_file", &both, Some("are both set")).await;
    let bad = [("path", "/x".into()), ("content_base64", "%".into())];
    check_problem("ssh_file", &bad, Some("is not base64")).await;
    let unknown = [
        ("path", "/x".into()),
        ("content", Value::unknown(Type::String)),
    ];
    check_problem("ssh_file", &unknown, None).await;
    check_problem(
        "ssh_file",
        &file("/x", "existing", "take".into()),
        Some("can't be \"take\""),
    )
    .await;
}

#[tokio::test]
async fn names_are_checked() {
    let one = |name: &str| vec![("name", Value::from(name))];
    for (ty, name, expected) in [
        ("ssh_user", "deploy", None),
        ("ssh_user", "-deploy", Some("name of an account")),
        ("ssh_user", "a b", Some("name of an account")),
        ("ssh_group", "www-data", None),
        ("ssh_group", "$(id)", Some("name of an account")),
        ("ssh_package", "libstdc++6", None),
        ("ssh_package", "-y", Some("can't be a package's")),
        ("ssh_package", "a b", Some("can't be a package's")),
        ("ssh_systemd_unit", "shop.service", None),
        ("ssh_systemd_unit", "shop@1.timer", None),
        ("ssh_systemd_unit", "shop", Some("is no unit's")),
        ("ssh_systemd_unit", "../x.service", Some("is no unit's")),
    ] {
        check_problem(ty, &one(name), expected).await;
    }
    let key = |key: &str| vec![("user", "a".into()), ("key", Value::from(key))];
    let good = "AAAAC3NzaC1lZDI1NTE5AAAAIO7N0pF9H2bRhaHGiLV9nqTQHPCGQRo1Fq1GX0sKz9Qy";
    let options = format!("from=\"10.0.0.1\" ssh-ed25519 {good} me");
    check_problem(
        "ssh_authorized_key",
        &key(&format!("ssh-ed25519 {good}")),
        None,
    )
    .await;
    check_problem("ssh_authorized_key", &key(&options), None).await;
    check_problem(
        "ssh_authorized_key",
        &key("ssh-ed25519 AAAA"),
        Some("no public key"),
    )
    .await;
    let environment = Value::map(Type::String, [("A-B", Value::from("x"))]);
    let command = [("command", "true".into()), ("environment", environment)];
    check_problem("ssh_command", &command, Some("name of a variable")).await;
    check_problem("ssh_command", &[("command", " ".into())], Some("is empty")).await;
}

#[tokio::test]
async fn a_file_is_compared_by_value_not_by_content() {
    let file = |content: Value| vec![("path", Value::from("/x")), ("content", content)];
    let same = planned(
        "ssh_file",
        Some(&file(sealed("a"))),
        &file(sealed("a")),
        None,
    )
    .await;
    assert!(same.effects.is_empty() && same.replaced.is_empty());
    let changed = planned(
        "ssh_file",
        Some(&file(sealed("a"))),
        &file(sealed("b")),
        None,
    )
    .await;
    let digest = changed
        .planned
        .as_ref()
        .and_then(|p| p.get("content_sha256"))
        .unwrap()
        .clone();
    assert!(digest.has_unknown() && digest.has_secret());
    let unknown = Value::unknown(Type::String);
    let open = planned("ssh_file", None, &file(unknown), Some(&file("a".into()))).await;
    assert!(open.problems.is_empty() && !open.adopts);
}

#[tokio::test]
async fn what_stands_there_is_adopted_refused_or_taken_over() {
    let there = |content: &str, owner: &str| {
        vec![
            ("path", "/x".into()),
            ("content", Value::from(content)),
            ("owner", owner.into()),
            ("group", "root".into()),
        ]
    };
    let wanted = vec![("path", "/x".into()), ("content", Value::from("a"))];
    let equal = planned("ssh_file", None, &wanted, Some(&there("a", "www"))).await;
    assert!(equal.adopts && equal.effects.is_empty());
    assert_eq!(
        equal.planned.unwrap().get("owner"),
        Some(&"www".into()),
        "left as it is"
    );
    let differs = planned("ssh_file", None, &wanted, Some(&there("b", "www"))).await;
    assert!(words(&differs.problems[0]).contains("differs in `content`"));
    let adopt = [wanted, vec![("existing", "adopt".into())]].concat();
    let taken = planned("ssh_file", None, &adopt, Some(&there("b", "www"))).await;
    assert!(taken.adopts && taken.effects == [Effect::TakesOver]);

    let package = |version: Option<&str>| {
        let version = version.map_or(Value::Null(Type::String), Value::from);
        vec![("name", Value::from("nginx")), ("version", version)]
    };
    let there = package(Some("1.2"));
    assert!(
        planned("ssh_package", None, &package(None), Some(&there))
            .await
            .adopts
    );
    let other = planned("ssh_package", None, &package(Some("1.3")), Some(&there)).await;
    assert!(words(&other.problems[0]).contains("differs in `version`"));
}

#[tokio::test]
async fn a_unit_restarts_by_its_content_and_by_what_it_is_told() {
    let unit = |content: &str, on: &str, running: bool| {
        vec![
            ("name", Value::from("a.service")),
            ("content", content.into()),
            ("restart_on", on.into()),
            ("running", running.into()),
        ]
    };
    for (prior, wanted, effects) in [
        (unit("a", "1", true), unit("a", "1", true), vec![]),
        (
            unit("a", "1", true),
            unit("b", "1", true),
            vec![Effect::Restarts],
        ),
        (
            unit("a", "1", true),
            unit("a", "2", true),
            vec![Effect::Restarts],
        ),
        (unit("a", "1", false), unit("b", "2", false), vec![]),
        (
            unit("a", "1", true),
            unit("a", "1", false),
            vec![Effect::Downtime],
        ),
    ] {
        let answer = planned("ssh_systemd_unit", Some(&prior), &wanted, None).await;
        assert_eq!(answer.effects, effects, "{wanted:?}");
    }
}

#[tokio::test]
async fn another_machine_takes_another_object_another_address_does_not() {
    let world = World::local().await;
    let host = |id: Value, address: &str, user: &str| {
        support::host(&[
            ("id", id),
            ("address", address.into()),
            ("user", user.into()),
        ])
    };
    let null = Value::Null(Type::String);
    let unknown = Value::unknown(Type::String);
    for (was, will, replaced) in [
        (
            host("a".into(), "1", "root"),
            host("a".into(), "2", "root"),
            false,
        ),
        (
            host("a".into(), "1", "root"),
            host("b".into(), "1", "root"),
            true,
        ),
        (
            host("a".into(), "1", "root"),
            host(unknown, "1", "root"),
            true,
        ),
        (
            host(null.clone(), "1", "root"),
            host(null.clone(), "1", "admin"),
            false,
        ),
        (
            host(null.clone(), "1", "root"),
            host(null, "2", "root"),
            true,
        ),
    ] {
        let on = |host: &Value| {
            let config = world
                .config("ssh_group", &[("name", "a".into())])
                .with("host", host.clone());
            (world.proposed("ssh_group", &config, None), config)
        };
        let (prior, (proposed, config)) = (on(&was).0, on(&will));
        let request = provider::PlanRequest {
            ty: "ssh_group",
            prior: Some(&prior),
            config: &config,
            proposed: &proposed,
            private: &[],
            existing: None,
        };
        let answer = SshProvider.plan(&request);
        assert_eq!(
            paths(&answer),
            if replaced { vec!["host"] } else { vec![] },
            "{will:?}"
        );
    }
}

#[tokio::test]
async fn another_key_is_another_object_another_comment_is_not() {
    let line = |blob: &str, comment: &str| {
        let blob = format!("AAAAC3NzaC1lZDI1NTE5AAAAI{blob}");
        vec![
            ("user", Value::from("a")),
            ("key", format!("ssh-ed25519 {blob} {comment}").into()),
        ]
    };
    let (one, two) = (
        "O7N0pF9H2bRhaHGiLV9nqTQHPCGQRo1Fq1GX0sKz9Qy",
        "LXlxGyGJzWVZz9pVwzyVNnGLyWDkZyo1FtZNuGQfDlS",
    );
    let same = planned(
        "ssh_authorized_key",
        Some(&line(one, "x")),
        &line(one, "y"),
        None,
    )
    .await;
    assert_eq!(paths(&same), Vec::<String>::new());
    let other = planned(
        "ssh_authorized_key",
        Some(&line(one, "x")),
        &line(two, "x"),
        None,
    )
    .await;
    assert_eq!(paths(&other), ["key"]);
}
