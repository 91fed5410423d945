//! Small helpers for attributes: taking text out, comparing, filling in.

use model::{Type, Value};

/// The text of a string attribute, secrets opened; none where it is null, unknown or sealed.
pub(crate) fn text(attributes: &Value, name: &str) -> Option<String> {
    attributes.get(name)?.expose().as_str().map(String::from)
}

/// A truth value; none where it is null, unknown or sealed.
pub(crate) fn truth(attributes: &Value, name: &str) -> Option<bool> {
    attributes.get(name)?.expose().as_bool()
}

/// A whole number; none where it is null, unknown or sealed.
pub(crate) fn number(attributes: &Value, name: &str) -> Option<i64> {
    attributes.get(name)?.expose().as_i64()
}

/// The texts of a list or set of strings; none where it or any of it is not known.
pub(crate) fn texts(attributes: &Value, name: &str) -> Option<Vec<String>> {
    let value = attributes.get(name)?.expose();
    value
        .as_items()?
        .iter()
        .map(|v| v.as_str().map(String::from))
        .collect()
}

/// Whether the attribute is there and not null.
pub(crate) fn is_set(attributes: &Value, name: &str) -> bool {
    attributes.get(name).is_some_and(|v| !v.is_null())
}

/// A string, or null.
pub(crate) fn string_or_null(text: Option<String>) -> Value {
    text.map_or(Value::Null(Type::String), Value::string)
}

/// The attributes with one of them unknown.
pub(crate) fn with_unknown(attributes: &Value, name: &str, ty: Type, sensitive: bool) -> Value {
    let unknown = model::Unknown::of(ty).not_null().sensitive(sensitive);
    attributes.with(name, Value::Unknown(unknown.into()))
}

/// The attributes with `value` for an attribute that is still unknown or missing.
pub(crate) fn settle(attributes: &Value, name: &str, value: impl FnOnce() -> Value) -> Value {
    match attributes.get(name) {
        Some(v) if !v.has_unknown() => attributes.clone(),
        _ => attributes.with(name, value()),
    }
}

/// Whether two values of an attribute are the same, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Same {
    /// They are.
    Yes,
    /// They are not.
    No,
    /// One of them is not known yet.
    Open,
}

/// Compares an attribute of two objects. Null in `wanted` asks for nothing.
pub(crate) fn same(there: &Value, wanted: &Value, name: &str) -> Same {
    match (there.get(name), wanted.get(name)) {
        (_, None) => Same::Yes,
        (_, Some(w)) if w.is_null() => Same::Yes,
        (_, Some(w)) if w.has_unknown() => Same::Open,
        (Some(t), Some(w)) if t.has_unknown() && t != w => Same::Open,
        (Some(t), Some(w)) if t == w => Same::Yes,
        (Some(t), Some(w)) if !w.has_sealed() && !t.has_sealed() && t.expose() == w.expose() => {
            Same::Yes
        }
        _ => Same::No,
    }
}

/// Every secret of at least four characters that stands open in a value: what must not appear
/// in a message.
pub(crate) fn secrets(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(value, &mut found);
    found
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Secret(s) => {
            if let Some(open) = s.expose() {
                texts_in(open, found);
            }
        }
        Value::Mixed(m) => {
            for part in m.parts() {
                if let model::Part::Secret(s) = part
                    && let Some(open) = s.expose()
                {
                    texts_in(open, found);
                }
            }
        }
        other => other.children().for_each(|v| collect(v, found)),
    }
}

/// Every text of at least four characters in a value, secret or not.
pub(crate) fn texts_in(value: &Value, found: &mut Vec<String>) {
    match value.expose() {
        Value::String(s) => {
            found.extend(
                s.lines()
                    .chain([&*s])
                    .filter(|l| l.len() >= 4)
                    .map(String::from),
            );
        }
        Value::Number(n) => found.extend(Some(n.to_string()).filter(|n| n.len() >= 4)),
        other => other.children().for_each(|v| texts_in(v, found)),
    }
}

/// The text with each of the secrets hidden.
pub(crate) fn redact(text: &str, secrets: &[String]) -> String {
    let mut longest: Vec<_> = secrets.iter().collect();
    longest.sort_by_key(|s| std::cmp::Reverse(s.len()));
    longest.iter().fold(text.to_string(), |text, s| {
        text.replace(s.as_str(), "(sensitive)")
    })
}
