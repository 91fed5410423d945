//! Values as plain JSON, and back by their type.

use model::{Fingerprint, Mixed, Number, Part, Secret, Type, Value};
use serde_json::{Map, Value as Json, json};
use state::State;
use state::encoding::v1::{Decoder, EncodedType, SecretsIn, SecretsOut, decode_type, encode_type};
use std::collections::HashMap;
use std::sync::Arc;

/// Secrets by fingerprint.
pub(crate) type Secrets = HashMap<Fingerprint, Arc<Secret>>;

/// What says that an object stands for a secret.
const MARK: &str = "$landfall";

/// All secrets of a state.
pub(crate) fn known_secrets(state: &State) -> Secrets {
    let mut secrets = Secrets::new();
    let objects = state.objects.values().map(|o| &o.attributes);
    let outputs = state.outputs.values().map(|o| &o.value);
    let configs = state.providers.values().map(|p| &p.config);
    for value in objects.chain(outputs).chain(configs) {
        gather(value, &mut secrets);
    }
    secrets
}

fn gather(value: &Value, secrets: &mut Secrets) {
    let mut add = |s: &Arc<Secret>| drop(secrets.insert(s.fingerprint, s.clone()));
    match value {
        Value::Secret(s) => add(s),
        Value::Mixed(m) => m.parts().iter().for_each(|p| match p {
            Part::Secret(s) => add(s),
            Part::Text(_) => {}
        }),
        other => other.children().for_each(|v| gather(v, secrets)),
    }
}

/// A value as plain JSON.
pub(crate) fn show(value: &Value, reveal: bool) -> Json {
    match value {
        Value::Null(_) => Json::Null,
        Value::Bool(b) => json!(b),
        Value::Number(n) => number(n),
        Value::String(s) => json!(&**s),
        Value::List(l) | Value::Set(l) => l.items.iter().map(|v| show(v, reveal)).collect(),
        Value::Tuple(items) => items.iter().map(|v| show(v, reveal)).collect(),
        Value::Map(m) => show_fields(&m.entries, reveal),
        Value::Object(fields) => show_fields(fields, reveal),
        Value::Unknown(_) => json!({ MARK: "unknown" }),
        Value::Secret(s) => show_secret(s, reveal),
        Value::Mixed(m) => {
            let part = |p: &Part| match p {
                Part::Text(t) => json!(&**t),
                Part::Secret(s) => show_secret(s, reveal),
            };
            json!({ MARK: "mixed", "parts": m.parts().iter().map(part).collect::<Vec<_>>() })
        }
    }
}

fn show_fields(fields: &model::Fields, reveal: bool) -> Json {
    let shown = fields.iter().map(|(n, v)| (n.to_string(), show(v, reveal)));
    Json::Object(shown.collect())
}

fn show_secret(secret: &Secret, reveal: bool) -> Json {
    let mut shown = Map::new();
    shown.insert(MARK.into(), json!("secret"));
    shown.insert("fingerprint".into(), json!(secret.fingerprint.to_hex()));
    if let Some(content) = secret.content {
        shown.insert("content".into(), json!(content.to_hex()));
    }
    shown.insert("type".into(), type_json(&secret.ty));
    if let Some(value) = secret.expose().filter(|_| reveal) {
        shown.insert("value".into(), show(value, true));
    }
    Json::Object(shown)
}

/// The type of a value.
pub(crate) fn show_type(value: &Value) -> Json {
    type_json(&value.ty())
}

fn type_json(ty: &Type) -> Json {
    serde_json::to_value(encode_type(ty, &mut SecretsOut::new())).unwrap_or_default()
}

/// The type of [`show_type`].
pub(crate) fn read_type(json: &Json) -> Result<Type, String> {
    let text = json.to_string();
    let encoded: EncodedType<'_> =
        serde_json::from_str(&text).map_err(|_| "expected a type".to_string())?;
    let none = SecretsIn::not_at_hand();
    decode_type(&encoded, &mut Decoder::new(&none)).map_err(|e| e.0)
}

