//! A state as a file: what `state pull` prints and `state push` takes.

use model::{Fingerprint, Mixed, Part, Secret, Value};
use serde_json::{Value as Json, json};
use state::encoding::v1::{SecretsIn, SecretsOut, decode_snapshot, encode_snapshot};
use state::{Event, Object, Output, ProviderRecord, State};
use std::collections::HashMap;
use std::sync::Arc;

/// The form of the file.
const FORMAT: u64 = 1;

/// The file; secrets in clear where that was asked for, else as fingerprints.
pub(super) fn document(state: &State, reveal: bool) -> Result<String, String> {
    let mut secrets = SecretsOut::new();
    let snapshot = encode_snapshot(state, &mut secrets).map_err(|e| e.to_string())?;
    let raw = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|e| e.to_string());
    let mut document = serde_json::Map::new();
    document.insert("format".into(), json!(FORMAT));
    document.insert(
        "lineage".into(),
        json!(state.lineage.map(|l| l.to_string())),
    );
    document.insert("position".into(), json!(state.position));
    // Written as it was encoded: numbers keep their digits.
    let mut text = serde_json::to_string(&document).map_err(|e| e.to_string())?;
    text.pop();
    // One object a line, so that files can be compared.
    let lines = raw(&snapshot)?.replace('\n', ",\n");
    text.push_str(&format!(",\n\"state\":[{lines}]"));
    if reveal {
        let secrets = secrets.into_bytes().map_err(|e| e.to_string())?;
        text.push_str(&format!(",\n\"secrets\":{}", raw(&secrets)?));
    }
    text.push_str("}\n");
    Ok(text)
}

/// Reads such a file.
pub(super) fn read(text: &str) -> Result<State, String> {
    let document: Json = serde_json::from_str(text).map_err(|e| format!("it is no JSON: {e}"))?;
    if document.get("format").and_then(Json::as_u64) != Some(FORMAT) {
        return Err(format!(
            "expected what `landfall state pull` prints, of format {FORMAT}"
        ));
    }
    let part = |name: &str| document.get(name).map(ToString::to_string);
    let lines = document
        .get("state")
        .and_then(Json::as_array)
        .ok_or("there is no `state` in it")?;
    let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
    let snapshot = lines.join("\n");
    let secrets = match part("secrets") {
        Some(secrets) => SecretsIn::from_bytes(secrets.as_bytes()).map_err(|e| e.to_string())?,
        None => SecretsIn::not_at_hand(),
    };
    decode_snapshot(snapshot.as_bytes(), &secrets).map_err(|e| e.to_string())
}

/// What has to happen for the present state to hold what the pushed one does.
pub(super) fn events(present: &State, pushed: &State, force: bool) -> Result<Vec<Event>, String> {
    if present.lineage != pushed.lineage {
        return Err("the file is of another state than this one".into());
    }
    if present.changed > pushed.position && !force {
        return Err(
            "the state has moved on since the file was made; --force pushes it over what \
                    was recorded meanwhile"
                .into(),
        );
    }
    if !present.open.is_empty() {
        return Err(
            "an interrupted run left operations open; `landfall apply` settles them".into(),
        );
    }
    let known = open_secrets(present);
    let mut events = Vec::new();
    for id in present
        .objects
        .keys()
        .filter(|id| !pushed.objects.contains_key(*id))
    {
        events.push(Event::Forgotten(*id));
    }
    for (key, record) in &pushed.providers {
        let record = ProviderRecord {
            config: opened(&record.config, &known),
            ..(**record).clone()
        };
        if present.providers.get(key).is_none_or(|p| **p != record) {
            events.push(Event::ProviderConnected(record));
        }
    }
    let mut ids: Vec<_> = pushed.objects.keys().collect();
    ids.sort();
    for object in ids.into_iter().filter_map(|id| pushed.objects.get(id)) {
        let attributes = opened(&object.attributes, &known);
        if attributes.has_sealed() {
            return Err(format!(
                "a secret of {} is neither in the file nor recorded: pull with --reveal",
                object.address
            ));
        }
        let object = Object {
            attributes,
            ..(**object).clone()
        };
        if present
            .objects
            .get(&object.id)
            .is_none_or(|o| **o != object)
        {
            events.push(Event::Put(Box::new(object)));
        }
    }
    let outputs = pushed.outputs.iter().map(|(name, o)| {
        (
            name.clone(),
            Output {
                value: opened(&o.value, &known),
                sensitive: o.sensitive,
            },
        )
    });
    let outputs = outputs.collect();
    if outputs != present.outputs {
        events.push(Event::Outputs(outputs));
    }
    Ok(events)
}

fn open_secrets(state: &State) -> HashMap<Fingerprint, Arc<Secret>> {
    let mut known = HashMap::new();
    let objects = state.objects.values().map(|o| &o.attributes);
    let outputs = state.outputs.values().map(|o| &o.value);
    let providers = state.providers.values().map(|p| &p.config);
    for value in objects.chain(outputs).chain(providers) {
        collect(value, &mut known);
    }
    known
}

