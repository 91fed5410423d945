//! Own types and twins keep the contract, in fair weather and foul.

use crate::{Faults, Simulated, Twin};
use model::{Type, Value};
use provider::Provider;
use provider::conformance::{Case, run};
use std::sync::Arc;

fn host(id: &str, address: &str) -> Value {
    Value::object([("id", id.into()), ("address", Value::from(address))])
}

fn map(entries: &[(&str, &str)]) -> Value {
    Value::map(
        Type::String,
        entries.iter().map(|(k, v)| (*k, Value::from(*v))),
    )
}

fn item(name: &str, value: impl Into<Value>) -> Value {
    Value::object([(name, value.into())])
}

fn cases() -> Vec<Case> {
    let place = || ("host", host("h1", "192.0.2.1"));
    vec![
        Case::new(
            "sim_server",
            [
                ("name", "a".into()),
                ("image", "debian".into()),
                (
                    "disk",
                    Value::tuple(vec![item("size", 10), item("size", 20)]),
                ),
                ("network", item("cidr", "10.0.0.0/8")),
                (
                    "rule",
                    Value::tuple(vec![item("port", 80), item("port", 22)]),
                ),
                ("label", Value::object([("x", item("value", "y"))])),
            ],
        )
        .changed([
            ("name", "b".into()),
            ("image", "debian".into()),
            ("size", 2.into()),
        ]),
        Case::new(
            "sim_server",
            [("name", "a".into()), ("image", "debian".into())],
        )
        .changed([("name", "a".into()), ("image", "alpine".into())]),
        Case::new("sim_disk", [("size", 10.into())])
            .imported_by("id")
            .changed([("size", 20.into())]),
        Case::new("sim_disk", [("size", 10.into())]).changed([("size", 5.into())]),
        Case::new("sim_bucket", [("name", "b1".into())])
            .imported_by("name")
            .changed([("name", "b1".into()), ("public", true.into())]),
        Case::new("sim_ticket", [("title", "t".into())]).changed([("title", "u".into())]),
        Case::new("sim_token", [("wrap", "w".into())]).changed([("length", 16.into())]),
        Case::new(
            "sim_record",
            [place(), ("name", "r".into()), ("content", "x".into())],
        )
        .changed([place(), ("name", "r".into()), ("content", "y".into())]),
        Case::new("sim_record", [place(), ("name", "r".into())])
            .changed([("host", host("h1", "192.0.2.2")), ("name", "r".into())]),
        Case::new("sim_command", [("name", "c".into())])
            .changed([("name", "c".into()), ("triggers", map(&[("a", "1")]))]),
        Case::new("sim_service", [place(), ("name", "s".into())]).changed([
            place(),
            ("name", "s".into()),
            ("environment", map(&[("A", "secret")])),
        ]),
        Case::new("sim_member", [place(), ("name", "m".into())]).changed([
            place(),
            ("name", "m".into()),
            ("weight", 2.into()),
        ]),
    ]
}

async fn check(provider: &dyn Provider, cases: &[Case]) {
    let connection = provider.connect(Value::object::<&str>([])).await.unwrap();
    assert_eq!(
        run(provider, &*connection, cases).await,
        Vec::<String>::new()
    );
}

#[tokio::test(start_paused = true)]
async fn own_types_keep_the_contract() {
    let provider = Simulated::new();
    check(&provider, &cases()).await;
    let report = provider.world().report();
    assert_eq!((report.things.len(), report.duplicates), (0, 0));
    assert_eq!(report.runs["c"], 2);
    assert!(report.runs_by_token.values().all(|n| *n == 1));
}

#[tokio::test(start_paused = true)]
async fn own_types_keep_the_contract_in_foul_weather() {
    for seed in 0..40 {
        let faults = Faults {
            seed,
            latency_ms: 5,
            jitter_ms: 200,
            errors: 150,
            throttled: 150,
            retry_after_ms: 300,
            lost: 200,
            hidden: 300,
            hidden_ms: 900,
            linger_ms: 300,
            ..Faults::default()
        };
        let provider = Simulated::new().with_faults(faults);
        check(&provider, &cases()).await;
        let report = provider.world().report();
        assert_eq!(
            (report.things.len(), report.duplicates),
            (0, 0),
            "seed {seed}"
        );
        assert_eq!(report.runs["c"], 2, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn twins_keep_the_contract() {
    // To a twin every id names something.
    let without_id = |case| Case { id: None, ..case };
    let cases: Vec<Case> = cases().into_iter().map(without_id).collect();
    check(&Twin::of(Arc::new(Simulated::new())), &cases).await;
    let builtin = [
        Case::new("terraform_data", [("input", "a".into())]).changed([("input", 2.into())]),
        Case::new("random_password", [("length", 20.into())]),
        Case::new(
            "random_id",
            [("byte_length", 4.into()), ("prefix", "p-".into())],
        ),
    ];
    check(&Twin::of(Arc::new(provider_builtin::Builtin)), &builtin).await;
}
