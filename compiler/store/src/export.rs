//! A state as JSON for people and their programs, and back. Attributes are plain JSON beside
//! their type; a secret is an object that says so, with its value only where that is wanted.

mod plain;

use model::{Address, ObjectId};
use plain::{read, read_type, show, show_type};
use serde_json::{Map, Value as Json, json};
use state::{
    Durations, Event, Object, Output, Position, ProviderKey, ProviderRecord, State, Status,
};
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Why a JSON state is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// It is not a state's JSON.
    Unreadable {
        /// Where in it.
        at: String,
        /// What is wrong.
        why: String,
    },
    /// It is of another state.
    Foreign {
        /// Which one is here.
        here: String,
        /// Which one it is.
        given: String,
    },
    /// The state went on since it was pulled.
    Older {
        /// The last change here.
        here: Position,
        /// Where it was pulled.
        given: Position,
    },
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImportError::Unreadable { at, why } => write!(
                f,
                "this is not what `landfall state pull` writes: {at}: {why}. Nothing was changed"
            ),
            ImportError::Foreign { here, given } => write!(
                f,
                "this is of the state {given}, and here is {here}. Nothing was changed; `--force` \
                 takes its objects over"
            ),
            ImportError::Older { here, given } => write!(
                f,
                "the state changed since this was pulled (at {given}, now at {here}). Nothing was \
                 changed; pull again, or `--force` undoes what was recorded meanwhile"
            ),
        }
    }
}

impl std::error::Error for ImportError {}

type Result<T> = std::result::Result<T, ImportError>;

/// The state as JSON; secrets in clear only where `reveal` says so.
pub fn export(state: &State, reveal: bool) -> Json {
    let mut ids: Vec<ObjectId> = state.current.values().copied().collect();
    ids.extend(state.deposed.values().flatten());
    let objects = ids.iter().filter_map(|id| state.objects.get(id));
    let outputs = state.outputs.iter().map(|(name, output)| {
        let json = json!({
            "value": show(&output.value, reveal),
            "type": show_type(&output.value),
            "sensitive": output.sensitive,
        });
        (name.to_string(), json)
    });
    json!({
        "format": "landfall-state-1",
        "lineage": state.lineage.map(|l| l.to_string()),
        "project": &*state.project,
        "environment": &*state.environment,
        "position": state.position,
        "objects": objects.map(|o| show_object(o, reveal)).collect::<Vec<_>>(),
        "outputs": outputs.collect::<Map<_, _>>(),
        "providers": state.providers.values().map(|p| json!({
            "key": &*p.key.0,
            "provider": &*p.provider,
            "identity": p.identity,
            "config": show(&p.config, reveal),
            "type": show_type(&p.config),
        })).collect::<Vec<_>>(),
        "open_operations": state.open.values().map(|o| json!({
            "operation": o.intent.token.to_string(),
            "change": o.intent.change.word(),
            "address": o.intent.address.to_string(),
            "object": o.intent.object.to_string(),
            "at_ms": o.at_ms,
        })).collect::<Vec<_>>(),
    })
}