fn collect(value: &Value, known: &mut HashMap<Fingerprint, Arc<Secret>>) {
    let mut add = |s: &Arc<Secret>| {
        if s.is_open() {
            known.insert(s.fingerprint, s.clone());
        }
    };
    match value {
        Value::Secret(s) => add(s),
        Value::Mixed(m) => m.parts().iter().for_each(|p| {
            if let Part::Secret(s) = p {
                add(s);
            }
        }),
        other => other.children().for_each(|child| collect(child, known)),
    }
}

/// The value with those of its sealed secrets opened that are known.
fn opened(value: &Value, known: &HashMap<Fingerprint, Arc<Secret>>) -> Value {
    let open = |s: &Arc<Secret>| match s.is_open() {
        true => s.clone(),
        false => known.get(&s.fingerprint).unwrap_or(s).clone(),
    };
    value.rewrite(&mut |v| match v {
        Value::Secret(s) => Some(Value::Secret(open(s))),
        Value::Mixed(m) => {
            let parts = m.parts().iter().map(|p| match p {
                Part::Text(t) => Part::Text(t.clone()),
                Part::Secret(s) => Part::Secret(open(s)),
            });
            Some(match Mixed::join(parts) {
                Value::Mixed(joined) => Value::Mixed(Arc::new(joined.with_content(m.content))),
                other => other,
            })
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::tests::secret;
    use model::{Lineage, ObjectId};
    use state::{Durations, ProviderKey, Status};

    fn object(id: u8, address: &str, attributes: Value) -> Object {
        Object {
            id: ObjectId([id; 10]),
            address: address.parse().unwrap(),
            status: Status::Ready,
            schema_version: 0,
            attributes,
            private: Arc::from([]),
            provider: ProviderKey("builtin".into()),
            container: None,
            dependencies: Arc::from([]),
            create_before_destroy: false,
            protected: false,
            implementation: None,
            durations: Durations::default(),
            changed_at_ms: 0,
            changed_by: "ana".into(),
        }
    }

    fn state() -> State {
        let mut state = State::default();
        let begun = Event::Begun {
            lineage: Lineage([1; 10]),
            project: "p".into(),
            environment: "e".into(),
        };
        let attributes = Value::object([("password", secret("hunter2"))]);
        let events = [
            begun,
            Event::Put(Box::new(object(1, "a.b", attributes))),
            Event::Put(Box::new(object(2, "a.c", Value::object([("n", 1.into())])))),
        ];
        for event in events {
            state.apply(&event, 1).unwrap();
        }
        state
    }

    #[test]
    fn what_is_pulled_can_be_pushed_and_changes_nothing() {
        for reveal in [false, true] {
            let text = document(&state(), reveal).unwrap();
            assert_eq!(text.contains("hunter2"), reveal);
            let pushed = read(&text).unwrap();
            assert_eq!(events(&state(), &pushed, false).unwrap(), []);
        }
    }

    #[test]
    fn what_differs_becomes_events() {
        let mut pushed = read(&document(&state(), false).unwrap()).unwrap();
        pushed
            .apply(&Event::Forgotten(ObjectId([2; 10])), 2)
            .unwrap();
        pushed
            .apply(
                &Event::Put(Box::new(object(3, "a.d", Value::object([("n", 2.into())])))),
                3,
            )
            .unwrap();
        let events = events(&state(), &pushed, false).unwrap();
        assert_eq!(events.len(), 2);
        assert_eq!(events[0], Event::Forgotten(ObjectId([2; 10])));
        let mut after = state();
        events.iter().for_each(|e| after.apply(e, 4).unwrap());
        assert!(after.at(&"a.d".parse().unwrap()).is_some());
    }

    #[test]
    fn older_and_foreign_files_are_refused() {
        let pushed = read(&document(&state(), false).unwrap()).unwrap();
        let mut moved_on = state();
        moved_on
            .apply(&Event::Forgotten(ObjectId([2; 10])), 2)
            .unwrap();
        assert!(
            events(&moved_on, &pushed, false)
                .unwrap_err()
                .contains("moved on")
        );
        assert_eq!(events(&moved_on, &pushed, true).unwrap().len(), 1);
        let mut other = state();
        other.lineage = Some(Lineage([9; 10]));
        assert!(
            events(&other, &pushed, true)
                .unwrap_err()
                .contains("another state")
        );
        assert!(read("{}").is_err());
        assert!(read("nonsense").is_err());
    }

    #[test]
    fn a_sealed_secret_that_nobody_knows_is_refused() {
        let pushed = read(&document(&state(), false).unwrap()).unwrap();
        let mut present = State::default();
        let begun = Event::Begun {
            lineage: Lineage([1; 10]),
            project: "p".into(),
            environment: "e".into(),
        };
        present.apply(&begun, 1).unwrap();
        assert!(
            events(&present, &pushed, false)
                .unwrap_err()
                .contains("--reveal")
        );
    }
}
