//! A state as JSON and back, and what the log tells of it.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may panic

mod support;

use landfall_store::*;
use model::*;
use serde_json::json;
use state::{Event, Output, ProviderKey, ProviderRecord, State, Status};
use std::sync::Arc;
use support::*;

fn secret(text: &str) -> Arc<Secret> {
    let value = Value::string(text);
    Arc::new(Secret::open(Fingerprint::of(&value), value))
}

fn rich() -> Value {
    Value::object([
        ("list", Value::list(Type::Number, vec![1.into(), 2.into()])),
        (
            "set",
            Value::set(Type::String, vec!["b".into(), "a".into()]),
        ),
        ("map", Value::map(Type::Bool, [("k", true.into())])),
        (
            "tuple",
            Value::tuple(vec!["x".into(), 1.into(), Value::Null(Type::String)]),
        ),
        ("null", Value::Null(Type::list(Type::String))),
        (
            "big",
            Value::Number("123456789012345678901.5".parse().unwrap()),
        ),
        ("secret", Value::Secret(secret("hunter2"))),
        (
            "url",
            Mixed::join([
                Part::Text("pg://".into()),
                Part::Secret(secret("pass word")),
            ]),
        ),
    ])
}

fn filled() -> State {
    let mut state = State::default();
    let mut deposed = object("t.a", "one");
    deposed.status = Status::Deposed;
    let mut kept = object(r#"module.m["x"].t.n["k"]"#, "two");
    kept.attributes = rich();
    kept.private = Arc::from(&b"\x00\xfe"[..]);
    kept.container = Some("m".into());
    let output = Output {
        value: Value::Secret(secret("out")),
        sensitive: true,
    };
    let record = ProviderRecord {
        key: ProviderKey("ssh".into()),
        provider: "ssh".into(),
        identity: "h".into(),
        config: Value::object([("user", "root".into())]),
    };
    for event in [
        Event::Begun {
            lineage: Lineage::random(),
            project: "shop".into(),
            environment: "test".into(),
        },
        Event::ProviderConnected(record),
        put("t.a", "three"),
        Event::Put(Box::new(deposed)),
        Event::Put(Box::new(kept)),
        Event::Outputs([("o".into(), output)].into()),
    ] {
        state.apply(&event, 1).unwrap();
    }
    state
}

#[test]
fn what_was_pulled_and_not_changed_changes_nothing() {
    let state = filled();
    for reveal in [false, true] {
        let json = export(&state, reveal);
        let text = serde_json::to_string_pretty(&json).unwrap();
        assert_eq!(text.contains("hunter2"), reveal);
        assert_eq!(text.contains("pass word"), reveal);
        let read = serde_json::from_str(&text).unwrap();
        assert_eq!(import(&state, &read, false).unwrap(), []);
    }
}

#[test]
fn all_of_a_state_can_be_taken_elsewhere() {
    let state = filled();
    let mut empty = State::default();
    let begun = Event::Begun {
        lineage: Lineage::random(),
        project: "shop".into(),
        environment: "new".into(),
    };
    empty.apply(&begun, 1).unwrap();
    let json = export(&state, true);
    let foreign = import(&empty, &json, false).unwrap_err();
    assert!(matches!(foreign, ImportError::Foreign { .. }), "{foreign}");
    for event in import(&empty, &json, true).unwrap() {
        empty.apply(&event, 2).unwrap();
    }
    assert_eq!(empty.objects, state.objects);
    assert_eq!(empty.current, state.current);
    assert_eq!(empty.deposed, state.deposed);
    assert_eq!(empty.outputs, state.outputs);
    assert_eq!(empty.providers, state.providers);
    let sealed = import(&State::default(), &export(&state, false), true).unwrap_err();
    assert!(sealed.to_string().contains("--reveal"), "{sealed}");
}

#[test]
fn what_was_changed_in_it_is_recorded() {
    let state = filled();
    let mut json = export(&state, false);
    json["objects"][0]["attributes"]["size"] = json!(8);
    json["objects"].as_array_mut().unwrap().remove(1);
    let events = import(&state, &json, false).unwrap();
    let gone = state
        .at(&r#"module.m["x"].t.n["k"]"#.parse().unwrap())
        .unwrap();
    assert!(matches!(&events[..], [Event::Forgotten(id), Event::Put(_)] if *id == gone.id));
    let mut after = state.clone();
    events.iter().for_each(|e| after.apply(e, 2).unwrap());
    let size = after
        .at(&"t.a".parse().unwrap())
        .unwrap()
        .attributes
        .get("size");
    assert_eq!(size, Some(&Value::int(8)));
}

fn check_refused(change: impl FnOnce(&mut serde_json::Value), word: &str) {
    let state = filled();
    let mut json = export(&state, true);
    change(&mut json);
    let text = import(&state, &json, false).unwrap_err().to_string();
    assert!(text.contains(word), "`{word}` is not in: {text}");
}

#[test]
fn what_is_no_state_is_refused_with_its_place() {
    check_refused(|j| j["format"] = json!("4"), "state.format");
    check_refused(|j| j["position"] = json!(1), "pull again");
    check_refused(|j| *j = json!([]), "`format` is missing");
    check_refused(|j| j["objects"][0]["id"] = json!("x"), "objects[0].id");
    check_refused(
        |j| j["objects"][0]["address"] = json!("x"),
        "objects[0].address",
    );
    check_refused(
        |j| j["objects"][0]["status"] = json!("x"),
        "ready, tainted or deposed",
    );
    check_refused(|j| j["objects"][0]["private"] = json!("zz"), "hexadecimal");
    check_refused(|j| j["objects"][0]["type"] = json!("zz"), "expected a type");
    check_refused(
        |j| j["objects"][1] = j["objects"][0].clone(),
        "is there twice",
    );
    let secret = |j: &mut serde_json::Value| {
        j["objects"][0]["attributes"]["secret"]["value"] = json!("other");
    };
    check_refused(secret, "fingerprint was not");
}

#[tokio::test]
async fn history_tells_who_changed_what() {
    let place = Place::new();
    let (journal, _) = place.create().await;
    journal.take_lease(request("apply", 30_000)).await.unwrap();
    let [intent, outcome] = create_events("t.a");
    journal.append(vec![intent]).await.unwrap();
    journal.append(vec![outcome]).await.unwrap();
    let [open, _] = create_events("t.b");
    journal.append(vec![open]).await.unwrap();
    journal.end_lease().await.unwrap();
    journal
        .take_lease(request("state mv", 30_000))
        .await
        .unwrap();
    let state = journal.state().await.unwrap();
    let object = state.at(&"t.a".parse().unwrap()).unwrap().id;
    let to = "t.c".parse().unwrap();
    journal
        .append(vec![Event::Moved { object, to }])
        .await
        .unwrap();
    journal.rotate_keys().await.unwrap();
    let told: Vec<_> = journal
        .history()
        .await
        .unwrap()
        .into_iter()
        .map(|c| {
            let command = c.owner.map(|o| o.command).unwrap_or_default();
            let changes = c.changes.iter();
            let changes = changes.map(|c| format!("{} {:?}", c.what, c.address.as_deref()));
            (command, c.ended, changes.collect::<Vec<_>>())
        })
        .collect();
    let chapter = |command: &str, ended, changes: &[&str]| {
        let changes = changes.iter().map(|c| c.to_string()).collect();
        (command.to_string(), ended, changes)
    };
    assert_eq!(
        told,
        [
            chapter("", false, &["state made None", "keys: made None"]),
            chapter(
                "apply",
                true,
                &["created Some(\"t.a\")", "begun to create Some(\"t.b\")"]
            ),
            chapter(
                "state mv",
                false,
                &["moved from t.a Some(\"t.c\")", "keys: keys made anew None"]
            ),
        ]
    );
    journal.close().await;
}