/// The events that make the state what a JSON says. Secrets that the JSON does not hold are
/// taken from the state, by their fingerprints.
///
/// # Errors
/// Where it is no state's JSON; where it is of another state or of an older position, and not
/// `force`d.
pub fn import(state: &State, json: &Json, force: bool) -> Result<Vec<Event>> {
    let root = Place::root(json);
    if root.get("format")?.text()? != "landfall-state-1" {
        return Err(root.get("format")?.wrong("expected \"landfall-state-1\""));
    }
    let (here, given) = (
        state.lineage.map(|l| l.to_string()).unwrap_or_default(),
        root.get("lineage")?.text()?.to_string(),
    );
    if here != given && !force {
        return Err(ImportError::Foreign { here, given });
    }
    let given = root.get("position")?.number()?;
    if given < state.changed && !force {
        let here = state.changed;
        return Err(ImportError::Older { here, given });
    }
    let secrets = plain::known_secrets(state);
    let mut events = Vec::new();
    for place in root.get("providers")?.items()? {
        let record = ProviderRecord {
            key: ProviderKey(place.get("key")?.text()?.into()),
            provider: place.get("provider")?.text()?.into(),
            identity: place.get("identity")?.text()?.into(),
            config: place.value("config", &secrets)?,
        };
        if state.providers.get(&record.key).map(|r| &**r) != Some(&record) {
            events.push(Event::ProviderConnected(record));
        }
    }
    let mut objects = Vec::new();
    for place in root.get("objects")?.items()? {
        objects.push(read_object(&place, &secrets)?);
    }
    events.extend(object_events(state, objects, &root)?);
    let mut outputs = BTreeMap::new();
    for (name, place) in root.get("outputs")?.fields()? {
        let output = Output {
            value: place.value("value", &secrets)?,
            sensitive: place.get("sensitive")?.truth()?,
        };
        outputs.insert(Arc::from(name), output);
    }
    if outputs != state.outputs {
        events.push(Event::Outputs(outputs));
    }
    Ok(events)
}

/// First what goes, then what changes: so that an address is free when its next object comes.
fn object_events(state: &State, objects: Vec<Object>, root: &Place<'_>) -> Result<Vec<Event>> {
    let mut ids = HashSet::new();
    let mut current = HashSet::new();
    for object in &objects {
        let twice = object.status != Status::Deposed && !current.insert(&object.address);
        if !ids.insert(object.id) || twice {
            let why = format!("{} is there twice", object.address);
            return Err(root.get("objects")?.wrong(&why));
        }
    }
    let mut gone: Vec<_> = state
        .objects
        .keys()
        .filter(|id| !ids.contains(id))
        .collect();
    gone.sort();
    let mut events: Vec<_> = gone.into_iter().map(|id| Event::Forgotten(*id)).collect();
    for object in objects {
        if state.objects.get(&object.id).map(|o| &**o) != Some(&object) {
            events.push(Event::Put(Box::new(object)));
        }
    }
    Ok(events)
}

fn show_object(object: &Object, reveal: bool) -> Json {
    json!({
        "id": object.id.to_string(),
        "address": object.address.to_string(),
        "status": match object.status {
            Status::Ready => "ready",
            Status::Tainted => "tainted",
            Status::Deposed => "deposed",
        },
        "provider": &*object.provider.0,
        "schema_version": object.schema_version,
        "attributes": show(&object.attributes, reveal),
        "type": show_type(&object.attributes),
        "private": object.private.iter().map(|b| format!("{b:02x}")).collect::<String>(),
        "container": object.container.as_deref(),
        "dependencies": object.dependencies.iter().map(|d| d.to_string()).collect::<Vec<_>>(),
        "create_before_destroy": object.create_before_destroy,
        "protected": object.protected,
        "implementation": object.implementation.as_deref(),
        "create_ms": object.durations.create_ms,
        "update_ms": object.durations.update_ms,
        "changed_at_ms": object.changed_at_ms,
        "changed_by": &*object.changed_by,
    })
}

fn read_object(place: &Place<'_>, secrets: &plain::Secrets) -> Result<Object> {
    let status = place.get("status")?;
    let dependencies = place.get("dependencies")?.items()?;
    let dependencies: Result<Vec<Address>> = dependencies.iter().map(|d| d.parse()).collect();
    Ok(Object {
        id: place.get("id")?.parse()?,
        address: place.get("address")?.parse()?,
        status: match status.text()? {
            "ready" => Status::Ready,
            "tainted" => Status::Tainted,
            "deposed" => Status::Deposed,
            _ => return Err(status.wrong("expected ready, tainted or deposed")),
        },
        schema_version: u32::try_from(place.get("schema_version")?.number()?)
            .map_err(|e| place.wrong(&e.to_string()))?,
        attributes: place.value("attributes", secrets)?,
        private: place.get("private")?.bytes()?.into(),
        provider: ProviderKey(place.get("provider")?.text()?.into()),
        container: place.optional("container")?.map(Arc::from),
        dependencies: dependencies?.into(),
        create_before_destroy: place.get("create_before_destroy")?.truth()?,
        protected: place.get("protected")?.truth()?,
        implementation: place.optional("implementation")?.map(Arc::from),
        durations: Durations {
            create_ms: place.get("create_ms")?.json.as_u64(),
            update_ms: place.get("update_ms")?.json.as_u64(),
        },
        changed_at_ms: place.get("changed_at_ms")?.number()?,
        changed_by: place.get("changed_by")?.text()?.into(),
    })
}

