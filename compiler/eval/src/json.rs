//! Plain values as JSON and back, as `jsonencode` and `jsondecode` do it.

use model::{Number, Value, normal};
use serde_json::Value as Json;
use std::borrow::Cow;

/// A plain value as JSON. Numbers keep all their digits.
///
/// # Errors
/// Where something in it is unknown, or sensitive: the caller says what becomes of those.
pub fn to_json(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Value::Null(_) => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Number(n) => number(n)?,
        Value::String(s) => Json::String(s.to_string()),
        Value::List(_) | Value::Set(_) | Value::Tuple(_) => {
            let items: Result<_, _> = value.children().map(to_json).collect();
            Json::Array(items?)
        }
        Value::Map(_) | Value::Object(_) => {
            let fields = value
                .as_fields()
                .map(model::Fields::iter)
                .into_iter()
                .flatten();
            let entries: Result<serde_json::Map<_, _>, String> = fields
                .map(|(name, value)| Ok((name.to_string(), to_json(value)?)))
                .collect();
            Json::Object(entries?)
        }
        Value::Unknown(_) => return Err("a value is not known yet".into()),
        Value::Secret(_) | Value::Mixed(_) => {
            return Err("a sensitive value can't be written in clear".into());
        }
    })
}

/// JSON as a value: arrays are tuples, objects are objects.
pub fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::NULL,
        Json::Bool(b) => Value::Bool(*b),
        // The text of a JSON number is always one of ours, but for exponents beyond all reason.
        Json::Number(n) => n
            .to_string()
            .parse::<Number>()
            .map_or(Value::NULL, Value::Number),
        Json::String(s) => Value::string(s.as_str()),
        Json::Array(items) => Value::tuple(items.iter().map(from_json).collect()),
        Json::Object(entries) => Value::object(
            entries
                .iter()
                .map(|(k, v)| (normal(k.as_str().into()), from_json(v))),
        ),
    }
}

/// The text of a plain value: compact, keys sorted, and fit for being put into a page.
///
/// # Errors
/// As [`to_json`].
pub fn encode(value: &Value) -> Result<String, String> {
    Ok(escape(&to_json(value)?.to_string()))
}

/// The value of a JSON text.
///
/// # Errors
/// Where it is none, in words that quote nothing of it.
pub fn decode(text: &str) -> Result<Value, String> {
    let text = without_halves(text);
    let json: Json = serde_json::from_str(&text).map_err(|e| {
        format!(
            "this is no JSON: the error is in line {}, column {}",
            e.line(),
            e.column()
        )
    })?;
    check_numbers(&json)?;
    Ok(from_json(&json))
}

/// Halves of a character without the other one stand for what is no character.
fn without_halves(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let half = |at: usize| -> Option<u32> {
            let digits = rest.get(at..)?.strip_prefix("\\u")?.get(..4)?;
            u32::from_str_radix(digits, 16).ok()
        };
        let (first, second) = (half(at), half(at + 6));
        let length = match (first, second) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (Some(0xd800..0xe000), _) => {
                out.push_str(&rest[..at]);
                out.push(char::REPLACEMENT_CHARACTER);
                rest = &rest[at + 6..];
                continue;
            }
            _ => 1 + rest[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
        out.push_str(&rest[..at + length]);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn check_numbers(json: &Json) -> Result<(), String> {
    match json {
        Json::Number(n) => n.to_string().parse::<Number>().map(drop),
        Json::Array(items) => items.iter().try_for_each(check_numbers),
        Json::Object(entries) => entries.values().try_for_each(check_numbers),
        _ => Ok(()),
    }
}

fn number(n: &Number) -> Result<Json, String> {
    if let Some(int) = n.as_i64() {
        return Ok(Json::from(int));
    }
    serde_json::from_str(&n.to_string()).map_err(|_| "a number has no JSON form".into())
}

/// What could end a script or a line of one is written by its code; it stands in strings only.
fn escape(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out
}
