//! What changes of the own types lead to.

use super::asking::{Desk, Given, host};
use crate::Simulated;
use model::{Effect, Secret, Type, Value};
use provider::{PlanAnswer, Provider};
use std::sync::Arc;

/// The plan from one configuration, made, to another.
async fn change(ty: &str, from: Given<'_>, to: Given<'_>) -> (PlanAnswer, Value) {
    let desk = Desk::at(Simulated::new(), &[]).await;
    let (_, made) = desk.make(ty, from).await;
    desk.plan(ty, Some(&made.attributes), to, None)
}

async fn check(ty: &str, from: Given<'_>, to: Given<'_>, replaced: &[&str]) {
    let answer = change(ty, from, to).await.0;
    let paths: Vec<_> = answer.replaced.iter().map(ToString::to_string).collect();
    assert_eq!(paths, replaced, "{ty} {to:?}");
}

#[tokio::test(start_paused = true)]
async fn a_disk_grows_and_does_not_shrink() {
    let from = [("size", 10.into())];
    check("sim_disk", &from, &[("size", 11.into())], &[]).await;
    check("sim_disk", &from, &[("size", 9.into())], &["size"]).await;
    check(
        "sim_disk",
        &from,
        &[("size", Value::unknown(Type::Number))],
        &["size"],
    )
    .await;
    let (answer, _) = change("sim_disk", &from, &[("size", 9.into())]).await;
    assert_eq!(answer.effects, [Effect::DestroysData]);
}

#[tokio::test(start_paused = true)]
async fn what_is_on_a_machine_does_not_move_to_another() {
    let moved = (
        "host",
        Value::object([("id", "h".into()), ("address", "192.0.2.9".into())]),
    );
    let unknown = ("host", Value::unknown(provider::host_type()));
    for ty in ["sim_record", "sim_service", "sim_member", "sim_command"] {
        let name = || ("name", Value::from("n"));
        let from = [host("h"), name()];
        check(ty, &from, &[moved.clone(), name()], &[]).await;
        check(ty, &from, &[host("other"), name()], &["host"]).await;
        check(ty, &from, &[unknown.clone(), name()], &["host"]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_checksum_is_known_unless_it_would_tell_of_a_secret() {
    let with = |content: Value| [host("h"), ("name", "n".into()), ("content", content)];
    let secret = Secret::open(model::Fingerprint([1; 32]), "s".into());
    let secret = || Value::Secret(Arc::new(secret.clone()));
    let checksum = |planned: &Value| planned.get("checksum").unwrap().clone();
    let (_, planned) = change("sim_record", &with("a".into()), &with("b".into())).await;
    assert!(checksum(&planned).as_str().is_some());
    let (_, planned) = change("sim_record", &with("a".into()), &with(secret())).await;
    assert!(checksum(&planned).is_unknown());
    let (_, planned) = change("sim_record", &with(secret()), &with(secret())).await;
    assert!(checksum(&planned).as_str().is_some());
}

#[tokio::test(start_paused = true)]
async fn what_stands_there_already_is_adopted_refused_or_taken_over() {
    let desk = Desk::at(Simulated::new(), &[]).await;
    let given = |content: &str| [host("h"), ("name", "n".into()), ("content", content.into())];
    let (_, there) = desk.make("sim_record", &given("a")).await;
    let there = Some(&there.attributes);
    let plan = |given: Given<'_>| desk.plan("sim_record", None, given, there).0;
    let equal = plan(&given("a"));
    assert!(equal.adopts && equal.effects.is_empty() && equal.problems.is_empty());
    assert_eq!(plan(&given("b")).problems.len(), 1);
    let adopt: Vec<_> = given("b")
        .into_iter()
        .chain([("existing", "adopt".into())])
        .collect();
    let taken = plan(&adopt);
    assert!(taken.adopts && taken.effects == [Effect::TakesOver] && taken.problems.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_service_is_another_revision_after_a_restart() {
    let with = |version: &str| [host("h"), ("name", "n".into()), ("version", version.into())];
    let revision = |planned: &Value| planned.get("revision").unwrap().is_unknown();
    assert!(revision(
        &change("sim_service", &with("1"), &with("2")).await.1
    ));
    assert!(!revision(
        &change("sim_service", &with("1"), &with("1")).await.1
    ));
}

#[test]
fn older_records_and_other_types_are_brought_over() {
    let old = Value::object([("name", "n".into()), ("body", "b".into())]);
    let new = Simulated::new()
        .upgrade("sim_record", 0, old.clone())
        .unwrap();
    assert_eq!(
        new,
        Value::object([("name", "n".into()), ("content", "b".into())])
    );
    assert!(Simulated::new().upgrade("sim_record", 7, old).is_err());
    let ticket = Value::object([("title", "t".into()), ("id", "7".into())]);
    let bucket = Simulated::new()
        .move_from("sim_ticket", "sim_bucket", ticket.clone())
        .unwrap();
    assert_eq!(bucket.get("name"), Some(&"t".into()));
    assert!(
        Simulated::new()
            .move_from("sim_ticket", "sim_disk", ticket)
            .is_err()
    );
}

#[test]
fn functions_are_called() {
    assert_eq!(
        Simulated::new().call("reverse", &["abc".into()]),
        Ok("cba".into())
    );
    assert!(Simulated::new().call("what", &[]).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_word_that_fails_nothing_is_refused() {
    let desk = Desk::at(Simulated::new(), &[]).await;
    let problems = |fail: &str| {
        let config = desk.config("sim_disk", &[("size", 1.into()), ("fail", fail.into())]);
        desk.provider.validate("sim_disk", &config).len()
    };
    assert_eq!((problems("create"), problems("crate")), (0, 1));
}
