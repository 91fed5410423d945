//! The world: identity, containment, tags, regions; and the other calls of a connection.

use super::asking::{Desk, host, is_there};
use crate::{Owner, Request, Simulated};
use model::{ObjectId, Value};
use provider::{Action, DataRequest, FindAnswer, Host, ImportRequest, ReadAnswer, ReadRequest};
use std::time::Duration;

async fn desk() -> Desk<Simulated> {
    Desk::at(Simulated::new(), &[]).await
}

fn server() -> [(&'static str, Value); 2] {
    [("name", "a".into()), ("image", "x".into())]
}

#[tokio::test(start_paused = true)]
async fn what_is_on_a_machine_goes_with_it() {
    let desk = desk().await;
    let (create, machine) = desk.make("sim_server", &server()).await;
    let on = ("host", machine.attributes.get("host").unwrap().clone());
    let given = [on, ("name", "r".into())];
    let (record, recorded) = desk.make("sim_record", &given).await;
    let (member, listed) = desk.make("sim_member", &given).await;
    desk.send(&desk.delete(&create, &machine)).await.unwrap();
    assert!(matches!(
        desk.read(&record, &recorded).await,
        ReadAnswer::Absent
    ));
    assert!(
        is_there(&desk.read(&member, &listed).await),
        "it is registered elsewhere"
    );
    assert_eq!(desk.provider.world().report().went_along, 1);
}

#[tokio::test(start_paused = true)]
async fn on_a_stopped_machine_nobody_knows() {
    let desk = desk().await;
    let (create, machine) = desk.make("sim_server", &server()).await;
    let host = machine.attributes.get("host").unwrap().clone();
    assert!(Host::from_value(&host).is_some());
    let (record, recorded) = desk
        .make("sim_record", &[("host", host), ("name", "r".into())])
        .await;
    let stopped = [
        ("name", "a".into()),
        ("image", "x".into()),
        ("running", false.into()),
    ];
    let planned = desk
        .plan("sim_server", Some(&machine.attributes), &stopped, None)
        .1;
    let action = Action::Update {
        prior: machine.attributes.clone(),
        planned,
    };
    let object = create.ownership.object;
    desk.send(&desk.operation("sim_server", object, action, &machine.private))
        .await
        .unwrap();
    assert!(matches!(
        desk.read(&record, &recorded).await,
        ReadAnswer::Unreachable(_)
    ));
}

#[tokio::test(start_paused = true)]
async fn a_second_object_of_an_owner_counts_as_a_duplicate() {
    let desk = desk().await;
    let (create, _) = desk.make("sim_ticket", &[("title", "t".into())]).await;
    let again = desk.operation(
        "sim_ticket",
        create.ownership.object,
        create.action.clone(),
        &[],
    );
    desk.send(&again).await.unwrap();
    let report = desk.provider.world().report();
    assert_eq!(
        (report.creations, report.duplicates, report.things.len()),
        (2, 1, 2)
    );
    let owner = Owner::from(&create.ownership);
    assert!(
        report
            .of(desk.lineage)
            .iter()
            .all(|e| e.owner.as_ref() == Some(&owner))
    );
}

/// Who asks knows how old an operation is, and the question takes its time.
#[tokio::test(start_paused = true)]
async fn an_age_that_is_told_late_misses_nothing() {
    let desk = desk().await;
    let (create, made) = desk.make("sim_ticket", &[("title", "t".into())]).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    for age_ms in [600, 500, 100] {
        match desk.find(&create, age_ms).await {
            FindAnswer::Found { made: found, .. } => assert_eq!(found.attributes, made.attributes),
            other => panic!("{age_ms}: {other:?}"),
        }
    }
    let other = desk.create("sim_ticket", &[("title", "u".into())]);
    assert!(!matches!(
        desk.find(&other, 5_000).await,
        FindAnswer::Found { .. }
    ));
}

#[tokio::test(start_paused = true)]
async fn a_name_is_given_once() {
    let desk = desk().await;
    let given = [("name", "b".into())];
    desk.make("sim_bucket", &given).await;
    let failure = desk
        .send(&desk.create("sim_bucket", &given))
        .await
        .unwrap_err();
    assert!(failure.problem.message.contains("the name is taken"));
}

#[tokio::test(start_paused = true)]
async fn what_stands_at_a_place_is_read_before_anything_is_recorded() {
    let desk = desk().await;
    let given = [host("h"), ("name", "r".into()), ("content", "old".into())];
    let (record, _) = desk.make("sim_record", &given).await;
    let request = |name: &str| ReadRequest {
        ty: "sim_record".into(),
        attributes: desk
            .plan(
                "sim_record",
                None,
                &[host("h"), ("name", name.into())],
                None,
            )
            .1,
        private: Vec::new(),
        all: false,
        lineage: desk.lineage,
        object: None,
    };
    let answers = desk
        .connection
        .read(vec![request("r"), request("other")])
        .await;
    let [ReadAnswer::Present { made, owner }, ReadAnswer::Absent] = answers.as_slice() else {
        panic!("{answers:?}")
    };
    assert_eq!(made.attributes.get("content"), Some(&"old".into()));
    assert_eq!(*owner, Some((desk.lineage, record.ownership.object)));
}

#[tokio::test(start_paused = true)]
async fn another_region_has_other_things() {
    let here = desk().await;
    let (create, made) = here.make("sim_disk", &[("size", 1.into())]).await;
    let mut there = Desk::at(here.provider.clone(), &[("region", "there".into())]).await;
    there.lineage = here.lineage;
    assert_ne!(here.connection.identity(), there.connection.identity());
    assert!(matches!(
        there.read(&create, &made).await,
        ReadAnswer::Absent
    ));
    assert!(is_there(&here.read(&create, &made).await));
}

#[tokio::test(start_paused = true)]
async fn lists_what_bears_the_lineages_tag() {
    let desk = desk().await;
    let (create, _) = desk.make("sim_disk", &[("size", 1.into())]).await;
    desk.make("sim_ticket", &[("title", "bears no tag".into())])
        .await;
    let listed = desk.connection.list(desk.lineage).await.unwrap();
    let owners: Vec<_> = listed.iter().map(|l| (l.ty.as_str(), l.owner)).collect();
    assert_eq!(
        owners,
        [("sim_disk", (desk.lineage, create.ownership.object))]
    );
    assert!(
        desk.connection
            .list(model::Lineage::random())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_api_gives_singly_is_read_when_asked_for() {
    let desk = desk().await;
    let (create, made) = desk.make("sim_bucket", &[("name", "b".into())]).await;
    let (number, _) = crate::connection::unpack(&made.private);
    let changed = made
        .attributes
        .with("policy", "by hand".into())
        .with("public", true.into());
    desk.provider.world().answer(Request::Update {
        number: number.unwrap(),
        token: None,
        attributes: changed,
    });
    for (all, policy) in [(false, "none"), (true, "by hand")] {
        let ReadAnswer::Present { made, .. } = desk.read_as(&create, &made, all).await else {
            panic!("not there")
        };
        assert_eq!(made.attributes.get("policy"), Some(&policy.into()));
        assert_eq!(made.attributes.get("public"), Some(&true.into()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_gate_is_passed_when_the_service_is_well() {
    let desk = desk().await;
    let check = async |given: &[(&'static str, Value)], wait: u64, expected: bool| {
        let base = [host("h"), ("name", format!("s{wait}{expected}").into())];
        let given: Vec<_> = base.into_iter().chain(given.iter().cloned()).collect();
        let (_, made) = desk.make("sim_service", &given).await;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let passed = desk
            .connection
            .gate("sim_service", "healthy", &made)
            .await
            .unwrap();
        assert_eq!(passed, expected, "{given:?}");
    };
    check(&[], 0, true).await;
    check(&[("healthy", false.into())], 10_000, false).await;
    check(&[("healthy_after_ms", 500.into())], 100, false).await;
    check(&[("healthy_after_ms", 500.into())], 600, true).await;
    let (_, made) = desk.make("sim_disk", &[("size", 1.into())]).await;
    assert!(
        desk.connection
            .gate("sim_disk", "healthy", &made)
            .await
            .is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn looks_up_data_and_imports() {
    let desk = desk().await;
    let ask = async |key: &str| {
        let config = Value::object([("key", Value::from(key))]);
        let request = DataRequest {
            ty: "sim_lookup".into(),
            config,
        };
        desk.connection.data(vec![request]).await.pop().unwrap()
    };
    let found = ask("a").await.unwrap();
    assert_eq!(found.get("key"), Some(&"a".into()));
    assert!(found.get("value").unwrap().as_str().is_some());
    assert_eq!(ask("a").await.unwrap(), found);
    assert_ne!(ask("b").await.unwrap(), found);
    assert!(ask("missing").await.is_err());

    let (_, made) = desk.make("sim_bucket", &[("name", "b".into())]).await;
    let import = |id: &str| ImportRequest {
        ty: "sim_bucket".into(),
        id: id.into(),
        config: Value::NULL,
    };
    let imported = desk.connection.import(import("b")).await.unwrap();
    assert_eq!(imported.made, made);
    assert!(imported.owner.is_some());
    assert!(desk.connection.import(import("c")).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_report_holds_no_secret() {
    let desk = desk().await;
    let (_, made) = desk.make("sim_token", &[("wrap", "hunter2".into())]).await;
    let secret = made
        .attributes
        .get("result")
        .and_then(Value::as_str)
        .unwrap()
        .to_string();
    let report = serde_json::to_string(&desk.provider.world().report()).unwrap();
    assert!(
        !report.contains(&secret) && !report.contains("hunter2") && report.contains("sim_token")
    );
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_objects_are_no_burden() {
    let desk = desk().await;
    let planned = desk.plan("sim_disk", None, &[("size", 1.into())], None).1;
    let create = || {
        let action = Action::Create {
            planned: planned.clone(),
        };
        desk.operation("sim_disk", ObjectId::random(), action, &[])
    };
    let begin = std::time::Instant::now();
    let done = desk.send_all((0..10_000).map(|_| create()).collect()).await;
    assert!(done.len() == 10_000 && done.iter().all(Result::is_ok));
    // Generous: unoptimised, on a busy machine. A quadratic step would take minutes.
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "{:?}",
        begin.elapsed()
    );
}