/// A piece of JSON, and where it is.
pub(crate) struct Place<'a> {
    json: &'a Json,
    at: String,
}

impl<'a> Place<'a> {
    fn root(json: &'a Json) -> Place<'a> {
        let at = "state".into();
        Place { json, at }
    }

    fn wrong(&self, why: &str) -> ImportError {
        ImportError::Unreadable {
            at: self.at.clone(),
            why: why.into(),
        }
    }

    fn get(&self, name: &str) -> Result<Place<'a>> {
        let json = self.json.get(name);
        let json = json.ok_or_else(|| self.wrong(&format!("`{name}` is missing")))?;
        let at = format!("{}.{name}", self.at);
        Ok(Place { json, at })
    }

    fn items(&self) -> Result<Vec<Place<'a>>> {
        let items = self
            .json
            .as_array()
            .ok_or_else(|| self.wrong("expected an array"))?;
        let place = |(i, json)| {
            let at = format!("{}[{i}]", self.at);
            Place { json, at }
        };
        Ok(items.iter().enumerate().map(place).collect())
    }

    fn fields(&self) -> Result<Vec<(&'a str, Place<'a>)>> {
        let fields = self
            .json
            .as_object()
            .ok_or_else(|| self.wrong("expected an object"))?;
        let place = |(name, json): (&'a String, &'a Json)| {
            let at = format!("{}.{name}", self.at);
            (name.as_str(), Place { json, at })
        };
        Ok(fields.iter().map(place).collect())
    }

    fn text(&self) -> Result<&'a str> {
        self.json
            .as_str()
            .ok_or_else(|| self.wrong("expected a text"))
    }

    fn optional(&self, name: &str) -> Result<Option<&'a str>> {
        let place = self.get(name)?;
        match place.json.is_null() {
            true => Ok(None),
            false => place.text().map(Some),
        }
    }

    fn number(&self) -> Result<u64> {
        self.json
            .as_u64()
            .ok_or_else(|| self.wrong("expected a whole number"))
    }

    fn truth(&self) -> Result<bool> {
        self.json
            .as_bool()
            .ok_or_else(|| self.wrong("expected true or false"))
    }

    fn parse<T: FromStr>(&self) -> Result<T>
    where
        T::Err: fmt::Display,
    {
        self.text()?
            .parse()
            .map_err(|e: T::Err| self.wrong(&e.to_string()))
    }

    fn bytes(&self) -> Result<Vec<u8>> {
        let text = self.text()?;
        let digits = text.is_ascii() && text.len() % 2 == 0;
        let pairs = (0..text.len()).step_by(2);
        digits
            .then(|| {
                pairs
                    .map(|i| u8::from_str_radix(&text[i..i + 2], 16).ok())
                    .collect()
            })
            .flatten()
            .ok_or_else(|| self.wrong("expected hexadecimal digits"))
    }

    /// The value under a name, of the type beside it.
    fn value(&self, name: &str, secrets: &plain::Secrets) -> Result<model::Value> {
        let ty = self.get("type")?;
        let read_type = read_type(ty.json).map_err(|e| ty.wrong(&e))?;
        let place = self.get(name)?;
        read(place.json, &read_type, secrets).map_err(|e| place.wrong(&e))
    }
}
