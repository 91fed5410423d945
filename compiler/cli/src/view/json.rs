//! Values as JSON. A secret is `{"sensitive": true}`, an unknown `{"unknown": true}`.

use crate::view::text::SENSITIVE;
use model::{Number, Part, Value};
use serde_json::{Map, Value as Json, json};

/// The value, secrets hidden.
pub(crate) fn value(value: &Value) -> Json {
    convert(value, false)
}

/// The value with open secrets in clear: for a command that was told to reveal them.
pub(crate) fn revealed(value: &Value) -> Json {
    convert(value, true)
}

/// The value, or null where there is none.
pub(crate) fn optional(value: Option<&Value>) -> Json {
    value.map_or(Json::Null, self::value)
}

fn convert(value: &Value, reveal: bool) -> Json {
    match value {
        Value::Null(_) => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Number(n) => number(n),
        Value::String(s) => Json::String(s.to_string()),
        Value::Unknown(u) if u.sensitive => json!({ "sensitive": true, "unknown": true }),
        Value::Unknown(_) => json!({ "unknown": true }),
        Value::Secret(s) => match s.expose().filter(|_| reveal) {
            Some(open) => convert(open, true),
            None => json!({ "sensitive": true }),
        },
        Value::Mixed(m) => match m.expose().filter(|_| reveal) {
            Some(open) => Json::String(open),
            None => json!({ "sensitive": true, "text": hidden(m.parts()) }),
        },
        Value::List(list) | Value::Set(list) => items(&list.items, reveal),
        Value::Tuple(values) => items(values, reveal),
        Value::Map(map) => fields(map.entries.iter(), reveal),
        Value::Object(object) => fields(object.iter(), reveal),
    }
}

fn number(n: &Number) -> Json {
    // Of any size and precision: the number's own digits are kept.
    n.to_string()
        .parse()
        .map_or_else(|_| Json::String(n.to_string()), Json::Number)
}

fn hidden(parts: &[Part]) -> String {
    let part = |p: &Part| match p {
        Part::Text(text) => text.to_string(),
        Part::Secret(_) => SENSITIVE.to_string(),
    };
    parts.iter().map(part).collect()
}

fn items(values: &[Value], reveal: bool) -> Json {
    values.iter().map(|v| convert(v, reveal)).collect()
}

fn fields<'a>(
    fields: impl Iterator<Item = (&'a std::sync::Arc<str>, &'a Value)>,
    reveal: bool,
) -> Json {
    Json::Object(
        fields
            .map(|(n, v)| (n.to_string(), convert(v, reveal)))
            .collect::<Map<_, _>>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::tests::{mixed, secret};
    use model::Type;

    fn check(input: Value, hidden: &str, open: &str) {
        assert_eq!(value(&input).to_string(), hidden);
        assert_eq!(revealed(&input).to_string(), open);
    }

    #[test]
    fn secrets_are_hidden_unless_revealed() {
        check(secret("s"), r#"{"sensitive":true}"#, r#""s""#);
        check(
            mixed(&["a", "!s"]),
            r#"{"sensitive":true,"text":"a(sensitive)"}"#,
            r#""as""#,
        );
        check(
            Value::unknown(Type::String),
            r#"{"unknown":true}"#,
            r#"{"unknown":true}"#,
        );
    }

    #[test]
    fn numbers_keep_their_digits() {
        let big: Number = "123456789012345678901234567890.5".parse().unwrap();
        let text = "123456789012345678901234567890.5";
        check(Value::Number(big), text, text);
    }
}