/// The value of [`show`], of a type.
pub(crate) fn read(json: &Json, ty: &Type, secrets: &Secrets) -> Result<Value, String> {
    if let Some(mark) = json.get(MARK).and_then(Json::as_str) {
        return match mark {
            "secret" => read_secret(json, secrets).map(Value::Secret),
            "mixed" => read_mixed(json, secrets),
            other => Err(format!("`{other}` can't be recorded")),
        };
    }
    let each = |items: &[Json], ty: &Type| -> Result<Vec<Value>, String> {
        items.iter().map(|j| read(j, ty, secrets)).collect()
    };
    Ok(match (json, ty) {
        (Json::Null, ty) => Value::Null(ty.clone()),
        (Json::Bool(b), _) => Value::Bool(*b),
        (Json::Number(n), _) => Value::Number(n.to_string().parse::<Number>()?),
        (Json::String(s), _) => Value::string(s.as_str()),
        (Json::Array(items), Type::List(t)) => Value::list(Type::clone(t), each(items, t)?),
        (Json::Array(items), Type::Set(t)) => Value::set(Type::clone(t), each(items, t)?),
        (Json::Array(items), Type::Tuple(types)) => {
            let types = types.iter().chain(std::iter::repeat(&Type::Any));
            let items = items.iter().zip(types).map(|(j, t)| read(j, t, secrets));
            Value::tuple(items.collect::<Result<_, _>>()?)
        }
        (Json::Array(items), _) => Value::tuple(each(items, &Type::Any)?),
        (Json::Object(fields), Type::Map(t)) => {
            Value::map(Type::clone(t), read_fields(fields, |_| t, secrets)?)
        }
        (Json::Object(fields), Type::Object(o)) => {
            let ty = |name: &str| o.fields.get(name).map_or(&Type::Any, |f| &f.ty);
            Value::object(read_fields(fields, ty, secrets)?)
        }
        (Json::Object(fields), _) => Value::object(read_fields(fields, |_| &Type::Any, secrets)?),
    })
}

fn read_fields<'t>(
    fields: &Map<String, Json>,
    ty: impl Fn(&str) -> &'t Type,
    secrets: &Secrets,
) -> Result<Vec<(Arc<str>, Value)>, String> {
    let entry = |(name, json): (&String, &Json)| {
        let value = read(json, ty(name), secrets).map_err(|e| format!("{name}: {e}"))?;
        Ok((Arc::from(name.as_str()), value))
    };
    fields.iter().map(entry).collect()
}

fn read_secret(json: &Json, secrets: &Secrets) -> Result<Arc<Secret>, String> {
    let print = |name: &str| {
        json.get(name)
            .and_then(Json::as_str)
            .and_then(Fingerprint::from_hex)
    };
    let fingerprint = print("fingerprint").ok_or("a secret has no fingerprint")?;
    let ty = read_type(json.get("type").unwrap_or(&json!("a")))?;
    if let Some(value) = json.get("value") {
        let value = read(value, &ty, secrets)?;
        let known = secrets.get(&fingerprint).and_then(|s| s.expose());
        if known.is_some_and(|known| *known != value) {
            return Err(
                "a secret's value was changed, and its fingerprint was not: change \
                        secrets in the configuration"
                    .into(),
            );
        }
        let mut secret = Secret::open(fingerprint, value).with_content(print("content"));
        secret.ty = ty;
        return Ok(Arc::new(secret));
    }
    secrets.get(&fingerprint).cloned().ok_or_else(|| {
        "a secret that is not in the state here; pull with --reveal to take its value along".into()
    })
}

fn read_mixed(json: &Json, secrets: &Secrets) -> Result<Value, String> {
    let parts = json.get("parts").and_then(Json::as_array);
    let parts = parts.ok_or("a string with secrets has no parts")?;
    let part = |json: &Json| match json {
        Json::String(text) => Ok(Part::Text(Arc::from(text.as_str()))),
        other => read_secret(other, secrets).map(Part::Secret),
    };
    let parts: Result<Vec<_>, String> = parts.iter().map(part).collect();
    Ok(Mixed::join(parts?))
}

fn number(n: &Number) -> Json {
    match n.as_i64() {
        Some(int) => json!(int),
        None => n
            .to_string()
            .parse::<serde_json::Number>()
            .map_or(Json::Null, Json::Number),
    }
}
